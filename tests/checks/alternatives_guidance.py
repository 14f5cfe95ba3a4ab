"""Right answers in other words for the exercises of notebook 14, Guidance: with and without a classifier."""

import numpy as np
import torch
import torch.nn.functional as F


def gradient_by_cross_entropy(x_t, t, y, classifier):
    with torch.enable_grad():
        x = x_t.detach().clone().requires_grad_(True)
        loss = F.cross_entropy(classifier(x, t), y, reduction="sum")
        (found,) = torch.autograd.grad(loss, x)
    return -found


def gradient_by_backward(x_t, t, y, classifier):
    """Backward, but to x alone: the classifier's weights get nothing."""
    with torch.enable_grad():
        x = x_t.detach().requires_grad_()
        classifier(x, t).log_softmax(-1)[torch.arange(len(y)), y].sum().backward(inputs=[x])
    return x.grad


def gradient_by_hand_from_logits(x_t, t, y, classifier):
    """The logit of y minus the log of the normaliser."""
    with torch.set_grad_enabled(True):
        x = x_t.detach().requires_grad_()
        logits = classifier(x, t)
        total = (logits.gather(1, y.unsqueeze(1)).squeeze(1) - logits.logsumexp(dim=1)).sum()
        return torch.autograd.grad(total, [x])[0]


@torch.enable_grad()
def gradient_loop(x_t, t, y, classifier):
    found = []
    for i in range(len(x_t)):
        x = x_t[i : i + 1].detach().requires_grad_()
        log_p = classifier(x, t[i : i + 1]).log_softmax(1)[0, y[i]]
        found.append(torch.autograd.grad(log_p, x)[0])
    return torch.cat(found)


def epsilon_by_score(epsilon, gradient, level, scale):
    sigma = (1 - level) ** 0.5
    score = -epsilon / sigma + scale * gradient
    return -sigma * score


def epsilon_addcmul(epsilon, gradient, level, scale):
    return torch.addcmul(epsilon, torch.sqrt(1 - level), gradient, value=-scale)


def variance_of_products(std, total_std, scale):
    s2, S2 = std.square(), total_std.square()
    return s2 * S2 / (scale * S2 + (1 - scale) * s2)


def variance_by_bayes(std, total_std, scale):
    """The precision of p(x), and s times what the label adds."""
    prior = total_std**-2
    return (prior + scale * (std**-2 - prior)).reciprocal()


def drop_by_bernoulli(y, null, share, generator):
    hidden = torch.bernoulli(torch.full(y.shape, float(share)), generator=generator).bool()
    return y.masked_fill(hidden, null)


def drop_by_copy(y, null, share, generator):
    out = y.clone()
    out[torch.rand(y.shape, generator=generator) < share] = null
    return out


def drop_by_arithmetic(y, null, share, generator):
    kept = (torch.rand(y.numel(), generator=generator) >= share).long()
    return y * kept + null * (1 - kept)


def drop_loop(y, null, share, generator):
    coins = torch.rand(len(y), generator=generator).tolist()
    return torch.tensor(
        [null if coin < share else label for coin, label in zip(coins, y.tolist(), strict=True)]
    )


def drop_numpy(y, null, share, generator):
    return np.where(torch.rand(len(y), generator=generator).numpy() < share, null, y.numpy())


def combine_by_lerp(uncond, cond, scale):
    return torch.lerp(uncond, cond, scale)


def combine_by_weights(uncond, cond, scale):
    return scale * cond + (1 - scale) * uncond


def combine_from_cond(uncond, cond, scale):
    """The papers' form, with w = s - 1."""
    w = scale - 1
    return (1 + w) * cond - w * uncond


def call_label_first(x_t, t, y, net, null, scale):
    labels = torch.cat((y, torch.full_like(y, null)))
    out = net(torch.cat((x_t, x_t)), torch.cat((t, t)), labels)
    cond, uncond = out[: len(y)], out[len(y) :]
    return torch.lerp(uncond, cond, scale)


def call_by_repeat(x_t, t, y, net, null, scale):
    ones = [1] * (x_t.ndim - 1)
    out = net(x_t.repeat(2, *ones), t.repeat(2), torch.hstack([0 * y + null, y]))
    uncond, cond = out.unflatten(0, (2, len(y)))
    return uncond * (1 - scale) + scale * cond


def call_in_pairs(x_t, t, y, net, null, scale):
    """Each image beside its copy."""
    labels = torch.stack([torch.full_like(y, null), y], dim=1).flatten()
    out = net(x_t.repeat_interleave(2, 0), t.repeat_interleave(2), labels)
    return out[::2] + scale * (out[1::2] - out[::2])


RIGHT = {
    "guidance.classifier_gradient": [
        gradient_by_cross_entropy, gradient_by_backward, gradient_by_hand_from_logits, gradient_loop,
    ],
    "guidance.classifier_epsilon": [epsilon_by_score, epsilon_addcmul],
    "guidance.tilted_variance": [variance_of_products, variance_by_bayes],
    "guidance.drop_labels": [drop_by_bernoulli, drop_by_copy, drop_by_arithmetic, drop_loop],
    "guidance.combine": [combine_by_lerp, combine_by_weights, combine_from_cond],
    "guidance.one_call": [call_label_first, call_by_repeat, call_in_pairs],
}  # fmt: skip

OTHER_TYPE = {"guidance.drop_labels": [drop_numpy]}
