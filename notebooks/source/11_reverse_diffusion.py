# ---
# jupyter:
#   course:
#     title: Reverse diffusion
#     summary: Why one step back is hard, why it is easy once the clean point is given, the bound term by term, and a denoiser trained in the plane.
#     about: >-
#       The way back: impossible as it stands, easy once the clean point is given. The bound term by term, one model
#       read in four ways, and your own sampler in the plane. *Touch:* forward and reverse, exact beside learned.
# ---

# %% [markdown]
# # 11 Reverse diffusion
#
# **Follows** S. Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (the reverse kernel, the one-pixel
# example); *Diffusion Models: From Foundations to Implementation* (the bound, training in one line, both algorithms);
# S. Lathuilière, *Deep generative methods*, Télécom Paris (predicting the noise, the loss); *EECS 230 Deep Learning,
# Lecture 16*, after S. Prince (Bayes' rule, the Gaussian assumption); M. Straka, *NPFL114 Lecture 13*, Charles
# University 2023 (the derivation of the loss, the choice of variance).
#
# **After this notebook you can**
# - say why undoing one noising step needs the density of the data, and why it does not once $x_0$ is given;
# - derive the Gaussian $q(x_{t-1} \mid x_t, x_0)$ and check it by brute force;
# - write the two loops of a diffusion model, the one that trains it and the one that samples from it;
# - compute a term of the variational bound, and read one model as $x_0$, noise, velocity or score.
#
# **Builds on** 10 (forward diffusion), 02 (the evidence lower bound). Sections marked "Going further" can be skipped:
# nothing else depends on them. **Time to run:** {measured_time}.

# %%
import functools
import math

import torch
from threadpoolctl import threadpool_limits

from course_utils import exact, training
from course_utils.checks import check, hint, reveal
from course_utils.diffusion import NoiseSchedule, PlaneNet, bound, denoising_loss, exact_model, samplers
from course_utils.figures import (
    DATA,
    GREEN,
    MAGNITUDE,
    MODEL,
    NOISE,
    PURPLE,
    grid,
    reverse_diffusion,
    show,
    subplots,
)
from course_utils.museum import cure, numbers
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import DiffusionExplorer

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy
fit = functools.partial(training.fit, device="cpu", progress=False)


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## From noise to data, and a first attempt
#
# Our data are eight Gaussians in the plane, of unequal weight and width. Drag $t$ from 1,000, where all is noise, down
# to 0, the data, and watch 300 points find their way back, once along a random path and once along a smooth one. Click
# a point to follow it. Then try five steps instead of fifty.

# %%
angle = torch.arange(8).double() * math.pi / 4
centres = 1.35 * torch.stack([angle.cos(), angle.sin()], dim=1)
truth = exact.GaussianMixture(
    centres, torch.tensor([0.15, 0.3] * 4), torch.tensor([4, 3, 2, 1, 4, 3, 2, 1]) / 20
)
schedule = NoiseSchedule.linear(1000)  # Ho et al. 2020
levels = schedule.alphas_cumprod

DiffusionExplorer(truth, schedule=schedule)

# %% [markdown]
# Could a network do this in a single jump? Let us try. Take a data point $x_0$, noise it all the way to $x_T$, and
# train a small network to turn $x_T$ into $x_0$, with the squared error as its loss.

# %%
points_seen = truth.sample(20_000, dice(0)).float()
torch.manual_seed(0)
jumper = PlaneNet(hidden=64, layers=3)


def one_jump(model, x0):
    last = torch.full((len(x0),), len(schedule) - 1)
    x_T = schedule.add_noise(x0, torch.randn_like(x0), last)
    return (model(x_T, last) - x0).square().mean()


history = fit(jumper, one_jump, points_seen, steps=500, batch_size=512, lr=2e-3)

# %% [markdown]
# The next cell pushes fresh noise through it, and draws where it lands, beside the data and the exact average of $x_0$.

# %% tags=["hide-input"]
starts = torch.randn(700, 2, generator=dice(15))
with torch.no_grad():
    landed = jumper(starts, torch.full((700,), len(schedule) - 1))
averages = truth.denoise(starts, levels[-1])
fig = reverse_diffusion.one_jump(points_seen[:700], landed, averages, centres, truth.stds)
show(fig, "11.one_jump")
radius = points_seen.norm(dim=1).mean()
verdict(
    "one jump: mean distance from the middle, over that of the data",
    landed.norm(dim=1).mean() / radius,
    high=0.1,
)
verdict("the exact average: the same", averages.norm(dim=1).mean() / radius, high=0.05)
near = (torch.cdist(landed.double(), centres) / truth.stds).min(1).values < 3
verdict("one jump: share of the points near a mode", near.double().mean(), high=0.05)

# %% [markdown]
# Every start lands in the middle of the ring, where there are no data. The network is not to blame: a squared error
# asks for the average of all the $x_0$ that fit, and pure noise fits every $x_0$ almost equally well. What if we take
# many small steps instead, and let each of them decide a little? That is the question of this lesson.

# %% [markdown]
# ## 1. Why the way back is hard
#
# One forward step shrinks a point a little and adds a little noise:
# $q(x_t \mid x_{t-1}) = \mathcal N(\sqrt{\alpha_t}\, x_{t-1},\; \beta_t)$ with $\alpha_t = 1 - \beta_t$. We want the
# opposite: given the noisier $x_t$, where did it come from? Bayes' rule answers:
#
# $$q(x_{t-1} \mid x_t) = \frac{q(x_t \mid x_{t-1})\; q(x_{t-1})}{q(x_t)}$$
#
# The first factor is a Gaussian that we know. But $q(x_{t-1})$ is the density of the *data* after $t - 1$ noising
# steps, and for photographs nobody can write it down. If we could, we would not need a model. This is what
# "intractable" means here: the formula needs the very thing that we are looking for.
#
# For data that we made ourselves, such as two bumps on a line, we have this density (notebook 10), and Bayes' rule can
# be evaluated on a grid.

# %%
pair = exact.GaussianMixture(torch.tensor([[-1.0], [1.0]]).double(), 0.25)
line = torch.linspace(-4, 4, 8001, dtype=torch.float64)
dx = float(line[1] - line[0])


def log_normal(x, mean, variance):
    return -((x - mean) ** 2 / variance + math.log(2 * math.pi * variance)) / 2


def reverse_by_bayes(x_t, level_before, beta):
    """q(x_{t-1} | x_t) on the line by Bayes' rule, [8001]; level_before is alpha-bar_{t-1}."""
    log_prior = pair.diffuse(level_before).log_prob(line[:, None])
    log_step = log_normal(x_t, math.sqrt(1 - beta) * line, beta)
    return torch.softmax(log_prior + log_step, dim=0) / dx


# %% [markdown]
# **Predict.** The point is at $x_t = 0$, exactly half way between the two bumps, and the step that led there was a
# *large* one, $\beta_t = 0.6$. What does $q(x_{t-1} \mid x_t)$ look like? (a) one bell around 0; (b) two bells, one on
# the left and one on the right; (c) flat.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
start_level = 0.95
large, small = reverse_by_bayes(0.0, start_level, 0.6), reverse_by_bayes(0.0, start_level, 0.003)
rises = torch.sign(large[1:] - large[:-1])
peaks = int(((rises[:-1] > 0) & (rises[1:] < 0)).sum())
answer = {1: "a", 2: "b"}.get(peaks, "c")
reveal(guess, answer, "11.one_large_step")


# %% [markdown]
# The next cell draws the reverse of a large and of a small step, and measures how far each is from a Gaussian.


# %% tags=["hide-input"]
def mean_of(density):
    return float((density * line).sum() * dx)


def spread_of(density):
    return float((density * (line - mean_of(density)) ** 2).sum() * dx)


def distance_to_gaussian(density):
    """KL from the density to the Gaussian with its mean and variance, the nearest one in this direction."""
    log_bell = log_normal(line, mean_of(density), spread_of(density))
    kept = density > 1e-300
    return float((density[kept] * (density[kept].log() - log_bell[kept])).sum() * dx)


betas_tried = [0.6, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001]
distances = [distance_to_gaussian(reverse_by_bayes(0.0, start_level, beta)) for beta in betas_tried]
panels = {
    beta: (density, log_normal(line, mean_of(density), spread_of(density)).exp(), reach)
    for beta, density, reach in ((0.6, large, 2.2), (0.003, small, 0.3))
}
fig = reverse_diffusion.way_back(line, panels, betas_tried, distances)
show(fig, "11.way_back")
verdict("KL to the nearest Gaussian, β = 0.6 [nats]", distances[0], low=0.4, high=0.43)
verdict("KL to the nearest Gaussian, β = 0.001 [nats]", distances[-1], high=1e-5)

# %% [markdown]
# So **when the steps are small, the way back is nearly Gaussian** as well. That is why a diffusion model takes many
# small steps, and why it may use a Gaussian for each of them. But which Gaussian is it?

# %% [markdown]
# ### Going further: the reverse of a mixture
#
# One lecture calls this a key assumption. For a given number of steps it is one; in the limit of many steps it is a
# theorem (Feller, 1949).
#
# What exactly is the curve on the left? Each component of the mixture can apply Bayes' rule on its own, and the answers
# are averaged with $q(k \mid x_t)$, the probability that the point came from component $k$. So the reverse of a mixture
# is a mixture again. The next cell compares it with the grid.

