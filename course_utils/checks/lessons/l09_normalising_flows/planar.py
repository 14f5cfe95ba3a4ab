"""nf.planar: points pushed along one direction, and by how much that changes their volume."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def planar(x, w, u, b):
    """z = x + u tanh(w.x + b) and log |det dz/dx|: x [B, D], w, u [D], b a scalar -> [B, D], [B]."""
    bend = torch.tanh(x @ w + b)
    z = x + bend[:, None] * u
    slope = 1 - bend.square()
    return z, torch.log1p(slope * (w @ u))


def _flow(n, dim, along, shift, size=1.0):
    """A maker of n points, of w and of a u with w.u = along, and of b."""

    def make(rng):
        x, (w, u) = torch.randn(n, dim, generator=rng), size * torch.randn(2, dim, generator=rng)
        return 1.5 * x, w, u + (along - w @ u) / (w @ w) * w, torch.tensor(shift)

    return make


def _nearly_folded(rng):
    """w.u a hair above -1, in float64, and a point on the fold, where hardly any length is left."""
    x, w, u, b = (part.double() for part in _flow(5, 2, 0.0, 0.4)(rng))
    x[0] -= (x[0] @ w + b) / (w @ w) * w
    return x, w, u - (0.9997 + w @ u) / (w @ w) * w, b


def _inside(x, w, u, b):
    return x @ w + b


def _tanh(a):
    return torch.tanh(a)


def _slope(a):
    return 1 - torch.tanh(a) ** 2


def _move(x, bend, w, u):
    return x + bend[:, None] * u


def _log(one_more, dim):
    return one_more.abs().log()


def _dot(w, u):
    return w @ u


def _with(
    inside=_inside, bend=_tanh, slope=_slope, move=_move, dot=_dot, one=1.0, sign=1.0, log=_log, of=None
):
    """The answer with parts replaced; of(x, w, u, b, z): w.x + b for the log-determinant alone."""

    def wrong(x, w, u, b):
        a = inside(x, w, u, b)
        z = move(x, bend(a), w, u)
        again = a if of is None else of(x, w, u, b, z)
        return z, log(one + sign * slope(again) * dot(w, u), len(w))

    return wrong


def _each(x, w, u, b):
    """The entries of the diagonal of the Jacobian, [B, D]."""
    return 1 + _slope(x @ w + b)[:, None] * w * u


def _pushed_along(w, u):
    """u moved along w until w.u is above -1, as in the paper's appendix."""
    along = w @ u
    return u + (torch.nn.functional.softplus(along) - 1 - along) * w / (w @ w)


def _coordinate_by_coordinate(x, w, u, b):
    bend = torch.tanh(x * w + b)
    return x + u * bend, (1 + (1 - bend**2) * w * u).abs().log().sum(1)


def _tanh_outside(x, w, u, b):
    return x + torch.tanh((x @ w + b)[:, None] * u), planar(x, w, u, b)[1]


def _sigmoid_slope(a):
    return torch.sigmoid(a) * (1 - torch.sigmoid(a))


