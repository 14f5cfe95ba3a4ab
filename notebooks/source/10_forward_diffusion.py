# ---
# jupyter:
#   course:
#     title: Forward diffusion
#     summary: From data to noise in a thousand small steps, or in one jump; how to choose the steps, and what is left at the end.
#     about: >-
#       From data to noise, step by step and in one jump. How to choose the steps, and what is left at the end. Needs
#       00 and 02; 03 helps. *Touch:* the schedule.
# ---

# %% [markdown]
# # 10 Forward diffusion
#
# **Follows** S. Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (diffusion as a VAE, the forward
# kernel); *Diffusion Models: From Foundations to Implementation* (the chain, the SDE); *EECS 230 Deep Learning, Lecture
# 16*, after S. Prince (diffused data, the quiz); M. Straka, *NPFL114 Lecture 13*, Charles University 2023 (derivation
# and schedules); S. Lathuilière, *Deep generative methods*, Télécom Paris (many steps in one).
#
# **After this notebook you can**
# - noise an image step by step, and in one jump, and show that the two agree;
# - read a noise schedule as $\bar\alpha_t$, as signal-to-noise ratio and as two rates, and build a new one;
# - say which steps are wasted on given data, and what disappears last;
# - say what is left at the last step, and what that costs a sampler that starts from pure noise.
#
# **Builds on** 00 (Gaussians, KL), 02 and 03 (the ELBO). **Time to run:** {measured_time}. What is headed *Going
# further* can be skipped: nothing else depends on it.

# %%
import math

import torch
from scipy import stats
from threadpoolctl import threadpool_limits
from torch.nn.functional import avg_pool2d

from course_utils import data, exact
from course_utils.checks import check, hint, reveal
from course_utils.data.faces import render
from course_utils.diffusion import NoiseSchedule, exact_model, samplers
from course_utils.figures import (
    BLACK,
    DATA,
    GREEN,
    MODEL,
    NOISE,
    ORANGE,
    PURPLE,
    forward_diffusion,
    image_rows,
    show,
    subplots,
)
from course_utils.museum import cure, like, numbers
from course_utils.preset import preset
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## A face turns into noise
#
# Here is a face under more and more noise. What goes first, and what goes last? (The next cell draws it.)

# %% tags=["hide-input"]
faces = data.load("faces", n=preset(1000, smoke=100))
pixels = 2 * faces.images - 1
noise, moments = torch.randn(3, 32, 32, generator=dice(1)), (0, 50, 100, 200, 300, 1000)
levels = [1.0, *NoiseSchedule.linear().alphas_cumprod.tolist()]
strip = [math.sqrt(levels[t]) * pixels[1] + math.sqrt(1 - levels[t]) * noise for t in moments]
rows = {"a face": (torch.stack(strip) + 1) / 2}
fig = image_rows(rows, title="From data to noise", names=[f"step {t}" for t in moments], scale=0.64)
show(fig, "10.face_to_noise")

# %% [markdown]
# The curve below says how strong the signal is at each of 1,000 steps. Drag it, or press *Play*, and watch the face.
# Can you draw a curve for which the images look evenly spaced to you? (The symbols come later.)

# %%
from course_utils.widgets import ScheduleExplorer

ScheduleExplorer(image=faces.images[1])

# %% [markdown]
# ### Why not in one step?
#
# A generative model must find the way back. The naive idea is to destroy the image in one big step, and to learn to
# undo that step. Try it with 1,000 faces: somebody picks one, noises it, and shows you the result. Bayes' rule says how
# likely each face is, and your best guess is their average with these weights. The next cell makes it, after a big
# step and after a small one.


# %% tags=["hide-input"]
def best_guess(x, level):
    """The mean of all faces that may be behind x, a face with this share of signal in its variance."""
    far = torch.cdist(x.flatten(1), math.sqrt(level) * pixels.flatten(1)).square()
    return ((-far / (2 * (1 - level))).softmax(1) @ pixels.flatten(1)).reshape(x.shape)


def undone(level, seed):
    """Three faces after one step to this level, with the noise of a seed, and the best guesses."""
    x = level**0.5 * three + (1 - level) ** 0.5 * torch.randn(three.shape, generator=dice(seed))
    return x, best_guess(x, level)


three = pixels[:3]
big, small = ([undone(level, seed) for seed in (2, 3, 4)] for level in (1e-4, 0.98))
rows = {"three faces": three, "one big step": big[0][0], "the best guess": big[0][1]}
rows |= {"one small step": small[0][0], "its best guess": small[0][1]}
fig = image_rows({name: (images + 1) / 2 for name, images in rows.items()}, title="Undo one step", scale=0.55)
show(fig, "10.one_big_step")
apart = max((guess - guess[0]).abs().mean() for _, guess in big)
verdict("big step: mean difference of the guesses from the first, the most of three seeds", apart, high=0.06)
off = max((guess - three).abs().mean() for _, guess in small)
verdict("small step: the same between guess and face", off, high=0.01)

# %% [markdown]
# After the big step the best guess is nearly the same average face, whoever was there before, and a network that learns
# to undo this step learns that blur. A small step can be undone, so a **diffusion model** walks back in many small
# steps. To have examples of them, you first walk forward, and there is nothing to learn in that: *you* choose how an
# image is destroyed. How large should the steps be, and how many?
#
# ## 1. One step of noise
#
# One step of the **forward process** shrinks the image $x_{t-1}$ a little and adds a little noise:
#
# $$q(x_t \mid x_{t-1}) = \mathcal N\big(x_t;\ \sqrt{1 - \beta_t}\, x_{t-1},\ \beta_t I\big), \qquad 0 < \beta_t < 1$$
#
# The first part is the mean, the second the **variance** of what is drawn. $\beta_t$ is the size of the step.
#
# **Exercise 1.** Draw $x_t$ from $x_{t-1}$. The standard Gaussian noise $\epsilon$ is given.


# %%
def one_step(x, noise, beta):
    """x: x_{t-1}, [B, ...]; noise: standard Gaussian, like x; beta: a Python number in (0, 1) -> x_t, [B, ...]."""
    ### BEGIN SOLUTION
    return math.sqrt(1 - beta) * x + math.sqrt(beta) * noise
    ### END SOLUTION


# %%
one_step = check("diffusion.one_step", one_step)

# %% [markdown]
# If you are stuck, call `hint` with the exercise's name, and again for a stronger hint.

# %%
hint("diffusion.one_step")

# %% [markdown]
# Why shrink at all, instead of just adding noise, $x_t = x_{t-1} + \sqrt{\beta_t}\, \epsilon$?
#
# **Predict.** Take data of variance 1 and 1,000 steps, in which $\beta$ grows on a straight line from 0.0001 to 0.02.
# *Without* shrinking, what is the variance at the end? (a) about 1; (b) about 1.02; (c) about 11; (d) over 20,000, as
# noise on noise multiplies.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
T = 1000
betas = torch.linspace(1e-4, 0.02, T, dtype=torch.float64)

without_shrinking = 1 + betas.sum()
answer = "abcd"[int(torch.tensor([1, 1.02, 11, 20_000]).log().sub(without_shrinking.log()).abs().argmin())]
reveal(guess, answer, "10.naive_variance")

# %% [markdown]
# The next cell measures it.

# %% tags=["hide-input"]
verdict("variance after 1,000 steps that do not shrink", without_shrinking, low=11, high=11.1)

# %% [markdown]
# Other betas would end at another variance, and a sampler that starts where this process ends would have to know it.
# With the shrinking it need not: the variance $v$ becomes $(1 - \beta)\, v + \beta$, whose one fixed point is $v = 1$.
#
# ## 2. The chain
#
# Step after step makes a **Markov chain**: each $x_t$ depends on the one before and on nothing else.
#
# $$q(x_{1:T} \mid x_0) = \prod_{t=1}^T q(x_t \mid x_{t-1})$$
#
# **Exercise 2.** Walk the chain: use your `one_step` for each beta in turn, with fresh noise from the generator that
# you are given, and keep every state. (`torch.randn` takes `generator=` and `dtype=`; the noise has the dtype of
# $x_0$.)


# %%
def forward_chain(x0, betas, generator):
    """x0: [B, ...]; betas: [T]; generator: for all random numbers -> x_0 to x_T, [T + 1, B, ...]."""
    ### BEGIN SOLUTION
    states = [x0]
    for beta in betas.tolist():
        noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
        states.append(one_step(states[-1], noise, beta))
    return torch.stack(states)
    ### END SOLUTION


# %%
forward_chain = check("diffusion.forward_chain", forward_chain)

# %% [markdown]
# Your chain now walks three clouds of 5,000 points, and three images.

# %%
clouds = {"variance 4": 2.0, "variance 1": 1.0, "variance 0.1": math.sqrt(0.1)}
seen, centres = {}, []
for seed, (name, spread) in enumerate(clouds.items(), start=31):
    generator = dice(seed)
    start = spread * torch.randn(5000, generator=generator, dtype=torch.float64)
    states = forward_chain(start, betas, generator)
    seen[name] = states.var(1)
    centres.append(states[-1].mean().abs())

glyphs = data.load("glyphs", n=500, seed=1)
four = 2 * glyphs.images[:4] - 1
walk = forward_chain(four[:3], betas, dice(2))

# %% [markdown]
# The next cell draws both, and checks where the clouds end.

