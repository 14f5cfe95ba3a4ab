"""diffusion.training_loop: batches, steps, and the average after each step.

What is judged does not depend on which images a loop happens to draw: see `_noting_net`.
"""

import copy
import math

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l12_diffusion_on_images._noting_net import BATCH, data, summary


def training_loop(new_net, loss, images, labels, steps, generator, lr=2e-3, decay=0.99):
    """Train new_net() with AdamW on loss(net, images, labels, generator) -> the net, and its average."""
    model = new_net()
    average = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=lr, fused=True)
    for _ in range(steps):
        batch = torch.randint(len(images), (64,), generator=generator)
        value = loss(model, images[batch], labels[batch], generator)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        with torch.no_grad():
            for kept, weight in zip(average.parameters(), model.parameters(), strict=True):
                kept.lerp_(weight, 1 - decay)
    return model, average


def _random(order, images, generator, step):
    return torch.randint(len(images), (BATCH,), generator=generator)


def _cut(order, images, step):
    """The batch of a step from one order of all images, round and round."""
    batches = order.split(BATCH)
    return batches[step % len(batches)]


def _loop(
    pick=_random, own=None, optim=torch.optim.AdamW, rate=lambda lr: lr, start=copy.deepcopy, lag=False,
    blend=lambda kept, weight, decay, step: decay * kept + (1 - decay) * weight, clear=True, step_on=True,
    mode=None, count=lambda steps, images: steps, anew=False, sign=1, of_average=False,
    ends=lambda model, average, first: (model, average),
):  # fmt: skip
    """A training loop with one part replaced.

    pick(order, images, generator, step): the places of a batch; order is a shuffled order made at the start.
    own: the same for the labels. start: how the average comes from the net. lag: it moves before the step.
    """

    def loop(new_net, loss, images, labels, steps, generator, lr, decay):
        model = new_net()
        first, average = copy.deepcopy(model), start(model) if start is not None else new_net()
        if mode:
            mode(model)
        optimiser = optim(model.parameters(), lr=rate(lr))
        order = torch.randperm(len(images), generator=generator)

        def move(step):
            with torch.no_grad():
                for kept, weight in zip(average.parameters(), model.parameters(), strict=True):
                    kept.copy_(blend(kept, weight, decay, step))

        for step in range(count(steps, images)):
            batch = pick(order, images, generator, step)
            mine = batch if own is None else own(order, images, generator, step)
            value = sign * loss(average if of_average else model, images[batch], labels[mine], generator)
            if anew:
                optimiser = optim(model.parameters(), lr=rate(lr))
            if clear:
                optimiser.zero_grad()
            value.backward()
            if lag:
                move(step)
            if step_on:
                optimiser.step()
            if not lag:
                move(step)
        return ends(model, average, first)

    return loop


def _a_net_a_step(new_net, loss, images, labels, steps, generator, lr, decay):
    for _ in range(steps):
        model, average = training_loop(new_net, loss, images, labels, 1, generator, lr, decay)
    return model, average


def _at_the_end(blend):
    """The average moves once, after the loop."""

    def loop(new_net, loss, images, labels, steps, generator, lr, decay):
        model = new_net()
        first = copy.deepcopy(model)
        trained, _ = training_loop(lambda: model, loss, images, labels, steps, generator, lr, decay)
        with torch.no_grad():
            first.weight.copy_(blend(first.weight, trained.weight, decay))
        return trained, first

    return loop


def _zeroed(model):
    kept = copy.deepcopy(model)
    nn.init.zeros_(kept.weight)
    return kept


