"""The shipped diffusion model of faces: its samples show what was asked for, and copy nothing."""

import functools

import pytest
import torch

from course_utils import checkpoints, data, diffusion, metrics

FACES = data.load("faces", "test", n=600, seed=9)  # no recipe trains or measures on these


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("faces_judge")[0]


def features(judge, x):
    with torch.no_grad():
        return judge.features(x)


def test_the_diffusion_model_draws_what_is_asked_for_and_copies_nothing(judge):
    model, record = checkpoints.load("faces_diffusion")
    labels = torch.arange(120) % 12
    x = diffusion.samplers.ddim(
        functools.partial(model, y=labels), diffusion.NoiseSchedule.cosine(), (120, 3, 32, 32),
        num_inference_steps=20, prediction_type="v_prediction", clip=(-1, 1),
        generator=torch.Generator().manual_seed(3),
    )  # fmt: skip
    x = ((x + 1) / 2).clamp(0, 1)
    read = judge.read(x)
    assert (read["hair"] == labels % 6).double().mean() > 0.85
    assert ((read["glasses"] > 0.5) == (labels >= 6)).double().mean() > 0.9
    stated = record["metrics"]
    assert stated["hair_as_asked"] > 0.9 and stated["glasses_as_asked"] > 0.9
    assert stated["distance_to_nearest"] > 0.7 * stated["held_out_distance_to_nearest"]
    assert metrics.frechet_distance(features(judge, x), features(judge, FACES.images)) < 10 * max(
        stated["frechet_distance"], 1
    )
