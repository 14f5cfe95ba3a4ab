# ---
# jupyter:
#   course:
#     title: Reverse diffusion
#     summary: Why one step back is hard, why it is easy once x_0 is given, the bound term by term, and a denoiser trained in the plane.
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
# - compute every term of the variational bound, and say where it is lost;
# - read one model as $x_0$, noise, velocity or score, and say where each reading goes wrong;
# - train a denoiser in the plane, sample from it by hand, and measure its score against the exact one.
#
# **Builds on** 10 (forward diffusion), 02 (the evidence lower bound). **Time to run:** {measured_time}.

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

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy
fit = functools.partial(training.fit, device="cpu", progress=False)


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## 1. Why the way back is hard
#
# Going forward, one step shrinks a point a little and adds a little noise:
# $q(x_t \mid x_{t-1}) = \mathcal N(\sqrt{\alpha_t}\, x_{t-1},\; \beta_t)$ with $\alpha_t = 1 - \beta_t$. We want the
# opposite: given the noisier $x_t$, where did it come from? Bayes' rule answers:
#
# $$q(x_{t-1} \mid x_t) = \frac{q(x_t \mid x_{t-1})\; q(x_{t-1})}{q(x_t)}$$
#
# The first factor is a Gaussian, we have it. But $q(x_{t-1})$ is the density of the *data* after $t - 1$ noising steps.
# For photographs nobody can write it down; if we could, we would not need a model. That is what "intractable" means
# here: not that the formula is wrong or long, but that it needs what we are looking for.
#
# For data that we made ourselves we do have it. Take two bumps on a line. After some noise, $q(x_{t-1})$ is again a
# mixture (notebook 10), and Bayes' rule can be evaluated on a grid.

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
# **Predict.** $x_t = 0$, just half way between the two bumps. The step that led here was a *large* one,
# $\beta_t = 0.6$. What does $q(x_{t-1} \mid x_t)$ look like? (a) one bell around 0; (b) two bells, left and right; (c)
# flat.

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


# %%
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

# %% [markdown]
# The next cell draws the reverse of a large and of a small step, and the distance over β.

# %% tags=["hide-input"]
panels = {
    beta: (density, log_normal(line, mean_of(density), spread_of(density)).exp(), reach)
    for beta, density, reach in ((0.6, large, 2.2), (0.003, small, 0.3))
}
fig = reverse_diffusion.way_back(line, panels, betas_tried, distances)
show(fig, "11.way_back")
verdict("KL to the nearest Gaussian, β = 0.6 [nats]", distances[0], low=0.4, high=0.43)
verdict("KL to the nearest Gaussian, β = 0.001 [nats]", distances[-1], high=1e-5)

# %% [markdown]
# So **when the steps are small, the way back is nearly Gaussian**, too. That is why a diffusion model takes many small
# steps, and why it may use a Gaussian for each of them. (One lecture calls it a key assumption. It is one for a given
# number of steps, and a theorem in the limit: Feller, 1949.) But which Gaussian?
#
# Before that, what exactly is the left curve? Every component of the mixture does its own Bayes, and the answers are
# averaged with $q(k \mid x_t)$, the probability of coming from component $k$. So it is a mixture again:

