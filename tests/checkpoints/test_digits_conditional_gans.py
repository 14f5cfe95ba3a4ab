import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_conditional_gans as recipes

BRIEF = {**recipes.SETTINGS, "seeds": 1, "steps": 3, "samples": 20, "width": 4, "g_lr": 0.1, "d_lr": 0.1}


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_conditional_gans")


@pytest.fixture(scope="module")
def images():
    return data.load("digits")


@pytest.fixture(scope="module")
def measure():
    return recipes.Yardstick()


def test_every_row_holds_samples_of_every_seed(shipped):
    model, record = shipped
    assert list(model.names) == list(record["settings"]["ways"])
    for name in model.names:
        x = model(name)
        assert x.shape == (recipes.SETTINGS["seeds"], recipes.SETTINGS["samples"], 1, 8, 8)
        assert x.min() >= 0 and x.max() <= 1 and x.std() > 0.02
        assert len({seed.numpy().tobytes() for seed in x}) == len(x)  # no two seeds gave the same


def test_the_metrics_are_those_of_the_stored_samples(shipped, measure):
    model, record = shipped
    labels = torch.arange(model.images.shape[2]) % 10
    rows = torch.tensor([measure(x, labels) for x in model("projection")], dtype=torch.float64).mean(0)
    for name, value in zip(recipes.MEASURES, rows, strict=True):
        assert record["metrics"][f"{name}_projection"] == pytest.approx(value.item(), rel=1e-3)


def test_who_tells_d_gets_what_was_asked_for(shipped):
    """Only G told: the label is noise, read as asked one time in ten; all else that is told beats it."""
    found = shipped[1]["metrics"]
    assert found["asked_untold_d"] == pytest.approx(0.1, abs=0.05)
    for name in recipes.WAYS:
        assert name == "untold_d" or found[f"asked_{name}"] > 0.5


def test_acgan_gives_diversity_away(shipped, measure):
    """In each seed its classes are narrower than those of the projection, and narrower than real ones."""
    model, _ = shipped
    labels = torch.arange(model.images.shape[2]) % 10
    spreads = {
        name: torch.tensor([float(measure(x, labels)[1]) for x in model(name)])
        for name in ("projection", "acgan")
    }
    assert (spreads["acgan"] < spreads["projection"]).all() and (spreads["acgan"] < 1).all()


def test_the_yardstick_says_that_real_digits_are_as_wide_as_themselves(measure, images):
    asked, spread, recall, entropy = measure(images.images, images.labels)
    assert asked > 0.99 and spread == pytest.approx(1, abs=0.02) and entropy < 0.3 and recall > 0.9
    one = images.images[:10].repeat(20, 1, 1, 1)
    assert measure(one, images.labels[:10].repeat(20))[1] == pytest.approx(0, abs=1e-6)


def test_the_spread_of_a_class_is_the_mean_distance_of_its_pairs():
    features = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 8.0], [7.0, 7.0]])
    labels = torch.tensor([2, 2, 2, 5])
    assert recipes.class_spread(features, labels).item() == pytest.approx((5 + 8 + 5) / 3 / 10)


@pytest.mark.parametrize("name", recipes.WAYS)
def test_each_way_plays_and_repeats(name, images):
    kept, history = recipes.run(BRIEF, recipes.WAYS[name], images, seed=0)
    assert kept.shape == (20, 1, 8, 8) and kept.dtype == torch.uint8 and history.steps == 3
    again, same = recipes.run(BRIEF, recipes.WAYS[name], images, seed=0)
    assert torch.equal(kept, again) and list(same.loss) == list(history.loss)
    _, other = recipes.run(BRIEF, recipes.WAYS[name], images, seed=1)
    assert list(other.loss) != list(history.loss)


@pytest.mark.parametrize("name", recipes.WAYS)
def test_one_call_of_d_for_both_halves_is_two_calls(name, images):
    """Real and generated images go through D together, which changes nothing without batch norm."""
    _, D = recipes.players({**BRIEF, "spectral": False}, recipes.WAYS[name], seed=0)
    x, y = images.images[:6], images.labels[:6]
    d_loss, g_loss = recipes.game(recipes.WAYS[name], D)
    whole = d_loss(x, x.flip(3), y)
    halves = (d_loss(x[:3], x[:3].flip(3), y[:3]) + d_loss(x[3:], x[3:].flip(3), y[3:])) / 2
    assert whole.item() == pytest.approx(halves.item(), rel=1e-5) and g_loss(x, y).ndim == 0


def test_the_study_is_all_ways_with_all_seeds(shipped):
    record = shipped[1]
    runs = len(recipes.WAYS) * recipes.SETTINGS["seeds"]
    assert record["training"]["steps"] == runs * record["settings"]["steps"]