# %% tags=["hide-input"]
fig = forward_diffusion.variances(seen)
show(fig, "10.variances")
moments = (0, 20, 100, 200, 300, 400, 1000)
rows = {f"image {i + 1}": (walk[list(moments), i] + 1) / 2 for i in range(3)}
fig = image_rows(rows, title="Three images in the chain", names=[f"t = {t}" for t in moments], scale=0.7)
show(fig, "10.chain")
for name, curve in seen.items():
    verdict(f"start with {name}: variance at the end", curve[-1], low=0.93, high=1.07)
verdict("means at the end: the one furthest from 0", max(centres), high=0.05)
verdict("share of the distance from variance 1 that is left", (1 - betas).prod(), low=4e-5, high=4.1e-5)

# %% [markdown]
# So the end is nearly known beforehand: 0.00004 of a variance's distance from 1 is left. That is nothing for a variance
# of 4, but something for a variance of several thousand (exhibit C), or the sum of many pixels (section 7).
#
# This process is called **variance-preserving**. It preserves a variance of 1, so images are scaled first, from
# $[0, 1]$ to $[-1, 1]$ by $2x - 1$.
#
# ## 3. One jump
#
# To train a model you will need $x_t$ for a random $t$, millions of times. Must you walk there? With
# $\alpha_t = 1 - \beta_t$, put one step into the next:
#
# $$\begin{aligned}
# x_t &= \sqrt{\alpha_t}\, x_{t-1} + \sqrt{1 - \alpha_t}\, \epsilon_t && (1)\ \text{one step} \\
# &= \sqrt{\alpha_t} \big( \sqrt{\alpha_{t-1}}\, x_{t-2} + \sqrt{1 - \alpha_{t-1}}\, \epsilon_{t-1} \big) + \sqrt{1 - \alpha_t}\, \epsilon_t && (2)\ \text{the step before, put in} \\
# &= \sqrt{\alpha_t \alpha_{t-1}}\, x_{t-2} + \sqrt{\alpha_t (1 - \alpha_{t-1})}\, \epsilon_{t-1} + \sqrt{1 - \alpha_t}\, \epsilon_t && (3)\ \text{two independent noises} \\
# &= \sqrt{\alpha_t \alpha_{t-1}}\, x_{t-2} + \sqrt{\alpha_t (1 - \alpha_{t-1}) + (1 - \alpha_t)}\; \bar\epsilon && (4)\ \text{their variances add} \\
# &= \sqrt{\alpha_t \alpha_{t-1}}\, x_{t-2} + \sqrt{1 - \alpha_t \alpha_{t-1}}\; \bar\epsilon && (5)\ \alpha_t \text{ cancels} \\
# &= \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\; \epsilon && (6)\ \text{and so on, down to } x_0
# \end{aligned}$$
#
# Line 5 has the form of line 1, with the product $\alpha_t \alpha_{t-1}$ in place of $\alpha_t$. So the argument can be
# repeated, and in the end all the alphas are multiplied:
#
# $$\bar\alpha_t = \prod_{i=1}^t \alpha_i = \prod_{i=1}^t (1 - \beta_i), \qquad q(x_t \mid x_0) = \mathcal N\big(x_t;\ \sqrt{\bar\alpha_t}\, x_0,\ (1 - \bar\alpha_t)\, I\big)$$
#
# In code the index begins at 0: `alphas_cumprod[t]` is the level after step $t + 1$ of the mathematics. From here on, a
# $t$ in code or at a figure is such an index. The *share of the way* is $(t + 1) / T$: 0 before any noise, 1 after the
# last step.
#
# **Exercise 3.** Compute $\bar\alpha$ from the betas.


# %%
def alphas_cumprod(betas):
    """betas: [T] -> [T], at index t the product of 1 - beta over indices 0..t."""
    ### BEGIN SOLUTION
    return torch.cumprod(1 - betas, dim=0)
    ### END SOLUTION


# %%
alphas_cumprod = check("diffusion.alphas_cumprod", alphas_cumprod)

# %% [markdown]
# **Exercise 4.** Write the jump, with a $t$ for each image of a batch. PyTorch lines shapes up from the *last* axis, so
# `[B]` has to become `[B, 1, 1, 1]` before it meets images `[B, C, H, W]`, and `[B, 1]` before it meets points `[B,
# D]`.


# %%
def add_noise(x0, noise, t, betas):
    """x0, noise: [B, ...]; t: [B] int in 0..T-1; betas: [T] -> x_t: [B, ...], a draw from q(x_t | x_0)."""
    ### BEGIN SOLUTION
    level = alphas_cumprod(betas)[t].reshape(-1, *[1] * (x0.ndim - 1))
    return level.sqrt() * x0 + (1 - level).sqrt() * noise
    ### END SOLUTION


# %%
add_noise = check("diffusion.add_noise", add_noise)

# %% [markdown]
# **Jump against chain.** Walk 10,000 points 300 steps from $x_0 = 0.7$ with your `forward_chain`. By your formula they
# should be Gaussian, with a known mean and variance. The **Kolmogorov-Smirnov test** looks at $D$, the largest
# difference between the share of points below $x$ and what theory says, over all $x$. If theory is right, $\sqrt n\, D$
# is above 1.95 once in a thousand times.

# %%
n, steps = 10_000, 300
start = torch.full((n,), 0.7, dtype=torch.float64)
states = forward_chain(start, betas[: steps + 1], dice(3))
walked, one_more = states[steps], states[steps + 1]

index = torch.full((n,), steps - 1)  # 300 steps: index 299
jumped = add_noise(start, torch.randn(n, generator=dice(4), dtype=torch.float64), index, betas)
level = alphas_cumprod(betas)[steps - 1]
mean, std = (0.7 * level.sqrt()).item(), (1 - level).sqrt().item()


# %% [markdown]
# The next cell tests the chain and the jump, alone and against each other, and two kernels that should fail: the noise
# without its root, and one step's $\alpha_t$ for the product.


# %% tags=["hide-input"]
def correlation(a, b):
    return torch.corrcoef(torch.stack([a, b]))[0, 1]


def ks(points, mean, std):
    """sqrt(n) D of a one-sample Kolmogorov-Smirnov test against N(mean, std^2)."""
    return math.sqrt(len(points)) * stats.kstest(points.numpy(), "norm", args=(mean, std)).statistic


for name, points in (("chain", walked), ("jump", jumped)):
    verdict(
        f"{name}: mean minus theory, in standard errors", (points.mean() - mean) * math.sqrt(n) / std, -4, 4
    )
    verdict(f"{name}: variance over theory", points.var() / std**2, low=0.94, high=1.06)
    verdict(f"{name}: sqrt(n) D against theory", ks(points, mean, std), high=1.95)
both = stats.ks_2samp(walked.numpy(), jumped.numpy()).statistic * math.sqrt(n / 2)
verdict("chain against jump: sqrt(n / 2) D", both, high=1.95)
alpha = (1 - betas[steps - 1]).item()
verdict("no root on the noise: sqrt(n) D", ks(walked, mean, std**2), low=5)
verdict("alpha for alpha-bar: sqrt(n) D", ks(walked, 0.7 * math.sqrt(alpha), math.sqrt(1 - alpha)), low=40)

# %% [markdown]
# So training can jump to any $x_t$. The library's `NoiseSchedule` holds your two functions, with the field's names.

# %%
linear = NoiseSchedule.linear()

# %% [markdown]
# The next cell compares it with your two functions.

# %% tags=["hide-input"]
verdict(
    "alpha-bar: largest difference from yours",
    (linear.alphas_cumprod - alphas_cumprod(betas)).abs().max(),
    high=1e-6,
)
images, noise = four.double(), torch.randn(four.shape, generator=dice(7), dtype=torch.float64)
t = torch.tensor([0, 99, 500, 999])
verdict(
    "add_noise: the same",
    (linear.add_noise(images, noise, t) - add_noise(images, noise, t, betas)).abs().max(),
    high=2e-5,
)

# %% [markdown]
# ### Going further: two misprints
#
# Where this is printed, read with care. One lecture has "$\alpha_t = \beta_t$", and an inner root in line 4,
# $\sqrt{\alpha_t (1 - \alpha_{t-1}) + \sqrt{1 - \alpha_t}}$. The next cell puts numbers in, which finds such slips at
# once.

# %% tags=["hide-input"]
a_now, a_before = 0.7, 0.9  # two alphas
two_noises = math.sqrt(a_now * (1 - a_before)), math.sqrt(1 - a_now)  # line 3
lines = {
    "(3) two noises, standard deviation of the sum": math.hypot(*two_noises),
    "(4) variances added": math.sqrt(a_now * (1 - a_before) + (1 - a_now)),
    "(5) one minus the product": math.sqrt(1 - a_now * a_before),
    "    (4) with the inner root, as printed": math.sqrt(a_now * (1 - a_before) + math.sqrt(1 - a_now)),
    "    (5) with alpha = beta, as printed": math.sqrt(1 - (1 - a_now) * (1 - a_before)),
}
for words, number in lines.items():
    print(f"{number:7.4f}   {words}")
three = list(lines.values())[:3]
verdict("largest difference between lines 3, 4 and 5", max(three) - min(three), high=1e-12)

# %% [markdown]
# ### Going further: jumps are no path
#
# Each jump has its right distribution; but two jumps from the same $x_0$, each with its own noise, know nothing of each
# other. Training looks at one $x_t$ at a time, so it needs no path. (Jumps from random data do share what is left of
# $x_0$: with variance 1 they correlate by $\sqrt{\bar\alpha_s \bar\alpha_t}$.) The next cell measures it.