# %%
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
# Now suppose somebody tells us $x_0$. Then Bayes' rule reads
#
# $$q(x_{t-1} \mid x_t, x_0) = \frac{q(x_t \mid x_{t-1})\; q(x_{t-1} \mid x_0)}{q(x_t \mid x_0)}$$
#
# ($x_0$ drops out of the first factor, for the forward chain has no memory.) All three are Gaussians that notebook 10
# gave us, and the density of the data is gone. Take $-2 \log$ of it, as a function of $x_{t-1}$; the dots hold what has
# no $x_{t-1}$ in it:
#
# $$\begin{aligned}
# -2 \log q &= \frac{(x_t - \sqrt{\alpha_t}\, x_{t-1})^2}{\beta_t} + \frac{(x_{t-1} - \sqrt{\bar\alpha_{t-1}}\, x_0)^2}{1 - \bar\alpha_{t-1}} + \dots && (1)\ \text{two Gaussians} \\
# &= \Big( \frac{\alpha_t}{\beta_t} + \frac{1}{1 - \bar\alpha_{t-1}} \Big)\, x_{t-1}^2 - 2 \Big( \frac{\sqrt{\alpha_t}\, x_t}{\beta_t} + \frac{\sqrt{\bar\alpha_{t-1}}\, x_0}{1 - \bar\alpha_{t-1}} \Big)\, x_{t-1} + \dots && (2)\ \text{sorted by powers} \\
# &= \frac{(x_{t-1} - \tilde\mu_t)^2}{\tilde\beta_t} + \dots && (3)\ \text{a square: a Gaussian} \\
# \frac{1}{\tilde\beta_t} &= \frac{\alpha_t}{\beta_t} + \frac{1}{1 - \bar\alpha_{t-1}} = \frac{\alpha_t (1 -
# \bar\alpha_{t-1}) + \beta_t}{\beta_t (1 - \bar\alpha_{t-1})} && (4)\ \text{in front of } x_{t-1}^2\text{: precisions
# add} \\
# &= \frac{1 - \bar\alpha_t}{\beta_t (1 - \bar\alpha_{t-1})} && (5)\ \alpha_t + \beta_t = 1,\ \alpha_t \bar\alpha_{t-1} = \bar\alpha_t \\
# \tilde\beta_t &= \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\, \beta_t && (6)\ \text{the variance} \\ \tilde\mu_t &=
# \tilde\beta_t \Big( \frac{\sqrt{\alpha_t}\, x_t}{\beta_t} + \frac{\sqrt{\bar\alpha_{t-1}}\, x_0}{1 - \bar\alpha_{t-1}}
# \Big) && (7)\ \text{in front of } x_{t-1} \\
# &= \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0 + \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t && (8)\ \text{the mean}
# \end{aligned}$$
#
# Read line 7 as two witnesses. $x_0$ says where $x_{t-1}$ should be, with variance $1 - \bar\alpha_{t-1}$. $x_t$ says
# where it should be, with variance $\beta_t / \alpha_t$. Each is believed by its precision. $x_t$ is the surer almost
# everywhere: of the thousand steps below only the first two believe $x_0$ more.
#
# **Exercise 1.** Write the mean. `before` and `after` are $\bar\alpha_{t-1}$ and $\bar\alpha_t$; everything else
# follows from them, for $\alpha_t = \bar\alpha_t / \bar\alpha_{t-1}$. Use line 8: line 7 divides by 0 at the step that
# ends at $x_0$, where $\bar\alpha_{t-1} = 1$.


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
# Stuck, here or later? `hint` with the exercise's name; again for a stronger one.

# %%
hint("diffusion.posterior_mean")

# %% [markdown]
# **Exercise 2.** The variance, now with indices. In the mathematics $t$ runs from 1 to $T$; in code `alphas_cumprod` is
# a list that starts at index 0, so `alphas_cumprod[t]` is the level *after* the step with index `t`. Before index 0
# there is no noise, and the level is 1. This one-off shift is the commonest bug in diffusion code. From here on, the
# $t$ of code and of figures is the index, and that of formulas counts from 1. (Where something else counts from 1, the
# text beside it says so.)


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
# Is the derivation right? Ask brute force: multiply the two densities on a fine grid, normalise, and measure mean and
# variance.

# %%
schedule = NoiseSchedule.linear(1000)  # Ho et al. 2020
levels = schedule.alphas_cumprod


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


# %% [markdown]
# The next cell does so at six steps, compares with your formulas, and counts the steps that believe $x_0$ more.

# %% tags=["hide-input"]
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
# ### One pixel
#
# A lecture shows a single grey pixel. Its target is $x_0 = 0.8$, now it is at $x_t = 0.2$ (at $t = 10$, where there is
# hardly any noise yet, at 0.75), and the model *thinks* that the target is $\hat x_0 = 0.6$. Put the one or the other
# into line 8: the step that is right, and the step that the model takes.

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
# A wrong guess of the target costs next to nothing at $t = 600$ and much at $t = 10$. Not because $x_0$ is believed
# there, its weight is small at $t = 10$ too: the step's standard deviation is smaller still. Section 4 turns that into
# nats.
#
# ## 3. A model of the step
#
# We do not know $x_0$, so we guess it from $x_t$. The model is the same Gaussian with the guess in place of $x_0$, and
# some variance $\sigma_t^2$:
#
# $$p_\theta(x_{t-1} \mid x_t) = \mathcal N\big(\tilde\mu_t(x_t, \hat x_0),\; \sigma_t^2\big), \qquad \hat x_0 = \hat x_0(x_t, t)$$
#
# Which guess is best? Take the average, $\mathbb E[x_0 \mid x_t]$. Line 8 is linear in $x_0$, so with this guess the
# model's mean is the mean of the true reverse $q(x_{t-1} \mid x_t)$ *exactly*, bells or no bells. And the variance of
# the true reverse has two parts, what is unknown although $x_0$ is given, and what is unknown because it is not:
#
# $$\mathrm{Var}(x_{t-1} \mid x_t) = \tilde\beta_t + \Big(\frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\Big)^2\, \mathrm{Var}(x_0 \mid x_t)$$

# %% [markdown]
# The next cell checks both, the mean and the two parts of the variance, on the two bumps of section 1.

