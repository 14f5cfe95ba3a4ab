"""Terms of ACGAN's losses, right and wrong, and the losses put together from them."""

import torch
from torch.nn import functional as F


def source(logits, target, reduction="mean"):
    """Cross-entropy of real against generated, with the same target for all."""
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target), reduction=reduction)


def class_term(logits, y, reduction="mean"):
    """Cross-entropy of the class."""
    return F.cross_entropy(logits, y, reduction=reduction)


def losses(d_source=None, d_real=None, d_fake=None, g_source=None, g_class=None):
    """ACGAN's losses with terms replaced; each is a function of (real, fake, y_real, y_fake)."""
    right = (
        (d_source, lambda r, f, y, z: source(r[0], 1.0) + source(f[0], 0.0)),
        (d_real, lambda r, f, y, z: class_term(r[1], y)),
        (d_fake, lambda r, f, y, z: class_term(f[1], z)),
        (g_source, lambda r, f, y, z: source(f[0], 1.0)),
        (g_class, lambda r, f, y, z: class_term(f[1], z)),
    )
    parts = [changed or kept for changed, kept in right]

    def wrong(real, fake, y_real, y_fake):
        one, two, three, four, five = (part(real, fake, y_real, y_fake) for part in parts)
        return one + two + three, four + five

    return wrong


def class_losses(term, source_term=source):
    """The losses with another class term(logits, y), or another source_term(logits, target), throughout."""

    def wrong(real, fake, y_real, y_fake):
        on_fake = term(fake[1], y_fake)
        d_loss = source_term(real[0], 1.0) + source_term(fake[0], 0.0) + term(real[1], y_real) + on_fake
        return d_loss, source_term(fake[0], 1.0) + on_fake

    return wrong


def k_plus_one(logits):
    """The logits with one more, which is 0."""
    return torch.cat([logits, torch.zeros_like(logits[:, :1])], 1)


def last(logits):
    """The label K for each row."""
    return torch.full((len(logits),), logits.shape[1])


def by_probability(logits, target):
    """Binary cross-entropy of the sigmoid, which torch cuts off at 100."""
    return F.binary_cross_entropy(logits.sigmoid(), torch.full_like(logits, target))


def by_log(log):
    """Source and class terms with another logarithm, of probabilities."""

    def term(logits, y):
        return -log(logits.softmax(1)[torch.arange(len(y)), y]).mean()

    def source_term(logits, target):
        return -log(logits.sigmoid() if target else 1 - logits.sigmoid()).mean()

    return class_losses(term, source_term), class_losses(term), class_losses(class_term, source_term)


LOGS = (
    torch.log,
    *(lambda p, small=small: torch.log(p + small) for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12)),
    *(lambda p, small=small: p.clamp(min=small).log() for small in (1e-6, 1e-7, 1e-8, 1e-12)),
)


def paired(real, fake, y_real, y_fake):
    """The class terms added image by image before the mean."""
    return (class_term(real[1], y_real, "none") + class_term(fake[1], y_fake, "none")).mean()


def paired_source(real, fake, y_real, y_fake):
    """The source terms added image by image before the mean."""
    return (F.softplus(-real[0]) + F.softplus(fake[0])).mean()


def pooled(real, fake, y_real, y_fake):
    """The class term of real and generated images as one batch."""
    return class_term(torch.cat([real[1], fake[1]]), torch.cat([y_real, y_fake]))


def pooled_source(real, fake, y_real, y_fake):
    """The source term of real and generated images as one batch."""
    logits = torch.cat([real[0], fake[0]])
    return F.binary_cross_entropy_with_logits(
        logits, torch.cat([torch.ones_like(real[0]), torch.zeros_like(fake[0])])
    )
