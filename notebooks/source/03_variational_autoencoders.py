# ---
# jupyter:
#   course:
#     title: Variational autoencoders
#     summary: Train a generator by its evidence lower bound, judge it by likelihood, and learn what beta, labels and codebooks change.
#     about: >-
#       Both together: an autoencoder trained by the bound, which can be drawn from. What beta, labels and codebooks
#       change, and how to report a likelihood honestly. *Touch:* the same codes under several values of beta.
# ---

# %% [markdown]
# # 03 Variational autoencoders
#
# **Follows** S. Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (variational autoencoder); S.
# Lathuilière, *Deep generative methods*, Télécom Paris (VAE, conditional VAE); *EECS 230 Deep Learning, Lecture 16*,
# after S. Prince (probabilistic autoencoder); M. Straka, *NPFL114 Lecture 13*, Charles University 2023 (VAE against
# GAN).
#
# **After this notebook you can**
# - train an encoder $q(z \mid x)$ and a decoder $p(x \mid z)$ together by the evidence lower bound, with a training
#   step that you wrote, and draw new digits;
# - report a likelihood honestly: which numbers may be compared, and which may not;
# - read a rate-distortion curve, and recognise posterior collapse;
# - walk through a code, change one attribute of an image, and build a conditional VAE.
#
# **Builds on** 01 and 02. **Time to run:** {measured_time}. You can skip every section whose heading begins with
# *Going further*: nothing in the other sections depends on it.

# %%
import functools
import itertools
import math

import numpy as np
import torch
from matplotlib.patches import Circle
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F

from course_utils import checkpoints, data, training
from course_utils.checks import check, hint, reveal
from course_utils.divergences import kl_normal
from course_utils.exact import BernoulliMixture, LinearGaussian
from course_utils.figures import (
    DATA,
    MODEL,
    NOISE,
    image_rows,
    scatter_classes,
    show,
    subplots,
)
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # these nets are too small to share between threads, or for a GPU to be of use
one_thread = threadpool_limits(1)  # the same for NumPy and scikit-learn
fit = functools.partial(training.fit, device="cpu")
grey, grey_test = data.load("digits", split="train"), data.load("digits", split="test")
binary, binary_test = (grey.images >= 0.5).float(), (grey_test.images >= 0.5).float()


# %% [markdown]
# ## 1. From an autoencoder to a generator
#
# A variational autoencoder drew all these faces. Each of the upper rows changes one face along a direction of its
# code: from a frown to a laugh, without and with glasses, turning the head. The faces of the last row are new, and
# most are blotched (section 7 says why). The next cell loads the network and draws.

# %% tags=["hide-input"]
face_vae, face_judge = checkpoints.load("faces_vae")[0], checkpoints.load("faces_judge")[0]
faces, faces_test = data.load("faces", n=3000), data.load("faces", split="test", n=400)
with torch.no_grad():
    train_codes = torch.cat([face_vae.encode(part)[0] for part in faces.images.split(500)])
    face_codes = face_vae.encode(faces_test.images)[0]


def direction(name):
    """The mean code of the faces in the upper quarter of a factor, minus that of the lower quarter: [32]."""
    values = faces.factors[name].float()
    low, high = values.quantile(0.25), values.quantile(0.75)
    return train_codes[values >= high].mean(0) - train_codes[values <= low].mean(0)


directions = {name: direction(name) for name in ("smile", "glasses", "turn")}
doses = torch.linspace(-1, 1, 9)[:, None]
with torch.no_grad():
    rows = {
        "frown to laugh": face_vae.decoder(face_codes[2] + 3 * doses * directions["smile"]),
        "another face": face_vae.decoder(face_codes[5] + 3 * doses * directions["smile"]),
        "glasses": face_vae.decoder(face_codes[3] + (doses + 0.5) * directions["glasses"]),
        "turn": face_vae.decoder(face_codes[0] + 0.6 * doses * directions["turn"]),
        "new, z from N(0, I)": face_vae.sample(9, torch.Generator().manual_seed(0)),
    }
show(image_rows(rows, "Add a direction to the code of a face", scale=0.85), "03.faces")

# %% [markdown]
# Such a code is easiest to see with two numbers. Here are an autoencoder, as in notebook 01, and a *variational*
# autoencoder with the same layers. Drag the point $z$ on either map, and both decoders draw what it stands for. The
# dashed circles are those of a standard normal distribution. Press *Sample N(0, I)* to draw nine codes for both.
# ($\beta$ and the ellipses are explained below.)

# %%
from course_utils.checkpoints import betas  # a sweep of VAEs as {beta: VAE}
from course_utils.widgets import VAEExplorer

autoencoder, _ = checkpoints.load("digits_ae_2d")
vaes, _ = checkpoints.load("digits_beta_vaes_2d")
VAEExplorer(autoencoder, betas(vaes), binary, grey.labels)

# %% [markdown]
# A naive way to make new digits is to draw codes from $\mathcal N(0, I)$ and to decode them. For the autoencoder this
# fails: most of its codes lie outside the circles, and the space between them need not mean anything. How should a
# network be trained so that it works?
#
# A **variational autoencoder** (VAE) starts from the other end. We first say how images come about:
#
# $$z \sim p(z) = \mathcal N(0, I), \qquad x \sim p_\theta(x \mid z)$$
#
# Drawing is then easy by construction: draw $z$, decode it into the distribution of $x$, and draw $x$. What remains is
# to train the decoder by maximum likelihood. Notebook 02 showed why $\log p_\theta(x)$ is out of reach, and what we
# raise instead, with any distribution $q$ over $z$:
#
# $$\log p_\theta(x) \;\ge\; \mathbb E_{q(z \mid x)}\big[\log p_\theta(x \mid z)\big] - \mathrm{KL}\big(q(z \mid x)\,\Vert\,p(z)\big)$$
#
# In notebook 02 we searched for the best $q$ for a single $x$. With a thousand images, a search for each is too slow.
# So we **amortise** it: one encoder network gives the mean and the spread of $q$ for any $x$,
#
# $$q_\phi(z \mid x) = \mathcal N\big(\mu_\phi(x),\ \mathrm{diag}\,\sigma_\phi^2(x)\big)$$
#
# The network puts out $\log \sigma^2$, called `logvar`: it may be any real number, and the variance stays positive.
#
# $p_\theta(x \mid z)$ must be a distribution over images. We take pixels that are black or white, so that each is a
# coin whose probability the decoder gives. Then $\log p_\theta(x \mid z)$ is minus the binary cross-entropy, summed
# over the pixels, and it is a true log-probability. For this we cut the grey digits at one half.

# %%
show(
    image_rows(
        {"grey": grey_test.images[:12], "black or white": binary_test[:12]},
        "The same digits, with one bit a pixel",
    ),
    "03.one_bit_a_pixel",
)

# %% [markdown]
# ## 2. A draw that lets gradients through
#
# The bound needs a $z$ drawn from $q_\phi(z \mid x)$, and its gradient with respect to $\phi$, on which the draw
# depends. The trick is to draw noise that depends on nothing, and then to move it:
#
# $$z = \mu + \sigma \odot \epsilon, \qquad \epsilon \sim \mathcal N(0, I), \qquad \sigma = e^{\text{logvar}/2}$$
#
# **Exercise 1.** Write this draw; the noise is given.


# %%
def reparameterise(mean, logvar, noise):
    """mean, logvar, noise: [B, D] -> z: [B, D], a draw of N(mean, exp(logvar)) that gradients flow through."""
    ### BEGIN SOLUTION
    return mean + (logvar / 2).exp() * noise
    ### END SOLUTION


# %%
reparameterise = check("vae.reparameterise", reparameterise)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name; call it again for a stronger hint.

# %%
hint("vae.reparameterise")

# %% [markdown]
# ### Going further: is there no other way?
#
# There is another way, the **score-function estimator** (REINFORCE). It never differentiates $f$, so it works for a
# discrete $z$ too:
#
# $$\nabla_\phi\, \mathbb E_{q_\phi}[f(z)] \;=\; \mathbb E_{q_\phi}\big[f(z)\, \nabla_\phi \log q_\phi(z)\big]
# \qquad\text{against}\qquad \mathbb E_{\epsilon}\big[\nabla_\phi f(\mu + \sigma \odot \epsilon)\big]$$
#
# In code one writes a *surrogate*: a scalar whose gradient is the estimate. Inside it, $f(z)$ is only a number.
#
# **Exercise 2.** Write the surrogate.


# %%
def score_surrogate(f, log_q):
    """f: [S] values f(z_s); log_q: [S] values log q(z_s) -> scalar whose gradient is the score-function estimate."""
    ### BEGIN SOLUTION
    return (f.detach() * log_q).mean()
    ### END SOLUTION


# %%
score_surrogate = check("vae.score_surrogate", score_surrogate)

# %% [markdown]
# Both estimates are right on average, so the question is how much they scatter. Take a case with a known answer:
# $q = \mathcal N(\mu, I)$ in $D$ dimensions and $f(z) = -\frac12 \|z - a\|^2$. Then
# $\mathbb E_q[f] = -\frac12(\|\mu - a\|^2 + D)$, and the exact gradient is $a - \mu$.
#
# **Predict.** With one draw each, in 16 dimensions: how many times larger is the variance of the score-function
# estimate? (a) about 3 times; (b) about 30 times; (c) about 300 times.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION


# %%
def mean_of_others(f):
    """For each draw the mean of f over all other draws: f [S] -> [S]."""
    return (f.sum() - f) / (len(f) - 1)


def gradients(dim, draws=4000, seed=0):
    """Gradients with respect to mu, one for each draw, [draws, dim]: reparameterised, score-function, the latter with a baseline."""
    generator = torch.Generator().manual_seed(seed)
    a, noise = torch.ones(dim), torch.randn(draws, dim, generator=generator)
    mu = torch.zeros(draws, dim, requires_grad=True)  # one copy of mu for each draw

    z = reparameterise(mu, torch.zeros(draws, dim), noise)
    f = -0.5 * (z - a).square().sum(1)
    (by_path,) = torch.autograd.grad(f.sum(), mu)

    z = z.detach()
    log_q = -0.5 * (z - mu).square().sum(1)  # and a constant
    # The surrogate is a mean over the draws; times draws, each row of mu gets the estimate of its own draw.
    (by_score,) = torch.autograd.grad(score_surrogate(f, log_q) * draws, mu, retain_graph=True)
    (by_centred,) = torch.autograd.grad(score_surrogate(f - mean_of_others(f), log_q) * draws, mu)
    return by_path, by_score, by_centred


def variance_ratios(by_path, *others):
    return [(other.var(0).mean() / by_path.var(0).mean()).item() for other in others]


dims = [1, 2, 4, 8, 16, 32, 64]
plain, centred = zip(*(variance_ratios(*gradients(dim)) for dim in dims), strict=True)

