"""What grading says: a line for each criterion, the points, and what is left for a person."""

from typing import NamedTuple


class Line(NamedTuple):
    """One criterion's outcome: points got, of how many, and a sentence with what was measured in brackets."""

    name: str
    points: float
    of: int
    said: str


class Report(NamedTuple):
    """The outcome of `grade`: its lines, and {criterion: points} of what a person is to judge."""

    project: str
    title: str
    lines: tuple
    by_person: dict

    @property
    def points(self):
        """The points of what was judged by computation."""
        return sum(line.points for line in self.lines)

    @property
    def of(self):
        """How many of these there are."""
        return sum(line.of for line in self.lines)

    def __str__(self):
        width = max(len(line.name) for line in self.lines)
        rows = [f"{line.name:{width}}  {line.points:g} of {line.of}  {line.said}" for line in self.lines]
        person = "; ".join(f"{asks} ({points})" for asks, points in self.by_person.items())
        return "\n".join(
            [
                f"{self.project}, {self.title}",
                *rows,
                f"Judged by computation: {self.points:g} of {self.of} points.",
                f"To be judged by a person, {sum(self.by_person.values())} points: {person}.",
            ]
        )
