# ---
# jupyter:
#   course:
#     title: Variational autoencoders
#     summary: Train a generator by its evidence lower bound, judge it by likelihood, and learn what beta, labels and codebooks change.
# ---

# %% [markdown]
# # 03 Variational autoencoders
#
# **Follows** S. Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (variational autoencoder); S. Lathuilière, *Deep
# generative methods*, Télécom Paris (VAE, conditional VAE); *EECS 230 Deep Learning, Lecture 16*, after S. Prince (probabilistic
# autoencoder); M. Straka, *NPFL114 Lecture 13*, Charles University 2023 (VAE against GAN).
#
# **After this notebook you can**
# - train an encoder $q(z \mid x)$ and a decoder $p(x \mid z)$ together by the evidence lower bound, and draw new digits;
# - say, with a measured number, why the reparameterisation trick is used;
# - report a likelihood honestly: which numbers may be compared, and which may not;
# - read a rate-distortion curve, and recognise posterior collapse;
# - build the relatives: conditional VAE, linear VAE (which is probabilistic PCA), VQ-VAE.
#
# **Builds on** 01 and 02. **Time to run:** {measured_time}.

# %%
import functools
import math

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F

from course_utils import checkpoints, data, training
from course_utils.checks import check, hint, reveal
from course_utils.divergences import kl_normal
from course_utils.exact import LinearGaussian
from course_utils.figures import (
    BLACK,
    DATA,
    MODEL,
    NOISE,
    image_rows,
    scatter_classes,
    show,
    subplots,
)
from course_utils.preset import preset
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # these nets are too small to share between threads, or for a GPU to be of use
one_thread = threadpool_limits(1)  # the same for NumPy and scikit-learn
fit = functools.partial(training.fit, device="cpu")
grey, grey_test = data.load("digits", split="train"), data.load("digits", split="test")

# %% [markdown]
# ## 1. From an autoencoder to a generator
#
# Notebook 01 ended with two problems. We do not know how to draw a code $z$, and the space between the codes need not mean anything. A **variational
# autoencoder** starts from the other end. First say how images come about:
#
# $$z \sim p(z) = \mathcal N(0, I), \qquad x \sim p_\theta(x \mid z)$$
#
# So drawing is easy by construction: draw $z$, decode it. Then train the decoder by maximum likelihood. Notebook 02 showed why $\log p_\theta(x)$ is out of
# reach and what we raise instead, with any distribution $q$ over $z$:
#
# $$\log p_\theta(x) \;\ge\; \mathbb E_{q(z \mid x)}\big[\log p_\theta(x \mid z)\big] - \mathrm{KL}\big(q(z \mid x)\,\Vert\,p(z)\big)$$
#
# In notebook 02 we searched a $q$ for one $x$. With a thousand images, and more to come, a search for each is too slow. **Amortise** it: one encoder net
# gives the mean and the spread of $q$ for any $x$,
#
# $$q_\phi(z \mid x) = \mathcal N\big(\mu_\phi(x),\ \mathrm{diag}\,\sigma_\phi^2(x)\big)$$
#
# The net puts out $\log \sigma^2$, called `logvar`: any real number will do, and the variance stays positive.
#
# ### The pixels need a likelihood
#
# $p_\theta(x \mid z)$ must be a distribution over images. We take pixels that are black or white, so that each is a coin whose probability the decoder
# gives. Then $\log p_\theta(x \mid z)$ is minus the binary cross-entropy, summed over the pixels, and it is a true log-probability. For this the grey digits
# are cut at one half.

# %%
binary = (grey.images >= 0.5).float()
binary_test = (grey_test.images >= 0.5).float()
show(
    image_rows(
        {"grey": grey_test.images[:12], "black or white": binary_test[:12]},
        "The same digits, with one bit a pixel",
    ),
    "Twelve digits in grey levels above the same digits with pixels that are only black or white; most stay readable.",
)

# %% [markdown]
# ## 2. A draw that lets gradients through
#
# The bound needs $z$ drawn from $q_\phi(z \mid x)$, and its gradient with respect to $\phi$, on which the draw depends. The trick: draw noise that depends on
# nothing, and move it.
#
# $$z = \mu + \sigma \odot \epsilon, \qquad \epsilon \sim \mathcal N(0, I), \qquad \sigma = e^{\text{logvar}/2}$$
#
# **Exercise 1.** The noise is given.


# %%
def reparameterise(mean, logvar, noise):
    """mean, logvar, noise: [B, D] -> z: [B, D], a draw of N(mean, exp(logvar)) that gradients flow through."""
    ### BEGIN SOLUTION
    return mean + (logvar / 2).exp() * noise
    ### END SOLUTION


# %%
reparameterise = check("vae.reparameterise", reparameterise)

# %% [markdown]
# Stuck, here or later? `hint` with the exercise's name; again for a stronger one.

# %%
hint("vae.reparameterise")

# %% [markdown]
# ### Is there no other way?
#
# There is: the **score-function estimator** (REINFORCE). It never differentiates $f$, so it works for a discrete $z$ too:
#
# $$\nabla_\phi\, \mathbb E_{q_\phi}[f(z)] \;=\; \mathbb E_{q_\phi}\big[f(z)\, \nabla_\phi \log q_\phi(z)\big]
# \qquad\text{against}\qquad \mathbb E_{\epsilon}\big[\nabla_\phi f(\mu + \sigma \odot \epsilon)\big]$$
#
# In code one writes a *surrogate*: a scalar whose gradient is the estimate. Inside it $f(z)$ is only a number.
#
# **Exercise 2.**


# %%
def score_surrogate(f, log_q):
    """f: [S] values f(z_s); log_q: [S] values log q(z_s) -> scalar whose gradient is the score-function estimate."""
    ### BEGIN SOLUTION
    return (f.detach() * log_q).mean()
    ### END SOLUTION


# %%
score_surrogate = check("vae.score_surrogate", score_surrogate)

# %% [markdown]
# Both are right on average. The question is how much they scatter. Take a case with a known answer: $q = \mathcal N(\mu, I)$ in $D$ dimensions
# and $f(z) = -\frac12 \|z - a\|^2$. Then $\mathbb E_q[f] = -\frac12(\|\mu - a\|^2 + D)$, and the exact gradient is $a - \mu$.
#
# **Predict.** With one draw each, in 16 dimensions: how many times larger is the variance of the score-function estimate? (a) about 3 times;
# (b) about 30 times; (c) about 300 times.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION


# %%
def both_gradients(dim, draws=4000, seed=0):
    """Gradients with respect to mu, one for each draw: reparameterised and score-function, each [draws, dim]."""
    generator = torch.Generator().manual_seed(seed)
    a, noise = torch.ones(dim), torch.randn(draws, dim, generator=generator)
    mu = torch.zeros(draws, dim, requires_grad=True)  # one copy of mu for each draw

    z = reparameterise(mu, torch.zeros(draws, dim), noise)
    f = -0.5 * (z - a).square().sum(1)
    (by_path,) = torch.autograd.grad(f.sum(), mu)

    z = z.detach()
    log_q = -0.5 * (z - mu).square().sum(1)  # and a constant
    (by_score,) = torch.autograd.grad(score_surrogate(f, log_q) * draws, mu)
    return by_path, by_score


