"""The planar flow: the plane pushed along one direction, by how far a point lies across another."""

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_int, check_tensor


class Planar(nn.Module):
    """z = x + u tanh(w.x + b), with det dz/dx = 1 + u.psi(x), psi = (1 - tanh(w.x + b)^2) w.

    It is invertible where w.u > -1, which `direction` sees to. dim: D; x is [B, D]. Weights are drawn from
    torch's global generator. Source: Rezende & Mohamed 2015, section 4.1 and appendix A.1.
    """

    def __init__(self, dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(check_int("dim", dim)))
        self.u = nn.Parameter(0.1 * torch.randn(dim))
        self.b = nn.Parameter(torch.zeros(()))

    def direction(self):
        """The u in use, [D]: the weight u moved along w until w.u = -1 + softplus(w.u), which is above -1."""
        along = self.w @ self.u
        return self.u + (F.softplus(along) - 1 - along) * self.w / self.w.square().sum()

    def forward(self, x):
        """x [B, D] -> z [B, D], log_det [B]."""
        check_tensor("x", x, f"[B, {len(self.w)}]")
        u, bend = self.direction(), torch.tanh(x @ self.w + self.b)
        return x + bend[:, None] * u, torch.log1p((1 - bend.square()) * (self.w @ u))

    def inverse(self, z):
        """z [B, D] -> x [B, D], by the one number a = w.x, which solves a + (w.u) tanh(a + b) = w.z.

        The left side grows with a, so bisection finds it; a last step of Newton's carries the gradient.
        """
        check_tensor("z", z, f"[B, {len(self.w)}]")
        u = self.direction()
        target, slope = z @ self.w, self.w @ u
        with torch.no_grad():
            low, high = target - slope.abs(), target + slope.abs()
            for _ in range(60):
                a = (low + high) / 2
                below = a + slope * torch.tanh(a + self.b) < target
                low, high = torch.where(below, a, low), torch.where(below, high, a)
        bend = torch.tanh(a + self.b)
        a = a - (a + slope * bend - target) / (1 + slope * (1 - bend.square()))
        return z - torch.tanh(a + self.b)[:, None] * u
