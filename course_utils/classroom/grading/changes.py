"""What a call did to its arguments and to the global random numbers: seen over there, repeated here."""

import random

import numpy as np
import torch
from torch import nn


def before(one):
    """What is to be known of an argument before a call."""
    if isinstance(one, torch.Tensor):
        return one.detach().clone(), one.requires_grad
    if isinstance(one, nn.Module):
        return [value.detach().clone() for value in one.state_dict().values()], _marks(one)
    return one.get_state() if isinstance(one, torch.Generator) else None


def _marks(module):
    held = [[p.requires_grad, p.grad is not None] for p in module.parameters()]
    return [module.training, held]


def change(one, then):
    """How an argument has changed, as `remote` repeats it; None where it has not."""
    if isinstance(one, torch.Generator):
        return {"state": one.get_state()} if not torch.equal(one.get_state(), then) else None
    if isinstance(one, torch.Tensor):
        grad = one.is_leaf and one.grad is not None
        now = one.detach()
        same = now.shape == then[0].shape and now.dtype == then[0].dtype
        same = same and (not now.numel() or now.untyped_storage().nbytes() > 0)
        same = same and torch.equal(now.nan_to_num(), then[0].nan_to_num())
        if same and one.requires_grad == then[1] and not grad:
            return None
        lost = now.numel() and now.untyped_storage().nbytes() == 0
        value = None if same else torch.empty(0) if lost else now.clone()
        return {"value": value, "asks": one.requires_grad, "grad": grad}
    if isinstance(one, nn.Module):
        now = [value.detach() for value in one.state_dict().values()]
        same = len(now) == len(then[0]) and all(map(torch.equal, now, then[0]))
        marks = _marks(one)
        return None if same and marks == then[1] else {"state": None if same else now, "marks": marks}
    return None


def throw(dice):
    """Set the global random numbers."""
    torch.set_rng_state(dice["torch"])
    np.random.set_state(tuple(dice["numpy"]))
    random.setstate(tuple(dice["python"]))


def dice():
    """The global random numbers, as they travel."""
    kind, keys, *rest = np.random.get_state()
    version, state, gauss = random.getstate()
    return {"torch": torch.get_rng_state(), "numpy": [kind, keys, *rest], "python": [version, state, gauss]}


def changed_dice(then):
    """The global random numbers where they are no longer as they were then, else None."""
    now = dice()
    same = torch.equal(now["torch"], then["torch"]) and now["python"][1] == then["python"][1]
    same = same and np.array_equal(now["numpy"][1], then["numpy"][1])
    same = same and now["numpy"][2:] == then["numpy"][2:]
    return None if same else now


def repeat(one, told):
    """Do to an argument what was done to it over there."""
    if isinstance(one, torch.Generator):
        torch.Generator.set_state(one, told["state"])
    elif isinstance(one, torch.Tensor):
        if told["value"] is not None:
            one.data = told["value"].detach().to(one.device)
        if one.is_leaf and one.is_floating_point():
            one.requires_grad_(told["asks"] is True)
            one.grad = torch.zeros_like(one) if told["grad"] is True else None
    elif isinstance(one, nn.Module):
        training, held = told["marks"]
        one.train(training is True)
        for weight, (asks, grad) in zip(one.parameters(), held, strict=True):
            weight.requires_grad_(asks is True)
            weight.grad = torch.zeros_like(weight) if grad is True else None
        if told["state"] is not None:
            for now, new in zip(one.state_dict().values(), told["state"], strict=True):
                now.copy_(new)