dims = [1, 2, 4, 8, 16, 32, 64]
ratios = []
for dim in dims:
    by_path, by_score = both_gradients(dim)
    ratios.append((by_score.var(0).mean() / by_path.var(0).mean()).item())

by_path, by_score = both_gradients(16)
reveal(
    guess,
    "c" if ratios[4] > 100 else "b" if ratios[4] > 10 else "a",
    "the score-function estimate multiplies every gradient by the whole value of f, to which all dimensions add.",
)
verdict("mean of the reparameterised gradient (exactly 1)", by_path.mean(), low=0.97, high=1.03)
verdict("mean of the score-function gradient (exactly 1)", by_score.mean(), low=0.8, high=1.2)
verdict("variance, score-function over reparameterised, D = 16", ratios[4], low=150, high=600)

# %%
fig, ax = subplots(figsize=(7.4, 3.8))
ax.loglog(dims, ratios, "o-", color=MODEL)
ax.set(
    xlabel="dimension of z",
    ylabel="ratio of variances",
    title="Score-function over reparameterised gradient",
)
ax.set_xticks(dims, [str(dim) for dim in dims])
show(fig, "The ratio of variances grows from a few to about a thousand as the dimension goes from 1 to 64.")
verdict("growth of the ratio from D = 16 to D = 64", ratios[-1] / ratios[4], low=5)

# %% [markdown]
# A running average of $f$ can be subtracted first (a *baseline*), which helps, and for discrete $z$ there is often no choice. For Gaussian $q$ the
# reparameterised gradient is the one to use. In section 3 you will measure the same ratio on a trained VAE.
#
# ## 3. Train it
#
# **Exercise 3.** The loss is minus the bound, for a batch. *Sum* over pixels and over latents: both terms are then in nats per image, and may be added. *Mean* over the
# batch. Here is the closed form of notebook 02: $\mathrm{KL} = \frac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)$.


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
# The whole VAE, in plain PyTorch. The encoder ends in $2D$ numbers: half are means, half are log-variances.


# %%
class VAE(nn.Module):
    def __init__(self, latent_dim, hidden=(256, 128)):
        super().__init__()
        wide, narrow = hidden
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(64, wide),
            nn.ReLU(),
            nn.Linear(wide, narrow),
            nn.ReLU(),
            nn.Linear(narrow, 2 * latent_dim),
        )
        self.to_logits = nn.Sequential(
            nn.Linear(latent_dim, narrow),
            nn.ReLU(),
            nn.Linear(narrow, wide),
            nn.ReLU(),
            nn.Linear(wide, 64),
            nn.Unflatten(1, (1, 8, 8)),
        )
        self.decoder = nn.Sequential(
            *self.to_logits, nn.Sigmoid()
        )  # the same layers: z -> each pixel's probability

    def encode(self, x):
        return self.encoder(x).chunk(2, dim=1)  # mean, logvar: [B, D] each

    def logits(self, z):
        return self.to_logits(z)

    def forward(self, x):
        mean, logvar = self.encode(x)
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        return self.logits(z), mean, logvar


torch.manual_seed(0)
model = VAE(latent_dim=8)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

losses = []
for step in range(400):
    x = binary[torch.randint(len(binary), (128,))]
    loss = elbo_loss(x, *model(x))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

verdict(
    "loss of the last 50 steps over loss of the first 5",
    np.mean(losses[-50:]) / np.mean(losses[:5]),
    high=0.6,
)

# %% [markdown]
# From here on `fit` runs the loop. It also keeps an exponential moving average of the weights (`history.ema`), which is a little better than the last
# weights on images that the net has not seen.


# %%
def negative_elbo(model, x):
    return elbo_loss(x, *model(x))


STEPS = preset(quick=2000, full=10_000)


def train_vae(loss, latent_dim, steps=STEPS, seed=0):
    torch.manual_seed(seed)
    vae = VAE(latent_dim)
    history = fit(vae, loss, binary, steps=steps, lr=2e-3, ema_decay=0.995, seed=seed)
    return history.ema, history


model, history = train_vae(negative_elbo, latent_dim=8)

fig, ax = subplots(figsize=(8, 3.4))
history.plot(ax)
ax.set(title="Training a VAE with eight latents", ylabel="minus ELBO [nats per image]")
show(fig, "Minus the ELBO falls from about 45 nats to about 17 nats per image.")


# %%
@torch.no_grad()
def terms(model, x, draws=20, seed=0):
    """Reconstruction and KL of each image in nats, [B] each, averaged over draws of z."""
    torch.manual_seed(seed)
    mean, logvar = model.encode(x)
    total = 0
    for _ in range(draws):
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        total = total - F.binary_cross_entropy_with_logits(model.logits(z), x, reduction="none").flatten(
            1
        ).sum(1)
    return total / draws, kl_normal(mean, logvar)


reconstruction, kl = terms(model, binary_test)
verdict("held-out ELBO [nats per image]", (reconstruction - kl).mean(), low=-18.2, high=-17)
verdict("of which reconstruction [nats]", reconstruction.mean(), low=-12.6, high=-10.6)
verdict("of which KL [nats]", kl.mean(), low=5, high=6.6)

# %%
with torch.no_grad():
    mean, logvar = model.encode(binary_test[:12])
    rows = {
        "held-out": binary_test[:12],
        "decoded mean": model.decoder(mean),
        "decoded draw": model.decoder(reparameterise(mean, logvar, torch.randn_like(mean))),
        "new: z from N(0, I)": model.decoder(torch.randn(12, 8, generator=torch.Generator().manual_seed(1))),
    }
show(
    image_rows(rows, "A VAE copies, and draws"),
    "Held-out digits, their reconstructions from the mean code and from a drawn code, and twelve new digits from the prior; most new ones can be read.",
)

# %% [markdown]
# **The ratio of section 2, on this VAE.** The gradient of the reconstruction term with respect to the encoder's mean, for 20 held-out images.

# %%
with torch.no_grad():
    mean, logvar = model.encode(binary_test[:20])


def gradient_variance(image, mean, logvar, draws=500, seed=0):
    """Variance of both estimates of the gradient of E[log p(x | z)] with respect to mean, summed over its units."""
    noise = torch.randn(draws, len(mean), generator=torch.Generator().manual_seed(seed))
    mu = mean.expand(draws, -1).clone().requires_grad_()
    z = reparameterise(mu, logvar.expand(draws, -1), noise)
    f = (
        -F.binary_cross_entropy_with_logits(
            model.logits(z), image.expand(draws, -1, -1, -1), reduction="none"
        )
        .flatten(1)
        .sum(1)
    )
    (by_path,) = torch.autograd.grad(f.sum(), mu)
    log_q = -0.5 * ((z.detach() - mu).square() / logvar.exp()).sum(1)
    (by_score,) = torch.autograd.grad(score_surrogate(f, log_q) * draws, mu)
    return by_path.var(0).sum().item(), by_score.var(0).sum().item()


pairs = [gradient_variance(x, m, v) for x, m, v in zip(binary_test[:20], mean, logvar, strict=True)]
ratio = np.exp(np.mean([math.log(score / path) for path, score in pairs]))
verdict(
    "variance on the VAE, score-function over reparameterised (geometric mean of 20 images)", ratio, low=40
)


