"""One model on another path: the velocity of another schedule, and a flow read as a diffusion model."""

from .. import diffusion
from .._validate import check_callable, check_choice
from ..diffusion.schedule import check_schedule
from .path import check_path
from .predictions import predictions


def retime(model, source, target):
    """model(x, t) for the path `target` out of one for the path `source`, without training.

    Both paths pass through the same noisy points, up to a factor, at the times of equal sigma / signal, and
    what is known of data and noise there is the same. The flow between is another, and carries each noise to
    the same data. Both models: (x [B, ...], t float [B]) -> velocity [B, ...]; source, target: `Path`s that
    begin at pure noise. Source: Lipman et al. 2024, section 4.6.
    """
    check_callable("model", model, "x", "t"), check_path("source", source), check_path("target", target)

    def retimed(x, t):
        rates = target.levels(t, x)
        return predictions["velocity"].of(*_parts(model, source, x, *rates[:2]), *rates)

    return retimed


def as_denoiser(model, path, schedule, prediction_type="epsilon"):
    """model(x_t, t) for the samplers of `diffusion` out of a velocity for a path: t [B] int in 0..T-1.

    schedule: the NoiseSchedule that the sampler walks; prediction_type: what is then predicted, a name in
    diffusion.predictions. Raises ValueError for another name.
    """
    check_callable("model", model, "x", "t"), check_path("path", path), check_schedule(schedule)
    kinds = diffusion.predictions
    target = kinds[check_choice("prediction_type", prediction_type, kinds)].target

    def denoiser(x_t, t):
        signal, sigma = schedule.rates(t, x_t)
        return target(*_parts(model, path, x_t, signal, sigma), signal, sigma)

    return denoiser


def _parts(model, path, x, signal, sigma):
    """The data and the noise that a model for a path finds in x = signal data + sigma noise; all [B, ...]."""
    t = path.time(signal.flatten(), sigma.flatten()).to(x)
    own_signal, own_sigma = path.rates(t, x)
    at = (own_signal + own_sigma) / (signal + sigma) * x  # the sums, for either of the two may be 0
    v = model(at, t.expand(len(x)))
    return predictions["velocity"].parts(v, at, *path.levels(t, at))
