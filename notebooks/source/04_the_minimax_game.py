# ---
# jupyter:
#   course:
#     title: The minimax game
#     summary: Two players and one number; the best discriminator, what the generator then minimises, and why the game is hard to play.
#     about: >-
#       No density at all: a generator plays against a classifier. The best classifier is known, and so is what the
#       generator then minimises, and why going downhill need not arrive. Needs only 00. *Touch:* a GAN that trains in
#       the page while you watch.
# ---

# %% [markdown]
# # 04 The minimax game
#
# **Follows** *EECS 230 Deep Learning, Lecture 16*, after S. Prince (the one-dimensional example, the cost function); S.
# Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (the best discriminator and its proof); M.
# Straka, *NPFL114 Lecture 13*, Charles University 2023 (the game, its convergence); S. Lathuilière, *Deep generative
# methods*, Télécom Paris (training in turns, the two losses); *Diffusion Models: From Foundations to Implementation*
# (pros and cons).
#
# **After this notebook you can**
# - derive the best discriminator, and what the generator minimises when it faces it;
# - choose between the two generator losses, and say what each does after a bad start;
# - explain why two players who both go downhill may circle for ever, and name a rule that does not;
# - write the training loop of a GAN, count the modes it covers, and recognise four ways to break it.
#
# **Builds on** 00 (KL, Jensen-Shannon, Wasserstein). **Time to run:** {measured_time}. Sections that begin with "Going
# further" can be skipped.

# %%
import itertools
import math

import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F

from course_utils import data, exact, gan, metrics
from course_utils.checks import check, hint, reveal
from course_utils.divergences import js, js_density, kl_density, wasserstein1
from course_utils.figures import DATA, GREEN, MODEL, NOISE, grid, show, subplots
from course_utils.museum import exhibit, settings_wrong
from course_utils.preset import preset
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## 1. Two players
#
# Blue points are data. Vermilion triangles are made by a **generator** $G$, a network that turns noise $z$ into a point
# $x^* = G(z)$. The colour shows a **discriminator** $D$, a classifier that says how probable it is that a point is
# real. The arrows show which way $D$ pushes $G$'s points.
#
# Press Play until the triangles cover all eight clusters. Then choose "Mode collapse" and play again. Drag the timeline
# back to the moment at which it went wrong.

# %%
from course_utils.widgets import GANPlayground

GANPlayground()

# %% [markdown]
# **A naive try.** Does it take two players? Let us train $G$ alone: give every fake a partner, a data point drawn at
# random, and make the squared distance between the two small.


# %%
def dense(*widths, activation):
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1])  # nothing after the last


def new_players(seed):
    """An untrained G, from noise [N, 2] to points [N, 2], and D, from points to logits [N, 1]."""
    torch.manual_seed(seed)
    return dense(2, 64, 64, 2, activation=nn.ReLU), dense(2, 64, 64, 1, activation=lambda: nn.LeakyReLU(0.2))


points = data.toy("eight_gaussians", 20_000, seed=0)
G, _ = new_players(seed=0)
optimizer = torch.optim.Adam(G.parameters(), lr=1e-3)
for _ in range(preset(600, smoke=5)):
    fake, partner = G(torch.randn(256, 2)), points[torch.randint(len(points), (256,))]
    loss = (fake - partner).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    from_centre = G(torch.randn(2000, 2, generator=dice())).norm(dim=1)
verdict("mean distance of the fakes from the centre (the data: 2)", from_centre.mean(), high=0.4)

# %% [markdown]
# All fakes end near the centre, where there are no data: the best answer to a random partner is the mean of all of
# them. There is no likelihood to climb either: $G$ is an **implicit** model, which gives samples, but no $p(x)$ and no
# bound on it.
#
# **The question.** What loss says whether two *sets* of points look alike, when no point has a partner?
#
# The answer of this lesson is to learn that loss. Train $D$ to tell fakes from data, and train $G$ so that $D$ takes
# its points for real.
#
# In the smallest example the data are real numbers $x$ around some place. $G$ adds one parameter to its noise, and $D$
# is logistic regression:
#
# $$x^* = G(z) = z + \theta, \quad z \sim \mathcal N(0, 1), \qquad D(x) = \mathrm{sigmoid}(\phi_0 + \phi_1 x)$$
#
# As code, $D$ returns its **logit** $\ell = \phi_0 + \phi_1 x$; the sigmoid comes later. Its loss is the cross-entropy,
# with label 1 for real and 0 for fake:
#
# $$L_D = -\,\mathbb E_{x}\big[\log D(x)\big] - \mathbb E_{z}\big[\log(1 - D(G(z)))\big]$$
#
# **Exercise 1.** Write it from the logits, of any shape, with `F.softplus`:
# $-\log \mathrm{sigmoid}(\ell) = \mathrm{softplus}(-\ell)$ and $1 - \mathrm{sigmoid}(\ell) = \mathrm{sigmoid}(-\ell)$.
# For a logit of 50 the computer rounds `sigmoid` to 1, and `log(1 - sigmoid)` would be `log(0)`.


# %%
def d_loss(real, fake):
    """real: [N] or [N, 1], fake: [M] or [M, 1], D's logits on real and on generated points -> scalar, to minimise."""
    ### BEGIN SOLUTION
    return F.softplus(-real).mean() + F.softplus(fake).mean()
    ### END SOLUTION


# %%
d_loss = check("gan.d_loss", d_loss)

# %% [markdown]
# If you are stuck, call `hint`, and call it again for a stronger one.

# %%
hint("gan.d_loss")

# %% [markdown]
# $G$ wants the opposite, and the first term does not contain it. In the second, $G$ wants $D$ to be wrong:
#
# $$L_G = \mathbb E_{z}\big[\log(1 - D(G(z)))\big]$$
#
# **Exercise 2.** Write it. Mind the sign: $G$ minimises this loss, and it is never positive.


# %%
def g_loss_saturating(fake):
    """fake: [M] or [M, 1], D's logits on generated points -> scalar for G to minimise, the mean of log(1 - D)."""
    ### BEGIN SOLUTION
    return -F.softplus(fake).mean()
    ### END SOLUTION


# %%
g_loss_saturating = check("gan.g_loss_saturating", g_loss_saturating)

# %% [markdown]
# Now let the two play slowly: fit $D$ until it cannot get better, move $\theta$ one step down $L_G$, and repeat.

# %%
x_real, z = 4 + torch.randn(500, generator=dice(1)), torch.randn(500, generator=dice(2))


def descend(loss, parameter, lr):
    """One step of gradient descent on a tensor that requires a gradient."""
    (gradient,) = torch.autograd.grad(loss, parameter)
    with torch.no_grad():
        parameter -= lr * gradient


def logit(x, phi):
    return phi[0] + phi[1] * (x - 4)  # measured from 4, only to make the descent quick


def step_of_d(phi, theta, lr=0.5, loss=d_loss):
    descend(loss(logit(x_real, phi), logit((z + theta).detach(), phi)), phi, lr)


def step_of_g(phi, theta, lr, loss=g_loss_saturating):
    descend(loss(logit(z + theta, phi)), theta, lr)


def players(theta=0.0):
    return torch.zeros(2, requires_grad=True), torch.tensor(theta, requires_grad=True)


FIT = preset(2000, smoke=8)  # steps of D that fit it to the end
phi, theta = players()
rounds = []  # the two players after D's fit, and after G's step
for turn in range(4):
    for _ in range(FIT):
        step_of_d(phi, theta)
    fitted = phi.detach().clone(), theta.detach().clone()
    step_of_g(phi, theta, lr=3.0)
    rounds.append((fitted, (phi.detach().clone(), theta.detach().clone())))

# %% [markdown]
# The next cell draws the four rounds.

# %% tags=["hide-input"]
from course_utils.figures.minimax import toy_rounds

show(toy_rounds(x_real, z, rounds, logit), "04.toy_game")

# %% [markdown]
# The next cell plays 30 more rounds.

