"""What a cure returns, as the notebook goes on with it; where it cannot, one sentence."""

import math

import torch

from .._say import say
from .._validate import check_int, check_tensor
from .trying import tried


def cure(exhibit, function, *given, read, wanted):
    """What function(*given) returns, as read understands it; where it does not, None and a sentence.

    exhibit: what that sentence begins with, such as "exhibit A"; read: callable of the answer that returns
    what the exhibit goes on with, and raises or returns None where the answer is something else (`numbers`
    and `like` make such readers); wanted: what the answer should be, in words. An answer of None or ... is
    "not answered yet".
    """
    answer = tried(exhibit, lambda: function(*given))
    if answer is None:
        return None
    try:
        found = read(answer)
    except Exception:  # nor is there a limit to what it may return
        found = None
    if found is None:
        say("wrong", f"{exhibit}: still broken", f", {wanted} is wanted")
    return found


def numbers(count):
    """A reader of that many finite numbers, as a tuple of floats; a single number may stand alone."""
    check_int("count", count)

    def read(answer):
        values = torch.as_tensor(answer, dtype=torch.float64).flatten().tolist()
        return tuple(values) if len(values) == count and all(map(math.isfinite, values)) else None

    return read


def like(wanted):
    """A reader of a finite tensor of this one's shape, which comes back in its dtype and without a graph."""
    check_tensor("wanted", wanted, floating=False)

    def read(answer):
        fits = answer.shape == wanted.shape and bool(answer.isfinite().all())
        return answer.detach().to(wanted) if fits else None

    return read
