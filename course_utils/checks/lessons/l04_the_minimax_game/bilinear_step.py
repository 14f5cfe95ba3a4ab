"""gan.bilinear_step: both players move at once in the game x y."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._places import PLACES, alternating


def bilinear_step(x, y, a):
    """One simultaneous step of min over x, max over y of x y: x, y [N] -> the new x, y."""
    return x - a * y, y + a * x


exercise(
    "gan.bilinear_step",
    reference=bilinear_step,
    returns=("x", "y"),
    inputs=PLACES,
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
            (alternating, lambda x, y, a: (x - a * (y + a * x), y + a * x)),
            "One player already sees the other's new place: that is the *alternating* rule, which takes "
            "another path; the simultaneous one finds both steps from the old places.",
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
