"""The shipped super-resolution nets: the discriminator costs decibels and buys sharpness and realism."""

import pytest
import torch
from torch.nn import functional as F

from course_utils import checkpoints
from course_utils.checkpoints import digits_srgan as recipes
from course_utils.checkpoints.glyphs_superres import enlarge, shrink
from course_utils.checkpoints.image_translation import steepness


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_srgan")


@pytest.fixture(scope="module")
def made(shipped):
    """A hundred held-out digits, ten of each: the truth, and what each net makes of it."""
    truth = recipes.digits("test").images[::10]
    with torch.no_grad():
        return truth, {name: net(shrink(truth)) for name, net in shipped[0].items()}


def test_psnr_is_that_of_its_formula():
    x = torch.zeros(2, 1, 4, 4)
    y = x + torch.tensor([0.1, 0.01]).view(2, 1, 1, 1)
    assert float(recipes.psnr(y, x)) == pytest.approx(30, abs=1e-3)  # 20 and 40 dB


def test_the_content_is_a_sum_of_squared_errors():
    judge, _ = checkpoints.load("mnist_classifier")
    fake, y = torch.rand(2, 2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    pixels = recipes.content(judge, 20.0, 0.0)(None, fake, y)
    torch.testing.assert_close(pixels, 20 * F.mse_loss(fake, y))
    first = [torch.relu(judge.body[2](torch.relu(judge.body[0](image)))) for image in (fake, y)]
    both = recipes.content(judge, 20.0, 3.0)(None, fake, y)
    torch.testing.assert_close(both, pixels + 3 * F.mse_loss(*first))
    assert recipes.content(judge, 1.0, 1.0)(None, y, y) == 0


def test_every_net_makes_large_digits_better_than_interpolation_does(made):
    truth, images = made
    bicubic = recipes.psnr(enlarge(shrink(truth), "bicubic").clamp(0, 1), truth)
    for x in images.values():
        assert x.shape == truth.shape and x.min() >= 0 and x.max() <= 1
    assert recipes.psnr(images["pixels"], truth) > bicubic + 1


def test_the_discriminator_costs_decibels_and_buys_sharpness_and_realism(shipped, made):
    truth, images = made
    assert recipes.psnr(images["gan"], truth) < recipes.psnr(images["content"], truth)
    assert steepness(images["content"]) < steepness(images["gan"])
    metrics = shipped[1]["metrics"]
    assert metrics["psnr_gan"] < metrics["psnr_content"]
    assert metrics["sharpness_content"] < metrics["sharpness_gan"]
    assert metrics["patch_distance_true"] < metrics["patch_distance_gan"]
    assert metrics["patch_distance_gan"] < metrics["patch_distance_content"]
