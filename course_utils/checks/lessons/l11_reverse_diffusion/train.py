"""diffusion.train: the training loop of a denoiser."""

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise

from .training_loss import MISTAKES, training_loss


@torch.enable_grad()
def train(batches, model, optimiser, alphas_cumprod, generator):
    """Algorithm 1: one step of the optimiser for each batch; batches [S, B, D] -> their losses, [S]."""
    losses = []
    for x0 in batches:
        loss = training_loss(model, x0, alphas_cumprod, generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return torch.tensor(losses)


class _Tiny:
    """A model that says w f(x_t, t), with one weight w, and stops where two batches share their draws.

    No nn.Module: training changes a model, and of those a check asks that they be left as they were.
    """

    def __init__(self, function, weight, moments, noise_in=None):
        self.function, self.moments, self.noise_in = function, moments, noise_in
        self.weight, self.seen = nn.Parameter(torch.tensor(float(weight))), {}

    def __call__(self, x_t, t):
        if t.shape != (len(x_t),):  # an embedding of t would give another shape here
            raise ValueError(f"the model wants t with shape [B] = [{len(x_t)}]; got {list(t.shape)}")
        if x_t.dtype != self.weight.dtype:  # a network of layers would stop here too
            raise TypeError(f"x_t is {x_t.dtype} and the weights are {self.weight.dtype}")
        self._stop_where_seen("steps t", t)
        if self.noise_in is not None:
            self._stop_where_seen("noise", self.noise_in(x_t, t))
        return self.weight * self.function(x_t, t)

    def _stop_where_seen(self, name, drawn):
        if (drawn == drawn.flatten()[0]).all():  # one draw for the whole batch: that is another mistake
            return
        version, before = self.seen.get(name, (None, None))
        if (
            before is not None
            and version != self.weight._version
            and torch.allclose(drawn, before, atol=1e-3)
        ):
            raise ValueError(f"the model was shown the same {name} after the weights had changed")
        self.seen[name] = self.weight._version, drawn.clone()

    def parameters(self):
        yield self.weight

    def zero_grad(self, set_to_none=True):
        self.weight.grad = None

    def train(self, mode=True):
        return self


_LEVELS = torch.tensor([0.9, 0.6, 0.3, 0.1])
_ENDS = torch.tensor([0.9999, 0.9, 0.3, 4e-5])  # of the linear schedule
_AT_STEP = torch.tensor([4.0, 1.0, 2.0, 5.0])
_PLACES = (1.0, -0.5, 1.5, -1.2, 0.7)  # where the points of each batch lie


def _noise_in(x_t, t, place, levels):
    level = levels.to(x_t)[t].reshape(-1, 1)
    return (x_t - place * level.sqrt()) / (1 - level).sqrt()


def _about_100(x_t, t):
    return (100 + 0.5 * t.to(x_t)).reshape(-1, 1).expand(x_t.shape)


def _by_step(x_t, t):
    return _AT_STEP[t].reshape(-1, 1).expand(x_t.shape)


# What the model says, but for its weight; and for points at a place p the means of its square and of its
# product with the noise, from which all losses follow.
_MODELS = {
    "about_100": (_about_100, lambda p: (sum((100 + 0.5 * t) ** 2 for t in range(4)) / 4, 0.0)),
    "x_t": (
        lambda x_t, t: x_t,
        lambda p: (
            float((_LEVELS * p**2 + 1 - _LEVELS).mean()),
            float((1 - _LEVELS).sqrt().mean()),
        ),
    ),
    "noise": (lambda x_t, t: _noise_in(x_t, t, -100.0, _ENDS), lambda p: (1.0, 1.0)),
    "by_step": (_by_step, lambda p: (float(_AT_STEP.square().mean()), 0.0)),
    "flipped": (lambda x_t, t: _noise_in(x_t, t, 3.0, _LEVELS).flip(1), lambda p: (1.0, 0.0)),
}


# How to find the noise in x_t where all points lie at one known place.
_NOISES = {
    "noise": lambda x_t, t: _noise_in(x_t, t, -100.0, _ENDS),
    "flipped": lambda x_t, t: _noise_in(x_t, t, 3.0, _LEVELS),
}


def _run(kind, n, dim, weight, lr, places, levels=_LEVELS):
    """A maker of a model of one weight, a batch at each place, the optimiser, levels and a generator."""

    def make(rng):
        seed = int(torch.randint(10_000, (), generator=rng))
        model = _Tiny(_MODELS[kind][0], weight, _MODELS[kind][1], _NOISES.get(kind))
        batches = torch.stack([torch.full((n, dim), place) for place in places])
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        return batches, model, optimiser, levels.clone(), torch.Generator().manual_seed(seed)

    return make


def _losses(batches, model, optimiser, alphas_cumprod, generator):
    """The mean loss at each step: w^2 E f^2 - 2 w E f eps + 1, with w moved down its gradient each time."""
    weight, found = model.weight.item(), {}
    for step, x0 in enumerate(batches):
        square, product = model.moments(float(x0[0, 0]))
        found[f"loss of batch {step}"] = weight**2 * square - 2 * weight * product + 1
        weight -= optimiser.param_groups[0]["lr"] * 2 * (weight * square - product)
    return found


def _loop(loss=training_loss, order="lzbs", batches=None, once=False):
    """A training loop with one part replaced; order: its four lines, by their letters."""

    def wrong(all_batches, model, optimiser, alphas_cumprod, generator):
        losses = []
        if once:
            optimiser.zero_grad()
        for x0 in all_batches if batches is None else batches(all_batches):
            value = loss(model, x0, alphas_cumprod, generator)
            for letter in order[1:]:
                act = {"z": optimiser.zero_grad, "b": value.backward, "s": optimiser.step}
                act[letter]()
            losses.append(value.item())
        return torch.tensor(losses)

    return wrong


def _drawn_once(t=True, noise=True):
    """A training loop that draws t or the noise before it begins."""

    def wrong(batches, model, optimiser, alphas_cumprod, generator):
        def draw():
            steps = torch.randint(len(alphas_cumprod), (batches.shape[1],), generator=generator)
            return steps, torch.randn(batches[0].shape, generator=generator)

        kept, losses = draw(), []
        for x0 in batches:
            fresh = draw()
            steps, fog = kept[0] if t else fresh[0], kept[1] if noise else fresh[1]
            level = alphas_cumprod[steps][:, None]
            loss = (model(level.sqrt() * x0 + (1 - level).sqrt() * fog, steps) - fog).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return torch.tensor(losses)

    return wrong


def _measured_after(batches, model, optimiser, alphas_cumprod, generator):
    losses = []
    for x0 in batches:
        optimiser.zero_grad()
        training_loss(model, x0, alphas_cumprod, generator).backward()
        optimiser.step()
        losses.append(training_loss(model, x0, alphas_cumprod, generator).item())
    return torch.tensor(losses)


def _mean_so_far(batches, model, optimiser, alphas_cumprod, generator):
    losses = train(batches, model, optimiser, alphas_cumprod, generator)
    return losses.cumsum(0) / torch.arange(1, len(losses) + 1)


exercise(
    "diffusion.train",
    reference=train,
    summary=lambda losses, *args: {f"loss of batch {k}": value for k, value in enumerate(losses)},
    expected=_losses,
    tolerance=0.04,
    batch=False,
    inputs={
        "a model that starts at about 100": _run("about_100", 2_500, 4, 1.0, 1e-5, (3.0,) * 4),
        "a model that says a multiple of x_t": _run("x_t", 10_000, 3, 2.0, 0.15, _PLACES),
        "a model that says a multiple of the noise": _run("noise", 6_000, 5, 3.0, 0.2, (-100.0,) * 3, _ENDS),
        "a model that is worse at some steps": _run("by_step", 8_000, 2, 1.0, 0.02, (0.5,) * 3),
        "a model that takes one coordinate's noise for another's": _run(
            "flipped", 4_000, 6, 2.0, 0.2, (3.0,) * 3
        ),
    },
    mistakes=[
        Mistake(
            (_loop(order="lbs"), _loop(order="lbs", once=True)),
            "The gradients are not cleared before each batch: backward adds to what is there, so that every "
            "step also repeats all the earlier ones, and the weights overshoot.",
        ),
        Mistake(
            tuple(_loop(order=order) for order in ("lzb", "lzs", "lbzs", "lzsb", "lsbz")),
            "The weights never change: for each batch backward must fill the gradients and the optimiser's "
            "step must then use them, with nothing in between that clears them.",
        ),
        Mistake(
            _loop(order="lszb"),
            "The optimiser takes its step before backward has run: it moves the weights by the gradient of "
            "the batch before, so training lags one batch behind.",
        ),
        Mistake(
            _loop(order="lzbss"),
            "The optimiser takes two steps for each batch: the second one uses a gradient that belongs to "
            "weights which are no longer there, and the learning rate is doubled in effect.",
        ),
        Mistake(
            (
                _loop(batches=lambda batches: [batches[0]] * len(batches)),
                _loop(batches=lambda batches: [batches[-1]] * len(batches)),
            ),
            "Every step sees the same batch: the network learns those few points and none of the others.",
        ),
        Mistake(
            _loop(batches=lambda batches: batches.flip(0)),
            "You go through the batches from the last to the first: the losses come out in another order "
            "than the batches they belong to.",
        ),
        Mistake(
            (_drawn_once(), _drawn_once(t=False), _drawn_once(noise=False)),
            "The steps or the noise are drawn once and used for every batch: the network never sees any "
            "others, and learns by heart what was drawn. Draw both inside the loop.",
        ),
        Mistake(
            _measured_after,
            "The losses are measured after the step and on fresh noise: that is a second pass through the "
            "network for each batch, and the number is not the one that the step was taken on.",
        ),
        Mistake(
            _mean_so_far,
            "You return the mean of the losses so far: it looks smoother, but it still carries the large "
            "losses of the start when training has long moved on.",
        ),
        Mistake(
            _loop(loss=lambda *args: -training_loss(*args)),
            "The sign of the loss is turned: every step climbs, and the network learns to be as wrong as it "
            "can be.",
        ),
        Mistake(
            (
                _loop(loss=lambda *args: training_loss(*args).detach()),
                _loop(loss=lambda *args: training_loss(*args).item()),
            ),
            "The loss is cut off from the model before backward is called: nothing can flow back from a "
            "plain number, so keep the tensor and call .item() only to record it.",
        ),
        *(
            Mistake(tuple(_loop(loss=form) for form in one.forms), one.explanation)
            for one in MISTAKES
            if not one.explanation.startswith("Your values are right")  # but no gradient: here that raises
        ),
    ],
    hints=[
        "For each batch there are four things to do: find the loss, clear the old gradients, find the new "
        "ones, and let the optimiser move the weights.",
        "Your own training_loss takes (model, x0, alphas_cumprod, generator). The other three are methods "
        "without arguments, one of the loss and two of the optimiser.",
        "The order is loss, optimiser.zero_grad(), loss.backward(), optimiser.step(). Then append "
        "loss.item() to a list, which becomes a tensor after the loop.",
    ],
)
