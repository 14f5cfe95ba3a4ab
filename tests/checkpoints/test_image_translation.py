"""What the recipes of image translation share: equal starts, sharpness, patches."""

import torch

from course_utils.checkpoints import image_translation as shared
from course_utils.gan.translation import Translator

SETTINGS = {"d_width": 4, "d_norm": "spectral", "lr": 0.5, "d_lr": 0.25, "beta1": 0.5}


def test_nets_start_alike_and_a_discriminator_from_its_own_seed():
    torch.manual_seed(0)
    nets = shared.alike({name: Translator(1, 1, 4, blocks=0) for name in "ab"})
    x = torch.rand(2, 1, 8, 8)
    assert torch.equal(nets["a"](x), nets["b"](x))
    assert nets["a"].last.weight is not nets["b"].last.weight
    state = torch.random.get_rng_state()
    one, same, other = (shared.discriminator(SETTINGS, 1, seed).eval() for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(one(x), same(x)) and not torch.equal(one(x), other(x))
    assert shared.adam(SETTINGS, one, other, rate="d_lr").param_groups[0]["lr"] == 0.25


def test_steepness_is_the_mean_step_between_neighbours():
    ramp = torch.arange(4.0).expand(2, 1, 4, 4)  # steps of 1 across, none down
    assert shared.steepness(ramp) == 0.5 and shared.steepness(ramp.mT) == 0.5
    assert shared.steepness(torch.full((1, 3, 5, 5), 0.3)) == 0


def test_patches_are_pieces_of_the_images_that_hold_ink():
    x = torch.zeros(2, 1, 12, 12)
    x[0, 0, 6, 6] = 0.5
    rows = shared.patches(x)
    assert rows.shape == (25, 25) and rows.dtype == torch.float64  # the pixel in each place of a patch once
    assert torch.equal(rows.sum(0), torch.full((25,), 0.5).double())
    assert torch.equal(rows, shared.patches(x)) and not torch.equal(rows, shared.patches(x, seed=1))
