"""The makers of an exercise's inputs, cut out of its file without what answers it.

Some exercises hand over networks, optimisers and functions, which cannot travel to another process. There
they are made anew, from the source of the makers alone: of each file, the statements that its inputs need,
and of the files that it imports from, those that are imported. References and mistakes stay here.
"""

import ast
import importlib.util
from pathlib import Path

from .names import closure, given, needed

_LESSONS = "course_utils.checks.lessons."
ENTRY = "INPUTS"  # the name that the last of the sources gives to the inputs


def sources(exercise):
    """{module: source} such that, run in this order, the last one holds the exercise's inputs as ENTRY."""
    found = {}
    tree = _parsed(exercise.module)
    call = next(one.value for one in tree.body if _registers(one))
    inputs = next(keyword.value for keyword in call.keywords if keyword.arg == "inputs")
    tree.body = [one for one in tree.body if not _registers(one)]
    tree.body.append(ast.Assign([ast.Name(ENTRY, ast.Store())], inputs))
    ast.fix_missing_locations(tree)
    _cut(exercise.module, tree, {ENTRY}, found)
    return {module: _text(trees) for module, trees in found.items()}


def reference(exercise):
    """({module: source}, name): run in this order, the last one holds the reference under that name.

    For the answers to other exercises, which may go on with it, as in the notebook.
    """
    found, name = {}, exercise.reference.__name__
    _cut(exercise.module, _parsed(exercise.module), {name}, found)
    return {module: _text(trees) for module, trees in found.items()}, name


def _parsed(module):
    path = Path(importlib.util.find_spec(module).origin)
    return ast.parse(path.read_text(encoding="utf-8"))


def _registers(statement):
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "exercise"


def _cut(module, tree, wanted, found):
    """Put into found, after what it imports, the statements of that module that the wanted names need."""
    statements = [(one, given(one), needed(one)) for one in tree.body]
    chosen = [statements[place][0] for place in closure(wanted, statements)]
    names = set().union(*(needed(one) for one in chosen)) | wanted
    kept = []
    for statement in chosen:
        origin = _origin(module, statement)
        if origin is not None:
            statement.names = [one for one in statement.names if (one.asname or one.name) in names]
            if origin.startswith(_LESSONS):
                _cut(origin, _parsed(origin), {one.name for one in statement.names}, found)
        kept.append(statement)
    found.setdefault(module, []).append(kept)


def _origin(module, statement):
    if not isinstance(statement, ast.ImportFrom):
        return None
    package = module.rpartition(".")[0]
    return importlib.util.resolve_name("." * statement.level + (statement.module or ""), package)


def _text(parts):
    return "\n\n".join(dict.fromkeys(ast.unparse(one) for part in parts for one in part)) + "\n"
