"""diffusion.velocity_to_x0: the clean point behind a guess of the velocity."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l11_reverse_diffusion._points import POINTS


def velocity_to_x0(x_t, v, level):
    """The clean point that a guess of v = sqrt(a) eps - sqrt(1 - a) x_0 stands for, a the level: [B, D]."""
    return level.sqrt() * x_t - (1 - level).sqrt() * v


exercise(
    "diffusion.velocity_to_x0",
    reference=velocity_to_x0,
    inputs=POINTS,
    mistakes=[
        Mistake(
            lambda x_t, v, a: a.sqrt() * x_t + (1 - a).sqrt() * v,
            "The sign is turned: v points from the data to the noise, so you reach x_0 by going against it; "
            "if you go along it, the guess holds twice the noise instead of none.",
        ),
        Mistake(
            lambda x_t, v, a: (1 - a).sqrt() * x_t + a.sqrt() * v,
            "This is epsilon and not x_0: the two come from the same rotation, by the other row; taken for "
            "x_0 the sampler would keep the noise and throw the data away.",
        ),
        Mistake(
            lambda x_t, v, a: (1 - a).sqrt() * x_t - a.sqrt() * v,
            "The two rates have changed places: near the data nearly all of x_t is x_0, and you take "
            "hardly anything of it.",
        ),
        Mistake(
            (lambda x_t, v, a: a * x_t - (1 - a) * v, lambda x_t, v, a: a.sqrt() * x_t - (1 - a) * v),
            "A root is missing: the rates are sines and cosines of one angle, whose squares add up to 1, "
            "and without the roots x_t is not turned but shrunk, and so are all samples.",
        ),
        Mistake(
            lambda x_t, v, a: (x_t - (1 - a).sqrt() * v) / a.sqrt(),
            "You read v as if it were epsilon: the guess is wrong by the part of x_0 in v, and you bring "
            "back the division by a signal rate that may be near 0, which v avoids.",
        ),
        Mistake(
            lambda x_t, v, a: (a.sqrt() * x_t - (1 - a).sqrt() * v) / a.sqrt(),
            "You divide by the signal rate once too often: signal times signal plus sigma times sigma is 1 "
            "already, and near pure noise this blows the guess up.",
        ),
        Mistake(
            lambda x_t, v, a: a.sqrt() * v - (1 - a).sqrt() * x_t,
            "The two inputs have changed places: near the data the guess is nearly v, which is noise there, "
            "so the last steps of a sampler would put noise where the data should be.",
        ),
        Mistake(
            (
                lambda x_t, v, a: velocity_to_x0(x_t, v, a).clamp(-1, 1),
                lambda x_t, v, a: velocity_to_x0(x_t, v, a).clamp(0, 1),
            ),
            "You cut the guess off: that may help a sampler of images (notebook 12), but here x_0 is any "
            "point, and one that lies outside is moved to another place.",
        ),
        Mistake(
            lambda x_t, v, a: x_t - v,
            "The rates are missing: v is no displacement from x_t to x_0 but a direction on a circle, so "
            "the rates of this step decide how much of each you take.",
        ),
    ],
    hints=[
        "Two equations, x_t = signal x_0 + sigma epsilon and v = signal epsilon - sigma x_0: eliminate "
        "epsilon.",
        "Multiply the first equation by signal and the second by sigma, and subtract. What is signal "
        "squared plus sigma squared?",
        "No division is left. signal is the root of the level, sigma that of one minus the level.",
    ],
)
