"""gan.truncated_normal: noise with its tails cut off."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def truncated_normal(n, dim, threshold, generator):
    """n draws of N(0, 1) per coordinate, redrawn until |z| <= threshold: [n, dim] (Brock et al. 2019)."""
    samples = torch.randn(n, dim, generator=generator)
    while (samples.abs() > threshold).any():
        fresh = torch.randn(n, dim, generator=generator)
        samples = torch.where(samples.abs() > threshold, fresh, samples)
    return samples


def _asked(n, dim, threshold):
    return lambda rng: (n, dim, threshold, torch.Generator().manual_seed(rng.initial_seed()))


def _shares(z, n, dim, threshold, generator):
    """What is measured: the spread, the edge, and shares on the way there."""
    marks = {
        f"share with |z| below {part:g} times the threshold": part * threshold for part in (0.25, 0.5, 0.9)
    }
    found = {name: (z.abs() < mark).double().mean() for name, mark in marks.items()}
    return {
        "share above the threshold, rounded up to 0 or 1": (z.abs() > threshold * 1.0001).any(),
        "mean": z.mean() / threshold,
        "spread over the threshold": z.std() / threshold,
        "likeness of neighbouring columns": (z[:, :-1] * z[:, 1:]).mean() / z.std() ** 2,
        **found,
    }


def _true_shares(n, dim, threshold, generator):
    def below(mark):
        return math.erf(mark / math.sqrt(2))

    density = math.exp(-(threshold**2) / 2) / math.sqrt(2 * math.pi)
    variance = 1 - 2 * threshold * density / below(threshold)
    shares = {str(part): below(part * threshold) / below(threshold) for part in (0.25, 0.5, 0.9)}
    return {"above": 0.0, "mean": 0.0, "spread": math.sqrt(variance) / threshold, "columns": 0.0, **shares}


def _noise(n, dim, generator):
    return torch.randn(n, dim, generator=generator)


def _one_redraw(n, dim, threshold, generator):
    z = _noise(n, dim, generator)
    return torch.where(z.abs() > threshold, _noise(n, dim, generator), z)


def _one_sided(n, dim, threshold, generator):
    z = _noise(n, dim, generator)
    while (z > threshold).any():
        z = torch.where(z > threshold, _noise(n, dim, generator), z)
    return z


def _zeroed(n, dim, threshold, generator):
    z = _noise(n, dim, generator)
    return torch.where(z.abs() > threshold, torch.zeros_like(z), z)


def _folded(n, dim, threshold, generator):
    return truncated_normal(n, dim, threshold, generator).abs()


def _by_length(n, dim, threshold, generator):
    z = _noise(n, dim, generator)
    length = z.norm(dim=1, keepdim=True)
    return torch.where(length > threshold, z * threshold / length, z)


exercise(
    "gan.truncated_normal",
    reference=truncated_normal,
    summary=_shares,
    expected=_true_shares,
    tolerance=0.03,
    inputs={
        "20,000 draws in 4 dimensions, threshold 1": _asked(20_000, 4, 1.0),
        "24,000 draws in 3 dimensions, threshold 0.5": _asked(24_000, 3, 0.5),
        "16,000 draws in 5 dimensions, threshold 2": _asked(16_000, 5, 2.0),
        "20,000 draws in 3 dimensions, threshold 3": _asked(20_000, 3, 3.0),
        # Whole rows drawn anew have the right law and never come to an end: the time limit finds them.
        "2,000 draws in 32 dimensions, threshold 0.5 (where one row in 10^13 is inside)": _asked(
            2_000, 32, 0.5
        ),
    },
    mistakes=[
        Mistake(
            lambda n, dim, threshold, generator: _noise(n, dim, generator).clamp(-threshold, threshold),
            "You clip: all that was beyond the threshold is now exactly on it, so many coordinates sit on "
            "the very edge, and G gets corners of a box that it has never seen in training.",
        ),
        Mistake(
            lambda n, dim, threshold, generator: threshold * _noise(n, dim, generator),
            "You shrink the noise: it has no tails cut off, some of it is still beyond the threshold, and "
            "for a threshold above 1 it grows.",
        ),
        Mistake(
            _one_redraw,
            "You redraw once: some of the new values are beyond the threshold too, the more the smaller it "
            "is; go on until none is left.",
        ),
        Mistake(
            _one_sided,
            "Only the upper tail is cut: z has two, and the lower one goes on giving the rare codes that "
            "truncation was to avoid.",
        ),
        Mistake(
            _zeroed,
            "You put 0 where the noise is too large: a small threshold then gives nearly the same code, and "
            "the same image, every time; the values are to be drawn anew.",
        ),
        Mistake(
            lambda n, dim, threshold, generator: (
                threshold * (2 * torch.rand(n, dim, generator=generator) - 1)
            ),
            "This is uniform noise: inside the threshold the normal shape must stay, with more near 0, "
            "for that is what G was trained on.",
        ),
        Mistake(
            _folded,
            "Your values are all positive: that is one corner of the latent space out of 2 to the dim, and "
            "most of what G can draw is lost.",
        ),
        Mistake(
            _by_length,
            "You limit the length of the whole vector: in many dimensions every length is above the "
            "threshold, so all codes land on one sphere; the cut is for each coordinate.",
        ),
        Mistake(
            lambda n, dim, threshold, generator: (
                truncated_normal(n, 1, threshold, generator).expand(n, dim).clone()
            ),
            "One number is drawn for each code and copied to all its coordinates: G then sees a line of its "
            "latent space and nothing else.",
        ),
    ],
    hints=[
        "Draw plain noise first. Which entries break the rule, and what does 'redraw' mean for these alone?",
        "A loop: while any |z| is above the threshold, put fresh noise where it is, and leave the rest as it "
        "was, the other numbers of the same row too: in 32 dimensions a whole row is hardly ever inside.",
        "torch.where(too_large, fresh, z) does the choosing; hand the generator to each torch.randn.",
    ],
)