# %% tags=["hide-input"]
verdict("in the chain, after 300 and after 301 steps: correlation", correlation(walked, one_more), 0.99, 1)
other = add_noise(start, torch.randn(n, generator=dice(6), dtype=torch.float64), index + 1, betas)
verdict("two jumps from one x_0, each with its own noise", correlation(jumped, other), low=-0.05, high=0.05)

# %% [markdown]
# ### Going further: merge any steps
#
# Line 5 works between any two times. From $x_s$ to $x_t$ the alphas of the steps *between* multiply. A sampler that
# leaps over steps ({notebook 13}) uses that.
#
# **Exercise 5.** Merge the steps after index $s$, up to index $t$, into one:
# $x_t = \text{signal} \cdot x_s + \text{sigma} \cdot \epsilon$. (Step $s$ itself is not merged: $x_s$ has it behind
# it.)


# %%
def merge_steps(alphas_cumprod, s, t):
    """alphas_cumprod: [T]; s < t: two indices -> (signal, sigma), two scalars, of q(x_t | x_s)."""
    ### BEGIN SOLUTION
    share = alphas_cumprod[t] / alphas_cumprod[s]
    return share.sqrt(), (1 - share).sqrt()
    ### END SOLUTION


# %%
merge_steps = check("diffusion.merge_steps", merge_steps)

# %% [markdown]
# The next cell jumps to index 99, merges from there to 499, and compares with one jump.

# %% tags=["hide-input"]
levels = linear.alphas_cumprod
signal, sigma = merge_steps(levels, 99, 499)
verdict(
    "jump to 99, merge to 499: signal, difference from one jump",
    levels[99].sqrt() * signal - levels[499].sqrt(),
    -1e-12,
    1e-12,
)
verdict(
    "the same for the variance", signal**2 * (1 - levels[99]) + sigma**2 - (1 - levels[499]), -1e-12, 1e-12
)

# %% [markdown]
# ## 4. Schedules
#
# The **schedule** is the list of the betas, or just as well that of $\bar\alpha$:
# $\beta_t = 1 - \bar\alpha_t / \bar\alpha_{t-1}$ leads back. It can be read in three ways:
#
# - **rates**: $\sqrt{\bar\alpha_t}$ is the *signal rate* and $\sqrt{1 - \bar\alpha_t}$ the *noise rate*; their
#   squares sum to one.
# - **signal-to-noise ratio**: $\mathrm{SNR}(t) = \bar\alpha_t / (1 - \bar\alpha_t)$, if the data have variance 1.
# - **log-SNR**: its logarithm, 0 where there is as much noise as signal. This is the explorer's curve, and the axis on
#   which schedules differ most clearly.
#
# Yours so far is **linear** in $\beta$ (Ho et al. 2020). One lecture says that with it "nearly the whole second half of
# the diffusion process was mostly just random noise".
#
# **Predict.** In what share of the 1,000 steps is the signal less than 1% of $x_t$'s variance ($\bar\alpha_t < 0.01$)?
# (a) about a tenth; (b) about a third; (c) about a half; (d) about two thirds.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
def share_below(levels, level=0.01):
    return (levels < level).double().mean().item()


wasted = share_below(alphas_cumprod(betas))
answer = "abcd"[int((torch.tensor([0.1, 0.33, 0.5, 0.67]) - wasted).abs().argmin())]
reveal(guess, answer, "10.half_way")
steeper = NoiseSchedule.linear(beta_end=0.04)

# %% [markdown]
# The next cell measures it, for betas that end at 0.02 and at 0.04.

# %% tags=["hide-input"]
verdict("betas to 0.02: share of steps with less than 1% signal", wasted, low=0.32, high=0.34)
verdict("betas to 0.04: the same", share_below(steeper.alphas_cumprod), low=0.51, high=0.54)

# %% [markdown]
# Why is the signal gone so early? While the betas are small, $\log \bar\alpha_t \approx -(\beta_1 + \dots + \beta_t)$.
# On a rising straight line they sum to something like $t^2$, so $\bar\alpha_t$ falls like the flank of a bell, which is
# mostly flat.
#
# So Nichol and Dhariwal (2021) chose $\bar\alpha$ directly: a **squared cosine**. With $u$ the share of the way,
#
# $$\bar\alpha(u) = \frac{f(u)}{f(0)}, \qquad f(u) = \cos^2\Big( \frac{u + s}{1 + s} \cdot \frac\pi2 \Big), \qquad s = 0.008$$
#
# The **offset** $s$ keeps the first betas from being tiny. (Without it, $\cos^2 a = \frac12 (\cos 2a + 1)$ gives
# another form.) At $u = 1$ the cosine is 0, so the last $\beta$ would be 1; betas are cut at 0.999.
#
# **Exercise 6.** Write the levels, from before any noise ($u = 0$) to the last step ($u = 1$): $T + 1$ of them. Use
# float64 (`dtype=torch.float64`): near the end they are tiny.


# %%
def cosine_levels(steps, s):
    """steps: T; s: the offset, 0 or more -> alpha-bar at u = 0, 1/T, ..., 1: [T + 1], the first is 1."""
    ### BEGIN SOLUTION
    u = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    level = ((u + s) / (1 + s) * math.pi / 2).cos() ** 2
    return level / level[0]
    ### END SOLUTION


# %%
cosine_levels = check("diffusion.cosine_levels", cosine_levels)

# %%
cosine = NoiseSchedule.from_alphas_cumprod(cosine_levels(T, 0.008))  # betas from levels, cut at 0.999

# %% [markdown]
# The next cell checks all that.

# %% tags=["hide-input"]
u = torch.linspace(0, 1, T + 1, dtype=torch.float64)
second_form = ((math.pi * u).cos() + 1) / 2
verdict(
    "no offset, the two forms: largest difference",
    (cosine_levels(T, 0.0) - second_form).abs().max(),
    high=1e-6,
)
library = NoiseSchedule.cosine()
verdict(
    "yours against the library's: largest difference",
    (cosine.alphas_cumprod - library.alphas_cumprod).abs().max(),
    high=1e-6,
)
no_offset = NoiseSchedule.cosine(s=0)
verdict("first beta with the offset, over that without", cosine.betas[0] / no_offset.betas[0], low=10)

# %% [markdown]
# A new schedule takes three lines. Here is the **sigmoid** (Jabri et al. 2022), moved and stretched to end at 0.

# %%
sigmoid_levels = torch.sigmoid(3 - 6 * u)
sigmoid_levels = (sigmoid_levels - sigmoid_levels[-1]) / (sigmoid_levels[0] - sigmoid_levels[-1])
sigmoid = NoiseSchedule.from_alphas_cumprod(sigmoid_levels)
schedules = {"linear": linear, "linear to 0.04": steeper, "cosine": cosine, "sigmoid": sigmoid}

# %% [markdown]
# The next cell draws all four, and one image under each.

# %% tags=["hide-input"]
verdict("yours against the library's", (sigmoid.betas - NoiseSchedule.sigmoid().betas).abs().max(), high=1e-9)
time = u[1:]
looks = {
    "linear": (BLACK, "-"), "linear to 0.04": (ORANGE, ":"), "cosine": (GREEN, "--"), "sigmoid": (PURPLE, "-."),
}  # fmt: skip
fig = forward_diffusion.schedules(time, schedules, looks)
show(fig, "10.schedules")
picture, shown = four[:1], [round(T * share) - 1 for share in (0.05, 0.15, 0.25, 0.35, 0.5, 0.65, 0.8)]
noise = torch.randn(picture.shape, generator=dice(8)).expand(len(shown), -1, -1, -1)
rows = {
    name: (schedule.add_noise(picture.expand(len(shown), -1, -1, -1), noise, torch.tensor(shown)) + 1) / 2
    for name, schedule in schedules.items()
}
names = [f"{(t + 1) / T:.2f}" for t in shown]
fig = image_rows(rows, title="The same image and noise, by share of the way", names=names, scale=0.7)
show(fig, "10.schedules_as_images")
apart = sigmoid.log_snr - cosine.log_snr
verdict(
    "cosine and sigmoid: largest difference of alpha-bar",
    (sigmoid.alphas_cumprod - cosine.alphas_cumprod).abs().max(),
    high=0.02,
)
verdict("their log-SNR: largest difference from 0.2 to 0.8 of the way", apart[200:800].abs().max(), high=0.3)
verdict("the same at the first step and at the last, the smaller", apart[[0, -1]].abs().min(), low=1.5)

# %% [markdown]
# By $\bar\alpha$ itself cosine and sigmoid can hardly be told apart. They differ at both ends, in the log-SNR.
#
# **Exercise 7.** Find the first index whose SNR is *at or below* a given number. (There is one.)


# %%
def timestep_for_snr(alphas_cumprod, snr):
    """alphas_cumprod: [T], falling; snr: a positive number -> int, the first index with SNR(t) <= snr."""
    ### BEGIN SOLUTION
    below = alphas_cumprod / (1 - alphas_cumprod) <= snr
    return int(below.nonzero()[0])
    ### END SOLUTION


# %%
timestep_for_snr = check("diffusion.timestep_for_snr", timestep_for_snr)

# %% [markdown]
# The next cell finds where each schedule has as much noise as signal.

# %% tags=["hide-input"]
bands = {
    "linear": (0.25, 0.27),
    "linear to 0.04": (0.18, 0.2),
    "cosine": (0.49, 0.51),
    "sigmoid": (0.49, 0.51),
}
for name, (low, high) in bands.items():
    when = (timestep_for_snr(schedules[name].alphas_cumprod, 1.0) + 1) / T
    verdict(f"{name}: share of the way at which SNR = 1", when, low, high)