# %% tags=["hide-input"]
for turn in range(30):
    for _ in range(FIT // 4):
        step_of_d(phi, theta)
    step_of_g(phi, theta, lr=2.0)
with torch.no_grad():
    verdict(
        "mean of the fakes minus mean of the real data",
        (z + theta).mean() - x_real.mean(),
        low=-0.05,
        high=0.05,
    )
    from_half = (torch.sigmoid(logit(x_real, phi)) - 0.5).abs()
    verdict("largest distance of D from 1/2 on the real data", from_half.max(), high=0.05)

# %% [markdown]
# $G$ never saw a real number. All it had was the slope of $D$. In the end $D$ is flat at $\tfrac12$ and can only guess,
# and $G$'s gradient is gone.
#
# **Predict.** We begin again at $\theta = 0$, fit $D$ once, and leave it as it is while $\theta$ takes 100 steps. Where
# does $\theta$ go? (a) to the data, where it stops; (b) past the data, on and on; (c) half the way, to where
# $D = \tfrac12$.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
phi, theta = players()
for _ in range(FIT):
    step_of_d(phi, theta)
alone = []
for _ in range(100):
    step_of_g(phi, theta, lr=2.0)
    alone.append(theta.item())

# %% [markdown]
# The next cell compares it with your guess.

# %% tags=["hide-input"]
answer = "a" if abs(alone[-1] - 4) < 0.5 else "b" if alone[-1] > 5 else "c"
reveal(guess, answer, "04.d_stands_still")
verdict("θ after 100 steps against a D that stands still", alone[-1], low=20)

# %% [markdown]
# So the best $D$ belongs to one $G$, and it has to follow every step that $G$ takes.
#
# ## 2. One number, two players
#
# Both losses come from one number, the **value** of the game:
#
# $$V(G, D) = \mathbb E_{x \sim p}\big[\log D(x)\big] + \mathbb E_{z}\big[\log(1 - D(G(z)))\big], \qquad \min_G \max_D V(G, D)$$
#
# $D$ climbs $V$ (its loss is $-V$), and $G$ goes down: a **zero-sum game**. Write $p$ for the density of the data and
# $q$ for that of $G(z)$. An average over $z$ is an average over the points that $z$ becomes, so
#
# $$V(G, D) = \int \Big( p(x) \log D(x) + q(x) \log(1 - D(x)) \Big)\, dx$$
#
# The order matters: $G$ moves first, and $D$ may answer.

# %% [markdown]
# ### Going further: if $D$ moved first
#
# One lecture prints the cost with the places changed. Then $D$ moves first, and $G$ answers by putting everything on
# the one point that $D$ likes best. Here is the difference for a $G$ that can make only *one* of five points, each of
# which is a fifth of the data. If $D$ moves first, it had better treat all five alike, $D = d$ everywhere; then
# $V = \log d + \log(1 - d)$, which is at most $-\log 4$. If $G$ moves first, it cannot hide, and $V$ is higher. (A $G$
# that could spread over all five points as the data do would reach $-\log 4$ in that order too: if every $q$ is
# allowed, both orders give the same number. Real networks are somewhere between the two.)

# %%
five = torch.full((5,), 0.2, dtype=torch.float64)
one_point = torch.eye(5, dtype=torch.float64)  # G's five choices


def value_of(D, q):
    return (torch.xlogy(five, D) + torch.xlogy(q, 1 - D)).sum(-1)


g_first = value_of(five / (five + one_point), one_point).min()  # D answers each choice with its best
many_d = torch.rand(20_000, 5, generator=dice(), dtype=torch.float64)
d_first = torch.stack([value_of(many_d, q) for q in one_point]).amin(0)  # G answers each D with its best
any_q = torch.distributions.Dirichlet(torch.ones_like(five)).sample((20_000,))
any_q[0] = five
g_first_any = value_of(five / (five + any_q), any_q).min()  # G may spread its samples as it likes
verdict("min over G of max over D", g_first, low=-0.55, high=-0.53)
verdict("the same if G may have any q, minus -log 4", g_first_any + math.log(4), low=-1e-9, high=1e-9)
verdict(
    "20,000 random D that move first: the best V, minus -log 4", d_first.max() + math.log(4), low=-0.3, high=0
)

# %% [markdown]
# ## 3. The best discriminator
#
# Hold $G$ fixed, and ask which $D$ is best. $D(x)$ may be chosen for every $x$ separately, so look at one $x$. There
# $p$ and $q$ are two numbers, and $D$ is one number between 0 and 1:
#
# $$\begin{aligned}
# f(D) &= p \log D + q \log(1 - D) && (1)\ \text{what this } x \text{ adds to } V \\
# f'(D) &= \frac{p}{D} - \frac{q}{1 - D} && (2)\ \text{its slope} \\
# 0 &= p\,(1 - D) - q\,D && (3)\ \text{slope zero, times } D (1 - D) \\
# D^* &= \frac{p}{p + q} && (4)\ \text{solved for } D \\
# f''(D) &= -\frac{p}{D^2} - \frac{q}{(1 - D)^2} < 0 && (5)\ \text{so it is the maximum}
# \end{aligned}$$
#
# (If $p$ or $q$ is zero, the best $D$ is at the edge, 0 or 1, and the formula gives the same.) Line 5 is needed, for a
# lecture calls this the minimum.
#
# The next cell draws $f$ for three such pairs, and looks for the highest point of each.

# %% tags=["hide-input"]
D = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
fig, ax = subplots(figsize=(7, 3.4))
leads, off = [], []
for (p_x, q_x), colour, style in (
    ((0.3, 0.1), DATA, "-"),
    ((0.2, 0.2), NOISE, "--"),
    ((0.05, 0.35), MODEL, "-."),
):
    f = p_x * D.log() + q_x * (1 - D).log()
    best = p_x / (p_x + q_x)
    top = p_x * math.log(best) + q_x * math.log(1 - best)
    leads.append((top - f).min())
    off.append(abs(D[f.argmax()].item() - best))
    ax.plot(D, f, style, color=colour, label=f"p = {p_x}, q = {q_x}")
    ax.plot(best, top, "*", color=colour, markeredgecolor="black", markersize=16)
ax.set(title="What one point adds to V", xlabel="D(x)", ylabel="p log D + q log(1 - D)", ylim=(-1, -0.1))
ax.legend(loc="lower center")
show(fig, "04.one_point")
verdict("highest point on the grid, distance from p / (p + q)", max(off), high=0.001)
verdict("p / (p + q) beats every other D on the grid: smallest lead", min(leads), low=-1e-12)

# %% [markdown]
# **Exercise 3.** Write $D^*$. Where both densities are 0, any answer is right. Return $\tfrac12$ there, so that no NaN
# appears.


# %%
def optimal_discriminator(p, q):
    """p, q: densities of the data and of G's samples at the same points, [N] -> D*: [N]."""
    ### BEGIN SOLUTION
    seen = p + q > 0
    return torch.where(seen, p / torch.where(seen, p + q, 1.0), 0.5)
    ### END SOLUTION


# %%
optimal_discriminator = check("gan.optimal_discriminator", optimal_discriminator)

# %% [markdown]
# Take data with two bumps, and fakes with one bump, wider than either. Both densities are known, so $D^*$ is known.
#
# **Predict.** Go far to the left, to $x = -7$, more than five standard deviations away from the left bump. What does
# $D^*$ say there? (a) $\tfrac12$, because it cannot know; (b) near 1, real; (c) near 0, fake.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
p_known = exact.GaussianMixture(
    torch.tensor([[-2.0], [1.8]]).double(), torch.tensor([0.9, 0.7]), torch.tensor([0.4, 0.6])
)
q_known = exact.GaussianMixture(torch.tensor([[0.0]]).double(), torch.tensor([1.8]))
line = torch.linspace(-12, 12, 4801, dtype=torch.float64)
dx = float(line[1] - line[0])
p, q = p_known.log_prob(line[:, None]).exp(), q_known.log_prob(line[:, None]).exp()
best_d = optimal_discriminator(p, q)

# %% [markdown]
# The next cell compares it with your guess.

# %% tags=["hide-input"]
there = best_d[(line + 7).abs().argmin()]
answer = "b" if there > 0.9 else "c" if there < 0.1 else "a"
reveal(guess, answer, "04.far_from_both")
verdict("D* at x = -7", there, high=0.1)

# %% [markdown]
# $D^*$ looks at the *ratio* $p / q$ and not at the densities. Its logit is $\log p(x) - \log q(x)$: **a perfect
# classifier, shown as many fakes as real points, is a density ratio.** Does a trained $D$ find this ratio? It sees
# samples only, and minimises your loss from Exercise 1.


# %%
def small_net():
    return nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))


ALONE = preset(2500, smoke=5)  # steps of D while G stands still


