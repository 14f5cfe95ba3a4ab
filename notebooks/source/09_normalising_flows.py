# ---
# jupyter:
#   course:
#     title: Normalising flows
#     summary: Invertible maps from data to noise, whose likelihood is exact; what that buys and what it costs.
#     about: >-
#       A model that knows the exact likelihood of every image. You build invertible maps with cheap determinants, train
#       one, and measure how far it is from the truth; then digits in bits, and blank paper that a flow finds likelier
#       than any digit. Needs 00, 02 and 03. *Touch:* the plane, bent step by step until two moons are one bell.
# ---

# %% [markdown]
# # 09 Normalising flows
#
# **Follows** *Diffusion Models: From Foundations to Implementation* (flow-based models, pros and cons) and M. Straka,
# *NPFL114 Lecture 13*, Charles University 2023 (NICE, RealNVP, Glow).
#
# **After this notebook you can**
# - say what a map does to a density, and why a determinant stands in it;
# - build invertible maps with cheap determinants: planar, coupling, triangular, autoregressive;
# - train a flow, and measure in nats how far it is from the truth;
# - report the likelihood of images in bits per dimension;
# - say what a flow cannot do, and what its likelihood does not mean.
#
# **Builds on** 00 (densities, KL), 02 and 03 (bounds on a likelihood). **Time to run:** {measured_time}. Sections
# marked "Going further" can be skipped.

# %%
import itertools
import math

import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.distributions import MultivariateNormal, Normal
from torch.func import jacrev, vmap

from course_utils import checkpoints, data, exact, flows, training, vae
from course_utils.checkpoints import plane_flows
from course_utils.checks import check, hint, reveal
from course_utils.figures import image_rows, planes, show
from course_utils.figures import normalising_flows as draw
from course_utils.museum import cure, exhibit, numbers
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import PlaneWarp

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## The plane, bent
#
# A trained flow bends two moons step by step into one round bell. Move the depth slider, drag the point, and send it
# back.

# %%
trained, _ = checkpoints.load("plane_flows")
moons = plane_flows.mixture("moons")
PlaneWarp(trained("moons", depth=8, run=0), moons.sample(300, dice()))

# %% [markdown]
# To draw from such a model is easy: draw noise $z$, and go back through the steps. Whoever has a GAN can do that too.
# But how *likely* is a point $x$?
#
# **A first attempt.** Take the simplest map on a line, $x = e^z$ with $z \sim \mathcal N(0, 1)$. Each $x$ comes from
# one $z = \log x$. So let $x$ be as likely as the $z$ that it came from: $p(x) = \mathcal N(\log x;\, 0, 1)$.

# %%
bell = Normal(torch.tensor(0.0).double(), torch.tensor(1.0).double())


def guessed(x):
    return bell.log_prob(x.log()).exp()


# %% [markdown]
# The next cell sets this beside a histogram of draws, and takes the area under the curve.

# %% tags=["hide-input"]
x = torch.linspace(1e-4, 6, 2000).double()
far = torch.linspace(1e-4, 400, 2_000_000).double()
draws = torch.randn(100_000, generator=dice()).exp()
show(draw.first_guess(draws, x, {"a guess": guessed(x)}), "09.first_attempt")
verdict("area under the guess", torch.trapezoid(guessed(far), far), 1.64, 1.66)

# %% [markdown]
# The curve does not follow the histogram, and its area is not 1. No density does that.
#
# **The question.** What is missing, and which maps can have it cheaply?

# %% [markdown]
# ## 1. Change of variables
#
# A density is probability *per length*. Between $z$ and $z + dz$ lies the probability $p_z(z)\, dz$. The map stretches
# that piece to another length, and what lies in it stays: $p(x)\, dx = p_z(z)\, dz$. So with $z = f(x)$
#
# $$p(x) = p_z(f(x))\, \lvert f'(x) \rvert$$
#
# The next cell draws it for $f(x) = \log x$, $f'(x) = 1 / x$.

# %% tags=["hide-input"]
z = torch.linspace(-3, 3, 1200).double()
edges = torch.linspace(-2, 1.6, 7).double()
ours = guessed(x) / x
show(draw.strips(x, ours, edges.exp(), z, bell.log_prob(z).exp(), edges), "09.strips")
verdict("area under the new curve", torch.trapezoid(guessed(far) / far, far), 0.999, 1.001)

# %% [markdown]
# In the plane a small square becomes nearly a parallelogram. Its sides are the columns of the **Jacobian**
# $J = \partial f / \partial x$, the matrix of all partial derivatives, times the side of the square, so its area is
# $\lvert \det J \rvert$ times that of the square; and so in any dimension:
#
# $$\log p(x) = \log p_z(f(x)) + \log \Big\lvert \det \frac{\partial f}{\partial x} \Big\rvert$$
#
# Lectures also write it with the map from noise to data, $x = g(z)$. Then the determinant is that of
# $\partial g / \partial z$, and one divides by it: the Jacobian of an inverse is the inverse of the Jacobian.
#
# The next cell sends small squares through a map. Dashed is the parallelogram of autograd's Jacobian.


# %% tags=["hide-input"]
def bent(x):
    return torch.stack([x[:, 0] * (0.35 * x[:, 1]).exp(), x[:, 1] + 0.8 * torch.sin(1.5 * x[:, 0])], dim=1)


def jacobian(f, x):
    """The Jacobian of f: [B, D] -> [B, D] at each x, [B, D, D], by autograd."""
    return vmap(jacrev(lambda one: f(one[None])[0]))(x)


def area(polygon):
    """Of a closed polygon [N, 2], by the shoelace formula."""
    x, y = polygon.T
    return 0.5 * (x * y.roll(-1) - y * x.roll(-1)).sum().abs()


corners = torch.tensor([[-1.5, -1.5], [-0.2, 0.3], [0.9, -0.8], [1.0, 1.2]]).double()
show(draw.parallelograms(bent, jacobian(bent, corners), corners, 0.5), "09.parallelograms")
way = torch.linspace(0, 1, 200).double()[:-1, None]
turns = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]).double()
outline = torch.cat([a + way * (b - a) for a, b in itertools.pairwise(turns)])
ratio = torch.stack([area(bent(corner + 1e-3 * outline)) / 1e-6 for corner in corners])
off = (ratio / torch.linalg.det(jacobian(bent, corners)).abs() - 1).abs().max()
verdict("small squares: area of the image over |det J|, minus 1, at most", off, high=0.01)

# %% [markdown]
# **Exercise 1.** Write it, from the Jacobian. Determinants may be negative, and in many dimensions far too small or too
# large for a number; `torch.linalg.slogdet` gives the sign and the logarithm of the absolute value.


