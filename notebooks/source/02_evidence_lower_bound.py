# ---
# jupyter:
#   course:
#     title: The evidence lower bound
#     summary: Score a model with hidden variables; derive the bound twice, line by line in code; tighten it, and run EM with it.
#     about: >-
#       A model with hidden variables has a likelihood that nobody can compute. You derive a bound on it, see exactly
#       what is lost, and tighten it. Needs 00 and 01. *Touch:* the bound, with the gap drawn in.
# ---

# %% [markdown]
# # 02 The evidence lower bound
#
# **Follows** S. Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (latent variables, the bound by
# the chain rule); S. Lathuilière, *Deep generative methods*, Télécom Paris (variational approximation and lower bound);
# *EECS 230 Deep Learning, Lecture 16*, after S. Prince (the likelihood of a variational autoencoder, the bound by
# Jensen's inequality).
#
# **After this notebook you can**
# - say why $\log p(x)$ of a model with hidden variables is hard to compute, and estimate it without fooling yourself;
# - derive the evidence lower bound in two ways, and name what is lost in it, to the last digit;
# - read the bound as reconstruction minus KL, and as energy plus entropy;
# - tighten it: with a better $q$, or with more samples;
# - explain EM as climbing that bound in turns.
#
# **Builds on** 00 (KL divergence, PCA, mixtures) and 01 (codes and decoders). **Time to run:** {measured_time}. What is
# marked "Going further" can be skipped without loss.

# %%
import math

import torch
from threadpoolctl import threadpool_limits
from torch.distributions import Categorical, MultivariateNormal, Normal, kl_divergence

from course_utils import data, exact
from course_utils.checks import check, hint, reveal
from course_utils.figures import DATA, GREEN, MODEL, NOISE, show, subplots
from course_utils.museum import cure, exhibit, numbers, settings_wrong
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy
torch.set_default_dtype(torch.float64)  # we compare numbers to many digits


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## Touch it first
#
# A hidden number $z$ made the number $x$ that we saw. Which $z$ was it? The *posterior*, $p(z \mid x)$, is the answer,
# and the curve $q$ is our guess at it. Drag $q$, or use the arrow keys. The height of the bar is $\log p(x)$, which
# says how likely the model finds what we saw: it does not move, whatever you do. The ELBO below rises as your guess
# gets better. Can you close the gap?

# %%
from course_utils.widgets import ElboExplorer

ElboExplorer()

# %% [markdown]
# You will soon be able to say what each of these quantities is, why nobody can compute $\log p(x)$ of a neural network,
# and why one can always compute the ELBO.
#
# ## 1. Something is hidden
#
# A **latent-variable model** tells a story in two steps. First, a code $z$ that nobody sees is drawn from a simple
# **prior** $p(z)$. Then the data are drawn from $p(x \mid z)$, the **decoder**. This is how we wanted to generate in
# 01, and we could not, because there was no $p(z)$.
#
# Here is the smallest such story in which everything is known. It has one hidden number and two visible ones:
#
# $$z \sim \mathcal N(0, 1), \qquad x \mid z \sim \mathcal N(W z,\; \sigma^2 I)$$
#
# To judge the model we need $p(x)$, the **evidence**: how likely is what we saw? There are two ways to it.
#
# 1. **Marginalise**: try every $z$ and add up, $\;p(x) = \int p(x \mid z)\, p(z)\, dz$.
# 2. **Chain rule**: take *any* $z$, $\;p(x) = \dfrac{p(x, z)}{p(z \mid x)}$, with $p(x, z) = p(x \mid z)\, p(z)$.
#
# The first needs all of $z$. The second needs $p(z \mid x)$, the **posterior**: which $z$ could have made this $x$? Our
# example is linear and Gaussian, so `exact.LinearGaussian` knows both answers in closed form, and we can watch the two
# ways arrive.

# %%
W, sigma = torch.tensor([1.0, -0.6]), 0.7
tiny = exact.LinearGaussian(W[:, None], torch.zeros(2), sigma)
x = torch.tensor([[1.6, 0.1]])  # what we saw

z = torch.linspace(-20, 20, 8001)  # every z that matters, in small steps
dz = z[1] - z[0]


def integrate(values):
    """values on the grid: [8001] -> their integral, exact to rounding for curves as smooth as ours."""
    return values.sum() * dz


log_prior = Normal(0.0, 1.0).log_prob(z)  # log p(z)
log_px_given_z = Normal(z[:, None] * W, sigma).log_prob(x).sum(1)  # log p(x | z), x fixed
log_pxz = log_px_given_z + log_prior  # log p(x, z)

post_mean, post_cov = tiny.posterior(x)
posterior = Normal(post_mean.squeeze(), post_cov.squeeze().sqrt())
log_px = tiny.log_prob(x).item()  # the truth, in closed form

marginalised = integrate(log_pxz.exp())
by_chain_rule = (log_pxz - posterior.log_prob(z)).exp()  # one value for each z

# %% [markdown]
# The next cell draws both ways, and compares them with the truth.

# %% tags=["hide-input"]
fig, axes = subplots(1, 2, figsize=(12, 3.8))
axes[0].plot(z, log_prior.exp(), ":", color=NOISE, label="prior $p(z)$")
axes[0].plot(z, posterior.log_prob(z).exp(), "--", color=DATA, label="posterior $p(z \\mid x)$")
axes[0].plot(z, log_pxz.exp(), color=MODEL, label="$p(x, z)$: its area is $p(x)$")
axes[0].fill_between(z, log_pxz.exp(), color=MODEL, alpha=0.25)
axes[0].set(title="Marginalise: add up over z", xlabel="z", ylabel="density", xlim=(-3, 4), ylim=(0, 1.05))
axes[0].legend(loc="upper left")
axes[1].plot(z, by_chain_rule, "--", color=GREEN, label="$p(x, z) \\,/\\, p(z \\mid x)$")
axes[1].plot(z, log_pxz.exp(), color=MODEL, label="$p(x, z)$")
axes[1].set(title="Chain rule: any z will do", xlabel="z", xlim=(-3, 4), ylim=(0, 0.125))
axes[1].legend(loc="upper left")
show(fig, "02.two_ways")
verdict(
    "marginalised over the exact p(x), distance from 1",
    (marginalised / math.exp(log_px) - 1).abs(),
    high=1e-9,
)
near = z.abs() < 4
verdict(
    f"chain rule at {near.sum():,} different z over the exact p(x), largest distance from 1",
    (by_chain_rule[near] / math.exp(log_px) - 1).abs().max(),
    high=1e-9,
)

# %% [markdown]
# **Why both are hard.** Our grid over one latent has 8,001 points. With ten latents, even ten points on each side make
# $10^{10}$. And the posterior is $p(x, z) / p(x)$: to know it, you need the very number that you are looking for. With
# a neural decoder neither way has a closed form.
#
# ### Going further: a misprint
#
# One source lecture prints the integral with the posterior in the prior's place, $\int p(x \mid z)\, p(z \mid x)\, dz$.
# That asks the question after looking at the answer. It is always too high:

# %%
printed = integrate((log_px_given_z + posterior.log_prob(z)).exp())
verdict("the printed integral over the exact p(x)", printed / math.exp(log_px), low=1.5)

# %% [markdown]
# ## 2. Guess z blindly
#
# An integral over the prior is an average. So we can draw $z_1, \dots, z_K$ from the prior and average over them. This
# is **naive Monte Carlo**. More generally, we can draw from another distribution $q(z)$ and correct for how often it
# visits each place. Any $q$ will do that is positive wherever $p(x, z)$ is; where $q$ is 0 nothing can be corrected.
# This is **importance sampling**:
#
# $$p(x) = \int q(z)\, \frac{p(x, z)}{q(z)}\, dz \approx \frac1K \sum_{k=1}^K w_k, \qquad w_k = \frac{p(x, z_k)}{q(z_k)}, \quad z_k \sim q$$
#
# With $q$ the prior, $w_k = p(x \mid z_k)$, and we are back at the naive estimate. Densities of large images lie
# hundreds of powers of $e$ from 1, beyond what a float32 can hold, so everything must stay on the log scale.
#
# **Exercise 1.** Write $\log \frac1K \sum_k w_k$ from the two log densities, without ever leaving the range of the
# computer's numbers.


