"""The shipped GAN of faces: every kind of face is among its samples."""

import pytest
import torch

from course_utils import checkpoints


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("faces_judge")[0]


def test_the_gan_draws_faces_with_and_without_glasses(judge):
    model, record = checkpoints.load("faces_dcgan")
    with torch.no_grad():
        x = model(torch.randn(600, 64, generator=torch.Generator().manual_seed(5)))
    share = (judge.read(x)["glasses"] > 0.5).double().mean()
    assert x.shape == (600, 3, 32, 32) and 0.25 < share < 0.75
    assert record["metrics"]["share_of_rarest_hair"] > 0.03