def train_d(seed, steps=ALONE):
    torch.manual_seed(seed)
    net, generator = small_net(), dice(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        real, fake = p_known.sample(4000, generator).float(), q_known.sample(4000, generator).float()
        loss = d_loss(net(real), net(fake))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return torch.sigmoid(net(line[:, None].float()))[:, 0].double()


trained_d = train_d(seed=0)

# %% [markdown]
# The next cell draws both, and measures how far apart they are.

# %% tags=["hide-input"]
middle = (p + q) / 2  # the density of what D sees: half real, half fake
where_the_data_are = middle > 0.02
shown = line.abs() < 9
fig, axes = subplots(2, 1, figsize=(7.2, 4.8), sharex=True, height_ratios=[1, 1.4])
axes[0].plot(line[shown], p[shown], color=DATA, label="data p")
axes[0].plot(line[shown], q[shown], "--", color=MODEL, label="fakes q")
axes[0].set(ylabel="density", title="Two densities, and who can tell them apart")
axes[0].legend()
axes[1].plot(line[shown], best_d[shown], color="black", label="exact p / (p + q)")
axes[1].plot(line[shown], trained_d[shown], "--", color=GREEN, linewidth=3, label="trained D")
axes[1].fill_between(
    line, 0, 1, where=where_the_data_are, color=NOISE, alpha=0.2, label="where D sees points"
)
axes[1].axhline(0.5, color=NOISE, linewidth=1)
axes[1].set(xlabel="x", ylabel="D(x)", xlim=(-9, 9))
axes[1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=3)
show(fig, "04.trained_d")
verdict(
    "share of what D sees that lies in the shaded region", middle[where_the_data_are].sum() * dx, low=0.95
)
verdict(
    "there: largest |trained D - p / (p + q)|",
    (trained_d - best_d)[where_the_data_are].abs().max(),
    high=0.02,
)
verdict("anywhere on the picture: the same", (trained_d - best_d)[shown].abs().max(), low=0.02)

# %% [markdown]
# Where nearly all samples lie, $D$ is right to two digits. Outside the shaded region it saw only about one in forty of
# them, and there its answer is invention.
#
# ## 4. What the generator then minimises
#
# Suppose that $D$ is always the best one, and put $D^*$ into $V$. With the mixture $m = \tfrac12 (p + q)$:
#
# $$\begin{aligned}
# V(G, D^*) &= \int p \log \frac{p}{p + q} + \int q \log \frac{q}{p + q} && (1)\ 1 - D^* = \tfrac{q}{p + q} \\
# &= \int p \log \frac{p}{2 m} + \int q \log \frac{q}{2 m} && (2)\ p + q = 2 m \\
# &= \mathrm{KL}(p \,\|\, m) + \mathrm{KL}(q \,\|\, m) - 2 \log 2 && (3)\ \text{both densities have area 1} \\
# &= 2\, \mathrm{JS}(p, q) - \log 4 && (4)\ \text{definition of Jensen-Shannon}
# \end{aligned}$$
#
# So a $G$ that faces the best $D$ minimises the **Jensen-Shannon divergence**. That is 0 only if $q = p$, and then
# $D^* = \tfrac12$ everywhere and $V = -\log 4$.
#
# **Exercise 4.** Write $V$ for densities on a grid: $D$, $p$ and $q$ at evenly spaced points, `dx` apart. An integral
# is the sum times `dx`, and `torch.xlogy(a, b)` is $a \log b$ with $0 \log 0 = 0$.


# %%
def value(D, p, q, dx):
    """D, p, q: [N] at points dx apart -> V, a scalar: E_p log D + E_q log(1 - D)."""
    ### BEGIN SOLUTION
    return (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum() * dx
    ### END SOLUTION


# %%
value = check("gan.value", value)

# %% [markdown]
# The next cell computes every line of the derivation for the two densities of section 3, and they are equal.

# %% tags=["hide-input"]
lines = {
    "    V at your D*": value(best_d, p, q, dx),
    "(1) put in p / (p + q)": dx * (torch.xlogy(p, p / (p + q)) + torch.xlogy(q, q / (p + q))).sum(),
    "(2) with the mixture m": dx
    * (torch.xlogy(p, p / (2 * middle)) + torch.xlogy(q, q / (2 * middle))).sum(),
    "(3) two KL divergences": kl_density(p, middle, dx) + kl_density(q, middle, dx) - 2 * math.log(2),
    "(4) 2 JS - log 4": 2 * js_density(p, q, dx) - math.log(4),
}
for words, number in lines.items():
    print(f"{number:9.5f}   {words}")
numbers = torch.stack(list(lines.values()))
verdict("largest difference between the lines", numbers.max() - numbers.min(), high=1e-9)
gap = numbers[0] - value(trained_d, p, q, dx)
verdict("V at D* minus V at the trained D, nats", gap, low=0, high=0.005)

# %% [markdown]
# A real $D$ is never better than $D^*$, so $\tfrac12 (V(G, D) + \log 4)$ is a *lower* bound on the divergence: it
# bounds what you want to make small **from below**.
#
# Now take unit Gaussians for $p$ and $q$, some distance apart. What does $V$ look like as the fakes move?


# %%
def unit_normal(mean):
    return Normal(torch.tensor(mean, dtype=torch.float64), 1.0).log_prob(line).exp()


def value_at_best(distance):
    p, q = unit_normal(0.0), unit_normal(distance)
    best = optimal_discriminator(p, q).clamp(
        1e-15, 1 - 1e-15
    )  # far out it rounds to 1, and log(0) is no number
    return value(best, p, q, dx)


distances = torch.linspace(-6, 6, 121)
at_best = torch.stack([value_at_best(far.item()) for far in distances])
half = torch.full_like(line, 0.5)
at_half = torch.stack([value(half, unit_normal(0.0), unit_normal(far.item()), dx) for far in distances])
steep = torch.sigmoid(2 - 2 * line)  # the best D against a G at distance 2
at_fixed = torch.stack([value(steep, unit_normal(0.0), unit_normal(far.item()), dx) for far in distances])

# %% [markdown]
# The next cell draws the three, and checks two known values.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(7.2, 4.4))
star = {"color": MODEL, "markeredgecolor": "black", "markersize": 18}
ax.plot(distances, at_best, color="black", label="best D for each G: $2\\,$JS - log 4")
ax.plot(distances, at_fixed, "-.", color=GREEN, label="the D that is best at distance 2")
ax.plot(distances, at_half, "--", color=NOISE, label="D = 1/2, whatever G does")
ax.axhline(0, color=NOISE, linewidth=1, linestyle=":")
ax.plot(0, -math.log(4), "*", label="the solution, -log 4", **star)
ax.set(title="V when the fakes lie at a distance", xlabel="mean of q (p is at 0)", ylabel="V [nats]")
ax.set_ylim(-4, 0.3)
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize=11)
show(fig, "04.value_by_distance")
verdict("highest V(D fixed) - V(D*), any distance", (at_fixed - at_best).max(), high=1e-9)
verdict("V with D = 1/2: largest distance from -log 4", (at_half + math.log(4)).abs().max(), high=1e-6)
verdict("distance 0: |V(D*) + 1.38629|", (value_at_best(0.0) + 1.38629).abs(), high=1e-5)
verdict("distance 2: |V(D*) + 0.71263|", (value_at_best(2.0) + 0.71263).abs(), high=1e-5)
verdict(
    "both: |V(D*) - (2 JS - log 4)|",
    max(
        (value_at_best(far) - 2 * js_density(unit_normal(0.0), unit_normal(far), dx) + math.log(4)).abs()
        for far in (0.0, 2.0)
    ),
    high=1e-5,
)

# %% [markdown]
# $G$ should walk down the black valley. What it has at any moment is a green curve, given by the current $D$. That
# curve touches the valley, and then leads towards the data and past them.
#
# **A trap.** "$D$'s loss is $\log 4$, so $G$ is perfect." The dashed line shows that a $D$ that has learned nothing
# gives $\log 4$ for any $G$.
#
# Drag the fakes in the next picture, and change their width. When does Jensen-Shannon stop moving, while $W_1$ goes on?

# %%
from course_utils.widgets import MinimaxExplorer

MinimaxExplorer()

# %% [markdown]
# ## 5. Where Jensen-Shannon is blind
#
# Suppose that the two do not overlap. Then $D^*$ is 1 on the data and 0 on the fakes, and $V = 0$. If the fakes move a
# little nearer, nothing changes. $G$ learns that it is wrong, but not where to go.
#
# Take three pairs, moved apart by $\theta$: **boxes**, uniform on $[0, 1]$ and on $[\theta, \theta + 1]$; **lines**,
# uniform on the segment from $(0, 0)$ to $(0, 1)$ in the plane and on the same segment at $x = \theta$; and **bells**,
# unit Gaussians. (Every grain of earth travels $|\theta|$, so $W_1$ is the same for all three.) The next cell computes
# both distances.


# %% tags=["hide-input"]
def box(left):
    return ((line > left - dx / 2) & (line < left + 1 - dx / 2)).double()


def points_on_a_line(theta, n=20):
    return torch.stack([torch.full((n,), theta), torch.linspace(0, 1, n)], dim=1)


def js_of_points(one, other):
    """Jensen-Shannon of two sets of points, equal masses: only points that coincide can overlap."""
    every = torch.cat([one, other]).unique(dim=0)
    share = [(every[:, None] == points).all(-1).double().sum(1) / len(points) for points in (one, other)]
    return js(*share)


thetas = [round(0.05 * i, 2) for i in range(-60, 61)]
at = torch.tensor(thetas, dtype=torch.float64)
js_boxes = torch.stack([js_density(box(0.0), box(t), dx) for t in thetas])
js_lines = torch.stack([js_of_points(points_on_a_line(0.0), points_on_a_line(t)) for t in thetas])
js_bells = torch.stack([js_density(unit_normal(0.0), unit_normal(t), dx) for t in thetas])
start = torch.linspace(0, 1, 501).double()[:-1]
w1 = torch.stack([wasserstein1(start, start + t) for t in thetas])

# %% [markdown]
# The next cell draws both distances, and checks where each of them stands still.

# %% tags=["hide-input"]
fig, axes = subplots(1, 2, figsize=(8.4, 3.7))
axes[0].plot(
    thetas, torch.where(at == 0, torch.nan, js_lines), ":", color=MODEL, linewidth=3, label="two lines"
)
axes[0].plot(0, js_lines[at == 0], "o", color=MODEL, markersize=9)
axes[0].plot(thetas, js_boxes, color=DATA, label="two boxes")
axes[0].plot(thetas, js_bells, "--", color=GREEN, label="two bells")
axes[0].axhline(math.log(2), color=NOISE, linewidth=1, linestyle="-.", label="log 2")
axes[0].set(title="Jensen-Shannon", xlabel="θ", ylabel="nats", ylim=(-0.02, 0.78))
axes[1].plot(thetas, w1, color=DATA)
axes[1].set(title="Wasserstein $W_1$, the same for all", xlabel="θ", ylabel="units of x")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
show(fig, "04.blind")
apart = at.abs() >= 1.0
verdict("boxes apart: largest |JS - log 2|", (js_boxes[apart] - math.log(2)).abs().max(), high=1e-9)
verdict(
    "boxes apart: largest change of JS between neighbours", js_boxes[at >= 1].diff().abs().max(), high=1e-9
)
verdict(
    "lines at any distance but 0: largest |JS - log 2|",
    (js_lines[at != 0] - math.log(2)).abs().max(),
    high=1e-9,
)
verdict("W1: largest | W1 - |θ| |", (w1 - at.abs()).abs().max(), high=1e-9)

moved = torch.tensor(2.5, dtype=torch.float64, requires_grad=True)
wasserstein1(start, start + moved).backward()
verdict("gradient of W1 at θ = 2.5, distance from 1", (moved.grad - 1).abs(), high=1e-9)

# %% [markdown]
# Images are like the lines: a generator with 100 latents fills a thin sheet in a space of thousands of pixels, real
# images fill another, and two thin sheets hardly ever overlap. GANs train all the same, because $D$ is *not* the best
# one, but a smooth network that has taken a few steps; {notebook 06} trains for $W_1$ instead.

# %% [markdown]
# ### Going further: a sheet has no density
#
# A sheet has no density $q$, so strictly $\int q \dots dx$ does not exist. A lecture appeals to the Radon-Nikodym
# theorem, which needs exactly what is missing. The averages over $z$ and over samples are equal in any case.

# %% [markdown]
# ## 6. Two losses for the generator
#
# At the start every fake looks fake. $D(G(z))$ is near 0, and $\log(1 - D)$ is flat there: it has **saturated**. The
# usual cure is as old as the first paper: let $G$ *maximise* $\log D$ instead of minimising $\log(1 - D)$.
#
# $$L_G^{\text{saturating}} = \mathbb E_z \log(1 - D(G(z))), \qquad L_G^{\text{non-saturating}} = -\,\mathbb E_z \log D(G(z))$$
#
# **Exercise 5.** Write the non-saturating loss, from logits.


# %%
def g_loss(fake):
    """fake: [M] or [M, 1], D's logits on generated points -> scalar for G to minimise, the mean of -log D."""
    ### BEGIN SOLUTION
    return F.softplus(-fake).mean()
    ### END SOLUTION


# %%
g_loss = check("gan.g_loss", g_loss)

# %% [markdown]
# What reaches $G$ is the slope with respect to the logit. By the chain rule, with $D = \mathrm{sigmoid}(\ell)$:
#
# $$\frac{d}{d\ell} \log(1 - D) = -D, \qquad \frac{d}{d\ell} (-\log D) = -(1 - D)$$
#
# The next cell asks autograd for the same slopes, at every logit.

# %% tags=["hide-input"]
logits = torch.linspace(-9, 9, 361, dtype=torch.float64)


def slope(loss):
    """The gradient of a loss at each logit on its own."""
    point = logits.clone().requires_grad_()
    total = sum(loss(one[None]) for one in point)
    return torch.autograd.grad(total, point)[0]


D_of = torch.sigmoid(logits)
by_autograd = {"saturating": slope(g_loss_saturating), "non-saturating": slope(g_loss)}
closed_form = {"saturating": -D_of, "non-saturating": -(1 - D_of)}

# %% [markdown]
# The next cell draws both losses and their gradients, and compares these with the formulas.

# %% tags=["hide-input"]
fig, axes = subplots(1, 2, figsize=(8.8, 4.1))
axes[0].plot(logits, (1 - D_of).log(), "--", color=NOISE, label="saturating: log(1 - D)")
axes[0].plot(logits, -D_of.log(), color=MODEL, label="non-saturating: -log D")
axes[0].set(title="The two losses", xlabel="logit of a fake", ylabel="nats")
axes[1].plot(logits, by_autograd["saturating"], "--", color=NOISE, label="saturating: -D")
axes[1].plot(logits, by_autograd["non-saturating"], color=MODEL, label="non-saturating: -(1 - D)")
axes[1].set(title="Their gradients", xlabel="logit of a fake", ylabel="d loss / d logit", ylim=(-1.1, 0.1))
for ax in axes:
    ax.axvspan(-9, -3, color=DATA, alpha=0.12)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), fontsize=11)
