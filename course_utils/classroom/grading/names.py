"""Which names a statement of Python gives a meaning to, and which it needs from outside: read, never run."""

import ast
import builtins
import symtable

_BUILT_IN = frozenset(dir(builtins))


def given(statement):
    """The names that a top-level statement binds, as a set; what it binds inside a function is its own."""
    return _given(_table(statement))


def needed(statement):
    """The names that a top-level statement, or any function in it, takes from the module around it."""
    table = _table(statement)
    return _needed(table) - _BUILT_IN


def _table(statement):
    module = ast.Module([statement], [])
    return symtable.symtable(ast.unparse(module), "<a statement>", "exec")


def _given(table):
    symbols = table.get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


def _needed(table):
    top = table.get_type() == "module"
    found = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (top or symbol.is_global())
    }
    for child in table.get_children():
        found |= _needed(child)
    return found


def closure(wanted, statements):
    """The places of the statements that the wanted names need, and those that these need in turn, sorted.

    wanted: a set of names; statements: (statement, names given, names needed), in order. Every statement that
    gives a wanted name is taken.
    """
    wanted, taken = set(wanted), set()
    changed = True
    while changed:
        changed = False
        for place, (_, gives, needs) in enumerate(statements):
            if place not in taken and gives & wanted:
                taken.add(place)
                wanted |= needs
                changed = True
    return sorted(taken)
