"""nf.coupling_inverse: a coupling undone, with the network asked the same once more."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise

from ._nets import POINTS, cut, halves, rows


def coupling_inverse(z, net):
    """x_a = z_a, x_b = exp(-s) (z_b - t) with s, t = net(z_a): z [B, D] -> x [B, D]."""
    kept = z.shape[1] // 2
    z_a, z_b = z[:, :kept], z[:, kept:]
    s, t = net(z_a)
    x_b = (z_b - t) * torch.exp(-s)
    return torch.cat([z_a, x_b], dim=1)


def _change(s, t, z_b):
    return (z_b - t) * torch.exp(-s)


def _asked(z_a, z_b, z):
    return z_a


def _join(z_a, x_b):
    return torch.cat([z_a, x_b], 1)


def _with(change=_change, asked=_asked, join=_join, split=halves):
    """The answer with parts replaced."""

    def wrong(z, net):
        z_a, z_b = split(z)
        s, t = net(asked(z_a, z_b, z))
        return join(z_a, change(s, t, z_b))

    return wrong


def _other_half(own):
    """The first part changes; own: the network sees that part itself."""

    def wrong(z, net):
        z_a, z_b = halves(z)
        s, t = (cut(part, z_a.shape[1]) for part in net(z_a if own else cut(z_b, z_a.shape[1])))
        return torch.cat([_change(s, t, z_a), z_b], 1)

    return wrong


def _everything(z, net):
    z_a, z_b = halves(z)
    s, t = net(z_a)
    first = _change(cut(s, z_a.shape[1]), cut(t, z_a.shape[1]), z_a)
    return torch.cat([first, _change(s, t, z_b)], 1)


def _more_stay(z):
    kept = (z.shape[1] + 1) // 2
    return z[:, :kept], z[:, kept:]


exercise(
    "nf.coupling_inverse",
    reference=coupling_inverse,
    inputs=POINTS
    | {
        "6 points of 5 coordinates, scales from tiny to huge": rows(6, 5, 12.0),
        "5 points of 6 coordinates, all scales above 50": rows(5, 6, 2.0, 6.0),
    },
    mistakes=[
        Mistake(
            (
                _with(lambda s, t, b: b * torch.exp(-s) - t),
                _with(lambda s, t, b: b - t * torch.exp(-s)),
            ),
            "The scale exp(-s) is applied before the shift is taken off: t was added last, after the scale, "
            "so it has to go first; like this the way back misses the data by t, scaled.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: (b + t) * torch.exp(-s)),
                _with(lambda s, t, b: b * torch.exp(-s) + t),
            ),
            "The shift is added where it must be taken off: the way there added t, so like this it is there "
            "twice.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: (b - t) * torch.exp(s)),
                _with(lambda s, t, b: b * torch.exp(s) - t),
            ),
            "You scale by exp(s) once more: that is what the way there did, and it is undone by dividing, "
            "or by exp(-s); like this each coordinate comes back stretched twice.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: b * torch.exp(s) + t),
                _with(lambda s, t, b: (b + t) * torch.exp(s)),
            ),
            "This is the way there once more: from z it leads further on, and not back to x. Take t off, and "
            "then divide by exp(s).",
        ),
        Mistake(
            (
                _with(lambda s, t, b: (b - t) / s),
                _with(lambda s, t, b: (b - t) * s),
                _with(lambda s, t, b: (b - t) * -s),
                _with(lambda s, t, b: b - t - s),
                _with(lambda s, t, b: (b - t) * (1 - s)),
                _with(lambda s, t, b: (b - t) / (1 + s)),
            ),
            "The exponential is missing: the scale was exp(s), so it is divided by exp(s); s itself is its "
            "logarithm, and may be 0.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: (b - t) * -torch.exp(s)),
                _with(lambda s, t, b: (b - t) * -torch.exp(-s)),
                _with(lambda s, t, b: (t - b) * torch.exp(-s)),
                _with(lambda s, t, b: (t - b) * torch.exp(s)),
            ),
            "A minus stands in the wrong place, so that x_b comes back mirrored: it belongs inside the "
            "exponential, before s, and between z_b and t.",
        ),
        Mistake(
            tuple(
                _with(lambda s, t, b, scale=scale: (b - t) / scale(s))
                for scale in (
                    lambda s: torch.exp(s) + 1e-2,
                    lambda s: torch.exp(s) + 1e-4,
                    lambda s: torch.exp(s) + 1e-6,
                    lambda s: torch.exp(s).clamp(min=1e-3),
                    lambda s: torch.exp(s).clamp(max=10),
                    lambda s: torch.exp(s).clamp(max=50),
                    lambda s: torch.exp(s.clamp(-3, 3)),
                )
            ),
            "A small number, a floor or a ceiling stands on exp(s). It is never 0, and may be large; where "
            "that acts, the way back misses: a flow's inverse is exact, so divide by exp(s) itself.",
        ),
        Mistake(
            tuple(
                _with(lambda s, t, b, scale=scale: (b - t) / scale(s))
                for scale in (
                    torch.sigmoid,
                    lambda s: torch.sigmoid(s + 2),
                    torch.nn.functional.softplus,
                    lambda s: torch.exp(torch.tanh(s)),
                    lambda s: torch.exp(2 * torch.tanh(s / 2)),
                    lambda s: torch.exp(s / 2),
                    lambda s: torch.exp(2 * s),
                    lambda s: 2.0**s,
                    lambda s: torch.exp(s.clamp(-1, 1)),
                    lambda s: torch.exp(s).clamp(min=1),
                    lambda s: torch.exp(s.sum(1, keepdim=True)),
                    lambda s: torch.exp(s.mean(1, keepdim=True)),
                )
            ),
            "The scale is bounded or changed on the way: the way there multiplied by exp(s), each coordinate "
            "by its own and exactly, and only dividing by the same leads back.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: b * torch.exp(-s)),
                _with(lambda s, t, b: b - t),
                _with(lambda s, t, b: b),
                _with(lambda s, t, b: (b - t).abs().log() - s),
            ),
            "Only a part of the coupling is undone: it scaled by exp(s) and then added t, so both have to "
            "go, t first.",
        ),
        Mistake(
            (
                _with(lambda s, t, b: _change(t, s, b)),
                _with(lambda s, t, b: _change(t, t, b)),
                _with(lambda s, t, b: _change(s, s, b)),
            ),
            "Scale and shift, s and t, have changed places: net returns s first, the logarithm of the "
            "scale, and then t, the shift.",
        ),
        Mistake(
            (
                _with(asked=lambda z_a, z_b, z: z_b),
                _with(asked=lambda z_a, z_b, z: cut(z_b, z_a.shape[1])),
                _with(asked=lambda z_a, z_b, z: z),
                _with(asked=lambda z_a, z_b, z: 0 * z_a),
            ),
            "The network does not see z_a: on the way there it was asked with x_a, which has stayed as it "
            "was, and only with the same input does it give the same s and t.",
        ),
        Mistake(
            (
                _other_half(own=True),
                _other_half(own=False),
                _with(split=lambda z: (z[:, (z.shape[1] + 1) // 2 :], z[:, : (z.shape[1] + 1) // 2])),
                _with(
                    split=lambda z: (z[:, (z.shape[1] + 1) // 2 :], z[:, : (z.shape[1] + 1) // 2]),
                    join=lambda z_a, x_b: torch.cat([x_b, z_a], 1),
                ),
                _everything,
            ),
            "The wrong half changes: the coupling has left the first D // 2 coordinates alone, so they are "
            "those of x already, and only the others come back.",
        ),
        Mistake(
            (
                _with(split=_more_stay),
                _with(split=lambda z: z.chunk(2, dim=1)),
            ),
            "With an odd number of coordinates too many stay: D // 2 rounds down, as it did on the way "
            "there; chunk gives the larger part first.",
        ),
        Mistake(
            (
                _with(split=lambda z: (z[:, 1::2], z[:, ::2])),
                _with(split=lambda z: (z[:, ::2], z[:, 1::2])),
            ),
            "Every other coordinate is taken for z_a: the coupling left the first D // 2 in a row alone.",
        ),
        Mistake(
            (
                _with(join=lambda z_a, x_b: x_b),
                _with(join=lambda z_a, x_b: torch.cat([x_b, z_a], 1)),
                _with(join=lambda z_a, x_b: torch.cat([x_b, x_b], 1)),
                _with(join=lambda z_a, x_b: torch.cat([z_a, x_b], 0)),
                _with(join=lambda z_a, x_b: torch.stack([z_a, x_b], 1)),
            ),
            "The output x is not put together as z was: first z_a as it came, which is x_a, and behind it "
            "x_b.",
        ),
    ],
    hints=[
        "x_a is known, for z_a is x_a. So the network can be asked the same question as on the way there: it "
        "is never turned round itself.",
        "Solve z_b = exp(s) x_b + t for x_b. What was done last is undone first.",
        "Take t off z_b, multiply by the exponential of minus s, and put z_a in front again with torch.cat "
        "along axis 1.",
    ],
)
