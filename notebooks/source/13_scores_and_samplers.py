# ---
# jupyter:
#   course:
#     title: Scores, SDEs and fast samplers
#     summary: Energies without their constant, the score and three ways to learn it, the SDE and the ODE behind every sampler, and a race at equal calls.
#     about: >-
#       What a sampler walks along. Energies without their constant, the score and three ways to learn it, two
#       stochastic equations and the flow behind them. Then DDIM, Heun and DPM-Solver++, written by you, race at equal
#       calls, in the plane and on images. Needs 10 to 12. *Touch:* the race.
# ---

# %% [markdown]
# # 13 Scores, SDEs and fast samplers
#
# **Follows** M. Straka, *NPFL114 Lecture 13*, Charles University 2023 (energy-based models, diffusion as a score-based
# model, generating faster); *EECS 230 Deep Learning, Lecture 16*, after S. Prince (Boltzmann machines); *Diffusion
# Models: From Foundations to Implementation* (the forward and the reverse SDE, the score).
#
# **After this notebook you can**
# - say why the constant of an energy-based model is out of reach, and why the score does not need it;
# - learn a score from samples, and walk along it with Langevin's step;
# - write the reverse SDE, and say which flow has the same marginals;
# - write DDIM, Heun and DPM-Solver++(2M), and measure their orders;
# - choose a sampler for a number of calls, and recognise ways to break one.
#
# **Builds on** 10 (levels, the SDE), 11 (one model read in four ways, ancestral sampling) and 12 (images). Sections
# marked "Going further" can be skipped. **Time to run:** {measured_time}.

# %%
import functools
import itertools
import math

import torch
from threadpoolctl import threadpool_limits
from torch import nn

from course_utils import checkpoints, data, exact, metrics
from course_utils.checks import check, hint, reveal
from course_utils.diffusion import NoiseSchedule, exact_model, inversion, samplers, sde
from course_utils.figures import image_rows, samplers_race, scores, show
from course_utils.museum import cure, numbers
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import SamplerRace

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## The race
#
# Every sampler below starts from the same noise and asks the same exact denoiser. Drag the number of calls, and watch
# how close each comes.

# %%
SamplerRace()

# %% [markdown]
# Notebook 11 took 1,000 small random steps back to its eight Gaussians. The obvious way to save time is
# to take five large ones.

# %%
angle = torch.arange(8).double() * math.pi / 4
centres = 1.35 * torch.stack([angle.cos(), angle.sin()], dim=1)
truth = exact.GaussianMixture(
    centres, torch.tensor([0.15, 0.3] * 4), torch.tensor([4, 3, 2, 1, 4, 3, 2, 1]) / 20
)
schedule = NoiseSchedule.linear(1000)
oracle = exact_model(truth, schedule)  # says the noise, and no network could do it better
N = preset(4000, smoke=200)  # points that are sampled

habit = {"variance_type": "fixed_large", "generator": dice(0)}  # as in exercise 4 of notebook 11
five_steps = samplers.ddpm(oracle, schedule, (N, 2), num_inference_steps=5, **habit)

# %% [markdown]
# The next cell draws the result beside the data, and measures the modes (the radius that holds half of the points).


# %% tags=["hide-input"]
def masses_and_widths(points):
    """Share of points [N, 2] nearest to each centre, [8], and the radius that holds half of these, [8]."""
    distance, nearest = torch.cdist(points.double(), centres).min(1)
    masses = torch.bincount(nearest, minlength=8) / len(points)
    return masses, torch.stack([distance[nearest == k].median() for k in range(8)])


reference = truth.sample(200_000, dice(9)).float()
true_masses, true_widths = masses_and_widths(reference)


def width_of(points):
    """Width of the modes over the true one, averaged."""
    return (masses_and_widths(points)[1] / true_widths).mean().item()


fig = scores.clouds({"the data": reference[:N], "five ancestral steps": five_steps}, centres, truth.stds)
show(fig, "13.five_steps")
verdict("five ancestral steps: width of the modes over the true one", width_of(five_steps), low=1.4)

# %% [markdown]
# The denoiser is exact, so only the steps are to blame. Notebooks 10 to 12, 14 and 15 borrow samplers from here,
# and take on trust that they end in the right distribution. **What does a sampler really walk along, and how few calls
# does that walk need?**

# %% [markdown]
# ## 1. An energy, and a gradient that needs no constant
#
# Any function $E(x)$, large where $x$ is unlikely, makes a density:
#
# $$p(x) = \frac{e^{-E(x)}}{Z}, \qquad Z = \sum_x e^{-E(x)} \quad\text{or}\quad \int e^{-E(x)}\, dx$$
#
# This is an **energy-based model**. $E$ may be any network; the difficulty is $Z$, a sum over *everything that could
# exist*. The **Boltzmann machine** has units $x_i$ of 0 or 1, and $E(x) = -\frac12 x^\top W x - b^\top x$. With
# twelve units the sum is short.

# %%
units = 12
W = torch.randn(units, units, generator=dice(1), dtype=torch.float64)
W = (W + W.T).fill_diagonal_(0) / 2  # symmetric, and no unit acts on itself
b = torch.randn(units, generator=dice(2), dtype=torch.float64)


def energy(x, W, b):
    """x: [N, units] of zeros and ones -> E(x), [N]."""
    return -0.5 * ((x @ W) * x).sum(1) - x @ b


states = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * units)
log_Z = torch.logsumexp(-energy(states, W, b), dim=0)
probability = (-energy(states, W, b) - log_Z).exp()

# %% [markdown]
# The next cell counts the terms, and says how long the sum for a black and white image of 8 x 8 pixels would take at a
# billion terms a second.

# %% tags=["hide-input"]
verdict("twelve units: terms of the sum", len(states), 4096, 4096)
verdict("sum of the probabilities", probability.sum(), 1 - 1e-12, 1 + 1e-12)
verdict("64 units: years", 2.0**64 / 1e9 / (365 * 24 * 3600), low=580, high=590)

# %% [markdown]
# For real $x$ there is a way round. Instead of $\log p$ take its gradient in $x$, the **score**:
#
# $$\nabla \log p(x) = -\nabla E(x) - \nabla \log Z = -\nabla E(x)$$
#
# $Z$ does not depend on $x$, so it is gone. The score says in which direction the density grows, and how fast. The next
# cell adds 7 to an energy of our eight Gaussians, and takes its gradient by autograd.

# %% tags=["hide-input"]
somewhere = 2 * torch.randn(500, 2, generator=dice(3)).double()
somewhere.requires_grad_()
(slope_of_energy,) = torch.autograd.grad((-truth.log_prob(somewhere) + 7).sum(), somewhere)
somewhere = somewhere.detach()
off = (-slope_of_energy - truth.score(somewhere)).abs().max()
verdict("-∇(E + 7) against the score: largest difference", off, high=1e-9)

# %% [markdown]
# For $x_t = a\, x_0 + \sigma\, \epsilon$ (signal rate $a$, noise rate $\sigma$) write
# $q(x_t) = \mathbb E_{x_0}\, q(x_t \mid x_0)$ and differentiate:
#
# $$\nabla \log q(x_t) = \frac{\mathbb E_{x_0} \nabla q(x_t \mid x_0)}{q(x_t)} = \mathbb E\big[ \nabla \log q(x_t \mid x_0) \,\big|\, x_t \big] = \mathbb E\Big[ \frac{a\, x_0 - x_t}{\sigma^2} \,\Big|\, x_t \Big] = -\frac{\mathbb E[\epsilon \mid x_t]}{\sigma}$$
#
# The score is an *average* over all $x_0$ that fit. Solve the expression with $x_0$ in it for
# $\mathbb E[x_0 \mid x_t]$, and you have **Tweedie's formula**: a denoiser and a score are one thing.
#
# **Exercise 1.** Write Tweedie's formula.


# %%
def tweedie(x_t, score, signal, sigma):
    """x_t, score: [B, D]; signal, sigma: a and sigma, [B, 1] -> E[x_0 | x_t], [B, D]."""
    ### BEGIN SOLUTION
    return (x_t + sigma**2 * score) / signal
    ### END SOLUTION


# %%
tweedie = check("scores.tweedie", tweedie)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name. A second call gives a stronger hint.

# %%
hint("scores.tweedie")

# %% [markdown]
# The next cell compares it with the mixture's own $\mathbb E[x_0 \mid x_t]$, at six levels.

# %% tags=["hide-input"]
off = 0.0
for t in (0, 50, 200, 400, 700, 999):
    level = schedule.alphas_cumprod[t].reshape(1, 1)
    found = tweedie(somewhere, truth.diffuse(level).score(somewhere), level.sqrt(), (1 - level).sqrt())
    off = max(off, (found - truth.denoise(somewhere, level)).abs().max().item())
verdict("Tweedie against E[x_0 | x_t]: largest difference", off, high=1e-8)

