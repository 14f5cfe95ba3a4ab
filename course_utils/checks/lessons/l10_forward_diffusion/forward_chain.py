"""diffusion.forward_chain: from the data to noise, step by step, and every state on the way."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l10_forward_diffusion.one_step import one_step


def forward_chain(x0, betas, generator):
    """The whole path of the forward chain: x0 [B, ...], betas [T] -> x_0 to x_T, [T + 1, B, ...]."""
    path = [x0]
    for beta in betas.tolist():
        noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
        path.append(math.sqrt(1 - beta) * path[-1] + math.sqrt(beta) * noise)
    return torch.stack(path)


_MOST = 3.0  # a variance above it is shown as this: wrong by as much as one likes


def _correlation(a, b):
    a, b = a.flatten() - a.mean(), b.flatten() - b.mean()
    return (a @ b / (a.norm() * b.norm() + 1e-12)).item()


def _measured(path, x0, betas, generator):
    """What is left of the state before, and what is new, as numbers that a chain is known for."""
    x0, betas = x0.double(), betas.double().tolist()
    found = {"largest distance of the first state from x_0": min((path[0] - x0).abs().max().item(), _MOST)}
    fresh = []
    for t, beta in enumerate(betas, start=1):
        before, after = path[t - 1], path[t]
        new = (after - math.sqrt(1 - beta) * before) / math.sqrt(beta)
        found[f"share of x_{t - 1} left in x_{t}, over the right one"] = min(
            ((after * before).mean() / before.square().mean()).item() / math.sqrt(1 - beta), _MOST
        )
        found[f"variance of the new noise in x_{t}, over beta_{t}"] = min(new.var().item(), _MOST)
        found[f"share of the new noise in x_{t} within one standard deviation"] = (
            (new.abs() < 1).double().mean().item()
        )
        fresh.append(new)
    last, first = fresh[-1], fresh[0]
    for t in range(1, len(fresh)):
        found[f"correlation of the noises in x_{t} and x_{t + 1}"] = _correlation(fresh[t - 1], fresh[t])
    if len(fresh) > 2:
        found["correlation of the first noise and the last"] = _correlation(first, last)
    found["correlation of the first noise with x_0"] = _correlation(first, x0)
    found["correlation of the last noise with x_0"] = _correlation(last, x0)
    for axis in range(x0.ndim):
        if x0.shape[axis] > 1:
            found[f"correlation of neighbours' noise along axis {axis}"] = _correlation(
                last, last.roll(1, axis)
            )
    return found


def _known(x0, betas, generator):
    """The same for endlessly many draws of the chain."""
    T = len(betas)
    correlations = (T - 1) + (T > 2) + 2 + sum(size > 1 for size in x0.shape)
    return dict(enumerate([0.0] + T * [1.0, 1.0, math.erf(math.sqrt(0.5))] + correlations * [0.0]))


def _start(shape, betas, spread=1.0, dtype=torch.float32):
    def make(rng):
        x0 = spread * torch.randn(shape, generator=rng, dtype=dtype)
        other = torch.Generator().manual_seed(rng.initial_seed() + 50)  # not the numbers of x0 once more
        return x0, torch.tensor(betas, dtype=torch.float64), other

    return make


def _chain(step, begin=None, noises=None, rates=None):
    """A chain with one part replaced.

    step: (the state before, x0, noise, beta, the step's number) -> the state after; begin: x0 -> the first
    state; noises: a maker of the function that is called for each step's noise; rates: betas -> betas.
    """

    def wrong(x0, betas, generator):
        path = [x0 if begin is None else begin(x0)]
        draw = (_fresh if noises is None else noises)(x0, generator)
        for t, beta in enumerate((betas if rates is None else rates(betas)).tolist()):
            path.append(step(path[-1], x0, draw(), beta, t))
        return torch.stack(path)

    return wrong


def _fresh(x0, generator, shape=None, draw=torch.randn):
    shape = x0.shape if shape is None else shape
    return lambda: draw(shape, generator=generator, dtype=x0.dtype).expand(x0.shape)


def _right(x, x0, noise, beta, t):
    return one_step(x, noise, beta)


def _weights(signal, sigma):
    return _chain(lambda x, x0, noise, beta, t: signal(beta) * x + sigma(beta) * noise)


def _one_for_all(x0, generator):
    noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    return lambda: noise


def _one_for_the_batch(x0, generator):
    return _fresh(x0, generator, x0.shape[1:])


def _one_an_image(x0, generator):
    return _fresh(x0, generator, (len(x0), *[1] * (x0.ndim - 1)))


def _one_number(x0, generator):
    return _fresh(x0, generator, ())


def _never_negative(x0, generator):
    return _fresh(x0, generator, draw=torch.rand)


def _jumps(x0, betas, generator):
    levels = torch.cumprod(1 - betas, 0).tolist()
    noises = [torch.randn(x0.shape, generator=generator, dtype=x0.dtype) for _ in levels]
    return torch.stack([x0] + [one_step(x0, noise, 1 - a) for noise, a in zip(noises, levels, strict=True)])


def _one_jump_noise(x0, betas, generator):
    levels = torch.cumprod(1 - betas, 0).tolist()
    noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    return torch.stack([x0] + [one_step(x0, noise, 1 - a) for a in levels])


def _one_tensor(x0, betas, generator):
    x, path = x0.clone(), []
    path.append(x)
    for beta in betas.tolist():
        noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
        x.mul_(math.sqrt(1 - beta)).add_(noise, alpha=math.sqrt(beta))
        path.append(x)
    return torch.stack(path)


def _last_left_out(fill):
    def wrong(x0, betas, generator):
        path = forward_chain(x0, betas[:-1], generator)
        return torch.cat([path, fill(path)])

    return wrong


def _begun_late(x0, betas, generator):
    """All but the first beta, and the first state stands twice."""
    return torch.cat([x0[None], forward_chain(x0, betas[1:], generator)])


def _without_the_start(x0, betas, generator):
    path = forward_chain(x0, betas, generator)
    return torch.cat([path[1:], path[-1:]])


exercise(
    "diffusion.forward_chain",
    reference=forward_chain,
    summary=_measured,
    expected=_known,
    tolerance=0.08,  # of 8,000 numbers or more: at least five standard deviations of any
    batch=False,
    inputs={
        "4,000 points, 4 steps": _start((4000, 2), (0.1, 0.4, 0.2, 0.6), dtype=torch.float64),
        "20 images of 3 x 16 x 12, 3 steps": _start((20, 3, 16, 12), (0.3, 0.05, 0.5)),
        "8,000 numbers far apart, 5 steps": _start((8000,), (1e-4, 0.02, 0.3, 0.9, 0.1), 4.0),
        "one image of 64 x 128, 2 steps": _start((1, 1, 64, 128), (0.2, 0.7)),
        "9,000 numbers, 1 step": _start((9000,), (0.5,)),
    },
    mistakes=[
        Mistake(
            _chain(_right, noises=_one_for_all),
            "All steps add the same noise: it piles up instead of averaging out, so the path runs off in "
            "one direction and ends far wider than N(0, I); every step needs a fresh draw.",
        ),
        Mistake(
            _chain(lambda x, x0, noise, beta, t: one_step(x0, noise, beta)),
            "Every step starts from x_0 again and not from the state before: nothing builds up, and the "
            "last state is no noisier than a single step makes it.",
        ),
        Mistake(
            _jumps,
            "Each state has the right distribution, but it is a jump from x_0 with noise of its own: "
            "neighbouring states share x_0 and nothing else, so this is no chain.",
        ),
        Mistake(
            _one_jump_noise,
            "You draw one noise and mix it with x_0 in other shares at each step: every state has the "
            "right distribution, but nothing new comes in after the first step, so this is no chain.",
        ),
        Mistake(
            _weights(lambda beta: math.sqrt(1 - beta), lambda beta: beta),
            "You use beta, the variance of the new noise, as its standard deviation: the noise is too weak "
            "to make up for the shrinking, so the chain fades to plain grey.",
        ),
        Mistake(
            _weights(lambda beta: 1 - beta, lambda beta: beta),
            "Both roots are missing: variances add where these weights do, so the chain fades to plain grey "
            "instead of noise.",
        ),
        Mistake(
            _weights(lambda beta: 1 - beta, lambda beta: math.sqrt(beta)),
            "The root on 1 - beta is missing: every step shrinks the state too much, and the chain settles "
            "below variance 1.",
        ),
        Mistake(
            _weights(lambda beta: 1 - beta / 2, lambda beta: math.sqrt(beta)),
            "The root of 1 - beta is replaced by 1 - beta / 2, which is right for very small steps only: "
            "with large betas the variance no longer stays at 1.",
        ),
        Mistake(
            (
                _weights(lambda beta: 1, lambda beta: math.sqrt(beta)),
                _weights(lambda beta: 1, lambda beta: beta),
                _weights(lambda beta: 1, lambda beta: 1),
            ),
            "The state is not shrunk before the noise comes: the variance grows with every step, and where "
            "it ends hangs on the betas.",
        ),
        Mistake(
            _weights(lambda beta: math.sqrt(1 - beta), lambda beta: 1),
            "The noise is not scaled by the step's beta: the very first step buries the image, and the "
            "schedule has no say.",
        ),
        Mistake(
            _weights(lambda beta: math.sqrt(beta), lambda beta: math.sqrt(1 - beta)),
            "Signal and noise have changed places: for a small beta a single step leaves next to nothing of "
            "the image.",
        ),
        Mistake(
            (
                _weights(lambda beta: math.sqrt(1 - beta), lambda beta: 0),
                _weights(lambda beta: 1, lambda beta: 0),
            ),
            "No noise comes in: the image fades or stays as it is, and nothing random happens on the way.",
        ),
        Mistake(
            (
                _chain(_right, rates=lambda betas: betas[:1].expand(len(betas))),
                _chain(_right, rates=lambda betas: betas[-1:].expand(len(betas))),
                _chain(_right, rates=lambda betas: betas.mean().expand(len(betas))),
            ),
            "All steps use one and the same beta: the schedule, which is to begin gently and end with large "
            "steps, has no say.",
        ),
        Mistake(
            _chain(_right, rates=lambda betas: betas.flip(0)),
            "You take the betas from the last to the first: the image is destroyed in large steps at once, "
            "and the small ones come when there is nothing left to destroy.",
        ),
        Mistake(
            _chain(_right, rates=lambda betas: betas.roll(1)),
            "Your betas are one step late: index -1 is the last one in Python, so the very first step is the "
            "largest of all, and every other step has its neighbour's.",
        ),
        Mistake(
            _chain(_right, rates=lambda betas: 1 - torch.cumprod(1 - betas, 0)),
            "Each step adds the noise of the whole way so far (alpha-bar where alpha belongs): that is "
            "right for a jump from x_0, but in a chain the earlier noise is there already.",
        ),
        Mistake(
            (_chain(_right, noises=_one_for_the_batch), _chain(_right, noises=_one_an_image)),
            "The noise is not drawn for every number of the batch: all images, or all pixels of an image, "
            "share it, so one subtraction would clean them all; draw noise in the shape of x_0.",
        ),
        Mistake(
            _chain(_right, noises=_one_number),
            "One number is the noise of the whole batch: every image becomes a little brighter or darker "
            "and keeps its details; draw noise in the shape of x_0.",
        ),
        Mistake(
            _chain(_right, noises=_never_negative),
            "Noise from torch.rand is never negative and has a third of a variance: images drift to white, "
            "and the last state is no N(0, I); torch.randn draws standard Gaussian noise.",
        ),
        Mistake(
            _one_tensor,
            "All states of your path are one and the same tensor, changed in place at every step: the list "
            "holds the last state again and again; make a new tensor in each step, or append a clone.",
        ),
        Mistake(
            (
                _last_left_out(lambda path: path[-1:]),
                _last_left_out(lambda path: torch.zeros_like(path[-1:])),
                _last_left_out(lambda path: torch.ones_like(path[-1:])),
            ),
            "The last step is left out: a loop over range(T - 1) takes one step too few, and x_T is "
            "cleaner than the schedule says.",
        ),
        Mistake(
            _begun_late,
            "The first beta is never used, and the start stands in the path twice: index 0 of the betas is "
            "the first step.",
        ),
        Mistake(
            (_without_the_start, _chain(_right, begin=torch.zeros_like)),
            "The path does not begin with x_0: its first entry is the image as it is given, before any "
            "noise.",
        ),
        Mistake(
            (
                _chain(lambda x, x0, noise, beta, t: one_step(x, noise, beta).clamp(-1, 1)),
                _chain(lambda x, x0, noise, beta, t: one_step(x, noise, beta).clamp(0, 1)),
            ),
            "You cut the states off: what is noised does not stay between -1 and 1, and without its tails "
            "the last state is no N(0, I), where a sampler starts.",
        ),
    ],
    hints=[
        "One loop over the betas. What goes into a step is the state that came out of the step before, and "
        "noise that no other step has seen.",
        "Keep a list that begins with x0. In each turn draw torch.randn of the shape of x0, with "
        "generator=generator, take one step, and append the result.",
        "Your one_step takes the last entry of the list, the noise and the turn's beta; betas.tolist() makes "
        "Python numbers of them. At the end, torch.stack makes one tensor of the list.",
    ],
)