# %%
def log_evidence(log_pxz, log_q):
    """log p(x, z_k): [K, B], log q(z_k): [K, B] -> estimate of log p(x): [B]. Axis 0 holds the samples."""
    ### BEGIN SOLUTION
    log_w = log_pxz - log_q
    return torch.logsumexp(log_w, dim=0) - math.log(len(log_w))
    ### END SOLUTION


# %%
log_evidence = check("elbo.log_evidence", log_evidence)

# %% [markdown]
# Stuck, here or later? `hint` with the exercise's name; again for a stronger one.

# %%
hint("elbo.log_evidence")

# %% [markdown]
# How far can we trust the estimate? If one weight is far larger than all others together, then only one sample counts,
# however many you drew. The **effective sample size** says how many count (Kong 1992):
#
# $$\mathrm{ESS} = \frac{\big(\sum_k w_k\big)^2}{\sum_k w_k^2}, \qquad 1 \le \mathrm{ESS} \le K$$
#
# **Exercise 2.** Write it from the log weights. Only their ratios matter; use that to stay in range.


# %%
def effective_sample_size(log_w):
    """log w_k: [K, B] -> how many of the K samples count: [B]."""
    ### BEGIN SOLUTION
    share = torch.softmax(log_w, dim=0)
    return 1 / share.square().sum(dim=0)
    ### END SOLUTION


# %%
effective_sample_size = check("elbo.effective_sample_size", effective_sample_size)

# %% [markdown]
# Now we turn to real digits and more latents. **Probabilistic PCA** is the same story with $k$ latents and 64 pixels:
# $x \mid z \sim \mathcal N(W z + \mu, \sigma^2 I)$. Its best $W$ and $\sigma$ have a closed form, and so have
# $\log p(x)$ and the posterior. So we can see the error of an estimate, not only its spread.


# %%
def log_joint(model, x, z):
    """log p(x, z) = log p(x | z) + log p(z): x [B, 64], z [K, B, k] -> [K, B]."""
    log_px_given_z = Normal(z @ model.W.T + model.mu, model.sigma).log_prob(x).sum(-1)
    return log_px_given_z + Normal(0.0, 1.0).log_prob(z).sum(-1)


def draw(q, K, generator):
    """K samples [K, B, k] of a Gaussian q with a mean [B, k]."""
    noise = torch.randn(K, *q.mean.shape, generator=generator)
    return q.mean + (q.scale_tril @ noise[..., None]).squeeze(-1)


def estimate(model, x, q, K, generator):
    """Estimated log p(x): [B], and the effective sample size: [B], from K samples of q."""
    z = draw(q, K, generator)
    log_p, log_q = log_joint(model, x, z), q.log_prob(z)
    return log_evidence(log_p, log_q), effective_sample_size(log_p - log_q)


def prior_of(model, x):
    k = model.W.shape[1]
    return MultivariateNormal(torch.zeros(len(x), k), scale_tril=torch.eye(k))


train, test = data.load("digits", split="train"), data.load("digits", split="test")
digits = test.flat.double()[:8]  # eight held-out digits
latents = [1, 2, 4, 8, 16, 32]
models = {k: exact.LinearGaussian.fit(train.flat.double(), k) for k in latents}
truth = {k: model.log_prob(digits) for k, model in models.items()}

# %% [markdown]
# **Predict.** We use 16 latents and 1,000 samples from the prior. The naive estimate is right *on average*: the mean of
# many such estimates of $p(x)$ is $p(x)$. What will you see for $\log p(x)$ of our digits? (a) estimates scattered
# evenly around the truth; (b) nearly all far too low; (c) nearly all far too high.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
naive_error, naive_ess = {}, {}
for k, model in models.items():
    runs = [estimate(model, digits, prior_of(model, digits), 1000, dice(seed)) for seed in range(5)]
    naive_error[k] = torch.stack([value - truth[k] for value, _ in runs])  # [5 seeds, 8 digits], in nats
    naive_ess[k] = torch.stack([size for _, size in runs])

# %% [markdown]
# The next cell draws all estimates, with one dot for each digit and seed, and compares them with your guess.

# %% tags=["hide-input"]
from course_utils.figures.estimates import dots

below = (naive_error[16] < -2).double().mean()
above = (naive_error[16] > 2).double().mean()
reveal(guess, "b" if below > 0.8 else "c" if above > 0.8 else "a", "02.average_of_few")

fig, axes = subplots(1, 2, figsize=(12, 4))
dots(axes[0], naive_error, 0, NOISE, "o", "8 digits, 5 seeds each")
axes[0].axhline(0, color=DATA, label="exact")
axes[0].set_yscale("symlog", linthresh=1)
axes[0].set(
    title="Naive estimate of log p(x), 1,000 samples", ylabel="estimate - truth [nats]", ylim=(-800, 10)
)
corner = {"transform": axes[0].transAxes, "ha": "right", "va": "top", "fontsize": 9}
axes[0].text(0.98, 0.96, "linear from -1 to 1,\nlogarithmic beyond", **corner)
axes[0].legend(loc="lower left")
dots(axes[1], naive_ess, 0, NOISE, "o", None)
axes[1].set(
    title="How many of the 1,000 count", ylabel="effective sample size", yscale="log", ylim=(0.7, 1500)
)
show(fig, "02.naive_estimate")
verdict("2 latents: largest error of 40 estimates, nats", naive_error[2].abs().max(), high=1)
verdict("16 latents: median error, nats", naive_error[16].median(), high=-20)
verdict("32 latents: median error, nats", naive_error[32].median(), high=-100)
verdict("32 latents: median effective sample size of 1,000", naive_ess[32].median(), high=1.5)

# %% [markdown]
# ### Going further: how many samples would it take?
#
# It would take about $e^{\mathrm{KL}(p(z \mid x) \,\|\, p(z))}$ (Chatterjee and Diaconis 2018): the
# posterior is narrower than the prior, and elsewhere. The KL is known here, so we can count, for the easiest and the
# hardest of the eight digits.


# %%
def posterior_of(model, x, width=1.0):
    """The exact posterior, made `width` times as wide."""
    mean, cov = model.posterior(x)
    return MultivariateNormal(mean, scale_tril=width * torch.linalg.cholesky(cov).expand(len(x), -1, -1))


for k, model in models.items():
    powers = kl_divergence(posterior_of(model, digits), prior_of(model, digits)) / math.log(10)
    print(f"{k:2d} latents: about 10^{powers.min():.1f} to 10^{powers.max():.1f} samples")

# %% [markdown]
# ## 3. Guess z near the answer
#
# The cure is to draw $z$ where the posterior is. Suppose that $q$ is the posterior itself. Then
# $w_k = p(x, z_k) / p(z_k \mid x)$, and by the chain rule this is $p(x)$ for every sample, so a single one would do.
# But even a rough $q$ helps. We make the posterior 1.3 times too wide, as if we knew it badly.

# %%
perfect = posterior_of(models[16], digits)
z_16 = draw(perfect, 100, dice())
log_weights = log_joint(models[16], digits, z_16) - perfect.log_prob(z_16)
verdict("q = posterior: largest difference between 100 log weights and log p(x)",
        (log_weights - truth[16]).abs().max(), high=1e-9)  # fmt: skip

good_error, good_ess = {}, {}
for k, model in models.items():
    runs = [estimate(model, digits, posterior_of(model, digits, 1.3), 1000, dice(seed)) for seed in range(5)]
    good_error[k] = torch.stack([value - truth[k] for value, _ in runs])
    good_ess[k] = torch.stack([size for _, size in runs])

