"""conditions.known_log_prob: how likely is the known part of a picture?"""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.diffusion import NoiseSchedule


def known_log_prob(x_t, t, model, known, mask, schedule):
    """log p(known part | x_t) up to a constant, for one image each: [B] (Ho et al. 2022, section 3.1)."""
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    _, sigma = schedule.rates(t, x_t)
    return -(mask * (known - x0) / sigma).square().flatten(1).sum(1) / 2


class _Guesser(nn.Module):
    """A small stand-in for the network: called as model(x_t, t), one convolution and a word on t."""

    def __init__(self, rng):
        super().__init__()
        self.weight = nn.Parameter(0.4 * torch.randn(1, 1, 3, 3, generator=rng))

    def forward(self, x_t, t):
        return F.conv2d(x_t, self.weight, padding=1) + 0.01 * t.to(x_t).view(-1, 1, 1, 1)


_SCHEDULE = NoiseSchedule.linear(20, 1e-3, 0.4)


def _known(batch, height, width, steps, rubbish=0.0):
    """rubbish: what is added to the array where nothing is known."""

    def make(rng):
        x_t, known = torch.randn(2, batch, 1, height, width, generator=rng)
        mask = (torch.rand(1, 1, height, width, generator=rng) < 0.5).float()
        mask[..., 0, 0], mask[..., -1, -1] = 1, 0
        known = known.clamp(-1, 1) + rubbish * (1 - mask)
        return x_t, torch.tensor(steps), _Guesser(rng), known, mask, _SCHEDULE

    return make


def _log_prob(guess=None, error=None, spread=None, total=None, hole=False):
    """The logarithm with one part replaced."""

    def log_prob(x_t, t, model, known, mask, schedule):
        v = model(x_t, t)
        x0 = schedule.convert(v, x_t, t, "v_prediction", "sample")
        signal, sigma = schedule.rates(t, x_t)
        x0 = x0 if guess is None else guess(v, x0, x_t, t, schedule)
        part = 1 - mask if hole else mask
        off = part * (known - x0) if error is None else error(known, x0, part, signal, sigma)
        off = off.square() / (2 * (sigma**2 if spread is None else spread(signal, sigma)))
        return -off.flatten(1).sum(1) if total is None else total(off, mask)

    return log_prob


def _first_step(x_t, t, model, known, mask, schedule):
    v, first = model(x_t, t), t[:1].expand(len(t))
    x0 = schedule.convert(v, x_t, first, "v_prediction", "sample")
    return -(mask * (known - x0) / schedule.rates(first, x_t)[1]).square().flatten(1).sum(1) / 2


