"""The shipped VAE of faces: what it encodes, its reconstructions show."""

import pytest
import torch

from course_utils import checkpoints, data

FACES = data.load("faces", "test", n=600, seed=9)  # no recipe trains or measures on these


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("faces_judge")[0]


def test_the_vae_keeps_what_it_encodes(judge):
    model = checkpoints.load("faces_vae")[0]
    with torch.no_grad():
        mean, _ = model.encode(FACES.images)
        rebuilt = model.decoder(mean)
    read, truth = judge.read(rebuilt), FACES.factors
    assert (rebuilt - FACES.images).square().mean().sqrt() < 0.1
    assert ((read["glasses"] > 0.5) == truth["glasses"].bool()).double().mean() > 0.9
    assert torch.stack([read["smile"].double(), truth["smile"].double()]).corrcoef()[0, 1] > 0.7
