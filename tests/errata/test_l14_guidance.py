"""What the lectures print about guidance: each printed form fails, or means something else; ours holds."""

import math

import torch

from course_utils import exact
from course_utils.diffusion import NoiseSchedule, exact_model
from course_utils.diffusion.guidance import classifier_gradient, combine
from course_utils.diffusion.guidance_exact import LabelledMixture

SCHEDULE = NoiseSchedule.cosine()
MEANS = torch.tensor([[-1.0, 0.3], [0.2, 1.0], [1.0, -0.5]]).double()
LABELLED = LabelledMixture(exact.GaussianMixture(MEANS, 0.3), [0, 0, 1])
ANY, ONE = exact_model(LABELLED.mixture, SCHEDULE), exact_model(LABELLED.given(1), SCHEDULE)
POINTS = torch.randn(64, 2, generator=torch.Generator().manual_seed(0)).double()


def gradient(x, t):
    """grad log p_t(y = 1 | x) by the exact classifier of step t."""
    return classifier_gradient(LABELLED.log_prob_at(SCHEDULE, 1), x, torch.full((len(x),), t))


def printed(t, told, scale=1.0):
    """The lecture's update at step t, with a classifier that holds for the step `told`."""
    sigma = math.sqrt(1 - float(SCHEDULE.alphas_cumprod[t]))
    return ANY(POINTS, torch.full((64,), t)) - scale * sigma * gradient(POINTS, told)


def test_both_networks_must_be_told_the_step():
    """C: p_phi(y | x_t). With the right t the update is the conditional model, with no or another one not.
    And eps_theta(x_t): one x_t, two steps, two answers."""
    for t in (200, 500, 800):
        conditional = ONE(POINTS, torch.full((64,), t))
        assert torch.allclose(printed(t, told=t), conditional, atol=1e-8)
        for other in (0, 350, 900):
            assert (printed(t, told=other) - conditional).abs().max() > 0.1
    early, late = (ANY(POINTS, torch.full((64,), t)) for t in (200, 800))
    assert (early - late).abs().max() > 0.5


def test_without_a_factor_the_update_is_scale_one():
    """C: at most the conditional model. Three times the gradient goes on to where the label is surer."""
    t = 500
    once, thrice = printed(t, t), printed(t, t, scale=3.0)
    assert torch.allclose(once, ONE(POINTS, torch.full((64,), t)), atol=1e-8)
    cleaner = [SCHEDULE.convert(e, POINTS, torch.full((64,), t), "epsilon", "sample") for e in (once, thrice)]
    log_class = [LABELLED.log_class(x0, 1).mean() for x0 in cleaner]
    assert log_class[1] > log_class[0] and (thrice - once).abs().max() > 0.1


def test_the_lecture_counts_from_the_conditional_model():
    """E: e + w (e - e_null). w = 0 is no guidance; a library's s put in for w is one too many."""
    t = torch.full((64,), 500)
    null, told = ANY(POINTS, t), ONE(POINTS, t)
    for w in (0.0, 0.5, 3.0):
        assert torch.allclose(told + w * (told - null), combine(null, told, 1 + w))
        assert torch.allclose(told + w * (told - null), combine(null, told, w) + (told - null))
    assert torch.equal(combine(null, told, 1.0), told)
    assert (told + 1.0 * (told - null) - told).abs().max() > 0.1  # "1" guides in the printed form