# %%
def change_of_variables(log_base, J):
    """log p_z(f(x)): [B], the Jacobians of f at x: [B, D, D] -> log p(x): [B]."""
    ### BEGIN SOLUTION
    return log_base + torch.linalg.slogdet(J).logabsdet
    ### END SOLUTION


# %%
change_of_variables = check("nf.change_of_variables", change_of_variables)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name; a second call gives a stronger one.

# %%
hint("nf.change_of_variables")

# %% [markdown]
# **Predict.** A flow of 64 pixels doubles each of them: $z = 2 x$. How much is $\log p(x) - \log p_z(z)$: (a) $-44.4$;
# (b) $0.69$; (c) $+44.4$?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
doubled = change_of_variables(torch.zeros(1), 2 * torch.eye(64)[None]).item()
reveal(guess, "a" if doubled < -1 else "b" if doubled < 1 else "c", "09.doubled")

# %% [markdown]
# ## 2. One direction at a time
#
# Could $f$ be any network? Its Jacobian costs $D$ backward passes, the determinant about $D^3$ operations, and nothing
# makes it invertible. So flows are made of steps for which all three come cheaply.
#
# A **planar** step (Rezende and Mohamed) pushes along one direction $u$, by how far a point lies along another, $w$:
#
# $$z = x + u \tanh(w \cdot x + b), \qquad \det J = 1 + u \cdot \psi, \quad \psi = (1 - \tanh^2(w \cdot x + b))\, w$$
#
# for $J = I + u \psi^\top$ leaves every direction perpendicular to $\psi$ as it is. It can be undone if
# $w \cdot u > -1$, and then the determinant is positive.
#
# **Exercise 2.** Write the step and the logarithm of its determinant.


# %%
def planar(x, w, u, b):
    """x: [B, D], w and u: [D], b: a scalar -> z: [B, D], log |det J|: [B]."""
    ### BEGIN SOLUTION
    bend = torch.tanh(x @ w + b)
    psi = (1 - bend.square())[:, None] * w
    return x + bend[:, None] * u, (1 + psi @ u).abs().log()
    ### END SOLUTION


# %%
planar = check("nf.planar", planar)

# %% [markdown]
# The next cell draws a step. Write $a = w \cdot x + b$; the step makes $a + (w \cdot u) \tanh a$ of it. At the right
# stand three values of $w \cdot u$.

# %% tags=["hide-input"]
w, u, b = torch.tensor([1.4, 0.6]).double(), torch.tensor([0.5, 1.0]).double(), torch.tensor(0.3).double()
a = torch.linspace(-3, 3, 600).double()
pushes = {f"w·u = {push:g}": (a, a + push * a.tanh()) for push in (1.5, -0.9, -2.5)}
show(draw.planar(lambda x: planar(x, w, u, b)[0], pushes), "09.planar")
x = torch.randn(500, 2, generator=dice()).double()
z, log_det = planar(x, w, u, b)
by_autograd = change_of_variables(torch.zeros(500).double(), jacobian(lambda x: planar(x, w, u, b)[0], x))
verdict("log-determinant minus autograd's, largest", (log_det - by_autograd).abs().max(), high=1e-9)
heights = pushes["w·u = -2.5"][1]
verdict("w·u = -2.5: places that are sent to 0", (heights.sign().diff() != 0).sum(), 3, 3)

# %% [markdown]
# With $w \cdot u = -2.5$ three places land on one: no way back, and no density by our formula.

# %% [markdown]
# ## 3. Coupling
#
# A planar step bends along one direction only, and its inverse has to be searched for. **Coupling** (NICE and RealNVP,
# Dinh et al.) lets any network in. Cut $x$ in two. The first part stays, and tells a network how to shift and stretch
# the second:
#
# $$z_a = x_a, \qquad z_b = e^{s} \odot x_b + t, \qquad (s, t) = \mathrm{net}(x_a)$$
#
# What the network saw is still there afterwards, so it can be asked again, and the step undone. And since $z_a$ does
# not depend on $x_b$, the Jacobian is triangular: its determinant is the product of its diagonal,
# $\log \det = \sum s$, whatever the network. (NICE has $s = 0$: these steps keep volumes.)
#
# **Exercise 3.** Write the step. The first $D // 2$ coordinates stay.


# %%
def coupling(x, net):
    """x: [B, D]; net: [B, D // 2] -> (s, t), each [B, D - D // 2] -> z: [B, D], log |det J|: [B]."""
    ### BEGIN SOLUTION
    x_a, x_b = x[:, : x.shape[1] // 2], x[:, x.shape[1] // 2 :]
    s, t = net(x_a)
    return torch.cat([x_a, s.exp() * x_b + t], dim=1), s.sum(1)
    ### END SOLUTION


# %%
coupling = check("nf.coupling", coupling)

# %% [markdown]
# **Exercise 4.** Undo it.


# %%
def coupling_inverse(z, net):
    """z: [B, D], net as before -> x: [B, D]."""
    ### BEGIN SOLUTION
    z_a, z_b = z[:, : z.shape[1] // 2], z[:, z.shape[1] // 2 :]
    s, t = net(z_a)
    return torch.cat([z_a, (z_b - t) * torch.exp(-s)], dim=1)
    ### END SOLUTION


# %%
coupling_inverse = check("nf.coupling_inverse", coupling_inverse)

# %% [markdown]
# The next cell draws the Jacobian of one coupling of six coordinates, and of two with the halves exchanged in between.

# %% tags=["hide-input"]
torch.manual_seed(1)
nets = [nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 6)).double() for _ in range(2)]
first, second = (lambda h, net=net: net(h).chunk(2, dim=1) for net in nets)
x = torch.randn(1, 6).double()


def twice(x):
    return coupling(coupling(x, first)[0].roll(3, 1), second)[0]


one, two = (jacobian(f, x)[0].detach() for f in (lambda x: coupling(x, first)[0], twice))
show(draw.jacobians({"one coupling": one, "two, halves exchanged": two}), "09.jacobians")
entries = [int((J.abs() > 1e-9).sum()) for J in (one, two)]
verdict("entries that are not 0: one coupling", entries[0], 15, 15)
verdict("two couplings", entries[1], 30, 30)
verdict(
    "there and back, largest difference",
    (coupling_inverse(coupling(x, first)[0], first) - x).abs().max(),
    high=1e-9,
)
shifts = flows.NICE(6, depth=4).steps[:-1].double()  # without the stretch at its end
for weights in shifts.parameters():
    nn.init.normal_(weights, 0, 0.3)
