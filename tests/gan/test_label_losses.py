"""ACGAN's losses, and a discriminator with K + 1 classes, against softmax and cross-entropy by hand."""

import math

import pytest
import torch
from torch.nn import functional as F

from course_utils import gan
from course_utils.gan.label_losses import acgan_losses, k_plus_one, k_plus_one_logit


def logits(*shape, seed=0):
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


Y = torch.tensor([0, 3, 2, 3, 1])
Y_FAKE = torch.tensor([2, 2, 0, 1])


def log_prob(classes, y):
    """log p(y | x), written out."""
    p = classes.exp() / classes.exp().sum(1, keepdim=True)
    return p[torch.arange(len(y)), y].log()


@pytest.mark.parametrize("weight", [0.0, 1.0, 7.5])
def test_acgan_is_the_paper_s_sum(weight):
    """D minimises -(L_S + w L_C); G minimises -log D and -w L_C of its own samples (Odena, eqs. 2-3)."""
    real, fake = (logits(5, 1), logits(5, 4, seed=1)), (logits(4, 1, seed=2), logits(4, 4, seed=3))
    source = real[0].sigmoid().log().mean() + (1 - fake[0].sigmoid()).log().mean()
    classes = log_prob(real[1], Y).mean() + log_prob(fake[1], Y_FAKE).mean()
    pair = acgan_losses(weight)
    assert pair.d_loss(real, fake, Y, Y_FAKE).item() == pytest.approx(-(source + weight * classes).item())
    wanted = -fake[0].sigmoid().log().mean() - weight * log_prob(fake[1], Y_FAKE).mean()
    assert pair.g_loss(fake, Y_FAKE).item() == pytest.approx(wanted.item())


def test_without_its_class_term_acgan_is_the_plain_gan():
    real, fake = (logits(5, 1), logits(5, 4)), (logits(4, 1, seed=2), logits(4, 4))
    plain, pair = gan.losses["non_saturating"], acgan_losses(0.0)
    assert torch.equal(pair.d_loss(real, fake, Y, Y_FAKE), plain.d_loss(real[0], fake[0]))
    assert torch.equal(pair.g_loss(fake, Y_FAKE), plain.g_loss(fake[0]))
    with pytest.raises(ValueError, match="weight must be a finite number at least 0"):
        acgan_losses(-1.0)


def test_k_plus_one_is_softmax_with_a_logit_of_0():
    classes = logits(6, 10)
    p = torch.cat([classes, torch.zeros(6, 1, dtype=classes.dtype)], 1).softmax(1)  # K + 1 classes
    Z = classes.exp().sum(1)
    D = k_plus_one_logit(classes).sigmoid()[:, 0]
    assert torch.allclose(D, Z / (Z + 1)) and torch.allclose(D, 1 - p[:, 10])
    assert torch.allclose(p[:, :10] / p[:, :10].sum(1, keepdim=True), classes.softmax(1))


def test_any_k_plus_one_logits_are_those_with_the_last_at_0():
    free = logits(6, 11)
    assert torch.allclose(
        free.softmax(1)[:, 10], 1 - k_plus_one_logit(free[:, :10] - free[:, 10:]).sigmoid()[:, 0]
    )


def test_the_two_losses_are_cross_entropies_of_k_plus_one_classes():
    labelled, unlabelled, fake = logits(5, 10), logits(7, 10, seed=1), logits(3, 10, seed=2)
    supervised, unsupervised = k_plus_one(labelled, Y, unlabelled, fake)

    def full(classes):
        return torch.cat([classes, classes.new_zeros(len(classes), 1)], 1)

    truly = F.cross_entropy(full(labelled), Y) + (1 - full(labelled).softmax(1)[:, 10]).log().mean()
    assert supervised.item() == pytest.approx(truly.item())  # -log p(y | x, y < K + 1)
    real_or_not = -(1 - full(unlabelled).softmax(1)[:, 10]).log().mean()
    generated = F.cross_entropy(full(fake), torch.full((3,), 10))
    assert unsupervised.item() == pytest.approx((real_or_not + generated).item())


def test_a_shift_of_all_class_logits_moves_real_against_generated_only():
    labelled, unlabelled, fake = logits(5, 10), logits(7, 10, seed=1), logits(3, 10, seed=2)
    before = k_plus_one(labelled, Y, unlabelled, fake)
    after = k_plus_one(labelled + 2, Y, unlabelled + 2, fake + 2)
    assert torch.allclose(before[0], after[0]) and not torch.allclose(before[1], after[1])


def test_large_logits_do_not_overflow():
    wild = torch.tensor([[900.0, -900.0], [-900.0, -900.0]])
    assert torch.isfinite(torch.stack(k_plus_one(wild, torch.tensor([0, 1]), wild, wild))).all()
    assert k_plus_one_logit(torch.zeros(1, 10)).item() == pytest.approx(math.log(10))
    with pytest.raises(ValueError, match=r"classes must have shape \[B, K\]"):
        k_plus_one_logit(torch.zeros(3))
