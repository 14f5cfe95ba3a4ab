"""The f-GAN view: every f-divergence as a game (Nowozin, Cseke & Tomioka 2016)."""

import math
from typing import NamedTuple

import torch
from torch.nn import functional as F

from .._validate import (
    check_alike,
    check_choice,
    check_flag,
    check_number,
    check_tensor,
    check_tensors,
    check_together,
)
from .losses import ByName, Losses


class FDivergence(NamedTuple):
    """A convex f with f(1) = 0, and what turns it into a game. All functions work elementwise.

    f: u >= 0, the density ratio p / q, -> f(u). conjugate: t -> f*(t) = sup over u >= 0 of u t - f(u).
    best: u > 0 -> f'(u), the T at which E_p T - E_q f*(T) reaches the divergence. activation: any number ->
    the domain of f*, for a network's raw output. at_infinity: the limit of f(u) / u, the price of mass of p
    where q has none.
    """

    f: object
    conjugate: object
    best: object
    activation: object
    at_infinity: float


def _js(u):
    return (torch.xlogy(u, u) - torch.xlogy(u + 1, (u + 1) / 2)) / 2


FGANS = ByName(
    kl=FDivergence(
        lambda u: torch.xlogy(u, u), lambda t: (t - 1).exp(), lambda u: 1 + u.log(), lambda v: v, math.inf
    ),
    reverse_kl=FDivergence(
        lambda u: -u.log(), lambda t: -1 - (-t).log(), lambda u: -1 / u, lambda v: -(-v).exp(), 0.0
    ),
    js=FDivergence(  # with the halves: never above log 2
        _js, lambda t: -(2 - (2 * t).exp()).log() / 2, lambda u: (2 * u / (1 + u)).log() / 2,
        lambda v: (math.log(2) - F.softplus(-v)) / 2, math.log(2) / 2,
    ),
    pearson=FDivergence(  # at t < -2 the best u is 0
        lambda u: (u - 1).square(), lambda t: t.clamp(min=-2).square() / 4 + t.clamp(min=-2),
        lambda u: 2 * (u - 1), lambda v: v, math.inf,
    ),
    squared_hellinger=FDivergence(
        lambda u: (u.sqrt() - 1).square(), lambda t: t / (1 - t), lambda u: 1 - u.rsqrt(),
        lambda v: 1 - (-v).exp(), 1.0,
    ),
)  # fmt: skip


def divergence(name, p, q, dx):
    """D_f(P || Q) = the integral of q f(p / q), of two densities at evenly spaced points of a line.

    name: a key of FGANS; p, q: [..., G], not negative; dx: the spacing. Returns [...]: KL and JS in nats, and
    inf where f says so. Source: Nowozin et al. 2016, eq. 2. Raises ValueError for another name.
    """
    check_choice("name", name, FGANS)
    chosen = FGANS[name]
    check_alike("q", q, "p", p)
    check_number("dx", dx, 0, open_minimum=True)
    here = q > 0
    inside = q * chosen.f(torch.where(here, p / q.clamp(min=torch.finfo(q.dtype).tiny), 1.0))
    outside = torch.where(p > 0, p * chosen.at_infinity, 0.0)
    return dx * torch.where(here, inside, outside).sum(-1)


def bound(name, t_p, t_q, p, q, dx):
    """E_p T - E_q f*(T), which is at most D_f(P || Q), and reaches it where T = f'(p / q) (ibid., eq. 4).

    t_p, t_q: the same T at the points of p and of q, [..., G]; other arguments as for `divergence`.
    """
    check_choice("name", name, FGANS)
    check_together(t_p=t_p, t_q=t_q, p=p, q=q)
    check_number("dx", dx, 0, open_minimum=True)
    return dx * (p * t_p - q * FGANS[name].conjugate(t_q)).sum(-1)


def fgan_losses(name, non_saturating=False):
    """The pair of losses on a discriminator's raw output v, with T = activation(v) (ibid., eq. 6).

    D minimises -(E T(x) - E f*(T(G(z)))), minus the bound; G minimises the bound, or, non_saturating,
    -E T(G(z)) (ibid., section 3.2). With "js" D's loss is half of gan.losses["minimax"]'s, less log 2.
    """
    check_choice("name", name, FGANS), check_flag("non_saturating", non_saturating)
    chosen = FGANS[name]

    def d_loss(real, fake):
        check_tensors(real=real, fake=fake)
        return chosen.conjugate(chosen.activation(fake)).mean() - chosen.activation(real).mean()

    def g_loss(fake):
        check_tensor("fake", fake)
        t = chosen.activation(fake)
        return -t.mean() if non_saturating else -chosen.conjugate(t).mean()

    return Losses(d_loss, g_loss)
