"""scores.hutchinson: the trace of a Jacobian from one backward pass."""

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise


@torch.enable_grad()
def hutchinson(f, x, probe):
    """probe^T (df / dx) probe of each row: f maps each row of x [B, D] by itself; probe [B, D] -> [B]."""
    x = x.detach().requires_grad_()
    (pulled,) = torch.autograd.grad(f(x), x, probe)
    return (pulled * probe).sum(dim=1)


class _Field(nn.Module):
    """A curved field whose Jacobian is not symmetric; it moves each row by itself."""

    def __init__(self, rng, dim, steep):
        super().__init__()
        inner, outer = torch.randn(2, dim, dim, generator=rng, dtype=torch.float64)
        self.inner, self.outer = (nn.Parameter(steep * one, requires_grad=False) for one in (inner, outer))

    def forward(self, x):
        return torch.sin(x @ self.inner + 0.7) @ self.outer - 0.5 * x


def _rows(n, dim, steep=1.0, probe=None):
    """A maker of a field, points and probes."""

    def make(rng):
        x, normal = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        return _Field(rng, dim, steep), x, normal if probe is None else probe(normal)

    return make


def _pulled(f, x, weights):
    """The gradient of the weighted sum of f, one row for each point."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad(f(x), x, weights)[0]


def _sum(pulled, probe):
    return (pulled * probe).sum(dim=1)


def _trace(weights=lambda probe: probe, last=_sum):
    """The product with other weights, or ended in another way."""
    return lambda f, x, probe: last(_pulled(f, x, weights(probe)), probe)


def _diagonal(f, x, probe):
    """The exact trace."""
    units = torch.eye(x.shape[1], dtype=x.dtype)
    return sum(_pulled(f, x, unit.expand_as(x))[:, i] for i, unit in enumerate(units))


def _no_leaf(f, x, probe):
    return _sum(torch.autograd.grad(f(x), x, probe)[0], probe)


def _no_leaf_of_a_sum(f, x, probe):
    return _sum(torch.autograd.grad((f(x) * probe).sum(), x)[0], probe)


def _by_backward(f, x, probe):
    x = x.detach()
    (f(x) * probe).sum().backward()
    return _sum(x.grad, probe)


def _no_weights(f, x, probe):
    x = x.detach().requires_grad_()
    return _sum(torch.autograd.grad(f(x), x)[0], probe)


def _tuple(f, x, probe):
    x = x.detach().requires_grad_()
    pulled = torch.autograd.grad(f(x), x, probe)
    return (pulled * probe).sum(dim=1)


def _switched_off(f, x, probe):
    with torch.no_grad():
        out = f(x.detach().requires_grad_())
    return _sum(torch.autograd.grad(out, x, probe)[0], probe)


exercise(
    "scores.hutchinson",
    reference=hutchinson,
    inputs={
        "4 points of 2 coordinates": _rows(4, 2),
        "3 points of 5 coordinates, probes of signs": _rows(3, 5, probe=torch.sign),
        "6 points of 3 coordinates, a steep field": _rows(6, 3, steep=4.0),
        "1 point of 6 coordinates": _rows(1, 6),
        "5 points of 1 coordinate": _rows(5, 1),
        "2 points of 4 coordinates, probes of one coordinate": _rows(
            2, 4, probe=lambda normal: 3 * torch.eye(4, dtype=torch.float64)[1:3]
        ),
    },
    mistakes=[
        Mistake(
            (
                _trace(last=lambda pulled, probe: pulled.sum(dim=1)),
                _trace(weights=torch.ones_like),
                _trace(weights=torch.ones_like, last=lambda pulled, probe: (pulled * probe**2).sum(dim=1)),
            ),
            "The probe is used once only: it has to stand on both sides of the Jacobian, for only "
            "the mean of probe times probe transposed is the identity, which picks out the diagonal.",
        ),
        Mistake(
            (
                lambda f, x, probe: (f(x) * probe).sum(dim=1),
                lambda f, x, probe: (f(probe) * probe).sum(dim=1),
                lambda f, x, probe: (f(x * probe) * probe).sum(dim=1),
            ),
            "There is no derivative in it: the trace of the Jacobian says how f changes around x, and you "
            "use its values only.",
        ),
        Mistake(
            (
                _trace(last=lambda pulled, probe: pulled.square().sum(dim=1)),
                _trace(last=lambda pulled, probe: (pulled * probe).square().sum(dim=1)),
                _trace(last=lambda pulled, probe: pulled.norm(dim=1)),
                _trace(last=lambda pulled, probe: (pulled * probe).abs().sum(dim=1)),
            ),
            "A square (or an absolute value) is taken: the product with the probe keeps its sign, for a "
            "field that contracts has a negative trace.",
        ),
        Mistake(
            _trace(last=lambda pulled, probe: (pulled * probe).mean(dim=1)),
            "You average over the coordinates where the trace sums: it comes out D times too small, and the "
            "log-likelihood with it.",
        ),
        Mistake(
            (
                _trace(last=lambda pulled, probe: (pulled * probe).sum()),
                _trace(last=lambda pulled, probe: (pulled * probe).mean()),
                _trace(last=lambda pulled, probe: (pulled * probe).sum(dim=1).mean()),
            ),
            "The rows are added up, or averaged: each point has a trace of its own, which goes into its own "
            "log-likelihood.",
        ),
        Mistake(
            (
                _trace(last=lambda pulled, probe: (pulled * probe).sum().expand(len(probe))),
                _trace(last=lambda pulled, probe: (pulled @ probe.T).sum(dim=1)),
                _trace(last=lambda pulled, probe: (pulled @ probe.T).sum(dim=0)),
                _trace(weights=lambda probe: probe.sum(dim=0).expand_as(probe)),
                _trace(weights=lambda probe: probe[:1].expand_as(probe)),
                _trace(last=lambda pulled, probe: (pulled * probe[0]).sum(dim=1)),
            ),
            "Other rows are mixed in: the estimate of a point is made of its own row of the product and its "
            "own probe.",
        ),
        Mistake(
            _trace(last=lambda pulled, probe: pulled @ probe.T),
            "You multiply the rows of the whole batch with each other, which gives a table [B, B]: multiply "
            "value by value and sum over the coordinates.",
        ),
        Mistake(
            _trace(last=lambda pulled, probe: (pulled * probe).sum(dim=0)),
            "You sum over the points and not over the coordinates: each point has a trace, and no "
            "coordinate has one.",
        ),
        Mistake(
            (
                _trace(last=lambda pulled, probe: pulled * probe),
                _trace(last=lambda pulled, probe: (pulled * probe).sum(dim=1, keepdim=True)),
            ),
            "The result is one number a row, [B]: the product of the two vectors is summed over the "
            "coordinates, and that axis goes.",
        ),
        Mistake(
            (_no_leaf, _no_leaf_of_a_sum, _by_backward, _switched_off),
            "There is no graph to differentiate: x has to ask for a gradient before f is called "
            "(a detached copy of it, with requires_grad_), and gradients must be switched on.",
        ),
        Mistake(
            _no_weights,
            "A gradient is taken of one number only: hand the probe to autograd.grad as grad_outputs, or "
            "take the gradient of the sum of f(x) times the probe.",
        ),
        Mistake(
            _tuple,
            "What autograd.grad gives is a tuple with one entry for each input: take the first.",
        ),
        Mistake(
            _diagonal,
            "This is the exact trace, by one backward pass for each coordinate: an image has thousands of "
            "them, and the estimate by the probe that you are given takes one pass.",
        ),
        Mistake(
            (
                _trace(weights=lambda probe: probe / len(probe)),
                _trace(weights=lambda probe: probe / probe.numel()),
            ),
            "You differentiate a mean: autograd.grad of the sum leaves each row as it is, and with the mean "
            "it is divided by the number of rows, or of values.",
        ),
        Mistake(
            (
                _trace(last=lambda pulled, probe: (pulled * probe).sum(dim=1) / probe.square().sum(dim=1)),
                _trace(
                    last=lambda pulled, probe: (
                        (pulled * probe).sum(dim=1) / probe.square().sum(dim=1) * probe.shape[1]
                    )
                ),
                _trace(weights=lambda probe: probe / probe.norm(dim=1, keepdim=True)),
            ),
            "You divide by the length of the probe: its square is D on average already, and that is what "
            "makes the mean of the estimate the trace.",
        ),
        Mistake(
            (
                lambda f, x, probe: (_pulled(f, x, probe) * x).sum(dim=1),
                lambda f, x, probe: (_pulled(f, x, x) * probe).sum(dim=1),
                lambda f, x, probe: (_pulled(f, probe, probe) * probe).sum(dim=1),
                lambda f, x, probe: (_pulled(f, x, f(x)) * probe).sum(dim=1),
            ),
            "On one side of the Jacobian stands something else than the probe, or it is the Jacobian at "
            "another point: it is the one at x, with the same probe on both sides.",
        ),
        Mistake(
            _trace(last=lambda pulled, probe: -(pulled * probe).sum(dim=1)),
            "The sign is turned: the minus, where there is one, belongs to the formula for the change of the "
            "log-density, and this is the trace alone.",
        ),
    ],
    hints=[
        "Backward passes give products of a vector with the Jacobian. Which vector, and what is done with "
        "the product afterwards?",
        "The probe goes in as grad_outputs of torch.autograd.grad; what comes out is again [B, D], one row "
        "a point. f has to see an x that asks for a gradient.",
        "Multiply this by the probe once more and sum over the coordinates: each row of the batch keeps its "
        "own number.",
    ],
)
