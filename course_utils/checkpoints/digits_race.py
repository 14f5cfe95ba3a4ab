"""Samples of digits by sampler and number of network calls, several seeds each, for lesson 13.

Nothing is trained: the network is that of digits_diffusion. Every sampler starts from the same noise, walks
the same kind of levels, and is asked for the same digits. Not numbers but samples are kept, so that the
lesson can judge them itself.
"""

import functools

import torch

from .. import metrics
from ..diffusion import samplers
from . import digits_diffusion
from .recipe import Recipe, Runs, Samples

SAMPLERS = ["ddpm", "ddim", "heun", "dpm_solver_pp_2m"]
CALLS = [5, 10, 20, 50]
SETTINGS = {
    "seed": 0,
    "seeds": 4,
    "samples": 300,
    "samplers": SAMPLERS,
    "calls": CALLS,
    "levels": {"spacing": "karras", "sigma_min": 0.02, "sigma_max": 80.0},
    "clip": [-1, 1],
    "network": "digits_diffusion",
}


def row(sampler, calls):
    """The name of a row of samples: the sampler and the number of calls that it may make."""
    return f"{sampler}_{calls}"


def steps(sampler, calls):
    """In how many steps a sampler makes at most so many calls: Heun's calls twice, and once at the last."""
    return (calls + 1) // 2 if sampler == "heun" else calls


def levels(schedule, count, sigma_min=0.02, sigma_max=80.0):
    """Pairs (t, prev) for a sampler at Karras's levels of sigma / signal, each at the nearest index.

    Not from the schedule's own end: there sigma / signal is 20,000, and Heun's first step is lost.
    """
    logs = -schedule.log_snr / 2
    wanted = samplers.karras_sigmas(count, sigma_min, sigma_max).log()
    visited = (logs - wanted[:, None]).abs().argmin(1).unique().flip(0).tolist()
    return list(zip(visited, [*visited[1:], -1], strict=True))


def sample(net, sampler, calls, seed, n):
    """n digits in [0, 1], [n, 1, 8, 8]; image i is asked to be the digit i % 10."""
    schedule, y = digits_diffusion.schedule(), torch.arange(n) % 10
    pairs = levels(schedule, steps(sampler, calls))
    x_T = torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(20_000 + seed))
    x = samplers.by_name[sampler](
        functools.partial(net, y=y), schedule, x_T.shape, x_T=x_T, timesteps=pairs,
        num_inference_steps=len(pairs), prediction_type="v_prediction", clip=(-1, 1),
        generator=torch.Generator().manual_seed(30_000 + seed),
    )  # fmt: skip
    return ((x + 1) / 2).clamp(0, 1)


def build(settings):
    """The empty study of the settings, a Samples."""
    names = [row(sampler, calls) for sampler in settings["samplers"] for calls in settings["calls"]]
    return Samples(names, settings["seeds"], settings["samples"])


def train(settings, model, data, seconds=None, progress=True):
    """Sample every row with every seed. Returns the Samples and the Runs, whose steps are network calls."""
    from . import load

    net, _ = load(settings["network"])
    runs = Runs()
    for sampler in settings["samplers"]:
        for calls in settings["calls"]:
            for seed in range(settings["seeds"]):
                images = sample(net, sampler, calls, seed, settings["samples"])
                model.images[model.names.index(row(sampler, calls)), seed] = (255 * images).round().byte()
                runs += Runs(calls)
    return model, runs


@torch.no_grad()
def evaluate(model):
    """For each row, means over seeds: how it is read by the judge, and its Frechet distance.

    The distance is to the training digits, in the features of digit_classifier.
    """
    from . import load

    judge, _ = load("digit_classifier")
    real = judge.features(digits_diffusion.digits().images)
    labels = torch.arange(model.images.shape[2]) % 10
    found = {}
    for name in model.names:
        images = model(name)
        found[f"read_as_asked_{name}"] = sum(metrics.agreement(judge, x, labels) for x in images)
        found[f"distance_{name}"] = sum(metrics.frechet_distance(judge.features(x), real) for x in images)
    return {name: total / len(model.images[0]) for name, total in found.items()}


RECIPES = [
    Recipe(
        name="digits_race",
        summary="Samples of digits by sampler and number of calls, four seeds each",
        lessons=("13",),
        build=functools.partial(build, SETTINGS),
        data=digits_diffusion.digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
