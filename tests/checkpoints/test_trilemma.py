"""The study of all families: its parts against what is known of them, and that a run repeats."""

import copy
import math

import pytest
import torch
from torch import nn

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import trilemma
from course_utils.checkpoints import trilemma_measures as measures
from course_utils.checkpoints.digits_diffusion import schedule
from course_utils.checkpoints.trilemma_families import FAMILIES, diffusion, family, on_grey_levels, vae
from course_utils.checkpoints.trilemma_families.memory import SavedTensors, training_megabytes


def tiny():
    """Settings for a handful of samples after two steps."""
    settings = copy.deepcopy(trilemma.SETTINGS)
    settings.update(samples=8, examples=3, ode_steps=2)
    for name, about in settings["data"].items():
        about.update(seeds=2, likelihood_images=3)
        families = settings["families"][name]
        settings["families"][name] = {key: trilemma.with_steps(how, 2) for key, how in families.items()}
    return settings


@pytest.fixture(scope="module")
def digits():
    return data.load("digits"), data.load("digits", split="test")


@pytest.fixture(scope="module")
def by(digits):
    return measures.yardstick("digit_classifier", *digits, 100)


def test_nobody_has_too_many_weights():
    for name in trilemma.DATA:
        for key in FAMILIES:
            model = trilemma.built(trilemma.SETTINGS, name, key, 0)
            assert 10_000 < sum(weight.numel() for weight in model.parameters()) <= 600_000


@pytest.mark.parametrize("levels", [17, 256])
def test_dequantised_images_come_back_to_their_levels(levels):
    x = torch.randint(levels, (2, 1, 8, 8), generator=torch.Generator().manual_seed(0)) / (levels - 1)
    for y in (family.dequantised(x, levels), family.mid_level(x, levels)):
        assert y.min() >= 0 and y.max() < 1
        torch.testing.assert_close(on_grey_levels(y, levels), x)


def test_saved_tensors_are_counted_once_and_for_as_long_as_they_are_kept():
    model, x = nn.Linear(10, 10, bias=False), torch.ones(100, 10)
    saved = SavedTensors(model)
    with saved:
        h = model(x)  # keeps x, 4,000 bytes; the weights are spared
        loss = (h * h).sum()  # keeps h, 4,000 bytes, twice
    assert saved.live == saved.peak == 8_000
    loss.backward()
    del loss
    assert saved.live == 0 and saved.peak == 8_000
    assert training_megabytes(model, lambda: model(x).sum().backward()) == (16 * 100 + 4_000) / 1e6


def test_the_network_is_told_the_index_with_as_much_noise():
    levels = schedule()
    index = torch.tensor([0.0, 10, 500, 900])
    angle = (1 - levels.alphas_cumprod[index.long()]).sqrt().asin()
    told = []
    v = diffusion.velocity(lambda x, at: told.append(at) or x)(torch.ones(4, 1), 1 - angle / (math.pi / 2))
    torch.testing.assert_close(told[0].double(), index.double(), atol=0.1, rtol=0)
    torch.testing.assert_close(v, torch.full((4, 1), -math.pi / 2))


