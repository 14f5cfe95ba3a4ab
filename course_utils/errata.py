"""Where a source lecture prints something that does not hold, and what does; a lesson adds its own lines."""

from typing import NamedTuple

from .notation import LECTURES


class Erratum(NamedTuple):
    """One line: the lecture's letter, what it prints, what holds, and the lesson that shows it."""

    lecture: str
    printed: str
    holds: str
    lesson: str


ERRATA = [
    Erratum(
        "A",
        "Jensen-Shannon divergence with $m = p + q$",
        "$m = \\frac12 (p + q)$; with the printed $m$ the value for $p = q$ is $-\\log 2$, not 0",
        "00",
    ),
    Erratum(
        "C",
        "Jensen-Shannon divergence without the two halves",
        "$\\frac12 \\mathrm{KL}(p\\Vert m) + \\frac12 \\mathrm{KL}(q\\Vert m)$, at most $\\log 2$; "
        "as printed, at most $2\\log 2$",
        "00",
    ),
    Erratum(
        "B",
        "a VAE has a convex loss function",
        "no: already two linear layers have two equal minima with a higher loss half way between them",
        "00",
    ),
    Erratum(
        "B",
        "a VAE learns the distribution implicitly",
        "its density is explicit; training raises a lower bound on it",
        "00",
    ),
    Erratum(
        "D",
        "the solution of the linear autoencoder is the same as PCA",
        "the same *subspace* and loss, on centred data; the weights need be neither orthogonal nor sorted",
        "01",
    ),
    Erratum(
        "A",
        "an autoencoder that learns $g(f(x)) = x$ everywhere overfits",
        "it is useless, but it does not overfit: the identity copies what it never saw just as well",
        "01",
    ),
]


def errata_table(lesson=None):
    """The errata as a Markdown table: all of them, or one lesson's ("00", "01", ...)."""
    rows = ["| lecture | printed | what holds |", "|---|---|---|"]
    for erratum in ERRATA:
        if lesson in (None, erratum.lesson):
            rows.append(
                f"| {LECTURES[erratum.lecture].split(',')[0]} | {erratum.printed} | {erratum.holds} |"
            )
    return "\n".join(rows)
