"""The shipped pix2pix nets: L1 paints pale faces, with a GAN they are coloured and further from the truth."""

import pytest
import torch

from course_utils import checkpoints
from course_utils.checkpoints import faces_pix2pix as recipes
from course_utils.diffusion.control import colour_edges


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("faces_pix2pix")


@pytest.fixture(scope="module")
def made(shipped):
    """A hundred held-out faces, and what each net makes of their outlines."""
    truth = recipes.faces("test").images[:100]
    told = recipes.told(truth, torch.Generator().manual_seed(0))
    with torch.no_grad():
        return truth, {name: net(told) for name, net in shipped[0].items()}


def test_a_net_is_told_the_outline_and_noise():
    truth = recipes.faces("test").images[:2]
    told = recipes.told(truth, torch.Generator().manual_seed(0))
    assert told.shape == (2, 2, 32, 32)
    assert torch.equal(told[:, :1], colour_edges(truth))
    other = recipes.told(truth, torch.Generator().manual_seed(1))
    assert not torch.equal(told[:, 1], other[:, 1])


def test_grey_has_no_colour_and_red_has_all():
    grey, red = torch.full((1, 3, 4, 4), 0.4), torch.zeros(1, 3, 4, 4)
    red[:, 0] = 1.0
    assert recipes.colourfulness(grey) == 0
    assert recipes.colourfulness(red) == 1


def test_l1_is_nearest_pixel_by_pixel_and_pale(made):
    truth, images = made
    error = {name: float((x - truth).abs().mean()) for name, x in images.items()}
    assert error["L1"] < error["both"] < error["GAN"]
    colour = {name: float(recipes.colourfulness(x)) for name, x in images.items()}
    assert colour["L1"] < 0.7 * colour["both"]


def test_with_both_the_faces_are_likest_to_faces(shipped):
    metrics = shipped[1]["metrics"]
    distance = {name: metrics[f"frechet_distance_{name}"] for name in ("true", "L1", "GAN", "both")}
    assert distance["true"] < distance["both"] < distance["L1"] < distance["GAN"]


def test_a_short_training_keeps_averages_of_all_three():
    settings = recipes.SETTINGS | {"steps": 2, "width": 4, "d_width": 4}
    nets, runs = recipes.train(settings, recipes.build(settings), recipes.faces("test"), progress=False)
    assert runs.steps == 6 and not runs.interrupted
    told = recipes.told(recipes.faces("test").images[:2])
    assert {name: net(told).shape for name, net in nets.items()} == dict.fromkeys(
        recipes.KINDS, (2, 3, 32, 32)
    )
