# ---
# jupyter:
#   course:
#     title: Flow matching
#     summary: Straight lines from noise to data that cross, and the flow between them that does not; its loss, its samplers, and how to straighten it.
#     about: >-
#       Draw a straight line from noise to data, and learn the average direction of all lines through a point. The same
#       thing as diffusion, told more simply; straightened, it samples in one step. Needs 11, 13 and 14. *Touch:*
#       lines that cross, and the flow between them.
# ---

# %% [markdown]
# # 16 Flow matching
#
# **Follows** no lecture of the course's sources. The papers are Lipman et al., *Flow matching for generative modeling*,
# Liu et al., *Flow straight and fast*, and Albergo and Vanden-Eijnden, *Building normalizing flows with stochastic
# interpolants*, all of 2023; the tables of section 4 continue that of notebook 11.
#
# **After this notebook you can**
# - say which velocity carries noise to data although the lines between them cross, and write it down for a mixture;
# - write the loop that learns it, and say why its loss does not go to 0;
# - sample by Euler's method, and compare with the samplers of diffusion at equal cost;
# - read one model as velocity, data, noise or score, in either direction of time;
# - measure how straight a flow is, and straighten it until one step is enough.
#
# **Builds on** 11 (what a model predicts), 12 (the network of digits), {notebook 13} (samplers, the differential
# equation from noise to data and its likelihood: these are shared, while path, loss and reflow are new) and 14
# (guidance). **Time to run:** {measured_time}. Sections marked "Going further" can be skipped.

# %%
import math

import torch
from threadpoolctl import threadpool_limits

from course_utils import checkpoints, data, divergences, exact, flow_matching, metrics, training
from course_utils.checks import check, hint, reveal
from course_utils.diffusion import NoiseSchedule, PlaneNet, exact_model, guidance, samplers
from course_utils.figures import flow_matching as draw
from course_utils.figures import image_rows, show
from course_utils.flow_matching import FlowNet, Path, exact_velocity
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import FlowExplorer

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## Lines from noise to data, and a first attempt
#
# At the left, straight lines lead from noise, at $t = 0$, to data, at $t = 1$; the two ends were paired at random. At
# the right, paths start from the same noises. Drag $t$, or press Play: the lines cross everywhere, while no two points
# on the paths are ever at one place at the same time, and both arrive at the data. Then try fewer steps, and a round of
# reflow.

# %%
FlowExplorer()

# %% [markdown]
# Our data are the eight Gaussians of notebook 11. The naive way to get from noise to data: draw random pairs, and let a
# network learn the data point from the noise in one jump, with the squared error as its loss.

# %%
angle = torch.arange(8).double() * math.pi / 4
centres = 1.35 * torch.stack([angle.cos(), angle.sin()], dim=1)
truth = exact.GaussianMixture(
    centres, torch.tensor([0.15, 0.3] * 4), torch.tensor([4, 3, 2, 1, 4, 3, 2, 1]) / 20
)
points_seen = truth.sample(20_000, dice(0)).float()


def one_jump(model, points):
    noise = torch.randn_like(points)  # paired at random
    return (model(noise, torch.zeros(len(points))) - points).square().mean()


torch.manual_seed(0)
jumper = PlaneNet(hidden=64, layers=3)
history = training.fit(
    jumper, one_jump, points_seen, steps=400, batch_size=512, lr=2e-3, device="cpu", progress=False
)

# %% [markdown]
# The next cell draws 60 such pairs, and where the jump takes 700 fresh noises; the circles are two standard deviations
# of the modes.


# %% tags=["hide-input"]
def share_at_home(points):
    """Share of the points within three standard deviations of a mode; of the data, 99%."""
    distances = torch.cdist(points.double(), centres) / truth.stds
    return (distances.min(1).values < 3).double().mean().item()


def crossings(starts, ends):
    """Which of the segments from starts to ends, [N, 2] each, cross: bool [N, N]."""

    def side(a, b, c):
        """On which side of the line from a to b is c, [N, N]."""
        (x, y), (u, v) = (b - a).unbind(-1), (c - a).unbind(-1)
        return x * v - y * u

    a, b, c, d = starts[:, None], ends[:, None], starts[None], ends[None]
    apart = side(a, b, c) * side(a, b, d) < 0
    return apart & apart.T


fresh = torch.randn(700, 2, generator=dice(15))
with torch.no_grad():
    landed = jumper(fresh, torch.zeros(700))
fig = draw.first_attempt(fresh[:60], points_seen[:60], points_seen[:700], landed, centres, truth.stds)
show(fig, "16.first_attempt")
crossed = crossings(fresh[:60], points_seen[:60]).any(1).double().mean()
verdict("share of the 60 lines that cross another one", crossed, low=0.95)
off = landed.norm(dim=1).mean() / points_seen.norm(dim=1).mean()
verdict("one jump: mean distance from the middle, over that of the data", off, high=0.12)

# %% [markdown]
# As in notebook 11, one jump lands at the average of the data. Many small steps along the lines would be better, but at
# a crossing one line says this way and another that way. Which **velocity** carries noise to data if the lines cross?

# %% [markdown]
# ## 1. The path, and the velocity
#
# Draw a noise $\epsilon \sim \mathcal N(0, I)$ and a data point $x$, and join them by a straight line:
#
# $$x_t = (1 - t)\, \epsilon + t\, x, \qquad \frac{\mathrm d x_t}{\mathrm d t} = x - \epsilon, \qquad 0 \le t \le 1$$
#
# Time runs from **noise at 0 to data at 1**, against diffusion's. (Papers on flows call the noise $x_0$ and the data
# $x_1$. In this course $x_0$ is the clean point of diffusion, so here they are $\epsilon$ and $x$.)
#
# **Exercise 1.** Write both: where the point is, and the target, which is its velocity.


# %%
def path_and_target(noise, data, t):
    """noise, data: [B, D]; t: [B, 1], 0 noise and 1 data -> x_t: [B, D], velocity of the line: [B, D]."""
    ### BEGIN SOLUTION
    return (1 - t) * noise + t * data, data - noise
    ### END SOLUTION


# %%
path_and_target = check("flow.path_and_target", path_and_target)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name; a second call gives a stronger one.

# %%
hint("flow.path_and_target")