# %% tags=["hide-input"]
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
# Most of this variance, then, is there because $x_0$ is not known.
#
# A network that minimises a squared error learns an average given what it sees, so it learns just this guess. Nothing
# more is needed of it: one function that **denoises**.
#
# It need not say $\hat x_0$. Most networks say which *noise* is in
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
# Put that into line 8 and sort; then the whole way back is Algorithm 2 of Ho et al.:
#
# > **Sampling.** Draw $x_T \sim \mathcal N(0, I)$. For $t = T, \dots, 1$: draw $z \sim \mathcal N(0, I)$ if $t > 1$,
# > else $z = 0$;
# $\quad x_{t-1} = \dfrac{1}{\sqrt{\alpha_t}} \Big( x_t - \dfrac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\, \epsilon_\theta(x_t, t) \Big) + \sigma_t z$.
# > $\quad$ Return $x_0$.
#
# ($\epsilon_\theta$ is the network's guess of the noise, $\theta$ its weights.)
#
# **Exercise 4.** Write one step, with $\sigma_t^2 = \beta_t$ (what else it may be comes in section 8). The noise $z$ is
# given. Mind the last step, which in code has index 0.


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
# ### Sampling with no network at all
#
# Eight Gaussians in the plane, of unequal weight and width. Their density is known, hence $\mathbb E[x_0 \mid x_t]$ is,
# hence the best denoiser there can be. `exact_model(truth, schedule)` is that denoiser in the form of a network: it
# takes points and steps, and says the noise.

# %%
angle = torch.arange(8).double() * math.pi / 4
centres = 1.35 * torch.stack([angle.cos(), angle.sin()], dim=1)
truth = exact.GaussianMixture(
    centres, torch.tensor([0.15, 0.3] * 4), torch.tensor([4, 3, 2, 1, 4, 3, 2, 1]) / 20
)


def linear_in(count):
    """The linear schedule in another number of steps: fewer, larger ones, to nearly the same noise."""
    return NoiseSchedule.linear(count, 0.1 / count, 20 / count)


short = linear_in(200)


# %%
def sample_by_hand(model, schedule, n, seed=0):
    """Algorithm 2: n points [n, 2], with the step of Exercise 4."""
    generator = dice(seed)
    x = torch.randn(n, 2, generator=generator)
    for t in reversed(range(len(schedule))):
        epsilon = model(x, torch.full((n,), t))
        noise = torch.randn(n, 2, generator=generator)
        x = ancestral_step(x, epsilon, noise, t, schedule.alphas_cumprod.float())
    return x


oracle = exact_model(truth, short)
samples = sample_by_hand(oracle, short, preset(20_000, smoke=200))

# %% [markdown]
# The next cell measures the mass and the width of each mode, and holds them against those of the data.


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
    oracle, short, (700, 2), variance_type="fixed_large", generator=dice(1),
    watch=lambda t, x, x0: shown.update({t: x}) if t in (199, 100, 50, 20) else None,
)  # fmt: skip
fig = reverse_diffusion.way_from_noise(shown, ended, centres, truth.stds)
show(fig, "11.no_network")

# %% [markdown]
# Noise became data, and nothing was trained. A diffusion model *is* its denoiser; all the network has to do is come
# near to this one.
#
# ## 4. The bound, term by term
#
# How good is a model $p_\theta$, in nats? As in notebook 02: bound $-\log p_\theta(x_0)$ from above. The latents are
# now $x_1, \dots, x_T$, and the encoder is the forward process, which has nothing to learn. The model starts from
# $p(x_T) = \mathcal N(0, I)$.
#
# $$\begin{aligned}
# -\log p_\theta(x_0) &\le \mathbb E_q\Big[ \log \frac{q(x_{1:T} \mid x_0)}{p_\theta(x_{0:T})} \Big] && (1)\ \text{Jensen} \\
# &= \mathbb E_q\Big[ -\log p(x_T) + \sum_{t=1}^T \log \frac{q(x_t \mid x_{t-1})}{p_\theta(x_{t-1} \mid x_t)} \Big] && (2)\ \text{both are chains} \\
# q(x_t \mid x_{t-1}) &= q(x_t \mid x_{t-1}, x_0) = \frac{q(x_{t-1} \mid x_t, x_0)\; q(x_t \mid x_0)}{q(x_{t-1} \mid
# x_0)} && (3)\ \text{no memory; Bayes, for } t \ge 2 \\ \sum_{t=2}^T \log \frac{q(x_t \mid x_0)}{q(x_{t-1} \mid x_0)}
# &= \log \frac{q(x_T \mid x_0)}{q(x_1 \mid x_0)} && (4)\ \text{neighbours cancel} \\ -\log p_\theta(x_0) &\le
# \underbrace{\mathrm{KL}\big(q(x_T \mid x_0) \,\Vert\, p(x_T)\big)}_{L_T} + \sum_{t=2}^T \underbrace{\mathbb E_q\,
# \mathrm{KL}\big(q(x_{t-1} \mid x_t, x_0) \,\Vert\, p_\theta(x_{t-1} \mid x_t)\big)}_{L_{t-1}} \underbrace{-\, \mathbb
# E_q \log p_\theta(x_0 \mid x_1)}_{L_0} && (5)\ \text{collected} \end{aligned}$$
#
# Line 3 is the trick. In line 2 the two arrows point in opposite directions, and to average their ratio we would have
# to sample pairs. With $x_0$ given the arrow of $q$ is turned round, and each term is a KL of two Gaussians with a
# closed form. $L_T$ has no parameters: how far the end of the forward process is from pure noise.
#
# If the model takes $\sigma_t^2 = \tilde\beta_t$, the two Gaussians differ in their means only. The means differ by
# $\frac{\sqrt{\bar\alpha_{t-1}} \beta_t}{1 - \bar\alpha_t} (x_0 - \hat x_0)$, and the KL is that, squared, over
# $2 \tilde\beta_t$. It comes out as
#
# $$L_{t-1} = \tfrac12 \big( \mathrm{SNR}(t-1) - \mathrm{SNR}(t) \big)\, \lVert x_0 - \hat x_0 \rVert^2, \qquad \mathrm{SNR}(t) = \frac{\bar\alpha_t}{1 - \bar\alpha_t}$$
#
# **Exercise 5.** Write it, by whichever of the two ways you like.


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
# Now all of it. What about $L_0$? Our data are continuous, so it is $-\log \mathcal N(x_0;\, \hat x_0, \sigma_1^2)$.
# There $\tilde\beta_1 = 0$ would be useless (a density that is infinite or zero), so take $\sigma_1^2 = \beta_1$. (For
# images with 256 grey values Ho et al. take the probability of the pixel's cell.)
#
# The expectations are estimated with one draw of $x_t$ per point and step. `bound.bound_terms` of the course does just
# this; here is the loop, held against it.


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
# The next cell compares the two, draws what each step costs and what they add up to, and measures the rest.

