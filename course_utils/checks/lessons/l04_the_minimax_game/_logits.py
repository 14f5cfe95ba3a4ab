"""Logits, and logarithms of probabilities that are cut off, for the three losses."""

import torch


def wild_logits(n, rng):
    """n logits of any size, the last two so large that float32 rounds their sigmoid to 0 and to 1."""
    return torch.cat([60 * torch.randn(n - 2, generator=rng), torch.tensor([-150.0, 150.0])])


def likely_logits(n):
    """n logits between 0 and 1, which might be probabilities by the look of them."""
    return lambda rng: tuple(0.1 + 0.8 * torch.rand(size, generator=rng) for size in n)


def cut_logs():
    """Logarithms that a small number keeps from overflow."""
    for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12):
        yield lambda probability, small=small: torch.log(probability + small)
        yield lambda probability, small=small: torch.log(probability.clamp(min=small))
        yield lambda probability, small=small: torch.log(probability.clamp(small, 1 - small))


def with_logs(loss, logs):
    """The forms of a loss(log, *logits), one for each logarithm."""
    return tuple(lambda *logits, log=log: loss(log, *logits) for log in logs)


def _fakes(n, scale=1.5, shift=-1.0):
    return lambda rng: (shift + scale * torch.randn(n, generator=rng),)


def columns(make):
    """A maker whose logits are columns, [N, 1], as a net with one output gives them."""
    return lambda rng: tuple(logits[:, None] for logits in make(rng))


FAKES = {
    "5 fake logits": _fakes(5),
    "8 fake logits that D takes for real": _fakes(8, shift=2.0),
    "6 fake logits of a sure D, some of them wrong": lambda rng: (wild_logits(6, rng),),
    "4 fake logits between 0 and 1": likely_logits((4,)),
    "7 fake logits in a column, [7, 1]": columns(_fakes(7)),
    "a single fake logit": _fakes(1),
}