# %% [markdown]
# The next cell compares the two in 16 dimensions, with your guess and with the exact gradient.

# %% tags=["hide-input"]
by_path, by_score, by_centred = gradients(16)
reveal(guess, "c" if plain[4] > 100 else "b" if plain[4] > 10 else "a", "03.score_against_reparameterised")
verdict("mean of the reparameterised gradient (exactly 1)", by_path.mean(), low=0.97, high=1.03)
verdict("mean of the score-function gradient (exactly 1)", by_score.mean(), low=0.8, high=1.2)
verdict("variance, score-function over reparameterised, D = 16", plain[4], low=150, high=600)

# %% [markdown]
# There is a cure that costs nothing: subtract from $f$ a number that does not depend on the draw, a **baseline**, such
# as the mean of $f$ over the *other* draws. (The mean over all draws, the draw itself included, does depend on it a
# little: with $S$ draws it makes the gradient smaller by the factor $1 - 1/S$.) The average stays the same, because
# $\mathbb E_q[\nabla \log q] = 0$, and the scatter shrinks. The next cell draws the ratio against the dimension,
# without and with a baseline. It also tries a function that wiggles, $f(z) = \cos 20 z$ with one $z$.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(7.4, 4.2))
ax.loglog(dims, plain, "o-", color=MODEL, label="plain")
ax.loglog(dims, centred, "s--", color=DATA, label="with a baseline")
ax.legend()
ax.set(
    xlabel="dimension of z",
    ylabel="ratio of variances",
    title="Score-function over reparameterised gradient",
)
ax.set_xticks(dims, [str(dim) for dim in dims])
show(fig, "03.variance_ratio")
verdict("the same with a baseline, D = 16", centred[4], low=15, high=50)
verdict("growth from D = 16 to D = 64, plain", plain[-1] / plain[4], low=9, high=20)
verdict("growth from D = 16 to D = 64, with a baseline", centred[-1] / centred[4], low=2.5, high=6)
z = torch.randn(4000, generator=torch.Generator().manual_seed(0))
wiggly = (torch.cos(20 * z) * z).var() / (-20 * torch.sin(20 * z)).var()
verdict("f(z) = cos 20 z: variance, score-function over reparameterised", wiggly, high=0.01)

# %% [markdown]
# With a baseline one can live with this estimator, and for a discrete $z$ there is often no other. For a Gaussian $q$
# the reparameterised gradient is the one to use if $f$ has a slope and is not too rough. It sees nothing of $f$ but the
# slope, and where that swings up and down, as it does for $\cos 20 z$, the score-function estimate is the better one.
# A decoder is smooth enough, as the end of section 3 measures on a trained VAE.

# %% [markdown]
# ## 3. Train it
#
# **Exercise 3.** The loss is minus the bound, for a batch. *Sum* over pixels and over latents: both terms are then in
# nats per image, and may be added. Take the *mean* over the batch. Here is the closed form of notebook 02:
# $\mathrm{KL} = \frac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)$.


# %%
def elbo_loss(x, logits, mean, logvar):
    """x, logits: [B, C, H, W]; mean, logvar: [B, D] -> scalar, minus the ELBO in nats per image."""
    ### BEGIN SOLUTION
    reconstruction = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
    kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum(1)
    return (kl - reconstruction).mean()
    ### END SOLUTION


# %%
elbo_loss = check("vae.elbo_loss", elbo_loss)

# %% [markdown]
# The whole VAE is plain PyTorch. The encoder ends in $2D$ numbers: half are means, half are log-variances. Its decoder
# comes in two forms: `logits` for the loss, and `decoder` for the pixels' probabilities.


# %%
def dense(*widths):
    """The layers of a plain network: Linear, ReLU, Linear, ReLU, ..., Linear."""
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return layers[:-1]


class VAE(nn.Module):
    def __init__(self, latent_dim, shape=(1, 8, 8)):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), *dense(math.prod(shape), 256, 128, 2 * latent_dim))
        self.logits = nn.Sequential(*dense(latent_dim, 128, 256, math.prod(shape)), nn.Unflatten(1, shape))

    def encode(self, x):
        return self.encoder(x).chunk(2, dim=1)  # mean, logvar: [B, D] each

    def decoder(self, z):
        return torch.sigmoid(self.logits(z))

    def forward(self, x):
        mean, logvar = self.encode(x)
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        return self.logits(z), mean, logvar


# %% [markdown]
# **Exercise 4.** Now write one step of its training: encode the batch, draw $z$ with noise from the generator, decode
# it, and compute the loss. Then clear the gradients, run the backward pass, let the optimiser step, and return the
# loss. Every VAE that this lesson trains by the bound goes through your function.


# %%
def training_step(x, model, optimizer, generator):
    """One step on the batch x: [B, C, H, W] of zeros and ones -> the loss before the step, a number."""
    ### BEGIN SOLUTION
    mu, log_variance = model.encode(x)
    z = reparameterise(mu, log_variance, torch.randn(mu.shape, generator=generator))
    loss = elbo_loss(x, model.logits(z), mu, log_variance)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %%
training_step = check("vae.training_step", training_step)

# %%
torch.manual_seed(0)
model, generator = VAE(latent_dim=8), torch.Generator().manual_seed(0)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

losses = []
for _ in range(400):
    x = binary[torch.randint(len(binary), (128,), generator=generator)]
    losses.append(training_step(x, model, optimizer, generator))

verdict(
    "loss of the last 50 steps over loss of the first 5",
    np.mean(losses[-50:]) / np.mean(losses[:5]),
    high=0.6,
)

# %% [markdown]
# From here on `training.steps` hands your step its batches. We also keep a running average of the weights over the last
# few hundred steps (an *exponential moving average*), which gives a slightly better model in the one training below.

# %%
STEPS = 2000  # the figure below shows what more of them do


def train_vae(latent_dim=8, steps=STEPS, images=binary, seed=0):
    """Train a new VAE by your step -> the average of its weights, and its last weights."""
    torch.manual_seed(seed)
    vae, generator = VAE(latent_dim, tuple(images.shape[1:])), torch.Generator().manual_seed(seed)
    optimizer, average = training.adamw(vae, lr=2e-3), training.WeightAverage(vae, decay=0.995)

    def update(x):
        return training_step(x, vae, optimizer, generator)

    for _ in training.steps(update, images, steps=steps, seed=seed, device="cpu"):
        average.update()
    return average.model.eval(), vae.eval()