# %% [markdown]
# ## 5. Which steps are wasted?
#
# That depends on the *data*: can anything still be learned from $x_t$, even by a **perfect denoiser**, one that returns
# the mean of all images that may be behind $x_t$, $\mathbb E[x_0 \mid x_t]$? Play the guessing game of the faces with
# $N = 1{,}000$ images of digits. Bayes' rule says how likely each image is:
#
# $$p(i \mid x_t) \propto \exp\Big( -\frac{\lVert x_t - \sqrt{\bar\alpha_t}\, x_0^{(i)} \rVert^2}{2 (1 - \bar\alpha_t)} \Big), \qquad I(x_0; x_t) = \log N + \mathbb E\big[\log p(i \mid x_t)\big]$$
#
# $I$ is the **mutual information**, your uncertainty before you see $x_t$ minus that after. It is $\log N$ if $x_t$
# gives the image away, and 0 if $x_t$ says nothing about *which of the 1,000 images* it is. Only the SNR matters, so
# one curve over the log-SNR serves all schedules.

# %%
digits = data.load("digits")
known = 2 * digits.images.flatten(1)[: preset(1000, smoke=100)].double() - 1
log_snr = torch.linspace(-11, 7, 73, dtype=torch.float64)
noise = torch.randn(known.shape, generator=dice(10), dtype=torch.float64)


def perfect_guess(snr):
    """Information about the image [nats], and the squared error of E[x_0 | x_t], at this SNR."""
    information, error = 0, 0
    for sign in (1, -1):  # each noise and its mirror image: much of the chance in it cancels
        x_t = math.sqrt(snr) * known + sign * noise  # scaled so that the noise has variance 1
        sure = (-torch.cdist(x_t, math.sqrt(snr) * known).square() / 2).log_softmax(1)
        information += (math.log(len(known)) + sure.diagonal().mean()) / 2
        error += (sure.exp() @ known - known).square().sum(1).mean() / 2
    return information, error


information, error = (
    torch.stack(column) for column in zip(*[perfect_guess(s) for s in log_snr.exp().tolist()], strict=True)
)


# %%
def interpolate(x, xs, ys):
    """ys(x) on straight lines between the points; xs rise."""
    right = torch.searchsorted(xs, x).clamp(1, len(xs) - 1)
    share = ((x - xs[right - 1]) / (xs[right] - xs[right - 1])).clamp(0, 1)
    return ys[right - 1] + share * (ys[right] - ys[right - 1])


share_known = {
    name: interpolate(s.log_snr, log_snr, information) / math.log(1000) for name, s in schedules.items()
}

# %% [markdown]
# The next cell draws the information, and counts the steps with nearly none or all of it.

# %% tags=["hide-input"]
fig = forward_diffusion.information(log_snr, information, math.log(len(known)), time, share_known, looks)
show(fig, "10.information")
empty = {name: (share < 0.01).double().mean() for name, share in share_known.items()}
trivial = {name: (share > 0.99).double().mean() for name, share in share_known.items()}
for name, low, high in (
    ("linear", 0.295, 0.31),
    ("linear to 0.04", 0.5, 0.515),
    ("cosine", 0.05, 0.06),
    ("sigmoid", 0.02, 0.027),
):
    verdict(f"{name}: share of steps with under 1% of the information", empty[name], low, high)
for name, low, high in (("linear", 0.115, 0.128), ("cosine", 0.23, 0.255)):
    verdict(f"{name}: share of steps with over 99% of it", trivial[name], low, high)

# %% [markdown]
# Three tenths of the linear schedule's steps, and half of the steeper one's, are spent where next to nothing is to be
# learned about which image it is. The cosine has few of these, but more where the image is already certain. Those steps
# are for the fine detail of real data, which this experiment cannot show. No schedule is best for everything.
#
# ### What disappears last?
#
# The faces are drawn from known factors. Take two that differ in *one* of them, such as the colour of the hair, and
# show $x_t$ of one to a perfect observer who knows both. Only their distance counts: the observer is right with
# probability $\Phi\big(\tfrac12 \sqrt{\mathrm{SNR}(t)}\, \lVert x_0 - x_0' \rVert\big)$, where $\Phi$ is the
# distribution function of $\mathcal N(0, 1)$.

# %%
changes = {
    "brows": (-1, 1),
    "eyes": (0, 1),
    "smile": (-1, 1),
    "glasses": (0, 1),
    "background": (0.1, 0.6),
    "hair": (0, 4),
}
some = {name: value[:72] for name, value in faces.factors.items()}
pairs = {}  # the same 72 faces with one value of a factor, and with another
for name, ends in changes.items():
    pairs[name] = [2 * render({**some, name: torch.full_like(some[name], end)}) - 1 for end in ends]
distances = {name: (one - other).flatten(1).norm(dim=1).double() for name, (one, other) in pairs.items()}
told_apart = {
    name: torch.special.ndtr(linear.snr.sqrt()[:, None] * distance / 2).mean(1)
    for name, distance in distances.items()
}

# %% [markdown]
# The next cell draws that, tests it with your jumps, and finds where each face has as much noise as signal.

# %% tags=["hide-input"]
fig = forward_diffusion.told_apart(told_apart)
show(fig, "10.what_disappears_last")
gone = {}  # of the first, second and last 24 faces
for name, distance in distances.items():
    right = torch.special.ndtr(linear.snr.sqrt()[:, None, None] * distance.view(3, 24) / 2).mean(2)  # [t, 3]
    gone[name] = [int((shares < 0.75).nonzero()[0]) for shares in right.T]
bands = {
    "brows": (370, 445),
    "smile": (395, 460),
    "glasses": (545, 590),
    "background": (735, 760),
    "hair": (762, 790),
}
for name, (low, high) in bands.items():
    verdict(f"{name}: first t with the observer right less than 3 times in 4", min(gone[name]), low, high)
    verdict("the same, most of three sets of 24 faces", max(gone[name]), low, high)
one, other = (images.double().repeat(14, 1, 1, 1) for images in pairs["glasses"])
t = torch.full((len(one),), 450)
signal, gaps = linear.alphas_cumprod[450].sqrt(), []
for seed in (24, 25, 26):
    x_t = add_noise(one, torch.randn(one.shape, generator=dice(seed), dtype=torch.float64), t, betas)
    closer = (x_t - signal * one).flatten(1).norm(dim=1) < (x_t - signal * other).flatten(1).norm(dim=1)
    gaps.append((closer.double().mean() - told_apart["glasses"][450]).abs())
verdict("glasses at t = 450: 1,008 of your jumps, share told apart off the formula", max(gaps), high=0.04)
own = pixels.flatten(1).var(1).double()
equal = [timestep_for_snr(linear.alphas_cumprod, 1 / own_variance) for own_variance in (own.min(), own.max())]
verdict(
    "variance of a face's pixels: the largest over the smallest of all faces", own.max() / own.min(), 4.5, 5.5
)
verdict("the faintest face: first t with as much noise as signal", equal[0], 70, 85)
verdict("the face with most contrast: the same", equal[1], 160, 176)

# %% [markdown]
# Brows, eyes and mouth go first: they are few pixels. The colours of hair and background can be told apart for far
# longer. (Each factor was changed over a wide range; a smaller change goes sooner.) On its way back, a sampler can
# settle large areas of colour early, and the expression only late. The SNR depends on the image, too: the face with
# most contrast keeps more signal than noise for twice as long as the faintest.
#
# ## 6. What happens to the whole distribution
#
# So far you noised single images. The distribution of all the data at step $t$ is $q(x_t) = \int q(x_t \mid x_0)\,
# q(x_0)\, dx_0$, the **diffused marginal**. For a mixture of Gaussians it is exact: each mean shrinks by
# $\sqrt{\bar\alpha_t}$, each variance becomes $\bar\alpha_t s^2 + 1 - \bar\alpha_t$, and the weights stay. Here are
# data with two bumps, scaled to variance 1.

# %%
bumps, widths, weights = (
    torch.tensor(values).double() for values in ([-1.1, 0.9], [0.25, 0.35], [0.45, 0.55])
)
unit = (weights * (bumps**2 + widths**2)).sum().sqrt()  # the mean is 0 as it is
two_bumps = exact.GaussianMixture((bumps / unit)[:, None], widths / unit, weights)
line = torch.linspace(-6, 6, 12_001, dtype=torch.float64)


def cumulated(mixture):
    """The distribution function on the line, [12001]."""
    density = mixture.log_prob(line[:, None]).exp()
    return (density.cumsum(0) - density / 2) / density.sum()


# %% [markdown]
# The next cell draws their density at all times, and three slices of it.

# %% tags=["hide-input"]
cut = line[(line.abs() < 3.2)][::16]
panels = {"linear": linear, "cosine": cosine}


def density_of_bumps(level):
    """q(x_t) of the two bumps at this alpha-bar, at the points of cut."""
    return two_bumps.diffuse(level).log_prob(cut[:, None]).exp()


fig = forward_diffusion.marginals(density_of_bumps, panels, cut)
show(fig, "10.marginals")

# %% [markdown]
# The next cell finds the last step with two bumps, and tests your jumps.

# %% tags=["hide-input"]
for (name, schedule), (low, high) in zip(panels.items(), ((217, 224), (426, 433)), strict=True):
    two_tops = 0
    for t, level in enumerate(schedule.alphas_cumprod[:600].tolist()):
        rises = two_bumps.diffuse(level).log_prob(line[::8, None]).diff() > 0
        two_tops = t if (rises[:-1] & ~rises[1:]).sum() == 2 else two_tops
    verdict(f"{name}: last t at which there are two bumps", two_tops, low, high)
