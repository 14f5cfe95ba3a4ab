"""consistency.f: a network's answer mixed with its input, so that clean images stay as they are."""

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise


def consistent(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    """c_skip x + c_out network(x, sigma), which is x at sigma_min: x [B, ...], sigma [B] -> [B, ...]."""
    level = sigma.reshape(-1, *[1] * (x.ndim - 1))
    above = level - sigma_min
    c_skip = sigma_data**2 / (above**2 + sigma_data**2)
    c_out = sigma_data * above / (level**2 + sigma_data**2).sqrt()
    return c_skip * x + c_out * network(x, sigma)


class _Net(nn.Module):
    """A network of a few lines that depends on the place and on the level, and wants sigma as [B]."""

    def __init__(self, rng, size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size, generator=rng))

    def forward(self, x, sigma):
        if not isinstance(sigma, torch.Tensor) or sigma.shape != (len(x),):
            got = list(sigma.shape) if isinstance(sigma, torch.Tensor) else type(sigma).__name__
            raise ValueError(f"the network wants sigma as [B] = [{len(x)}], a level for each row; got {got}")
        column = sigma.to(x).view(-1, *[1] * (x.ndim - 1))
        return torch.sin(2 * x + self.weight.to(x).view(x.shape[1:])) + (1 + column).log() * self.weight.view(
            x.shape[1:]
        ).to(x)


def _noisy(shape, levels, sigma_data=0.5, sigma_min=0.002):
    def make(rng):
        sigma = torch.tensor(levels)
        clean, noise = torch.randn(2, *shape, generator=rng)
        x = sigma_data * clean + sigma.view(-1, *[1] * (len(shape) - 1)) * noise
        return _Net(rng, torch.Size(shape[1:]).numel()), x, sigma, sigma_data, sigma_min

    return make


def _column(sigma, x):
    return sigma.reshape(-1, *[1] * (x.ndim - 1))


def _skip(s, d, m):
    return d**2 / ((s - m) ** 2 + d**2)


def _out(s, d, m):
    return d * (s - m) / (s**2 + d**2).sqrt()


