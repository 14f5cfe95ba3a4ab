"""How far apart two distributions are: KL and Jensen-Shannon in nats, Wasserstein in units of x."""

import torch

from course_utils._validate import check_number, check_tensor

MASS_TOLERANCE = 0.1  # of a density's integral: what lies beyond the ends of the points is not counted


def kl_normal(mu, logvar):
    """KL(N(mu, diag exp(logvar)) || N(0, I)) in nats, summed over the last axis.

    mu, logvar: [..., D], of shapes that broadcast. Returns [...], 0 only where both are 0. Source:
    Kingma & Welling 2014, appendix B (its negative). Raises ValueError where the shapes do not broadcast.
    """
    _check_pair("mu", mu, "logvar", logvar)
    return 0.5 * (mu.square() + logvar.expm1() - logvar).sum(-1)


def kl_normals(mu1, logvar1, mu2, logvar2):
    """KL(N(mu1, diag exp(logvar1)) || N(mu2, diag exp(logvar2))) in nats, summed over the last axis.

    All four [..., D], of shapes that broadcast. Returns [...]. Per axis, with d = logvar1 - logvar2, it is
    ((mu1 - mu2)^2 / var2 + exp(d) - 1 - d) / 2. Raises ValueError where the shapes do not broadcast.
    """
    _check_pair("mu1", mu1, "logvar1", logvar1)
    _check_pair("mu2", mu2, "logvar2", logvar2)
    _check_pair("mu1", mu1, "mu2", mu2)
    ratio = logvar1 - logvar2
    return 0.5 * ((mu1 - mu2).square() * (-logvar2).exp() + ratio.expm1() - ratio).sum(-1)


def kl(p, q):
    """KL(p || q) = sum p log(p / q) of discrete distributions, in nats (Kullback & Leibler 1951).

    p, q: [..., K] probabilities, each summing to one over the last axis. Returns [...]; 0 log 0 is 0, and the
    answer is inf where q is 0 and p is not. Raises ValueError for a negative value, another sum or shape.
    """
    _check_distributions(p, q)
    return _kl(p, q).sum(-1)


def js(p, q):
    """Jensen-Shannon divergence, the mean of KL(p || m) and KL(q || m) with m = (p + q) / 2 (Lin 1991).

    p, q: [..., K] probabilities. Returns [...] in nats: symmetric, 0 for equal distributions, log 2 for
    disjoint ones, never more. Raises ValueError as kl does.
    """
    _check_distributions(p, q)
    middle = (p + q) / 2
    return 0.5 * (_kl(p, middle) + _kl(q, middle)).sum(-1)


def wasserstein1(x, y):
    """Earth mover's distance between two samples on a line, in the units of x: the area between their CDFs.

    x: [N], y: [M], any sizes; each point has mass 1/N or 1/M. W1 is the integral over u in (0, 1) of
    |F_x^-1(u) - F_y^-1(u)| (Vallender 1974), and the quantile functions are steps, so the sum is exact.
    Returns a scalar tensor that gradients flow through. Raises ValueError for another shape.
    """
    check_tensor("x", x, "[N]")
    check_tensor("y", y, "[M]")
    n, m = len(x), len(y)
    # In units of 1/(n m) the steps end at whole numbers, so no quantile falls on the wrong side of a step.
    ends = torch.cat([m * torch.arange(1, n + 1), n * torch.arange(1, m + 1)]).unique().to(x.device)
    widths = torch.diff(ends, prepend=ends.new_zeros(1))
    gaps = (x.sort().values[(ends - 1) // m] - y.sort().values[(ends - 1) // n]).abs()
    return (gaps * widths).sum() / (n * m)


def kl_density(p, q, dx):
    """KL(p || q) of two densities on a line, known at evenly spaced points, in nats.

    p, q: [..., G] density values, not negative; dx: the spacing, above 0. Returns [...]. The integral
    is the sum times dx, the trapezium rule for densities that vanish at both ends, and that of p and of q is
    to be 1, give or take a tenth for what lies beyond the ends. Give float64: where q underflows to 0 and p
    does not, the answer is inf. Raises ValueError for a negative value, another shape, spacing or integral.
    """
    _check_densities(p, q, dx)
    return dx * _kl(p, q).sum(-1)


def js_density(p, q, dx):
    """Jensen-Shannon divergence of two densities on a line, in nats; arguments as kl_density."""
    _check_densities(p, q, dx)
    middle = (p + q) / 2
    return 0.5 * dx * (_kl(p, middle) + _kl(q, middle)).sum(-1)


def wasserstein1_density(p, q, dx):
    """W1 of two densities on a line: the integral of |P - Q|, their CDFs, in units of x; as kl_density."""
    _check_densities(p, q, dx)
    return dx * dx * (p - q).cumsum(-1).abs().sum(-1)


def _kl(p, q):
    return torch.special.xlogy(p, p) - torch.special.xlogy(p, q)


def _check_pair(name, value, other_name, other):
    check_tensor(name, value, nonempty=False)
    check_tensor(other_name, other, nonempty=False)
    try:
        torch.broadcast_shapes(value.shape, other.shape)
    except RuntimeError:
        shapes = f"{list(value.shape)} and {list(other.shape)}"
        raise ValueError(f"{name} and {other_name} must have shapes that broadcast; got {shapes}.") from None
    if value.ndim == 0 or other.ndim == 0:
        raise ValueError(f"{name} and {other_name} must have at least one axis to sum over; got a scalar.")


def _check_nonnegative(**tensors):
    _check_pair(*(part for item in tensors.items() for part in item))
    for name, value in tensors.items():
        if not bool((value >= 0).all()):
            raise ValueError(f"{name} must hold no negative value and no NaN; got {value.min().item()}.")
    sizes = [value.shape[-1] for value in tensors.values()]
    if sizes[0] != sizes[1]:
        names = " and ".join(tensors)
        raise ValueError(f"{names} must have last axes of one length; got {sizes[0]} and {sizes[1]}.")


def _check_distributions(p, q):
    _check_nonnegative(p=p, q=q)
    for name, value in (("p", p), ("q", q)):
        total = value.sum(-1)
        if not bool(((total - 1).abs() < 1e-4).all()):
            worst = total.flatten()[(total - 1).abs().argmax()].item()
            raise ValueError(f"{name} must sum to one over its last axis; got a sum of {worst:g}.")


def _check_densities(p, q, dx):
    _check_nonnegative(p=p, q=q)
    check_number("dx", dx, 0, open_minimum=True)
    for name, density in (("p", p), ("q", q)):
        mass = dx * density.sum(-1)
        if bool(((mass - 1).abs() > MASS_TOLERANCE).any()):
            worst = mass.flatten()[(mass - 1).abs().argmax()].item()
            raise ValueError(f"{name} must integrate to one; got {worst:.3g}, with points {dx:g} apart.")
