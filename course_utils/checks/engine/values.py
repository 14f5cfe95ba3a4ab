"""Values: whether two results agree, and what a wrong one has in common with the right one."""

import math

import numpy as np
import torch

from course_utils.checks.engine.words import number, pair

_FUNCTIONS = {
    "the square root of the expected ones": torch.sqrt,
    "the square of the expected ones": torch.square,
    "the exponential of the expected ones": torch.exp,
    "the logarithm of the expected ones": torch.log,
    "one over the expected ones": torch.reciprocal,
    "one minus the expected ones": lambda want: 1 - want,
}
# What cannot be undone: either side may be the one that has gone through it.
_ONE_WAY = {
    "without their signs": torch.abs,
    "with 0 for the negative ones": torch.relu,
    "rounded to whole numbers": torch.round,
    "rounded down to whole numbers": torch.floor,
}
# How a factor may come from a size, and the least size for which that says anything.
_FACTORS = (
    ("{}", lambda n: n, 1),
    ("the square root of {}", lambda n: n**0.5, 1),
    ("n / (n - 1), where n is {}", lambda n: n / (n - 1), 2),
)
_DIRECTIONS = (
    ("divided by", -1, "a mean taken for a sum, or, below a fraction line, a sum for a mean"),
    ("times", 1, "a sum taken for a mean, or, below a fraction line, a mean for a sum"),
)


def close(got, want, tolerance):
    """Whether tensors agree in shape, in NaN and infinities, and to tolerance times the largest in want."""
    if got.shape != want.shape:
        return False
    largest = float(want.abs().max()) if want.numel() else math.nan
    if math.isfinite(largest):  # the usual case, and the cheap one: what is not finite in got fails by itself
        return float((got - want).abs().max()) <= tolerance * max(largest, 0.1)
    finite = torch.isfinite(want)
    if not torch.equal(torch.isfinite(got), finite):
        return False
    odd = ~finite
    if not torch.equal(torch.nan_to_num(got[odd]), torch.nan_to_num(want[odd])):
        return False
    if not finite.any():
        return True
    scale = max(float(want[finite].abs().max()), 0.1)
    return bool((got[finite] - want[finite]).abs().max() <= tolerance * scale)


def agree(got, want, tolerance):
    """Whether two lists of tensors agree part for part; False where one is missing (None)."""
    if got is None or want is None or len(got) != len(want):
        return False
    return all(close(one, other, tolerance) for one, other in zip(got, want, strict=True))


def relation(got, want, sizes):
    """A sentence on how the values relate to the right ones for all inputs, or "".

    got, want: lists of tensors, one a set of inputs. sizes: {what it is: its value for each set of inputs}.
    """
    pairs = list(zip(got, want, strict=True))
    if any(a.shape != b.shape or not close(a[~b.isfinite()], b[~b.isfinite()], 0) for a, b in pairs):
        return ""
    pairs = [(a[b.isfinite()], b[b.isfinite()]) for a, b in pairs]  # twice infinity is infinity
    one, other = torch.cat([pair[0] for pair in pairs]), torch.cat([pair[1] for pair in pairs])
    if one.numel() < 2 or not one.isfinite().all():
        return ""
    if (one == one[0]).all():
        return f"What you return is {number(one[0])} throughout, for every input tried."
    scale = float(other.abs().max())
    for text, function in _FUNCTIONS.items():
        if close(function(other), one, 1e-4):
            return f"Your values are {text}."
    shift = one - other
    if float(shift.max() - shift.min()) <= 1e-4 * scale:
        amount = float(shift.mean())
        return f"Your values are always {number(abs(amount))} too {'small' if amount < 0 else 'large'}."
    return _by_factor(pairs, sizes) or _one_way(one, other)


def _by_factor(pairs, sizes):
    some = [i for i, pair in enumerate(pairs) if any(values.any() for values in pair)]  # 0 for 0 says nothing
    ratios = [_ratio(*pairs[i]) for i in some]
    if None in ratios:
        return ""
    sizes = {text: [values[i] for i in some] for text, values in sizes.items()}
    if max(ratios) - min(ratios) <= 1e-3 * abs(ratios[0]):
        return _times(ratios[0]) if abs(ratios[0] - 1) > 5e-3 else ""
    return _by_size(ratios, sizes)


def _one_way(got, want):
    for text, function in _ONE_WAY.items():
        if close(function(want), got, 1e-4):
            return f"Your values are the expected ones {text}."
        if close(function(got), want, 1e-4) and not (want == want[0]).all():
            return f"What is wanted is your values {text}."
    return ""


def _times(ratio):
    if abs(ratio + 1) < 1e-3:
        return "Your values have the right size and the opposite sign."
    return f"Your values are always {number(ratio)} times the expected ones."


def _ratio(got, want):
    """The factor from want to got where it is the same for every value, else None."""
    used = want.abs() > 1e-3 * float(want.abs().max())
    if not used.any():
        return None
    ratio = got[used] / want[used]
    even = float((ratio - ratio[0]).abs().max()) <= 1e-3 * float(ratio[0].abs())
    # Where 0 is wanted there is no ratio, but whatever the factor, 0 it must be.
    even = even and close(got, ratio[0] * want, 2e-3)
    return float(ratio[0]) if even and float(ratio[0].abs()) > 1e-9 else None


def _by_size(ratios, sizes):
    for size, values in sizes.items():
        for text, function, least in _FACTORS:
            if len(set(values)) < 2 or min(values) < least:
                continue
            factors = [function(value) for value in values]
            for word, power, meant in _DIRECTIONS:
                if all(abs(r / f**power - 1) < 1e-3 for r, f in zip(ratios, factors, strict=True)):
                    asked = f": is {meant}?" if text == "{}" and size.startswith("the ") else "."
                    return f"Your values are the expected ones {word} {text.format(size)}{asked}"
    return ""


def difference(got, want):
    """A clause with the value that is furthest off, such as "you return 0.2, 0.5 is wanted"."""
    odd = torch.isfinite(got) != torch.isfinite(want)
    gap = torch.where(odd, torch.inf, (got - want).abs()).nan_to_num(nan=0.0, posinf=torch.inf).flatten()
    place = int(gap.argmax())
    at = ""
    if got.ndim:
        index = [int(i) for i in np.unravel_index(place, got.shape)]  # torch's own imports sympy: 3 s
        at = f"at {index} "
    one, other = pair(float(got.flatten()[place]), float(want.flatten()[place]))
    return f"{at}you return {one}, {other} is wanted"
