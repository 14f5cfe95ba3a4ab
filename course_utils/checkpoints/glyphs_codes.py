"""Small autoencoders of glyphs whose codes are images of 7 x 7 places, for lesson 17.

Three with one, two or four numbers a place, held weakly to N(0, I); three with one index a place, into
codebooks of 16, 64 and 512 vectors; and one that differs from vq_64 in its loss alone: VQGAN's (Esser et al.
2021), which adds what the judge sees and, from half-way on, a critic of patches.
"""

import functools
import math

import torch
from torch import nn
from torch.nn import functional as F

from .. import gan, latent, metrics, training, vae
from .._validate import check_choice
from ..gan.translation import PatchDiscriminator
from .recipe import Recipe, Runs, budget, fit

IN_SHAPE = (1, 28, 28)
N_TRAIN, N_TEST = 20_000, 2_000
KL = {"kl_1": 1, "kl_2": 2, "kl_4": 4}  # numbers a place
VQ = {"vq_16": 16, "vq_64": 64, "vq_512": 512, "vqgan": 64}  # vectors of the codebook
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "channels": [16, 32],
    "latent_channels": KL,
    "kl_weight": 1e-3,
    "codebooks": VQ,
    "dim": 4,
    "codebook_weight": 250.0,
    "restart_every": 50,
    "vqgan": {"perceptual_weight": 10.0, "adversarial_weight": 8.0, "d_width": 12, "d_lr": 1e-3},
    "steps": 2_000,
    "batch_size": 64,
    "lr": 2e-3,
    "ema_decay": 0.995,
}
N_SCALE = 4_000  # glyphs whose codes say the scale


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST glyphs."""
    from .. import data

    return data.load("glyphs", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)


class GlyphCodes(nn.ModuleDict):
    """The autoencoders by name, `codes["kl_4"]`, and the scale of each one's code, `codes.scale("kl_4")`."""

    def __init__(self, nets):
        super().__init__(nets)
        self.register_buffer("scales", torch.ones(len(nets)))

    def scale(self, name):
        """The factor that brings the codes of training glyphs to deviation 1, a float; see latent_scale."""
        return float(self.scales[list(self).index(check_choice("name", name, self))])

    def space(self, name):
        """The LatentSpace of kl_1, kl_2 or kl_4: glyphs to codes of deviation 1, and back."""
        return latent.LatentSpace(self[check_choice("name", name, KL)], self.scale(name))


def build(settings):
    """The untrained autoencoders; vq_64 and vqgan start from the same weights."""
    channels = tuple(settings["channels"])
    nets = {
        name: latent.KLAutoencoder(IN_SHAPE, c, channels) for name, c in settings["latent_channels"].items()
    }
    for name, size in settings["codebooks"].items():
        nets[name] = latent.VQAutoencoder(IN_SHAPE, size, settings["dim"], channels)
    nets["vqgan"].load_state_dict(nets["vq_64"].state_dict())
    return GlyphCodes(nets)


def perceptual(judge, decoded, x):
    """How far decoded and x [B, 1, 28, 28] lie apart in what the judge's convolutions see: a scalar.

    The squared distance in each layer, over the layer's mean square for x, summed over layers (after Zhang et
    al. 2018).
    """
    with torch.no_grad():
        wanted = judge.early(x)
    found = judge.early(decoded)
    return sum(F.mse_loss(a, b) / b.square().mean() for a, b in zip(found, wanted, strict=True))


class Perception:
    """What VQGAN adds to the loss of an image: the judge's eyes, and a critic of patches that learns beside.

    Called with decoded and x [B, 1, 28, 28], and whether the critic plays: a scalar.
    """

    def __init__(self, settings):
        from . import load

        self.weights = settings["perceptual_weight"], settings["adversarial_weight"]
        self.judge = load("glyphs_judge")[0].requires_grad_(False)
        self.critic = PatchDiscriminator(1, settings["d_width"], norm="spectral")
        self.optimiser = torch.optim.Adam(
            self.critic.parameters(), settings["d_lr"], (0.5, 0.999), fused=True
        )

    def __call__(self, decoded, x, adversarial):
        seen, game = self.weights
        loss = seen * perceptual(self.judge, decoded, x)
        if not adversarial:
            return loss
        d_loss = gan.losses["hinge"].d_loss(self.critic(x), self.critic(decoded.detach()))
        self.optimiser.zero_grad()
        d_loss.backward()
        self.optimiser.step()
        return loss + game * gan.losses["hinge"].g_loss(self.critic(decoded))