# %% [markdown]
# $x - \epsilon$ is the **conditional** velocity: it belongs to one pair. A sampler sees only $x_t$ and $t$, and knows
# no pair. The best answer it can give, in squared error, is the average over all lines through that point, the
# **marginal** velocity
#
# $$u(x, t) = \mathbb E\big[\, x - \epsilon \;\big|\; x_t = x \,\big]$$
#
# In the first attempt an average was useless. Here it is exactly right. Take any smooth function $f$ and ask how its
# average over the moving cloud changes:
#
# $$\frac{\mathrm d}{\mathrm d t}\, \mathbb E f(x_t) = \mathbb E\big[ \nabla f(x_t) \cdot (x - \epsilon) \big] = \mathbb E\big[ \nabla f(x_t) \cdot u(x_t, t) \big]$$
#
# The second step averages over the lines through one point first. What remains is the equation of a cloud in which each
# point moves by $u$. So points that start as noise and follow $\mathrm d x / \mathrm d t = u(x, t)$ have the same
# averages as the lines at every $t$, and end as data. Only who becomes whom differs: where two lines cross, the flow
# has one velocity, so its paths cannot cross (at one place *and* one time).
#
# For a mixture of Gaussians $u$ has a closed form. Suppose $x$ came from component $k$, $\mathcal N(m_k, s_k^2 I)$.
# Then $x_t$ has mean $t\, m_k$ and variance $r_k^2 = (1 - t)^2 + t^2 s_k^2$ in each coordinate, and its covariance
# with $x - \epsilon$ is $t\, s_k^2 - (1 - t)$. The average of one Gaussian given another is a straight line in it:
#
# $$u_k(x, t) = m_k + \frac{t\, s_k^2 - (1 - t)}{r_k^2}\, (x - t\, m_k), \qquad u(x, t) = \sum_k p(k \mid x_t = x)\, u_k(x, t)$$
#
# with $p(k \mid x_t = x) \propto w_k\, \mathcal N(x;\, t\, m_k,\, r_k^2 I)$.
#
# **Exercise 2.** Write $u$. Work with logarithms and a softmax, because far away all densities round to 0.


# %%
def mixture_velocity(x, t, means, stds, weights):
    """x: [B, D]; t: a number in [0, 1); means: [K, D]; stds, weights: [K] -> u(x, t): [B, D]."""
    ### BEGIN SOLUTION
    variances = (1 - t) ** 2 + t**2 * stds**2
    away = x[:, None] - t * means  # [B, K, D]
    logits = weights.log() - x.shape[1] / 2 * variances.log() - away.square().sum(2) / (2 * variances)
    gains = (t * stds**2 - (1 - t)) / variances
    of_each = means + gains[:, None] * away
    return (logits.softmax(dim=1)[..., None] * of_each).sum(dim=1)
    ### END SOLUTION


# %%
mixture_velocity = check("flow.mixture_velocity", mixture_velocity)

# %% [markdown]
# **Exercise 3.** To follow a velocity, take small straight steps (Euler's method): start at $t = 0$, and for each of
# `steps` equal steps move by the velocity times the length of the step. The model wants one $t$ for each point.


# %%
def euler_sample(velocity, x, steps):
    """velocity: (x [B, D], t [B]) -> [B, D]; x: noise, [B, D]; steps: int -> x at t = 1, [B, D]."""
    ### BEGIN SOLUTION
    for k in range(steps):
        t = torch.full((len(x),), k / steps, dtype=x.dtype)
        x = x + velocity(x, t) / steps
    return x
    ### END SOLUTION


# %%
euler_sample = check("flow.euler_sample", euler_sample)

# %% [markdown]
# ### Sampling with no network
#
# Put the two together: your sampler, led by your velocity.


# %%
def ring_velocity(x, t):
    """Your velocity for the eight Gaussians; all t of a sampler's batch are the same."""
    return mixture_velocity(x.double(), float(t[0]), truth.means, truth.stds, truth.weights).to(x.dtype)


WALKERS = preset(4000, smoke=200)
noise = torch.randn(WALKERS, 2, generator=dice(1))
samples = euler_sample(ring_velocity, noise, 100)

# %% [markdown]
# The next cell draws 700 points on their way, and compares where 4,000 end with the data.


# %% tags=["hide-input"]
def masses(points):
    """Share of the points nearest to each centre, [8]."""
    return torch.bincount(torch.cdist(points.double(), centres).argmin(1), minlength=8) / len(points)


plenty = truth.sample(200_000, dice(9))
true_masses = masses(plenty)
turns = torch.arange(16).double() * math.pi / 16
directions = torch.stack([turns.cos(), turns.sin()])  # [2, 16]


def distance_to_data(points):
    """Sliced Wasserstein distance to the data: W1 along 16 directions, on average."""
    seen, wanted = points.double() @ directions, plenty[: len(points)] @ directions
    return sum(divergences.wasserstein1(*pair) for pair in zip(seen.T, wanted.T, strict=True)).item() / 16


oracle = exact_velocity(truth)  # the course's, for all t at once
shown = {}
flow_matching.sample(
    oracle, (700, 2), steps=100, x=fresh,
    watch=lambda t, x: shown.update({t: x}) if t in (0, 0.25, 0.5, 0.75, 1) else None,
)  # fmt: skip
show(draw.way_of_flow(shown, centres, truth.stds), "16.no_network")
verdict("100 steps: largest error of a mode's mass", (masses(samples) - true_masses).abs().max(), high=0.03)
verdict("share near a mode", share_at_home(samples), low=0.98)
between = distance_to_data(samples)
verdict(
    "distance to the data, over that of two samples of the data",
    between / distance_to_data(plenty[-WALKERS:]),
    high=1.6,
)
gap = (
    (ring_velocity(noise, torch.full((WALKERS,), 0.7)) - oracle(noise, torch.full((WALKERS,), 0.7)))
    .abs()
    .max()
)
verdict("your velocity against the course's: largest difference", gap, high=1e-4)

# %% [markdown]
# The next cell draws lines and flow for two bumps on a line, and counts what crosses.

# %% tags=["hide-input"]
pair = exact.GaussianMixture(torch.tensor([[-1.5], [1.5]]).double(), 0.35)
ends = torch.cat([torch.randn(60, 1, generator=dice(3)).double(), pair.sample(60, dice(4))], dim=1)
paths = [ends[:, :1]]
flow_matching.sample(exact_velocity(pair), (60, 1), steps=200, x=paths[0], watch=lambda t, x: paths.append(x))
paths = torch.stack(paths[1:])[..., 0]  # [201, 60]
show(draw.lines_and_flow(torch.linspace(0, 1, 201), ends, paths), "16.lines_and_flow")
order = ends[:, 0].argsort()
swaps = ((ends[order, 1][:, None] > ends[order, 1]).triu(1)).double().sum() / (60 * 59 / 2)
verdict("60 lines: share of the pairs of lines that cross", swaps, low=0.4, high=0.6)
verdict("the flow: least distance of neighbours, at any time", paths[:, order].diff(dim=1).min(), low=0)

# %% [markdown]
# Half of all pairs of lines cross, and no two paths of the flow do. (On the line you can see it; in the plane paths may
# pass one place at different times.)

# %% [markdown]
# **Predict.** Take *one* Euler step, of length 1, with the exact velocity. Where do the points land? (a) In the modes;
# (b) on the ring, in the modes and between them; (c) all in one spot.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
one_step = euler_sample(ring_velocity, noise, 1)
spread = (one_step.std(0).mean() / points_seen.std(0).mean()).item()
answer = "c" if spread < 0.01 else "a" if share_at_home(one_step) > 0.9 else "b"
reveal(guess, answer, "16.one_euler_step")

