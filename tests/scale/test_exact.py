"""What the families compute, against formulas and other ways to the same number."""

import functools
import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from course_utils import checkpoints, data, diffusion, scale
from course_utils.scale import measures, sources
from course_utils.scale.beside import built
from course_utils.scale.families import flow, vae
from course_utils.scale.families.family import check_sides, dequantised, halved


def seeded(recipe, shape=(1, 8, 8), classes=3, **changes):
    """The small network with every weight drawn anew, and its settings."""
    how = {**scale.FAMILIES[recipe].settings(shape, classes, "quick"), "sampling_steps": 4, **changes}
    model, dice = built(recipe, how), torch.Generator().manual_seed(3)
    for weight in model.parameters():
        weight.data = 0.1 * torch.randn(weight.shape, generator=dice)
    return model.eval(), how


def images(n=5, shape=(1, 8, 8)):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(2))


def test_the_vae_s_two_terms():
    model, _ = seeded("vae")
    x, y = images(), torch.tensor([0, 1, 2, 0, 1])
    torch.manual_seed(5)
    given, kl = model(x, y)
    torch.manual_seed(5)
    means, mean, logvar = model.net(x)
    pixels = Independent(Normal(means, model.log_std.exp()), 3)
    assert torch.allclose(given, pixels.log_prob(x), rtol=1e-5)
    q, p = Normal(mean, (logvar / 2).exp()), Normal(model.place(y), torch.ones_like(mean))
    assert torch.allclose(kl, kl_divergence(q, p).sum(1), rtol=1e-4)


def test_the_vae_s_bits_are_those_of_its_bound():
    model, how = seeded("vae", classes=None)
    x = torch.zeros(4, 1, 8, 8)
    torch.manual_seed(5)
    loss, extras = vae.loss(how)(model, x)
    torch.manual_seed(5)
    found = vae.held_out(how, model, x)
    assert loss.item() == pytest.approx(found["bits_per_dimension_at_most"].mean().item())
    nats = 64 * math.log(256) - found["elbo"].mean().item()
    assert loss.item() == pytest.approx(nats / (64 * math.log(2))) and extras["kl"] > 0


def test_the_flow_s_density_and_its_way_back():
    model, how = seeded("flow")
    x, y = images(), torch.tensor([0, 1, 2, 0, 1])
    z, log_det = model.net(x)
    base = Independent(Normal(model.place(y), 1.0), 1)
    assert torch.allclose(model(x, y), base.log_prob(z) + log_det, rtol=1e-5)
    drawn = flow.sample(how, model, 3, y[:3], torch.Generator().manual_seed(0))
    noise = model.net.base.sample(3, torch.Generator().manual_seed(0))
    assert torch.allclose(model.net(drawn)[0] - model.place(y[:3]), noise, atol=1e-3)


@pytest.mark.parametrize(("recipe", "expected"), [("diffusion", 0.5), ("flow_matching", 1.0)])
def test_the_error_of_a_network_that_says_nothing(recipe, expected):
    """Of grey images, x0 = 0: v is sqrt(alpha-bar) noise, whose mean square is alpha-bar's mean, a half for a
    cosine; the velocity is minus the noise."""
    how = scale.FAMILIES[recipe].settings((1, 8, 8), None, "quick")
    found = scale.FAMILIES[recipe].held_out(how, built(recipe, how), torch.full((2_000, 1, 8, 8), 0.5))
    (errors,) = found.values()
    if recipe == "diffusion":
        expected = diffusion.NoiseSchedule.cosine().alphas_cumprod.mean().item()
        assert expected == pytest.approx(0.5, abs=0.01)
    assert errors.shape == (2_000,) and errors.mean().item() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("recipe", ["diffusion", "flow_matching"])