class VQUpdate:
    """One step of a VQAutoencoder on images x, for training.steps: returns the loss.

    During the first half, entries that nobody used for some steps are put on codes of the batch. added: what
    VQGAN adds, or None; its critic plays in the second half.
    """

    def __init__(self, settings, net, added=None):
        self.settings, self.net, self.added, self.done = settings, net, added, 0
        self.optimiser = training.adamw(net, settings["lr"])
        self.used = torch.zeros(len(net.quantizer.codebook), dtype=torch.bool)

    def __call__(self, x):
        late = self.done >= self.settings["steps"] // 2
        z = self.net.encode(x)
        quantized = self.net.quantise(z)
        decoded = self.net.decode(quantized.z)
        loss = (decoded - x).square().sum((1, 2, 3)).mean()
        loss = loss + self.settings["codebook_weight"] * quantized.loss
        if self.added is not None:
            loss = loss + self.added(decoded, x, late)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.used[quantized.indices.flatten()] = True
        if not late and self.done % self.settings["restart_every"] == 0:
            self.net.quantizer.restart(z.detach().movedim(1, -1).flatten(0, -2), ~self.used)
            self.used.zero_()
        self.done += 1
        return loss.detach()


def train_vq(settings, name, net, images, seconds=None, progress=True):
    """Train a VQAutoencoder on images [N, 1, 28, 28]: the average of its weights, and the History."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"])
        added = Perception(settings["vqgan"]) if name == "vqgan" else None
    update = VQUpdate(settings, net.train(), added)
    average, history = training.WeightAverage(net, settings["ema_decay"]), training.History()
    for _ in training.steps(
        update, images, **budget(settings, seconds), batch_size=settings["batch_size"],
        seed=settings["seed"], device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        average.update()
    return average.model.eval(), history


def train_kl(settings, net, images, seconds=None, progress=True):
    """Train a KLAutoencoder on images [N, 1, 28, 28]: the average of its weights, and the History."""

    def loss(net, x):
        return net.loss(x, settings["kl_weight"])

    return fit(settings, net, loss, images, seconds, progress)


@torch.no_grad()
def scale_of(net, images):
    """The latent_scale of the codes of images [N, 1, 28, 28]; those of a codebook have no variance."""
    if isinstance(net, latent.KLAutoencoder):
        return latent.latent_scale(*net.encode(images))
    z = net.quantise(net.encode(images)).z
    return latent.latent_scale(z, torch.full_like(z, -torch.inf))


def train(settings, model, data, seconds=None, progress=True):
    """Train each autoencoder on the same images in the same order, and measure the scale of its code."""
    each, runs = None if seconds is None else seconds / len(model), Runs()
    for i, name in enumerate(model):
        if name in KL:
            model[name], history = train_kl(settings, model[name], data.images, each, progress)
        else:
            model[name], history = train_vq(settings, name, model[name], data.images, each, progress)
        runs += history
        if runs.interrupted:
            break
        model.scales[i] = scale_of(model[name], data.images[:N_SCALE])
    return model, runs


def sharpness(images):
    """The mean length of the gradient of images [B, C, H, W], by differences of neighbours: a scalar."""
    down, right = images.diff(dim=2)[..., :-1], images.diff(dim=3)[..., :-1, :]
    return (down.square() + right.square()).sqrt().mean()


@torch.no_grad()
def reconstructed(net, x):
    """The decoded mean code of images x [B, 1, 28, 28], or the decoded nearest entries; and their indices."""
    if isinstance(net, latent.KLAutoencoder):
        return net.decode(net.encode(x)[0]), None
    decoded, quantized = net(x)
    return decoded, quantized.indices


@torch.no_grad()
def evaluate(model):
    """On held-out glyphs, for each autoencoder, as the names say.

    error: the root of the mean squared error of a pixel; sharpness: that of true glyphs is 1; distance:
    Frechet's to the true ones, in the judge's features; digit_read: how often the judge reads the digit. And
    numbers or bits, by code; for a codebook, the share of its entries in use, and the perplexity.
    """
    from . import load

    judge, held_out = load("glyphs_judge")[0], glyphs("test")
    x, real, found = held_out.images, judge.features(held_out.images), {}
    for name, net in model.items():
        decoded, indices = reconstructed(net, x)
        found[f"error_{name}"] = F.mse_loss(decoded, x).sqrt()
        found[f"sharpness_{name}"] = sharpness(decoded) / sharpness(x)
        found[f"distance_{name}"] = metrics.frechet_distance(judge.features(decoded), real)
        found[f"digit_read_{name}"] = (judge.read(decoded)["digit"] == held_out.labels).double().mean()
        places = net.code_shape[1] * net.code_shape[2]
        if indices is None:
            found[f"numbers_{name}"] = places * net.code_shape[0]
        else:
            size = len(net.quantizer.codebook)
            found[f"bits_{name}"] = places * math.log2(size)
            found[f"use_{name}"], found[f"perplexity_{name}"] = vae.codebook_use(indices, size)
    return found


RECIPES = [
    Recipe(
        name="glyphs_codes",
        summary="Seven small autoencoders of glyphs, by the size of the code and by the loss",
        lessons=("17",),
        build=functools.partial(build, SETTINGS),
        data=glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