# %% [markdown]
# ## 2. Training
#
# For data that nobody can write down, let a network $u_\theta$ say the velocity, and train it on the lines:
#
# $$L(\theta) = \mathbb E\, \lVert u_\theta(x_t, t) - (x - \epsilon) \rVert^2, \qquad t \text{ uniform on } [0, 1],\; \epsilon \sim \mathcal N(0, I)$$
#
# There is no schedule of a thousand steps, and no weight. The target is the velocity of *one* line, but a squared error
# is least at the average, so the network learns $u$:
#
# $$L(\theta) = \mathbb E\, \lVert u_\theta - u \rVert^2 + \underbrace{\mathbb E\, \lVert (x - \epsilon) - u \rVert^2}_{\text{no } \theta \text{ in it}}$$
#
# **Exercise 4.** Write the loop. For each batch: points on the lines and their targets (your `path_and_target`), the
# mean squared error over points and coordinates, then clear the gradients, compute them, and let the optimiser step.
# The model wants its times as `[B]`. Return the losses as a list of numbers.


# %%
def train(model, optimiser, batches, noises, times):
    """model: (x [B, D], t [B]) -> [B, D]; batches, noises: [S, B, D]; times: [S, B, 1] -> S losses, a list."""
    ### BEGIN SOLUTION
    losses = []
    for points, noise, t in zip(batches, noises, times, strict=True):
        x_t, target = path_and_target(noise, points, t)
        loss = (model(x_t, t[:, 0]) - target).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION


# %%
train = check("flow.train", train)

# %% [markdown]
# How low can the loss get? Take data for which everything is known, $\mathcal N(m, s^2)$ in each coordinate, and the
# *exact* velocity (the formula above with one component).


# %%
def loss_of_exact(m, s, n=200_000):
    """The loss of the exact velocity for noise N(0, 1) and data N(m, s^2), per coordinate."""
    noise, data = torch.randn(2, n, 1, generator=dice(2)).double()
    t = torch.rand(n, 1, generator=dice(3)).double()
    x_t, target = path_and_target(noise, m + s * data, t)
    u = m + (t * s**2 - (1 - t)) / ((1 - t) ** 2 + t**2 * s**2) * (x_t - t * m)
    return (u - target).square().mean().item()


# %% [markdown]
# **Predict.** What is its loss? (a) 0, because it is exact; (b) more than 0, and larger the further away the data are,
# $|m|$; (c) more than 0, and only $s$ counts.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
near, far, wide = loss_of_exact(0, 0.5), loss_of_exact(3, 0.5), loss_of_exact(0, 1)
answer = "a" if near < 0.01 else "b" if far > 1.1 * near else "c" if wide > 1.1 * near else "none"
reveal(guess, answer, "16.loss_of_the_exact_velocity")

# %% [markdown]
# The formula: what $x_t$ leaves open of $x - \epsilon$ has the variance
# $1 + s^2 - \frac{(t s^2 - (1 - t))^2}{(1 - t)^2 + t^2 s^2} = \frac{s^2}{(1 - t)^2 + t^2 s^2}$, and the average of
# this over $t$ is $\pi s / 2$ (substitute $t / (1 - t)$). Can a network get there? The next cell trains three, with
# different seeds, by your loop.


# %%
def new_net(seed, layers=3):
    torch.manual_seed(seed)
    return FlowNet(PlaneNet(hidden=64, layers=layers))  # tells notebook 11's network 1,000 t


def learn(net, batches, noises, times, lr=3e-3, decay=0.99):
    """Train net by your loop; returns the average of its weights (notebook 12), and the losses."""
    optimiser, average = training.adamw(net, lr), training.WeightAverage(net, decay)
    optimiser.register_step_post_hook(lambda *_: average.update())
    losses = train(net, optimiser, batches, noises, times)
    return average.model.eval(), losses


def drawn(steps, size, seed):
    """Noises [steps, size, 2], uniform times [steps, size, 1], and rows of the data [steps, size]."""
    generator = dice(seed)
    noises = torch.randn(steps, size, 2, generator=generator)
    times = torch.rand(steps, size, 1, generator=generator)
    return noises, times, torch.randint(len(points_seen), (steps, size), generator=generator)


m, s = torch.tensor([1.0, -0.5]), 0.5
floor, reached = math.pi * s / 2, []
for seed in range(3):
    noises, times, _ = drawn(preset(1200, smoke=3), 256, seed)
    data_of_seed = m + s * torch.randn(noises.shape, generator=dice(10 + seed))
    net_of_seed, _ = learn(new_net(seed, layers=2), data_of_seed, noises, times)
    noise, points = torch.randn(2, 200_000, 2, generator=dice(99))
    t = torch.rand(200_000, 1, generator=dice(98))
    x_t, target = path_and_target(noise, m + s * points, t)
    with torch.no_grad():
        reached.append((net_of_seed(x_t, t[:, 0]) - target).square().mean().item() / floor)

# %% [markdown]
# The next cell compares exact velocities and networks with $\pi s / 2$.

# %% tags=["hide-input"]
for (m_, s_), value in (((0, 0.5), near), ((3, 0.5), far), ((0, 1), wide)):
    verdict(
        f"m = {m_}, s = {s_}: loss of the exact velocity over π s / 2", value / (math.pi * s_ / 2), 0.99, 1.01
    )
for seed, value in enumerate(reached):
    verdict(f"seed {seed}: held-out loss of the network over π s / 2", value, low=0.99, high=1.02)

# %% [markdown]
# So a loss that stops far above 0 is no sign of failure. Now the ring:

# %%
noises, times, rows = drawn(preset(3000, smoke=3), 512, seed=5)
net, losses = learn(new_net(0), points_seen[rows], noises, times, decay=0.995)
noise = torch.randn(WALKERS, 2, generator=dice(1))
with torch.no_grad():
    learned = euler_sample(net, noise, 50)

# %% [markdown]
# The next cell draws the samples beside the data, and measures.

# %% tags=["hide-input"]
clouds = {"the data": plenty[:1500], "the exact flow": samples[:1500], "the network": learned[:1500]}
show(draw.clouds_of(clouds, centres, truth.stds), "16.samples")
held_out, fresh = truth.sample(20_000, dice(77)).float(), torch.randn(20_000, 2, generator=dice(78))
t = torch.rand(20_000, 1, generator=dice(79))
x_t, target = path_and_target(fresh, held_out, t)
with torch.no_grad():
    own, best = ((model(x_t, t[:, 0]) - target).square().mean().item() for model in (net, oracle))
verdict("held-out loss of the exact velocity", best, low=1.3, high=1.4)
verdict("of the network, over that", own / best, low=1, high=1.06)
verdict("network, 50 steps: share near a mode (of the data, 0.99)", share_at_home(learned), low=0.96)
verdict("largest error of a mode's mass", (masses(learned) - true_masses).abs().max(), high=0.05)

# %% [markdown]
# ## 3. How many steps?
#
# Euler's error falls like $1 / \text{steps}$. The **midpoint** method takes the velocity half way through the step. It
# calls the model twice, and its error falls like $1 / \text{steps}^2$:


# %%
def midpoint_sample(velocity, x, steps):
    for k in range(steps):
        now = torch.full_like(x[:, 0], k / steps)
        half_way = x + velocity(x, now) / (2 * steps)
        x = x + velocity(half_way, now + 1 / (2 * steps)) / steps
    return x


