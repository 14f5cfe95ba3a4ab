"""Say what was measured as a band that another processor lands in too, not as digits that it will not."""

import math

from . import preset
from ._say import say
from ._validate import check_has, check_text


def verdict(what, value, low=-math.inf, high=math.inf, unit=""):
    """Print whether a measured value lies in its band.

    what: the quantity in words; low, high: the band, either may be left out; unit: printed after the band.
    What was measured here stands in brackets for the reader; the notebooks' tests compare all but that.
    With COURSE_PRESET=smoke nothing is judged. Raises ValueError without a band.
    """
    check_text("what", what), check_text("unit", unit)
    for name, number in (("value", value), ("low", low), ("high", high)):
        check_has(name, number, "a number or a tensor of one element", "__float__")
    if low == -math.inf and high == math.inf:
        raise ValueError("verdict needs low, high or both; without a band nothing can fail.")
    if low > high:
        raise ValueError(f"low must not be above high; got low={low:g}, high={high:g}.")
    value = float(value.detach() if hasattr(value, "detach") else value)  # a graph is no reason for a warning
    outcome = "PASS" if low <= value <= high else "FAIL"  # FAIL for NaN
    if preset.chosen() == "smoke":
        outcome = "not judged, for nothing was trained"
    unit = f" {unit}" if unit else ""
    said, here = f"{what} {_band(low, high)}{unit}: {outcome}", f" (here {value:.3g})"
    if outcome == "FAIL":  # a box for the one line that wants attention; the many others stay quiet
        say("wrong", said, here)
    else:
        print(said + here)


def _band(low, high):
    if low == -math.inf:
        return f"at most {high:g}"
    if high == math.inf:
        return f"at least {low:g}"
    return f"between {low:g} and {high:g}"
