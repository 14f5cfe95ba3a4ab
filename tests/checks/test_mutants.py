"""No small change to a right answer passes its check, but those that change nothing a lesson can see.

Prints for each lesson how many were made, killed, raised, and named, by the bank and as one slip.
"""

import collections
import fnmatch
import re
import time
from types import SimpleNamespace

import mutation
import pytest

from course_utils.checks.engine import limit, registry, run

NAMES = registry.names()
LESSON_OF = {name: registry.find(name).module.split(".")[-2] for name in NAMES}
LESSONS = sorted(set(LESSON_OF.values()))
LEAST_NAMED = 0.6  # of those that return something


def fits(change, pattern):
    """Whether a mutant is the one listed; a * in the list stands for anything."""
    return fnmatch.fnmatchcase(change, re.sub(r"[\[?]", r"[\g<0>]", pattern))


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_mutant_is_refused_or_listed_with_a_reason(lesson, monkeypatch, capsys):
    # A slip in a loop may never stop, and most take a millisecond. By processor time: a busy machine, on
    # which a call takes long by the clock, must not end one that is well.
    monkeypatch.setattr(limit, "time", SimpleNamespace(monotonic=time.process_time))
    monkeypatch.setattr(run, "TIME_LIMIT", 0.5)
    listed, counts, alive, unused = mutation.equivalents(lesson), collections.Counter(), [], []
    for name in (name for name in NAMES if LESSON_OF[name] == lesson):
        reasons, used = listed.get(name.rpartition(".")[2], {}), set()
        for result in mutation.results(registry.find(name)):
            counts["made"] += 1
            counts[result.how or "alive"] += 1
            if result.kind == "alive":
                fitting = {change for change in reasons if fits(result.change, change)}
                used |= fitting
                alive += [] if fitting else [f"{name}: {result.change}"]
        unused += [f"{name}: {change}" for change in reasons if change not in used]
    named = counts["bank"] + counts["slip"] + counts["manners"]
    told = named + counts["general"]
    with capsys.disabled():
        print(
            f"\n{lesson}: {counts['made']} mutants, {counts['made'] - counts['alive']} killed "
            f"({counts['raised']} raised), {counts['alive'] - len(alive)} equivalent, {len(alive)} alive; "
            f"of {told} that return something {counts['bank']} in the bank, {counts['slip']} as one slip, "
            f"{counts['manners']} by what they leave behind or draw from: {named / max(told, 1):.0%} named"
        )
    said = "accepted: try an input on which it shows, or list it with the reason:"
    assert not alive, "\n".join([said, *alive])
    assert not unused, "listed as equivalent, but refused or no mutant any more:\n" + "\n".join(unused)
    assert named >= LEAST_NAMED * told, "too few mutants are in the bank of mistakes"