volume = torch.linalg.det(jacobian(lambda x: flows.Flow(list(shifts), 6)(x)[0], torch.randn(20, 6).double()))
verdict("four steps of NICE: |det J| minus 1, at most", (volume.detach().abs() - 1).abs().max(), high=1e-9)

# %% [markdown]
# ## 4. A flow
#
# One coupling leaves a half as it was, so steps take turns. The determinant of a chain is the product of all, so their
# logarithms *add*.
#
# **Exercise 5.** The log density by any steps: send $x$ through, and add up.


# %%
def log_prob(x, steps, log_base):
    """steps: functions x -> (z, log |det J| [B]), the first one first; log_base: z -> [B]. Gives log p(x): [B]."""
    ### BEGIN SOLUTION
    total = 0
    for step in steps:
        x, log_det = step(x)
        total = total + log_det
    return log_base(x) + total
    ### END SOLUTION


# %%
log_prob = check("nf.log_prob", log_prob)

# %% [markdown]
# There is no bound and no critic: the likelihood is known, so make it large.
#
# **Exercise 6.** Write the loop. For each batch: the mean of $-\log p(x)$; clear the gradients, compute them, let the
# optimiser step. Return the losses as a list of numbers.


# %%
def train(steps, log_base, optimiser, batches):
    """steps, log_base as in log_prob; batches: [S, B, D] -> S losses in nats, a list."""
    ### BEGIN SOLUTION
    losses = []
    for x in batches:
        loss = -log_prob(x, steps, log_base).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION


# %%
train = check("nf.train", train)

# %% [markdown]
# Now a flow of your own. A class holds the network; `flip` exchanges the two coordinates after each step, and moves no
# volume. `bounded` keeps the scale between $e^{-2}$ and $e^2$ (the museum shows why).


# %%
class Coupling(nn.Module):
    """Your coupling of the plane, then the coordinates exchanged."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2))

    def scale_and_shift(self, x_a):
        s, t = self.net(x_a).chunk(2, dim=1)
        return flows.coupling.bounded(s, 2), t

    def forward(self, x):
        z, log_det = coupling(x, self.scale_and_shift)
        return z.flip(1), log_det

    def inverse(self, z):
        return coupling_inverse(z.flip(1), self.scale_and_shift)


torch.manual_seed(0)
steps = nn.ModuleList(Coupling() for _ in range(8))
noise = MultivariateNormal(torch.zeros(2), torch.eye(2))
optimiser = torch.optim.Adam(steps.parameters(), lr=2e-3)
losses = []
for lr in (2e-3, 5e-4):
    optimiser.param_groups[0]["lr"] = lr
    batches = moons.sample(preset(900, full=3000, smoke=3) * 256, dice(round(1e4 * lr))).view(-1, 256, 2)
    losses += train(steps, noise.log_prob, optimiser, batches)

# %% [markdown]
# `moons` is a mixture of 128 Gaussians along two half circles, so its density is known. The next cell shows it beside
# that of your flow, and draws.

# %% tags=["hide-input"]
mine = flows.Flow(steps, 2)
plane, _ = planes.grid(-2.6, 2.6, 150)
with torch.no_grad():
    density = log_prob(plane, steps, noise.log_prob).exp()
    drawn = mine.sample(1500, dice())
    unseen = moons.sample(5000, dice(7))
    lost = (moons.log_prob(unseen) - log_prob(unseen, steps, noise.log_prob)).mean()
views = {"the truth": moons.log_prob(plane).exp().view(150, 150), "your flow": density.view(150, 150)}
show(draw.densities(views | {"draws from it": None}, -2.6, 2.6, drawn), "09.densities")
verdict("integral of the flow's density over the square", density.sum() * (5.2 / 149) ** 2, 0.98, 1.01)
verdict("nats lost against the truth, a point", lost, 0, 0.4)

# %% [markdown]
# The flow of the widget above can be yours: which of your steps does most of the work?

# %% tags=["nbval-ignore-output"]
PlaneWarp(mine, moons.sample(300, dice()))

# %% [markdown]
# ## 5. How far from the truth?
#
# What a flow $q$ loses against the true density $p$ is $\mathbb E_p[\log p(x) - \log q(x)] = \mathrm{KL}(p \Vert q)$,
# and here we know both. Three data sets: the moons, two round clumps, and eight clumps in a ring. Flows of 2, 4, 8 and
# 16 couplings (and one stretch of each axis at the end), three runs each.
#
# **Predict.** Where is a flow of 16 steps furthest from the truth: (a) the moons; (b) two clumps; (c) eight clumps?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
NAMES = {"moons": "moons", "two": "two clumps", "eight": "eight clumps"}


@torch.no_grad()
def gap(name, depth, run):
    """Nats that a trained flow loses against the truth, a point."""
    x = plane_flows.mixture(name).sample(5000, dice(7))
    return (plane_flows.mixture(name).log_prob(x) - trained(name, depth=depth, run=run).log_prob(x)).mean()


found = {
    title: {depth: torch.stack([gap(name, depth, run) for run in range(3)]) for depth in (2, 4, 8, 16)}
    for name, title in NAMES.items()
}
worst = max(found, key=lambda title: found[title][16].mean())
reveal(guess, {"moons": "a", "two clumps": "b", "eight clumps": "c"}[worst], "09.worst_gap")

# %% [markdown]
# The next cell draws all runs.

# %% tags=["hide-input"]
drawn_runs = {title: {depth: r.clamp(min=1e-4) for depth, r in runs.items()} for title, runs in found.items()}
show(draw.by_depth(drawn_runs, "What a flow loses against the truth", "nats a point"), "09.gaps")
for title, runs in found.items():
    verdict(
        f"{title}: 2 steps, least loss of three runs, over 16 steps, most",
        runs[2].min() / runs[16].max(),
        low=2,
    )
verdict("moons, 16 steps: nats lost, most of three runs", found["moons"][16].max(), high=0.015)
verdict("two clumps, 16 steps: nats lost, most of three runs", found["two clumps"][16].max(), high=0.005)
verdict("eight clumps, 16 steps: nats lost, least of three runs", found["eight clumps"][16].min(), low=0.05)

# %% [markdown]
# (Lines join means. What is below 0.0001 is drawn there: 5,000 points do not tell so little from nothing.) Everywhere
# sixteen steps lose less than half of what two lose. Two clumps then lose next to nothing, the moons about a hundredth
# of a nat, and eight clumps many times as much.

# %% [markdown]
# So nearly all of the moons is right. But a flow is continuous, and so is its inverse; noise is one piece, and the
# moons are two, with next to nothing between them.
#
# **Predict.** What lies between the moons after much training: (a) nothing, in the end; (b) a bridge that gets thinner;
# (c) a bridge that stays as it is?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
def steepest(flow, n=2000):
    """The largest stretch of a small step in noise on its way to data, over n draws."""
    z = torch.randn(n, 2, generator=dice(3))
    return torch.linalg.matrix_norm(jacobian(flow.inverse, z).detach(), 2).max()


MANY = preset(100_000, smoke=1000)
rare = moons.log_prob(moons.sample(MANY, dice(4))).quantile(1e-4)


def strays(flow):
    """How many times more often than the truth it draws points with a density below the truth's 1e-4 quantile."""
    return (moons.log_prob(flow.sample(MANY, dice(5))) < rare).double().mean() / 1e-4


