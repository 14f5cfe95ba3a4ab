# ---
# jupyter:
#   course:
#     title: Training GANs
#     summary: A convolutional GAN on digits, batch norm written out, and every training trick as a switch whose effect is measured over seeds.
#     about: >-
#       A convolutional GAN on digits, and each of the well-known tricks as a switch. Some help, some hurt, and the
#       lesson measures which, over seeds. Needs 01 and 04.
# ---

# %% [markdown]
# # 05 Training GANs
#
# **Follows** S. Lathuilière, *Deep generative methods*, Télécom Paris (DCGAN, batch normalisation, training tricks);
# *EECS 230 Deep Learning, Lecture 16*, after S. Prince (DCGAN, mode collapse, progressive growing, truncation); S.
# Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (tips); M. Straka, *NPFL114 Lecture 13*, Charles
# University 2023 (DCGAN, mode collapse).
#
# **After this notebook you can**
# - build a DCGAN from its rules, say what shape each layer's output has, and write the round that trains it;
# - write batch norm, in training and in inference, and say what goes wrong when the two are mixed up;
# - recognise instability and mode collapse, and measure them: classes, bins, Fréchet distance;
# - tell which of the well-known tricks help in one setting, with an error bar, and which do nothing there;
# - walk, add and subtract in the latent space.
#
# **Builds on** 01 (sizes of convolutions) and 04 (the game). Sections marked "Going further" can be skipped: nothing
# else needs them. **Time to run:** {measured_time}.

# %%
import functools
import time
from typing import NamedTuple

import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F

from course_utils import checkpoints, data, gan, metrics, training
from course_utils.checks import check, hint, reveal
from course_utils.figures import gan_training, image_rows, mosaic, norm_axes, show, subplots
from course_utils.museum import exhibit, settings_wrong
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import GANPlayground, LatentExplorer

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


train = data.load("digits")
test = data.load("digits", split="test")

# %% [markdown]
# ## 1. Faces of nobody
#
# Nobody drew the faces in the first two rows. A generator made each from 64 random numbers, its code $z$. In the last
# row $z$ moves in small steps from one code to another. Above it is the naive attempt at the same thing: fade one image
# into the other, pixel by pixel.

# %%
face_G, _ = checkpoints.load("faces_dcgan")
face_latent = face_G.latent_dim


@torch.no_grad()
def faces_of(z):
    return face_G(z)


def slerp(a, b, t):
    """As in notebook 03: along the great circle from a to b."""
    omega = torch.arccos(F.cosine_similarity(a, b, dim=0).clamp(-1, 1))
    return (((1 - t) * omega).sin() * a + (t * omega).sin() * b) / omega.sin()


a, b = torch.randn(2, face_latent, generator=dice(3))
steps = torch.linspace(0, 1, 11)
arc = torch.stack([slerp(a, b, t) for t in steps])
drawn = torch.randn(22, face_latent, generator=dice(7))
first, last = faces_of(torch.stack([a, b]))
faded = torch.stack([(1 - t) * first + t * last for t in steps])
rows = {
    "drawn by G": faces_of(drawn[:11]),
    "drawn too": faces_of(drawn[11:]),
    "faded": faded,
    "z moves": faces_of(arc),
}
show(image_rows(rows, "32 x 32 faces from the checkpoint", columns=11, scale=0.68), "05.walks")

# %% [markdown]
# Half way, the fading shows two faces at once: pale hair, and glasses that are half there. The generator shows one face
# on its way to another. It is not perfect: its pixels are grainy, and some of its glasses are half drawn. **How do you
# build a net that does this, and how do you train it without the collapse that you saw in notebook 04?**

# %% [markdown]
# ## 2. A generator for images, rule by rule
#
# In notebook 04 both players were dense nets, and the data were points. Images call for convolutions. For years these
# failed more often than not, until Radford, Metz and Chintala wrote down what the stable ones have in common. A net
# that keeps their rules is a **DCGAN**, a deep convolutional GAN:
#
# | rule | in $G$ | in $D$ | why |
# |---|---|---|---|
# | no pooling | transposed convolutions of stride 2 | convolutions of stride 2 | the net learns how to change the size |
# | one dense layer | from $z$ to the smallest map | from the last map to one logit | a convolution has far fewer weights |
# | batch norm | after each layer but the last | after each layer but the first and the last | it keeps activations, and so gradients, in range (section 3) |
# | activation | ReLU; a sigmoid at the end | LeakyReLU(0.2) everywhere | a dead ReLU in $D$ sends $G$ no gradient |
# | small start | weights from $\mathcal N(0, 0.02^2)$ | the same | no layer dominates at the beginning |
# | Adam | rate 0.0002, $\beta_1 = 0.5$ | the same | with momentum 0.9 the players circle (notebook 04) |
#
# (The paper's $G$ ends in tanh, for pixels in $[-1, 1]$; ours lie in $[0, 1]$. For our small nets we take a larger
# rate.)
#
# What shape comes out of each layer? All convolutions here have **kernel 4, stride 2, padding 1**.
#
# **Exercise 1.** $G$ begins with `start` x `start` pixels (the dense layer's output, reshaped) and has `layers`
# transposed convolutions. Each doubles the side and halves the channels, so that the last *hidden* map has `width`
# channels; the last layer makes the image's one channel. (With `layers` = 1 the dense layer's map therefore has `width`
# channels.) Give all shapes, from the dense layer's to the image's.


# %%
def generator_shapes(width, start, layers):
    """Three ints -> tensor [layers + 1, 3] of ints, a row (channels, height, width) for each map."""
    ### BEGIN SOLUTION
    rows = []
    for done in range(layers):
        channels, side = width * 2 ** (layers - 1 - done), start * 2**done
        rows.append((channels, side, side))
    return torch.tensor([*rows, (1, start * 2**layers, start * 2**layers)])
    ### END SOLUTION


# %%
generator_shapes = check("gan.generator_shapes", generator_shapes)

# %% [markdown]
# Stuck, here or later? Call `hint` with the exercise's name; call it again for a stronger one.

# %%
hint("gan.generator_shapes")

# %% [markdown]
# **Exercise 2.** Do the same for $D$: from the image, down through `layers` convolutions. The first makes `width`
# channels, and each further one doubles them. If a side is odd, torch rounds its half down: 7 becomes 3.


# %%
def discriminator_shapes(width, size, layers):
    """Three ints -> tensor [layers + 1, 3] of ints, a row (channels, height, width) for each map."""
    ### BEGIN SOLUTION
    rows, side = [(1, size, size)], size
    for done in range(layers):
        side = (side + 2 - 4) // 2 + 1
        rows.append((width * 2**done, side, side))
    return torch.tensor(rows)
    ### END SOLUTION


# %%
discriminator_shapes = check("gan.discriminator_shapes", discriminator_shapes)

# %% [markdown]
# Here are the two players for digits of 8 x 8 pixels, with one line for each rule.

# %%
LATENT = 32


def new_generator(width=32):
    """z [B, 32] -> images [B, 1, 8, 8] in (0, 1)."""
    return nn.Sequential(
        nn.Linear(LATENT, 2 * width * 2 * 2, bias=False),  # the one dense layer
        nn.Unflatten(1, (2 * width, 2, 2)),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),  # no norm: the image may have any range
        nn.Sigmoid(),
    )


def new_discriminator(width=32, norm=True):
    """Images [B, 1, 8, 8] -> logits [B, 1]."""
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),  # no norm: D must see how bright the image is
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=not norm),
        nn.BatchNorm2d(2 * width) if norm else nn.Identity(),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(2 * width * 2 * 2, 1),  # the one dense layer
    )


# %%
@torch.no_grad()
def small_start(net):
    """DCGAN's initialisation, in place; returns the net."""
    for layer in net:
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            layer.weight.normal_(0, 0.02)
    return net


def new_players(seed, norm=True):
    torch.manual_seed(seed)
    return small_start(new_generator()), small_start(new_discriminator(norm=norm))


# %% [markdown]
# The next cell prints the shape after each layer, compares the shapes with yours, and counts the weights.


# %% tags=["hide-input"]
def maps_of(net, x):
    """The shapes on the way: print each layer's, return those of the maps that a convolution or a reshape made."""
    shapes = []
    for layer in net:
        x = layer(x)
        print(f"{type(layer).__name__:>16}  {list(x.shape[1:])}")
        if isinstance(layer, nn.Unflatten | nn.Conv2d | nn.ConvTranspose2d):
            shapes.append(list(x.shape[1:]))
    return torch.tensor(shapes)


G, D = new_players(seed=0)
with torch.no_grad():
    print("generator, z [32]")
    made = maps_of(G, torch.zeros(1, LATENT))
    print("discriminator, image [1, 8, 8]")
    seen = maps_of(D, torch.zeros(1, 1, 8, 8))
wrong = (made != generator_shapes(32, 2, 2)).sum() + (seen != discriminator_shapes(32, 8, 2)[1:]).sum()
verdict("numbers in these shapes that differ from yours", wrong, high=0)
weights = [sum(p.numel() for p in net.parameters()) for net in (G, D)]
verdict("thousands of weights, both players together", sum(weights) / 1000, low=60, high=90)

# %% [markdown]
# ## 3. Batch norm, written out
#
# Look at one channel in $G$. Over the batch its values have a mean and a spread, and both drift as the weights before
# it learn. **Batch norm** (Ioffe and Szegedy) takes this drift out. For one channel, let $x_i$ be all $m$ values that
# it has in the batch, from all images and all places:
#
# $$\begin{aligned}
# \mu &= \tfrac1m \textstyle\sum_i x_i && (1) \\
# \sigma^2 &= \tfrac1m \textstyle\sum_i (x_i - \mu)^2 && (2)\ \text{divided by } m, \text{ the biased variance} \\
# \hat x_i &= \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} && (3)\ \epsilon \text{ inside the root} \\
# y_i &= \gamma\, \hat x_i + \beta && (4)\ \text{learned, one of each per channel}
# \end{aligned}$$
#
# **Exercise 3.** Write it. The gradient must flow through $\mu$ and $\sigma$ too.


