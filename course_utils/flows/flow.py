"""A flow: invertible steps one after the other, and the simple density at their end."""

import math

import torch
from torch import nn

from .._draws import normal
from .._validate import check_generator, check_has, check_int, check_kind, check_tensor


class Flow(nn.Module):
    """Steps from data x to noise z, and the base that z is to follow: log p(x) = log p(z) + log |det dz/dx|.

    steps: modules with `.forward(x) -> z, log_det [B]` and `.inverse(z) -> x`; a Flow is one too. base: the
    number of dimensions, or an image's (C, H, W), for N(0, I); or anything with `.log_prob(z) -> [B]` and
    `.sample(n, generator)`, such as exact.GaussianMixture. Raises TypeError or ValueError for another base.
    Source: Dinh et al. 2017, equation 3, for one step; Rezende & Mohamed 2015, section 3.1, for a chain.
    """

    def __init__(self, steps, base):
        check_kind("steps", steps, tuple | list | nn.ModuleList, "a list of steps")
        for step in steps:
            check_has("steps", step, "a list of steps of a flow", "forward")
        super().__init__()
        self.steps = nn.ModuleList(steps)
        self.base = base if hasattr(base, "log_prob") else StandardNormal(base)

    def forward(self, x):
        """x [B, ...] -> z, and the sum of the steps' log-determinants, [B], for determinants multiply."""
        total = check_tensor("x", x, "[B, ...]").new_zeros(len(x))
        for number, step in enumerate(self.steps):
            x, log_det = step(x)
            name = f"log_det of step {number}, {type(step).__name__},"
            total = total + check_tensor(name, log_det, f"[{len(x)}]")
        return x, total

    def inverse(self, z):
        """z -> x: the steps' inverses, the last step first."""
        check_tensor("z", z)
        for step in reversed(self.steps):
            z = step.inverse(z)
        return z

    def stages(self, x):
        """[x, x after the first step, ..., z]: where the points are between the steps."""
        found = [x]
        for step in self.steps:
            found.append(step(found[-1])[0])
        return found

    def log_prob(self, x):
        """log p(x) in nats, [B, ...] -> [B]."""
        z, log_det = self(x)
        return self.base.log_prob(z) + log_det

    @torch.no_grad()
    def sample(self, n, generator=None):
        """n draws of x, [n, ...]: the base's, sent back. generator: a torch.Generator or None."""
        check_generator("generator", generator)
        return self.inverse(self.base.sample(check_int("n", n), generator))


class StandardNormal(nn.Module):
    """N(0, I) over tensors of one shape, in the dtype and on the device that the module is moved to.

    shape: a whole number or several, (D,) or (C, H, W). Raises TypeError or ValueError for anything else.
    """

    def __init__(self, shape):
        super().__init__()
        sizes = shape if isinstance(shape, tuple | list) and shape else (shape,)
        self.shape = tuple(check_int("shape of the base", size) for size in sizes)
        self.register_buffer("like", torch.zeros(()), persistent=False)

    def log_prob(self, z):
        """log N(z; 0, I) in nats, [B, *shape] -> [B]."""
        check_tensor("z", z, f"[B, {', '.join(map(str, self.shape))}]", nonempty=False)
        return -0.5 * (z.flatten(1).square() + math.log(2 * math.pi)).sum(1)

    def sample(self, n, generator=None):
        """n independent draws, [n, *shape]. generator: of any device, or None for torch's global one."""
        check_int("n", n), check_generator("generator", generator)
        return normal((n, *self.shape), self.like.device, self.like.dtype, generator)


class Inverse(nn.Module):
    """A step the other way round: what was its inverse is now the way to the noise, log-determinant negated.

    step: any step of a flow. Its forward needs the step both ways, so it costs what both cost.
    """

    def __init__(self, step):
        check_has("step", step, "a step of a flow", "forward", "inverse")
        super().__init__()
        self.step = step

    def forward(self, x):
        """x -> step's inverse of x, and log |det| of it, [B]."""
        check_tensor("x", x, "[B, ...]")
        z = self.step.inverse(x)
        return z, -self.step(z)[1]

    def inverse(self, z):
        """z -> step of z."""
        check_tensor("z", z, "[B, ...]")
        return self.step(z)[0]
