"""Coupling: one part stays as it is and tells a network how to change the other, so any network will do."""

import torch
from torch import nn

from .._validate import check_bool, check_callable, check_number, check_tensor
from .nets import dense


class AdditiveCoupling(nn.Module):
    """The part that stays is x_a, and z_b = x_b + t(x_a): the volume is kept, log |det| = 0.

    mask: bool, of an x's shape or one that spreads to it, [D] or [C, H, W]; True stays (`masks`). net: takes
    x with the changed part at 0 and returns shifts like x; None makes dense layers for a mask [D]. Raises
    TypeError or ValueError for a mask that is not bool, or leaves all or nothing to change.
    Source: Dinh et al. 2015 (NICE), section 3.2.
    """

    def __init__(self, mask, net=None, hidden=(64, 64)):
        super().__init__()
        self.register_buffer("mask", _check_mask(mask, net), persistent=False)
        self.net = _dense(mask, 1, hidden) if net is None else net

    def forward(self, x):
        """x [B, ...] -> z like x, log_det [B], which is 0."""
        return self._with_shift(x, 1), x.new_zeros(len(x))

    def inverse(self, z):
        """z [B, ...] -> x like z."""
        check_tensor("z", z, "[B, ...]")
        return self._with_shift(z, -1)

    def _with_shift(self, x, sign):
        check_tensor("x", x, "[B, ...]"), check_fits("x", x, self.mask)
        return x + sign * ~self.mask * self.net(x * self.mask)


class AffineCoupling(nn.Module):
    """z_b = exp(s(x_a)) x_b + t(x_a), so that log |det| = sum s, over the part that changes.

    mask and errors as in AdditiveCoupling; net: returns two for each number of x along axis 1, all t first
    and then all s. bound: s becomes bound tanh(s / bound), so that no step stretches by more than
    exp(bound); None leaves s as it is. Source: Dinh et al. 2017 (RealNVP), equations 4 to 9.
    """

    def __init__(self, mask, net=None, hidden=(64, 64), bound=2.0):
        super().__init__()
        self.register_buffer("mask", _check_mask(mask, net), persistent=False)
        self.net = _dense(mask, 2, hidden) if net is None else net
        self.bound = None if bound is None else check_number("bound", bound, 0, open_minimum=True)

    def shift_and_scale(self, x):
        """t and s, each like x and 0 on the part that stays; they depend on that part alone."""
        check_tensor("x", x, "[B, ...]"), check_fits("x", x, self.mask)
        shift, scale = self.net(x * self.mask).chunk(2, dim=1)
        return ~self.mask * shift, ~self.mask * bounded(scale, self.bound)

    def forward(self, x):
        """x [B, ...] -> z like x, log_det [B]."""
        shift, scale = self.shift_and_scale(x)
        return x * scale.exp() + shift, scale.flatten(1).sum(1)

    def inverse(self, z):
        """z [B, ...] -> x like z; what stays is the same in both, so t and s are too."""
        check_tensor("z", z, "[B, ...]")
        shift, scale = self.shift_and_scale(z)
        return (z - shift) * torch.exp(-scale)


def bounded(scale, bound):
    """bound tanh(scale / bound), which is scale near 0 and never passes bound; scale where bound is None."""
    check_tensor("scale", scale)
    if bound is not None:
        check_number("bound", bound, 0, open_minimum=True)
    return scale if bound is None else bound * torch.tanh(scale / bound)


@torch.no_grad()
def _dense(mask, per_number, hidden):
    """Dense layers whose first starts with weights for as many inputs as stay; the others are 0 at all times.

    PyTorch draws a layer's weights and biases from +-1 / sqrt(inputs). With all D counted, they would be too
    small: the network would begin too smooth, and learn the slower for it.
    """
    net = dense(len(mask), per_number * len(mask), hidden)
    for weights in net[0].parameters():
        weights *= (len(mask) / mask.sum()).sqrt()
    return net


def check_fits(argument, x, mask):
    """Raise ValueError unless a mask spreads to each row of x."""
    sizes = zip(x.shape[:0:-1], mask.shape[::-1], strict=False)
    if x.ndim != mask.ndim + 1 or any(m not in (1, size) for size, m in sizes):
        wanted = f"[B, {', '.join(map(str, mask.shape))}], as the mask has (1 for any)"
        raise ValueError(f"{argument} must have shape {wanted}; got {list(x.shape)}.")


def _check_mask(mask, net):
    if net is not None:
        check_callable("net", net, "x")
    check_bool("mask", mask, "[D]" if net is None else None)
    if mask.all() or not mask.any():
        raise ValueError(f"mask must hold both True and False; got {int(mask.sum())} True of {mask.numel()}.")
    return mask.clone()
