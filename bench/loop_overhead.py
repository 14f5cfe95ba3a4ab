"""Steps per second of training.fit against the smallest loop that does the same arithmetic."""

import time

import torch

from course_utils import autoencoders, training

STEPS, BATCH = 300, 128


def measure():
    """Rows for the table: a small net, where a loop's overhead shows, and a convolutional one."""
    nets = {
        "64-32-2 dense autoencoder": ((1, 8, 8), lambda s: autoencoders.MLPAutoencoder(s, 2, hidden=(32,))),
        "28x28 convolutional autoencoder": ((1, 28, 28), lambda s: autoencoders.ConvAutoencoder(s, 32)),
    }
    return [_compare(name, shape, make) for name, (shape, make) in nets.items()]


def _compare(name, shape, make, repeats=3):
    x = torch.rand(2_000, *shape)
    steps = STEPS if shape[1] < 20 else STEPS // 3
    fit, bare = [], []
    for _ in range(repeats):  # in turns, so that a busy machine slows both
        fit.append(_seconds(_by_fit, make(shape), x, steps))
        bare.append(_seconds(_by_hand, make(shape), x, steps))
    ours, theirs = steps / min(fit), steps / min(bare)
    what = f"steps/s of fit on a {name}, against a bare loop"
    return what, f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.2f} of its speed"


def _seconds(train, model, x, steps):
    train(model, x, 10)
    started = time.perf_counter()
    train(model, x, steps)
    return time.perf_counter() - started


def _loss(model, x):
    return (model(x) - x).square().sum((1, 2, 3)).mean()


def _by_fit(model, x, steps):
    training.fit(
        model, _loss, x, steps=steps, batch_size=BATCH, precision="fp32", compile=False, progress=False
    )


def _by_hand(model, x, steps):
    device = training.pick_device()
    model, x = model.to(device), x.to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0, fused=True)
    for _ in range(steps):
        loss = _loss(model, x[torch.randint(len(x), (BATCH,), device=device)])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    loss.item()
