"""From noise to data: free functions of one signature, each the loop of its paper. All return x_0, [B, ...].

model: callable (x_t [B, ...], t [B] int64) -> [B, ...], a network or an `exact_model`; for a conditional
network give functools.partial(net, y=y). shape: of the batch, (B, ...). num_inference_steps: how many of the
schedule's T steps are visited, spaced evenly and ending at the last ("trailing" in diffusers).
prediction_type: what the model predicts. x_T: the noise to start from, [B, ...], or None to draw it where the
model's weights are and in their dtype (see `place_of`). generator: a torch.Generator for all noise, of any
device, or None for torch's global one. clip: (low, high) for each guess of x_0, or None; a network that
predicts the noise needs one with the cosine schedule. watch: called as watch(t, x_t, x0) with every guess
of x_0, before the step is taken. timesteps: the pairs (t, prev) to walk instead of num_inference_steps even
ones, such as `timesteps(schedule, 20, spacing="karras")`.

A new sampler is one more file here, with a function of the file's name; `by_name` has all of them.
"""

from ..._found import functions
from ._spacing import karras_sigmas, timesteps
from ._walk import Level, Walk, place_of, slope, unscaled

by_name = functions(__name__, __path__)
globals().update(by_name)

__all__ = [
    "Level", "Walk", "by_name", "karras_sigmas", "place_of", "slope", "timesteps", "unscaled", *by_name,
]  # fmt: skip
