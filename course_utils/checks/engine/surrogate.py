"""A surrogate is judged by its gradients: two of them may have other values and teach the same."""

import functools

import torch

from course_utils.checks.engine.registry import Accepted, Exercise, Mistake


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
        args = list(args)
        for place in places:
            args[place] = args[place].detach().clone().requires_grad_()
        value = function(*args)
        if not isinstance(value, torch.Tensor):
            return value
        leaves = [args[place] for place in places]
        gradients = [None] * len(leaves)
        if value.requires_grad and value.numel() == 1:
            gradients = torch.autograd.grad(value, leaves, allow_unused=True)
        filled = [
            torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, gradients, strict=True)
        ]
        return torch.zeros_like(value.detach()), *filled

    return wrapper
