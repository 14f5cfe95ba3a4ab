"""The page's guidance against the course's labelled mixture and samplers, and against closed forms."""

import numpy as np
import pytest
import torch

from course_utils.diffusion import NoiseSchedule, exact_model, samplers
from course_utils.diffusion.guidance import mixed
from course_utils.diffusion.guidance_exact import LabelledMixture
from course_utils.exact import GaussianMixture
from course_utils.widgets.guidance.mixtures import PRESETS

MATH = "guidance/math.js"
SESSION = "guidance/session.js"
STATE = "guidance/state.js"
SCALES = [0, 0.35, 1, 2.5, 8]


def three_classes():
    """Unequal weights and widths, labels out of order, one class with two modes."""
    means = torch.tensor([[-2.0, 0.5], [1.0, 1.5], [0.5, -2.0], [1.9, 0.1]], dtype=torch.float64)
    stds, weights = torch.tensor([0.3, 0.7, 0.5, 0.4]), torch.tensor([0.2, 0.5, 0.1, 0.2])
    return LabelledMixture(GaussianMixture(means, stds, weights), [1, 0, 2, 1])


MIXTURES = {"own": three_classes(), **{name: labelled for name, (_, labelled) in PRESETS.items()}}


def as_page(labelled):
    values = {name: getattr(labelled.mixture, name).tolist() for name in ("means", "stds", "weights")}
    return {**values, "labels": labelled.labels.tolist()}


