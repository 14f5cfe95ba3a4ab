"""One slip in a right answer: every small change that can be made to it mechanically, and what it is called.

A wrong answer that no bank knows often differs from the right one by a single sign, axis, root or index. Such
slips are made here in the reference itself, so that an answer with the same values can be told of its slip.
"""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import NamedTuple

from course_utils.checks.engine.words import article


class Slip(NamedTuple):
    """A reference with one change. text: a clause for the student; change: the code before and after."""

    function: Callable
    text: str
    change: str


_SIGNS = {ast.Add: "a plus", ast.Sub: "a minus", ast.Mult: "a product", ast.Div: "a division"}
_OTHER_SIGN = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.NotEq}
_ONE_SIDED = (ast.Sub, ast.Div, ast.Pow, ast.MatMult, ast.FloorDiv)
# Functions that are taken for one another.
_TAKEN_FOR = [
    ("mean", "sum"), ("sum", "mean"), ("square", "abs"), ("abs", "square"), ("std", "var"), ("var", "std"),
    ("cumprod", "cumsum"), ("prod", "sum"), ("log", "log2"), ("exp", "square"), ("sqrt", "square"),
    ("rand", "randn"), ("randn", "rand"), ("randn_like", "rand_like"), ("max", "min"), ("min", "max"),
    ("argmin", "argmax"), ("argmax", "argmin"), ("sigmoid", "tanh"), ("softmax", "log_softmax"),
    ("softplus", "relu"), ("zeros_like", "ones_like"), ("cos", "sin"), ("sin", "cos"), ("amax", "amin"),
    ("logsumexp", "sum"), ("norm", "sum"), ("median", "mean"),
]  # fmt: skip


