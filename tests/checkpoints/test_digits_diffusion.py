"""The shipped diffusion model of digits: its figures are those of its provenance, and its samples are new."""

import functools

import pytest
import torch

from course_utils import checkpoints, data, diffusion, metrics

NAME = "digits_diffusion"


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("digit_classifier")[0]


def draw(model, n, labels, seed=3, steps=20):
    """n images in [0, 1] by the library's sampler with a seed and a number of steps of the test's own."""
    generator = torch.Generator().manual_seed(seed)
    conditional = functools.partial(model, y=labels)
    x = diffusion.samplers.ddim(
        conditional, diffusion.NoiseSchedule.cosine(), (n, 1, 8, 8), num_inference_steps=steps,
        prediction_type="v_prediction", generator=generator, clip=(-1, 1),
    )  # fmt: skip
    return ((x + 1) / 2).clamp(0, 1)


@pytest.fixture(scope="module")
def asked(shipped):
    labels = torch.arange(400) % 10
    return labels, draw(shipped[0], 400, labels)


def test_samples_are_read_as_asked(shipped, judge, asked):
    labels, images = asked
    assert metrics.agreement(judge, images, labels) >= 0.95
    assert shipped[1]["metrics"]["read_as_asked"] >= 0.97


def test_the_label_alone_decides_which_digit_comes_of_the_same_noise(shipped, judge, asked):
    labels, _ = asked
    other = draw(shipped[0], 400, (labels + 1) % 10)
    assert metrics.agreement(judge, other, (labels + 1) % 10) >= 0.95


def test_without_labels_every_digit_comes(shipped, judge):
    counts = judge(draw(shipped[0], 300, None)).argmax(1).bincount(minlength=10)
    assert counts.min() >= 10 and counts.max() <= 70  # 30 each, were they equal


def test_samples_are_no_copies(asked):
    """A sample is about as far from the nearest training digit as a held-out digit is."""
    train, test = data.load("digits").flat, data.load("digits", split="test").flat
    to_samples, to_test = (torch.cdist(x, train).min(1).values for x in (asked[1].flatten(1), test))
    assert to_samples.median() > 0.6 * to_test.median()
    assert (to_samples < 0.2 * to_test.median()).double().mean() < 0.02


def test_the_held_out_error_is_the_stated_one(shipped):
    """With steps and noise of the test's own."""
    model, record = shipped
    held_out, schedule = data.load("digits", split="test"), diffusion.NoiseSchedule.cosine()
    generator, errors = torch.Generator().manual_seed(11), []
    x0 = 2 * held_out.images - 1
    for _ in range(8):
        t = torch.randint(1000, (len(x0),), generator=generator)
        noise = torch.randn(x0.shape, generator=generator)
        level = schedule.alphas_cumprod[t].float().view(-1, 1, 1, 1)
        x_t = level.sqrt() * x0 + (1 - level).sqrt() * noise
        with torch.no_grad():
            v = model(x_t, t, held_out.labels)
        errors.append((v - level.sqrt() * noise + (1 - level).sqrt() * x0).square().mean().item())
    assert record["metrics"]["test_error_of_v"] == pytest.approx(sum(errors) / 8, rel=0.05)