moments = list(trained.snapshots)
on_the_way = {count: [trained.after(count, run) for run in range(3)] for count in moments}
slopes = torch.stack([torch.stack([steepest(flow) for flow in runs]) for runs in on_the_way.values()])
off_data = torch.stack([torch.stack([strays(flow) for flow in runs]) for runs in on_the_way.values()])
thinner, gone = bool((off_data[-1] < off_data[0] / 2).all()), bool((off_data[-1] < 2).any())
reveal(guess, "a" if gone else "b" if thinner else "c", "09.bridge")

# %% [markdown]
# The next cell draws one run on its way, and the steepest slope of all three: how far a small step in noise can move
# in data.

# %% tags=["hide-input"]
with torch.no_grad():
    views = {f"{count:,} steps": runs[0].log_prob(plane).view(150, 150) for count, runs in on_the_way.items()}
show(draw.filament(views, -2.6, 2.6, moments, slopes), "09.filament")
verdict(
    "steepest slope at the end over that at the start, least of three", (slopes[-1] / slopes[0]).min(), low=2
)
verdict("draws off the data at the start, over the truth's, least of three", off_data[0].min(), low=100)
verdict("draws off the data at the end, over the truth's, least of three", off_data[-1].min(), low=2)

# %% [markdown]
# What a continuous map makes of one piece is one piece, so a bridge has to stay. To make it thinner, the map has to be
# steeper. (Salmona et al. study this for any continuous map of noise, GANs too.)
#
# **Digits.** A computer keeps about seven digits in float32, and every step rounds. The next cell sends draws of noise
# to data and back, by flows of all depths.


# %% tags=["hide-input"]
@torch.no_grad()
def there_and_back(step, undo, points):
    """How far undo(step(points)) is from the points, the largest of all."""
    return (undo(step(points)) - points).abs().max()


def lost_digits(name, depth, run, dtype):
    flow, z = trained(name, depth=depth, run=run).to(dtype), torch.randn(2000, 2, generator=dice(6)).to(dtype)
    return there_and_back(flow.inverse, lambda x: flow(x)[0], z)


errors = {
    title: {
        depth: torch.stack([lost_digits(name, depth, run, torch.float32) for run in range(3)])
        for depth in (2, 4, 8, 16)
    }
    for name, title in NAMES.items()
}
show(draw.by_depth(errors, "Noise to data and back, in float32", "largest error"), "09.there_and_back")
of_eight = errors["eight clumps"]
verdict(
    "eight clumps: 16 steps, least of three runs, over 2 steps, most",
    of_eight[16].min() / of_eight[2].max(),
    low=2,
)
verdict(
    "two clumps: largest error of all runs",
    max(runs.max() for runs in errors["two clumps"].values()),
    high=1e-4,
)
in_float64 = max(lost_digits("eight", 16, run, torch.float64) for run in range(3))
verdict("eight clumps: largest error of all runs", max(runs.max() for runs in of_eight.values()), 2e-5, 5e-4)
verdict("eight clumps, 16 steps, in float64: largest error", in_float64, high=1e-8)

# %% [markdown]
# Deep flows of eight clumps lose two or three of the seven digits on the way; in float64 nobody would notice.

# %% [markdown]
# ## 6. Images
#
# **Grey levels are no densities.** A pixel takes one of $K$ levels. A density may put a narrow spike on each, and then
# its likelihood has no upper end. The next cell makes spikes for 17 levels narrower and narrower.

# %% tags=["hide-input"]
LEVELS = 17
grey = torch.arange(LEVELS).double()[:, None]
widths = (1e-1, 1e-2, 1e-4)
spikes = {width: exact.GaussianMixture(grey, width) for width in widths}
over = torch.linspace(-1, LEVELS, 4000).double()
curves = {f"spikes of {width:g}": (over, spikes[width].log_prob(over[:, None]).exp()) for width in widths[:2]}
curves["each level's share, spread"] = (over, ((over >= 0) & (over < LEVELS)).double() / LEVELS)
show(draw.grey_levels(grey[:, 0], curves), "09.spikes")
gained = spikes[1e-4].log_prob(grey).mean() - spikes[1e-2].log_prob(grey).mean()
verdict(
    "spikes a hundred times as narrow: nats gained a pixel",
    gained,
    math.log(100) - 1e-6,
    math.log(100) + 1e-6,
)

# %% [markdown]
# **Dequantisation** takes that away: add uniform noise $v \in [0, 1)^D$ to the levels $x = 0, \ldots, K - 1$, and fit a
# density to $y = (x + v) / K$. Each image stands for a small cube, and by Jensen (02)
#
# $$\log P(x) = \log \int p_y\Big(\frac{x + v}{K}\Big) \frac{dv}{K^D} \;\ge\; \mathbb E_v \log p_y\Big(\frac{x + v}{K}\Big) - D \log K$$
#
# So a density of $y$ gives a bound on a true probability. Papers report minus that in **bits per dimension**: in bits,
# for one of the $D$ numbers.
#
# **Exercise 7.** Write it. A uniform density needs $\log_2 K$ bits.


# %%
def bits_per_dimension(log_prob, dim, levels):
    """log p_y(y): [B], in nats, of images of dim numbers with so many levels each -> bits per dimension: [B]."""
    ### BEGIN SOLUTION
    return (dim * math.log(levels) - log_prob) / (dim * math.log(2))
    ### END SOLUTION


# %%
bits_per_dimension = check("nf.bits_per_dimension", bits_per_dimension)

# %% [markdown]
# **Glow** (Kingma and Dhariwal) makes a flow of images with three more parts. `Squeeze` turns each block of 2 x 2
# pixels into four channels, so that there are channels to cut in two. *ActNorm* stretches and shifts each channel; the
# first batch sets it so that channels have mean 0 and deviation 1. And in place of exchanging halves, channels are
# mixed at each pixel by a matrix, a **1 x 1 convolution** $z = W x$. A matrix made as
#
# $$W = \Pi L\, \big(U + \mathrm{diag}(\sigma \odot e^{s})\big)$$
#
# with a fixed permutation $\Pi$ (`P` in the code), $L$ lower triangular with ones on its diagonal, $U$ upper triangular
# with zeros there, and fixed signs $\sigma = \pm 1$, has $\lvert \det W \rvert = e^{\sum s}$. It acts at every pixel.
#
# **Exercise 8.** Write the step. Of `lower` and `upper` only what is below and above the diagonal counts.