# %% [markdown]
# ### Going further: how a Boltzmann machine learns
#
# The gradient of $\log p(x) = -E(x) - \log Z$ in the weights has two parts. The first pulls the energy down at the
# data; the second pushes it up wherever the *model* puts its mass:
#
# $$\frac{\partial}{\partial W_{ij}}\, \mathbb E_{\text{data}} \log p = \mathbb E_{\text{data}}[x_i x_j] - \mathbb E_{p}[x_i x_j]$$
#
# The second average needs samples of the model, and here is the trick of all that follows: *sampling* does not need $Z$
# either. **Gibbs sampling** visits one unit after the other and draws it given the rest,
# $p(x_i = 1 \mid \text{rest}) = \mathrm{sigmoid}\big( (W x)_i + b_i \big)$, in which $Z$ has cancelled. (Hinton 2002
# starts the chain at the data and stops after a step or a few: contrastive divergence. A *restricted* Boltzmann machine
# has hidden units and no weights within a layer, so that a whole layer can be drawn at once.)


# %%
def gibbs(x, sweeps, generator):
    """Chains x [N, units] after so many visits to each unit."""
    x = x.clone()
    for _ in range(sweeps):
        for i in range(units):
            x[:, i] = torch.bernoulli(torch.sigmoid(x @ W[i] + b[i]), generator=generator)
    return x


chains = preset(20_000, smoke=100)
visited = [gibbs(torch.zeros(chains, units).double(), 60, dice(seed)) for seed in range(3)]

# %% [markdown]
# The next cell holds the pair averages of three runs against the exact sum, and the formula against autograd through
# $\log Z$.

# %% tags=["hide-input"]
exact_pairs = (states * probability[:, None]).T @ states
off = max((x.T @ x / len(x) - exact_pairs).abs().max().item() for x in visited)
verdict("Gibbs against the exact averages of x_i x_j, three runs: largest difference", off, high=0.02)
learned_W = W.clone().requires_grad_()
some_data = states[torch.tensor([5, 77, 1000, 4000])]
log_likelihood = -energy(some_data, learned_W, b) - torch.logsumexp(-energy(states, learned_W, b), dim=0)
(by_autograd,) = torch.autograd.grad(log_likelihood.mean(), learned_W)
by_formula = (some_data.T @ some_data / 4 - exact_pairs) / 2  # W_ij and W_ji count separately here
verdict(
    "the two averages against autograd: largest difference",
    (by_autograd - by_formula).abs().max(),
    high=1e-12,
)

# %% [markdown]
# ## 2. Three losses, one score
#
# We want a model $s_\theta(x)$ of the score, and have only samples. **Explicit** score matching,
# $\frac12 \mathbb E \lVert s_\theta - \nabla \log p \rVert^2$, needs the score that we are looking for. Expand the
# square: the only term that needs the score of $p$ is
# $-\mathbb E[s_\theta \cdot \nabla \log p] = -\int s_\theta \cdot \nabla p\, dx$. It can be rewritten in two ways:
#
# $$-\int s_\theta \cdot \nabla p\, dx = \underbrace{\int p\; \nabla \cdot s_\theta\, dx}_{\text{by parts: implicit (Hyvärinen 2005)}} \qquad\text{or}\qquad = \underbrace{-\,\mathbb E_{x_0, \epsilon}\Big[ s_\theta(x) \cdot \Big( -\frac{\epsilon}{\sigma} \Big) \Big]}_{x = x_0 + \sigma \epsilon\text{: denoising (Vincent 2011)}}$$
#
# The second way uses section 1: if $p$ is the density of noisy data, its score is the average of $-\epsilon / \sigma$.
# So all three losses differ by constants, and have one minimiser. To see it exactly, take a mixture on a line and a
# model that is linear in its parameters, $s_\theta(x) = \sum_k \theta_k \phi_k(x)$ with nine bumps $\phi_k$. Each loss
# is then $\frac12 \theta^\top A\, \theta - \theta^\top c$ plus a constant, and sums over a fine grid are exact.

# %%
pair = exact.GaussianMixture(torch.tensor([[-1.2], [1.2]]).double(), 0.3, torch.tensor([0.2, 0.8]))
NOISE_STD = 0.5


def blurred(mixture, sigma):
    """The mixture of x_0 + sigma noise, without a signal rate."""
    return exact.GaussianMixture(mixture.means, (mixture.stds**2 + sigma**2).sqrt(), mixture.weights)


bumps = torch.linspace(-2.4, 2.4, 9, dtype=torch.float64)


def phi(x):
    """The nine bumps at x, [...] -> [..., 9]."""
    return torch.exp(-0.5 * ((x[..., None] - bumps) / 0.6) ** 2)


def phi_slope(x):
    return -(x[..., None] - bumps) / 0.6**2 * phi(x)


noisy = blurred(pair, NOISE_STD)
line = torch.linspace(-6, 6, 1201, dtype=torch.float64)
p = noisy.log_prob(line[:, None]).exp() * (line[1] - line[0])  # weights of the grid, [1201]
A = phi(line).T @ (p[:, None] * phi(line))

x0, eps = torch.meshgrid(
    *(torch.linspace(-end, end, 401, dtype=torch.float64) for end in (4, 7)), indexing="ij"
)
joint = pair.log_prob(x0.reshape(-1, 1)).exp().reshape(401, 401) * torch.exp(-(eps**2) / 2)
joint = joint / joint.sum()  # weights of the pairs (x_0, eps)
c = {
    "explicit": phi(line).T @ (p * noisy.score(line[:, None])[:, 0]),
    "implicit": -phi_slope(line).T @ p,
    "denoising": torch.einsum("ij,ijk->k", -joint * eps / NOISE_STD, phi(x0 + NOISE_STD * eps)),
}
theta = {name: torch.linalg.solve(A, right) for name, right in c.items()}

# %% [markdown]
# The next cell draws the three fitted scores, compares the vectors $c$, and checks the constants.

# %% tags=["hide-input"]
fitted = {name: phi(line) @ weights for name, weights in theta.items()}
fig = scores.three_losses(line, p / (line[1] - line[0]), noisy.score(line[:, None])[:, 0], fitted, NOISE_STD)
show(fig, "13.three_losses")
for name in ("implicit", "denoising"):
    verdict(
        f"{name} against explicit, c: largest difference", (c[name] - c["explicit"]).abs().max(), high=1e-9
    )
of_theta = torch.randn(5, 9, generator=dice(4)).double()  # five models, none of them good
guess_x, noisy_x = of_theta @ phi(line).T, x0 + NOISE_STD * eps
true_score = noisy.score(line[:, None])[:, 0]
J = {
    "explicit": ((guess_x - true_score) ** 2 * p).sum(1) / 2,
    "implicit": ((guess_x**2 / 2 + of_theta @ phi_slope(line).T) * p).sum(1),
    "denoising": torch.stack(
        [(((phi(noisy_x) @ k) + eps / NOISE_STD) ** 2 * joint).sum() / 2 for k in of_theta]
    ),
}
information = (true_score**2 * p).sum()
off = (J["explicit"] - J["implicit"] - information / 2).abs().max()
verdict("explicit - implicit, against half of E|score|²: largest difference", off, high=1e-6)
off = (J["denoising"] - J["explicit"] - (1 / NOISE_STD**2 - information) / 2).abs().max()
verdict("denoising - explicit, against (1 / σ² - E|score|²) / 2: the same", off, high=1e-6)

# %% [markdown]
# In $D$ dimensions the implicit loss needs the trace of a Jacobian, which costs $D$ backward passes. The denoising one
# needs a sample, noise, and one forward pass, and so it is the one that everybody uses. In practice it is multiplied by
# $\sigma^2$, so that all noise levels count alike: $\lVert \sigma s_\theta + \epsilon \rVert^2$. That is
# $L_{\text{simple}}$ of notebook 11: a network that says the noise says $-\sigma$ times the score.
#
# **Exercise 2.** Write this loss, as the mean over points and coordinates.


# %%
def dsm_loss(model, x0, noise, sigma):
    """model: (x [B, D], sigma [B, 1]) -> score [B, D]; x0, noise: [B, D]; sigma: [B, 1] -> a number."""
    ### BEGIN SOLUTION
    score = model(x0 + sigma * noise, sigma)
    return (sigma * score + noise).square().mean()
    ### END SOLUTION


# %%
dsm_loss = check("scores.dsm_loss", dsm_loss)

# %% [markdown]
# ## 3. Walking along a score
#
# How do you sample with a score alone? Go uphill, and shake. **Langevin's step** of size $\eta$ is
#
# $$x \leftarrow x + \frac{\eta}{2}\, \nabla \log p(x) + \sqrt{\eta}\; \epsilon, \qquad \epsilon \sim \mathcal N(0, I)$$
#
# **Exercise 3.** Write the step.


# %%
def langevin_step(x, score, step, noise):
    """x, score, noise: [B, D]; step: eta, a number -> the next x, [B, D]."""
    ### BEGIN SOLUTION
    return x + step / 2 * score + math.sqrt(step) * noise
    ### END SOLUTION


# %%
langevin_step = check("scores.langevin_step", langevin_step)


# %%
def langevin(x, score, step, steps, generator):
    """Chains x [B, D], after so many steps along score(x)."""
    for _ in range(steps):
        fresh = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        x = langevin_step(x, score(x), step, fresh)
    return x


# %% [markdown]
# Where does it end? For data $\mathcal N(0, r^2)$ the score is $-x / r^2$, and a step multiplies the variance by
# $(1 - \eta / 2 r^2)^2$ and adds $\eta$. It stands still at
#
# $$\frac{\eta}{1 - (1 - \eta / 2 r^2)^2} = \frac{r^2}{1 - \eta / 4 r^2}$$
#
# so the result is too wide by a factor that vanishes with $\eta$, and at $\eta = 4 r^2$ the chain explodes. The next
# cell runs chains at six step sizes, for $r = 1.5$.

