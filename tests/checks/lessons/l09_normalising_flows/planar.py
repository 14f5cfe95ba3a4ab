"""Right answers to nf.planar in other words."""

import torch
from torch.nn import functional as F


def planar_by_einsum(x, w, u, b):
    bend = torch.einsum("bd,d->b", x, w).add(b).tanh()
    psi = torch.einsum("b,d->bd", 1 - bend**2, w)
    log_det = (1 + torch.einsum("bd,d->b", psi, u)).abs().log()
    return [x + torch.einsum("b,d->bd", bend, u), log_det]


def planar_by_cosh(x, w, u, b):
    """The slope of tanh is one over the square of cosh."""
    a = (x * w).sum(1, keepdim=True) + b
    return x + u * torch.tanh(a), torch.log1p((w * u).sum() / torch.cosh(a.squeeze(1)) ** 2)


def planar_by_autograd(x, w, u, b):
    def move(one):
        return one + u * torch.tanh(one @ w + b)

    J = torch.func.vmap(torch.func.jacrev(move))(x)
    return torch.func.vmap(move)(x), torch.linalg.slogdet(J).logabsdet


def planar_by_jacobians(x, w, u, b):
    """The whole matrix, the identity plus an outer product."""
    bend = F.linear(x, w[None], b.reshape(1)).tanh()
    J = torch.eye(len(w), dtype=x.dtype) + (1 - bend.square())[..., None] * torch.outer(u, w)
    return x + bend * u, torch.linalg.slogdet(J)[1]


def planar_by_loops(x, w, u, b):
    z, log_det = [], []
    for one in x:
        bend = torch.tanh(torch.dot(one, w) + b)
        z.append(one + bend * u)
        log_det.append(torch.log(1 + (1 - bend * bend) * torch.dot(u, w)))
    return torch.stack(z), torch.stack(log_det)


def planar_in_float64(x, w, u, b):
    x64, w64, u64, b64 = (one.double() for one in (x, w, u, b))
    bend = torch.tanh(x64 @ w64 + b64).unsqueeze(-1)
    return (x64 + bend * u64).to(x), ((1 + (1 - bend**2) * w64) @ u64 + 1 - u64.sum()).log().to(x)