# %%
def batch_norm(x, gamma, beta, eps):
    """x: [N, C, H, W], gamma, beta: [C], eps: a number -> [N, C, H, W]."""
    ### BEGIN SOLUTION
    mu = x.mean(dim=(0, 2, 3), keepdim=True)
    sigma2 = (x - mu).square().mean(dim=(0, 2, 3), keepdim=True)
    x_hat = (x - mu) / torch.sqrt(sigma2 + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
    ### END SOLUTION


# %%
batch_norm = check("gan.batch_norm", batch_norm)

# %% [markdown]
# That is training. What about **inference**? If a batch of one image were normalised by itself, what you get would
# depend on what else you asked for. So the layer keeps averages of $\mu$ and $\sigma^2$ over the batches it has seen,
# and `eval()` makes it use these. The kept variance is the *unbiased* one (divided by $m - 1$), an estimate for all
# data; torch's `momentum` is the share of the *new* batch.
#
# **Exercise 4.** Write that update.


# %%
def running_statistics(x, running_mean, running_var, momentum):
    """x: [N, C, H, W]; running_mean, running_var: [C], before this batch -> both after it."""
    ### BEGIN SOLUTION
    new_mean, new_var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=True)
    kept = 1 - momentum
    return kept * running_mean + momentum * new_mean, kept * running_var + momentum * new_var
    ### END SOLUTION


# %%
running_statistics = check("gan.running_statistics", running_statistics)

# %% [markdown]
# The next cell writes inference with the kept numbers, and compares both modes with `nn.BatchNorm2d` after ten batches
# of training.


# %% tags=["hide-input"]
def batch_norm_inference(x, running_mean, running_var, gamma, beta, eps):
    scale = gamma / (running_var + eps).sqrt()
    return scale[:, None, None] * (x - running_mean[:, None, None]) + beta[:, None, None]


layer = nn.BatchNorm2d(6).double()
with torch.no_grad():
    layer.weight.uniform_(0.5, 2, generator=dice(1))
    layer.bias.normal_(generator=dice(2))
    mean, var = torch.zeros(6).double(), torch.ones(6).double()
    off = {"training": 0.0, "inference": 0.0}
    for seed in range(10):
        x = 3 + 2 * torch.randn(4, 6, 3, 3, generator=dice(seed)).double()
        mine = batch_norm(x, layer.weight, layer.bias, layer.eps)
        off["training"] = max(off["training"], (mine - layer(x)).abs().max().item())
        mean, var = running_statistics(x, mean, var, layer.momentum)
    layer.eval()
    mine = batch_norm_inference(x, mean, var, layer.weight, layer.bias, layer.eps)
    off["inference"] = (mine - layer(x)).abs().max().item()
for mode, largest in off.items():
    verdict(f"{mode}: largest |yours - torch's|", largest, high=1e-6)
verdict(
    "largest difference of the kept means and variances",
    max((mean - layer.running_mean).abs().max(), (var - layer.running_var).abs().max()),
    high=1e-6,
)

# %% [markdown]
# Batch norm has a price: each output depends on all the other images of the batch, because $\mu$ and $\sigma$ do.

# %% [markdown]
# ## 4. One round, and a training
#
# A **round** of the game has three moves:
# 1. **$D$'s step.** $G$ draws fakes from the first batch of codes. They are cut off from $G$ with `.detach()`, because
#    $D$'s loss must not move $G$. Compute the loss of $D$ from its logits of the real images and of the fakes.
# 2. **$G$'s step.** $G$ draws new fakes from the second batch of codes. This time the gradient must reach $G$, through
#    the $D$ that has just moved.
# 3. **The average.** We keep an exponential moving average (EMA) of $G$'s weights, $\bar\theta \leftarrow 0.995\,
#    \bar\theta + 0.005\, \theta$. Nobody plays with it; we only draw from it (section 5).
#
# Each net has its own optimiser, and may still hold the gradients of an earlier step, so clear them before you go
# backward. Real images and fakes go through $D$ as two separate batches.


# %%
class Players(NamedTuple):
    """All that takes part in a round."""

    G: nn.Module
    D: nn.Module
    g_optimiser: torch.optim.Optimizer
    d_optimiser: torch.optim.Optimizer
    losses: gan.Losses  # losses.d_loss(real_logits, fake_logits), losses.g_loss(fake_logits)
    average: training.WeightAverage  # average.update() is move 3; average.model is the averaged G

    def record(self, d_loss, g_loss):
        """Both losses, in the form in which the training loop keeps them."""
        return d_loss.detach(), {"g_loss": g_loss.detach()}


# %% [markdown]
# **Exercise 5.** Write one round, in place. At the end, return `players.record(d_loss, g_loss)`.


# %%
def dcgan_round(real, codes, players):
    """real: [B, C, H, W], codes: [2, B, L], one batch for each step -> what players.record returns."""
    ### BEGIN SOLUTION
    G, D, losses = players.G, players.D, players.losses
    fake = G(codes[0]).detach()
    d_loss = losses.d_loss(D(real), D(fake))
    players.d_optimiser.zero_grad()
    d_loss.backward()
    players.d_optimiser.step()
    g_loss = losses.g_loss(D(G(codes[1])))
    players.g_optimiser.zero_grad()
    g_loss.backward()
    players.g_optimiser.step()
    players.average.update()
    return players.record(d_loss, g_loss)
    ### END SOLUTION


# %%
dcgan_round = check("gan.dcgan_round", dcgan_round)

# %% [markdown]
# From here on your round trains everything in this notebook.

# %%
ADAM = functools.partial(torch.optim.Adam, fused=True)


def z_width(G):
    return next(layer.in_features for layer in G.modules() if isinstance(layer, nn.Linear))


def play(G, D, images, steps, seed=0, g_lr=1e-3, d_lr=1e-3, momentum=0.5, batch=64, after=None, average=None):
    """Train both players for some rounds; after(step) is called after each. Returns the history of losses."""
    beta = (momentum, 0.999)
    g_adam, d_adam = ADAM(G.parameters(), lr=g_lr, betas=beta), ADAM(D.parameters(), lr=d_lr, betas=beta)
    average = average or training.WeightAverage(G, decay=0.995)
    players = Players(G, D, g_adam, d_adam, gan.losses["non_saturating"], average)

    def update(real):
        codes = torch.stack([torch.randn(len(real), z_width(G)) for _ in range(2)])
        return dcgan_round(real, codes, players)

    history = training.History()
    how = {"steps": steps, "batch_size": batch, "seed": seed, "device": "cpu", "progress": False}
    for step in training.steps(update, images, history=history, **how):
        if after is not None:
            after(step)
    return history


# %% [markdown]
# How good is $G$? We use three measures, all by a classifier that was trained on real digits (the checkpoint
# `digit_classifier`):
# - **classes covered**, of ten: those with at least 2 % of 1,000 samples;
# - **confidence**: the classifier's mean largest probability, which is high if the samples can be read;
# - **Fréchet distance**: take the classifier's 64 features, fit a Gaussian to those of the data and one to those of the
#   samples, and measure between the two, $|\mu_1 - \mu_2|^2 + \mathrm{tr}\big(\Sigma_1 + \Sigma_2 - 2 (\Sigma_1
#   \Sigma_2)^{1/2}\big)$ (strictly, this is the square of a distance). With the features of another net, Inception, it
#   is called FID.
#
# Means and covariances of a finite sample are a little off, so the distance comes out too large, and the more so the
# fewer images there are. Strictly, only equal numbers may be compared. We judge 1,000 samples at a time, but there are
# only 355 unseen digits; their distance is overstated more, and still lies far below that of $G$.

# %%
judge, _ = checkpoints.load("digit_classifier")
DRAWN = preset(1000, smoke=100)  # samples that are judged each time
with torch.no_grad():
    real_features = judge.features(train.images)


@torch.no_grad()
def marks(images):
    """Images [N, 1, 8, 8] -> a dict of the measures, and the share of each class."""
    features = judge.features(images)
    probabilities = judge.head(features).softmax(1)
    shares = probabilities.argmax(1).bincount(minlength=10) / len(images)
    return {
        "classes": int((shares >= 0.02).sum()),
        "confidence": probabilities.max(1).values.mean().item(),
        "distance": metrics.frechet_distance(features, real_features),
        "shares": shares,
    }


@torch.no_grad()
def draw(G, n=DRAWN, seed=1):
    """Samples in inference mode; the mode is put back afterwards."""
    mode = G.training
    images = G.eval()(torch.randn(n, LATENT, generator=dice(seed)))
    G.train(mode)
    return images


unseen = marks(test.images)
verdict("355 unseen real digits: distance", unseen["distance"], high=1.5)
verdict("their confidence", unseen["confidence"], low=0.9)
verdict("an untrained generator: distance", marks(draw(G))["distance"], low=100)

# %%
EVERY = preset(200, smoke=1)  # steps from one measurement to the next
G, D = new_players(seed=0)
average = training.WeightAverage(G, decay=0.995)
record = {"step": [], "G": [], "average": []}
pictures = {}


def look(step):
    if step % EVERY == 0:
        record["step"].append(step)
        record["G"].append(marks(draw(G)))
        record["average"].append(marks(draw(average.model)))
    if step in (50, 200, 800, 2400):
        pictures[f"{step} steps"] = draw(G, 12)