exercise(
    "nf.planar",
    reference=planar,
    returns=("z", "log-determinant"),
    gradient=["x", "w", "u", "b"],
    inputs={
        "6 points of the plane": _flow(6, 2, 1.7, 0.6),
        "5 points of 3 coordinates, w.u = -0.9": _flow(5, 3, -0.9, -0.8, 0.7),
        "4 points of 5 coordinates": _flow(4, 5, -0.4, 0.3, 0.5),
        "3 points on a line": _flow(3, 1, 0.8, -0.5, 0.8),
        "7 points of the plane, w.u = 6": _flow(7, 2, 6.0, 1.5),
        "5 points of the plane, one on the fold, w.u = -0.9997": _nearly_folded,
    },
    mistakes=[
        Mistake(
            tuple(
                _with(log=lambda one_more, dim, kept=kept: kept(one_more.abs()).log())
                for kept in (
                    lambda stretch: stretch + 1e-4,
                    lambda stretch: stretch + 1e-6,
                    lambda stretch: stretch.clamp(min=1e-3),
                    lambda stretch: stretch.clamp(min=1e-2),
                )
            ),
            "A small number or a floor stands inside the logarithm. Near the fold hardly any length is left, "
            "and its logarithm has to say how little: with w.u above -1 it is never 0.",
        ),
        Mistake(
            (
                _with(slope=torch.ones_like),
                _with(slope=torch.ones_like, bend=lambda a: a),
                _with(slope=torch.ones_like, inside=lambda x, w, u, b: x @ w),
            ),
            "Psi lacks its factor 1 - tanh^2: tanh is steep only near 0, and far from the fold the map is a "
            "plain shift that keeps volumes; like this it claims to stretch everywhere alike.",
        ),
        Mistake(
            (_with(dot=lambda w, u: u @ u), _with(dot=lambda w, u: w @ w)),
            "The log-determinant has u.u or w.w where w.u belongs: points are pushed along u, and what "
            "counts is how much of that push goes across the fold, along w; a push beside it changes no "
            "volume.",
        ),
        Mistake(
            (
                _with(dot=lambda w, u: u.sum()),
                _with(dot=lambda w, u: w.sum()),
                _with(dot=lambda w, u: torch.ones_like(u[0])),
                _with(dot=lambda w, u: u.sum() * w.sum()),
                _with(dot=lambda w, u: w.norm() * u.norm()),
                _with(dot=lambda w, u: (w @ u).abs()),
                _with(dot=lambda w, u: (w @ u) / len(w)),
            ),
            "The product psi.u is not w.u times the slope: the derivative of w.x + b brings the vector w "
            "down, and its dot product with u is one number, the same for all points and of either sign.",
        ),
        Mistake(
            (
                _with(slope=lambda a: torch.tanh(a) ** 2),
                _with(slope=torch.tanh),
                _with(slope=lambda a: 1 - torch.tanh(a)),
                _with(slope=lambda a: 1 - a**2),
                _with(slope=lambda a: 1 + torch.tanh(a) ** 2),
                _with(slope=lambda a: (1 - torch.tanh(a)) ** 2),
                _with(slope=lambda a: (1 - torch.tanh(a) ** 2) ** 2),
                _with(slope=lambda a: (1 - torch.tanh(a) ** 2) ** 0.5),
                _with(slope=lambda a: 1 - torch.tanh(torch.tanh(a)) ** 2),
                _with(slope=lambda a: torch.tanh(1 - a**2)),
                _with(slope=lambda a: a),
                _with(slope=lambda a: torch.cosh(a) ** 2),
                _with(slope=lambda a: 1 / torch.cosh(a)),
                _with(slope=_sigmoid_slope),
            ),
            "The slope of tanh is 1 - tanh^2, taken at w.x + b: with anything else the volume that you "
            "report is not the one that the map makes, and the densities do not integrate to 1.",
        ),
        Mistake(
            (
                _with(inside=lambda x, w, u, b: x @ w),
                _with(of=lambda x, w, u, b, z: x @ w),
                _with(inside=lambda x, w, u, b: x @ w, of=lambda x, w, u, b, z: x @ w + b),
                _with(inside=lambda x, w, u, b: x @ w - b),
                _with(inside=lambda x, w, u, b: (x + b) @ w),
                _with(inside=lambda x, w, u, b: b * (x @ w)),
                _with(inside=lambda x, w, u, b: x @ w + len(w) * b),
                _with(bend=lambda a: a, inside=lambda x, w, u, b: torch.tanh(x @ w) + b),
            ),
            "The shift b is forgotten, or does not stand where it should: it moves the fold away from the "
            "origin, both in z and in the log-determinant, and is added to w.x inside tanh.",
        ),
        Mistake(
            (
                _with(inside=lambda x, w, u, b: x @ u + b, move=lambda x, bend, w, u: x + bend[:, None] * w),
                _with(move=lambda x, bend, w, u: x + bend[:, None] * w),
                _with(move=lambda x, bend, w, u: x + bend[:, None] * w, dot=lambda w, u: w @ w),
                _with(inside=lambda x, w, u, b: x @ u + b),
                _with(inside=lambda x, w, u, b: x @ u + b, of=lambda x, w, u, b, z: x @ w + b),
            ),
            "The vectors w and u have changed places, or one stands for both: w measures how far a point "
            "lies across the fold, and u is the direction in which it is pushed.",
        ),
        Mistake(
            (
                _with(move=lambda x, bend, w, u: bend[:, None] * u),
                _with(move=lambda x, bend, w, u: x + bend[:, None]),
                _with(move=lambda x, bend, w, u: x - bend[:, None] * u),
                _with(move=lambda x, bend, w, u: x * bend[:, None] * u),
                _with(move=lambda x, bend, w, u: x * (1 + bend[:, None] * u)),
                _with(move=lambda x, bend, w, u: u + bend[:, None] * x),
                _with(move=lambda x, bend, w, u: x),
                _with(move=lambda x, bend, w, u: x + u),
            ),
            "The points do not move as they should: each stays x and is pushed by tanh times the vector u, "
            "with a plus; the log-determinant belongs to that map and to no other.",
        ),
        Mistake(
            (
                _with(bend=lambda a: a),
                _with(bend=lambda a: a, slope=lambda a: 1 - a**2, of=None),
                _with(bend=torch.sigmoid),
                _with(bend=torch.sigmoid, slope=_sigmoid_slope),
                _with(bend=torch.relu),
                _with(bend=torch.sin),
                _tanh_outside,
            ),
            "It is not tanh of w.x + b that pushes the points: tanh has bounds, so no point is pushed "
            "further than u, and u is multiplied afterwards.",
        ),
        Mistake(
            (
                _with(sign=-1.0),
                _with(log=lambda value, dim: -value.abs().log()),
                _with(sign=-1.0, log=lambda value, dim: -value.abs().log()),
            ),
            "A sign in the log-determinant is turned: dz/dx is the identity plus u psi, so its determinant "
            "is one plus u.psi, and its logarithm is returned as it is; like this the density falls where "
            "the map gathers points.",
        ),
        Mistake(
            (
                _with(log=lambda value, dim: value),
                _with(log=lambda value, dim: value.abs()),
                _with(one=0.0, log=lambda value, dim: value),
                _with(one=0.0),
                _with(one=0.0, log=lambda value, dim: value.log()),
                _with(log=lambda value, dim: value.log1p()),
                _with(log=lambda value, dim: value.abs().log1p()),
                lambda x, w, u, b: (planar(x, w, u, b)[0], torch.log1p(_slope(x @ w + b)) * (w @ u)),
                lambda x, w, u, b: (planar(x, w, u, b)[0], torch.log(1 + _slope(x @ w + b)) + (w @ u).log()),
            ),
            "It is the logarithm of one plus u.psi that is wanted, of the whole sum: without the one the "
            "identity in dz/dx is missing, and without the logarithm it is a volume, which does not add.",
        ),
        Mistake(
            (
                lambda x, w, u, b: (planar(x, w, u, b)[0], _each(x, w, u, b).abs().log().sum(1)),
                lambda x, w, u, b: (planar(x, w, u, b)[0], _each(x, w, u, b).log().sum(1)),
                lambda x, w, u, b: (planar(x, w, u, b)[0], _each(x, w, u, b).abs().log()),
                _coordinate_by_coordinate,
            ),
            "You treat the coordinates one by one: the push along u mixes them, so the Jacobian is not "
            "diagonal, and its determinant is one plus the dot product u.psi, not a product over "
            "coordinates.",
        ),
        Mistake(
            (
                _with(log=lambda value, dim: dim * value.abs().log()),
                _with(log=lambda value, dim: value.abs().log() / dim),
                _with(log=lambda value, dim: value.abs().log() / 2),
                _with(log=lambda value, dim: 2 * value.abs().log()),
                _with(log=lambda value, dim: value.abs().log2()),
            ),
            "The log-determinant is multiplied or divided by something: it is one number for the whole map "
            "at a point, in nats, and already counts every dimension.",
        ),
        Mistake(
            (
                _with(log=lambda value, dim: value.abs().log().mean()),
                _with(log=lambda value, dim: value.abs().log().sum()),
                _with(log=lambda value, dim: value.abs().log().mean().expand(len(value))),
                _with(log=lambda value, dim: value.abs().log().sum().expand(len(value))),
            ),
            "The log-determinants of the batch are averaged or added: each point has its own, and with one "
            "for all the density no longer says where the map gathers points.",
        ),
        Mistake(
            (
                lambda x, w, u, b: planar(x, w, _pushed_along(w, u), b),
                lambda x, w, u, b: (planar(x, w, u, b)[0], planar(x, w, _pushed_along(w, u), b)[1]),
            ),
            "You change u so that w.u is above -1: that is for training, where u may be anything; the u that "
            "you are given is such a one already, and goes in as it is.",
        ),
        Mistake(
            _with(of=lambda x, w, u, b, z: z @ w + b),
            "The slope is taken at z, after the push: the Jacobian dz/dx belongs to x, where the map sets "
            "out.",
        ),
        Mistake(
            (
                _with(log=lambda value, dim: value.abs().log()[:, None]),
                lambda x, w, u, b: planar(x, w, u, b)[::-1],
                lambda x, w, u, b: (planar(x, w, u, b)[0], 0 * x[:, 0]),
            ),
            "The second of the two results is the log-determinant, one number a point, [B]: without it (or "
            "in another shape, which spreads when it is added to others) no density can be computed.",
        ),
        Mistake(
            (
                _with(log=lambda value, dim: value.detach().abs().log()),
                _with(slope=lambda a: _slope(a.detach())),
                _with(dot=lambda w, u: (w @ u).detach()),
            ),
            "Your values are right, but the log-determinant (or a part of it) is detached: training then "
            "feels only where the points go, and squeezes them without paying for the volume.",
        ),
    ],
    hints=[
        "w.x + b is one number for each point, [B]; the vector u is multiplied by its tanh. Which shapes "
        "must meet so that this gives [B, D]?",
        "dz/dx is the identity plus the outer product of u and psi, where psi is the derivative of tanh(w.x "
        "plus b) in x. The determinant of such a matrix is one plus a dot product.",
        "The derivative of tanh is one minus its square, and that of w.x + b is w: so psi.u is a slope for "
        "each point times the number w.u. Return z and the logarithm, as a pair.",
    ],
)