# %%
def invertible_1x1(x, P, lower, upper, sign, log_scale):
    """x: [B, C, H, W]; P, lower, upper: [C, C]; sign, log_scale: [C] -> z: [B, C, H, W], log |det J|: [B]."""
    ### BEGIN SOLUTION
    L = lower.tril(-1) + torch.eye(len(sign), dtype=x.dtype)
    U = upper.triu(1) + torch.diag(sign * log_scale.exp())
    z = torch.einsum("ij,bjhw->bihw", P @ L @ U, x)
    height, width = x.shape[2:]
    return z, (height * width * log_scale.sum()).expand(len(x))
    ### END SOLUTION


# %%
invertible_1x1 = check("nf.invertible_1x1", invertible_1x1)

# %% [markdown]
# Two levels of eight steps each (ActNorm, 1 x 1 convolution, coupling), trained on 4,000 handwritten digits
# (`mnist_glow`). After the first level half of the channels leave as noise, and the rest go on. The next cell draws
# digits; digits from noise that is scaled to 0.7; and one digit whose first noise, that of the first level, is drawn
# anew while the rest stays.

# %% tags=["hide-input"]
glow, _ = checkpoints.load("mnist_glow")
strokes = data.load("mnist_5k", split="test")
z = torch.randn(12, 784, generator=dice(3))
anew = torch.cat([z[:1, :392].expand(12, -1), torch.randn(12, 392, generator=dice(4))], dim=1)
with torch.no_grad():
    rows = {
        "real": strokes.images[::83],
        "draws": glow.inverse(z),
        "noise times 0.7": glow.inverse(0.7 * z),
        "first noise anew": glow.inverse(0.7 * anew),
    }
show(image_rows(rows, "A flow of 28 x 28 digits"), "09.glow")


@torch.no_grad()
def bits_of(flow, images, levels, seed=0):
    """Bits per dimension of images in [0, 1], dequantised."""
    y = flows.dequantise((images * (levels - 1)).round(), levels, dice(seed))
    return bits_per_dimension(flow.log_prob(y), images[0].numel(), levels)


written = bits_of(glow, strokes.images[:500], 256)
verdict("held-out digits: bits per dimension", written.mean(), 1.2, 1.4)
verdict("a uniform density", bits_per_dimension(torch.zeros(1), 784, 256), 8 - 1e-6, 8 + 1e-6)

# %% [markdown]
# Most draws are strokes, but no digits. The noise of the second level holds the shape; the first holds details.

# %% [markdown]
# ## 7. One pixel after the other
#
# Any distribution is a product, $p(x) = \prod_i p(x_i \mid x_1, \ldots, x_{i-1})$. So a network that says each pixel's
# probability from the pixels *before* it has an exact likelihood. One network can do this for all pixels at once if
# some of its weights are held at 0 (**MADE**, Germain et al.). Each input gets its place in an order, from 1 to $D$;
# each hidden unit a degree from 1 to $D - 1$. A hidden unit sees the inputs whose place is at most its degree; an
# output sees the hidden units whose degree is *below* its place.
#
# **Exercise 9.** Write both masks.


# %%
def made_masks(places, degrees):
    """places: [D], degrees: [H], whole numbers -> masks of the weights: hidden [H, D], output [D, H]."""
    ### BEGIN SOLUTION
    return degrees[:, None] >= places, places[:, None] > degrees
    ### END SOLUTION


# %%
made_masks = check("nf.made_masks", made_masks)

# %% [markdown]
# The next cell is the whole model: black and white pixels, one hidden layer, cross-entropy.


# %%
class PixelModel(nn.Module):
    """p(x) of black and white images [B, 1, 8, 8], pixel by pixel in an order."""

    def __init__(self, places, width=512):
        super().__init__()
        self.places = places
        masks = made_masks(places, torch.arange(width) % 63 + 1)
        self.hidden_mask, self.output_mask = (torch.as_tensor(mask).float() for mask in masks)
        self.hidden, self.output = nn.Linear(64, width), nn.Linear(width, 64)

    def logits(self, x):
        h = nn.functional.silu(
            nn.functional.linear(x, self.hidden.weight * self.hidden_mask, self.hidden.bias)
        )
        return nn.functional.linear(h, self.output.weight * self.output_mask, self.output.bias)

    def log_prob(self, x):
        x = x.flatten(1)
        return -nn.functional.binary_cross_entropy_with_logits(self.logits(x), x, reduction="none").sum(1)

    @torch.no_grad()
    def sample(self, n, generator):
        x = torch.zeros(n, 64)
        for i in self.places.argsort():  # one pass through the network for each pixel
            x[:, i] = (torch.rand(n, generator=generator) < self.logits(x)[:, i].sigmoid()).float()
        return x.view(n, 1, 8, 8)


# %% [markdown]
# Two are trained in each of two orders, on the black and white digits of 03.

# %%
small, small_test = data.load("digits"), data.load("digits", split="test")
binary, binary_test = (small.images >= 0.5).float(), (small_test.images >= 0.5).float()
PLACES = {"row by row": torch.arange(1, 65), "a random order": torch.randperm(64, generator=dice()) + 1}


def fitted(places, seed):
    torch.manual_seed(seed)
    model = PixelModel(places)
    how = {
        "batch_size": 128,
        "lr": 5e-3,
        "weight_decay": 0.3,
        "ema_decay": 0.995,
        "seed": seed,
        "progress": False,
    }
    loss = lambda model, x: -model.log_prob(x).mean()  # noqa: E731
    return training.fit(model, loss, binary, steps=preset(2500, smoke=3), **how).ema


by_pixel = {name: [fitted(places, seed) for seed in range(2)] for name, places in PLACES.items()}

# %% [markdown]
# **Predict.** Pixels in a random order, one here, one there. Is the held-out likelihood then
# (a) lower by many nats; (b) about the same, within one nat; (c) higher by many nats?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
with torch.no_grad():
    nats = {
        name: torch.stack([model.log_prob(binary_test).mean() for model in runs])
        for name, runs in by_pixel.items()
    }
change = (nats["a random order"] - nats["row by row"]).mean()
reveal(guess, "a" if change < -1 else "b" if change < 1 else "c", "09.order")