# %% [markdown]
# ## 4. What each of the two terms does
#
# Take two latents, so that we can look. Train three times: with the reconstruction term only, with the KL term only, with both.
#
# **Predict.** Where does the encoder put the digits if the KL term is all there is? (a) on a circle; (b) all of them at the origin; (c) anywhere, for nothing
# holds them.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
def reconstruction_only(model, x):
    logits, _, _ = model(x)
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1).mean()


def kl_only(model, x):
    _, mean, logvar = model(x)
    return kl_normal(mean, logvar).mean()


# Two latents have little room: longer training with smaller steps would help all three alike.
panels = {
    "reconstruction only": train_vae(reconstruction_only, latent_dim=2)[0],
    "KL only": train_vae(kl_only, latent_dim=2)[0],
    "both": train_vae(negative_elbo, latent_dim=2)[0],
}

fig, axes = subplots(1, 3, figsize=(15, 5))
spread, measured = {}, {}
for ax, (name, vae) in zip(axes, panels.items(), strict=True):
    with torch.no_grad():
        mean, logvar = vae.encode(binary_test)
    spread[name] = mean.std(0).mean().item()
    measured[name] = [part.mean().item() for part in terms(vae, binary_test)]
    scatter_classes(mean, grey_test.labels, f"{name}: means of $q(z|x)$", ax=ax)
    if name != "reconstruction only":
        ax.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
show(
    fig,
    "Three maps of held-out digits. Reconstruction only: well apart, on a scale of tens. KL only: all at the origin. Both: "
    "digits sit side by side within about three units of the origin.",
)
reveal(
    guess,
    "b" if spread["KL only"] < 0.05 else "c",
    "the KL is zero when every q(z|x) equals N(0, I), whatever the image: then z says nothing about x.",
)
verdict("spread of the means, reconstruction only", spread["reconstruction only"], low=3)
verdict("spread of the means, KL only", spread["KL only"], high=0.05)
verdict("spread of the means, both", spread["both"], low=0.7, high=1.3)
verdict("KL of 'reconstruction only', which nothing holds [nats]", measured["reconstruction only"][1], low=20)
verdict("KL of 'KL only' [nats]", measured["KL only"][1], high=0.01)
verdict("KL of 'both' [nats]", measured["both"][1], low=3, high=6)

# %% [markdown]
# Reconstruction alone gives an autoencoder again: codes far apart, tiny spreads, holes. KL alone gives the prior and forgets the image. Together they pack
# the digits as close as they can without mixing them up more than the pixels can bear.
#
# ### Side by side with the autoencoder
#
# Here are an autoencoder and VAEs with the same layers and the same two-dimensional code, from checkpoints. Drag $z$ on either map, and watch both decoders. The
# ellipses are the $q(z \mid x)$ of some images; the dashed circles are the prior. Draw samples from $\mathcal N(0, I)$. Then move $\beta$, which section 6 explains.

# %%
from course_utils.checkpoints import betas  # a sweep of VAEs as {beta: VAE}
from course_utils.widgets import VAEExplorer

autoencoder, _ = checkpoints.load("digits_ae_2d")
vaes, _ = checkpoints.load("digits_beta_vaes_2d")
VAEExplorer(autoencoder, betas(vaes), binary, grey.labels)

# %% [markdown]
# Which of the two is a generator? Draw 1,000 codes from the prior, decode, and let a classifier read the images. It was trained on real digits and comes with the
# course. Call an image *doubtful* if its best class has less than 90 %. To be fair to the autoencoder, draw its codes also from a Gaussian fitted to them.

# %%
judge, _ = checkpoints.load("digit_classifier")


@torch.no_grad()
def read(images):
    """images [N, 1, 8, 8] -> class probabilities [N, 10]."""
    return judge(images).softmax(1)


def doubtful(images):
    return (read(images).max(1).values < 0.9).float().mean().item()


def three_commonest(images):
    """The share of the three digits that the judge reads most often."""
    return read(images).mean(0).sort().values[-3:].sum().item()


@torch.no_grad()
def draw_from(decoder, dim, n=1000, shift=0.0, scale=1.0):
    """n images decoded from N(shift, scale^2)."""
    return decoder(shift + scale * torch.randn(n, dim, generator=torch.Generator().manual_seed(0)))


with torch.no_grad():
    ae_codes = autoencoder.encoder(binary)
drawn = {
    "real digits": binary_test,
    "VAE, 8 latents": draw_from(model.decoder, 8),
    "VAE, 2 latents": draw_from(panels["both"].decoder, 2),
    "AE, z from N(0, I)": draw_from(autoencoder.decoder, 2),
    "AE, fitted Gaussian": draw_from(autoencoder.decoder, 2, shift=ae_codes.mean(0), scale=ae_codes.std(0)),
}
shown = {name: (doubtful(images), three_commonest(images)) for name, images in drawn.items()}
fig, axes = subplots(1, 2, figsize=(13, 3.8), sharey=True)
for ax, column, title in zip(
    axes, (0, 1), ("Doubtful images", "Share of the three commonest digits"), strict=True
):
    values = [100 * pair[column] for pair in shown.values()]
    colours = [DATA, MODEL, MODEL, NOISE, NOISE]
    for row, (value, colour) in enumerate(zip(values, colours, strict=True)):
        ax.barh(row, value, color=colour, hatch="//" if colour == NOISE else "", edgecolor="white")
    ax.set(title=title, xlabel="%", xlim=(0, 100))
axes[0].set_yticks(range(len(shown)), list(shown))
axes[0].invert_yaxis()
show(
    fig,
    "Two bar charts over real digits, two VAEs and an autoencoder with two ways to draw its codes. Both VAEs spread over the ten digits like real ones; the autoencoder fed from "
    "N(0, I) draws hardly anything but three digits; fed from a fitted Gaussian it comes close to the VAEs.",
)
verdict("share of the three commonest, VAE with 8 latents", shown["VAE, 8 latents"][1], high=0.45)
verdict(
    "share of the three commonest, autoencoder with z from N(0, I)", shown["AE, z from N(0, I)"][1], low=0.6
)
verdict(
    "doubtful: autoencoder with a fitted Gaussian, minus VAE with 2 latents",
    shown["AE, fitted Gaussian"][0] - shown["VAE, 2 latents"][0],
    low=-0.05,
    high=0.15,
)
verdict(
    "doubtful: VAE with 8 latents, minus real digits",
    shown["VAE, 8 latents"][0] - shown["real digits"][0],
    low=0.1,
)

# %% [markdown]
# The VAE's samples are spread over the digits as they should be. They are still not as good as real ones: about twice as many leave the judge in doubt. And do not think too
# little of the autoencoder: with two units and a Gaussian fitted afterwards it comes close. What it lacks is a likelihood, which the next section needs, and a reason why its codes should look
# like a Gaussian at all.
#
# ## 5. How likely are images it has never seen?
#
# The bound is a number in nats per image, so we can ask how good this model is as a *density*, and against what. Three things must agree before two such
# numbers may be compared: the same images, the same kind of number (a log-*probability* of black-or-white pixels here), and the same side of the truth (exact, or a
# bound from below).
#
# Here is what we put beside the VAE, all fitted to the same binary pixels.
#
# - **Independent pixels**: one coin for each pixel. Exact.
# - **A mixture of such models**, by the EM of notebook 02. Exact. It is the mixture of notebook 00 with coins in place of Gaussians.
# - **The mixture of notebook 00 itself**, PCA and Gaussians. It gives a *density* over grey values, and a density at the points 0 and 1 is no probability. The
#   honest way across: fill each pixel's unit interval with uniform noise $u$. By Jensen, $\log P(x) \ge \mathbb E_u[\log p(x + u)]$: a bound from below.


