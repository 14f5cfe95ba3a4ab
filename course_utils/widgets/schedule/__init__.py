"""Drag the curve of a noise schedule: alpha-bar, the rates, beta and a noised image follow."""

import itertools

import torch
import traitlets

from ... import data
from ..._validate import check_choice, check_int, check_number, check_seed, check_tensor
from ...diffusion import NoiseSchedule
from ..shared.export import pack_numbers
from ..shared.face import Face
from .curve import Numbers, makers, numbers, sent, through, wasted_share
from .still import still

__all__ = ["Numbers", "ScheduleExplorer", "wasted_share"]

STEPS = (20, 4000)
SCALE = (1 / 64, 64)
LOG_SNR = (-30, 16)  # of a control point, as in math.js
POINTS = (2, 8)
LONGEST_SIDE = 96


class ScheduleExplorer(Face):
    """A noise schedule whose log-SNR curve can be dragged, with all that hangs on it, live.

    image: [C, H, W] or [H, W] in [0, 1], one or three channels, at most 96 pixels a side (None: a rendered
    digit); it is scaled to [-1, 1] and always gets the same noise. schedule: your own `NoiseSchedule`, shown
    as the preset "yours", or the name of a preset: that of a file in `diffusion.schedules` ("linear",
    "cosine", "sigmoid"), "linear_0.04" or "cosine_no_offset". num_train_timesteps: T, 20 to 4,000 (None:
    1,000, or your schedule's). scale: the signal-to-noise ratio times this, 1/64 to 64. step: 1 to T (None:
    the middle). seed: of the noise.

    `explorer.preset`, `points` (control points [[step, log-SNR], ...] before the scale, empty until one is
    moved), `scale` and `step` follow what you do in the page, and can be set. `explorer.alphas_cumprod` [T]
    float64, `explorer.schedule()` and `explorer.numbers` are of what is on screen; `alphas_cumprod[step - 1]`
    belongs to `step`. Raises TypeError or ValueError for what does not fit.
    """

    num_train_timesteps = traitlets.Int(1000, read_only=True).tag(sync=True)
    yours = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    others = traitlets.Dict(read_only=True).tag(sync=True)
    image = traitlets.Unicode(read_only=True).tag(sync=True)
    noise = traitlets.Unicode(read_only=True).tag(sync=True)
    image_shape = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    preset = traitlets.Any("linear").tag(sync=True)
    points = traitlets.Any([]).tag(sync=True)
    scale = traitlets.Any(1.0).tag(sync=True)
    step = traitlets.Any(1).tag(sync=True)

    def __init__(self, image=None, schedule="linear", num_train_timesteps=None, scale=1.0, step=None, seed=0):
        own = schedule if isinstance(schedule, NoiseSchedule) else None
        if own is None and not isinstance(schedule, str):
            got = type(schedule).__name__
            raise TypeError(f"schedule must be a NoiseSchedule or the name of a preset; got {got}.")
        steps = _check_steps(own, num_train_timesteps)
        x0 = _check_image(image)
        generator = torch.Generator().manual_seed(check_seed("seed", seed))
        self._own, self._x0 = own, x0
        self._noise = torch.randn(x0.shape, generator=generator)
        super().__init__()
        fixed = {
            "num_train_timesteps": steps,
            "yours": [] if own is None else own.alphas_cumprod.tolist(),
            "others": sent(steps),
            "image": pack_numbers(x0),
            "noise": pack_numbers(self._noise),
            "image_shape": list(x0.shape),
            "preset": "yours" if own is not None else schedule,
            "scale": scale,
            "step": steps // 2 if step is None else step,
        }
        for name, value in fixed.items():
            self.set_trait(name, value)

    def schedule(self):
        """The NoiseSchedule on screen."""
        if self.points:
            found = through(self.points, self.num_train_timesteps)
        elif self.preset == "yours":
            found = self._own
        else:
            found = makers()[self.preset](self.num_train_timesteps)
        return found if self.scale == 1 else found.rescale(self.scale)

    @property
    def alphas_cumprod(self):
        """alpha-bar at each step on screen, float64 [T]."""
        return self.schedule().alphas_cumprod

    @property
    def numbers(self):
        """alpha_bar, snr and beta at the step, left_at_end and wasted (a share): a named tuple."""
        return numbers(self.schedule(), self.step)

    @traitlets.validate("preset")
    def _check_preset(self, proposal):
        return check_choice("schedule", proposal.value, [*makers(), *(["yours"] if self._own else [])])

    @traitlets.validate("points")
    def _check_points(self, proposal):
        return check_points(proposal.value, self.num_train_timesteps)

    @traitlets.validate("scale")
    def _check_scale(self, proposal):
        return check_number("scale", proposal.value, *SCALE)

    @traitlets.validate("step")
    def _check_step(self, proposal):
        return check_int("step", proposal.value, maximum=self.num_train_timesteps)

    def _alt(self):
        now, steps = self.numbers, self.num_train_timesteps
        return (
            f"ScheduleExplorer: the noise schedule {self.preset!r} over {steps} steps as log-SNR, to be "
            "dragged, beside alpha-bar, the rates of signal and noise, and beta; below, one image at nine "
            f"steps, always with the same noise. At step {self.step} alpha-bar is {now.alpha_bar:.3g}; at "
            f"the end the signal's rate is {now.left_at_end:.2g}; {100 * now.wasted:.0f} % of the steps have "
            "alpha-bar below 0.01."
        )

    def _still(self):
        return still(self.schedule(), self._x0, self._noise, self.step)