def points(n=40, scale=2.0, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(n, 2, dtype=torch.float64, generator=generator)


def flat(tensor):
    return tensor.flatten().tolist()


def guided_model(labelled, label, scale):
    """The exact model of all and that of the class, combined by the course's rule."""
    schedule = NoiseSchedule.linear()
    return mixed(
        exact_model(labelled.mixture, schedule), exact_model(labelled.given(label), schedule), float(scale)
    )


def test_the_levels_are_the_linear_schedules(node):
    found = node(MATH, "[...m.LEVELS]")
    assert found[0] == 1
    assert found[1:] == pytest.approx(NoiseSchedule.linear().alphas_cumprod.tolist(), rel=1e-11)


@pytest.mark.parametrize("name", MIXTURES)
def test_the_guided_score_is_the_gradient_of_the_tilted_density(node, name):
    labelled, x = MIXTURES[name], points().requires_grad_()
    expression = "input.scales.map((scale) => [...m.guidedScore(input.mixture, 1, scale, input.x)])"
    found = node(MATH, expression, mixture=as_page(labelled), scales=SCALES, x=flat(x.detach()))
    for scale, score in zip(SCALES, found, strict=True):
        (expected,) = torch.autograd.grad(labelled.tilted_log_prob(x, 1, scale).sum(), x)
        assert score == pytest.approx(flat(expected), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("away", [30.0, 1e3, 1e6])
def test_far_out_nothing_vanishes(node, away):
    """There all exponentials underflow, and yet each side's score is that of its own nearest component."""
    labelled, x = MIXTURES["own"], away * torch.tensor([[1.0, 0.2], [-0.6, -1.0], [0.0, 1.0]]).double()
    expected = (1 - 3.0) * labelled.mixture.score(x) + 3.0 * labelled.given(2).score(x)
    expression = """(() => { const { logDensity, logClass, shares } = m.factsAt(input.mixture, 2, input.x);
      return { score: [...m.guidedScore(input.mixture, 2, 3, input.x)], logDensity: [...logDensity],
        logClass: [...logClass], shares: [...shares[0]] }; })()"""
    found = node(MATH, expression, mixture=as_page(labelled), x=flat(x))
    assert found["score"] == pytest.approx(flat(expected), rel=1e-9)
    assert found["logDensity"] == pytest.approx(labelled.mixture.log_prob(x).tolist(), rel=1e-12)
    assert found["logClass"] == pytest.approx(labelled.log_class(x, 2).tolist(), rel=1e-9, abs=1e-9)
    assert found["shares"] == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("name", MIXTURES)
def test_the_ode_is_heuns_sampler_from_the_same_noise(node, name):
    labelled, x = MIXTURES[name], points(30, 1.0)
    expression = """input.scales.map((scale) =>
      [...m.odeSamples(m.guidedEpsilon(input.mixture, 0, scale), Float64Array.from(input.x), 20)])"""
    found = node(MATH, expression, mixture=as_page(labelled), scales=SCALES, x=flat(x))
    schedule = NoiseSchedule.linear()
    for scale, samples in zip(SCALES, found, strict=True):
        model = guided_model(labelled, 0, scale)
        expected = samplers.heun(model, schedule, x.shape, x_T=x, num_inference_steps=20)
        assert samples == pytest.approx(flat(expected), rel=0, abs=1e-6)


@pytest.mark.parametrize("scale", [0, 1, 3])
def test_the_ancestral_steps_are_ddpms_with_the_larger_variance(node, monkeypatch, scale):
    labelled, x, noises = MIXTURES["own"], points(20, 1.0), points(20 * 25, 1.0, seed=2).view(25, 20, 2)
    expression = """[...m.ancestralSamples(m.guidedEpsilon(input.mixture, 1, input.scale),
      Float64Array.from(input.x), input.noises)]"""
    page = {"noises": [flat(noise) for noise in noises], "scale": scale}
    found = node(MATH, expression, mixture=as_page(labelled), x=flat(x), **page)
    queue = list(noises)  # the page takes the last of them first, and the first for nothing
    monkeypatch.setattr(samplers.Walk, "noise", lambda walk, x: queue.pop())
    model = guided_model(labelled, 1, scale)
    options = {"num_inference_steps": 25, "variance_type": "fixed_large"}
    expected = samplers.ddpm(model, NoiseSchedule.linear(), x.shape, x_T=x, **options)
    assert found == pytest.approx(flat(expected), rel=0, abs=1e-6)
    assert len(queue) == 1


@pytest.mark.parametrize("label", [0, 1, 2])
def test_the_facts_are_the_mixtures(node, label):
    labelled, x = MIXTURES["own"], points()
    expression = """(() => { const found = m.factsAt(input.mixture, input.label, input.x);
      return { p: [...found.logDensity], y: [...found.logClass], shares: found.shares.map((one) => [...one]),
        tilted: [...m.tilted(found, 2.5)] }; })()"""
    found = node(MATH, expression, mixture=as_page(labelled), label=label, x=flat(x))
    assert found["p"] == pytest.approx(labelled.mixture.log_prob(x).tolist(), rel=1e-10)
    assert found["y"] == pytest.approx(labelled.log_class(x, label).tolist(), rel=1e-8, abs=1e-10)
    shares = labelled.given(label).responsibilities(x).T
    assert np.array(found["shares"]) == pytest.approx(shares.numpy(), abs=1e-10)
    tilted = labelled.tilted_log_prob(x, label, 2.5)
    assert found["tilted"] == pytest.approx((tilted - tilted.max()).exp().tolist(), abs=1e-10)


def total_variance(mixture):
    mean = mixture.weights @ mixture.means
    around = (mixture.means - mean).square().sum(1)
    return float(mixture.weights @ (2 * mixture.stds.square() + around))


@pytest.mark.parametrize("name", MIXTURES)
def test_the_sums_over_the_grid_are_the_closed_forms(node, name):
    """p(x | y) has its own variance and weights; tilted by s = 0 it is p(x), whose mean p(y | x) is p(y)."""
    labelled = MIXTURES[name]
    expression = """(() => { const s = m.newSession(input.mixture, 1, 0);
      const tilted = (scale) => m.lookAt(s, { scale, sampler: "deterministic" }).measures.tilted;
      return { conditional: s.conditional, all: tilted(0), same: tilted(1) }; })()"""
    found = node(SESSION, expression, mixture=as_page(labelled))
    given = labelled.given(1)
    assert found["conditional"]["variance"] == pytest.approx(total_variance(given), rel=0.01)
    assert found["conditional"]["shares"] == pytest.approx(given.weights.tolist(), abs=1e-3)
    assert found["same"] == found["conditional"]
    assert found["all"]["variance"] == pytest.approx(total_variance(labelled.mixture), rel=0.01)
    assert found["all"]["posterior"] == pytest.approx(float(labelled.prior[1]), abs=2e-3)


@pytest.mark.parametrize("sampler", ["deterministic", "ancestral"])
@pytest.mark.parametrize("name", PRESETS)
def test_without_guidance_the_samples_are_the_conditionals(node, name, sampler):
    """400 of 40 or 200 steps: what is left is the steps' bias, and for the ancestral ones also chance."""
    expression = (
        """m.lookAt(m.newSession(input.mixture, 0, 0), { scale: 1, sampler: input.sampler }).measures"""
    )
    found = node(SESSION, expression, mixture=as_page(MIXTURES[name]), sampler=sampler)
    samples, conditional = found["samples"], found["conditional"]
    chance = 1 if sampler == "deterministic" else 2.5
    assert samples["variance"] == pytest.approx(conditional["variance"], rel=0.04 * chance)
    assert samples["posterior"] == pytest.approx(conditional["posterior"], abs=0.02 * chance)
    assert samples["shares"] == pytest.approx(conditional["shares"], abs=0.06)


def test_three_scales_sample_three_different_densities(node):
    """Where the classes overlap: neither sampler gives the tilted density, and the two differ."""
    expression = """["deterministic", "ancestral"].map((sampler) =>
      m.lookAt(m.newSession(input.mixture, 1, 0), { scale: 4, sampler }).measures)"""
    ode, ancestral = node(SESSION, expression, mixture=as_page(MIXTURES["broad"]))
    tilted, true = ode["tilted"]["variance"], ode["conditional"]["variance"]
    assert ode["samples"]["variance"] < 0.6 * ancestral["samples"]["variance"]
    assert ancestral["samples"]["variance"] < 0.9 * tilted < 0.8 * true
    assert ode["samples"]["posterior"] > ode["tilted"]["posterior"] > ode["conditional"]["posterior"]


@pytest.mark.parametrize("sampler", ["deterministic", "ancestral"])
def test_a_point_moves_with_the_scale_and_comes_back(node, sampler):
    expression = """(() => { const s = m.newSession(input.mixture, 0, 0);
      const { sampler } = input;
      return [2, 2.05, 6, 2].map((scale) => [...m.lookAt(s, { scale, sampler }).points]); })()"""
    found = np.array(node(SESSION, expression, mixture=as_page(MIXTURES["two"]), sampler=sampler))
    first, near, far, again = found.reshape(4, -1, 2)
    assert (first == again).all()
    moved = np.linalg.norm(near - first, axis=1)
    assert 0 < np.median(moved) < 0.05
    assert np.median(np.linalg.norm(far - first, axis=1)) > 0.1


def test_points_beyond_the_picture_are_counted(node):
    mixture = as_page(LabelledMixture(GaussianMixture([[0.0, 0.0], [0.4, 0.0]], [1.0, 1.0]), [0, 1]))
    expression = """(() => { const s = m.newSession(input.mixture, 0, 0); s.half = 1.5;
      const look = m.lookAt(s, { scale: 0, sampler: "deterministic" });
      return [[...look.points], look.outside]; })()"""
    found, outside = node(SESSION, expression, mixture=mixture)
    expected = (np.abs(np.array(found).reshape(-1, 2)).max(1) > 1.5).sum()
    assert outside == expected > 20


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_even_draws_are_normal_and_even(node, seed):
    expression = "[...m.evenNormals(m.stream(input.seed), 400)]"
    x = np.array(node((MATH, "shared/random.js"), expression, seed=seed)).reshape(-1, 2)
    assert np.abs(x.mean(0)).max() < 0.05
    assert np.cov(x.T) == pytest.approx(np.eye(2), abs=0.08)
    assert (x**2).sum(1).mean() == pytest.approx(2, abs=0.03)  # ordinary draws: a standard error of 0.1
    levels = np.sort(np.exp(-(x**2).sum(1) / 2))  # uniform where the draws are normal
    assert levels == pytest.approx((np.arange(400) + 0.5) / 400, abs=1 / 400)
    angles = np.sort(np.arctan2(*x.T) / (2 * np.pi) % 1)
    assert angles == pytest.approx((np.arange(400) + 0.5) / 400, abs=1.5 / 400)


def test_scales_are_named_in_both_conventions(node):
    expression = """[[3, "s"], [3, "w"], [0, "s"], [1, "w"], [0.95, "s"]]
      .map(([scale, convention]) => m.scaleText({ scale, convention }))"""
    assert node(STATE, expression) == [
        "s = 3.00 (w = 2.00)",
        "w = 2.00 (s = 3.00)",
        "s = 0.00 (w = −1.00): unconditional",
        "w = 0.00 (s = 1.00): conditional, no guidance",
        "s = 0.95 (w = −0.05)",
    ]
    formulas = node(STATE, '["s", "w"].map((convention) => m.formulaText({ convention }))')
    assert formulas == [
        "uncond + s (cond − uncond),  w = s − 1",
        "(1 + w) cond − w uncond,  s = 1 + w",
    ]


def test_scales_stay_on_the_sliders_notches_and_the_nearest_grid_is_shown(node):
    assert node(STATE, "[-1, 0.024, 0.15, 3.14159, 9].map(m.onNotch)") == [0, 0, 0.15, 3.15, 8]
    expression = """[0, 1.4, 1.6, 3.4, 8]
      .map((scale) => m.shownScale({ scale }, { grids: { scales: [0, 1, 2, 5] } }))"""
    assert node(STATE, expression) == [0, 1, 2, 2, 5]


@pytest.mark.parametrize(("data", "label", "kept"), [("three", 2, 2), ("two", 2, 1), ("two", 0, 0)])
def test_a_label_that_the_data_lack_is_not_asked_for(node, data, label, kept):
    """Python sends new data and then their label: in between the page must not look for no components."""
    mixtures = [{"name": name, **as_page(MIXTURES[name])} for name in ("two", "three")]
    state = {"mixtures": mixtures, "data": data, "label": label}
    assert node(STATE, "m.readSettings({ get: (name) => input[name] }).label", **state) == kept