# %% [markdown]
# The next cell draws both estimates side by side.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(9, 4))
dots(ax, naive_error, -0.15, NOISE, "o", "z from the prior")
dots(ax, good_error, 0.15, MODEL, "^", "z from a q 1.3 times too wide")
ax.axhline(0, color=DATA, linewidth=1)
ax.set_yscale("symlog", linthresh=1)
ax.set(title="Importance sampling, 1,000 samples", ylabel="estimate - truth [nats]", ylim=(-800, 10))
ax.legend(loc="lower left")
show(fig, "02.rough_q")
verdict("32 latents, rough q: largest error of 40 estimates, nats", good_error[32].abs().max(), high=1)
verdict("32 latents, rough q: median effective sample size of 1,000", good_ess[32].median(), low=20)

# %% [markdown]
# So everything depends on a good $q(z \mid x)$. Where does one come from? We need a number that says how good a $q$ is,
# and that can be computed without knowing the posterior. This number is the bound.
#
# ## 4. The bound, by Jensen
#
# The logarithm is concave: the log of an average is at least the average of the logs,
# $\log \mathbb E[w] \ge \mathbb E[\log w]$. Apply it to the weights. (From here on $x$ is fixed, and $q(z)$ is short
# for $q(z \mid x)$.)
#
# $$\begin{aligned}
# \log p(x) &= \log \int p(x, z)\, dz && (1)\ \text{marginalise} \\
# &= \log \int q(z)\, \frac{p(x, z)}{q(z)}\, dz && (2)\ \text{multiply by } q / q \\
# &= \log \mathbb E_q \Big[ \frac{p(x, z)}{q(z)} \Big] && (3)\ \text{an average over } q \\
# &\ge \mathbb E_q \Big[ \log \frac{p(x, z)}{q(z)} \Big] && (4)\ \text{Jensen} \\
# &= \mathbb E_q [\log p(x \mid z)] + \mathbb E_q \Big[ \log \frac{p(z)}{q(z)} \Big] && (5)\ p(x, z) = p(x \mid z)\,
# p(z) \\ &= \mathbb E_q [\log p(x \mid z)] - \mathrm{KL}(q(z) \,\|\, p(z)) && (6)\ \text{the KL turns the ratio over}
# \end{aligned}$$
#
# Lines 4 to 6 are the **evidence lower bound**, the ELBO. Every line is a number, so we can compute every line, for a
# $q$ that is *not* the posterior.

# %%
q = Normal(0.3, 0.8)
log_q = q.log_prob(z)


def expect(q, values):
    """The average over q of a function of z, given on the grid: [8001] -> scalar."""
    return integrate(q.log_prob(z).exp() * values)


def print_lines(lines):
    for words, value in lines.items():
        print(f"{value:9.4f}   {words}")


jensen = {
    "    log p(x), closed form": tiny.log_prob(x).squeeze(),
    "(1) marginalise": integrate(log_pxz.exp()).log(),
    "(2) multiply by q / q": integrate(log_q.exp() * (log_pxz.exp() / log_q.exp())).log(),
    "(3) log of an average over q": expect(q, (log_pxz - log_q).exp()).log(),
    "(4) Jensen: average of the log": expect(q, log_pxz - log_q),
    "(5) split the logarithm": expect(q, log_px_given_z) + expect(q, log_prior - log_q),
    "(6) reconstruction minus KL": expect(q, log_px_given_z) - kl_divergence(q, Normal(0.0, 1.0)),
}
print_lines(jensen)

values = torch.stack(list(jensen.values()))
elbo, drop = values[4], values[3] - values[4]
verdict(
    "largest difference within the lines above the inequality", values[:4].max() - values[:4].min(), high=1e-8
)
verdict("largest difference within the lines from it on", values[4:].max() - values[4:].min(), high=1e-8)
verdict("lost at the inequality, nats", drop, low=0.8, high=0.805)

# %% [markdown]
# ### Going further: another misprint
#
# Read line 6 with care in the slides: one lecture prints the last term as $-\mathbb E_q \log \frac{p(z)}{q(z)}$ and
# calls it minus a KL. The ratio is upside down. $\mathbb E_q \log \frac{p}{q}$ is already minus the KL, so the printed
# line *adds* it. For our $q$ that is merely wrong. With the posterior as $q$, where the bound is $\log p(x)$ itself,
# the printed "lower bound" is above $\log p(x)$:

# %%
for name, some_q in {"our q": q, "the posterior": posterior}.items():
    log_ratio = log_prior - some_q.log_prob(z)
    printed = expect(some_q, log_px_given_z) - expect(some_q, log_ratio)
    right = expect(some_q, log_px_given_z) + expect(some_q, log_ratio)
    print(f"{name:>13}: the bound is {right:.2f}, the printed line {printed:.2f}, log p(x) {log_px:.2f}")
verdict("q = posterior: the printed line minus log p(x), nats", printed - log_px, low=0.5)

# %% [markdown]
# ## 5. The bound, exactly
#
# Jensen says that something is lost, not what. The second derivation uses the chain rule instead and loses nothing
# until the very end. Start with $\log p(x)$, which does not depend on $z$, so averaging it over $q$ changes nothing:
#
# $$\begin{aligned}
# \log p(x) &= \mathbb E_q [\log p(x)] && (1)\ \textstyle\int q(z)\, dz = 1 \\
# &= \mathbb E_q \Big[ \log \frac{p(x, z)}{p(z \mid x)} \Big] && (2)\ \text{chain rule} \\
# &= \mathbb E_q \Big[ \log \frac{p(x, z)}{q(z)} \cdot \frac{q(z)}{p(z \mid x)} \Big] && (3)\ \text{multiply by } q / q
# \\ &= \mathbb E_q \Big[ \log \frac{p(x, z)}{q(z)} \Big] + \mathbb E_q \Big[ \log \frac{q(z)}{p(z \mid x)} \Big] &&
# (4)\ \text{split} \\ &= \mathrm{ELBO}(q) + \mathrm{KL}(q(z) \,\|\, p(z \mid x)) && (5)\ \text{both have names} \\ &=
# \mathbb E_q [\log p(x \mid z)] - \mathrm{KL}(q(z) \,\|\, p(z)) + \mathrm{KL}(q(z) \,\|\, p(z \mid x)) && (6)\
# \text{the ELBO as in section 4} \end{aligned}$$

# %%
log_posterior = posterior.log_prob(z)
exactly = {
    "    log p(x), closed form": tiny.log_prob(x).squeeze(),
    "(1) average a constant": expect(q, torch.full_like(z, log_px)),
    "(2) chain rule": expect(q, log_pxz - log_posterior),
    "(3) multiply by q / q": expect(q, (log_pxz - log_q) + (log_q - log_posterior)),
    "(4) split": expect(q, log_pxz - log_q) + expect(q, log_q - log_posterior),
    "(5) ELBO + KL to the posterior": elbo + kl_divergence(q, posterior),
    "(6) reconstruction - KL + KL": expect(q, log_px_given_z)
    - kl_divergence(q, Normal(0.0, 1.0))
    + kl_divergence(q, posterior),
}
print_lines(exactly)
values = torch.stack(list(exactly.values()))
verdict("largest difference between all lines", values.max() - values.min(), high=1e-8)
verdict("what Jensen lost, minus KL(q || posterior)", (drop - kl_divergence(q, posterior)).abs(), high=1e-8)

# %% [markdown]
# So now we know what Jensen lost: exactly the KL from $q$ to the posterior. It is never negative, so
#
# $$\log p(x) \;=\; \mathrm{ELBO}(q) + \mathrm{KL}(q \,\|\, p(z \mid x)) \;\ge\; \mathrm{ELBO}(q)$$
#
# Of the three terms in line 6, samples of $q$ give the first, a formula gives the second, and the third is out of
# reach, because it needs the posterior. We drop it, and we know its sign.
#
# Two things follow. The left side does not depend on $q$. So raising the ELBO over $q$ *is* lowering the KL: we bring
# $q$ to a posterior that we never computed. And raising it over the model's parameters lifts $\log p(x)$, or at least
# the floor under it.
#
# A single $q$ proves little. The next cell takes 200 random models with 1 to 6 latents and a random $q$ for each, and
# computes the three numbers **separately**.