# %% tags=["hide-input"]
packaged = bound.bound_terms(exact_model(truth, schedule), schedule, x0, generator=dice(4))
verdict(
    "by hand against bound.bound_terms: largest difference [nats]",
    (by_hand - packaged).abs().max(),
    high=1e-6,
)


def bits(nats):
    """Nats per point of the plane as bits per dimension."""
    return float(nats) / (2 * math.log(2))


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
# The bound holds, and it is not tight. More than half a bit per dimension is missing, with the *exact* denoiser and a
# thousand steps. Who has lost it?
#
# There are two suspects: the true reverse is not Gaussian, and the variance $\tilde\beta_t$ was our choice. The other
# common choice is $\sigma_t^2 = \beta_t$, the variance of the forward step. Each $L_{t-1}$ is then a KL of two
# Gaussians of *unequal* variance, $\tilde\beta_t$ and $\beta_t$.
#
# **Predict.** The same exact denoiser, the same 1,000 steps, but $\sigma_t^2 = \beta_t$. How much is lost now? (a)
# more: what was equal is now unequal, and a KL counts that; (b) about the same; (c) nearly nothing.

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
# The next cell compares the two step by step, and draws the price over the number of steps.

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
# More steps close the gap *if the variance is right*. Why? Average the bound over the data and take away the truth,
# $-\mathbb E \log q(x_0)$. In line 1 that leaves $\mathrm{KL}(q(x_{0:T}) \Vert p_\theta(x_{0:T}))$, and both are chains
# that can be read from $x_T$ down:
#
# $$\text{bound} - \text{truth} = \mathrm{KL}\big(q(x_T) \,\Vert\, p(x_T)\big) + \sum_{t=1}^T \mathbb E_q\, \mathrm{KL}\big(q(x_{t-1} \mid x_t) \,\Vert\, p_\theta(x_{t-1} \mid x_t)\big)$$
#
# No $x_0$ is given any more: what is lost is the distance to the *true* reverse of section 1, whose variance is larger
# than $\tilde\beta_t$ (section 3).
#
# Where in the chain is it lost? Take data for which everything can be written down: one Gaussian,
# $x_0 \sim \mathcal N(0, s^2)$. Then the true reverse *is* Gaussian, its mean is the model's, and its variance is
# section 3's formula with
# $\mathrm{Var}(x_0 \mid x_t) = \frac{s^2 (1 - \bar\alpha_t)}{\bar\alpha_t s^2 + 1 - \bar\alpha_t}$. What remains in
# each term is the KL of two Gaussians of different variance: with $r$ the true one over the model's,
# $\frac12 (r - 1 - \log r)$ nats. No sampling, no grid.


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
# The next cell draws the true variance for four kinds of data, and what each step loses, and adds that up.

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
# Now it is exact. $\beta_t$ is right for data $\mathcal N(0, I)$, and $\tilde\beta_t$ for data at a single point. In
# between the truth lies in between. With many steps it is near $\beta_t$ at the first of them: seen through so little
# noise, any smooth data look wide. The 25 steps of the left panel are too large for that. A lecture says that these are
# proven to be the two extremes. They are, for data of variance *at most 1* and on average over $x_t$: the purple curve
# is above $\beta_t$, and at a single $x_t$ between two bumps the true variance may be above it for narrower data too.
# One more reason to normalise the data.
#
# For likelihood, then, learn or estimate the variance (Nichol and Dhariwal; Bao et al.). For looks it hardly matters
# with a thousand steps, and much with few: section 8.
#
# ## 5. What to predict
#
# $x_t$ is known, so a guess of the noise is a guess of $x_0$, and there are more. With the signal rate
# $a = \sqrt{\bar\alpha_t}$ and the noise rate $\sigma = \sqrt{1 - \bar\alpha_t}$ (no index; $\sigma_t$ stays the
# standard deviation of the model's step):
#
# | the network says | target | $\hat x_0$ from it |
# |---|---|---|
# | the data | $x_0$ | itself |
# | the noise | $\epsilon$ | $(x_t - \sigma \hat\epsilon) / a$ |
# | the velocity | $v = a\, \epsilon - \sigma\, x_0$ | $a\, x_t - \sigma \hat v$ |
# | the score | $\nabla \log q(x_t)$, from samples: $-\epsilon / \sigma$ | $(x_t + \sigma^2 \hat s) / a$ |
#
# The last line is Tweedie's formula, which statisticians knew long before (Efron 2011 tells the story): the score of
# noisy data is a denoiser. $-\epsilon / \sigma$ is not the score of $q(x_t)$, but the score of $q(x_t \mid x_0)$. Its
# average given $x_t$ is the score: that is denoising score matching (Vincent 2011).
#
# Velocity: $a^2 + \sigma^2 = 1$, so $(a, \sigma)$ is a point on a circle, $x_t = a\, x_0 + \sigma\, \epsilon$ moves
# along an arc from $x_0$ to $\epsilon$, and $v$ is the direction in which it moves.
#
# **Exercise 6.** Derive the third line: get rid of $\epsilon$ in the two equations $x_t = a x_0 + \sigma \epsilon$ and
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
# All four say the same, exactly. But a network's answer has an error, and the division by $a$ blows it up.
#
# **Predict.** At the last step of the linear schedule a network says the noise with an error of 0.1. How large is the
# error of its $\hat x_0$? Write a number. (You know $\bar\alpha_T$ from notebook 10: about $4 \cdot 10^{-5}$.)

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
# The next cell draws these factors.

