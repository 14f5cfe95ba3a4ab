"""wgan.conjugate: the convex conjugate that the critic of the reverse KL needs."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def conjugate(t):
    """sup_u (u t - f(u)) for f(u) = -log u, elementwise, t < 0 (Nowozin et al. 2016, table 6)."""
    return -1 - torch.log(-t)


def _negative(*shape, low=0.05, high=3.0):
    """Numbers of that shape between -high and -low."""

    def make(rng):
        return (-low - (high - low) * torch.rand(shape, generator=rng),)

    return make


def _on_a_grid(points):
    """The largest of u t - f(u) among so many values of u."""

    def wrong(t):
        u = torch.linspace(0.01, 10, points, dtype=t.dtype)
        return (t[..., None] * u + u.log()).amax(-1)

    return wrong


exercise(
    "wgan.conjugate",
    reference=conjugate,
    batch=False,
    inputs={
        "5 values": _negative(5),
        "3 values by 4": _negative(3, 4),
        "6 values near -1": _negative(6, low=0.7, high=1.3),
        "a single value": _negative(),
        "4 values just below 0": lambda rng: (-(10.0 ** -torch.tensor([1.0, 4.0, 9.0, 12.0])),),
        "4 values far below 0": _negative(4, low=50.0, high=9000.0),
    },
    right=[
        lambda t: torch.log(-1 / t) - 1,
        lambda t: -(1 + t.abs().log()),
    ],
    mistakes=[
        Mistake(
            lambda t: torch.log(-t) - 1,
            "The sign of the logarithm is turned: at the best u, which is -1/t, f is -log u = log(-t), "
            "and f is subtracted. As it stands the critic makes the bound as large as it likes, by outputs "
            "near 0.",
        ),
        Mistake(
            (
                lambda t: 1 - torch.log(-t),
                lambda t: -torch.log(-t),
                lambda t: -2 - torch.log(-t),
            ),
            "The constant is wrong: at the best u, which is -1/t, the product u t is -1 whatever t is. With "
            "another constant the bound of two equal distributions is not 0.",
        ),
        Mistake(
            (
                lambda t: 1 + torch.log(-t),
                lambda t: torch.log(-t),
            ),
            "This is minus the conjugate (or f at the best u alone): the conjugate is u t less f(u), at the "
            "u that makes this largest.",
        ),
        Mistake(
            (
                lambda t: -1 - torch.log(t),
                lambda t: -torch.log(t),
                lambda t: -1 + torch.log(t),
                lambda t: torch.log(t),
            ),
            "You take the logarithm of t itself, which is negative, and get NaN: the supremum is finite "
            "for t below 0 only (above it u t grows without end), and there the best u is -1/t.",
        ),
        Mistake(
            (
                lambda t: torch.exp(t - 1),
                lambda t: torch.exp(t) - 1,
                lambda t: torch.exp(t),
            ),
            "That is the conjugate of the other KL, f(u) = u log u: here f(u) = -log u, for the reverse KL "
            "in the convention D_f = E_Q f(p/q).",
        ),
        Mistake(
            (
                lambda t: -torch.log(2 - torch.exp(t)),
                lambda t: -torch.log(1 - torch.exp(t)),
                lambda t: t**2 / 4 + t,
                lambda t: t / (1 - t),
                lambda t: t,
            ),
            "That is the conjugate of another divergence (the table of f-GAN has a row for each): start from "
            "f(u) = -log u.",
        ),
        Mistake(
            (
                lambda t: -1 / t,
                lambda t: 1 / t,
            ),
            "You give the place where the largest value is taken, u = -1/t (or the slope of f): the "
            "conjugate is the value of u t - f(u) there.",
        ),
        Mistake(
            (
                *(
                    lambda t, small=small: -1 - torch.log(-t + small)
                    for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-10)
                ),
                *(
                    lambda t, small=small: -1 - torch.log((-t).clamp(min=small))
                    for small in (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10)
                ),
            ),
            "A small number in the logarithm cuts the conjugate off near 0: those are the best critic's "
            "outputs where the data far outweigh the fakes, and with the cut the bound comes out too "
            "large.",
        ),
        Mistake(
            tuple(_on_a_grid(points) for points in (100, 101, 1000, 1001, 10_000)),
            "You search the largest value on a grid of u: the best u is -1/t, which for t near 0 lies "
            "beyond any grid; set the derivative to 0 and put what comes out in.",
        ),
        Mistake(
            (
                lambda t: -1 - torch.log2(-t),
                lambda t: -1 - torch.log10(-t),
                lambda t: -1 - torch.log1p(-t),
            ),
            "That is another logarithm: f is made with the natural one, and so is its conjugate.",
        ),
    ],
    hints=[
        "For a fixed t below 0, look at u t - f(u) as a function of u > 0. Where is its derivative 0?",
        "There u is minus one over t. Put this in: one of the two terms becomes a constant.",
        "A constant and a logarithm are left; the logarithm is taken of something positive, though t is not.",
    ],
)
