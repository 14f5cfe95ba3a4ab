"""diffusion.training_loss: what a denoiser minimises."""

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise


def training_loss(model, x0, alphas_cumprod, generator):
    """L_simple as a mean over B and D: x0 [B, D], alphas_cumprod [T], model(x_t, t [B]) -> [B, D]; scalar."""
    t = torch.randint(len(alphas_cumprod), (len(x0),), generator=generator)
    noise = torch.randn(x0.shape, generator=generator)
    level = alphas_cumprod[t].to(x0)[:, None]
    x_t = level.sqrt() * x0 + (1 - level).sqrt() * noise
    return (model(x_t, t) - noise).square().mean()


class _Known(nn.Module):
    """A model whose mean loss is known: function(x_t, t) -> [B, D], and that value."""

    def __init__(self, function, value):
        super().__init__()
        self.function, self.value = function, value
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x_t, t):
        if t.shape != (len(x_t),):  # an embedding of t would give another shape here
            raise ValueError(f"the model wants t with shape [B] = [{len(x_t)}]; got {list(t.shape)}")
        if x_t.dtype != self.scale.dtype:  # a network of layers would stop here too
            raise TypeError(f"x_t is {x_t.dtype} and the weights are {self.scale.dtype}")
        return self.scale * self.function(x_t, t)


_LEVELS = torch.tensor([0.9, 0.6, 0.3, 0.1])
_ENDS = torch.tensor([0.9999, 0.9, 0.3, 4e-5])  # of the linear schedule
_AT_STEP = torch.tensor([4.0, 1.0, 2.0, 5.0])


def _knowing(place, levels):
    """A model that says the noise in x_t when all data are at one place."""

    def knows(x_t, t):
        level = levels.to(x_t)[t].reshape(-1, 1)
        return (x_t - place * level.sqrt()) / (1 - level).sqrt()

    return knows


_SWAPPED = _knowing(3.0, _LEVELS)


def _about_100(x_t, t):
    """100 to 101.5, by the step: loss and gradient hardly depend on what is drawn, but do on who draws."""
    return (100 + 0.5 * t.to(x_t)).reshape(-1, 1).expand(x_t.shape)


def _known(n, dim, function, value, place=3.0, levels=_LEVELS):
    """A maker of a model, of n points at one place, of four levels and of a generator of its own."""

    def make(rng):
        seed = int(torch.randint(10_000, (), generator=rng))
        points = torch.full((n, dim), place)
        return _Known(function, value), points, levels.clone(), torch.Generator().manual_seed(seed)

    return make


def _by_step(x_t, t):
    return _AT_STEP[t].reshape(-1, 1).expand(x_t.shape)


def _loss(draw=None, sees=None, wanted=None, reduce=None, told=None, levels=None):
    """A training loss with one part replaced."""

    def wrong(model, x0, alphas_cumprod, generator):
        steps, count = len(alphas_cumprod), len(x0)
        t = draw(steps, count, generator) if draw else torch.randint(steps, (count,), generator=generator)
        noise = torch.randn(x0.shape, generator=generator)
        level = (alphas_cumprod if levels is None else levels(alphas_cumprod))[t].to(x0).reshape(-1, 1)
        if sees is None:
            x_t = level.sqrt() * x0 + (1 - level).sqrt() * noise
        else:
            x_t = sees(x0, noise, level, generator)
        t = t.expand(count) if told is None else told(t)
        error = model(x_t, t) - (noise if wanted is None else wanted(x0, noise, x_t, generator))
        return error.square().mean() if reduce is None else reduce(error)

    return wrong


def _mixed(x0, noise, level):
    return level.sqrt() * x0 + (1 - level).sqrt() * noise


def _rand(model, x0, alphas_cumprod, generator):
    t = torch.randint(len(alphas_cumprod), (len(x0),), generator=generator)
    level, noise = alphas_cumprod[t].to(x0)[:, None], torch.rand(x0.shape, generator=generator)
    return (model(level.sqrt() * x0 + (1 - level).sqrt() * noise, t) - noise).square().mean()


def _one_noise(model, x0, alphas_cumprod, generator):
    t = torch.randint(len(alphas_cumprod), (len(x0),), generator=generator)
    noise = torch.randn(len(x0), 1, generator=generator).expand(x0.shape)
    level = alphas_cumprod[t].to(x0)[:, None]
    return (model(level.sqrt() * x0 + (1 - level).sqrt() * noise, t) - noise).square().mean()


def _no_grad(model, x0, alphas_cumprod, generator):
    return _loss()(lambda x_t, t: model(x_t, t).detach(), x0, alphas_cumprod, generator)


def _velocity(model, x0, alphas_cumprod, generator):
    t = torch.randint(len(alphas_cumprod), (len(x0),), generator=generator)
    noise = torch.randn(x0.shape, generator=generator)
    level = alphas_cumprod[t].to(x0)[:, None]
    signal, sigma = level.sqrt(), (1 - level).sqrt()
    return (model(signal * x0 + sigma * noise, t) - (signal * noise - sigma * x0)).square().mean()