# %%
def fit_coins(x, components, iterations=150, seed=0):
    """EM for a mixture of independent pixels: x [N, 64] in {0, 1} -> weights [K], probabilities [K, 64]."""
    start = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))[:components]
    weights, p = torch.full((components,), 1 / components), 0.25 + 0.5 * x[start]
    for _ in range(iterations):
        share = (log_coins(x, p) + weights.log()).softmax(1)  # E-step: whose image is it? [N, K]
        weights = (share.sum(0) + 1e-3) / (len(x) + components * 1e-3)
        p = (share.T @ x + 0.5) / (share.sum(0)[:, None] + 1)  # M-step, with half a count each way
    return weights, p


def log_coins(x, p):
    return x @ p.log().T + (1 - x) @ (1 - p).log().T  # [N, K]


flat, flat_test = binary.flatten(1), binary_test.flatten(1)
exact = {}
for components in (1, 80):
    weights, p = fit_coins(flat, components)
    exact[components] = (log_coins(flat_test, p) + weights.log()).logsumexp(1).mean().item()

# %%
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

noise = torch.Generator().manual_seed(0)


def filled(x):
    """Binary pixels with uniform noise in each pixel's unit interval: a point of [0, 2]^64."""
    return (x + torch.rand(x.shape, generator=noise)).numpy()


pca = PCA(20, random_state=0).fit(
    filled(flat)
)  # notebook 00: 20 coordinates inside, one variance for the rest
inside = {
    size: GaussianMixture(size, reg_covar=1e-2, random_state=0).fit(pca.transform(filled(flat)))
    for size in (1, 5, 10)
}


def log_density(mixture, y):
    z = pca.transform(y)
    rest, variance = ((y - pca.inverse_transform(z)) ** 2).sum(1), pca.noise_variance_
    return mixture.score_samples(z) - 0.5 * (rest / variance + 44 * math.log(2 * math.pi * variance))


gaussians = {
    size: np.mean([log_density(m, filled(flat_test)).mean() for _ in range(10)]) for size, m in inside.items()
}
best_gaussians = max(gaussians.values())

# %% [markdown]
# For the VAE the ELBO is one bound. The importance-weighted bound of notebook 02 is tighter: draw $K$ codes and average the *weights* before taking the logarithm.
#
# $$\log p(x) \;\ge\; \mathbb E\Big[\log \frac1K \sum_{k=1}^K \frac{p(x \mid z_k)\, p(z_k)}{q(z_k \mid x)}\Big], \qquad z_k \sim q(z \mid x)$$
#
# **Predict.** Which number is higher on held-out digits: (a) the *exact* log-probability under the mixture with 80 components; (b) the VAE's ELBO, although it is only a
# bound?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
from course_utils.vae import iwae

ks = [1, 2, 5, 10, 20, 50, 100]
bounds = [iwae(model, binary_test, k, torch.Generator().manual_seed(0)).mean().item() for k in ks]
elbo = (reconstruction - kl).mean().item()
reveal(
    guess,
    "b" if elbo > exact[80] else "a",
    "80 templates share one image; eight latents combine.",
)

fig, axes = subplots(1, 2, figsize=(14, 4.2), width_ratios=[1.15, 1])
numbers = {
    "independent pixels (exact)": exact[1],
    "Gaussian mixture of 00 (bound)": best_gaussians,
    "80 coin models mixed (exact)": exact[80],
    "VAE, ELBO (bound)": elbo,
    "VAE, IWAE-100 (bound)": bounds[-1],
}
colours = [NOISE, NOISE, NOISE, MODEL, MODEL]
for row, (value, colour) in enumerate(zip(numbers.values(), colours, strict=True)):
    axes[0].barh(row, value, color=colour, hatch="" if colour == MODEL else "//", edgecolor="white")
    axes[0].text(value - 0.4, row, f"{value:.1f}", ha="right", va="center", fontsize=13)
axes[0].set_yticks(range(len(numbers)), list(numbers))
axes[0].invert_yaxis()
axes[0].set(xlim=(-40, 0), xlabel="held-out nats per image", title="Higher is better")
axes[1].semilogx(ks, bounds, "o-", color=MODEL, label="IWAE bound")
axes[1].axhline(exact[80], color=NOISE, linestyle="--", label="80 coin models mixed, exact")
axes[1].set(xlabel="samples K", ylabel="nats per image", title="The same VAE, a tighter bound")
axes[1].set_xticks(ks, [str(k) for k in ks])
axes[1].legend()
show(
    fig,
    "Left: held-out log-probabilities; the VAE's bounds are the highest, the Gaussian mixture's bound is the lowest. Right: the VAE's bound rises with the number of "
    "samples and levels off.",
)
verdict("held-out ELBO minus the exact value of the mixture of 80 [nats]", elbo - exact[80], low=0.05)
verdict("IWAE-100 minus ELBO, the slack that the encoder leaves [nats]", bounds[-1] - elbo, low=0.4, high=1.2)
verdict("smallest rise of the bound from one K to the next [nats]", np.diff(bounds).min(), low=0)
verdict("mixture of 80 minus independent pixels [nats]", exact[80] - exact[1], low=6)

# %% [markdown]
# What may you conclude? The VAE's true log-probability is at least its best bound, so it beats the coin mixture for certain. The Gaussian mixture may be better than its
# bound says, so against *it* we have shown less: the VAE's bound is higher than the bound of the mixture. And none of these numbers may be put beside the
# log-likelihood of notebook 00: that one was for *grey* pixels.
#
# ### Two numbers that are no likelihoods
#
# **A density depends on the unit.** Notebook 00 measured pixels from 0 to 1. In the original units, 0 to 16, the same model of the same images has another log-density:
# lower by $64 \log 16$ nats.
#
# **Cross-entropy on grey pixels.** Many VAE tutorials put grey pixels into the binary cross-entropy and call the result a likelihood. For a distribution the values
# over all $x$ sum, or integrate, to one. Over $x \in [0, 1]$ the integral of $p^x (1-p)^{1-x}$ is something else:

# %%
p = torch.tensor([0.01, 0.1, 0.3, 0.5 + 1e-4, 0.9], dtype=torch.float64)
x = torch.linspace(0, 1, 10_001, dtype=torch.float64)[:, None]
area = torch.trapezoid(p**x * (1 - p) ** (1 - x), dx=1e-4, dim=0)
formula = (2 * p - 1) / torch.log(p / (1 - p))  # Loaiza-Ganem and Cunningham 2019
verdict("largest distance of the integral from its closed form", (area - formula).abs().max(), high=1e-6)
verdict(
    "integral for p = 0.01, 0.1, 0.3, 0.5, 0.9: the largest of them (a likelihood has 1)",
    area.max(),
    low=0.49,
    high=0.51,
)