# %% tags=["hide-input"]
worst, smallest_gap = 0.0, math.inf
for seed in range(200):
    g = dice(seed)
    k, d = 1 + seed % 6, 2 + seed % 9
    model = exact.LinearGaussian(torch.randn(d, k, generator=g), torch.randn(d, generator=g), 0.5)
    point = model.sample(1, generator=g)
    root = torch.randn(k, k, generator=g)
    some_q = MultivariateNormal(torch.randn(1, k, generator=g), root @ root.T + 0.1 * torch.eye(k))
    bound = model.elbo(point, some_q.mean, some_q.covariance_matrix.view(k, k))
    gap = kl_divergence(some_q, MultivariateNormal(*model.posterior(point)))
    worst = max(worst, (model.log_prob(point) - bound - gap).abs().item())
    smallest_gap = min(smallest_gap, gap.item())
verdict("200 random q: largest |log p(x) - ELBO - KL|", worst, high=1e-8)
verdict("200 random q: smallest KL", smallest_gap, low=0)

# %% [markdown]
# **Predict.** Put $q$ on the posterior's mean and make it narrower and narrower. The samples then decode to better and
# better copies of $x$: the first term of line 6, the reconstruction, rises. The ELBO (a) rises with it; (b) rises and
# levels off; (c) may rise for a while, but in the end it falls without limit.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
narrow = torch.tensor([1e-1, 1e-2, 1e-3, 1e-4])
falling = torch.stack([tiny.elbo(x, post_mean, (s**2).view(1, 1)).squeeze() for s in narrow])
by_width = torch.logspace(-4, 0.3, 200)
climb = torch.stack([tiny.elbo(x, post_mean, (s**2).view(1, 1)).squeeze() for s in by_width])
minus_kl = torch.stack([-kl_divergence(Normal(post_mean.squeeze(), s), Normal(0.0, 1.0)) for s in by_width])

# %% [markdown]
# The next cell compares this with your guess, and draws it.

# %% tags=["hide-input"]
steps = falling.diff()
answer = "a" if steps[-1] > 0.1 else "c" if steps[-1] < -0.1 else "b"
reveal(guess, answer, "02.widest_q")

fig, ax = subplots(figsize=(8, 3.6))
ax.plot(by_width, climb - minus_kl, "--", color=DATA, label="reconstruction")
ax.plot(by_width, minus_kl, ":", color=NOISE, linewidth=3, label="minus KL to the prior")
ax.plot(by_width, climb, color=MODEL, label="their sum, the ELBO")
ax.axhline(log_px, color="black", linewidth=1, linestyle="-.", label="log p(x)")
ax.set(
    title="Narrower and narrower",
    xscale="log",
    xlabel="standard deviation of q",
    ylabel="nats",
    ylim=(-12, 0.5),
)
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
show(fig, "02.narrower")
verdict("ELBO lost for each tenfold narrowing, over log 10", -steps[-1] / math.log(10), low=0.999, high=1.001)

# %% [markdown]
# ### Back to the widget
#
# Now you can name everything in the widget at the top. The line at the top of the bar is $\log p(x)$, which does not
# depend on $q$. The gap below it is $\mathrm{KL}(q \,\|\, \text{posterior})$. Switch the decoder there from $g(z) = z$
# to $g(z) = z^2$: the posterior gets two bumps, and no Gaussian $q$ can close the gap. Where does the best $q$ sit?
#
# In the linear model the gap can be closed. With $z \sim \mathcal N(0, 1)$ and
# $x \mid z \sim \mathcal N(W z, \sigma^2 I)$, $\log p(x, z)$ is a parabola in $z$, so the posterior is a Gaussian.
#
# **Exercise 3.** Give the $q$ with the highest ELBO: its mean for each $x$, and its variance, which is the same for
# all. (Complete the square, or add precisions.)


# %%
def best_q(x, W, sigma):
    """x: [N, d], W: [d], sigma: number -> mean [N] and variance (scalar) of the best q(z | x)."""
    ### BEGIN SOLUTION
    precision = 1 + W @ W / sigma**2
    return x @ W / sigma**2 / precision, 1 / precision
    ### END SOLUTION


# %%
best_q = check("elbo.best_q", best_q)

# %% [markdown]
# The next cell checks your $q$, and draws the gap of every Gaussian one.

# %% tags=["hide-input"]
mean, variance = best_q(x, W, sigma)
at_best = tiny.elbo(x, mean[:, None], variance.view(1, 1)).item()
verdict("log p(x) minus the ELBO at your q", log_px - at_best, low=-1e-9, high=1e-9)

q_means, q_stds = torch.linspace(-1, 3, 81), torch.linspace(0.1, 1.5, 71)
surface = torch.stack([tiny.elbo(x.expand(81, 2), q_means[:, None], (s**2).view(1, 1)) for s in q_stds])
fig, ax = subplots(figsize=(8, 4.6))
picture = ax.contourf(q_means, q_stds, (log_px - surface).clamp(max=4), levels=16, cmap="viridis_r")
fig.colorbar(picture, ax=ax, label="log p(x) - ELBO, cut at 4 [nats]")
ax.plot(
    mean, variance.sqrt(), "*", color="white", markeredgecolor="black", markersize=18, label="your best q"
)
ax.plot(0.3, 0.8, "o", color="white", markeredgecolor="black", markersize=9, label="the q of section 4")
ax.plot(0, 1, "s", color="white", markeredgecolor="black", markersize=9, label="the prior as q")
ax.set(title="The gap for every Gaussian q", xlabel="mean of q", ylabel="standard deviation of q")
ax.legend(loc="lower left", bbox_to_anchor=(0, -0.36), ncols=3)
show(fig, "02.gap_of_every_q")
verdict("ELBO of your q minus that of the best of 5,751 others, nats", at_best - surface.max(), low=0)

# %% [markdown]
# ## 6. Two readings of one number
#
# $$\mathrm{ELBO}(q) \;=\; \underbrace{\mathbb E_q[\log p(x \mid z)]}_{\text{reconstruction}} - \underbrace{\mathrm{KL}(q \,\|\, p(z))}_{\text{to the prior}}
# \;=\; \underbrace{\mathbb E_q[\log p(x, z)]}_{\text{minus the energy}} + \underbrace{\mathrm{H}(q)}_{\text{entropy}}$$
#
# The first reading is that of a lossy code: describe $x$ well, with a $z$ that costs little over the prior. The second
# comes from physics: $q$ wants to sit where $p(x, z)$ is high, and it wants to be spread out. Without the entropy it
# would collapse to a point.

# %%
widths = torch.linspace(0.08, 2, 200)
mean_of_q = post_mean.squeeze()
terms = {name: [] for name in ("reconstruction", "kl", "minus energy", "entropy")}
for s in widths:
    one = Normal(mean_of_q, s)
    terms["reconstruction"].append(expect(one, log_px_given_z))
    terms["kl"].append(expect(one, one.log_prob(z) - log_prior))
    terms["minus energy"].append(expect(one, log_pxz))
    terms["entropy"].append(one.entropy())
terms = {name: torch.stack(values) for name, values in terms.items()}
first, second = terms["reconstruction"] - terms["kl"], terms["minus energy"] + terms["entropy"]

# %% [markdown]
# The next cell draws both readings.

