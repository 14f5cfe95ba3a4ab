"""The race at one number of calls as a matplotlib figure, for where no script runs."""

import math

import numpy as np
import torch

from ... import figures
from ...diffusion import exact_model, samplers

# Name, title, colour, marker and line, as in marks.js.
LOOKS = (
    ("ddpm", "DDPM with $\\beta$", figures.MODEL, "^", ":"),
    ("euler_ancestral", "Euler ancestral", figures.PURPLE, "v", "-."),
    ("ddim", "DDIM = Euler", figures.GREEN, "D", "--"),
    ("heun", "Heun", figures.ORANGE, "s", (0, (8, 2))),
    ("dpm_solver_pp_2m", "DPM-Solver++(2M)", figures.BLACK, "o", "-"),
)
POINTS, FINE, LEVELS, REACH = 1500, 80, 8, 5
SHOWN = 5  # every fifth point: 300, as in the page
COUNTS = (2, 3, 5, 8, 12, 20, 40)
DIRECTIONS, REFERENCE = 16, 10  # of the truth for each point


def still(mixture, schedule, calls, spacing, seed):
    """The samples of each sampler after so many calls, and the sliced W1 of each against the calls."""
    fig, axes = figures.subplots(2, 3, figsize=(9.0, 6.4))
    model = exact_model(mixture, schedule)
    truth = _truth(mixture)
    curve = axes[1, 2]
    for axis, (name, title, colour, marker, line) in zip(axes.flat, LOOKS, strict=False):
        errors = {}
        for count in sorted({*COUNTS, calls}):
            points = _samples(name, model, schedule, count, spacing, seed)
            errors[count] = _sliced(points, truth)
            if count == calls:
                _draw(axis, mixture, points[::SHOWN], colour, marker)
        axis.set_title(f"{title}\nW1 {errors[calls]:.3f}", fontsize=13)
        curve.plot(list(errors), list(errors.values()), color=colour, linestyle=line, linewidth=1.8)
        curve.plot([calls], [errors[calls]], color=colour, marker=marker, markersize=7)
    curve.axvline(calls, color="0.6", linewidth=1)
    curve.set(xscale="log", yscale="log", xlabel="calls", ylabel="sliced W1")
    curve.set_xticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
    curve.minorticks_off()
    curve.set_title(f"at {calls} calls", fontsize=13)
    return fig


def _samples(name, model, schedule, calls, spacing, seed):
    generator = torch.Generator().manual_seed(seed)
    start = _even(POINTS, generator)
    steps = (calls + 1) // 2 if name == "heun" else calls
    pairs = samplers.timesteps(schedule, steps, spacing=spacing)
    options = {"variance_type": "fixed_large"} if name == "ddpm" else {}
    return samplers.by_name[name](
        model, schedule, start.shape, num_inference_steps=steps, x_T=start, generator=generator,
        timesteps=pairs, **options,
    )  # fmt: skip


def _draw(axis, mixture, points, colour, marker):
    half = 1.05 * float((mixture.means.abs().amax(1) + REACH * mixture.stds).max())
    grid, _ = figures.grid(-half, half, FINE)
    density = mixture.log_prob(grid).exp()
    ticks = torch.linspace(-half, half, FINE).numpy()
    shares = (density / density.max()).sqrt().reshape(FINE, FINE).numpy()
    axis.contourf(ticks, ticks, shares, np.linspace(0.05, 1, LEVELS), cmap="Blues", alpha=0.6)
    axis.scatter(*points.T, s=7, marker=marker, color=colour, linewidth=0)
    axis.set(xlim=(-half, half), ylim=(-half, half), aspect="equal", xticks=[], yticks=[])


def _even(n, generator):
    """n points of N(0, I) spread as the seeds of a sunflower, as evenNormals of math.js: [n, 2]."""
    shares = (torch.arange(n) + torch.rand(n, generator=generator, dtype=torch.float64)) / n
    radius = (-2 * torch.log1p(-shares)).sqrt()
    angle = torch.arange(n) * math.pi * (3 - math.sqrt(5))
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def _truth(mixture):
    """The exact density from each direction, in order, [DIRECTIONS, POINTS * REFERENCE]."""
    generator, total = torch.Generator().manual_seed(0), 4 * POINTS * REFERENCE
    counts = (total * mixture.weights.double()).round().int().tolist()
    parts = [
        mean + std * _even(count, generator)
        for mean, std, count in zip(mixture.means, mixture.stds, counts, strict=True)
    ]
    seen = _seen(torch.cat(parts).to(torch.float64))
    middles = (torch.arange(POINTS * REFERENCE) + 0.5) / (POINTS * REFERENCE)
    return seen[:, (middles * seen.shape[1]).long()]


def _seen(points):
    """The points from each direction, in order: [DIRECTIONS, N]."""
    angles = math.pi * (torch.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    return (torch.stack([angles.cos(), angles.sin()], dim=1).to(points) @ points.T).sort(dim=1).values


def _sliced(points, truth):
    """Sliced W1: each of the points stands for as many of the truth, in the same order."""
    return float((truth.unflatten(1, (len(points), -1)) - _seen(points)[:, :, None].to(truth)).abs().mean())