# %% tags=["hide-input"]
x_t, beta = 0.4, 0.3
before = pair.diffuse(start_level)  # q(x_{t-1})
after = pair.diffuse(start_level * (1 - beta))  # q(x_t)
shares = after.responsibilities(torch.tensor([[x_t]], dtype=torch.float64))[0]
precision = 1 / before.stds**2 + (1 - beta) / beta  # from the component, and from x_t
means = (before.means[:, 0] / before.stds**2 + math.sqrt(1 - beta) * x_t / beta) / precision
by_parts = exact.GaussianMixture(means[:, None], precision.rsqrt(), shares)
off = (by_parts.log_prob(line[:, None]).exp() - reverse_by_bayes(x_t, start_level, beta)).abs().max()
verdict("the reverse of a mixture, as a mixture and by Bayes on the grid: largest difference", off, high=1e-8)

# %% [markdown]
# ## 2. Given $x_0$, it is easy
#
# Now suppose that somebody tells us $x_0$. Then Bayes' rule reads
#
# $$q(x_{t-1} \mid x_t, x_0) = \frac{q(x_t \mid x_{t-1})\; q(x_{t-1} \mid x_0)}{q(x_t \mid x_0)}$$
#
# ($x_0$ drops out of the first factor because the forward chain has no memory.) All three factors are Gaussians that we
# know from notebook 10, and the density of the data is gone. Take $-2 \log$ of both sides, as a function of $x_{t-1}$;
# the dots stand for terms without $x_{t-1}$:
#
# $$\begin{aligned}
# -2 \log q &= \frac{(x_t - \sqrt{\alpha_t}\, x_{t-1})^2}{\beta_t} + \frac{(x_{t-1} - \sqrt{\bar\alpha_{t-1}}\, x_0)^2}{1 - \bar\alpha_{t-1}} + \dots && (1)\ \text{two Gaussians} \\
# &= \Big( \frac{\alpha_t}{\beta_t} + \frac{1}{1 - \bar\alpha_{t-1}} \Big)\, x_{t-1}^2 - 2 \Big( \frac{\sqrt{\alpha_t}\, x_t}{\beta_t} + \frac{\sqrt{\bar\alpha_{t-1}}\, x_0}{1 - \bar\alpha_{t-1}} \Big)\, x_{t-1} + \dots && (2)\ \text{by powers} \\
# &= \frac{(x_{t-1} - \tilde\mu_t)^2}{\tilde\beta_t} + \dots && (3)\ \text{a square: a Gaussian} \\
# \frac{1}{\tilde\beta_t} &= \frac{\alpha_t}{\beta_t} + \frac{1}{1 - \bar\alpha_{t-1}} = \frac{\alpha_t (1 -
# \bar\alpha_{t-1}) + \beta_t}{\beta_t (1 - \bar\alpha_{t-1})} && (4)\ x_{t-1}^2\text{: precisions
# add} \\
# &= \frac{1 - \bar\alpha_t}{\beta_t (1 - \bar\alpha_{t-1})} && (5)\ \alpha_t + \beta_t = 1,\ \alpha_t \bar\alpha_{t-1} = \bar\alpha_t \\
# \tilde\beta_t &= \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\, \beta_t && (6)\ \text{the variance} \\ \tilde\mu_t &=
# \tilde\beta_t \Big( \frac{\sqrt{\alpha_t}\, x_t}{\beta_t} + \frac{\sqrt{\bar\alpha_{t-1}}\, x_0}{1 - \bar\alpha_{t-1}}
# \Big) && (7)\ \text{in front of } x_{t-1} \\
# &= \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0 + \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t && (8)\ \text{the mean}
# \end{aligned}$$
#
# Read line 7 as two witnesses. $x_0$ says where $x_{t-1}$ should be, with variance $1 - \bar\alpha_{t-1}$; $x_t$ says
# it too, with variance $\beta_t / \alpha_t$. Each is believed in proportion to its precision, one over the variance.
# $x_t$ is far more precise at almost every step: of our thousand steps only the first two trust $x_0$ more.
#
# **Exercise 1.** Write the mean. `before` and `after` are $\bar\alpha_{t-1}$ and $\bar\alpha_t$, and everything else
# follows from $\alpha_t = \bar\alpha_t / \bar\alpha_{t-1}$. Use line 8, because line 7 divides by 0 at the step that
# ends at $x_0$.


# %%
def posterior_mean(x0, x_t, before, after):
    """x0, x_t: [B, D]; before, after: alpha-bar_{t-1} and alpha-bar_t, [B, 1] -> mean of q, [B, D]."""
    ### BEGIN SOLUTION
    alpha = after / before
    return (before.sqrt() * (1 - alpha) * x0 + alpha.sqrt() * (1 - before) * x_t) / (1 - after)
    ### END SOLUTION


# %%
posterior_mean = check("diffusion.posterior_mean", posterior_mean)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name. A second call gives a stronger hint.

# %%
hint("diffusion.posterior_mean")

# %% [markdown]
# **Exercise 2.** Write the variance, now with indices. In formulas $t$ runs from 1 to $T$; in code and in figures it is
# an index from 0 (where it is not, the text says so), so `alphas_cumprod[t]` is the level *after* the step with index
# `t`. Before index 0 there is no noise, and the level is 1. Forgetting this shift by one is the commonest bug in
# diffusion code.


# %%
def posterior_variance(alphas_cumprod, t):
    """alphas_cumprod: [T]; t: [B], indices in 0..T-1 -> beta-tilde, [B]."""
    ### BEGIN SOLUTION
    after = alphas_cumprod[t]
    before = torch.where(t > 0, alphas_cumprod[(t - 1).clamp(min=0)], 1.0)
    return (1 - before) / (1 - after) * (1 - after / before)
    ### END SOLUTION


# %%
posterior_variance = check("diffusion.posterior_variance", posterior_variance)

# %% [markdown]
# Is the derivation right? The next cell multiplies the two densities on a fine grid at six steps, compares mean and
# variance with your formulas, and counts the steps that trust $x_0$ more.


# %% tags=["hide-input"]
def level_pair(t):
    """alpha-bar before and after the step with index t, as [1, 1] each."""
    level_before = levels[t - 1] if t > 0 else torch.ones((), dtype=torch.float64)
    return level_before.reshape(1, 1), levels[t].reshape(1, 1)


def by_brute_force(x0, x_t, t):
    """Mean and variance of q(x_{t-1} | x_t, x_0) from 40,001 points around it."""
    a_before, a_after = (float(a) for a in level_pair(t))
    step_beta = 1 - a_after / a_before
    middle, reach = x_t, 12 * math.sqrt(step_beta)
    points = torch.linspace(middle - reach, middle + reach, 40_001, dtype=torch.float64)
    forward = log_normal(x_t, math.sqrt(1 - step_beta) * points, step_beta)
    from_x0 = log_normal(points, math.sqrt(a_before) * x0, 1 - a_before)
    weights = torch.softmax(forward + from_x0, dim=0)
    mean = float(weights @ points)
    return mean, float(weights @ (points - mean) ** 2)


def one(value):
    """A number as a batch of one point on a line, [1, 1]."""
    return torch.tensor([[value]], dtype=torch.float64)


worst_mean = worst_variance = 0.0
for t, x_t_here in ((1, 0.79), (10, 0.75), (100, 0.2), (300, 0.2), (600, 0.2), (999, 0.2)):
    mean, variance = by_brute_force(0.8, x_t_here, t)
    formula = posterior_mean(one(0.8), one(x_t_here), *level_pair(t)).item()
    worst_mean = max(worst_mean, abs(mean - formula))
    worst_variance = max(worst_variance, abs(variance - posterior_variance(levels, torch.tensor([t])).item()))
verdict("mean, formula against brute force, six steps: largest difference", worst_mean, high=1e-8)
verdict("variance, the same", worst_variance, high=1e-8)
trusts_x0 = 1 / (1 - levels[:-1]) > schedule.alphas[1:] / schedule.betas[1:]
verdict("steps that believe x_0 more, the one with index 0 among them", 1 + trusts_x0.sum(), 2, 2)

# %% [markdown]
# ### Going further: one pixel
#
# A lecture shows a single grey pixel. Its target is $x_0 = 0.8$, and the pixel is now at $x_t = 0.2$. (At $t = 10$,
# where there is hardly any noise yet, it is at 0.75.) The model *believes* that the target is $\hat x_0 = 0.6$. Put the
# first and then the second into line 8, and you get the right step and the step that the model takes.

# %%
x0_pixel, guess_pixel = 0.8, 0.6
steps = {}
for t, here in ((600, 0.2), (100, 0.2), (10, 0.75)):
    std = posterior_variance(levels, torch.tensor([t])).sqrt().item()
    right, taken = (
        posterior_mean(one(x0), one(here), *level_pair(t)).item() for x0 in (x0_pixel, guess_pixel)
    )
    steps[t] = right, taken, std, here

# %% [markdown]
# The next cell draws the two steps, and measures how far apart they are.

# %% tags=["hide-input"]
panels, apart = {}, {}
for t, (right, taken, std, here) in steps.items():
    x = torch.linspace(min(right, taken) - 4 * std, max(right, taken) + 4 * std, 300)
    panels[t] = x, log_normal(x, right, std**2).exp(), log_normal(x, taken, std**2).exp(), here
    apart[t] = (right - taken) / std
fig = reverse_diffusion.two_steps(panels)
show(fig, "11.one_pixel")
verdict("distance of the two means over their standard deviation, t = 600", apart[600], high=0.005)
verdict("the same, t = 10", apart[10], low=1.6, high=1.8)

# %% [markdown]
# A wrong guess of the target costs next to nothing at $t = 600$ and a lot at $t = 10$. The reason is not that $x_0$
# gets much weight at $t = 10$: its weight is small there too, but the standard deviation of the step is smaller still.
# Section 4 turns this into nats.