# %% tags=["hide-input"]
fig, axes = subplots(1, 2, figsize=(12, 4.6), sharey=True)
for ax, (one, two, title) in zip(
    axes,
    [
        ((terms["reconstruction"], "reconstruction"), (-terms["kl"], "minus KL to the prior"), "Reconstruction - KL"),
        ((terms["minus energy"], "average of log p(x, z)"), (terms["entropy"], "entropy of q"), "Minus energy + entropy"),
    ],
    strict=True,
):  # fmt: skip
    ax.plot(widths, one[0], "--", color=DATA, label=one[1])
    ax.plot(widths, two[0], ":", color=NOISE, linewidth=3, label=two[1])
    ax.plot(widths, first, color=MODEL, label="their sum, the ELBO")
    ax.axhline(log_px, color="black", linewidth=1, linestyle="-.", label="log p(x)")
    ax.set(title=title, xlabel="standard deviation of q", ylim=(-6, 2.5))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
axes[0].set_ylabel("nats")
show(fig, "02.two_readings")
verdict("largest difference between the two readings", (first - second).abs().max(), high=1e-8)
verdict(
    "width of the highest ELBO over the posterior's",
    widths[first.argmax()] / posterior.stddev,
    low=0.98,
    high=1.02,
)
verdict("highest ELBO of all minus log p(x)", (first - log_px).max(), high=1e-9)

# %% [markdown]
# For a Gaussian $q$ with independent axes, $q = \mathcal N(\mu, \mathrm{diag}\, \sigma^2)$, the KL to the prior
# $\mathcal N(0, I)$ needs no samples:
#
# $$\mathrm{KL} = \frac12 \sum_{j=1}^{D} \big( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 \big)$$
#
# Networks give $\log \sigma^2$ (`logvar`), which may be any number, so nothing has to be kept positive.
#
# **Exercise 4.** Write this KL for a batch: one number for each row, and not their mean.


# %%
def kl_normal(mu, logvar):
    """mu, logvar: [B, D] -> KL(N(mu, exp(logvar)) || N(0, I)): [B], in nats."""
    ### BEGIN SOLUTION
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
    ### END SOLUTION


# %%
kl_normal = check("elbo.kl", kl_normal)

# %% [markdown]
# ### Going further: does the formula hold?
#
# We can ask samples, since $\mathrm{KL} = \mathbb E_q[\log q(z) - \log p(z)]$ is an average. A
# Monte Carlo average is off by about its *standard error*, the spread of the samples over $\sqrt n$. More than four of
# those would be a surprise.
#
# The next cell asks 20,000 samples about six Gaussians.

# %% tags=["hide-input"]
mu, logvar = torch.randn(6, 5, generator=dice(1)), torch.randn(6, 5, generator=dice(2)) - 0.5
closed = kl_normal(mu, logvar)
six = Normal(mu, (0.5 * logvar).exp())
samples = six.mean + six.stddev * torch.randn(20_000, 6, 5, generator=dice(3))
log_ratio = (six.log_prob(samples) - Normal(0.0, 1.0).log_prob(samples)).sum(-1)  # [20000, 6]
error, standard_error = log_ratio.mean(0) - closed, log_ratio.std(0) / 20_000**0.5
verdict(
    "six Gaussians: largest error of Monte Carlo, in standard errors",
    (error / standard_error).abs().max(),
    high=4,
)

# %% [markdown]
# ### The bound by samples
#
# Where there is no closed form, the whole bound is still an average over $q$, so a few samples estimate it, for any
# $p(x, z)$ that you can evaluate:
#
# $$\mathrm{ELBO} \approx \frac1K \sum_k \big( \log p(x, z_k) - \log q(z_k) \big), \qquad z_k = \mu + \sigma\, \epsilon_k, \quad \epsilon_k \sim \mathcal N(0, I)$$
#
# The right half is called **reparameterisation**. A drawn sample is just a number: it does not say how it would have
# moved, had $\mu$ and $\sigma$ been a little different, so no gradient gets through it. Written as
# $\mu + \sigma \epsilon$ it does: the chance sits in $\epsilon$ alone.
#
# **Exercise 5.** The noise $\epsilon$ is handed to you, so that the result repeats. `log_pxz_at` is a function of $z$.
# Let the gradient reach `mu` and `logvar`: notebook 03 trains through this line, with $K = 1$.


# %%
def elbo_estimate(mu, logvar, noise, log_pxz_at):
    """mu, logvar: [D], noise: [K, D], log_pxz_at: z [K, D] -> log p(x, z) [K]. Returns the ELBO, a scalar."""
    ### BEGIN SOLUTION
    std = (0.5 * logvar).exp()
    z = mu + std * noise
    log_q = Normal(mu, std).log_prob(z).sum(dim=1)
    return (log_pxz_at(z) - log_q).mean()
    ### END SOLUTION


# %%
elbo_estimate = check("elbo.monte_carlo", elbo_estimate)

# %% [markdown]
# With it we can *find* a good $q$ without knowing the posterior: climb the estimate. Here is one digit under the model
# with 8 latents. $q$ starts as the prior. (Our fit picks orthogonal columns for $W$, so the posterior's axes are
# independent, and a $q$ with independent axes can reach it.) The truth is above 0 here. That is allowed: $p(x)$ is a
# density, not a probability, and may exceed 1.

# %%
model_8, digit = models[8], digits[:1]
mu, logvar = torch.zeros(8, requires_grad=True), torch.zeros(8, requires_grad=True)
optimizer = torch.optim.Adam([mu, logvar], lr=0.05)
noise_source, gaps_left = dice(), []


def log_joint_of_digit(z):
    return log_joint(model_8, digit, z[:, None])[:, 0]  # z: [K, 8] -> [K]; our batch holds one digit


def exact_gap():
    """log p(x) minus the ELBO of the q that we hold now, in closed form."""
    return (truth[8][0] - model_8.elbo(digit, mu.detach()[None], torch.diag(logvar.detach().exp()))).item()


for step in range(400):
    gaps_left.append(exact_gap())
    noise = torch.randn(16, 8, generator=noise_source)
    value = elbo_estimate(mu, logvar, noise, log_joint_of_digit)
    optimizer.zero_grad()
    (-value).backward()
    optimizer.step()

# %% [markdown]
# The next cell draws the gap that is left.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(9, 3.6))
ax.plot(gaps_left, color=MODEL)
ax.set(
    title="Climbing the bound for one digit",
    xlabel="step",
    ylabel="log p(x) - ELBO, exact [nats]",
    yscale="log",
)
show(fig, "02.one_climb")
verdict("gap at the start, q = prior, nats", gaps_left[0], low=50)
verdict("gap at the end, nats", exact_gap(), low=0, high=0.2)

# %% [markdown]
# This was one climb for one digit. A **variational autoencoder** trains a network that gives $\mu$ and $\log \sigma^2$
# for *every* $x$ at once, and trains the decoder at the same time. Both climb this estimate. That is notebook 03.
#
# ## 7. The hidden thing may be a label
#
# Nothing above asked $z$ to be a number. In a mixture, $z$ is *which component*: integrals become sums (one lecture
# writes the whole derivation with sums).
#
# $$\log p(x) = \underbrace{\sum_z q(z) \log \frac{p(x, z)}{q(z)}}_{\text{ELBO}} + \underbrace{\sum_z q(z) \log \frac{q(z)}{p(z \mid x)}}_{\mathrm{KL}}$$
#
# Here the posterior is easy, Bayes' rule over a few labels, and has a name: the **responsibilities**.

# %%
weights, means, stds = (
    torch.tensor([0.5, 0.3, 0.2]),
    torch.tensor([-2.0, 0.5, 3.0]),
    torch.tensor([0.8, 0.6, 1.0]),
)
point = torch.tensor(-0.4)
log_pxz_label = weights.log() + Normal(means, stds).log_prob(point)  # log p(x, z) for z = 0, 1, 2
log_px_label = torch.logsumexp(log_pxz_label, dim=0)
responsibilities = torch.softmax(log_pxz_label, dim=0)


def elbo_of_labels(q):
    """q: [..., 3] probabilities -> [...]."""
    return (q * (log_pxz_label - q.log())).sum(-1)


# %% [markdown]
# The next cell checks the equation for 500 random $q$, and draws the bound along a line of them.