def _first_sigma(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    return -(mask * (known - x0)).square().flatten(1).sum(1) / (2 * schedule.rates(t, x_t)[1][0].item() ** 2)


def _with_log_sigma(x_t, t, model, known, mask, schedule):
    constant = (mask * schedule.rates(t, x_t)[1].log()).flatten(1).sum(1)
    return known_log_prob(x_t, t, model, known, mask, schedule) - constant


def _with_constant(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    density = torch.distributions.Normal(x0, schedule.rates(t, x_t)[1].expand_as(x0))
    return (mask * density.log_prob(known)).flatten(1).sum(1)


def _replacing(x_t, t, model, known, mask, schedule):
    signal, sigma = schedule.rates(t, x_t)
    return -(mask * (signal * known - x_t) / sigma).square().flatten(1).sum(1) / 2


def _by_norm(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    return -(mask * (known - x0)).flatten(1).norm(dim=1) / (2 * schedule.rates(t, x_t)[1].flatten() ** 2)


def _absolute_over_variance(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    return -(mask * (known - x0).abs() / (2 * schedule.rates(t, x_t)[1] ** 2)).flatten(1).sum(1)


def _absolute(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    return -(mask * (known - x0) / schedule.rates(t, x_t)[1]).abs().flatten(1).sum(1) / 2


def _cut_net(v, x0, x_t, t, schedule):
    return schedule.convert(v.detach(), x_t, t, "v_prediction", "sample")


def _as_noise(v, x0, x_t, t, schedule):
    return schedule.convert(v, x_t, t, "epsilon", "sample")


def _divided_late(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    squared = (mask * (known - x0)).square().flatten(1).sum(1)
    return -squared / (2 * schedule.rates(t, x_t)[1] ** 2)


exercise(
    "conditions.known_log_prob",
    reference=known_log_prob,
    gradient=["x_t"],
    inputs={
        "3 images of 5 x 5": _known(3, 5, 5, [12, 3, 19]),
        "2 images of 4 x 6": _known(2, 4, 6, [0, 7]),
        "1 image of 6 x 3": _known(1, 6, 3, [15]),
        "2 images of 4 x 4, with rubbish where nothing is known": _known(2, 4, 4, [5, 10], rubbish=1000.0),
    },
    mistakes=[
        Mistake(
            _log_prob(hole=True),
            "The mask is inverted: the error is taken over the hole, where nothing is known, so the sampler"
            " is led to whatever the array holds there and the known part goes its own way.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: known - x0),
            "The error is taken over the whole image: the hole is pulled to whatever stands there in the "
            "array (in the notebook the truth itself, so the model is told what it was to invent).",
        ),
        Mistake(
            _log_prob(total=lambda off, mask: off.flatten(1).sum(1)),
            "The sign is lost: this is largest where the guess is furthest from what is known, and "
            "guidance, which climbs, drives the known part away.",
        ),
        Mistake(
            _log_prob(guess=_cut_net),
            "The network is cut out of the gradient: only the known pixels of x_t are then pulled, the "
            "pixels of the hole get nothing, and how the two belong together, which only the net knows, is "
            "not used.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: torch.ones_like(sigma)),
            "The variance of the guess is missing: the pull does not grow as the noise goes, though the "
            "guess gets surer; near the data the known part is hardly held at all.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: sigma),
            "You divide by sigma, not by its square: a Gaussian's exponent has the variance below the line;"
            " your pull is too weak wherever sigma is below 1, and most so at small t.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: signal**2),
            "The variance is signal squared, so that the pull weakens as the image clears up: at large t, "
            "where the guess is a blur, it is far too strong, and at small t too weak.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: (sigma / signal) ** 2),
            "You take (sigma / signal) squared, as Ho et al. (2022) do: that is the variance if nothing is "
            "known of x_0 beforehand, and it grows without bound at large t, so the guidance is weak there. "
            "Here the data are taken to have variance 1, and then it is sigma squared.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: sigma**2 / 2),
            "The half is missing: the exponent of a Gaussian is the square over twice the variance, so this"
            " is guidance with twice the scale that you think you have set.",
        ),
        Mistake(
            (
                _log_prob(total=lambda off, mask: -off.flatten(1).mean(1)),
                _log_prob(total=lambda off, mask: -off.flatten(1).sum(1) / mask.sum()),
            ),
            "You take the mean over the pixels: the logarithms of independent pixels add up, so your pull "
            "is weaker by the number of pixels (64 or 32 here), which is as good as none.",
        ),
        Mistake(
            _log_prob(total=lambda off, mask: -off.sum()),
            "You sum over the batch too: one number comes out where one for each image is wanted, and the "
            "likelihoods of different images are mixed up.",
        ),
        Mistake(
            _divided_late,
            "You sum first and divide then, but sigma is shaped [B, 1, 1, 1]: each image's sum is divided by "
            "every image's variance, and one number for each pair comes out. Divide before you sum.",
        ),
        Mistake(
            _log_prob(guess=lambda v, x0, x_t, t, schedule: x_t),
            "You compare the noisy x_t with the clean truth: they should not be equal, so the guidance "
            "fights the noise that belongs there; it is the guess of x_0 that must fit.",
        ),
        Mistake(
            _replacing,
            "You compare x_t itself with the known part at step t, the habit of replacement: only the known "
            "pixels of x_t are then pulled, the hole hears nothing of them, and the network is not asked.",
        ),
        Mistake(
            (_first_step, _first_sigma),
            "You use the first image's t for all: the others are pulled with a strength that is not that of "
            "their noise (and their outputs made guesses at a step that is not theirs). schedule.convert "
            "and rates take t as it is.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: part * (2 * known - 1 - x0)),
            "You scale known once more: it comes in [-1, 1] already, and 2 known - 1 lies in [-3, 1], so the "
            "guess is pulled out of the range that images have.",
        ),
        Mistake(
            (_with_constant, _with_log_sigma),
            "The constant is left in: the gradient, and so the samples, would be the same, but the numbers "
            "have a -log(sigma) in them for each known pixel. Only the square is asked for.",
        ),
        Mistake(
            (_absolute, _absolute_over_variance),
            "You take the size of the error, not its square: then a pixel that is nearly right is pulled as "
            "hard as one that is far off, and the known part jitters instead of settling.",
        ),
        Mistake(
            _by_norm,
            "The norm is not squared: a Gaussian's exponent has the squared distance. Your pull has the same "
            "size however far off the guess is, so it is weak where it is most needed.",
        ),
        Mistake(
            _log_prob(guess=lambda v, x0, x_t, t, schedule: v),
            "You compare the network's raw output with the truth, but that is v, not an image: turn it into"
            " the guess of x_0 first.",
        ),
        Mistake(
            _log_prob(guess=_as_noise),
            "You read the output as noise, but this network gives v: at large t the guess comes out many"
            " times too large, and the pull with it.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: part * known - x0),
            "Only the truth is masked, not the guess: in the hole you compare the guess with 0, so the "
            "missing half is pulled to mid-grey.",
        ),
        Mistake(
            _log_prob(guess=lambda v, x0, x_t, t, schedule: x0.clamp(-1, 1)),
            "You cut the guess to [-1, 1]: where it is cut no gradient comes through, and at large t "
            "that is where the guess is furthest off and the pull most needed. The sampler cuts afterwards.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: part * (signal * known - x0)),
            "The known part is scaled down to step t, but the guess of x_0 is a clean image: at large t "
            "you pull it towards mid-grey.",
        ),
        Mistake(
            (
                _log_prob(total=lambda off, mask: -off.flatten(1).sum(1).sqrt()),
                _log_prob(total=lambda off, mask: -off.flatten(1).sum(1).sqrt() / 2**0.5),
            ),
            "You take the root of the sum, so the pull has the same size however large the error (as if the"
            " logarithm were a distance): a step that is nearly right is shaken as much as one that is far "
            "off.",
        ),
    ],
    hints=[
        "Ask the network, turn its answer into the guess of the clean image, and say how likely the known "
        "pixels are if they lie about that guess. The network stays in the chain: the gradient must go "
        "through it.",
        'schedule.convert(output, x_t, t, "v_prediction", "sample") is the guess. schedule.rates(t, x_t) '
        "gives signal and sigma, shaped to divide an image by.",
        "For each image, multiply the error by the mask, square it, divide by twice the variance, sum over "
        "all its pixels, and put a minus before it. flatten(1).sum(1) sums over all axes but the first.",
    ],
)
