"""diffusion.known_part: a picture of which a part is known, at any level of noise."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.diffusion import NoiseSchedule


def known_part(x, known, mask, schedule, t, noise):
    """x with the known pixels (mask 1) put to the truth, noised to step t: all [B, 1, H, W] -> the same."""
    signal, sigma = schedule.rates(t, known)
    return torch.where(mask > 0, signal * known + sigma * noise, x)


_SCHEDULE = NoiseSchedule.linear(20, 1e-3, 0.4)


def _holes(batch, height, width, t):
    def make(rng):
        x, known, noise = torch.randn(3, batch, 1, height, width, generator=rng)
        mask = (torch.rand(1, 1, height, width, generator=rng) < 0.5).float()
        mask[..., 0, 0], mask[..., -1, -1] = 1, 0
        return x, known.clamp(-1, 1), mask, _SCHEDULE, t, noise

    return make


def _paste(level=None, truth=None, part=None):
    """Pasting with one part replaced."""

    def paste(x, known, mask, schedule, t, noise):
        rates = schedule.rates(t, known) if level is None else level(schedule, t, known)
        seen = rates[0] * known + rates[1] * noise if truth is None else truth(*rates, known, noise, x)
        return torch.where(mask > 0, seen, x) if part is None else part(x, seen, mask)

    return paste


def _shifted(by):
    return lambda schedule, t, known: schedule.rates(min(max(t + by, -1), len(schedule) - 1), known)


def _roots(schedule, t, known):
    signal, sigma = schedule.rates(t, known)
    return signal**2, sigma**2


def _one_step(schedule, t, known):
    beta = 0.0 if t < 0 else float(schedule.betas[t])
    return torch.tensor((1 - beta) ** 0.5), torch.tensor(beta**0.5)


exercise(
    "diffusion.known_part",
    reference=known_part,
    inputs={
        "2 images of 4 x 4, t = 12": _holes(2, 4, 4, 12),
        "3 images of 5 x 3, t = 3": _holes(3, 5, 3, 3),
        "1 image of 6 x 6, t = 0": _holes(1, 6, 6, 0),
        "2 images of 3 x 4, t = 19, the noisiest": _holes(2, 3, 4, 19),
        "2 images of 3 x 3, t = -1, after the last step": _holes(2, 3, 3, -1),
    },
    mistakes=[
        Mistake(
            _paste(part=lambda x, seen, mask: torch.where(mask > 0, x, seen)),
            "The mask is inverted: you keep what the model drew where the truth is known, and give it the "
            "truth where it was to be invented, so it fills in what you already have.",
        ),
        Mistake(
            _paste(truth=lambda signal, sigma, known, noise, x: known),
            "The known part is pasted in clean: the net has never seen an image that is half clean and half "
            "noise at this step, takes the clean half for an odd noise, and the two do not match.",
        ),
        Mistake(
            lambda x, known, mask, schedule, t, noise: torch.where(
                mask > 0, schedule.add_noise(known, noise, t), x
            ),
            "There is no step -1 for `add_noise`, and after the last step t is just that: the truth is clean "
            "then. `schedule.rates(-1, known)` gives 1 and 0.",
        ),
        Mistake(
            lambda x, known, mask, schedule, t, noise: torch.where(
                mask > 0, schedule.add_noise(known, noise, max(t, 0)), x
            ),
            "This is right except at t = -1: after the last step you still add the noise of step 0, so the "
            "known half of the finished picture keeps a grain that the truth does not have.",
        ),
        Mistake(
            (
                _paste(
                    truth=lambda signal, sigma, known, noise, x: (signal * known + sigma * noise).clamp(-1, 1)
                ),
                _paste(
                    truth=lambda signal, sigma, known, noise, x: (signal * known + sigma * noise).clamp(0, 1)
                ),
            ),
            "You cut the noised truth off: at a late step noise reaches far beyond -1 and 1, in the hole as "
            "everywhere, and without its tails the net takes your half for another step.",
        ),
        Mistake(
            (
                _paste(truth=lambda signal, sigma, known, noise, x: sigma * known + signal * noise),
                _paste(level=lambda schedule, t, known: schedule.rates(t, known)[::-1]),
            ),
            "Signal and sigma have changed places: early in sampling, where all is noise, the known half is "
            "clean, and at the end, where it should be clean, it is noise.",
        ),
        Mistake(
            _paste(level=_shifted(1)),
            "The truth is noised one step too many (t + 1): the known half is always a little noisier than "
            "the rest, and at the very end, t = -1, some noise stays in it for good.",
        ),
        Mistake(
            _paste(level=_shifted(-1)),
            "The truth is noised one step too few (t - 1): the known half is always a little too clean for "
            "the step that the net is told, which then over-corrects it.",
        ),
        Mistake(
            _paste(truth=lambda signal, sigma, known, noise, x: signal * x + sigma * noise),
            "You noise the sampler's own image where the truth is known: nothing comes in of the picture "
            "that you have half of.",
        ),
        Mistake(
            _paste(level=_roots),
            "The roots are missing: alpha-bar and 1 - alpha-bar are shares of the variance, and the "
            "amplitudes are their roots; your known half is too faint for its step.",
        ),
        Mistake(
            _paste(level=_one_step),
            "You add the noise of one step (beta) and not that of all steps up to t: early in sampling the "
            "known half is nearly clean amid pure noise, which the net has never seen.",
        ),
        Mistake(
            (
                _paste(truth=lambda signal, sigma, known, noise, x: known + sigma * noise),
                _paste(truth=lambda signal, sigma, known, noise, x: known + noise),
            ),
            "The truth keeps its full size under the noise: at a late step x_t has a variance of 1 in all, "
            "and your half has more, so the net reads a far too strong digit there.",
        ),
        Mistake(
            _paste(part=lambda x, seen, mask: seen),
            "Everything is replaced, the hole too: at the end you get the complete truth back, and the model "
            "has had no part in it.",
        ),
        Mistake(
            (
                lambda x, known, mask, schedule, t, noise: x,
                lambda x, known, mask, schedule, t, noise: x.clone(),
            ),
            "Nothing is replaced: this is plain sampling, and the result has nothing to do with the picture "
            "that you have half of.",
        ),
        Mistake(
            (
                _paste(part=lambda x, seen, mask: x + mask * seen),
                _paste(part=lambda x, seen, mask: mask * seen),
            ),
            "The two parts do not complete each other: either the known pixels are added to what stood "
            "there, or the hole is left empty, and a step later the net sees far too much or too little.",
        ),
    ],
    hints=[
        "Two images go in: the sampler's own, and the truth with as much noise as the sampler's image "
        "has now. The mask says from which of them each pixel comes.",
        "schedule.rates(t, known) gives the amplitudes of signal and noise at step t, and for t = -1 it "
        "gives 1 and 0, which is the clean truth.",
        "torch.where takes a condition and two tensors; the condition is mask > 0, and the truth with its "
        "noise comes first.",
    ],
)