# %% tags=["hide-input"]
random_q = torch.softmax(2 * torch.randn(500, 3, generator=dice()), dim=1)
gap = kl_divergence(Categorical(random_q), Categorical(responsibilities.expand(500, 3)))
verdict(
    "500 random q: largest |log p(x) - ELBO - KL|",
    (log_px_label - elbo_of_labels(random_q) - gap).abs().max(),
    high=1e-9,
)
verdict(
    "log p(x) minus the ELBO at the responsibilities",
    (log_px_label - elbo_of_labels(responsibilities)).abs(),
    high=1e-9,
)

share = torch.linspace(
    0.001, 0.999, 500
)  # we move mass between the first two labels; the third keeps its responsibility
rest = 1 - responsibilities[2]
along = torch.stack([share * rest, (1 - share) * rest, responsibilities[2].expand(500)], dim=1)
fig, ax = subplots(figsize=(8.5, 3.8))
ax.plot(along[:, 0], elbo_of_labels(along), color=MODEL, label="ELBO")
ax.axhline(log_px_label, color=DATA, linestyle="--", label="log p(x)")
ax.plot(
    responsibilities[0],
    log_px_label,
    "*",
    color="white",
    markeredgecolor="black",
    markersize=16,
    label="q = responsibilities",
)
ax.set(title="One point, three components", xlabel="q(first component)", ylabel="nats")
ax.legend(loc="lower center")
show(fig, "02.labels")

# %% [markdown]
# ## 8. EM: climb in turns
#
# So far the model was given. Now we fit it: we look for weights, means and widths $\theta$ that make the data
# $x_1, \dots, x_N$ likely. The ELBO has two arguments, $q$ and $\theta$. **Expectation maximisation** climbs in one of
# them at a time (Neal and Hinton 1998):
#
# - **E-step**: hold $\theta$ fixed and take the best $q$. This is the posterior, and the gap closes:
#   $\mathrm{ELBO} = \log p_\theta(x)$.
# - **M-step**: hold $q$ fixed and take the best $\theta$. The ELBO rises. Because $\log p_\theta(x)$ touched it before
#   and lies above it now, $\log p_\theta(x)$ rises at least as much.
#
# Write $r_{nk} = q(z_n = k)$ for the shares. Only $\sum_{n,k} r_{nk} \log p_\theta(x_n, z_n = k)$ in the ELBO depends
# on $\theta$. Set its derivatives to 0 (and keep $\sum_k \pi_k = 1$), and the best $\theta$ are averages with these
# weights: $N_k = \sum_n r_{nk}$, $\;\pi_k = N_k / N$, $\;\mu_k = \frac1{N_k} \sum_n r_{nk}\, x_n$,
# $\;\sigma_k^2 = \frac1{N_k} \sum_n r_{nk}\, (x_n - \mu_k)^2$.
#
# **Exercise 6.** Write both steps.


# %%
def em_step(x, weights, means, stds):
    """x: [N]; weights, means, stds: [K] -> the new weights, means, stds after one E-step and one M-step."""
    ### BEGIN SOLUTION
    log_joint = weights.log() + Normal(means, stds).log_prob(x[:, None])  # [N, K]
    r = torch.softmax(log_joint, dim=1)
    count = r.sum(dim=0)
    new_means = (r * x[:, None]).sum(dim=0) / count
    new_variances = (r * (x[:, None] - new_means) ** 2).sum(dim=0) / count
    return count / len(x), new_means, new_variances.sqrt()
    ### END SOLUTION


# %%
em_step = check("elbo.em_step", em_step)


# %%
def log_joint_labels(x, weights, means, stds):
    """log p(x_n, z_n = k): [N, K]."""
    return weights.log() + Normal(means, stds).log_prob(x[:, None])


def bound_per_point(x, r, theta):
    """The ELBO for shares r [N, K] and parameters theta, averaged over the points."""
    return (r * (log_joint_labels(x, *theta) - r.log())).sum(1).mean()


def log_likelihood(x, theta):
    return log_joint_labels(x, *theta).logsumexp(1).mean()


# %% [markdown]
# We now take 60 steps on 500 points from the mixture of section 7, and note log-likelihood and ELBO after each E-step
# and each M-step. (The picture begins at step 1, for step 0 lies far below.)

# %%
truth_mixture = exact.GaussianMixture(means[:, None], stds, weights)
toy = truth_mixture.sample(500, generator=dice())[:, 0]
theta = (torch.ones(3) / 3, torch.tensor([-1.0, 0.0, 1.0]), torch.ones(3))
first_theta, climb = theta, []
for step in range(60):
    r = torch.softmax(log_joint_labels(toy, *theta), dim=1)
    after_e = bound_per_point(toy, r, theta)
    likelihood = log_likelihood(toy, theta)
    theta = em_step(toy, *theta)
    climb.append(
        torch.stack([likelihood, after_e, bound_per_point(toy, r, theta), log_likelihood(toy, theta)])
    )
climb = torch.stack(climb)  # [60, 4]: log-likelihood, ELBO after E, ELBO after M, new log-likelihood

# %% [markdown]
# The next cell checks what each step promises, and draws the climb and the mixture.

# %% tags=["hide-input"]
verdict("largest gap after an E-step", (climb[:, 0] - climb[:, 1]).abs().max(), high=1e-9)
verdict("smallest rise of the ELBO in an M-step", (climb[:, 2] - climb[:, 1]).min(), low=-1e-12)
verdict("smallest rise of the log-likelihood in a step", (climb[:, 3] - climb[:, 0]).min(), low=-1e-12)
verdict("smallest gap after an M-step", (climb[:, 3] - climb[:, 2]).min(), low=-1e-12)
verdict(
    "log-likelihood of the fit minus that of the truth, on its own data, nats per point",
    climb[-1, 3] - truth_mixture.log_prob(toy[:, None]).mean(), low=0, high=0.05,
)  # fmt: skip

last = 8  # the step at which the picture ends; step 0 lies far below it
half_steps = torch.arange(2, 2 * last) / 2
fig, axes = subplots(1, 2, figsize=(12.5, 4.4))
axes[0].plot(
    half_steps, climb[1:last, [0, 3]].flatten(), "o-", color=DATA, markersize=4, label="log-likelihood"
)
axes[0].plot(half_steps, climb[1:last, [1, 2]].flatten(), "^--", color=MODEL, markersize=4, label="ELBO")
axes[0].set(
    title="E closes the gap, M lifts the bound",
    xlabel="step (E at whole numbers, M at halves)",
    ylabel="nats per point",
)
axes[0].legend(loc="lower right")
line = torch.linspace(-5, 7, 300)
axes[1].hist(toy.numpy(), bins=50, density=True, color=NOISE, alpha=0.4, label="data")
axes[1].plot(line, log_joint_labels(line, *first_theta).logsumexp(1).exp(), ":", color=NOISE, label="start")
axes[1].plot(line, log_joint_labels(line, *theta).logsumexp(1).exp(), color=MODEL, label="after 60 steps")
axes[1].plot(line, truth_mixture.log_prob(line[:, None]).exp(), "--", color=DATA, label="truth")
axes[1].set(title="The mixture it finds", xlabel="x", ylabel="density")
axes[1].legend()
show(fig, "02.em")

