"""Right answers to nf.train in other words."""

import torch


def _log_p(x, steps, log_base):
    total = 0
    for step in steps:
        x, log_det = step(x)
        total = total + log_det
    return log_base(x) + total


def train_in_full(steps, log_base, optimiser, batches):
    """Everything written out, and the gradients cleared at the end of each turn."""
    losses = []
    for k in range(len(batches)):
        z, total = batches[k], torch.zeros(len(batches[k]))
        for step in steps:
            z, log_det = step(z)
            total = total + log_det
        loss = -(log_base(z) + total).sum() / len(z)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=False)
        losses += [float(loss)]
    return losses


def train_with_a_closure(steps, log_base, optimiser, batches):
    def one(x):
        def closure():
            optimiser.zero_grad()
            loss = torch.mean(-_log_p(x, steps, log_base))
            loss.backward()
            return loss

        return optimiser.step(closure).item()

    return [one(x) for x in batches]


def train_by_stages(steps, log_base, optimiser, batches):
    """Each step is called twice: for its point, and for its log-determinant."""
    losses = []
    for x in batches:
        stages = [x]
        for step in steps:
            stages.append(step(stages[-1])[0])
        total = sum(step(z)[1] for step, z in zip(steps, stages, strict=False))
        loss = (-log_base(stages[-1]) - total).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def train_by_autograd(steps, log_base, optimiser, batches):
    weights = [one for group in optimiser.param_groups for one in group["params"]]
    losses = torch.zeros(len(batches))
    for k, x in enumerate(batches):
        loss = -_log_p(x, steps, log_base).mean()
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = gradient
        optimiser.step()
        losses[k] = loss.detach()
    return losses


def train_by_the_gradient_of_each(steps, log_base, optimiser, batches):
    """backward from the log densities themselves, with the weights that a mean gives them."""
    losses = []
    for x in batches.unbind():
        log_p = _log_p(x, steps, log_base)
        optimiser.zero_grad()
        log_p.backward(torch.full_like(log_p, -1 / len(log_p)))
        optimiser.step()
        losses.append(-log_p.detach().mean())
    return losses
