"""The SDEs: their marginals, both ways back on an exact mixture, and the density, exact and estimated."""

import math

import pytest
import torch

from course_utils._divergence import PROBES
from course_utils.diffusion import inversion, sde
from course_utils.diffusion.sde import VE, VP
from course_utils.divergences import wasserstein1
from course_utils.exact import GaussianMixture

F64 = torch.float64
MEANS = torch.tensor([[1.2, 0.0], [-0.6, 0.9], [-0.6, -0.9]], dtype=F64)
MIXTURE = GaussianMixture(
    MEANS, torch.tensor([0.2, 0.3, 0.25], dtype=F64), torch.tensor([0.5, 0.3, 0.2], dtype=F64)
)
KINDS = {"VP": VP(), "VE": VE(sigma_max=30.0)}


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.mark.parametrize("u", [0.0, 0.1, 0.5, 1.0])
def test_the_marginal_solves_the_equations_of_mean_and_variance(kind, u):
    """d signal / du = f's factor times signal; d sigma^2 / du = 2 f sigma^2 + g^2: by differences."""
    step = 1e-6
    low, high = max(u - step, 0), min(u + step, 1)
    (signal_low, sigma_low), (signal_high, sigma_high) = kind.marginal(low), kind.marginal(high)
    middle = (low + high) / 2
    (signal, sigma), factor = kind.marginal(middle), float(kind.drift(torch.ones(1, 1, dtype=F64), middle))
    assert (signal_high - signal_low) / (high - low) == pytest.approx(factor * signal, rel=1e-5, abs=1e-9)
    growth = (sigma_high**2 - sigma_low**2) / (high - low)
    assert growth == pytest.approx(2 * factor * sigma**2 + kind.diffusion(middle) ** 2, rel=1e-5)


def test_the_ends():
    assert VP().marginal(0.0) == VE().marginal(0.0) == (1.0, 0.0)
    signal, sigma = VP().marginal(1.0)
    assert signal == pytest.approx(math.exp(-(0.1 + 19.9 / 2) / 2)) and sigma == pytest.approx(1, abs=1e-4)
    assert VE().prior_std == pytest.approx(math.sqrt(50**2 - 0.01**2))


def near(samples, exact):
    """Moments, and sliced W1 in four directions, within what 20,000 samples allow."""
    mean, spread = exact.mean(0), exact.std(0)
    assert ((samples.mean(0) - mean) / spread).abs().max() < 0.03
    assert (samples.std(0) / spread - 1).abs().max() < 0.02
    for angle in (0.0, 0.8, 1.6, 2.4):
        along = torch.tensor([math.cos(angle), math.sin(angle)], dtype=F64)
        assert wasserstein1(samples @ along, exact @ along) < 0.03 * float((exact @ along).std())


def test_both_ways_back_have_the_marginals_of_the_mixture(kind):
    """One way down in three stages, each from where the last ended: at every stop the marginal is right."""
    x = drawn = sde.marginal_mixture(kind, MIXTURE, 1.0).sample(20_000, dice(1))
    score, noise = sde.exact_score(kind, MIXTURE), dice(3)
    for start, end, steps in ((1.0, 0.5, 250), (0.5, 0.2, 250), (0.2, 0.0, 300)):
        exact = sde.marginal_mixture(kind, MIXTURE, end).sample(20_000, dice(2))
        drawn = sde.reverse(kind, score, drawn, steps=steps, start=start, end=end, generator=noise)
        near(drawn, exact)
        x = sde.probability_flow(kind, score, x, steps=50, start=start, end=end)
        near(x, exact)


def test_the_flow_of_a_gaussian_is_known(kind):
    """(x - signal m) / std stays as it is along the flow, up and down."""
    one = GaussianMixture(torch.tensor([[0.5, -1.0]], dtype=F64), 0.4)
    x0 = one.sample(50, dice())
    up = sde.probability_flow(kind, sde.exact_score(kind, one), x0, steps=2000, start=0.0, end=1.0)
    noisy = sde.marginal_mixture(kind, one, 1.0)
    expected = noisy.means + (x0 - one.means) / one.stds * noisy.stds
    torch.testing.assert_close(up, expected, rtol=1e-3, atol=1e-3)
    down = sde.probability_flow(kind, sde.exact_score(kind, one), expected, steps=2000)
    torch.testing.assert_close(down, x0, rtol=1e-3, atol=1e-3)