def _mixed(skip=_skip, out=_out, asked=None, column=_column):
    """The function with other coefficients of (sigma, sigma_data, sigma_min), or another call.

    asked(network, x, sigma, sigma_data): what the network says.
    """

    def wrong(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
        s = column(sigma, x)
        said = network(x, sigma) if asked is None else asked(network, x, sigma, sigma_data)
        return skip(s, sigma_data, sigma_min) * x + out(s, sigma_data, sigma_min) * said

    return wrong


def _edm_input(network, x, sigma, sigma_data):
    return network(x / (_column(sigma, x) ** 2 + sigma_data**2).sqrt(), sigma)


def _told_the_difference(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    return _mixed(asked=lambda network, x, s, d: network(x, s - sigma_min))(
        network, x, sigma, sigma_data, sigma_min
    )


def _both(data=lambda d: d, least=lambda m: m):
    """The function with numbers of its own in place of sigma_data or sigma_min."""
    return lambda network, x, sigma, d=0.5, m=0.002: consistent(network, x, sigma, data(d), least(m))


def _at_the_boundary(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    return torch.where(_column(sigma, x) <= sigma_min, x, network(x, sigma))


exercise(
    "consistency.f",
    reference=consistent,
    gradient=["network"],
    inputs={
        "4 images of 1 x 3 x 5": _noisy((4, 1, 3, 5), [0.3, 0.05, 1.2, 4.0]),
        "3 images of 2 x 4 x 3, other sigmas": _noisy((3, 2, 4, 3), [0.4, 0.9, 2.5], 0.8, 0.15),
        "5 points of the plane": _noisy((5, 2), [0.2, 0.6, 1.0, 2.0, 0.1], 1.5, 0.05),
        "1 image of 3 x 2 x 2, at sigma_min": _noisy((1, 3, 2, 2), [0.002]),
        "2 videos of 3 x 1 x 2 x 2, from far out": _noisy((2, 3, 1, 2, 2), [80.0, 10.0], 0.6, 0.1),
        "3 images of 1 x 2 x 3, with sigma_min at 0": _noisy((3, 1, 2, 3), [0.0, 0.004, 0.1], 0.3, 0.0),
        "3 images of 1 x 4 x 3, nearly clean": _noisy((3, 1, 4, 3), [0.1, 0.11, 0.15], 0.5, 0.1),
    },
    mistakes=[
        Mistake(
            _mixed(skip=lambda s, d, m: d**2 / (s**2 + d**2)),
            "In c_skip stands sigma and not sigma - sigma_min: at sigma_min it is then a little below 1, "
            "and f is not exactly x there, where all the chain of guesses is held.",
        ),
        Mistake(
            _mixed(out=lambda s, d, m: d * s / (s**2 + d**2).sqrt()),
            "In c_out stands sigma and not sigma - sigma_min: at sigma_min the network still has a say, and "
            "f is not x there.",
        ),
        Mistake(
            _mixed(lambda s, d, m: d**2 / (s**2 + d**2), lambda s, d, m: d * s / (s**2 + d**2).sqrt()),
            "These are the coefficients of a denoiser (Karras et al.), which is x at sigma 0: a consistency "
            "model is x at sigma_min, so c_skip and the top of c_out have sigma - sigma_min.",
        ),
        Mistake(
            (
                _mixed(out=lambda s, d, m: d * (s - m) / ((s - m) ** 2 + d**2).sqrt()),
                _mixed(
                    lambda s, d, m: d**2 / (s**2 + d**2),
                    lambda s, d, m: d * (s - m) / ((s - m) ** 2 + d**2).sqrt(),
                ),
            ),
            "You take sigma_min off at the wrong place: it belongs into c_skip and above the line of c_out, "
            "while under the root stands sigma itself.",
        ),
        Mistake(
            (_mixed(_out, _skip),),
            "The coefficients c_skip and c_out have changed places: at sigma_min x must come through whole "
            "and the network not at all; yours is the network alone there.",
        ),
        Mistake(
            (
                _mixed(out=lambda s, d, m: 1 - _skip(s, d, m)),
                _mixed(out=lambda s, d, m: (1 - _skip(s, d, m) ** 2).sqrt()),
                _mixed(out=lambda s, d, m: (1 - _skip(s, d, m)).sqrt()),
                _mixed(skip=lambda s, d, m: 1 - _out(s, d, m)),
            ),
            "One coefficient is what the other leaves of 1: it is no average, each has its own formula, "
            "which keeps the network's own target at deviation 1 on every level.",
        ),
        Mistake(
            (
                _mixed(asked=_edm_input),
                _mixed(
                    asked=lambda network, x, sigma, d: network(x / _column(sigma, x).clamp(min=1e-8), sigma)
                ),
                _mixed(asked=lambda network, x, sigma, d: network(x / d, sigma)),
                _mixed(
                    asked=lambda network, x, sigma, d: network(x / (1 + _column(sigma, x) ** 2).sqrt(), sigma)
                ),
            ),
            "The network is called on a scaled x: here it scales its input itself, and is handed x as it is.",
        ),
        Mistake(
            (
                _mixed(asked=lambda network, x, sigma, d: network(x, sigma.log() / 4)),
                _mixed(asked=lambda network, x, sigma, d: network(x, sigma.log())),
                _mixed(asked=lambda network, x, sigma, d: network(x, sigma**2)),
                _mixed(asked=lambda network, x, sigma, d: network(x)),
                _told_the_difference,
            ),
            "The network is told something else than sigma, or nothing: it is handed the level as it is, and "
            "makes a logarithm of it where it wants one.",
        ),
        Mistake(
            (
                _mixed(column=lambda sigma, x: sigma),
                _mixed(column=lambda sigma, x: sigma[:, None]),
            ),
            "You have sigma as [B] beside x, [B, C, H, W]: torch lines it up with the last axis, so the "
            "levels meet columns of pixels; give it an axis of one for each axis of an image.",
        ),
        Mistake(
            (
                _mixed(column=lambda sigma, x: sigma.view(-1, 1, 1, 1)),
                _mixed(column=lambda sigma, x: sigma.reshape(-1, 1, 1, 1)),
            ),
            "You count on four axes: x may be points of the plane, [B, D], or videos; let x.ndim say how "
            "many axes of one sigma needs.",
        ),
        Mistake(
            (
                _mixed(asked=lambda network, x, sigma, d: network(x, _column(sigma, x))),
                _mixed(asked=lambda network, x, sigma, d: network(x, sigma[:, None])),
                _mixed(asked=lambda network, x, sigma, d: network(x, sigma.mean())),
            ),
            "The network wants sigma as it came, [B]: the axes of one are for the coefficients alone.",
        ),
        Mistake(
            (
                _at_the_boundary,
                lambda network, x, sigma, d=0.5, m=0.002: x if (sigma == m).all() else network(x, sigma),
                lambda network, x, sigma, d=0.5, m=0.002: torch.where(
                    _column(sigma, x) == m, x, network(x, sigma)
                ),
            ),
            "Only sigma_min itself is an exception, and everywhere else the network stands alone: that jumps "
            "there, so f cannot be learned from level to level; the two are mixed smoothly.",
        ),
        Mistake(
            (
                _mixed(skip=lambda s, d, m: d / (s - m + d)),
                _mixed(skip=lambda s, d, m: d / ((s - m) ** 2 + d**2)),
                _mixed(skip=lambda s, d, m: d**2 / (s - m + d) ** 2),
                _mixed(skip=lambda s, d, m: d / ((s - m) ** 2 + d**2).sqrt()),
                _mixed(skip=lambda s, d, m: d**2 / ((s - m) ** 2 + d**2).sqrt()),
                _mixed(skip=lambda s, d, m: d**2 / ((s - m) ** 2 + d)),
                _mixed(skip=lambda s, d, m: 1 / ((s - m) ** 2 + d**2)),
            ),
            "Your c_skip is not the one asked for, by a square or a root: it is a ratio of variances, "
            "sigma_data^2 over the sum of (sigma - sigma_min)^2 and sigma_data^2.",
        ),
        Mistake(
            (
                _mixed(skip=lambda s, d, m: (s - m) ** 2 / ((s - m) ** 2 + d**2)),
                _mixed(skip=lambda s, d, m: d**2 / (s**2 - m**2 + d**2)),
                _mixed(skip=lambda s, d, m: d**2 / ((s + m) ** 2 + d**2)),
            ),
            "Your c_skip has another term than it should: above the line stands sigma_data^2 alone, below it "
            "sigma_data^2 and the square of the difference sigma - sigma_min.",
        ),
        Mistake(
            (
                _mixed(out=lambda s, d, m: d * (s - m) / (s**2 + d**2)),
                _mixed(out=lambda s, d, m: (s - m) / (s**2 + d**2).sqrt()),
                _mixed(out=lambda s, d, m: d**2 * (s - m) / (s**2 + d**2).sqrt()),
                _mixed(out=lambda s, d, m: d * (s - m) ** 2 / (s**2 + d**2).sqrt()),
                _mixed(out=lambda s, d, m: d * (s - m) / (s + d)),
                _mixed(out=lambda s, d, m: (s - m) / (s**2 + d**2)),
            ),
            "Your c_out is not the one asked for, by a square, a root or a factor: it is sigma_data times "
            "the difference sigma - sigma_min, over the root of sigma^2 and sigma_data^2 together.",
        ),
        Mistake(
            (
                _mixed(skip=lambda s, d, m: 1.0),
                _mixed(skip=lambda s, d, m: 0.0),
                _mixed(out=lambda s, d, m: 1.0),
            ),
            "A coefficient is missing: x counts by c_skip, which is 1 at sigma_min and falls, and the "
            "network by c_out, which is 0 there and rises.",
        ),
        Mistake(
            (
                _mixed(lambda s, d, m: 1.0, lambda s, d, m: s),
                _mixed(lambda s, d, m: 1.0, lambda s, d, m: -s),
                _mixed(lambda s, d, m: 1.0, lambda s, d, m: m - s),
                _mixed(lambda s, d, m: 1.0, lambda s, d, m: s - m),
            ),
            "You read the network as noise to be taken off: far out, x is nearly all noise, and a small "
            "error is multiplied by sigma; c_skip and c_out keep all sizes near those of the data.",
        ),
        Mistake(
            (_both(lambda d: 0.5), _both(least=lambda m: 0.002), _both(lambda d: 0.5, lambda m: 0.002)),
            "You have 0.5 or 0.002 written in: sigma_data and sigma_min are arguments, and other data have "
            "another deviation.",
        ),
        Mistake(
            (
                _mixed(out=lambda s, d, m: -_out(s, d, m)),
                _mixed(out=lambda s, d, m: d * (m - s) / (s**2 + d**2).sqrt()),
            ),
            "The network's part is subtracted: sigma - sigma_min is positive, and so is c_out.",
        ),
    ],
    hints=[
        "At sigma_min the result must be x, exactly, whatever the network says: which coefficient is 1 "
        "there, and which is 0? Both know the difference sigma - sigma_min.",
        "sigma is [B] and x has more axes: for the coefficients it needs an axis of one for each of the "
        "others, as many as x.ndim says. The network gets it as it came.",
        "c_skip is a share of variances, with the difference squared in it. c_out has the difference above "
        "the line, and the root of sigma^2 and sigma_data^2 together below.",
    ],
)
