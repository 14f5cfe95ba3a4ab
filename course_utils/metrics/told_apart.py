"""What the answers of the game real-or-fake say of each model."""

import numbers
from statistics import median

from ._names import LONGEST_NAME, is_name
from .detection import d_prime
from .intervals import wilson_interval

KEYS = {"model", "real", "said", "ms"}
LONGEST_MS = 3_600_000  # an hour


def told_apart(answers):
    """How often each model's pictures were called fake, with its interval, d' and the median time; a dict.

    answers: a list of dicts, one a picture: "real" (bool), "model" (its name; None for a real picture),
    "said" ("real" or "fake"), "ms" (milliseconds until the answer). Returns {"real": row, "models": {name:
    row}}, names in the order of the alphabet. A row has n, said_fake, rate (said_fake / n: the hit rate,
    the real pictures' false alarms), low and high (Wilson's interval at 95 %), d_prime (against the real
    pictures, log-linear correction) and seconds (median); what needs a picture that was not there is None.
    Raises ValueError for an answer that is none. Source: Wilson 1927; Hautus 1995.
    """
    if not isinstance(answers, list | tuple):
        raise ValueError(f"answers must be a list; got {type(answers).__name__}.")
    for at, answer in enumerate(answers):
        _check(at, answer)
    real = _row([answer for answer in answers if answer["real"]])
    names = sorted({answer["model"] for answer in answers if not answer["real"]})
    models = {name: _row([answer for answer in answers if answer["model"] == name]) for name in names}
    for row in models.values():
        if real["n"]:
            row["d_prime"] = d_prime(row["said_fake"], row["n"], real["said_fake"], real["n"])
    return {"real": real, "models": models}


def _row(answers):
    n, said_fake = len(answers), sum(answer["said"] == "fake" for answer in answers)
    row = {"n": n, "said_fake": said_fake, "rate": None, "low": None, "high": None}
    if n:
        low, high = wilson_interval(said_fake, n)
        row.update(rate=said_fake / n, low=low, high=high)
    seconds = median(answer["ms"] for answer in answers) / 1000 if n else None
    return {**row, "d_prime": None, "seconds": seconds}


def _check(at, answer):
    where = f"answers[{at}]"
    if not isinstance(answer, dict) or set(answer) != KEYS:
        raise ValueError(f"{where} must have model, real, said and ms, and nothing else.")
    model, real, said, ms = (answer[key] for key in ("model", "real", "said", "ms"))
    if not isinstance(real, bool):
        raise ValueError(f"{where}: real must be true or false.")
    if not isinstance(said, str) or said not in ("real", "fake"):
        raise ValueError(f"{where}: said must be 'real' or 'fake'.")
    if real and model is not None:
        raise ValueError(f"{where}: a real picture has no model.")
    if not real and not is_name(model):
        raise ValueError(f"{where}: model must be a name of 1 to {LONGEST_NAME} printable characters.")
    number = isinstance(ms, numbers.Real) and not isinstance(ms, bool)
    if not number or not 0 <= ms <= LONGEST_MS:  # NaN and infinity are refused too
        raise ValueError(f"{where}: ms must be a number of milliseconds, at most an hour.")