def cross_entropy(logits, x):
    """Minus log p(x | z), summed over the pixels of each image: [B]."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


@torch.no_grad()
def bound_terms(model, x, draws=20, seed=0):
    """Reconstruction term and KL of each image in nats, [B] each; the first averaged over draws of z."""
    torch.manual_seed(seed)
    mean, logvar = model.encode(x)
    logits = [model.logits(reparameterise(mean, logvar, torch.randn_like(mean))) for _ in range(draws)]
    return -sum(cross_entropy(each, x) for each in logits) / draws, kl_normal(mean, logvar)


# %%
model, last_weights = train_vae(latent_dim=8)

# %% [markdown]
# The next cell measures the bound on held-out digits, its two terms, and what the averaging of the weights brings.


# %% tags=["hide-input"]
def mean_elbo(model, x):
    reconstruction, kl = bound_terms(model, x)
    return (reconstruction - kl).mean().item()


reconstruction, kl = bound_terms(model, binary_test)
verdict("held-out ELBO [nats per image]", (reconstruction - kl).mean(), low=-18.2, high=-17)
verdict("of which reconstruction [nats]", reconstruction.mean(), low=-12.6, high=-10.6)
verdict("of which KL [nats]", kl.mean(), low=5, high=6.6)
verdict(
    "held-out ELBO, averaged weights minus last weights [nats]",
    mean_elbo(model, binary_test) - mean_elbo(last_weights, binary_test),
    low=0.02,
)

# %% [markdown]
# **Predict.** Training ran for 2,000 steps, and the loss was still falling, so we train four times as long. The
# held-out ELBO (a) rises further; (b) stays where it is; (c) falls.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
lengths = [250, 500, 1000, STEPS, 4000, preset(quick=8000, full=16_000)]
nets = [model if steps == STEPS else train_vae(steps=steps)[0] for steps in lengths]
on_train, on_test = ([mean_elbo(net, x) for net in nets] for x in (binary, binary_test))

# %% [markdown]
# The next cell draws both curves, and compares them with your guess.

# %% tags=["hide-input"]
change = on_test[-1] - on_test[3]
reveal(guess, "a" if change > 0.3 else "c" if change < -0.3 else "b", "03.longer_training")

fig, ax = subplots(figsize=(8, 3.8))
ax.semilogx(lengths, on_train, "o-", color=MODEL, label="training digits")
ax.semilogx(lengths, on_test, "s--", color=DATA, label="held-out digits")
ax.axvline(STEPS, color=NOISE, linestyle=":", label="what we use")
ax.set_xticks(lengths, [f"{steps:,}" for steps in lengths])
ax.minorticks_off()
ax.set(title="A VAE overfits too", xlabel="training steps", ylabel="ELBO [nats per image]")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
show(fig, "03.overfitting")
verdict("held-out ELBO at the longest training minus the one at 2,000 steps [nats]", change, high=-1)
verdict("training ELBO, the same difference [nats]", on_train[-1] - on_train[3], low=1.5)

# %% [markdown]
# So the bound on *training* images says little.

# %% [markdown]
# From now on every number is for held-out digits unless it says otherwise. (We took the 2,000 steps from the dashed
# curve, so the held-out digits had a say in that one number. Section 5 asks what this is worth.)
#
# **Exercise 5.** Draw new images, as section 1 told the story: draw codes from the prior, decode them, and toss every
# pixel with its probability.


# %%
def sample(decoder, n, latent_dim, generator):
    """decoder: z [n, D] -> probabilities [n, C, H, W]; returns n new images of zeros and ones."""
    ### BEGIN SOLUTION
    z = torch.randn(n, latent_dim, generator=generator)
    return torch.bernoulli(decoder(z), generator=generator)
    ### END SOLUTION


# %%
sample = check("vae.sample", sample)

# %% [markdown]
# The next cell shows what the VAE copies and what it draws.

# %% tags=["hide-input"]
with torch.no_grad():
    mean, logvar = model.encode(binary_test[:12])
    rows = {
        "held-out": binary_test[:12],
        "decoded mean": model.decoder(mean),
        "decoded draw": model.decoder(reparameterise(mean, logvar, torch.randn_like(mean))),
        "new: p(x|z), z from N(0, I)": model.decoder(
            torch.randn(12, 8, generator=torch.Generator().manual_seed(1))
        ),
        "new: x tossed from it": sample(model.decoder, 12, 8, torch.Generator().manual_seed(1)),
    }
show(image_rows(rows, "A VAE copies, and draws"), "03.copies_and_draws")

# %% [markdown]
# A sample of the model is the last row, where every pixel is tossed. Most papers show the row above it, the
# probabilities.
#
# ### Real handwriting at full size
#
# Nothing in your step knows how large an image is. Here it trains on 4,000 MNIST digits of 28 x 28 pixels, with 16
# latents.

# %%
mnist, mnist_test = data.load("mnist_5k", split="train"), data.load("mnist_5k", split="test")
strokes, strokes_test = (mnist.images >= 0.5).float(), (mnist_test.images >= 0.5).float()
large, _ = train_vae(latent_dim=16, steps=1500, images=strokes)

# %% [markdown]
# The next cell shows copies and new digits, and measures the bound.

# %% tags=["hide-input"]
with torch.no_grad():
    rows = {
        "held-out": strokes_test[:12],
        "decoded mean": large.decoder(large.encode(strokes_test[:12])[0]),
        "new: p(x|z)": large.decoder(torch.randn(12, 16, generator=torch.Generator().manual_seed(1))),
    }
show(image_rows(rows, "The same step on real digits of 28 x 28 pixels"), "03.real_digits")
verdict("MNIST: held-out ELBO [nats per image]", mean_elbo(large, strokes_test), low=-125, high=-95)

# %% [markdown]
# The copies are good, and the new digits are softer than real ones, for a reason that section 9 explains.

# %% [markdown]
# ### Going further: the two gradients on this VAE
#
# How large is the ratio of section 2 on a real decoder? The next cell takes the gradient of the reconstruction term
# with respect to the encoder's mean, for 20 held-out images, and measures it as section 2 did.

# %% tags=["hide-input"]
with torch.no_grad():
    mean, logvar = model.encode(binary_test[:20])


def variances(image, mean, logvar, draws=500, seed=0):
    """Variances of three estimates of the gradient of E[log p(x | z)] with respect to mean, summed over its units."""
    noise = torch.randn(draws, len(mean), generator=torch.Generator().manual_seed(seed))
    mu = mean.expand(draws, -1).clone().requires_grad_()
    z = reparameterise(mu, logvar.expand(draws, -1), noise)
    f = -cross_entropy(model.logits(z), image.expand(draws, -1, -1, -1))
    (by_path,) = torch.autograd.grad(f.sum(), mu, retain_graph=True)
    log_q = -0.5 * ((z.detach() - mu).square() / logvar.exp()).sum(1)
    (plain,) = torch.autograd.grad(score_surrogate(f, log_q) * draws, mu, retain_graph=True)
    (centred,) = torch.autograd.grad(score_surrogate(f - mean_of_others(f), log_q) * draws, mu)
    return [gradient.var(0).sum().log() for gradient in (by_path, plain, centred)]


logs = torch.tensor([variances(x, m, v) for x, m, v in zip(binary_test[:20], mean, logvar, strict=True)])
by_path, plain, centred = logs.mean(0)  # geometric means over the 20 images
verdict(
    "on the VAE: variance of the score-function estimate over the reparameterised one",
    (plain - by_path).exp(),
    low=60,
    high=300,
)
verdict("on the VAE: the same with a baseline", (centred - by_path).exp(), low=3, high=15)

# %% [markdown]
# ## 4. What each of the two terms does
#
# We take two latents, so that we can look. We train three times: with the reconstruction term only, with the KL term
# only, and with both.
#
# **Predict.** Where does the encoder put the digits if the KL term is all there is? (a) on a circle; (b) all of them at
# the origin; (c) anywhere, for nothing holds them.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
def reconstruction_only(model, x):
    logits, _, _ = model(x)
    return cross_entropy(logits, x).mean()


def kl_only(model, x):
    _, mean, logvar = model(x)
    return kl_normal(mean, logvar).mean()


def train_on(loss, net, steps=STEPS):
    """Train a net on a loss(net, x) other than the bound -> the average of its weights."""
    return fit(net, loss, binary, steps=steps, lr=2e-3, ema_decay=0.995, seed=0).ema


torch.manual_seed(0)
panels = {
    "reconstruction only": train_on(reconstruction_only, VAE(latent_dim=2)),
    "KL only": train_on(kl_only, VAE(latent_dim=2)),
    "both": train_vae(latent_dim=2)[0],
}

# %% [markdown]
# The next cell draws the three maps (mind the scale of the first), and measures how far the means are spread and how
# wide $q$ is. The dashed circle has radius 2, which holds 86 % of the prior.

# %% tags=["hide-input"]
with torch.no_grad():
    posteriors = {name: vae.encode(binary_test) for name, vae in panels.items()}
spread = {name: mean.std(0).mean().item() for name, (mean, _) in posteriors.items()}
sigma = {name: (logvar / 2).exp().mean().item() for name, (_, logvar) in posteriors.items()}
reveal(guess, "b" if spread["KL only"] < 0.05 else "c", "03.kl_alone")

fig, axes = subplots(1, 3, figsize=(15, 5))
for ax, (name, (mean, logvar)) in zip(axes, posteriors.items(), strict=True):
    scatter_classes(mean, grey_test.labels, f"{name}: means of $q(z|x)$", ax=ax)
    ax.add_patch(Circle((0, 0), 2, fill=False, linestyle="--", color=NOISE))
    if name != "reconstruction only":
        ax.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
show(fig, "03.three_maps")
verdict("reconstruction only: spread of the means", spread["reconstruction only"], low=4)
verdict("reconstruction only: standard deviation of q", sigma["reconstruction only"], high=0.3)
verdict("KL only: spread of the means", spread["KL only"], high=0.02)
verdict("KL only: standard deviation of q", sigma["KL only"], low=0.98, high=1.02)
verdict("both: spread of the means", spread["both"], low=0.8, high=1.2)
inside = (posteriors["both"][0].norm(dim=1) < 2).float().mean()
verdict("both: share of the means inside the circle", inside, low=0.75, high=0.97)
verdict("both: standard deviation of q", sigma["both"], low=0.1, high=0.45)

# %% [markdown]
# Reconstruction alone gives an autoencoder again: the means lie far apart, and $q$ is so narrow that it is nearly a
# point. The KL alone gives the prior and forgets the image. Together they pack the digits as close to the origin as the
# reconstruction allows. Go back to the explorer of section 1 and look at the ellipses, which are the $q(z \mid x)$ of
# some images.
#
# Later cells let a classifier read images. It was trained on real digits and comes with the course. We call an image
# *doubtful* if its best class has less than 90 %. The next cell loads it.

# %% tags=["hide-input"]
judge, _ = checkpoints.load("digit_classifier")


@torch.no_grad()
def read(images):
    """images [N, 1, 8, 8] -> class probabilities [N, 10]."""
    return judge(images).softmax(1)


def doubtful(images):
    return (read(images).max(1).values < 0.9).float().mean().item()


# %% [markdown]
# ### Going further: is the autoencoder no generator?
#
# We draw 1,000 codes from the prior, decode them, toss the pixels, and let the classifier read the images. To be fair
# to the autoencoder, we also draw its codes from a Gaussian with the mean and spread of its own codes.
# The next cell draws with your `sample`, and shows the share of doubtful images and that of the three commonest digits.

# %% tags=["hide-input"]
from course_utils.figures.vae_results import doubt_and_variety


def three_commonest(images):
    """The share of the three digits that the judge reads most often."""
    return read(images).mean(0).sort().values[-3:].sum().item()


@torch.no_grad()
def draw_from(decoder, dim, n=1000, shift=0.0, scale=1.0):
    """n images, with z from N(shift, scale^2) and every pixel tossed."""
    return sample(lambda z: decoder(shift + scale * z), n, dim, torch.Generator().manual_seed(0))


with torch.no_grad():
    ae_codes = autoencoder.encoder(binary)
drawn = {
    "real digits": binary_test,
    "VAE, 8 latents": draw_from(model.decoder, 8),
    "VAE, 2 latents": draw_from(panels["both"].decoder, 2),
    "AE, z from N(0, I)": draw_from(autoencoder.decoder, 2),
    "AE, fitted Gaussian": draw_from(autoencoder.decoder, 2, shift=ae_codes.mean(0), scale=ae_codes.std(0)),
}
shares = {name: (doubtful(images), three_commonest(images)) for name, images in drawn.items()}
show(doubt_and_variety(shares), "03.which_is_a_generator")

# %% [markdown]
# The next cell puts the findings into numbers.

# %% tags=["hide-input"]
verdict("share of the three commonest, VAE with 8 latents", shares["VAE, 8 latents"][1], high=0.45)
verdict(
    "share of the three commonest, autoencoder with z from N(0, I)", shares["AE, z from N(0, I)"][1], low=0.6
)
verdict(
    "doubtful: VAE with 8 latents, minus real digits",
    shares["VAE, 8 latents"][0] - shares["real digits"][0],
    low=0.25,
    high=0.5,
)
verdict(
    "doubtful: autoencoder with a fitted Gaussian, minus VAE with 2 latents",
    shares["AE, fitted Gaussian"][0] - shares["VAE, 2 latents"][0],
    low=-0.05,
    high=0.12,
)

# %% [markdown]
# Fed from the prior, the VAE spreads over the digits as it should, and the autoencoder does not. But do not think too
# little of the autoencoder: with two units and a Gaussian fitted afterwards it comes close. What it lacks is a reason
# why its codes should look like a Gaussian, and a likelihood, which the next section needs. No sampler here is good,
# though: pixels tossed one by one look rough, whatever the model.

# %% [markdown]
# ## 5. How likely are images it has never seen?
#
# The bound is a number in nats per image, so we can ask how good this model is as a *density*, and against what. Two
# such numbers may be compared if they are about the same images and are of the same kind: here, log-*probabilities* of
# black-or-white pixels. And mind the side of a bound: a lower bound may be set beside an exact value only where the
# bound is the higher of the two.
#
# The next two cells fit the rivals to the same binary pixels. The first fits **independent pixels**, one coin for each,
# and **mixtures of such models**, by the EM of notebook 02; both values are exact.


# %% tags=["hide-input"]
flat, flat_test = binary.flatten(1), binary_test.flatten(1)
coins = {  # components -> log-probability of each held-out image
    components: BernoulliMixture.fit(flat, components).log_prob(flat_test) for components in (1, 40, 80, 160)
}

# %% [markdown]
# The second fits **the mixture of notebook 00**, PCA and Gaussians, whose density over grey values is no probability.
# There is an honest way across: let each binary image stand for a unit cube, $P(x) = \int p(x + u)\, du$ with
# $u \in [0, 1]^{64}$. By Jensen, $\log P(x) \ge \mathbb E_u[\log p(x + u)]$, a bound from below.

# %% tags=["hide-input"]
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

uniform = torch.Generator().manual_seed(0)


def filled(x):
    """Binary pixels with uniform noise in each pixel's unit interval: a point of [0, 2]^64."""
    return (x + torch.rand(x.shape, generator=uniform)).numpy()