history = play(G, D, train.images, steps=2400, after=look, average=average)
rows = {**pictures, "real": test.images[:12]}
show(image_rows(rows, "Twelve codes z, as G learns", scale=0.72), "05.twelve_codes")

# %% [markdown]
# The next cell draws 64 real digits beside 64 of $G$'s, and judges a thousand of these.


# %% tags=["hide-input"]
def framed(images):
    return F.pad(images, (1, 1, 1, 1), value=0.45)  # a grey line round each digit


fig, axes = subplots(1, 2, figsize=(9, 4.8))
mosaic(framed(test.images[:64]), 8, 8, title="real", ax=axes[0])
mosaic(framed(draw(G, 64)), 8, 8, title="drawn by G", ax=axes[1])
show(fig, "05.real_and_drawn")
last = record["G"][-1]
verdict("classes covered, of 10", last["classes"], low=10)
verdict("confidence", last["confidence"], low=0.75)
verdict("distance to the data", last["distance"], high=12)
of_355 = [marks(draw(G, 355, seed=10 + k))["distance"] for k in range(8)]
of_1000 = [marks(draw(G, 1000, seed=10 + k))["distance"] for k in range(8)]
verdict(
    "the distance of 355 samples over that of 1,000, mean of 8 draws",
    sum(of_355) / sum(of_1000),
    low=1,
    high=1.3,
)

# %% [markdown]
# ## 5. What the losses do not say
#
# **Predict.** The distance fell nearly all the time. What did $G$'s own loss do over the last 1,800 steps, from 600 on?
# (a) It fell too. (b) It stayed or rose. (c) It fell at first, then rose.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
g_loss = torch.tensor(history.extras["g_loss"]).reshape(-1, EVERY).mean(1)  # over 200 steps each
d_loss = torch.tensor(history.loss).reshape(-1, EVERY).mean(1)
distance = torch.tensor([one["distance"] for one in record["G"]])
later = g_loss[-9:]  # from step 601 on
change = later[-1] - later[0]
halfway = later.min() < min(later[0], later[-1]) - 0.05
reveal(guess, "c" if halfway else "a" if change < -0.1 else "b", "05.loss_of_a_better_g")

# %% [markdown]
# The next cell draws both losses and the distance against the steps, and checks which way they went.

# %% tags=["hide-input"]
of_average = [one["distance"] for one in record["average"]]
fig = gan_training.losses_and_distance(
    record["step"], d_loss, g_loss, distance, of_average, unseen["distance"], begin=600
)
show(fig, "05.losses_and_distance")
verdict("the distance at the end over that after 600 steps", distance[-1] / distance[2], high=0.7)
verdict("G's loss in the last 200 steps minus that of steps 601 to 800, nats", change, low=0.1)
verdict("the most that it falls from there to any later window", later[0] - later.min(), high=0.05)

# %% [markdown]
# So a GAN has no loss curve in the usual sense. Measure samples instead. The green line is the average that your round
# updates. $G$ circles as it learns (notebook 04), and the average sits nearer to the middle of the circle. At first it
# is worse, because it still holds old weights. Section 7 measures whether it pays.

# %% [markdown]
# ## 6. Mode collapse
#
# Without batch norm, $D$ judges one image at a time. If $G$ has found one image that passes, nothing tells it to make
# any other, so the whole batch becomes that image. Once $D$ has learned to refuse it, $G$ moves on to the next. This is
# **mode collapse**, and you can provoke it: give $D$ a slow rate and $G$ a fast one, and take $D$'s batch norm away.

# %%
COLLAPSE = {"g_lr": 5e-3, "d_lr": 2e-4, "momentum": 0.5, "d_norm": False}


def trained_with(settings, seed=0, steps=400):
    """Play with these settings -> the samples and their marks at every 50 steps."""
    rest, every = dict(settings), preset(50, smoke=1)
    G, D = new_players(seed, norm=rest.pop("d_norm"))
    found = []

    def look(step):
        if step % every == 0:
            images = draw(G)
            found.append((images[:10], marks(images)))

    play(G, D, train.images, steps, seed, after=look, **rest)
    return found


collapsed = trained_with(COLLAPSE)

# %% [markdown]
# The next cell draws the same ten codes at every hundred steps, and counts the classes.

# %% tags=["hide-input"]
rows = {
    f"{50 * (i + 1)} steps: {collapsed[i][1]['classes']} of 10": collapsed[i][0]
    for i in range(1, len(collapsed), 2)
}
fig = image_rows(rows, "Collapse: the same ten codes, later and later", columns=10, scale=0.72)
show(fig, "05.collapse")
classes = [one["classes"] for _, one in collapsed[2:]]
verdict("classes covered, mean over the second part of the run", sum(classes) / len(classes), high=5)

# %% [markdown]
# You will mend this in the museum. Here is collapse as it happens, in the plane: $D$'s rate is 0.0003, $G$'s is 0.001.
# Press play. Then set D's rate to $G$'s and start anew.

# %%
GANPlayground(d_lr=0.0003, seed=1)

# %% [markdown]
# ## 7. The tricks, measured
#
# The lectures list what may help: label smoothing, feature matching, minibatch discrimination, historical averaging,
# virtual batch norm, dropout, other rates and optimisers, spectral norm, and EMA. ("Going further: the tricks, one by
# one" says what each does.)
#
# A trick that helped once, with one seed and other data, may do nothing here. So each becomes one switch on one small
# DCGAN: digits, 1,200 steps, as in section 4 but half as wide and with 16 latent dimensions. All else stays the same.
# Each switch runs with at least five seeds and *one* setting of its knob, which the table names. The checkpoint
# `digits_gan_tricks` holds **samples**, 400 from each run, so that you can judge them yourself, by two measures:
# - the **Fréchet distance** to the training digits;
# - **bins covered**, finer than classes: cut the features of the real digits into 50 clusters; a bin is covered if the
#   samples put at least a quarter of the data's share there.
#
# **Predict.** How many of the twelve single switches (EMA is one of them; taking batch norm away is not) make the
# distance smaller by more than twice the standard error? (a) Nearly all. (b) About half. (c) A third at most.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
study, _ = checkpoints.load("digits_gan_tricks")
centres = metrics.cluster_centres(real_features, 50)
in_the_data = metrics.bin_shares(real_features, centres)


@torch.no_grad()
def judged(images):
    """Samples of one run -> distance, bins covered of 50, classes covered of 10."""
    features = judge.features(images)
    bins = metrics.bins_covered(metrics.bin_shares(features, centres), in_the_data)
    shares = judge.head(features).argmax(1).bincount(minlength=10) / len(images)
    return metrics.frechet_distance(features, real_features), bins, int((shares >= 0.02).sum())


scores = {
    name: torch.tensor([judged(images) for images in study(name)]).double() for name in study.names
}  # [seeds, 3]
n_seeds = len(scores["plain"])


# %%
def paired(name, measure):
    """The mean difference to the plain run of the same seed, and its standard error."""
    difference = scores[name][:, measure] - scores["plain"][:, measure]
    return difference.mean().item(), (difference.std() / n_seeds**0.5).item()


def word(name, measure=0):
    """What the distance (0) or the bins (1) say: better, worse, or nothing beyond twice the standard error."""
    mean, error = paired(name, measure)
    return (
        "no clear effect" if abs(mean) <= 2 * error else "better" if (mean < 0) == (measure == 0) else "worse"
    )


tricks = [name for name in study.names if name not in ("plain", "later_three", "no_norm")]
helped = [name for name in tricks if word(name) == "better"]
share = len(helped) / len(tricks)
reveal(
    guess,
    "a" if share > 0.75 else "b" if share > 0.35 else "c",
    "05.tricks_that_help",
    helped=len(helped),
    tricks=len(tricks),
)

# %% [markdown]
# The next cell writes the table, with the smallest distance first.

# %% tags=["hide-input", "nbval-ignore-output"]
from IPython.display import Markdown

LABELS = {
    "plain": "plain DCGAN",
    "ema": "EMA of G (0.99)",
    "no_norm": "no batch norm in both",
    "one_sided": "one-sided labels (0.9)",
    "feature_matching": "feature matching",
    "minibatch": "minibatch discr.",
    "historical": "historical avg. (weight 1)",
    "virtual": "virtual batch norm",
    "dropout_d": "dropout in D (0.25)",
    "dropout_g": "dropout in G (0.5)",
    "dropout_g_on": "dropout in G (0.5), left on",
    "two_rates": "faster D (4 times)",
    "sgd_d": "SGD for D (rate 0.1)",
    "spectral": "spectral norm",
    "later_three": "spectral, faster D, EMA",
}
lines = [
    "| switch | distance | change, ± standard error | by distance | bins, of 50 | change, ± standard error | by bins | classes |",
    "|---|---|---|---|---|---|---|---|",
]
for name in sorted(study.names, key=lambda name: scores[name][:, 0].mean()):
    mean, spread = scores[name].mean(0), scores[name].std(0)
    changes = [
        "" if name == "plain" else "{:+.1f} ± {:.1f}".format(*paired(name, measure)) for measure in (0, 1)
    ]
    words = ["" if name == "plain" else word(name, measure) for measure in (0, 1)]
    lines.append(
        f"| {LABELS[name]} | {mean[0]:.1f} (sd {spread[0]:.1f}) | {changes[0]} | {words[0]} "
        f"| {mean[1]:.1f} (sd {spread[1]:.1f}) | {changes[1]} | {words[1]} | {mean[2]:.1f} |"
    )
Markdown("\n".join(lines))

