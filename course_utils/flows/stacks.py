"""Flows of several steps by the names they are known under."""

from .._validate import check_int, check_sizes
from .affine import ActNorm, ElementwiseAffine
from .autoregressive import MaskedAutoregressive
from .coupling import AdditiveCoupling, AffineCoupling
from .dequantising import Logit
from .flow import Flow
from .linear import Invertible1x1, Permute
from .masks import channels, every_other
from .nets import convolutional
from .planar import Planar
from .scales import Flatten, Split, Squeeze

MOST_DEEP = 1000  # steps of a flow


def PlanarFlow(dim, depth):
    """depth planar steps in dim dimensions (Rezende & Mohamed 2015)."""
    return Flow([Planar(dim) for _ in range(check_int("depth", depth, maximum=MOST_DEEP))], dim)


def NICE(dim, depth=4, hidden=(64, 64)):
    """depth additive couplings, the parts taking turns, and one stretch at the end (Dinh et al. 2015)."""
    turns = [every_other(dim, i % 2) for i in range(check_int("depth", depth, maximum=MOST_DEEP))]
    return Flow([*(AdditiveCoupling(mask, hidden=hidden) for mask in turns), ElementwiseAffine(dim)], dim)


def RealNVP(dim, depth=8, hidden=(64, 64), bound=2.0):
    """depth affine couplings, the parts taking turns, and one stretch at the end (Dinh et al. 2017)."""
    turns = [every_other(dim, i % 2) for i in range(check_int("depth", depth, maximum=MOST_DEEP))]
    steps = [AffineCoupling(mask, hidden=hidden, bound=bound) for mask in turns]
    return Flow([*steps, ElementwiseAffine(dim)], dim)


def MAF(dim, depth=4, hidden=(64, 64), bound=3.0):
    """depth masked autoregressive steps, the order turned round after each (Papamakarios et al. 2017)."""
    check_sizes("hidden", hidden, minimum=0)
    steps = []
    for _ in range(check_int("depth", depth, maximum=MOST_DEEP)):
        steps += [MaskedAutoregressive(dim, hidden, bound=bound), Permute(range(dim)[::-1])]
    return Flow(steps, dim)


def Glow(shape, levels=2, depth=8, width=64, alpha=1e-6, bound=2.0):
    """A multi-scale flow of images [B, C, H, W] in [0, 1], the logit first; z is a row [B, D].

    At each level: squeeze, depth times (ActNorm, 1x1 convolution, coupling of channels), then half of the
    channels leave, normalised by what the other half says about them. shape: (C, H, W) with H and W divisible
    by 2^levels. width: of the couplings' networks. alpha: as in logit_transform. bound: as in AffineCoupling.
    Raises ValueError for another shape. Source: Kingma & Dhariwal 2018, figure 2 and section 3.
    """
    colours, height, width_of_image = check_sizes("shape", shape, 3)
    factor = 2 ** check_int("levels", levels, maximum=10)
    if height % factor or width_of_image % factor:
        raise ValueError(f"shape must have H and W divisible by {factor}; got {tuple(shape)}.")
    check_int("depth", depth, maximum=MOST_DEEP)
    dim = colours * height * width_of_image
    return Flow([Logit(alpha), _level((colours, height, width_of_image), levels, depth, width, bound)], dim)


def _level(shape, levels, depth, width, bound):
    """One level and, inside its Split, those below it; from images of this shape to rows."""
    inner = (4 * shape[0], shape[1] // 2, shape[2] // 2)

    def couple():
        return AffineCoupling(channels(inner[0]), convolutional(inner[0], 2 * inner[0], width), bound=bound)

    steps = [Squeeze()]
    for _ in range(depth):
        steps += [ActNorm(inner[0]), Invertible1x1(inner[0]), couple()]
    if levels == 1:
        return Flow([*steps, Flatten(inner)], inner)
    rest = _level((inner[0] // 2, *inner[1:]), levels - 1, depth, width, bound)
    return Flow([*steps, couple(), Split(rest, inner)], inner)
