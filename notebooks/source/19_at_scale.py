# ---
# jupyter:
#   course:
#     title: At scale
#     summary: Where the seconds and the bytes of a training go, counted by formula and measured; several processes that train as one; and what the big systems cost, from first principles.
#     about: >-
#       From two cores to a GPU to many: what a step costs in FLOPs and in memory, what a loader costs, how several
#       processes train as one to the last digit, and the arithmetic of the big systems. Runs everywhere, without a GPU;
#       what only a GPU could tell is said to be not measured. Needs 12 and 17.
# ---

# %% [markdown]
# # 19 At scale
#
# **Follows** no lecture of the course's sources. The papers are at the end.
#
# **After this notebook you can**
# - say where the time of a training step goes, and find out rather than guess;
# - count the FLOPs and the memory of a model by formula, and check yourself against torch;
# - train one model in several processes so that it makes no difference, and know the three ways in which it usually
#   does;
# - start the course's recipes at full size, on your data and your GPU;
# - tell what a published training cost, and how much of that was arithmetic.
#
# **Builds on** 12 (the U-Net) and 17 (transformers, the big systems). **Time to run:** {measured_time}. Sections marked
# "Going further" can be skipped.

# %%
import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections import Counter
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from course_utils import counting, data, diffusion, training
from course_utils.checks import check, hint, reveal
from course_utils.diffusion import NoiseSchedule, UNet
from course_utils.figures import at_scale as draw
from course_utils.figures import show
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.scale.throughput import Encoded
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # everybody's numbers are alike
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# Nothing in this notebook needs a GPU, and nothing in it pretends to have one. What can be counted is counted, what two
# cores can show is shown, and where only a GPU could tell, you will read "not measured".
#
# **Watch a step.** Below is the training step of the U-Net of notebook 12, on 64 digits. The next cell looks over its
# shoulder, and draws where its FLOPs and where its time go.

# %%
net = UNet(1, 32, classes=10)
denoising = diffusion.denoising_loss(NoiseSchedule.cosine())
optimiser = training.adamw(net, lr=1e-3)
digits = data.load("digits")
images, labels = digits.images[:64], digits.labels[:64]


def step():
    optimiser.zero_grad()
    denoising(net, images, labels).backward()
    optimiser.step()


# %% [markdown]
# **Predict.** FLOPs are floating-point operations; a multiplication and an addition are two. Convolutions do nearly all
# of this network's. What is their share of the *time*? (a) Nearly all, too; (b) between 50 and 90 %; (c) less than
# half.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# The next cell looks on at eight steps, and sorts torch's operations into kinds.

# %% tags=["hide-input"]
KINDS = {
    "convolutions": ("conv",),
    "other products": ("mm", "dot_product"),
    "norms": ("norm",),
    "activations": ("silu", "softmax", "sigmoid"),
    "optimiser": ("adam", "foreach"),
}


def kind_of(name):
    """Which of the kinds an operation of torch's belongs to."""
    return next((kind for kind, marks in KINDS.items() if any(m in name.lower() for m in marks)), "all else")