# %% [markdown]
# So it may serve as a loss, but it is no log-likelihood of grey images, and must not be compared with one. (Divide by the integral, and you have the *continuous
# Bernoulli*, which is one.)
#
# ## 6. beta: how many nats may the code have?
#
# Give the KL term a weight: $\mathbb E_q[\log p(x \mid z)] - \beta\, \mathrm{KL}$. At $\beta = 1$ it is the bound. The KL is the **rate**: how many nats the code says about
# the image, on average. Minus the reconstruction term is the **distortion**: how many nats are still missing. $\beta$ is the exchange rate between them.
#
# Which latents carry the rate? Both terms of the Gaussian KL are sums over latents, so each latent has its own.
#
# **Exercise 4.** The KL of each latent, averaged over the images.


# %%
def kl_per_unit(mean, logvar):
    """mean, logvar: [N, D] -> [D]: each latent's KL to N(0, 1), averaged over the N images."""
    ### BEGIN SOLUTION
    return (0.5 * (mean**2 + logvar.exp() - 1 - logvar)).mean(0)
    ### END SOLUTION


# %%
kl_per_unit = check("vae.kl_per_unit", kl_per_unit)

# %% [markdown]
# Eight VAEs with 16 latents each, from a checkpoint (`python -m course_utils train digits_beta_vaes` makes them again).
#
# **Predict.** At $\beta = 1$, how many of the 16 latents carry more than 0.05 nats? (a) all 16; (b) about 5 to 9; (c) one or two.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
sweep = betas(checkpoints.load("digits_beta_vaes")[0])
tried = list(sweep)
rate, distortion, per_unit = [], [], []
for vae in sweep.values():
    rec, kl_of_x = terms(vae, binary_test)
    rate.append(kl_of_x.mean().item())
    distortion.append(-rec.mean().item())
    with torch.no_grad():
        per_unit.append(kl_per_unit(*vae.encode(binary_test)).sort(descending=True).values)
per_unit = torch.stack(per_unit)  # [beta, latent]
active = (per_unit > 0.05).sum(1).tolist()
at_one = tried.index(1.0)
reveal(
    guess,
    "a" if active[at_one] == 16 else "b" if 4 <= active[at_one] <= 10 else "c",
    "a latent that does not earn its KL is given up: its q(z|x) becomes the prior.",
)

# %%
fig, axes = subplots(1, 3, figsize=(16, 4.6))
axes[0].plot(rate, distortion, "o-", color=MODEL)
for r, d, beta in zip(rate, distortion, tried, strict=True):
    axes[0].annotate(f"{beta:g}", (r, d), textcoords="offset points", xytext=(8, 6), fontsize=12)
line = np.array([0.0, 40.0])
axes[0].plot(
    line, rate[at_one] + distortion[at_one] - line, ":", color=BLACK, label=r"same ELBO as $\beta = 1$"
)
axes[0].set(
    xlim=(-1, max(rate) + 3),
    ylim=(0, max(distortion) + 3),
    xlabel="rate: KL [nats]",
    ylabel="distortion [nats]",
    title=r"Rate and distortion, by $\beta$",
)
axes[0].legend()
picture = axes[1].imshow(per_unit, aspect="auto", cmap="viridis", vmin=0)
axes[1].set_yticks(range(len(tried)), [f"{beta:g}" for beta in tried])
axes[1].set(xlabel="latent, sorted", ylabel=r"$\beta$", title="KL of each latent")
fig.colorbar(picture, ax=axes[1], label="nats")
axes[2].semilogx(tried, active, "s-", color=DATA)
axes[2].set(
    xlabel=r"$\beta$", ylabel="latents above 0.05 nats", title="Active latents of 16", ylim=(-0.5, 16.5)
)
show(
    fig,
    "Left: distortion falls as the rate grows, a convex curve that touches the line of equal ELBO at beta one. Middle: the KL of each latent, high for small beta and zero for "
    "large beta. Right: the number of active latents falls from 16 to none.",
)
elbos = [-r - d for r, d in zip(rate, distortion, strict=True)]
verdict("best beta by held-out ELBO", tried[int(np.argmax(elbos))], low=0.5, high=1.5)
verdict("active latents at the smallest beta", active[0], low=12)
verdict("active latents at beta = 1", active[at_one], low=4, high=10)
verdict("active latents at the largest beta: posterior collapse", active[-1], high=0)
verdict("rate at the largest beta [nats]", rate[-1], high=0.05)
verdict(
    "distortion at the largest beta minus that of independent pixels [nats]",
    distortion[-1] + exact[1],
    low=-0.5,
    high=0.5,
)

# %% [markdown]
# The last line says what **posterior collapse** means: $q(z \mid x)$ is the prior for every $x$, the decoder ignores $z$, and what is left is one coin for each pixel.
#
# **A silent beta.** Average the cross-entropy over the 64 pixels instead of summing it, and you have divided it by 64. That is the same objective as $\beta = 64$, up to a
# factor. Nobody wrote $\beta$ anywhere. Exhibit A of the museum shows what happens.
#
# ## 7. Walks through the code
#
# Between two digits, go straight (**lerp**), or along the sphere (**slerp**)? In many dimensions a draw from $\mathcal N(0, I)$ has a length close to $\sqrt D$, and the middle
# of a straight line between two draws is shorter. With $\omega$ the angle between $a$ and $b$:
#
# $$\mathrm{slerp}(a, b, t) = \frac{\sin((1 - t)\,\omega)}{\sin \omega}\, a + \frac{\sin(t\,\omega)}{\sin \omega}\, b$$
#
# **Exercise 5.** (For parallel vectors $\sin\omega = 0$; go straight there.)


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
# On glyphs of 28 x 28 pixels, with 16 latents, from a checkpoint (`glyphs_vae`).

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
    "Two rows that change step by step from one glyph into another, almost alike, and a row of nine generated glyphs, most of them readable.",
)

draws = torch.randn(2, 2000, 16, generator=torch.Generator().manual_seed(0))
middle = {
    "lerp": (draws[0] + draws[1]) / 2,
    "slerp": torch.stack([slerp(a, b, 0.5) for a, b in zip(*draws, strict=True)]),
}
length = {name: z.norm(dim=1).mean() / draws.norm(dim=2).mean() for name, z in middle.items()}
verdict("length half way over length of a draw, lerp", length["lerp"], low=0.69, high=0.73)
verdict("length half way over length of a draw, slerp", length["slerp"], low=0.97, high=1.03)

# %% [markdown]
# Is the shorter middle a worse place? Ask the judge, on the eight-latent VAE of the digits, where every code can be read.

# %%
pairs = torch.randn(2, 1000, 8, generator=torch.Generator().manual_seed(0))
with torch.no_grad():
    half_way = {
        "drawn": doubtful(model.decoder(pairs[0])),
        "lerp": doubtful(model.decoder((pairs[0] + pairs[1]) / 2)),
        "slerp": doubtful(
            model.decoder(torch.stack([slerp(a, b, 0.5) for a, b in zip(*pairs, strict=True)]))
        ),
    }
verdict(
    "doubtful half way: slerp minus a plain draw", half_way["slerp"] - half_way["drawn"], low=-0.08, high=0.08
)
verdict("doubtful half way: lerp minus slerp", half_way["lerp"] - half_way["slerp"], low=0.03)

# %% [markdown]
# ### Attribute vectors
#
# The lectures' faces are given a smile by adding a vector to the code: the mean code with the attribute minus the mean code without. Our glyphs have attributes that we know
# exactly, because we rendered them. Take the slant (shear).

