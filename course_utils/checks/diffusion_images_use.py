"""The exercises of notebook 12, Diffusion on images: averaged weights, and a picture with a known part."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.diffusion import NoiseSchedule


def ema_update(average, steps, decay):
    """The moving average after the steps: average [P] before, steps [S, P] weights after each -> [P]."""
    for weights in steps:
        average = decay * average + (1 - decay) * weights
    return average


def _weights(n_steps, n_weights, decay):
    def make(rng):
        path = torch.randn(n_steps, n_weights, generator=rng).cumsum(0)
        return torch.randn(n_weights, generator=rng), path + 3, decay

    return make


def _loop(rule):
    """An average with another rule(average, weights, decay)."""

    def run(average, steps, decay):
        for weights in steps:
            average = rule(average, weights, decay)
        return average

    return run


def _lagging(average, steps, decay):
    return ema_update(average, torch.cat([steps[:1], steps[:-1]]), decay)


def _late(average, steps, decay):
    return ema_update(average, steps[:-1], decay)


def _restarted(average, steps, decay):
    return ema_update(steps[0], steps[1:], decay)


exercise(
    "diffusion.ema_update",
    reference=ema_update,
    inputs={
        "1 step, decay 0.9": _weights(1, 4, 0.9),
        "3 steps, decay 0.8": _weights(3, 5, 0.8),
        "20 steps, decay 0.95": _weights(20, 3, 0.95),
        "6 steps, decay 0.5": _weights(6, 2, 0.5),
    },
    mistakes=[
        Mistake(
            _loop(lambda average, weights, decay: (1 - decay) * average + decay * weights),
            "The decay stands on the wrong side: with 0.995 the average is 99.5 % the last step, so it jumps "
            "about just as the weights do, and nothing is averaged.",
        ),
        Mistake(
            (
                lambda average, steps, decay: steps[-1],
                lambda average, steps, decay: steps[-1].clone(),
            ),
            "You put the weights in the average's place: it is then the last step and no average, and your "
            "samples are as good or bad as the step that happened to be the last.",
        ),
        Mistake(
            (_late, _lagging),
            "You average before the optimiser's step: the newest weights are never in, the first are in "
            "twice or alone, and the average lags one step behind, which hurts where training is short.",
        ),
        Mistake(
            (
                lambda average, steps, decay: decay * average + (1 - decay) * steps[-1],
                lambda average, steps, decay: decay * average + (1 - decay) * steps.mean(0),
            ),
            "There is one update where each step wants its own: all steps but one leave no trace, so the "
            "average stays near the untrained weights it began with.",
        ),
        Mistake(
            (
                _loop(lambda average, weights, decay: decay * average + weights),
                _loop(lambda average, weights, decay: average + (1 - decay) * weights),
            ),
            "The two shares do not add up to 1: the average then grows with every step, to many times the "
            "size of any weights the net ever had, and its output is far out.",
        ),
        Mistake(
            (
                lambda average, steps, decay: steps.mean(0),
                lambda average, steps, decay: torch.cat([average[None], steps]).mean(0),
            ),
            "This is the plain mean of all steps: the first, worst weights count as much as the last, and "
            "the average needs as long again to forget them.",
        ),
        Mistake(
            _loop(lambda average, weights, decay: decay * average - (1 - decay) * weights),
            "A sign is wrong: the average is drawn to minus the weights, and a net with its weights turned "
            "over gives nonsense.",
        ),
        Mistake(
            lambda average, steps, decay: ema_update(torch.zeros_like(average), steps, decay),
            "You start from zero and not from the average that you were given: for the first 1 / (1 - decay) "
            "steps the weights are far too small, and the net is nearly mute.",
        ),
        Mistake(
            _restarted,
            "You start from the first step and drop the average that you were given: called again for the "
            "next steps, it forgets all that came before.",
        ),
        Mistake(
            lambda average, steps, decay: (
                ema_update(torch.zeros_like(average), steps, decay) / (1 - decay ** len(steps))
            ),
            "You start from zero and divide by what is missing, as Adam does: a good rule for one call, but "
            "it drops the average that you were given, so it cannot go on from where it stopped.",
        ),
        Mistake(
            lambda average, steps, decay: ema_update(average, steps.flip(0), decay),
            "The steps are taken from the last to the first: the oldest weights count most, and the average "
            "goes back towards the untrained net.",
        ),
    ],
    hints=[
        "Walk through the steps from first to last. After each, a large share of what you have stays, and a "
        "small share of the new weights comes in.",
        "The shares are the decay and what it lacks to 1; they add up to 1. With decay 0 nothing is kept.",
        "for weights in steps: make a new tensor each time (no += on the tensor that you "
        "were handed), and hand it back after the loop.",
    ],
)


def known_part(x, known, mask, schedule, t, noise):
    """x with the known pixels (mask 1) put to the truth, noised to step t: all [B, 1, H, W] -> the same."""
    signal, sigma = schedule.rates(t, known)
    return torch.where(mask > 0, signal * known + sigma * noise, x)


_SCHEDULE = NoiseSchedule.linear(20, 1e-3, 0.4)


def _holes(batch, side, t):
    def make(rng):
        x, known, noise = torch.randn(3, batch, 1, side, side, generator=rng)
        mask = (torch.rand(1, 1, side, side, generator=rng) < 0.5).float()
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
        "2 images of 4 x 4, t = 12": _holes(2, 4, 12),
        "3 images of 5 x 5, t = 3": _holes(3, 5, 3),
        "1 image of 6 x 6, t = 0": _holes(1, 6, 0),
        "2 images of 3 x 3, t = -1, after the last step": _holes(2, 3, -1),
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