# %% [markdown]
# The next cell draws every seed as a dot, and names the switches that are better or worse.

# %% tags=["hide-input"]
some = torch.randperm(len(train.images), generator=dice(0))[: study("plain").shape[1]]
floor = judged(train.images[some])
fig = gan_training.switches(scores, LABELS, floor)
show(fig, "05.switches")
for measure, what in enumerate(("distance", "bins")):
    for verdict_word in ("better", "worse"):
        found = [LABELS[name] for name in tricks if word(name, measure) == verdict_word]
        print(f"{what} {verdict_word} by more than twice the standard error: {', '.join(found) or 'none'}")
verdict("seeds of each switch", n_seeds, low=5)
verdict("as many real digits: distance", floor[0], high=2)
verdict("as many real digits: bins, of 50", floor[1], low=45)

# %% [markdown]
# Read the table with care. With six seeds a switch that does nothing lands beyond two standard errors about one time in
# ten (Student's $t$ with 5 degrees of freedom), so of a dozen one or so does "something" by chance, and all are
# compared with the same six plain runs. The two measures need not agree; where they do, believe it sooner. The base
# already has batch norm, a good momentum and enough steps, so what a trick should mend may not be broken. No knob was
# tuned. What you may take away is the *method*: one switch, several seeds, the same measure, an error bar.

# %% [markdown]
# ## 8. The latent space
#
# You can walk through the space of $z$, and add directions to it. The next cell measures the steps of the walk in
# section 1, and the lengths of its codes beside those on a straight line.

# %% tags=["hide-input"]
straight = torch.stack([(1 - t) * a + t * b for t in steps])
jumps = (faces_of(arc)[1:] - faces_of(arc)[:-1]).flatten(1).norm(dim=1)
apart = (faces_of(drawn[:11]) - faces_of(drawn[11:])).flatten(1).norm(dim=1).mean()
verdict("largest step of the walk over the mean distance of two samples", jumps.max() / apart, high=0.5)
verdict(
    "length of the code half way, over that of its ends: linear",
    straight[5].norm() / (a.norm() + b.norm()) * 2,
    high=0.85,
)
verdict("the same: along the arc", arc[5].norm() / (a.norm() + b.norm()) * 2, low=0.95, high=1.05)

# %% [markdown]
# A walk without leaps suggests, but does not prove, that $G$ did not learn its data by heart. Half way, the straight
# line is too short: $\|z\|$ is nearly always close to $\sqrt{\dim z}$, so codes of that length are hardly ever drawn.
# The arc keeps the length.
#
# **Arithmetic.** The DCGAN paper averages the codes of three samples that show something, and subtracts and adds such
# averages: smiling woman minus woman plus man. Here we take faces with glasses, minus faces without, plus a new face.
# The checkpoint `faces_judge` reads drawn faces and finds both kinds among 1,000 samples. We take three of each kind,
# as the paper does, and all.

# %%
face_judge, _ = checkpoints.load("faces_judge")
pool = torch.randn(1000, face_latent, generator=dice(8))
glasses = face_judge.read(faces_of(pool))["glasses"]  # the probability of glasses
wearing, bare = pool[glasses > 0.9], pool[glasses < 0.1]
by_all = wearing.mean(0) - bare.mean(0)
by_three = [wearing[k : k + 3].mean(0) - bare[k : k + 3].mean(0) for k in range(0, 24, 3)]  # eight times
fresh = torch.randn(600, face_latent, generator=dice(9))
fresh = fresh[face_judge.read(faces_of(fresh))["glasses"] < 0.1][:200]

# %% [markdown]
# The next cell adds these directions, and random ones as long as that of all, to 200 new faces without glasses, and
# measures what changes.


# %% tags=["hide-input"]
def changed(way):
    """After a step: the shares that wear glasses and keep the hair's colour, and how far the smile moves."""
    before, after = (face_judge.read(faces_of(z)) for z in (fresh, fresh + way))
    smile = (after["smile"] - before["smile"]).abs().mean() / before["smile"].std()
    worn, kept_hair = after["glasses"] > 0.5, after["hair"] == before["hair"]
    return torch.stack([worn.float().mean(), kept_hair.float().mean(), smile])


directions = torch.randn(4, face_latent, generator=dice(10))
at_random = [sign * by_all.norm() * way / way.norm() for way in directions for sign in (1, -1)]
rows = {
    "no glasses": faces_of(fresh[:10]),
    "plus all": faces_of(fresh[:10] + by_all),
    "plus three": faces_of(fresh[:10] + by_three[0]),
}
show(image_rows(rows, "Glasses minus no glasses, plus a face", columns=10, scale=0.72), "05.glasses")
all_ = changed(by_all)
three, random_ = (torch.stack([changed(way) for way in ways]) for ways in (by_three, at_random))
low, high = metrics.wilson_interval(round(all_[0].item() * len(fresh)), len(fresh))
verdict("by all: share that wear glasses", all_[0], low=0.6)
verdict("half the width of its 95 % interval", (high - low) / 2, high=0.08)
verdict("random ways: mean share that wear glasses", random_[:, 0].mean(), high=0.3)
verdict("by all: share that keep the colour of the hair", all_[1], low=0.65, high=0.95)
verdict("by all: mean change of the smile, in its standard deviations", all_[2], low=0.3, high=0.9)
verdict("by three: smallest share with glasses, of eight", three[:, 0].min(), high=0.7)
verdict("by three: mean share that keep the hair, over that by all", three[:, 1].mean() / all_[1], high=0.85)
verdict(
    "by three: mean length, over that by all",
    torch.stack(by_three).norm(dim=1).mean() / by_all.norm(),
    low=2,
    high=6,
)

# %% [markdown]
# One step by the mean of all puts glasses on most faces, but other things change too: some get hair of another colour,
# and the smile moves. A direction from three faces is far longer, and carries along what else these three share. It
# changes the hair of more faces, and how well it works depends on the three.
#
# One lecture calls DCGAN "the first model to bring the concept of disentanglement". But nothing in its loss asks for
# that. We *found* a direction by reading samples afterwards, and $\mathcal N(0, I)$ has no axes.

# %% [markdown]
# Now touch a latent space: the map is a plane through that of section 4's $G$. Drag $z$. Each digit is what the judge
# reads there. Where do digits change suddenly?

# %% tags=["nbval-ignore-output"]
plane = torch.linalg.qr(torch.randn(LATENT, 2, generator=dice(4))).Q.T * (LATENT / 2) ** 0.5
on_the_plane = nn.Sequential(nn.Linear(2, LATENT, bias=False), *G).eval()
with torch.no_grad():
    on_the_plane[0].weight.copy_(plane.T)
    points = torch.randn(250, 2, generator=dice(5))
    read = judge(on_the_plane(points)).argmax(1)
LatentExplorer(on_the_plane, points, read)

# %% [markdown]
# ## 9. The failure museum
#
# **Exhibit A: collapse.** These are the settings of section 6. Mend them: at least nine classes and a distance below 30
# after the same 400 steps. `d_norm` puts batch norm into $D$.


# %%
def mended_a():
    """Return better settings, with the keys of COLLAPSE."""
    ### BEGIN SOLUTION
    return {"g_lr": 1e-3, "d_lr": 1e-3, "momentum": 0.5, "d_norm": True}
    ### END SOLUTION


# %% [markdown]
# The next cell tries them.


# %% tags=["hide-input"]
def judged_a(settings):
    wrong = settings_wrong(settings, COLLAPSE, g_lr=(0, 1), d_lr=(0, 1), momentum=(0, 0.999))
    if wrong or not isinstance(settings["d_norm"], bool):
        return wrong or "d_norm must be True or False"
    end = trained_with(settings)[-1][1]
    good = end["classes"] >= 9 and end["distance"] < 30
    return "" if good else f"{end['classes']} classes, distance {end['distance']:.0f}"


verdict("exhibit A: classes of the collapsed G, of 10", collapsed[-1][1]["classes"], high=5)
verdict("exhibit A: distance of the collapsed G", collapsed[-1][1]["distance"], low=80)
exhibit("A", mended_a, judged_a, "a dict with the keys of COLLAPSE")

# %% [markdown]
# Several things mend it. One lecture says that batch norm "helps a lot with this". In $D$ it does with seed 0, although
# the distance shows that this is not enough: $D$ then compares each fake with the others of the batch, and sixty-four
# copies of one image have no variance left. The next cell measures that one training.

# %% tags=["hide-input"]
norm_alone = trained_with({**COLLAPSE, "d_norm": True})[-1][1]
verdict("the same rates, with batch norm in D: classes", norm_alone["classes"], low=7)
verdict(
    "their distance over that of the collapsed G",
    norm_alone["distance"] / collapsed[-1][1]["distance"],
    high=0.6,
)

# %% [markdown]
# **Exhibit B: the lost statistics.** Somebody saved $G$'s weights and biases but forgot the buffers: `running_mean` is
# 0, and `running_var` is 1. In `eval()` this $G$ draws pale shapes. You have no data and no $D$. Mend it without
# training. The samples must be good, and each kept variance must be near that of the old $G$.


# %%
def forgotten(G):
    """A copy whose kept statistics are as at the start."""
    other = new_generator()
    other.load_state_dict(G.state_dict())
    for layer in other:
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
    return other


# %%
def mended_statistics(G):
    """G: a generator without its statistics, in eval mode -> the same with good ones, in eval mode."""
    ### BEGIN SOLUTION
    G.train()
    with torch.no_grad():
        for seed in range(60):
            G(torch.randn(128, LATENT, generator=dice(500 + seed)))
    return G.eval()
    ### END SOLUTION