exercise(
    "diffusion.training_loop",
    reference=training_loop,
    batch=False,
    returns=["net", "average"],
    summary=summary,
    tolerance=0.003,
    inputs={
        "150 images, 5 steps, decay 0.7": data(150, 5, 0.1, 0.7),
        "70 images, 1 step, decay 0.4": data(70, 1, 0.2, 0.4),
        "200 images, 4 steps, decay 0.5": data(200, 4, 0.1, 0.5),
    },
    mistakes=[
        Mistake(
            _loop(lag=True),
            "The average moves before the optimiser's step: it is always one step behind, and the last step "
            "of training never reaches the net that you draw with.",
        ),
        Mistake(
            _loop(blend=lambda kept, weight, decay, step: kept),
            "The average is a copy of the untrained net, and nothing ever moves it: you train one net and "
            "draw with another, which has learned nothing.",
        ),
        Mistake(
            (
                _loop(start=lambda model: model),
                _loop(start=copy.copy),
                _loop(ends=lambda model, average, first: (model, model)),
                _loop(blend=lambda kept, weight, decay, step: weight),
            ),
            "Net and average are the same weights: either both names stand for one net (a second name is no "
            "copy, and a shallow copy shares its weights), or the net is returned in the average's place.",
        ),
        Mistake(
            _loop(start=None),
            "The average begins as another untrained net, for new_net() draws new random weights at every "
            "call: weights of two nets that were never alike are mixed, and the mixture is neither.",
        ),
        Mistake(
            (
                _loop(pick=lambda order, images, generator, step: torch.arange(BATCH)),
                _loop(pick=lambda order, images, generator, step: order[:BATCH]),
                _loop(
                    pick=lambda order, images, generator, step: torch.randint(
                        len(images), (BATCH,), generator=torch.Generator().manual_seed(0)
                    )
                ),
            ),
            "Every step gets the same batch: the net sees 64 images and none of the others, learns those by "
            "heart, and draws copies of them.",
        ),
        Mistake(
            (
                _loop(
                    pick=lambda order, images, generator, step: _cut(torch.arange(len(images)), images, step)
                ),
                _loop(
                    pick=lambda order, images, generator, step: (
                        (torch.arange(BATCH) + step * BATCH) % len(images)
                    )
                ),
            ),
            "The batches follow the order in which the data lie: where that is sorted (all zeros first), a "
            "batch holds one class, and every step pulls the net towards that class alone.",
        ),
        Mistake(
            _loop(pick=lambda order, images, generator, step: _cut(order, images, step)),
            "The images are shuffled once, and then the same batches come round again in every epoch: "
            "shuffle anew for each, so that an image meets new company every time.",
        ),
        Mistake(
            _loop(pick=lambda order, images, generator, step: torch.arange(len(images))),
            "Every step takes all images at once: a step then costs as much as a whole epoch, and in the "
            "same time there are many times fewer of them. A batch of 64 was asked for.",
        ),
        Mistake(
            (_loop(own=_random), _loop(own=lambda order, images, generator, step: torch.arange(BATCH))),
            "Images and labels are picked by different places: most images come with the label of another, "
            "so the net learns that labels say nothing.",
        ),
        Mistake(
            _loop(clear=False),
            "The gradients are never cleared (zero_grad), so each step follows the sum of all gradients so "
            "far: the net runs past every good place and swings about.",
        ),
        Mistake(
            (_loop(step_on=False), _loop(step_on=False, start=lambda model: model)),
            "There is a gradient, and no step follows it (optimiser.step()): the weights stay as they were "
            "at the start, however long the loop runs.",
        ),
        Mistake(
            _loop(anew=True),
            "The optimiser is made anew at every step, so Adam forgets all the gradients that it averages: "
            "each weight then moves by the full rate every time, and never settles. Make it before the loop.",
        ),
        Mistake(
            _loop(blend=lambda kept, weight, decay, step: (1 - decay) * kept + decay * weight),
            "The decay stands on the wrong side: with 0.99 the average is nearly the last step, and jumps "
            "about as the weights do.",
        ),
        Mistake(
            (
                _at_the_end(lambda kept, weight, decay: decay * kept + (1 - decay) * weight),
                _at_the_end(lambda kept, weight, decay: (kept + weight) / 2),
            ),
            "The average moves once, after the loop, where every step should move it a little: what lies "
            "between the first weights and the last leaves no trace in it.",
        ),
        Mistake(
            (_loop(mode=nn.Module.eval), _loop(mode=lambda model: model.train(False))),
            "The net trains in eval mode: dropout is off and a batch norm never learns its statistics. This "
            "U-Net has neither, but the next net that you hand to the loop may.",
        ),
        Mistake(
            (
                _loop(count=lambda steps, images: steps + 1),
                _loop(count=lambda steps, images: steps - 1),
                _loop(count=lambda steps, images: steps * math.ceil(len(images) / BATCH)),
            ),
            "The number of steps is not the one that was asked for: `steps` counts batches, neither epochs "
            "nor the places between steps.",
        ),
        Mistake(
            (
                _loop(ends=lambda model, average, first: (average, model)),
                _loop(ends=lambda model, average, first: (average, average)),
            ),
            "The average is returned in the net's place: the net comes first, and its average second.",
        ),
        Mistake(
            (_loop(rate=lambda lr: 1e-3), _loop(rate=lambda lr: 2e-3)),
            "The learning rate that you are given goes nowhere: hand lr=lr to the optimiser, which otherwise "
            "takes one of its own.",
        ),
        Mistake(
            tuple(
                _loop(blend=lambda kept, weight, decay, step, own=own: own * kept + (1 - own) * weight)
                for own in (0.99, 0.9, 0.95)
            ),
            "The decay that you are given goes nowhere: the average has one of its own, which suits a short "
            "training as badly as it suits a long one.",
        ),
        Mistake(
            _loop(optim=torch.optim.SGD),
            "This is plain gradient descent: its steps are as long as the gradient is, and a rate that suits "
            "AdamW does not suit it.",
        ),
        Mistake(
            _loop(start=_zeroed),
            "The average starts from zero and not from the net's first weights: until it has forgotten that, "
            "all its weights are too small.",
        ),
        Mistake(
            _loop(
                blend=lambda kept, weight, decay, step: (
                    decay * kept + (1 - decay) * weight if step else weight
                )
            ),
            "The average starts from the weights after the first step (torch's AveragedModel does that): "
            "here it starts from the untrained net, so the first step too moves it by its small share only.",
        ),
        Mistake(
            _loop(blend=lambda kept, weight, decay, step: (kept * (step + 1) + weight) / (step + 2)),
            "This is the plain mean of the weights at all steps: the first, worst ones count as much as the "
            "last, and decay has no say.",
        ),
        Mistake(
            (
                _loop(blend=lambda kept, weight, decay, step: kept + decay * (kept - weight)),
                _loop(blend=lambda kept, weight, decay, step: kept + (1 - decay) * (kept - weight)),
                _loop(blend=lambda kept, weight, decay, step: decay * kept + (1 + decay) * weight),
                _loop(blend=lambda kept, weight, decay, step: kept + (1 + decay) * (weight - kept)),
                _loop(blend=lambda kept, weight, decay, step: kept + (1 - decay) * weight),
                _loop(blend=lambda kept, weight, decay, step: decay * kept + weight),
            ),
            "A sign is turned, or the two shares do not add up to 1: the average runs away from the weights "
            "that it should follow.",
        ),
        Mistake(
            _a_net_a_step,
            "The net that you return has made one step: either there is a new net in every round, or the "
            "return stands inside the loop. The net, its average and the optimiser are made before it.",
        ),
        Mistake(
            _loop(sign=-1),
            "The steps go uphill: the sign of the loss is turned, and every step makes the net worse.",
        ),
    ],
    hints=[
        "Three things are made once, before the loop: the net, a copy of it, and the optimiser. What happens "
        "in each round: a batch, a loss, a step of the optimiser, and only then the average.",
        "Draw places, and use the same ones for images and labels: torch.randint(len(images), (64,), "
        "generator=generator). The loss wants the generator too. Clear the gradients before backward().",
        "The average's weights and the net's come in the same order from .parameters(): go through both with "
        "zip, under torch.no_grad(), and change the average in place (copy_ or lerp_). Return the net first.",
    ],
)
