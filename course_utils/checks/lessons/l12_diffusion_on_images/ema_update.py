"""diffusion.ema_update: weights averaged over training."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


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


def _at_once(average, weights, steps, decay):
    """The share that is left of the average after so many steps, and the rest to these weights."""
    return decay**steps * average + (1 - decay**steps) * weights


def _warming_up(average, steps, decay):
    """The decay grows from step to step, up to the one that was given."""
    for k, weights in enumerate(steps):
        average = ema_update(average, weights[None], min(decay, (1 + k) / (10 + k)))
    return average


exercise(
    "diffusion.ema_update",
    reference=ema_update,
    batch=False,
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
            (
                _loop(lambda average, weights, decay: decay * average - (1 - decay) * weights),
                _loop(lambda average, weights, decay: average - (1 - decay) * weights),
            ),
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
            lambda average, steps, decay: ema_update(average, steps, decay) / (1 - decay ** len(steps)),
            "You divide by what would be missing had the average begun at 0, as Adam does, but the one that "
            "you were given holds weights already: the result is far too large after a few steps.",
        ),
        Mistake(
            lambda average, steps, decay: ema_update(average, steps[1:], decay),
            "The first of the steps is left out: every row of steps holds the weights after one step of "
            "training, and the average goes on from what you were given.",
        ),
        Mistake(
            lambda average, steps, decay: torch.stack(
                [ema_update(average, steps[: k + 1], decay) for k in range(len(steps))]
            ),
            "You return the average after every step, [S, P], and the last one is wanted, [P]: the net has "
            "room for one set of weights.",
        ),
        Mistake(
            lambda average, steps, decay: ema_update(average, steps.flip(0), decay),
            "The steps are taken from the last to the first: the oldest weights count most, and the average "
            "goes back towards the untrained net.",
        ),
        Mistake(
            lambda average, steps, decay: decay * average + (1 - decay) * steps[0],
            "The first step is averaged and the others are not: does the `return` stand inside the loop? The "
            "average then misses all training but the first of the steps.",
        ),
        Mistake(
            (
                lambda average, steps, decay: _at_once(average, steps[-1], len(steps), decay),
                lambda average, steps, decay: _at_once(average, steps.mean(0), len(steps), decay),
            ),
            "The old average fades as it should, but all that it loses goes to one set of weights, the last "
            "or their mean: each step has a share of its own, which shrinks with its age.",
        ),
        Mistake(
            (
                lambda average, steps, decay: decay * average + (1 - decay) * steps.sum(0),
                lambda average, steps, decay: decay * average + ema_update(0 * average, steps, decay),
            ),
            "The old average is made smaller once, but there are several updates, and each takes its share: "
            "the shares then add up to more than 1, and the average grows.",
        ),
        Mistake(
            (
                lambda average, steps, decay: decay * average + (1 - decay) * steps,
                lambda average, steps, decay: decay * average[None] + (1 - decay) * steps,
            ),
            "Every step is averaged with the same old average, one row for each: the updates follow one "
            "another, each goes on from the result of the one before, and one row is left.",
        ),
        Mistake(
            lambda average, steps, decay: (
                decay ** len(steps) * average + decay * ema_update(0 * average, steps, decay)
            ),
            "The powers of the decay are one too high for the steps: the newest weights have not faded at "
            "all yet, and as it is the shares add up to less than 1, so the average shrinks.",
        ),
        Mistake(
            _warming_up,
            "You use a smaller decay for the first steps: a known trick at the start of training, but "
            "the decay was given here, and a call later in training would forget nearly all.",
        ),
        Mistake(
            _loop(lambda average, weights, decay: average + (1 - decay) * (average - weights)),
            "The sign of the correction is turned: the average runs away from the weights, faster at every "
            "step, where it should move a little towards them.",
        ),
        Mistake(
            tuple(
                lambda average, steps, decay, fixed=fixed: ema_update(average, steps, fixed)
                for fixed in (0.99, 0.999, 0.9999, 0.995)
            ),
            "The decay is fixed in your code, whatever is handed in: how long the average remembers is what "
            "the caller chooses, and the notebook compares several.",
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