axes[1].text(-8.8, -0.6, "bad start:\nD is sure", fontsize=12)
show(fig, "04.two_losses")
for name in by_autograd:
    verdict(
        f"{name}: largest |autograd - closed form|",
        (by_autograd[name] - closed_form[name]).abs().max(),
        high=1e-9,
    )
ratio = (
    by_autograd["non-saturating"][(logits + 8).abs().argmin()]
    / by_autograd["saturating"][(logits + 8).abs().argmin()]
)
verdict("logit -8: non-saturating gradient over saturating", ratio, low=2900, high=3100)

# %% [markdown]
# Both losses always push the logit up, so they have the same fixed points. They do not have the same dynamics, nor the
# same objective.

# %% [markdown]
# ### Going further: two losses, two objectives
#
# Against the best $D$, the saturating loss goes down $2\,\mathrm{JS}$, as we know. The non-saturating one goes down
# $\mathrm{KL}(q \,\|\, p) - 2\,\mathrm{JS}$ (Arjovsky and Bottou 2017). Two unit bells show it: the data are at 0, and
# the fakes $x = \delta + z$ lie at a distance $\delta$, which is what $G$ can move. The logit of the best $D$ is
# $\ell^*(x) = \log p(x) - \log q(x) = \tfrac12 (x - \delta)^2 - \tfrac12 x^2 = \tfrac12 \delta^2 - \delta x$, a line of
# slope $-\delta$. $D^*$ is held fixed while $G$ steps, so only $x$ moves with $\delta$, at rate 1:
#
# $$\begin{aligned}
# \frac{d}{d\delta} \log(1 - D^*(\delta + z)) &= -D^* \cdot \frac{d\ell^*}{dx} = \delta\, D^* && \text{saturating: on average } \delta\, \mathbb E_q[D^*] \\
# \frac{d}{d\delta} \big(-\log D^*(\delta + z)\big) &= -(1 - D^*) \cdot \frac{d\ell^*}{dx} = \delta\, (1 - D^*) && \text{non-saturating: on average } \delta\, (1 - \mathbb E_q[D^*])
# \end{aligned}$$


# %%
def slopes_at(delta):
    """Gradient with respect to q's mean, D* held: saturating and non-saturating, for unit bells delta apart."""
    p, q = unit_normal(0.0), unit_normal(delta)
    mean_d = (dx * q * optimal_discriminator(p, q)).sum().item()
    return delta * mean_d, delta * (1 - mean_d)


def difference(f, delta, h=1e-3):
    return (f(delta + h) - f(delta - h)).item() / (2 * h)


def two_js(delta):
    return 2 * js_density(unit_normal(0.0), unit_normal(delta), dx)


