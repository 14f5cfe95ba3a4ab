"""Answers that are alike up to names are found, and those that are not, are not."""

import ast

from course_utils.classroom.grading.alike import Alike, alike, form
from course_utils.classroom.grading.extract import Answer

ONE = """
def quantise(z, codebook):
    '''Nearest entries.'''
    distances = (z[:, None, :] - codebook[None, :, :]).square().sum(dim=-1)
    nearest = distances.argmin(dim=1)
    chosen = codebook[nearest]
    return chosen
"""
RENAMED = """
def quantise(codes: torch.Tensor, book) -> torch.Tensor:
    d = (codes[:, None, :] - book[None, :, :]).square().sum(dim=-1)
    best = d.argmin(dim=1)   # the index
    out = book[best]
    return out
"""
OTHER = """
def quantise(z, codebook):
    distances = torch.cdist(z, codebook)
    if distances.isnan().any():
        raise ValueError
    return torch.stack([codebook[row.argmin()] for row in distances])
"""


def tree(source):
    return ast.parse(source).body[0]


def submission(*sources):
    return {f"x.{n}": Answer(f"x.{n}", "quantise", [one], "", tree(one)) for n, one in enumerate(sources)}


def test_names_annotations_and_words_do_not_count():
    assert form(tree(ONE))[0] == form(tree(RENAMED))[0]
    assert form(tree(ONE))[0] != form(tree(OTHER))[0]


def test_what_is_done_counts():
    for before, after in (
        ("-1", "1"),
        (" - ", " + "),
        ("argmin", "argmax"),
        ("z[:, None", "codebook[:, None"),
    ):
        assert before in ONE
        assert form(tree(ONE))[0] != form(tree(ONE.replace(before, after, 1)))[0]


def test_copies_are_flagged_and_what_both_have_from_the_course_is_not():
    mine, copied, own = (
        submission(ONE, ONE, ONE),
        submission(RENAMED, RENAMED, OTHER),
        submission(OTHER, OTHER),
    )
    third = submission(RENAMED, RENAMED, ONE)
    found = alike({"a": mine, "b": copied, "c": own, "d": third}, {})
    assert found == [Alike("a", "d", 3, 3)]
    assert alike({"a": mine, "d": third}, submission(ONE, ONE, ONE)) == [
        Alike("a", "the course's solutions", 3, 3),
        Alike("d", "the course's solutions", 3, 3),
    ]


def test_short_answers_say_nothing():
    short = submission(*4 * ["def quantise(z):\n    return z.abs().mean()"])
    assert alike({"a": short, "b": short}, short) == []


def test_a_long_chain_of_branches_is_compared_as_any_other():
    chain = "\n".join(f"    elif z == {number}:\n        y = {number}" for number in range(1, 1500))
    mine = f"def quantise(z):\n    if z == 0:\n        y = 0\n{chain}\n    return y"
    theirs = mine.replace("z", "w").replace("quantiwe", "quantise")
    assert form(tree(mine)) == form(tree(theirs))
    assert form(tree(mine))[0] != form(tree(mine.replace("== 1499", "== 1500")))[0]