# %% [markdown]
# The next cell compares the kept variances, and judges a thousand samples.


# %% tags=["hide-input"]
@torch.no_grad()
def off_by(G, other):
    """By which factor the kept variances of two generators differ, on average, in the worst layer."""
    pairs = zip(G, other, strict=True)
    logs = [(a.running_var / b.running_var).log().abs() for a, b in pairs if isinstance(a, nn.BatchNorm2d)]
    return max(one.mean().exp().item() for one in logs)


def judged_b(back):
    if any((a != b).any() for a, b in zip(back.parameters(), G.parameters(), strict=True)):
        return "the weights are no longer those of G"
    if back.training:
        return "it is in training mode"
    now, factor = marks(draw(back))["distance"], off_by(back, G)
    if factor == 1:
        return "these are the lost statistics themselves"
    good = now < 1.5 * as_trained and factor < 1.5
    return "" if good else f"distance {now:.0f}, variances off by a factor of {factor:.1f}"


lost = marks(draw(forgotten(G).eval()))["distance"]
as_trained = marks(draw(G))["distance"]
verdict("exhibit B: distance without the statistics, over that with them", lost / as_trained, low=2)
exhibit("B", lambda: mended_statistics(forgotten(G).eval()), judged_b, "a generator")

# %% [markdown]
# **An exhibit to look at: the default momentum.** The next cell trains with Adam's default, $\beta_1 = 0.9$, and with
# all else as in section 4.

# %% tags=["hide-input"]
swinging = trained_with({"g_lr": 1e-3, "d_lr": 1e-3, "momentum": 0.9, "d_norm": True})
at_half = trained_with({"g_lr": 1e-3, "d_lr": 1e-3, "momentum": 0.5, "d_norm": True})
verdict(
    "momentum 0.9 after 400 steps: distance over that with 0.5",
    swinging[-1][1]["distance"] / at_half[-1][1]["distance"],
    low=1.5,
)

# %% [markdown]
# ## Going further: four norms, one picture
#
# Batch norm is one of four. They do the same thing to different sets of numbers. A feature map is a block: images $N$,
# channels $C$, places $H, W$. The orange cells share one mean and one variance.

# %%
show(norm_axes(), "05.four_norms")

# %% [markdown]
# In code only the axes differ. (Layer norm for images, as here, is `nn.GroupNorm` with one group.)


# %%
def normed(x, axes):
    mean = x.mean(dim=axes, keepdim=True)
    return (x - mean) / (x.var(dim=axes, unbiased=False, keepdim=True) + 1e-5).sqrt()


x = 3 + 2 * torch.randn(4, 6, 3, 3, generator=dice(3)).double()
by_axes = {
    "batch": (normed(x, (0, 2, 3)), nn.BatchNorm2d(6)),
    "layer": (normed(x, (1, 2, 3)), nn.LayerNorm([6, 3, 3])),
    "instance": (normed(x, (2, 3)), nn.InstanceNorm2d(6)),
    "group": (normed(x.reshape(4, 2, 3, 3, 3), (2, 3, 4)).reshape(x.shape), nn.GroupNorm(2, 6)),
}
for name, (ours, module) in by_axes.items():
    off = (ours - module.double()(x).detach()).abs().max()
    verdict(f"{name} norm: largest |line above - torch's module|", off, high=1e-6)

# %% [markdown]
# **Predict.** Double one image of the batch, brightness and all (the features of image 0, times two). For which norms
# do the results of the *other* images change? (a) Batch norm only. (b) Batch and group norm. (c) All four.

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION

# %%
louder = x.clone()
louder[0] *= 2
moved = {}
for name, (ours, module) in by_axes.items():
    moved[name] = (module.train()(louder)[1:] - ours[1:]).abs().max().item() > 1e-9
answer = {("batch",): "a", ("batch", "group"): "b", tuple(by_axes): "c"}[
    tuple(n for n in by_axes if moved[n])
]
reveal(guess, answer, "05.one_batch")

# %% [markdown]
# ## Going further: inference mode, or not
#
# `G.eval()` makes batch norm use what it has kept. If you forget it, each sample depends on the others in its batch. If
# you call it too early, the layer has not kept anything useful yet.
#
# **Predict.** Which damages the samples most? (a) `eval()` with statistics of one single batch (momentum 0.1, begun at
# mean 0 and variance 1). (b) `train()` with batches of two codes. (c) `train()` with batches of 64.

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION


# %%
@torch.no_grad()
def in_training_mode(G, batch, n=DRAWN):
    z = torch.randn(n, LATENT, generator=dice(1))
    copy = forgotten(G).train()
    return torch.cat([copy(part) for part in z.split(batch)])


@torch.no_grad()
def with_statistics_of(G, batches):
    copy = forgotten(G).train()
    for seed in range(batches):
        copy(torch.randn(64, LATENT, generator=dice(100 + seed)))
    return draw(copy)


# %%
ways = {
    "eval, as trained": draw(G),
    "train, batches of 64": in_training_mode(G, 64),
    "train, batches of 2": in_training_mode(G, 2),
    "eval, 50 batches": with_statistics_of(G, 50),
    "eval, 10 batches": with_statistics_of(G, 10),
    "eval, 1 batch": with_statistics_of(G, 1),
}
found = {name: marks(images)["distance"] for name, images in ways.items()}
answers = {"a": found["eval, 1 batch"], "b": found["train, batches of 2"], "c": found["train, batches of 64"]}
reveal(guess, max(answers, key=answers.get), "05.statistics_at_test")

# %% [markdown]
# The next cell draws ten codes in each of the six ways, and checks how many batches the statistics need.

# %% tags=["hide-input"]
rows = {f"{name}: {found[name]:.0f}": images for name, images in ways.items()}
fig = image_rows(rows, "The same weights and codes; Fréchet distance", columns=10, scale=0.68)
show(fig, "05.inference_modes")
verdict(
    "50 batches: distance over that as trained",
    found["eval, 50 batches"] / found["eval, as trained"],
    high=1.5,
)
verdict("1 batch: the same", found["eval, 1 batch"] / found["eval, as trained"], low=2)

# %% [markdown]
# ## Going further: batch norm in D, one batch or two?
#
# $D$ sees real images and fakes. They can go through it in one batch of 128, or in two of 64. With batch norm this
# matters. In a batch of its own, each kind is normalised by its own statistics. What tells the *kinds* apart, such as a
# mean that is too bright, is then subtracted out, and only what tells *images* apart is left. In a mixed batch, every
# image is judged beside the other kind. Tips for GANs say that you should not mix. First, how much depends on it? The
# next cell takes the trained $D$ and the same 64 real images, alone, beside fakes of the present $G$, and beside blots
# of an untrained $G$.

# %% tags=["hide-input"]
D.train()
neighbours = {"present fakes": draw(G, 64), "blots": draw(new_players(1)[0], 64)}
with torch.no_grad():
    x = test.images[:64]
    alone = D(x)
    for name, others in neighbours.items():
        change = (D(torch.cat([x, others]))[:64] - alone).abs().mean() / alone.std()
        band = {"low": 0.5} if name == "blots" else {"high": 0.3}
        verdict(
            f"beside {name}: mean |change| of a real image's logit, in standard deviations", change, **band
        )


# %% [markdown]
# So with batch norm the logit of one image depends on the company it is in. Does $D$ gain anything by that? Here are
# the same players once more, without it in $D$.

# %% tags=["nbval-ignore-output"]
no_norm = []


def look_again(step):
    if step % EVERY == 0:
        no_norm.append(marks(draw(bare_G))["distance"])


bare_G, bare_D = new_players(seed=0, norm=False)
play(bare_G, bare_D, train.images, 600, after=look_again)

# %% [markdown]
# The next cell draws the distance of both runs, and compares their ends.

# %% tags=["hide-input"]
fig = gan_training.norm_in_d(record["step"][:3], distance[:3], no_norm)
show(fig, "05.norm_in_d")
verdict("after 600 steps: no norm in D, distance over that with norm", no_norm[-1] / distance[2], low=1.3)

# %% [markdown]
# One seed is a hint and no proof. In section 7 one of the switches takes batch norm out of *both* nets, and it is
# measured with six seeds. Whether to mix is not settled here at all: that too would take several seeds. The course
# keeps the two kinds apart, as most code does. (But a $D$ that meets real images alone in one batch may learn to
# recognise the *batch*.)

# %% [markdown]
# ## Going further: the tricks, one by one
#
# Here is each trick of section 7 in one sentence (`gan.tricks` has them all as short functions):
# - **one-sided label smoothing** tells $D$ that real images are real with probability 0.9 only;
# - **feature matching** asks $G$ to match the mean of $D$'s features instead of fooling $D$;
# - **minibatch discrimination** lets $D$ see how alike the images of a batch are;
# - **historical averaging** adds $\|\theta - \tfrac1t \sum_i \theta_i\|^2$ to both losses, so that the players cannot
#   circle far;
# - **virtual batch norm** takes its statistics from one fixed *reference batch* and the image itself, so that the
#   images of a batch are independent again;
# - **dropout** in $D$ weakens it; dropout in $G$ adds noise, and one list of tips says to leave it *on* when sampling;
# - **two learning rates**: a faster $D$ stays nearer to $D^*$;
# - **SGD for $D$**, with Adam for $G$, is another tip of that list;
# - **spectral norm** divides each weight of $D$ by its largest singular value, which bounds $D$'s slope;
# - **EMA of $G$** is the average in your round.
#
# Three of them you write yourself.
#
# **One-sided label smoothing.** A $D$ that is sure has logits without limit, and its own gradient dies. So we tell it
# that real images are real with probability 0.9 only. "One-sided" means that the label of the fakes stays 0.
#
# **Exercise 6.** Write $D$'s loss with a label between 0 and 1 for the real half. As in notebook 04 it is the sum of
# two means: the cross-entropy over the real logits, and that over the fake ones.