def _check_steps(own, given):
    """T from the student's schedule or as asked for; both must agree."""
    if own is None:
        return check_int("num_train_timesteps", 1000 if given is None else given, *STEPS)
    if given not in (None, len(own)):
        raise ValueError(f"num_train_timesteps must be your schedule's {len(own)}, or left out; got {given}.")
    return check_int("the number of steps of schedule", len(own), *STEPS)


def _check_image(image):
    """The image as float32 [C, H, W] in [-1, 1]; a rendered digit where there is none."""
    if image is None:
        image = data.load("glyphs", n=1).images[0]
    check_tensor("image", image)
    pixels = image.detach().cpu().float()
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    if pixels.ndim != 3 or pixels.shape[0] not in (1, 3) or max(pixels.shape) > LONGEST_SIDE:
        raise ValueError(
            f"image must have shape [C, H, W] or [H, W] with 1 or 3 channels and at most {LONGEST_SIDE} "
            f"pixels a side; got {list(image.shape)}."
        )
    low, high = float(pixels.min()), float(pixels.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"image must lie in [0, 1]; got values from {low:.3g} to {high:.3g}.")
    return 2 * pixels - 1


def check_points(points, steps):
    """Return the points as lists of two floats where they make a falling curve from step 1 to the last.

    Raises ValueError otherwise; no points at all are fine.
    """
    try:
        found = [[float(step), float(value)] for step, value in points]
    except (TypeError, ValueError):
        raise ValueError(f"points must be pairs [step, log-SNR]; got {points!r}.") from None
    if not found:
        return found
    at, values = zip(*found, strict=True)
    if not POINTS[0] <= len(found) <= POINTS[1]:
        raise ValueError(f"points must be {POINTS[0]} to {POINTS[1]}; got {len(found)}.")
    if at[0] != 1 or at[-1] != steps or not all(a < b for a, b in itertools.pairwise(at)):
        raise ValueError(f"points must have rising steps from 1 to {steps}; got {list(at)}.")
    if not all(b < a for a, b in itertools.pairwise(values)):
        raise ValueError(f"points must have a falling log-SNR; got {list(values)}.")
    if not all(LOG_SNR[0] <= value <= LOG_SNR[1] for value in values):
        raise ValueError(f"points must have a log-SNR in [{LOG_SNR[0]}, {LOG_SNR[1]}]; got {list(values)}.")
    return found