# %% [markdown]
# The next cell shows the orders and draws. Then it sets these numbers beside those of 02 and 03, each on the same
# pixels: in bits for 17 grey levels, in nats for black and white.

# %% tags=["hide-input"]
show(draw.orders({name: places.view(8, 8) - 1 for name, places in PLACES.items()}), "09.orders")
rows = {"real": binary_test} | {name: runs[0].sample(12, dice(1)) for name, runs in by_pixel.items()}
show(image_rows(rows, "Drawn pixel by pixel"), "09.by_pixel")
of_digits, _ = checkpoints.load("digits_flows")
vaes, _ = checkpoints.load("digits_beta_vaes")
cells = flows.dequantise((small.images * 16).round(), LEVELS, dice()).flatten(1)
cells_test = flows.dequantise((small_test.images * 16).round(), LEVELS, dice(1)).flatten(1)
ppca = exact.LinearGaussian.fit(cells.double(), 16)
coins = binary.mean(0).clamp(0.5 / len(binary), 1 - 0.5 / len(binary))
of_coins = (binary_test * coins.log() + (1 - binary_test) * (1 - coins).log()).flatten(1).sum(1)
of_mixed = exact.BernoulliMixture.fit(binary.flatten(1), 80).log_prob(binary_test.flatten(1))
of_vae = vae.iwae(vaes["beta_1"], binary_test, 100, dice())
bits = {
    "uniform": (math.log2(LEVELS), "exact"),
    "linear Gaussian (02)": (
        bits_per_dimension(ppca.log_prob(cells_test), 64, LEVELS).mean().item(),
        "at most",
    ),
    "Glow": (bits_of(of_digits("glow"), small_test.images, LEVELS).mean().item(), "at most"),
}
in_nats = {
    "independent pixels (03)": (of_coins.mean().item(), "exact"),
    "80 coin models, mixed (03)": (of_mixed.mean().item(), "exact"),
    "VAE, 100 draws (03)": (of_vae.mean().item(), "at least"),
} | {f"pixel by pixel, {name}": (runs.mean().item(), "exact") for name, runs in nats.items()}

# %% [markdown]
# The next cell draws these numbers.

# %% tags=["hide-input"]
panels = {
    "17 grey levels: lower is better": ("bits per dimension", bits),
    "Black and white: higher is better": ("nats an image", in_nats),
}
show(draw.scores(panels), "09.scores")
verdict(
    "grey levels: Glow minus the linear Gaussian, bits",
    bits["Glow"][0] - bits["linear Gaussian (02)"][0],
    high=-0.1,
)
both = torch.cat(list(nats.values()))
verdict("pixel by pixel, two runs of each order: most minus least, nats", both.max() - both.min(), high=0.7)
verdict("pixel by pixel, mean of four runs, minus the VAE's bound, nats", both.mean() - of_vae.mean(), -1, 1)
verdict("pixel by pixel minus independent pixels, least of four", both.min() - of_coins.mean(), low=5)
verdict("the VAE's bound minus the 80 coin models, mixed", of_vae.mean() - of_mixed.mean(), 0.2, 2)

# %% [markdown]
# Within a panel all are likelihoods of the same pixels, or bounds on one, and may be compared; across they may not.
# (What is behind a bound may be better.) Rows are no better than this disorder. But to draw an image costs one pass of
# the network *a pixel*, where a VAE needs one in all.
#
# The same idea for real numbers makes a flow: $z_i = (x_i - m_i)\, e^{-a_i}$, with $m_i$ and $a_i$ read off the
# coordinates before $i$. Its Jacobian is triangular. To undo it, one needs $x_1$ before $m_2$ is known, and so on. The
# next cell counts how often each kind asks its network. (IAF is MAF turned round, and asks once more for the
# determinant.)


# %% tags=["hide-input"]
def asked(step, way, x):
    """How often a network is asked on the way ("forward" or "inverse") of a step."""
    count = []
    inside = next(part for part in step.modules() if isinstance(part, nn.Sequential | flows.Made))
    hook = inside.register_forward_hook(lambda *_: count.append(1))
    with torch.no_grad():
        getattr(step, way)(x)
    hook.remove()
    return len(count)


KINDS = {
    "coupling": flows.AffineCoupling(flows.masks.halves(64)),
    "masked autoregressive (MAF)": flows.MaskedAutoregressive(64),
    "its inverse (IAF)": flows.InverseAutoregressive(64),
}
for name, step in KINDS.items():
    passes = [asked(step, way, torch.randn(2, 64)) for way in ("forward", "inverse")]
    print(f"{name}: {passes[0]} to judge a point, {passes[1]} to draw one")

# %% [markdown]
# ## 8. Digits and blank paper
#
# `mnist_glow` has only ever seen handwritten digits.
#
# **Predict.** Which image does it find likeliest, in fewest bits: (a) a digit it was trained on; (b) a new digit; (c) a
# sheet of blank paper?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
kinds = {
    "digits it was trained on": data.load("mnist_5k").images[:4000:8],
    "new digits": strokes.images[:500],
    "blank paper": torch.zeros(500, 1, 28, 28),
}
of_kind = {name: bits_of(glow, images, 256) for name, images in kinds.items()}
best = min(of_kind, key=lambda name: of_kind[name].mean())
reveal(guess, "abc"[list(of_kind).index(best)], "09.blank")

# %% [markdown]
# The next cell shows all of them.

# %% tags=["hide-input"]
show(draw.likelihoods(of_kind), "09.likelihoods")
verdict("blank paper: most bits, minus the fewest of 500 new digits",
        of_kind["blank paper"].max() - of_kind["new digits"].min(), high=0)  # fmt: skip
verdict("share of a new digit's pixels that are blank", (strokes.images == 0).double().mean(), low=0.75)
bell_784 = torch.randn(10_000, 784, generator=dice())
verdict(
    "784 Gaussian numbers: the nearest of 10,000 draws to the likeliest point",
    bell_784.norm(dim=1).min(),
    low=20,
)

# %% [markdown]
# Most of every digit *is* blank (black, in these images). And a density is probability per volume: the likeliest point
# of 784 Gaussian numbers is 0, and no draw comes near it, for there is hardly any volume there. So a likelihood alone
# does not say "this is no digit" (Nalisnick et al.). Nor is it always so: the next cell asks the flow of 8 x 8 digits.

# %% tags=["hide-input"]
small_blank = bits_of(of_digits("glow"), torch.zeros(100, 1, 8, 8), LEVELS)
small_new = bits_of(of_digits("glow"), small_test.images, LEVELS)
verdict("8 x 8: blank paper minus new digits, bits", small_blank.mean() - small_new.mean(), low=0.5)
verdict(
    "8 x 8: share of a new digit's pixels that are blank", (small_test.images == 0).double().mean(), high=0.55
)

