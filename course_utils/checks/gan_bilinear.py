"""The exercises of notebook 04, The minimax game: the steps of two players on x y."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def bilinear_step(x, y, a):
    """One simultaneous step of min over x, max over y of x y: x, y [N] -> the new x, y."""
    return x - a * y, y + a * x


def extragradient_step(x, y, a):
    """One extragradient step of the same game (Korpelevich 1976): x, y [N] -> the new x, y."""
    ahead_x, ahead_y = bilinear_step(x, y, a)
    return x - a * ahead_y, y + a * ahead_x


def _places(n, a):
    def make(rng):
        return torch.randn(n, generator=rng), torch.randn(n, generator=rng), a

    return make


_PLACES = {"4 places, steps of 0.1": _places(4, 0.1), "3 places, steps of 0.5": _places(3, 0.5)}
_PLACES["6 places, steps of 0.9"] = _places(6, 0.9)


def _alternating(x, y, a):
    x = x - a * y
    return x, y + a * x


def _twice(x, y, a):
    return bilinear_step(*bilinear_step(x, y, a), a)


exercise(
    "gan.bilinear_step",
    reference=bilinear_step,
    returns=("x", "y"),
    inputs=_PLACES,
    mistakes=[
        Mistake(
            lambda x, y, a: (x - a * y, y - a * x),
            "Both players go down: that is a descent on x y, which runs off to minus infinity, and no game; "
            "y wants x y to be large, so it goes up.",
        ),
        Mistake(
            lambda x, y, a: (x + a * y, y + a * x),
            "Both players go up: that is an ascent on x y, which runs off to infinity, and no game; x wants "
            "x y to be small, so it goes down.",
        ),
        Mistake(
            (_alternating, lambda x, y, a: (x - a * (y + a * x), y + a * x)),
            "One player already sees the other's new place: that is the *alternating* rule, which is "
            "another one with another path; the simultaneous one finds both steps from the old places.",
        ),
        Mistake(
            lambda x, y, a: (x + a * y, y - a * x),
            "The roles are swapped: x goes up and y goes down, so this plays max over x, min over y; the "
            "path turns the other way round.",
        ),
        Mistake(
            lambda x, y, a: (x - a * x, y + a * y),
            "Each player moves by its own place: the derivative of x y with respect to x is y, the *other* "
            "player's place; as written nobody reacts to anybody.",
        ),
        Mistake(
            lambda x, y, a: (x - y, y + x),
            "The step size is not used, which is a step of 1: each player jumps by the whole of the other's "
            "place, and no choice of a changes the path.",
        ),
        Mistake(
            (lambda x, y, a: (-a * y, a * x), lambda x, y, a: (y, x), lambda x, y, a: (a * y, a * x)),
            "You give the change, or the gradient, and not the new places: add it to where the players are, "
            "or after one step they forget where they came from.",
        ),
    ],
    hints=[
        "The derivative of x y with respect to x is y, and with respect to y it is x.",
        "x goes down its derivative, y goes up its own; each step has the length a times the derivative.",
        "Compute both from the x and y that you were handed: if you overwrite x first, y sees the new one.",
    ],
)

exercise(
    "gan.extragradient_step",
    reference=extragradient_step,
    returns=("x", "y"),
    inputs=_PLACES,
    mistakes=[
        Mistake(
            bilinear_step,
            "This is the simultaneous step alone: the look ahead is missing, and the path spirals out as "
            "before.",
        ),
        Mistake(
            _twice,
            "You step on from the place ahead, which makes two simultaneous steps, and spirals out twice as "
            "fast: the look ahead only lends its gradient, the step begins where you stand.",
        ),
        Mistake(
            _alternating,
            "This is the alternating rule: y sees x's new place, but x never looks ahead, so the path "
            "circles and comes no nearer.",
        ),
        Mistake(
            (
                lambda x, y, a: (x - a * (y + a * (x - a * y)), y + a * (x - a * y)),
                lambda x, y, a: (x - a * (y + a * x), y + a * (x - a * (y + a * x))),
            ),
            "One of the two looks at a place ahead that is not the simultaneous one: both must look from the "
            "old places, or the path depends on who goes first and shrinks at another rate.",
        ),
        Mistake(
            lambda x, y, a: (x - a * (y - a * x), y + a * (x + a * y)),
            "You looked a step *back* and not ahead: the signs of the look are turned, and the path spirals "
            "out faster than without it.",
        ),
        Mistake(
            (
                lambda x, y, a: (x - a * (y + a * x / 2), y + a * (x - a * y / 2)),
                lambda x, y, a: (x - a * (y + (y + a * x)) / 2, y + a * (x + (x - a * y)) / 2),
            ),
            "You look only half a step ahead, which here is the same as averaging the gradient where you "
            "stand with the one ahead: that cancels the growth nearly, and the path circles where it should "
            "come in.",
        ),
        Mistake(
            lambda x, y, a: bilinear_step(*bilinear_step(x, y, a), -a),
            "You go ahead and then step back again: that shrinks or grows the distance, but it never turns "
            "with the gradient that was found ahead; the second step begins at the old place, with the old "
            "sign.",
        ),
        Mistake(
            lambda x, y, a: (x + a * (y + a * x), y - a * (x - a * y)),
            "The look is right, and the step goes the wrong way: x must go down and y up, so this spirals "
            "out with the signs of both players turned.",
        ),
    ],
    hints=[
        "Two stages. First: where would one simultaneous step lead? Keep those places under new names.",
        "Then throw the players back. The gradient for x is y's place *ahead*, and the gradient for y is "
        "x's.",
        "The second stage is the simultaneous rule again, with the old x and y to start from, and the places "
        "ahead where the other player stands.",
    ],
)
