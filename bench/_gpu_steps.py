"""The training step of a diffusion U-Net with each of the switches, and its speed in images a second."""

import contextlib
import gc
import time
from typing import NamedTuple

import torch

from course_utils import counting, diffusion
from course_utils.autoencoders import count_parameters
from course_utils.diffusion.unet import UNet
from course_utils.training.device import tf32_allowed, use_bf16

PLAIN = "plain loop"
# What each variant switches on; "graph" is a CUDA graph of the whole step, compiled or not.
VARIANTS = {
    PLAIN: (),
    "TF32": ("tf32",),
    "bf16": ("bf16",),
    "channels-last": ("channels_last",),
    "fused AdamW": ("fused",),
    "CUDA graph": ("graph",),
    "compile": ("compile",),
    "together": ("tf32", "bf16", "channels_last", "fused", "compile", "graph"),
}
NEEDS_GPU = {"tf32", "graph"}


class Sizes(NamedTuple):
    """What is measured: the net, the batch, how long, torch.compile's backend, the product's side.

    chunk, samples: of the digits, after how many steps to look, and at how many.
    """

    side: int = 32
    width: int = 128
    multipliers: tuple = (1, 2, 2, 2)
    batch: int = 128
    seconds: float = 3.0
    warm_up: int = 5
    backend: str = "inductor"
    product: int = 8_192
    chunk: int = 100
    samples: int = 500


TINY = Sizes(8, 8, (1, 2), 4, 0.02, 2, "eager", 64, 2, 20)


class Measured(NamedTuple):
    """images a second; peak bytes of the device, None on a CPU; seconds that the first steps took."""

    images: float
    bytes: int | None
    start: float


def build(sizes, device):
    """The untrained U-Net of the sizes."""
    torch.manual_seed(0)
    with torch.device(device):
        return UNet(3, sizes.width, sizes.multipliers, classes=10)


def step_flops(sizes):
    """FLOPs of a step on a whole batch, counted on two images: products, forward and backward."""
    net = build(sizes, "cpu")
    inputs = torch.zeros(2, 3, sizes.side, sizes.side), torch.zeros(2, dtype=torch.long)
    return counting.count(net, inputs).step * sizes.batch / 2


def standing_bytes(sizes):
    """Bytes of weights, gradients and moments, by formula."""
    return counting.training_memory(count_parameters(build(sizes, "cpu"))).total


def fastest_product(sizes, device, dtype):
    """FLOPs a second of products of large square matrices: what this chip can reach, measured."""
    n = sizes.product
    a, b = (torch.randn(n, n, device=device).to(dtype) for _ in range(2))
    taken = rate(lambda: a @ b, device, sizes.seconds / 3, sizes.warm_up)[0]
    return taken * counting.linear_flops(n, n, n)


def half(device):
    """The 16 bits that a device multiplies fast: bfloat16, or float16 on a GPU that would emulate it."""
    return torch.bfloat16 if device.type != "cuda" or use_bf16("auto", device) else torch.float16


def rate(step, device, seconds, warm_up):
    """(calls of step a second, seconds of the first calls); everything queued is waited for."""
    started = time.perf_counter()
    for _ in range(warm_up):
        step()
    wait(device)
    first = time.perf_counter() - started
    started, calls = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        for _ in range(5):  # queued together, so that a look at the clock costs nothing
            step()
        calls += 5
        if calls % 20 == 0:
            wait(device)
    wait(device)
    return calls / (time.perf_counter() - started), first


def wait(device):
    """Until everything that was asked of a GPU is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measure(name, sizes, device):
    """Train with a variant's switches for so many seconds: a `Measured`, or None where it needs a GPU."""
    switches = VARIANTS[name]
    if device.type != "cuda" and NEEDS_GPU & set(switches):
        return None
    if "bf16" in switches and device.type == "cuda" and not use_bf16("auto", device):
        return None
    if device.type == "cuda":
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    with tf32_allowed("tf32" in switches, device):
        step = make_step(sizes, device, switches)
        steps, start = rate(step, device, sizes.seconds, sizes.warm_up)
    peak = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
    return Measured(steps * sizes.batch, peak, start)


def make_step(sizes, device, switches):
    """A function without arguments that does one step: noise, forward, backward, AdamW."""
    net = build(sizes, device)
    layout = torch.channels_last if "channels_last" in switches else torch.contiguous_format
    if "channels_last" in switches:
        net = net.to(memory_format=layout)
    graph = "graph" in switches
    optimiser = torch.optim.AdamW(
        net.parameters(),
        lr=1e-4,
        fused="fused" in switches,
        foreach="fused" not in switches,
        capturable=graph,
    )
    images = torch.rand(sizes.batch, 3, sizes.side, sizes.side, device=device).contiguous(
        memory_format=layout
    )
    labels = torch.randint(10, (sizes.batch,), device=device)
    signal = diffusion.NoiseSchedule.cosine().alphas_cumprod.float().to(device)
    run = torch.compile(net, backend=sizes.backend) if "compile" in switches else net

    def step():
        t = torch.randint(len(signal), (len(images),), device=device)
        noise = torch.randn_like(images)
        level = signal[t][:, None, None, None]
        with cast("bf16" in switches, device):
            answer = run(level.sqrt() * images + (1 - level).sqrt() * noise, t, labels)
        loss = (answer.float() - noise).square().mean()
        optimiser.zero_grad(set_to_none=not graph)
        loss.backward()
        optimiser.step()
        return loss.detach()

    return captured(step, device) if graph else step


def cast(wanted, device):
    """bf16 where it is wanted."""
    return torch.autocast(device.type, torch.bfloat16) if wanted else contextlib.nullcontext()


def captured(step, device):
    """The step as a CUDA graph: recorded once, after a few calls aside, and replayed."""
    aside = torch.cuda.Stream(device)
    aside.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream(device).wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay
