"""nf.coupling: half of the coordinates stay, and tell a network how to scale and shift the others."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise

from ._nets import POINTS, cut, halves


def coupling(x, net):
    """z_a = x_a, z_b = exp(s) x_b + t with s, t = net(x_a): x [B, D] -> z [B, D], log |det dz/dx| [B]."""
    kept = x.shape[1] // 2
    x_a, x_b = x[:, :kept], x[:, kept:]
    s, t = net(x_a)
    z_b = torch.exp(s) * x_b + t
    return torch.cat([x_a, z_b], dim=1), s.sum(dim=1)


def _change(s, t, x_b):
    return torch.exp(s) * x_b + t


def _log_det(s, t, x_b):
    return s.sum(1)


def _asked(x_a, x_b, x):
    return x_a


def _join(x_a, z_b):
    return torch.cat([x_a, z_b], 1)


def _with(change=_change, log_det=_log_det, asked=_asked, join=_join, split=halves, turned=False):
    """The answer with parts replaced; turned: the network's two results are read as t, s."""

    def wrong(x, net):
        x_a, x_b = split(x)
        s, t = net(asked(x_a, x_b, x))[:: -1 if turned else 1]
        return join(x_a, change(s, t, x_b)), log_det(s, t, x_b)

    return wrong


def _scaled_by(scale):
    """Another scale than exp(s), with its own logarithm as the log-determinant, and with the sum of s."""
    return (
        _with(lambda s, t, b: scale(s) * b + t),
        _with(lambda s, t, b: scale(s) * b + t, lambda s, t, b: scale(s).abs().log().sum(1)),
        _with(lambda s, t, b: scale(s) * b + t, lambda s, t, b: scale(s).sum(1)),
    )


def _other_half(x, net):
    """The first half changes, and the network is asked for it with the second."""
    x_a, x_b = halves(x)
    s, t = (cut(part, x_a.shape[1]) for part in net(cut(x_b, x_a.shape[1])))
    return torch.cat([torch.exp(s) * x_a + t, x_b], 1), s.sum(1)


def _other_half_as_it_is(x, net):
    x_a, x_b = halves(x)
    s, t = net(x_b)
    return torch.cat([torch.exp(s) * x_a + t, x_b], 1), s.sum(1)


def _everything(x, net):
    x_a, x_b = halves(x)
    s, t = net(x_a)
    first = torch.exp(cut(s, x_a.shape[1])) * x_a + cut(t, x_a.shape[1])
    return torch.cat([first, torch.exp(s) * x_b + t], 1), s.sum(1)


def _first_half_by_itself(x, net):
    x_a, x_b = halves(x)
    s, t = (cut(part, x_a.shape[1]) for part in net(x_a))
    return torch.cat([torch.exp(s) * x_a + t, x_b], 1), s.sum(1)


def _first_half_as_it_is(x, net):
    x_a, x_b = halves(x)
    s, t = net(x_a)
    return torch.cat([x_a * torch.exp(s) + t, x_b], 1), s.sum(1)


def _rows_halved(x, net):
    kept = len(x) // 2
    s, t = net(x[:kept])
    return torch.cat([x[:kept], torch.exp(s) * x[kept:] + t]), s.sum(1)


def _more_stay(x):
    kept = (x.shape[1] + 1) // 2
    return x[:, :kept], x[:, kept:]


def _no_gradient(x, net):
    x_a, x_b = halves(x)
    with torch.no_grad():
        s, t = net(x_a)
    return torch.cat([x_a, torch.exp(s) * x_b + t], 1), s.sum(1)