# %%
def one_sided_loss(real, fake, label):
    """real: [N] or [N, 1], fake: [M] or [M, 1], logits; label: the target for real points -> scalar, to minimise."""
    ### BEGIN SOLUTION
    on_real = F.binary_cross_entropy_with_logits(real, torch.full_like(real, label))
    return on_real + F.softplus(fake).mean()
    ### END SOLUTION


# %%
one_sided_loss = check("gan.one_sided_loss", one_sided_loss)

# %% [markdown]
# Why not smooth both sides? With labels $a$ for real and $b$ for fake, the best $D$ is
# $\frac{a\, p + b\, q}{p + q} = b + (a - b)\, r$, where $r = \frac{p}{p + q}$. $G$'s loss follows the slope of
# $\log D$ towards larger $r$, which is $\frac{a - b}{b + (a - b)\, r}$. Where the data are rare, $r$ is small. With $b = 0$ the slope is $1 / r$ there: the
# rarer the data, the steeper it is. With $b = 0.1$ it is never above $(a - b) / b$. So the poor fakes, which need the
# push most, are hardly pushed. The next cell shows it for one point $x$ with densities $p$ and $q$, by trying all
# logits.

# %% tags=["hide-input"]
logits = torch.linspace(-8, 8, preset(3201, smoke=101))
SURE_FAKE = torch.tensor([-100.0])  # its half of the loss is 0: what is left is that of one real point


def best_d(p, q, fake_label):
    """The D(x) with the smallest loss where real points have the density p and label 0.9, and fakes q."""
    losses = [
        p * one_sided_loss(logit, SURE_FAKE, 0.9) + q * one_sided_loss(logit, SURE_FAKE, fake_label)
        for logit in logits.split(1)
    ]
    return torch.sigmoid(logits[torch.stack(losses).argmin()]).item()


verdict(
    "one-sided, p = q: best D minus 0.9 p / (p + q)", best_d(0.2, 0.2, 0.0) - 0.45, low=-0.005, high=0.005
)


def slope_of_log_d(p, q, fake_label):
    """By how much log D of the best D grows with r = p / (p + q), by a small difference in p."""
    few, more = (best_d(density, q, fake_label) for density in (0.8 * p, 1.2 * p))
    r = [density / (density + q) for density in (0.8 * p, 1.2 * p)]
    return torch.tensor(more / few).log().item() / (r[1] - r[0])


verdict("one-sided, p a hundredth of q: slope of log D", slope_of_log_d(0.002, 0.2, 0.0), low=80, high=120)
verdict("two-sided, the same: slope of log D", slope_of_log_d(0.002, 0.2, 0.1), low=5, high=10)

# %% [markdown]
# **Feature matching.** The target of $G$ moves all the time. We can give it a calmer one in place of its usual loss:
# the mean of $D$'s features over the fakes should be that over the real images, so $G$ minimises $\big\| \mathbb E_x
# f(x) - \mathbb E_z f(G(z)) \big\|^2$.
#
# **Exercise 7.** Write it, from the features of two batches.


# %%
def feature_matching(real, fake):
    """real: [N, F], fake: [M, F], D's features -> scalar for G; no gradient into real."""
    ### BEGIN SOLUTION
    goal = real.mean(dim=0).detach()
    return torch.sum((fake.mean(dim=0) - goal) ** 2)
    ### END SOLUTION


# %%
feature_matching = check("gan.feature_matching", feature_matching)

# %% [markdown]
# **Minibatch discrimination.** Collapse is invisible in one image and plain in a batch. So let $D$ see how alike each
# image is to the others of its batch. With features $h$ [B, F] and a learned tensor $T$ [F, K, R]:
#
# $$M = h\, T \ [B, K, R], \qquad o_{ik} = \sum_{j \ne i} \exp\Big(-\sum_r |M_{ikr} - M_{jkr}|\Big)$$
#
# The $K$ numbers $o_i$ join the features that $D$'s last layer sees. (The paper's sum runs over $j = i$ too, which adds
# 1.)
#
# **Exercise 8.** Write $o$.


# %%
def minibatch_features(h, kernel):
    """h: [B, F], kernel: [F, K, R] -> [B, K]."""
    ### BEGIN SOLUTION
    projected = torch.einsum("bf,fkr->bkr", h, kernel)
    gaps = (projected.unsqueeze(0) - projected.unsqueeze(1)).abs().sum(dim=-1)
    return gaps.neg().exp().sum(dim=0) - 1
    ### END SOLUTION


# %%
minibatch_features = check("gan.minibatch_features", minibatch_features)

# %% [markdown]
# The next cell asks how alike ten digits are by that sum: real ones, those of the live $G$, and the collapsed ones.

# %% tags=["hide-input"]
kernel = torch.randn(64, 8, 4, generator=dice()) / 8
with torch.no_grad():
    batches = {
        "real digits": test.images[:10],
        "the live G": draw(G, 10),
        "the collapsed G": collapsed[-1][0],
    }
    likeness = {
        name: minibatch_features(judge.features(x), kernel).mean().item() for name, x in batches.items()
    }
verdict("real digits: likeness to the 9 others, summed", likeness["real digits"], high=1)
verdict("the collapsed G over real digits", likeness["the collapsed G"] / likeness["real digits"], low=2)

# %% [markdown]
# ## Going further: two tips that one lecture repeats
#
# "Use dropout in $G$ in both training and test phase" and "use SGD for the discriminator" both come from a well-known
# list of hacks of 2016. The next cell shows their rows of section 7 once more, by both measures.


# %% tags=["hide-input"]
def in_errors(difference):
    """A mean difference over seeds, in its standard errors."""
    return (difference.mean() / (difference.std() / len(difference) ** 0.5)).item()


# Both so that larger is worse: the distance, and the bins left empty.
measured = {
    "distance": {n: scores[n][:, 0] for n in scores},
    "bins": {n: 50 - scores[n][:, 1] for n in scores},
}
PAIRS = {
    "dropout in G, off when sampling, against plain": ("dropout_g", "plain"),
    "the same net, left on against off": ("dropout_g_on", "dropout_g"),
    "SGD for D against plain": ("sgd_d", "plain"),
}
for what, (name, other) in PAIRS.items():
    for measure, by_name in measured.items():
        difference = by_name[name] - by_name[other]
        size = in_errors(difference)
        said = "no clear effect" if abs(size) <= 2 else "worse" if size > 0 else "better"
        print(
            f"{what}, by {measure}: {said} ({int((difference > 0).sum())} of {len(difference)} seeds worse)"
        )

# %% [markdown]
# The two measures need not say the same about SGD, so neither "it helps" nor "it does nothing" is the whole truth.

# %% [markdown]
# ## Going further: the direction of bold ink
#
# Are directions special to faces? Here is a DCGAN of 28 x 28 glyphs, from the checkpoint `glyphs_dcgan`. Which
# direction in our $z$ makes the ink bold? Draw 2,000 codes, measure each image's ink, and subtract the mean code of the
# thinnest from that of the boldest. Bold glyphs are also more often an 8, and thin ones a 1, so take the boldest and
# the thinnest tenth *within each digit* (as the nearest real glyph says), and average over the ten digits. Then add the
# difference to codes that had no part in it.

# %%
glyph_G, provenance = checkpoints.load("glyphs_dcgan")
glyph_latent = glyph_G.latent_dim


@torch.no_grad()
def glyphs_of(z):
    return glyph_G(z)


# %%
known = data.load("glyphs", n=4000)
real_glyphs = F.avg_pool2d(known.images, 4).flatten(1)


def nearest_label(images):
    """The label of the nearest real glyph: images [N, 1, 28, 28] -> [N]."""
    return known.labels[torch.cdist(F.avg_pool2d(images, 4).flatten(1), real_glyphs).argmin(1)]


many = torch.randn(2000, glyph_latent, generator=dice(8))
images = glyphs_of(many)
ink, digit = images.mean((1, 2, 3)), nearest_label(images)


