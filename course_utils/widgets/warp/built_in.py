"""A small flow made by hand, for where none is given: two lobes of a crescent, from one round Gaussian."""

import math

import torch
from torch import nn

from ...flows import AdditiveCoupling, AffineCoupling, ElementwiseAffine, Flow, Planar, masks

BEND = 0.4  # how far the ends of the crescent hang down, at 1 from its middle
WIDEN = 0.35  # the right lobe is thinner than the left one by up to exp of twice this
ACROSS, ALONG = 1.6, -0.8  # of the squeeze: w, and w.u, which has to stay above -1
SCALES = (1.4, 2.2)


class Bend(nn.Module):
    """The shift of the second coordinate that takes the crescent's bend out: BEND (x_1^2 - 2)."""

    def forward(self, x):
        bend = BEND * (x[:, 0].square() - 2)
        return torch.stack([torch.zeros_like(bend), bend], dim=1)


class Widen(nn.Module):
    """No shift, and a scale of the second coordinate that grows from left to right: WIDEN tanh(x_1)."""

    def forward(self, x):
        scale = WIDEN * torch.tanh(x[:, 0])
        zero = torch.zeros_like(scale)
        return torch.stack([zero, zero, zero, scale], dim=1)


def crescent():
    """Four steps from x to z: the bend taken out, one width, two lobes pushed into one, all stretched."""
    mask = masks.every_other(2)
    squeeze, stretch = Planar(2), ElementwiseAffine(2)
    with torch.no_grad():
        squeeze.w.copy_(torch.tensor([ACROSS, 0.0]))
        squeeze.u.copy_(math.log(math.expm1(1 + ALONG)) / ACROSS**2 * squeeze.w)  # see Planar.direction
        stretch.log_scale.copy_(torch.tensor(SCALES).log())
    steps = [AdditiveCoupling(mask, Bend()), AffineCoupling(mask, Widen()), squeeze, stretch]
    return Flow(steps, 2).eval()
