"""What nobody should give: for every kind of good value, the bad ones to try in its place."""

import math

import torch


class Stub:
    """A callable that gives nonsense, and remembers whether it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, False

    def __call__(self, *args, **kwargs):
        self.asked = True
        return self.answer


WRONG_TYPES = {"text": "text", "none": None, "dict": {"a": 1}, "object": object()}


def bad_values(good, default):
    """{kind: bad value} for a good value of an argument, whose default may be None, and then None is good."""
    if isinstance(good, torch.Tensor):
        found = {**WRONG_TYPES, **_tensors(good)}
    elif isinstance(good, bool):
        found = dict(WRONG_TYPES)
        del found["none"]
    elif isinstance(good, int | float):
        found = {**WRONG_TYPES, **_numbers(good)}
    elif isinstance(good, str):
        found = {"number": 3, "none": None, "list": ["text"], "object": object(), "unknown": "no such name"}
    elif isinstance(good, torch.Generator):
        found = {"number": 3, "text": "text", "object": object(), "module": torch.nn.Identity()}
    elif isinstance(good, tuple | list):
        found = {**WRONG_TYPES, "number": 3, "nones": [None], "texts": ["text"], "halves": [0.5] * len(good)}
    elif callable(good) and not isinstance(good, type):
        found = {**WRONG_TYPES, "number": 3, **_callables()}
    elif good is None:
        found = {"text": "text", "dict": {"a": 1}, "object": object()}
    else:
        found = {**WRONG_TYPES, "number": 3}
        if isinstance(good, dict):
            del found["dict"]
    if default is None:
        found.pop("none", None)
    if isinstance(default, str) and default == "":  # words to show may be any
        found.pop("unknown", None)
    return found


def _tensors(good):
    found = {"list": good.tolist(), "meta": good.to("meta"), "complex": good.to(torch.complex64)}
    found.update(
        scalar=good.flatten()[0], extra_axis=good[None], empty=good[:0] if good.ndim else good[None][:0]
    )
    if good.ndim:
        found["another_batch"] = torch.cat([good, good[:1]])
        found["batch_of_one"] = good[:1]
    if good.is_floating_point():
        found.update(nan=_with(good, math.nan), inf=_with(good, math.inf), whole=good.to(torch.int64))
        found.update(boolean=good > 0, half=good.half(), negative=-good.abs() - 1, huge=good * 1e30)
    else:
        found.update(floating=good.float(), negative=-good.long() - 1, beyond=good.long() + 10**6)
    return found


def _with(good, value):
    changed = good.clone()
    changed.view(-1)[0] = value
    return changed


def _numbers(good):
    found = {"list": [good], "negative": -abs(good) - 1, "zero": 0, "nan": math.nan, "inf": math.inf}
    found.update(complex=complex(good, 1), boolean=True, huge=10**12 if isinstance(good, int) else 1e300)
    if isinstance(good, int):
        found["half"] = good + 0.5
    return found


def _callables():
    return {
        "no_arguments": lambda: None, "gives_none": Stub(None), "gives_text": Stub("text"),
        "gives_another_shape": Stub(torch.zeros(7, 3, 5)),
    }  # fmt: skip
