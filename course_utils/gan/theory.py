"""What is known exactly: the best discriminator, the value of the game, and a game of two numbers."""

import math

import torch

from .._validate import (
    check_alike,
    check_choice,
    check_finite,
    check_number,
    check_together,
    check_value,
    check_within,
)


def optimal_discriminator(p, q):
    """D*(x) = p / (p + q), the D that maximises V for a fixed generator (Goodfellow et al. 2014, prop. 1).

    p, q: densities of data and generator at the same points, [...]. Where both are 0 it is 1/2, by symmetry:
    there D is never asked.
    """
    check_alike("q", q, "p", p)
    for name, density in (("p", p), ("q", q)):
        check_within(name, check_finite(name, density), 0)
    total = p + q
    return torch.where(total > 0, p / total.clamp(min=torch.finfo(total.dtype).tiny), 0.5)


def value(D, p, q, dx):
    """V = E_p log D + E_q log(1 - D) in nats, by the sum over evenly spaced points; D, p, q: [G].

    At D* it is 2 JS(p, q) - log 4, and -log 4 where p = q. D is kept a rounding error away from 0 and 1: in
    the tails D* rounds to 1 where a trace of q is left, and 0 times infinity would be taken for infinity.
    """
    check_together(D=D, p=p, q=q)
    check_number("dx", dx, 0, open_minimum=True)
    edge = torch.finfo(D.dtype).eps
    D = D.clamp(edge, 1 - edge)
    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(-1)


def simultaneous(x, y, a):
    """Both players look at the same (x, y): the distance to (0, 0) grows by sqrt(1 + a^2)."""
    check_value("x", x), check_value("y", y), check_value("a", a)
    return x - a * y, y + a * x


def alternating(x, y, a):
    """y sees x's new place: a step has determinant 1, and the path circles for 0 < a < 2."""
    check_value("x", x), check_value("y", y), check_value("a", a)
    x = x - a * y
    return x, y + a * x


def extragradient(x, y, a):
    """Look ahead, then step from here with the gradient found there (Korpelevich 1976): the distance
    shrinks by sqrt(1 - a^2 + a^4) for 0 < a < 1."""
    check_value("x", x), check_value("y", y), check_value("a", a)
    ahead_x, ahead_y = simultaneous(x, y, a)
    return x - a * ahead_y, y + a * ahead_x


RULES = {"simultaneous": simultaneous, "alternating": alternating, "extragradient": extragradient}


def growth(rule, a):
    """The factor by which one step of min_x max_y x y changes the distance to its solution (0, 0).

    rule: "simultaneous", "alternating" (its average over many steps) or "extragradient"; a: the step size,
    in (0, 1].
    """
    check_choice("rule", rule, RULES)
    a = check_number("a", a, 0, 1, open_minimum=True)
    squares = {"simultaneous": 1 + a**2, "alternating": 1.0, "extragradient": 1 - a**2 + a**4}
    return math.sqrt(squares[rule])