# %% [markdown]
# ## 3. A model of the step
#
# We do not know $x_0$, so we guess it from $x_t$. The model is the same Gaussian with the guess in place of $x_0$, and
# some variance $\sigma_t^2$:
#
# $$p_\theta(x_{t-1} \mid x_t) = \mathcal N\big(\tilde\mu_t(x_t, \hat x_0),\; \sigma_t^2\big), \qquad \hat x_0 = \hat x_0(x_t, t)$$
#
# Which guess is best? The average, $\mathbb E[x_0 \mid x_t]$. It was useless for one jump, but it is just right for one
# small step: line 8 is linear in $x_0$, so with this guess the model's mean is *exactly* the mean of the true reverse
# $q(x_{t-1} \mid x_t)$, whatever the shape of that reverse. A network that minimises a squared error learns just this
# average. Nothing more is needed: one function that **denoises**.

# %% [markdown]
# ### Going further: mean and variance of the true reverse
#
# The variance of the true reverse has two parts: what is uncertain even when $x_0$ is given, and what is uncertain
# because it is not given.
#
# $$\mathrm{Var}(x_{t-1} \mid x_t) = \tilde\beta_t + \Big(\frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\Big)^2\, \mathrm{Var}(x_0 \mid x_t)$$

# %% [markdown]
# The next cell checks the mean and both parts of the variance on the two bumps of section 1, for a large step. There
# most of the variance is of the second kind.

# %% tags=["hide-input"]
x_t, beta = 0.4, 0.3
level_now = start_level * (1 - beta)
truth_here = reverse_by_bayes(x_t, start_level, beta)
best_guess = pair.denoise(one(x_t), level_now)
mean = posterior_mean(best_guess, one(x_t), one(start_level), one(level_now)).item()
verdict(
    "mean of the reverse by Bayes, minus the model's with E[x_0 | x_t]",
    mean_of(truth_here) - mean,
    low=-1e-8,
    high=1e-8,
)

of_x0 = pair.log_prob(line[:, None]) + log_normal(x_t, math.sqrt(level_now) * line, 1 - level_now)
of_x0 = torch.softmax(of_x0, 0) / dx  # q(x_0 | x_t)
tilde = (1 - start_level) / (1 - level_now) * beta
weight_of_x0 = math.sqrt(start_level) * beta / (1 - level_now)
total = tilde + weight_of_x0**2 * spread_of(of_x0)
verdict(
    "variance of the reverse by Bayes, minus the two parts",
    spread_of(truth_here) - total,
    low=-1e-8,
    high=1e-8,
)
verdict("share of the first part, beta-tilde", tilde / total, low=0.1, high=0.13)

# %% [markdown]
# ### The sampler
#
# Most networks do not say $\hat x_0$ itself. They say which *noise* is in
# $x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$, and one follows from the other.
#
# **Exercise 3.** Turn a guess of the noise into a guess of $x_0$.


# %%
def epsilon_to_x0(x_t, epsilon, level):
    """x_t, epsilon: [B, D]; level: alpha-bar_t, [B, 1] -> x_0: [B, D]."""
    ### BEGIN SOLUTION
    return (x_t - (1 - level).sqrt() * epsilon) / level.sqrt()
    ### END SOLUTION


# %%
epsilon_to_x0 = check("diffusion.epsilon_to_x0", epsilon_to_x0)

# %% [markdown]
# Put this into line 8 and simplify. The whole way back is then Algorithm 2 of Ho et al.:
#
# > **Sampling.** Draw $x_T \sim \mathcal N(0, I)$. For $t = T, \dots, 1$: draw $z \sim \mathcal N(0, I)$ if $t > 1$,
# > otherwise set $z = 0$;
# $\quad x_{t-1} = \dfrac{1}{\sqrt{\alpha_t}} \Big( x_t - \dfrac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\, \epsilon_\theta(x_t, t) \Big) + \sigma_t z$.
# > $\quad$ Return $x_0$.
#
# Here $\epsilon_\theta$ is the network's guess, and $\theta$ stands for its weights.
#
# **Exercise 4.** Write one step, with $\sigma_t^2 = \beta_t$. The noise $z$ is given. Take care of the last step, which
# has index 0 in code.


# %%
def ancestral_step(x_t, epsilon, noise, t, alphas_cumprod):
    """x_t, epsilon, noise: [B, D]; t: int in 0..T-1; alphas_cumprod: [T] -> x_{t-1}: [B, D]."""
    ### BEGIN SOLUTION
    after = alphas_cumprod[t]
    alpha = after / alphas_cumprod[t - 1] if t > 0 else after
    mean = (x_t - (1 - alpha) / (1 - after).sqrt() * epsilon) / alpha.sqrt()
    return mean + (1 - alpha).sqrt() * noise if t > 0 else mean
    ### END SOLUTION


# %%
ancestral_step = check("diffusion.ancestral_step", ancestral_step)

# %% [markdown]
# **Exercise 5.** Now write the whole loop, from pure noise to samples. The model wants the points and one index for
# each point. Draw everything random with `generator`, and use your `ancestral_step`.


# %%
def ancestral_sample(model, shape, alphas_cumprod, generator):
    """model: (x_t [B, D], t [B]) -> noise [B, D]; shape: (B, D); alphas_cumprod: [T] -> samples [B, D]."""
    ### BEGIN SOLUTION
    x_t = torch.randn(shape, generator=generator)
    for t in reversed(range(len(alphas_cumprod))):
        epsilon = model(x_t, torch.full((len(x_t),), t))
        noise = torch.randn(shape, generator=generator)
        x_t = ancestral_step(x_t, epsilon, noise, t, alphas_cumprod)
    return x_t
    ### END SOLUTION


# %%
ancestral_sample = check("diffusion.ancestral_sample", ancestral_sample)

# %% [markdown]
# ### Sampling with no network at all
#
# The density of our eight Gaussians is known, and with it the best denoiser there can be, $\mathbb E[x_0 \mid x_t]$.
# `exact_model(truth, schedule)` is this denoiser in the form of a network, which says the noise. Hand it to your loop.


# %%
def linear_in(count):
    """The linear schedule in another number of steps: fewer, larger ones, to nearly the same noise."""
    return NoiseSchedule.linear(count, 0.1 / count, 20 / count)


short = linear_in(200)
short_levels = short.alphas_cumprod.float()
samples = ancestral_sample(exact_model(truth, short), (preset(20_000, smoke=200), 2), short_levels, dice(0))

# %% [markdown]
# The next cell compares the mass and the width of each mode (the radius that holds half of its points) with the data.


# %% tags=["hide-input"]
def masses_and_widths(samples):
    """Share of the samples nearest to each centre, [8], and the radius that holds half of these, [8]."""
    distance, nearest = torch.cdist(samples.double(), centres).min(1)
    masses = torch.bincount(nearest, minlength=8) / len(samples)
    return masses, torch.stack([distance[nearest == k].median() for k in range(8)])


reference = truth.sample(200_000, dice(9)).float()
true_masses, true_widths = masses_and_widths(reference)
masses, widths = masses_and_widths(samples)
verdict(
    "exact denoiser, 200 steps: largest error of a mode's mass", (masses - true_masses).abs().max(), high=0.01
)
verdict(
    "the same: width of the modes over the true width, narrowest",
    (widths / true_widths).min(),
    low=0.9,
    high=1.1,
)

# %% [markdown]
# The next cell draws 700 points on their way; the circles are two standard deviations of the modes.


# %% tags=["hide-input"]
shown = {}
ended = samplers.ddpm(
    exact_model(truth, short), short, (700, 2), variance_type="fixed_large", generator=dice(1),
    watch=lambda t, x, x0: shown.update({t: x}) if t in (199, 100, 50, 20) else None,
)  # fmt: skip
fig = reverse_diffusion.way_from_noise(shown, ended, centres, truth.stds)
show(fig, "11.no_network")


def bits(nats):
    """Nats per point of the plane as bits per dimension."""
    return float(nats) / (2 * math.log(2))


oracle = exact_model(truth, schedule)
WALKERS = preset(4000, smoke=200)  # points that are sampled


def walk_on(count, variance_type):
    """Samples of the exact denoiser in so many of the 1,000 steps, [WALKERS, 2]."""
    return samplers.ddpm(
        oracle, schedule, (WALKERS, 2), num_inference_steps=count, variance_type=variance_type,
        generator=dice(8),
    )  # fmt: skip


def against_truth(samples):
    """Width of the modes over the true one, and the share of mass in a wrong mode."""
    found_masses, found_widths = masses_and_widths(samples)
    wrong = (found_masses - true_masses).abs().sum() / 2
    return float((found_widths / true_widths).mean()), float(wrong)


def share_at_home(samples):
    """Share of the samples within three standard deviations of a mode; of the data, 99%."""
    distances = torch.cdist(samples.double(), centres) / truth.stds
    return (distances.min(1).values < 3).double().mean().item()


# %% [markdown]
# Noise became data, and nothing was trained. A diffusion model *is* its denoiser, and all that a network has to do is
# to come close to this one.

