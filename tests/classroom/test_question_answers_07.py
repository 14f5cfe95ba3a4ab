"""The answers to the questions on lesson 07, computed."""

import math

import pytest
import torch
from answering import holds, load

from course_utils.gan import label_theory


def test_where_the_label_is_a_toss():
    bell = torch.distributions.Normal(0.0, 1.0).log_prob(torch.linspace(-6, 6, 1201)).exp().double() / 2
    both = torch.stack([bell, bell])
    parts = label_theory.label_parts(both, both, 0.01)
    asked = (parts.marginal + parts.cross_entropy).item()
    assert parts.joint.item() == pytest.approx(0, abs=1e-6)
    holds("07", "where-the-label-is-a-toss", f"0 and {asked:.2f}")


def test_ten_logits_of_zero():
    probabilities = torch.zeros(11).softmax(0)
    real = 1 - probabilities[-1].item()
    assert -math.log(10) == pytest.approx(-2.3, abs=0.01)
    holds("07", "ten-logits-of-zero", f"{real:.2f}", reason=[f"{probabilities[0].item():.2f} = 1/11"])


def test_a_reader_half_sure():
    bound = math.log(0.5) + math.log(10)
    reason = [f"The {math.log(2):.2f} is", f"{math.log(10) / 2:.2f} is half"]
    holds("07", "a-reader-half-sure", f"{bound:.2f} nats", reason=reason)


def test_where_to_put_the_stride():
    sizes = []
    for place in range(3):
        x = torch.zeros(1, 1, 41, requires_grad=True)
        out = x
        for layer in range(3):
            out = torch.conv1d(out, torch.ones(1, 1, 3), stride=2 if layer == place else 1)
        out[0, 0, out.shape[2] // 2].backward()
        sizes.append(int((x.grad != 0).sum()))
    assert sizes == [11, 9, 7]
    holds("07", "where-to-put-the-stride", "first one", "11", reason=["= 11", "= 9", "only 7"])


def test_a_colour_for_an_outline():
    values, weights = torch.tensor([0.1, 0.2, 0.9]), torch.tensor([0.3, 0.3, 0.4])
    painted = torch.linspace(0, 1, 1001)
    off = painted[:, None] - values
    best, mean = (painted[(error @ weights).argmin()].item() for error in (off.abs(), off.square()))
    (question,) = [one for one in load("07") if one.id == "a-colour-for-an-outline"]
    assert float(question.options[question.answer]) == pytest.approx(best, abs=1e-3)
    holds("07", "a-colour-for-an-outline", f"{best:.1f}", reason=[f"the mean, {mean:.2f}"])


def test_what_the_cycle_cannot_see():
    """A swap of classes, undone on the way back, has no cycle loss and leaves every heap as it was."""
    heap = torch.arange(10).repeat(3)
    swap = torch.tensor([0, 1, 2, 8, 4, 5, 6, 7, 3, 9])
    assert torch.equal(swap[swap[heap]], heap)
    assert torch.equal(swap[heap].bincount(), heap.bincount())
    holds("07", "what-the-cycle-cannot-see", "written as a 3")


def test_sharp_and_half_the_time_wrong():
    true = torch.tensor([0.0, 1.0])
    grey, sharp = (true - 0.5).square().mean().item(), true.square().mean().item()
    gain = 10 * math.log10(sharp / grey)
    reason = [f"always {grey:.2f}", f"{sharp:.1f} on average", f"{10 * math.log10(1 / 0.25):.0f} dB only if"]
    holds("07", "sharp-and-half-the-time-wrong", f"A is better by {gain:.0f} dB", reason=reason)


def test_one_pixel_through_adain():
    right = 0.5 * (7 - 3) / 2 + 1
    without, exchanged, no_mean = 0.5 * (7 - 3) + 1, 2 * (7 - 1) / 0.5 + 3, 0.5 * (7 - 3) / 2
    (question,) = [one for one in load("07") if one.id == "one-pixel-through-adain"]
    assert question.options == tuple(f"{value:.0f}" for value in (right, without, exchanged, no_mean))
    assert question.answer == 0