x0 = two_bumps.sample(20_000, dice(11))
t = torch.full((len(x0),), 250)
x_t = add_noise(x0, torch.randn(x0.shape, generator=dice(12), dtype=torch.float64), t, betas)[:, 0]
exact_cdf = cumulated(two_bumps.diffuse(linear.alphas_cumprod[250].item()))
distance = stats.kstest(
    x_t.numpy(), lambda x: interpolate(torch.as_tensor(x), line, exact_cdf).numpy()
).statistic
verdict(
    "20,000 of your jumps to t = 250, sqrt(n) D against the exact marginal",
    math.sqrt(len(x0)) * distance,
    high=1.95,
)

# %% [markdown]
# **Predict.** A quiz from one of the lectures: *what is the distribution of $x_T$?* The data have two bumps, the
# schedule is the linear one with its 1,000 steps. $q(x_T)$ is (a) exactly $\mathcal N(0, 1)$, as a thousand steps are
# enough; (b) visibly not $\mathcal N(0, 1)$, if you draw 100,000 samples; (c) not $\mathcal N(0, 1)$, but 100,000
# samples do not show it.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION


# %%
def total_variation(level):
    """Half the area between q(x_t) at this alpha-bar and N(0, 1)."""
    density = two_bumps.diffuse(level).log_prob(line[:, None]).exp()
    return (density - torch.tensor(stats.norm.pdf(line))).abs().sum() * (line[1] - line[0]) / 2


last = linear.alphas_cumprod[-1].item()
gap = total_variation(last)
many = two_bumps.diffuse(last).sample(100_000, dice(14))[:, 0]
noticed = ks(many, 0.0, 1.0) > 1.95
answer = "a" if gap == 0 else "b" if noticed else "c"
reveal(guess, answer, "10.gaussian_of_two_bumps")

# %% [markdown]
# The next cell says how much is left.

# %% tags=["hide-input"]
verdict("signal rate at T", math.sqrt(last), low=0.0063, high=0.0064)
verdict("total variation to N(0, 1)", gap, low=3.0e-9, high=3.2e-9)
verdict("at twice the signal rate: how many times that", total_variation(4 * last) / gap, low=7.9, high=8.1)
verdict("100,000 samples, sqrt(n) D against N(0, 1)", ks(many, 0.0, 1.0), high=1.95)

# %% [markdown]
# ## 7. What is left at the end
#
# In one dimension nobody can tell $\mathcal N(0, I)$ from $q(x_T)$. But does it matter for images? The **mean
# brightness** of an image is an average over all its $D$ pixels. Averaging divides the noise's standard deviation by
# $\sqrt D$, and leaves the signal alone: for a $64 \times 64$ image that is a factor of 64.
#
# Let brightness be Gaussian over the data set, $b \sim \mathcal N(0.2, 0.5^2)$, and independent of all else. Then the
# coordinate along "all pixels alike" is $\sqrt D\, b$ with a noise of its own, and the experiment is one-dimensional
# and exact. We compare the linear schedule with that of Stable Diffusion, a text-to-image model ({notebook 17}), whose
# $\sqrt{\beta}$ is linear from $\sqrt{0.00085}$ to $\sqrt{0.012}$. `samplers.ddim` walks from $x_T$ back to $x_0$
# without new noise ({notebook 13}); its model is the perfect denoiser, `exact_model`.

# %%
ranks = (torch.arange(2000, dtype=torch.float64) + 0.5) / 2000
gaussian = torch.distributions.Normal(0.0, 1.0).icdf(ranks)
latent = NoiseSchedule(torch.linspace(math.sqrt(0.00085), math.sqrt(0.012), T, dtype=torch.float64) ** 2)
root_d = 64.0
brightness = exact.GaussianMixture(torch.tensor([[0.2 * root_d]]).double(), torch.tensor([0.5 * root_d]))
gaussian_2d = gaussian[:, None]
WALKED = preset(T, smoke=20)  # of the steps, all


def sampled_brightness(schedule):
    """Mean and standard deviation of b, as a deterministic sampler with the perfect denoiser makes it."""
    # The denoiser's answer as v, which says something of x_0 even where x_t is nothing but noise.
    model = exact_model(brightness, schedule, "v_prediction")
    options = {"prediction_type": "v_prediction", "num_inference_steps": WALKED, "x_T": gaussian_2d}
    made = samplers.ddim(model, schedule, gaussian_2d.shape, **options)
    return (made / root_d).mean(), (made / root_d).std()


def theory(schedule):
    """The same without a sampler: a Gaussian goes through the probability flow as a straight line."""
    level, mean, spread = schedule.alphas_cumprod[-1], 0.2 * root_d, 0.5 * root_d
    widths = spread / (level * spread**2 + 1 - level).sqrt()
    return (mean - widths * level.sqrt() * mean) / root_d, widths / root_d


# %%
trio = {"linear": linear, "text-to-image": latent, "repaired": latent.zero_terminal_snr()}
made = {name: sampled_brightness(schedule) for name, schedule in trio.items()}
expected = {name: theory(schedule) for name, schedule in trio.items()}

# %% [markdown]
# The next cell compares the sampler with theory, and draws the brightness.

# %% tags=["hide-input"]
for name, schedule in trio.items():
    gap = max(abs(a - b) for a, b in zip(made[name], expected[name], strict=True))
    verdict(f"{name}: sampler against theory, largest difference", gap, high=0.01)
verdict("text-to-image: signal rate at T", latent.alphas_cumprod[-1].sqrt(), low=0.068, high=0.069)
verdict("linear: mean brightness (0.2 is right)", made["linear"][0], low=0.155, high=0.165)
verdict("text-to-image: mean brightness", made["text-to-image"][0], low=0.017, high=0.019)
verdict(
    "text-to-image: spread of the brightness (0.5 is right)", made["text-to-image"][1], low=0.205, high=0.21
)
verdict("repaired: mean brightness", made["repaired"][0], low=0.195, high=0.205)
verdict("repaired: spread", made["repaired"][1], low=0.49, high=0.505)
verdict("linear: spread", made["linear"][1], low=0.485, high=0.493)

marks = torch.linspace(-1.6, 2, 400, dtype=torch.float64)
curves = {
    "the data": ((torch.tensor(0.2), torch.tensor(0.5)), DATA, "-", 2.2),
    "text-to-image": (made["text-to-image"], MODEL, "--", 2.2),
    "repaired": (made["repaired"], GREEN, ":", 3),
}
fig, ax = subplots(figsize=(6.8, 2.9))
for name, (moments, colour, style, width) in curves.items():
    ax.plot(marks, stats.norm.pdf(marks, *moments), style, color=colour, label=name, linewidth=width)
ax.set(title="Mean brightness of samples, perfect denoiser")
ax.set(xlabel="b (-1 is black, 1 is white)", ylabel="density")
ax.legend()
show(fig, "10.brightness")

# %% [markdown]
# With the text-to-image schedule the samples are hardly ever very dark or very bright, even with a *perfect* denoiser.
# In training $x_T$ still tells the brightness. In sampling $x_T$ is pure noise, whose mean is always nearly 0, so the
# model reads "medium". (The linear schedule hardly narrows the spread; it does move the mean.) That is what people saw
# with such models (Lin et al. 2024).
#
# The repair moves and stretches $\sqrt{\bar\alpha}$ so that it ends at 0: `zero_terminal_snr()`. It has a price: there
# the noise *is* $x_T$, so a model must name something else, such as a mixture $v$ of noise and $x_0$ (notebook 11).

# %% [markdown]
# ### Going further: does fresh noise help?
#
# `samplers.ddpm` draws new noise at each step (*ancestral* sampling, notebook 11), so it forgets some of its start, and
# errs less, but it still errs. If the start is to blame, the same sampler must be right when it starts from $q(x_T)$:

# %%
level, model = latent.alphas_cumprod[-1], exact_model(brightness, latent)
noisy_start = level.sqrt() * 0.2 * root_d + (level * (0.5 * root_d) ** 2 + 1 - level).sqrt() * gaussian_2d
for name, x_T, mean_band, spread_band in (
    ("N(0, 1)", gaussian_2d, (0.01, 0.06), (0.26, 0.3)),
    ("q(x_T)", noisy_start, (0.19, 0.21), (0.485, 0.515)),
):
    options = {"num_inference_steps": WALKED, "x_T": x_T, "generator": dice(23)}
    ancestral = samplers.ddpm(model, latent, x_T.shape, **options) / root_d
    verdict(
        f"text-to-image, ancestral from {name}: mean brightness (0.2 is right)", ancestral.mean(), *mean_band
    )
    verdict("its spread (0.5 is right)", ancestral.std(), *spread_band)

# %% [markdown]
# ## 8. The failure museum
#
# **Exhibit A: nobody told the sampler.** This process adds noise and never shrinks. (It is called *variance exploding*,
# and works well.) What is broken is the start: the sampler draws from $\mathcal N(0, 1)$. Mend it: from the betas,
# return the standard deviation that the start must have. The data have variance 1.


# %%
def only_noise_added(betas, seed):
    """x_T of 20,000 points of the data, without any shrinking."""
    x, generator = two_bumps.sample(20_000, dice(seed))[:, 0], dice(seed + 1)
    for beta in betas:
        x = x + math.sqrt(beta) * torch.randn(len(x), generator=generator, dtype=torch.float64)
    return x


spread_out = [only_noise_added(schedule.betas, 19).std() for schedule in (linear, steeper)]


def start_std(betas):
    """betas: [T] -> the standard deviation of x_T, a scalar."""
    ### BEGIN SOLUTION
    return (1 + betas.sum()).sqrt()
    ### END SOLUTION


