"""The loop of RePaint with one part replaced: what the wrong answers to conditions.fill_in are made of."""

import torch


def loop(
    start=None, level=None, seen=None, join=None, told=None, guess=None, move=None, climb=None, end=None
):  # fmt: skip
    """A function with the arguments of fill_in; what is None is right.

    start(known, mask, fresh): x at the start. level(t, to): where the known part is noised to. seen(first,
    fresh): its noise. join(mask, noised, x, known): x_t. told(t, to): the model's t. guess(v, x, t, schedule,
    x0, mask, known): the guess of x_0. move(x0, x, t, to, schedule, fresh): the step down. climb(x, keep,
    fresh, schedule, to): the step up. end(mask, known, x, schedule, fresh): the result.
    """

    def fill(model, known, mask, schedule, path, generator):
        def fresh():
            return torch.randn(known.shape, generator=generator)

        x = first = fresh() if start is None else start(known, mask, fresh)
        for t, to in path:
            if to > t:
                keep = schedule.rates(to, x)[0] / schedule.rates(t, x)[0]
                x = (climb or _climb)(x, keep, fresh, schedule, to)
                continue
            signal, sigma = schedule.rates(t if level is None else level(t, to), x)
            noised = signal * known + sigma * (fresh() if seen is None else seen(first, fresh))
            x = torch.where(mask > 0, noised, x) if join is None else join(mask, noised, x, known)
            v = model(x, torch.full((len(x),), t if told is None else told(t, to)))
            x0 = schedule.convert(v, x, t, "v_prediction", "sample").clamp(-1, 1)
            x0 = x0 if guess is None else guess(v, x, t, schedule, x0, mask, known)
            x = (move or stepping())(x0, x, t, to, schedule, fresh)
        return torch.where(mask > 0, known, x) if end is None else end(mask, known, x, schedule, fresh)

    return fill


def _climb(x, keep, fresh, schedule, to):
    return keep * x + (1 - keep**2).sqrt() * fresh()


def stepping(draw=None, prev=None):
    """A step down, with another draw(mean, variance, fresh) or another level prev(t, to)."""

    def move(x0, x, t, to, schedule, fresh):
        mean, variance = schedule.posterior(x0, x, t, to if prev is None else prev(t, to))
        return mean + variance.sqrt() * fresh() if draw is None else draw(mean, variance, fresh)

    return move


def forgetful(x0, x, t, to, schedule, fresh):
    """Fresh noise on the guess, whatever x was."""
    signal, sigma = schedule.rates(to, x)
    return signal * x0 + sigma * fresh()


def straight(x0, x, t, to, schedule, fresh):
    """A step of DDIM, with no noise."""
    (signal, sigma), (less, then) = schedule.rates(t, x), schedule.rates(to, x)
    return less * x0 + then * (x - signal * x0) / sigma


def inverted(mask, one, other, *rest):
    """The mask the wrong way round."""
    return torch.where(mask > 0, other, one)


def stay(mask, noised, x, known):
    """Nothing is joined."""
    return x


def rounds(choose):
    """The right loop on another path: choose(path)."""

    def fill(model, known, mask, schedule, path, generator):
        return loop()(model, known, mask, schedule, choose(path), generator)

    return fill


def telling(change):
    """The right loop with a model that is handed change(t)."""

    def fill(model, known, mask, schedule, path, generator):
        return loop()(lambda x, t: model(x, change(t)), known, mask, schedule, path, generator)

    return fill


def global_dice(model, known, mask, schedule, path, generator):
    """The right loop, which ignores the generator."""
    return loop()(model, known, mask, schedule, path, None)


def joined_late(model, known, mask, schedule, path, generator):
    """The known part goes into x_t after the model has seen it."""
    x = torch.randn(known.shape, generator=generator)
    for t, to in path:
        if to > t:
            keep = schedule.rates(to, x)[0] / schedule.rates(t, x)[0]
            x = keep * x + (1 - keep**2).sqrt() * torch.randn(x.shape, generator=generator)
            continue
        x0 = schedule.convert(model(x, torch.full((len(x),), t)), x, t, "v_prediction", "sample")
        noised = schedule.add_noise(known, torch.randn(x.shape, generator=generator), t)
        mean, variance = schedule.posterior(x0.clamp(-1, 1), torch.where(mask > 0, noised, x), t, to)
        x = mean + variance.sqrt() * torch.randn(x.shape, generator=generator)
    return torch.where(mask > 0, known, x)
