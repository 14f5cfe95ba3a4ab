"""The numbers in right options of lessons 09 to 12, derived."""

import math

import torch
from derived_numbers import LINE, derives, log_normal, moments, one

from course_utils import exact
from course_utils.diffusion import NoiseSchedule


@derives("09", "affine-density")
def _():
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    z = 2 * x + 1
    (slope,) = torch.autograd.grad(z.sum(), x)
    return [float(exact.GaussianMixture(one(0), 1.0).log_prob(z.detach()[:, None]).exp() * slope.abs())]


@derives("09", "units")
def _():
    return [-float(torch.linalg.slogdet(torch.eye(3).double() / 100).logabsdet)]


@derives("09", "coupling-log-det")
def _():
    s, t = torch.tensor([0.5, -0.2]).double(), torch.tensor([3.0, -1.0]).double()
    step = lambda x: torch.cat([x[:2], s.exp() * x[2:] + t])  # noqa: E731
    J = torch.autograd.functional.jacobian(step, torch.tensor([1.0, 0.0, 2.0, 1.0]).double())
    return [float(torch.linalg.slogdet(J).logabsdet)]


@derives("09", "narrow-spikes")
def _():
    levels = torch.arange(17).double()[:, None]
    wide, narrow = (exact.GaussianMixture(levels, w).log_prob(levels).mean() for w in (1e-2, 1e-3))
    return [64 * float(narrow - wide)]


@derives("09", "bits")
def _():
    bound = 60 + 64 * math.log(1 / 17)  # log P(x), a cube's volume times the density
    return [-bound / 64 / math.log(2)]


@derives("09", "one-by-one-log-det")
def _():
    W = math.exp(0.01 / 4) * torch.eye(4).double()
    return [float(torch.linalg.slogdet(torch.block_diag(*[W] * 14 * 14)).logabsdet)]


@derives("09", "hutchinson-variance")
def _():
    A = torch.tensor([[0.0, 3.0], [1.0, 0.0]]).double()
    values = torch.linalg.eigvalsh((A + A.T) / 2)  # a sum of value times chi-squared, each of variance 2
    return [float(2 * (values**2).sum())]


@derives("10", "variance-after-twenty")
def _():
    level = float(NoiseSchedule(torch.full((20,), 0.1)).alphas_cumprod[-1])
    return [level * 9 + 1 - level]


@derives("10", "three-steps")
def _():
    level = float(NoiseSchedule(torch.tensor([0.1, 0.2, 0.5])).alphas_cumprod[-1])
    return [math.sqrt(level), math.sqrt(1 - level)]


@derives("10", "half-the-steps")
def _():
    return [float(NoiseSchedule.linear(500).alphas_cumprod[-1].sqrt())]


@derives("10", "equal-noise")
def _():
    levels = torch.linspace(0, 1, 100_001).double()
    return [float(levels[(0.25 * levels - (1 - levels)).abs().argmin()])]


@derives("10", "brightness-at-the-end")
def _():
    pixels = 128 * 128
    return [0.01 * 0.5 / math.sqrt(pixels / pixels**2)]


@derives("10", "another-size")
def _():
    linear = NoiseSchedule.linear()
    return [float((linear.rescale(1 / 4**2).log_snr - linear.log_snr)[500])]


@derives("11", "one-jump")
def _():
    pair = exact.GaussianMixture(torch.tensor([[-1.0], [1.0]]).double(), 1e-3, torch.tensor([0.75, 0.25]))
    return [float(pair.denoise(one(0.3), 1e-12))]


@derives("11", "posterior")
def _():
    mean, variance = moments(log_normal(0.8, 0.36) - (-1 - 0.5 * LINE) ** 2 / (2 * 0.75))
    return [mean, variance]


@derives("11", "one-term")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.8, 0.5]).double())
    guess = torch.full((1, 10), 0.2).double()
    (right, variance), (wrong, _) = (
        schedule.posterior(x, torch.zeros(1, 10).double(), 1) for x in (0 * guess, guess)
    )
    return [float(((right - wrong) ** 2).sum() / (2 * variance.flatten()[0]))]


@derives("11", "too-small-or-too-large")
def _():
    truth = torch.distributions.Normal(0.0, 1.0)
    models = (torch.distributions.Normal(0.0, math.sqrt(v)) for v in (0.5, 2.0))
    return [float(torch.distributions.kl_divergence(truth, model)) for model in models]


@derives("11", "error-near-noise")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.01]).double())
    return [
        abs(
            float(schedule.convert(one(0.2), one(1), 0, kind, "sample"))
            - float(schedule.convert(one(0), one(1), 0, kind, "sample"))
        )
        for kind in ("epsilon", "v_prediction")
    ]


@derives("11", "noise-from-velocity")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.36]).double())
    return [float(schedule.convert(one(-1.3), one(1.6), 0, "v_prediction", "epsilon"))]


@derives("11", "floor-of-one-gaussian")
def _():
    unit = exact.GaussianMixture(one(0), 1.0)
    noise = lambda x: -math.sqrt(0.7) * float(unit.diffuse(0.3).score(one(x)))  # noqa: E731
    return [1 - noise(1.0) ** 2]  # the noise is linear in x_t, which has variance 1; so has the noise


@derives("12", "no-opinion")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.25]).double())
    of_noise, of_image = (
        float(schedule.convert(one(e), 0.5 * one(x) + math.sqrt(0.75) * one(e), 0, "epsilon", "v_prediction"))
        for x, e in ((0, 1), (1, 0))
    )
    return [of_noise**2 + 0.6 * of_image**2]


@derives("12", "price-of-attention")
def _():
    small, large = (torch.cartesian_prod(torch.arange(n), torch.arange(n)).shape[0] for n in (8, 32))
    return [large**2 / small**2]


@derives("12", "average-of-nothing")
def _():
    share = 1.0
    for _ in range(300):
        share *= 0.999
    return [100 * share]


@derives("12", "back-up")
def _():
    below, above = 0.64, 0.36
    step = float(NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, below, above]).double()).betas[1])
    return [math.sqrt(1 - step), math.sqrt(step)]


@derives("12", "half-as-large")
def _():
    pixels = torch.linspace(0, 1, 11).double()
    return [float((2 * pixels - 1).var().log() - pixels.var().log())]


@derives("12", "three-losses")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.9]).double())
    errors = (
        schedule.convert(one(math.sqrt(0.2)), one(0), 0, "v_prediction", k) for k in ("epsilon", "sample")
    )
    return [float(error) ** 2 for error in errors]
