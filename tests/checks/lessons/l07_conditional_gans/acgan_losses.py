"""Right answers to cgan.acgan_losses in other words."""

import torch
from torch import nn
from torch.nn import functional as F


def losses_by_targets(real, fake, y_real, y_fake):
    """Cross-entropy with targets of ones and zeros."""
    (real_source, real_classes), (fake_source, fake_classes) = real, fake
    bce, ce = nn.BCEWithLogitsLoss(), nn.CrossEntropyLoss()
    on_real = bce(real_source, torch.ones_like(real_source)) + ce(real_classes, y_real)
    on_fake = bce(fake_source, torch.zeros_like(fake_source)) + ce(fake_classes, y_fake)
    return on_real + on_fake, bce(fake_source, torch.ones_like(fake_source)) + ce(fake_classes, y_fake)


def losses_from_what_is_maximised(real, fake, y_real, y_fake):
    """L_S and L_C as the paper has them, and a minus; log-softmax and the label's entry."""

    def log_class(classes, y):
        return classes.log_softmax(dim=1).gather(1, y[:, None]).mean()

    source = F.logsigmoid(real[0]).mean() + F.logsigmoid(-fake[0]).mean()
    classes = log_class(real[1], y_real) + log_class(fake[1], y_fake)
    return -(source + classes), -(F.logsigmoid(fake[0]).mean() + log_class(fake[1], y_fake))


def losses_by_logsumexp(real, fake, y_real, y_fake):
    """Every logarithm written out: log-sum-exp less the label's logit, and log(1 + e^l)."""

    def class_term(classes, y):
        return (torch.logsumexp(classes, 1) - classes[torch.arange(len(y)), y]).mean()

    def source_term(logits):
        return torch.logaddexp(logits, torch.zeros_like(logits)).sum() / logits.numel()

    asked = class_term(fake[1], y_fake)
    d_loss = source_term(-real[0]) + source_term(fake[0]) + class_term(real[1], y_real) + asked
    return d_loss, source_term(-fake[0]) + asked


def losses_as_a_list(real, fake, y_real, y_fake):
    """nll_loss of log-softmax, and a list for the pair."""
    d_loss = 0.0
    for (source, classes), y, sign in ((real, y_real, -1), (fake, y_fake, 1)):
        d_loss = d_loss + F.softplus(sign * source).mean() + F.nll_loss(F.log_softmax(classes, -1), y)
    g_loss = F.softplus(-fake[0]).mean() + F.nll_loss(F.log_softmax(fake[1], -1), y_fake)
    return [d_loss, g_loss]
