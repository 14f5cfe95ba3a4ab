"""The student's decoder, called safely, and the shape of what it draws."""

import contextlib
import math

import torch
from torch import nn

from ..._validate import check_int


@contextlib.contextmanager
def evaluating(model):
    """Without gradients and with the module in evaluation mode, then as it was; any other callable passes.

    Yields a function that takes a tensor to the device and dtype of the module's parameters.
    """
    modules = list(model.modules()) if isinstance(model, nn.Module) else []
    was_training = [module for module in modules if module.training]
    parameter = next(model.parameters(), None) if modules else None
    for module in was_training:
        module.training = False
    try:
        with torch.no_grad():
            yield lambda tensor: tensor if parameter is None else tensor.to(parameter)
    finally:
        for module in was_training:
            module.training = True


def as_decoder(decoder):
    """A function [B, 2] -> [B, ...] on the CPU around any callable, in evaluation mode, without gradients.

    Raises TypeError where decoder cannot be called, ValueError where it does not take codes [B, 2].
    """
    if not callable(decoder):
        raise TypeError(f"decoder must be a module or function from codes to images; got {decoder!r}.")

    def decode(codes):
        with evaluating(decoder) as place:
            images = decoder(place(codes))
        return images.float().cpu() if isinstance(images, torch.Tensor) else images

    try:
        decode(torch.zeros(2, 2))
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise ValueError(
            f"decoder must take codes of shape [B, 2]; called with [2, 2] it raised: {reason}"
        ) from None
    return decode


def picture_shape(decode, images, image_shape):
    """(C, H, W) of one decoded image, from image_shape, the images or the decoder's output, in that order.

    Raises ValueError where the decoder's output is not finite or does not have that many pixels.
    """
    output = decode(torch.tensor([[0.0, 0.0], [1.0, -1.0]]))
    if not isinstance(output, torch.Tensor) or output.ndim < 2 or len(output) != 2:
        got = list(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__
        raise ValueError(f"decoder must map codes [2, 2] to images [2, C, H, W]; got {got}.")
    if not torch.isfinite(output).all():
        raise ValueError("decoder must return finite numbers; got NaN or infinity.")
    if image_shape is not None:
        shape = _three_axes("image_shape", image_shape)
    elif images is not None:
        shape = _three_axes("images", images.shape[1:])
    else:
        shape = _three_axes("decoder", _guess(output))
    if output[0].numel() != math.prod(shape):
        got, pixels = list(output.shape[1:]), math.prod(shape)
        raise ValueError(
            f"decoder must return images of {list(shape)}, {pixels} numbers each; got {got} each."
        )
    if images is not None and images[0].numel() != math.prod(shape):
        raise ValueError(f"images must have shape [N, C, H, W] with {list(shape)}; got {list(images.shape)}.")
    return shape


def _guess(output):
    if output.ndim > 2:
        return output.shape[1:]
    side = math.isqrt(output.shape[1])
    if side * side != output.shape[1]:
        raise ValueError(
            f"image_shape must be given: the decoder returns {output.shape[1]} numbers, no square."
        )
    return (side, side)


def _three_axes(name, shape):
    """(C, H, W) with one or three channels, from that or from (H, W)."""
    axes = tuple(int(axis) for axis in shape) if isinstance(shape, torch.Size) else tuple(shape)
    axes = (1, *axes) if len(axes) == 2 else axes
    if len(axes) != 3 or axes[0] not in (1, 3):
        raise ValueError(f"{name} must be (C, H, W) with 1 or 3 channels, or (H, W); got {tuple(shape)}.")
    return tuple(check_int(name, axis) for axis in axes)