@contextlib.contextmanager
def quiet():
    """The profiler writes past Python where it finds no GPU; nobody needs to read it."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2), os.close(kept), os.close(nowhere)


for _ in range(3):
    step()  # the first ones also fetch code
with quiet(), profile(activities=[ProfilerActivity.CPU]) as seen:
    for _ in range(preset(8, smoke=1)):
        step()
spent = Counter(dict.fromkeys([*KINDS, "all else"], 0.0))
for event in seen.key_averages():
    spent[kind_of(event.key)] += event.self_cpu_time_total

# %% [markdown]
# The next cell counts the FLOPs of products and norms by formula, as you will in a moment (the others' are too few to
# count), and draws both.

# %% tags=["hide-input"]
inputs = images, torch.randint(1000, (64,), generator=dice()), labels
found = counting.count(net, inputs)
flops_of = {"convolutions": found.by("kind")["conv2d"], "norms": found.by("kind")["group_norm"]}
total = found.step + found.norms
flops_of = {kind: value / total for kind, value in flops_of.items()}
flops_of["other products"] = 1 - sum(flops_of.values())
times_of = {kind: value / sum(spent.values()) for kind, value in spent.items()}
taken = times_of["convolutions"]
reveal(guess, "a" if taken > 0.9 else "b" if taken > 0.5 else "c", "19.time_of_convolutions")
fig = draw.shares({"FLOPs": flops_of, "time": times_of}, "One training step", "share of the step")
show(fig, "19.where_it_goes")
verdict("share of the FLOPs in convolutions", flops_of["convolutions"], low=0.97)
verdict("share of the time in convolutions", taken, low=0.4, high=0.95)

# %% [markdown]
# What counts little in FLOPs takes a good part of the time. Norms, activations and the optimiser touch every number and
# compute next to nothing with it, so they wait for memory; and each call has a cost of its own, whatever it computes.
# (This profile does not separate the two; what they are on a GPU is not measured here.)
#
# ## 1. Feeding the model
#
# The usual way to bring images is a `Dataset` of files and a `DataLoader`: every image is read, decoded and made into a
# tensor, every time. Data of this course's size fits in memory as bytes, on the device, and a batch is one indexing.

# %%
levels = (255 * data.load("mnist_5k").images).round().byte()  # [N, 1, 28, 28]
resident = training.Batches((levels,), 128, seed=0, device=torch.device("cpu"))
loader = torch.utils.data.DataLoader(Encoded(levels), batch_size=128, shuffle=True)  # PNGs, already in memory


def seconds_of(batches):
    """The time that the batches take, if nobody does anything with them."""
    started = time.perf_counter()
    for (batch,) in batches:
        batch.float().mean()
    return time.perf_counter() - started


one_epoch = (resident[step] for step in range(resident.per_epoch))
ratio = seconds_of((batch,) for batch in loader) / seconds_of(one_epoch)
verdict("time of an epoch from PNGs over that of resident bytes", ratio, low=4)

# %% [markdown]
# No disk was involved: this is decoding, and Python, item by item. So keep data on the device where they fit, as the
# course's loop does. Where they do not, start workers: processes that decode while the model computes.
# `training.fit(..., workers=4)` takes a Dataset or a folder of images, in the same order as resident data, so that the
# run is the same.
#
# ## 2. FLOPs
#
# A convolution makes one number of its output from $C_\text{in}\, h\, w$ multiplications and as many additions. It does
# so at every place of every output channel of every image, and the backward pass does it twice more, once for the
# gradient of the input and once for that of the weight:
#
# $$\text{forward} = 2\, B\, H_\text{out} W_\text{out}\, C_\text{out}\, C_\text{in} h w, \qquad H_\text{out} = \Big\lfloor \frac{H + 2p - h}{s} \Big\rfloor + 1, \qquad \text{step} = 3 \times \text{forward}$$
#
# with padding $p$ and stride $s$ (a bias is not counted).
#
# **Exercise 1.** Write both numbers. The weight's second size is what one output channel sees, so groups need no case
# of their own.


# %%
def flops(x_shape, weight_shape, stride, padding):
    """x [B, C, H, W], weight [K, C / groups, h, w] -> FLOPs forward, and forward and backward."""
    ### BEGIN SOLUTION
    batch, _, height, width = x_shape
    c_out, c_each, tall, wide = weight_shape
    rows = (height + 2 * padding - tall) // stride + 1
    columns = (width + 2 * padding - wide) // stride + 1
    forward = 2.0 * batch * rows * columns * c_out * c_each * tall * wide
    return forward, 3 * forward
    ### END SOLUTION


# %%
flops = check("scale.flops", flops)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name; a second call gives a stronger one.

# %%
hint("scale.flops")

# %% [markdown]
# The next cell adds up your formula over the network's convolutions, and compares the whole count with torch's own
# counter; then it says how much of one core's arithmetic the step uses, against what it reaches on a product of
# matrices.

# %% tags=["hide-input"]
yours = []


def seen_by(layer, given, output):
    """Note what your formula says of a convolution in a forward pass."""
    yours.append(
        flops(tuple(given[0].shape), tuple(layer.weight.shape), layer.stride[0], layer.padding[0])[0]
    )


hooks = [m.register_forward_hook(seen_by) for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
with torch.no_grad():
    net(*inputs)
for hook in hooks:
    hook.remove()
by_layer = sum(one.forward for one in found.operations if one.kind == "conv2d")
verdict("your convolutions over the course's count, forward", sum(yours) / by_layer, 0.999, 1.001)
with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
    net(*inputs).square().mean().backward()
verdict("the whole step by formula over torch's counter", found.step / counter.get_total_flops(), 0.95, 1.05)


def quickest(call, times=5):
    """The least of several times of a call, in seconds."""
    took = []
    for _ in range(preset(times, smoke=1)):
        started = time.perf_counter()
        call()
        took.append(time.perf_counter() - started)
    return min(took)


square = torch.randn(512, 512, generator=dice())
peak = counting.linear_flops(512, 512, 512) / quickest(lambda: square @ square)
used = counting.utilisation(found.step, quickest(step), peak)
verdict("share of one core's arithmetic that a step uses", used, low=0.05, high=1)

# %% [markdown]
# ## 3. Memory
#
# What lies in memory while a model trains? With AdamW in float32: the weights, their gradients, and two moments, 4
# bytes each; with an average of the weights (EMA), 4 more. In the **mixed precision** of large trainings (Micikevicius
# et al. 2018) weights and gradients are 16-bit numbers, here bfloat16, 2 bytes each, and beside the two moments there
# is a *master copy* of the weights in float32, for a small step is lost in the rounding of a bfloat16. ($2 + 2 + 12$ is
# as much as $4 + 4 + 8$: what is saved are activations and time. The course's `fit` does it otherwise: it keeps the
# weights in float32 and rounds only what goes into the products.)
#
# **Exercise 2.** Write the bytes of the four parts.


# %%
def memory(shapes, mixed, average):
    """shapes: of every weight tensor, a list of tuples -> bytes of weights, gradients, optimiser, average.

    mixed: whether in mixed precision; the master copy counts with the optimiser. average: whether an EMA
    is kept, in float32.
    """
    ### BEGIN SOLUTION
    count = sum(math.prod(shape) for shape in shapes)
    each, kept = (2, 12) if mixed else (4, 8)
    return float(count * each), float(count * each), float(count * kept), float(count * 4 * average)
    ### END SOLUTION


# %%
memory = check("scale.memory", memory)

# %% [markdown]
# That is not all. The backward pass needs what the forward pass computed: the **activations**. They grow with the
# batch, the picture, the width and the depth.
#
# **Predict.** For this U-Net of half a million weights and a batch of 64 digits of 8x8 pixels, the activations are (a)
# a tenth of your four parts together; (b) about as much as they; (c) more than they.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# The next cell measures what autograd keeps, through torch's hooks for saved tensors, and compares with a rule of the
# layers.

# %% tags=["hide-input"]
parts = ("weights", "gradients", "optimiser", "average")
shapes = [tuple(weight.shape) for weight in net.parameters()]
kept = {n: counting.saved_bytes(net, [part[:n] for part in inputs]) for n in (16, 64)}
of_parts = dict(zip(parts, memory(shapes, False, True), strict=True))
times = kept[64] / sum(of_parts.values())
reveal(guess, "a" if times < 0.3 else "b" if times < 1.25 else "c", "19.activations")
rows = {}
for n in (16, 64):
    rows[f"batch of {n}"] = {name: value / 1e6 for name, value in of_parts.items()}
    rows[f"batch of {n}"]["activations"] = kept[n] / 1e6
show(draw.memory(rows, "Memory of one training"), "19.memory")
verdict("activations of a batch of 64 over those of 16", kept[64] / kept[16], low=3.5, high=4.1)
verdict("measured over the rule", kept[64] / counting.activation_bytes(net, inputs), low=0.95, high=1.05)

# %% [markdown]
# So a smaller batch saves activations and nothing else. For the other four there is **sharding** (section 6): each of
# several GPUs keeps a part of them only.
#
# ## 4. Time against size
#
# How does the cost grow with the side of the picture? The next cell counts and times a small U-Net at five sizes and
# fits $a + b\, n^p$ to both.

# %% tags=["hide-input"]
sizes, small = [8, 12, 16, 24, 32], UNet(1, 16)


def backward_of(side):
    """A forward and a backward pass on eight pictures of that side."""
    x, t = torch.zeros(8, 1, side, side), torch.zeros(8, dtype=torch.long)
    return lambda: small(x, t).square().mean().backward()


cost = {"FLOPs": [], "seconds": []}
for side in sizes:
    pictures = torch.zeros(8, 1, side, side), torch.zeros(8, dtype=torch.long)
    cost["FLOPs"].append(float(counting.count(small, pictures).step))
    cost["seconds"].append(quickest(backward_of(side)))
fits = {name: counting.fit_growth(sizes, values) for name, values in cost.items()}
show(draw.growth(sizes, cost, fits, "A U-Net on larger pictures"), "19.growth")
verdict("power of the FLOPs", fits["FLOPs"].p, low=2, high=2.3)

# %% [markdown]
# A convolution's cost is that of the pixels, $n^2$; attention's is their square, $n^4$, and lifts the power a little.
# The interval of the power in seconds, in the figure's legend, is wide: five timings on a shared machine do not tell
# more. ($p$ is the growth of what comes on top of the fixed cost $a$.) The first sizes cost more than their FLOPs say,
# since each layer has a cost of its own.
#
# ## 5. Several processes
#
# One GPU is not enough: take several, each with a copy of the model and a **part of the batch**. Each computes the
# gradient of its part; then all gradients are averaged, and everybody takes the same step. torch calls this DDP
# (distributed data parallel), and takes the plain mean, which is right for equal parts. If they differ in size, the
# average must know it. The loss over the large batch is a mean over its $n = \sum_r n_r$ rows, so with $g_r$ the
# gradient of the mean over rank $r$'s rows
#
# $$g = \sum_r \frac{n_r}{n}\, g_r$$
#
# **Exercise 3.** Write it.


# %%
def average(gradients, counts):
    """gradients [R, ...]: each rank's, of the mean over its counts[r] rows; counts [R] -> the large batch's [...]."""
    ### BEGIN SOLUTION
    shares = counts / counts.sum()
    return torch.tensordot(shares.to(gradients.dtype), gradients, dims=1)
    ### END SOLUTION


# %%
average = check("scale.average", average)

# %% [markdown]
# **Exercise 4.** Which rows belong to whom? Cut the batch in order, into parts that differ by one row at most, the
# larger ones first. No row may be lost, and none taken twice.


# %%
def share(rows, rank, ranks):
    """rows [B] of the global batch; rank from 0 to ranks - 1 -> the rows of that rank."""
    ### BEGIN SOLUTION
    small_part, left = divmod(len(rows), ranks)
    start = rank * small_part + min(rank, left)
    return rows[start : start + small_part + (rank < left)]
    ### END SOLUTION


# %%
share = check("scale.share", share)

# %% [markdown]
# **Exercise 5.** Dropout and noise must differ from rank to rank: with the same noise everywhere, only an eighth of the
# noises in a batch of 8 parts are different ones. But a run must repeat. Make the seed of a rank's generator from the
# run's seed and the rank, so that no two pairs share one, for runs and ranks below a million. (`seed + rank` gives rank
# 1 of run 0 the stream of rank 0 of run 1. And a CPU generator of torch looks at the last 32 bits of a seed only:
# different seeds are needed, and do not promise everything.)


# %%
def rank_seed(seeds, ranks):
    """seeds, ranks: whole numbers below 1,000,000, [N] each -> seeds of generators, whole numbers >= 0, [N]."""
    ### BEGIN SOLUTION
    return seeds * 1_000_003 + ranks
    ### END SOLUTION


# %%
rank_seed = check("scale.rank_seed", rank_seed)

# %% [markdown]
# ### Two processes, here
#
# Enough of formulas. Here is a script for two processes, which talk to each other through `gloo`, torch's way for CPUs,
# on this machine only. Each takes its part of a batch of 7 and prints its gradient.

# %%
SCRIPT = """
import json
import torch
from torch import distributed, nn