# %% [markdown]
# There, with less blank to a digit, blank paper is the less likely one.
#
# **The lecture's list.** One advantage, "learns the data distribution explicitly", and one drawback, "constraint in the
# design of the network". The next cell measures both: the integrals of three densities of section 5; how many numbers
# of noise an image takes, here and in a VAE of the same images (03); and how many of eight free networks, 2-64-64-2
# with the weights that they begin with, fold the plane, so that they cannot be undone.

# %% tags=["hide-input"]
wide, axis = planes.grid(-6, 6, 301)
with torch.no_grad():
    totals = [
        trained(name, depth=16, run=0).log_prob(wide).double().exp().sum() * (axis[1] - axis[0]) ** 2
        for name in NAMES
    ]
verdict("integrals of three densities: least", min(totals), low=0.99)
verdict("integrals of three densities: most", max(totals), high=1.01)
numbers_of_noise = of_digits("glow").sample(1, dice()).numel(), vaes["beta_1"].latent_dim
verdict(
    "numbers of noise to a digit of 8 x 8: flow over VAE", numbers_of_noise[0] / numbers_of_noise[1], 4, 4
)


def folds(seed):
    """Whether a free network turns some pieces of the plane over, and others not."""
    torch.manual_seed(seed)
    free = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2))
    signs = torch.linalg.det(jacobian(free, wide[::37])).sign()
    return bool((signs.max() > 0) & (signs.min() < 0))


verdict("free networks that fold the plane, of eight", sum(map(folds, range(8))), low=5)

# %% [markdown]
# Both hold. A flow takes as many numbers of noise as there are pixels, all of its steps can be undone, as most free
# networks cannot, and none of them tears (section 5).

# %% [markdown]
# ## Going further: infinitely many steps
#
# Let each step be small: $z = x + h\, v(x)$. Then $\log \det (I + h A) = h\, \mathrm{tr} A + O(h^2)$ with
# $A = \partial v / \partial x$: in the limit the determinant becomes a *trace*, steps become a differential equation,
# and any smooth $v$ with bounded slopes may be used, for such an equation can always be run back (Chen et al.,
# Grathwohl et al.).
#
# The next cell follows one point along a field in $K$ steps, and sums log-determinants and traces.


# %% tags=["hide-input"]
def field(x):
    return torch.stack([x[:, 1], -1.5 * torch.sin(x[:, 0]) - 0.3 * x[:, 1]], dim=1)


def sums(K):
    """The sum of log |det| of K steps over one unit of time, and of h tr A along them."""
    x, of_dets, of_traces = torch.tensor([[1.0, 0.5]]).double(), 0.0, 0.0
    for _ in range(K):
        A = jacobian(field, x)
        of_dets += change_of_variables(torch.zeros(1).double(), torch.eye(2).double() + A / K).item()
        of_traces += A[0].trace().item() / K
        x = x + field(x) / K
    return of_dets, of_traces


COUNTS = [4, 16, 64, 256]
errors = [abs(of_dets - of_traces) for of_dets, of_traces in map(sums, COUNTS)]
show(draw.limit(COUNTS, errors), "09.limit")
verdict("256 steps over 64 steps: the difference", errors[3] / errors[2], 0.2, 0.3)

# %% [markdown]
# The trace still takes $D$ backward passes. **Hutchinson's estimate** takes one: $\epsilon^\top A\, \epsilon$ for
# $\epsilon \sim \mathcal N(0, I)$ is $\mathrm{tr} A$ on average. Its variance is $2 \lVert S \rVert_F^2$ with
# $S = (A + A^\top) / 2$; with random signs $\pm 1$ for $\epsilon$ the part of the diagonal, $2 \sum_i A_{ii}^2$, falls
# away. The next cell measures all three for a matrix of 64 x 64.

# %% tags=["hide-input"]
A = torch.randn(64, 64, generator=dice()).double() / 8
probes = torch.randn(200_000, 64, generator=dice(1)).double()
estimates = (probes @ A.T * probes).sum(1)
variance = 2 * ((A + A.T) / 2).square().sum()
error = (estimates.mean() - A.trace()).abs() / (variance / len(probes)).sqrt()
verdict("mean minus trace, in standard errors", error, high=4)
verdict("variance over the formula", estimates.var() / variance, 0.97, 1.03)
signs = probes.sign()
of_signs = (signs @ A.T * signs).sum(1).var()
less = variance - 2 * A.diagonal().square().sum()
verdict("signs: variance over the formula without the diagonal's part", of_signs / less, 0.985, 1.015)

# %% [markdown]
# With a field learned by regression in place of likelihood this is flow matching ({notebook 16}); with one that comes
# from a score, the probability flow of diffusion ({notebook 13}).

# %% [markdown]
# ## 9. The failure museum
#
# **Exhibit A: a scale without bound.** Here the network says $s$ itself. Training goes well, and so do points of the
# data, there and back. Then comes a point at distance 5, and $e^s$ is too much. Mend it: return a function of the raw
# $s$ that never passes 10 or -10, and changes an $s$ of 0.1 by at most 0.02.


# %%
def unbounded(s):
    return s


def mended_a():
    """Return a function: the raw s, [B, D] -> the s in use, [B, D]."""
    ### BEGIN SOLUTION
    return lambda s: 2 * torch.tanh(s / 2)
    ### END SOLUTION


# %% [markdown]
# **Exhibit B: the same half every time.** Eight couplings, and each changes the second coordinate by the first. Mend
# it: return, for each of the eight, which coordinate stays.

# %%
STAYS = [0, 0, 0, 0, 0, 0, 0, 0]


def mended_b():
    """Return a list of eight numbers, 0 or 1."""
    ### BEGIN SOLUTION
    return [0, 1] * 4
    ### END SOLUTION


# %% [markdown]
# **Exhibit C: a wonderful likelihood.** A colleague trained a flow of the moons with the mistake below, and reports
# more nats than the truth itself has. For real data no truth is known. Write the test that finds it out: return a
# number that can be computed from any density in the plane, and is 1 for an honest one.


# %%
def wonderful(x, steps, log_base):
    """log p(x) as the colleague computes it: [B, 2] -> [B]."""
    for step in steps:
        x, log_det = step(x)
    return log_base(x) + log_det


def mended_c(log_density):
    """log_density: [B, 2] -> [B], in nats; practically all of it lies within 8 of the origin. Return a number."""
    ### BEGIN SOLUTION
    points, axis = planes.grid(-8, 8, 801)
    return log_density(points).double().exp().sum().item() * float(axis[1] - axis[0]) ** 2
    ### END SOLUTION


