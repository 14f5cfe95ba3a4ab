"""One bad call, and what became of it."""

import contextlib
import io
import math
import re
import signal
import traceback
from pathlib import Path

import torch

import course_utils

HOME = str(Path(course_utils.__file__).parent)
SHAPES = ("scalar", "extra_axis", "another_batch", "batch_of_one")
SECONDS = 3  # of processor time: a call that takes more hangs


class Hang(BaseException):
    """Raised by the alarm clock, past every `except Exception`."""


def outcome(call, arguments, argument, kind, bad, good_result):
    """(class, what was said): "clear", "raw", "silent", "hang" or "taken"; see test_hostile."""
    given = {**arguments, argument: bad}
    try:
        result = quietly(call, given)
    except Hang:
        return "hang", ""
    except BaseException as error:
        names = list(arguments) if kind in SHAPES else [argument]
        return ("clear" if is_clear(error, names) else "raw"), f"{type(error).__name__}: {error}"[:150]
    good = good_result
    return ("taken" if is_honest(kind, bad, arguments, argument, call, good, result) else "silent"), shown(
        result
    )


def quietly(call, given, seconds=SECONDS):
    """call(**given), silently, with equal random numbers each time, and in so many seconds."""
    torch.manual_seed(0)
    for value in given.values():
        if isinstance(value, torch.Generator):
            value.manual_seed(0)
    before = signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            result = call(**given)
            if isinstance(result, contextlib._GeneratorContextManager):
                with result as inside:  # what such a function checks it checks on the way in
                    return inside
            return list(result) if hasattr(result, "__next__") else result
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _ring(number, frame):
    raise Hang


def is_clear(error, names):
    """Whether an error is ours, and one sentence that names the argument, or one of two that do not fit."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = frames[-1].filename.startswith(HOME) and isinstance(error, TypeError | ValueError | RuntimeError)
    raised = (frames[-1].line or "").lstrip().startswith("raise")
    text = str(error)
    named = re.search(rf"(?<![A-Za-z0-9])({'|'.join(map(re.escape, names))})(?![A-Za-z0-9])", text)
    return bool(ours and raised and named and text.endswith((".", "?")))


def is_honest(kind, bad, arguments, argument, call, good, result):
    """Whether an answer to a bad value may stand: it shows the value, or is right for it."""
    if hasattr(bad, "asked") and not bad.asked:
        return True  # a function that is called later, where it will be refused
    if kind in ("nan", "inf"):
        return not finite(result) or same(result, good)
    if kind in ("negative", "zero", "huge", "beyond", "half", "empty", "meta") and not isinstance(bad, float):
        return True  # no kind of value that is wrong everywhere
    if kind in ("negative", "zero", "huge"):
        return True
    if kind in ("whole", "boolean", "floating", "list") and isinstance(arguments[argument], torch.Tensor):
        like = torch.as_tensor(bad).to(arguments[argument])
        return same(result, quietly(call, {**arguments, argument: like}))
    if kind in SHAPES:
        return sum(isinstance(value, torch.Tensor) for value in arguments.values()) == 1
    return False


def leaves(value, depth=0):
    """The tensors and numbers in an answer, or in an object or module that was made."""
    if isinstance(value, torch.Tensor):
        yield value.detach().to(torch.complex128 if value.is_complex() else torch.float64)
    elif isinstance(value, bool | int | float | complex):
        yield torch.tensor(value, dtype=torch.complex128 if isinstance(value, complex) else torch.float64)
    elif depth < 4:
        inner = ()
        if isinstance(value, dict):
            inner = value.values()
        elif isinstance(value, tuple | list):
            inner = value
        elif isinstance(value, torch.nn.Module):
            inner = [*value.state_dict().values(), *(v for k, v in vars(value).items() if k[0] != "_")]
        elif getattr(type(value), "__module__", "").startswith("course_utils") and hasattr(value, "__dict__"):
            inner = vars(value).values()
        elif hasattr(value, "dtype") and hasattr(value, "tolist"):
            inner = [value.tolist()]
        for one in inner:
            yield from leaves(one, depth + 1)


def finite(result):
    return all(bool(torch.isfinite(leaf).all()) for leaf in leaves(result) if not leaf.is_meta)


def same(one, other):
    a, b = list(leaves(one)), list(leaves(other))
    close = {"equal_nan": True, "rtol": 1e-4, "atol": 1e-5}
    alike = (x.shape == y.shape and torch.allclose(x, y, **close) for x, y in zip(a, b, strict=True))
    return len(a) == len(b) and all(alike)


def shown(result):
    text = " ".join(repr(result).split())
    return text[:80] if not isinstance(result, float) or math.isfinite(result) else text