# %% [markdown]
# The next cell measures it, and judges your cure.


# %% tags=["hide-input"]
def started(schedule):
    """What your function says of this schedule, a number, or None."""
    betas = schedule.betas.clone()
    answer = cure("exhibit A", start_std, betas, read=numbers(1), wanted="one number for all of the betas")
    return answer and answer[0]


def opinion_of_starts(one, other):
    """What is to be said of the answers for the linear schedule and for the steeper one."""
    fits = [abs(mine / std - 1) < 0.03 for mine, std in zip((one, other), spread_out, strict=True)]
    if all(fits):
        return "mended"
    if fits[0]:
        return "still broken, right for these betas only; other betas, another width"
    squared = abs(one / spread_out[0] ** 2 - 1) < 0.06
    return "still broken, " + ("that is the variance" if squared else f"you start at {one:.2f}")


verdict("exhibit A, standard deviation of x_T where the sampler starts with 1", spread_out[0], 3.25, 3.4)
first = started(linear)
second = started(steeper) if first is not None else None
if second is not None:
    print("exhibit A:", opinion_of_starts(first, second))

# %% [markdown]
# **Exhibit B: a thousand steps are too slow, so take a hundred.** Same betas, from 0.0001 to 0.02, but $T = 100$. Look
# at the last image. Mend it: return the first and the last beta of 100 on a straight line, such that the signal rate at
# the end is below 0.01, and the noise rate of the first image at most 0.1. The betas must grow, and stay below 1.

# %%
hundred = NoiseSchedule.linear(100, 1e-4, 0.02)


def first_and_last_beta():
    """Return (beta_start, beta_end) for 100 steps."""
    ### BEGIN SOLUTION
    return 1e-3, 0.2
    ### END SOLUTION


# %% [markdown]
# The next cell draws both schedules, and judges yours.


# %% tags=["hide-input"]
def growing(answer):
    """The two betas, where they are between 0 and 1 and the second is the larger."""
    start, end = numbers(2)(answer)
    return (start, end) if 0 < start < end < 1 else None


verdict("exhibit B, signal rate at T", hundred.alphas_cumprod[-1].sqrt(), low=0.6, high=0.61)
rows = {"linear(100), as it is": hundred}
wanted = "a pair of betas between 0 and 1, the second the larger,"
settings = cure("exhibit B", first_and_last_beta, read=growing, wanted=wanted)
if settings:
    rows["yours"] = NoiseSchedule.linear(100, *settings)
    if (1 - rows["yours"].alphas_cumprod[0]).sqrt() > 0.1 + 1e-9:
        print("exhibit B: still broken, the very first step destroys too much")
    elif rows["yours"].alphas_cumprod[-1].sqrt() >= 0.01:
        print("exhibit B: still broken, too much signal is left at the end")
    else:
        print("exhibit B: mended")
noise = torch.randn(four[:1].shape, generator=dice(21))
strips = {
    name: torch.cat([(s.add_noise(four[:1], noise, t) + 1) / 2 for t in (0, 20, 40, 60, 80, 99)])
    for name, s in rows.items()
}
fig = image_rows(strips, names=[f"t = {t}" for t in (0, 20, 40, 60, 80, 99)], scale=0.7)
show(fig, "10.hundred_steps")

# %% [markdown]
# **Exhibit C: pixels from 0 to 255.** Somebody forgot to scale, and the data have a standard deviation of over 60. At
# the last step of the linear schedule the image has been shrunk to less than a hundredth, and it is still there. Mend
# it: return the images as diffusion wants them.

# %%
raw = (255 * glyphs.images).double()
noise = torch.randn(raw.shape, generator=dice(22), dtype=torch.float64)
at_the_end = torch.full((len(raw),), T - 1)


def scaled_for_diffusion(raw):
    """raw: [N, 1, 28, 28] with values from 0 to 255 -> images for diffusion, of the same shape."""
    ### BEGIN SOLUTION
    return raw / 127.5 - 1
    ### END SOLUTION


def trace(images):
    """Correlation of the pixels of x_0 and of x_T: 0 if nothing is left."""
    return correlation(images.flatten(), linear.add_noise(images, noise, at_the_end).flatten())


# %% [markdown]
# The next cell measures it, and judges your cure.


# %% tags=["hide-input"]
def opinion(scaled):
    """What is to be said of these images, [N, 1, 28, 28]."""
    alike = correlation(scaled.flatten(), raw.flatten())
    if (scaled - (2 * glyphs.images - 1)).abs().max() < 0.02:
        return "mended"
    if alike > 0.999 and abs(scaled.mean()) < 0.02 and abs(scaled.std() - 1) < 0.02:
        return "mended, and with variance 1 exactly; most people take the range from -1 to 1"
    if alike < 0:
        return "still broken, black has become white"
    if scaled.min() >= 0:
        return "still broken, nothing is below 0: the middle of the range should be 0"
    return "still broken, 0 should become -1, 255 should become 1, and what lies between stay in proportion"


verdict("exhibit C, standard deviation of the data", raw.std(), low=61, high=63)
verdict("exhibit C, correlation of x_T with x_0", trace(raw), low=0.35, high=0.38)
verdict("variance of the same images between -1 and 1", (2 * glyphs.images - 1).var(), low=0.23, high=0.25)
verdict("variance of the digits between -1 and 1", known.var(), low=0.56, high=0.57)
wanted = "a tensor of images of the same shape"
scaled = cure("exhibit C", scaled_for_diffusion, raw.clone(), read=like(raw), wanted=wanted)
if scaled is not None:
    turned = cure("exhibit C", scaled_for_diffusion, raw.flip(0), read=like(raw), wanted=wanted)
    if turned is not None:
        same = torch.allclose(turned.flip(0), scaled, atol=1e-3)
        print("exhibit C:", opinion(scaled) if same else "still broken, it does not scale what it is given")

# %% [markdown]
# ## Going further: data that are too faint
#
# The other way round from exhibit C is as bad, and harder to see. Here are digits with a standard deviation of 0.1:

# %% tags=["hide-input"]
drowned = timestep_for_snr(linear.alphas_cumprod, 1 / 0.1**2) + 1
fainter = interpolate(linear.log_snr + math.log(0.1**2 / known.var()), log_snr, information) / math.log(1000)
verdict("standard deviation 0.1: steps until a pixel's noise is as strong as its signal", drowned, 27, 29)
verdict("share of steps with under 1% of the information", (fainter < 0.01).double().mean(), 0.645, 0.66)

# %% [markdown]
# Two thirds of the steps are wasted on such data. "SNR" means $\bar\alpha / (1 - \bar\alpha)$ only for data of variance
# 1, and even our images between $-1$ and $1$ have less, digits about half and glyphs about a quarter of it (last lines
# of exhibit C): mostly black, they vary little. Their log-SNR is lower at every step, by the logarithm of that share.

# %% [markdown]
# ## Going further: where the image is learned
#
# Is the curve of section 5 right? Information and the best error are linked:
# $\frac{dI}{d\,\mathrm{SNR}} = \frac12 \mathbb E \lVert x_0 - \mathbb E[x_0 \mid x_t] \rVert^2$ (Guo et al. 2005). Mind
# the unit: the error itself is *largest* where nothing can be learned. What is learned on a stretch of the log-SNR axis
# is the error times half the SNR:
#
# $$\frac{dI}{d \log \mathrm{SNR}} = \tfrac12\, \mathrm{SNR} \cdot \mathbb E \lVert x_0 - \mathbb E[x_0 \mid x_t] \rVert^2$$

# %%
learned = log_snr.exp() * error / 2
gap = log_snr[1] - log_snr[0]
slopes = (information[2:] - information[:-2]) / (2 * gap)

# %% [markdown]
# The next cell draws both sides of that equation, and checks that they agree.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(6.8, 3.1))
ax.plot(log_snr, learned, color=MODEL, label="half the SNR times the best error")
ax.plot(log_snr[1:-1:2], slopes[::2], "o", color=DATA, markersize=4, label="slope of the information")
ax.set(title="Where the image is learned", xlabel="log-SNR", ylabel="nats per unit")
fig.legend(loc="outside lower center", ncols=2)
show(fig, "10.where_learned")
verdict("largest distance of a dot from the line", (slopes - learned[1:-1]).abs().max(), high=0.08)
verdict("area under the line over log N", learned.sum() * gap / math.log(len(known)), low=0.97, high=1.01)
verdict("error at log-SNR -11 over that at 0", error[0] / error[44], low=4.1, high=4.5)

# %% [markdown]
# ## Going further: the same in the plane
#
# What section 6 shows on a line happens in the plane, too: the bumps move towards the middle and grow. First neighbours
# merge into a ring, then the hole in the ring fills. The next cell draws eight of them at five times.

