"""A torch decoder as plain numbers that a page can evaluate: its layers, or its images on a grid."""

import base64
import zlib

import numpy as np
import torch
from torch import nn

HALF_ABOVE = 100_000  # parameters; beyond this float16 keeps the notebook small
SIDE = 33


def export_network(decoder, dtype=None):
    """The decoder's layers as JSON-able values, or None where a page could not run them.

    Runs: nn.Sequential (nested too) of Linear and the element-wise activations below; Flatten, Unflatten,
    Identity and Dropout (evaluation mode) change no number and are left out. Weights are base64 of dtype,
    "float32" or "float16"; None takes float16 above 100,000 parameters.
    """
    leaves = _leaves(decoder)
    if leaves is None or not _is_flat_until_the_end(leaves):
        return None
    size = sum(parameter.numel() for parameter in decoder.parameters())
    dtype = dtype or ("float16" if size > HALF_ABOVE else "float32")
    layers = [_layer(leaf, dtype) for leaf in leaves]
    return {"dtype": dtype, "layers": [layer for layer in layers if layer is not None]}


def export_grid(decode, center, half, side=SIDE):
    """The decoder's images at side x side points of the square around center, as zlib-packed bytes in base64.

    decode: [B, 2] -> [B, ...] in [0, 1]. Rows run from the lowest second coordinate.
    """
    ticks = torch.linspace(-half, half, side)
    second, first = torch.meshgrid(ticks + center[1], ticks + center[0], indexing="ij")
    points = torch.stack([first.flatten(), second.flatten()], dim=1)
    images = torch.cat([decode(part) for part in points.split(side)])
    return {"side": side, "center": list(center), "half": half, "data": pack_images(images)}


def pack_images(images):
    """Images [N, ...] in [0, 1] as zlib-packed bytes in base64; what lies outside is clipped."""
    pixels = (images.detach().cpu().clamp(0, 1) * 255).round().to(torch.uint8)
    return encode(zlib.compress(pixels.contiguous().numpy().tobytes(), 9))


def pack_numbers(tensor, dtype="float32"):
    """The tensor's numbers, little-endian, in base64; dtype: "float32" or "float16"."""
    order = {"float32": "<f4", "float16": "<f2"}[dtype]
    return encode(np.ascontiguousarray(tensor.detach().cpu().float().numpy(), dtype=order).tobytes())


def encode(data):
    """Bytes as base64 text, which survives JupyterLab's saving where binary buffers do not."""
    return base64.b64encode(data).decode("ascii")


SHAPE_ONLY = (nn.Flatten, nn.Unflatten, nn.Identity, nn.Dropout)
ACTIVATIONS = {
    nn.ReLU: lambda leaf: {},
    nn.LeakyReLU: lambda leaf: {"slope": leaf.negative_slope},
    nn.Tanh: lambda leaf: {},
    nn.Sigmoid: lambda leaf: {},
    nn.SiLU: lambda leaf: {},
    nn.GELU: lambda leaf: {"approximate": leaf.approximate},
}


def _leaves(module):
    """The layers in order; None where a layer, or a subclass with a forward of its own, is not known here."""
    if not isinstance(module, nn.Module) or module._forward_hooks or module._forward_pre_hooks:
        return None
    if type(module) is not nn.Sequential:
        known = type(module) is nn.Linear or type(module) in SHAPE_ONLY or type(module) in ACTIVATIONS
        return [module] if known else None
    parts = [_leaves(child) for child in module]
    return None if None in parts else [leaf for part in parts for leaf in part]


def _is_flat_until_the_end(leaves):
    """Whether every Linear sees a vector: between an Unflatten and a Linear there must be a Flatten."""
    flat = True
    if not any(type(leaf) is nn.Linear for leaf in leaves):
        return False
    for leaf in leaves:
        if type(leaf) is nn.Flatten:
            flat = (leaf.start_dim, leaf.end_dim) == (1, -1)
        elif type(leaf) is nn.Unflatten:
            flat = False
        elif type(leaf) is nn.Linear and not flat:
            return False
    return True


def _layer(leaf, dtype):
    kind = type(leaf)
    if kind in SHAPE_ONLY:
        return None
    if kind in ACTIVATIONS:
        return {"kind": kind.__name__, **ACTIVATIONS[kind](leaf)}
    bias = None if leaf.bias is None else pack_numbers(leaf.bias, dtype)
    rows, columns = leaf.weight.shape
    weight = pack_numbers(leaf.weight, dtype)
    return {"kind": "Linear", "rows": rows, "columns": columns, "weight": weight, "bias": bias}