# %% tags=["hide-input"]
r = 1.5
etas = torch.tensor([0.2, 0.5, 1.0, 2.0, 2.5, 3.0]) * r**2
start = torch.zeros(preset(10_000, smoke=100), 1)
ends = [langevin(start, lambda x: -x / r**2, float(eta), 60, dice(5)) for eta in etas]
ratios = torch.stack([end.var() for end in ends]) / r**2
axis = torch.linspace(0, 3.2, 200)
fig = scores.langevin_variance(etas / r**2, ratios, (axis, 1 / (1 - axis / 4)))
show(fig, "13.langevin_variance")
verdict(
    "variance of the chains over the formula: largest distance from 1",
    (ratios * (1 - etas / r**2 / 4) - 1).abs().max(),
    high=0.05,
)

# %% [markdown]
# ### Why noise levels
#
# Small steps are right in the end, but when is the end? Put 1/5 of the data on one island and 4/5 on another, far away
# (Song and Ermon 2019). Start a thousand chains evenly spread over a square, and give them the *exact* score.
#
# **Predict.** After 500 steps, which share of the chains is on the lighter island? (a) 1/5; (b) about half; (c) next to
# none.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
islands = exact.GaussianMixture(
    torch.tensor([[-5.0, -5.0], [5.0, 5.0]]).double(), 1.0, torch.tensor([0.2, 0.8])
)
CHAINS = preset(3000, smoke=120)  # three runs of a thousand


def lighter(points):
    """Share of the points on the lighter island, in each of three runs: [3]."""
    return (points.reshape(3, -1, 2).sum(2) < 0).double().mean(1)


anywhere = 16 * torch.rand(CHAINS, 2, generator=dice(1)).double() - 8  # evenly spread over a square
plain = langevin(anywhere, islands.score, 0.2, preset(500, smoke=3), dice(2))
share = lighter(plain).mean().item()
reveal(guess, "b" if 0.4 < share < 0.6 else "a" if abs(share - 0.2) < 0.05 else "c", "13.islands_apart")

# %% [markdown]
# Between the islands there are no data, so no chain ever crosses, and the weights of the islands are not in the score
# on either of them. A *learned* score has more trouble still: where no data are, it has learned nothing. The remedy is
# noise. Under large noise the two islands are one, and their weights show in its slope. So walk with a large noise
# level first and then with smaller and smaller ones: **annealed Langevin**.

# %%
sigmas = torch.logspace(1, -0.5, 10)  # noise levels, from 10 to 0.3


def annealed(score, x, generator, per_level=30):
    """Chains x [B, 2] along score(x, sigma [B, 1]), with the step in proportion to sigma squared."""
    for sigma in sigmas.to(x):
        level = sigma.expand(len(x), 1)
        x = langevin(x, lambda x, level=level: score(x, level), 0.2 * float(sigma) ** 2, per_level, generator)
    return x


def exact_score(x, sigma):
    return blurred(islands, float(sigma[0])).score(x)


far_out = 10 * torch.randn(CHAINS, 2, generator=dice(3)).double()
with_levels = annealed(exact_score, far_out, dice(4))

# %% [markdown]
# Now with a learned score. A small network is trained with your `dsm_loss` on all levels at once.


