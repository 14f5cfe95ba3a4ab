"""fit: one model, one loss, AdamW."""

import contextlib
import copy

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from .._validate import check_callable, check_flag, check_has, check_kind, check_model, check_number
from . import loop
from .device import autocast, pick_device, tf32_allowed, use_bf16, use_compile
from .history import History
from .loading import opened
from .processes import world
from .processes.gradients import Asked, parallel
from .processes.parts import scale
from .processes.sharding import Shards, is_cut


def adamw(model, lr=1e-3, weight_decay=0.0):
    """AdamW over the model's trainable weights, in its fused form. Raises ValueError where there are none."""
    check_model("model", model)
    weights = [p for p in model.parameters() if p.requires_grad]
    if not weights:
        raise ValueError("model must have weights to train; got a model without any.")
    lr = check_number("lr", lr, minimum=0, open_minimum=True)
    decay = check_number("weight_decay", weight_decay, minimum=0)
    return torch.optim.AdamW(weights, lr=lr, weight_decay=decay, fused=True)


class WeightAverage:
    """An exponential moving average of a model's weights, which starts at the weights as they are now.

    decay: d in [0, 1]. `update()`, called after the optimiser's step, sets average <- d average + (1 - d)
    weights, so that after one step it is d w_0 + (1 - d) w_1. Buffers are copied. `.model` is the average.
    (torch's AveragedModel takes its first update as the start, and makes a GPU wait at every one.)
    """

    def __init__(self, model, decay):
        check_model("model", model)
        decay = check_number("ema_decay", decay, minimum=0, maximum=1)
        self.model = copy.deepcopy(model)
        self._blend = get_ema_multi_avg_fn(decay)
        self._weights = list(self.model.parameters()), list(model.parameters())
        self._buffers = list(self.model.buffers()), list(model.buffers())

    @torch.no_grad()
    def update(self):
        """Move the average towards the model's weights of now."""
        self._blend(*self._weights, None)
        for kept, current in zip(*self._buffers, strict=True):
            kept.copy_(current)


def gradient_step(model, loss, optimiser, average=None, bf16=False):
    """The update of one model: forward, backward, the optimiser's step, then the average.

    loss: callable (model, *batch) -> scalar tensor, or (scalar, dict of extra scalars). Returns
    update(*batch) -> (loss, extras) for `steps`. The update raises TypeError or ValueError for a loss that
    is no scalar or carries no gradient, before any weight has changed. Of several processes each asks its own
    part of the batch, and the gradient is the mean's over all of it, for a loss that is a mean over its rows.
    """
    check_model("model", model), check_callable("loss", loss), check_flag("bf16", bf16)
    check_kind("optimiser", optimiser, torch.optim.Optimizer, "a torch.optim.Optimizer")
    if average is not None:
        check_has("average", average, "a WeightAverage or None", "update", "model")
    device, asked = next(model.parameters()).device, model if is_cut(model) else parallel(Asked(model))

    def update(*batch):
        with autocast(bf16, device):
            result = asked(loss, *batch)
        value, extras = check_loss(result)
        optimiser.zero_grad()
        value.backward(scale(value) if is_cut(asked) else None)
        optimiser.step()
        if average is not None:
            average.update()
        return value, extras

    return update


def check_loss(result):
    """Split what a loss function returned into (scalar tensor, dict), or say what is wrong with it."""
    value, extras = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    if not isinstance(value, torch.Tensor) or not isinstance(extras, dict):
        kind = type(result).__name__
        raise TypeError(f"loss must return a scalar tensor, or (scalar tensor, dict of scalars); got {kind}.")
    if value.ndim != 0:
        raise ValueError(f"loss must return a scalar; got shape {list(value.shape)} (take its mean or sum).")
    if not value.requires_grad:
        raise ValueError("loss must depend on the model's weights; got a value that carries no gradient.")
    return value, extras