distributed.init_process_group("gloo")
rank = distributed.get_rank()
torch.manual_seed(0)                                   # the same weights and data everywhere
net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1)).double()
x, y = torch.randn(7, 6).double(), torch.randn(7, 1).double()


def gradient(rows):
    net.zero_grad()
    (net(x[rows]) - y[rows]).square().mean().backward()
    return torch.cat([weight.grad.flatten() for weight in net.parameters()])


own = [[0, 1, 2, 3], [4, 5, 6]][rank]                  # as `share` says
summed = len(own) * gradient(own)
distributed.all_reduce(summed)                         # the sum over the ranks, everywhere
told = {"own": gradient(own).tolist(), "averaged": (summed / 7).tolist(), "large": gradient(range(7)).tolist()}
print(json.dumps(told))
distributed.destroy_process_group()
"""

# %% [markdown]
# The next cell writes a script to a file and starts it so many times, each with its rank.


# %%
def in_processes(script, ranks=2):
    """Run a script in so many processes that form a group: what each printed, as JSON says it."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # a port that nobody uses
        port = str(free.getsockname()[1])
        free.close()
        file = Path(folder, "script.py")
        file.write_text(textwrap.dedent(script), encoding="utf-8")
        told = {
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port,
            "WORLD_SIZE": str(ranks),
            "OMP_NUM_THREADS": "1",
        }
        started = [
            subprocess.Popen(
                [sys.executable, str(file)], env={**os.environ, **told, "RANK": str(rank), "LOCAL_RANK": str(rank)},
                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for rank in range(ranks)
        ]  # fmt: skip
        try:
            said = [process.communicate(timeout=120) for process in started]
        finally:
            for process in started:
                process.kill()
    for process, (_, error) in zip(started, said, strict=True):
        if process.returncode:
            raise RuntimeError(error[-500:])
    return [json.loads(printed) for printed, _ in said]


told = in_processes(SCRIPT)

# %% [markdown]
# (`torchrun --nproc-per-node 2 script.py` does what `in_processes` does here.) The next cell compares: what the two
# agreed on, your `average` of what they printed, the plain mean and the sum, each with the gradient of the large batch.

# %% tags=["hide-input"]
own = torch.tensor([one["own"] for one in told], dtype=torch.float64)
large = torch.tensor(told[0]["large"], dtype=torch.float64)
counts = torch.tensor([len(share(torch.arange(7), rank, 2)) for rank in range(2)])
agreed = torch.tensor(told[1]["averaged"], dtype=torch.float64)
verdict("what the processes agreed on: largest difference", (agreed - large).abs().max(), high=1e-12)
verdict("your average: largest difference", (average(own, counts) - large).abs().max(), high=1e-6)
verdict("the plain mean: largest difference", (own.mean(0) - large).abs().max(), low=1e-3)
verdict("the sum: largest difference", (own.sum(0) - large).abs().max(), low=1e-2)

# %% [markdown]
# ### The course's loop in two processes
#
# `training.fit` looks by itself whether it runs in a group. This is all it takes:

# %%
TRAINING = """
import hashlib, json
import torch
from course_utils import data, training
from course_utils.training import processes

torch.set_num_threads(1)
torch.manual_seed(0)
layers = torch.nn.Flatten(), torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 64)
net = torch.nn.Sequential(*layers).double()


def loss(net, x):
    return (net(x) - x.flatten(1)).square().mean()


with processes.joined() as place:
    digits = data.load("digits").images.double()
    training.fit(net, loss, digits, steps=50, batch_size=96, device="cpu", progress=False)
    weights = torch.cat([weight.detach().flatten() for weight in net.parameters()])
    print(json.dumps({"rank": place.rank, "weights": weights.tolist()}))
"""
alone = torch.tensor(in_processes(TRAINING, 1)[0]["weights"], dtype=torch.float64)
both = [torch.tensor(one["weights"], dtype=torch.float64) for one in in_processes(TRAINING, 2)]
verdict(
    "weights after 50 steps, two processes against one: largest difference",
    (both[0] - alone).abs().max(),
    high=1e-6,
)
verdict("between the two processes", (both[0] - both[1]).abs().max(), high=1e-12)

# %% [markdown]
# The same weights, to rounding: the global batch, the order of the data and the mean are those of one process. Noise
# that is drawn inside a loss is cut the same way by `processes.share`; batch norm is not, for it looks at the rows of
# its own process (`processes.whole_batch_norm` says what to do).
#
# **Predict.** Somebody averages the *weights* of the ranks after each step and not the gradients. All started equal,
# and their parts are equally large. With plain gradient descent this is (a) the large batch's step exactly; (b) the
# same only for small steps; (c) something else.

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION

# %% [markdown]
# The next cell takes one step each way on a linear function of three numbers, fitted to eight points, with gradient
# descent and with Adam.

# %% tags=["hide-input"]
x, y = torch.randn(8, 3, generator=dice(1)).double(), torch.randn(8, generator=dice(2)).double()


def stepped(rows, kind):
    """The weights after a step of that optimiser on these rows."""
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    (x[rows] @ w - y[rows]).square().mean().backward()
    kind([w], lr=0.1).step()
    return w.detach()


gap = {}
for kind in (torch.optim.SGD, torch.optim.Adam):
    of_parts = (stepped(slice(0, 4), kind) + stepped(slice(4, 8), kind)) / 2
    gap[kind.__name__] = (of_parts - stepped(slice(0, 8), kind)).abs().max().item()
reveal(guess, "a" if gap["SGD"] < 1e-12 else "c", "19.average_of_weights")
verdict("gradient descent: difference from the large batch's step", gap["SGD"], high=1e-12)
verdict("Adam: the same", gap["Adam"], low=1e-3)

# %% [markdown]
# ### The rate for a larger batch
#
# With eight GPUs the batch is often eight times as large. The variance of its gradient is an eighth, so a longer step
# is safe: in proportion to the batch for gradient descent (Goyal et al. 2017), to its root, as a rule of thumb, for
# Adam. At the start it is not, so the rate *warms up*: in the first $w$ steps it rises by equal amounts.
#
# **Exercise 6.** Write this schedule. The step number $w - 1$ is the first with the whole rate.


# %%
def lr(steps, base, base_batch, batch, warmup, rule):
    """steps [N] from 0; base: the rate that is right for base_batch rows; rule "linear" or "sqrt" -> rates [N].

    warmup: over so many steps the rate rises; it may be 0.
    """
    ### BEGIN SOLUTION
    ratio = batch / base_batch
    whole = base * (ratio if rule == "linear" else ratio**0.5)
    return whole * ((steps + 1) / max(warmup, 1)).clamp(max=1)
    ### END SOLUTION


# %%
lr = check("scale.lr", lr)

# %% [markdown]
# ## 6. Switches, and what is not measured here
#
# | switch | what it does | in `training.fit` |
# |---|---|---|
# | TF32 | float32 products with ten bits of mantissa | `tf32=True` |
# | bf16 | products in bfloat16, weights stay float32 | `precision="bf16"`, the default on CUDA |
# | channels last | images in memory as a GPU's convolutions want them | `channels_last=True`, the default on CUDA |
# | fused AdamW | one kernel for all weights | always |
# | compile | small operations joined into one, so memory is touched once | `compile=True`, the default on CUDA |
# | CUDA graph | a step's kernels recorded, and replayed without the CPU | in `bench/gpu.py` |
# | DDP | several GPUs, each with a part of the batch | `torchrun` |
# | sharding (FSDP2) | each GPU keeps a part of weights, gradients, moments and average | `sharded=True` |
#
# What each gains depends on the GPU. `python -m bench.gpu` measures it in eight minutes on one, against the plain loop,
# and writes `bench/gpu.json` with the device's name. The next cell shows what that file says, if there is one.

# %%
measured = Path(training.__file__).parents[2] / "bench" / "gpu.json"
if measured.is_file():
    record = json.loads(measured.read_text(encoding="utf-8"))
    print(f"measured on {record['device']['name']}:", json.dumps(record.get("switches"), indent=1))
else:
    print("not measured: no GPU was at hand when this was written, and no number is guessed.")

# %% [markdown]
# The same recipes run at full size, on real data, from the command line:
#
# ```sh
# python -m course_utils download cifar10
# python -m course_utils train diffusion --data cifar10 --device cuda --seconds 3600 --out cifar.safetensors
# torchrun --nproc-per-node 4 -m course_utils train flow_matching --data my_pictures --out mine.safetensors
# ```
#
# `vae`, `gan`, `diffusion`, `flow_matching` and `flow` are there; `--data` takes a folder of images, too. A run that is
# stopped goes on with the same command. Beside the weights lie samples and measures. The next cell tries it, for a few
# steps, without any download.

# %%
with tempfile.TemporaryDirectory() as folder:
    few = ["--preset", "quick", "--samples", "64", "--steps", str(preset(30, smoke=3)), "--device", "cpu"]
    command = [sys.executable, "-m", "course_utils", "train", "vae", "--data", "digits", *few]
    command += ["--out", f"{folder}/vae.safetensors"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    print(
        "exit code",
        done.returncode,
        "and files:",
        ", ".join(sorted(path.name for path in Path(folder).iterdir())),
    )

# %% [markdown]
# ## 7. The big systems on paper
#
# What a training computes follows from its paper: multiply-adds of one image forward, times 2, times 3 for a step,
# times the images that it saw. Its GPUs could have done (seconds) $\times$ (peak) $\times$ (how many). The quotient is
# the **utilisation**.
#
# **Exercise 7.** Write it.


# %%
def utilisation(macs, images, seconds, peak, gpus):
    """macs: multiply-adds of one image, forward; images: seen by all GPUs together; peak: FLOPs a second of one GPU."""
    ### BEGIN SOLUTION
    return 2 * 3 * macs * images / (seconds * peak * gpus)
    ### END SOLUTION


# %%
utilisation = check("scale.utilisation", utilisation)

# %% [markdown]
# **Predict.** Stable Diffusion v1.4 took 150,000 hours of A100 GPUs, by its model card. How much of their peak did the
# arithmetic of its U-Net use? (a) More than 40 %; (b) 10 to 40 %; (c) less than 10 %.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# The next cell computes it, with your function, for all trainings of which enough was published; sources are in
# `counting.TRAININGS`. At 40 % the arithmetic alone would have taken the days at the discs.

# %% tags=["hide-input"]
shares, days = {}, {}
for name, one in counting.TRAININGS.items():
    if one.flops is None:
        print(f"{name}: {one.images:.1e} images; its FLOPs were not published")
        continue
    chip = counting.CHIPS[one.chip]
    macs = one.flops / (6 * one.images)
    shares[name] = utilisation(macs, one.images, 86_400 * one.chip_days, chip.peak, 1)
    days[f"{name}, {one.chip}"] = (counting.gpu_days(one.flops, chip.peak, 0.4), one.chip_days)
of_it = shares["Stable Diffusion v1.4"]
reveal(guess, "a" if of_it > 0.4 else "b" if of_it > 0.1 else "c", "19.stable_diffusion")
show(draw.chip_days(days), "19.big_systems")
for name, share_used in shares.items():
    verdict(f"{name}: share of the peak", share_used, low=0.02, high=0.4)

# %% [markdown]
# Low shares do not mean bad work. Autoencoder, text encoder, loading, evaluation and restarts are in the hours and not
# in the FLOPs; and small layers cost more than their FLOPs. (The peaks are those of 16-bit products; whoever trained in
# float32 could not reach them.)
#
# ## 8. What breaks it
#
# **Exhibit A: every rank the same noise.** Four ranks draw the noise for their part of the batch, each from a generator
# that was seeded with the run's seed. Mend it: what seed for this run and rank?


# %%
def batch_noise(seed_of, seed=3, ranks=4, rows=500):
    """The noise of a global batch, [ranks * rows], if seed_of(seed, rank) seeds each rank's generator."""
    return torch.cat([torch.randn(rows, generator=dice(int(seed_of(seed, rank)))) for rank in range(ranks)])


def mended_a(seed, rank):
    """seed of the run, rank: whole numbers -> the seed of this rank's generator."""
    ### BEGIN SOLUTION
    return rank_seed(seed, rank)
    ### END SOLUTION


# %% [markdown]
# The next cell counts different noises, and tries your seed on several runs.


# %% tags=["hide-input"]
def judged_a(given):
    if len(batch_noise(mended_a).unique()) < 1990:
        return "two ranks still draw the same noise"
    seeds = [int(mended_a(seed, rank)) for seed in range(20) for rank in range(20)]
    if len(set(seeds)) < 400:
        return "two runs share a stream: rank 1 of one is rank 0 of the next"
    return (
        ""
        if seeds == [int(mended_a(seed, rank)) for seed in range(20) for rank in range(20)]
        else "it does not repeat"
    )


same = batch_noise(lambda seed, rank: seed)
verdict("exhibit A: different noises of 2,000", len(same.unique()), high=500)
means = torch.stack([batch_noise(lambda seed, rank: seed, seed=k).mean() for k in range(400)])
verdict(
    "exhibit A: deviation of the batch's mean noise, over that of 2,000 draws",
    means.std() * 2000**0.5,
    low=1.7,
)
exhibit("A", lambda: mended_a(3, 1), judged_a, "a whole number")

# %% [markdown]
# Nothing crashes, and each rank by itself looks right. The batch has the noise of a quarter of its rows.
#
# **Exhibit B: a sum for a mean.** `all_reduce` adds. Somebody took the sum over four ranks for the mean, and left the
# learning rate as it was: training on one process was fine, and on four it runs away. Mend it.

# %%
slopes = torch.tensor([1.0, 2.0, 4.0]).double()  # of a loss (slope / 2) w^2 in three directions


def descent(reduced, ranks, steps=30, rate=0.3):
    """How far from the optimum, 0, gradient descent ends; reduced(summed, ranks): what all_reduce's sum becomes."""
    w = torch.ones(3, dtype=torch.float64)
    for _ in range(steps):
        each = slopes * w  # every rank sees the same gradient here
        w = w - rate * reduced(ranks * each, ranks)
    return w.abs().max()


def mended_b(summed, ranks):
    """summed [...]: the sum of the ranks' gradients, whose parts are equally large -> what to step with."""
    ### BEGIN SOLUTION
    return summed / ranks
    ### END SOLUTION


# %% [markdown]
# The next cell runs both, on one rank and on four.


# %% tags=["hide-input"]
def judged_b(given):
    if given.shape != slopes.shape:
        return f"a gradient [3] is wanted; you return {list(given.shape)}"
    ends = [float(descent(mended_b, ranks)) for ranks in (1, 4, 8)]
    return "" if max(ends) - min(ends) < 1e-9 else "one, four and eight ranks still end at different weights"


verdict("exhibit B: distance from the optimum with a sum, one rank", descent(lambda g, n: g, 1), high=0.1)
verdict("exhibit B: the same, four ranks", descent(lambda g, n: g, 4), low=1e3)
exhibit("B", lambda: mended_b(4 * slopes, 4), judged_b, "a gradient [3]")

# %% [markdown]
# ### Going further: one more exhibit
#
# **Exhibit C: rank 0 alone saves, and nobody waits.** The others go on to read the file that is not there yet. So
# somebody wrote a barrier, where all wait for one another, behind the saving, *inside* the `if`. Now rank 0 waits for
# ever, for the others never come. Mend it. (Here the ranks are threads, and a barrier gives up after a second.)


# %%
def on_ranks(after_training, ranks=3):
    """Run after_training(rank, save, barrier) on each; what became of each rank, a list of words."""
    meeting, saved, became = threading.Barrier(ranks, timeout=1), threading.Event(), ["never ended"] * ranks

    def one(rank):
        try:
            after_training(rank, lambda: (time.sleep(0.05), saved.set()), meeting.wait)
            became[rank] = "read the file" if saved.is_set() else "found no file"
        except threading.BrokenBarrierError:
            became[rank] = "waited in vain"

    threads = [threading.Thread(target=one, args=(rank,), daemon=True) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3)
    return became


def broken_c(rank, save, barrier):
    if rank == 0:
        save()
        barrier()


def mended_c(rank, save, barrier):
    """save() writes the file: one rank only may call it. barrier() returns once all ranks have called it."""
    ### BEGIN SOLUTION
    if rank == 0:
        save()
    barrier()
    ### END SOLUTION


# %% [markdown]
# The next cell runs the broken one and yours, and says what became of the ranks.


# %% tags=["hide-input"]
def judged_c(given):
    if given[0].count("save") != 1:
        return "rank 0 must save, once"
    if "save" in given[1]:
        return "rank 1 saves, too, into the same file"
    ends = on_ranks(mended_c)
    return "" if set(ends) == {"read the file"} else f"the ranks: {', '.join(ends)}"


def calls_of(rank):
    """What the function calls on a rank, in order."""
    calls = []
    mended_c(rank, lambda: calls.append("save"), lambda: calls.append("wait"))
    return calls


print("as it was:", ", ".join(on_ranks(broken_c)))
exhibit(
    "C", lambda: [calls_of(0), calls_of(1)] if calls_of(0) else None, judged_c, "lines that save and wait"
)

# %% [markdown]
# ## What to take with you
#
# - Measure before you mend: FLOPs tell where the work is, and a profile where the time is.
# - A step is three forward passes. Memory is weights times 16 bytes or 20, plus activations, which grow with the batch.
# - Several processes are one, if the batch is cut without loss, gradients are weighted by rows, and noise differs.
# - What a switch gains is a measurement with a device's name, or it is not known.
# - Days on paper are FLOPs over peak times utilisation; what was paid for is often several times that.
#
# **Left out here.** Everything that needs a GPU to be seen; pipelines and tensor parallelism, which cut the model and
# not the batch; activation checkpointing, which computes twice to keep less; failures of single machines.

# %% [markdown]
# ## Going further: the papers
#
# Goyal et al., *Accurate, large minibatch SGD: training ImageNet in 1 hour*, 2017. Micikevicius et al., *Mixed
# precision training*, 2018. Li et al., *PyTorch distributed: experiences on accelerating data parallel training*, 2020.
# Rajbhandari et al., *ZeRO: memory optimizations toward training trillion parameter models*, 2020. Dhariwal and Nichol,
# *Diffusion models beat GANs on image synthesis*, 2021. Chowdhery et al., *PaLM: scaling language modeling with
# pathways*, 2022. Rombach et al., *High-resolution image synthesis with latent diffusion models*, 2022. Peebles and
# Xie, *Scalable diffusion models with transformers*, 2023. Zhao et al., *PyTorch FSDP: experiences on scaling fully
# sharded data parallel*, 2023.
