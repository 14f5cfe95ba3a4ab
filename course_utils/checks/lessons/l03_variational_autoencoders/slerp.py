"""vae.slerp: a walk on the sphere from one code to another."""

import math

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def slerp(a, b, t):
    """Spherical interpolation from a (t = 0) to b (t = 1): a, b [D] -> [D] (Shoemake 1985)."""
    cosine = (a @ b) / (a.norm() * b.norm())
    angle = torch.arccos(cosine.clamp(-1, 1))
    if angle.sin() < 1e-6:
        return (1 - t) * a + t * b
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)


def _ends(size, t, length=(1.0, 1.0), facing=0.0):
    """A maker of two random vectors scaled by these lengths; facing < 0 turns them away from each other."""

    def make(rng):
        a, b = torch.randn(2, size, generator=rng)
        return length[0] * a, length[1] * (b + facing * a), t

    return make


def _near(rng):
    a, b = torch.randn(2, 6, generator=rng)
    return 2 * a, 2 * a + 0.4 * b, 0.4


def _opposite(rng):
    a, b = torch.randn(2, 6, generator=rng)
    return 2 * a, -1.5 * a + 0.1 * b, 0.6


def _parallel(a, factor, t):
    """A maker of a vector and of factor times that vector."""
    return lambda rng: (torch.tensor(a), factor * torch.tensor(a), t)


def _cosine(a, b):
    return (a @ b) / (a.norm() * b.norm())


def _cosine_by_root(a, b):
    return (a @ b) / torch.sqrt((a @ a) * (b @ b))


def _angle(a, b):
    return torch.arccos(_cosine(a, b).clamp(-1, 1))


def _lerp(a, b, t):
    return (1 - t) * a + t * b


def _weighted(a, b, t, angle, straight=None):
    """Shoemake's weights for some angle; straight: whether to take the line (if its sine is 0)."""
    if (angle.sin() == 0) if straight is None else straight:
        return _lerp(a, b, t)
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)


def _by_dot(dot):
    """Forms that take some dot product for the cosine, by how they clamp it and when they go straight."""

    def clamped(a, b):
        return torch.arccos(dot(a, b).clamp(-1, 1))

    return (
        lambda a, b, t: _weighted(a, b, t, torch.arccos(dot(a, b))),
        lambda a, b, t: _weighted(a, b, t, torch.arccos(dot(a, b)), straight=dot(a, b) > 1 - 1e-6),
        lambda a, b, t: _weighted(a, b, t, clamped(a, b)),
        lambda a, b, t: _weighted(a, b, t, clamped(a, b), straight=clamped(a, b).sin() < 1e-6),
        lambda a, b, t: _unguarded(a, b, t, clamped(a, b)),
    )


def _no_division(a, b, t):
    return torch.sin((1 - t) * _angle(a, b)) * a + torch.sin(t * _angle(a, b)) * b


def _by_angle(a, b, t):
    return _no_division(a, b, t) / _angle(a, b)


def _branched(wrong):
    """The wrong function with the right branch for parallel vectors."""
    return lambda a, b, t: _lerp(a, b, t) if _angle(a, b).sin() < 1e-6 else wrong(a, b, t)


def _unguarded(a, b, t, angle, small=0.0):
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / (torch.sin(angle) + small)


def _unit(a):
    return a / a.norm()