# %% [markdown]
# ## 4. The bound, term by term
#
# How good is a model $p_\theta$, in nats? As in notebook 02, we bound $-\log p_\theta(x_0)$ from above. The latents are
# now $x_1, \dots, x_T$, the encoder is the forward process, which has nothing to learn, and the model starts from
# $p(x_T) = \mathcal N(0, I)$.
#
# $$\begin{aligned}
# -\log p_\theta(x_0) &\le \mathbb E_q\Big[ \log \frac{q(x_{1:T} \mid x_0)}{p_\theta(x_{0:T})} \Big] && (1)\ \text{Jensen} \\
# &= \mathbb E_q\Big[ -\log p(x_T) + \sum_{t=1}^T \log \frac{q(x_t \mid x_{t-1})}{p_\theta(x_{t-1} \mid x_t)} \Big] && (2)\ \text{both are chains} \\
# q(x_t \mid x_{t-1}) &= \frac{q(x_{t-1} \mid x_t, x_0)\; q(x_t \mid x_0)}{q(x_{t-1} \mid x_0)}
# && (3)\ \text{no memory; Bayes, for } t \ge 2 \\
# \sum_{t=2}^T \log \frac{q(x_t \mid x_0)}{q(x_{t-1} \mid x_0)} &= \log \frac{q(x_T \mid x_0)}{q(x_1 \mid x_0)}
# && (4)\ \text{neighbours cancel} \\
# -\log p_\theta(x_0) &\le
# \underbrace{\mathrm{KL}\big(q(x_T \mid x_0) \,\Vert\, p(x_T)\big)}_{L_T} \underbrace{-\, \mathbb
# E_q \log p_\theta(x_0 \mid x_1)}_{L_0} && (5)\ \text{collected} \\
# &\quad + \sum_{t=2}^T \underbrace{\mathbb E_q\,
# \mathrm{KL}\big(q(x_{t-1} \mid x_t, x_0) \,\Vert\, p_\theta(x_{t-1} \mid x_t)\big)}_{L_{t-1}} \end{aligned}$$
#
# Line 3 is the trick. In line 2 the two arrows point in opposite directions. Once $x_0$ is given, the arrow of $q$ can
# be turned round, and each term becomes a KL of two Gaussians. If the model takes $\sigma_t^2 = \tilde\beta_t$, the two
# differ only in their means, by
# $\frac{\sqrt{\bar\alpha_{t-1}} \beta_t}{1 - \bar\alpha_t} (x_0 - \hat x_0)$. The KL is the square of this over
# $2 \tilde\beta_t$, which simplifies to
#
# $$L_{t-1} = \tfrac12 \big( \mathrm{SNR}(t-1) - \mathrm{SNR}(t) \big)\, \lVert x_0 - \hat x_0 \rVert^2, \qquad \mathrm{SNR}(t) = \frac{\bar\alpha_t}{1 - \bar\alpha_t}$$
#
# **Exercise 6.** Write it in whichever of the two ways you like.


# %%
def kl_step(x0, x0_guess, before, after):
    """x0, x0_guess: [B, D]; before, after: alpha-bar_{t-1}, alpha-bar_t, [B, 1] -> L_{t-1} in nats, [B]."""
    ### BEGIN SOLUTION
    weight = (before / (1 - before) - after / (1 - after)) / 2
    return (weight * (x0 - x0_guess) ** 2).sum(dim=1)
    ### END SOLUTION


# %%
kl_step = check("diffusion.kl_step", kl_step)

# %% [markdown]
# ### Going further: who loses the bound?
#
# Now let us compute all of it. $L_T$ has no parameters: it says how far the end of the forward process is from pure
# noise. What is $L_0$? Our data are continuous, so it is
# $-\log \mathcal N(x_0;\, \hat x_0, \sigma_1^2)$. There $\tilde\beta_1 = 0$ would be useless, because the density would
# be infinite or zero, so we take $\sigma_1^2 = \beta_1$. (For images with 256 grey values Ho et al. take the
# probability of the pixel's cell.) The expectations are estimated with one draw of $x_t$ for each point and step. The
# course has this as `bound.bound_terms`; here is the loop.


# %%
def bound_by_hand(model, schedule, x0, seed):
    """L_0 to L_T for points x0 [B, D], with beta-tilde: [T + 1, B]."""
    generator, terms = dice(seed), []
    a = schedule.alphas_cumprod.to(x0)
    for t in range(len(schedule)):
        noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
        x_t = a[t].sqrt() * x0 + (1 - a[t]).sqrt() * noise
        x0_guess = epsilon_to_x0(x_t, model(x_t, torch.full((len(x0),), t)), a[t].reshape(1, 1))
        if t == 0:
            terms.append(-log_normal(x0, x0_guess, 1 - float(a[0])).sum(1))
        else:
            terms.append(kl_step(x0, x0_guess, a[t - 1].reshape(1, 1), a[t].reshape(1, 1)))
    last = (a[-1] * x0**2 - a[-1] - torch.log1p(-a[-1])).sum(1) / 2  # KL(N(sqrt(a) x_0, 1 - a) || N(0, 1))
    return torch.stack([*terms, last])


x0 = truth.sample(preset(1000, smoke=50), dice(3))
by_hand = bound_by_hand(exact_model(truth, schedule), schedule, x0, seed=4)

# %% [markdown]
# The next cell compares the loop with the course's function, draws what each step costs and what the steps add up to,
# and measures the rest.

# %% tags=["hide-input"]
packaged = bound.bound_terms(exact_model(truth, schedule), schedule, x0, generator=dice(4))
verdict(
    "by hand against bound.bound_terms: largest difference [nats]",
    (by_hand - packaged).abs().max(),
    high=1e-6,
)


terms = by_hand.mean(1)
entropy = -truth.log_prob(reference[:100_000]).mean()  # the best that any model can do
fig, axes = subplots(1, 2, figsize=(10, 3.5))
axes[0].loglog(range(1, 1000), terms[1:-1], color=MODEL)
axes[0].set(title="what each step costs", xlabel="t", ylabel="$L_t$ [nats]", xlim=(0.8, 1200))
running = torch.cumsum(terms, 0) / (2 * math.log(2))
axes[1].semilogx(range(1, 1002), running, color=MODEL, label="$L_0 + \\dots + L_t$")
axes[1].axhline(bits(entropy), color=DATA, linestyle="--", label="the truth")
axes[1].set(title="adding up", xlabel="t + 1", ylabel="bits per dimension")
axes[1].legend(loc="lower right")
show(fig, "11.bound")
verdict("L_T, what is left of the data at T [bits per dimension]", bits(terms[-1]), high=1e-3)
verdict("L_0 [bits per dimension]: below 0, for it is a density", bits(terms[0]), low=-4.65, high=-4.55)
verdict("the bound minus the truth [bits per dimension]", bits(terms.sum() - entropy), low=0.6, high=0.7)

# %% [markdown]
# The bound holds, but it is not tight. More than half a bit per dimension is missing, with the *exact* denoiser and a
# thousand steps. Where was it lost?
#
# There are two suspects: the true reverse is not Gaussian, and the variance $\tilde\beta_t$ was our own choice. The
# other common choice is $\sigma_t^2 = \beta_t$, the variance of the forward step. Then each $L_{t-1}$ is a KL of two
# Gaussians of *unequal* variance, $\tilde\beta_t$ and $\beta_t$.
#
# **Predict.** We keep the exact denoiser and the 1,000 steps, but set $\sigma_t^2 = \beta_t$. How much is lost now?
# (a) more, because variances that were equal are now unequal, and a KL counts that; (b) about the same; (c) nearly
# nothing.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
points = truth.sample(preset(4000, smoke=50), dice(5))
known = -truth.log_prob(points)


def gaps_of(schedule):
    """Bound minus truth on the same points and noise, bits per dimension, and the mean terms, for both."""
    gaps, means = {}, {}
    for kind in ("fixed_small", "fixed_large"):
        found = bound.bound_terms(
            exact_model(truth, schedule), schedule, points, variance_type=kind, generator=dice(6)
        )
        gaps[kind], means[kind] = bits((found.sum(0) - known).mean()), found.mean(1)
    return gaps, means


counts = (30, 100, 300, 1000)
gaps = {}
for T in counts:
    gaps[T], mean_terms = gaps_of(linear_in(T))
last = gaps[1000]
answer = "c" if last["fixed_large"] < 0.1 else "a" if last["fixed_large"] > 1.2 * last["fixed_small"] else "b"
reveal(guess, answer, "11.kl_of_the_wide_step")

# %% [markdown]
# The next cell compares the two choices step by step, and draws the price over the number of steps.

# %% tags=["hide-input"]
cheaper = mean_terms["fixed_large"][1:-1] < mean_terms["fixed_small"][1:-1]
verdict("share of the 999 steps at which the mean KL is smaller with beta", cheaper.double().mean(), low=0.98)
fig, ax = subplots(figsize=(6.8, 3.4))
ax.plot(counts, [gaps[T]["fixed_small"] for T in counts], "o-", color=MODEL, label="σ² = beta-tilde")
ax.plot(counts, [gaps[T]["fixed_large"] for T in counts], "s--", color=GREEN, label="σ² = beta")
ax.axhline(0, color=NOISE, linewidth=1)
ax.set(xscale="log", title="The price of the bound", xlabel="number of steps T", ylabel="bits per dimension")
ax.legend(loc="upper right")
show(fig, "11.price_of_the_bound")
verdict("gap with beta, 30 steps [bits per dimension]", gaps[30]["fixed_large"], low=0.25, high=0.31)
verdict(
    "gap with beta, 1,000 steps; 0 within the noise of 4,000 points",
    last["fixed_large"],
    low=-0.04,
    high=0.04,
)
verdict("gap with beta-tilde, 1,000 steps; other points than above", last["fixed_small"], low=0.57, high=0.66)

