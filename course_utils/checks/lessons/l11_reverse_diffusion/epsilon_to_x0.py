"""diffusion.epsilon_to_x0: the clean point behind a guess of the noise."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l11_reverse_diffusion._points import POINTS


def epsilon_to_x0(x_t, epsilon, level):
    """The clean point that a guess of the noise stands for: x_t, epsilon [B, D]; level [B, 1] -> [B, D]."""
    return (x_t - (1 - level).sqrt() * epsilon) / level.sqrt()


exercise(
    "diffusion.epsilon_to_x0",
    reference=epsilon_to_x0,
    inputs=POINTS,
    mistakes=[
        Mistake(
            lambda x_t, e, a: x_t - (1 - a).sqrt() * e,
            "You do not divide by the signal rate: what is left is sqrt(alpha-bar) x_0, a faded x_0, and "
            "late in the chain, where little signal is left, every guess is nearly 0.",
        ),
        Mistake(
            lambda x_t, e, a: (x_t - (1 - a) * e) / a.sqrt(),
            "The noise is scaled by its variance and not by its standard deviation: you take too little "
            "away, so every guess keeps some of the noise, and so will every sample.",
        ),
        Mistake(
            (
                lambda x_t, e, a: (x_t - (1 - a).sqrt() * e) / a,
                lambda x_t, e, a: (x_t - (1 - a) * e) / a,
            ),
            "You divide by alpha-bar and not by its root: the guess comes out too large, near pure noise "
            "by a factor of a hundred, and the chain explodes.",
        ),
        Mistake(
            lambda x_t, e, a: (x_t + (1 - a).sqrt() * e) / a.sqrt(),
            "The sign is turned: you add the noise a second time where it is to be taken away, so each "
            "step goes from the data towards noise.",
        ),
        Mistake(
            lambda x_t, e, a: a.sqrt() * x_t + (1 - a).sqrt() * e,
            "This noises x_t once more, the forward process with x_t as data: to go back, solve x_t = "
            "sqrt(alpha-bar) x_0 + sqrt(1 - alpha-bar) epsilon for x_0.",
        ),
        Mistake(
            lambda x_t, e, a: x_t - (1 - a).sqrt() * e / a.sqrt(),
            "Brackets are missing: only the noise is divided by the signal rate and x_t is not, so near pure "
            "noise the guess is little more than the noise you took away, hundreds of times too large.",
        ),
        Mistake(
            lambda x_t, e, a: (x_t - (1 - a.sqrt()) * e) / a.sqrt(),
            "The noise rate is the root of one minus the level, and you have one minus the root: that is "
            "much less, so most of the noise stays in every guess and so in every sample.",
        ),
        Mistake(
            lambda x_t, e, a: x_t / a.sqrt() - (1 - a).sqrt() * e,
            "Only x_t is divided by the signal rate and the noise is not: too little is taken away, and "
            "the more noise there is the more of it stays in the guess.",
        ),
        Mistake(
            lambda x_t, e, a: (x_t - a.sqrt() * e) / (1 - a).sqrt(),
            "The two rates have changed places: near the data you divide by a number close to 0, so the "
            "guess is wild just where it should be nearly exact.",
        ),
        Mistake(
            (
                lambda x_t, e, a: a.sqrt() * x_t - (1 - a).sqrt() * e,
                lambda x_t, e, a: a.sqrt() * (x_t - (1 - a).sqrt() * e),
            ),
            "You multiply by the signal rate where you should divide: x_t is already the faded one, and "
            "fading it once more shrinks every guess towards 0.",
        ),
        Mistake(
            (
                lambda x_t, e, a: epsilon_to_x0(x_t, e, a).clamp(-1, 1),
                lambda x_t, e, a: epsilon_to_x0(x_t, e, a).clamp(0, 1),
            ),
            "You cut the guess off: that may help a sampler of images (notebook 12), but here x_0 is any "
            "point, and one that lies outside is moved to another place.",
        ),
        Mistake(
            tuple(
                lambda x_t, e, a, least=least: (x_t - (1 - a).sqrt() * e) / a.sqrt().clamp(min=least)
                for least in (0.1, 0.05, 0.01)
            )
            + tuple(
                lambda x_t, e, a, more=more: (x_t - (1 - a).sqrt() * e) / (a.sqrt() + more)
                for more in (1e-2, 1e-3, 1e-4, 1e-5)
            ),
            "You keep the signal rate away from 0: there is no danger of a division by 0, since the "
            "smallest level is above it, and near pure noise your guesses come out too small.",
        ),
        Mistake(
            lambda x_t, e, a: (x_t - e) / a.sqrt(),
            "The noise in x_t is sqrt(1 - alpha-bar) epsilon and you take away all of epsilon: near the "
            "data, where there is hardly any noise, the guess is then off by a whole standard deviation.",
        ),
    ],
    hints=[
        "Write down how x_t is made from x_0 and the noise, and solve for x_0.",
        "First take the noise away, with the factor it came in with; then undo the factor of x_0.",
        "The factor of the noise is the root of one minus the level; that of x_0 is the root of the level.",
    ],
)
