"""The shipped autoencoders of glyphs: what a code costs, what the losses do, and that scaled codes fit."""

import pytest
import torch

from course_utils import checkpoints, data, latent
from course_utils.checkpoints import glyphs_codes as recipes

FRESH = data.load("glyphs", "test", n=300, seed=9)  # no recipe trains or measures on these


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("glyphs_codes")


def test_the_seven_have_the_codes_of_their_names(shipped):
    codes, stated = shipped[0], shipped[1]["metrics"]
    assert list(codes) == ["kl_1", "kl_2", "kl_4", "vq_16", "vq_64", "vq_512", "vqgan"]
    assert [stated[f"numbers_kl_{c}"] for c in (1, 2, 4)] == [49, 98, 196]
    assert [stated[f"bits_{name}"] for name in list(codes)[3:]] == [196, 294, 441, 294]
    assert all(sum(p.numel() for p in net.parameters()) <= 60_000 for net in codes.values())


def test_a_larger_code_has_a_smaller_error(shipped):
    stated = shipped[1]["metrics"]
    for names in (("kl_4", "kl_2", "kl_1"), ("vq_512", "vq_64", "vq_16")):
        errors = [stated[f"error_{name}"] for name in names]
        assert errors == sorted(errors)


@pytest.mark.parametrize("name", ["kl_4", "vq_64", "vqgan"])
def test_the_stated_error_is_that_of_other_glyphs_too(shipped, name):
    decoded, _ = recipes.reconstructed(shipped[0][name], FRESH.images)
    error = (decoded - FRESH.images).square().mean().sqrt().item()
    assert error == pytest.approx(shipped[1]["metrics"][f"error_{name}"], rel=0.1)


def test_vqgan_is_sharper_than_the_same_code_without_its_losses_and_no_nearer(shipped):
    stated = shipped[1]["metrics"]
    assert stated["sharpness_vq_64"] + 0.02 < stated["sharpness_vqgan"]
    assert stated["error_vqgan"] > stated["error_vq_64"]
    assert stated["distance_vqgan"] < stated["distance_vq_64"]


@torch.no_grad()
def test_scaled_codes_have_deviation_one(shipped):
    codes = shipped[0]
    for name in recipes.KL:
        z = codes.space(name).encode(FRESH.images, torch.Generator().manual_seed(0))
        assert z.std() == pytest.approx(1, abs=0.05), name
    for name in recipes.VQ:
        z = codes[name].quantise(codes[name].encode(FRESH.images)).z
        assert codes.scale(name) * z.std() == pytest.approx(1, abs=0.05), name
    with pytest.raises(ValueError, match="kl_4"):
        codes.scale("kl4")


def test_sharpness_is_the_slope_of_a_ramp():
    ramp = 0.3 * torch.arange(6.0).view(1, 1, 6, 1) + 0.4 * torch.arange(5.0).view(1, 1, 1, 5)
    assert recipes.sharpness(ramp) == pytest.approx(0.5, rel=1e-5)


def test_the_perceptual_loss_is_0_for_the_image_itself_alone():
    judge = checkpoints.load("glyphs_judge")[0]
    x = FRESH.images[:8]
    assert recipes.perceptual(judge, x, x) == 0 < recipes.perceptual(judge, x.roll(1, 3), x)


def test_a_brief_training_restarts_what_is_not_used_and_plays_the_critic_late():
    brief = {**recipes.SETTINGS, "steps": 2, "restart_every": 1, "batch_size": 8}
    torch.manual_seed(0)
    net = latent.VQAutoencoder((1, 28, 28), 64, 4, (4, 4))
    before = net.quantizer.codebook.detach().clone()
    added = recipes.Perception(recipes.SETTINGS["vqgan"])
    critic = [p.detach().clone() for p in added.critic.parameters()]
    update = recipes.VQUpdate(brief, net, added)
    for step in range(2):
        update(FRESH.images[:8])
        moved = any(not torch.equal(p, q) for p, q in zip(added.critic.parameters(), critic, strict=True))
        assert moved == (step == 1)
    far = (net.quantizer.codebook - before).norm(dim=1) > 0.1
    assert far.sum() > 32  # untouched entries were put on codes, which lie near one another at first