# %% [markdown]
# More steps close the gap *if the variance is right*. Why? Average the bound over the data and subtract the truth,
# $-\mathbb E \log q(x_0)$. In line 1 this leaves $\mathrm{KL}(q(x_{0:T}) \Vert p_\theta(x_{0:T}))$, and both
# distributions are chains that can be read from $x_T$ downwards:
#
# $$\text{bound} - \text{truth} = \mathrm{KL}\big(q(x_T) \,\Vert\, p(x_T)\big) + \sum_{t=1}^T \mathbb E_q\, \mathrm{KL}\big(q(x_{t-1} \mid x_t) \,\Vert\, p_\theta(x_{t-1} \mid x_t)\big)$$
#
# No $x_0$ is given any more. What is lost is the distance to the *true* reverse of section 1, whose variance is larger
# than $\tilde\beta_t$ (section 3).
#
# Where in the chain is it lost? Take data for which everything can be written down: one Gaussian,
# $x_0 \sim \mathcal N(0, s^2)$. Then the true reverse *is* Gaussian, its mean is the model's, and its variance follows
# from the formula of section 3 with
# $\mathrm{Var}(x_0 \mid x_t) = \frac{s^2 (1 - \bar\alpha_t)}{\bar\alpha_t s^2 + 1 - \bar\alpha_t}$. What remains of
# each term is the KL of two Gaussians of different variance. If $r$ is the true variance over the model's, it is
# $\frac12 (r - 1 - \log r)$ nats. No sampling and no grid is needed.


# %%
def true_variance(schedule, s):
    """Var(x_{t-1} | x_t) for data N(0, s^2), with beta-tilde and beta: [T] each."""
    after = schedule.alphas_cumprod
    before = torch.cat([torch.ones(1).double(), after[:-1]])
    tilde = (1 - before) / (1 - after) * schedule.betas
    of_x0 = s**2 * (1 - after) / (after * s**2 + 1 - after)
    return tilde + (before.sqrt() * schedule.betas / (1 - after)) ** 2 * of_x0, tilde, schedule.betas


def cost(variance, model_variance):
    """KL of two Gaussians of equal mean, in bits."""
    ratio = variance / model_variance
    return (ratio - 1 - ratio.log()) / (2 * math.log(2))


# %% [markdown]
# The next cell draws the true variance for four kinds of data and the loss of each step, and adds the losses up.

# %% tags=["hide-input"]
coarse = linear_in(25)  # large steps, to see something
fig, axes = subplots(1, 2, figsize=(10.4, 3.8))
for s, colour, style in ((0.1, GREEN, ":"), (0.3, DATA, "-"), (1.0, NOISE, "--"), (3.0, PURPLE, "-.")):
    variance, tilde, large = true_variance(coarse, s)
    axes[0].plot(range(1, 25), (variance / large)[1:], style, color=colour, label=f"data of std {s:g}")
axes[0].plot(range(1, 25), (tilde / large)[1:], "o", color=MODEL, markersize=4, label="beta-tilde")
axes[0].set(title="25 steps: true variance over beta", xlabel="t", ylim=(0, 1.4))
axes[0].legend(loc="lower right", fontsize=10)
variance, tilde, large = true_variance(schedule, 0.3)
axes[1].loglog(range(1, 1000), cost(variance, tilde)[1:], color=MODEL, label="with beta-tilde")
axes[1].loglog(range(1, 1000), cost(variance, large)[1:], "--", color=GREEN, label="with beta")
axes[1].set(title="1,000 steps: cost of each, data of std 0.3", xlabel="t", ylabel="bits per dimension")
axes[1].legend(loc="upper right", fontsize=11)
show(fig, "11.true_variance")
lost = cost(variance, tilde)[1:]
verdict("data N(0, 0.3²): lost by beta-tilde in all [bits per dimension]", lost.sum(), low=0.64, high=0.65)
verdict("share of it in the first 20 of 999 steps", lost[:20].sum() / lost.sum(), low=0.94, high=0.96)
verdict("lost by beta in all [bits per dimension]", cost(variance, large)[1:].sum(), high=0.006)
verdict("1,000 steps, data N(0, 0.3²): true variance over beta at t = 1", (variance / large)[1], low=0.99)
variance, tilde, large = true_variance(coarse, 0.3)
verdict("the same with 25 steps", (variance / large)[1], high=0.8)
variance, tilde, large = true_variance(schedule, 1.0)
verdict(
    "data N(0, 1): the true variance over beta, largest distance from 1",
    (variance / large - 1).abs().max(),
    high=1e-9,
)
variance, tilde, large = true_variance(schedule, 1e-6)
verdict("data at one point: over beta-tilde, the same", (variance / tilde - 1)[1:].abs().max(), high=1e-6)
variance, tilde, large = true_variance(coarse, 3.0)
verdict(
    "data N(0, 9), 25 steps: the true variance over beta, largest",
    (variance / large).max(),
    low=1.25,
    high=1.26,
)

# %% [markdown]
# Now the picture is exact. $\beta_t$ is right for data $\mathcal N(0, I)$, $\tilde\beta_t$ is right for data at a
# single point, and for data in between the true variance lies between the two. With many steps it is close to $\beta_t$
# at the first of them, because any smooth data look wide when they are seen through so little noise. (The 25 steps of
# the left panel are too large for that.) A lecture says that the two choices are proven to be the extremes. They are,
# for data of variance *at most 1* and on average over $x_t$. The purple curve lies above $\beta_t$, and at a single
# $x_t$ between two bumps the true variance may be above $\beta_t$ for narrower data too. This is one more reason to
# normalise the data.
#
# So if you care about likelihood, learn or estimate the variance (Nichol and Dhariwal; Bao et al.). For the look of the
# samples it hardly matters with a thousand steps, but it matters a lot with few, as the part on the number of steps
# below shows.

# %% [markdown]
# ## 5. What to predict
#
# Since $x_t$ is known, a guess of the noise is a guess of $x_0$, and there are other ways to say the same. Write
# $a = \sqrt{\bar\alpha_t}$ for the signal rate and $\sigma = \sqrt{1 - \bar\alpha_t}$, without an index, for the noise
# rate:
#
# | the network says | target | $\hat x_0$ from it |
# |---|---|---|
# | the data | $x_0$ | itself |
# | the noise | $\epsilon$ | $(x_t - \sigma \hat\epsilon) / a$ |
# | the velocity | $v = a\, \epsilon - \sigma\, x_0$ | $a\, x_t - \sigma \hat v$ |
# | the score | $\nabla \log q(x_t)$, from samples: $-\epsilon / \sigma$ | $(x_t + \sigma^2 \hat s) / a$ |
#
# $x_t = a\, x_0 + \sigma\, \epsilon$ moves along an arc from $x_0$ to $\epsilon$, and the velocity is the direction in
# which it moves.
#
# **Exercise 7.** Derive the third line: eliminate $\epsilon$ from the two equations $x_t = a x_0 + \sigma \epsilon$ and
# $v = a \epsilon - \sigma x_0$.


# %%
def velocity_to_x0(x_t, v, level):
    """x_t, v: [B, D]; level: alpha-bar_t, [B, 1] -> x_0: [B, D]."""
    ### BEGIN SOLUTION
    return level.sqrt() * x_t - (1 - level).sqrt() * v
    ### END SOLUTION


# %%
velocity_to_x0 = check("diffusion.velocity_to_x0", velocity_to_x0)

# %% [markdown]
# All four say exactly the same. But a network's answer has an error, and dividing by $a$ makes that error larger.
#
# **Predict.** At the last step of the linear schedule a network says the noise with an error of 0.1. How large is the
# error of its $\hat x_0$? Write a number. (You know $\bar\alpha_T$ from notebook 10: it is about $4 \cdot 10^{-5}$.)

# %%
### BEGIN SOLUTION
guess = 16
### END SOLUTION

# %%
signal, sigma = schedule.alphas_cumprod.sqrt(), (1 - schedule.alphas_cumprod).sqrt()
reveal(guess, 0.1 * float(sigma[-1] / signal[-1]), "11.error_at_the_end", within=0.15)

# %%
factors = {
    "$x_0$": (torch.ones_like(signal), signal / sigma),
    "noise": (sigma / signal, torch.ones_like(signal)),
    "velocity": (sigma, signal),
    "score": (sigma**2 / signal, sigma),
}

# %% [markdown]
# The next cell draws these factors over $t$.

# %% tags=["hide-input"]
fig = reverse_diffusion.error_factors(factors)
show(fig, "11.error_factors")
verdict("velocity: largest factor of both panels", max(both.max() for both in factors["velocity"]), high=1)

# %% [markdown]
# Predicting the noise is bad near pure noise, where the error is divided by a small $a$. Predicting $x_0$ is bad near
# the data, for the mirrored reason. Velocity never divides, which is why it was invented for models that take very few
# steps (Salimans and Ho). Predicting noise works all the same in a sampler with small steps, because the guesses of
# $x_0$ near pure noise hardly count there.

# %% [markdown]
# ### Going further: Tweedie, and the circle
#
# The last line of the table is Tweedie's formula, which statisticians knew long before (Efron 2011 tells the story):
# the score of noisy data is a denoiser. $-\epsilon / \sigma$ is not the score of $q(x_t)$ but that of
# $q(x_t \mid x_0)$. Its average given $x_t$ is the score of $q(x_t)$, which is the idea of denoising score matching
# (Vincent 2011).
#
# As for the velocity, $a^2 + \sigma^2 = 1$, so $(a, \sigma)$ is a point on a circle. As its angle grows, $x_t$ moves
# along the arc, and $v$ is the derivative with respect to the angle.

