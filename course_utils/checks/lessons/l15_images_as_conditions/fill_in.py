"""conditions.fill_in: the loop of RePaint, down a path of noise levels and, where it says so, back up."""

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l15_images_as_conditions import _filling as wrong
from course_utils.diffusion import NoiseSchedule


def fill_in(model, known, mask, schedule, path, generator):
    """Complete known [B, C, H, W] in [-1, 1] where mask is 0; model(x_t, t) gives v (Lugmayr et al. 2022)."""
    x = torch.randn(known.shape, generator=generator)
    for t, to in path:
        if to > t:
            keep = schedule.rates(to, x)[0] / schedule.rates(t, x)[0]
            x = keep * x + (1 - keep**2).sqrt() * torch.randn(x.shape, generator=generator)
            continue
        seen = schedule.add_noise(known, torch.randn(x.shape, generator=generator), t)
        x = torch.where(mask > 0, seen, x)
        v = model(x, torch.full((len(x),), t))
        x0 = schedule.convert(v, x, t, "v_prediction", "sample").clamp(-1, 1)
        mean, variance = schedule.posterior(x0, x, t, to)
        x = mean + variance.sqrt() * torch.randn(x.shape, generator=generator)
    return torch.where(mask > 0, known, x)


# Down to almost pure noise in nine steps, so that it hardly matters what is known there.
_SCHEDULE = NoiseSchedule([0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.9, 0.99])
_DOWN = [(8, 5), (5, 4), (4, 3), (3, 2), (2, -1)]
_FEW = [(8, 6), (6, 3), (3, -1)]
_AND_UP = [(8, 4), (4, 5), (5, 4), (4, 5), (5, 4), (4, 5), (5, -1)]  # an odd number up: a sign shows


class _Guesser(nn.Module):
    """A model that gives v for a guess of x_0 that is a fixed function of x_t and t; it insists on t [B]."""

    def __init__(self, function):
        super().__init__()
        self.function, self.one = function, nn.Parameter(torch.ones(()), requires_grad=False)

    def forward(self, x_t, t):
        if not isinstance(t, torch.Tensor) or t.shape != (len(x_t),):  # the U-Net would stop here too
            got = list(t.shape) if isinstance(t, torch.Tensor) else type(t).__name__
            raise ValueError(f"the model wants t with shape [B] = [{len(x_t)}]; got {got}")
        signal, sigma = _SCHEDULE.rates(t, x_t)
        return (signal * x_t - self.one * self.function(x_t, t.view(-1, 1, 1, 1))) / sigma


def _case(function, path, n, size, bright=0.7):
    """A maker: n images with a random mask, the same for all; what is known is brighter the further right."""

    def make(rng):
        slope = torch.linspace(bright - 0.2, bright + 0.2, size[-1])
        known = (slope + 0.2 * torch.randn(n, *size, generator=rng)).clamp(-1, 1)
        mask = (torch.rand(1, 1, *size[1:], generator=rng) < 0.5).float()
        mask[..., 0, 0], mask[..., 0, 1], mask[..., 1, 1] = 1, 0, 0
        return _Guesser(function), known, mask, _SCHEDULE, list(path), torch.Generator().manual_seed(n)

    return make


def _beside(x):
    return x.roll(1, 3)


def _moments(filled, model, known, mask, schedule, path, generator):
    """How far the known part is off, and moments of the hole: of all of it, and beside what is known."""
    hole = (1 - mask).expand_as(filled)
    edge = (hole * _beside(mask)).bool()
    drawn, at_edge = filled[hole.bool()], filled[edge]
    return {
        "known part, off": 5 * ((filled - known) * mask).abs().mean(),
        "hole, mean": drawn.mean(),
        "hole, square": drawn.square().mean(),
        "hole, times its neighbour": (drawn * _beside(filled)[hole.bool()]).mean(),
        "hole at the known part, mean": at_edge.mean(),
        "hole at the known part, square": at_edge.square().mean(),
        "hole at the known part, times that": 2 * (at_edge * _beside(known)[edge]).mean(),
    }