# %% [markdown]
# Now beside {notebook 13}: the exact denoiser of the same ring, its samplers, and the same starts. Each sampler has
# its own equation, but all are one flow in other coordinates (section 4), so all have the same right ends. The next
# cell walks there in many small steps, and then measures every sampler at equal calls of the model.

# %% tags=["hide-input"]
CALLS = (4, 8, 16, 32, 64, 128)
starts = torch.randn(preset(1000, smoke=50), 2, generator=dice(21)).double()
right_ends = flow_matching.sample(oracle, starts.shape, steps=400, method="midpoint", x=starts)


def miss(ends):
    """Mean distance from where each start belongs."""
    return (ends - right_ends).norm(dim=1).mean().item()


def walks(sampler, calls, schedule, **how):
    """Ends of a sampler of notebook 13 by the exact denoiser, that calls it so many times."""
    return sampler(
        exact_model(truth, schedule), schedule, starts.shape, num_inference_steps=calls, x_T=starts, **how
    )


linear, cosine = NoiseSchedule.linear(1000), NoiseSchedule.cosine(1000)
flows = {
    "Euler": {n: miss(euler_sample(oracle, starts, n)) for n in CALLS},
    "midpoint": {n: miss(midpoint_sample(oracle, starts, n // 2)) for n in CALLS},
}
diffusions = {
    "DDIM, linear": {n: miss(walks(samplers.ddim, n, linear)) for n in CALLS},
    "DDIM, cosine": {n: miss(walks(samplers.ddim, n, cosine)) for n in CALLS},
    "Heun, linear": {n: miss(walks(samplers.heun, n // 2, linear)) for n in CALLS},
    "2M, linear": {n: miss(walks(samplers.dpm_solver_pp_2m, n, linear)) for n in CALLS},
    "2M, cosine": {n: miss(walks(samplers.dpm_solver_pp_2m, n, cosine)) for n in CALLS},
}
fig = draw.solver_errors({"flow": flows, "diffusion": diffusions}, "mean distance from the right end")
show(fig, "16.solver_errors")


# %% [markdown]
# The next cell measures slopes, and compares.


# %% tags=["hide-input"]
def slope(curve, low=32, high=128):
    """By which power of the calls the error falls between two numbers of them."""
    return math.log(curve[low] / curve[high]) / math.log(high / low)


verdict("Euler: slope between 32 and 128 calls", slope(flows["Euler"]), low=0.9, high=1.1)
verdict("midpoint: the same", slope(flows["midpoint"]), low=1.6, high=2.2)
for n in (16, 64):
    ratio = diffusions["DDIM, cosine"][n] / flows["Euler"][n]
    verdict(f"{n} calls, DDIM on the cosine schedule: error over Euler's", ratio, 0.75, 1.2)
    verdict(
        f"{n} calls, on the linear one: the same", diffusions["DDIM, linear"][n] / flows["Euler"][n], 1.3, 1.9
    )
for n in CALLS[1:]:
    ratio = min(curve[n] for curve in diffusions.values()) / flows["midpoint"][n]
    verdict(f"{n} calls: the least error of diffusion's samplers over the midpoint method's", ratio, low=1.2)
start_ratio = (1 / linear.alphas_cumprod[-1] - 1).sqrt()
verdict("linear schedule: noise over signal where it starts", start_ratio, 155, 160)
karras = samplers.timesteps(linear, 64, spacing="karras")
spaced = miss(walks(samplers.heun, 64, linear, timesteps=karras)) / diffusions["Heun, linear"][128]
verdict("128 calls, Heun by Karras' spacing: error over that of even spacing", spaced, high=0.5)

# %% [markdown]
# Euler and DDIM are both of first order, and with the cosine schedule they are equally good: DDIM is Euler's method
# too, in other coordinates, and this schedule passes the levels of noise about as the straight line does. With the
# linear schedule DDIM needs more calls. So part of what is credited to flow matching is spacing, and part coordinates.
#
# The midpoint method is the best of all from 8 calls on, with nothing tuned, because the velocity is finite everywhere.
# Heun's method is of second order too, but in diffusion's coordinates it starts where noise over signal is 157, and
# needs Karras' spacing and many calls.

# %% [markdown]
# ## 4. The same thing as diffusion
#
# Since $x_t = (1 - t)\, \epsilon + t\, x$, a velocity is at the same time a guess of the data, of the noise, and of the
# score. This is the table of notebook 11 with $t$ for the signal and $1 - t$ for the noise:
#
# | | from the velocity $u$ | back |
# |---|---|---|
# | the data | $\hat x = x_t + (1 - t)\, u$ | $u = (\hat x - x_t) / (1 - t)$ |
# | the noise | $\hat \epsilon = x_t - t\, u$ | $u = (x_t - \hat \epsilon) / t$ |
# | the score | $\nabla \log p_t = -\hat \epsilon / (1 - t)$ | |
# | notebook 11's $v$ | $t\, \hat \epsilon - (1 - t)\, \hat x$, divided by $\sqrt{t^2 + (1 - t)^2}$ | |
#
# From $u$ the data and the noise come without a division; each way back divides by 0 at one of the ends.
#
# **Exercise 5.** Write the third line in terms of $u$, for $0 \le t < 1$.


# %%
def velocity_to_score(v, x, t):
    """v, x: velocity and x_t, [B, D]; t: [B, 1] in [0, 1) -> the score of p_t at x: [B, D]."""
    ### BEGIN SOLUTION
    return (t * v - x) / (1 - t)
    ### END SOLUTION


# %%
velocity_to_score = check("flow.velocity_to_score", velocity_to_score)

# %% [markdown]
# So one network can be read in every language, and used by any sampler. Our network of section 2 was trained as a flow.
# `flow_matching.as_denoiser` reads it as a diffusion model: it scales $x_t$, and tells the network the $t$ at which
# signal and noise have the same ratio.

# %%
as_diffusion = flow_matching.as_denoiser(net, Path.linear(), cosine)  # (x_t, step) -> epsilon
by_ddim = samplers.ddim(as_diffusion, cosine, noise.shape, num_inference_steps=50, x_T=noise)

# %% [markdown]
# The next cell compares: scores with the mixture's own, DDIM with Euler, and the ends of the two exact flows.

# %% tags=["hide-input"]
largest = 0.0
for time in (0.0, 0.3, 0.6, 0.9):
    x = (1 - time) * starts + time * truth.sample(len(starts), dice(6))
    noisy = exact.GaussianMixture(
        time * centres, ((1 - time) ** 2 + time**2 * truth.stds**2).sqrt(), truth.weights
    )
    score = velocity_to_score(oracle(x, torch.full((len(x),), time)), x, torch.full((len(x), 1), time))
    largest = max(largest, (score - noisy.score(x)).abs().max().item())
verdict("score read off the exact velocity, against the mixture's: largest difference", largest, high=1e-4)
verdict("the network, DDIM against Euler, 50 steps from the same noise: median distance of the ends",
        (by_ddim - learned).norm(dim=1).median(), high=0.03)  # fmt: skip
verdict("share near a mode, DDIM minus Euler", share_at_home(by_ddim) - share_at_home(learned), -0.02, 0.02)
slow = walks(samplers.ddim, 1000, cosine)
verdict("exact: 1,000 steps of DDIM, mean distance from the flow's ends", miss(slow), high=0.005)

# %% [markdown]
# The same noise becomes the same sample. With Gaussian noise, the flow *is* the probability-flow equation of
# {notebook 13} in other coordinates, and whatever was trained as one can be sampled as the other.
#
# **Schedules are paths.** Replace $t$ and $1 - t$ by any signal and noise that run from 0 to 1 and from 1 to 0; the
# target becomes $\text{signal}'(t)\, x + \text{noise}'(t)\, \epsilon$. The next cell draws three paths, the third a
# diffusion schedule, and compares Euler's error on them.

# %% tags=["hide-input"]
ways = {
    "straight line": Path.linear(),
    "quarter circle": Path.cosine(),
    "linear schedule": Path.of_schedule(linear),
}
ticks = torch.linspace(0, 1, 101).double()
levels = {name: [v.flatten() for v in way.rates(ticks, ticks)] for name, way in ways.items()}
show(draw.levels_of_paths(ticks, levels), "16.paths")
for name, way in list(ways.items())[1:]:
    for n in (8, 32):
        error = miss(euler_sample(exact_velocity(truth, way), starts, n)) / flows["Euler"][n]
        low, high = {"quarter circle": (0.35, 0.6), "linear schedule": (0.7, 1.1)}[name]
        verdict(f"{name}, Euler with {n} steps: error over that of the straight line", error, low, high)

# %% [markdown]
# On the quarter circle the error is about half of that on the straight line: straight *lines* do not make a straight
# *flow*.
#
# **Time has two directions**, and both are in use:
#
# | | noise | data | velocity |
# |---|---|---|---|
# | here; Lipman et al.; Liu et al. | $t = 0$ | $t = 1$ | $x - \epsilon$ |
# | Esser et al. (Stable Diffusion 3), *diffusers* | $t = 1$ | $t = 0$ | $\epsilon - x$ |
# | diffusion, in code | $t = T - 1$ | before $t = 0$ | |
#
# From the first to the second: $t$ becomes $1 - t$, *and* the velocity changes its sign. Exhibit B forgets the first.

# %% [markdown]
# ## 5. Straight flows
#
# Euler's step would be exact, even a single one, if each point kept its velocity all the way. How far is a flow from
# that? Liu et al. measure
#
# $$S = \int_0^1 \mathbb E\, \lVert (x_1 - x_0) - u(x_t, t) \rVert^2\, \mathrm d t$$
#
# where $x_t$, this time, follows the flow from its start at $t = 0$ to its end at $t = 1$. If $S = 0$, all paths are
# straight and run at constant speed.
#
# **Exercise 6.** Write it for a path in `n` steps: squared lengths, averaged over steps and points.


# %%
def straightness(path, velocities):
    """path: places, [n + 1, B, D]; velocities: at the start of each step, [n, B, D] -> a number."""
    ### BEGIN SOLUTION
    return ((path[-1] - path[0] - velocities) ** 2).sum(dim=-1).mean()
    ### END SOLUTION


# %%
straightness = check("flow.straightness", straightness)


# %%
@torch.no_grad()
def walk(velocity, x, steps=100):
    """Euler's places [steps + 1, B, D], and the velocity at the start of each step [steps, B, D]."""
    places, velocities = [x], []
    for k in range(steps):
        velocities.append(velocity(places[-1], torch.full((len(x),), k / steps)))
        places.append(places[-1] + velocities[-1] / steps)
    return torch.stack(places), torch.stack(velocities)


# %% [markdown]
# ### Reflow
#
# Lines cross because noise and data were paired at random. The flow pairs them another way: each noise with the point
# to which it flows, and the paths do not cross. **Reflow** (Liu et al.) draws straight lines between *these* pairs and
# trains a new network on them. Nothing else changes.


# %%
def reflow(velocity, seed):
    """A network trained on the pairs of a flow."""
    starts, ends = flow_matching.reflow_pairs(
        velocity, preset(20_000, smoke=100), steps=25, method="midpoint", generator=dice(seed)
    )
    _, times, rows = drawn(preset(3000, smoke=3), 512, seed)
    rows = rows % len(starts)
    return learn(new_net(seed), ends[rows], starts[rows], times, decay=0.995)[0]


first = reflow(oracle, seed=7)
second = reflow(first, seed=8)
rounds = {"round 0": oracle, "round 1": first, "round 2": second}

# %% [markdown]
# **Predict.** Where one Euler step of the exact flow (round 0) puts the points, you saw in section 1. After one round
# of reflow, how many of the points are near a mode after *one* step? (a) Fewer than a third; (b) a third to nine
# tenths; (c) more than nine tenths.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
with torch.no_grad():
    in_one = {name: euler_sample(velocity, noise, 1) for name, velocity in rounds.items()}
share = share_at_home(in_one["round 1"])
reveal(guess, "a" if share < 1 / 3 else "b" if share < 0.9 else "c", "16.one_step_after_reflow")

# %% [markdown]
# The next cell draws some paths of each round and the points after one step, and measures.

# %% tags=["hide-input"]
walked = {name: walk(velocity, noise[:1000]) for name, velocity in rounds.items()}
fig = draw.rounds(
    {name: places[:, :70] for name, (places, _) in walked.items()},
    {name: ends[:1500] for name, ends in in_one.items()},
    centres, truth.stds,
)  # fmt: skip
show(fig, "16.rounds")
straight = {name: straightness(*both).item() for name, both in walked.items()}
gap = abs(straight["round 1"] / flow_matching.straightness(first, noise[:1000], 100) - 1)
verdict("your straightness against the course's: relative difference", gap, high=1e-3)
for name, low, high in (("round 0", 0.8, 1), ("round 1", 0, 0.003), ("round 2", 0, 0.003)):
    verdict(f"{name}: straightness S", straight[name], low, high)
apart = {name: distance_to_data(points) for name, points in in_one.items()}
verdict(
    "one step, distance to the data: round 1 over round 0", apart["round 1"] / apart["round 0"], high=0.06
)
verdict("one step: round 2 over round 1", apart["round 2"] / apart["round 1"], 0.5, 2)
with torch.no_grad():
    patient = distance_to_data(euler_sample(first, noise, 50))
verdict("round 1, distance to the data: one step over 50", apart["round 1"] / patient, 0.7, 1.6)
for name in ("round 1", "round 2"):
    verdict(f"{name}, one step: share near a mode", share_at_home(in_one[name]), low=0.96)

# %% [markdown]
# After one round one step is enough. A second round finds little left to straighten. This is not free: the pairs had to
# be sampled with many steps, and each round inherits the errors of the one before. Touch all three, with any number of
# steps:

# %%
FlowExplorer(truth, [net, first, second], steps=1)

# %% [markdown]
# ### Going further: better pairs from the start
#
# Instead of training twice, pair better: in each batch, assign noises to data points so that the sum of squared
# distances is least (**optimal transport** in the batch; Pooladian et al. 2023, Tong et al. 2024). Noise stays noise
# and data stay data, only who meets whom changes. `flow_matching.couple(noise, data)` returns the noises in that order.

# %%
coupled = {"at random": [], "by transport": []}
for seed in range(3):
    noises, times, rows = drawn(preset(1000, smoke=3), 128, seed=20 + seed)
    batches = points_seen[rows]
    by_transport = torch.stack([flow_matching.couple(*both) for both in zip(noises, batches, strict=True)])
    for name, starts_of in (("at random", noises), ("by transport", by_transport)):
        coupled[name].append(learn(new_net(seed), batches, starts_of, times)[0])

# %% [markdown]
# The next cell measures both, on three seeds.

# %% tags=["hide-input"]
for seed, (plain, better) in enumerate(zip(*coupled.values(), strict=True)):
    crooked = [straightness(*walk(model, noise[:1000])).item() for model in (plain, better)]
    verdict(f"seed {seed}: straightness, by transport over at random", crooked[1] / crooked[0], high=0.02)
    with torch.no_grad():
        off = [distance_to_data(euler_sample(model, noise, 1)) for model in (plain, better)]
        off_slow = [distance_to_data(euler_sample(model, noise, 50)) for model in (plain, better)]
    verdict(f"seed {seed}: one step, distance to the data, the same", off[1] / off[0], high=0.15)
    verdict(f"seed {seed}: 50 steps, the same", off_slow[1] / off_slow[0], 0.3, 3)

# %% [markdown]
# One training, and the flow is far straighter than with random pairs. In the plane a batch of 128 has a partner not far
# from every noise. In more dimensions all distances become alike, and less is gained. The next cell measures how much
# of the squared distance is saved between two standard normal clouds.

# %% tags=["hide-input"]
for dim, low, high in ((2, 0.85, 1), (64, 0.2, 0.4), (768, 0, 0.15)):
    a, b = torch.randn(2, 128, dim, generator=dice(25))
    saved = 1 - (flow_matching.couple(a, b) - b).square().sum() / (a - b).square().sum()
    verdict(f"{dim} dimensions: share of the squared distance saved by transport", saved, low, high)

# %% [markdown]
# ## Going further: where to put $t$
#
# $t$ need not be uniform. Esser et al. 2024 hold the middle to be the hardest, and draw the **logit-normal**
# $t = 1 / (1 + e^{-z})$, $z \sim \mathcal N(0, 1)$, which is rare at both ends. Is it better? Five pairs of networks
# are trained, a third as long as above, and differ in nothing else.

# %%
of_t = {"uniform": [], "logit-normal": []}
for seed in range(preset(5, smoke=1)):
    noises, times, rows = drawn(preset(1000, smoke=3), 256, seed=30 + seed)
    in_middle = flow_matching.logit_normal(times.numel(), generator=dice(40 + seed)).reshape(times.shape)
    for name, chosen in (("uniform", times), ("logit-normal", in_middle)):
        of_t[name].append(learn(new_net(seed), points_seen[rows], noises, chosen)[0])

# %% [markdown]
# The next cell draws how often each $t$ comes, and the error of the velocity there.


# %% tags=["hide-input"]
@torch.no_grad()
def velocity_error(model, time, n=3000):
    """Mean square of the error of the velocity at one time, on noisy data."""
    t = torch.full((n, 1), time)
    x_t, _ = path_and_target(torch.randn(n, 2, generator=dice(50)), held_out[:n], t)
    return (model(x_t, t[:, 0]) - oracle(x_t, t[:, 0])).square().sum(1).mean().item()


def interval(differences):
    """The 95 % interval of a mean, from as many differences as there are seeds."""
    values = torch.tensor(differences, dtype=torch.float64)
    reach = (
        {1: math.inf, 3: 4.303, 5: 2.776}[len(values)]
        * values.std(correction=min(1, len(values) - 1))
        / len(values) ** 0.5
    )
    return (values.mean() - reach).item(), (values.mean() + reach).item()


moments = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
errors = {
    name: torch.tensor([[velocity_error(model, time) for time in moments] for model in nets])
    for name, nets in of_t.items()
}
ticks = torch.linspace(0.002, 0.998, 250)
density = {"uniform": torch.ones(250), "logit-normal": flow_matching.logit_normal_density(ticks)}
show(
    draw.where_to_put_t(ticks, density, {name: (moments, each) for name, each in errors.items()}), "16.times"
)

# %% [markdown]
# The next cell compares errors and samples. Differences are logit-normal minus uniform, with their 95% interval over
# the seeds (Student's $t$).

# %% tags=["hide-input"]
ratio = errors["logit-normal"] / errors["uniform"]
verdict("t = 0.99, error of logit-normal over uniform: the seed with the least", ratio[:, -1].min(), low=1.5)
verdict("t = 0.3 to 0.5: the same on average", ratio[:, 4:7].mean(), 0.5, 1.3)
with torch.no_grad():
    ends = {name: [euler_sample(model, noise, 8) for model in nets] for name, nets in of_t.items()}
for what, of, band in (
    ("distance to the data", distance_to_data, (-0.03, 0.015)),
    ("share near a mode", share_at_home, (-0.005, 0.02)),
):
    plain, middle = ([of(points) for points in each] for each in ends.values())
    low, high = interval([b - a for a, b in zip(plain, middle, strict=True)])
    verdict(f"8 steps, {what}: mean difference", (low + high) / 2, *band)
    print(f"(here its interval is {low:.4f} to {high:.4f})")

# %% [markdown]
# Near the data, where it rarely looks, the logit-normal network is worse with every seed. In the middle there is no
# clear difference, and its samples in 8 steps are about as good: as near to the data, and here a few in a thousand more
# of them near a mode. So on this ring $t$ may be uniform. That the logit-normal is better on large images (Esser et
# al.) cannot be seen here.

# %% [markdown]
# ## 6. Digits
#
# The network of notebook 12 was trained anew as a flow, with the same data, number of steps, and share of hidden
# labels. Guidance (notebook 14) works on velocities as on noise:
# $u_s = u_\varnothing + s\, (u_y - u_\varnothing)$.

# %%
as_flow, _ = checkpoints.load("digits_flow")  # as_flow(x, t, y) -> velocity
as_noise, _ = checkpoints.load("digits_diffusion")  # notebook 12's: as_noise(x_t, step, y) -> v
asked = torch.arange(preset(300, smoke=20)) % 10
first_noise = torch.randn(len(asked), 1, 8, 8, generator=dice(90))


def flow_digits(scale, calls=20):
    guided = guidance.classifier_free(as_flow, asked, scale)
    return (flow_matching.sample(guided, first_noise.shape, steps=calls, x=first_noise) + 1) / 2


def diffusion_digits(scale, calls=20):
    guided = guidance.classifier_free(as_noise, asked, scale)
    x = samplers.ddim(
        guided, cosine, first_noise.shape, num_inference_steps=calls, x_T=first_noise,
        prediction_type="v_prediction", clip=(-1, 1),
    )  # fmt: skip
    return (x + 1) / 2


SCALES = (1.0, 3.0)
flow_drawn = {s: flow_digits(s).clamp(0, 1) for s in SCALES}
diffusion_drawn = {s: diffusion_digits(s).clamp(0, 1) for s in SCALES}

# %% [markdown]
# The next cell shows ten of each from the same noise, and has all judged as in notebook 12: by a classifier that never
# saw a sample, and by the Fréchet distance of its features to those of the training digits.

# %% tags=["hide-input"]
judge, _ = checkpoints.load("digit_classifier")
with torch.no_grad():
    digit_features = judge.features(data.load("digits", split="train").images)
rows = {f"flow, s = {s:g}": images[:10] for s, images in flow_drawn.items()}
rows |= {f"diffusion, s = {s:g}": images[:10] for s, images in diffusion_drawn.items()}
show(image_rows(rows, "Asked for 0 to 9, from the same noise"), "16.digits")


@torch.no_grad()
def judged(images):
    """Share read as asked, and the Frechet distance, of images of the labels 0, 1, ..., 9, 0, ..."""
    distance = metrics.frechet_distance(judge.features(images), digit_features)
    return metrics.agreement(judge, images, torch.arange(len(images)) % 10), distance


for name, of_scale in (("flow", flow_drawn), ("diffusion", diffusion_drawn)):
    (read_1, far_1), (read_3, far_3) = (judged(of_scale[s]) for s in SCALES)
    verdict(f"{name}, s = 1, 20 calls: share read as asked", read_1, low=0.96)
    verdict(f"{name}, s = 3: the same, minus that", read_3 - read_1, 0, 0.04)
    verdict(f"{name}: Fréchet distance, s = 3 over s = 1", far_3 / far_1, low=2)

# %% [markdown]
# Guidance does to the flow what it does to diffusion: every digit is read as asked, and the samples move away from the
# data. Which of the two is better, one training cannot say. A study has three pairs of shorter trainings, a flow and a
# diffusion model from the same first weights with the same data and steps, and 300 unguided samples of each.
#
# The next cell draws what the judge says by calls, with the range over the seeds, and compares.

# %% tags=["hide-input"]
study, provenance = checkpoints.load("digits_flow_calls")
few = provenance["settings"]["calls"]
found = {
    name: torch.tensor([[judged(one) for one in study(f"{name}, {calls} calls")] for calls in few]).permute(
        2, 1, 0
    )
    for name in ("flow", "diffusion")
}  # each [measures, seeds, calls]
panels = {
    title: {name: values[k] for name, values in found.items()}
    for k, title in enumerate(("share read as asked", "Fréchet distance"))
}
show(draw.measures_over(few, panels, "calls of the network", log=True), "16.digits_by_calls")
differences = found["flow"] - found["diffusion"]
around_0 = [
    [low < 0 < high for low, high in (interval(column.tolist()) for column in of_measure.T)]
    for of_measure in differences
]
verdict(
    "share read as asked: numbers of calls at which the interval of the difference holds 0",
    sum(around_0[0]),
    4,
    4,
)
verdict("Fréchet distance, 5 to 20 calls: the same", sum(around_0[1][:3]), 3, 3)
verdict("50 calls, flow minus diffusion: the largest of three seeds", differences[1, :, 3].max(), high=0)
verdict(
    "50 calls minus 5, the least of all six trainings",
    min((v[1, :, 3] - v[1, :, 0]).min() for v in found.values()),
    low=0,
)

# %% [markdown]
# At equal training and equal calls the two cannot be told apart by what is read, nor by the distance up to twenty
# calls. At fifty the flow is a little nearer with each of the three seeds. (Fifty calls are no better than five here:
# finer steps follow the errors of so short a training more faithfully.)

# %% [markdown]
# ## 7. The failure museum
#
# **Exhibit A: the pairs are reused.** There are a hundred data points, and each got its noise once, before training, to
# save time. The loss falls below that of the exact velocity, which should make you suspicious.

# %%
hundred = points_seen[:100]
once = torch.randn(100, 2, generator=dice(60))


def learned_from_few(noise_of):
    """Loss on the last batches, and on fresh pairs; noise_of(rows [B], generator) -> noise [B, 2]."""
    generator = dice(61)
    _, times, rows = drawn(preset(2500, smoke=3), 100, seed=62)
    rows = rows % 100
    noises = torch.stack([noise_of(row, generator) for row in rows])
    model, losses = learn(new_net(0), hundred[rows], noises, times)
    t = torch.rand(len(held_out), 1, generator=dice(79))
    x_t, target = path_and_target(torch.randn(held_out.shape, generator=dice(78)), held_out, t)
    with torch.no_grad():
        return sum(losses[-200:]) / len(losses[-200:]), (model(x_t, t[:, 0]) - target).square().mean().item()


seen_loss, fresh_loss = learned_from_few(lambda rows, generator: once[rows])


# %%
def mended_a(rows, generator):
    """rows: which of the hundred points, [B]; generator: for noise -> the noise of each, [B, 2]."""
    ### BEGIN SOLUTION
    return torch.randn(len(rows), 2, generator=generator)
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your noise.


# %% tags=["hide-input"]
def judged_a(given):
    if given.shape != (100, 2):
        return f"noise [B, 2] is wanted; for 100 rows you return {list(given.shape)}"
    once_more, generator = torch.zeros(2000, dtype=torch.long), dice(2)  # the first point, 2,000 times
    many, others = mended_a(once_more, generator), mended_a(once_more, generator)
    if len(many.unique(dim=0)) < len(many) or torch.equal(many, others):
        return "one point still gets the same noise more than once"
    if (many.std(0) - 1).abs().max() > 0.06 or many.mean(0).abs().max() > 0.1:
        return "the noise is not that of the sampler, N(0, I)"
    of_fresh = learned_from_few(mended_a)[1]
    said = f"its loss on fresh pairs is {of_fresh / best:.2f} times that of the exact velocity"
    return "" if of_fresh < 1.1 * best else said


verdict("exhibit A: loss in training over that of the exact velocity", seen_loss / best, high=0.8)
verdict("exhibit A: loss on fresh pairs over that", fresh_loss / best, low=1.25)
exhibit("A", lambda: mended_a(torch.arange(100), dice(1)), judged_a, "a function that returns noise [B, 2]")

# %% [markdown]
# With one noise for each point few lines cross anywhere, and the network learns single lines instead of their
# average. Draw fresh noise at every step, even where the data are few.
#
# **Exhibit B: time is reversed, but only in the sampler.** It was copied from code in which noise is at $t = 1$, and
# only the sign of the velocity was mended: it counts $t$ down. The network was trained the other way round. Mend it:
# which $t$ is the model to be told before step $k = 0, 1, \dots$ of so many steps?


# %%
def walk_told(time_of, steps=50):
    """4,000 samples of the network of section 2; time_of(k, steps): the t that it is told before step k."""
    x = noise
    for k in range(steps):
        with torch.no_grad():
            x = x + net(x, torch.full((len(x),), float(time_of(k, steps)))) / steps
    return x


def mended_b(k, steps):
    """k: how many steps are done, from 0; steps: of all -> t."""
    ### BEGIN SOLUTION
    return k / steps
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of it with your time.


# %% tags=["hide-input"]
def judged_b(given):
    off = distance_to_data(walk_told(mended_b)) / distance_to_data(learned)
    if off >= 1.3:
        return f"the samples are {off:.1f} times as far from the data as they should be"
    late = max(abs(float(mended_b(k, n)) - k / n) for n in (4, 50) for k in range(n))
    return (
        ""
        if late < 1e-6
        else f"the samples are good, but the path is elsewhere by up to {late:.2g} before step k"
    )


backwards = walk_told(lambda k, steps: 1 - k / steps)
off = distance_to_data(backwards) / distance_to_data(learned)
verdict("exhibit B: distance to the data, over that of the right times", off, low=4)
inner = backwards.norm(dim=1).mean() / plenty.norm(dim=1).mean()
verdict("exhibit B: mean distance from the middle, over that of the data", inner, 0.6, 0.85)
exhibit("B", lambda: mended_b(0, 50), judged_b, "a number t")

# %% [markdown]
# Nothing crashes, and the samples even look like a ring, only too small.

# %% [markdown]
# ### Going further: two more exhibits
#
# **Exhibit C: $t$ never comes near the ends.** "To be safe", $t$ was drawn between 0.2 and 0.8. But the sampler starts
# at 0 and ends at 1, where the network was never trained. Which end does the damage? **Exhibit D: `rand` for `randn`.**
# The training noise is uniform on $[0, 1]$, the sampler's is normal. Mend both.


# %%
def learned_from(noise_like, low, high):
    """Distance of the samples to the data; noise_like(shape, generator=...); t uniform from low to high."""
    _, times, rows = drawn(preset(1200, smoke=3), 256, seed=70)
    noises = noise_like((*rows.shape, 2), generator=dice(71))
    model, _ = learn(new_net(0), points_seen[rows], noises, low + (high - low) * times)
    with torch.no_grad():
        return distance_to_data(euler_sample(model, noise, 50))


def mended_c():
    """Return the lowest and the highest t for training."""
    ### BEGIN SOLUTION
    return 0, 1
    ### END SOLUTION


def mended_d(shape, generator):
    """shape: a tuple -> the noise for training, of that shape."""
    ### BEGIN SOLUTION
    return torch.randn(shape, generator=generator)
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong, and says what becomes of both.


# %% tags=["hide-input"]
def judged_c(given):
    low, high = given
    if not 0 <= low < high <= 1:
        return "two numbers with 0 <= low < high <= 1 are wanted"
    off = learned_from(torch.randn, low, high) / right
    return "" if off < 1.3 else f"the samples are {off:.1f} times as far from the data as they should be"


def judged_d(given):
    generator = dice(3)
    many, others = (mended_d((4000, 2), generator) for _ in range(2))
    if torch.equal(many, others):
        return "the same noise comes at every call"
    if (many.std(0) - 1).abs().max() > 0.05 or many.mean(0).abs().max() > 0.08:
        return "mean and deviation are not those of N(0, 1)"
    off = learned_from(mended_d, 0, 1) / right
    return "" if off < 1.3 else f"the samples are {off:.1f} times as far from the data as they should be"


right = learned_from(torch.randn, 0, 1)
verdict(
    "exhibit C: distance to the data, over the right one's",
    learned_from(torch.randn, 0.2, 0.8) / right,
    low=2,
)
verdict("exhibit C, t from 0.2 to 1: the same", learned_from(torch.randn, 0.2, 1) / right, high=1.3)
verdict("exhibit D: the same", learned_from(torch.rand, 0, 1) / right, low=15)
exhibit("C", mended_c, judged_c, "a pair of numbers")
exhibit("D", lambda: mended_d((3, 2), dice(1)), judged_d, "a function that returns noise")

# %% [markdown]
# ## Going further: likelihood again
#
# A flow carries densities along, as in {notebook 13}: $\log p$ at a data point is that of its noise, less the integral
# of the velocity's divergence on the way. `flow_matching.log_prob` follows the flow back and adds this up. The next
# cell compares the exact flow with the mixture, asks the network, and tests whether its density has mass 1.

# %% tags=["hide-input"]
some = held_out[: preset(500, smoke=20)]
known = truth.log_prob(some)
by_flow = flow_matching.log_prob(oracle, some.double(), 100)
verdict(
    "exact flow against the mixture's log density: largest difference [nats]",
    (by_flow - known).abs().max(),
    high=0.05,
)
by_net = flow_matching.log_prob(net, some, 100).double()
verdict("the network: mean log density minus the truth's [nats]", (by_net - known).mean(), -0.2, 0.05)
estimated = flow_matching.log_prob(net, some, 100, probe="rademacher", generator=dice(80)).double()
verdict(
    "Hutchinson's estimate minus the exact trace, on average [nats]", (estimated - by_net).mean(), -0.1, 0.1
)
axis = torch.linspace(-3.5, 3.5, preset(71, smoke=5))
cell = float(axis[1] - axis[0]) ** 2
mass = flow_matching.log_prob(net, torch.cartesian_prod(axis, axis), 40).double().exp().sum() * cell
verdict("mass of the network's density on a grid", mass, 0.97, 1.03)

# %% [markdown]
# ## What to take with you
#
# - Lines from noise to data cross. Their average velocity at each point, $\mathbb E[x - \epsilon \mid x_t]$, carries
#   noise to data all the same, along paths that do not.
# - A squared error against single lines learns $u$. Its floor is not 0: between $\mathcal N(0, 1)$ and
#   $\mathcal N(m, s^2)$ it is $\pi s / 2$ in each dimension.
# - With Gaussian noise this is diffusion's own differential equation. A schedule is a path; velocity, data, noise and
#   score are one answer; and the two directions of time are a trap.
# - A finite velocity and plain steps in $t$ suit textbook solvers: midpoint was the best of all from 8 calls on.
# - One step is nearly enough once the flow is straight: by reflow or, in few dimensions, by transport in the batch.
#
# **Left out here.** Flows between two data sets, and noise that is not Gaussian; stochastic samplers for a flow;
# distillation of guided models; flows in a latent space ({notebook 17} has diffusion there); flows on spheres, and on
# discrete data.

# %% [markdown]
# ## Going further: the papers
#
# Chen et al., *Neural ordinary differential equations*, 2018. Grathwohl et al., *FFJORD*, 2019. Lipman et al., *Flow
# matching for generative modeling*, 2023. Liu, Gong and Liu, *Flow straight and fast: learning to generate and transfer
# data with rectified flow*, 2023. Albergo and Vanden-Eijnden, *Building normalizing flows with stochastic
# interpolants*, 2023. Pooladian et al., *Multisample flow matching*, 2023. Tong et al., *Improving and generalizing
# flow-based generative models with minibatch optimal transport*, 2024. Esser et al., *Scaling rectified flow
# transformers for high-resolution image synthesis*, 2024. Lipman et al., *Flow matching guide and code*, 2024.