# %% [markdown]
# ## 6. The loss, and its weights
#
# Each of these readings turns $\lVert x_0 - \hat x_0 \rVert^2$ into a squared error of its own, and the bound's weight
# changes accordingly. For the noise, $x_0 - \hat x_0 = -\frac{\sigma}{a} (\epsilon - \hat\epsilon)$, so with
# $\sigma_t^2 = \tilde\beta_t$
#
# $$L_{t-1} = \underbrace{\tfrac12 \big( \mathrm{SNR}(t-1) - \mathrm{SNR}(t) \big)\, \tfrac{\sigma^2}{a^2}}_{\text{weight}}\; \lVert \epsilon - \hat\epsilon(x_t, t) \rVert^2 \qquad\text{and}\qquad L_{\text{simple}} = \mathbb E_{t, x_0, \epsilon}\; \lVert \epsilon - \hat\epsilon(x_t, t) \rVert^2$$
#
# Ho et al. dropped the weight, and the pictures became better. The next cell draws the weights, and how much of the
# total the first steps have.

# %% tags=["hide-input"]
before, after = levels[:-1], levels[1:]
for_x0 = (before / (1 - before) - after / (1 - after)) / 2
weights = {name: for_x0 * both[0][1:] ** 2 for name, both in factors.items()}
share = weights["noise"] / weights["noise"].sum()
fig = reverse_diffusion.bound_weights(weights, share)
show(fig, "11.weights")
verdict(
    "noise: the bound's weight at t = 1 over that at t = 999",
    weights["noise"][0] / weights["noise"][-1],
    low=55,
    high=62,
)
verdict("share of the bound's weight on the first 10% of the steps", share[:100].sum(), low=0.38, high=0.41)

# %% [markdown]
# When the network says the noise, the bound cares most about the first steps. They hold the finest detail, which
# decides the last digits of a density and which no eye sees. $L_{\text{simple}}$ moves the network's effort to the
# larger noise, where everything visible is decided.

# %% [markdown]
# ## 7. Training is one line
#
# > **Training.** Repeat: draw $x_0$ from the data, $t$ uniformly from $1, \dots, T$, and
# > $\epsilon \sim \mathcal N(0, I)$; take a gradient step on
# > $\lVert \epsilon - \epsilon_\theta(\sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon,\; t) \rVert^2$.
#
# **Exercise 8.** Write the loss of a batch as the *mean* of the squared error over points and coordinates, as is usual
# in code. ($L_{\text{simple}}$ sums over the coordinates.) Every point gets its own $t$, and in code $t$ takes all
# values from 0 to $T - 1$. Draw $t$ and the noise with `generator`.


# %%
def training_loss(model, x0, alphas_cumprod, generator):
    """model: (x_t [B, D], t [B]) -> noise [B, D]; x0: [B, D]; alphas_cumprod: [T] -> mean over B and D."""
    ### BEGIN SOLUTION
    t = torch.randint(len(alphas_cumprod), (len(x0),), generator=generator)
    noise = torch.randn(x0.shape, generator=generator)
    level = alphas_cumprod[t].to(x0)[:, None]
    x_t = level.sqrt() * x0 + (1 - level).sqrt() * noise
    return (model(x_t, t) - noise).square().mean()
    ### END SOLUTION


# %%
training_loss = check("diffusion.training_loss", training_loss)

# %% [markdown]
# **Exercise 9.** Now write the training loop. For each batch, find the loss, clear the old gradients, compute the new
# ones, and let the optimiser take its step. Use your `training_loss`, and return the loss of each batch.


# %%
def train(batches, model, optimiser, alphas_cumprod, generator):
    """batches: [S, B, D]; model, alphas_cumprod: as before -> the loss of each batch, [S]."""
    ### BEGIN SOLUTION
    losses = []
    for x0 in batches:
        loss = training_loss(model, x0, alphas_cumprod, generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return torch.tensor(losses)
    ### END SOLUTION


# %%
train = check("diffusion.train", train)

# %% [markdown]
# Your loop now trains a small network. After each step its weights are averaged with those of the last thousand steps
# or so, which makes the result calmer. (Notebook 12 explains the average, and how a network is told $t$.)

# %%
torch.manual_seed(0)
net, noise_source = PlaneNet(hidden=64, layers=4), dice(1)
single = levels.float()  # the network computes in float32
for lr, steps in ((4e-3, 8000), (6e-4, 4000)):  # large steps, then small ones
    optimiser, average = training.adamw(net, lr), training.WeightAverage(net, 0.999)
    optimiser.register_step_post_hook(lambda *_, average=average: average.update())
    rows = torch.randint(len(points_seen), (preset(steps, smoke=3), 512), generator=dice(steps))
    losses = train(points_seen[rows], net, optimiser, single, noise_source)
net = average.model.eval()

# %% [markdown]
# The next cell measures its loss on points held out, and compares your loss with the course's `denoising_loss`.

# %% tags=["hide-input"]
with torch.no_grad():
    held_out = truth.sample(50_000, dice(2)).float()
    trained_loss = float(training_loss(net, held_out, single, dice(3)))
    of_the_course = denoising_loss(schedule)(net, held_out).item()
verdict("your loss over the course's denoising_loss", trained_loss / of_the_course, low=0.97, high=1.03)

# %% [markdown]
# **Predict.** Now take the same loss, on the same points with the same noise, for the *exact* denoiser, which no
# network can beat. Is it (a) 0; (b) about half of the trained network's; (c) nearly the trained network's?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
floor = float(training_loss(oracle, held_out, single, dice(3)))
answer = "a" if floor < 0.01 else "c" if floor > 0.9 * trained_loss else "b"
reveal(guess, answer, "11.floor_of_the_loss")

# %% [markdown]
# The next cell measures both.

# %% tags=["hide-input"]
verdict("loss of the exact denoiser", floor, low=0.21, high=0.24)
verdict("loss of the trained one, minus that", trained_loss - floor, low=0, high=0.005)

# %% [markdown]
# So the value of the loss says little. What counts is its distance from the floor, and for real data nobody knows the
# floor.
#
# What has the network learned? Sample from it with your own loop, in all 1,000 steps.

# %%
with torch.no_grad():
    own = ancestral_sample(net, (WALKERS, 2), single, dice(5))

# %% [markdown]
# The next cell draws the data beside the samples, and measures the modes and the network's own bound.

# %% tags=["hide-input"]
some = held_out[: preset(2000, smoke=50)]
net_bound = bound.bound_terms(net, schedule, some, variance_type="fixed_large", generator=dice(7))
best_bound = bound.bound_terms(oracle, schedule, some, variance_type="fixed_large", generator=dice(7))
fig, axes = subplots(1, 2, figsize=(8, 4), sharex=True, sharey=True)
axes[0].scatter(*reference[:1800].T, s=3, color=DATA, linewidths=0)
axes[1].scatter(*own[:1800].T, s=3, color=MODEL, marker="^", linewidths=0)
for ax, name in zip(axes, ("the data", "samples of the network"), strict=True):
    ax.set(title=name, xlabel="$x_1$", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), aspect="equal")
axes[0].set_ylabel("$x_2$")
show(fig, "11.samples")
own_masses, own_widths = masses_and_widths(own)
verdict("network: largest error of a mode's mass", (own_masses - true_masses).abs().max(), high=0.02)
verdict(
    "network: width of the modes over the true width, the four narrow ones",
    (own_widths / true_widths)[::2].mean(),
    low=1.02,
    high=1.15,
)
verdict("the same, the four wide ones", (own_widths / true_widths)[1::2].mean(), low=0.95, high=1.07)
verdict(
    "its bound minus that of the exact denoiser [bits per dimension]",
    bits((net_bound - best_bound).sum(0).mean()),
    low=0,
    high=0.12,
)

# %% [markdown]
# The masses are right. The narrow modes come out a little too wide: they are the finest detail there is. Look for the
# cause in the explorer, now with your network: at which $t$, and where, is its error large?

# %%
DiffusionExplorer(truth, schedule=schedule, model=net)

# %% [markdown]
# ### Going further: where the learned score is wrong
#
# Here we can look at the distance from the floor at every point: the learned score is $-\hat\epsilon / \sigma$, and we
# can set it beside the exact one. The next cell draws the error at three times. The white lines are two levels of
# $q(x_t)$: inside the inner ones $\log q$ is at most 2 below its maximum, and inside the outer ones at most 6. (The
# shape in the middle of the first two panels is a hole in the data. At $t = 20$ the two lightest modes do not reach
# the inner level.)


# %% tags=["hide-input"]
plane_points, axis = grid(-3, 3, 81)


@torch.no_grad()
def scores_at(t):
    """Learned and exact score and log q(x_t) on the plane, [81 * 81, 2] twice and [81 * 81]."""
    steps = torch.full((len(plane_points),), t)
    learned = schedule.convert(net(plane_points, steps), plane_points, steps, "epsilon", "score")
    noisy = truth.diffuse(levels[t])
    return learned, noisy.score(plane_points).float(), noisy.log_prob(plane_points).float()


fig, axes = subplots(1, 3, figsize=(10.8, 3.7), sharey=True)
for ax, t in zip(axes, (20, 100, 400), strict=True):
    learned, right, log_density = scores_at(t)
    error = ((learned - right).norm(dim=1) * float(sigma[t])).reshape(81, 81)
    tones = [0.1 * i for i in range(16)]
    picture = ax.contourf(axis, axis, error, levels=tones, cmap=MAGNITUDE, extend="max")
    inside = (log_density - log_density.max()).reshape(81, 81)
    ax.contour(axis, axis, inside, levels=[-6, -2], colors="white", linestyles="-", linewidths=1.2)
    ax.set(title=f"t = {t}", xlabel="$x_1$", aspect="equal")