# %%
known = data.load("glyphs", split="train", n=4000, seed=0)
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


doses = [-1.0, -0.5, 0.0, 0.5, 1.0]
with torch.no_grad():
    moved = {dose: glyph_vae.decoder(codes + dose * slanted) for dose in doses}
show(
    image_rows(
        {f"{dose:+g}": images[:12] for dose, images in moved.items()},
        "Add the slant vector to the code of a held-out glyph",
        scale=0.8,
    ),
    "Five rows of the same twelve glyphs, leaning to one side in the first row and to the other side in the last; most remain the same digit.",
)
measured_slant = [slant(images).mean().item() for images in moved.values()]
verdict(
    "smallest step in measured slant from one row to the next, relative to the largest",
    np.diff(measured_slant).__abs__().min() / np.abs(np.diff(measured_slant)).max(),
    low=0.5,
)

# %% [markdown]
# ## 8. Ask for a digit: the conditional VAE
#
# With labels $y$ every distribution may depend on $y$. None of the derivation changes:
#
# $$\log p(x \mid y) \;\ge\; \mathbb E_{q(z \mid x, y)}\big[\log p(x \mid z, y)\big] - \mathrm{KL}\big(q(z \mid x, y)\,\Vert\,p(z)\big)$$
#
# In code: put the label beside what each net gets already. A label is a name, not a quantity, so it goes in as a **one-hot** vector.
#
# **Exercise 6.**


# %%
def condition(z, y, classes):
    """z: [B, D] float; y: [B] int -> [B, D + classes]: z, then y as a one-hot vector."""
    ### BEGIN SOLUTION
    return torch.cat([z, F.one_hot(y, classes).to(z.dtype)], dim=1)
    ### END SOLUTION


# %%
condition = check("vae.condition", condition)


# %%
class ConditionalVAE(nn.Module):
    def __init__(self, latent_dim=8, classes=10):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64 + classes, 256),
            nn.ReLU(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, 2 * latent_dim),
        )
        self.to_logits = nn.Sequential(
            nn.Linear(latent_dim + classes, 128),
            nn.ReLU(),
            nn.Linear(128, 256),
            nn.ReLU(),
            nn.Linear(256, 64),
            nn.Unflatten(1, (1, 8, 8)),
        )

    def forward(self, x, y):
        mean, logvar = self.encoder(condition(x.flatten(1), y, 10)).chunk(2, dim=1)
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        return self.to_logits(condition(z, y, 10)), mean, logvar


torch.manual_seed(0)
conditional = ConditionalVAE()
history = fit(
    conditional,
    lambda net, x, y: elbo_loss(x, *net(x, y)),
    (binary, grey.labels),
    steps=preset(2000, 10_000),
    lr=2e-3,
    ema_decay=0.995,
    seed=0,
)
conditional = history.ema

asked = torch.arange(10).repeat_interleave(100)
with torch.no_grad():
    z = torch.randn(100, 8, generator=torch.Generator().manual_seed(0)).repeat(
        10, 1
    )  # the same 100 codes for each digit
    answers = torch.sigmoid(conditional.to_logits(condition(z, asked, 10)))

by_label = answers.view(10, 100, 1, 8, 8)
fig = image_rows(
    {f"y = {label}": by_label[label] for label in range(10)},
    "Each row a label, each column a code",
    columns=12,
)
show(
    fig,
    "Ten rows of generated digits, 0 to 9; every image in a row is that row's digit, and a column shares a style such as width or slope.",
)

agree = (read(answers).argmax(1) == asked).float().mean()
verdict("share of samples that the classifier reads as the digit asked for", agree, low=0.95, high=1)

# %% [markdown]
# Each column has one $z$. The label says *which* digit, so $z$ is left with *how* it is written.
#
# ## 9. The linear VAE is probabilistic PCA
#
# Make everything linear: $p(x \mid z) = \mathcal N(Wz + \mu, \sigma^2 I)$ with an encoder $q(z \mid x) = \mathcal N(V(x - \mu), \mathrm{diag}\, s^2)$. In notebook 01 the linear
# autoencoder was PCA. Here the model is `exact.LinearGaussian`, so the best possible $\log p(x)$ is known in closed form (Tipping and Bishop 1999). Does the ELBO lose
# anything? Its $q$ has a diagonal covariance only, and the true posterior has $(I + W^\top W / \sigma^2)^{-1}$.
#
# **Predict.** At its optimum the linear VAE's ELBO is (a) below the best log-likelihood, for a diagonal $q$ is too simple; (b) equal to it.

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
V = (0.1 * torch.randn(k, 64).double()).requires_grad_()
log_s2 = torch.zeros(k).double().requires_grad_()
log_sigma = torch.zeros(()).double().requires_grad_()
optimizer = torch.optim.Adam([W, V, log_s2, log_sigma], lr=1e-2)
for step in range(1500):
    mean, s2 = (x - mu) @ V.T, log_s2.exp()
    squares = (x - mu - mean @ W.T).square().sum(1) + (
        W.square() * s2
    ).sum()  # E_q ||x - mu - W z||^2, exactly
    log_likelihood = -0.5 * squares / (2 * log_sigma).exp() - 64 * log_sigma - 32 * math.log(2 * math.pi)
    linear_elbo = (log_likelihood - kl_normal(mean, log_s2.expand_as(mean))).mean()
    optimizer.zero_grad()
    (-linear_elbo).backward()
    optimizer.step()

learned = LinearGaussian(W.detach(), mu, log_sigma.exp().item())
gram = (W.T @ W).detach()
reveal(
    guess,
    "b" if abs(linear_elbo.item() / best_log_likelihood - 1) < 0.01 else "a",
    "any rotation of the latents gives the same p(x), so W can turn until the posterior is diagonal.",
)
verdict(
    "ELBO of the linear VAE over the best log-likelihood",
    linear_elbo.item() / best_log_likelihood,
    low=0.99,
    high=1.01,
)
verdict(
    "its own log-likelihood over the best",
    learned.log_prob(x).mean().item() / best_log_likelihood,
    low=0.99,
    high=1.01,
)
verdict("its sigma over pPCA's sigma", learned.sigma / best.sigma, low=0.99, high=1.01)
verdict(
    "off-diagonal of W^T W over its diagonal (norms): it has turned",
    (gram - gram.diag().diag()).norm() / gram.diag().norm(),
    high=0.05,
)

# %% [markdown]
# So the ELBO does more than the likelihood: it picks, among all equivalent $W$, one with orthogonal columns. The linear VAE finds the principal *axes*, and not
# only their subspace (Lucas et al. 2019). And it does not collapse on a wrong optimum: a latent is switched off exactly where its variance is below the noise.
#
# ## 10. Discrete codes: the VQ-VAE
#
# Must a code be Gaussian? Let the encoder put out a few vectors, and replace each by the nearest entry of a learned **codebook** $e_1, \dots, e_K$. The code is a list of
# indices. (van den Oord et al. 2017.)
#
# **Exercise 7.** Which entry is nearest?


# %%
def quantise(z, codebook):
    """z: [B, D]; codebook: [K, D] -> [B] int64: the index of the nearest entry for each row."""
    ### BEGIN SOLUTION
    return torch.cdist(z, codebook).argmin(dim=1)
    ### END SOLUTION