pca = PCA(20, random_state=0).fit(
    filled(flat)
)  # notebook 00: 20 coordinates inside, one variance for the rest
inside = GaussianMixture(10, reg_covar=1e-2, random_state=0).fit(pca.transform(filled(flat)))


def log_density(y):
    z = pca.transform(y)
    rest, variance = ((y - pca.inverse_transform(z)) ** 2).sum(1), pca.noise_variance_
    return inside.score_samples(z) - 0.5 * (rest / variance + 44 * math.log(2 * math.pi * variance))


gaussians = np.mean([log_density(filled(flat_test)).mean() for _ in range(10)])

# %% [markdown]
# For the VAE the ELBO is one bound. The **importance-weighted bound** of notebook 02 (IWAE) is tighter: draw $K$ codes
# and average the *weights* before taking the logarithm.
#
# $$\log p(x) \;\ge\; \mathbb E\Big[\log \frac1K \sum_{k=1}^K \frac{p(x \mid z_k)\, p(z_k)}{q(z_k \mid x)}\Big], \qquad z_k \sim q(z \mid x)$$
#
# **Exercise 6.** Compute the bound from the three log densities of $K$ draws, one column for each image.


# %%
def importance_bound(log_px_given_z, log_prior, log_q):
    """log p(x | z_k), log p(z_k), log q(z_k | x), all [K, B] -> the bound of each image with K draws: [B]."""
    ### BEGIN SOLUTION
    log_weights = log_px_given_z + log_prior - log_q
    return log_weights.logsumexp(0) - math.log(len(log_weights))
    ### END SOLUTION


# %%
importance_bound = check("vae.importance_bound", importance_bound)

# %% [markdown]
# **Predict.** Which number is higher for held-out digits? (a) the exact log-probability under the mixture with 80
# components; (b) the VAE's ELBO.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
@torch.no_grad()
def draw_log_densities(vae, x, draws, seed=0):
    """log p(x | z_k), log p(z_k), log q(z_k | x) for draws of z from q(z | x): each [draws, B]."""
    mean, logvar = vae.encode(x)
    std, torch_normal = (logvar / 2).exp(), torch.distributions.Normal
    z = mean + std * torch.randn(draws, *mean.shape, generator=torch.Generator().manual_seed(seed))
    log_px_given_z = torch.stack([-cross_entropy(vae.logits(each), x) for each in z])
    log_prior, log_q = torch_normal(0.0, 1.0).log_prob(z).sum(-1), torch_normal(mean, std).log_prob(z).sum(-1)
    return log_px_given_z, log_prior, log_q


densities = draw_log_densities(model, binary_test, draws=100)
ks = [1, 2, 5, 10, 20, 50, 100]
# With K of the 100 draws at a time, 100 / K bounds can be made, and their mean is less noisy than any one.
bounds = [
    torch.stack(
        [importance_bound(*part) for part in zip(*(d.split(K) for d in densities), strict=True)]
    ).mean(0)
    for K in ks
]  # for each K: [B]
elbo = mean_elbo(model, binary_test)
exact = {components: values.mean().item() for components, values in coins.items()}

# %% [markdown]
# The next cell compares the VAE with your guess and with the other models.

# %% tags=["hide-input"]
from course_utils.figures.vae_results import held_out_scores

if elbo > exact[80]:
    reveal(guess, "b", "03.mixture_or_vae")
else:
    reveal(guess, "a", "03.mixture_or_vae_open")

numbers = {
    "Gaussian mixture of 00": (gaussians, "bound"),
    "independent pixels": (exact[1], "exact"),
    "80 coin models, mixed": (exact[80], "exact"),
    "VAE, ELBO": (elbo, "bound"),
    "VAE, IWAE with K = 100": (bounds[-1].mean().item(), "bound"),
}
means = [bound.mean() for bound in bounds]
fig = held_out_scores(numbers, ks, means, ("80 coin models", exact[80]))
show(fig, "03.held_out_scores")
lead = bounds[-1] - coins[80]  # one for each image
verdict("IWAE bound minus the mixture of 80 [nats]", lead.mean(), low=0.5, high=1.6)
verdict(
    "the same in standard errors of the mean over images",
    lead.mean() / (lead.std() / len(lead) ** 0.5),
    low=4,
)
verdict(
    "IWAE bound minus ELBO, the slack that the encoder leaves [nats]",
    bounds[-1].mean() - elbo,
    low=0.4,
    high=1.2,
)
verdict(
    "smallest rise of the bound from one K to the next [nats]",
    torch.stack(bounds).mean(1).diff().min(),
    low=0,
)

# %% [markdown]
# The VAE's true log-probability is at least its best bound, and that lies above the exact value of the coin mixture by
# many standard errors: of the two, the VAE is the better density. The Gaussian mixture may be better than its bound
# says, so against *it* we have shown less. And none of these numbers may be put beside the log-likelihood of notebook
# 00, because that one was for *grey* pixels.

# %% [markdown]
# ### Going further: is this comparison fair?
#
# Both the VAE's 2,000 steps and the mixture's 80 components were chosen by a look at held-out digits, which flatters
# them. The next cell chooses both on the held-out digits with even numbers, and compares on those with odd numbers.

# %% tags=["hide-input"]
chosen = lengths[int(np.argmax([mean_elbo(net, binary_test[0::2]) for net in nets]))]
rival = max(coins, key=lambda components: coins[components][0::2].mean())
verdict("steps that the even digits choose", chosen, low=STEPS, high=STEPS)
lead_odd = (bounds[-1] - coins[rival])[1::2]
verdict(
    "IWAE bound minus the mixture that they choose, odd digits [nats]", lead_odd.mean(), low=0.4, high=1.7
)
verdict("the same in standard errors", lead_odd.mean() / (lead_odd.std() / len(lead_odd) ** 0.5), low=3)

# %% [markdown]
# On digits that had no say in either model, too, the VAE is the better of the two. (The Gaussian mixture's bound is
# lower than the value of 64 independent coins because smooth bumps fit a cube of uniform noise badly.)

# %% [markdown]
# ### Going further: two numbers that are no likelihoods
#
# **A density depends on the unit.** Notebook 00 measured pixels from 0 to 1. In the original units, 0 to 16, the same
# model of the same images has another log-density: it is lower by $64 \log 16$ nats.
#
# **Cross-entropy on grey pixels.** Many VAE tutorials put grey pixels into the binary cross-entropy and call the result
# a likelihood. For a distribution the values over all $x$ sum, or integrate, to one. Over $x \in [0, 1]$ the integral
# of $p^x (1-p)^{1-x}$ is something else:

# %%
p = torch.linspace(0.005, 0.995, 100, dtype=torch.float64)
x = torch.linspace(0, 1, 10_001, dtype=torch.float64)[:, None]
area = torch.trapezoid(p**x * (1 - p) ** (1 - x), dx=1e-4, dim=0)
formula = (2 * p - 1) / torch.log(p / (1 - p))  # Loaiza-Ganem and Cunningham 2019

# %% [markdown]
# The next cell draws the integral, and compares it with its closed form.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(7, 3.4))
ax.plot(p, area, color=MODEL, label="cross-entropy as a 'likelihood'")
ax.axhline(1, color=DATA, linestyle="--", label="any density")
ax.set(xlabel="p", ylabel="integral over x", ylim=(0, 1.1), title="What should be one, and is not")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
show(fig, "03.no_density")
verdict("largest distance of the integral from its closed form", (area - formula).abs().max(), high=1e-6)
verdict("largest integral, where a density has 1", area.max(), low=0.499, high=0.501)

# %% [markdown]
# So it may serve as a loss, but it is no log-likelihood of grey images, and must not be compared with one. It errs to
# the low side: the integral is below one, so the true log-density of this family, the *continuous Bernoulli*, is
# higher, by at least $\log 2$ for every pixel.

# %% [markdown]
# ## 6. beta: how many nats may the code have?
#
# Give the KL term a weight: $\mathbb E_q[\log p(x \mid z)] - \beta\, \mathrm{KL}$, the bound at $\beta = 1$. The
# KL is the **rate**: on average the code tells *at most* that many nats about the image. Minus the reconstruction term
# is the **distortion**: how many nats are still missing. $\beta$ is the exchange rate between them.
#
# Which latents carry the rate? Both terms of the Gaussian KL are sums over latents, so each latent has its own.
#
# **Exercise 7.** Compute the KL of each latent, averaged over the images.


# %%
def kl_per_unit(mean, logvar):
    """mean, logvar: [N, D] -> [D]: each latent's KL to N(0, 1), averaged over the N images."""
    ### BEGIN SOLUTION
    return (0.5 * (mean**2 + logvar.exp() - 1 - logvar)).mean(0)
    ### END SOLUTION


# %%
kl_per_unit = check("vae.kl_per_unit", kl_per_unit)

# %% [markdown]
# A checkpoint (`digits_beta_vaes`) holds eight VAEs with 16 latents each, one for each $\beta$.
#
# **Predict.** At $\beta = 1$, how many of the 16 latents carry more than 0.05 nats? (a) all 16; (b) about a third; (c)
# one or two.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
sweep = betas(checkpoints.load("digits_beta_vaes")[0])
tried = list(sweep)
rate, distortion, per_unit = [], [], []
for vae in sweep.values():
    rec, kl_of_x = bound_terms(vae, binary_test)
    rate.append(kl_of_x.mean().item())
    distortion.append(-rec.mean().item())
    with torch.no_grad():
        per_unit.append(kl_per_unit(*vae.encode(binary_test)).sort(descending=True).values)
per_unit = torch.stack(per_unit)  # [beta, latent]
active = (per_unit > 0.05).sum(1).tolist()
at_one = tried.index(1.0)

# %% [markdown]
# The next cell compares the latents in use with your guess, and draws rate and distortion.

# %% tags=["hide-input"]
from course_utils.figures.vae_results import rate_and_distortion

reveal(guess, "a" if active[at_one] > 12 else "b" if active[at_one] > 3 else "c", "03.units_that_die")

show(rate_and_distortion(tried, rate, distortion, per_unit, active), "03.rate_and_distortion")
elbos = [-r - d for r, d in zip(rate, distortion, strict=True)]
verdict("best beta by held-out ELBO", tried[int(np.argmax(elbos))], low=0.5, high=1.5)
verdict("latents in use at the smallest beta", active[0], low=12)
verdict("latents in use at beta = 1", active[at_one], low=4, high=8)
verdict("latents in use at the largest beta", active[-1], high=0)
verdict("rate at the largest beta [nats]", rate[-1], high=0.01)
verdict(
    "distortion there minus that of independent pixels [nats]", distortion[-1] + exact[1], low=-0.3, high=0.3
)

