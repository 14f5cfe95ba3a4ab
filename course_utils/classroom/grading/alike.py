"""Answers that are alike whatever their variables are called: for a person to look at, never a verdict."""

import ast
import collections
import hashlib
import itertools
from typing import NamedTuple

_LONG = 40  # nodes: of shorter answers there are few, and many will write the same
_SHARE = 0.8  # of the long answers of the shorter submission
_FEW = 2  # long answers that must agree


class Alike(NamedTuple):
    """Two submissions, or one and the course's solutions, with so many equal answers out of so many."""

    one: str
    other: str
    equal: int
    of: int


def form(tree):
    """(what stays of a definition without names, annotations and docstrings, as a digest; how many nodes).

    Names that the definition gives are numbered as they come; what it takes from elsewhere keeps its name.
    """
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own.add(getattr(tree, "name", ""))
    parts = _parts(tree, own)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest(), len(parts)


def _parts(tree, own):
    """What stays of each node, from front to back, without recursion: a long chain of elif is a deep tree."""
    numbers = collections.defaultdict(itertools.count().__next__)
    parts, left = [], [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.AST):
            parts.append(type(node).__name__)
            left += reversed(_children(node))
        else:
            parts.append(f"#{numbers[node]}" if isinstance(node, str) and node in own else repr(node))
    return parts


def _children(node):
    """The nodes, names and constants in a node that count, in order."""
    found = []
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment", "type_params", "ctx", "kind"):
            continue
        if field == "body" and _documented(node):
            value = value[1:]
        found += value if isinstance(value, list) else [value]
    return [one for one in found if one is not None]


def _documented(node):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None


def alike(submissions, solutions):
    """A list of `Alike`: pairs of submissions first, then those that are like the course's solutions.

    submissions: {name: {exercise: `Answer`}}; solutions: {exercise: `Answer`}. An answer that is the course's
    own says nothing about a pair: two may have had it from there.
    """
    found_forms = {name: forms(answers) for name, answers in submissions.items()}
    course = forms(solutions)
    found = []
    for one, other in itertools.combinations(found_forms, 2):
        mine, theirs = (_without(found_forms[name], course) for name in (one, other))
        found += _counted(one, other, mine, theirs)
    for name, own in found_forms.items():
        found += _counted(name, "the course's solutions", own, course)
    return found


def forms(answers):
    """{exercise: digest} for the answers that are long enough to say something."""
    found = {exercise: form(answer.tree) for exercise, answer in answers.items() if answer.tree is not None}
    return {exercise: digest for exercise, (digest, length) in found.items() if length >= _LONG}


def _without(own, course):
    return {exercise: digest for exercise, digest in own.items() if course.get(exercise) != digest}


def _counted(one, other, mine, theirs):
    both = mine.keys() & theirs.keys()
    equal = sum(mine[exercise] == theirs[exercise] for exercise in both)
    of = min(len(mine), len(theirs))
    return [Alike(one, other, equal, of)] if equal >= _FEW and equal >= _SHARE * of else []