# %% tags=["hide-input"]
ring = data.toy("eight_gaussians", 560, seed=0).double()
ring = (ring - ring.mean(0)) / ring.std()
noise = torch.randn(ring.shape, generator=dice(13), dtype=torch.float64)
fig, axes = subplots(1, 5, figsize=(9, 2.5), sharex=True, sharey=True)
for ax, t in zip(axes, (0, 60, 150, 300, 999), strict=True):
    points = add_noise(ring, noise, torch.full((len(ring),), t), betas)
    ax.scatter(*points.T, s=2, color=DATA if t == 0 else NOISE)
    ax.set(title=f"t = {t}", xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
show(fig, "10.eight_gaussians")

# %% [markdown]
# ## Going further: can a sampler start early?
#
# Can a sampler skip the empty steps at the end? In one dimension the cost is exact. The way of `samplers.ddim` back,
# without new noise, follows the *probability flow* ({notebook 13} derives it). All that you need of it here: it moves
# points such that at every $t$ they are distributed like $q(x_t)$, and on a line no point overtakes another. So what
# comes out at quantile $c$ went in at quantile $c$. Start with $\mathcal N(0, 1)$ at an earlier $t$, and read off what
# comes out. Its distance to the data is $W_1$: how far off a point is, on average, if both are sorted.

# %%
wanted = interpolate(ranks, cumulated(two_bumps), line)


def cost_of_dropping(schedule, share):
    """Wasserstein distance W1 to the data, if N(0, 1) is put in where this share of the last steps is dropped."""
    level = schedule.alphas_cumprod[round(T * (1 - share)) - 1].item()
    at_rank = interpolate(gaussian, line, cumulated(two_bumps.diffuse(level)))
    comes_out = interpolate(at_rank, cumulated(two_bumps), line)
    return (comes_out - wanted).abs().mean().item()


# %%
digits_mean, digits_cov = known.mean(0), torch.cov(known.T)
spreads, axes_of_digits = torch.linalg.eigh(digits_cov)
along = (digits_mean @ axes_of_digits).square()  # the mean's square along each principal axis


def mismatch(schedule, share):
    """KL(q(x_t) || N(0, I)) in nats where this share is dropped, for a Gaussian with the digits' mean and covariance."""
    level = schedule.alphas_cumprod[round(T * (1 - share)) - 1]
    variance = level * spreads + 1 - level
    return 0.5 * (variance + level * along - 1 - variance.log()).sum().item()


# %%
dropped = torch.linspace(0, 0.7, preset(141, smoke=15))
costs = {"bumps": cost_of_dropping, "digits": mismatch}
price = {
    (what, name): torch.tensor([cost(schedule, share) for share in dropped.tolist()])
    for what, cost in costs.items()
    for name, schedule in schedules.items()
}

# %% [markdown]
# The next cell draws the price over the share that is dropped, and reads off how much costs next to nothing.

# %% tags=["hide-input"]
fig = forward_diffusion.price_of_dropping(dropped, price, {"bumps": 0.001, "digits": 0.01}, looks)
show(fig, "10.dropped")


# %%
def droppable(what, name, limit):
    """The largest share that may be dropped within this limit."""
    return dropped[price[what, name] <= limit].max()


verdict(
    "two bumps, W1 within 0.001: linear, droppable share",
    droppable("bumps", "linear", 1e-3),
    low=0.535,
    high=0.555,
)
verdict("the same for the cosine", droppable("bumps", "cosine", 1e-3), low=0.215, high=0.235)
verdict(
    "digits, mismatch within 0.01 nats: linear, droppable share",
    droppable("digits", "linear", 0.01),
    low=0.15,
    high=0.16,
)
verdict("the same for the cosine", droppable("digits", "cosine", 0.01), low=0.01, high=0.02)
verdict("digits, linear, three tenths dropped: mismatch [nats]", mismatch(linear, 0.3), low=0.09, high=0.1)

# %% [markdown]
# (On the right there is no flow to follow, so it shows the mismatch that goes *in*, for a Gaussian with the digits'
# mean and covariance; the digits themselves add their own distance from that Gaussian. The exact way back never makes a
# mismatch larger.) So not all that is wasted in training may be dropped from sampling: without the last three tenths
# the mismatch is well above the grey line (last verdict). How many steps you can spare depends on the data, too: 64
# pixels that go up and down together can be seen through more noise than one number. Nichol and Dhariwal saw with
# images what the right panel shows: up to a fifth of the linear schedule's steps can be skipped at hardly any loss.

# %% [markdown]
# ## Going further: the same schedule for another size?
#
# Two images of the same scene, one with twice the side. Give both the same $\bar\alpha_t$. Each pixel is equally noisy,
# with noise of its own. Now average the large one, $2 \times 2$ pixels into one, to the size of the small one.
#
# **Predict.** How does its SNR compare with that of the small image? (a) it is the same; (b) twice as high; (c) four
# times as high; (d) sixteen times as high.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
sizes = {28: 2 * glyphs.images - 1}
for k in (2, 4):
    sizes[28 // k] = avg_pool2d(sizes[28], k)  # the same images, k x k pixels averaged into one
noises = {side: torch.randn(images.shape, generator=dice(15)) for side, images in sizes.items()}
times = list(range(0, T, 40))


def recognised(x_t, images, signal):
    """Share of noisy images whose nearest clean image, shrunk alike, is their own."""
    nearest = torch.cdist(x_t.flatten(1), signal * images.flatten(1)).argmin(1)
    return (nearest == torch.arange(len(images))).float().mean().item()


def curve(schedule, side):
    """Share recognised over time for images of this side."""
    shares = []
    for t in times:
        signal = schedule.alphas_cumprod[t].sqrt().item()
        shares.append(recognised(schedule.add_noise(sizes[side], noises[side], t), sizes[side], signal))
    return torch.tensor(shares)


# %%
quieter = noises[14].var() / avg_pool2d(noises[28], 2).var()
answer = "abcd"[int((torch.tensor([1.0, 2.0, 4.0, 16.0]).log() - quieter.log()).abs().argmin())]
reveal(guess, answer, "10.four_pixels")

# %% [markdown]
# The next cell measures it.

# %% tags=["hide-input"]
verdict("variance of the noise, small image over averaged large one", quieter, low=3.9, high=4.1)

# %% [markdown]
# Averaging $k \times k$ pixels leaves what they share and divides the noise's variance by $k^2$. So, for the eye, a
# large image with the schedule of the small one has $k^2$ times its SNR. To destroy what both sizes show at the same
# pace, give the large one a schedule with the SNR divided by $k^2$: **rescaling** (Hoogeboom et al. 2023; Chen 2023).
# In log-SNR this is a shift of the whole curve by $-2 \log k$.
#
# Noise 28-pixel images with the shifted schedule and average them *down*: that must give small images under the plain
# schedule, up to one factor, by algebra; the markers below check our code. What algebra does not say is what the large
# images show *besides*. So recognise them as they are, too.

# %%
after_averaging = {}
for k in (2, 4):
    side, schedule, shares = 28 // k, linear.rescale(1 / k**2), []
    for t in times:
        large = schedule.add_noise(sizes[28], noises[28], t)
        signal = schedule.alphas_cumprod[t].sqrt().item()
        shares.append(recognised(avg_pool2d(large, k), sizes[side], signal))
    after_averaging[side] = torch.tensor(shares)

plain = {side: curve(linear, side) for side in sizes}
not_averaged = {28 // k: curve(linear.rescale(1 / k**2), 28) for k in (2, 4)}

# %% [markdown]
# The next cell draws one image in both sizes, and under the shifted schedule.

# %% tags=["hide-input"]
example = {"28, linear": (28, linear), "14, linear": (14, linear), "28, SNR / 4": (28, linear.rescale(1 / 4))}
looks = (40, 120, 200, 280, 360)
rows = {
    name: torch.cat([(s.add_noise(sizes[side][:1], noises[side][:1], t) + 1) / 2 for t in looks])
    for name, (side, s) in example.items()
}
fig = image_rows(
    rows, title="One image, two sizes, two schedules", names=[f"t = {t}" for t in looks], scale=0.7
)
show(fig, "10.two_sizes")

# %% [markdown]
# The next cell draws the shares recognised, and checks which curves agree and which do not.

# %% tags=["hide-input"]
fig = forward_diffusion.recognised(times, plain, after_averaging, not_averaged)
show(fig, "10.recognised")
for side in (14, 7):
    verdict(
        f"shifted and averaged to {side}: largest distance from the small one's curve",
        (after_averaging[side] - plain[side]).abs().max(),
        high=0.08,
    )
for side, low, high in ((14, 0.1, 0.25), (7, 0.5, 0.7)):
    lead = (not_averaged[side] - plain[side]).max()
    verdict(f"not averaged: largest lead over {side} pixels", lead, low, high)
kept = [(sizes[28 // k].var() / sizes[28].var()).item() for k in (2, 4)]
verdict("2 x 2 averaged: share of the images' variance that is left", kept[0], low=0.8, high=0.85)
verdict("4 x 4 averaged: the same", kept[1], low=0.52, high=0.58)

# %% [markdown]
# Averaging loses some of the signal too: strokes are thin, and at 7 pixels nearly half of the variance is gone. So the
# argument holds for what both sizes can show. The dotted curves lie above the others by what the large images show
# besides, and that is much: the fine detail, which averaging removes. It has no counterpart in the small image, so no
# shift of the schedule can make the two alike in it.

# %% [markdown]
# ## Going further: a VAE with nothing to learn
#
# Stack $T$ latent layers, each drawn from the one below, and you have a hierarchical VAE: an encoder
# $q(z_1 \mid x) \prod q(z_t \mid z_{t-1})$, a decoder $p(z_T) \prod p(z_{t-1} \mid z_t)\, p(x \mid z_1)$, and the ELBO
# of notebook 02. The forward process is such an encoder, with three restrictions:
#
# | restriction | what it takes away | what it buys |
# |---|---|---|
# | 1. every latent has the size of $x$ | the bottleneck: there is no short code | one net can serve all layers |
# | 2. the encoder is a fixed linear Gaussian, $\mathcal N(\sqrt{\alpha_t} x_{t-1}, (1 - \alpha_t) I)$ | the learned encoder: the code cannot adapt to the data | no encoder to train, none to collapse, and a closed form for every layer: train any one alone |
# | 3. the last latent is $\mathcal N(0, I)$, whatever $x$ | the last latent's information: by itself it says nothing of $x$ | a prior without parameters that fits at once |
#
# The third is met only nearly. How nearly is a term of the ELBO,
# $\mathrm{KL}(q(x_T \mid x_0) \,\|\, \mathcal N(0, I))$, in closed form from notebook 02:


# %%
def prior_term(x0, level):
    """KL(N(sqrt(a) x0, (1 - a) I) || N(0, I)) in nats for each row of x0, [N, D] -> [N]."""
    return 0.5 * (level * x0.square() - level - torch.log1p(-level)).sum(1)


for name, low, high in (("linear", 9.1e-4, 9.4e-4), ("cosine", 5.4e-8, 5.7e-8)):
    verdict(
        f"{name}, a digit of 64 pixels: prior term [nats]",
        prior_term(known, schedules[name].alphas_cumprod[-1]).mean(),
        low,
        high,
    )
verdict("text-to-image, the same", prior_term(known, latent.alphas_cumprod[-1]).mean(), low=0.106, high=0.108)

# %% [markdown]
# The code of one image is $T$ times as long as the image, and the encoder has no parameter. In notebook 03 a VAE could
# ignore its code: the KL fell to 0 and the code said nothing (posterior collapse). Here restriction 3 *demands* that of
# the last layer. The information is in the layers before, less and less of it from one to the next. What is left to
# learn is the way back, notebook 11.

# %% [markdown]
# ## Going further: infinitely many steps
#
# Now make the steps smaller and smaller, and take more of them. Let time run from 0 to 1, write $\beta(\tau)$ for the
# noise *per unit of time*, so that $\beta_t = \beta(\tau)\, \Delta\tau$. For a small step $\sqrt{1 - \beta_t}
# \approx 1 - \frac12 \beta_t$, and the chain becomes
#
# $$x_{\tau + \Delta\tau} = x_\tau - \tfrac12 \beta(\tau)\, x_\tau\, \Delta\tau + \sqrt{\beta(\tau)\, \Delta\tau}\; \epsilon \qquad\longrightarrow\qquad dx = -\tfrac12 \beta(\tau)\, x\, d\tau + \sqrt{\beta(\tau)}\, dW$$
#
# a **stochastic differential equation**, the *variance-preserving* SDE (Song et al. 2021). $dW$ is Gaussian noise of
# variance $d\tau$. The left side is the Euler-Maruyama method for solving it. The product becomes an integral:
#
# $$\bar\alpha(\tau) = \exp\Big( -\int_0^\tau \beta(r)\, dr \Big), \qquad \beta(\tau) = 0.1 + 19.9\, \tau \ \text{ for the linear schedule}$$


# %%
def rate_of_noise(tau):
    return 0.1 + 19.9 * tau


def exact_level(tau):
    return math.exp(-(0.1 * tau + 9.95 * tau**2))


def euler_maruyama(x, steps, generator):
    """x: [N] at time 0 -> the path [steps + 1, N] to time 1."""
    path = [x]
    for k in range(steps):
        step = rate_of_noise(k / steps) / steps
        increment = torch.randn(len(x), generator=generator, dtype=x.dtype)
        path.append((1 - step / 2) * path[-1] + math.sqrt(step) * increment)
    return torch.stack(path)


paths = euler_maruyama(two_bumps.sample(4000, dice(16))[:, 0], 500, dice(17))

# %% [markdown]
# The next cell draws eight of the paths, and compares the level at the end with that of the chain.

# %% tags=["hide-input"]
tau = torch.linspace(0, 1, 501)
fig, ax = subplots(figsize=(6.8, 3.3))
some = paths[::5, :8]
ax.plot(tau[::5], some, color=NOISE, linewidth=1)
ax.plot(tau, paths.mean(1), color=BLACK, label="mean of 4,000")
ax.plot(tau, paths.std(1), "--", color=GREEN, label="their standard deviation")
ax.set(title="Paths of the VP-SDE", xlabel="τ", ylabel="x")
fig.legend(loc="outside lower center", ncols=2)
show(fig, "10.paths")
verdict(
    "chain of 1,000 steps and SDE: ratio of the two alpha-bars at the end",
    linear.alphas_cumprod[-1] / exact_level(1.0),
    low=0.934,
    high=0.935,
)
verdict(
    "that ratio over exp(-sum of beta squared / 2)",
    linear.alphas_cumprod[-1] / exact_level(1.0) / (-(linear.betas**2).sum() / 2).exp(),
    low=0.999,
    high=1,
)

# %% [markdown]
# (They differ because a step multiplies by $1 - \beta$ and not by $e^{-\beta}$, and
# $\log(1 - \beta) = -\beta - \beta^2 / 2 - \dots$)
#
# How good is Euler-Maruyama? No sampling is needed to know: each step maps a mean and a variance to a mean and a
# variance, so the moments after $K$ steps are exact, and can be compared with the exact kernel. Twice the steps should
# halve the error: a slope of $-1$ on log-log axes. So it should be with the *path's* error, against 2,048 steps on the
# same Brownian motion, since the noise does not depend on $x$ here.


# %%
def euler_moments(steps, end=0.5):
    """Mean of x_end for x_0 = 1, and its variance, after this many steps to time end."""
    mean, variance = 1.0, 0.0
    for k in range(steps):
        step = rate_of_noise(k / steps * end) / steps * end
        mean, variance = (1 - step / 2) * mean, (1 - step / 2) ** 2 * variance + step
    return mean, variance


def path_error(steps, fine=2048, end=0.5):
    """Root mean square difference at time end between this many steps and many, on the same noise."""
    increments = torch.randn(fine, 1000, generator=dice(18), dtype=torch.float64) * math.sqrt(end / fine)
    ends = []
    for count in (steps, fine):
        x, dw = torch.ones(1000, dtype=torch.float64), increments.reshape(count, -1, 1000).sum(1)
        for k in range(count):
            now = rate_of_noise(k / count * end)
            x = x - 0.5 * now * x * end / count + math.sqrt(now) * dw[k]
        ends.append(x)
    return (ends[0] - ends[1]).square().mean().sqrt().item()


# %%
counts = [16, 32, 64, 128, 256]
exact_mean, exact_variance = math.sqrt(exact_level(0.5)), 1 - exact_level(0.5)
errors = {
    "mean": [abs(euler_moments(k)[0] - exact_mean) for k in counts],
    "variance": [abs(euler_moments(k)[1] - exact_variance) for k in counts],
    "path": [path_error(k) for k in counts],
}

# %% [markdown]
# The next cell draws the errors, and measures the slopes.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(6.2, 3.1))
for (name, values), colour, marker in zip(errors.items(), (BLACK, GREEN, MODEL), "os^", strict=True):
    ax.loglog(counts, values, marker=marker, color=colour, label=name)
ax.set(title="Errors of Euler-Maruyama at τ = 0.5", xlabel="steps", ylabel="error")
ax.set(xticks=counts, xticklabels=counts)
ax.minorticks_off()
ax.legend()
show(fig, "10.euler_errors")
for name, low, high in (("mean", -1.05, -0.97), ("variance", -1.05, -0.97), ("path", -1.1, -0.95)):
    slope = math.log(errors[name][-1] / errors[name][1]) / math.log(counts[-1] / counts[1])
    verdict(f"{name}: slope", slope, low, high)

# %% [markdown]
# The SDE shows what a schedule really is: a choice of *clock*. $\bar\alpha$ runs from 1 to nearly 0 with each of ours;
# $\beta(\tau)$ says how fast. Take the same $\bar\alpha$ values at other times and you have another schedule, and the
# same process. Training sees the difference, since it draws $t$ evenly, and so do samplers that step evenly in $t$.

# %% [markdown]
# ## Read with care
#
# What the source lectures print about this, and what holds. Each line is held by a test.

# %%
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("10"))

# %% [markdown]
# ## What to take with you
#
# - One step shrinks by $\sqrt{1 - \beta}$ and adds noise of variance $\beta$; that keeps variance 1, so the end is
#   nearly known.
# - Any $x_t$ in one jump: $x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$.
# - Compare schedules by log-SNR, on your data: what can a perfect denoiser still learn at this step?
# - Small features disappear first, and large areas of colour last.
# - At $T$ some signal is left. One pixel does not show it; the mean of all pixels may.
#
# **Left out here.** Learned schedules (Kingma et al. 2021 learn the log-SNR's end points); noise that is not Gaussian,
# or blurs; discrete data; continuous time in training. The way back is notebook 11.

# %% [markdown]
# ### Going further: papers
#
# Sohl-Dickstein et al., *Deep unsupervised learning using nonequilibrium thermodynamics*, 2015. Ho, Jain
# and Abbeel, *Denoising diffusion probabilistic models*, 2020. Nichol and Dhariwal, *Improved denoising diffusion
# probabilistic models*, 2021. Kingma et al., *Variational diffusion models*, 2021. Song et al., *Score-based generative
# modeling through stochastic differential equations*, 2021. Jabri, Fleet and Chen, *Scalable adaptive computation for
# iterative generation*, 2022. Chen, *On the importance of noise scheduling for diffusion models*, 2023. Hoogeboom, Heek
# and Salimans, *Simple diffusion: end-to-end diffusion for high resolution images*, 2023. Lin et al., *Common diffusion
# noise schedules and sample steps are flawed*, 2024. Guo, Shamai and Verdú, *Mutual information and minimum mean-square
# error in Gaussian channels*, 2005.
