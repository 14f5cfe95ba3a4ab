"""Labels, steps and indices of any kind of whole number count as those of int64 do."""

import pytest
import torch

from course_utils import diffusion, latent, metrics, text, vae
from course_utils.diffusion import guidance
from course_utils.diffusion.guidance_exact import LabelledMixture
from course_utils.exact import GaussianMixture
from course_utils.gan import conditional, infogan, label_losses

SCHEDULE = diffusion.NoiseSchedule.linear(2)  # whose three levels are as many as the rows: a mask would fit
LEVELS = torch.arange(9.0).view(3, 3)
IMAGES = torch.linspace(0, 1, 3 * 64).view(3, 1, 8, 8)


def made(make, *args, **kwargs):
    """A network with weights that are always the same, and none of them zero."""
    torch.manual_seed(0)
    net = make(*args, **kwargs).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return net


def mixture():
    return LabelledMixture(GaussianMixture([[0.0], [1.0], [2.0]], 1.0), torch.arange(3))


CALLS = {
    "levels": lambda k: SCHEDULE.rates(k - 1, LEVELS)[0],
    "posterior": lambda k: SCHEDULE.posterior(LEVELS[:2], LEVELS[1:], k[:2] % 2)[0],
    "U-Net": lambda k: made(diffusion.UNet, width=8, classes=3)(IMAGES, k, k),
    "U-Net without a label": lambda k: made(diffusion.UNet, width=8, classes=3)(IMAGES, k),
    "DiT": lambda k: made(diffusion.DiT, (1, 8, 8), width=8, classes=3)(IMAGES, k, k),
    "DiT without a label": lambda k: made(diffusion.DiT, (1, 8, 8), width=8, classes=3)(IMAGES, k),
    "classifier": lambda k: guidance.class_log_prob(lambda x, t: x, k)(LEVELS, k),
    "mixture": lambda k: mixture().log_class(LEVELS[:, :1], k),
    "projection": lambda k: conditional.projection_logit(LEVELS, k, lambda x: x[:, :1], LEVELS.exp()),
    "batch norm": lambda k: made(conditional.ConditionalBatchNorm2d, 1, 3)(IMAGES, k),
    "category": lambda k: infogan.categorical_bound(LEVELS**2, k),
    "K + 1 classes": lambda k: label_losses.k_plus_one(LEVELS**2, k, LEVELS, LEVELS)[0],
    "words": lambda k: made(text.TextEncoder, 5, 3, 8)(k[None])[0],
    "VQ-VAE": lambda k: made(vae.VQVAE, (1, 8, 8), 3, 3).decode(k[None]),
    "VQ autoencoder": lambda k: made(latent.VQAutoencoder, (1, 4, 12), 3, 2).decode_indices(k[None, None]),
    "names": lambda k: metrics.best_names(k + 17, k + 17, 20)[17:],  # 19 * 20 is beyond a byte
}


@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.int8, torch.uint8])
@pytest.mark.parametrize("name", CALLS)
def test_as_int64(name, dtype):
    whole = torch.tensor([1, 2, 2])
    assert torch.equal(CALLS[name](whole.to(dtype)), CALLS[name](whole))


@pytest.mark.parametrize("name", ["U-Net without a label", "DiT without a label"])
def test_a_step_may_lie_in_between(name):
    """As a flow's time does: what is told at 2.0 is what is told at step 2, labels or none."""
    assert torch.equal(CALLS[name](torch.tensor([1.0, 2.0, 2.0])), CALLS[name](torch.tensor([1, 2, 2])))