# %% [markdown]
# At $\beta = 1$ most latents are idle: for them $q(z_j \mid x)$ is the prior, whatever the image. At the largest
# $\beta$ all of them are, and the last line says what this **posterior collapse** means: the decoder ignores $z$, and
# what is left is one coin for each pixel. Move $\beta$ in the explorer of section 1 to watch it happen.
#
# **A silent beta.** If you average the cross-entropy over the 64 pixels instead of summing it, you have divided it by
# 64. That is the same objective as $\beta = 64$, up to a factor, although nobody wrote $\beta$ anywhere. Exhibit A of
# the museum shows what happens.
#
# ## 7. Walks through the code
#
# Should one go from one digit to another on a straight line (**lerp**), or round the origin (**slerp**)? In many
# dimensions a draw from $\mathcal N(0, I)$ has a length close to $\sqrt D$, and half way between two of them a straight
# line is nearer to the origin. Slerp keeps the length; with $\omega$ the angle between $a$ and $b$, it is
#
# $$\mathrm{slerp}(a, b, t) = \frac{\sin((1 - t)\,\omega)}{\sin \omega}\, a + \frac{\sin(t\,\omega)}{\sin \omega}\, b$$
#
# **Exercise 8.** Write slerp. (For parallel vectors $\sin\omega = 0$; go straight there. And mind the rounding: a
# cosine just above 1 has no angle.)


# %%
def slerp(a, b, t):
    """a, b: [D]; t: a number in [0, 1] -> [D] on the arc from a to b."""
    ### BEGIN SOLUTION
    cosine = (a / a.norm()) @ (b / b.norm())
    omega = torch.arccos(cosine.clamp(-1, 1))
    if omega.sin().abs() < 1e-6:
        return (1 - t) * a + t * b
    return (((1 - t) * omega).sin() * a + (t * omega).sin() * b) / omega.sin()
    ### END SOLUTION


# %%
slerp = check("vae.slerp", slerp)

# %% [markdown]
# ### Attribute vectors on faces
#
# The strips of section 1 add a vector to a code: the mean code of faces with an attribute minus that of faces without
# it. We drew the faces and know their causes, and a classifier of the course (`faces_judge`) reads these from any
# image. So we can measure how much of the asked change arrives, and what else changes.


# %%
def changed_by(name):
    """Half the vector added, against half taken away, on 400 held-out faces: all that the judge reads, [400] each."""
    low, high = (
        face_judge.read(face_vae.decoder(face_codes + dose * directions[name])) for dose in (-0.5, 0.5)
    )
    return {factor: high[factor].float() - low[factor].float() for factor in low}


def gap(name):
    """How far apart the two groups of faces are in that factor: what the whole vector is asked for."""
    values = faces.factors[name].float()
    low, high = values.quantile(0.25), values.quantile(0.75)
    return (values[values >= high].mean() - values[values <= low].mean()).item()


with torch.no_grad():
    changes = {name: changed_by(name) for name in ("glasses", "turn", "smile")}
    copied = face_judge.read(face_vae.decoder(face_codes))
arrived = {name: changes[name][name].mean().item() / gap(name) for name in changes}

# %% [markdown]
# **Predict.** Compare a turn of the head with a *smile*. The share of the asked smile that arrives is (a) about as
# large as that of a turn; (b) less than half of it; (c) nothing at all.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# The next cell compares the three with your guess, and measures what else a turn changes.

# %% tags=["hide-input"]
ratio = arrived["smile"] / arrived["turn"]
reveal(guess, "a" if ratio > 0.5 else "b" if ratio > 0.05 else "c", "03.lost_smile")


def likeness(name):
    """Correlation between a factor and what the judge reads of it in the VAE's copies."""
    return np.corrcoef(copied[name].float(), faces_test.factors[name].float())[0, 1]


verdict("share of the asked change that arrives, glasses", arrived["glasses"], low=0.4, high=0.6)
verdict("share of the asked change that arrives, turn of the head", arrived["turn"], low=0.55, high=0.75)
verdict("share of the asked change that arrives, smile", arrived["smile"], low=0.12, high=0.24)
verdict("correlation of the smile in the copies with that of the face", likeness("smile"), low=0.7, high=0.92)
verdict("the same for the turn of the head", likeness("turn"), low=0.95)
with torch.no_grad():
    turned = [face_judge.read(face_vae.decoder(face_codes + sign * directions["turn"])) for sign in (-1, 1)]
bare = copied["glasses"] < 0.5
put_on = torch.stack([one["glasses"][bare] > 0.5 for one in turned]).float().mean()
verdict("share of bare faces that a whole turn vector, one way or the other, gives glasses", put_on, low=0.3)
same_hair = (changes["turn"]["hair"] == 0).float().mean()
verdict("share of faces whose hair keeps its colour under a turn", same_hair, low=0.95)
eyes = changes["turn"]["eyes"].abs().mean() / faces.factors["eyes"].std()
verdict("mean change of the reading of the eyes under a turn [their standard deviation]", eyes, low=1)

# %% [markdown]
# More than half of a turn arrives, about half of the glasses, and less than a quarter of the smile. Already in its
# copies this VAE keeps the small mouth less well than the turn. (The strips of section 1 use three times that vector.)
# A vector also does more than it is asked for: a turn leaves the colour of the hair alone, but it disturbs the eyes,
# and the whole vector even puts glasses on many faces.

# %% [markdown]
# ### Going further: clean draws
#
# Why are most new faces of section 1 blotched? The prior is $\mathcal N(0, I)$, but nothing forces the codes to fill
# it. The next cell measures how far the codes of the training faces spread in each of their 32 principal directions.
# Then it draws codes in two ways: from the prior, and from a Gaussian with the mean and the covariance of those codes.

# %% tags=["hide-input"]
covariance = torch.cov(train_codes.T)
spread = torch.linalg.eigvalsh(covariance).sqrt()
with torch.no_grad():
    noise = torch.randn(400, 32, generator=torch.Generator().manual_seed(0))
    fitted = train_codes.mean(0) + noise @ torch.linalg.cholesky(covariance).T
    new = {"z from N(0, I)": face_vae.decoder(noise), "z from the fitted Gaussian": face_vae.decoder(fitted)}
    copies = face_vae.decoder(face_codes)
show(
    image_rows({name: images[:9] for name, images in new.items()}, "Two ways to draw a code", scale=0.85),
    "03.new_faces",
)


def grain(images):
    """How much rows of pixels differ in the upper left corner; in a real face they are equal there."""
    return images[:, :, :8, :3].diff(dim=2).abs().mean()


def in_doubt(images):
    """Share of faces of which the judge cannot tell whether they wear glasses."""
    return ((face_judge.read(images)["glasses"] - 0.5).abs() < 0.4).float().mean()


verdict("smallest spread of the codes, where the prior has 1", spread.min(), high=0.1)
verdict("largest spread of the codes", spread.max(), low=1.4, high=2)
verdict("directions with less than half of the prior's spread, of 32", (spread < 0.5).sum(), low=10, high=18)
for name, low, high in (("z from N(0, I)", 1.7, 3), ("z from the fitted Gaussian", 1, 1.4)):
    verdict(
        f"grain of the background over that of copies, {name}", grain(new[name]) / grain(copies), low, high
    )
with torch.no_grad():
    doubts = in_doubt(new["z from the fitted Gaussian"]), in_doubt(copies)
verdict("share of faces with glasses in doubt, z from the fitted Gaussian", doubts[0], low=0.08, high=0.22)
verdict("share of faces with glasses in doubt, copies", doubts[1], high=0.03)

# %% [markdown]
# In many directions the codes spread far less than the prior, so a draw from $\mathcal N(0, I)$ often falls where the
# decoder was never trained. The recipe of this VAE sets the decoder's standard deviation to 0.06, which is small, so a
# good copy counts for much more than the KL. A Gaussian fitted to the codes after training (*ex-post density
# estimation*, Ghosh et al., 2020) gives much cleaner faces. They are not perfect: some wear glasses that are only half
# there, because one Gaussian has no gap between faces with glasses and faces without.

# %% [markdown]
# ### Going further: is the middle of a straight line a worse place?
#
# We take pairs of held-out digits, encode them with the eight-latent
# VAE, and let the judge read what is half way (the probabilities themselves, not tossed: here we compare places, not
# samples).
#
# **Predict.** Half way between two random digits, more images are doubtful with (a) lerp; (b) slerp; (c) about equally
# many.

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION

# %%
with torch.no_grad():
    ends = model.encode(binary_test)[0]
    partners = ends[torch.randperm(len(ends), generator=torch.Generator().manual_seed(0))]
    half_way = {
        "the digits themselves": ends,
        "lerp": (ends + partners) / 2,
        "slerp": torch.stack([slerp(a, b, 0.5) for a, b in zip(ends, partners, strict=True)]),
    }
    unsure = {name: doubtful(model.decoder(z)) for name, z in half_way.items()}

# %% [markdown]
# The next cell compares the two walks with your guess. For scale it draws the doubts along codes from the prior that
# were made shorter or longer.

# %% tags=["hide-input"]
scales = torch.linspace(0, 2, 21)
prior_codes = torch.randn(1000, 8, generator=torch.Generator().manual_seed(0))
with torch.no_grad():
    by_length = [doubtful(model.decoder(scale * prior_codes)) for scale in scales]
    at_origin = read(model.decoder(torch.zeros(1, 8))).max()
size = {name: z.norm(dim=1).mean().item() for name, z in half_way.items()}
from course_utils.figures.vae_results import doubt_by_length

difference = unsure["lerp"] - unsure["slerp"]
reveal(guess, "a" if difference > 0.05 else "b" if difference < -0.05 else "c", "03.short_codes")

prior_lengths = scales * prior_codes.norm(dim=1).mean()
fig = doubt_by_length(prior_lengths, by_length, {name: (size[name], unsure[name]) for name in size})
show(fig, "03.doubt_by_length")
verdict(
    "length half way over length of the ends, lerp",
    size["lerp"] / size["the digits themselves"],
    low=0.66,
    high=0.78,
)
verdict(
    "length half way over length of the ends, slerp",
    size["slerp"] / size["the digits themselves"],
    low=0.93,
    high=1.1,
)
verdict(
    "length of the prior's code where doubt is largest", prior_lengths[np.argmax(by_length)], low=1, high=1.9
)
verdict("confidence of the judge at z = 0", at_origin, low=0.9)
verdict("doubtful half way: lerp minus slerp", difference, low=0.08)
verdict(
    "doubtful half way: slerp minus the digits themselves",
    unsure["slerp"] - unsure["the digits themselves"],
    low=0.05,
)

