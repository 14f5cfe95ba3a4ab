"""Inputs that are whole numbers, for exercises on the sizes of layers."""

import torch


def whole_numbers(names, *rows):
    """Inputs of whole numbers: {"n=28, kernel=4": maker, ...}."""
    return {
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)): lambda rng, row=row: row
        for row in rows
    }


def drawn_numbers(**ranges):
    """Inputs of whole numbers that another seed changes, twice; each range is name=(least, largest)."""

    def make(rng):
        return tuple(draw(rng, least, largest) for least, largest in ranges.values())

    names = ", ".join(ranges)
    return {f"{names} drawn at random": make, f"{names} drawn once more": make}


def draw(rng, least, largest):
    """A whole number from least to largest, both included, as an int."""
    return int(torch.randint(least, largest + 1, (), generator=rng))


def draw_between(rng, low, high):
    """A number from low to high, as a float: as likely in each half of their ratio."""
    share = float(torch.rand((), generator=rng, dtype=torch.float64))
    return low * (high / low) ** share