@functools.lru_cache(maxsize=1024)  # more than there are exercises: a loop over them finds all again
def slips(function):
    """Every `Slip` of a function, the likeliest kinds first; none where its source is no `def`."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):  # typed at a prompt; a lambda inside a call
        return ()
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return ()
    body = definition.body[1:] if ast.get_docstring(definition) else definition.body
    arguments = [one.arg for one in definition.args.args]
    found = []
    for statement in body:
        for parent, field, index, node in _places(statement):
            for rank, text, other in _changes(node, field, arguments):
                if _sign_is_lost(parent, node, other):
                    continue
                before = ast.unparse(statement)
                _put(parent, field, index, other)
                after = ast.unparse(statement)
                if after != before:
                    change = f"{_short(before)} => {_short(after)}"
                    found.append((rank, Slip(_compiled(tree, function), text, change)))
                _put(parent, field, index, node)
    found += [(9, one) for one in _without_a_line(tree, definition, function)]
    return tuple(slip for _, slip in sorted(found, key=lambda pair: pair[0]))


def _places(statement):
    """(parent, field, index or None, node) for each expression in a statement, from the outside in."""
    for field, value in ast.iter_fields(statement):
        if field in ("target", "targets", "optional_vars", "decorator_list"):
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, ast.expr | ast.keyword) and field != "func":
                yield statement, field, index if isinstance(value, list) else None, node
            if isinstance(node, ast.AST) and not _is_axis(node):
                yield from _places(node)


def _is_axis(node):
    return isinstance(node, ast.keyword) and node.arg in ("dim", "axis")


def _sign_is_lost(parent, node, other):
    """Whether a change turns the sign alone of what is squared or taken absolute, and so changes nothing."""
    even = isinstance(parent, ast.Attribute) and parent.attr in ("square", "abs", "norm", "var", "std")
    turned = isinstance(other, ast.UnaryOp) and other.operand is node
    if isinstance(other, ast.BinOp) and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        turned = other.left is node.right and other.right is node.left and isinstance(other.op, ast.Sub)
    return turned and even


def _put(parent, field, index, node):
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _compiled(tree, function):
    scope = dict(inspect.unwrap(function).__globals__)
    exec(compile(ast.fix_missing_locations(tree), "<a slip>", "exec"), scope)
    return scope[function.__name__]


def _short(code):
    return " ".join(code.split())


def _changes(node, field, arguments):
    """(rank, clause, other node) for each change to one expression; a lower rank is the likelier slip."""
    makers = {
        ast.BinOp: _of_operator, ast.UnaryOp: _of_minus, ast.Compare: _of_comparison, ast.Call: _of_call,
        ast.Constant: _of_constant, ast.Subscript: _of_index,
    }  # fmt: skip
    yield from makers.get(type(node), lambda node: ())(node)
    if isinstance(node, ast.keyword):
        yield from _of_keyword(node)
    if isinstance(node, ast.Name) and node.id in arguments and node.id != "generator":
        for other in arguments:
            if other not in (node.id, "generator"):
                text = f"`{other}` stands where `{node.id}` belongs"
                yield 5, text, ast.Name(other, ast.Load())
    if field in ("value", "left", "right") and _is_number(node, arguments):
        yield 3, "a sign is turned", ast.UnaryOp(ast.USub(), node)


def _is_number(node, arguments):
    """Whether a minus makes sense before it: arithmetic, or an argument."""
    return isinstance(node, ast.BinOp | ast.Call) or (isinstance(node, ast.Name) and node.id in arguments)


def _of_operator(node):
    kind = type(node.op)
    if kind in _OTHER_SIGN:
        other = _OTHER_SIGN[kind]
        text = f"{_SIGNS[other]} stands where {_SIGNS[kind]} belongs"
        yield 2, text, ast.BinOp(node.left, other(), node.right)
    if kind in _ONE_SIDED:
        what = _SIGNS.get(kind, "an operator")
        yield 4, f"the two sides of {what} have changed places", ast.BinOp(node.right, node.op, node.left)
    for side, kept in (("left", node.right), ("right", node.left)):
        if kind is ast.Mult or (kind in (ast.Div, ast.Pow) and side == "right"):
            what = {ast.Mult: "a factor", ast.Div: "a division", ast.Pow: "a power"}[kind]
            yield 1, f"{what} is missing", kept
        elif kind in (ast.Add, ast.Sub) and not (kind is ast.Sub and side == "left"):
            yield 1, "a term is missing", kept


def _of_minus(node):
    if isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield 2, "a minus sign is missing", node.operand


def _of_comparison(node):
    kind = type(node.ops[0])
    if kind in _TURNED:
        other = ast.Compare(node.left, [_TURNED[kind]()], node.comparators)
        yield 2, "a comparison is turned round", other


def _of_call(node):
    name, inside = _called(node)
    if name is None:
        return
    for one, other in _TAKEN_FOR:
        if one == name:
            yield 2, f"`{other}` stands where `{one}` belongs", _renamed(node, other)
    if inside is not None:
        yield 1, f"{article(name).replace(name, f'`{name}`')} is missing", inside
    if len(node.args) >= 2 and not any(isinstance(one, ast.Starred) for one in node.args):
        order = [node.args[1], node.args[0], *node.args[2:]]
        yield 4, f"two arguments of `{name}` have changed places", ast.Call(node.func, order, node.keywords)
    for index, given in enumerate(node.keywords):
        if given.arg not in (None, "generator", "dtype", "device"):
            rest = node.keywords[:index] + node.keywords[index + 1 :]
            yield 5, f"`{given.arg}` is missing in `{name}`", ast.Call(node.func, node.args, rest)


def _called(node):
    """(the name of what is called, the expression that it is called on); (None, None) for other calls."""
    if isinstance(node.func, ast.Name):
        return node.func.id, node.args[0] if len(node.args) == 1 else None
    if not isinstance(node.func, ast.Attribute):
        return None, None
    owner = node.func.value
    if isinstance(owner, ast.Name) and owner.id in ("torch", "F", "np", "math", "nn"):
        return node.func.attr, node.args[0] if node.args else None
    return node.func.attr, owner


def _renamed(node, name):
    if isinstance(node.func, ast.Name):
        return ast.Call(ast.Name(name, ast.Load()), node.args, node.keywords)
    return ast.Call(ast.Attribute(node.func.value, name, ast.Load()), node.args, node.keywords)


def _of_constant(node):
    value = node.value
    if isinstance(value, bool):
        yield 5, f"{not value} stands where {value} belongs", ast.Constant(not value)
    elif isinstance(value, int):
        for other in dict.fromkeys((value + 1, value - 1, -value, 2 * value)):
            if other != value:
                yield 5, f"{other} stands where {value} belongs", ast.Constant(other)
    elif isinstance(value, float):
        for other in (2 * value, value / 2, 0.0):
            yield 5, f"{other:g} stands where {value:g} belongs", ast.Constant(other)


def _of_index(node):
    if isinstance(node.slice, ast.Name):
        for step, word in ((ast.Sub(), "small"), (ast.Add(), "large")):
            moved = ast.BinOp(node.slice, step, ast.Constant(1))
            text = f"an index is one too {word}"
            yield 2, text, ast.Subscript(node.value, moved, ast.Load())


def _of_keyword(node):
    if not _is_axis(node):
        return
    if isinstance(node.value, ast.Constant):
        for other in (0, 1, 2):
            if other != node.value.value:
                text = f"the axis is {other} where {node.value.value} belongs"
                yield 4, text, ast.keyword(node.arg, ast.Constant(other))
    elif isinstance(node.value, ast.Tuple):
        for index, axis in enumerate(node.value.elts):
            rest = node.value.elts[:index] + node.value.elts[index + 1 :]
            kept = ast.keyword(node.arg, ast.Tuple(rest, ast.Load()))
            yield 4, f"axis {ast.unparse(axis)} is missing among the axes", kept


def _without_a_line(tree, definition, function):
    """The function without each of its statements but the last."""
    start = 1 if ast.get_docstring(definition) else 0
    for index in range(start, len(definition.body) - 1):
        line = definition.body.pop(index)
        made = _compiled(tree, function)
        definition.body.insert(index, line)
        yield Slip(made, "a line is missing", f"without {_short(ast.unparse(line))}")