# %% tags=["hide-input"]
fig = reverse_diffusion.error_factors(factors)
show(fig, "11.error_factors")
verdict("velocity: largest factor of both panels", max(both.max() for both in factors["velocity"]), high=1)

# %% [markdown]
# Predicting noise is bad near the noise: the answer is nearly $x_t$ itself, and what little the network says about the
# data is divided by $a$. Predicting $x_0$ is bad near the data, for the mirrored reason. Velocity never divides; that
# is why it was invented, for models that take very few steps (Salimans and Ho). In a sampler with small steps the late
# $\hat x_0$ hardly counts (one pixel, above), which is why noise works.
#
# ## 6. The loss, and its weights
#
# Every reading turns $\lVert x_0 - \hat x_0 \rVert^2$ into its own squared error, and the bound's weight goes along.
# For the noise: $x_0 - \hat x_0 = -\frac{\sigma}{a} (\epsilon - \hat\epsilon)$, so
#
# $$L_{t-1} = \underbrace{\tfrac12 \big( \mathrm{SNR}(t-1) - \mathrm{SNR}(t) \big)\, \tfrac{\sigma^2}{a^2}}_{\text{weight}}\; \lVert \epsilon - \hat\epsilon(x_t, t) \rVert^2 \qquad\text{and}\qquad L_{\text{simple}} = \mathbb E_{t, x_0, \epsilon}\; \lVert \epsilon - \hat\epsilon(x_t, t) \rVert^2$$
#
# The model's variance is $\tilde\beta_t$ here. Ho et al. dropped the weight, and the pictures got better. What does
# dropping it do?

# %%
before, after = levels[:-1], levels[1:]
for_x0 = (before / (1 - before) - after / (1 - after)) / 2
weights = {name: for_x0 * both[0][1:] ** 2 for name, both in factors.items()}
share = weights["noise"] / weights["noise"].sum()

# %% [markdown]
# The next cell draws the weights, and the share that the first steps have.

