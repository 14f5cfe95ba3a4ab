"""What a Dataset's items may be, and a batch of them: tensors, arrays, numbers and pictures."""

import numbers
from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Failed:
    """In the place of a batch that could not be made: a sentence, for it may cross between processes."""

    sentence: str


def collate(items):
    """A batch of items as a tuple of tensors [B, ...].

    items: each a tensor, array, number or PIL image, or a tuple of them.
    A Failed where one of them is a Failed, is something else, or where their shapes differ.
    """
    failed = next((item for item in items if isinstance(item, Failed)), None)
    if failed is not None:
        return failed
    try:
        rows = [tuple(map(_as_tensor, _fields(item))) for item in items]
        if len(set(map(len, rows))) > 1:
            raise ValueError(f"data's items must have as many parts each; got {sorted(set(map(len, rows)))}.")
        return tuple(map(_stacked, zip(*rows, strict=True)))
    except (TypeError, ValueError) as error:
        return Failed(str(error))


def as_batch(batch):
    """A DataLoader's batch as a tuple of tensors. Raises TypeError for one of another kind."""
    fields = _fields(batch)
    if not fields or not all(isinstance(field, torch.Tensor) and field.ndim for field in fields):
        kinds = ", ".join(type(field).__name__ for field in fields) or "nothing"
        raise TypeError(f"data's batches must be tensors, or tuples of tensors; got {kinds}.")
    return fields


def _fields(item):
    if isinstance(item, dict):
        raise TypeError(
            "data's items must be tensors, or tuples of them in the order that the loss takes; got a dict."
        )
    return tuple(item) if isinstance(item, tuple | list) else (item,)


def _as_tensor(value):
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, bool | np.bool_ | numbers.Integral):
        return torch.tensor(int(value))
    if isinstance(value, numbers.Real):
        return torch.tensor(float(value))
    if type(value).__module__.startswith("PIL."):
        picture = torch.from_numpy(np.array(value))
        return picture.permute(2, 0, 1) if picture.ndim == 3 else picture[None]
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value)
    kind = type(value).__name__
    raise TypeError(f"data's items must be tensors, arrays, numbers, images or tuples of them; got {kind}.")


def _stacked(values):
    shapes = sorted({tuple(value.shape) for value in values})
    if len(shapes) > 1:
        raise ValueError(
            f"data's items must have one shape; got {list(shapes[0])} and {list(shapes[-1])}: let the "
            "dataset bring its images to one size."
        )
    return torch.stack(values)