# %% [markdown]
# EM needs no step size, and it never takes a step down. But it may stop at a local maximum, and a width may go to 0
# around a single point, where the likelihood has no upper limit. This is how scikit-learn fitted the mixtures of
# notebook 00. However, EM needs a posterior in closed form. Where there is none, a VAE climbs the same function by
# gradients, $q$ and $\theta$ together.
#
# ## 9. Going further: more samples, a tighter bound
#
# The ELBO averages $\log w$; the estimate of Exercise 1 takes the log of an average. In between lies a family, the
# **importance-weighted bound** (IWAE, Burda et al. 2016):
#
# $$\mathcal L_K = \mathbb E \Big[ \log \frac1K \sum_{k=1}^K w_k \Big], \qquad \mathcal L_1 = \mathrm{ELBO}, \qquad \mathcal L_1 \le \mathcal L_2 \le \mathcal L_4 \le \dots \le \log p(x)$$
#
# So what Exercise 1 computes is, on average, a *lower bound* too. Why does it rise with $K$? Cut $2K$ weights into two
# halves with averages $a$ and $b$. Jensen again: $\log \frac{a + b}{2} \ge \frac{\log a + \log b}{2}$. This holds for
# *every* draw, so cutting the same weights into larger blocks never lowers the mean. (It rises at every step from $K$
# to $K + 1$ too; powers of two are merely easy to cut.)
#
# **Predict.** Take two wrong $q$ for 8 latents. One is twice as wide as the posterior, the other half as wide. Which
# has the better bound at $K = 1$, and which at $K = 1{,}024$? (a) The wide one, both times; (b) the narrow one, both
# times; (c) first the one, then the other.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# We draw 16,384 weights once and cut them into blocks of $K$. `log_evidence` wants the samples along axis 0, so the
# blocks become columns. With six weights of one $x$ and $K = 2$:

# %%
six_weights = torch.arange(6.0)[:, None]  # [6, B = 1]
print(six_weights.view(3, 2, 1).transpose(0, 1).flatten(1))  # [K, blocks * B]

# %%
DRAWS = 16_384
sizes = [2**power for power in range(11)]


