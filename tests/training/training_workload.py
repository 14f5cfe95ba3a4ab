"""A small run with everything in it that a resume could get wrong: dropout, batch norm, noise, an average."""

import sys
import time

import torch

from course_utils import training


def make_model():
    training.seed_everything(3)
    return torch.nn.Sequential(
        torch.nn.Linear(6, 16),
        torch.nn.BatchNorm1d(16),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.3),
        torch.nn.Linear(16, 6),
    )


def make_data():
    return torch.rand(50, 6, generator=torch.Generator().manual_seed(5))


def noisy_loss(model, x):
    return (model(x + 0.1 * torch.randn_like(x)) - x).square().sum(1).mean()


def run(steps, checkpoint=None, loss=noisy_loss, seed=1, save_every=0.0, watch=None, **options):
    """Train a fresh model; return it and its history. watch: called, without arguments, in every step."""
    model = make_model()
    if watch is not None:  # a hook, so that the loss is the same with and without it
        model.register_forward_pre_hook(lambda model, inputs: (watch(), inputs)[1])
    history = training.fit(
        model, loss, make_data(), steps=steps, batch_size=16, ema_decay=0.9, seed=seed, device="cpu",
        weight_decay=0.01, checkpoint=checkpoint, save_every=save_every, progress=False, **options,
    )  # fmt: skip
    return model, history


if __name__ == "__main__":
    torch.set_num_threads(1)

    def slow():
        print("step", flush=True)
        time.sleep(0.005)

    run(int(sys.argv[2]), checkpoint=sys.argv[1], watch=slow, save_every=0.02)
