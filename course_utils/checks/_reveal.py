"""Predict, then reveal: the reader commits to an answer before the notebook shows it."""

import math
import numbers

from course_utils._validate import check_number
from course_utils.checks._words import number


def reveal(guess, answer, why="", *, within=0.1, unit=""):
    """Print what the reader guessed beside the answer; a guess left as ... is welcome.

    guess: ... or None (not answered), a letter or word, or a number. answer: a string or bool (compared
    without regard to case, spaces and brackets), or a number (a 0-d tensor will do): a guess is right where
    it is no further than `within` times |answer| from it, or than `within` itself where the answer is 0.
    why: what is put after the answer. unit: what is put after numbers, such as "nats". Whatever the guess
    is, nothing is raised for it. Raises TypeError where the answer is neither, ValueError where it is NaN
    or where within is negative.
    """
    check_number("within", within, minimum=0)
    answer = answer.item() if hasattr(answer, "item") else answer
    if isinstance(answer, str | bool):
        print(
            _sentence(
                str(guess), str(answer), why, right=_plain(guess) == _plain(answer), blank=_blank(guess)
            )
        )
        return
    if not isinstance(answer, numbers.Real):
        raise TypeError(f"answer must be a string, a bool or a number; got {type(answer).__name__}.")
    if math.isnan(answer):
        raise ValueError("answer must be a number; got nan.")
    value = _value(guess)
    shown = f"{number(answer)} {unit}".strip()
    said = str(guess) if value is None else f"{number(value)} {unit}".strip()
    right = value is not None and _near(value, answer, within)
    print(_sentence(said, shown, why, right=right, blank=_blank(guess)))


def _sentence(said, answer, why, *, right, blank):
    if blank:
        text = f"You did not guess. The answer is {answer}"
    elif right and _plain(said) == _plain(answer):
        text = f"You said {answer}, and it is"
    elif right:
        text = f"You said {said}, which is near enough; it is {answer}"
    else:
        text = f"You said {said}; it is {answer}"
    return f"{text}: {why}" if why else f"{text}."


def _blank(guess):
    return guess is ... or guess is None or (isinstance(guess, str) and not guess.strip())


def _near(value, answer, within):
    return value == answer or abs(value - answer) <= within * (abs(answer) or 1.0) < math.inf


def _value(guess):
    """The guess as a float where it is, holds or spells a number; None where not."""
    if isinstance(guess, bool):
        return None
    try:
        value = float(guess.replace(",", ".") if isinstance(guess, str) else guess)
    except (TypeError, ValueError, RuntimeError):
        return None
    return None if math.isnan(value) else value


def _plain(value):
    return str(value).strip(" ().:").casefold()