# %%
quantise = check("vae.quantise", quantise)

# %% [markdown]
# The index is a whole number, and its gradient is zero almost everywhere: nothing would reach the encoder. The **straight-through** trick uses the entry in the forward pass,
# and pretends in the backward pass that nothing was replaced.
#
# **Exercise 8.** The value of `nearest`, the gradient of `z`. (`tensor.detach()` is a tensor's value without its history.)


# %%
def straight_through(z, nearest):
    """z, nearest: [B, D] -> [B, D]: equal to nearest, with the gradient passed on to z unchanged and none to nearest."""
    ### BEGIN SOLUTION
    return z + (nearest - z).detach()
    ### END SOLUTION


# %%
straight_through = check("vae.straight_through", straight_through)

# %% [markdown]
# Two more terms are needed, because the entries get no gradient from the images now. One pulls each entry to the codes that chose it; the **commitment** term keeps the codes
# near their entries:
#
# $$L = -\log p(x \mid e) + \gamma\big(\|\mathrm{sg}[z] - e\|^2 + 0.25\, \|z - \mathrm{sg}[e]\|^2\big), \qquad \mathrm{sg} = \text{stop-gradient}$$


# %%
class VQVAE(nn.Module):
    """Each image becomes 4 indices into one codebook."""

    def __init__(self, entries, spread=1.0):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 4 * 4))
        self.codebook = nn.Parameter(spread * torch.randn(entries, 4))
        self.to_logits = nn.Sequential(
            nn.Linear(4 * 4, 256), nn.ReLU(), nn.Linear(256, 64), nn.Unflatten(1, (1, 8, 8))
        )

    def indices(self, x):
        return quantise(self.encoder(x).view(-1, 4), self.codebook).view(-1, 4)  # [B, 4]

    def decode(self, indices):
        return torch.sigmoid(self.to_logits(self.codebook[indices].flatten(1)))


def vq_loss(net, x):
    z = net.encoder(x).view(-1, 4)  # [4 B, 4]
    nearest = net.codebook[quantise(z, net.codebook)]
    logits = net.to_logits(straight_through(z, nearest).view(len(x), -1))
    cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1).mean()
    return cross_entropy + 20 * F.mse_loss(nearest, z.detach()) + 5 * F.mse_loss(z, nearest.detach())


@torch.no_grad()
def codebook_use(net):
    """Share of entries that any training image uses, and the perplexity of their use."""
    share = torch.bincount(net.indices(binary).flatten(), minlength=len(net.codebook)) / (4 * len(binary))
    return (share > 0).float().mean().item(), torch.special.entr(share).sum().exp().item()


nets = {}
for name, spread in {"entries near the codes": 1.0, "entries far from the codes": 20.0}.items():
    torch.manual_seed(0)
    nets[name] = VQVAE(entries=32, spread=spread)
    fit(nets[name], vq_loss, binary, steps=preset(2000, 10_000), lr=2e-3, seed=0)

vq = nets["entries near the codes"]
with torch.no_grad():
    copies = vq.decode(vq.indices(binary_test))
show(
    image_rows(
        {"held-out": binary_test[:12], "from 4 indices": copies[:12]},
        "Twenty bits an image: four indices out of 32",
    ),
    "Twelve held-out digits and their reconstructions from four indices each, all readable.",
)
good, bad = codebook_use(vq), codebook_use(nets["entries far from the codes"])
verdict("share of the codebook in use", good[0], low=0.9, high=1)
verdict("perplexity of its use, of 32", good[1], low=24, high=32)
verdict("share in use where the entries start far away", bad[0], high=0.7)

# %% [markdown]
# An entry that no code is near gets no gradient and never comes back: **codebook collapse**. Common cures: start the entries on codes, and put dead entries back on random codes.
#
# The VQ-VAE has no $p(z)$ yet. Draw the four indices at random, or each by its own frequency, and see.

# %%
with torch.no_grad():
    used = vq.indices(binary)  # [N, 4]
    generator = torch.Generator().manual_seed(0)
    uniform = torch.randint(32, (1000, 4), generator=generator)
    shuffled = torch.stack(
        [column[torch.randint(len(used), (1000,), generator=generator)] for column in used.T], dim=1
    )
    drawn = {
        "any indices": vq.decode(uniform),
        "each by its frequency": vq.decode(shuffled),
        "VAE of section 3": draw_from(model.decoder, 8),
    }
unsure = {name: doubtful(images) for name, images in drawn.items()}
show(
    image_rows({name: images[:12] for name, images in drawn.items()}, "A codebook needs a prior"),
    "Images from random indices and from indices drawn by frequency, many of them no digits, above samples of the VAE, which are mostly digits.",
)
verdict(
    "doubtful, indices by their frequency, minus doubtful, VAE",
    unsure["each by its frequency"] - unsure["VAE of section 3"],
    low=0.03,
)

# %% [markdown]
# The four indices belong together, and drawing them one by one loses that. A second model is trained to draw them: an autoregressive one in the paper, a diffusion model in notebook 15.
#
# ## 11. Why the samples blur
#
# We have shown the decoder's *probabilities*. Where they are near 0 or 1, the pixel is decided; where they are grey, the decoder does not know. A decoder that must serve several images with
# one $z$ does best with their **average**: that is what cross-entropy and squared error ask for. So blur is a lack of rate. Count the undecided pixels, those between 0.1 and 0.9.


# %%
@torch.no_grad()
def undecided(vae):
    images = vae.decoder(vae.encode(binary_test)[0])
    return ((images > 0.1) & (images < 0.9)).float().mean().item()


grey_share = {
    "both terms, 2 latents": undecided(panels["both"]),
    "8 latents": undecided(model),
    f"beta = {tried[0]:g}, 16 latents": undecided(sweep[tried[0]]),
}
x = torch.cat([binary_test[grey_test.labels == 3][:1], binary_test[grey_test.labels == 8][:1]])
q = torch.linspace(0.01, 0.99, 99)
loss_of_q = -(q.log() + (1 - q).log()) / 2  # a pixel that is black in one of the two and white in the other
values = list(grey_share.values())
verdict("undecided pixels, 2 latents over 8 latents", values[0] / values[1], low=1.2)
verdict("undecided pixels, 8 latents over 16 at the smallest beta", values[1] / values[2], low=1.3)
verdict(
    "best single answer for a pixel that is 0 in one image and 1 in the other",
    q[loss_of_q.argmin()],
    low=0.49,
    high=0.51,
)

# %% [markdown]
# What the lectures list, with what you have measured:
#
# | | VAE |
# |---|---|
# | for | one loss, stable training; an encoder $q(z \mid x)$; a bound on a likelihood; a code that can be walked through |
# | against | a bound, not the likelihood; blurred samples; a prior that must be chosen; latents that may collapse |
#
# One lecture adds that a GAN's samples are sharper and its training harder. Notebooks 04 and 05 let you measure that.
#
# ## 12. The failure museum
#
# **Exhibit A: beta by accident.** This loss is in a hundred tutorials. It runs, it falls, and the samples are all the same grey smear. Mend one word.


# %%
def by_accident(model, x):
    logits, mean, logvar = model(x)
    return F.binary_cross_entropy_with_logits(logits, x, reduction="mean") + kl_normal(mean, logvar).mean()


