"""Progressive distillation: a student does in one step what its teacher does in two (Salimans & Ho 2022)."""

import torch

from .._validate import MOST, check_alike, check_callable, check_choice, check_together
from .predictions import predictions
from .samplers._spacing import checked
from .samplers._walk import check_clip
from .schedule import check_schedule


def ddim_step(x_t, x0, rates_t, rates_s):
    """One DDIM step from x_t to another level, x0 being the guess of the clean data: [B, ...].

    rates_t, rates_s: (signal, sigma) of the two levels, tensors that go with x_t, such as [B, 1, ...].
    Source: Song et al. 2021, eq. 12 without fresh noise.
    """
    check_alike("x0", x0, "x_t", x_t)
    (signal_t, sigma_t), (signal_s, sigma_s) = _checked(x_t, rates_t=rates_t, rates_s=rates_s)
    return signal_s * x0 + sigma_s * (x_t - signal_t * x0) / sigma_t


def two_step_target(x_t, x_s, rates_t, rates_s):
    """The x_0 for which one DDIM step from x_t lands on x_s, wherever that came from: [B, ...].

    x_t, x_s: [B, ...] at two levels, whose (signal, sigma) rates_t and rates_s are tensors that go with x_t,
    such as [B, 1, ...]. Not finite where the two levels are one.
    Source: Salimans & Ho 2022, appendix G.
    """
    check_alike("x_s", x_s, "x_t", x_t)
    (signal_t, sigma_t), (signal_s, sigma_s) = _checked(x_t, rates_t=rates_t, rates_s=rates_s)
    kept = sigma_s / sigma_t
    return (x_s - kept * x_t) / (signal_s - kept * signal_t)


def merged(timesteps):
    """The student's pairs (t, prev): every two neighbours of its teacher's as one.

    Raises ValueError for an odd number of them.
    """
    pairs = checked(timesteps, MOST)
    if len(pairs) % 2:
        raise ValueError(f"timesteps must be an even number of pairs, for two make one; got {len(pairs)}.")
    return [(t, prev) for (t, _), (_, prev) in zip(pairs[::2], pairs[1::2], strict=True)]


def halving_loss(teacher, schedule, timesteps, prediction_type="v_prediction", clip=None):
    """loss(student, x0, *condition) -> scalar, for `training.fit`: two steps of the teacher in one.

    teacher, student: callables (x_t, t, *condition) -> [B, ...] that predict what prediction_type names;
    timesteps: the teacher's pairs (t, prev), an even number of them, which the student is to walk as
    merged(timesteps); clip: (low, high) for the teacher's guesses of x_0, or None. The squared error of x_0
    counts signal^2 / sigma^2 times, but at least once (Salimans & Ho 2022, algorithm 2 and eq. 9).
    """
    check_callable("teacher", teacher), check_schedule(schedule), check_clip(clip)
    to_x0 = predictions[check_choice("prediction_type", prediction_type, predictions)].to_x0
    pairs = checked(timesteps, len(schedule))
    merged(timesteps)
    stops = torch.tensor(
        [[t, middle, s] for (t, middle), (_, s) in zip(pairs[::2], pairs[1::2], strict=True)]
    )

    def guess(model, x, t, condition):
        return to_x0(model(x, t, *condition), x, *schedule.rates(t, x))

    @torch.no_grad()
    def step(x, t, s, condition):
        x0 = guess(teacher, x, t, condition)
        return ddim_step(
            x, x0 if clip is None else x0.clamp(*clip), schedule.rates(t, x), schedule.rates(s, x)
        )

    def loss(student, x0, *condition):
        t, middle, s = stops[torch.randint(len(stops), (len(x0),))].to(x0.device).T
        x_t = schedule.add_noise(x0, torch.randn_like(x0), t)
        x_s = step(step(x_t, t, middle, condition), middle, s, condition)
        signal, sigma = schedule.rates(t, x0)
        target = two_step_target(x_t, x_s, (signal, sigma), schedule.rates(s, x0))
        error = (guess(student, x_t, t, condition) - target).square()
        return ((signal / sigma).square().clamp(min=1) * error).mean()

    return loss


def _checked(x_t, **rates):
    """The pairs of rates, where each is two tensors that go with x_t."""
    for name, pair in rates.items():
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"{name} must be two tensors, signal and sigma; got {type(pair).__name__}.")
        for one in pair:
            check_together(x_t=x_t, **{name: one})
    return rates.values()
