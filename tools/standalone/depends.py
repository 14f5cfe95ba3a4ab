"""On which earlier code of a deck a study depends, so that it is asked for again when that changes."""

import ast

FUNCTIONS = ast.FunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def parsed(code):
    """The statements of a block; none where it is no Python (running it will say so)."""
    try:
        return ast.parse(code).body
    except SyntaxError:
        return []


def needed(code, earlier):
    """The texts of the earlier statements that may change what code computes, last first.

    earlier: what `effects` gives, of all blocks before. What a function of the deck reads counts from where
    it is called on, so also where it is bound after the function is written.
    """
    names, functions = _free(parsed(code)), {}
    for effect in earlier:
        functions |= effect.functions
    while more := {read for name in names & set(functions) for read in functions[name]} - names:
        names |= more
    texts = []
    for effect in reversed(earlier):
        if effect.touched & names:
            texts.append(effect.text)
            names = (names - effect.bound) | effect.read
    return texts


class Effect:
    """What a statement does to the names of a deck, and its text.

    read: names whose values it may use; touched: those that it may bind or change; bound: those that it
    surely binds anew, so that it does not matter what they were; functions: {name: what it reads}.
    """

    def __init__(self, node, text, draws=False):
        self.text, self.read, self.bound = text, _reads(node), _binds(node)
        self.touched = self.bound | (_changed_by_drawing(node) if draws else _changed(node))
        self.functions = {node.name: self.read} if isinstance(node, ast.FunctionDef) else {}


class Kept:
    """The effect of an earlier study: it binds what it keeps, and the rest of it reaches no other code."""

    def __init__(self, names, code):
        self.text, self.read = code.strip(), _free(parsed(code))
        self.touched, self.bound, self.functions = set(names), set(), {}


def effects(code, draws=False):
    """The effects of a block's statements; draws: it is a figure, whose calls change no more than what they
    are called on, such as `ax` in ax.plot(x)."""
    return [Effect(node, ast.get_source_segment(code, node), draws) for node in parsed(code)]


def _free(nodes):
    """The names that statements read before they bind them themselves."""
    found, bound = set(), set()
    for node in nodes:
        found |= _reads(node) - bound
        bound |= _binds(node)
    return found


def _reads(node):
    """The names that a statement or an expression reads and does not bind itself before."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, FUNCTIONS):
        inside = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        body = node.body if isinstance(node.body, list) else [node.body]
        inside |= {name for part in body for name in _stored(part)}
        outside = [node.args, *getattr(node, "decorator_list", [])]
        return _all(outside) | (_all(body) - inside)
    if isinstance(node, COMPREHENSIONS):
        return _all(ast.iter_child_nodes(node)) - {name for one in node.generators for name in _stored(one)}
    if isinstance(node, ast.For):
        return _reads(node.iter) | (_free(node.body) - _stored(node.target)) | _free(node.orelse)
    if isinstance(node, ast.With):
        return _all(node.items) | (_free(node.body) - {name for one in node.items for name in _stored(one)})
    if isinstance(node, ast.AugAssign):
        return _all([node.target, node.value]) | _stored(node.target)
    return _all(ast.iter_child_nodes(node))


def _all(nodes):
    return {name for node in nodes for name in _reads(node)}


def _binds(node):
    """The names that a statement surely binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign):
        return {name for target in node.targets for name in _stored(target)}
    if isinstance(node, ast.With):
        return {name for one in (*node.items, *node.body) for name in _binds(one)} | _stored(node.items[0])
    return set()


def _stored(node):
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def _changed(node):
    """The names that a statement may bind or change: of a call or a loop, every name in it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return set()
    if isinstance(node, ast.Assign):
        return {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _changed_by_drawing(node):
    """Of a figure's statement: what it stores, and what the calls in it are called on."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return set()
    targets = [one.targets for one in ast.walk(node) if isinstance(one, ast.Assign)]
    targets += [[one.target] for one in ast.walk(node) if isinstance(one, ast.AugAssign)]
    methods = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    changed = [part for group in targets for part in group] + [
        one.value for one in methods if isinstance(one, ast.Attribute)
    ]
    return _stored(node) | {_root(one) for one in changed} - {None}


def _root(node):
    """The name at the start of a.b[c].d, None where it is no name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