# %% tags=["hide-input"]
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
# When the network says the noise, the bound cares most for the first steps: the finest detail, which decides the last
# digits of a density and which no eye sees. $L_{\text{simple}}$ moves the network's effort to the larger noise, where
# what is to be seen is decided.
#
# ## 7. Training is one line
#
# > **Training.** Repeat: draw $x_0$ from the data, $t$ uniform on $1, \dots, T$, $\epsilon \sim \mathcal N(0, I)$; take
# > a gradient step on
# > $\lVert \epsilon - \epsilon_\theta(\sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon,\; t) \rVert^2$.
#
# **Exercise 7.** Write the loss of a batch: the *mean* of the squared error over points and coordinates, as is usual in
# code ($L_{\text{simple}}$ sums over the coordinates; this is $L_{\text{simple}} / D$). Every point gets its own $t$.
# In code $t$ runs from 0 to $T - 1$; all of them. Draw $t$ and the noise with `generator`.


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
# The network is small: dense layers that see the point and an embedding of $t$ (how that is made, notebook 12 shows).
# It gets 20,000 points of the eight Gaussians. An average of the weights over the last thousand steps or so
# (`ema_decay`; notebook 12 again) makes it calmer. It is trained with your function; the course's own
# `denoising_loss(schedule)` should agree with it.

# %%
points_seen = truth.sample(20_000, dice(0)).float()
torch.manual_seed(0)
net, noise_source = PlaneNet(hidden=64, layers=4), dice(1)
single = levels.float()  # the network computes in float32


def loss_of_a_batch(model, x0):
    return training_loss(model, x0, single, noise_source)


for lr, steps in ((4e-3, 8000), (6e-4, 4000)):  # large steps, then small ones
    history = fit(net, loss_of_a_batch, points_seen, steps=steps, batch_size=512, lr=lr, ema_decay=0.999)
net = history.ema
with torch.no_grad():
    held_out = truth.sample(50_000, dice(2)).float()
    trained_loss = float(training_loss(net, held_out, single, dice(3)))
    of_the_course = denoising_loss(schedule)(net, held_out).item()
verdict("your loss over the course's denoising_loss", trained_loss / of_the_course, low=0.97, high=1.03)

# %% [markdown]
# **Predict.** Now the same loss, on the same points with the same noise, for the *exact* denoiser, which no network can
# beat. It is (a) 0; (b) about half of the trained network's; (c) nearly the trained network's.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
oracle = exact_model(truth, schedule)
floor = float(training_loss(oracle, held_out, single, dice(3)))
answer = "a" if floor < 0.01 else "c" if floor > 0.9 * trained_loss else "b"
reveal(guess, answer, "11.floor_of_the_loss")

# %% [markdown]
# The next cell measures both.

# %% tags=["hide-input"]
verdict("loss of the exact denoiser", floor, low=0.21, high=0.24)
verdict("loss of the trained one, minus that", trained_loss - floor, low=0, high=0.005)

# %% [markdown]
# So the value of the loss says little. What counts is the distance from the floor, and for real data nobody knows the
# floor. Here we do, at every point. The learned score is $-\hat\epsilon / \sigma$; set it beside the exact one. The
# white lines are two levels of $q(x_t)$: within the inner ones $\log q$ is at most 2 below its top, within the outer
# ones at most 6. (The shape in the middle of the first two panels is a hole in the data, and at $t = 20$ the two
# lightest modes do not reach the inner level.)

# %%
plane_points, axis = grid(-3, 3, 81)


@torch.no_grad()
def scores_at(t):
    """Learned and exact score and log q(x_t) on the plane, [81 * 81, 2] twice and [81 * 81]."""
    steps = torch.full((len(plane_points),), t)
    learned = schedule.convert(net(plane_points, steps), plane_points, steps, "epsilon", "score")
    noisy = truth.diffuse(levels[t])
    return learned, noisy.score(plane_points).float(), noisy.log_prob(plane_points).float()


# %% [markdown]
# The next cell draws the error at three times, and measures it on the data and far away from them.

# %% tags=["hide-input"]
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
# The error is largest where no training point ever came (not in all such places: at $t = 20$ two corners happen to be
# dark), and a sampler hardly ever comes there either. On the data it
# is small at $t = 100$ and 400, and not at the first steps: there the score changes fast from mode to mode, and a
# smooth network finds that hard. (In the noise itself that error is hardly felt: what the score gets wrong is
# multiplied by $\sigma$, which is small there.)
#
# ### One model, read in four ways
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
# And what has it learned? Samples by hand with your step, all 1,000 of them; and the network's own bound.

# %%
WALKERS = preset(4000, smoke=200)  # points that are sampled
some = held_out[: preset(2000, smoke=50)]
with torch.no_grad():
    own = sample_by_hand(net, schedule, WALKERS, seed=5)
net_bound = bound.bound_terms(net, schedule, some, variance_type="fixed_large", generator=dice(7))
best_bound = bound.bound_terms(oracle, schedule, some, variance_type="fixed_large", generator=dice(7))

# %% [markdown]
# The next cell draws the data beside the samples, and measures modes and bound.

