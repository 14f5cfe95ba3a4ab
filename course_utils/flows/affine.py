"""Every coordinate stretched and moved on its own; activation normalisation, which reads both off a batch."""

import torch
from torch import nn

from .._validate import check_int, check_tensor


class ElementwiseAffine(nn.Module):
    """z_i = exp(s_i) x_i + t_i, so that log |det| = sum_i s_i; it starts as the identity.

    dim: how many coordinates; x is [B, dim].
    """

    def __init__(self, dim):
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(check_int("dim", dim)))
        self.shift = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        """x [B, dim] -> z [B, dim], log_det [B]."""
        check_tensor("x", x, f"[B, {len(self.shift)}]")
        return x * self.log_scale.exp() + self.shift, self.log_scale.sum().expand(len(x))

    def inverse(self, z):
        """z [B, dim] -> x [B, dim]."""
        check_tensor("z", z, f"[B, {len(self.shift)}]")
        return (z - self.shift) * torch.exp(-self.log_scale)


def Affine1d():
    """z = exp(s) x + t on the line, x [B, 1]: a Gaussian's flow."""
    return ElementwiseAffine(1)


class ActNorm(nn.Module):
    """z_c = exp(s_c) (x_c + t_c), s and t by channel, which leave the first batch at mean 0, deviation 1.

    channels: C; x is [B, C] or [B, C, H, W]. The first batch in training mode sets both; from then on they
    are weights like any others, and until then it is the identity. A channel that is constant in that batch
    (all are, for one point [1, C]) is only moved. log |det| = H W sum_c s_c. Raises ValueError for another
    number of channels, and for NaN or infinity in the first batch.
    Source: Kingma & Dhariwal 2018, section 3.1.
    """

    def __init__(self, channels):
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(check_int("channels", channels)))
        self.shift = nn.Parameter(torch.zeros(channels))
        self.register_buffer("set", torch.tensor(False))

    @torch.no_grad()
    def read_off(self, x):
        """Set s and t by the batch x [B, C, ...]: t = -mean, s = -log deviation, channel by channel."""
        check_tensor("x", x, f"[B, {len(self.shift)}, ...]")
        axes = [0, *range(2, x.ndim)]
        mean, deviation = x.mean(axes), x.std(axes, correction=0)
        if not (mean.isfinite().all() and deviation.isfinite().all()):
            raise ValueError(
                "the batch that sets ActNorm has NaN or infinity in it; look at what comes before it."
            )
        constant = deviation <= 1e-6 * (1 + mean.abs())  # rounding, which would be blown up to 1
        self.shift.copy_(-mean)
        self.log_scale.copy_(-torch.where(constant, 1.0, deviation).log())
        self.set.fill_(True)

    def forward(self, x):
        """x [B, C, ...] -> z like x, log_det [B]."""
        check_tensor("x", x, f"[B, {len(self.shift)}, ...]")
        if self.training and not self.set:
            self.read_off(x)
        places = x[0, 0].numel()
        z = (x + _by_channel(self.shift, x)) * _by_channel(self.log_scale.exp(), x)
        return z, (places * self.log_scale.sum()).expand(len(x))

    def inverse(self, z):
        """z [B, C, ...] -> x like z."""
        check_tensor("z", z, f"[B, {len(self.shift)}, ...]")
        return z * _by_channel(torch.exp(-self.log_scale), z) - _by_channel(self.shift, z)


def _by_channel(values, x):
    return values.view(-1, *[1] * (x.ndim - 2))