exercise(
    "conditions.fill_in",
    reference=fill_in,
    summary=_moments,
    tolerance=0.08,
    inputs={
        "a model that guesses half of x_t and 0.4, in a single step": _case(
            lambda x_t, t: 0.5 * x_t + 0.4, [(8, -1)], 6000, (1, 3, 4)
        ),
        "a model that guesses what stands beside": _case(lambda x_t, t: _beside(x_t), _FEW, 4000, (1, 3, 4)),
        "a model that guesses from a pixel and its neighbour": _case(
            lambda x_t, t: 0.4 * x_t + 0.5 * _beside(x_t), _DOWN, 4000, (1, 4, 5), 0.0
        ),
        "a model that guesses 0.9 at first, with steps back up": _case(
            lambda x_t, t: torch.where(t == 8, 0.9, x_t), _AND_UP, 3000, (1, 4, 4)
        ),
        "a model that guesses too much, in colour": _case(lambda x_t, t: 3 * x_t, _FEW, 2500, (3, 3, 3)),
    },
    mistakes=[
        Mistake(
            wrong.loop(join=wrong.inverted),
            "The mask is the wrong way round in the loop: the known part is what the model drew, and the "
            "hole holds whatever the array has there, noised, so the model never invents anything.",
        ),
        Mistake(
            wrong.loop(join=wrong.inverted, end=wrong.inverted),
            "The mask is the wrong way round: you keep what the model drew where the truth is known, and "
            "hand back the array's own content where something was to be invented.",
        ),
        Mistake(
            wrong.loop(end=wrong.inverted),
            "The mask is the wrong way round in the last line: the loop fills the hole, and then you throw "
            "that away and keep the model's version of the part that was known.",
        ),
        Mistake(
            (
                wrong.loop(join=lambda mask, noised, x, known: torch.where(mask > 0, known, x)),
                wrong.loop(join=lambda mask, noised, x, known: mask * known + (1 - mask) * x),
            ),
            "The known part goes in clean at every step: the network has never seen an image that is half "
            "clean and half noise, so it misreads the clean half and fits the hole to something else.",
        ),
        Mistake(
            (
                wrong.loop(seen=lambda first, fresh: first),
                wrong.loop(start=lambda known, mask, fresh: fresh(), seen=lambda first, fresh: first),
            ),
            "The noise on the known part is drawn once and used at every step: its errors then do not "
            "average out from step to step, and the hole is fitted to that one noise. Draw it anew at each.",
        ),
        Mistake(
            wrong.loop(level=lambda t, to: max(to, 0)),
            "The known part is noised to the level where the step ends, not to the one where it starts: the "
            "model is told t, and sees a known half that is too clean for it.",
        ),
        Mistake(
            wrong.loop(level=lambda t, to: min(t + 1, 8)),
            "The known part is noised to t + 1: it is noisier than the hole beside it, and than what the "
            "model is told, so too little of it reaches the hole.",
        ),
        Mistake(
            (
                wrong.loop(level=lambda t, to: 8),
                wrong.loop(level=lambda t, to: len(_SCHEDULE) - 1, seen=lambda first, fresh: first),
            ),
            "The known part is noised once, to the highest level, and stays there: at every later step the "
            "model looks at noise where the picture should show, and the hole hears nothing of it.",
        ),
        Mistake(
            (
                wrong.loop(end=lambda mask, known, x, schedule, fresh: x),
                wrong.loop(end=lambda mask, known, x, schedule, fresh: x.clamp(-1, 1)),
            ),
            "The known part is lost at the end: after the last step the model's own version of it stands "
            "there. Put the clean truth back before you return.",
        ),
        Mistake(
            wrong.loop(
                end=lambda mask, known, x, schedule, fresh: torch.where(
                    mask > 0, schedule.add_noise(known, fresh(), 0), x
                )
            ),
            "The known part comes back with noise on it: after the last step, at the level -1, there is "
            "none, and a picture with a grain in the known half is not the one you were given.",
        ),
        Mistake(
            wrong.loop(join=wrong.stay),
            "The known part never goes into x_t, it is only pasted in at the end: the model draws an image "
            "of its own, half of which you cover up, and the two halves have nothing to do with each other.",
        ),
        Mistake(
            wrong.joined_late,
            "You put the known part in after the model has been asked: its guess is then about an image that "
            "does not hold the truth. Join first, then call the model.",
        ),
        Mistake(
            (
                wrong.loop(join=lambda mask, noised, x, known: noised),
                wrong.loop(
                    join=lambda mask, noised, x, known: noised, end=lambda mask, known, x, *rest: known
                ),
                wrong.loop(end=lambda mask, known, x, *rest: known),
            ),
            "The hole is overwritten too, with what the array holds there: the model is told the answer, or "
            "its answer is thrown away. Only where the mask is 1 does the truth belong.",
        ),
        Mistake(
            (
                wrong.loop(join=lambda mask, noised, x, known: x + mask * noised),
                wrong.loop(join=lambda mask, noised, x, known: mask * noised),
            ),
            "The two parts do not complete each other: the known part is added to what stands there, or the "
            "hole is left empty. Each pixel comes from exactly one of the two.",
        ),
        Mistake(
            (
                wrong.loop(move=wrong.stepping(lambda mean, variance, fresh: mean)),
                wrong.loop(move=wrong.straight),
            ),
            "No noise is added on the way down: each step here is a draw, with the posterior's mean and "
            "variance. Without the noise the completions are too smooth, and repeats have nothing to mend.",
        ),
        Mistake(
            wrong.loop(move=wrong.stepping(lambda mean, variance, fresh: mean + variance * fresh())),
            "The noise of a step is scaled by its variance where the standard deviation is wanted: it is too "
            "weak at every step, so the completions come out too smooth.",
        ),
        Mistake(
            wrong.loop(move=wrong.stepping(lambda mean, variance, fresh: mean - variance.sqrt())),
            "The same amount is taken off every pixel where noise should be added: a step is a draw, and "
            "needs fresh normal noise.",
        ),
        Mistake(
            (
                wrong.loop(guess=lambda v, x, t, s, x0, *rest: s.convert(v, x, t, "v_prediction", "sample")),
                wrong.loop(guess=lambda v, x, t, s, x0, *rest: x0.clamp(0, 1)),
            ),
            "The guess of x_0 is not kept to the range of images, [-1, 1]: at high noise a guess can be far "
            "out, and then each step passes on brightness that no image has.",
        ),
        Mistake(
            (
                wrong.loop(guess=lambda v, x, t, s, *r: s.convert(v, x, t, "epsilon", "sample").clamp(-1, 1)),
                wrong.loop(guess=lambda v, x, t, s, *r: s.convert(v, x, t, "score", "sample").clamp(-1, 1)),
            ),
            "You read the model's answer as noise (or as a score), and it is v: the guess of x_0 then comes "
            "from the wrong formula, and every step walks off in another direction.",
        ),
        Mistake(
            wrong.loop(guess=lambda v, x, t, s, *rest: v.clamp(-1, 1)),
            "You take the model's answer for the clean image, and it is v: convert it before you step.",
        ),
        Mistake(
            (
                wrong.loop(move=wrong.stepping(prev=lambda t, to: None)),
                wrong.loop(move=wrong.stepping(prev=lambda t, to: t - 1)),
            ),
            "Each step goes down by one level only, whatever the path says: where it skips levels the image "
            "is still at t - 1 when the model is told that it is much cleaner.",
        ),
        Mistake(
            (
                wrong.loop(told=lambda t, to: to),
                wrong.loop(told=lambda t, to: max(to, 0)),
                wrong.loop(told=lambda t, to: 0),
            ),
            "The model is told another t than the one whose noise is in the image: it takes off too little "
            "or too much at every step.",
        ),
        Mistake(
            (wrong.telling(lambda t: t[0]), wrong.telling(lambda t: int(t[0]))),
            "The model wants t as [B], one number an image: torch.full((len(x),), t) makes that.",
        ),
        Mistake(
            (
                wrong.rounds(lambda path: [(t, to) for t, to in path if to < t]),
                wrong.loop(climb=lambda x, keep, fresh, schedule, to: x),
            ),
            "The path leads back up, and you skip that, or leave the image as it is: then it is too clean "
            "for the next step, and there is no second look at the seam. Going up means adding noise.",
        ),
        Mistake(
            (
                wrong.loop(climb=lambda x, keep, fresh, schedule, to: schedule.add_noise(x, fresh(), to)),
                wrong.loop(
                    climb=lambda x, keep, fresh, schedule, to: keep * x + schedule.rates(to, x)[1] * fresh()
                ),
                wrong.loop(
                    climb=lambda x, keep, fresh, schedule, to: keep**2 * x + (1 - keep**4).sqrt() * fresh()
                ),
            ),
            "On the way up you add too much noise: the image has some already, and only what is missing "
            "between the two levels belongs there. What is kept is the ratio of the signals, not its square.",
        ),
        Mistake(
            (
                wrong.loop(
                    climb=lambda x, keep, fresh, schedule, to: keep**2 * x + (1 - keep**2).sqrt() * fresh()
                ),
                wrong.loop(climb=lambda x, keep, fresh, schedule, to: keep * x + (1 - keep**2) * fresh()),
                wrong.loop(
                    climb=lambda x, keep, fresh, schedule, to: keep**0.5 * x + (1 - keep).sqrt() * fresh()
                ),
            ),
            "A root is missing, or one too many, on the way up: the squares of what you keep and of what you "
            "add must come to one, and what is kept is a ratio of signals, that is, of roots.",
        ),
        Mistake(
            (
                wrong.loop(climb=lambda x, keep, fresh, schedule, to: x + (1 - keep**2).sqrt() * fresh()),
                wrong.loop(climb=lambda x, keep, fresh, schedule, to: keep * x),
                wrong.loop(climb=lambda x, keep, fresh, schedule, to: keep * x - (1 - keep**2).sqrt()),
            ),
            "Going up needs both: the image shrinks, and noise is added. With one of them the image is too "
            "bright or too clean for its level.",
        ),
        Mistake(
            (
                wrong.loop(start=lambda known, mask, fresh: known),
                wrong.loop(start=lambda known, mask, fresh: torch.zeros_like(known)),
                wrong.loop(start=lambda known, mask, fresh: torch.where(mask > 0, known, 0 * known)),
            ),
            "The loop does not begin with noise in the hole: the model is told the noisiest level and sees "
            "none of it (and where the array was not blanked, it sees the answer).",
        ),
        Mistake(
            wrong.loop(start=lambda known, mask, fresh: torch.special.ndtr(fresh())),
            "The noise at the start is not standard normal: torch.rand lies between 0 and 1, and the model "
            "has been trained on torch.randn.",
        ),
        Mistake(
            wrong.rounds(lambda path: path[:1]),
            "You return in the first round: the return stands inside the loop, and the image is still almost "
            "all noise.",
        ),
        Mistake(
            wrong.loop(end=lambda mask, known, x, *rest: (torch.where(mask > 0, known, x) + 1) / 2),
            "The result is wanted in the range of x_0, from -1 to 1; the notebook turns it into pixels "
            "itself.",
        ),
        Mistake(
            wrong.loop(
                join=wrong.stay,
                guess=lambda v, x, t, schedule, x0, mask, known: torch.where(mask > 0, known, x0),
            ),
            "You put the truth into the guess of x_0 and not into x_t: that fills in as well, but the noise "
            "on the known part is then handed down from step to step. Here it is to be drawn anew at each.",
        ),
        Mistake(
            (
                wrong.loop(move=wrong.stepping(lambda mean, variance, fresh: variance.sqrt() * fresh())),
                wrong.loop(move=wrong.stepping(lambda mean, variance, fresh: mean + fresh())),
            ),
            "A step down is a draw from the posterior: its mean, and noise whose width is the root of its "
            "variance. One of the two is left out, so the image is lost in noise or is nothing but noise.",
        ),
        Mistake(
            wrong.loop(move=wrong.stepping(lambda mean, variance, fresh: mean + variance.sqrt())),
            "A step down adds the width of the noise itself, the same number to every pixel, and no noise: "
            "multiply it by fresh standard normal numbers.",
        ),
        Mistake(
            wrong.loop(move=lambda x0, x, t, to, s, fresh: wrong.stepping()(x, x0, t, to, s, fresh)),
            "The guess of x_0 and the image x_t have changed places in the posterior: the guess comes first.",
        ),
        Mistake(
            wrong.loop(guess=lambda v, x, t, s, x0, *rest: x0.clamp(-1, 0)),
            "The guess of x_0 is cut to a part of its range: images lie between -1 and 1 here, so that is "
            "what it is cut to.",
        ),
        Mistake(
            wrong.loop(move=wrong.forgetful),
            "Each step puts fresh noise on the guess of x_0 and forgets x_t: the level is right, but the "
            "image starts anew at every step. Draw from the posterior, which knows x_t as well.",
        ),
        Mistake(
            wrong.global_dice,
            "Two calls with equal generators give different samples: hand `generator=generator` to "
            "everything random that you call.",
        ),
    ],
    hints=[
        "Start with pure noise. In each round, before anything else, put the known part where the mask is 1, "
        "with as much noise as x has now; schedule.add_noise does that, with fresh noise.",
        "Then as in any sampler: ask the model with t as [B], turn v into a guess of x_0, clamp it, and draw "
        "from the posterior's mean and variance (schedule.posterior(x0, x, t, to)). After the loop the known "
        "part goes in clean.",
        "Where the path goes up (to > t) there is no model and no known part: keep is the ratio of the two "
        "signals, schedule.rates(to, x)[0] over schedule.rates(t, x)[0], and the noise makes up the rest of "
        "the variance; then `continue`.",
    ],
)