def reverse_kl_minus_two_js(delta):
    return kl_density(unit_normal(delta), unit_normal(0.0), dx) - two_js(delta)


# %% [markdown]
# The next cell draws both slopes, and compares them with the slopes of the two divergences.

# %% tags=["hide-input"]
away = [0.25 * i for i in range(1, 33)]
pairs = torch.tensor([slopes_at(delta) for delta in away])
fig, ax = subplots(figsize=(7, 3.3))
ax.semilogy(away, pairs[:, 0], "--", color=NOISE, label="saturating: slope of 2 JS")
ax.semilogy(away, pairs[:, 1], color=MODEL, label="non-saturating: slope of KL(q || p) - 2 JS")
ax.set(
    title="What θ feels, against the best D",
    xlabel="distance of the fakes from the data",
    ylabel="gradient, log scale",
    ylim=(1e-4, 20),
)
ax.legend(loc="lower left")
show(fig, "04.two_slopes")
checked = [0.5, 1.5, 3.0]
worst = max(abs(slopes_at(delta)[0] - difference(two_js, delta)) for delta in checked)
verdict("saturating: largest difference from the slope of 2 JS", worst, high=1e-5)
worst = max(abs(slopes_at(delta)[1] - difference(reverse_kl_minus_two_js, delta)) for delta in checked)
verdict("non-saturating: largest difference from the slope of KL - 2 JS", worst, high=1e-5)
verdict("distance 8: non-saturating gradient over saturating", pairs[-1, 1] / pairs[-1, 0], low=1000)

# %% [markdown]
# The reverse KL does not mind a mode that it misses (notebook 00). It is tempting to blame it when a GAN drops a mode;
# exhibit D tests that: a single training that collapses with the saturating loss shows that the reverse KL is not
# needed for it.

# %% [markdown]
# ## 7. The smallest game
#
# So far $D$ was fitted to the end before $G$ moved. In practice both take small steps, which is faster, but no longer
# gradient descent: there is no single function that both go down. The smallest game shows what may happen:
#
# $$\min_x \max_y\; x\, y$$
#
# The solution is $(0, 0)$. The gradient for $x$ is $y$, and $x$ goes down; the gradient for $y$ is $x$, and $y$ goes
# up. Let both look at the same point and step together, with step size $a$.
#
# **Exercise 6.** Write one **simultaneous** step.


# %%
def bilinear_step(x, y, a):
    """x, y: [N] places of the two players, a: step size -> their new places, both found from the old ones."""
    ### BEGIN SOLUTION
    return x - a * y, y + a * x
    ### END SOLUTION


# %%
bilinear_step = check("gan.bilinear_step", bilinear_step)

# %% [markdown]
# **Predict.** Start at $(1, 0)$ and take many small steps. Where does the point go? (a) slowly to the solution; (b)
# away from it; (c) round it, at a fixed distance.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
place = torch.tensor([1.0, 0.0], dtype=torch.float64)
radius = {}
for a, steps in ((0.2, 200), (0.02, 2000)):
    x, y = place[:1], place[1:]
    for _ in range(steps):
        x, y = bilinear_step(x, y, a)
    radius[a] = torch.hypot(x, y).item()

# %% [markdown]
# The next cell compares it with your guess.

# %% tags=["hide-input"]
answer = "a" if radius[0.02] < 0.9 else "b" if radius[0.02] > 1.1 else "c"
reveal(guess, answer, "04.smaller_steps")
verdict("distance after 200 steps of 0.2 (it began at 1)", radius[0.2], low=45, high=56)
verdict("distance after 2,000 steps of 0.02", radius[0.02], low=1.4, high=1.6)

# %% [markdown]
# As a matrix, the step is
# $\begin{pmatrix} x \\ y \end{pmatrix} \leftarrow \begin{pmatrix} 1 & -a \\ a & 1 \end{pmatrix} \begin{pmatrix} x \\ y \end{pmatrix}$:
# a rotation, times $\sqrt{1 + a^2}$. That factor is above one for every step size, so a smaller step only takes longer
# to run away.

# %% [markdown]
# In the **alternating** rule, $y$ already sees the new $x$; this is how GANs are trained. The **extragradient** rule
# (Korpelevich 1976) looks one step ahead, comes back, and steps with the gradient that it found *there*.
#
# **Exercise 7.** Write one extragradient step.


# %%
def extragradient_step(x, y, a):
    """x, y: [N], a: step size -> the new places after a look one simultaneous step ahead."""
    ### BEGIN SOLUTION
    ahead_x, ahead_y = bilinear_step(x, y, a)
    return x - a * ahead_y, y + a * ahead_x
    ### END SOLUTION


# %%
extragradient_step = check("gan.extragradient_step", extragradient_step)


# %%
def alternating_step(x, y, a):
    x = x - a * y
    return x, y + a * x


rules = {
    "simultaneous": (bilinear_step, MODEL, "-", "s"),
    "alternating": (alternating_step, DATA, "--", "o"),
    "extragradient": (extragradient_step, GREEN, "-.", "^"),
}
theory = {
    "simultaneous": lambda a: math.sqrt(1 + a**2),
    "alternating": lambda a: 1.0,
    "extragradient": lambda a: math.sqrt(1 - a**2 + a**4),
}


def trajectory(step, a, n):
    x, y = place[:1], place[1:]
    path = [torch.cat([x, y])]
    for _ in range(n):
        x, y = step(x, y, a)
        path.append(torch.cat([x, y]))
    return torch.stack(path)


# %% [markdown]
# The next cell draws the three paths, and compares their growth with theory: simultaneous steps spiral out, alternating
# ones circle, and a look ahead brings the point in.

# %% tags=["hide-input"]
sizes = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95]
fig, axes = subplots(1, 2, figsize=(8.2, 3.6))
for name, (step, colour, style, marker) in rules.items():
    path = trajectory(step, 0.2, 45)
    axes[0].plot(
        path[:, 0], path[:, 1], style, marker=marker, markevery=3, markersize=5, color=colour, label=name
    )
    measured = [trajectory(step, a, 500).norm(dim=1)[-1].item() ** (1 / 500) for a in sizes]
    axes[1].plot(sizes, measured, marker, color=colour, markersize=8, label=name)
    fine = [0.01 * i for i in range(1, 100)]
    axes[1].plot(fine, [theory[name](a) for a in fine], style, color=colour, linewidth=1.5)
    worst = max(abs(one - theory[name](a)) for one, a in zip(measured, sizes, strict=True))
    verdict(f"{name}: largest |measured - theory|, seven step sizes", worst, high=0.003)
axes[0].plot(0, 0, "*", color="black", markersize=14)
axes[0].plot(1, 0, "o", color="white", markeredgecolor="black", markersize=10)
axes[0].set(
    title="45 steps of 0.2 from the white dot", xlabel="x, goes down", ylabel="y, goes up", aspect="equal"
)
axes[1].axhline(1, color=NOISE, linewidth=1)
axes[1].set(title="Growth of the distance in a step", xlabel="step size a", ylabel="factor; lines: theory")
axes[1].legend(loc="upper left")
show(fig, "04.three_rules")

# %% [markdown]
# ### Going further: back to the toy, with k steps of D
#
# The toy of section 1 is nearly this game. Near the solution, $V$ is a constant plus $\phi_1 (4 - \theta)$ times a
# constant, which is a product of two numbers. Two things save it. The logarithm bends $V$ in $\phi$, which acts as a
# brake. And $D$ may take **k steps for each one of $G$**, as in the first paper's algorithm.


# %%
def game(k, rounds=120, lr_d=0.3, lr_g=0.6):
    """Alternating play: k steps of D, one of G -> (θ, φ_1) after each round: [rounds, 2]."""
    phi, theta = players()
    path = []
    for _ in range(rounds):
        for _ in range(k):
            step_of_d(phi, theta, lr_d)
        step_of_g(phi, theta, lr_g)
        path.append([theta.item(), phi[1].item()])
    return torch.tensor(path)


# %% [markdown]
# The next cell plays with one, five and 25 steps of $D$, and draws where it leads.

# %% tags=["hide-input"]
fig, axes = subplots(1, 2, figsize=(8.4, 3.3))
overshoot = {}
for k, colour, style in ((1, MODEL, "-"), (5, DATA, "--"), (25, GREEN, "-.")):
    path = game(k)
    overshoot[k] = (path[:, 0].max() - (x_real.mean() - z.mean())).item()
    axes[0].plot(path[:, 0], style, color=colour, label=f"k = {k}")
    axes[1].plot(path[:, 0], path[:, 1], style, color=colour, label=f"k = {k}")