def _one_t(shape, noise_first=False):
    def wrong(model, x0, alphas_cumprod, generator):
        noise = torch.randn(x0.shape, generator=generator) if noise_first else None
        t = torch.randint(len(alphas_cumprod), shape, generator=generator)
        noise = noise if noise_first else torch.randn(x0.shape, generator=generator)
        level = alphas_cumprod[t].to(x0).reshape(-1, 1)
        x_t = level.sqrt() * x0 + (1 - level).sqrt() * noise
        return (model(x_t, t.expand(len(x0))) - noise).square().mean()

    return wrong


MISTAKES = [  # `train` names them too, where the loop makes its own loss
    Mistake(
        (
            _loss(draw=lambda steps, n, rng: torch.randint(1, steps, (n,), generator=rng)),
            _loss(draw=lambda steps, n, rng: torch.randint(steps - 1, (n,), generator=rng) + 1),
        ),
        "The step t = 0 never comes up: the network is never trained for the least noise, but the "
        "sampler asks it there last of all, so what it makes up at that step is left in every sample.",
    ),
    Mistake(
        _loss(draw=lambda steps, n, rng: torch.randint(steps - 1, (n,), generator=rng)),
        "The step t = T - 1 never comes up: the upper end of randint is left out already, so you left "
        "out one more, and the sampler begins at the very step that was never trained.",
    ),
    Mistake(
        (_one_t((1,)), _one_t(()), _one_t((1,), noise_first=True), _one_t((), noise_first=True)),
        "One t serves the whole batch: on average the loss is the same, but from batch to batch it "
        "jumps with t, so the gradient is far noisier and training slower.",
    ),
    Mistake(
        (_no_grad, _loss(reduce=lambda error: error.square().mean().item())),
        "Your values are right, but no gradient reaches model (an .item(), a .detach() or a no_grad on "
        "the way), so training cannot change a single weight.",
    ),
    Mistake(
        _one_noise,
        "One noise serves all coordinates of a point: the network is trained on points moved along the "
        "diagonal only, its loss looks fine, and from round noise the sampler goes where it never was.",
    ),
    Mistake(
        _rand,
        "With rand you draw evenly from 0 to 1, and the noise is a standard Gaussian: the network is "
        "trained on noise that is never negative, and never sees the points at which the sampler starts.",
    ),
    Mistake(
        _velocity,
        "Your target is the velocity: a network may learn that, but the samplers here read its answer as "
        "noise, and every step would go in a wrong direction.",
    ),
    Mistake(
        _loss(wanted=lambda x0, noise, x_t, rng: x0),
        "You ask for x_0 where epsilon is wanted: a network can be trained in this way, but a sampler "
        "that reads its output as noise would subtract the image from itself.",
    ),
    Mistake(
        _loss(wanted=lambda x0, noise, x_t, rng: torch.randn(x0.shape, generator=rng)),
        "The noise is drawn twice, once for x_t and once for the target: nothing in x_t tells the "
        "second one, so the best answer is 0 everywhere and the model learns nothing.",
    ),
    Mistake(
        _loss(reduce=lambda error: error.square().sum()),
        "You sum where a mean is wanted: the loss and its gradient grow with the batch and the size of "
        "the data, so a learning rate that works for one fails for the other.",
    ),
    Mistake(
        _loss(reduce=lambda error: error.square().sum(dim=1).mean()),
        "You sum over the coordinates of a point and average over the batch: the same minimum, but a "
        "loss of D for a model that says 0 and not 1, and a gradient D times as long.",
    ),
    Mistake(
        (
            _loss(sees=lambda x0, noise, level, rng: level.sqrt() * x0 + (1 - level) * noise),
            _loss(sees=lambda x0, noise, level, rng: level * x0 + (1 - level) * noise),
            _loss(sees=lambda x0, noise, level, rng: level * x0 + (1 - level).sqrt() * noise),
        ),
        "A root is missing in x_t: the network is trained on points with less noise or less signal "
        "than the schedule says, and the sampler then shows it points that it has never seen.",
    ),
    Mistake(
        _loss(sees=lambda x0, noise, level, rng: (1 - level).sqrt() * x0 + level.sqrt() * noise),
        "The two rates have changed places: at t = 0 the network sees hardly anything but noise and at "
        "the end the data, so the sampler shows it, at every step, what belongs to another.",
    ),
    Mistake(
        _loss(sees=lambda x0, noise, level, rng: x0),
        "The model is shown the clean x_0: there is no noise in it to be found, so the best answer is "
        "0 everywhere, and the sampler gets no help from it.",
    ),
    Mistake(
        _loss(sees=lambda x0, noise, level, rng: x0 + (1 - level).sqrt() * noise),
        "The signal is not scaled down: at the last step x_t should be noise alone, but the network "
        "still sees the data in it, and from pure noise it cannot start.",
    ),
    Mistake(
        _loss(told=torch.zeros_like),
        "The model is told t = 0 for every point: it cannot know how much noise to look for, and "
        "answers with an average over all steps that is right at none.",
    ),
    Mistake(
        (
            _loss(levels=lambda a: a.roll(1)),
            _loss(levels=lambda a: torch.cat([a.new_ones(1), a[:-1]])),
            _loss(levels=lambda a: torch.cat([a[:1], a[:-1]])),
        ),
        "Your x_t has the level of the step before, t - 1: alphas_cumprod[t] is already the level after "
        "the step with index t, so the network is told of more noise than it sees.",
    ),
    Mistake(
        (
            _loss(levels=lambda a: torch.cumprod(a, 0)),
            _loss(levels=lambda a: torch.cumprod(1 - a, 0)),
            _loss(levels=lambda a: a**2),
        ),
        "You multiply levels that are products already (alphas_cumprod is alpha-bar): the image is gone "
        "after a few steps, and the network sees next to nothing but noise.",
    ),
    Mistake(
        (_loss(told=lambda t: t[:, None]), _loss(told=lambda t: t.reshape(-1, 1))),
        "The network wants t as [B], one number a point; the level is what needs a second axis, to "
        "multiply x0 [B, D].",
    ),
    Mistake(
        (
            _loss(told=lambda t: t / 4),
            _loss(told=lambda t: t / 1000),
            _loss(told=lambda t: t / 3),
            _loss(told=lambda t: t.float() / 4),
            _loss(told=lambda t: t + 1),
        ),
        "You tell the network something other than t, a share of the way or t + 1: the sampler hands it "
        "the index, 0 to T - 1, and there it would have learned another step, or none.",
    ),
    Mistake(
        (
            _loss(sees=lambda x0, noise, level, rng: _mixed(x0, noise, level).clamp(-1, 1)),
            _loss(sees=lambda x0, noise, level, rng: _mixed(x0, noise, level).clamp(-3, 3)),
            _loss(sees=lambda x0, noise, level, rng: _mixed(x0.clamp(-1, 1), noise, level)),
        ),
        "You cut x_t off: points and noise reach further than that, the sampler's too, and the network "
        "would meet there what it has never seen.",
    ),
    Mistake(
        _loss(wanted=lambda x0, noise, x_t, rng: -noise),
        "You add the noise to the answer where the difference is wanted: the model learns the noise "
        "with the wrong sign, and the sampler then adds what it should take away.",
    ),
    Mistake(
        _loss(reduce=lambda error: error.square().mean().sqrt()),
        "You take the root of the mean: the same minimum, but its gradient is divided by the loss, so "
        "that batches with large errors pull no harder than others, and a perfect batch gives NaN.",
    ),
    Mistake(
        _loss(reduce=lambda error: error.square().mean() / 2),
        "You halve the loss: the same minimum with half the gradient, but it is no longer the number "
        "that papers report, 1 for a model that says 0.",
    ),
    Mistake(
        _loss(reduce=lambda error: error.abs().mean()),
        "The error is taken absolute and not squared: the best answer is then the median of the noise "
        "and not its mean, and the score and the bound are about means.",
    ),
]

