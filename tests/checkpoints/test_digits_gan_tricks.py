import pytest
import torch

from course_utils import checkpoints, data, gan, metrics
from course_utils.checkpoints import digits_gan_tricks as recipes

BRIEF = {**recipes.SETTINGS, "seeds": 1, "steps": 2, "samples": 5, "width": 4, "reference": 8}


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_gan_tricks")


@pytest.fixture(scope="module")
def images():
    return data.load("digits").images


def test_every_row_holds_samples_of_every_seed(shipped):
    model, record = shipped
    assert list(model.names) == record["settings"]["rows"] and len(set(model.names)) == len(model.names)
    assert model.images.dtype == torch.uint8
    for name in model.names:
        x = model(name)
        assert x.shape == (6, 400, 1, 8, 8) and x.min() >= 0 and x.max() <= 1
        assert 0.02 < x.mean() < 0.98 and x.std() > 0.02
        assert len({seed.numpy().tobytes() for seed in x}) == 6  # no two seeds gave the same
    with pytest.raises(ValueError, match="Did you mean 'plain'"):
        model("plane")


def test_the_plain_samples_lie_nearer_to_digits_than_noise_does(shipped, images):
    judge, _ = checkpoints.load("digit_classifier")
    noise = torch.rand(400, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        real = judge.features(images)
        far = metrics.frechet_distance(judge.features(noise), real)
        for x in shipped[0]("plain"):
            assert metrics.frechet_distance(judge.features(x), real) < far / 3
            classes = judge(x).argmax(1).bincount(minlength=10)
            assert (classes > 0).sum() >= 9


def test_the_metrics_are_those_of_the_stored_samples(shipped):
    model, record = shipped
    judge, _ = checkpoints.load("digit_classifier")
    with torch.no_grad():
        test = judge.features(data.load("digits", split="test").images)
        distances = [metrics.frechet_distance(judge.features(x), test) for x in model("spectral")]
    assert record["metrics"]["distance_spectral"] == pytest.approx(sum(distances) / 6, rel=1e-3)
    assert record["metrics"]["distance_train_digits"] < min(distances)


@pytest.mark.parametrize("name", recipes.SWITCHES)
def test_each_switch_plays_and_repeats(name, images):
    """The rates are high because after a few usual steps the samples of some are still one grey."""
    switch, fast = recipes.SWITCHES[name], {**BRIEF, "g_lr": 0.1, "d_lr": 0.1, "steps": 3}
    kept, history = recipes.run(fast, switch, images, seed=0)
    assert kept.shape == (len(switch.get("keeps", [name])), 5, 1, 8, 8) and history.steps == 3
    again, same = recipes.run(fast, switch, images, seed=0)
    assert torch.equal(kept, again) and list(same.loss) == list(history.loss)
    _, other = recipes.run(fast, switch, images, seed=1)
    assert list(other.loss) != list(history.loss)


def test_without_a_switch_the_round_is_that_of_the_course(images):
    """The same players, noise and batches through gan.game_round leave the same weights."""
    G, D = recipes.players(BRIEF, {}, images, seed=0)
    H, E = recipes.players(BRIEF, {}, images, seed=0)
    average = type("Nobody", (), {"update": lambda self: None})()
    ours = recipes.play(BRIEF, {}, G, D, average)
    pair = recipes.optimisers(BRIEF, {}, H, E)
    theirs = gan.game_round(H, E, gan.losses["non_saturating"], *pair, BRIEF["latent_dim"])
    for update in (ours, theirs):
        torch.manual_seed(0)
        update(images[:16])
    for ours, theirs in zip(G.parameters(), H.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_dropout_at_test_time_is_the_only_difference_of_its_row(images):
    G, _ = recipes.players(BRIEF, recipes.SWITCHES["dropout_g"], images, seed=0)
    off, again = recipes.sample(BRIEF, G, 3), recipes.sample(BRIEF, G, 3)
    on = recipes.sample(BRIEF, G, 3, dropout_on=True)
    assert torch.equal(off, again) and not torch.equal(off, on)
    modes = {type(module).__name__: module.training for module in G.body}
    assert modes["Dropout2d"] and not modes["BatchNorm2d"]


def test_the_study_is_all_switches_with_all_seeds(shipped):
    record = shipped[1]
    runs = len(recipes.SWITCHES) * recipes.SETTINGS["seeds"]
    assert record["training"]["steps"] == runs * record["settings"]["steps"]
