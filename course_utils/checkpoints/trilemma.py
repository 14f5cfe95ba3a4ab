"""Every family on two data sets at equal seconds of training, several seeds each, for lesson 18.

Equal seconds of one processor's thread: how long a step takes was measured once, and the steps are written
down, so the study repeats. Not weights are kept but what was measured, and what measures are made of.
"""

import functools
import time
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from .. import training
from .._validate import check_choice
from .recipe import Recipe, Runs
from .trilemma_families import FAMILIES, on_grey_levels
from .trilemma_families.family import dequantised
from .trilemma_families.memory import training_megabytes
from .trilemma_measures import (
    COUNTED,
    MEASURES,
    OF_SAMPLES,
    TIMED,
    edges,
    failed,
    measures_of,
    yardstick,
)
from .trilemma_seconds import SECONDS
from .trilemma_settings import DATA, HOW

SETTINGS = {
    "seed": 0,
    "samples": 400,
    "examples": 20,
    "ode_steps": 30,  # within 0.01 bits of 120, on digits
    "data": DATA,
    "families": HOW,
    "measured": SECONDS,
}
FEATURES, BATCH = 64, 200


class Trilemma(nn.Module):
    """What each family came to, by data set and seed; n samples a seed.

    names: the data sets; families; measures: the keys of each row of `table()`; kinds: what each family's
    bits per dimension are, "exact", "bound", "by ODE" or "none".
    """

    def __init__(self, settings):
        super().__init__()
        self.names, self.families, self.measures = tuple(settings["data"]), tuple(FAMILIES), MEASURES
        self.kinds = {name: family.kind for name, family in FAMILIES.items()}
        self.seeds = {name: about["seeds"] for name, about in settings["data"].items()}
        self._seconds = settings["measured"]
        runs = len(self.names), len(FAMILIES), max(self.seeds.values())
        n, few = settings["samples"], settings["examples"]
        self.register_buffer("numbers", torch.zeros(*runs, len(COUNTED)))
        self.register_buffer("known", torch.zeros(*runs, len(COUNTED), dtype=torch.bool))
        self.register_buffer("held_out", torch.zeros(len(self.names), OF_SAMPLES))
        self.register_buffer("steps", torch.ones(len(self.names)))
        self.register_buffer("kept_features", torch.zeros(*runs, n, FEATURES, dtype=torch.uint8))
        self.register_buffer("kept_reads", torch.zeros(*runs, n, dtype=torch.uint8))
        self.register_buffer("kept_nearest", torch.zeros(*runs, n))
        for name, about in settings["data"].items():
            shape = len(FAMILIES), few, 1, about["size"], about["size"]
            self.register_buffer(f"images_{name}", torch.zeros(shape, dtype=torch.uint8))

    def _runs(self, data, family):
        """Where the runs of a family on a data set are: an index of the buffers."""
        check_choice("data", data, self.names)
        check_choice("family", family, self.families)
        return self.names.index(data), self.families.index(family), slice(self.seeds[data])

    def row(self, data, family):
        """{measure: float64 [S]} of a family on a data set of S seeds; NaN where there is no such number."""
        at = self._runs(data, family)
        numbers = self.numbers[at].double().masked_fill(~self.known[at], torch.nan)
        counted = dict(zip(COUNTED, numbers.unbind(-1), strict=True))
        measured = self._seconds.get(data, {}).get(family, {})
        nothing = [torch.nan] * self.seeds[data]
        timed = {
            name: torch.tensor(measured.get(name, nothing)[: self.seeds[data]], dtype=torch.float64)
            for name in TIMED
        }
        return {name: {**counted, **timed}[name] for name in MEASURES}

    def table(self):
        """{(data, family): row(data, family)}, for every data set and family."""
        return {(data, family): self.row(data, family) for data in self.names for family in self.families}

    def of_held_out(self, data):
        """The measures of samples, for real held-out images in their place: {measure: float}."""
        check_choice("data", data, self.names)
        return dict(zip(COUNTED[:OF_SAMPLES], self.held_out[self.names.index(data)].tolist(), strict=True))

    def examples(self, data, family):
        """A few samples of seed 0, float32 [E, 1, H, W] in [0, 1]."""
        _, which, _ = self._runs(data, family)
        return getattr(self, f"images_{data}")[which].float() / 255

    def features(self, data, family):
        """What the judge sees of the samples, float32 [S, n, 64], on a grid of 256 values."""
        at = self._runs(data, family)
        return self.steps[at[0]] * self.kept_features[at].float()

    def reads(self, data, family):
        """What the judge reads in the samples, int64 [S, n]."""
        return self.kept_reads[self._runs(data, family)].long()

    def nearest(self, data, family):
        """The distance of each sample to the nearest training image, float32 [S, n]."""
        return self.kept_nearest[self._runs(data, family)]