def test_the_density_by_the_flow_is_the_mixtures(kind):
    x, score = MIXTURE.sample(40, dice(4)), sde.exact_score(kind, MIXTURE)
    at_end = sde.marginal_mixture(kind, MIXTURE, 1.0)
    found = sde.log_prob(kind, score, x, steps=600, prior=at_end.log_prob)
    torch.testing.assert_close(found, MIXTURE.log_prob(x), rtol=0, atol=1e-3)


def test_the_density_carries_no_gradient_that_would_be_a_part_of_the_true_one_only():
    x = torch.ones(2, 1, requires_grad=True)
    score = sde.exact_score(VP(), GaussianMixture([[0.0]], 0.5))
    assert not sde.log_prob(VP(), score, x, steps=5).requires_grad


def test_calling_the_end_noise_costs_what_is_left_of_the_data_there():
    """With x ~ N(m, s^2) the end is N(signal m, signal^2 s^2 + sigma^2) and is taken for N(0, 1)."""
    one, kind = GaussianMixture(torch.tensor([[0.5, -1.0]], dtype=F64), 0.4), VP()
    x, score = one.sample(20, dice(7)), sde.exact_score(kind, one)
    at_end = sde.marginal_mixture(kind, one, 1.0)
    there = at_end.means + (x - one.means) / one.stds * at_end.stds
    lost = GaussianMixture(torch.zeros(1, 2, dtype=F64), 1.0).log_prob(there) - at_end.log_prob(there)
    found = sde.log_prob(kind, score, x, steps=400)
    torch.testing.assert_close(found - one.log_prob(x), lost, rtol=0, atol=5e-4)
    assert lost.abs().max() > 2e-3


@pytest.mark.parametrize("probe", PROBES)
def test_hutchinson_is_unbiased_with_the_variance_of_the_formula(probe):
    """For a linear score the divergence is one trace all the way: its estimate has a known variance.

    A score -A x with A symmetric: v^T A v has the mean tr A and the variance 2 |A|_F^2 (Gaussian probes), or
    that less 2 sum A_ii^2 (Rademacher). Here the flow's matrix is (A - I) g^2 / 2, added up along the way.
    """
    kind, A = VP(), torch.tensor([[1.0, 0.6], [0.6, 2.0]], dtype=F64)

    def score(x, u):
        return -x @ A

    n = 40_000
    x = torch.zeros(n, 2, dtype=F64)  # at 0 the flow stays, so that only the divergence differs
    exact = sde.log_prob(kind, score, x[:1], steps=20)
    found = sde.log_prob(kind, score, x, steps=20, probe=probe, generator=dice(5))
    total = 0.1 + 19.9 / 2  # of g^2 over the way, which Heun's steps get exactly
    B = total / 2 * (A - torch.eye(2, dtype=F64))
    variance = 2 * (B**2).sum() - (2 * (B.diagonal() ** 2).sum() if probe == "rademacher" else 0)
    assert abs(found.mean() - exact) < 4 * math.sqrt(variance / n)
    assert found.var() == pytest.approx(float(variance), rel=0.05)


def test_inversion_comes_back_and_its_error_falls_with_the_steps():
    from course_utils.diffusion import NoiseSchedule, exact_model, samplers

    schedule, x0 = NoiseSchedule.linear(), MIXTURE.sample(200, dice(6))
    errors = []
    for count in (50, 100, 200):
        how = {"num_inference_steps": count}
        model = exact_model(MIXTURE, schedule)
        x_T = inversion.invert(model, schedule, x0, **how)
        back = samplers.ddim(model, schedule, x0.shape, x_T=x_T, **how)
        errors.append(float((back - x0).square().mean().sqrt()))
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2] and errors[2] < 0.05


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: VP(-1.0), "beta_min"),
        (lambda: VE(1.0, 0.5), "sigma_max"),
        (lambda: VP().marginal(1.5), "u must be"),
        (lambda: sde.reverse(VP(), None, torch.zeros(1, 2), start=0.2, end=0.8), "start must be above end"),
        (lambda: sde.log_prob(VP(), None, torch.zeros(1, 2), probe="gausian"), "Did you mean 'gaussian'"),
        (lambda: sde.probability_flow(VP(), None, torch.zeros(1, 2), steps=0), "steps"),
    ],
)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
