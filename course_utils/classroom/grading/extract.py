"""The answers in a submitted notebook, taken out of it without running a line.

An answer is the function that a cell `fn = check("topic.name", fn)` checks, with what it needs of the module
around it: imports, helpers, constants, other answers. Cells may be missing, doubled or in another order, and
checks edited: which function belongs to which exercise is known from the course's own notebook too, and of
several definitions of one name the last one counts that is not blank.
"""

import ast
import collections
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .names import given, needed

_IDLE = (ast.Pass, ast.Import, ast.ImportFrom)


class Answer(NamedTuple):
    """One answer. function: its name, "" where there is none; statements: source of what it needs, in order.

    fault: one sentence where the cell that seems to hold it cannot be read. tree: the definition itself.
    uses: {exercise: the name of its function} for the other answers that it calls.
    """

    exercise: str
    function: str
    statements: list
    fault: str = ""
    tree: ast.AST | None = None
    uses: Mapping = MappingProxyType({})


class _Statement(NamedTuple):
    node: ast.stmt
    source: str
    given: set
    needed: set


def checked(cells):
    """{exercise: the name of the function} for each check in the cells, wherever it stands."""
    found = {}
    for cell in cells:
        for node in ast.walk(cell.tree) if cell.tree else ():
            if _is_check(node) and len(node.args) == 2 and isinstance(node.args[1], ast.Name):
                found.setdefault(node.args[0].value, node.args[1].id)
    return found


def answers(cells, functions):
    """{exercise: its `Answer`} out of the cells of a notebook; functions: {exercise: function's name}."""
    statements = _statements(cells)
    chosen = _definitions(statements)
    own = checked(cells)
    found = {}
    for exercise, usual in functions.items():
        name = next((one for one in (own.get(exercise), usual) if one in chosen), None)
        if name is None:
            found[exercise] = Answer(exercise, "", [], _unreadable(cells, usual))
            continue
        places = _needs(chosen[name], statements, chosen)
        texts = [statements[place].source for place in places]
        names = set().union(*(statements[place].needed for place in places))
        uses = {one: own.get(one, other) for one, other in functions.items() if one != exercise}
        uses = {one: other for one, other in uses.items() if other in names}
        found[exercise] = Answer(exercise, name, texts, "", statements[chosen[name]].node, uses)
    return found


def _is_check(node):
    return (
        isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) == "check"
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def _statements(cells):
    """Every statement at the top of a cell that gives a name, but those that only take what a check gives."""
    found = []
    for cell in cells:
        for node in cell.tree.body if cell.tree else ():
            if any(_is_check(one) for one in ast.walk(node)) and not isinstance(node, ast.FunctionDef):
                continue
            try:
                gives, needs = given(node), needed(node)
            except (SyntaxError, ValueError, RecursionError):
                continue
            if gives:
                found.append(_Statement(node, _text(cell.source, node), gives, needs))
    return found


def _text(source, node):
    lines = source.split("\n")
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    if node.col_offset or (len(lines) > node.end_lineno - 1 and ";" in lines[node.end_lineno - 1]):
        return ast.unparse(node)
    return "\n".join(lines[first - 1 : node.end_lineno])


def _definitions(statements):
    """{name: the place of the statement that gives it}: the last one, and of functions the last not blank."""
    found = {}
    for place, statement in enumerate(statements):
        for name in statement.given:
            before = found.get(name)
            if before is None or not is_blank(statement.node) or is_blank(statements[before].node):
                found[name] = place
    return found


def is_blank(node):
    """Whether a definition has nothing in it: a docstring, ..., pass, or a bare NotImplementedError."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _is_nothing(node.value)
    if not isinstance(node, ast.FunctionDef):
        return False
    return all(map(_is_idle, node.body))


def _is_nothing(node):
    return isinstance(node, ast.Constant) and node.value in (..., None)


def _is_idle(node):
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return getattr(raised, "id", "") == "NotImplementedError"
    if isinstance(node, ast.Return):
        return node.value is None or _is_nothing(node.value)
    return isinstance(node, _IDLE)


def _needs(place, statements, chosen):
    """The places of the statements that the one at that place needs, itself among them, in a good order."""
    stars = [at for at, other in enumerate(statements) if _brings_all(other.node)]
    taken, left = set(), [place]
    while left:
        one = left.pop()
        if one in taken:
            continue
        taken.add(one)
        for name in statements[one].needed:
            if name in chosen:
                left.append(chosen[name])
            else:
                left, stars = left + stars, []
    return _in_order(sorted(taken), statements)


def _in_order(places, statements):
    """Imports first, then each statement after those whose names it needs at once, where that can be.

    It goes by rounds: all that wait for nothing are next, as they stand in the notebook; where each waits for
    another, the first one is.
    """
    imports = (ast.Import, ast.ImportFrom)
    order = [at for at in places if isinstance(statements[at].node, imports)]
    first = set(order)
    others = [at for at in places if at not in first]
    waiting, taken = _Waiting(others, statements), set()
    stuck = iter(others)  # whence the first one left is taken
    ready = [at for at in others if waiting.is_free(at)]
    while len(taken) < len(others):
        ready = ready or [next(at for at in stuck if at not in taken)]
        order += ready
        taken.update(ready)
        freed = {free for at in ready for free in waiting.freed_by(at)}
        ready = sorted(freed - taken)
    return order


class _Waiting:
    """Which statements wait for which names: each statement is met once, and each of its names twice at most.

    A statement waits for a name that it needs at once for as long as another one that gives it is not taken.
    """

    def __init__(self, places, statements):
        self.statements = statements
        self.givers = collections.defaultdict(set)  # name -> places that give it and are not taken yet
        for at in places:
            for name in statements[at].given:
                self.givers[name].add(at)
        self.waiters = collections.defaultdict(set)  # name -> places that wait for it
        self.names = {}  # place -> for how many names it waits
        for at in places:
            names = [one for one in _at_once(statements[at]) if self._others_give(one, at)]
            self.names[at] = len(names)
            for name in names:
                self.waiters[name].add(at)

    def _others_give(self, name, at):
        givers = self.givers.get(name, ())
        return len(givers) > (at in givers)

    def is_free(self, at):
        return not self.names[at]

    def freed_by(self, at):
        """The places that wait for nothing any more once the statement at that place is taken."""
        found = []
        for name in self.statements[at].given:
            givers, waiters = self.givers[name], self.waiters[name]
            givers.discard(at)
            if len(givers) > 1:
                continue
            done = waiters & givers if givers else set(waiters)  # the last one does not wait for itself
            waiters -= done
            for one in done:
                self.names[one] -= 1
                if not self.names[one]:
                    found.append(one)
        return found


def _at_once(statement):
    """The names that a statement needs when it is run, and not only when a function in it is called."""
    node = statement.node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        outside = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        return {one.id for part in outside for one in ast.walk(part) if isinstance(one, ast.Name)}
    return statement.needed


def _brings_all(node):
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _unreadable(cells, name):
    for cell in cells:
        if cell.tree is None and f"def {name}" in cell.source:
            return f"The cell with {name} is not Python ({cell.fault})."
    return ""
