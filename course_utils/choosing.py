"""A guide to choosing a family, computed from a table of measurements over seeds.

A table is {(data set, family): {measure: [S], one number a seed, NaN where there is none}}, as a study gives
it. Two families are told apart only where Welch's interval of their difference leaves 0 out (claims.py).
"""

from typing import NamedTuple

import torch

from ._validate import check_choice, check_kind, check_text
from .claims import difference

LOSSES = {  # what is small where a measure is good
    "lower": lambda values: values,
    "higher": lambda values: -values,
    "near 1": lambda values: (values - 1).abs(),
}


class Need(NamedTuple):
    """What somebody may ask of a model: our words, the measure that answers, and which end of it is better.

    better: "lower", "higher" or "near 1"; or the name of a kind of likelihood, such as "exact", which a
    family has or has not, whatever its numbers.
    """

    text: str
    measure: str
    better: str


NEEDS = (
    Need("samples near the data", "distance", "lower"),
    Need("all of the data", "recall", "higher"),
    Need("only the data", "precision", "higher"),
    Need("edges like the data", "sharpness", "near 1"),
    Need("many samples soon", "seconds_per_thousand", "lower"),
    Need("little memory", "memory_mb", "lower"),
    Need("an exact likelihood", "bits_per_dim", "exact"),
    Need("few bits, of any kind", "bits_per_dim", "lower"),
)


def numbers(table, data, measure):
    """{family: [S] float64} of a measure on a data set: families with two seeds of it or more, in order.

    Raises ValueError for a data set or a measure that the table lacks.
    """
    check_kind("table", table, dict, "a table by data and family")
    check_choice("data", data, dict.fromkeys(one for one, _ in table))
    rows = {family: row for (where, family), row in table.items() if where == data}
    check_choice("measure", measure, dict.fromkeys(name for row in rows.values() for name in row))
    found = {family: torch.as_tensor(row[measure]).double() for family, row in rows.items()}
    found = {family: values[~values.isnan()] for family, values in found.items()}
    return {family: values for family, values in found.items() if len(values) > 1}


def losses(table, data, measure, better):
    """{family: [S] float64} of a measure, small where it is good; better: "lower", "higher" or "near 1"."""
    loss = LOSSES[check_choice("better", better, LOSSES)]
    return {family: loss(values) for family, values in numbers(table, data, measure).items()}


def ranks(table, data, measure, better):
    """The families from the best mean to the worst, a list; those without numbers are left out."""
    means = {family: float(values.mean()) for family, values in losses(table, data, measure, better).items()}
    return sorted(means, key=means.get)


def front(table, data, measure, better):
    """The best family by its mean, and those that 95% intervals do not tell apart from it: a list by rank."""
    order, found = ranks(table, data, measure, better), losses(table, data, measure, better)
    together = []
    for family in order:
        low, high = difference(found[family], found[order[0]])
        if low <= 0 <= high:
            together.append(family)
    return together


def undominated(table, data, measures):
    """The families that no other one beats on the means of all measures at once, a list in the table's order.

    measures: {name: "lower", "higher" or "near 1"}. A family is beaten by one that is as good on each of
    them and better on one; one without a number has the worst.
    """
    check_kind("measures", measures, dict, "a dict of measures and their better end")
    found = {name: losses(table, data, name, better) for name, better in measures.items()}
    families = [family for where, family in table if where == data]
    worst = torch.tensor(torch.inf)
    points = {family: [float(found[m].get(family, worst).mean()) for m in measures] for family in families}

    def beats(a, b):
        return points[a] != points[b] and all(x <= y for x, y in zip(points[a], points[b], strict=True))

    return [one for one in families if not any(beats(other, one) for other in families)]


def advice(need, table, kinds):
    """{data set: list of families} that answer a Need.

    kinds: {family: kind of its likelihood}. For a kind of likelihood, all families that have it; else the
    front of the need's measure.
    """
    check_kind("need", need, Need, "a Need")
    check_text("need.text", need.text)
    check_kind("kinds", kinds, dict, "a dict of families and kinds of likelihood")
    sets = list(dict.fromkeys(data for data, _ in table))
    if need.better in LOSSES:
        return {data: front(table, data, need.measure, need.better) for data in sets}
    check_choice("need.better", need.better, {*LOSSES, *kinds.values()})
    return {
        data: [family for where, family in table if where == data and kinds.get(family) == need.better]
        for data in sets
    }
