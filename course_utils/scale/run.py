"""One run: from a name and data to weights, samples and measures, going on from where it stopped."""

import contextlib
import functools
import gc
import math
import sys

import torch

from .. import preset as presets
from .. import training
from .._validate import (
    check_choice,
    check_flag,
    check_int,
    check_kind,
    check_labels,
    check_model,
    check_number,
)
from ..training import processes
from ..training.loop import budget
from . import measures, sources
from .beside import ROWS, Files, built, columns, machine
from .families import FAMILIES
from .families.family import PRESETS
from .trouble import explained

SAMPLES = {"cuda": 2_000, "mps": 1_000, "cpu": 200}  # for the measures, where nobody says how many
SAVE_EVERY = {"full": 60.0, "quick": 10.0}  # seconds; a large network takes a second or two to save
TIMEOUT = 900.0  # seconds that processes wait for one another: longer than any compilation
BATCH = 200  # images sampled at a time


def train(
    recipe, data, out=None, *, seconds=None, steps=None, batch=None, lr=None, seed=0, preset="full",
    device=None, size=None, channels=None, workers=0, resident_gb=sources.RESIDENT_GB, samples=None,
    compile=None, sharded=False, progress=True,
):  # fmt: skip
    """Train a recipe on data, write the files beside out, and return the record that FILE.json holds.

    recipe: a name in FAMILIES; data, size, channels, resident_gb: as of sources.load; out: FILE, whose
    weights are FILE.safetensors (by default RECIPE-DATA in the working folder). Give seconds or steps. batch,
    lr: instead of the recipe's. preset: "full", or "quick" for a small network. samples: how many for the
    measures. workers: processes that load what does not lie in memory. compile, sharded: as of training.fit.
    Every minute (ten seconds with quick), and at the end, FILE.run is saved, and the same call goes on from
    there, exactly; Ctrl-C saves it too, and the record then says "interrupted" and nothing else is written.
    Raises ValueError, TypeError, OSError or RuntimeError, in one sentence each; what was saved stays.
    FILE.run stays, for a longer run to go on from. Under torchrun all its processes train together, and the
    first one writes.
    """
    family = FAMILIES[check_choice("recipe", recipe, FAMILIES)]
    check_choice("preset", preset, PRESETS), check_int("seed", seed, 0, 2**32 - 1)
    if presets.chosen() == "smoke":
        raise ValueError("COURSE_PRESET=smoke trains no model, so there is nothing to store; unset it first.")
    budget(steps, None, seconds, per_epoch=1)
    if check_flag("sharded", sharded) and family.loss is None:
        raise ValueError(f"--sharded is for recipes of one network, and {recipe} has two players.")
    workers, device = check_int("workers", workers, 0), training.pick_device(device)
    n_samples = SAMPLES[device.type] if samples is None else check_int("samples", samples)
    with together(device) as (main, device):
        source = sources.load(data, size, channels, resident_gb)
        if source.complaint and main:
            print(source.complaint, file=sys.stderr)
        how = settings_of(family, source, preset, batch, lr)
        model, record = built(recipe, how, seed), begun(recipe, family, how, source, seed)
        files = Files(f"{recipe}-{source.name.replace(' ', '-')}" if out is None else out)
        files.check(record, sum(value.nbytes for value in model.state_dict().values()))
        loop = {
            "steps": steps, "seconds": seconds, "seed": seed, "batch_size": how["batch_size"],
            "device": device, "checkpoint": files.run, "save_every": SAVE_EVERY[preset],
            "progress": progress, "workers": 0 if source.resident else workers,
        }  # fmt: skip
        with explained(files, how):
            kept, history = trained(family, how, model, source, loop, compile=compile, sharded=sharded)
            record["training"] |= {"steps": history.steps, "seconds": round(history.seconds, 3)}
            record["training"] |= {"interrupted": history.interrupted, **machine(device)}
            if history.interrupted or not main:
                return record
            return finish(record, family, kept, source, files, n_samples, device)


@contextlib.contextmanager
def together(device):
    """(whether this process writes, its device), among the processes that torchrun has started, or alone."""
    if device.type == "mps":
        yield True, device
        return
    with processes.joined(timeout=TIMEOUT, device=device.type) as place:
        yield place.main, place.device if place.world > 1 else device
        if place.world > 1:
            gc.collect()  # what still hangs on the group must go before it does, or Python aborts at its end


def begun(recipe, family, how, source, seed):
    """The record of a run that begins."""
    return {
        "recipe": recipe, "summary": family.summary, "settings": how, "classes": list(source.classes),
        "data": {"name": source.name, "n": source.n, "sha256": source.sha256, "left_out": source.complaint},
        "training": {"seed": seed, "processes": processes.world()},
    }  # fmt: skip