axes[0].axhline(x_real.mean() - z.mean(), color=NOISE, linewidth=1, linestyle=":")
axes[0].set(title="Where the fakes are", xlabel="round (one step of G)", ylabel="θ")
axes[1].plot(x_real.mean() - z.mean(), 0, "*", color="black", markersize=14)
axes[1].set(title="Both players", xlabel="θ", ylabel="slope of D's logit, $\\phi_1$")
axes[0].legend(loc="lower right")
show(fig, "04.k_steps")
verdict("k = 1: θ overshoots by", overshoot[1], low=0.5)
verdict("k = 25: θ overshoots by", overshoot[25], high=0.02)

# %% [markdown]
# More steps bring $D$ nearer to $D^*$, so that $G$ goes nearly straight down the black valley of section 4. But they
# cost time, and a $D$ that is too good brings a problem of its own (section 9, exhibit A).

# %% [markdown]
# ## 8. A GAN in the plane
#
# We return to the eight Gaussians and the small networks of section 1. A **round** is $k$ steps of $D$ and then one of
# $G$, the algorithm of the first paper, with fresh noise in every step.
#
# - In $D$'s step the fakes are **detached**: $D$ learns and $G$ does not.
# - In $G$'s step the gradient goes *through* $D$ into $G$, and only $G$'s optimiser steps.
#
# **Exercise 8.** Write the loop. You are given data and noise for $R$ rounds. `losses.d_loss(real, fake)` and
# `losses.g_loss(fake)` are losses like yours, on logits.


# %%
def play_rounds(real, noise, G, D, losses, g_optimizer, d_optimizer):
    """real: [R, k, B, 2], noise: [R, k + 1, B, 2], the last of each round for G; trains G and D for R rounds.

    -> [R, 2]: for each round D's last loss and G's loss, each before its step
    """
    ### BEGIN SOLUTION
    history = []
    for batches, draws in zip(real, noise, strict=True):
        for x, z in zip(batches, draws[:-1], strict=True):
            loss_of_d = losses.d_loss(D(x), D(G(z).detach()))
            d_optimizer.zero_grad()
            loss_of_d.backward()
            d_optimizer.step()
        loss_of_g = losses.g_loss(D(G(draws[-1])))
        g_optimizer.zero_grad()
        loss_of_g.backward()
        g_optimizer.step()
        history.append([loss_of_d.item(), loss_of_g.item()])
    return torch.tensor(history)
    ### END SOLUTION


# %%
play_rounds = check("gan.play_rounds", play_rounds)

# %% [markdown]
# Here are 300 rounds of it, with $k = 1$.

# %%
G, D = new_players(seed=0)
g_optimizer, d_optimizer = (torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999)) for net in (G, D))
real, noise = points[torch.randint(len(points), (300, 1, 256))], torch.randn(300, 2, 256, 2)
play_rounds(real, noise, G, D, gan.Losses(d_loss, g_loss), g_optimizer, d_optimizer)

with torch.no_grad():
    noise = torch.randn(2000, 2, generator=dice())
    before, after = (net(noise).norm(dim=1).mean() for net in (new_players(seed=0)[0], G))
verdict("mean distance of the fakes from the centre, untrained (the data: 2)", before, high=0.6)
verdict("the same after 300 of your rounds", after, low=1.2, high=3.2)

# %% [markdown]
# A mode is covered if at least 2 % of 2,000 samples lie within three standard deviations of its centre. The next cell
# defines how we count.

# %% tags=["hide-input"]
circle = torch.arange(8) * math.pi / 4
modes = 2 * torch.stack([circle.cos(), circle.sin()], dim=1)
truth = exact.GaussianMixture(modes, torch.tensor(0.15))
plane = {"low": -3.0, "high": 3.0, "n": 75}
spots, _ = grid(plane["low"], plane["high"], plane["n"])
cell = ((plane["high"] - plane["low"]) / (plane["n"] - 1)) ** 2
p_plane = truth.log_prob(spots).exp()
NEAR = 3 * 0.15  # three standard deviations
of_the_data = 1 - math.exp(-(3**2) / 2)  # a Gaussian's share within three standard deviations, in the plane


def surface(D):
    with torch.no_grad():
        return torch.sigmoid(D(spots))[:, 0]


def covered(samples):
    return metrics.modes_covered(samples, modes, radius=NEAR, at_least=0.02)


def near_a_mode(samples):
    """The share of samples within three standard deviations of a mode."""
    return (torch.cdist(samples, modes).min(1).values < NEAR).float().mean().item()


def draws(G, n=2000, seed=1):
    with torch.no_grad():
        return G(torch.randn(n, 2, generator=dice(seed)))


# %% [markdown]
# Now the real training: 2,400 rounds, with a look every 60.

# %%
LOOK_EVERY = preset(60, smoke=1)


def play(seed, steps=2400, g_lr=1e-3, d_lr=1e-3, momentum=0.5, d_steps=1, losses=None, looks=()):
    """Train a GAN by your rounds -> a dict: G, D, by step the modes covered and the share near a mode, samples at `looks`."""
    G, D = new_players(seed)
    optimisers = [
        torch.optim.Adam(net.parameters(), lr=lr, betas=(momentum, 0.999), fused=True)
        for net, lr in ((G, g_lr), (D, d_lr))
    ]
    points = data.toy("eight_gaussians", 20_000, seed)
    run = {"G": G, "D": D, "steps": [], "covered": [], "near": [], "seen": {}}
    for step in range(LOOK_EVERY, preset(steps, smoke=4) + 1, LOOK_EVERY):
        real = points[torch.randint(len(points), (LOOK_EVERY, d_steps, 256))]
        noise = torch.randn(LOOK_EVERY, d_steps + 1, 256, 2)
        play_rounds(real, noise, G, D, losses or gan.Losses(d_loss, g_loss), *optimisers)
        samples = draws(G)
        run["steps"].append(step)
        run["covered"].append(covered(samples))
        run["near"].append(near_a_mode(samples))
        if step in looks:
            run["seen"][step] = samples, surface(D)
    return run


runs = [play(seed, looks=(60, 300, 900, 2400)) for seed in range(5)]

# %% [markdown]
# The next cell draws four moments of seed 0, and what all five seeds cover.

# %% tags=["hide-input"]
from course_utils.figures.minimax import draw_surface, moments

show(moments(runs[0]["seen"], modes, covered, NEAR), "04.training")
fig, axes = subplots(1, 2, figsize=(7.8, 3.1), sharex=True)
for seed, run in enumerate(runs):
    style = {
        "color": [MODEL, DATA, GREEN, NOISE, "black"][seed],
        "linestyle": ["-", "--", "-.", ":", "-"][seed],
    }
    axes[0].plot(run["steps"], run["covered"], label=f"seed {seed}", **style)
    axes[1].plot(run["steps"], run["near"], **style)
axes[0].set(title="Modes covered, of 8", xlabel="step", ylim=(-0.3, 8.6))
axes[1].axhline(of_the_data, color=NOISE, linewidth=1)
axes[1].text(2400, of_the_data + 0.01, "the data", ha="right", fontsize=12)
axes[1].set(title="Share of the samples near a mode", xlabel="step", ylim=(0, 1.08))
axes[0].legend(loc="lower right")
show(fig, "04.modes_by_step")
finals = [run["covered"][-1] for run in runs]
verdict("seed 0: modes covered at the end", finals[0], low=8)
verdict("seeds that cover all eight modes, of 5", sum(final == 8 for final in finals), low=4)
verdict("seed 0: share of samples near a mode", runs[0]["near"][-1], low=0.7)

# %% [markdown]
# Some samples always lie between the modes: $G$ is continuous, and cannot tear one connected cloud of noise into eight
# pieces. "Eight of eight" hides more than that: inside each mode the fakes fill a thin streak, where the data fill a
# disc. The section after this one measures it.
#
# **Predict.** All this ran with Adam and a *momentum* of 0.5 ($\beta_1$). What does Adam's default, 0.9, do to this
# game? (a) nothing much; (b) it gets there faster; (c) it gets there much later, or never.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
with_momentum = [play(seed, momentum=0.9) for seed in range(3)]

# %% [markdown]
# The next cell compares it with your guess.

# %% tags=["hide-input"]
modes_over_time = [sum(sum(run["covered"]) for run in three) for three in (runs[:3], with_momentum)]
ratio = modes_over_time[1] / max(1, modes_over_time[0])
answer = "b" if ratio > 1.05 else "c" if ratio < 0.8 else "a"
reveal(guess, answer, "04.momentum")
verdict("three seeds: modes covered with 0.9, averaged over the run, over those with 0.5", ratio, high=0.75)

