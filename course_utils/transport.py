"""Moving earth: optimal transport by linear programme, its dual potentials, and W1 of clouds of points."""

from typing import NamedTuple

import torch

from course_utils._double import double
from course_utils._validate import check_number, check_tensor

SUM_TOLERANCE = 1e-4
SAME_CDF = 1e-12  # what the rounding of a sum leaves between two CDFs that are equal


class Plan(NamedTuple):
    """value: the least cost; plan [N, M]: the mass that goes from i to j; f [N], g [M]: the potentials."""

    value: torch.Tensor
    plan: torch.Tensor
    f: torch.Tensor
    g: torch.Tensor


def cost(x, y):
    """Euclidean distances [N, M] between the points x [N, D] and y [M, D], in float64.

    Gradients flow to both. Raises ValueError for another shape, no points, or a coordinate that is not
    finite.
    """
    check_tensor("x", x, "[N, D]")
    check_tensor("y", y, f"[M, {x.shape[1]}]")
    for name, points in (("x", x), ("y", y)):
        _check_finite(name, points)
    return torch.cdist(double(x), double(y), compute_mode="donot_use_mm_for_euclid_dist")


def solve(p, q, cost):
    """The cheapest way of moving the masses p to the masses q: Kantorovich's linear programme and its dual.

    p: [N], q: [M], masses that each sum to one; cost: [N, M], what a unit of mass pays from i to j, at least
    0. Returns a Plan in float64: value is the least sum of plan * cost over plans with the marginals p and q;
    f_i - g_j <= cost_ij, with equality where plan_ij > 0, so that value = sum p f - sum q g (Peyre & Cuturi
    2019, sections 2.3, 2.5 and 6.1). Where cost is a distance, f and g are the values of one 1-Lipschitz
    function on the source and on the target. Its free constant is such that sum q g = 0. The programme has
    N M unknowns. Raises ValueError where the arguments do not fit together.
    """
    p, q = _masses("p", p), _masses("q", q)
    check_tensor("cost", cost, f"[{len(p)}, {len(q)}]")
    _check_finite("cost", cost)
    if bool((cost < 0).any()):
        raise ValueError(f"cost must hold no negative value; got {cost.min().item():g}.")
    cost = cost.detach().cpu().double()
    plan, g = _linear_programme(p, q, cost)
    # Where a point has no mass the programme leaves its potential open: each is set as tight as it can be.
    f = (cost + g).min(1).values
    g = (f[:, None] - cost).max(0).values
    constant = q @ g
    return Plan((plan * cost).sum(), plan, f - constant, g - constant)


def wasserstein1(x, y):
    """W1 of two clouds of points of equal masses, in the units of x: exact, a scalar float64 tensor.

    x: [N, D], y: [M, D]. For N = M some best plan sends each point whole to another (Birkhoff), and the
    assignment is found; for other sizes the linear programme is solved. Gradients flow to both clouds, with
    the plan held fixed. Raises ValueError as cost does.
    """
    distances = cost(x, y)
    if len(x) != len(y):
        p, q = (torch.full((len(points),), 1 / len(points), dtype=torch.float64) for points in (x, y))
        return (solve(p, q, distances).plan.to(distances) * distances).sum()
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(distances.detach().cpu().numpy())
    return distances[torch.from_numpy(rows), torch.from_numpy(columns)].mean()


def potential(z, y, g):
    """The largest 1-Lipschitz function that is at most g on y: f(z) = min_j (|z - y_j| + g_j) (McShane 1934).

    z: [K, D]; y: [M, D]; g: [M], of `solve`. Returns [K] in float64, through which gradients flow to z. With
    the best g it also agrees with g on y and with f on the source, so that E_p f - E_q f = W1.
    Raises ValueError for another shape or a value that is not finite.
    """
    check_tensor("g", g, "[M]")
    check_tensor("y", y, f"[{len(g)}, D]")
    _check_finite("g", g)
    check_tensor("z", z, f"[K, {y.shape[1]}]")
    costs = cost(z, y)
    return (costs + g.to(costs)).min(1).values


def line_potential(p, q, dx):
    """The best potential of two densities on a line: E_p f - E_q f = W1, no slope beyond 1, mean 0.

    p, q: [..., G] density values at evenly spaced points, each divided here by its sum; dx: the spacing,
    above 0. Returns f [..., G] in float64 with the slope sign(Q - P), where P and Q are the CDFs, and slope 0
    where they agree: by parts, E_p f - E_q f = integral of f' (Q - P), which is at most that of |Q - P|.
    Raises ValueError for a negative value, a density of zero everywhere, or another shape or spacing.
    """
    dx = check_number("dx", dx, 0, open_minimum=True)
    check_tensor("p", p)
    check_tensor("q", q)
    if p.shape != q.shape or p.ndim == 0:
        raise ValueError(f"p and q must have one shape [..., G]; got {list(p.shape)} and {list(q.shape)}.")
    p, q = (_normalised(name, value) for name, value in (("p", p), ("q", q)))
    ahead = (q - p).cumsum(-1)[..., :-1]  # Q - P between one point of the grid and the next
    slope = torch.where(ahead.abs() > SAME_CDF, ahead.sign(), torch.zeros_like(ahead))
    f = torch.cat([torch.zeros_like(p[..., :1]), dx * slope.cumsum(-1)], dim=-1)
    return f - f.mean(-1, keepdim=True)


def _linear_programme(p, q, cost):
    """The plan [N, M] of least cost and the potential g [M], both of HiGHS; all in float64 on the CPU."""
    from scipy import sparse
    from scipy.optimize import linprog

    n, m = cost.shape
    out = sparse.kron(sparse.eye(n), torch.ones(1, m).numpy())  # sum over j of plan_ij = p_i
    into = sparse.kron(torch.ones(1, n).numpy(), sparse.eye(m))  # sum over i of plan_ij = q_j
    marginals = torch.cat([p, q]).numpy()
    constraints = {"A_eq": sparse.vstack([out, into]), "b_eq": marginals}
    for method in ("highs-ipm", "highs-ds"):  # for 500 points the first is four times as fast
        answer = linprog(cost.flatten().numpy(), **constraints, method=method)
        if answer.x is not None:
            break
    else:
        message = answer.message.rstrip(".")
        raise RuntimeError(f"cost leads to a linear programme that was not solved: {message}.")
    plan = torch.from_numpy(answer.x).view(n, m).clamp_min(0)
    return plan, -torch.from_numpy(answer.eqlin.marginals[n:].copy())


def _masses(name, value):
    """value [N] in float64 on the CPU, made to sum to one exactly; ValueError where it is no distribution."""
    check_tensor(name, value, "[N]")
    _check_masses(name, value)
    total = float(double(value).sum())
    if abs(total - 1) > SUM_TOLERANCE:
        raise ValueError(f"{name} must sum to one; got a sum of {total:g}.")
    return value.detach().cpu().double() / total


def _normalised(name, density):
    _check_masses(name, density)
    total = double(density).sum(-1, keepdim=True)
    if not bool((total > 0).all()):
        raise ValueError(f"{name} must be above 0 somewhere; its values sum to {total.min().item():g}.")
    return double(density) / total


def _check_masses(name, value):
    _check_finite(name, value)
    if bool((value < 0).any()):
        raise ValueError(f"{name} must hold no negative value; got {value.min().item():g}.")


def _check_finite(name, value):
    if not bool(value.isfinite().all()):
        bad = value[~value.isfinite()].flatten()[0].item()
        raise ValueError(f"{name} must hold finite numbers only; got {bad}.")
