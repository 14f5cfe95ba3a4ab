"""Right answers to scores.sample_2m in other words."""

import itertools
import math


def sample_by_time(denoise, y, sigmas):
    """As k-diffusion writes it, with the time -log sigma."""
    old = None
    for i in range(len(sigmas) - 1):
        guess = denoise(y, sigmas[i])
        t, t_next = -sigmas[i].log(), -sigmas[i + 1].log()
        h = t_next - t
        if old is None or sigmas[i + 1] == 0:
            y = (-h).exp() * y - (-h).expm1() * guess
        else:
            r = (t + sigmas[i - 1].log()) / h
            mixed = (1 + 1 / (2 * r)) * guess - 1 / (2 * r) * old
            y = (-h).exp() * y - (-h).expm1() * mixed
        old = guess
    return y


def sample_from_lists(denoise, y, sigmas):
    levels, guesses = sigmas.tolist(), []
    for i, (now, then) in enumerate(itertools.pairwise(levels)):
        guesses.append(denoise(y, now))
        if then == 0:
            return guesses[-1]
        x0 = guesses[-1]
        if i:
            ahead = math.log(now / then) / math.log(levels[i - 1] / now)
            x0 = x0 + ahead / 2 * (x0 - guesses[-2])
        y = x0 + then / now * (y - x0)
    return y