# %% tags=["hide-input"]
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
# The masses are right. The narrow modes come out a little too wide: they are the finest detail there is, and the first
# steps are where the score is worst.
#
# ## 8. Which variance, and how many steps
#
# A thousand steps are slow. Visit only some of them: each is then a larger step, from $\bar\alpha_t$ to a much larger
# level. Use the exact denoiser, so that nothing but the steps is to blame. The width of a mode is measured by the
# radius that holds half of its points.
#
# **Predict.** Thirty steps, the exact denoiser, $\sigma_t^2 = \tilde\beta_t$. Compared with the true modes, the sampled
# ones are (a) too narrow; (b) too wide; (c) as wide as they should be.

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION

# %%
steps_tried = (5, 10, 30, 100, 1000)


def walk_on(count, variance_type):
    return samplers.ddpm(
        oracle,
        schedule,
        (WALKERS, 2),
        num_inference_steps=count,
        variance_type=variance_type,
        generator=dice(8),
    )


def against_truth(samples):
    """Width of the modes over the true one, and the share of mass in a wrong mode."""
    found_masses, found_widths = masses_and_widths(samples)
    wrong = (found_masses - true_masses).abs().sum() / 2
    return float((found_widths / true_widths).mean()), float(wrong)


seen = {(kind, n): walk_on(n, kind) for kind in ("fixed_small", "fixed_large") for n in steps_tried}
walked = {key: against_truth(samples) for key, samples in seen.items()}
width = walked["fixed_small", 30][0]
reveal(guess, "a" if width < 0.95 else "b" if width > 1.05 else "c", "11.narrow_steps")

# %% [markdown]
# Section 3 says which variance is right: $\tilde\beta_t$ plus a weight squared times $\mathrm{Var}(x_0 \mid x_t)$. One
# number for all $x_t$ is the best that a fixed variance can be, so average it: it is the mean squared error of the
# denoiser (Bao et al. 2022). For any network that can be measured on data; here for the exact one.
# (`schedule.posterior` applies line 8. Given an error of $\hat x_0$ and 0 for $x_t$, it returns the weight of $x_0$
# times that error.)


# %%
def measured_variance(t, prev, x0, generator):
    """beta-tilde, and the denoiser's mean squared error at step t times its weight squared."""
    fresh = torch.randn(x0.shape, generator=generator)
    x_t, steps = schedule.add_noise(x0, fresh, t), torch.full((len(x0),), t)
    error = schedule.convert(oracle(x_t, steps), x_t, steps, "epsilon", "sample") - x0
    part, variance = schedule.posterior(error, torch.zeros_like(error), t, prev)  # the weight times the error
    return float(variance) + float(part.square().mean())


def share_at_home(samples):
    """Share of the samples within three standard deviations of a mode; of the data, 99%."""
    distances = torch.cdist(samples.double(), centres) / truth.stds
    return (distances.min(1).values < 3).double().mean().item()


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
# The next cell draws thirty steps with either variance, and all three over the number of steps.

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
# With a thousand steps it does not matter; with a hundred it still does. With thirty, $\tilde\beta_t$ is too small and
# $\beta_t$ too large, and the measured variance between them is nearly right. With five none of the three helps: the
# reverse of so large a step is no Gaussian (section 1), so all modes come out far too wide, and points are left between
# them. $\tilde\beta_t$'s are the widest of all, small as it is. With too little noise in each step the cloud itself
# shrinks: before the last step its points lie nearer to the middle than those of $q(x_t)$, and from there it is not
# clear which mode they belong to.
#
# The two faults of $\tilde\beta_t$ have opposite signs. Its modes are too wide with ten steps and too narrow with
# thirty, so at some number between them their width is right by accident. Exhibit B will not take that for a cure.
#
# ### Touch it
#
# The exact mixture or your network, forward or back, the stochastic path and the deterministic one from the same noise.
# Click a point to trace it. Try few steps; then look where your network's error is. (Its $t$ counts as the mathematics
# does, from 0, the data, to 1,000.)

# %%
from course_utils.widgets import DiffusionExplorer

DiffusionExplorer(truth, schedule=schedule, model=net)

# %% [markdown]
# Must there be noise in the step at all? {Notebook 13} shows a deterministic path with the same marginals. A look
# ahead: the same $x_T$ twice, first with fresh noise in every step, then without.

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
# ## 9. The failure museum
#
# **Exhibit A: t off by one.** The papers count steps from 1, code from 0. This sampler walks the paper's
# $t = T, \dots, 1$ in a schedule of 10 large steps and hands $t$ to an exact denoiser that expects an index. (It is cut
# off at $T - 1$, or it would crash; the crash would be kinder.) At every step but the first the model is told of more
# noise than there is. With a thousand steps you would hardly notice; here you do. Mend it: which index belongs to the
# paper's $t$?

# %%
ten, thousand = NoiseSchedule.cosine(10), NoiseSchedule.cosine(1000)


