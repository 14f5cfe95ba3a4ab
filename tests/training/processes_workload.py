"""Small runs, which two processes must bring to the end that one alone comes to.

Started as a file, with the name of a checkpoint, it trains until somebody stops it.
"""

import os
import sys

import torch

from course_utils import diffusion, gan, training, vae
from course_utils.training import processes

STEPS = 50
OPTIONS = {"batch_size": 7, "seed": 1, "device": "cpu", "progress": False}  # two processes: three rows, four


def images(n=40):
    pixels = torch.rand(n, 1, 4, 4, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    return pixels.round()


def labels(n=40):
    return torch.arange(n) % 3


def vae_loss(model, x):
    logits, mean, logvar = model(x)
    bound = vae.elbo(x, logits, mean, logvar)
    return -bound.value.mean(), {"kl": bound.kl.mean()}


def small_vae(steps=STEPS, loss=vae_loss, data=None, watch=None, **options):
    """Noise inside the model, an average of weights, extras. watch: called before every step."""
    training.seed_everything(3)
    model = vae.VAE((1, 4, 4), 2, hidden=(6,)).double()
    if watch is not None:  # a hook, so that the loss is the same with and without it
        model.register_forward_pre_hook(lambda model, inputs: (watch(), inputs)[1])
    data = images() if data is None else data
    history = training.fit(model, loss, data, steps=steps, ema_decay=0.9, **{**OPTIONS, **options})
    return {"model": model, "ema": history.ema}, history


def denoising(model, x0, y):
    loss = diffusion.denoising_loss(diffusion.NoiseSchedule.cosine(20))
    return loss(model, x0, diffusion.guidance.drop_labels(y, model.classes, 0.2))


def small_unet(steps=STEPS, **options):
    """Noise and time steps in the loss, labels left out at random, dropout, an average of weights."""
    training.seed_everything(3)
    model = diffusion.UNet(width=8, multipliers=(1, 2), classes=3, dropout=0.2).double()
    data = images(), labels()
    history = training.fit(model, denoising, data, steps=steps, ema_decay=0.9, **{**OPTIONS, **options})
    return {"model": model, "ema": history.ema}, history


def dense(*widths):
    return torch.nn.Sequential(
        torch.nn.Linear(*widths[:2]), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(*widths[1:])
    )


def small_game(steps=STEPS, **options):
    """Two players, each with an optimiser of its own."""
    training.seed_everything(3)
    players = {"G": dense(3, 8, 16).double(), "D": dense(16, 8, 1).double()}
    optimisers = {f"{name}_optimiser": training.adamw(player) for name, player in players.items()}
    update = gan.game_round(
        *map(processes.parallel, players.values()), gan.losses["non_saturating"], *optimisers.values(), 3
    )
    history = training.History()
    loop = training.steps(
        update, images().flatten(1), steps=steps, parts={**players, **optimisers}, history=history,
        **{**OPTIONS, **options},
    )  # fmt: skip
    assert list(loop)[-1] == steps
    return players, history


RUNS = {"vae": small_vae, "unet": small_unet, "game": small_game}


def weights(models):
    """name -> tensor, of all weights and buffers."""
    return {f"{name}.{key}": v for name, model in models.items() for key, v in model.state_dict().items()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    with processes.joined():
        small_vae(10**7, watch=lambda: os.write(1, b"at work\n"), checkpoint=sys.argv[1], save_every=1e6)
