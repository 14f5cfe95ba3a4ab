"""Data that lives on the device, and the batch that belongs to each step."""

import hashlib
import math

import torch

from .._validate import check_flag, check_int, check_kind
from .processes.parts import part


def check_data(data):
    """Return data as a tuple of tensors [N, ...] of one common length N, or say what is wrong with it.

    data: a tensor or a tuple of tensors. uint8 tensors are images of grey levels 0..255 and need two axes
    or more. Raises TypeError for another type, ValueError for an empty or ragged set, NaN or infinity.
    """
    tensors = (data,) if isinstance(data, torch.Tensor) else data
    if not isinstance(tensors, tuple | list) or not all(isinstance(t, torch.Tensor) for t in tensors):
        hint = " (pass data.images, or (data.images, data.labels))" if hasattr(data, "images") else ""
        raise TypeError(
            "data must be a tensor or a tuple of tensors, a Dataset, a DataLoader or a folder of images; got "
            f"{type(data).__name__}{hint}."
        )
    if not tensors or any(t.ndim == 0 or t.numel() == 0 for t in tensors):
        raise ValueError(
            f"data must hold at least one sample; got shapes {[list(t.shape) for t in tensors]}."
        )
    lengths = [len(t) for t in tensors]
    if len(set(lengths)) > 1:
        raise ValueError(f"data must be tensors of one common length; got lengths {lengths}.")
    for position, tensor in enumerate(tensors):
        _check_values(f"data[{position}]", tensor)
    return tuple(tensors)


def _check_tensors(tensors):
    check_kind("tensors", tensors, tuple | list, "a tuple of tensors")
    for tensor in tensors:
        check_kind("tensors", tensor, torch.Tensor, "a tuple of tensors")


def fingerprint(tensors):
    """SHA-256 of a tuple of tensors, as hex: their types, shapes and values."""
    _check_tensors(tensors)
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(f"{tensor.dtype} {list(tensor.shape)};".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def permutation(n, seed, epoch):
    """The order in which epoch number `epoch` visits n samples: int64 [n], from an own generator."""
    mixed = (seed * 1_000_003 + epoch * 7_919 + 1) % 2**32
    return torch.randperm(n, generator=torch.Generator().manual_seed(mixed))


class Batches:
    """Batches by step number: `batches[step]` is a tuple of tensors [b, ...] on the device.

    Each epoch visits every sample exactly once, in a fresh random order, cut into ceil(N / batch_size)
    batches whose sizes differ by one at most. So no epoch ends in a tiny batch, which would weigh its few
    samples too much and break batch normalisation. uint8 images become float32 in [0, 1] batch by batch.
    Of several processes each gets its part of the batch; `.rows` is how many rows the last one has in all.
    """

    def __init__(self, tensors, batch_size, seed, device, channels_last=False):
        _check_tensors(tensors), check_flag("channels_last", channels_last)
        check_kind("device", device, torch.device, "a torch.device, as pick_device gives it")
        self.batch_size = check_int("batch_size", batch_size)
        self.seed = check_int("seed", seed, minimum=0, maximum=2**32 - 1)
        self.tensors = tuple(t.detach().to(device) for t in tensors)
        self.per_epoch = math.ceil(len(tensors[0]) / self.batch_size)
        self.device, self._channels_last = device, channels_last
        self._epoch, self._indices, self.rows = None, (), 0
        part(len(tensors[0]) // self.per_epoch)  # the smallest batch

    def __getitem__(self, step):
        epoch, position = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            order = permutation(len(self.tensors[0]), self.seed, epoch)
            self._epoch, self._indices = epoch, order.to(self.device).tensor_split(self.per_epoch)
        chosen = self._indices[position]
        self.rows = len(chosen)
        mine = chosen[part(self.rows).slice]
        return tuple(self._take(tensor, mine) for tensor in self.tensors)

    def _take(self, tensor, index):
        return as_input(tensor.index_select(0, index), self._channels_last)


def as_input(rows, channels_last=False):
    """Rows of a batch as a model takes them: bytes become float32 in [0, 1]."""
    if rows.dtype == torch.uint8:
        rows = rows.float().div_(255)
    if channels_last and rows.ndim == 4:
        rows = rows.contiguous(memory_format=torch.channels_last)
    return rows


def _check_values(name, tensor):
    if tensor.dtype == torch.uint8 and tensor.ndim == 1:
        raise ValueError(f"{name} must be int64 where it holds labels; got uint8, which means grey levels.")
    if tensor.is_complex() or tensor.device.type == "meta":
        raise TypeError(f"{name} must hold real numbers; got {tensor.dtype} on {tensor.device}.")
    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"{name} must hold finite numbers only; got NaN or infinity.")
