"""Right answers to nf.log_prob in other words."""

import functools

import torch


def density_by_reduce(x, steps, log_base):
    def take(so_far, step):
        z, log_det = step(so_far[0])
        return z, so_far[1] + log_det

    z, total = functools.reduce(take, steps, (x, 0))
    return log_base(z) + total


def density_by_recursion(x, steps, log_base):
    if not steps:
        return log_base(x)
    first, *rest = steps
    z, log_det = first(x)
    return log_det + density_by_recursion(z, rest, log_base)


def density_by_stack(x, steps, log_base):
    log_dets, here = [], x
    for k in range(len(steps)):
        here, log_det = steps[k](here)
        log_dets.append(log_det)
    return torch.stack([*log_dets, log_base(here)]).sum(dim=0)


def density_row_by_row(x, steps, log_base):
    found = []
    for row in x.split(1):
        total = 0.0
        for step in steps:
            row, log_det = step(row)
            total += log_det
        found.append(log_base(row) + total)
    return torch.cat(found)


def density_by_stages(x, steps, log_base):
    """The points first, the log-determinants afterwards."""
    stages = [x]
    for step in steps:
        stages.append(step(stages[-1])[0])
    return log_base(stages[-1]) + sum(step(z)[1] for step, z in zip(steps, stages, strict=False))


def density_by_the_whole_jacobian(x, steps, log_base):
    def whole(one):
        for step in steps:
            one, _ = step(one)
        return one

    J = torch.func.vmap(torch.func.jacrev(whole))(x)
    return log_base(whole(x)) + torch.linalg.slogdet(J).logabsdet


def density_in_place(x, steps, log_base):
    left, total = list(steps), torch.zeros_like(x[:, 0])
    while left:
        x, log_det = left.pop(0)(x)
        total += log_det
    total += log_base(x)
    return total