# %% [markdown]
# So slerp is the better walk here, and still not a free one: half way there are more doubtful images than at the ends,
# although the codes are as long. Length is only a part of it; the rest is which way the code points. Nor is a short
# code as such in a bad place: at the origin this decoder draws one clear digit. Its doubts are largest a little further
# out, where it passes from that digit to all the others, and there the straight lines have their middle.

# %% [markdown]
# ### Going further: walks and an attribute vector on glyphs
#
# Glyphs of 28 x 28 pixels have a checkpoint with 16 latents (`glyphs_vae`). The next cell walks between two of them in
# both ways, and draws nine from the prior.

# %%
glyph_vae, _ = checkpoints.load("glyphs_vae")
glyphs = data.load("glyphs", split="test", n=2000, seed=1)
glyphs_binary = (glyphs.images >= 0.5).float()
with torch.no_grad():
    codes = glyph_vae.encode(glyphs_binary)[0]
    ends = codes[
        [int((glyphs.labels == label).nonzero()[0]) for label in (2, 5)]
    ]  # the first 2 and the first 5
    rows = {
        "lerp": glyph_vae.decoder(
            torch.stack([(1 - t) * ends[0] + t * ends[1] for t in np.linspace(0, 1, 9)])
        ),
        "slerp": glyph_vae.decoder(torch.stack([slerp(*ends, t) for t in np.linspace(0, 1, 9)])),
        "drawn": glyph_vae.sample(9, torch.Generator().manual_seed(4)),
    }
show(
    image_rows(rows, "Two walks between two glyphs, and nine draws from the prior", columns=9, scale=0.9),
    "03.walks",
)

# %% [markdown]
# These two walks look alike, because the two glyphs are not far apart.
#
# Glyphs have an attribute vector too. The next cell takes that of the slant (shear).

# %%
known = data.load("glyphs", split="train", n=4000, seed=0)
small = F.avg_pool2d(known.images, 4).flatten(1)  # [4000, 49]
with torch.no_grad():
    known_codes = glyph_vae.encode((known.images >= 0.5).float())[0]
shear = known.factors["shear"]
slanted = known_codes[shear > shear.quantile(0.75)].mean(0) - known_codes[shear < shear.quantile(0.25)].mean(
    0
)


def slant(images):
    """Measured slant of the ink, from second moments: [N, 1, H, W] -> [N]."""
    ink = images[:, 0] / images.sum((1, 2, 3))[:, None, None]
    y, x = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    dy, dx = (axis - (ink * axis).sum((1, 2))[:, None, None] for axis in (y, x))
    return -(ink * dx * dy).sum((1, 2)) / (ink * dy * dy).sum((1, 2))


def nearest_label(images):
    """The label of the nearest known glyph, pixels averaged 4 x 4: [N, 1, 28, 28] -> [N]."""
    return known.labels[torch.cdist(F.avg_pool2d(images, 4).flatten(1), small).argmin(1)]


doses = [-1.0, -0.5, 0.0, 0.5, 1.0]
other_way = torch.randn(16, generator=torch.Generator().manual_seed(0))
other_way = other_way * slanted.norm() / other_way.norm()  # a random direction, as long
with torch.no_grad():
    moved = {dose: glyph_vae.decoder(codes + dose * slanted) for dose in doses}
    elsewhere = [glyph_vae.decoder(codes + sign * other_way) for sign in (-1, 1)]

# %% [markdown]
# The next cell shows the five doses, measures the steps in slant, and counts how many glyphs are still nearest to the
# same digit after a full dose.

# %% tags=["hide-input"]
show(
    image_rows(
        {f"{dose:+g}": images[:12] for dose, images in moved.items()},
        "Add the slant vector to the code of a held-out glyph",
        scale=0.8,
    ),
    "03.slant",
)
steps = np.diff([slant(images).mean().item() for images in moved.values()])
verdict(
    "steps in measured slant from row to row: smallest over largest, both of one sign",
    steps.min() / steps.max() if steps.max() > 0 else steps.max() / steps.min(),
    low=0.5,
    high=1,
)

before = nearest_label(moved[0.0])


def kept(pair):
    return sum((nearest_label(images) == before).float().mean() for images in pair) / 2


verdict(
    "share that keep their digit after a dose of 1 or -1", kept((moved[-1.0], moved[1.0])), low=0.6, high=0.8
)
verdict("the same after as long a step in a random direction", kept(elsewhere), low=0.65, high=0.85)

# %% [markdown]
# The vector does what it is asked for, and more: about three glyphs in ten turn into another digit on the way. That is
# about as many as with a random step of that length.

# %% [markdown]
# ## 8. Ask for a digit: the conditional VAE
#
# With labels $y$ every distribution may depend on $y$. None of the derivation changes:
#
# $$\log p(x \mid y) \;\ge\; \mathbb E_{q(z \mid x, y)}\big[\log p(x \mid z, y)\big] - \mathrm{KL}\big(q(z \mid x, y)\,\Vert\,p(z)\big)$$
#
# In code, the label goes beside what each network gets already. A label is a name, not a quantity, so it goes in as a
# **one-hot** vector.
#
# **Exercise 9.** Put the two side by side.


# %%
def condition(z, y, classes):
    """z: [B, D] float; y: [B] int -> [B, D + classes]: z first, then y as a one-hot vector."""
    ### BEGIN SOLUTION
    return torch.cat([z, F.one_hot(y, classes).to(z.dtype)], dim=1)
    ### END SOLUTION


# %%
condition = check("vae.condition", condition)


# %%
class ConditionalVAE(nn.Module):
    def __init__(self, latent_dim=8, classes=10):
        super().__init__()
        self.encoder = nn.Sequential(*dense(64 + classes, 256, 128, 2 * latent_dim))
        self.logits = nn.Sequential(*dense(latent_dim + classes, 128, 256, 64), nn.Unflatten(1, (1, 8, 8)))

    def forward(self, x, y):
        mean, logvar = self.encoder(condition(x.flatten(1), y, 10)).chunk(2, dim=1)
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        return self.logits(condition(z, y, 10)), mean, logvar


# %%
torch.manual_seed(0)
conditional = fit(
    ConditionalVAE(),
    lambda net, x, y: elbo_loss(x, *net(x, y)),
    (binary, grey.labels),
    steps=STEPS,
    lr=2e-3,
    ema_decay=0.995,
    seed=0,
).ema

asked = torch.arange(10).repeat_interleave(100)
with torch.no_grad():  # the same 100 codes for each digit
    z = torch.randn(100, 8, generator=torch.Generator().manual_seed(0)).repeat(10, 1)
    answers = torch.sigmoid(conditional.logits(condition(z, asked, 10)))

# %% [markdown]
# The next cell shows twelve codes for each label as probabilities, and lets the classifier read both the probabilities
# and the samples proper, with every pixel tossed.

# %% tags=["hide-input"]
by_label = answers.view(10, 100, 1, 8, 8)
fig = image_rows(
    {f"y = {label}": by_label[label] for label in range(10)},
    "Each row a label, each column a code",
    columns=12,
)
show(fig, "03.asked_for")


def agree(images):
    """The share that the classifier reads as the digit asked for."""
    return (read(images).argmax(1) == asked).float().mean().item()


tosses = [torch.bernoulli(answers, generator=torch.Generator().manual_seed(seed)) for seed in range(4)]
verdict("share of the probabilities that are read as the digit asked for", agree(answers), low=0.97)
verdict("the same of tossed samples, mean of 4 tosses", sum(map(agree, tosses)) / 4, low=0.91, high=0.97)
real_ones = (read(binary_test).argmax(1) == grey_test.labels).float().mean()
verdict("the same of real digits, for scale", real_ones, low=0.96)

# %% [markdown]
# Each column has one $z$: the label says *which* digit it is, and $z$ is left with *how* it is written.
#
# **Predict.** The conditional bound on held-out digits, compared with the ELBO of section 3, is (a) the same; (b)
# higher by more than two nats; (c) lower.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# The next cell measures both.

# %% tags=["hide-input"]
torch.manual_seed(0)
with torch.no_grad():
    many, labels = binary_test.repeat(20, 1, 1, 1), grey_test.labels.repeat(20)
    conditional_elbo = -elbo_loss(many, *conditional(many, labels)).item()
gain = conditional_elbo - elbo
reveal(guess, "b" if gain > 2 else "c" if gain < -0.3 else "a", "03.told_the_label")
# log p(x, y) = log p(x | y) + log p(y), and log p(x) is at least that, for the true y.
verdict("conditional bound minus the ELBO of section 3 [nats]", gain, low=1.8, high=3.2)
verdict("the same after paying log 10 nats for the label", gain - math.log(10), low=-0.5, high=0.9)

# %% [markdown]
# This is another pair of numbers that may not be compared until the label has been paid for.
#
# ## 9. Why the samples blur
#
# A decoder that must serve several images with one $z$ does best with their **average**: that is what cross-entropy
# asks for, and squared error too. Here is one image, trained to serve a three and an eight alike.

# %%
pair = torch.cat([binary_test[grey_test.labels == digit][:1] for digit in (3, 8)])
one_image = torch.zeros(1, 1, 8, 8, requires_grad=True)  # its logits
optimizer = torch.optim.Adam([one_image], lr=0.3)
for _ in range(300):
    loss = cross_entropy(one_image.expand(2, -1, -1, -1), pair).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %% [markdown]
# The next cell shows the image, and counts undecided pixels of three models.

# %% tags=["hide-input"]
best_image = torch.sigmoid(one_image.detach())
show(
    image_rows(
        {"": torch.cat([pair, best_image])},
        "The best single image for both",
        names=["a 3", "an 8", "best for both"],
        scale=1.2,
    ),
    "03.best_for_both",
)
verdict(
    "largest distance of the best image from the average of the two",
    (best_image - pair.mean(0)).abs().max(),
    high=0.02,
)


@torch.no_grad()
def undecided(vae):
    """Share of the pixels of reconstructions with a probability between 0.1 and 0.9."""
    images = vae.decoder(vae.encode(binary_test)[0])
    return ((images > 0.1) & (images < 0.9)).float().mean().item()


verdict(
    "undecided pixels, 2 latents over 8 latents",
    undecided(panels["both"]) / undecided(model),
    low=1.2,
    high=2,
)
verdict(
    "undecided pixels, 8 latents over 16 at the smallest beta",
    undecided(model) / undecided(sweep[tried[0]]),
    low=3,
)

# %% [markdown]
# The less $z$ tells, the more images must share one, and the greyer it is. More rate makes reconstructions sharper;
# section 6 showed what it costs.

# %% [markdown]
# ### Going further: for and against
#
# This is what the lectures list, with what you have measured:
#
# | | VAE |
# |---|---|
# | for | one loss, stable training; an encoder $q(z \mid x)$; a bound on a likelihood; a code that can be walked through |
# | against | a bound, not the likelihood; blurred samples; a prior that must be chosen; latents that may collapse |
#
# One lecture adds that a GAN's samples are sharper and its training harder. Notebooks 04 and 05 let you measure that.

