"""Whether a saved state fits a part of a run, asked before it is loaded; and loading it."""

import contextlib
import copy

import torch

from .device import is_random_state
from .storage import CheckpointError


def state_of(part):
    """The state of anything with state_dict(), or of a torch.Generator."""
    return part.get_state() if isinstance(part, torch.Generator) else part.state_dict()


def size_of(part):
    """The bytes of a part's state in use; an optimiser keeps two moments a weight, as Adam does."""
    if isinstance(part, torch.optim.Optimizer):
        return 2 * sum(weight.nbytes for group in part.param_groups for weight in group["params"])
    return _bytes(state_of(part))


def _bytes(state):
    if isinstance(state, torch.Tensor):
        return state.nbytes
    inner = state.values() if isinstance(state, dict) else state if isinstance(state, list | tuple) else ()
    return sum(map(_bytes, inner))


def check(name, part, state):
    """Raise CheckpointError, with a clause that says why, where the state cannot be this part's."""
    if isinstance(part, torch.nn.Module):
        _check_tensors(name, part.state_dict(), state)
    elif isinstance(part, torch.optim.Optimizer):
        _try_on_copy(name, part, state)
    elif isinstance(part, torch.Generator):
        if not is_random_state(state, part.device):
            raise CheckpointError(f"its {name} is no state of a random generator")
    elif hasattr(part, "fits") and not part.fits(state):
        raise CheckpointError(f"its {name} is damaged")


def restore(parts, states):
    """Load the state of every part; where one refuses its own, put back all as they were and say so."""
    before = {name: copy.deepcopy(state_of(part)) for name, part in parts.items()}
    for name, part in parts.items():
        try:
            _load(part, states[name])
        except Exception as error:
            for other in parts:
                with contextlib.suppress(Exception):  # what refused one state may refuse another
                    _load(parts[other], before[other])
            raise CheckpointError(f"its {name} cannot be loaded ({type(error).__name__}: {error})") from error


def _check_tensors(name, current, saved):
    if not isinstance(saved, dict):
        raise CheckpointError(f"its {name} is damaged")
    for key in [*current, *saved]:
        was, now = (_form(state[key]) if key in state else "missing" for state in (saved, current))
        if was != now:
            raise CheckpointError(f"its {name} has {key} {was}, and this run has {now}")


def _form(value):
    """The shape of a tensor, with its type where that is not float32; the type of anything else."""
    if not isinstance(value, torch.Tensor):
        return type(value).__name__
    kind = "" if value.dtype == torch.float32 else f" {value.dtype}"
    return f"{list(value.shape)}{kind}"


def _try_on_copy(name, optimiser, state):
    """Load the state into a copy, and let the copy take one step.

    A fused optimiser trusts its moments' shapes and writes past their end where they are wrong, which ends
    Python itself; the plain form of the step, which the copy takes, raises instead.
    """
    twin = copy.deepcopy(optimiser)
    try:
        twin.load_state_dict(copy.deepcopy(state))  # what is loaded is kept, not copied, and the step writes
        for group, current in zip(twin.param_groups, optimiser.param_groups, strict=True):
            if missing := current.keys() - group.keys():
                raise KeyError(*sorted(missing))
            if "foreach" not in group:  # keeps no state weight by weight, or is not torch's own
                continue
            group.update(foreach=False, fused=False)
            for weight in group["params"]:
                weight.grad = torch.zeros_like(weight) if weight in twin.state else None
        if all("foreach" in group for group in twin.param_groups):
            twin.step()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise CheckpointError(f"its {name} does not fit these weights ({reason})") from error


def _load(part, state):
    if isinstance(part, torch.Generator):
        part.set_state(state)
        return
    part.load_state_dict(state)
    if isinstance(part, torch.optim.Optimizer):
        # Fused optimisers want their moments laid out like the weights (channels last, for one).
        for parameter, moments in part.state.items():
            for key, value in moments.items():
                if isinstance(value, torch.Tensor) and value.shape == parameter.shape and value.ndim:
                    moments[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