axes[0].set_ylabel("$x_2$")
fig.colorbar(picture, ax=axes, label="error of the score, times σ", ticks=[0, 0.5, 1, 1.5])
show(fig, "11.score_error")
# %% [markdown]
# The next cell measures the error on the data, and far away from them.

# %% tags=["hide-input"]
relative, far_away = {}, {}
with torch.no_grad():
    for t in (2, 20, 100, 400):
        steps = torch.full((len(held_out),), t)
        x_t = schedule.add_noise(held_out, torch.randn(held_out.shape, generator=dice(t)), steps)
        wanted = oracle(x_t, steps)
        relative[t] = ((net(x_t, steps) - wanted).square().mean() / wanted.square().mean()).sqrt().item()
        learned, right, log_density = scores_at(t)
        outside = log_density < log_density.max() - 20
        if outside.any():
            ratio = (learned - right)[outside].square().mean() / right[outside].square().mean()
            far_away[t] = ratio.sqrt().item()
verdict("relative error of the score, weighted by the density, t = 2", relative[2], low=0.3, high=0.6)
verdict("the same, t = 20", relative[20], low=0.15, high=0.25)
verdict("the same, t = 100", relative[100], low=0.06, high=0.12)
verdict("the same, t = 400", relative[400], high=0.02)
verdict("t = 20, where the density is below e^-20 of its top", far_away[20], low=0.4)

# %% [markdown]
# The error is largest where no training point ever came (though not in all such places: at $t = 20$ it is smaller
# along the diagonals), and a sampler hardly ever goes there either. On the data it is small at $t = 100$ and 400, but
# not at the first steps. There the score changes quickly from mode to mode, and a smooth network finds that hard. (In
# terms of the noise this error is hardly felt, because it is multiplied by $\sigma$, which is small there.)

# %% [markdown]
# ### Going further: one model, read in four ways
#
# Wrap the trained network so that it answers in another language, tell the sampler which, and start from the same
# noise.


# %%
def translated(model, target):
    def say(x_t, t):
        return schedule.convert(model(x_t, t), x_t, t, "epsilon", target)

    return say


read = {}
for kind in ("epsilon", "sample", "v_prediction", "score"):
    options = {"num_inference_steps": 100, "prediction_type": kind, "generator": dice(4)}
    read[kind] = samplers.ddpm(translated(net, kind), schedule, (700, 2), **options)
differences = [(read[kind] - read["epsilon"]).abs().max() for kind in read]
verdict("samples of the four readings: largest difference", max(differences), high=1e-4)

# %% [markdown]
# ## Going further: which variance, and how many steps?
#
# A thousand steps are slow. Visit only some of them, and each becomes a larger step, from $\bar\alpha_t$ to a much
# larger level. We use the exact denoiser, so that nothing but the steps can be at fault.
#
# **Predict.** Take thirty steps, the exact denoiser, and $\sigma_t^2 = \tilde\beta_t$. Compared with the true modes,
# are the sampled ones (a) too narrow; (b) too wide; (c) as wide as they should be?

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION

# %%
steps_tried = (5, 10, 30, 100, 1000)
seen = {(kind, n): walk_on(n, kind) for kind in ("fixed_small", "fixed_large") for n in steps_tried}
walked = {key: against_truth(samples) for key, samples in seen.items()}
width = walked["fixed_small", 30][0]
reveal(guess, "a" if width < 0.95 else "b" if width > 1.05 else "c", "11.narrow_steps")

# %% [markdown]
# Section 3 says which variance is right: $\tilde\beta_t$ plus the square of a weight times
# $\mathrm{Var}(x_0 \mid x_t)$. A fixed variance can at best be one number for all $x_t$, so average it: the average of
# $\mathrm{Var}(x_0 \mid x_t)$ is the mean squared error of the denoiser (Bao et al. 2022). For any network it can be
# measured on data; here we measure it for the exact one. (`schedule.posterior` applies line 8. Given an error of
# $\hat x_0$ and 0 for $x_t$, it returns the weight of $x_0$ times that error.)


# %%
def measured_variance(t, prev, x0, generator):
    """beta-tilde, and the denoiser's mean squared error at step t times its weight squared."""
    fresh = torch.randn(x0.shape, generator=generator)
    x_t, steps = schedule.add_noise(x0, fresh, t), torch.full((len(x0),), t)
    error = schedule.convert(oracle(x_t, steps), x_t, steps, "epsilon", "sample") - x0
    part, variance = schedule.posterior(error, torch.zeros_like(error), t, prev)  # the weight times the error
    return float(variance) + float(part.square().mean())


def walk_with_measured_variance(count, seed=8):
    generator, some_data = dice(seed), points_seen[:5000]
    x = torch.randn(WALKERS, 2, generator=generator)
    for t, prev in samplers.timesteps(schedule, count):
        steps = torch.full((WALKERS,), t)
        x0_guess = schedule.convert(oracle(x, steps), x, steps, "epsilon", "sample")
        x, _ = schedule.posterior(x0_guess, x, t, prev)
        if prev >= 0:
            std = math.sqrt(measured_variance(t, prev, some_data, generator))
            x = x + std * torch.randn(WALKERS, 2, generator=generator)
    return x


with_measured = {n: walk_with_measured_variance(n) for n in (5, 10, 30, 100)}
between = {n: against_truth(samples) for n, samples in with_measured.items()}

# %% [markdown]
# The next cell draws thirty steps with either variance, and all three choices over the number of steps.

# %% tags=["hide-input"]
clouds = {
    "30 steps, beta-tilde": seen["fixed_small", 30][:700],
    "30 steps, beta": seen["fixed_large", 30][:700],
}
curves = {
    name: {n: walked[kind, n] for n in steps_tried}
    for kind, name in (("fixed_small", "beta-tilde"), ("fixed_large", "beta"))
}
fig = reverse_diffusion.three_variances(clouds, {**curves, "measured": between}, centres, truth.stds)
show(fig, "11.three_variances")
verdict("30 steps, beta-tilde: width of the modes over the true one", width, low=0.82, high=0.88)
verdict("100 steps, beta-tilde: the same", walked["fixed_small", 100][0], low=0.84, high=0.91)
verdict("10 steps, beta-tilde: the same", walked["fixed_small", 10][0], low=1.03)
verdict("30 steps, beta: the same", walked["fixed_large", 30][0], low=1.05, high=1.13)
verdict("30 steps, measured variance: the same", between[30][0], low=1, high=1.07)
for kind, name in (("fixed_small", "beta-tilde"), ("fixed_large", "beta")):
    verdict(f"1,000 steps, {name}: width over the true one", walked[kind, 1000][0], low=0.95, high=1.05)

# %% [markdown]
# The next cell looks at the samples of five steps, and at the points before the last of them.

# %% tags=["hide-input"]
verdict(
    "5 steps: the narrowest of the three",
    min(walked["fixed_small", 5][0], walked["fixed_large", 5][0], between[5][0]),
    low=1.3,
)
for name in ("small", "large"):
    where = dict.fromkeys([199])  # the points before the last of five steps
    samplers.ddpm(
        oracle, schedule, (WALKERS, 2), num_inference_steps=5, variance_type=f"fixed_{name}", generator=dice(8),
        watch=lambda t, x_t, x0, where=where: where.update({t: x_t}),
    )  # fmt: skip
    spread = where[199].std() / truth.diffuse(levels[199]).sample(20_000, dice(10)).std()
    band = {"small": (0.7, 0.8), "large": (0.95, 1.08)}[name]
    verdict(f"5 steps, fixed_{name}: spread before the last step over that of q(x_t)", spread, *band)
fives = (seen["fixed_small", 5], seen["fixed_large", 5], with_measured[5])
verdict(
    "5 steps: share near a mode, the best of the three (of the data, 0.99)",
    max(share_at_home(samples) for samples in fives),
    high=0.97,
)

# %% [markdown]
# With a thousand steps the choice does not matter; with a hundred it still does. With thirty, $\tilde\beta_t$ is too
# small and $\beta_t$ too large, and the measured variance between them is nearly right. With five none of the three
# helps. The reverse of so large a step is not Gaussian (section 1), so all modes come out far too wide, and some points
# are left between them. The modes of $\tilde\beta_t$ are the widest of all, although it is the smallest variance. With
# too little noise in each step the cloud as a whole shrinks: before the last step its points lie nearer to the middle
# than those of $q(x_t)$, and from there it is not clear which mode they belong to.
#
# The two faults of $\tilde\beta_t$ have opposite signs. Its modes are too wide with ten steps and too narrow with
# thirty, so at some number between the two their width is right by accident. Exhibit B will not accept that as a cure.
#
# Does a step need noise at all? {Notebook 13} shows a deterministic path with the same marginals. As a look ahead, we
# use the same $x_T$ twice, first with fresh noise in every step and then without any.

# %%
first_noise = torch.randn(500, 2, generator=dice(0))
stochastic = [
    samplers.ddpm(oracle, schedule, (500, 2), num_inference_steps=50, x_T=first_noise, generator=dice(k))
    for k in (1, 2)
]
fixed = [
    samplers.ddim(oracle, schedule, (500, 2), num_inference_steps=50, x_T=first_noise, generator=dice(k))
    for k in (1, 2)
]
verdict(
    "fresh noise: mean distance between the two ends of one start",
    (stochastic[0] - stochastic[1]).norm(dim=1).mean(),
    low=1,
)
verdict("none: the same", (fixed[0] - fixed[1]).norm(dim=1).max(), high=0)