def test_standard_normal_data_stand_still_and_have_the_bits_of_a_normal_density():
    y = torch.rand(3, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    x = 2 * y - 1
    nats = (x.square() / 2 + math.log(2 * math.pi) / 2 - math.log(2)).mean((1, 2, 3))
    found = diffusion.ode_bits(lambda x, t: 0 * x, y, 256, 2, torch.Generator().manual_seed(0))
    torch.testing.assert_close(found, nats / math.log(2) + 8)


def test_the_bound_is_tight_where_codes_say_nothing():
    model = FAMILIES["vae"].build(trilemma.HOW["digits"]["vae"], (1, 8, 8))
    for layer in (model.encoder[-1], model.decoder[-2]):
        nn.init.zeros_(layer.weight), nn.init.zeros_(layer.bias)  # q is the prior, and every pixel 1/2
    images = torch.rand(50, 1, 8, 8, generator=torch.Generator().manual_seed(0)).mul(16).round() / 16
    y, dice = family.dequantised(images[:4], 17), torch.Generator().manual_seed(1)
    logvar = vae.pixel_logvar(model, family.dequantised(images, 17, dice), dice).view(8, 8)
    nats = ((y - 0.5).square() / logvar.exp() + logvar + math.log(2 * math.pi)).mean((1, 2, 3)) / 2
    dice = torch.Generator().manual_seed(1)
    found = vae.bits({}, model, y, 17, dice, images)
    torch.testing.assert_close(found, nats / math.log(2) + math.log2(17), atol=1e-3, rtol=0)


def test_real_digits_pass_and_blank_paper_fails(digits, by):
    real = measures.measures_of(**trilemma.as_judged(trilemma.evenly(digits[1].images, 100), by), by=by)
    assert real["modes"] == 10 and real["precision"] > 0.7 and measures.failed(real, by) == 0
    assert real["nearest_ratio"] == pytest.approx(1, abs=0.2)
    assert real["sharpness"] == pytest.approx(1, abs=0.2)
    copies = measures.measures_of(**trilemma.as_judged(digits[0].images[:100], by), by=by)
    assert copies["nearest_ratio"] == 0
    blank = measures.measures_of(**trilemma.as_judged(torch.zeros(100, 1, 8, 8), by), by=by)
    assert measures.failed(blank, by) == 1 and blank["sharpness"] == 0


@pytest.mark.parametrize("key", ["vae", "wgan_gp", "latent_diffusion"])
def test_a_run_repeats_is_kept_and_enters_the_table(key, digits, by, tmp_path):
    settings, sets = tiny(), tuple(part.images[:256] for part in digits)

    def run():
        return trilemma.run(settings, "digits", key, 1, sets, by)

    kept = trilemma.finished(tmp_path, "digits", key, 1, run)
    again = trilemma.finished(tmp_path, "digits", key, 1, lambda: pytest.fail("was run before"))
    anew = run()
    assert set(kept) == set(again) == set(anew)
    assert all(torch.equal(kept[name], anew[name]) for name in set(kept) - {"seconds"})
    study = trilemma.Trilemma(settings)
    trilemma.enter(study, "digits", key, 1, again)
    row = study.table()["digits", key]
    assert set(row) == set(measures.MEASURES) and row["distance"][1] > 0 and row["distance"][0].isnan()
    assert row["bits_per_dim"][1].isnan() == (study.kinds[key] == "none")
    assert study.features("digits", key)[1].max() > 0


@pytest.mark.parametrize(("of", "n"), [(1000, 400), (355, 100), (10, 10), (7, 20)])
def test_images_are_taken_from_all_over(of, n):
    taken = trilemma.evenly(torch.arange(of), n)
    assert len(taken.unique()) == len(taken) == min(n, of)
    assert taken[0] == 0 and taken[-1] >= of - of / len(taken) - 1
    assert taken.diff().max() - taken.diff().min() <= 1


@pytest.fixture(scope="module")
def study():
    return checkpoints.load("trilemma")[0]


@pytest.mark.parametrize("key", FAMILIES)
def test_the_stored_numbers_are_those_of_what_is_stored(study, digits, key):
    """The measures of the judge, from the features that it kept; the nearest ratio, from the distances."""
    by = measures.yardstick("digit_classifier", *digits, trilemma.SETTINGS["samples"])
    row, seed = study.row("digits", key), 3
    features = study.features("digits", key)[seed]
    assert metrics.frechet_distance(features, by.features) == pytest.approx(float(row["distance"][seed]))
    precision, recall = metrics.precision_recall(by.some, features, k=measures.NEIGHBOURS)
    assert (precision, recall) == pytest.approx((float(row["precision"][seed]), float(row["recall"][seed])))
    near = study.nearest("digits", key)[seed].mean() / by.usual
    assert float(near) == pytest.approx(float(row["nearest_ratio"][seed]), rel=1e-5)
    assert study.reads("digits", key)[seed].unique().numel() >= row["modes"][seed]


def test_real_images_are_better_than_every_family_in_the_study(study):
    for name in study.names:
        real = study.of_held_out(name)
        assert real["modes"] == 10 and real["nearest_ratio"] == pytest.approx(1, abs=0.05)
        for key in study.families:
            row = study.row(name, key)
            assert row["distance"].min() > 2 * real["distance"] and row["precision"].max() < real["precision"]


def test_every_run_is_timed_and_seconds_are_near_equal(study):
    for name, about in trilemma.DATA.items():
        took = torch.stack([study.row(name, key)["training_seconds"] for key in FAMILIES])
        assert took.shape == (7, 5) and not took.isnan().any()
        assert took.mean(1).max() < 1.4 * took.mean(1).min() and took.max() < 1.2 * about["seconds"]