# %% [markdown]
# ### Going further: what "eight of eight" hides
#
# Look at the second and third panels above: a cloud and a ring count as "eight of eight" already. Here the data's
# density is known, so we can do better. The next cell counts 400,000 samples in the cells of a grid, which gives $q$.
# Then $D$ can be compared with $p / (p + q)$, and the Jensen-Shannon divergence that $G$ set out to minimise can be
# measured.


# %% tags=["hide-input"]
def counted_density(G, n=400_000):
    """q on the grid of the plane, by counting samples in its cells: [75 * 75]."""
    samples = draws(G, n, seed=2)
    width = (plane["high"] - plane["low"]) / (plane["n"] - 1)
    place = ((samples - plane["low"]) / width).round().long()
    inside = ((place >= 0) & (place < plane["n"])).all(1)
    index = place[inside, 1] * plane["n"] + place[inside, 0]
    return torch.bincount(index, minlength=plane["n"] ** 2) / n / cell


def measured_js(G):
    return js_density(p_plane, counted_density(G), cell).item()


q_counted = counted_density(runs[0]["G"])
best_now = optimal_discriminator(p_plane, q_counted)

# %% [markdown]
# The next cell draws both beside the actual $D$, and compares the divergence with what that $D$ makes of it.

# %% tags=["hide-input"]
# Where D is hardly ever asked, the count is too poor to tell.
asked = (p_plane + q_counted) / 2 > 2e-3
fig, axes = subplots(1, 3, figsize=(10.4, 3.9))
scale = {"origin": "lower", "extent": (-3, 3, -3, 3), "cmap": "viridis", "interpolation": "nearest"}
axes[0].imshow(q_counted.clamp(max=0.5).reshape(plane["n"], -1).numpy(), **scale)
axes[0].set(title="q, counted", xticks=(-2, 0, 2), yticks=(-2, 0, 2), xlabel="$x_1$", ylabel="$x_2$")
picture = draw_surface(axes[1], torch.where(asked, best_now, torch.nan), "best D for this G")
axes[1].set_facecolor("#DDDDDD")
draw_surface(axes[2], surface(runs[0]["D"]), "its D")
fig.colorbar(picture, ax=axes, label="D(x)", shrink=0.85)
show(fig, "04.counted_density")
end = measured_js(runs[0]["G"])
begin = measured_js(new_players(0)[0])
verdict("Jensen-Shannon to the data, before training, nats (log 2 is 0.693)", begin, low=0.6, high=0.6932)
verdict("the same, after", end, low=0.15, high=0.5)
bound = (value(surface(runs[0]["D"]), p_plane, q_counted, cell).item() + math.log(4)) / 2
verdict("what its D makes of it, (V + log 4) / 2: share of the truth", bound / end, high=0.2)

# %% [markdown]
# Inside each mode the fakes fill a thin streak, where the data fill a disc. The current $D$ can hardly tell them apart.
# The best $D$ could: it would see orange threads and purple rims. The loss curve of a GAN shows what its own $D$ makes
# of it, and never the truth.

# %% [markdown]
# ### Going further: $D$ alone in the plane
#
# Is a trained $D$ near $p / (p + q)$ in the plane too? Let the fakes come from a Gaussian whose density we know, and
# compare the *whole surface*.

# %%
wide = exact.GaussianMixture(torch.zeros(1, 2), torch.tensor(1.5))
q_plane = wide.log_prob(spots).exp()
exact_plane = optimal_discriminator(p_plane, q_plane)

