"""Guidance: making samples more like their label, with a classifier or without one.

One scale s, the `guidance_scale` of diffusers: 0 ignores the label, 1 is the conditional model itself (no
guidance), above 1 exaggerates what the label changes. Papers that write (1 + w) cond - w uncond have
w = s - 1. Whatever these functions return is a model(x_t, t) again, and goes into any sampler.
"""

import torch

from .._draws import uniform
from .._validate import (
    check_alike,
    check_answer,
    check_callable,
    check_choice,
    check_generator,
    check_int,
    check_number,
    check_tensor,
    check_whole,
)
from ..text.tokens import empty_sentences
from .predictions import predictions
from .schedule import check_schedule


def combine(uncond, cond, guidance_scale):
    """uncond + s (cond - uncond), from two predictions of one kind (Ho & Salimans 2021, eq. 6, w = s - 1).

    uncond, cond: [B, ...], both epsilon, both x_0, both v or both scores: the rule is the same for all, as
    they are linear in each other. guidance_scale: s; 1 gives cond and 0 uncond, to the last bit.
    Raises ValueError where the shapes differ.
    """
    check_alike("cond", cond, "uncond", uncond)
    return torch.lerp(uncond, cond, check_number("guidance_scale", guidance_scale))  # exact at both ends


def mixed(uncond_model, cond_model, guidance_scale):
    """model(x_t, t) that asks two models, networks or exact ones, and combines their answers."""
    check_callable("uncond_model", uncond_model, "x_t", "t")
    check_callable("cond_model", cond_model, "x_t", "t")
    check_number("guidance_scale", guidance_scale)

    def model(x_t, t):
        return combine(uncond_model(x_t, t), cond_model(x_t, t), guidance_scale)

    return model


def classifier_free(net, y, guidance_scale, null=None):
    """model(x_t, t) of one conditional network, asked with and without its label in one call of 2 B images.

    net: callable (x_t [B, ...], t [B], y [B]) -> [B, ...], trained with `drop_labels`; y: [B] int, one label
    for each image of the batch to be drawn; null: the label that means "not told", net.classes by default.
    Source: Ho & Salimans 2021, algorithm 2.
    """
    check_callable("net", net, "x_t", "t", "y")
    check_whole("y", y, "[B]")
    check_number("guidance_scale", guidance_scale)
    null = check_int("null", net.classes if null is None else null, minimum=0)
    both = torch.cat([torch.full_like(y, null), y])

    def model(x_t, t):
        if len(x_t) != len(y):
            raise ValueError(f"y must hold one label for each of the {len(x_t)} images; got {len(y)} labels.")
        uncond, cond = net(torch.cat([x_t, x_t]), torch.cat([t, t]), both).chunk(2)
        return combine(uncond, cond, guidance_scale)

    return model


def drop_labels(y, null, share, generator=None):
    """The labels y [B] with each replaced by null with probability share, for the training of both at once.

    One network so learns the conditional model and, under the label null, the unconditional one (Ho &
    Salimans 2021, algorithm 1). y itself is left alone.
    """
    check_generator("generator", generator)
    check_whole("y", y, "[B]")
    check_number("share", share, 0, 1)
    hidden = uniform((len(y),), y.device, generator=generator) < share
    return torch.where(hidden, check_int("null", null, minimum=0), y)


def drop_sentences(tokens, share, generator=None):
    """The rows of tokens [B, L] with each replaced by the empty sentence with probability share.

    What `drop_labels` is for labels (Ho & Salimans 2021, algorithm 1). tokens: int64, of a text.Tokenizer;
    they are left alone.
    """
    check_generator("generator", generator)
    check_whole("tokens", tokens, "[B, L]")
    check_number("share", share, 0, 1)
    hidden = uniform((len(tokens), 1), tokens.device, generator=generator) < share
    return torch.where(hidden, empty_sentences(*tokens.shape, tokens.device).to(tokens.dtype), tokens)


def classifier_gradient(log_prob, x_t, t):
    """grad_{x_t} log p(y | x_t), [B, ...], of each image for itself; it carries no graph.

    log_prob: callable (x_t [B, ...], t [B]) -> [B], see `class_log_prob`; works under torch.no_grad too,
    which samplers set.
    """
    check_callable("log_prob", log_prob, "x_t", "t")
    check_tensor("x_t", x_t, "[B, ...]"), check_tensor("t", t, f"[{len(x_t)}]", floating=False)
    with torch.enable_grad():
        x_t = x_t.detach().requires_grad_()
        says = check_answer("log_prob", log_prob(x_t, t), x_t.shape[:1])
        total = says.sum()  # image i enters term i only, so the gradient of the sum is each one's
        return torch.autograd.grad(total, x_t)[0]


def class_log_prob(classifier, y):
    """log_prob(x_t, t) -> [B], log p(y | x_t), of a classifier's logits.

    classifier: callable (x_t [B, ...], t [B]) -> logits [B, K], trained on noisy images; y: [B] int.
    """
    check_callable("classifier", classifier, "x_t", "t")
    y = check_whole("y", y, "[B]")

    def log_prob(x_t, t):
        return classifier(x_t, t).log_softmax(dim=1).gather(1, y[:, None])[:, 0]

    return log_prob


def classifier_guided(model, log_prob, schedule, guidance_scale, prediction_type="epsilon"):
    """model(x_t, t) whose epsilon is eps - s sqrt(1 - alpha-bar_t) grad log p(y | x_t).

    model: callable (x_t, t) -> [B, ...] without a label, predicting `prediction_type`, and so does the
    result; log_prob: callable (x_t, t) -> [B]. In terms of the score it adds s times the gradient.
    Source: Dhariwal & Nichol 2021, algorithm 2; Song et al. 2021, section 5.
    """
    target = predictions[check_choice("prediction_type", prediction_type, predictions)].target
    check_number("guidance_scale", guidance_scale), check_schedule(schedule)
    check_callable("model", model, "x_t", "t"), check_callable("log_prob", log_prob, "x_t", "t")

    def guided(x_t, t):
        signal, sigma = schedule.rates(t, x_t)
        gradient = guidance_scale * classifier_gradient(log_prob, x_t, t)
        # what the gradient adds to the noise, and so, as x_t stays, to x_0; each kind is linear in the two
        noise, x0 = -sigma * gradient, sigma**2 / signal * gradient
        return model(x_t, t) + target(x0, noise, signal, sigma)

    return guided
