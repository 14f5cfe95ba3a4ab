"""Every flow with weights drawn anew, far from the identity that most of them start as."""

import torch
from torch import nn

from course_utils import flows
from course_utils.flows import masks, nets

PLANE = {
    "affine": lambda: flows.ElementwiseAffine(2),
    "planar": lambda: flows.Planar(2),
    "additive coupling": lambda: flows.AdditiveCoupling(masks.halves(2), hidden=(8,)),
    "affine coupling": lambda: flows.AffineCoupling(masks.halves(2, swap=True), hidden=(8,)),
    "unbounded coupling": lambda: flows.AffineCoupling(masks.halves(2), hidden=(8,), bound=None),
    "actnorm": lambda: flows.ActNorm(2),
    "linear": lambda: flows.Invertible1x1(2),
    "permute": lambda: flows.Permute([1, 0]),
    "maf": lambda: flows.MaskedAutoregressive(2, (8,)),
    "iaf": lambda: flows.InverseAutoregressive(2, (8,), order=[1, 0]),
    "inverse planar": lambda: flows.Inverse(flows.Planar(2)),
    "planar flow": lambda: flows.PlanarFlow(2, 4),
    "nice": lambda: flows.NICE(2, 4, (8,)),
    "realnvp": lambda: flows.RealNVP(2, 4, (8,)),
    "maf flow": lambda: flows.MAF(2, 3, (8,)),
}
WIDER = {
    "affine 1d": (lambda: flows.Affine1d(), (1,)),
    "planar 5d": (lambda: flows.Planar(5), (5,)),
    "coupling 5d": (lambda: flows.AffineCoupling(masks.every_other(5), hidden=(8,)), (5,)),
    "maf 5d": (lambda: flows.MaskedAutoregressive(5, (16, 16), order=[3, 0, 4, 1, 2]), (5,)),
    "maf 1d": (lambda: flows.MaskedAutoregressive(1, (4,)), (1,)),
    "realnvp 5d": (lambda: flows.RealNVP(5, 4, (8,)), (5,)),
    "actnorm of images": (lambda: flows.ActNorm(3), (3, 4, 2)),
    "1x1 convolution": (lambda: flows.Invertible1x1(3), (3, 4, 2)),
    "permute channels": (lambda: flows.Permute([2, 0, 1]), (3, 2, 2)),
    "squeeze": (lambda: flows.Squeeze(), (2, 4, 2)),
    "flatten": (lambda: flows.Flatten((2, 2, 3)), (2, 2, 3)),
    "split": (lambda: flows.Split(flows.Flatten((2, 2, 2)), (4, 2, 2)), (4, 2, 2)),
    "logit": (lambda: flows.Logit(0.05), (1, 3, 2)),
    "channel coupling": (
        lambda: flows.AffineCoupling(masks.channels(4), nets.convolutional(4, 8, 6)),
        (4, 3, 2),
    ),
    "checkerboard coupling": (
        lambda: flows.AffineCoupling(masks.checkerboard(4, 3), nets.convolutional(2, 4, 6)),
        (2, 4, 3),
    ),
    "additive checkerboard": (
        lambda: flows.AdditiveCoupling(masks.checkerboard(4, 4, swap=True), nets.convolutional(1, 1, 6)),
        (1, 4, 4),
    ),
    "glow": (lambda: flows.Glow((1, 8, 8), depth=2, width=6), (1, 8, 8)),
}
ALL = {**{name: (make, (2,)) for name, make in PLANE.items()}, **WIDER}


def shaken(name, std=0.4, seed=0):
    """The flow of this name in float64, every weight drawn from N(0, std^2) and ActNorms taken as set.

    Glow's weights are drawn closer to 0: its many steps multiply, and would leave nothing to compare.
    """
    torch.manual_seed(seed)
    make, _ = ALL[name]
    flow = make().double()
    for weight in flow.parameters():
        nn.init.normal_(weight, 0, 0.15 if name == "glow" else std)
    for module in flow.modules():
        if isinstance(module, flows.ActNorm):
            module.set.fill_(True)
    return flow


def points(name, shape, n=4):
    """Random points that the flow of this name takes: in [0, 1] where the logit comes first."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(n, *shape, generator=generator, dtype=torch.float64)
    return x.sigmoid() if name in ("logit", "glow") else 1.5 * x
