"""How straight a flow runs, and the pairs from which a straighter one is learned."""

import torch

from .._validate import MOST_STEPS, check_callable, check_int, check_sizes, check_tensor
from .sampling import sample


@torch.no_grad()
def straightness(model, x, steps=100):
    """The mean over time and batch of |(x_1 - x_0) - v|^2 along the flow, a float; 0 where it is straight.

    x: noise to start from, [B, ...]; the flow is walked in `steps` Euler steps, and the squares are summed
    over a point's coordinates. Source: Liu et al. 2023, eq. 3.
    """
    check_tensor("x", x, "[N, ...]"), check_callable("model", model, "x", "t")
    places, steps = [x], check_int("steps", steps, maximum=MOST_STEPS)
    sample(model, x.shape, steps=steps, x=x, watch=lambda t, at: places.append(at))
    places = torch.stack(places[1:])  # watch shows the start too
    velocities = steps * places.diff(dim=0)  # what each Euler step went by
    return float((places[-1] - places[0] - velocities).square().flatten(2).sum(2).mean())


def reflow_pairs(model, shape, *, steps=100, method="euler", generator=None):
    """Noise and where a flow carries it, both [N, ...]: what the next flow is trained on, by `pairs_loss`.

    shape: (N, ...), or N for points of the plane; the other arguments as `sample`. A flow trained on these
    pairs has the same samples, and its transport costs no more (Liu et al. 2023, theorem 3.5).
    """
    shape = (check_int("shape", shape), 2) if isinstance(shape, int) else check_sizes("shape", shape)
    starts = []
    data = sample(
        model, shape, steps=steps, method=method, generator=generator, watch=lambda t, x: starts.append(x)
    )
    return starts[0], data