def built(settings, data, family, seed):
    """The untrained model of one run, seeded."""
    side = settings["data"][data]["size"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FAMILIES[family].build(settings["families"][data][family], (1, side, side))


def memory(settings, data, family, images):
    """Megabytes of training one model of a family; see training_megabytes."""
    model, how = built(settings, data, family, 0), settings["families"][data][family]
    few, levels = with_steps(how, 2), settings["data"][data]["levels"]
    return training_megabytes(model, lambda: FAMILIES[family].train(few, model, images, levels, 0))


def with_steps(how, steps):
    """Settings of a family with so many steps, an autoencoder's too."""
    inner = {name: with_steps(part, steps) for name, part in how.items() if isinstance(part, dict)}
    return {**how, **inner, **({"steps": steps} if "steps" in how else {})}


@torch.no_grad()
def draw(settings, data, family, model, seed):
    """The samples [n, 1, H, W] on the grey levels, in [0, 1]."""
    how, levels = settings["families"][data][family], settings["data"][data]["levels"]
    generator, n = torch.Generator().manual_seed(10_000 + seed), settings["samples"]
    y = [
        FAMILIES[family].sample(how, model, min(BATCH, n - first), levels, generator)
        for first in range(0, n, BATCH)
    ]
    return on_grey_levels(torch.cat(y), levels)


def bits(settings, data, family, model, images, held_out, seed):
    """The mean bits per dimension of some held-out images, the same for all; NaN where a family has none."""
    about, answer = settings["data"][data], FAMILIES[family].bits
    if answer is None:
        return torch.nan
    how = {**settings["families"][data][family], "ode_steps": settings["ode_steps"]}
    x = evenly(held_out, about["likelihood_images"])
    y = dequantised(x, about["levels"], torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(20_000 + seed)
    return float(answer(how, model, y, about["levels"], generator, images).mean())


def evenly(images, n):
    """At most n of images [N, ...], from all over them, for they may be ordered by class."""
    n = min(n, len(images))
    return images[torch.arange(n) * len(images) // n]


def run(settings, data, family, seed, sets, by, seconds=None):
    """One training of one family: a dict of tensors, what Trilemma keeps of it.

    sets: images to train on and held-out ones, each [N, 1, H, W]; by: their Yardstick. "seconds" of the
    answer: those of training and of a thousand samples, of this processor's thread; not stored.
    """
    images, held_out = sets
    about, how = settings["data"][data], settings["families"][data][family]
    model = built(settings, data, family, seed)
    numbers = {
        "memory_mb": memory(settings, data, family, images),
        "weights": sum(weight.numel() for weight in model.parameters()),
    }
    started = time.process_time()
    try:
        model, history = FAMILIES[family].train(how, model, images, about["levels"], seed, seconds)
    except training.TrainingDiverged:
        return {"steps": torch.tensor(0), **entered({**numbers, "failed": 1.0})}
    trained, x = time.process_time(), draw(settings, data, family, model, seed)
    drawn = time.process_time()
    fewer = {**settings, "ode_steps": min(settings["ode_steps"], history.steps)}  # in a trial
    numbers["bits_per_dim"] = bits(fewer, data, family, model, images, held_out, seed)
    kept = as_judged(x, by)
    numbers |= measures_of(**kept, by=by)
    return {
        **kept,
        **entered({**numbers, "failed": failed(numbers, by)}),
        "steps": torch.tensor(history.steps),
        "interrupted": torch.tensor(history.interrupted),
        "examples": (255 * x[: settings["examples"]]).round().byte(),
        "seconds": torch.tensor([trained - started, 1_000 * (drawn - trained) / len(x)]),
    }


@torch.no_grad()
def as_judged(x, by):
    """Of images x: features, reads, nearest distances as they are stored, and how steep edges are."""
    seen = {"features": by.stored(x), "reads": by.reads(x), "nearest": by.nearest(x)}
    return {**seen, "steepness": torch.tensor(edges(x))}


def entered(numbers):
    """The numbers of a run in the order of COUNTED, 0 for those that are missing, and which are known."""
    row = torch.tensor([float(numbers.get(name, torch.nan)) for name in COUNTED])
    return {"numbers": row.nan_to_num(), "known": ~row.isnan()}


def finished(folder, data, family, seed, run):
    """run(), or what a file in the folder holds of it; once it is over it is kept there, if there is one."""
    path = None if folder is None else Path(folder) / f"{data}.{family}.{seed}.safetensors"
    if path is not None and path.exists():
        return safetensors.torch.load_file(path)
    found = run()
    if path is not None and not found.get("interrupted"):
        safetensors.torch.save_file(found, path)
    return found


def enter(model, data, family, seed, found):
    """Write what a run found into the study."""
    d, f, _ = model._runs(data, family)
    model.numbers[d, f, seed], model.known[d, f, seed] = found["numbers"], found["known"]
    if "features" in found:
        model.kept_features[d, f, seed] = found["features"]
        model.kept_reads[d, f, seed] = found["reads"]
        model.kept_nearest[d, f, seed] = found["nearest"]
        if seed == 0:
            getattr(model, f"images_{data}")[f] = found["examples"]


def train(settings, model, data, seconds=None, progress=True, folder=None):
    """Every family on every data set with every seed. Returns the Trilemma and the Runs.

    seconds: shared out among the runs. folder: where finished runs are kept, and found again.
    """
    from .. import data as course_data

    total = len(FAMILIES) * sum(about["seeds"] for about in settings["data"].values())
    each, runs = None if seconds is None else seconds / total, Runs()
    for d, (name, about) in enumerate(settings["data"].items()):
        full, test = course_data.load(name), course_data.load(name, split="test")
        by = yardstick(about["judge"], full, test, settings["samples"])
        model.steps[d] = by.step
        held_out = as_judged(evenly(test.images, settings["samples"]), by)
        model.held_out[d] = torch.tensor(list(measures_of(**held_out, by=by).values()))
        for seed in range(about["seeds"]):
            for family in FAMILIES:
                one = functools.partial(
                    run, settings, name, family, seed, (full.images, test.images), by, each
                )  # fmt: skip
                found = finished(folder, name, family, seed, one)
                enter(model, name, family, seed, found)
                took = float(found["seconds"][0]) if "seconds" in found else 0.0
                runs += Runs(int(found["steps"]), took, bool(found.get("interrupted", False)))
                if runs.interrupted:
                    return model, runs
    return model.eval(), runs


def evaluate(model):
    """Means over seeds of what was measured, by data set, family and measure; what is NaN is left out."""
    found = {}
    for (data, family), measured in model.table().items():
        for measure, values in measured.items():
            if not (measure == "bits_per_dim" and model.kinds[family] == "none"):
                found[f"{data}_{family}_{measure}"] = float(values.nanmean().nan_to_num())
    for data in model.names:
        found |= {f"{data}_held_out_{measure}": value for measure, value in model.of_held_out(data).items()}
    return found


def _digits():
    """The first of the data sets, for the provenance; train() loads each by its name."""
    from .. import data

    return data.load("digits")


RECIPES = [
    Recipe(
        name="trilemma",
        summary="Seven families at equal seconds on two data sets, five seeds each: what was measured",
        lessons=("18",),
        build=lambda: Trilemma(SETTINGS),
        data=_digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
