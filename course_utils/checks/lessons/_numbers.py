"""Inputs that are whole numbers, for exercises on the sizes of layers."""


def whole_numbers(names, *rows):
    """Inputs of whole numbers: {"n=28, kernel=4": maker, ...}."""
    return {
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)): lambda rng, row=row: row
        for row in rows
    }
