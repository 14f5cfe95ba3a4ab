"""What two processes do for test_processes.py: each function is a stage, done in the order of this file.

Started as a file in both processes, with a folder to report to. What a stage returns, or the error that it
raises, goes to STAGE.RANK.json there; tensors go to files of their own.
"""

import json
import os
import signal
import sys
import time
import types
from pathlib import Path

import torch
from processes_workload import OPTIONS, RUNS, images, small_unet, small_vae, vae_loss, weights
from safetensors.torch import save_file
from torch.utils.data import DataLoader, Dataset, IterableDataset

from course_utils import training
from course_utils.training import processes
from course_utils.training.processes import sharding as sharding_room


def equality(place, folder):
    for name, run in RUNS.items():
        models, history = run()
        save_file(
            {**weights(models), "loss": torch.from_numpy(history.loss)}, folder / f"{name}.{place.rank}"
        )


def resuming(place, folder):
    return {name: run(35, checkpoint=folder / f"{name}.run")[1].steps for name, run in RUNS.items()}


def sharding(place, folder):
    """From the start, and on from where one process was; how much of the weights each process has held."""
    held, cut = [], sharding_room.cut

    def weighed(asked, device):
        whole = sum(weight.numel() for weight in asked.parameters())
        shards = cut(asked, device)
        held.append(sum(weight.to_local().numel() for weight in shards.parameters()) / whole)
        return shards

    sharding_room.cut = weighed
    models, history = small_unet(sharded=True)
    save_file({**weights(models), "loss": torch.from_numpy(history.loss)}, folder / f"shards.{place.rank}")
    return [small_unet(35, sharded=True, checkpoint=folder / "shards.run")[1].steps, held]


class Watched(Dataset):
    """Images with noise of their own, which notes what it is asked for."""

    def __init__(self):
        self.images, self.asked = images(), []

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        self.asked.append(index)
        return self.images[index] * torch.rand(1)


class Stream(IterableDataset):
    """Images that come one after the other, as from a net."""

    def __iter__(self):
        yield from images()


def loading(place, folder):
    """Which items a process has loaded in a pass, of a Dataset and of a DataLoader; and the losses."""
    said = {"stream": small_vae(6, data=DataLoader(Stream(), 7))[1].loss.tolist()}
    kinds = {"dataset": Watched(), "workers": Watched(), "loader": Watched()}
    for name, dataset in kinds.items():
        data = DataLoader(dataset, 7, shuffle=True) if name == "loader" else dataset
        source = training.loading.opened(data)
        dataset.asked.clear()
        history = small_vae(6, data=source, workers=1 if name == "workers" else 0)[1]
        said[name] = {"asked": dataset.asked[:], "loss": history.loss.tolist()}
    return said


def averages(place, folder):
    """Of the processes' numbers: between steps all alike, in a step each by its rows."""
    shared = []

    def update(x):
        shared.extend([len(x), *processes.share(lambda n: torch.randperm(n)).tolist()])
        return processes.average(torch.tensor(10.0 * place.rank))

    history = training.History()
    list(training.steps(update, images(), steps=1, history=history, **OPTIONS))
    mean = processes.average(torch.tensor([1.0, 10.0]) * place.rank)
    return [mean.tolist(), history.latest, shared, processes.world(), processes.rank(), place.main]


def divergence(place, folder):
    calls = []

    def loss(model, x):
        calls.append(1)
        value, extras = vae_loss(model, x)
        return value * (float("nan") if len(calls) == 3 and place.rank == 1 else 1.0), extras

    small_vae(9, loss)


def interrupt(place, folder):
    calls = []

    def press():
        calls.append(1)
        if len(calls) == 4 and place.rank == 1:
            signal.raise_signal(signal.SIGINT)

    history = small_vae(9, watch=press, checkpoint=folder / "interrupted")[1]
    return [history.steps, history.interrupted]


def seconds(place, folder):
    """The clock of process 1 stands still, and yet it stops when process 0 does."""
    if not place.main:
        training.loop.time = types.SimpleNamespace(perf_counter=lambda: 0.0)
    history = small_vae(None, seconds=0.2)[1]
    training.loop.time = time
    return [history.steps, history.seconds]


def one_row(place, folder):
    small_vae(2, batch_size=1)


def other_settings(place, folder):
    small_vae(2 + place.rank)


def unused(place, folder):
    training.fit(
        torch.nn.ModuleList([torch.nn.Linear(16, 16), torch.nn.Linear(2, 2)]).double(),
        lambda model, x: model[0](x.flatten(1)).square().mean(),
        images(), steps=3, **OPTIONS,
    )  # fmt: skip


def not_averaged(place, folder):
    model = torch.nn.Linear(16, 16).double()
    optimiser = training.adamw(model)

    def update(x):
        optimiser.zero_grad()
        loss = (model(x) - x).square().mean()
        loss.backward()
        optimiser.step()
        return loss

    list(training.steps(update, images().flatten(1), steps=3, parts={"model": model}, **OPTIONS))


def batch_norm(place, folder):
    processes.whole_batch_norm(torch.nn.BatchNorm1d(3))


def kill(place, folder):
    """Process 1 dies in step 6; process 0 must notice, and say so."""
    calls = []

    def die():
        calls.append(1)
        if len(calls) == 6 and place.rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    small_vae(9, watch=die, checkpoint=folder / "killed", save_every=0.0)


def main(folder):
    torch.set_num_threads(1)
    stages = [value for name, value in globals().items() if getattr(value, "__module__", "") == "__main__"]
    with processes.joined() as place:
        for stage in stages:
            if isinstance(stage, type) or stage is main:
                continue
            try:
                said = stage(place, folder)
            except Exception as error:
                said = {"error": type(error).__name__, "says": str(error)}
            (folder / f"{stage.__name__}.{place.rank}.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