def bounds(model, x, q, seed=0):
    """The importance-weighted bound for each K, by cutting the same weights into blocks: [11], mean over x."""
    z = draw(q, DRAWS, dice(seed))
    log_w = log_joint(model, x, z) - q.log_prob(z)  # [DRAWS, B]
    found = []
    for K in sizes:
        blocks = log_w.view(DRAWS // K, K, -1).transpose(0, 1).flatten(1)  # [K, blocks * B]
        found.append(log_evidence(blocks, torch.zeros_like(blocks)).mean())
    return torch.stack(found)


choices = {
    "prior": prior_of,
    "twice as wide": lambda model, x: posterior_of(model, x, 2.0),
    "half as wide": lambda model, x: posterior_of(model, x, 0.5),
}
gaps = {
    (k, name): truth[k].mean() - bounds(models[k], digits, make_q(models[k], digits))
    for k in (2, 8, 32)
    for name, make_q in choices.items()
}
wide, narrow = gaps[8, "twice as wide"], gaps[8, "half as wide"]

# %% [markdown]
# The next cell compares them with your guess, and draws all nine.

# %% tags=["hide-input"]
better = [bool(wide[place] < narrow[place]) for place in (0, -1)]  # is the wide one?
reveal(guess, "a" if all(better) else "c" if any(better) else "b", "02.narrow_q")
styles = {"prior": (NOISE, ":"), "twice as wide": (MODEL, "-"), "half as wide": (GREEN, "--")}
fig, axes = subplots(1, 3, figsize=(12, 4.3), sharey=True)
for (k, name), gap in gaps.items():
    ax, (colour, style) = axes[(2, 8, 32).index(k)], styles[name]
    drawn = torch.where(gap > 0.02, gap, torch.nan)  # below it these draws are too few to tell
    ax.plot(sizes, drawn, style, marker="o", markersize=4, color=colour, label=f"q: {name}")
    ax.set(xscale="log", yscale="log", title=f"{k} latents", xlabel="samples K")
axes[0].set_ylabel("log p(x) - bound [nats]")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
show(fig, "02.more_samples")
rises = torch.stack([-gap.diff() for gap in gaps.values()])
verdict("smallest rise of the bound from K to 2K, nine settings", rises.min(), low=-1e-9)
verdict("8 latents, twice as wide: gap at K = 1, nats", wide[0], low=6.2, high=6.7)
verdict("8 latents, half as wide: gap at K = 1, nats", narrow[0], low=2.4, high=2.7)
verdict("8 latents, twice as wide: share of that gap left at K = 1,024", wide[-1] / wide[0], high=0.01)
verdict("8 latents, half as wide: share of that gap left at K = 1,024", narrow[-1] / narrow[0], low=0.12)
verdict("32 latents, prior: gap at K = 1,024, nats", gaps[32, "prior"][-1], low=150)

# %% [markdown]
# Curves end where the gap is below 0.02 nats, which these draws are too few to measure. Too wide and too narrow are not
# the same kind of wrong. A wide $q$ wastes samples. A narrow one has the better ELBO, but it hardly visits some places
# that count, and more samples help slowly. Now you can also say what naive Monte Carlo is: the importance-weighted
# bound with the widest $q$ in use, the prior.
#
# ## 10. The failure museum
#
# **Exhibit A: q too narrow.** Two latents are strongly correlated in the posterior. A $q$ with independent axes sits at
# the right mean, and it is far too narrow. The obvious cure is the posterior's own standard deviation along an axis,
# and it makes things worse. Repair it: return one standard deviation for both axes that brings the gap as low as such a
# $q$ can get. You may use `tied`, the posterior's covariance. It also helps to picture a long thin ridge, and a circle
# that is hardly wider than the ridge.

# %%
ridge = exact.LinearGaussian(torch.tensor([[2.1, 2.0], [2.0, 2.1]]), torch.zeros(2), 0.5)
seen = torch.tensor([[1.0, 1.4]])
centre, tied = ridge.posterior(seen)


def gap_of(std):
    """log p(x) minus the ELBO for a q at the posterior's mean with this std on both axes."""
    return (ridge.log_prob(seen) - ridge.elbo(seen, centre, torch.eye(2) * std**2)).item()


def mended():
    """Return the standard deviation of q along both axes, a number."""
    ### BEGIN SOLUTION
    return torch.linalg.inv(tied).diagonal().mean().rsqrt().item()
    ### END SOLUTION


def judged_std(std):
    """What is still wrong with the standard deviation that `mended` returns."""
    if not 0 < std < math.inf:
        return "a standard deviation is above 0 and finite"
    if gap_of(1.05 * std) < gap_of(std):
        return "a wider q has a lower gap"
    return "a narrower q has a lower gap" if gap_of(0.95 * std) < gap_of(std) else ""


own = tied[0, 0].sqrt().item()
verdict("exhibit A, gap with std 0.01, nats", gap_of(0.01), low=6, high=6.2)
verdict("exhibit A, gap with the posterior's own std, nats", gap_of(own), low=14, high=15)
lowest = min(gap_of(some_std) for some_std in torch.logspace(-2, 0, 400))
verdict("exhibit A, what no q with independent axes can close, nats", lowest, low=1.4, high=1.43)
exhibit("A", mended, judged_std, "one number")

# %% [markdown]
# The next cell draws the ridge, the circle of the posterior's own standard deviation, and yours once A is mended.

# %% tags=["hide-input"]
values, vectors = torch.linalg.eigh(tied)
angle = torch.linspace(0, 2 * math.pi, 200)
circle = torch.stack([angle.cos(), angle.sin()])
oval = centre.T + 2 * vectors @ (values.sqrt()[:, None] * circle)

fig, ax = subplots(figsize=(7, 4))
ax.fill(*oval, color=DATA, alpha=0.35, label="posterior")
ax.plot(*(centre.T + 2 * own * circle), "--", color=NOISE, label="q, the posterior's own std")
yours = cure("exhibit A", mended, read=numbers(1), wanted="one number")
if yours and not judged_std(*yours):
    ax.plot(*(centre.T + 2 * yours[0] * circle), color=MODEL, label="q, your std")
ax.set(title="Two standard deviations each", xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
show(fig, "02.ridge")

# %% [markdown]
# **Exhibit B: three runs that agree.** There are eight latents, $q$ has 0.3 times the posterior's width, and 50 samples
# are drawn. Three runs agree within about a nat, which looks like certainty, and all of them are wrong. Repair this
# with at most 1,000 samples, so that three runs are within 0.2 nats of the truth. A width between 0.9 and 1.1 is out of
# bounds, for it would mean that you know the posterior. First try what more samples alone can do.

# %%
broken = {"width": 0.3, "K": 50}


def three_runs(width, K):
    """Three estimates of log p(x) of one digit, minus the truth; and their effective sample sizes."""
    q = posterior_of(models[8], digits[:1], width)
    runs = [estimate(models[8], digits[:1], q, K, dice(10 + seed)) for seed in range(3)]
    return torch.cat([value for value, _ in runs]) - truth[8][0], torch.cat([size for _, size in runs])


def mended():
    """Return better settings, {"width": ..., "K": ...}, with K at most 1000."""
    ### BEGIN SOLUTION
    return {"width": 1.2, "K": 1000}
    ### END SOLUTION


def judged(settings):
    """What is still wrong with the settings that `mended` returns."""
    if wrong := settings_wrong(settings, broken, width=(0.01, 100), K=(1, 1000)):
        return wrong
    if 0.9 < settings["width"] < 1.1:
        return "that q is the posterior, which nobody knows"
    off, _ = three_runs(settings["width"], int(settings["K"]))
    return "" if off.abs().max() < 0.2 else "a run is off by more than 0.2 nats"


off, size = three_runs(**broken)
print("estimate - truth, three runs:", ", ".join(f"{value:.1f}" for value in off), "nats")
verdict("exhibit B, spread of the three (standard deviation), nats", off.std(), high=1.5)
verdict("exhibit B, the middle one is too low by, nats", -off.median(), low=3)
verdict("exhibit B, mean effective sample size of 50", size.mean(), high=15)
exhibit("B", mended, judged, '{"width": ..., "K": ...}')

# %% [markdown]
# Here the effective sample size gave the alarm. It does not always do so.
#
# ### Going further: the alarm that stays silent
#
# **Exhibit C.** We take a decoder that squares: $x \mid z \sim \mathcal N(z^2, 0.5^2)$. For
# $x = 4$ the posterior has two bumps, near $z = 2$ and near $z = -2$. A $q$ that covers one of them closely never hears
# of the other. Its weights are nearly equal, its ESS is nearly $K$, and its estimate is off by $\log 2$. Repair it:
# give $q$ as many Gaussian bumps as it needs.

# %%
log_pxz_square = Normal(z**2, 0.5).log_prob(torch.tensor(4.0)) + log_prior
log_px_square = integrate(log_pxz_square.exp()).log()
one_bump = {"shares": [1.0], "means": [1.98], "stds": [0.14]}


def weights_of(shares, means, stds, seed=0):
    """The log weights of 1,000 samples of a q with such bumps: [1000, 1]."""
    shares, means, stds = (torch.tensor(values, dtype=torch.float64) for values in (shares, means, stds))
    q = exact.GaussianMixture(means[:, None], stds, shares)
    samples = q.sample(1000, generator=dice(seed))  # [1000, 1]
    log_pxz = Normal(samples**2, 0.5).log_prob(torch.tensor(4.0)) + Normal(0.0, 1.0).log_prob(samples)
    return log_pxz - q.log_prob(samples)[:, None]


def missing(log_w):
    """log p(x) minus its estimate, in nats."""
    return (log_px_square - log_evidence(log_w, torch.zeros_like(log_w))).item()


def mended():
    """Return a better q, {"shares": [...], "means": [...], "stds": [...]}."""
    ### BEGIN SOLUTION
    return {"shares": [0.5, 0.5], "means": [-1.98, 1.98], "stds": [0.14, 0.14]}
    ### END SOLUTION


def judged_bumps(bumps):
    """What is still wrong with the q that `mended` returns; its estimate is tried with five seeds."""
    off = max(abs(missing(weights_of(**bumps, seed=seed))) for seed in range(5))
    return "" if off < 0.05 else "an estimate is off by more than 0.05 nats"


log_w = weights_of(**one_bump)
verdict("exhibit C, effective share of the samples", effective_sample_size(log_w).squeeze() / 1000, low=0.9)
verdict("exhibit C, error over log 2", missing(log_w) / math.log(2), low=0.97, high=1.03)
exhibit("C", mended, judged_bumps, 'three lists, {"shares": [...], "means": [...], "stds": [...]},')

# %% [markdown]
# The next cell draws the posterior and the $q$ of exhibit C.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(8, 2.6))
ax.plot(z, (log_pxz_square - log_px_square).exp(), color=DATA, label="posterior")
ax.plot(z, Normal(1.98, 0.14).log_prob(z).exp(), "--", color=MODEL, label="q of exhibit C")
ax.set(title="One bump is never visited", xlabel="z", ylabel="density", xlim=(-4, 4))
ax.legend(loc="upper center")
show(fig, "02.unseen_bump")

# %% [markdown]
# A low effective sample size is a reason to distrust an estimate, although a good estimate may have one too. A high one
# proves nothing about places that $q$ never visits.
#
# ### Going further: looking back, when A and B are repaired
#
# In A, the KL of $q$ to the posterior is the *reverse* one of notebook 00:
# $q$ avoids every place where the posterior is small. The best standard deviation is $1 / \sqrt{\Lambda_{jj}}$, with
# $\Lambda$ the posterior's *precision*, the inverse of `tied`: the width of the posterior along one axis **with the
# other held still**. The posterior's own standard deviation is that with the other let go, and it is never smaller. So
# for *every* Gaussian posterior with tied axes the best $q$ with independent axes is too narrow; for other posteriors
# it often is. The gap that is left is the price of its form, and a VAE pays it as well. In B, the number of samples was
# hardly at fault.
#
# The next cell tries 200 random Gaussian posteriors for A, and 1,000 samples with the old width for B.

# %% tags=["hide-input"]
factors = [torch.randn(2 + seed % 5, 2 + seed % 5, generator=dice(seed)) for seed in range(200)]
covariances = [factor @ factor.T + 0.1 * torch.eye(len(factor)) for factor in factors]
shrunk = torch.cat([(cov.diagonal() * cov.inverse().diagonal()).rsqrt() for cov in covariances])
verdict("200 posteriors: the best width over the posterior's own, the largest", shrunk.max(), high=1 + 1e-9)
verdict("the same, the middle one of all axes", shrunk.median(), high=0.8)
verdict("exhibit B, width 0.3 with 1,000 samples: the middle run is too low by, nats",
        -three_runs(0.3, 1000)[0].median(), low=2)  # fmt: skip

# %% [markdown]
# ## Read with care
#
# The table says what the source lectures print about this, and what holds. Each line is held by a test.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("02"))

# %% [markdown]
# ## What to take with you
#
# - $\log p(x) = \mathrm{ELBO}(q) + \mathrm{KL}(q \,\|\, p(z \mid x))$, exactly, for every $q$. The left side does not
#   know $q$.
# - Sampling from the prior fails with many latents: the estimate is right on average, and in practice far too low.
# - ELBO = reconstruction - KL to the prior = average log joint + entropy.
# - The best $q$ is the posterior. A simple $q$ leaves a gap, and with independent axes it is often too narrow.
# - More samples tighten the bound, never past $\log p(x)$, and only where $q$ looks.
# - EM climbs the bound in turns; a VAE will climb it by gradients.
#
# **Left out here.** Variational Bayes for the parameters, annealed importance sampling, other divergences than the
# reverse KL, variance reduction of the gradient (notebook 03 meets it); bounds from above.
#
# **Papers.** Dempster, Laird and Rubin, *Maximum likelihood from incomplete data via the EM algorithm*, 1977. Kong, *A
# note on importance sampling using standardized weights*, 1992. Neal and Hinton, *A view of the EM algorithm that
# justifies incremental, sparse, and other variants*, 1998. Jordan et al., *An introduction to variational methods for
# graphical models*, 1999. Tipping and Bishop, *Probabilistic principal component analysis*, 1999. Kingma and Welling,
# *Auto-encoding variational Bayes*, 2014. Burda, Grosse and Salakhutdinov, *Importance weighted autoencoders*, 2016.
# Chatterjee and Diaconis, *The sample size required in importance sampling*, 2018.
