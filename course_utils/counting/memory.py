"""Memory of training: what stands for every weight by formula, and what autograd keeps of a forward pass."""

from typing import NamedTuple

import torch
from torch import nn

from .._validate import check_choice, check_flag, check_int, check_kind, check_model
from .model import ATTENTION, CONVOLUTIONS, NORMS, PRODUCTS, TRANSPOSED, Watching, names, run

# Bytes for each weight: of the weight that the model computes with, of its gradient, of a second copy in
# float32. "autocast" keeps weights and gradients in float32; its copies in bf16 come and go within a step.
PRECISIONS = {"fp32": (4, 4, 0), "autocast": (4, 4, 0), "bf16": (2, 2, 4)}
OF_INPUT = {"silu", "gelu", "square", "pow", "__pow__", "sin", "cos", "log", "abs", "leaky_relu"}
OF_RESULT = {"relu", "sigmoid", "tanh", "exp", "softmax", "sqrt"}
FACTORS = {"mul", "__mul__", "__rmul__", "multiply"}


class Memory(NamedTuple):
    """Bytes of a training, part by part: those that stand all the time, and `activations`, of one step."""

    weights: int
    gradients: int
    moments: int
    master: int
    average: int
    activations: int

    @property
    def total(self):
        """The sum of all parts."""
        return sum(self)


def training_memory(parameters, precision="fp32", average=False, activations=0, gpus=1, sharded=False):
    """Bytes that one GPU holds to train so many parameters with AdamW, as a `Memory`.

    precision: "fp32" or "autocast" (weights and gradients in float32), or "bf16" (both in bf16, with a master
    copy in float32). AdamW's two moments are float32 always; average: whether an EMA of the weights is kept,
    in float32. activations: bytes that autograd keeps of a step on this GPU. sharded: each of `gpus` keeps
    its share of all that stands for a weight (fully sharded, as ZeRO's third stage and FSDP do; the layer at
    work, gathered whole, comes on top); else each keeps it all (DDP). Source: Rajbhandari et al. 2020,
    section 3.
    """
    count, shares = check_int("parameters", parameters, maximum=10**15), check_int("gpus", gpus)
    weight, gradient, master = PRECISIONS[check_choice("precision", precision, PRECISIONS)]
    kept = 4 if check_flag("average", average) else 0
    used = check_int("activations", activations, 0, 10**15)
    held = -(-count // shares) if check_flag("sharded", sharded) else count
    return Memory(*(held * each for each in (weight, gradient, 8, master, kept)), used)


def saved_bytes(model, inputs):
    """Bytes that autograd keeps of model(*inputs) for the backward pass, measured.

    inputs: a tuple. Weights and buffers do not count, and memory that two operations keep counts once.
    """
    kept, skipped = {}, _weights(model)

    def keep(tensor):
        _note(kept, skipped, tensor)
        return tensor

    check_kind("inputs", inputs, tuple | list, "a tuple, all that model takes")
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        run(model, inputs, Watching(names(model)))
    return sum(size for size, _ in kept.values())


def activation_bytes(model, inputs):
    """The same by rule: which operation needs what of its input or its result to make its gradient.

    A layer or a product keeps the operand that the other one's gradient takes, a SiLU its input, a ReLU its
    result, a norm its input and two numbers for each mean that it took, attention its three inputs, its
    result and a number for each query; what is added, joined or moved is not kept. Weights and buffers do
    not count.
    """
    mode = run(model, inputs, _Keeping(model))
    return sum(size for size, _ in mode.kept.values()) + mode.small


class _Keeping(Watching):
    """Notes what each operation keeps."""

    def __init__(self, model):
        super().__init__(names(model))
        self.kept, self.skipped, self.small = {}, _weights(model), 0

    def see(self, name, args, kwargs, result):
        """Note what one call keeps."""
        if not isinstance(result, torch.Tensor) or not result.requires_grad:
            return
        for tensor in _kept(name, args, result):
            _note(self.kept, self.skipped, tensor)
        if name in NORMS:
            self.small += 2 * _means(name, args) * result.element_size()
        if name == ATTENTION:
            self.small += result.shape[:-1].numel() * result.element_size()
        if name == "dropout" and result is not args[0]:
            self.small += result.nbytes


def _kept(name, args, result):
    """The tensors that a call keeps: inputs or its result."""
    if name in OF_INPUT | NORMS:
        return args[:1]
    if name in OF_RESULT:
        return (result,)
    if name == ATTENTION:
        return (*args[:3], result)
    if name in FACTORS | PRODUCTS | CONVOLUTIONS | TRANSPOSED | {"linear", "einsum"}:
        one, other = args[1:3] if name == "einsum" else args[:2]
        return [a for a, b in ((one, other), (other, one)) if isinstance(b, torch.Tensor) and b.requires_grad]
    return ()


def _means(name, args):
    """How many means a norm takes."""
    x = args[0]
    if name == "group_norm":
        return x.shape[0] * args[1]
    if name == "layer_norm":
        return x.numel() // torch.Size(args[1]).numel()
    return x.shape[1] * (1 if name == "batch_norm" else x.shape[0])


def _weights(model):
    check_model("model", model)
    return {one.untyped_storage().data_ptr() for one in (*model.parameters(), *model.buffers())}


def _note(kept, skipped, tensor):
    """Note a tensor's memory, once; it is held on to, so that no other takes its place meanwhile."""
    if not isinstance(tensor, torch.Tensor) or isinstance(tensor, nn.Parameter):
        return
    storage = tensor.untyped_storage()
    if storage.data_ptr() not in skipped:
        kept[storage.data_ptr()] = storage.nbytes(), tensor