# %% [markdown]
# ## 10. The failure museum
#
# **Exhibit A: beta by accident.** You will meet this loss. It runs, it falls, and every sample is the same grey smear.
# Put its two terms into the same unit.


# %%
def by_accident(model, x):
    logits, mean, logvar = model(x)
    return F.binary_cross_entropy_with_logits(logits, x, reduction="mean") + kl_normal(mean, logvar).mean()


def mended_loss(model, x):
    """A loss for the same net whose two terms are in the same unit: a scalar."""
    ### BEGIN SOLUTION
    logits, *q = model(x)
    return (cross_entropy(logits, x) + kl_normal(*q)).mean()
    ### END SOLUTION


# %% [markdown]
# The next cell trains on the broken loss, shows samples, and then tries your cure.


# %% tags=["hide-input"]
def trained_briefly(loss):
    torch.manual_seed(0)
    return train_on(loss, VAE(8), steps=1000)


smear = trained_briefly(by_accident)
show(
    image_rows(
        {
            "eight samples": sample(smear.decoder, 8, 8, torch.Generator().manual_seed(0)),
            "as probabilities": smear.decoder(torch.randn(8, 8)).detach(),
        },
        "Exhibit A",
    ),
    "03.grey_smear",
)
verdict("exhibit A, KL [nats per image]", bound_terms(smear, binary_test)[1].mean(), high=0.01)


def judged_a(_):
    mended_elbo = mean_elbo(trained_briefly(mended_loss), binary_test)
    return "" if mended_elbo > -19.5 else f"the ELBO is {mended_elbo:.1f} nats"


exhibit("A", lambda: mended_loss(VAE(8), binary[:2]), judged_a, "a scalar that depends on the net")

# %% [markdown]
# ### Going further: exhibit B, beta zero
#
# **Exhibit B.** Section 4 trained on the reconstruction term alone. The training images come back better
# than from any other network here. The KL, which nobody pays for, is another matter. Find a $\beta$ *below one* that
# stays within a nat of the ELBO of section 3.


# %%
def beta_net(beta):
    """An eight-latent VAE trained with this beta."""

    def loss(model, x):
        logits, mean, logvar = model(x)
        missing = cross_entropy(logits, x).mean()
        return missing + beta * kl_normal(mean, logvar).mean() if beta else missing

    torch.manual_seed(0)
    return train_on(loss, VAE(8))


def mended_beta():
    """Return a value for beta, above 0 and below 1."""
    ### BEGIN SOLUTION
    return 0.8
    ### END SOLUTION


# %% [markdown]
# The next cell measures $\beta = 0$, and tries yours.

# %% tags=["hide-input"]
without = beta_net(0)
on_training, on_held_out = bound_terms(without, binary), bound_terms(without, binary_test)
verdict(
    "exhibit B, reconstruction of training images minus that of section 3 [nats]",
    (on_training[0] - bound_terms(model, binary)[0]).mean(),
    low=6,
)
verdict("exhibit B, KL of training images [nats]", on_training[1].mean(), low=300)
verdict(
    "exhibit B, reconstruction of held-out images minus that of section 3 [nats]",
    (on_held_out[0] - reconstruction).mean(),
    high=-3,
)


def judged_b(beta):
    if not 0 < beta < 1:
        return "beta must be above 0 and below 1"
    short_of = elbo - mean_elbo(beta_net(float(beta)), binary_test)
    return "" if short_of < 1 else f"the ELBO is {short_of:.1f} nats below that of section 3"


exhibit("B", mended_beta, judged_b, "a number above 0 and below 1")

# %% [markdown]
# ### Going further: exhibit C, a decoder too strong
#
# **Exhibit C.** Let the decoder see the pixels before the one it predicts, row by row from the top (an *autoregressive*
# decoder), so that it hardly needs $z$. Masks on its weights make sure that no pixel sees itself or a later one: the
# picture shows which pixels may reach which.


# %%
class StrongDecoder(VAE):
    """p(x_i | x_1 .. x_{i-1}, z)."""

    def __init__(self, hidden_share):
        super().__init__(latent_dim=8)
        self.hidden_share = hidden_share
        last_seen = (
            torch.arange(256) % 64 - 1
        )  # hidden unit: it sees pixels 0 .. last_seen, and feeds later ones
        self.register_buffer("may_see", (last_seen[:, None] >= torch.arange(64)).float())  # [256, 64]
        self.register_buffer("may_feed", (torch.arange(64)[:, None] > last_seen).float())  # [64, 256]
        self.into, self.out, self.from_z = nn.Linear(64, 256), nn.Linear(256, 64), nn.Linear(8, 256)

    def forward(self, x):
        mean, logvar = self.encode(x)
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        before = 2 * x.flatten(1) - 1
        if self.training:  # 0 stands for "not shown"
            before = before * (torch.rand_like(before) >= self.hidden_share)
        hidden = F.relu(F.linear(before, self.into.weight * self.may_see, self.into.bias) + self.from_z(z))
        return F.linear(hidden, self.out.weight * self.may_feed, self.out.bias).view_as(x), mean, logvar


def strong(hidden_share):
    """Train it -> ELBO and KL on held-out digits [nats]."""
    torch.manual_seed(0)
    net = StrongDecoder(hidden_share)
    net = train_on(lambda net, x: elbo_loss(x, *net(x)), net).eval()
    with torch.no_grad():
        torch.manual_seed(0)
        many = binary_test.repeat(10, 1, 1, 1)
        logits, mean, logvar = net(many)
        return -elbo_loss(many, logits, mean, logvar).item(), kl_normal(mean, logvar).mean().item()


# %% [markdown]
# The next cell draws who may reach whom.

# %% tags=["hide-input"]
masks = StrongDecoder(0.0)
fig, ax = subplots(figsize=(4.6, 3.8))
ax.imshow((masks.may_feed @ masks.may_see > 0).float(), cmap="gray_r")
ax.set(xlabel="pixel that is seen", ylabel="pixel that is predicted", title="Who may reach whom")
show(fig, "03.who_reaches_whom")

# %% [markdown]
# **Predict.** With this decoder the held-out ELBO (a) falls, for the code is used less; (b) rises.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
strong_elbo, strong_kl = strong(hidden_share=0.0)

# %% [markdown]
# The next cell compares it with your guess.

# %% tags=["hide-input"]
reveal(guess, "b" if strong_elbo > elbo else "a", "03.strong_decoder")
verdict("exhibit C, held-out ELBO minus that of section 3 [nats]", strong_elbo - elbo, low=0.1)
verdict("exhibit C, KL over that of section 3", strong_kl / kl.mean(), high=0.4)

# %% [markdown]
# By the number that we train on, this strong decoder is no failure at all. (It and the VAE of section 3 were trained
# once each, from seed 0. Their bounds are less than a nat apart, and no cell asks how far another seed moves that.)

# %% [markdown]
# Whether it is a failure depends on what you want: a density, or a code. To mend the code, hide a share of the earlier
# pixels from the decoder during training. `StrongDecoder` takes that share: find one that keeps a KL of 3.5 nats, and
# is at most 0.3 nats below the ELBO of section 3.


# %%
def mended_share():
    """Return the share of the pixels before it, 0 to 1, that is hidden from the decoder during training."""
    ### BEGIN SOLUTION
    return 0.4
    ### END SOLUTION


def judged_c(share):
    if not 0 <= share <= 1:
        return "the share must be between 0 and 1"
    share_elbo, share_kl = strong(float(share))
    good = share_kl > 3.5 and share_elbo > elbo - 0.3
    return (
        ""
        if good
        else f"the KL is {share_kl:.1f} and the ELBO {share_elbo - elbo:+.1f} nats from section 3's"
    )


exhibit("C", mended_share, judged_c, "a number between 0 and 1")

# %% [markdown]
# ## Going further: a VAE whose best answer is known
#
# Make everything linear: $p(x \mid z) = \mathcal N(Wz + \mu, \sigma^2 I)$ with an encoder
# $q(z \mid x) = \mathcal N(V(x - \mu), \mathrm{diag}\, s^2)$. In notebook 01 the linear autoencoder was PCA. Here the
# model is `exact.LinearGaussian`, so the best possible $\log p(x)$ is known in closed form (Tipping and Bishop 1999).
# Does the ELBO lose anything? Its $q$ has a diagonal covariance only, and the true posterior has
# $(I + W^\top W / \sigma^2)^{-1}$.
#
# **Predict.** At its optimum the linear VAE's ELBO is (a) below the best log-likelihood, for a diagonal $q$ is too
# simple; (b) equal to it.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
x = grey.flat.double()  # grey pixels: this model's likelihood is a Gaussian density
k, mu = 8, x.mean(0)
best = LinearGaussian.fit(x, k)
best_log_likelihood = best.log_prob(x).mean().item()

torch.manual_seed(0)
W = (0.1 * torch.randn(64, k).double()).requires_grad_()


def tilt(W):
    """How far the columns of W are from orthogonal: off-diagonal of W^T W over its diagonal, in norm."""
    gram = (W.T @ W).detach()
    return ((gram - gram.diag().diag()).norm() / gram.diag().norm()).item()


tilt_before = tilt(W)
V = (0.1 * torch.randn(k, 64).double()).requires_grad_()
log_s2 = torch.zeros(k).double().requires_grad_()
log_sigma = torch.zeros(()).double().requires_grad_()
optimizer = torch.optim.Adam([W, V, log_s2, log_sigma], lr=1e-2)
for step in range(preset(1500, smoke=5)):
    mean, s2 = (x - mu) @ V.T, log_s2.exp()
    squares = (x - mu - mean @ W.T).square().sum(1) + (
        W.square() * s2
    ).sum()  # E_q ||x - mu - W z||^2, exactly
    log_likelihood = -0.5 * squares / (2 * log_sigma).exp() - 64 * log_sigma - 32 * math.log(2 * math.pi)
    linear_elbo = (log_likelihood - kl_normal(mean, log_s2.expand_as(mean))).mean()
    optimizer.zero_grad()
    (-linear_elbo).backward()
    optimizer.step()

# %% [markdown]
# The next cell compares it with your guess and with the best model.

