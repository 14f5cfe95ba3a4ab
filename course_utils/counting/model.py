"""FLOPs of a whole model: every product that a call of it makes, each by its layer's formula."""

import contextlib
import math
from collections import Counter
from typing import NamedTuple

import torch
from torch.overrides import TorchFunctionMode

from .._validate import check_choice, check_kind, check_model
from .layers import attention_flops, convolution_flops, linear_flops, norm_flops

CONVOLUTIONS = {f"conv{d}d" for d in (1, 2, 3)}
TRANSPOSED = {f"conv_transpose{d}d" for d in (1, 2, 3)}
PRODUCTS = {"matmul", "__matmul__", "__rmatmul__", "mm", "bmm"}
ATTENTION = "scaled_dot_product_attention"
NORMS = {"batch_norm", "group_norm", "layer_norm", "instance_norm"}
# What is made of several products inside one call that cannot be looked into.
NOT_COUNTED = {
    "multi_head_attention_forward", "_transformer_encoder_layer_fwd", "_native_multi_head_attention",
    "bilinear", "addmm", "baddbmm", "addbmm", "tensordot", "chain_matmul", "lstm", "gru", "rnn_tanh",
}  # fmt: skip
# The arguments that count, in the order of their places, for a call that gives them by name.
BY_NAME = ("input", "num_groups", "normalized_shape", "weight", "other", "mat2", "query", "key", "value")


class Operation(NamedTuple):
    """One product or norm: the module that asked for it, its kind, and the FLOPs of its two directions.

    backward: as many times the forward's as operands want a gradient: two inside a network, for the input
    and for the weight; one in its first layer, for the data want none.
    """

    module: str
    kind: str
    forward: int
    backward: int


class Count(NamedTuple):
    """FLOPs of the products of a forward pass, of the backward pass, and of the norms in a forward pass.

    operations: a list of all `Operation`s, in the order of the calls.
    """

    forward: int
    backward: int
    norms: int
    operations: list

    @property
    def step(self):
        """FLOPs of the products of forward and backward pass together."""
        return self.forward + self.backward

    def by(self, what):
        """{module or kind: FLOPs forward and backward}, the most first; what: "module" or "kind"."""
        check_choice("what", what, ("module", "kind"))
        totals = Counter()
        for one in self.operations:
            totals[getattr(one, what)] += one.forward + one.backward
        return dict(totals.most_common())


def count(model, inputs):
    """Count the FLOPs of model(*inputs) and of a backward pass through it, as a `Count`.

    inputs: a tuple. The model runs once, forward only, in the mode in which it is; what it computes is thrown
    away, and random numbers are as before. Linear layers, convolutions, products of matrices and attention
    count, as functions too; a gradient counts where it is wanted as the model is now, so with frozen weights
    less. Raises ValueError for a model with a product that no formula here is for (nn.LSTM), or that does not
    take these inputs.
    """
    found = run(model, inputs, _Counting(names(model))).found
    products = [one for one in found if one.kind not in NORMS]
    norms = sum(one.forward for one in found if one.kind in NORMS)
    return Count(sum(one.forward for one in products), sum(one.backward for one in products), norms, found)


def names(model):
    """{module: its name in the model}; the model itself is "model"."""
    return {module: name or "model" for name, module in check_model("model", model).named_modules()}


def run(model, inputs, mode):
    """Call model(*inputs) inside a mode that knows which module is at work, and return the mode."""
    check_model("model", model), check_kind("inputs", inputs, tuple | list, "a tuple, all that model takes")
    with contextlib.ExitStack() as stack:
        for module in model.modules():
            stack.callback(module.register_forward_pre_hook(mode.enter).remove)
            stack.callback(module.register_forward_hook(mode.leave).remove)
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(mode)
        try:
            model(*inputs)
        except NotImplementedError as error:
            raise ValueError(f"model must be made of products that are counted: {error}") from None
        except (TypeError, ValueError, RuntimeError) as error:
            said = str(error).rstrip(".")
            raise ValueError(f"inputs must be what model takes; it stopped with: {said}.") from error
    return mode


class Watching(TorchFunctionMode):
    """A mode that sees every function of torch that a model calls, and knows the module that calls it."""

    def __init__(self, names):
        super().__init__()
        self.names, self.inside = names, ["model"]

    def enter(self, module, inputs):
        """A hook: from here on the module is at work."""
        self.inside.append(self.names[module])

    def leave(self, module, inputs, output):
        """A hook: the module is done."""
        self.inside.pop()

    def see(self, name, args, kwargs, result):
        """What is done about the call of a function of torch; here nothing."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name in NOT_COUNTED:
            raise NotImplementedError(f"it calls {name}, for which no formula stands here.")
        result = func(*args, **kwargs)
        named = (kwargs[one] for one in BY_NAME if one in kwargs)
        self.see(name, (*args, *named), kwargs, result)
        return result


class _Counting(Watching):
    """Notes an `Operation` for every call that a formula is for."""

    def __init__(self, names):
        super().__init__(names)
        self.found = []

    def see(self, name, args, kwargs, result):
        """Note the call of one function."""
        forward = flops(name, args, kwargs, result)
        if forward is None:
            return
        operands = args[1:3] if name == "einsum" else args[: 3 if name == ATTENTION else 2]
        wanted = sum(isinstance(one, torch.Tensor) and one.requires_grad for one in operands)
        if name == ATTENTION:  # four products for two: q and k share theirs
            backward = forward * (wanted + (wanted > 1)) // 2
        else:
            backward = 0 if name in NORMS else forward * wanted
        self.found.append(Operation(self.inside[-1], name, forward, backward))


def flops(name, args, kwargs, result):
    """FLOPs of one call of a function of torch by its name, arguments and result; None where none count."""
    if name == "linear":
        n_in, weight = args[0].shape[-1], args[1]
        return linear_flops(result.numel() // weight.shape[0], n_in, weight.shape[0])
    if name in CONVOLUTIONS | TRANSPOSED:
        x, weight = args[:2]
        batch, c_in = x.shape[:2]
        at = x if name in TRANSPOSED else result
        groups = c_in // weight.shape[1] if name in CONVOLUTIONS else _groups(args, kwargs)
        return convolution_flops(
            batch, c_in, result.shape[1], tuple(weight.shape[2:]), tuple(at.shape[2:]), groups
        )
    if name in PRODUCTS:
        return linear_flops(max(result.numel(), 1), args[0].shape[-1], 1)
    if name == ATTENTION:
        q, k, v = args[:3]
        rows = q.shape[:-2].numel()
        return attention_flops(rows, 1, q.shape[-2], k.shape[-2], q.shape[-1], v.shape[-1])
    if name == "einsum":
        return _einsum(*args)
    if name in NORMS:
        place = 3 if name in ("batch_norm", "instance_norm") else 2
        weight = kwargs.get("weight", args[place] if len(args) > place else None)
        return norm_flops(result.numel(), affine=weight is not None)
    return None


def _einsum(equation, *operands):
    """2 times the product of all the axes' sizes, of two operands."""
    letters = equation.replace(" ", "").split("->")[0].split(",")
    if len(operands) != 2 or "." in equation:
        raise NotImplementedError(f"it calls einsum({equation!r}), and only two operands by letters count.")
    sizes = dict(zip("".join(letters), (*operands[0].shape, *operands[1].shape), strict=True))
    return 2 * math.prod(sizes.values())


def _groups(args, kwargs):
    """Of a transposed convolution: after input, weight, bias, stride, padding and output_padding."""
    return kwargs.get("groups", args[6] if len(args) > 6 else 1)