# %% [markdown]
# The next cell is the training, of eight couplings on the moons.


# %% tags=["hide-input"]
def trial(scale, stays, score=log_prob, seed=0):
    """A flow of couplings, trained on the moons for 300 steps: the flow, and its steps as a list."""
    torch.manual_seed(seed)

    class Scaled(flows.AffineCoupling):
        def shift_and_scale(self, x):
            shift, raw = self.net(x * self.mask).chunk(2, dim=1)
            return ~self.mask * shift, ~self.mask * scale(raw)

    masks = [torch.tensor([stay == 0, stay == 1]) for stay in stays]
    flow = flows.Flow([Scaled(mask, hidden=(32, 32)) for mask in masks], 2)
    optimiser = torch.optim.Adam(flow.parameters(), lr=5e-3)
    for x in moons.sample(256 * preset(300, smoke=3), dice(seed)).view(-1, 256, 2):
        loss = -score(x, flow.steps, flow.base.log_prob).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return flow


@torch.no_grad()
def lost_by(flow):
    return (moons.log_prob(unseen) - flow.log_prob(unseen)).mean().item()


# %% [markdown]
# The next cell holds the judges.


# %% tags=["hide-input"]
def back_from(flow, x):
    return there_and_back(lambda x: flow(x)[0], flow.inverse, x)


TURNS = [0, 1] * 4
angles = torch.arange(64) * math.pi / 32
ring = 5 * torch.stack([angles.cos(), angles.sin()], dim=1)


def judged_a(scale):
    raw = torch.tensor([[-1e4, -50.0, -0.1, 0.0, 0.1, 50.0, 1e4]])
    s = torch.as_tensor(scale(raw)).detach()
    if s.shape != raw.shape or not bool(s.isfinite().all()):
        return "a finite number for each s is wanted"
    if float((s - raw)[0, 2:5].abs().max()) > 0.02:
        return "a small s should be left nearly as it is"
    if float(s.abs().max()) > 10:
        return "a step may still stretch by more than e^10"
    return "" if back_from(trial(scale, TURNS), ring) < 1e-2 else "there and back is still far off"


def judged_b(stays):
    if not isinstance(stays, list | tuple) or len(stays) != 8 or not set(stays) <= {0, 1}:
        return "eight numbers, each 0 or 1, are wanted"
    lost = lost_by(trial(lambda s: 2 * torch.tanh(s / 2), stays))
    return "" if lost < 0.5 else f"it still loses {lost:.2f} nats"


def judged_c(test):
    if not callable(test):
        return "a function of a log density is wanted"
    with torch.no_grad():
        honest, cheat = (float(test(density)) for density in (mine.log_prob, theirs))
    if not abs(honest - 1) < 0.05:
        return f"for an honest flow it is {honest:.3g}"
    return "the colleague's flow passes" if abs(cheat - 1) < 0.05 else ""


def theirs(x):
    return wonderful(x, colleague.steps, colleague.base.log_prob)


# %% [markdown]
# The next cell trains, and judges all three.

# %% tags=["hide-input"]
wild = [trial(unbounded, TURNS, seed=seed) for seed in range(2)]
near = max(back_from(flow, unseen).item() for flow in wild)
returned = sum(bool(back_from(flow, ring) < 1) for flow in wild)
verdict("exhibit A: there and back on data, largest error", near, high=1e-4)
verdict("exhibit A: runs of two that come back from distance 5", returned, high=0)
exhibit("A", mended_a, judged_a, "a function of s")
same_half = min(lost_by(trial(lambda s: 2 * torch.tanh(s / 2), STAYS, seed=seed)) for seed in range(2))
verdict("exhibit B, one half every time: nats lost, least of two runs", same_half, low=0.55)
exhibit("B", mended_b, judged_b, "a list of eight")
colleague = trial(lambda s: 2 * torch.tanh(s / 2), TURNS, score=wonderful)
with torch.no_grad():
    claimed, possible = theirs(unseen).mean(), moons.log_prob(unseen).mean()
verdict("exhibit C: nats claimed minus nats of the truth", claimed - possible, low=1)
with torch.no_grad():
    answered = cure("exhibit C", mended_c, mine.log_prob, read=numbers(1), wanted="a number")
if answered is not None:
    exhibit("C", lambda: mended_c, judged_c, "a number")

# %% [markdown]
# ## Read with care
#
# The table lists what the source lectures print about this, and what holds. Each line is held by a test.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("09"))

# %% [markdown]
# ## What to take with you
#
# - A map carries probability, not density; the determinant says how much a piece is stretched.
# - Flows are chains of steps with a cheap inverse and a cheap determinant. Log-determinants add.
# - The likelihood is exact, and so can be tested: the density integrates to 1, and loses nats against a truth.
# - A flow cannot tear: between pieces a bridge stays, and thinner means steeper.
# - Dequantise before you fit a density to grey levels, and count bits per dimension.
# - A high likelihood does not mean "looks like the data".
#
# **Left out here.** Splines and residual flows; flows as approximate posteriors in a VAE; variational dequantisation;
# PixelCNN and transformers over pixels.

# %% [markdown]
# ## Going further: the papers
#
# Hutchinson, *A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines*, 1989. Dinh,
# Krueger and Bengio, *NICE: non-linear independent components estimation*, 2015. Germain et al., *MADE: masked
# autoencoder for distribution estimation*, 2015. Rezende and Mohamed, *Variational inference with normalizing flows*,
# 2015. Kingma et al., *Improved variational inference with inverse autoregressive flow*, 2016. Theis, van den Oord and
# Bethge, *A note on the evaluation of generative models*, 2016. Van den Oord, Kalchbrenner and Kavukcuoglu, *Pixel
# recurrent neural networks*, 2016. Dinh, Sohl-Dickstein and Bengio, *Density estimation using Real NVP*, 2017.
# Papamakarios, Pavlakou and Murray, *Masked autoregressive flow for density estimation*, 2017. Chen et al., *Neural
# ordinary differential equations*, 2018. Kingma and Dhariwal, *Glow: generative flow with invertible 1x1 convolutions*,
# 2018. Grathwohl et al., *FFJORD: free-form continuous dynamics for scalable reversible generative models*, 2019.
# Nalisnick et al., *Do deep generative models know what they don't know?*, 2019. Behrmann et al., *Understanding and
# mitigating exploding inverses in invertible neural networks*, 2021. Papamakarios et al., *Normalizing flows for
# probabilistic modeling and inference*, 2021. Salmona et al., *Can push-forward generative models fit multimodal
# distributions?*, 2022.
