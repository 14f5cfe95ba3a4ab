"""A diffusion model that makes 28x28 glyphs of 7x7 ones, for lesson 15: SR3 in small (Saharia et al. 2021).

It sees the small image, enlarged, as further channels beside the noisy one, and is not told the label. Its
functions serve faces_superres too: pictures of any number of channels.
"""

import functools

import torch
from torch.nn import functional as F

from .. import diffusion
from ..diffusion.unet import UNet
from . import glyphs_diffusion
from .digits_diffusion import draw, schedule
from .recipe import Recipe, fit

FACTOR = 4  # height and width of the large image over those of the small one
SETTINGS = {
    "n": glyphs_diffusion.N_TRAIN,
    "seed": 0,
    "width": 16,
    "multipliers": [1, 2, 4],
    "factor": FACTOR,
    "shrunk_by": "mean over blocks",
    "enlarged_by": "bilinear interpolation",
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "steps": 5_000,
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.998,
}
N_EVALUATED, DRAWS = 100, 16


def shrink(images):
    """The mean over blocks of 4 x 4 pixels: [B, C, H, W] -> [B, C, H / 4, W / 4]."""
    return F.avg_pool2d(images, FACTOR)


def enlarge(small, mode="bilinear"):
    """A small image stretched to the large one's size, by F.interpolate: [B, C, h, w] -> [B, C, 4 h, 4 w]."""
    return F.interpolate(small, scale_factor=FACTOR, mode=mode)


def told(net, small):
    """model(x_t, t) of the network, x_t [B, C, H, W], that sees small [B, C, h, w] in [0, 1] beside x_t."""
    shown = 2 * enlarge(small) - 1
    return lambda x_t, t: net(torch.cat([x_t, shown], dim=1), t)


def build(settings):
    """The untrained network of the settings: twice the picture's channels in, the picture's out."""
    channels = settings.get("channels", 1)
    return UNet(
        in_channels=2 * channels, out_channels=channels, width=settings["width"],
        multipliers=tuple(settings["multipliers"]),
    )  # fmt: skip


def train(settings, model, data, seconds=None, progress=True):
    """Fit to noisy images, each beside its own small image; keep the average of the weights."""
    denoising = diffusion.denoising_loss(schedule(), settings["prediction_type"])

    def loss(model, x):
        return denoising(told(model, shrink(x)), 2 * x - 1)

    return fit(settings, model, loss, data.images, seconds, progress)


@torch.no_grad()
def sample(net, small, seed=0):
    """One large image in [0, 1] for each small one [N, C, h, h], by 25 DDIM steps: [N, C, 4 h, 4 h]."""
    n, channels, size, _ = small.shape
    return draw(told(net, small), n, FACTOR * size, seed, channels)


def errors(samples, truth, small):
    """How far samples [DRAWS, N, C, H, W] are from the truth [N, C, H, W] and from small: metrics by name.

    Errors are means over pixels: of one sample, of the mean of all, and of interpolations; `consistency` is
    the root mean square of (the first sample shrunk - the small image).
    """
    stretched = {mode: enlarge(small, mode).clamp(0, 1) for mode in ("bilinear", "bicubic")}
    return {
        "consistency": (shrink(samples[0]) - small).square().mean().sqrt(),
        "error_of_one_sample": (samples - truth).square().mean(),
        "error_of_the_mean": (samples.mean(0) - truth).square().mean(),
        "spread_of_samples": samples.var(0).mean(),
        **{f"error_of_{mode}": (x - truth).square().mean() for mode, x in stretched.items()},
    }


def evaluate(net):
    """How far samples for held-out glyphs are from the truth and from the small images that they were told.

    The errors are those of `errors`. read_as_was: the share of samples whose nearest training glyph is the
    same digit as the truth, and of bicubic interpolations.
    """
    train, test = glyphs_diffusion.glyphs(), glyphs_diffusion.glyphs("test")
    truth, labels = test.images[:N_EVALUATED], test.labels[:N_EVALUATED]
    small = shrink(truth)
    samples = torch.stack([sample(net, small, seed) for seed in range(DRAWS)])  # [DRAWS, N, 1, 28, 28]
    bicubic = enlarge(small, "bicubic").clamp(0, 1)
    return errors(samples, truth, small) | {
        "read_as_was": glyphs_diffusion.nearest(samples[0], labels, train)[0],
        "bicubic_read_as_was": glyphs_diffusion.nearest(bicubic, labels, train)[0],
    }


RECIPES = [
    Recipe(
        name="glyphs_superres",
        summary="Diffusion model that makes 28x28 glyphs of 7x7 ones",
        lessons=("15",),
        build=functools.partial(build, SETTINGS),
        data=glyphs_diffusion.glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
