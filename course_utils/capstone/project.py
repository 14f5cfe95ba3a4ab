"""What a project consists of, as far as grading goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Criterion(NamedTuple):
    """What can be judged by computation.

    asks: a sentence for the rubric; needs: the artefacts that judge takes, by name; judge returns (share of
    the points in [0, 1], a sentence) and may raise, which is told and earns nothing.
    """

    name: str
    points: int
    asks: str
    needs: Sequence[str]
    judge: Callable


# The same for every project: what no computation can see.
BY_PERSON = {
    "the question is answered, with the figure that shows it": 3,
    "what breaks it is shown, and explained": 3,
    "the seeds and settings that are reported are those that were run": 2,
    "the code reads like the equations": 2,
    "two papers were read, and it is said what is done otherwise here": 2,
}


@dataclass(frozen=True)
class Project:
    """One project: its title, its criteria, and {criterion: points} that a person judges."""

    title: str
    criteria: Sequence[Criterion]
    by_person: Mapping[str, int] = field(default_factory=lambda: dict(BY_PERSON))

    @property
    def artefacts(self):
        """The names of all that is handed in, in the order of the criteria."""
        return list(dict.fromkeys(name for one in self.criteria for name in one.needs))
