"""The study of samplers: what is stored, what it shows, and that a row of it can be drawn again."""

import itertools

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import digits_diffusion
from course_utils.checkpoints import digits_race as recipes
from course_utils.diffusion import samplers


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_race")


def test_every_sampler_has_its_rows_and_no_two_seeds_gave_the_same(shipped):
    study, _ = shipped
    for sampler in recipes.SAMPLERS:
        for calls in recipes.CALLS:
            x = study(recipes.row(sampler, calls))
            assert x.shape == (4, 300, 1, 8, 8) and x.min() >= 0 and x.max() <= 1 and x.std() > 0.1
            assert len({seed.numpy().tobytes() for seed in x}) == 4


def test_levels_are_karras_levels_at_the_nearest_index():
    schedule = digits_diffusion.schedule()
    s = (-schedule.log_snr / 2).exp()
    for count in (3, 5, 10, 20, 50):
        pairs = recipes.levels(schedule, count)
        assert len(pairs) == count and pairs[-1][1] == -1
        assert all(t == prev for (_, prev), (t, _) in itertools.pairwise(pairs))
        wanted = samplers.karras_sigmas(count, 0.02, 80.0)
        for (t, _), level in zip(pairs, wanted, strict=True):
            apart = (s.log() - level.log()).abs()
            assert apart[t] == apart.min()


@pytest.mark.parametrize("sampler", recipes.SAMPLERS)
def test_no_sampler_makes_more_calls_than_it_may(sampler):
    schedule, count = digits_diffusion.schedule(), 0

    def model(x, t):
        nonlocal count
        count += 1
        return torch.zeros_like(x)

    for calls in recipes.CALLS:
        count, pairs = 0, recipes.levels(schedule, recipes.steps(sampler, calls))
        samplers.by_name[sampler](
            model, schedule, (1, 1, 2, 2), num_inference_steps=len(pairs), timesteps=pairs,
            generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        assert calls - 1 <= count <= calls


def test_a_row_can_be_drawn_again(shipped):
    """With fewer images, so the noise differs; the same call twice gives the same."""
    net, _ = checkpoints.load("digits_diffusion")
    first, again = (recipes.sample(net, "heun", 5, 0, 4) for _ in range(2))
    assert torch.equal(first, again) and not torch.equal(first, recipes.sample(net, "heun", 5, 1, 4))


def test_the_metrics_are_those_of_the_stored_samples(shipped):
    study, record = shipped
    judge, _ = checkpoints.load("digit_classifier")
    labels, name = torch.arange(300) % 10, "dpm_solver_pp_2m_10"
    with torch.no_grad():
        real = judge.features(data.load("digits").images)
        distances = [metrics.frechet_distance(judge.features(x), real) for x in study(name)]
    found = record["metrics"]
    assert found[f"distance_{name}"] == pytest.approx(sum(distances) / 4, rel=1e-3)
    agreed = [metrics.agreement(judge, x, labels) for x in study(name)]
    assert found[f"read_as_asked_{name}"] == pytest.approx(sum(agreed) / 4, abs=1e-5)


def test_a_brief_study_fills_every_row():
    brief = {**recipes.SETTINGS, "seeds": 2, "samples": 3, "samplers": ["ddim"], "calls": [2, 3]}
    study, runs = recipes.train(brief, recipes.build(brief), data.load("digits"), progress=False)
    assert study.names == ("ddim_2", "ddim_3") and runs.steps == 2 * (2 + 3)
    assert study.images.flatten(2).float().std(-1).min() > 0