exercise(
    "diffusion.training_loss",
    reference=training_loss,
    summary=lambda output, *args: {"loss": float(output[0] if isinstance(output, list) else output)},
    expected=lambda model, *rest: {"loss": model.value},
    tolerance=0.03,
    gradient=["model"],
    inputs={
        "a model that always says about 100": _known(
            4_000, 20, _about_100, 1 + sum((100 + 0.5 * t) ** 2 for t in range(4)) / 4
        ),
        "a model that always says 0": _known(4_500, 20, lambda x_t, t: torch.zeros_like(x_t), 1.0),
        "a model that knows the noise": _known(3_000, 7, _knowing(-100.0, _ENDS), 0.0, -100.0, _ENDS),
        "a model that takes one coordinate's noise for another's": _known(
            3_500, 20, lambda x_t, t: _SWAPPED(x_t, t).flip(1), 2.0
        ),
        "a model that answers x_t": _known(
            8_000, 3, lambda x_t, t: x_t, float((9 * _LEVELS + (1 - (1 - _LEVELS).sqrt()) ** 2).mean())
        ),
        "a model that is worse at some steps": _known(
            16_000, 4, _by_step, 1 + float(_AT_STEP.square().mean())
        ),
    },
    mistakes=MISTAKES,
    hints=[
        "Four lines: draw a t for every point, draw the noise, make x_t in one jump, compare the model's "
        "answer with the noise.",
        "torch.randint(T, (B,), generator=generator) draws from 0 to T - 1. alphas_cumprod[t] is [B]; it "
        "needs a second axis to multiply points.",
        "x_t is signal times x0 plus sigma times noise, with the roots of the level and of one minus the "
        "level; the loss is the mean of the squared difference over everything.",
    ],
)