def walk(index_of, schedule):
    """3,000 samples by an exact denoiser; index_of turns the paper's t = 1..T into what it is told."""
    generator, exactly, steps, n = (
        dice(11),
        exact_model(truth, schedule),
        len(schedule),
        preset(3000, smoke=100),
    )
    x = torch.randn(n, 2, generator=generator)
    for t in range(steps, 0, -1):
        epsilon = exactly(x, torch.full((n,), int(min(index_of(t), steps - 1))))
        noise = torch.randn(n, 2, generator=generator)
        x = ancestral_step(x, epsilon, noise, t - 1, schedule.alphas_cumprod.float())
    return x


def width_of_walk(index_of, schedule):
    return against_truth(walk(index_of, schedule))[0]


# %%
def told_index(t):
    """The index that the model is to be told at the paper's step t, 1 to 10."""
    ### BEGIN SOLUTION
    return t - 1
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with yours.


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
# **Exhibit B: too few steps.** Three steps of the linear schedule. Each goes from one level to a very different one,
# and no Gaussian is the reverse of such a step. Mend it with at most 40 steps, so that 95% of the samples lie within
# three standard deviations of a mode and the modes' width is within 13% of the truth. It must be no accident: the same
# has to hold with half as many steps again. You may choose between $\tilde\beta_t$ and $\beta_t$.


# %%
def enough_steps():
    """Return {"count": at most 40, "variance_type": "fixed_small" or "fixed_large"}."""
    ### BEGIN SOLUTION
    return {"count": 40, "variance_type": "fixed_large"}
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with yours.


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
# **Exhibit C: data that were never normalised.** The same eight Gaussians as a camera might give them, around 128 with
# a spread of 60. The schedule was made for data of mean 0 and variance 1. At its end a signal of 0.6% is left, and 0.6%
# of 128 is not 0: $x_T$ is not where the sampler starts. Another day the values are divided by 255, and because two
# people thought of it, once more. Then the finest noise of the schedule is wider than all the data. In both cases the
# denoiser is *exact* for its data, and the samples are brought back to camera units. Mend it: what is to be subtracted
# and divided by? Your answer is judged by the data it makes: in each coordinate a mean within 0.1 of 0 and a standard
# deviation between 0.8 and 1.25. (The exact denoiser would forgive other scales, as long as the data are wider than the
# finest noise. A network would not.)


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
# The next cell measures what is wrong, and says what becomes of it with yours.


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
# A network has it harder still: inputs of a hundred, or of a thousandth, are nothing that its first layer was
# initialised for.

# %% [markdown]
# ## Read with care
#
# What the source lectures print about this, and what holds. Each line is held by a test.

# %%
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("11"))

# %% [markdown]
# ## What to take with you
#
# - The reverse of one step needs the density of the data. Given $x_0$ it is a Gaussian, and its mean is a weighted
#   average of $x_0$ and $x_t$.
# - Put the average guess $\mathbb E[x_0 \mid x_t]$ in for $x_0$, and the mean is exactly right. So a diffusion model is
#   a denoiser.
# - The bound is $L_T + \sum L_{t-1} + L_0$, each a closed form. With the exact denoiser and the right variance it
#   becomes tight as $T$ grows; with $\tilde\beta_t$ it does not.
# - $x_0$, noise, velocity and score are one answer in four languages. Their errors are not: noise is blown up near the
#   noise, $x_0$ near the data, velocity nowhere.
# - $L_{\text{simple}}$ is the bound without its weights. Its value has a floor above 0.
# - $\beta_t$ is right for data $\mathcal N(0, I)$, $\tilde\beta_t$ for one point. With a thousand steps it hardly
#   matters to the samples.
#
# **Left out here.** Images and the U-Net (notebook 12); deterministic and faster samplers, scores and SDEs ({notebook
# 13}); learned variances; discrete data, and the decoder for 256 grey values; noise levels drawn other than evenly.
#
# **Papers.** Feller, *On the theory of stochastic processes, with particular reference to applications*, 1949. Efron,
# *Tweedie's formula and selection bias*, 2011. Vincent, *A connection between score matching and denoising
# autoencoders*, 2011. Sohl-Dickstein et al., *Deep unsupervised learning using nonequilibrium thermodynamics*, 2015.
# Ho, Jain and Abbeel, *Denoising diffusion probabilistic models*, 2020. Song, Meng and Ermon, *Denoising diffusion
# implicit models*, 2021. Song et al., *Score-based generative modeling through stochastic differential
# equations*, 2021. Kingma et al., *Variational diffusion models*, 2021. Nichol and Dhariwal, *Improved denoising
# diffusion probabilistic models*, 2021. Salimans and Ho, *Progressive distillation for fast sampling of diffusion
# models*, 2022. Bao et al., *Analytic-DPM: an analytic estimate of the optimal reverse variance in diffusion
# probabilistic models*, 2022.
