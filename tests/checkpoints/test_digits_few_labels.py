import math

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_few_labels as recipes

BRIEF = {**recipes.SETTINGS, "seeds": 1, "steps": 3, "samples": 6, "width": 4}


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_few_labels")


@pytest.fixture(scope="module")
def images():
    return data.load("digits")


def test_the_test_set_is_whole():
    assert len(recipes.digits("test")) == recipes.N_TEST


@pytest.mark.parametrize("seed", range(3))
def test_the_fifty_labels_are_five_a_digit_drawn_anew(seed, images):
    known = recipes.labelled(recipes.SETTINGS, seed)
    assert len(known) == 50 and (known.labels.bincount(minlength=10) == 5).all()
    distance = torch.cdist(known.flat, images.flat).min(1).values
    assert (distance < 1e-6).all()  # all are training digits
    assert not torch.equal(known.images, recipes.labelled(recipes.SETTINGS, seed + 1).images)


def test_the_metrics_are_those_of_the_stored_logits(shipped):
    model, record = shipped
    labels = data.load("digits", split="test").labels
    for name in model.names:
        each = [(logits.argmax(1) == labels).double().mean().item() for logits in model(name)]
        assert record["metrics"][f"accuracy_{name}"] == pytest.approx(sum(each) / len(each), abs=1e-5)
        spread = torch.tensor(each, dtype=torch.float64).std().item() / math.sqrt(len(each))
        assert record["metrics"][f"standard_error_{name}"] == pytest.approx(spread, abs=1e-5)
    for row, name in enumerate(model.names):
        if name in recipes.GAMES:
            x = model.images[row].double().numpy() / 255
            wanted = x.std(1, ddof=1).mean()
            assert record["metrics"][f"sample_std_{name}"] == pytest.approx(wanted, abs=1e-5)
    with pytest.raises(ValueError, match="Did you mean 'alone'"):
        model("alne")


def test_all_labels_are_the_ceiling(shipped):
    found = shipped[1]["metrics"]
    others = [found[f"accuracy_{name}"] for name in recipes.ROWS if name != "all_labels"]
    assert min(others) > 0.7 and max(others) < found["accuracy_all_labels"] > 0.95


def test_only_games_leave_samples(shipped):
    model, _ = shipped
    black = {name: bool((model.images[row] == 0).all()) for row, name in enumerate(model.names)}
    assert black == {"alone": True, "gan": False, "feature_matching": False, "all_labels": True}


@pytest.mark.parametrize("name", recipes.ROWS)
def test_each_row_plays_and_repeats(name, images):
    logits, kept, history = recipes.run(BRIEF, name, images, seed=0)
    assert logits.shape == (recipes.N_TEST, 10) and not logits.requires_grad and kept.shape == (6, 1, 8, 8)
    again, same, _ = recipes.run(BRIEF, name, images, seed=0)
    assert torch.equal(logits, again) and torch.equal(kept, same) and history.steps == 3
    other, _, _ = recipes.run(BRIEF, name, images, seed=1)
    assert not torch.equal(logits, other)


def test_the_rows_start_from_the_same_net():
    first, second = (recipes.players(BRIEF, seed=4)[1].state_dict() for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_no_label_of_the_unlabelled_is_looked_at(images):
    """Other labels for all but the fifty change nothing."""
    scrambled = type(images)(images.images, images.labels.flip(0), images.classes, None, "digits", "train")
    for name in ("alone", "gan", "feature_matching"):
        ours, _, _ = recipes.run(BRIEF, name, images, seed=0)
        theirs, _, _ = recipes.run(BRIEF, name, scrambled, seed=0)
        assert torch.equal(ours, theirs)