def fit(
    model, loss, data, *, steps=None, epochs=None, seconds=None, batch_size=128, lr=1e-3, weight_decay=0.0,
    ema_decay=None, seed=0, device=None, precision="auto", compile=None, channels_last=None, tf32=True,
    checkpoint=None, save_every=10.0, progress=True, workers=0, sharded=False,
):  # fmt: skip
    """Train model with AdamW on loss(model, *batch), and return the History.

    loss: returns a scalar tensor, or (scalar, dict of extra scalars to record). data: tensor [N, ...] or a
    tuple of them of equal length; or a torch Dataset, or the path of a folder of images (data.ImageFolder),
    loaded item by item in the very order of resident data, by so many workers (processes; 0 is this one); or
    a DataLoader, whose batches, order and workers are its own. uint8 images are scaled to [0, 1]. Give
    exactly one of steps, epochs and seconds. ema_decay: keep averaged weights, as `history.ema`. seed: fixes
    the order of the data, dropout and any noise drawn from torch's global generator inside loss, or in a
    Dataset; nothing outside changes. device: None takes CUDA where it exists. precision: "auto" (bf16 on
    CUDA, fp32 on a CPU), "fp32" or "bf16". compile, channels_last: None means on CUDA only. tf32: allow TF32
    products on CUDA. checkpoint: a file to save to, and to resume from, exactly.
    The model is trained in place; it stays on the device and is left in eval mode. Several processes that
    have joined (`processes.joined`) train on parts of each batch, to the end that one would come to; sharded:
    each then keeps only a slice of every weight, its moments and its average on its device, and the model,
    which stays on the CPU, gets them whole when the run saves and ends.
    Raises ValueError or TypeError for bad arguments, TrainingDiverged on NaN, CheckpointError, with nothing
    loaded, where the checkpoint is damaged or from other settings, another model or another loss. A loss is
    known by its code and by the constants, tensors and functions that it reaches by name, but not by what
    lies in lists, dicts or other models.
    """
    check_flag("tf32", tf32), check_flag("sharded", sharded)
    for name, flag in (("compile", compile), ("channels_last", channels_last)):
        flag is None or check_flag(name, flag)
    device, source = pick_device(device), opened(data)
    _check_model(model, loss, source.example)
    loop.budget(steps, epochs, seconds, per_epoch=1)
    sharded = bool(sharded) and world() > 1
    if channels_last is None:
        channels_last = device.type == "cuda" and not sharded  # shards have no layout but their order
    history = History()
    home = torch.device("cpu") if sharded else device
    with tf32_allowed(tf32, device), _in_training(model, home, channels_last and not sharded):
        parts = {"model": model, "optimiser": adamw(model, lr, weight_decay)}
        average = None if ema_decay is None else WeightAverage(model, ema_decay)
        if average is not None:
            parts["ema"] = history.ema = average.model.eval()
        bf16 = use_bf16(precision, device)
        if sharded:
            parts = Shards(parts, device, lambda model: adamw(model, lr, weight_decay))
            update = _sharded_step(parts, loss, average, bf16, compile)
        else:
            runner = torch.compile(model) if use_compile(compile, device) else model
            update = gradient_step(runner, loss, parts["optimiser"], average, bf16)
        settings = {"lr": lr, "weight_decay": weight_decay, "ema_decay": ema_decay, "bf16": bf16}
        for _ in loop.steps(
            update, source, steps=steps, epochs=epochs, seconds=seconds, batch_size=batch_size, seed=seed,
            device=device, channels_last=channels_last, parts=parts, settings=settings, history=history,
            checkpoint=checkpoint, save_every=save_every, progress=progress, workers=workers,
        ):  # fmt: skip
            pass
    return history


def _sharded_step(parts, loss, average, bf16, compile):
    """The update of a model that is cut over the processes, whose average follows the shards."""
    if average is not None:
        average._weights = parts.averages, parts.weights
    if compile:
        parts.asked.model.compile()
    return gradient_step(parts.asked, loss, parts.optimiser, average, bf16)


@contextlib.contextmanager
def _in_training(model, device, channels_last):
    """Inside the block the model is on the device in training mode; afterwards it is in eval mode."""
    model.to(device)
    if channels_last:
        model.to(memory_format=torch.channels_last)
    model.train()
    try:
        yield
    finally:
        model.eval()


def _check_model(model, loss, tensors):
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module; got {type(model).__name__}.")
    if not callable(loss):
        raise TypeError(f"loss must be a function of (model, *batch); got {type(loss).__name__}.")
    check_callable("loss", loss, "model", *["data"] * len(tensors))
    dtypes = {p.dtype for p in model.parameters()}
    for position, tensor in enumerate(tensors):
        if tensor.is_floating_point() and dtypes and tensor.dtype not in dtypes:
            wanted = " or ".join(sorted(str(dtype) for dtype in dtypes))
            raise TypeError(f"data[{position}] must be {wanted}, as the model is; got {tensor.dtype}.")