def test_scale_0_is_no_label_and_1_is_the_label(recipe):
    model, how = seeded(recipe)
    record, y = {"recipe": recipe, "settings": how}, torch.tensor([0, 2])
    draw = functools.partial(scale.FAMILIES[recipe].sample, how, model, 2)
    told, untold = (draw(labels, torch.Generator().manual_seed(0), 1.0) for labels in (y, None))
    guided = [scale.sample(model, record, 2, y, guidance_scale=s) for s in (0.0, 1.0, 3.0)]
    assert torch.allclose(guided[0], untold.clamp(0, 1), atol=1e-5)
    assert torch.equal(guided[1], told.clamp(0, 1)) and not torch.allclose(told, untold, atol=1e-3)
    assert not torch.allclose(guided[2], guided[1], atol=1e-3)


def test_the_game_moves_both_players_and_keeps_an_average():
    family, (model, how) = scale.FAMILIES["gan"], seeded("gan", classes=None)
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    game = family.game(how, model.train())
    x = images(8)
    d_loss, extras = game.update(x)
    assert all(not torch.equal(weight, before[name]) for name, weight in model["G"].named_parameters("G"))
    named = model["D"].named_parameters("D")
    assert any(not torch.equal(weight, before[name]) for name, weight in named)
    assert d_loss.isfinite() and extras["g_loss"].isfinite()
    kept = game.kept()
    decay = how["ema_decay"]
    for name, weight in kept["G"].named_parameters("G"):
        now = dict(model.named_parameters())[name]
        assert torch.allclose(weight, decay * before[name] + (1 - decay) * now, atol=1e-6)


def test_bytes_become_numbers_of_their_own_levels():
    x = torch.arange(256).repeat(50).view(50, 1, 16, 16) / 255.0
    assert torch.equal((256 * dequantised(x)).floor(), (255 * x).round()) and dequantised(x).max() < 1


def test_how_often_a_side_can_be_halved():
    found = [halved((1, *size), 3) for size in ((28, 28), (32, 32), (8, 8), (32, 20), (64, 64), (7, 8))]
    assert found == [2, 3, 1, 2, 3, 0]
    with pytest.raises(ValueError, match="30 x 20: give --size 20, say"):
        check_sides((1, 30, 20), 4)


def test_real_images_are_at_distance_0_and_read_as_they_are():
    source = sources.load("mnist_5k")
    kept, labels = source.held_out
    found = measures.of_samples(source, kept[:300] / 255.0, labels[:300])
    name = "frechet_distance_mnist_classifier"
    assert found[name] == pytest.approx(0, abs=1e-4) and found[f"{name}_of_training_images"] > 0.1
    assert found["read_as_asked"] > 0.9 and found["frechet_images"] == 300
    judge, _ = checkpoints.load("mnist_classifier")
    images = data.load("mnist_5k", "test").images
    assert measures.judge_of(source)[0] == "mnist_classifier" and judge.features(images[:2]).shape[0] == 2


def test_random_features_are_the_same_every_time_and_know_noise_from_blank():
    one, two = (measures.RandomFeatures(3) for _ in range(2))
    x = images(4, (3, 16, 16))
    assert torch.equal(one.features(x), two.features(x)) and one.features(x).shape == (4, 96)
    assert not torch.allclose(one.features(x), one.features(torch.zeros_like(x)), atol=1e-2)


@pytest.mark.parametrize("recipe", scale.FAMILIES)
def test_full_size_is_larger_and_told_the_classes(recipe):
    family = scale.FAMILIES[recipe]
    full, quick = (family.settings((3, 32, 32), 10, preset) for preset in ("full", "quick"))
    assert full["classes"] == quick["classes"] == 10 and full["batch_size"] > quick["batch_size"]
    model = built(recipe, full)
    assert 1e6 < sum(weight.numel() for weight in model.parameters()) < 1e8
    record = {"recipe": recipe, "settings": {**full, "sampling_steps": 1}}
    assert scale.sample(model, record, 1).shape == (1, 3, 32, 32)