# %%
class ScoreNet(nn.Module):
    """score(x [B, 2], sigma [B, 1]); it sees x scaled to unit size, and says the noise over -sigma."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(3, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2)
        )

    def forward(self, x, sigma):
        seen = torch.cat([x / (sigma**2 + 25).sqrt(), sigma.log()], dim=1)
        return self.layers(seen) / sigma


torch.manual_seed(0)
learned = ScoreNet()
optimiser, points = torch.optim.Adam(learned.parameters(), lr=3e-3), islands.sample(20_000, dice(6)).float()
for _ in range(preset(2000, smoke=3)):
    x0, level = points[torch.randint(20_000, (512,))], sigmas[torch.randint(10, (512, 1))]
    loss = dsm_loss(learned, x0, torch.randn_like(x0), level)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()

with torch.no_grad():
    learned_levels = annealed(learned, far_out.float(), dice(4))

# %% [markdown]
# The next cell draws the chains, counts, and looks at the learned score between the islands.

# %% tags=["hide-input"]
panels = {"the data": islands.sample(CHAINS, dice(8)), "Langevin,\nexact score": plain}
panels |= {"annealed,\nexact scores": with_levels, "annealed,\nlearned scores": learned_levels}
show(scores.two_islands(panels, islands.means), "13.islands")
for name, run, low, high in (
    ("Langevin, exact score", plain, 0.45, 0.55),
    ("annealed, exact scores", with_levels, 0.16, 0.24),
    ("annealed, learned scores", learned_levels, 0.15, 0.25),
):
    verdict(f"{name}: share on the lighter island, lowest of three runs", lighter(run).min(), low, high)
    verdict("the highest", lighter(run).max(), low, high)


def score_error(where):
    """Relative error of the learned score at the smallest noise, around points [CHAINS, 2]."""
    small = torch.full((CHAINS, 1), float(sigmas[-1]))
    noised = where + small * torch.randn(where.shape, generator=dice(10))
    right = exact_score(noised, small).float()
    with torch.no_grad():
        return ((learned(noised, small) - right).square().mean() / right.square().mean()).sqrt()


verdict("learned score, where the data are: relative error", score_error(points[:CHAINS]), high=0.4)
half_way = torch.randn(CHAINS, 2, generator=dice(9))
verdict("half way between the islands: the same", score_error(half_way), low=0.8)

# %% [markdown]
# Without levels the shares stay what they were at the start, half and half. With them they are close to 1/5 and 4/5, in
# all three runs, exact score or learned. The learned score is good where there are data, and wrong half way between the
# islands, by about its own size.

# %% [markdown]
# ## 4. Infinitely many levels
#
# Let the levels become dense. In notebook 10 the chain became a stochastic differential equation,
# $dx = f(x, u)\, du + g(u)\, dW$, with time $u$ from 0 (data) to 1 (noise). Section 3 has another one:
#
# | | $f$ | $g^2$ | $x_u$ | |
# |---|---|---|---|---|
# | **VP** | $-\frac12 \beta(u)\, x$ | $\beta(u)$ | $a x_0 + \sigma \epsilon$, $a^2 + \sigma^2 = 1$ | notebook 10: variance *preserved* |
# | **VE** | $0$ | $d\sigma^2 / du$ | $x_0 + \sigma \epsilon$ | section 3: variance *explodes* |
#
# The way back needs nothing but the score (Anderson 1982):
#
# $$dx = \big[ f - g^2\, \nabla \log p_u \big]\, du + g\, dW \qquad \text{from } u = 1 \text{ to } 0$$
#
# Going back a time $dt > 0$, the drift is *subtracted*, and the noise has variance $g^2 dt$.
#
# **Exercise 4.** Write one such step (Euler-Maruyama). The drift $f(x, u)$, the number $g$ and the score are given.


# %%
def reverse_step(x, drift, g, score, dt, noise):
    """x, drift, score, noise: [B, D]; g, dt: numbers, dt > 0 -> x a time dt nearer to the data, [B, D]."""
    ### BEGIN SOLUTION
    return x - (drift - g**2 * score) * dt + g * math.sqrt(dt) * noise
    ### END SOLUTION


# %%
reverse_step = check("scores.reverse_step", reverse_step)

# %% [markdown]
# Noise spreads a density exactly as a drift of $-\frac12 g^2 \nabla \log p_u$ does ("Going further" below shows it).
# Take the noise of the forward SDE away and put this drift in its place, and you have an ordinary differential equation
# with *the same density at every time*, the **probability flow**:
#
# $$\frac{dx}{du} = v(x, u) = f - \tfrac12 g^2\, \nabla \log p_u$$
#
# Walk it back and add, all the time, Langevin steps of size $g^2 dt$, which leave the density alone: that is the
# reverse SDE. Here are both, on the pair of section 2.

# %%
vp = sde.VP()  # beta from 0.1 to 20, the limit of the linear schedule
score_of_pair = sde.exact_score(vp, pair)  # score(x, u)


def velocity(x, u, score):
    """v(x, u) of the probability flow, [B, D]."""
    return vp.drift(x, u) - vp.diffusion(u) ** 2 * score(x, u) / 2


def back_by_sde(x, generator, steps=250):
    """The path of x [B, D] from u = 1 to 0, [steps + 1, B, D]."""
    path = [x]
    for k in range(steps):
        u, fresh = 1 - k / steps, torch.randn(x.shape, generator=generator, dtype=x.dtype)
        x = reverse_step(x, vp.drift(x, u), vp.diffusion(u), score_of_pair(x, u), 1 / steps, fresh)
        path.append(x)
    return torch.stack(path)


def back_by_flow(x, steps=250):
    """The same along the flow, by midpoints."""
    path = [x]
    for k in range(steps):
        u = 1 - k / steps
        half = x - velocity(x, u, score_of_pair) / (2 * steps)
        x = x - velocity(half, u - 0.5 / steps, score_of_pair) / steps
        path.append(x)
    return torch.stack(path)


start = torch.randn(preset(3000, smoke=120), 1, generator=dice(11)).double()
ways = {"reverse SDE": back_by_sde(start, dice(12))[..., 0], "probability flow": back_by_flow(start)[..., 0]}

# %% [markdown]
# The next cell draws a few paths of each, and compares both with the exact density at three times: the largest
# difference of the distribution functions (Kolmogorov and Smirnov), in three groups of a thousand.


# %% tags=["hide-input"]
def pair_at(u):
    """The pair with the noise of time u."""
    a, sigma = vp.marginal(u)
    return exact.GaussianMixture(a * pair.means, (a**2 * pair.stds**2 + sigma**2).sqrt(), pair.weights)


def distance_of_cdfs(samples, mixture):
    """Largest difference between the distribution functions of samples [N] and a mixture on the line."""
    ordered = samples.sort().values[:, None]
    below = torch.special.ndtr((ordered - mixture.means[:, 0]) / mixture.stds) @ mixture.weights
    return (below - torch.linspace(0, 1, len(samples), dtype=torch.float64)).abs().max().item()


seen_at = {0.5: 125, 0.2: 200, 0.0: 250}  # u -> index on the path
x_axis = torch.linspace(-3, 3, 301, dtype=torch.float64)
panels = {
    u: (x_axis, pair_at(u).log_prob(x_axis[:, None]).exp(), {name: path[k] for name, path in ways.items()})
    for u, k in seen_at.items()
}
few = {name: path[:, :12] for name, path in ways.items()}
show(scores.paths_and_marginals(torch.linspace(1, 0, 251), few, panels), "13.same_marginals")
for name, path in ways.items():
    found = [
        distance_of_cdfs(group, pair_at(u)) for u, k in seen_at.items() for group in path[k].reshape(3, -1)
    ]
    verdict(
        f"{name}: distance from the exact density, largest of three times and groups", max(found), high=0.07
    )

# %% [markdown]
# ### Going further: a likelihood, exactly
#
# A flow carries densities along: on its way a point's $\log p_u$ changes at the rate $-\nabla \cdot v$. Follow a data
# point to the noise, where the density is known, and add up:
#
# $$\log p_0(x_0) = \log p_1(x_1) + \int_0^1 \nabla \cdot v(x_u, u)\, du$$
#
# Notebooks 02 and 11 had only a bound; here none is needed. The divergence
# $\nabla \cdot v = \mathrm{tr}(\partial v / \partial x)$ costs one backward pass for each dimension: fine in the plane,
# too many for images. **Hutchinson's estimate** costs one: for noise $z$ of mean 0 and covariance $I$,
# $\mathbb E[z^\top A z] = \mathrm{tr}\, A$.
#
# **Exercise 5.** Write $z^\top \frac{\partial f}{\partial x} z$ for each row, by one backward pass.


# %%
def hutchinson(f, x, probe):
    """f: [B, D] -> [B, D], row by row; x, probe: [B, D] -> probe^T (df/dx) probe, [B]."""
    ### BEGIN SOLUTION
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (pulled,) = torch.autograd.grad((f(x) * probe).sum(), x)
    return (pulled * probe).sum(dim=1)
    ### END SOLUTION


# %%
hutchinson = check("scores.hutchinson", hutchinson)

# %% [markdown]
# With a probe for each axis in turn it gives the exact trace, and so one function serves for both. The eight Gaussians
# are the test, because their $\log p$ is known.

# %%
score_of_truth = sde.exact_score(vp, truth)
axes_of_plane = [torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])]


def log_prob_by_flow(x, probes, steps):
    """log p(x) [B] by midpoints along the flow; the traces of all probes ([B, D] or [D]) are added."""
    total = 0
    for k in range(steps):
        u = (k + 0.5) / steps
        half = x + velocity(x, k / steps, score_of_truth) / (2 * steps)
        at_u = functools.partial(velocity, u=u, score=score_of_truth)
        total = total + sum(hutchinson(at_u, half, z.expand_as(half)) for z in probes) / steps
        x = x + at_u(half) / steps
    return total - (x**2).sum(1) / 2 - math.log(2 * math.pi)  # p_1 is N(0, I), to four digits


some = truth.sample(preset(300, smoke=10), dice(13))
signs = [torch.randint(2, some.shape, generator=dice(14)).double() * 2 - 1]  # Rademacher's: +1 and -1
exactly = log_prob_by_flow(some, axes_of_plane, preset(500, smoke=5))
estimated = log_prob_by_flow(some, signs, preset(200, smoke=5))

# %% [markdown]
# The next cell compares both with the mixture's own $\log p$.

# %% tags=["hide-input"]
known = truth.log_prob(some)
verdict("log p by the flow, exact trace: largest error [nats]", (exactly - known).abs().max(), high=1e-3)
verdict("Hutchinson, one probe: standard deviation of the error [nats]", (estimated - known).std(), low=0.02)
standard_error = (estimated - known).std() / math.sqrt(len(some))
verdict("its mean error, in standard errors", ((estimated - known).mean() / standard_error).abs(), high=3)
level_at_end = vp.marginal(1.0)[0] ** 2
off = truth.diffuse(level_at_end).log_prob(some) + (some**2).sum(1) / 2 + math.log(2 * math.pi)
verdict("log p_1 minus that of N(0, I): largest difference [nats]", off.abs().max(), high=1e-4)

# %% [markdown]
# ### Going further: why one half, and how noisy Hutchinson is
#
# A drift $v$ moves a density by $\partial_u p = -\nabla \cdot (v\, p)$; the noise adds $\frac12 g^2 \Delta p$ (together
# the Fokker-Planck equation). Since $\nabla p = p\, \nabla \log p$,
#
# $$\partial_u p = -\nabla \cdot (f p) + \tfrac12 g^2\, \nabla \cdot \nabla p = -\nabla \cdot \big( (f - \tfrac12 g^2 \nabla \log p)\, p \big)$$
#
# and the right side is that of a drift alone. The next cell checks the equation for the pair on a grid, by differences
# in $u$ and in $x$.
#
# The variance of Hutchinson's estimate of $\mathrm{tr}\, A$ depends on the symmetric part $S = \frac12 (A + A^\top)$
# only: for Gaussian probes it is $2 \lVert S \rVert_F^2$, and for probes of signs
# $2 \big( \lVert S \rVert_F^2 - \sum_i S_{ii}^2 \big)$, which is never more. The cell checks this too.

# %% tags=["hide-input"]
u, du = 0.3, 1e-4
grid_x = torch.linspace(-6, 6, 2401, dtype=torch.float64)[:, None]
dx = (grid_x[1] - grid_x[0]).item()


def density_at(u):
    return pair_at(u).log_prob(grid_x).exp()


in_time = (density_at(u + du) - density_at(u - du)) / (2 * du)
flux = velocity(grid_x, u, score_of_pair)[:, 0] * density_at(u)
in_space = -(flux[2:] - flux[:-2]) / (2 * dx)
off = (in_time[1:-1] - in_space).abs().max() / in_time.abs().max()
verdict("the flow's equation on a grid: largest relative error", off, high=1e-3)

A_test = torch.randn(6, 6, generator=dice(15), dtype=torch.float64)
S = (A_test + A_test.T) / 2
many = preset(200_000, smoke=100)
for name, probe, variance in (
    ("Gaussian", torch.randn(many, 6, generator=dice(16)).double(), 2 * (S**2).sum()),
    (
        "signs",
        2.0 * torch.randint(2, (many, 6), generator=dice(17)).double() - 1,
        2 * ((S**2).sum() - (S.diagonal() ** 2).sum()),
    ),
):
    found = hutchinson(lambda x: x @ A_test.T, torch.zeros(many, 6).double(), probe)
    verdict(
        f"{name}: mean minus the trace, in standard errors",
        (found.mean() - A_test.trace()).abs() / (found.std() / math.sqrt(many)),
        high=4,
    )
    verdict(f"{name}: variance over the formula", found.var() / variance, low=0.96, high=1.04)

# %% [markdown]
# ## 5. The flow, straightened
#
# The probability flow looks bent even where nothing happens, because $a$ shrinks everything. Divide it out: $y = x / a$
# and $s = \sigma / a$. Then $y = x_0 + s\, \epsilon$ whatever the schedule, and the flow of VP, VE and all others
# becomes the same equation (Song et al. 2021; Karras et al. 2022):
#
# $$\frac{dy}{ds} = \frac{y - D(y, s)}{s} = \hat\epsilon, \qquad D = \mathbb E[x_0 \mid y]$$
#
# (For VE put Tweedie into $dx / d\sigma^2 = -\frac12 \nabla \log p$.) The slope is the noise that the network says. One
# Euler step from $s$ to $s'$ is $y' = y + (s' - s)\, \hat\epsilon$. Times $a'$, and with
# $y = \hat x_0 + s\, \hat\epsilon$:
#
# $$x' = a'\, \hat x_0 + \sigma'\, \hat\epsilon, \qquad \hat\epsilon = \frac{x_t - a\, \hat x_0}{\sigma}$$
#
# This is **DDIM** (Song, Meng and Ermon 2021): guess the clean point, and noise it again, to a lower level, *with the
# same noise*.
#
# **Exercise 6.** Write the DDIM step. In code `prev` is the index of the next level; $-1$ stands for the data, where
# $\bar\alpha = 1$.


# %%
def ddim_step(x_t, x0, t, prev, alphas_cumprod):
    """x_t, x0 (the guess): [B, D]; t, prev: ints, t > prev >= -1; alphas_cumprod: [T] -> x at prev, [B, D]."""
    ### BEGIN SOLUTION
    now = alphas_cumprod[t]
    then = alphas_cumprod[prev] if prev >= 0 else torch.ones_like(now)
    epsilon = (x_t - now.sqrt() * x0) / (1 - now).sqrt()
    return then.sqrt() * x0 + (1 - then).sqrt() * epsilon
    ### END SOLUTION


# %%
ddim_step = check("scores.ddim_step", ddim_step)

# %% [markdown]
# The next cell compares it with Euler's step in $(y, s)$ and with DPM-Solver-1 (Lu et al. 2022), which was derived in
# another way, $x' = \frac{a'}{a} x - \sigma' (e^h - 1)\, \hat\epsilon$ with $h = \log \frac{s}{s'}$.

# %% tags=["hide-input"]
levels, worst = schedule.alphas_cumprod, {"Euler": 0.0, "DPM-Solver-1": 0.0}
for t, prev in ((999, 800), (800, 400), (400, 100), (100, 10), (10, 0)):
    (a, sigma), (a2, sigma2) = ((levels[k].sqrt(), (1 - levels[k]).sqrt()) for k in (t, prev))
    x_t = truth.diffuse(levels[t]).sample(200, dice(t))
    x0 = truth.denoise(x_t, levels[t])
    said, by_ddim = (x_t - a * x0) / sigma, ddim_step(x_t, x0, t, prev, levels)
    euler = a2 * (x_t / a + (sigma2 / a2 - sigma / a) * said)
    h = torch.log(sigma / a) - torch.log(sigma2 / a2)
    solver = a2 / a * x_t - sigma2 * torch.expm1(h) * said
    for name, other in (("Euler", euler), ("DPM-Solver-1", solver)):
        worst[name] = max(worst[name], (by_ddim - other).abs().max().item())
for name, value in worst.items():
    verdict(f"DDIM against {name}, five steps: largest difference", value, high=1e-9)

# %% [markdown]
# **Predict.** All data sit at one point, and the denoiser is exact. How many DDIM steps does it take from pure noise to
# get there, to nine digits? Write a number.

# %%
### BEGIN SOLUTION
guess = 1
### END SOLUTION


# %%
def guess_x0(y, sigma, mixture=truth):
    """The exact D(y, sigma) of a mixture, by Tweedie with signal rate 1, [B, D]."""
    level = torch.full((len(y), 1), float(sigma), dtype=y.dtype)
    return tweedie(y, blurred(mixture, float(sigma)).score(y), torch.ones_like(level), level)


def euler_sample(denoise, y, sigmas):
    """DDIM in the variables y and sigma: from y [B, D] at sigmas[0] to the last level, [B, D]."""
    for now, then in itertools.pairwise(sigmas):
        y = y + (then - now) * (y - denoise(y, now)) / now
    return y


# %%
point = exact.GaussianMixture(torch.tensor([[0.7, -0.4]]).double(), 1e-12)
far = 50 * torch.randn(100, 2, generator=dice(18)).double()
for steps in range(1, 20):
    straight = torch.linspace(50, 0, steps + 1, dtype=torch.float64)
    landed = euler_sample(functools.partial(guess_x0, mixture=point), far, straight)
    if (landed - point.means).abs().max() < 1e-9:
        break
reveal(guess, steps, "13.one_step", within=0.01)

# %% [markdown]
# DDIM is exact as long as the guess $\hat x_0$ does not move along the path. What costs steps is how much it moves, and
# three things may help: put the steps where it moves, look at the slope twice, or remember it.

# %% [markdown]
# **Where.** Karras et al. (2022) space the levels evenly in $\sigma^{1/\rho}$, $\rho = 7$, so that most lie at small
# noise, with 0 behind the last:
# $\sigma_i = \big( \sigma_{\max}^{1/\rho} + \frac{i}{n - 1} (\sigma_{\min}^{1/\rho} - \sigma_{\max}^{1/\rho}) \big)^\rho$
# for $i = 0, \dots, n - 1$.
#
# **Exercise 7.** Write these levels.


# %%
def karras_sigmas(n, sigma_min, sigma_max, rho):
    """n levels from sigma_max down to sigma_min, and 0: [n + 1]."""
    ### BEGIN SOLUTION
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    sigmas = (high + torch.linspace(0, 1, n) * (low - high)) ** rho
    return torch.cat([sigmas, torch.zeros(1)])
    ### END SOLUTION


# %%
karras_sigmas = check("scores.karras_sigmas", karras_sigmas)

# %% [markdown]
# **Look at the slope twice.** Heun's method takes Euler's step, asks for the slope *there*, and takes the
# step again with the average of both slopes. It costs two calls a step. At the step to 0 the second slope would divide
# by 0, so that one stays Euler's.
#
# **Exercise 8.** Write the whole loop.


# %%
def heun_sample(denoise, y, sigmas):
    """denoise(y, sigma) -> guess of x_0, [B, D]; y: [B, D] at sigmas[0]; sigmas: [n + 1], the last 0 -> [B, D]."""
    ### BEGIN SOLUTION
    for k in range(len(sigmas) - 1):
        now, then = sigmas[k], sigmas[k + 1]
        slope = (y - denoise(y, now)) / now
        ahead = y + (then - now) * slope
        if then > 0:
            slope = (slope + (ahead - denoise(ahead, then)) / then) / 2
        y = y + (then - now) * slope
    return y
    ### END SOLUTION


# %%
heun_sample = check("scores.heun_sample", heun_sample)

# %% [markdown]
# **Remember the last guess.** In the variable $\lambda = -\log s$ the flow is $dy / d\lambda = D - y$. If
# $D$ stood still over a step of $h = \log \frac{s}{s'}$, the solution would be $y' = \frac{s'}{s} y + \big( 1 -
# \frac{s'}{s} \big) D$: DDIM once more. **DPM-Solver++(2M)** (Lu et al. 2022) guesses $D$ in the *middle* of the step,
# on the straight line through this guess and the last one, $D^-$, which it has kept:
#
# $$\bar D = D + \frac{1}{2r} (D - D^-), \qquad r = \frac{h^-}{h}$$
#
# where $h^-$ is the length of the last step. It costs one call a step. The first step has no memory, and at the step to
# 0 $h$ is infinite, so both of these use $D$ itself.
#
# **Exercise 9.** Write the whole loop.


# %%
def sample_2m(denoise, y, sigmas):
    """Arguments and result as for heun_sample."""
    ### BEGIN SOLUTION
    last, last_h = None, None
    for k in range(len(sigmas) - 1):
        now, then = sigmas[k], sigmas[k + 1]
        x0 = denoise(y, now)
        h = math.log(now / then) if then > 0 else math.inf
        middle = x0 if last is None or then == 0 else x0 + (x0 - last) * h / (2 * last_h)
        y = then / now * y + (1 - then / now) * middle
        last, last_h = x0, h
    return y
    ### END SOLUTION


# %%
sample_2m = check("scores.sample_2m", sample_2m)

# %% [markdown]
# A method is of **order** $k$ if its error falls like the $k$-th power of the step. Here the error is the
# distance to where the flow itself ends. (All go from level 10 to 0.1, and to 0.)

# %%
y_start = 10 * torch.randn(preset(300, smoke=20), 2, generator=dice(19)).double()
METHODS = {"DDIM (Euler)": euler_sample, "Heun": heun_sample, "DPM-Solver++(2M)": sample_2m}


def ends_at(method, n, low=0.1, high=10.0):
    return method(guess_x0, y_start, karras_sigmas(n, low, high, 7))


flow_end = ends_at(heun_sample, preset(1000, smoke=12))
step_counts = preset((40, 80, 160), smoke=(3, 4, 5))
order_errors = {
    name: [(ends_at(method, n) - flow_end).square().mean().sqrt().item() for n in step_counts]
    for name, method in METHODS.items()
}

# %% [markdown]
# The next cell draws the errors, and measures the slopes between the last two.

# %% tags=["hide-input"]
show(samplers_race.orders(step_counts, order_errors), "13.orders")
for (name, values), order in zip(order_errors.items(), (1, 2, 2), strict=True):
    slope = math.log(values[-2] / values[-1]) / math.log(step_counts[-1] / step_counts[-2])
    verdict(f"{name}: order", slope, low=order - 0.1, high=order + 0.1)

# %% [markdown]
# ## 6. The race, measured
#
# A high order says who wins with *many* steps. With few, only a measurement helps. Four runners on the eight Gaussians,
# at equal calls (Heun, whose calls come to an odd number, gets one less): the three above, and ancestral sampling,
# which is DDIM's step to a level below $s'$ and fresh noise back up. All walk Karras's levels from 80 to 0.02.


# %%
def ancestral(denoise, y, sigmas, generator):
    """Arguments and result as for heun_sample; the fresh noise is drawn with generator."""
    for now, then in itertools.pairwise(sigmas):
        up = then * (1 - (then / now) ** 2).sqrt()
        down = (then**2 - up**2).sqrt()
        guess = denoise(y, now)
        fresh = torch.randn(y.shape, generator=generator, dtype=y.dtype)
        y = guess + down * (y - guess) / now + up * fresh
    return y


def run_with(name, calls, seed):
    """Samples of a runner that may call the denoiser so often, [R, 2]."""
    start = 80 * torch.randn(preset(2000, smoke=50), 2, generator=dice(seed)).double()
    steps = (calls + 1) // 2 if name == "Heun" else calls  # two calls a step, but one at the last
    sigmas = karras_sigmas(steps, 0.02, 80, 7)
    if name == "ancestral":
        return ancestral(guess_x0, start, sigmas, dice(seed + 50))
    return METHODS[name](guess_x0, start, sigmas)


# %% [markdown]
# The measure is the *sliced* Wasserstein distance: project samples and data on many directions, and average the
# distances $W_1$ of the projections (notebook 00).
#
# **Predict.** Who is farthest from the data with *five* calls on these levels? (a) DDIM; (b) Heun; (c)
# DPM-Solver++(2M); (d) ancestral.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
directions = torch.nn.functional.normalize(torch.randn(2, 32, generator=dice(30)).double(), dim=0)
at = ((torch.arange(1000) + 0.5) / 1000).double()
data_quantiles = torch.quantile(reference.double()[:100_000] @ directions, at, dim=0)


def sliced_distance(points):
    """Sliced W1 between points [N, 2] and the eight Gaussians."""
    return (torch.quantile(points.double() @ directions, at, dim=0) - data_quantiles).abs().mean().item()


CALLS, SEEDS = preset((5, 10, 20, 40), smoke=(5,)), range(preset(3, smoke=1))
finished = {
    (name, calls): [run_with(name, calls, seed) for seed in SEEDS]
    for name in (*METHODS, "ancestral")
    for calls in CALLS
}
race = {key: [sliced_distance(points) for points in runs] for key, runs in finished.items()}
worst_of_five = max((*METHODS, "ancestral"), key=lambda name: sum(race[name, 5]))
letters = dict(zip((*METHODS, "ancestral"), "abcd", strict=True))
reveal(guess, letters[worst_of_five], "13.five_calls")

# %% [markdown]
# The next cell draws the race, with the spread over three seeds, and compares the runners where their intervals part.
# Below the grey line nobody can get: that far from the data are as many fresh draws of the data themselves.

# %% tags=["hide-input"]
fresh_draws = [sliced_distance(truth.sample(2000, dice(60 + k))) for k in range(5)]
wrong_mass = {
    key: [(masses_and_widths(points)[0] - true_masses).abs().sum().item() / 2 for points in runs]
    for key, runs in finished.items()
}
fig = samplers_race.race(
    {"sliced distance $W_1$": race, "share of mass in a wrong mode": wrong_mass}, CALLS, max(fresh_draws)
)
show(fig, "13.race")


def best_over_rest(best, calls, results):
    """The largest value of one runner over seeds, over the smallest of all others: below 1 they part."""
    rest = [min(values) for (name, n), values in results.items() if n == calls and name != best]
    return max(results[best, calls]) / min(rest)


if len(CALLS) > 1:
    others_of_five = max(max(race[name, 5]) for name in (*METHODS, "ancestral") if name != "Heun")
    verdict(
        "5 calls: W1 of Heun, the least, over the largest of the others",
        min(race["Heun", 5]) / others_of_five,
        low=5,
    )
    for calls, high in ((5, 0.99), (10, 0.97), (20, 0.9)):
        ratio = best_over_rest("DPM-Solver++(2M)", calls, race)
        verdict(f"{calls} calls: W1 of 2M, the largest, over the least of the others", ratio, high=high)
    for name in ("Heun", "DPM-Solver++(2M)"):
        mean = sum(race[name, 40]) / 3
        verdict(f"40 calls: W1 of {name} over the largest of fresh data", mean / max(fresh_draws), high=1.4)

# %% [markdown]
# On these levels Heun is far behind with five calls, and last with ten and twenty too. It makes three steps of five
# calls, so long that the slope at a step's end says nothing about its middle. DPM-Solver++(2M) is best with 5, 10 and
# 20 calls, at first by a little, and with forty calls it and Heun are about as close to the data as fresh data are.

# %% [markdown]
# ### Going further: the same race on other levels
#
# How much of this is the method, and how much the levels? The next cell walks levels that are even in $t$, as
# `samplers.ddim` and the others do by default, and compares them with Karras's.

# %% tags=["hide-input"]
sigma_of = schedule.snr.rsqrt()  # sigma / a at each index, 0.01 to 157


def even_levels(steps):
    """The linear schedule's levels at so many steps even in t, and 0."""
    visited = [t for t, _ in samplers.timesteps(schedule, steps)]
    return torch.cat([sigma_of[visited], torch.zeros(1)])