# %% tags=["hide-input"]
learned = LinearGaussian(W.detach(), mu, log_sigma.exp().item())
missing = best_log_likelihood - linear_elbo.item()
reveal(guess, "b" if missing < 0.05 else "a", "03.rotation")
verdict("best log-likelihood minus the ELBO of the linear VAE [nats]", missing, low=-1e-6, high=0.05)
verdict(
    "best log-likelihood minus that of the linear VAE [nats]",
    best_log_likelihood - learned.log_prob(x).mean().item(),
    low=-1e-6,
    high=0.02,
)
verdict("1 % of the best log-likelihood, for scale [nats]", 0.01 * best_log_likelihood, low=0.13, high=0.15)
verdict("its sigma over that of the best model", learned.sigma / best.sigma, low=0.99, high=1.01)
verdict("tilt of W before training", tilt_before, low=0.2)
verdict("tilt of W after training", tilt(W), high=0.05)

# %% [markdown]
# The linear VAE *is* probabilistic PCA, down to a hundredth of a nat. And the ELBO does more than the likelihood: it
# picks, among all $W$ that give the same $p(x)$, one with orthogonal columns, so it finds the principal *axes* and not
# only their subspace (Lucas et al. 2019). The prior $\mathcal N(0, I)$ looks the same from every side and prefers no
# axes; it is the diagonal $q$ that does.

# %% [markdown]
# ## Going further: discrete codes, the VQ-VAE
#
# Must a code be Gaussian? Let the encoder put out a few vectors, and replace each by the nearest entry of a learned
# **codebook** $e_1, \dots, e_K$. The code is then a list of indices (van den Oord et al. 2017).
#
# **Exercise 10.** Find the nearest entry.


# %%
def quantise(z, codebook):
    """z: [B, D]; codebook: [K, D] -> [B] int64: the index of the nearest entry for each row."""
    ### BEGIN SOLUTION
    return torch.cdist(z, codebook).argmin(dim=1)
    ### END SOLUTION


# %%
quantise = check("vae.quantise", quantise)

# %% [markdown]
# The index is a whole number, and its gradient is zero almost everywhere: nothing would reach the encoder. The
# **straight-through** trick uses the entry in the forward pass, and pretends in the backward pass that nothing was
# replaced.
#
# **Exercise 11.** Return the value of `nearest` with the gradient of `z`. (`tensor.detach()` is a tensor's value
# without its history.)


# %%
def straight_through(z, nearest):
    """z, nearest: [B, D] -> [B, D]: equal to nearest, with the gradient passed on to z unchanged and none to nearest."""
    ### BEGIN SOLUTION
    return z + (nearest - z).detach()
    ### END SOLUTION


# %%
straight_through = check("vae.straight_through", straight_through)

# %% [markdown]
# Two more terms are needed, because the entries now get no gradient from the images. One pulls each entry to the codes
# that chose it; the **commitment** term keeps the codes near their entries:
#
# $$L = -\log p(x \mid e) + \gamma \sum_{i=1}^4 \Big(\|\mathrm{sg}[z_i] - e_i\|^2 + 0.25\, \|z_i - \mathrm{sg}[e_i]\|^2\Big), \qquad \mathrm{sg} = \text{stop-gradient}$$
#
# Here $e_i$ is the entry nearest to $z_i$, and an image has four. The first term is in nats and the squares are not, so
# $\gamma$ is a price: how many nats a squared distance of one counts for. We take 1.25.


# %%
class VQVAE(nn.Module):
    """Each image becomes 4 indices into one codebook of vectors with 4 numbers."""

    def __init__(self, entries, spread):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 4 * 4))
        self.codebook = nn.Parameter(spread * torch.randn(entries, 4))
        self.logits = nn.Sequential(
            nn.Linear(4 * 4, 256), nn.ReLU(), nn.Linear(256, 64), nn.Unflatten(1, (1, 8, 8))
        )

    def indices(self, x):
        return quantise(self.encoder(x).view(-1, 4), self.codebook).view(-1, 4)  # [B, 4]

    def decoder(self, indices):
        return torch.sigmoid(self.logits(self.codebook[indices].flatten(1)))


GAMMA = 1.25


def vq_loss(net, x):
    z = net.encoder(x).view(-1, 4)  # [4 B, 4]
    nearest = net.codebook[quantise(z, net.codebook)]
    missing = cross_entropy(net.logits(straight_through(z, nearest).view(len(x), -1)), x).mean()
    codebook = (z.detach() - nearest).square().sum() / len(x)
    commitment = (z - nearest.detach()).square().sum() / len(x)
    return missing + GAMMA * (codebook + 0.25 * commitment)


# %%
@torch.no_grad()
def codebook_use(net):
    """Share of entries that any training image uses, and the perplexity (exp of the entropy) of their use."""
    share = torch.bincount(net.indices(binary).flatten(), minlength=len(net.codebook)) / (4 * len(binary))
    return (share > 0).float().mean().item(), torch.special.entr(
        share
    ).sum().exp().item()  # entr(p) = -p log p


def distortion_of(net):
    """What is missing of held-out images, in nats."""
    with torch.no_grad():
        return (
            cross_entropy(net.logits(net.codebook[net.indices(binary_test)].flatten(1)), binary_test)
            .mean()
            .item()
        )


def train_vqvae(spread):
    torch.manual_seed(0)
    net = VQVAE(entries=32, spread=spread)
    fit(net, vq_loss, binary, steps=STEPS, lr=2e-3, seed=0)
    return net


vq = train_vqvae(spread=1.0)

# %% [markdown]
# The next cell shows twelve copies, and counts the entries in use.

# %% tags=["hide-input"]
with torch.no_grad():
    copies = vq.decoder(vq.indices(binary_test))
show(
    image_rows(
        {"held-out": binary_test[:12], "from 4 indices": copies[:12]},
        "Twenty bits an image: four indices out of 32",
    ),
    "03.four_indices",
)
used_share, perplexity = codebook_use(vq)
verdict("share of the codebook in use", used_share, low=0.9, high=1)
verdict("perplexity of its use, of 32", perplexity, low=24, high=32)
verdict("distortion on held-out digits [nats]", distortion_of(vq), low=8, high=14)
at_half = tried.index(0.5)
verdict(
    "the same, minus that of the VAE with beta = 0.5 [nats]", distortion_of(vq) - distortion[at_half], low=0.5
)
verdict("4 log 32 minus the rate of that VAE [nats]", 4 * math.log(32) - rate[at_half], low=1)

# %% [markdown]
# Four indices out of 32 can tell at most $4 \log 32$, about 14 nats. Set rate and distortion beside the curve of
# section 6: the VAE with $\beta = 0.5$ spends fewer nats and misses fewer. What the VQ-VAE has to offer is another kind
# of code: a short list of whole numbers, which a model of sequences can learn to write.
#
# The entries above were started near the codes. What if they start far away?
#
# **Predict.** Take the same network, with entries ten times as far out. After training, how much of the codebook is in
# use? (a) all: the codebook loss pulls every entry in; (b) less than half.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
far, farther = train_vqvae(spread=10.0), train_vqvae(spread=20.0)

# %% [markdown]
# The next cell counts the entries in use, and compares them with your guess.

# %% tags=["hide-input"]
reveal(guess, "a" if codebook_use(far)[0] > 0.9 else "b", "03.unused_entries")
verdict("share in use, entries ten times as far out", codebook_use(far)[0], high=0.45)
verdict("share in use, entries twenty times as far out", codebook_use(farther)[0], high=0.25)
verdict("its distortion minus that of independent pixels [nats]", distortion_of(farther) + exact[1], high=0.3)

# %% [markdown]
# An entry that no code is near gets no gradient and never comes back: this is **codebook collapse**. At the extreme one
# entry serves everybody, the code tells nothing, and we are back at section 6's posterior collapse. Common cures are to
# start the entries on codes, and to put dead entries back on random codes.
#
# The VQ-VAE has no $p(z)$ yet, so we draw the four indices at random, or each by its own frequency.

# %%
with torch.no_grad():
    seen = vq.indices(binary)  # [N, 4]
    generator = torch.Generator().manual_seed(0)
    any_indices = torch.randint(32, (1000, 4), generator=generator)
    shuffled = torch.stack(
        [column[torch.randint(len(seen), (1000,), generator=generator)] for column in seen.T], dim=1
    )
    drawn = {
        "any indices": vq.decoder(any_indices),
        "each by its frequency": vq.decoder(shuffled),
        "of real digits": vq.decoder(vq.indices(binary_test)),
    }

# %% [markdown]
# The next cell shows twelve of each, and counts the doubtful ones.

# %% tags=["hide-input"]
show(
    image_rows({name: images[:12] for name, images in drawn.items()}, "A codebook needs a prior"),
    "03.indices_drawn",
)
verdict(
    "doubtful: each index by its frequency, minus indices of real digits",
    doubtful(drawn["each by its frequency"]) - doubtful(drawn["of real digits"]),
    low=0.2,
)

# %% [markdown]
# The four indices belong together, and drawing them one by one loses that. In the paper a second model, an
# autoregressive one, is trained to draw them. ({notebook 17} draws codes, too, by diffusion; those are real numbers, of
# an autoencoder without a codebook.)

# %% [markdown]
# ## Read with care
#
# Some sentences and formulas of the source lectures need a word; a test holds each of them.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("03"))

# %% [markdown]
# ## What to take with you
#
# - A VAE is a latent-variable model trained by a bound on its likelihood. The encoder is there to make the bound tight,
#   for all images at once.
# - Sum over pixels, sum over latents, and take the mean over images, for anything else is another $\beta$.
# - Compare likelihoods only between models of the same pixels and the same kind, and say which numbers are bounds.
# - $\beta$ is the price of a nat of rate. Latents that do not pay for themselves are switched off.
# - With labels, a VAE draws on demand. No vector can change what its code does not hold.

# %% [markdown]
# ## Going further: papers, and what was left out
#
# **Left out here.** Richer posteriors (flows: {notebook 09}) and priors, hierarchical VAEs (notebook 10 meets one:
# diffusion), the Gumbel-softmax relaxation, disentanglement scores.
#
# **Papers.** Kingma and Welling, *Auto-encoding variational Bayes*, 2014. Rezende, Mohamed and Wierstra, *Stochastic
# backpropagation and approximate inference in deep generative models*, 2014. Sohn, Lee and Yan, *Learning structured
# output representation using deep conditional generative models*, 2015. Burda, Grosse and Salakhutdinov, *Importance
# weighted autoencoders*, 2016. Bowman et al., *Generating sentences from a continuous space*, 2016. Higgins et al.,
# *beta-VAE*, 2017. van den Oord, Vinyals and Kavukcuoglu, *Neural discrete representation learning*, 2017. Alemi et
# al., *Fixing a broken ELBO*, 2018. Loaiza-Ganem and Cunningham, *The continuous Bernoulli*, 2019. Lucas et al., *Don't
# blame the ELBO! A linear VAE perspective on posterior collapse*, 2019. Ghosh et al., *From
# variational to deterministic autoencoders*, 2020. Tipping and Bishop, *Probabilistic principal
# component analysis*, 1999. Shoemake, *Animating rotation with quaternion curves*, 1985.
