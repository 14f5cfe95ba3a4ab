"""Each coordinate's shift and scale from the coordinates before it: fast one way, slow the other."""

import torch
from torch import nn

from .._validate import check_number, check_tensor
from .coupling import bounded
from .flow import Inverse
from .made import Made


class MaskedAutoregressive(nn.Module):
    """z_i = (x_i - m_i) exp(-a_i), with m_i and a_i from the x before i: log |det| = -sum a, in one pass.

    Its inverse needs x to find the next x, D passes. dim, hidden and order: as in Made. bound: of a, as in
    AffineCoupling. Source: Papamakarios et al. 2017 (MAF), section 3.
    """

    def __init__(self, dim, hidden=(64, 64), order=None, bound=3.0):
        super().__init__()
        self.net = Made(dim, 2, hidden, order)
        self.bound = None if bound is None else check_number("bound", bound, 0, open_minimum=True)

    def mean_and_scale(self, x):
        """m and a, each [B, D]."""
        mean, scale = self.net(x).unbind(2)
        return mean, bounded(scale, self.bound)

    def forward(self, x):
        """x [B, D] -> z [B, D], log_det [B]: one pass through the network."""
        mean, scale = self.mean_and_scale(x)
        return (x - mean) * torch.exp(-scale), -scale.sum(1)

    def inverse(self, z):
        """z [B, D] -> x [B, D]: one pass for each coordinate, in order."""
        x = torch.zeros_like(check_tensor("z", z, f"[B, {len(self.net.order)}]"))
        for i in self.net.order:
            mean, scale = self.mean_and_scale(x)
            here = torch.arange(z.shape[1], device=z.device) == i
            x = torch.where(here, z * scale.exp() + mean, x)
        return x


def InverseAutoregressive(dim, hidden=(64, 64), order=None, bound=3.0):
    """MaskedAutoregressive the other way round: one pass from z to x, D passes from x to z.

    So it samples fast and judges slowly. Source: Kingma et al. 2016 (IAF), sections 3 and 4.
    """
    return Inverse(MaskedAutoregressive(dim, hidden, order, bound))
