"""A surrogate is judged by its gradients: two of them may have other values and teach the same."""

import functools

import torch

from course_utils.checks.engine.form import as_numbers
from course_utils.checks.engine.registry import Accepted, Exercise, Mistake
from course_utils.checks.engine.returned import plain


def by_gradient(exercise, function=None):
    """The exercise as one on the gradients that its function sends; with function, that one so turned."""
    names = [f"gradient that reaches {name}" for name in exercise.gradient]
    places = [exercise.arguments.index(name) for name in exercise.gradient]

    def turned(one):
        return _turned(one, places)

    if function is not None:
        return turned(function)
    return Exercise(
        **{
            **exercise.__dict__,
            "reference": turned(exercise.reference),
            "mistakes": [Mistake(tuple(map(turned, m.forms)), m.explanation) for m in exercise.mistakes],
            "accepted": [Accepted(turned(a.function), a.remark) for a in exercise.accepted],
            "gradient": (),
            "returns": ["value", *names],
            "by_gradient": False,
        }
    )


def _turned(function, places):
    """function, with zeros of its value's shape and the gradients at those arguments for its value."""

    @functools.wraps(function)
    def wrapper(*args):
        leaves = {place: args[place].detach().clone().requires_grad_() for place in places}
        given = [leaves[place].clone() if place in leaves else arg for place, arg in enumerate(args)]
        value = plain(function(*given))
        changed = any(not torch.equal(given[place], leaf) for place, leaf in leaves.items())
        for place in places if changed else ():
            args[place].detach().copy_(given[place].detach())  # the engine looks for that, and names it
        numbers = as_numbers(value)
        if numbers is None:
            return value
        gradients = [None] * len(leaves)
        if isinstance(value, torch.Tensor) and value.requires_grad and value.numel() == 1 and not changed:
            gradients = torch.autograd.grad(value, leaves.values(), allow_unused=True)
        pairs = zip(leaves.values(), gradients, strict=True)
        filled = [torch.zeros_like(leaf) if g is None else g for leaf, g in pairs]
        return torch.zeros_like(numbers, dtype=filled[0].dtype), *filled

    return wrapper