exercise(
    "vae.slerp",
    reference=slerp,
    batch=False,
    inputs={
        "16 numbers, t = 0.3": _ends(16, 0.3, length=(1.0, 1.4)),
        "2 numbers, t = 0.5": _ends(2, 0.5, length=(1.0, 0.6)),
        "8 numbers at a wide angle, t = 0.8": _ends(8, 0.8, length=(0.4, 0.3), facing=-0.7),
        "t = 0": _ends(5, 0.0),
        "t = 1": _ends(5, 1.0),
        "two vectors at a small angle, t = 0.4": _near,
        "two vectors that point nearly away from each other, t = 0.6": _opposite,
        "two parallel vectors": _parallel([3.0, 0.0, 0.0], 0.5, 0.25),
        # However the cosine of these is computed in float32, it comes out as 1.0000001; fused or not.
        "parallel vectors whose cosine rounds to more than 1": _parallel([-1.48, -3.75], 0.6, 0.6),
        "two more such vectors": _parallel([3.5, -1.94], 0.9, 0.2),
        "a vector and itself": _parallel([2.72, 1.5], 1.0, 0.7),
        "another vector and itself": _parallel([-3.09, -2.95], 1.0, 0.5),
    },
    accepted=[
        Accepted(
            lambda a, b, t: _lerp(a.norm(), b.norm(), t) * _unit(slerp(_unit(a), _unit(b), t)),
            "Your direction turns as slerp does and your length goes in a straight line; Shoemake's weights "
            "go to the vectors themselves, which is the same wherever both are equally long.",
        ),
    ],
    mistakes=[
        Mistake(
            _lerp,
            "This is the straight line (lerp): it cuts through the inside of the shell on which the codes of "
            "a wide prior lie, half-way about 0.7 as far out, where the decoder has seen little.",
        ),
        Mistake(
            (lambda a, b, t: slerp(b, a, t), _branched(lambda a, b, t: slerp(b, a, t))),
            "The ends have changed places: t = 0 gives b and t = 1 gives a, so the row of images runs "
            "from the last to the first.",
        ),
        Mistake(
            (
                *_by_dot(lambda a, b: a @ b),
                *_by_dot(lambda a, b: a @ b / a.norm()),
                _branched(lambda a, b, t: _unguarded(a, b, t, torch.arccos(a @ b))),
                _branched(lambda a, b, t: _unguarded(a, b, t, torch.arccos((a @ b).clamp(-1, 1)))),
            ),
            "The dot product is not divided by both lengths: for codes that are longer than 1 it is no "
            "cosine, arccos gives NaN (or 0, or pi, if you clamp), and the decoder draws nothing.",
        ),
        Mistake(
            lambda a, b, t: _weighted(a, b, t, (a @ b) / (a.norm() * b.norm())),
            "This is the cosine where the angle belongs: the arccos is missing, so the path does not keep to "
            "the arc, and for codes at a right angle you divide by about 0.",
        ),
        Mistake(
            (
                lambda a, b, t: _weighted(a, b, t, torch.rad2deg(_angle(a, b))),
                lambda a, b, t: _unguarded(a, b, t, torch.rad2deg(_angle(a, b))),
            ),
            "The angle is in degrees and torch.sin takes radians: the weights jump about with no order, "
            "so the images between the ends are no path at all.",
        ),
        Mistake(
            (
                lambda a, b, t: slerp(_unit(a), _unit(b), t),
                lambda a, b, t: _unit(slerp(a, b, t)),
                lambda a, b, t: _unit(slerp(_unit(a), _unit(b), t)),
            ),
            "The length is lost: your path runs on the unit sphere, and codes of 16 latents lie about 4 "
            "from 0, so the decoder gets codes near the middle and draws bland averages, even at the ends.",
        ),
        Mistake(
            (
                lambda a, b, t: _unit(_lerp(a, b, t)),
                lambda a, b, t: _unit(_lerp(_unit(a), _unit(b), t)),
                lambda a, b, t: _lerp(a.norm(), b.norm(), t) * _unit(_lerp(a, b, t)),
                lambda a, b, t: _lerp(a.norm(), b.norm(), t) * _unit(_lerp(_unit(a), _unit(b), t)),
            ),
            "A straight line pushed out again to a sphere: it runs along the arc, but not evenly, slow at "
            "the ends and fast in the middle, so equal steps of t are unequal steps of the image.",
        ),
        Mistake(
            (_no_division, _branched(_no_division)),
            "Nothing divides by the sine of the angle: the two weights do not give back the ends, so t = "
            "0 is a shortened a, and for two near codes the whole path shrinks to 0.",
        ),
        Mistake(
            (_by_angle, _branched(_by_angle)),
            "You divide by the angle and not by its sine: the two agree for near codes only, and at a right "
            "angle all the codes of the path, the ends too, are shortened to 0.64 of their length.",
        ),
        Mistake(
            tuple(
                lambda a, b, t, angle=angle, small=small: _unguarded(a, b, t, angle(a, b), small)
                for angle in (_angle, lambda a, b: _cosine(a, b).arccos())
                for small in (0, 1e-8, 1e-7, 1e-6)
            ),
            "Right until both point the same way: the sine of the angle is 0 there, and you divide by it, "
            "so a walk from a code to itself gives NaN or the origin; in that case take the straight line.",
        ),
        Mistake(
            (
                lambda a, b, t: _weighted(a, b, t, _cosine(a, b).arccos()),
                lambda a, b, t: _weighted(a, b, t, _cosine_by_root(a, b).arccos()),
            ),
            "Rounding can lift the cosine of two parallel codes to 1.0000001, whose arccos is NaN, and no "
            "test of the angle catches that: up to a third of the walks from a code to itself are lost; "
            "clamp the cosine to [-1, 1] before the arccos.",
        ),
        Mistake(
            (
                lambda a, b, t: a.clone() if _angle(a, b).sin() < 1e-6 else slerp(a, b, t),
                lambda a, b, t: b.clone() if _angle(a, b).sin() < 1e-6 else slerp(a, b, t),
            ),
            "Right until both point the same way: there you stop at one end, but two parallel codes may "
            "differ in length, and the walk then jumps at its other end; take the straight line.",
        ),
        Mistake(
            lambda a, b, t: math.cos(t * math.pi / 2) * a + math.sin(t * math.pi / 2) * b,
            "These weights are those of a right angle: random codes of many latents are nearly at one, "
            "but two similar codes are not, and between them you overshoot to 1.4 times their length.",
        ),
    ],
    hints=[
        "First the angle between a and b, by their directions alone: the cosine is the dot product of the "
        "two, each divided by its length.",
        "The weights of a and b are sines: of the part of the angle that is still ahead and of the part "
        "that is behind, each over the sine of the whole. Check t = 0 and t = 1.",
        "torch.arccos gives the angle (clamp what goes in to [-1, 1]). Where its sine is 0 there is no arc: "
        "take the straight line there.",
    ],
)