exercise(
    "nf.coupling",
    reference=coupling,
    returns=("z", "log-determinant"),
    gradient=["x", "net"],
    inputs=POINTS,
    mistakes=[
        Mistake(
            (
                _with(lambda s, t, b: torch.exp(s) * (b + t)),
                _with(lambda s, t, b: torch.exp(s) * (b - t)),
            ),
            "The shift comes before the scale: x_b is scaled first and t is added afterwards, as it is; like "
            "this an inverse that takes off t first does not lead back.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: torch.exp(-s) * (b - t)),
                _with(lambda s, t, b: torch.exp(-s) * (b - t), lambda s, t, b: -s.sum(1)),
            ),
            "This is the way back, from noise to data: here x is the data, and z_b = exp(s) x_b + t.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: torch.exp(-s) * b + t),
                _with(lambda s, t, b: torch.exp(-s) * b + t, lambda s, t, b: -s.sum(1)),
                _with(lambda s, t, b: torch.exp(-s) * b - t),
                _with(lambda s, t, b: torch.exp(s) * b - t),
            ),
            "A sign is turned in z_b: it is exp(s) times x_b, plus t; the inverse undoes just that and no "
            "other map, so with another sign the samples are not what was trained.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: -s.sum(1)),
                _with(log_det=lambda s, t, b: -s.mean(1)),
                _with(log_det=lambda s, t, b: -torch.exp(s).sum(1)),
            ),
            "The sign of the log-determinant is turned: z_b is x_b times exp(s), so a volume is multiplied "
            "by the exponential of plus the sum of s; with a minus training shrinks all data to a point.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: torch.exp(s).prod(1)),
                _with(log_det=lambda s, t, b: torch.exp(s).sum(1)),
                _with(log_det=lambda s, t, b: s.sum(1).exp()),
                _with(log_det=lambda s, t, b: torch.exp(s).mean(1)),
                _with(log_det=lambda s, t, b: s.logsumexp(1)),
                _with(log_det=lambda s, t, b: torch.exp(s).sum()),
            ),
            "It is the logarithm of the determinant that is wanted: the scales are exp(s), so the logarithm "
            "of their product is the sum of s itself, with no exponential at all.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: s.prod(1)),
                _with(log_det=lambda s, t, b: s.prod(1).abs().log()),
                _with(log_det=lambda s, t, b: s.abs().log().sum(1)),
                _with(log_det=lambda s, t, b: s.log().sum(1)),
                _with(log_det=lambda s, t, b: s.prod(1).exp()),
            ),
            "You take s for the scales, and multiply it (or take its logarithm): s holds logarithms already, "
            "and the logarithm of a product is a sum.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: s.mean(1)),
                _with(log_det=lambda s, t, b: s.sum(1) / (s.shape[1] + s.shape[1] // 2)),
                _with(log_det=lambda s, t, b: s.sum(1) / 2),
                _with(log_det=lambda s, t, b: s.sum(1) / len(s)),
                _with(log_det=lambda s, t, b: 2 * s.sum(1)),
            ),
            "The sum of s is divided (or multiplied) by something: each coordinate's scale counts in full, "
            "for volumes multiply; with a mean the flow pays too little for what it shrinks.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: s.sum()),
                _with(log_det=lambda s, t, b: s.mean()),
                _with(log_det=lambda s, t, b: s.sum(1).mean()),
                _with(log_det=lambda s, t, b: s.sum().expand(len(s))),
                _with(log_det=lambda s, t, b: s.mean().expand(len(s))),
                _with(log_det=lambda s, t, b: s.sum(1).mean().expand(len(s))),
                _with(log_det=lambda s, t, b: s.mean(0)),
                _with(log_det=lambda s, t, b: s.sum(0)),
            ),
            "The sum or mean runs over the batch: each point has a log-determinant of its own, the sum of "
            "its row of s over the coordinates that change.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: s),
                _with(log_det=lambda s, t, b: s.sum(1, keepdim=True)),
            ),
            "The log-determinant must have shape [B], one number a point, the sum over its coordinates: a "
            "column would spread to [B, B] when it is added to a log density.",
        ),
        Mistake(
            (
                _with(log_det=lambda s, t, b: 0 * s.sum(1)),
                _with(log_det=lambda s, t, b: s.abs().sum(1)),
                _with(log_det=lambda s, t, b: s.sum(1) + b.shape[1]),
                _with(log_det=lambda s, t, b: s.sum(1) + b.shape[1] // 2),
                _with(log_det=lambda s, t, b: t.sum(1)),
                _with(log_det=lambda s, t, b: (s + t).sum(1)),
                _with(log_det=lambda s, t, b: (s * b).sum(1)),
                _with(log_det=lambda s, t, b: (s + b.abs().log()).sum(1)),
                _with(log_det=lambda s, t, b: (torch.exp(s) * b + t).abs().log().sum(1)),
            ),
            "The log-determinant is the sum of s, with the signs that its numbers have, and nothing else: a "
            "shift changes no volume, x_b does not enter, and without it the flow may shrink all data to a "
            "point for nothing.",
        ),
        Mistake(
            (*_scaled_by(lambda s: s), *_scaled_by(lambda s: 1 + s)),
            "The exponential is missing: the scale is exp(s), which is above 0 whatever the network says; s "
            "itself may be 0, and such a map cannot be undone.",
        ),
        Mistake(
            tuple(
                one
                for scale in (
                    torch.sigmoid,
                    lambda s: torch.sigmoid(s + 2),
                    torch.nn.functional.softplus,
                    lambda s: torch.exp(torch.tanh(s)),
                    lambda s: torch.exp(2 * torch.tanh(s / 2)),
                    lambda s: torch.exp(s / 2),
                    lambda s: torch.exp(2 * s),
                    lambda s: torch.exp(s) + 1e-3,
                    lambda s: torch.exp(torch.sigmoid(s)),
                    lambda s: torch.exp(s.clamp(-1, 1)),
                    lambda s: 2.0**s,
                )
                for one in (*_scaled_by(scale),)
            ),
            "The scale (or its logarithm) is bounded or changed on the way: that may be wise, but then it is "
            "the network's business; here the scale is exp(s), with s as it comes.",
        ),
        Mistake(
            (
                _with(turned=True),
                _with(turned=True, log_det=lambda s, t, b: t.sum(1)),
                _with(lambda s, t, b: torch.exp(t) * b + s),
            ),
            "Scale and shift, s and t, have changed places: net returns s first, the logarithm of the "
            "scale, and then t, the shift.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: torch.exp(s) * b),
                _with(lambda s, t, b: b + t),
                _with(lambda s, t, b: b + t, lambda s, t, b: 0 * s.sum(1)),
                _with(lambda s, t, b: torch.exp(s * b) + t),
                _with(lambda s, t, b: torch.exp(s) * t + b),
                _with(lambda s, t, b: torch.exp(s) + t),
                _with(lambda s, t, b: torch.exp(s) + b + t),
                _with(lambda s, t, b: torch.exp(s + t) * b),
                _with(lambda s, t, b: b),
                _with(lambda s, t, b: b, lambda s, t, b: 0 * s.sum(1)),
            ),
            "The part z_b is not scaled and shifted: it is exp(s) times x_b, and then t is added; without "
            "one of them the coupling can only push, or only stretch.",
        ),
        Mistake(
            (
                _other_half,
                _other_half_as_it_is,
                _first_half_by_itself,
                _first_half_as_it_is,
                _with(split=lambda x: (x[:, (x.shape[1] + 1) // 2 :], x[:, : (x.shape[1] + 1) // 2])),
                _with(
                    split=lambda x: halves(x.flip(1)),
                    join=lambda x_a, z_b: torch.cat([x_a, z_b], 1).flip(1),
                ),
                _with(
                    split=lambda x: (x[:, (x.shape[1] + 1) // 2 :], x[:, : (x.shape[1] + 1) // 2]),
                    join=lambda x_a, z_b: torch.cat([z_b, x_a], 1),
                ),
            ),
            "The wrong half is left alone: the first D // 2 coordinates, x_a, stay and are what the network "
            "sees, and the others change.",
        ),
        Mistake(
            (
                _with(asked=lambda x_a, x_b, x: x_b),
                _with(asked=lambda x_a, x_b, x: cut(x_b, x_a.shape[1])),
                _with(asked=lambda x_a, x_b, x: x),
                _with(asked=lambda x_a, x_b, x: 0 * x_a),
            ),
            "The network does not see x_a: s and t may depend only on what stays, because the way back knows "
            "nothing else; with x_b in them the map cannot be undone, and the sum of s is not its "
            "log-determinant.",
        ),
        Mistake(
            (_everything, _rows_halved),
            "Points are halved, not the batch, and x_a stays as it is: if all coordinates change, nothing is "
            "left from which the way back could work out s and t.",
        ),
        Mistake(
            (
                _with(split=_more_stay),
                _with(split=lambda x: x.chunk(2, dim=1)),
                _with(split=lambda x: x.split((x.shape[1] + 1) // 2, dim=1)),
            ),
            "With an odd number of coordinates too many stay: D // 2 rounds down, so the smaller part stays "
            "and the larger one changes; chunk gives the larger one first.",
        ),
        Mistake(
            (
                _with(split=lambda x: (x[:, 1::2], x[:, ::2])),
                _with(split=lambda x: (x[:, ::2], x[:, 1::2])),
            ),
            "Every other coordinate stays: here it is the first D // 2 in a row, and weights that were "
            "trained for these do not fit others.",
        ),
        Mistake(
            (
                _with(join=lambda x_a, z_b: z_b),
                _with(join=lambda x_a, z_b: torch.cat([z_b, x_a], 1)),
                _with(join=lambda x_a, z_b: torch.cat([z_b, z_b], 1)),
                _with(join=lambda x_a, z_b: torch.cat([x_a, z_b], 0)),
                _with(join=lambda x_a, z_b: torch.stack([x_a, z_b], 1)),
                _with(join=lambda x_a, z_b: torch.stack([x_a, z_b])),
                _with(join=lambda x_a, z_b: x_a + z_b),
            ),
            "The output z is not put together as x was: first x_a as it came, and behind it z_b; without "
            "x_a, or with it in another place, the next step and the way back read the wrong numbers.",
        ),
        Mistake(
            lambda x, net: coupling(x, net)[::-1],
            "Output and log-determinant have changed places: z comes first, as from every step of a flow.",
        ),
        Mistake(
            (
                _no_gradient,
                _with(asked=lambda x_a, x_b, x: x_a.detach()),
                _with(lambda s, t, b: torch.exp(s.detach()) * b + t),
                _with(lambda s, t, b: torch.exp(s) * b + t.detach()),
                _with(lambda s, t, b: torch.exp(s) * b.detach() + t),
                _with(log_det=lambda s, t, b: s.detach().sum(1)),
            ),
            "Your values are right, but something is detached on the way: the network then hears only a part "
            "of what the loss says, or the steps before this one do.",
        ),
    ],
    hints=[
        "Cut each point in two: the first D // 2 coordinates, and the rest. Only the first part goes into "
        "the network, and only the second part changes.",
        "Scale x_b first, by the exponential of s, and then add t. The Jacobian is triangular: on its "
        "diagonal stand ones for x_a and the scales for x_b. What is the logarithm of their product?",
        "Put x_a and z_b together again along axis 1 with torch.cat. The log-determinant is the sum of s "
        "over the coordinates, one number for each point.",
    ],
)