def on_even_levels(name, calls, seed):
    """Sliced distance of one of the three solvers on levels that are even in t."""
    walked = even_levels((calls + 1) // 2 if name == "Heun" else calls)
    start = float(walked[0]) * torch.randn(preset(2000, smoke=50), 2, generator=dice(seed)).double()
    return sliced_distance(METHODS[name](guess_x0, start, walked))


even = {
    (name, calls): [on_even_levels(name, calls, seed) for seed in SEEDS]
    for name in METHODS
    for calls in preset((5, 10), smoke=(5,))
}
if len(CALLS) > 1:
    verdict("5 calls: Heun, even in t over Karras", max(even["Heun", 5]) / min(race["Heun", 5]), high=0.2)
    for name in METHODS:
        ratio = max(even[name, 10]) / min(race[name, 10])
        verdict(f"10 calls: {name}, even in t over Karras, the largest over the least", ratio, high=0.9)

# %% [markdown]
# The levels matter as much as the method. Even in $t$, Heun's five calls end far nearer to the data, and with ten calls
# all three do better than on Karras's levels. Those are made for images, whose fine detail is settled at very little
# noise, and for more calls than this; the modes here are wide. Nothing replaces a measurement on your own data.

# %% [markdown]
# ### On images
#
# Is it the same with a network that was trained on digits (notebook 12)? A study comes with the course: 300 digits from
# `digits_diffusion` by each sampler of the library at 5, 10, 20 and 50 calls, on Karras's levels, with four seeds. The
# judge of notebook 12 measures them.

# %%
study, provenance = checkpoints.load("digits_race")
judge, _ = checkpoints.load("digit_classifier")
digits, cosine = data.load("digits"), NoiseSchedule.cosine()  # what the network was trained with
RUNNERS = {
    "ancestral": "ddpm",
    "DDIM (Euler)": "ddim",
    "Heun": "heun",
    "DPM-Solver++(2M)": "dpm_solver_pp_2m",
}
asked = torch.arange(300) % 10


@torch.no_grad()
def features(images):
    return judge.features(images)


real = features(digits.images)


def judged(images):
    """Fréchet distance to the digits, and share read as asked."""
    labels = asked[: len(images)]
    return metrics.frechet_distance(features(images), real), metrics.agreement(judge, images, labels)


image_race = {
    (name, calls): [judged(images) for images in study(f"{sampler}_{calls}")]
    for name, sampler in RUNNERS.items()
    for calls in provenance["settings"]["calls"]
}

# %% [markdown]
# The next cell draws the same twelve digits with five calls and with fifty, and the race.

# %% tags=["hide-input"]
few_calls = {
    f"{name}, {calls}": study(f"{sampler}_{calls}")[0]
    for calls in (5, 50)
    for name, sampler in RUNNERS.items()
}
show(image_rows(few_calls, "Asked for 0 to 9, 0 and 1: five calls, and fifty"), "13.digits_by_calls")
halves = {
    what: {key: [one[k] for one in runs] for key, runs in image_race.items()}
    for k, what in enumerate(("Fréchet distance", "share read as asked"))
}
show(samplers_race.race(halves, provenance["settings"]["calls"]), "13.image_race")
distances, read = halves.values()
two_m = "DPM-Solver++(2M)"
verdict(
    "5 calls: distance of 2M, the largest, over the least of the others",
    best_over_rest(two_m, 5, distances),
    high=0.7,
)
ahead = [a - b for a, b in zip(distances[two_m, 10], distances["DDIM (Euler)", 10], strict=True)]
verdict("10 calls: distance of 2M minus that of DDIM, the largest of four seeds", max(ahead), high=0)
last = [distances[name, 50] for name in RUNNERS]
overlap = max(map(min, last)) / min(map(max, last))
verdict("50 calls: largest minimum of the four over the least maximum", overlap, high=1)
verdict("Heun, 5 calls: share read as asked, the largest", max(read["Heun", 5]), high=0.5)
others = min(min(shares) for (name, _), shares in read.items() if name != "Heun")
verdict("all but Heun: the least", others, low=0.97)
small_net, _ = checkpoints.load("digits_diffusion")
from_the_end = samplers.heun(
    functools.partial(small_net, y=asked[:100]), cosine, (100, 1, 8, 8), num_inference_steps=5,
    prediction_type="v_prediction", clip=(-1, 1), generator=dice(36),
)  # fmt: skip
verdict("the cosine schedule's last level, σ / a", (-cosine.log_snr[-1] / 2).exp(), low=20_000, high=21_000)
verdict("Heun from there, 9 calls: share read as asked", judged((from_the_end + 1) / 2)[1], high=0.6)

# %% [markdown]
# Five calls: DPM-Solver++(2M) wins here too, and clearly, and Heun's digits cannot be read. Ten: it is ahead of DDIM
# with each of the seeds. With fifty the four cannot be told apart; what is left is the network's error, not the
# solver's. (Levels matter too: at the end of the network's own cosine schedule $s$ is not 80 but 20,000, and Heun's
# first step from there ruins most digits.)
#
# ## 7. There and back
#
# The flow has no dice, so it can be walked both ways. From a real image up to $x_T$ is called **inversion**: DDIM's
# steps, taken upwards. Each needs the noise at the level where it ends; the network is given that level's $t$, but the
# $x$ of the level below, so the trip does not quite close.

# %%
net, _ = checkpoints.load("mnist_diffusion")  # net(x_t, t, y) -> v, for 28 x 28 pixels
held_out = data.load("mnist_5k", split="test", n=8)
originals = 2 * held_out.images - 1
how = {"prediction_type": "v_prediction"}


def told(labels):
    """The network with its labels filled in: model(x_t, t) -> v."""
    return functools.partial(net, y=labels)


def there_and_back(steps):
    model, how_many = told(held_out.labels), {"num_inference_steps": steps, **how}
    x_T = inversion.invert(model, cosine, originals, **how_many)
    return x_T, samplers.ddim(model, cosine, originals.shape, x_T=x_T, **how_many)


trips = {steps: there_and_back(steps) for steps in preset((5, 10, 20, 50), smoke=(2,))}

# %% [markdown]
# The next cell draws the trips, and measures what they cost.


# %% tags=["hide-input"]
def pixels(rows):
    """Rows of images from [-1, 1] in [0, 1]."""
    return {name: ((x + 1) / 2).clamp(0, 1) for name, x in rows.items()}


finest = trips[max(trips)][0]
errors = [(back - originals).square().mean().sqrt().item() for _, back in trips.values()]
rows = {"digits": originals} | {f"{steps} steps": back for steps, (_, back) in trips.items()}
rows["the noise"] = finest / 2
show(image_rows(pixels(rows), "To noise and back"), "13.inversion")
for (few_steps, more), ratio in zip(
    itertools.pairwise(trips), (after / before for before, after in itertools.pairwise(errors)), strict=True
):
    verdict(f"error of the trip, {more} steps over {few_steps}", ratio, high=0.85)
verdict("standard deviation of the noise found", finest.std(), low=0.6, high=0.8)
flat = torch.nn.functional.max_pool2d(originals, 5, stride=1, padding=2) == -1  # black, and all black around
verdict("the same, where the image is flat", finest[flat].std(), high=0.4)
verdict("and where it is not", finest[~flat].std(), low=0.9)
# %% [markdown]
# With more steps the trip closes better, and even five bring back a digit that looks like the first. But look at the
# noise: you can *read* it. Where a real image is flat, all pixels exactly $-1$, there was never any noise,
# and inversion finds hardly any. So the noise of a real image is not a typical draw of $\mathcal N(0, I)$.

# %% [markdown]
# ### Going further: between two noises
#
# Between the noises of two digits you can walk too. A straight line would leave the shell where noise lives (its length
# is close to the root of the number of pixels), so walk along an arc: *spherical* interpolation.


# %%
def slerp(one, other, share):
    """Between two noises [C, H, W] along the arc that joins them."""
    angle = torch.acos((one * other).sum() / (one.norm() * other.norm()))
    return (torch.sin((1 - share) * angle) * one + torch.sin(share * angle) * other) / torch.sin(angle)


between = torch.stack([slerp(finest[0], finest[1], share) for share in torch.linspace(0, 1, 8)])


def decoded(x_T, label):
    labels = torch.full((len(x_T),), int(label))
    return samplers.ddim(
        told(labels), cosine, x_T.shape, x_T=x_T, num_inference_steps=preset(50, smoke=2), **how
    )


ends = {f"told {int(k)}": decoded(between, k) for k in held_out.labels[:2]} | {
    "not told": decoded(between, net.classes)
}

# %% [markdown]
# The next cell draws the walk, and has a classifier read what it was told.

# %% tags=["hide-input"]
show(image_rows(pixels(ends), "Between the noises of the first two"), "13.interpolation")
reader, _ = checkpoints.load("mnist_classifier")
for name, images in pixels(ends).items():
    if name.startswith("told"):
        label = torch.full((8,), int(name[-1]))
        verdict(f"between, {name}: share read as that", metrics.agreement(reader, images, label), low=0.7)

# %% [markdown]
# The label says which digit it is, and the noise how it is written. Without a label the 1 changes to an 8 on the way.

# %% [markdown]
# ### Going further: fresh noise, and how much of it
#
# DDIM has a dial: of the noise at the next level, let a part be fresh,
# $x' = a' \hat x_0 + \sqrt{\sigma'^2 - \eta^2 \tilde\beta}\; \hat\epsilon + \eta \sqrt{\tilde\beta}\; z$. The marginals
# stay right for every $\eta$; $\eta = 1$ is the ancestral step of notebook 11, and in $(y, s)$ it is `ancestral` above.
# **Churn** (Karras et al. 2022) does it before the step: add noise up to a level $\hat s > s$, and take Heun's step
# from there.
#
# What is fresh noise good for? It *forgets*. The next cell checks the equalities, and then
# starts the flow and the ancestral sampler at level 3 from points that are wrong, all at the centre of the ring.

# %% tags=["hide-input"]
pairs = ((999, 700), (700, 300), (300, 50))
off = 0.0
for t, prev in pairs:
    (a, sigma), (a2, sigma2) = ((levels[k].sqrt(), (1 - levels[k]).sqrt()) for k in (t, prev))
    x_t, z = truth.diffuse(levels[t]).sample(50, dice(t)), torch.randn(50, 2, generator=dice(prev)).double()
    x0 = truth.denoise(x_t, levels[t])
    mean, variance = schedule.posterior(x0, x_t, t, prev)
    by_dial = a2 * x0 + (sigma2**2 - variance).sqrt() * (x_t - a * x0) / sigma + variance.sqrt() * z
    off = max(off, (by_dial - mean - variance.sqrt() * z).abs().max().item())
    s, s2 = sigma / a, sigma2 / a2
    up = s2 * (1 - (s2 / s) ** 2).sqrt()
    y = x0 + (s2**2 - up**2).sqrt() * (x_t / a - x0) / s + up * z
    off = max(off, (a2 * y - by_dial).abs().max().item())
verdict("DDIM with η = 1, notebook 11's step, `ancestral`: largest difference", off, high=1e-9)
from_three = karras_sigmas(preset(100, smoke=4), 0.02, 3, 7)
kept, forgotten = [], []
for seed in range(3):
    wrong_start = 0.5 * torch.randn(preset(2000, smoke=50), 2, generator=dice(70 + seed)).double()
    kept.append(sliced_distance(heun_sample(guess_x0, wrong_start, from_three)))
    forgotten.append(sliced_distance(ancestral(guess_x0, wrong_start, from_three, dice(80 + seed))))
verdict("wrong start, the flow: sliced distance at the end, least of three", min(kept), low=0.2)
verdict("the same, ancestral: largest of three", max(forgotten), high=0.08)

# %% [markdown]
# ### Going further: what the network is asked
#
# Between $\sigma = 0.002$ and 80 no network can take $y$ as it is, or say $D$ or $\epsilon$ equally well everywhere.
# Karras et al. *precondition* it:
#
# $$D(y, \sigma) = c_{\text{skip}}\, y + c_{\text{out}}\, F\big( c_{\text{in}}\, y,\; \sigma \big), \quad c_{\text{skip}} = \frac{s_d^2}{\sigma^2 + s_d^2}, \quad c_{\text{out}} = \frac{\sigma s_d}{\sqrt{\sigma^2 + s_d^2}}, \quad c_{\text{in}} = \frac{1}{\sqrt{\sigma^2 + s_d^2}}$$
#
# where $s_d$ is the standard deviation of the data. Then what $F$ sees, and what it is to say,
# $(x_0 - c_{\text{skip}}\, y) / c_{\text{out}}$, have variance 1 at every level, and $c_{\text{skip}}$ is chosen so
# that an error of $F$ is blown up as little as possible. With $s_d = 1$ this is the velocity of notebook 11: $F = -v$.
# The next cell checks it.

# %% tags=["hide-input"]
s_d, x0 = 0.5, 0.5 * torch.randn(200_000, generator=dice(33)).double()
spread = []
for sigma in (0.01, 0.1, 0.5, 2.0, 20.0):
    y = x0 + sigma * torch.randn(len(x0), generator=dice(34)).double()
    total = sigma**2 + s_d**2
    spread += [(y / total**0.5).var(), ((x0 - s_d**2 / total * y) / (sigma * s_d / total**0.5)).var()]
verdict(
    "variance of what F sees and says, five levels: largest distance from 1",
    max(abs(v - 1) for v in spread),
    high=0.02,
)
a = 0.6  # any signal rate, and x_t = a y
sigma = math.sqrt(1 - a**2)
x0, noise = torch.randn(2, 1000, generator=dice(35)).double()
y, v, level = x0 + sigma / a * noise, a * noise - sigma * x0, sigma / a
target = (x0 - y / (level**2 + 1)) / (level / math.sqrt(level**2 + 1))
verdict("s_d = 1: target of F against -v, largest difference", (target + v).abs().max(), high=1e-9)

# %% [markdown]
# ## 8. The failure museum
#
# **Exhibit A: the last step is left noisy.** Somebody built levels that end at $\sigma_{\min} = 0.1$, with no 0 behind
# them, so a grain is left over everything. To jump from 0.1 to 0 is too coarse as well, since the narrow modes have a
# standard deviation of 0.15. Mend both: return levels for Heun's method in at most 25 steps.


# %%
def levels_to_walk():
    """Return the levels, a falling tensor that starts at 80."""
    ### BEGIN SOLUTION
    return karras_sigmas(25, 0.02, 80, 7)
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your levels.


# %% tags=["hide-input"]
def falling_levels(answer):
    """The levels as float64, where they can be walked."""
    answer = torch.as_tensor(answer).double()
    fits = (
        answer.ndim == 1
        and 2 <= len(answer) <= 26
        and abs(float(answer[0]) - 80) < 0.01
        and bool((answer.diff() < 0).all())
    )
    return answer if fits and answer[-1] >= 0 else None


many_noises = 80 * torch.randn(preset(2000, smoke=50), 2, generator=dice(40)).double()


def narrow_width(points):
    """Width of the four narrow modes over the true one."""
    return (masses_and_widths(points)[1] / true_widths)[::2].mean().item()


left_noisy = heun_sample(guess_x0, many_noises, karras_sigmas(25, 0.1, 80, 7)[:-1])
verdict("exhibit A: width of the narrow modes over the true one", narrow_width(left_noisy), low=1.12)
wanted = "a falling tensor of at most 26 levels, the first 80 and none below 0,"
mended_levels = cure("exhibit A", levels_to_walk, read=falling_levels, wanted=wanted)
if mended_levels is not None:
    now = narrow_width(heun_sample(guess_x0, many_noises, mended_levels))
    print("exhibit A:", "mended" if abs(now - 1) < 0.06 else f"still broken, {now:.2f} times the width")

# %% [markdown]
# ### Going further: exhibits B, C and D
#
# **Exhibit B: the schedule's zero end.** Notebook 10 moved the schedule so that no signal is left at $T$. At that step
# a network that says the noise is right if it says $x_T$, whatever the data, and the guess of $x_0$ is 0 / 0. Mend it:
# what must the network say instead?


# %%
def what_to_say():
    """Return a prediction type: "epsilon", "sample", "v_prediction" or "score"."""
    ### BEGIN SOLUTION
    return "v_prediction"
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your answer.

# %% tags=["hide-input"]
zero_end = schedule.zero_terminal_snr()


def share_finite(kind):
    """Share of finite samples of the exact denoiser in this form, by 20 DDIM steps: 0 where ddim refuses."""
    try:
        x = samplers.ddim(
            exact_model(truth, zero_end, kind), zero_end, (500, 2), num_inference_steps=20,
            prediction_type=kind, generator=dice(41),
        )  # fmt: skip
    except ValueError:  # its guess of x_0 would be 0 / 0
        return 0.0
    return x.isfinite().all(1).double().mean().item()


verdict("exhibit B: share of samples that are numbers", share_finite("epsilon"), high=0)
kinds = ("epsilon", "sample", "v_prediction", "score")
wanted = "one of " + ", ".join(kinds)
kind = cure("exhibit B", what_to_say, read=lambda answer: answer if answer in kinds else None, wanted=wanted)
if kind:
    print(
        "exhibit B:",
        "mended" if share_finite(kind) == 1 else "still broken, there are samples that are no numbers",
    )

# %% [markdown]
# **Exhibit C: Langevin takes large steps.** On the eight Gaussians, whose narrow modes have a standard deviation of
# 0.15, somebody walks with $\eta = 0.1$. Mend it with the formula of section 3: return the *largest* step for which a
# Gaussian of that width comes out at most a tenth too wide (in variance).


# %%
def largest_step():
    """Return eta, a number."""
    ### BEGIN SOLUTION
    return 4 * 0.15**2 * (1 - 1 / 1.1)
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your step.

# %% tags=["hide-input"]
on_the_data = truth.sample(preset(2000, smoke=50), dice(42))


def width_after(eta):
    return narrow_width(langevin(on_the_data, truth.score, eta, preset(200, smoke=3), dice(43)))


verdict("exhibit C: width of the narrow modes over the true one", width_after(0.1), low=1.5)
step = cure("exhibit C", largest_step, read=lambda answer: numbers(1)(answer)[0], wanted="a number")
if step is not None:
    ratio = 1 / (1 - step / (4 * 0.15**2)) if 0 < step < 4 * 0.15**2 else math.inf
    print(
        "exhibit C:",
        "mended"
        if 1.098 < ratio < 1.102
        else f"still broken, the variance is {ratio:.4g} times that of the data, and 1.1 is the most allowed",
    )

# %% [markdown]
# **Exhibit D: habits of a thousand steps.** Somebody visits ten of the 1,000 steps and uses Algorithm 2 of notebook 11
# unchanged, with $\alpha_t$ of the single step. Each step then removes a thousandth of the noise, and ten of them next
# to nothing. Mend it: which $\alpha$ belongs to the step from index `t` to index `prev`?


# %%
def alpha_of_step(before, after):
    """before, after: alpha-bar at prev and at t, numbers -> the alpha of the step between, a number."""
    ### BEGIN SOLUTION
    return after / before
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your $\alpha$.


# %% tags=["hide-input"]
def habit_of(alpha_at):
    """Ten steps of Algorithm 2 with alpha_at(t, prev), noise of variance 1 - alpha: [N, 2]."""
    x, generator = torch.randn(N, 2, generator=dice(44)).double(), dice(45)
    for t, prev in samplers.timesteps(schedule, 10):
        alpha, level = alpha_at(t, prev), float(levels[t])
        epsilon = oracle(x, torch.full((N,), t))
        x = (x - (1 - alpha) / math.sqrt(1 - level) * epsilon) / math.sqrt(alpha)
        if prev >= 0:
            x = x + math.sqrt(1 - alpha) * torch.randn(N, 2, generator=generator).double()
    return x


def before_and_after(t, prev):
    return (float(levels[prev]) if prev >= 0 else 1.0), float(levels[t])


def an_alpha(answer):
    """The answer, where it is a number above 0 and at most 1."""
    (alpha,) = numbers(1)(answer)
    return alpha if 0 < alpha <= 1 else None


broken = habit_of(lambda t, prev: float(schedule.alphas[t]))
verdict("exhibit D: sliced distance from the data", sliced_distance(broken), low=0.2)
alphas = {}
for t, prev in samplers.timesteps(schedule, 10):
    alphas[t] = cure(
        "exhibit D", alpha_of_step, *before_and_after(t, prev), read=an_alpha, wanted="a number in (0, 1]"
    )
    if alphas[t] is None:
        break
else:
    now = sliced_distance(habit_of(lambda t, prev: alphas[t]))
    kept = math.prod(alphas.values())  # the steps together keep what the whole chain keeps
    if now < 0.1 and abs(kept / float(levels[-1]) - 1) < 0.01:
        print("exhibit D: mended")
    else:
        print(
            f"exhibit D: still broken, {now:.2f} from the data; ten steps keep {kept:.2g} and not {levels[-1]:.2g}"
        )

# %% [markdown]
# ## What to take with you
#
# - An energy gives a density up to $Z$, and $Z$ is out of reach. The score has no $Z$ in it, and a denoiser is a score.
# - Three losses have one minimiser; denoising is the cheap one. Without noise levels a score is blind between islands.
# - One score drives a random way back and a smooth one, with the same densities. The smooth one has an exact
#   likelihood.
# - In $y = x / a$, $s = \sigma / a$ every schedule's flow is the same. DDIM is its Euler step, Heun looks twice,
#   DPM-Solver++(2M) remembers.
# - A high order wins with many calls, not always with few. Measure with the calls that you can pay for.
#
# **Left out here.** Solvers of order 3 and adaptive steps; predictor-corrector samplers; sliced score matching; models
# distilled to a few steps ({notebook 17}); straight paths ({notebook 16}).

# %% [markdown]
# ## Going further: the papers
#
# Ackley, Hinton and Sejnowski, *A learning algorithm for Boltzmann machines*, 1985. Anderson, *Reverse-time diffusion
# equation models*, 1982. Hutchinson, *A stochastic estimator of the trace of the influence matrix for Laplacian
# smoothing splines*, 1989. Roberts and Tweedie, *Exponential convergence of Langevin distributions and their discrete
# approximations*, 1996. Hinton, *Training products of experts by minimizing contrastive divergence*, 2002. Hyvärinen,
# *Estimation of non-normalized statistical models by score matching*, 2005. Vincent, *A connection between score
# matching and denoising autoencoders*, 2011. Welling and Teh, *Bayesian learning via stochastic gradient Langevin
# dynamics*, 2011. Chen et al., *Neural ordinary differential equations*, 2018. Grathwohl et al., *FFJORD: free-form
# continuous dynamics for scalable reversible generative models*, 2019. Song and Ermon, *Generative modeling by
# estimating gradients of the data distribution*, 2019. Song et al., *Score-based generative modeling through stochastic
# differential equations*, 2021. Song, Meng and Ermon, *Denoising diffusion implicit models*, 2021. Karras et al.,
# *Elucidating the design space of diffusion-based generative models*, 2022. Lu et al., *DPM-Solver: a fast ODE solver
# for diffusion probabilistic model sampling in around 10 steps*, 2022. Lu et al., *DPM-Solver++: fast solver for guided
# sampling of diffusion probabilistic models*, 2022. Lin et al., *Common diffusion noise schedules and sample steps are
# flawed*, 2024.
