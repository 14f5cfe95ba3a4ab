"""Channels mixed by one matrix, whose determinant its triangular factors give; and merely put in order."""

import torch
from torch import nn

from .._validate import check_int, check_kind, check_tensor, check_whole


class Invertible1x1(nn.Module):
    """z = W x at every pixel, W = P L (U + diag(sign exp(log_scale))), log |det| = H W sum log_scale.

    channels: C; x is [B, C] or [B, C, H, W]. L has ones and U zeros on its diagonal; P and the signs are
    fixed. W starts as a rotation drawn from torch's global generator.
    Source: Kingma & Dhariwal 2018, section 3.2.
    """

    def __init__(self, channels):
        super().__init__()
        rotation, _ = torch.linalg.qr(torch.randn(check_int("channels", channels), channels))
        P, L, U = torch.linalg.lu(rotation)
        diagonal = U.diagonal()
        self.lower, self.upper = nn.Parameter(L.tril(-1)), nn.Parameter(U.triu(1))
        self.log_scale = nn.Parameter(diagonal.abs().log())
        self.register_buffer("sign", diagonal.sign())
        self.register_buffer("permutation", P)

    def factors(self):
        """P, L and U (with its diagonal), each [C, C]."""
        ones = torch.eye(len(self.sign), dtype=self.sign.dtype, device=self.sign.device)
        upper = self.upper.triu(1) + torch.diag(self.sign * self.log_scale.exp())
        return self.permutation, self.lower.tril(-1) + ones, upper

    def forward(self, x):
        """x [B, C, ...] -> z like x, log_det [B]."""
        check_tensor("x", x, f"[B, {len(self.sign)}, ...]")
        P, L, U = self.factors()
        z = (P @ L @ U @ x.flatten(2)) if x.ndim > 2 else x @ (P @ L @ U).T
        return z.view_as(x), (x[0, 0].numel() * self.log_scale.sum()).expand(len(x))

    def inverse(self, z):
        """z [B, C, ...] -> x like z: P turned round, then two triangular systems solved."""
        check_tensor("z", z, f"[B, {len(self.sign)}, ...]")
        P, L, U = self.factors()
        columns = z.flatten(2) if z.ndim > 2 else z[..., None]
        y = torch.linalg.solve_triangular(L, P.T @ columns, upper=False, unitriangular=True)
        return torch.linalg.solve_triangular(U, y, upper=True).view_as(z)


def check_order(order, count=None):
    """order as a tensor, where it holds every number from 0 to count - 1 once."""
    if not isinstance(order, torch.Tensor):
        check_kind("order", order, tuple | list | range, "a list of whole numbers")
        order = torch.tensor([check_int("order", place, minimum=0) for place in order])
    count = len(check_whole("order", order, "[D]")) if count is None else count
    if order.shape != (count,) or not torch.equal(order.sort().values, torch.arange(count).to(order)):
        raise ValueError(f"order must hold every number from 0 to {count - 1} once; got {order.tolist()}.")
    return order


class Permute(nn.Module):
    """z_i = x_order[i] along axis 1; the volume is kept. order: every number from 0 to C - 1 once.

    Raises ValueError where it is not that.
    """

    def __init__(self, order):
        super().__init__()
        order = check_order(order)
        self.register_buffer("order", order, persistent=False)

    def forward(self, x):
        """x [B, C, ...] -> z like x, log_det [B], which is 0."""
        return check_tensor("x", x, f"[B, {len(self.order)}, ...]")[:, self.order], x.new_zeros(len(x))

    def inverse(self, z):
        """z [B, C, ...] -> x like z."""
        return check_tensor("z", z, f"[B, {len(self.order)}, ...]")[:, self.order.argsort()]
