"""Predict, then reveal: the reader commits to an answer before the notebook shows it.

Nor does the notebook's source give it away: why it is right stands in checks/reasons/NN_name.toml.
"""

import math
import numbers
from pathlib import Path

from course_utils._say import say
from course_utils._texts import named
from course_utils._validate import check_number
from course_utils.checks.engine.words import listing, number

REASONS = Path(__file__).parent.parent / "reasons"


def reveal(guess, answer, why="", *, within=0.1, unit="", **values):
    """Show what the reader guessed beside the answer; a guess left as ... is welcome.

    guess: ... or None (not answered), a letter or word, or a number. answer: a string or bool (compared
    without regard to case, spaces and brackets), a list of strings of which any is right, or a number (a 0-d
    tensor will do): a guess is right where it is no further than `within` times |answer| from it, or than
    `within` itself where the answer is 0. why: what is put after the answer, or the name of that
    ("03.loss"), with values filled in. unit: what is put after numbers, such as "nats". Whatever the guess
    is, nothing is raised for it. Raises TypeError where the answer is none of these, ValueError where it is
    NaN, an empty list, where within is negative, and for a name that no file in checks/reasons holds.
    """
    check_number("within", within, minimum=0)
    why = named("why", why, REASONS, values) or why
    answer = answer.item() if hasattr(answer, "item") else answer
    if isinstance(answer, list | tuple):
        kind, text = _of_words(guess, [str(one) for one in answer])
    elif isinstance(answer, str | bool):
        kind, text = _of_words(guess, [str(answer)])
    else:
        kind, text = _of_number(guess, answer, within, unit)
    say(kind, text, f": {why}" if why else ".", own=[why])


def _of_words(guess, answers):
    """The kind of the sentence, a key of _say.LOOKS, and the sentence."""
    if not answers:
        raise ValueError("answer must name at least one right answer; got an empty list.")
    if _blank(guess):
        return "blank", f"You did not guess. The answer is {listing(answers, 'or')}"
    right = [answer for answer in answers if _plain(answer) == _plain(guess)]
    if not right:
        return "wrong", f"You said {guess}; it is {listing(answers, 'or')}"
    return (
        "right",
        f"You said {right[0]}, and it is{f' one of {listing(answers)}' if len(answers) > 1 else ''}",
    )


def _of_number(guess, answer, within, unit):
    """The kind of the sentence, a key of _say.LOOKS, and the sentence."""
    if not isinstance(answer, numbers.Real):
        wanted = "a string, a bool, a number or a list of strings"
        raise TypeError(f"answer must be {wanted}; got {type(answer).__name__}.")
    if math.isnan(answer):
        raise ValueError("answer must be a number; got nan.")
    shown = f"{number(answer)} {unit}".strip()
    value = _value(guess)
    if _blank(guess):
        return "blank", f"You did not guess. The answer is {shown}"
    if value is None:
        return "wrong", f"You said {guess}; it is {shown}"
    said = f"{number(value)} {unit}".strip()
    if not _near(value, answer, within):
        return "wrong", f"You said {said}; it is {shown}"
    if said == shown:
        return "right", f"You said {said}, and it is"
    return "right", f"You said {said}, which is near enough; it is {shown}"


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