# %% [markdown]
# ## 8. The failure museum
#
# **Exhibit A: t is off by one.** The papers count steps from 1, code counts from 0. This sampler walks the paper's
# $t = T, \dots, 1$ in 10 large steps, and hands $t$ to an exact denoiser that expects an index. (It is limited to
# $T - 1$, or the code would crash, which would be kinder.) At every step but the first the model is told of more noise
# than there is. With a thousand steps you would hardly notice. Mend it: which index belongs to the paper's $t$?

# %%
ten, thousand = NoiseSchedule.cosine(10), NoiseSchedule.cosine(1000)


def walk(index_of, schedule):
    """3,000 samples by an exact denoiser; index_of turns the paper's t = 1..T into what it is told."""
    exactly, last = exact_model(truth, schedule), len(schedule) - 1

    def told(x, t):
        return exactly(x, torch.full_like(t, int(min(index_of(int(t[0]) + 1), last))))

    n = preset(3000, smoke=100)
    return ancestral_sample(told, (n, 2), schedule.alphas_cumprod.float(), dice(11))


def width_of_walk(index_of, schedule):
    return against_truth(walk(index_of, schedule))[0]


# %%
def told_index(t):
    """The index that the model is to be told at the paper's step t, 1 to 10."""
    ### BEGIN SOLUTION
    return t - 1
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your index.


# %% tags=["hide-input"]
def index_of_ten(answer):
    """The answer as an index, where it is one of 0 to 9."""
    (index,) = numbers(1)(answer)
    return index if index in range(10) else None


told_right, told_wrong = width_of_walk(lambda t: t - 1, ten), width_of_walk(lambda t: t, ten)
verdict(
    "exhibit A, width of the modes over that of the same walk told the right index",
    told_wrong / told_right,
    low=1.2,
)
in_thousand = width_of_walk(lambda t: t, thousand) / width_of_walk(lambda t: t - 1, thousand)
verdict("the same in 1,000 steps", in_thousand, low=0.95, high=1.05)
indices = {}
for t in range(1, 11):
    wanted = f"for t = {t} an index from 0 to 9"
    indices[t] = cure("exhibit A", told_index, t, read=index_of_ten, wanted=wanted)
    if indices[t] is None:
        break
else:
    now = width_of_walk(indices.get, ten) / told_right
    mended = all(index == t - 1 for t, index in indices.items())
    print("exhibit A:", "mended" if mended else f"still broken, {now:.2f} times the width")

# %% [markdown]
# **Exhibit B: there are too few steps.** Three steps of the linear schedule are far too large for a Gaussian reverse.
# Mend it with at most 40 steps, so that 95% of the samples lie within three standard deviations of a mode and the width
# of the modes is within 13% of the truth. This must not be an accident: it has to hold with half as many steps again.
# You may choose between the variances $\tilde\beta_t$ and $\beta_t$.


# %%
def enough_steps():
    """Return {"count": at most 40, "variance_type": "fixed_small" or "fixed_large"}."""
    ### BEGIN SOLUTION
    return {"count": 40, "variance_type": "fixed_large"}
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your settings.


# %% tags=["hide-input"]
def steps_and_variance(answer):
    """The settings, where they are such."""
    (count,) = numbers(1)(answer["count"])
    kind = answer["variance_type"]
    fits = count in range(1, 41) and kind in ("fixed_small", "fixed_large")
    return {"count": int(count), "variance_type": kind} if fits else None


verdict("exhibit B, share of the samples near a mode", share_at_home(walk_on(3, "fixed_large")), high=0.8)
wanted = '{"count": from 1 to 40, "variance_type": "fixed_small" or "fixed_large"}'
settings = cure("exhibit B", enough_steps, read=steps_and_variance, wanted=wanted)
if settings:
    for count in (settings["count"], math.ceil(1.5 * settings["count"])):
        drawn = walk_on(count, settings["variance_type"])
        home, wide = share_at_home(drawn), against_truth(drawn)[0]
        well = home > 0.95 and abs(wide - 1) < 0.13
        if not well:
            break
    told = (
        "mended"
        if well
        else f"still broken, in {count} steps {home:.0%} near a mode, {wide:.2f} of the width"
    )
    print("exhibit B:", told)

# %% [markdown]
# ### Going further: exhibit C
#
# **The data were never normalised.** These are the same eight Gaussians as a camera might give them, around 128 with a
# spread of 60. The schedule was made for data of mean 0 and variance 1. At its end 0.6% of the signal is left, and
# 0.6% of 128 is not 0, so $x_T$ is not where the sampler starts. On another day the values are divided by 255, and
# then once more, because two people thought of it. Now the finest noise of the schedule is wider than all the data. In
# both cases the denoiser is *exact* for its data, and the samples are brought back to camera units.
#
# Mend it: what should be subtracted, and what should the result be divided by? Your answer is judged by the data that
# it makes: in each coordinate their mean must be within 0.1 of 0, and their standard deviation between 0.8 and 1.25.
# (The exact denoiser would forgive other scales, as long as the data are wider than the finest noise. A network would
# find it harder: its first layer is not initialised for inputs of a hundred, or of a thousandth.)


# %%
def in_camera_units(shift, scale):
    """Normalise (camera - shift) / scale, sample 4,000 points with the exact denoiser of that, and go back."""
    as_seen = exact.GaussianMixture(
        (128 + 60 * centres - shift) / scale, 60 * truth.stds / scale, truth.weights
    )
    drawn = samplers.ddpm(
        exact_model(as_seen, schedule), schedule, (4000, 2), num_inference_steps=100,
        variance_type="fixed_large", generator=dice(14),
    )  # fmt: skip
    return shift + scale * drawn


def shift_and_scale():
    """Return what to subtract and what to divide by, two numbers."""
    ### BEGIN SOLUTION
    return 128, 60
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your numbers.


# %% tags=["hide-input"]
def two_numbers(answer):
    """What to subtract and what to divide by, where the second is above 0."""
    shift, scale = numbers(2)(answer)
    return (shift, scale) if scale > 0 else None


def judged(shift, scale):
    """Share near a mode, and mass misplaced."""
    plain = (in_camera_units(shift, scale) - 128) / 60
    return share_at_home(plain), against_truth(plain)[1]


verdict("exhibit C, as they come: share of mass in a wrong mode", judged(0, 1)[1], low=0.1)
verdict("exhibit C, divided by 255 twice: share of the samples near a mode", judged(0, 255**2)[0], high=0.05)
wanted = "a pair of numbers, the second above 0,"
settings = cure("exhibit C", shift_and_scale, read=two_numbers, wanted=wanted)
if settings:
    shift, scale = settings
    data = (128 + 60 * reference - shift) / scale
    well = data.mean(0).abs().max() < 0.1 and data.std(0).min() > 0.8 and data.std(0).max() < 1.25
    home, wrong = judged(shift, scale)
    print("exhibit C:", "mended" if well and home > 0.97 else "still broken", end=": ")
    print(f"the largest mean is {data.mean(0).abs().max():.2f} from 0, the spreads are", end=" ")
    print(f"{data.std(0).min():.2f} and {data.std(0).max():.2f}; {home:.0%} of the samples near a mode")

# %% [markdown]
# ## Read with care
#
# This is what the source lectures print, and what is correct. Each line is held by a test.

# %%
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("11"))

# %% [markdown]
# ## What to take with you
#
# - The reverse of one step needs the density of the data. Given $x_0$ it is a Gaussian, and its mean is a weighted
#   average of $x_0$ and $x_t$.
# - If the average guess $\mathbb E[x_0 \mid x_t]$ takes the place of $x_0$, the mean is exactly right. So a diffusion
#   model is a denoiser.
# - The bound is $L_T + \sum L_{t-1} + L_0$, and each term has a closed form. With the exact denoiser and the right
#   variance it becomes tight as $T$ grows; with $\tilde\beta_t$ it does not.
# - $x_0$, noise, velocity and score are one answer in four languages. Their errors differ: those of the noise grow near
#   pure noise, those of $x_0$ near the data, and those of the velocity nowhere.
# - $L_{\text{simple}}$ is the bound without its weights. Its minimum is above 0.
# - $\beta_t$ is right for data $\mathcal N(0, I)$, $\tilde\beta_t$ for a single point.
#
# **Left out here.** Images and the U-Net (notebook 12); deterministic and faster samplers, scores and SDEs ({notebook
# 13}); learned variances; discrete data, and the decoder for 256 grey values; noise levels drawn unevenly.

# %% [markdown]
# ## Going further: the papers
#
# Feller, *On the theory of stochastic processes, with particular reference to applications*, 1949. Efron,
# *Tweedie's formula and selection bias*, 2011. Vincent, *A connection between score matching and denoising
# autoencoders*, 2011. Sohl-Dickstein et al., *Deep unsupervised learning using nonequilibrium thermodynamics*, 2015.
# Ho, Jain and Abbeel, *Denoising diffusion probabilistic models*, 2020. Song, Meng and Ermon, *Denoising diffusion
# implicit models*, 2021. Song et al., *Score-based generative modeling through stochastic differential
# equations*, 2021. Kingma et al., *Variational diffusion models*, 2021. Nichol and Dhariwal, *Improved denoising
# diffusion probabilistic models*, 2021. Salimans and Ho, *Progressive distillation for fast sampling of diffusion
# models*, 2022. Bao et al., *Analytic-DPM: an analytic estimate of the optimal reverse variance in diffusion
# probabilistic models*, 2022.
