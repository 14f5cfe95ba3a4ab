"""gan.extragradient_step: look one step ahead, then move from where you stood."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._places import PLACES, alternating
from course_utils.checks.lessons.l04_the_minimax_game.bilinear_step import bilinear_step


def extragradient_step(x, y, a):
    """One extragradient step of the same game (Korpelevich 1976): x, y [N] -> the new x, y."""
    ahead_x, ahead_y = bilinear_step(x, y, a)
    return x - a * ahead_y, y + a * ahead_x


def _twice(x, y, a):
    return bilinear_step(*bilinear_step(x, y, a), a)


exercise(
    "gan.extragradient_step",
    reference=extragradient_step,
    returns=("x", "y"),
    inputs=PLACES,
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
            alternating,
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
        "There are two stages. First, where would one simultaneous step lead? Keep those places "
        "under new names.",
        "Then throw the players back. The gradient for x is y's place *ahead*, and the gradient for y is "
        "x's.",
        "The second stage is the simultaneous rule again, with the old x and y to start from, and the places "
        "ahead where the other player stands.",
    ],
)