def rate_of(loss):
    """Train an eight-latent VAE with this loss -> its KL and its ELBO on held-out digits [nats per image]."""
    vae, _ = train_vae(loss, latent_dim=8, steps=1000)
    rec, kl = terms(vae, binary_test)
    return kl.mean().item(), (rec - kl).mean().item()


def mended(model, x):
    """A loss for the same net whose two terms are in the same unit: a scalar."""
    ### BEGIN SOLUTION
    return elbo_loss(x, *model(x))
    ### END SOLUTION


verdict("exhibit A, KL [nats per image]", rate_of(by_accident)[0], high=0.1)
if mended(VAE(8), binary[:2]) is None:
    print("exhibit A: not answered yet")
else:
    kl, value = rate_of(mended)
    print(
        "exhibit A:",
        "mended" if value > -19.5 else f"still broken, with a KL of {kl:.1f} and an ELBO of {value:.1f} nats",
    )

# %% [markdown]
# **Exhibit B: beta zero.** Section 4 had it: the reconstruction term alone. On the training images its reconstructions are the best of all. The ELBO of images it has not seen is another
# matter. Choose a $\beta$ that mends it: within 0.5 nats of the ELBO of section 3.


# %%
def elbo_at(beta):
    """Train with this beta -> reconstruction term on the training images, ELBO on held-out ones [nats]."""

    def loss(model, x):
        logits, mean, logvar = model(x)
        return (
            reconstruction_only(model, x)
            if beta == 0
            else elbo_loss(x, logits, mean, logvar) + (beta - 1) * kl_normal(mean, logvar).mean()
        )

    vae, _ = train_vae(loss, latent_dim=8)
    rec, kl = terms(vae, binary_test)
    return terms(vae, binary)[0].mean().item(), (rec - kl).mean().item()


def mended():
    """Return a value for beta."""
    ### BEGIN SOLUTION
    return 0.9
    ### END SOLUTION


without = elbo_at(0)
verdict(
    "exhibit B, training reconstruction minus that of section 3 [nats]",
    without[0] - terms(model, binary)[0].mean(),
    low=4,
)
verdict("exhibit B, held-out ELBO [nats]", without[1], high=-40)
answer = mended()
if answer is None:
    print("exhibit B: not answered yet")
else:
    value = elbo_at(answer)[1]
    print(
        "exhibit B:",
        "mended"
        if value > elbo - 0.5
        else f"still broken, the ELBO is {elbo - value:.1f} nats below that of section 3",
    )

# %% [markdown]
# **Exhibit C: a decoder too strong.** Let the decoder see the pixels before the one it predicts (an *autoregressive* decoder; row by row, from the top). It hardly needs $z$. Watch the KL fall,
# and the ELBO *rise*: by the number we train on, this is the better model. But its code says much less about the image. So whether this is broken depends on what you want: a density, or a code.
# Mend the code: hide a share of the pixels from the decoder during training.


# %%
class StrongDecoder(VAE):
    """p(x_i | x_1 .. x_{i-1}, z): masks make sure that no pixel sees itself or a later one."""

    def __init__(self, hidden_share):
        super().__init__(latent_dim=8)
        self.hidden_share = hidden_share
        order = torch.arange(256) % 63  # a hidden unit of order d sees pixels 0 .. d and feeds pixels after d
        self.register_buffer("may_see", (order[:, None] >= torch.arange(64)).float())
        self.register_buffer("may_feed", (torch.arange(64)[:, None] > order).float())
        self.into, self.out, self.from_z = nn.Linear(64, 256), nn.Linear(256, 64), nn.Linear(8, 256)

    def forward(self, x):
        mean, logvar = self.encode(x)
        z = reparameterise(mean, logvar, torch.randn_like(mean))
        seen = F.dropout(2 * x.flatten(1) - 1, self.hidden_share, self.training)
        hidden = F.relu(F.linear(seen, self.into.weight * self.may_see, self.into.bias) + self.from_z(z))
        return F.linear(hidden, self.out.weight * self.may_feed, self.out.bias).view_as(x), mean, logvar


def strong(hidden_share):
    """Train it -> ELBO and KL on held-out digits [nats]."""
    torch.manual_seed(0)
    net = StrongDecoder(hidden_share)
    net = fit(net, negative_elbo, binary, steps=2000, lr=2e-3, ema_decay=0.995, seed=0).ema.eval()
    with torch.no_grad():
        torch.manual_seed(0)
        many = binary_test.repeat(10, 1, 1, 1)
        logits, mean, logvar = net(many)
        return -elbo_loss(many, logits, mean, logvar).item(), kl_normal(mean, logvar).mean().item()


def mended():
    """Return the share of the pixels before it, 0 to 1, that is hidden from the decoder during training."""
    ### BEGIN SOLUTION
    return 0.8
    ### END SOLUTION


strong_elbo, strong_kl = strong(hidden_share=0.0)
verdict("exhibit C, held-out ELBO minus that of section 3 [nats]", strong_elbo - elbo, low=0.1)
verdict("exhibit C, KL over that of section 3", strong_kl / terms(model, binary_test)[1].mean(), high=0.6)
answer = mended()
if answer is None:
    print("exhibit C: not answered yet")
else:
    mended_kl = strong(answer)[1]
    print("exhibit C:", "mended" if mended_kl > 4.5 else f"still broken, the code holds {mended_kl:.1f} nats")

# %% [markdown]
# ## Read with care
#
# Sentences and formulas of the source lectures that need a word, each held by a test.

# %%
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("03"))

# %% [markdown]
# ## What to take with you
#
# - A VAE is a latent-variable model trained by a bound on its likelihood. The encoder is there to make the bound tight, for all images at once.
# - Sum over pixels, sum over latents, mean over images. Anything else is another $\beta$.
# - Compare likelihoods only between models of the same pixels and the same kind, and say which numbers are bounds.
# - $\beta$ buys distortion with rate. Latents that do not pay are switched off.
# - Linear, it is probabilistic PCA. With labels, it draws on demand. With a codebook, it needs a second model for the prior.
#
# **Left out here.** Richer posteriors (flows: notebook 09) and priors, hierarchical VAEs (notebook 10 meets one: diffusion), convolutional VAEs, the Gumbel-softmax relaxation, disentanglement scores.
#
# **Papers.** Kingma and Welling, *Auto-encoding variational Bayes*, 2014. Rezende, Mohamed and Wierstra, *Stochastic backpropagation and approximate inference in deep generative models*, 2014. Sohn, Lee and
# Yan, *Learning structured output representation using deep conditional generative models*, 2015. Burda, Grosse and Salakhutdinov, *Importance weighted autoencoders*, 2016. Bowman et al., *Generating
# sentences from a continuous space*, 2016. Higgins et al., *beta-VAE*, 2017. van den Oord, Vinyals and Kavukcuoglu, *Neural discrete representation learning*, 2017. Alemi et al., *Fixing a broken ELBO*, 2018. Loaiza-Ganem and Cunningham, *The
# continuous Bernoulli*, 2019. Lucas et al., *Don't blame the ELBO! A linear VAE perspective on posterior collapse*, 2019. Tipping and Bishop, *Probabilistic principal component analysis*, 1999. Shoemake, *Animating rotation with quaternion curves*, 1985.
