"""The numbers in right options of lessons 13 to 17, derived."""

import itertools
import math

import torch
from derived_numbers import LINE, derives, log_normal, moments, one
from torch.nn import functional as F

from course_utils import exact, latent, text
from course_utils.diffusion import NoiseSchedule, consistency, guidance, guidance_exact
from course_utils.flow_matching import exact_velocity


@derives("13", "twice-the-score")
def _():
    return [moments(2 * log_normal(0, 4))[1]]


@derives("13", "score-to-guess")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.36]).double())
    return [float(schedule.convert(one(-0.5), one(1), 0, "score", "sample"))]


@derives("13", "too-wide-by")
def _():
    variance = 1.0
    for _ in range(100):
        variance = (1 - 1 / 2) ** 2 * variance + 1
    return [variance]


@derives("13", "noise-left-out")
def _():
    x, ways = math.sqrt(101), torch.linspace(math.log(101), 0, 20_001).double().exp().tolist()
    for before, after in itertools.pairwise(ways):  # of 1 + sigma^2
        x += (after - before) * x / before
    return [x]


@derives("13", "which-probes")
def _():
    nodes, (a, b) = LINE, (2, 5)
    weights = torch.softmax(log_normal(0, 1), 0)
    second, fourth = (float((weights * nodes**k).sum()) for k in (2, 4))
    gaussian = (a**2 + b**2) * (fourth - second**2)
    signs = torch.tensor([a * z**2 + b * w**2 for z in (-1, 1) for w in (-1, 1)]).double()
    return [gaussian, float(signs.var())]


@derives("13", "one-euler-step")
def _():
    level = 1 / (1 + 7**2)  # of x / sqrt(1 + s^2), which has variance 1
    guess = exact.GaussianMixture(one(0), 1.0).denoise(one(1), level)
    return [float(guess)]


@derives("13", "orders")
def _():
    return [0.08 * (40 / 160) ** 1, 0.02 * (40 / 160) ** 2]


@derives("13", "remembered-guess")
def _():
    slope = (1.0 - 0.8) / 0.5
    return [1.0 + slope * 1.0 / 2]


@derives("14", "guided-noise")
def _():
    schedule = NoiseSchedule.from_alphas_cumprod(torch.tensor([1.0, 0.36]).double())
    guided = guidance.classifier_guided(
        lambda x, t: torch.full_like(x, 0.2), lambda x, t: 0.5 * x[:, 0], schedule, 2.0
    )
    return [float(guided(one(1), torch.zeros(1, dtype=torch.long)))]


@derives("14", "three-variances")
def _():
    return [float(guidance_exact.guided_variance(math.sqrt(0.5), 1.0, 2))]


@derives("14", "only-a-shift")
def _():
    return moments(3 * log_normal(1, 4) - 2 * log_normal(0, 4))


@derives("14", "whose-scale")
def _():
    uncond, cond = one(0.2), one(0.6)
    wanted = cond + 1.5 * (cond - uncond)
    scales = torch.linspace(0, 4, 401).tolist()
    return [min(scales, key=lambda s: float((guidance.combine(uncond, cond, s) - wanted).abs()))]


@derives("15", "mean-of-four")
def _():
    # The truth and four draws, independent and of variance V about the posterior mean.
    weights = torch.tensor([-1.0] + [0.25] * 4).double()
    return [0.006 * float((weights**2).sum())]


@derives("15", "too-sure")
def _():
    spread, of_draw = 0.003, 0.010
    return [spread / (of_draw - spread)]


@derives("15", "one-coordinate-told")
def _():
    first = exact.GaussianMixture(torch.tensor([[0.0], [1.0]]).double(), 0.5, torch.tensor([0.3, 0.7]))
    return [float(first.responsibilities(one(0.25))[0, 0])]


