"""Arguments and results as trees: lists, tuples and dicts around what counts."""


def leaves(value):
    """What is in a tree, from left to right, as a list; only exact lists, tuples and dicts are opened."""
    if type(value) in (list, tuple):
        return [leaf for one in value for leaf in leaves(one)]
    if type(value) is dict:
        return [leaf for one in value.values() for leaf in leaves(one)]
    return [value]


def forms(value, given):
    """The same tree with other leaves: the next ones of the iterator given."""
    if type(value) in (list, tuple):
        return type(value)([forms(one, given) for one in value])
    if type(value) is dict:
        return {key: forms(one, given) for key, one in value.items()}
    return next(given)


def places(value, place=()):
    """Where each leaf of a tree is, as a list of tuples."""
    if type(value) in (list, tuple):
        return [found for index, one in enumerate(value) for found in places(one, (*place, index))]
    if type(value) is dict:
        return [found for key, one in value.items() for found in places(one, (*place, key))]
    return [place]


def placed(value, place):
    """The leaf of a tree at that place."""
    for step in place:
        value = value[step]
    return value
