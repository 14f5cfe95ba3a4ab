"""The table of families as a page takes it: which measures are axes, and the numbers of every seed."""

import math

from ..._validate import check_choice, check_kind, check_tensor, check_text, quoted

BETTER = ("lower", "higher", "near")
SCALES = ("linear", "log")
# Measure of checkpoints.trilemma: what it is called in the page, which end is better, its scale.
MEASURES = {
    "distance": ("Fréchet distance", "lower", "linear"),
    "precision": ("precision", "higher", "linear"),
    "sharpness": ("sharpness", "near", "linear"),
    "recall": ("recall", "higher", "linear"),
    "nearest_ratio": ("nearest ratio", "near", "linear"),
    "failed": ("failed runs", "lower", "linear"),
    "bits_per_dim": ("bits per dim.", "lower", "linear"),
    "memory_mb": ("memory, MB", "lower", "linear"),
    "seconds_per_thousand": ("seconds per 1,000", "lower", "log"),
}
TITLES = {"vae": "VAE", "gan": "GAN", "wgan_gp": "WGAN-GP"}  # of families whose name is no word
MOST = 10  # families, as many as there are colours; axes too
LONGEST = 28  # characters of a label
DIGITS = 6  # of a number in the page


def check_table(table):
    """(data sets, families, measures) of the table, in its order; TypeError or ValueError if it is none."""
    check_kind("table", table, dict, "a dict from (data set, family) to the numbers of each measure")
    for key in table:
        if not (isinstance(key, tuple) and len(key) == 2 and all(isinstance(part, str) for part in key)):
            raise TypeError(f"table must have pairs (data set, family) as keys; got {quoted(key)}.")
    names, families = ([*dict.fromkeys(key[i] for key in table)] for i in (0, 1))
    if not 1 <= len(families) <= MOST:
        raise ValueError(f"table must have 1 to {MOST} families; got {len(families)}.")
    for name in names:
        for family in families:
            if (name, family) not in table:
                raise ValueError(
                    f"table must have every family on every data set; not {family!r} on {name!r}."
                )
        _check_rows(name, {family: table[name, family] for family in families})
    known = list(next(iter(table.values())))
    for key, row in table.items():
        if sorted(row) != sorted(known):
            raise ValueError(
                f"table{list(key)} must have the measures of the other rows; got {quoted([*row])}."
            )
    return names, families, known


def _check_rows(name, rows):
    """TypeError or ValueError where the rows of a data set are not {measure: floats [S]} of one S."""
    seeds = None
    for family, row in rows.items():
        where = f"table[{name!r}, {family!r}]"
        check_kind(where, row, dict, "a dict from a measure to its numbers")
        for measure, values in row.items():
            check_text(f"each measure in {where}", measure)
            what = f"{where}[{measure!r}]"
            check_tensor(what, values, "[S]")
            seeds = seeds or len(values)
            if len(values) != seeds:
                raise ValueError(f"{what} must have as many seeds as others, {seeds}; got {len(values)}.")
            if values.isinf().any():
                raise ValueError(f"{what} must hold finite numbers, or NaN for none; got infinity.")


def check_measures(measures, known, table):
    """The axes as [{name, label, better, scale}]; by default those of MEASURES that have a number."""
    if measures is None:
        measures = {name: MEASURES[name] for name in MEASURES if name in known and _has_numbers(table, name)}
        if len(measures) < 2:
            raise ValueError("measures must be given where the table has fewer than two that are known here.")
    check_kind("measures", measures, dict, "a dict from a measure to its label and its better end")
    if not 2 <= len(measures) <= MOST:
        raise ValueError(f"measures must name 2 to {MOST} axes; got {len(measures)}.")
    return [_axis(name, about, known, table) for name, about in measures.items()]


def _axis(name, about, known, table):
    check_choice("each measure in measures", name, known)
    what = f"measures[{name!r}]"
    if not isinstance(about, tuple | list) or len(about) not in (2, 3):
        raise TypeError(f"{what} must be (label, better end), or with a scale; got {quoted(about)}.")
    label, better, *scale = about
    if not 0 < len(check_text(f"the label in {what}", label).strip()) <= LONGEST:
        raise ValueError(f"the label in {what} must have 1 to {LONGEST} characters; got {quoted(label)}.")
    check_choice(f"the better end in {what}", better, BETTER)
    scale = scale[0] if scale else MEASURES.get(name, ("", "", "linear"))[2]
    check_choice(f"the scale in {what}", scale, SCALES)
    if scale == "log" and (better == "near" or any((row[name] <= 0).any() for row in table.values())):
        raise ValueError(f"{what} can have a logarithmic scale only for numbers above 0, and not for near.")
    return {"name": name, "label": label.strip(), "better": better, "scale": scale}


def _has_numbers(table, measure):
    return any(not row[measure].isnan().all() for row in table.values())


def packed(table, names, families, axes):
    """{data set: {measure: [for each family the numbers of its seeds, None for NaN]}}."""
    return {
        name: {
            axis["name"]: [_plain(table[name, family][axis["name"]]) for family in families] for axis in axes
        }
        for name in names
    }


def _plain(values):
    return [None if math.isnan(value) else float(f"{value:.{DIGITS}g}") for value in values.tolist()]


def title(family):
    """What a family is called in the page."""
    return TITLES.get(family, family.replace("_", " "))


def summary(axis, seeds):
    """(mean, low, high) of a family on an axis, None without a number: what counts, as in math.js.

    seeds: its numbers, None where a seed has none. Where near 1 is better, what counts is how far from 1 the
    mean is, and all that lies between the least number and the largest.
    """
    found = [value for value in seeds if value is not None]
    if not found:
        return None
    mean, low, high = sum(found) / len(found), min(found), max(found)
    if axis["better"] != "near":
        return mean, low, high
    ends = abs(low - 1), abs(high - 1)
    return abs(mean - 1), 0.0 if low < 1 < high else min(ends), max(ends)