_, D = new_players(seed=0)
optimizer, generator = torch.optim.Adam(D.parameters(), lr=5e-3), dice()
D_STEPS = preset(1500, smoke=5)
for step in range(D_STEPS):
    loss = d_loss(D(truth.sample(512, generator)), D(wide.sample(512, generator)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    optimizer.param_groups[0]["lr"] = 5e-3 * (1 - step / D_STEPS)

# %% [markdown]
# The next cell draws both surfaces, and measures how far apart they are.

# %% tags=["hide-input"]
fig, axes = subplots(1, 2, figsize=(8.2, 3.6))
picture = draw_surface(axes[0], exact_plane, "exact: p / (p + q)")
draw_surface(axes[1], surface(D), "trained D")
axes[0].set_ylabel("$x_2$")
fig.colorbar(picture, ax=axes, label="D(x)")
show(fig, "04.two_surfaces")
seen_by_d = (p_plane + q_plane) / 2
off = (surface(D) - exact_plane).abs()
verdict("mean |trained - exact|, over what D sees", (off * seen_by_d).sum() / seen_by_d.sum(), high=0.05)

# %% [markdown]
# ## 9. The failure museum
#
# Exhibits A to C use the toy: one number $\theta$, plain gradient descent.

# %% [markdown]
# ### Going further: exhibit A
#
# **Exhibit A: D too strong.** The data are narrow now, and so is the noise, so that the two hardly overlap. $D$ is
# trained almost to the end in every round. $G$ has the saturating loss and 300 rounds, and it does not move. Mend it
# *without* touching $G$'s loss. You can change $D$'s steps, from 1 to 50 in a round, and `blur`, the width of the noise
# that is added to all that $D$ sees. One of the two does not help by itself.

# %%
x_narrow, z_narrow = 4 + 0.3 * torch.randn(500, generator=dice(3)), 0.3 * torch.randn(500, generator=dice(4))


ROUNDS = preset(300, smoke=5)


def duel(d_steps, blur, rounds=ROUNDS):
    """θ after these rounds; real and fake get noise of width `blur` before D sees them."""
    phi, theta = players()
    generator = dice(5)
    for _ in range(rounds):
        for _ in range(d_steps):
            real = x_narrow + blur * torch.randn(500, generator=generator)
            fake = z_narrow + theta.detach() + blur * torch.randn(500, generator=generator)
            descend(d_loss(logit(real, phi), logit(fake, phi)), phi, 1.0)
        fake = z_narrow + theta + blur * torch.randn(500, generator=generator)
        descend(g_loss_saturating(logit(fake, phi)), theta, 0.3)
    return theta.item()


def mended_a():
    """Return better settings, {"d_steps": ..., "blur": ...}, so that θ ends within 0.3 of 4."""
    ### BEGIN SOLUTION
    return {"d_steps": 20, "blur": 1.5}
    ### END SOLUTION


# %% [markdown]
# The next cell tries the game as it is, and with your settings.

# %% tags=["hide-input"]
DUEL = {"d_steps": 50, "blur": 0.0}


def judged_a(settings):
    wrong = settings_wrong(settings, DUEL, d_steps=(1, 50), blur=(0, 10))
    ends_at = 4 if wrong else duel(**settings)
    return wrong or ("" if abs(ends_at - 4) < 0.3 else f"θ ends at {ends_at:.2f}")


verdict("exhibit A, θ after 300 rounds (it should be 4)", duel(**DUEL), high=1)
no_blur = max(duel(d_steps=steps, blur=0.0) for steps in (1, 5, 20))
verdict("exhibit A with 1, 5 or 20 steps of D and no blur, the furthest θ", no_blur, high=1)
exhibit("A", mended_a, judged_a, 'a dict like {"d_steps": 50, "blur": 0.0}')

# %% [markdown]
# Fewer steps of $D$ do not help by themselves, because in 300 rounds $D$ becomes sure in any case. Noise on what $D$
# sees makes the two overlap, and then there is no sure answer for it to find.
#
# One lecture says: fix the generator, go on training the discriminator, and the generator's gradients disappear. We
# test this in the plane: an untrained $G$, a $D$ that is trained longer and longer, and the length of $G$'s gradient
# with both losses.

# %%
G, D = new_players(seed=3)
optimizer, generator, looks = torch.optim.Adam(D.parameters(), lr=2e-3), dice(), {}
for step in range(1, preset(2048, smoke=16) + 1):
    with torch.no_grad():
        fake = G(torch.randn(256, 2, generator=generator))
    loss = d_loss(D(truth.sample(256, generator)), D(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step & (step - 1) == 0:  # 1, 2, 4, 8, ...
        noise = torch.randn(2000, 2, generator=dice(1))
        for name, loss in (("saturating", g_loss_saturating), ("non-saturating", g_loss)):
            gradients = torch.autograd.grad(loss(D(G(noise))), list(G.parameters()))
            looks[name, step] = torch.cat([one.flatten() for one in gradients]).norm().item()

# %% [markdown]
# The next cell draws both lengths.

# %% tags=["hide-input"]
when = sorted({step for _, step in looks})
fig, ax = subplots(figsize=(7, 3.3))
for name, colour, style in (("saturating", NOISE, "--"), ("non-saturating", MODEL, "-")):
    ax.loglog(when, [looks[name, step] for step in when], style, marker="o", color=colour, label=name)
ax.set(title="G stands still, D trains on", xlabel="steps of D", ylabel="length of G's gradient")
ax.legend(loc="lower left")
show(fig, "04.length_of_gradient")
top = max(looks["saturating", step] for step in when)
verdict(
    "saturating: the gradient at the end over its largest", looks["saturating", when[-1]] / top, high=0.02
)
verdict(
    "non-saturating: the gradient at the end over that after 16 steps",
    looks["non-saturating", when[-1]] / looks["non-saturating", 16],
    low=1,
)

# %% [markdown]
# This is true for the saturating loss. With the other one the gradient does not disappear; it grows.

# %% [markdown]
# ### Exhibits B, C and D
#
# **Exhibit B: the fakes were never detached.** This round clears all gradients only once. Then both losses go backward,
# and both players step. It runs, the losses look calm, and $\theta$ stays where it is. Both losses send a gradient to
# $\theta$ through the same fakes: $-\log(1 - D)$ from $D$'s loss and $\log(1 - D)$ from $G$'s, which cancel to the last
# digit. ($G$'s loss also spoils $D$'s gradient, but that is put right by hand here.) Mend it: return what $D$'s step
# may see of the fakes.


# %%
def one_clearing(what_d_sees, keep_d_clean=True, rounds=300):
    """θ after rounds of: clear, both losses backward, both step; D's gradient kept free of G's loss, or not."""
    phi, theta = players()
    both = torch.optim.SGD([phi, theta], lr=0.3)
    for _ in range(rounds):
        both.zero_grad()
        fake = z + theta
        d_loss(logit(x_real, phi), logit(what_d_sees(fake), phi)).backward()
        of_d = phi.grad.clone()
        g_loss_saturating(logit(fake, phi)).backward()
        if keep_d_clean:
            phi.grad.copy_(of_d)
        both.step()
    return theta.item()


def mended_b(fake):
    """The fakes as D's step may see them: [500]."""
    ### BEGIN SOLUTION
    return fake.detach()
    ### END SOLUTION


# %% [markdown]
# The next cell tries the round as it is, and with your fakes.


# %% tags=["hide-input"]
def judged_b(seen):
    if not torch.equal(seen, z):
        return "what D sees are no longer the fakes"
    ends_at = one_clearing(mended_b)
    return "" if abs(ends_at - 4) < 0.3 else f"θ ends at {ends_at:.2f}"


verdict("exhibit B, how far θ came in 300 rounds", abs(one_clearing(lambda fake: fake)), high=0.01)
exhibit("B", lambda: mended_b(z.clone()), judged_b, "a tensor [500], the fakes,")
verdict(
    "exhibit B, fakes detached but D's gradient not kept clean: how far θ came",
    abs(one_clearing(torch.Tensor.detach, False)),
    high=1.5,
)

# %% [markdown]
# If gradients are cleared only once per round, detaching is essential, and it is not enough: in the last line $G$'s
# loss cancels $D$'s term for the fakes, and $D$ learns next to nothing. So clear before each backward. (In your loop,
# which does, `detach` only saves work.)
#
# **Exhibit C: the saturating loss after a bad start.** $\theta$ begins at $-20$. $D$ needs only a few steps to be sure,
# and then every fake has a logit so low that $\log(1 - D)$ is flat. Mend it with another loss.


# %%
def far_away(loss, rounds=200):
    phi, theta = players(-20.0)
    for _ in range(rounds):
        for _ in range(5):
            step_of_d(phi, theta, lr=0.3)
        step_of_g(phi, theta, 1.0, loss)
    return theta.item()


def mended_c(fake):
    """A loss for G, from D's logits on the fakes: a scalar."""
    ### BEGIN SOLUTION
    return g_loss(fake)
    ### END SOLUTION


# %% [markdown]
# The next cell tries the saturating loss, and yours.


# %% tags=["hide-input"]
def judged_c(_):
    ends_at = far_away(mended_c)
    return "" if abs(ends_at - 4) < 0.5 else f"θ ends at {ends_at:.2f}"


verdict("exhibit C, θ after 200 rounds from -20", far_away(g_loss_saturating), high=-19)
exhibit("C", lambda: mended_c(z.clone()), judged_c, "a scalar that depends on the logits")

# %% [markdown]
# **Exhibit D: mode collapse.** $D$ learns at a tenth of the rate. In this training (seed 0) $G$ puts everything in one
# place, and has moved on when $D$ notices. In the second half most modes are missing. Mend it: return settings that
# cover at least seven modes. The number of steps is fixed.

# %%
broken = {"d_lr": 1e-4, "g_lr": 1e-3, "momentum": 0.5, "d_steps": 1}
collapsed = play(0, steps=1800, looks=(600, 1020, 1380, 1800), **broken)
show(moments(collapsed["seen"], modes, covered, NEAR), "04.collapse")


def late_modes(run):
    """The most modes that it covers at any time in its second half."""
    return max(run["covered"][len(run["covered"]) // 2 :])


def mended_d():
    """Return better settings, with the keys of `broken`."""
    ### BEGIN SOLUTION
    return {"d_lr": 1e-3, "g_lr": 1e-3, "momentum": 0.5, "d_steps": 2}
    ### END SOLUTION


# %% [markdown]
# The next cell counts the modes in the game as it is, with the other loss, and with your settings, once each.

# %% tags=["hide-input"]
verdict("exhibit D, most modes covered at any time in the second half", late_modes(collapsed), high=4)
saturating_too = play(0, steps=1800, losses=gan.Losses(d_loss, g_loss_saturating), **broken)
verdict(
    "exhibit D, the same with the saturating loss: it is not the reverse KL",
    late_modes(saturating_too),
    high=5,
)


def judged_d(settings):
    ranges = {"d_lr": (0, 1), "g_lr": (0, 1), "momentum": (0, 0.999), "d_steps": (1, 10)}
    wrong = settings_wrong(settings, broken, **ranges)
    now = 8 if wrong else play(0, steps=1800, **settings)["covered"][-1]
    return wrong or ("" if now >= 7 else f"{now} of eight modes are covered at the end")


exhibit("D", mended_d, judged_d, "a dict with the keys of `broken`")

# %% [markdown]
# ## Going further: exhibit C in the plane
#
# How often does exhibit C happen in practice? In the plane, with Adam, which divides a gradient by its usual size, the
# saturating loss does well in one training, from seed 0:

# %%
plain_minimax = play(0, losses=gan.Losses(d_loss, g_loss_saturating))
verdict("eight Gaussians, saturating loss, Adam: modes covered", plain_minimax["covered"][-1], low=7)

# %% [markdown]
# So the loss alone does not decide. Exhibit C had a far start and plain descent; this run had neither.

# %% [markdown]
# ## Read with care
#
# The table shows what the source lectures print, and what holds. A test stands behind each line.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("04"))

# %% [markdown]
# ## What to take with you
#
# - A GAN needs samples only: a classifier tells the generator how to change them.
# - The best $D$ is $\frac{p}{p + q}$, a density ratio. A $G$ that faces it minimises $2\,\mathrm{JS}(p, q) - \log 4$.
#   But it must face a *new* $D$ after every step.
# - Where the two do not overlap, JS is stuck at $\log 2$; $W_1$ is not.
# - Where $D$ is sure, the saturating loss has no gradient. The non-saturating one has, and it minimises something else.
# - A game is not a descent. On $xy$, with a step below one, simultaneous steps spiral out, alternating ones circle, and
#   a look ahead brings the point in.
# - The losses do not say how good $G$ is, so count modes, and measure.

# %% [markdown]
# ## Going further: for and against, what is left out, papers
#
# **For and against.** Compared with a VAE, a GAN has sharp samples, no bound to pay for, and any differentiable $G$.
# But it has no likelihood and no encoder, nothing guarantees that the two networks converge, and modes may go missing
# without any sign in the loss.
#
# **Left out here.** Images (notebook 05), Wasserstein and other losses ({notebook 06}), conditional GANs ({notebook
# 07}). Optimism, consensus optimisation and the theory of when gradient play converges; mixed strategies.
#
# **Papers.** Korpelevich, *The extragradient method for finding saddle points and other problems*, 1976. Goodfellow et
# al., *Generative adversarial nets*, 2014. Goodfellow, *NIPS 2016 tutorial: Generative adversarial networks*. Arjovsky
# and Bottou, *Towards principled methods for training generative adversarial networks*, 2017. Arjovsky, Chintala and
# Bottou, *Wasserstein GAN*, 2017. Sønderby et al., *Amortised MAP inference for image super-resolution*, 2017 (noise on
# what D sees). Mescheder, Geiger and Nowozin, *Which training methods for GANs do actually converge?*, 2018. Gidel et
# al., *A variational inequality perspective on generative adversarial networks*, 2019.
