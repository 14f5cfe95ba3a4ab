"""The divergence of a velocity, exact or by Hutchinson's estimate, for densities along a flow."""

import torch

from ._draws import normal
from ._validate import check_choice

PROBES = ("gaussian", "rademacher")


def draw_probe(kind, x, generator=None):
    """Directions like x [B, ...] with the identity for their covariance, or None where kind is None.

    kind: a name in PROBES. generator: of any device, or None for torch's global one.
    """
    if kind is None:
        return None
    check_choice("probe", kind, PROBES)
    probe = normal(x.shape, x.device, x.dtype, generator)
    return probe if kind == "gaussian" else torch.where(probe > 0, 1.0, -1.0).to(x)


def with_divergence(velocity, x, probe=None):
    """velocity(x) [B, ...] and its divergence for each row, [B]; no graph is kept.

    probe: None for the exact divergence, one backward pass for every dimension; [B, ...] for Hutchinson's
    estimate probe^T (dv / dx) probe, one backward pass (Hutchinson 1989; Grathwohl et al. 2019).
    """
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        v = velocity(x) + 0 * x  # so that a velocity that does not look at x has a divergence too: 0
        if probe is not None:
            (back,) = torch.autograd.grad((v * probe).sum(), x)
            return v.detach(), (back * probe).flatten(1).sum(1)
        flat, total = v.flatten(1), 0
        for place in range(flat.shape[1]):
            (back,) = torch.autograd.grad(flat[:, place].sum(), x, retain_graph=True)
            total = total + back.flatten(1)[:, place]
    return v.detach(), total