@derives("15", "first-gradients")
def _():
    W, c = torch.zeros(1, 2, requires_grad=True), torch.tensor([1.0, 2.0], requires_grad=True)
    return [float(g) for grad in torch.autograd.grad(0.5 * (W @ c).sum(), (W, c)) for g in grad.flatten()]


@derives("16", "at-the-crossing")
def _():
    return torch.tensor([[1.0, 0.0], [1.0, 0.0], [-2.0, 3.0]]).mean(0).tolist()


@derives("16", "first-of-two")
def _():
    weights = torch.tensor([2.0, 1.0]).double() / 3  # any data with mean 2
    two = exact.GaussianMixture(torch.tensor([[1.0], [4.0]]).double(), 0.3, weights)
    velocity = exact_velocity(two)
    x = torch.tensor([[0.0], [1.0]]).double()
    low, high = (x + 0.5 * velocity(x, torch.zeros(2).double())).flatten().tolist()
    return [low, high - low]


@derives("16", "floor-in-two-coordinates")
def _():
    t = torch.linspace(0, 1, 10_001).double()
    return [float(torch.trapezoid(0.36 / ((1 - t) ** 2 + t**2 * 0.36), t))]


@derives("16", "score-of-a-velocity")
def _():
    noise = 1 - 0.25 * 2
    return [-noise / (1 - 0.25)]


@derives("16", "straight-but-not-even")
def _():
    return [((1 - 0.5) ** 2 + (1 - 1.5) ** 2) / 2]


@derives("16", "guidance-on-velocities")
def _():
    return [float(guidance.combine(one(0.4), one(1.0), 3.0))]


@derives("17", "bits-of-a-code")
def _():
    return [math.log2(64**49)]


@derives("17", "factor-of-a-code")
def _():
    mean = math.sqrt(0.6) * torch.tensor([-1.0, 1.0]).double()[:, None]
    return [latent.latent_scale(mean, torch.full((2, 1), math.log(0.04)).double())]


@derives("17", "code-too-small")
def _():
    # Given x_t = a x_0 + sigma noise, on a grid: the variance of x_0 over its own.
    variance = moments(log_normal(0, 0.04) - (1 - math.sqrt(0.5) * LINE) ** 2 / (2 * 0.5))[1]
    return [variance / 0.04]


@derives("17", "equal-keys")
def _():
    k, v = torch.ones(2, 1).double(), torch.tensor([[1.0], [3.0]]).double()
    return [float(text.cross_attention(one(5), k, v)[0])]


@derives("17", "mask-after-softmax")
def _():
    q, k, v = one(1), torch.ones(4, 1).double(), 8 * torch.ones(4, 1).double()
    there = torch.tensor([True, False, False, False])
    late = text.cross_attention(q, k, v)[1] * there @ v
    return [float(late), float(text.cross_attention(q, k, v, there)[0])]


@derives("17", "smaller-patches")
def _():
    few, many = (F.unfold(torch.zeros(1, 4, 8, 8), n, stride=n).shape[2] for n in (2, 1))
    return [many**2 / few**2]


@derives("17", "target-of-the-student")
def _():
    guesses = torch.linspace(0, 2, 2001).double()
    ends = 0.8 * guesses + 0.6 * (1.0 - 0.6 * guesses) / 0.8
    return [float(guesses[(ends - 1.17).abs().argmin()])]


@derives("17", "map-or-mean")
def _():
    unit = exact.GaussianMixture(one(0), 1.0)
    level = 1 / (1 + 3**2)
    mapped = consistency.gaussian_map(one(10), 3.0, 1.0)
    return [float(mapped), float(unit.denoise(one(10) * math.sqrt(level), level))]


@derives("17", "weights-of-a-change")
def _():
    layer = torch.nn.Conv2d(64, 64, 3)
    matrix = layer.weight.flatten(1)
    change = torch.empty(matrix.shape[0], 4).numel() + torch.empty(4, matrix.shape[1]).numel()
    return [100 * change / matrix.numel()]
