"""A verdict as a value, for whoever gives points for it: `check` prints one, and goes on."""

import dataclasses
import hashlib

from course_utils._validate import check_seed
from course_utils.checks.engine import apart
from course_utils.checks.engine import judge as judging
from course_utils.checks.engine.registry import find
from course_utils.checks.engine.run import Printed

_RIGHT = ("right", "word")
_TRIES = 5


def passes(name, function, seed=None):
    """Whether function is right as an answer to an exercise, and the sentence that says so: (bool, str).

    name: the exercise, as "topic.name". seed: None for the inputs that `check` shows, a whole number for
    others of the same kind, the same for the same number. Whatever function is or does, nothing is raised
    for it. Raises ValueError for the name of an exercise that does not exist, RuntimeError where the check
    itself fails.
    """
    exercise = find(name)
    if seed is not None:
        exercise = renewed(exercise, check_seed("seed", seed))
    try:
        verdict = apart.judge(exercise, function, Printed())
    except Exception as error:
        said = f"({type(error).__name__}: {error})"
        raise RuntimeError(f"{name}: the check itself failed {said}; it is no fault of the answer.") from None
    if verdict.kind == "blank":
        return False, f"{name}: {verdict.text or 'not done yet'}."
    said = {"right": "right.", "word": "right, with a word.", "wrong": "not yet."}[verdict.kind]
    return verdict.kind in _RIGHT, f"{name}: {said} {verdict.text}".rstrip()


def renewed(exercise, seed):
    """The exercise with other random inputs, by the seed.

    Chance may have it that with those even the reference is refused, where samples are judged; then the next
    ones are taken.
    """
    for turn in range(_TRIES):
        inputs = {
            label: _from(maker, _mixed(exercise.name, seed, turn, place))
            for place, (label, maker) in enumerate(exercise.inputs.items())
        }
        fresh = dataclasses.replace(exercise, inputs=inputs)
        if exercise.summary is None or _takes_reference(fresh):
            break
    return fresh


def _from(maker, seed):
    return lambda rng: maker(rng.manual_seed(seed))


def _mixed(*parts):
    text = " ".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


def _takes_reference(exercise):
    answer = lambda *args: exercise.reference(*args)  # noqa: E731  another function than the reference
    return judging.judge(exercise, answer, Printed()).kind in _RIGHT
