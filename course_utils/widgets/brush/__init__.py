"""The table of every family of generative model as parallel axes to brush."""

import math

import traitlets

from ..._validate import check_choice, check_kind, check_number, quoted
from ..shared.face import Face
from .still import still
from .table import check_measures, check_table, packed, summary, title

KINDS = ("exact", "bound", "by ODE", "none")


class TableBrush(Face):
    """One line a family over parallel axes, one a measure, each with its better end up; brush what you need.

    table: {(data set, family): {measure: float tensor [S]}} for S seeds, NaN where there is no number, as
    `checkpoints.trilemma.Trilemma.table()` gives it; at most ten families, each on every data set. measures:
    {measure: (label, better)} chooses 2 to 10 axes and their order, where better is "lower", "higher" or
    "near" (near 1; such an axis shows how far from 1 a mean is), and a third item is the scale, "linear"
    or "log"; by default those of the trilemma that have numbers. data: the data set that is shown first, by
    default the first one. kinds: {family: "exact", "bound", "by ODE" or "none"}, what a family's
    bits_per_dim are.

    A line goes through the means over the seeds, a bar shows their range, and a family without a number
    leaves the axis. brushes: {measure: (low, high)}, None for an open end, in units of the axis; a family is
    left where its mean lies in all of them. axis: the measure whose order is told; family: the one that is
    singled out, or None. These three, `brush.data` and `brush.axes` (the order of the measures) follow the
    page and can be set; `brush.left` names the families that are left. Raises TypeError or ValueError for
    what does not fit.
    """

    numbers = traitlets.Dict(read_only=True).tag(sync=True)
    measures = traitlets.List(read_only=True).tag(sync=True)
    families = traitlets.List(read_only=True).tag(sync=True)
    kinds = traitlets.Dict(read_only=True).tag(sync=True)
    data = traitlets.Any("").tag(sync=True)
    axes = traitlets.Any(()).tag(sync=True)
    brushes = traitlets.Any(None).tag(sync=True)
    axis = traitlets.Any("").tag(sync=True)
    family = traitlets.Any(None).tag(sync=True)

    def __init__(self, table, measures=None, data=None, kinds=None, *, brushes=None, axis=None, family=None):
        names, families, listed = check_table(table)
        axes = check_measures(measures, listed, table)
        super().__init__()
        self.set_trait("numbers", packed(table, names, families, axes))
        self.set_trait("measures", axes)
        self.set_trait("families", [{"name": name, "title": title(name)} for name in families])
        self.set_trait("kinds", _check_kinds(kinds, families))
        self.data = names[0] if data is None else data
        self.axes = [each["name"] for each in axes]
        self.brushes = {} if brushes is None else brushes
        self.axis = self.axes[0] if axis is None else axis
        self.family = family

    @property
    def left(self):
        """The names of the families whose mean lies in every brush."""
        return [each["name"] for each, left in zip(self.families, self._left(), strict=True) if left]

    @traitlets.validate("data")
    def _check_data(self, proposal):
        return check_choice("data", proposal.value, self.numbers)

    @traitlets.validate("axis")
    def _check_axis(self, proposal):
        return check_choice("axis", proposal.value, self._names())

    @traitlets.validate("family")
    def _check_family(self, proposal):
        offered = [each["name"] for each in self.families]
        return None if proposal.value is None else check_choice("family", proposal.value, offered)

    @traitlets.validate("axes")
    def _check_axes(self, proposal):
        axes = check_kind("axes", proposal.value, tuple | list, "a list of all measures")
        if sorted(map(str, axes)) != sorted(self._names()):
            raise ValueError(f"axes must be {', '.join(self._names())} in any order; got {quoted(axes)}.")
        return list(axes)

    @traitlets.validate("brushes")
    def _check_brushes(self, proposal):
        brushes = check_kind("brushes", proposal.value, dict, "a dict from a measure to (low, high)")
        return {
            check_choice("each measure in brushes", name, self._names()): _check_range(name, pair)
            for name, pair in brushes.items()
        }

    def _names(self):
        return [axis["name"] for axis in self.measures]

    def _means(self, axis):
        """Each family's mean on an axis of the data set on show, None where there is no number."""
        found = [summary(axis, seeds) for seeds in self.numbers[self.data][axis["name"]]]
        return [each and each[0] for each in found]

    def _left(self):
        left = [True] * len(self.families)
        for axis in self.measures:
            low, high = self.brushes.get(axis["name"], (None, None))
            if axis["name"] in self.brushes:
                inside = [_inside(value, low, high) for value in self._means(axis)]
                left = [both and one for both, one in zip(left, inside, strict=True)]
        return left

    def _alt(self):
        axis = next(each for each in self.measures if each["name"] == self.axis)
        sign = -1 if axis["better"] == "higher" else 1
        means = zip(self._means(axis), (each["title"] for each in self.families), strict=True)
        order = sorted((sign * mean, name) for mean, name in means if mean is not None)
        ranked = f"from the best {', '.join(name for _, name in order)}" if order else "nobody has a number"
        count = len(self.families)
        return (
            f"TableBrush: {count} families of generative models on {self.data}, one line each over "
            f"{len(self.axes)} parallel axes with the better end up. By {axis['label']}, {ranked}. "
            f"{sum(self._left())} of {count} are left by what is brushed. In the page a range of any axis is "
            "brushed, and who is left is told."
        )

    def _still(self):
        axes = [next(each for each in self.measures if each["name"] == name) for name in self.axes]
        return still(self.numbers[self.data], axes, self.families, self._left(), self.data)


def _check_kinds(kinds, families):
    if kinds is None:
        return {}
    check_kind("kinds", kinds, dict, "a dict from a family to what its bits per dimension are")
    for family, kind in kinds.items():
        check_choice("each family in kinds", family, families)
        check_choice(f"kinds[{family!r}]", kind, KINDS)
    return dict(kinds)


def _check_range(name, pair):
    """The two ends of a brush as floats or None; ValueError where they are none or do not rise."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TypeError(f"brushes[{name!r}] must be (low, high), None for an open end; got {quoted(pair)}.")
    ends = [None if end is None else check_number(f"each end in brushes[{name!r}]", end) for end in pair]
    if None not in ends and ends[0] > ends[1]:
        raise ValueError(f"brushes[{name!r}] must be (low, high) with low at most high; got {quoted(pair)}.")
    return ends


def _inside(value, low, high):
    if value is None:
        return False
    return (-math.inf if low is None else low) <= value <= (math.inf if high is None else high)