def settings_of(family, source, preset, batch=None, lr=None):
    """The family's settings for a source, with batch and lr where they are given."""
    how = family.settings(source.shape, len(source.classes) or None, preset)
    if batch is not None:
        how["batch_size"] = check_int("batch", batch)
    if lr is not None:
        how["lr"] = check_number("lr", lr, 0, open_minimum=True)
    return how


def trained(family, how, model, source, loop, **fit):
    """The model to keep, on the device and in eval mode, and the History.

    loop: arguments for training.fit and steps; fit: for fit alone.
    """
    prepared(family, model, source, how, loop)
    if family.loss is not None:
        history = training.fit(
            model, family.loss(how), source.train, lr=how["lr"], ema_decay=how["ema_decay"],
            weight_decay=how.get("weight_decay", 0.0), **{**fit, **(family.fit or {})}, **loop,
        )  # fmt: skip
        return history.ema.to(loop["device"]), history
    model.to(loop["device"]).train()
    game, history = family.game(how, model), training.History()
    settings = {name: value for name, value in how.items() if name not in ("batch_size", "shape")}
    for _ in training.steps(
        game.update, source.train, parts=game.parts, settings=settings, history=history, **loop
    ):  # fmt: skip
        pass
    return (None if history.interrupted else game.kept()), history


def prepared(family, model, source, how, loop):
    """Let the family see a first batch, where it wants one."""
    if family.prepare is not None:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(loop["seed"])
            images, *labels = source.some(how["batch_size"], loop["seed"])
            family.prepare(model.train(), images / 255.0, *labels)


def finish(record, family, model, source, files, n_samples, device):
    """Write the weights, then samples and measures, so that the weights are safe whatever comes then."""
    state = {
        name: value.detach().to("cpu", copy=True).contiguous() for name, value in model.state_dict().items()
    }
    files.write(record, state)
    try:
        labels = torch.arange(n_samples) % len(source.classes) if source.classes else None
        images = sample(model, record, n_samples, labels)
        how, seconds = record["settings"], record["training"]["seconds"]
        a_step = source.n / math.ceil(source.n / how["batch_size"])  # images, for epochs are cut evenly
        record["metrics"] = {
            **measures.of_held_out(family, how, model, source, device, n_samples),
            **measures.of_samples(source, images, labels),
            "images_per_second": record["training"]["steps"] * a_step / max(seconds, 1e-9),
        }
        files.write(record, images=images[: columns(source.classes) * ROWS])
    except KeyboardInterrupt:
        print(f"Stopped by the keyboard: {files.weights} is written, and the same command adds the rest.")
        record["training"]["interrupted"] = True
    return record


def sample(model, record, n, labels=None, seed=0, guidance_scale=1.0):
    """n images of a trained model, [n, C, H, W] in [0, 1] on the CPU; the model stays where it is.

    model, record: as `load` gives them. labels: int64 [n], for a model that knows them (in turn where they
    are left out). guidance_scale: for diffusion and flow matching; 1 is no guidance. Raises ValueError for
    labels that the model does not know.
    """
    check_model("model", model), check_kind("record", record, dict, "a record, as load gives it")
    if record.get("recipe") not in FAMILIES or not isinstance(record.get("settings"), dict):
        raise ValueError("record must be the one that load gave with the model; got another dict.")
    family, how = FAMILIES[record["recipe"]], record["settings"]
    n, guidance_scale = check_int("n", n), check_number("guidance_scale", guidance_scale)
    labels = check_asked(how["classes"], n, labels)
    if guidance_scale != 1 and not (family.guided and labels is not None):
        raise ValueError(
            f"guidance_scale must be 1 for {record['recipe']} as it was trained; got {guidance_scale}."
        )
    device = next(model.parameters()).device
    generator, parts = torch.Generator().manual_seed(check_int("seed", seed, 0, 2**63 - 1)), []
    draw = functools.partial(family.sample, how, model.eval())
    for start in range(0, n, BATCH):
        size = min(BATCH, n - start)
        asked = None if labels is None else labels[start : start + size].to(device)
        parts.append(draw(size, asked, generator, guidance_scale).float().clamp(0, 1).cpu())
    return torch.cat(parts)


def check_asked(classes, n, labels):
    """Labels [n] for so many classes, in turn where none are given; ValueError where there can be none."""
    if classes is None:
        if labels is not None:
            raise ValueError("labels must be None for a model that was trained without; got some.")
        return None
    if labels is None:
        return torch.arange(n) % classes
    return check_labels("labels", labels, classes, f"[{n}]")
