"""A pretended GPU: tensors that say they are on one, compute on the CPU, and refuse to be mixed.

torch's own FakeTensorMode has no numbers, so that nothing which looks at one (`float(x)`, `x.unique()`) runs
under it; here they are real. What may be mixed is what FakeTensorMode allows (a test compares the two).
"""

import contextlib

import torch
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_flatten, tree_map

aten = torch.ops.aten
TRANSFERS = {aten._to_copy, aten.copy_, aten._pin_memory}
INDEXING = {aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_}  # indices may be the CPU's


class DeviceMixed(RuntimeError):
    """An operation got tensors of the CPU and of the pretended GPU."""


class NoFloat64(RuntimeError):
    """A tensor of float64 on a GPU that has none, as Apple's."""


class Pretended(torch.Tensor):
    """A tensor that says it is on a device; .behind is the CPU's tensor behind it.

    torch's core takes it for one of the meta device, which needs no driver, in the autograd engine either.
    """

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, real, device):
        return torch.Tensor._make_wrapper_subclass(
            cls, real.shape, strides=real.stride(), storage_offset=real.storage_offset(), dtype=real.dtype,
            device="meta",
        )  # fmt: skip

    def __init__(self, real, device):
        if real.dtype == torch.float64 and device.type == "mps":
            raise NoFloat64("MPS has no float64")
        self.behind, self.where = real, device

    @property
    def device(self):
        """Where it says it is."""
        return self.where

    def tolist(self):
        """Its numbers, for which torch asks no subclass."""
        return self.behind.tolist()

    def __repr__(self):
        return f"Pretended({self.behind}, {self.device})"

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return compute(func, args, kwargs or {})


class _Mode(TorchDispatchMode):
    device = None  # the one that is pretended now
    _mode_key = torch._C._TorchDispatchModeKey.FAKE  # or torch would look for CUDA's driver

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return compute(func, args, kwargs or {})


def compute(func, args, kwargs):
    """func on the CPU's tensors behind args; the result is on the device where torch would have put it."""
    tensors = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, torch.Tensor)]
    device = _device_of(func, tensors, args, kwargs)
    generators = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, torch.Generator)]
    if any(generator.device.type != device.type for generator in generators):
        raise DeviceMixed(f"{func} on {device} got a generator of another device")
    if kwargs.get("device") is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    real_args, real_kwargs = tree_map(lambda x: x.behind if isinstance(x, Pretended) else x, (args, kwargs))
    result = func(*real_args, **real_kwargs)
    if device.type == "cpu":
        return result
    result = tree_map(lambda x: Pretended(x, device) if isinstance(x, torch.Tensor) else x, result)
    return return_and_correct_aliasing(func, args, kwargs, result)


def _device_of(func, tensors, args, kwargs):
    """Where the result lies; DeviceMixed where the operation would be refused."""
    packet = func.overloadpacket
    asked = kwargs.get("device")
    if asked is not None:
        asked = torch.device("cpu") if torch.device(asked).type == "cpu" else _Mode.device
    if asked is not None and (
        packet in TRANSFERS or not tensors or "like" in func.__name__ or "new" in func.__name__
    ):
        return asked
    if packet in TRANSFERS:
        return tensors[0].device
    if packet in INDEXING:
        indices = [x for x in args[1] if x is not None]
        tensors = [x for x in tensors if not any(x is y and x.device.type == "cpu" for y in indices)]
    devices = {x.device for x in tensors if x.ndim} or {x.device for x in tensors if x.device.type != "cpu"}
    scalars = {x.device for x in tensors if not x.ndim and x.device.type != "cpu"}
    if len(devices | scalars) > 1:
        names = ", ".join(sorted(map(str, devices | scalars)))
        raise DeviceMixed(f"{func} got tensors of {names}")
    return next(iter(devices | scalars), torch.device("cpu"))


@contextlib.contextmanager
def pretended_gpu(kind="cuda"):
    """Inside the block tensors may be made on, or moved to, a device of this kind: "cuda", or "mps"."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)  # so that module.to() works for subclasses
    try:
        _Mode.device = torch.device(kind, 0)
        with _Mode():
            yield _Mode.device
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)