def bold_minus_thin(rows):
    """Mean code of the boldest tenth of these rows minus that of the thinnest tenth."""
    by_ink = rows[ink[rows].argsort()]
    tenth = max(len(rows) // 10, 1)
    return many[by_ink[-tenth:]].mean(0) - many[by_ink[:tenth]].mean(0)


bold = torch.stack([bold_minus_thin((digit == k).nonzero()[:, 0]) for k in range(10)]).mean(0)
mixed = bold_minus_thin(torch.arange(len(many)))  # digits not matched
fresh = torch.randn(300, glyph_latent, generator=dice(9))
moves = torch.linspace(-1, 1, 5)
after = [glyphs_of(fresh + move * bold) for move in moves]

# %% [markdown]
# The next cell draws ten codes on their way from thin to bold, measures the ink, and counts how many keep their digit.

# %% tags=["hide-input"]
random_way = torch.randn(glyph_latent, generator=dice(10))
random_way = random_way * bold.norm() / random_way.norm()
rows = {f"z {move:+.1f} (bold - thin)": images[:10] for move, images in zip(moves, after, strict=True)}
show(image_rows(rows, "Adding a direction", columns=10, scale=0.8), "05.bold")
inks = [images.mean().item() for images in after]
verdict("ink at +1 over ink at -1", inks[-1] / inks[0], low=1.8)
along_random = glyphs_of(fresh + random_way).mean().item() / glyphs_of(fresh - random_way).mean().item()
verdict("the same along a random direction of that length", along_random, low=0.75, high=1.3)


def kept(way):
    """The share of codes whose nearest digit is the same before, after +1 and after -1 step, averaged."""
    start = nearest_label(glyphs_of(fresh))
    return sum((nearest_label(glyphs_of(fresh + sign * way)) == start).float().mean() for sign in (1, -1)) / 2


verdict("share that keep their digit along it", kept(bold), low=0.2, high=0.6)
verdict("the same, over that with digits not matched", kept(bold) / kept(mixed), low=1.2)

# %% [markdown]
# A whole step along "bold" changes the digit of most codes too.

# %% [markdown]
# ## Going further: truncation
#
# Rare codes make rare, and often bad, images. BigGAN's **truncation trick** trades diversity for fidelity: train with
# $\mathcal N(0, I)$, but sample with its tails cut off. Each coordinate that lies further out than a threshold $\tau$
# is drawn again, until it does not.
#
# **Exercise 9.** Write that. (One lecture says "choose only values less than a threshold". Both tails count: $|z| \le
# \tau$.)


# %%
def truncated_normal(n, dim, threshold, generator):
    """Two ints, a number and a torch.Generator -> [n, dim] of normal noise with every |z| <= threshold."""
    ### BEGIN SOLUTION
    z = torch.randn(n, dim, generator=generator)
    too_far = z.abs() > threshold
    while too_far.any():
        z[too_far] = torch.randn(int(too_far.sum()), generator=generator)
        too_far = z.abs() > threshold
    return z
    ### END SOLUTION


# %%
truncated_normal = check("gan.truncated_normal", truncated_normal)

# %% [markdown]
# Now the curve, for the digits' $G$ of section 4. **Fidelity** is the judge's mean confidence. **Diversity** is the
# mean distance of two samples in the judge's features, over that of two real digits.
#
# **Predict.** As $\tau$ goes from 3 down to 0.35, what happens to the *confidence*, and to the diversity? (a)
# Confidence rises and diversity falls, as the trick promises. (b) Both fall. (c) Confidence stays as it is, and
# diversity falls.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
thresholds = [0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0]


def spread_of(features):
    return torch.pdist(features[:400]).mean().item()


G.eval()
fidelity, diversity, distances, shown = [], [], [], {}
with torch.no_grad():
    for threshold in thresholds:
        images = G(truncated_normal(DRAWN, LATENT, threshold, dice(1)))
        found = marks(images)
        fidelity.append(found["confidence"])
        distances.append(found["distance"])
        diversity.append(spread_of(judge.features(images)) / spread_of(real_features))
        if threshold in (0.35, 0.75, 1.5, 3.0):
            shown[f"τ = {threshold}"] = images[:12]
change = fidelity[0] - fidelity[-1]
reveal(guess, "a" if change > 0.05 else "b" if change < -0.05 else "c", "05.shortened_codes")
show(image_rows(shown, "Tails cut off at τ", scale=0.72), "05.truncated_digits")

# %% [markdown]
# The next cell draws the curve, and the distance against the threshold, and compares the two ends.

# %% tags=["hide-input"]
fig = gan_training.truncation(thresholds, fidelity, diversity, distances, unseen["confidence"])
show(fig, "05.truncation")
verdict("diversity at τ = 0.35 over that at 3", diversity[0] / diversity[-1], high=0.4)
verdict("confidence at τ = 0.35 minus that at 3", change, high=-0.1)


# %% [markdown]
# The promise was a trade: less diversity for better images. Here both get worse. Is the reason the missing tails, or
# the *length* of the codes? In 32 dimensions the length of $z$ is nearly always close to $\sqrt{32}$; with $\tau$ well
# below 1 every code is shorter than nearly any in training. To test this, stretch the cut codes to length $\sqrt{32}$.


# %%
def stretched(z):
    """Each code to the length that codes have in training: z [N, L] -> [N, L]."""
    return z * z.shape[1] ** 0.5 / z.norm(dim=1, keepdim=True)


with torch.no_grad():
    images = G(stretched(truncated_normal(DRAWN, LATENT, 0.35, dice(1))))
long_enough = marks(images)

# %% [markdown]
# The next cell checks how rare such short codes are in training, and what the stretched ones give.

# %% tags=["hide-input"]
norms = torch.randn(100_000, LATENT, generator=dice(6)).norm(dim=1)
for threshold in (0.75, 1.5):
    short = truncated_normal(1000, LATENT, threshold, dice(1)).norm(dim=1).mean()
    share = (norms < short).float().mean()
    band = {"high": 0.001} if threshold < 1 else {"low": 0.005, "high": 0.05}
    verdict(f"share of training codes as short as the mean one at τ = {threshold}", share, **band)
verdict(
    "τ = 0.35, stretched: confidence minus that at 3",
    long_enough["confidence"] - fidelity[-1],
    low=-0.06,
    high=0.06,
)
verdict("the same: distance over that at 3", long_enough["distance"] / distances[-1], high=1.5)

# %% [markdown]
# So it *is* the length: batch norm at inference keeps the scale of the usual codes, and short ones come out pale.
# Cutting the tails alone costs this $G$ nothing, and gains it nothing. The BigGAN paper met this trouble too: only
# about one in six of its plain models took truncation well. It added a penalty that keeps $G$'s weights near
# orthogonal, and then most did. So draw the curve for *your* $G$ before you cut. What about the checkpoint's glyphs?
# There is no classifier for them here, so fidelity is the distance to the nearest real glyph (pixels averaged 4 x 4;
# smaller is better).

# %%
held_out = F.avg_pool2d(data.load("glyphs", split="test", n=600).images, 4).flatten(1)


def nearest_and_spread(small):
    """Mean distance of images to the nearest real glyph, and between two of them."""
    return torch.cdist(small, real_glyphs).min(1).values.mean().item(), torch.pdist(small).mean().item()


glyph_curve = []
for threshold in thresholds:
    images = glyphs_of(truncated_normal(600, glyph_latent, threshold, dice(2)))
    glyph_curve.append(nearest_and_spread(F.avg_pool2d(images, 4).flatten(1)))
nearest, between = zip(*glyph_curve, strict=True)
of_real = nearest_and_spread(held_out)

# %% [markdown]
# The next cell draws that distance against the diversity, both 1 for real glyphs, and compares the ends.

# %% tags=["hide-input"]
fig = gan_training.truncated_glyphs(
    thresholds, [one / of_real[1] for one in between], [one / of_real[0] for one in nearest]
)
show(fig, "05.truncated_glyphs")
verdict("glyphs: diversity at τ = 0.35 over that at 3", between[0] / between[-1], high=0.8)
verdict("smallest distance to the nearest over that at τ = 3", min(nearest) / nearest[-1], high=0.96)

# %% [markdown]
# The next cell measures the ink, stretches the codes once more, and draws both ends of the promise.

# %% tags=["hide-input"]
z = truncated_normal(600, glyph_latent, 1.0, dice(2))
cut, uncut = glyphs_of(z), glyphs_of(truncated_normal(600, glyph_latent, 3.0, dice(2)))
verdict("ink at τ = 1 over that at 3", cut.mean() / uncut.mean(), high=0.95)
again = nearest_and_spread(F.avg_pool2d(glyphs_of(stretched(z)), 4).flatten(1))[0]
verdict("τ = 1, stretched: distance to the nearest over that at 3", again / nearest[-1], low=0.95, high=1.05)
fig = image_rows({"τ = 1": cut[:12], "τ = 3": uncut[:12]}, "Nearer, but better?", columns=12, scale=0.75)
show(fig, "05.paler")

# %% [markdown]
# The curve looks like the trade that was promised, down to a threshold: fewer different glyphs, each a little nearer to
# a real one. Below that, both get worse here too. But look at the images, and at the ink: they are paler, not better.
# In pixels a faint glyph is near to *some* thin one. Stretch the codes, and the gain is gone. A better number is not
# yet a better image.

# %% [markdown]
# ## Going further: progressive growing
#
# Large images are hard for both players: at the start any $D$ can tell noise from an image. Karras et al. begin with
# tiny images and grow both nets. A new block doubles the size. It is **faded in**: with $\alpha$ from 0 to 1,
#
# $$x = (1 - \alpha)\; \mathrm{up}(x_\text{old}) + \alpha\; x_\text{new}$$
#
# and $D$ does the same with its input. At $\alpha = 0$ the grown net *is* the old one. Here we grow nets for glyphs of
# 16 x 16 pixels: 4, then 8, then 16.

# %%
WIDTHS = (24, 16, 12)  # channels at 4, 8 and 16 pixels


def enlarge(x):
    return F.interpolate(x, scale_factor=2)  # each pixel becomes 2 x 2


# %%
class GrowingGenerator(nn.Module):
    """z [B, 32] -> images of 4 pixels; after grow() of 8, then of 16."""

    def __init__(self):
        super().__init__()
        self.start = nn.Sequential(
            nn.Linear(LATENT, WIDTHS[0] * 16),
            nn.Unflatten(1, (WIDTHS[0], 4, 4)),
            nn.BatchNorm2d(WIDTHS[0]),
            nn.ReLU(),
        )
        self.blocks = nn.ModuleList()
        self.to_image = nn.ModuleList([nn.Conv2d(WIDTHS[0], 1, 1)])
        self.alpha = 1.0

    def grow(self):
        k = len(self.blocks)
        self.blocks.append(
            nn.Sequential(
                nn.Conv2d(WIDTHS[k], WIDTHS[k + 1], 3, padding=1), nn.BatchNorm2d(WIDTHS[k + 1]), nn.ReLU()
            )
        )
        self.to_image.append(nn.Conv2d(WIDTHS[k + 1], 1, 1))
        self.alpha = 0.0

    def forward(self, z):
        h = self.start(z)
        for block in self.blocks:
            old, h = h, block(enlarge(h))
        image = torch.sigmoid(self.to_image[-1](h))
        if self.alpha == 1:
            return image
        return (1 - self.alpha) * enlarge(torch.sigmoid(self.to_image[-2](old))) + self.alpha * image


# %%
class GrowingDiscriminator(nn.Module):
    """Images of 4 pixels -> logits [B, 1]; after grow() of 8, then of 16."""

    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(
            nn.Conv2d(WIDTHS[0], 48, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(48 * 4, 1),
        )
        self.blocks = nn.ModuleList()
        self.from_image = nn.ModuleList([self._reader(0)])
        self.alpha = 1.0

    def _reader(self, k):
        return nn.Sequential(nn.Conv2d(1, WIDTHS[k], 1), nn.LeakyReLU(0.2))

    def grow(self):
        k = len(self.blocks)
        self.blocks.append(
            nn.Sequential(nn.Conv2d(WIDTHS[k + 1], WIDTHS[k], 4, stride=2, padding=1), nn.LeakyReLU(0.2))
        )
        self.from_image.append(self._reader(k + 1))
        self.alpha = 0.0

    def forward(self, x):
        h = self.from_image[-1](x)
        for k in reversed(range(len(self.blocks))):
            h = self.blocks[k](h)
            if k == len(self.blocks) - 1 and self.alpha < 1:
                h = (1 - self.alpha) * self.from_image[-2](F.avg_pool2d(x, 2)) + self.alpha * h
        return self.head(h)


# %%
glyphs = data.load("glyphs", n=3000).images[:, :, 2:-2, 2:-2]
x16 = F.interpolate(glyphs, size=16, mode="area")
pyramid = {16: x16, 8: F.avg_pool2d(x16, 2), 4: F.avg_pool2d(F.avg_pool2d(x16, 2), 2)}
FAST = {"g_lr": 2e-3, "d_lr": 2e-3, "batch": 32}
PLAN = ((4, 0, 150), (8, 80, 80), (16, 100, 190))  # size, steps to fade in, steps after that


def grown(seed=0):
    """Both players after the plan, what each size drew, the largest jumps at α = 0, and the CPU seconds."""
    torch.manual_seed(seed)
    G, D = GrowingGenerator(), GrowingDiscriminator()
    drawn, jumps, started = {}, [], time.process_time()
    for size, fade, more in PLAN:
        if size > 4:
            z, x = torch.randn(20, LATENT, generator=dice(2)), pyramid[size][:20]
            with torch.no_grad():
                before = enlarge(G.eval()(z)), D(F.avg_pool2d(x, 2))
                G.grow()
                D.grow()
                jumps += [(G.eval()(z) - before[0]).abs().max().item(), (D(x) - before[1]).abs().max().item()]
            G.train()

            def fade_in(step, G=G, D=D, fade=fade):
                G.alpha = D.alpha = min(1.0, step / fade)

            play(G, D, pyramid[size], fade, seed, after=fade_in, **FAST)
        play(G, D, pyramid[size], more, seed, **FAST)
        drawn[f"{size} x {size}"] = draw(G, 10)
    return G, drawn, jumps, time.process_time() - started


growing, drawn, jumps, seconds = grown()
for size, images in drawn.items():
    print(f"{size}: generator gives {list(images.shape[1:])}")
verdict("largest jump of G or D when a block is added, at α = 0", max(jumps), high=0)

# %% [markdown]
# The grown nets begin exactly as the old ones: nothing is lost at the moment of growing.

# %% [markdown]
# **Predict.** Now train the *grown* architecture from scratch at 16 x 16, for as many steps as the other had in all,
# 600. Which ends nearer to the data? (a) The one that grew. (b) The one trained at once. (c) Neither: the distances are
# within a tenth of each other.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
centre = x16.flatten(1).mean(0)
axes_of_data = torch.linalg.svd(x16.flatten(1) - centre, full_matrices=False).Vh[:32]


def pixel_distance(images):
    """Fréchet distance in the 32 first principal axes of the glyphs."""
    real, fake = ((batch.flatten(1) - centre) @ axes_of_data.T for batch in (x16, images))
    return metrics.frechet_distance(fake, real)


def at_once(steps, seed=0):
    """The full architecture on 16 x 16 from the start: the generator, and the CPU seconds."""
    torch.manual_seed(seed)
    G, D = GrowingGenerator(), GrowingDiscriminator()
    for net in (G, D, G, D):
        net.grow()
    G.alpha = D.alpha = 1.0
    started = time.process_time()
    play(G, D, x16, steps, seed, **FAST)
    return G, time.process_time() - started


# %%
direct, direct_seconds = at_once(steps=sum(fade + more for _, fade, more in PLAN))
ends = {"grown": pixel_distance(draw(growing)), "at once": pixel_distance(draw(direct))}
ratio = ends["grown"] / ends["at once"]
reveal(guess, "a" if ratio < 0.9 else "b" if ratio > 1.1 else "c", "05.grown_or_at_once")

# %% [markdown]
# The next cell draws all sizes above the net trained at once, and compares times and distances.

# %% tags=["hide-input"]
verdict("CPU seconds of the run at once over those of growing", direct_seconds / seconds, low=0.6, high=2.2)
rows = {name: enlarge(images) if images.shape[-1] < 16 else images for name, images in drawn.items()}
rows = {**rows, "16, at once": draw(direct, 10), "real": x16[:10]}
show(image_rows(rows, "Growing from 4 to 16 pixels", columns=10, scale=0.8), "05.growing")
verdict("distance of the grown net over that trained at once", ratio, low=1)
untrained = GrowingGenerator()
untrained.grow()
untrained.grow()
untrained.alpha = 1.0
verdict(
    "grown: distance over that of an untrained net", ends["grown"] / pixel_distance(draw(untrained)), high=0.6
)
between_two = {
    name: torch.pdist(x[:300].flatten(1)).mean() for name, x in (("grown", draw(growing)), ("real", x16))
}
verdict(
    "grown: distance between two samples over that of two real glyphs",
    between_two["grown"] / between_two["real"],
    high=0.9,
)

# %% [markdown]
# Growing was made for 1,024 pixels, where direct training was slow and unstable, and where a step at 4 pixels costs
# next to nothing beside one at full size. At 16 pixels neither holds. This is one seed, one plan and one small budget:
# section 7 says what that is worth, and a longer plan may turn the result round. And look at the rows: the grown net's
# shapes are soft and alike, while those of the other are harder and torn. The distance, in 32 axes of coarse shape,
# hardly sees torn strokes; it does see that a net keeps drawing the same thing. (Since 2019, with skip connections and
# better regularisation, growing has gone out of use.)

# %% [markdown]
# ## Read with care
#
# Here is what the source lectures print about this, and what holds. A test stands behind each line.

# %%
from course_utils.errata import errata_table

Markdown(errata_table("05"))

# %% [markdown]
# ## What to take with you
#
# - A DCGAN has strides and no pooling, one dense layer, batch norm except at the image's ends, LeakyReLU in $D$, and
#   momentum 0.5.
# - A round is a step of $D$ on detached fakes, a step of $G$ through $D$, and an update of the average, which is free.
# - Batch norm divides by the biased variance and keeps the unbiased one; it ties the images of a batch together;
#   `eval()` needs good statistics.
# - The losses of a GAN do not show quality. Samples do: classes or bins covered, Fréchet distance, and your eyes.
# - Collapse comes easily when $D$ is too slow for $G$; equal rates alone do not always prevent it. A $D$ that compares
#   the images of a batch notices it.
# - A trick is a hypothesis. Switch on one at a time, keep the seeds, and look at the error bar.
# - Directions in the latent space are found afterwards, and they change other things too.

# %% [markdown]
# ## Going further: what is left out, and the papers
#
# **From the sections above that are marked so.** Batch, layer, instance and group norm are one formula with other axes.
# Truncation promises fidelity for diversity; draw the curve, and look at the images, before you trust it. Growing
# starts as exactly the old net; at 16 pixels, in one run of equal steps, the grown net ended further from the data, and
# with less variety.
#
# **Left out here.** Other losses and gradient penalties are in {notebook 06}, and labels in {notebook 07}. StyleGAN,
# self-attention, data augmentation for $D$, and precision and recall as two numbers are left out too; these last come
# with the metrics.
#
# **Papers.** Radford, Metz and Chintala, *Unsupervised representation learning with deep convolutional generative
# adversarial networks*, 2016. Ioffe and Szegedy, *Batch normalization*, 2015. Ba, Kiros and Hinton, *Layer
# normalization*, 2016. Ulyanov, Vedaldi and Lempitsky, *Instance normalization*, 2016. Wu and He, *Group
# normalization*, 2018. Salimans et al., *Improved techniques for training GANs*, 2016 (label smoothing, feature
# matching, minibatch discrimination, historical averaging, virtual batch norm). Heusel et al., *GANs trained by a two
# time-scale update rule converge to a local Nash equilibrium*, 2017 (two rates, the Fréchet inception distance). Miyato
# et al., *Spectral normalization for GANs*, 2018. Karras et al., *Progressive growing of GANs*, 2018. Yazıcı et al.,
# *The unusual effectiveness of averaging in GAN training*, 2019. Brock, Donahue and Simonyan, *Large scale GAN training
# for high fidelity natural image synthesis*, 2019 (truncation). Richardson and Weiss, *On GANs and GMMs*, 2018 (bins).
# Lucic et al., *Are GANs created equal?*, 2018 (with enough tuning, most are).
