# ---
# jupyter:
#   course:
#     title: Evaluating generative models
#     summary: Every usual measure against samples that are made to deceive it, and against your own eyes.
#     about: >-
#       Which of two models is better? Build samples that lie, each in its own way, and see which measure notices; then
#       see what a measure's number hangs on besides the model. Needs 00 and 03 or 05. *Touch:* a game of real or fake,
#       and a cloud of samples with every measure beside it.
# ---

# %% [markdown]
# # 08 Evaluating generative models
#
# **Follows** S. Lathuilière, *Deep generative methods*, Télécom Paris (Inception score, FID), and S. Velasco-Forero,
# *Introduction to Diffusion Models*, MINES Paris 2023 (likelihood).
#
# **After this notebook you can**
# - write the measures that papers report: IS, FID, KID, precision and recall;
# - say of each what it does not notice, and name samples that show it;
# - say what else a number hangs on: how many samples, which features, which reference;
# - run a test with people, and put an interval on its result.
#
# **Builds on** 00 (divergences), 03, 05 and 07 (models to measure). **Time to run:** {measured_time}. Sections marked
# "Going further" can be skipped.

# %%
import math

import torch
from threadpoolctl import threadpool_limits
from torch.nn import functional as F

from course_utils import checkpoints, data, exact, flows, metrics
from course_utils.checks import check, hint, reveal
from course_utils.figures import evaluating as draw
from course_utils.figures import image_rows, show
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import MetricPlayground, RealOrFake

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## Real or fake?
#
# Drawn faces and generated ones, one at a time. F is "fake", J is "real"; the result comes at the end.

# %%
SHOWN = 12


@torch.no_grad()
def generated(name, n, seed=1):
    """n faces of a model of this course."""
    model, _ = checkpoints.load(name)
    if name == "faces_vae":
        return model.sample(n, dice(seed))
    z = torch.randn(n, model.latent_dim if name == "faces_style" else 64, generator=dice(seed))
    return model.synthesise(model.styles(z)) if name == "faces_style" else model(z)


OF_FACES = {"VAE (03)": "faces_vae", "DCGAN (05)": "faces_dcgan", "styles (07)": "faces_style"}
RealOrFake(
    data.load("faces", split="test", n=3 * SHOWN, seed=8).images,
    {title: generated(name, SHOWN) for title, name in OF_FACES.items()},
)

# %% [markdown]
# People are slow and costly, and do not notice that a model draws only smiling faces. So one wants a number.
#
# **A first attempt.** Good samples look like real images. So measure, for each sample, the distance to the nearest real
# image. Two models of handwritten digits, one that writes and one that cheats:

# %%
digits, unseen = data.load("mnist_5k"), data.load("mnist_5k", split="test")
mixed = torch.randperm(len(digits.images), generator=dice())
ours, fresh = mixed[:2000], mixed[2000:]  # the models' training images; others that nobody trained on
training = digits.images[ours]
one_a_class = torch.stack([digits.images[ours][digits.labels[ours] == k][0] for k in range(10)])


def nearest(samples, references):
    """The root mean square difference of a pixel to the nearest reference, [N]."""
    return metrics.nearest_distances(samples.flatten(1), references.flatten(1)) / 28


honest = digits.images[fresh[:1000]]
cheat = one_a_class.repeat(100, 1, 1, 1)

# %% [markdown]
# The next cell compares new real digits with ten training images, each repeated a hundred times.

# %% tags=["hide-input"]
show(
    image_rows({"new real digits": honest, "ten images": cheat}, "Which is the better model?"),
    "08.first_attempt",
)
verdict(
    "new real digits: mean distance to the nearest training image", nearest(honest, training).mean(), 0.1, 0.3
)
verdict("ten images, repeated: the same", nearest(cheat, training).mean(), high=1e-3)

# %% [markdown]
# The cheat wins, by as much as one can win.
#
# **The question.** What is to be measured, if a model must be faithful, must leave nothing out, and must not copy? And
# what does each number fail to see?

# %% [markdown]
# ## 1. Liars
#
# Here are seven sets of samples, made from real digits. The first is what an ideal model would give; six fail in known
# ways. Each has a thousand images, and so has the set of real ones to compare with.


# %%
def blur(x):
    return F.avg_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)


def liars(seed):
    """name -> 1,000 images. "real" is what an ideal model would give."""
    generator = dice(seed)
    chosen = fresh[torch.randperm(len(fresh), generator=generator)[:1000]]
    x = digits.images[chosen]
    few = fresh[digits.labels[fresh] >= 3]
    few = few[torch.randperm(len(few), generator=generator)[:1000]]
    junk = x.clone()
    junk[:10] = torch.rand(10, 1, 28, 28, generator=generator)
    return {
        "real": x,
        "copies": training[torch.randperm(2000, generator=generator)[:1000]],
        "no 0, 1, 2": digits.images[few],
        "one a class": one_a_class.repeat(100, 1, 1, 1),
        "blurred": blur(x),
        "noisy": (x + 0.1 * torch.randn(x.shape, generator=generator)).clamp(0, 1),
        "1 % junk": junk,
    }


sets = liars(0)

# %% [markdown]
# The next cell shows them; of the last set, the ten junk images come first.

# %% tags=["hide-input"]
show(image_rows({name: x[:12] for name, x in sets.items()}, "Seven models"), "08.liars")

# %% [markdown]
# Which measure notices which? To say it of images needs *features*: pixels of two 7s may have nothing in common. Papers
# take those of a classifier of photos (Inception). We take our judge of handwriting, `mnist_classifier`, 64 features an
# image, and its probabilities of the ten classes.

# %%
judge, _ = checkpoints.load("mnist_classifier")


@torch.no_grad()
def seen(x):
    """What the judge sees in images x: features [N, 64] and probabilities [N, 10], in float64."""
    features = judge.features(x)
    return features.double(), judge.head(features).double().softmax(1)


# %% [markdown]
# ## 2. The measures
#
# **Inception score** (Salimans et al.). Each image should be one digit without doubt, and all digits should occur:
#
# $$\mathrm{IS} = \exp\Big(\mathbb E_x\, \mathrm{KL}\big(p(y \mid x) \,\Vert\, p(y)\big)\Big), \qquad p(y) = \mathbb E_x\, p(y \mid x)$$
#
# It lies between 1 and the number of classes. No real image occurs in it.
#
# **Exercise 1.** Write it. Probabilities may be exactly 0.


# %%
def inception_score(probabilities):
    """p(y | x) for each sample, [N, K] -> a scalar."""
    ### BEGIN SOLUTION
    p = probabilities
    kl = (torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).sum(1)
    return kl.mean().exp()
    ### END SOLUTION


# %%
inception_score = check("eval.inception_score", inception_score)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name; a second call gives a stronger one.

# %%
hint("eval.inception_score")

# %% [markdown]
# **Fréchet distance** (FID, Heusel et al.). Fit a Gaussian to the features of real images, one to those of samples, and
# take the distance of the two (Fréchet's, which is Wasserstein-2), whose square is known:
#
# $$\lVert \mu_r - \mu_f \rVert^2 + \mathrm{tr}\big(C_r + C_f - 2\, (C_r C_f)^{1/2}\big)$$
#
# The root is that of the *matrix*: the one with eigenvalues of at least 0 whose product with itself is $C_r C_f$. (Its
# trace is the sum of the roots of the eigenvalues of $C_r C_f$.) Papers call this square "the distance".
#
# **Exercise 2.** Write it, covariances divided by $N - 1$. Compute in float64: with few images $C$ is singular.


# %%
def frechet_distance(real, fake):
    """features: real [N, D], fake [M, D], perhaps float32; computed in float64 -> a scalar."""
    ### BEGIN SOLUTION
    real, fake = real.double(), fake.double()
    C_r, C_f = torch.cov(real.T), torch.cov(fake.T)
    C_r, C_f = C_r.reshape(real.shape[1], -1), C_f.reshape(real.shape[1], -1)  # for D = 1 too
    root = torch.linalg.eigvals(C_r @ C_f).real.clamp(min=0).sqrt().sum()
    return (real.mean(0) - fake.mean(0)).square().sum() + C_r.trace() + C_f.trace() - 2 * root
    ### END SOLUTION


# %%
frechet_distance = check("eval.frechet_distance", frechet_distance)

# %% [markdown]
# **Kernel distance** (KID, Bińkowski et al.) fits nothing. It estimates the square of the **maximum mean discrepancy**
# of two sets of features, with $k(x, y) = (x \cdot y / D + 1)^3$:
#
# $$\frac{1}{N(N - 1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{M(M - 1)} \sum_{i \ne j} k(y_i, y_j) - \frac{2}{NM} \sum_{ij} k(x_i, y_j)$$
#
# **Exercise 3.** Write it. A pair of a point with itself would make it too large, so the diagonals stay out. On
# average it is then the square of the discrepancy of the two distributions, and one value may be below 0.


# %%
def kernel_distance(real, fake):
    """features: real [N, D], fake [M, D] -> a scalar."""

    ### BEGIN SOLUTION
    def k(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def among(x):
        values = k(x, x)
        return (values.sum() - values.trace()) / (len(x) * (len(x) - 1))

    return among(real) + among(fake) - 2 * k(real, fake).mean()
    ### END SOLUTION


# %%
kernel_distance = check("eval.kernel_distance", kernel_distance)

# %% [markdown]
# **Precision and recall** (Kynkäänniemi et al.) take two numbers for two faults. Put a ball around each real image that
# reaches to its $k$-th nearest real neighbour; all balls together stand for "where real images are". Precision is the
# share of samples inside, recall the share of real images inside the balls of the samples.
#
# **Exercise 4.** Write both. A point is not its own neighbour.


# %%
def precision_recall(real, fake, k):
    """features: real [N, D], fake [M, D] -> precision, recall: two scalars."""

    ### BEGIN SOLUTION
    def share_inside(points, centres):
        radius = torch.cdist(centres, centres).sort(1).values[:, k]  # the first is the point itself
        return (torch.cdist(points, centres) <= radius).any(1).double().mean()

    return share_inside(fake, real), share_inside(real, fake)
    ### END SOLUTION


# %%
precision_recall = check("eval.precision_recall", precision_recall)

# %% [markdown]
# `metrics.density_coverage` mends two weak points (Naeem et al.): **density** counts in how many balls a sample lies,
# over $k$, so that one outlier's huge ball does not make all samples precise; and **coverage** is the share of real
# balls with a sample inside, so that no ball stands round a bad sample. `metrics.nearest_neighbour_test` asks of every
# image, real or not, whether its nearest neighbour is of its own kind: near 1/2 if nothing can be told apart.
# `metrics.classifier_test` trains a classifier on half of both, and counts how often it is right on the other half.
#
# All of them at once, in the plane. Move the samples, shrink them, drop a clump, add junk: what stays silent?

# %%
MetricPlayground()

# %% [markdown]
# ## 3. Liars against measures
#
# Each of the seven sets, drawn three times, against a thousand held-out digits. A measure **notices** a liar if all
# three of its values lie outside those of "real", by more than twice as much as these lie apart.
#
# (A rule of thumb: all draws share one reference. A liar may also score *better* than "real".)

# %%
of_unseen, _ = seen(unseen.images)


def measured(x, seed):
    """Ten measures of 1,000 images."""
    features, probabilities = seen(x)
    density, coverage = metrics.density_coverage(of_unseen, features)
    precision, recall = precision_recall(of_unseen, features, 3)
    return {
        "IS": inception_score(probabilities), "FID": frechet_distance(of_unseen, features),
        "KID": kernel_distance(of_unseen, features), "precision": precision, "recall": recall,
        "density": density, "coverage": coverage,
        "1-NN": sum(metrics.nearest_neighbour_test(of_unseen, features)) / 2,
        "classifier": metrics.classifier_test(of_unseen, features, seed)[0],
        "copied": (nearest(x, training) < 0.01).double().mean(),
    }  # fmt: skip


runs = [{name: measured(x, seed) for name, x in liars(seed).items()} for seed in range(preset(3, smoke=1))]

# %% [markdown]
# **Predict.** (1) How many of the first nine measures notice the copies of training images: (a) none, (b) some, (c)
# most?

# %%
### BEGIN SOLUTION
guess_copies = "a"
### END SOLUTION

# %% [markdown]
# (2) One image in a hundred is pure junk. Who notices: (a) FID alone, (b) precision alone, (c) neither, (d) both?

# %%
### BEGIN SOLUTION
guess_junk = "c"
### END SOLUTION

# %%
table = {  # liar -> measure -> [3]
    name: {what: torch.tensor([float(run[name][what]) for run in runs]).double() for what in runs[0][name]}
    for name in sets
}


def notices(what, name):
    """Does this measure notice this liar, with every seed?"""
    real, found = table["real"][what], table[name][what]
    return bool((found[:, None] - real).abs().min() > 2 * (real.max() - real.min()))


WITHOUT_TRAINING_IMAGES = [what for what in table["real"] if what != "copied"]
count = sum(notices(what, "copies") for what in WITHOUT_TRAINING_IMAGES)
reveal(guess_copies, "a" if count == 0 else "b" if count < 5 else "c", "08.who_notices_copies")
by = notices("FID", "1 % junk"), notices("precision", "1 % junk")
letters = {(True, False): "a", (False, True): "b", (False, False): "c", (True, True): "d"}
reveal(guess_junk, letters[by], "08.who_notices_junk")

# %% [markdown]
# The next cell shows the whole table: means of three draws, a dot where a measure notices the liar. Only "copied", the
# share of samples within 0.01 of a training image, looks at the training images.

# %% tags=["hide-input"]
means = {name: {what: values.mean().item() for what, values in row.items()} for name, row in table.items()}
noticed = {
    name: {what: name != "real" and notices(what, name) for what in row} for name, row in table.items()
}
show(draw.table(means, noticed), "08.table")
verdict("measures without training images that notice copies", count, high=0)
verdict("copies, by the measure that looks", table["copies"]["copied"].min(), low=1)
verdict("measures that notice 1 % junk", sum(noticed["1 % junk"].values()), high=0)
verdict("missing classes: recall, most of three", table["no 0, 1, 2"]["recall"].max(), high=0.7)
verdict("missing classes: precision, least of three", table["no 0, 1, 2"]["precision"].min(), low=0.8)
verdict("blurred: precision minus that of real digits, least of three",
        (table["blurred"]["precision"] - table["real"]["precision"]).min(), low=0)  # fmt: skip
verdict(
    "ten images: Inception score over that of real digits",
    means["one a class"]["IS"] / means["real"]["IS"],
    0.8,
    0.95,
)
verdict("ten images: precision", means["one a class"]["precision"], 0.5, 0.9)
verdict("ten images: recall", means["one a class"]["recall"], high=0.01)

# %% [markdown]
# The next cell says of each measure what it misses: liars that it does not notice with every draw.

# %% tags=["hide-input"]
LEAST = ["copies", "noisy", "1 % junk"]
MISSED = {
    "IS": LEAST, "FID": LEAST, "KID": LEAST, "precision": ["no 0, 1, 2", *LEAST], "recall": LEAST,
    "density": ["no 0, 1, 2", "blurred", *LEAST], "coverage": LEAST, "1-NN": ["no 0, 1, 2", *LEAST],
    "classifier": ["copies", "1 % junk"], "copied": ["no 0, 1, 2", "blurred", "noisy", "1 % junk"],
}  # fmt: skip
for what, names in MISSED.items():
    caught = sum(notices(what, name) for name in names)
    verdict(f"{what} misses {'; '.join(names)}: it notices of these", caught, high=0)
verdict("measures that notice ten images, of ten", sum(noticed["one a class"].values()), low=10)
verdict("measures that notice noise", sum(noticed["noisy"].values()), 1, 1)

# %% [markdown]
# Only the ten images are noticed by all, and no measure notices all. Blurred digits are *more* precise than real ones;
# ten images have most of the Inception score; noise that any eye sees is found by the classifier alone, whose job it
# is to look for a difference; and copies are found by nothing that does not know what was copied. (IS is not 10 of
# real digits, for the judge is sometimes in doubt. The reference holds 100 digits of each class, more even than chance
# makes it: two of its digits are alike too rarely, so the KIDs of honest draws lie below 0 together.)

# %% [markdown]
# ## 4. What a number hangs on
#
# **How many.** From $n$ samples the Gaussians are fitted to their accidents too. For $\mathcal N(0, I_d)$ against $n$
# samples of itself the Fréchet distance is not 0 but, to first order,
#
# $$\frac{d}{n} + \frac{d (d + 1)}{4 n}$$
#
# and twice that for two samples of $n$. Real features have other scales and directions, hence another factor, and
# further terms.
#
# **Exercise 5.** So draw a line: fit value against $1/n$ by least squares, and return what it says at $1/n = 0$ (Chong
# and Forsyth).


# %%
def at_infinity(sizes, values):
    """values [S], measured with sizes [S] samples -> the value at n = infinity, a scalar."""
    ### BEGIN SOLUTION
    x, y = 1 / sizes.double(), values.double()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum()
    return y.mean() - slope * x.mean()
    ### END SOLUTION


# %%
at_infinity = check("eval.at_infinity", at_infinity)

# %% [markdown]
# **Predict.** Real digits against *blurred* ones. How many times as large is the Fréchet distance with 100 of each as
# with 1,000: (a) less than one and a half times, (b) one and a half to five times, (c) ten times or more?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
sizes = [100, 125, 200, 250, 500, 1000]
pool, soft = (seen(x)[0] for x in (digits.images[fresh], blur(digits.images[fresh])))  # 2,000 digits
d = 64
gaussian = torch.randn(2000, d, generator=dice()).double()
sources = {
    "real digits": (pool, pool),
    "blurred": (pool, soft),
    "two samples of N(0, I)": (gaussian, gaussian),
}
orders = [torch.randperm(2000, generator=dice(seed)).split(1000) for seed in range(preset(5, smoke=1))]
by_size = {
    name: sum(metrics.frechet_by_size(a[one], b[two], sizes) for one, two in orders) / len(orders)
    for name, (a, b) in sources.items()
}
ratio = (by_size["real digits"][0] / by_size["real digits"][-1]).item()
more = (by_size["blurred"][0] / by_size["blurred"][-1]).item()
reveal(guess, "a" if more < 1.5 else "b" if more < 5 else "c", "08.frechet_by_size")

# %% [markdown]
# The next cell draws them against $1/n$, with the lines. (Means of five ways to halve 2,000 unseen digits;
# `frechet_by_size` cuts both halves into parts of $n$.)

# %% tags=["hide-input"]
ends = {name: at_infinity(torch.tensor(sizes).double(), values) for name, values in by_size.items()}
show(draw.by_size(sizes, by_size, ends), "08.by_size")
exactly = [2 * metrics.frechet_bias(d, n) for n in sizes]
off = [v / e for v, e in zip(by_size["two samples of N(0, I)"].tolist(), exactly, strict=True)]
verdict("N(0, I_64): measured over formula, at n = 1,000", off[-1], 0.85, 1.15)
verdict("real digits, n = 100 over n = 1,000", ratio, 8, 18)
verdict("blurred, n = 100 over n = 1,000", more, 1.5, 3.5)
verdict(
    "real digits at n = infinity, as a share of the value at 100",
    ends["real digits"] / by_size["real digits"][0],
    -0.2,
    0.2,
)
verdict("blurred at n = infinity minus real digits there", ends["blurred"] - ends["real digits"], low=5)
below = [
    kernel_distance(pool[rows[:100]], pool[rows[100:200]]) < 0
    for rows in (torch.randperm(2000, generator=dice(k)) for k in range(preset(100, smoke=5)))
]
verdict("KID of 100 real digits and 100 others: share below 0", sum(map(float, below)) / len(below), 0.3, 0.9)

# %% [markdown]
# So a Fréchet distance says nothing without its $n$. Models are compared at one $n$ at least, and better at infinity,
# for what few samples add is not the same for every model; the line may end a little below 0 there. KID is right on
# average at each $n$, and often below 0 where nothing differs.
#
# **Which features.** Samples of 8 x 8 digits by models of this course, 300 of each, and real test digits, all against
# 300 training digits; read by two judges (of such digits, and of handwriting, enlarged), by a net with random weights,
# and by the pixels themselves. (Diffusion comes in 11; with 5 calls of its net it is quicker and rougher than with
# 50.)

# %%
small, small_test = data.load("digits"), data.load("digits", split="test")
judge_small, _ = checkpoints.load("digit_classifier")
torch.manual_seed(0)
random_net = metrics.DigitClassifier()
FEATURES = {
    "judge": judge_small.features,
    "another judge": lambda x: judge.features(F.interpolate(x, size=28, mode="bilinear")),
    "random net": random_net.features,
    "pixels": lambda x: x.flatten(1),
}
with_labels, tricks = (checkpoints.load(name)[0] for name in ("digits_conditional_gans", "digits_gan_tricks"))
calls, _ = checkpoints.load("digits_flow_calls")
MODELS = {
    "diffusion, 50 calls": calls("diffusion, 50 calls"), "diffusion, 5 calls": calls("diffusion, 5 calls"),
    "projection (07)": with_labels("projection"), "ACGAN (07)": with_labels("acgan"),
    "DCGAN (05)": tricks("plain"), "real digits": small_test.images[None],
}  # fmt: skip

# %% [markdown]
# **Predict.** By the first judge, diffusion with 5 calls is better than with 50. Does the other judge agree, by the
# mean of three runs: (a) yes, (b) no?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
chosen = torch.randperm(len(small.images), generator=dice())[:300]
ranked = {}
with torch.no_grad():
    for what, f in FEATURES.items():
        real = f(small.images[chosen])
        ranked[what] = {
            name: torch.tensor([metrics.frechet_distance(real, f(x[:300])) for x in images[:3]]).double()
            for name, images in MODELS.items()
        }
of_5, of_50 = (ranked["another judge"][f"diffusion, {n} calls"].mean() for n in (5, 50))
reveal(guess, "a" if of_5 < of_50 else "b", "08.best_by_features")

# %% [markdown]
# The next cell draws three runs of each, each column over the distance of its worst model. Then it asks how well the
# judges read these digits.

# %% tags=["hide-input"]
show(draw.rankings(ranked), "08.rankings")


def worse(what, one, other):
    """Every run of one is further away than every run of the other."""
    return (ranked[what][one].min() - ranked[what][other].max()).item()


verdict(
    "judge: diffusion with 50 calls, least, minus 5 calls, most",
    worse("judge", "diffusion, 50 calls", "diffusion, 5 calls"),
    low=0,
)
verdict(
    "pixels: diffusion with 5 calls, least, minus 50 calls, most",
    worse("pixels", "diffusion, 5 calls", "diffusion, 50 calls"),
    low=0,
)
with torch.no_grad():
    right = {
        "judge": judge_small(small_test.images).argmax(1) == small_test.labels,
        "another judge": judge(F.interpolate(small_test.images, size=28, mode="bilinear")).argmax(1)
        == small_test.labels,
    }
verdict("judge: share of unseen digits that it reads right", right["judge"].double().mean(), low=0.97)
verdict(
    "another judge: the same, of these digits enlarged", right["another judge"].double().mean(), 0.65, 0.82
)
verdict("judge: DCGAN, least, minus ACGAN, most", worse("judge", "DCGAN (05)", "ACGAN (07)"), low=0)
verdict("pixels: ACGAN, least, minus DCGAN, most", worse("pixels", "ACGAN (07)", "DCGAN (05)"), low=0)

# %% [markdown]
# Two pairs change places between the judge and the pixels, with every run. The other judge, who reads about three in
# four of these digits, sides with the pixels in both, by its means. "FID 3" is a sentence about a model *and* a net.
# (Of the usual measures on photos none agrees well with people, Stein et al. 2023.)
#
# And faces? 200 of each model of the game, and real ones, against 200 others; read by a judge of faces, by our judge of
# handwriting (in grey and made smaller), by a net with random weights, and in pixels. The next cell draws three runs.

# %% tags=["hide-input"]
judge_faces, _ = checkpoints.load("faces_judge")
torch.manual_seed(0)
FACE_FEATURES = {
    "judge of faces": judge_faces.features,
    "judge of digits": lambda x: judge.features(F.interpolate(x.mean(1, keepdim=True), 28, mode="bilinear")),
    "random net": metrics.FaceReader().features,
    "pixels": lambda x: x.flatten(1),
}
FACE_SEEDS = range(preset(3, smoke=1))
faces = {title: [generated(name, 200, seed) for seed in FACE_SEEDS] for title, name in OF_FACES.items()}
faces["real faces"] = [data.load("faces", split="test", n=200, seed=8 + seed).images for seed in FACE_SEEDS]
others_drawn = data.load("faces", n=200, seed=8).images
of_faces = {}
with torch.no_grad():
    for what, f in FACE_FEATURES.items():
        there = f(others_drawn)
        of_faces[what] = {
            name: torch.tensor([metrics.frechet_distance(there, f(x)) for x in runs]).double()
            for name, runs in faces.items()
        }
show(draw.rankings(of_faces, "The same faces, other features"), "08.face_rankings")
by_faces, by_digits, by_pixels = (of_faces[what] for what in ("judge of faces", "judge of digits", "pixels"))
VAE, STYLES, DCGAN = "VAE (03)", "styles (07)", "DCGAN (05)"
verdict(
    "judge of faces: styles, least, minus DCGAN, most", by_faces[STYLES].min() - by_faces[DCGAN].max(), low=0
)
verdict(
    "judge of faces: VAE, least, over styles, most", by_faces[VAE].min() / by_faces[STYLES].max(), low=2.5
)
verdict("judge of digits: styles over DCGAN", by_digits[STYLES].mean() / by_digits[DCGAN].mean(), 0.7, 1.2)
verdict("pixels: VAE over styles", by_pixels[VAE].mean() / by_pixels[STYLES].mean(), 0.85, 1.2)

# %% [markdown]
# The judge of faces puts DCGAN before styles and the VAE far behind. Pixels hardly tell the VAE from styles, and a
# judge who reads digits does not tell styles from DCGAN. (200 samples of 3,072 pixels leave much of the former to what
# few samples add.)

# %% [markdown]
# **The same models, by $n$.** Back to digits and their judge, with 30, 100 and 300 samples of each model, against as
# many training digits. (Of smaller samples `frechet_by_size` takes the mean over all parts.)
#
# **Predict.** In what order do the three runs put the five models and real digits, each by its mean over ten parts of
# 30: (a) all in the same, that of 300; (b) all in the same, another; (c) in more than one?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION


# %%
def by_judge(n, seed):
    """The distance of every model in one run, n samples against n training digits, and of real digits."""
    real = judge_small.features(small.images)
    return {
        name: metrics.frechet_by_size(
            real, judge_small.features(images[seed % len(images)][:300]), [n], seed
        ).item()
        for name, images in MODELS.items()
    }


with torch.no_grad():
    of_runs = {n: [by_judge(n, seed) for seed in range(3)] for n in (30, 100, 300)}
orders = {n: {tuple(sorted(run, key=run.get)) for run in runs} for n, runs in of_runs.items()}
reveal(guess, "c" if len(orders[30]) > 1 else "a" if orders[30] == orders[300] else "b", "08.order_by_n")

# %% [markdown]
# The next cell draws the runs, and measures the five models once against training digits and once against unseen ones.

# %% tags=["hide-input"]
by_n = {
    f"{n} of each": {name: torch.tensor([run[name] for run in runs]).double() for name in MODELS}
    for n, runs in of_runs.items()
}
show(draw.rankings(by_n, "The same models, other n"), "08.rankings_by_n")
verdict("orders in three runs: 300 of each", len(orders[300]), 1, 1)
verdict("orders in three runs: 30 of each", len(orders[30]), low=2)
verdict(
    "diffusion, 5 calls, at n = 100, least, minus projection at n = 300, most",
    by_n["100 of each"]["diffusion, 5 calls"].min() - by_n["300 of each"]["projection (07)"].max(),
    low=0,
)
five = [name for name in MODELS if name != "real digits"]
with torch.no_grad():
    to_unseen = judge_small.features(small_test.images[:300])
    of_reference = {
        name: [metrics.frechet_distance(to_unseen, judge_small.features(x[:300])) for x in MODELS[name][:3]]
        for name in five
    }
same_order = [
    metrics.rank_correlation(
        torch.tensor([of_reference[name][run] for name in five]).double(),
        torch.stack([ranked["judge"][name][run] for name in five]),
    )
    for run in range(3)
]
verdict("training or unseen digits: rank correlation of the five, least of three", min(same_order), low=0.89)

# %% [markdown]
# With 30 samples chance decides; with 300 all runs agree. And a better model with fewer samples loses to a worse one
# with more. The other reference makes at most two neighbours of the five change places. More comes of it where a model
# copies.
#
# **Which reference, which preparation.** The next cell measures copies and new digits once against unseen digits and
# once against the training images; and the same real digits after they were made half as large and large again, in two
# ways, and with pixels from -1 to 1, as many nets want them, where the judge wants 0 to 1. Each three times.


# %% tags=["hide-input"]
def resized(x, **how):
    return F.interpolate(F.interpolate(x, size=14, mode="bilinear", **how), size=28, mode="bilinear")


of_training, _ = seen(training)
rows = []
for draws in (liars(seed) for seed in range(preset(3, smoke=1))):
    x, copied = draws["real"], draws["copies"]
    shown = {
        "real": x, "copied": copied, "resized": resized(x, antialias=False),
        "smooth": resized(x, antialias=True), "range": 2 * x - 1,
    }  # fmt: skip
    features = {name: seen(images)[0] for name, images in shown.items()}
    far = {name: float(frechet_distance(of_unseen, found)) for name, found in features.items()}
    to_training = {name: float(frechet_distance(of_training, features[name])) for name in ("real", "copied")}
    rows.append({
        "unseen": far["copied"] / far["real"], "training": to_training["copied"] / to_training["real"],
        "resized": far["resized"] / far["real"], "smooth": far["smooth"] / far["resized"],
        "range": far["range"] / far["real"], "furthest": far["range"] / max(far["copied"], far["smooth"]),
    })  # fmt: skip
least, most = ({name: pick(row[name] for row in rows) for name in rows[0]} for pick in (min, max))
verdict("against unseen digits: copies over new digits, least", least["unseen"], low=1)
verdict("against the training images: copies over new digits, most", most["training"], high=0.7)
verdict("made small and large again: distance, over that of real digits, least", least["resized"], low=5)
verdict("with antialiasing over without, least", least["smooth"], 1.2, 3)
verdict("pixels from -1 to 1: distance, over that of real digits, least", least["range"], low=20)
verdict("the same, over that of copies and of smoothed digits, least", least["furthest"], low=1.1)

# %% [markdown]
# Against the training images, half of which these copies are, copying *wins*. And two ways to resize the same real
# digits differ by more than half (Parmar et al. found such differences between libraries); the smoother way, which is
# the right one, keeps less detail and is further off. The wrong range is further off than all of these, and stops
# with no error.

# %% [markdown]
# ## 5. Likelihood and looks
#
# Some models of this course have a likelihood, or a bound on it (03, 09, 13, 16). Is that not the measure? Take a model
# $p$ that knows the data exactly, and spoil it: of its samples 99 % shall be noise $r$. Then
#
# $$q = 0.01\, p + 0.99\, r, \qquad \log q(x) \ge \log p(x) - \log 100$$
#
# at every $x$: it loses at most $\log 100 = 4.61$ nats, in any dimension, while models of images differ by hundreds
# (Theis et al.).
#
# **Predict.** In 64 dimensions a third model is right but for a deviation that is 50 % too large. Which has the better
# likelihood of held-out data: (a) that one, (b) the one whose samples are noise in 99 of 100 cases?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
places = 3 * torch.randn(8, 64, generator=dice()).double()
p = exact.GaussianMixture(places, torch.full((8,), 0.5).double())
r = exact.GaussianMixture(torch.zeros(1, 64).double(), torch.tensor([20.0]).double())
wide = exact.GaussianMixture(places, torch.full((8,), 0.75).double())
x = p.sample(2000, dice(1))
likelihood = {
    "p": p.log_prob(x),
    "q": torch.logaddexp(p.log_prob(x) + math.log(0.01), r.log_prob(x) + math.log(0.99)),
    "too wide": wide.log_prob(x),
}
reveal(
    guess, "b" if likelihood["q"].mean() > likelihood["too wide"].mean() else "a", "08.noise_and_likelihood"
)

# %% [markdown]
# The next cell measures; and it builds the opposite, a narrow bump on each of 2,000 training points, whose samples are
# as near to data as data are.

# %% tags=["hide-input"]
train = p.sample(2000, dice(2))
lookup = exact.GaussianMixture(train, torch.full((2000,), 0.05).double())
likelihood["bumps"] = lookup.log_prob(x)
loss = {name: (likelihood["p"] - value).mean().item() for name, value in likelihood.items()}
verdict("q, 99 % noise: nats lost", loss["q"], 4.5, math.log(100) + 1e-9)
verdict("too wide: nats lost", loss["too wide"], low=5)
verdict("bumps on the training points: nats lost", loss["bumps"], low=1000)
precisions = [precision_recall(x[:1000], m.sample(1000, dice(3)), 3)[0] for m in (lookup, p)]
verdict("bumps: precision of their samples minus that of new data", precisions[0] - precisions[1], -0.1, 0.1)

# %% [markdown]
# And models of this course? Digits of 8 x 8 pixels, spread over the intervals of their grey levels, so that a density
# can hold them (09). Two flows, which know their likelihood exactly (09 too); the linear Gaussian of 02; and a bump on
# each training digit. A uniform density has 0 nats.
#
# **Predict.** One of the four has the best samples by the judge. Its likelihood of unseen digits is (a) the best of
# all; (b) between; (c) worse than the uniform density's?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
LEVELS = 17
spread, spread_test = (
    flows.dequantise((part.images * (LEVELS - 1)).round(), LEVELS, dice(k)).flatten(1).double()
    for k, part in enumerate((small, small_test))
)
of_digits, _ = checkpoints.load("digits_flows")
with_likelihood = {
    "Glow (09)": of_digits("glow").double(),
    "MAF (09)": of_digits("maf").double(),
    "linear Gaussian (02)": exact.LinearGaussian.fit(spread, 16),
    "bumps": exact.GaussianMixture(spread, torch.full((len(spread),), 0.05).double()),
}


@torch.no_grad()
def judged(model, seed):
    """The judge's distance of 300 samples, rounded down to grey levels again, to unseen digits."""
    x = model.sample(300, dice(seed))
    x = x[0] if isinstance(x, tuple) else x  # the linear Gaussian's codes come with it
    x = ((x.view(-1, 1, 8, 8) * LEVELS).floor().clamp(0, LEVELS - 1) / (LEVELS - 1)).float()
    return metrics.frechet_distance(judge_small.features(small_test.images[:300]), judge_small.features(x))


compared = {}
for name, model in with_likelihood.items():
    points = spread_test.view(-1, 1, 8, 8) if "09" in name else spread_test
    with torch.no_grad():
        nats = model.log_prob(points).mean()
    compared[name] = nats, torch.tensor([judged(model, seed) for seed in range(3)])
best = min(compared, key=lambda name: compared[name][1].mean())
highest = max(nats for nats, _ in compared.values())
reveal(guess, "a" if compared[best][0] == highest else "b" if compared[best][0] > 0 else "c", "08.best_looks")

# %% [markdown]
# The next cell draws all four.

# %% tags=["hide-input"]
show(draw.likelihood_and_distance(compared), "08.likelihood_and_looks")
verdict("bumps: nats of an unseen digit", compared["bumps"][0], high=-50)
verdict("Glow: the same", compared["Glow (09)"][0], low=80)
verdict(
    "bumps over Glow: most of three distances over the least",
    compared["bumps"][1].max() / compared["Glow (09)"][1].min(),
    high=0.4,
)
verdict(
    "linear Gaussian over Glow: least over most",
    compared["linear Gaussian (02)"][1].min() / compared["Glow (09)"][1].max(),
    low=1.5,
)

# %% [markdown]
# Flows and the linear Gaussian are in the same order by both; the bumps, whose samples are training digits with a
# little noise, are first by looks and last by likelihood.
#
# So a likelihood says how well a model *predicts* data. A few nats of it may be all that noise costs, and the best of
# samples may come with a likelihood that is lost. They are different questions.

# %% [markdown]
# ## 6. People
#
# Back to the game, now with digits of 8 x 8 pixels; give it half a second a picture, or as long as you like.

# %%
RealOrFake(
    small_test.images[:48],
    {name: MODELS[name][0][:16] for name in ("diffusion, 50 calls", "projection (07)", "DCGAN (05)")},
)

# %% [markdown]
# Someone is right in $s$ of $n$ cases. How sure is the share of all cases? The usual
# $\hat p \pm z \sqrt{\hat p (1 - \hat p) / n}$ has no width at $s = n$. **Wilson's interval** holds all $p$ from which
# $\hat p$ is at most $z$ deviations away, $\lvert \hat p - p \rvert \le z \sqrt{p (1 - p) / n}$. Solved for $p$:
#
# $$\frac{1}{1 + z^2 / n} \left( \hat p + \frac{z^2}{2 n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}} \right)$$
#
# **Exercise 6.** Write it.


# %%
def wilson_interval(successes, n, z=1.96):
    """successes of n, whole numbers -> low, high."""
    ### BEGIN SOLUTION
    share = successes / n
    middle = share + z**2 / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (middle - reach) / (1 + z**2 / n), (middle + reach) / (1 + z**2 / n)
    ### END SOLUTION


# %%
wilson_interval = check("eval.wilson_interval", wilson_interval)

# %% [markdown]
# And a share of right answers depends on how fond one is of saying "real". **d'** asks how far apart real and fake lie
# in what the person sees, in deviations: $\Phi^{-1}(\text{hits}) - \Phi^{-1}(\text{false alarms})$, with $\Phi$ the
# CDF of $\mathcal N(0, 1)$, hits the share of real pictures called real, and false alarms the share of fakes called
# real. (It supposes a bell of one width for either kind. The game counts fakes called fake as hits; d' is the same.
# `metrics.d_prime` adds half an answer to each count, so that no share is 0 or 1.)
#
# The next cell computes, for twenty answers, how often either interval holds the truth: a sum over all outcomes, no
# simulation. Then it asks how many answers are needed, and for two values of d'.


# %% tags=["hide-input"]
def usual_interval(successes, n, z=1.96):
    share = successes / n
    reach = z * math.sqrt(share * (1 - share) / n)
    return share - reach, share + reach


def holds(interval, truths):
    """The probability that the interval of 20 answers holds the truth, for truths [T] -> [T]."""
    total = torch.zeros_like(truths)
    for s in range(21):
        low, high = interval(s, 20)
        chance = math.comb(20, s) * truths**s * (1 - truths) ** (20 - s)
        total += chance * ((low <= truths) & (truths <= high))
    return total


truths = torch.linspace(0.001, 0.999, 999).double()
finer = torch.linspace(1e-5, 1 - 1e-5, 99_999).double()
how_often = {name: holds(f, truths) for name, f in (("usual", usual_interval), ("Wilson", wilson_interval))}
show(draw.how_often(truths, how_often), "08.intervals")
verdict("usual interval of 20: it holds a truth of 0.95 with probability", how_often["usual"][949], high=0.7)
verdict("Wilson's: the same, the least over 99,999 truths", holds(wilson_interval, finer).min(), 0.83, 0.85)
needed = next(n for n in range(20, 2000, 20) if wilson_interval(round(0.55 * n), n)[0] > 0.5)
low, high = wilson_interval(11, 20)
print(f"55 % seen is told from guessing by {needed} answers; 11 of 20 means {low:.2f} to {high:.2f}")
verdict("d' of someone who always says 'real'", metrics.d_prime(20, 20, 20, 20), -1e-9, 1e-9)
verdict("d' of someone who is right in 16 of 20 of either kind", metrics.d_prime(16, 20, 4, 20), 1.5, 1.65)

# %% [markdown]
# Twenty answers say little. A class can save its answers from the game and pool them:
# `python -m course_utils pool FILE ...`

# %% [markdown]
# ## 7. The failure museum
#
# **Exhibit A: a comparison that is not fair.** "Our model (blurred digits) beats theirs (real digits)." Three things
# differ besides the models. Mend it: return the settings with which *theirs* has to be measured.


# %%
def scored(images, n, reference, white):
    """Fréchet distance of n images to a reference; white: the value of a white pixel."""
    to = {"unseen": unseen.images, "training": training}[reference]
    return float(frechet_distance(seen(to)[0], seen(images[:n] * white)[0]))


OURS = {"n": 1000, "reference": "unseen", "white": 1.0}
THEIRS = {"n": 50, "reference": "training", "white": 1.25}


def mended_a():
    """Return a dict: n, reference and white."""
    ### BEGIN SOLUTION
    return dict(OURS)
    ### END SOLUTION


# %% [markdown]
# The next cell scores both as published, then with your settings.


# %% tags=["hide-input"]
def judged_a(settings):
    wanted = {"n": 1000, "reference": "unseen", "white": 1.0}  # whatever has become of OURS
    if not isinstance(settings, dict) or set(settings) != set(wanted):
        return "a dict with n, reference and white is wanted"
    for name, value in wanted.items():
        if type(settings[name]) not in (type(value), int) or settings[name] != value:
            return f"{name} is still another than ours"
    return "" if scored(sets["real"], **settings) < scored(sets["blurred"], **wanted) else "ours still wins"


published = {"ours": scored(sets["blurred"], **OURS), "theirs": scored(sets["real"], **THEIRS)}
verdict("exhibit A: as published, ours over theirs", published["ours"] / published["theirs"], high=0.9)
exhibit("A", mended_a, judged_a, "a dict")

# %% [markdown]
# ## Read with care
#
# The table lists what the source lectures print about this, and what holds. Each line is held by a test.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("08"))

# %% [markdown]
# ## What to take with you
#
# - Say what is to be measured: faithful, complete, new, likely, liked. No number holds all.
# - IS never sees the data; FID and KID compare sets by features; precision and recall tell two faults apart; only the
#   training images show copying.
# - A number belongs to its $n$, its features, its reference and its preparation. Compare at the same of all four.
# - Likelihood and samples answer different questions.
# - A share of twenty answers has a wide interval; say it.
#
# **Left out here.** Measures with text (CLIP), sound and video; human studies beyond one question; privacy. The table
# of all models of this course comes at the end ({notebook 18}).

# %% [markdown]
# ## Going further: the papers
#
# Wilson, *Probable inference, the law of succession, and statistical inference*, 1927. Theis, van den Oord and Bethge,
# *A note on the evaluation of generative models*, 2016. Salimans et al., *Improved techniques for training GANs*,
# 2016. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, 2017.
# Lopez-Paz and Oquab, *Revisiting classifier two-sample tests*, 2017. Bińkowski et al., *Demystifying MMD GANs*, 2018.
# Barratt and Sharma, *A note on the Inception score*, 2018. Xu et al., *An empirical study on evaluation metrics of
# generative adversarial networks*, 2018. Kynkäänniemi et al., *Improved precision and recall metric for assessing
# generative models*, 2019. Zhou et al., *HYPE: a benchmark for human eye perceptual evaluation of generative models*,
# 2019. Chong and Forsyth, *Effectively unbiased FID and Inception score and where to find them*, 2020. Naeem et al.,
# *Reliable fidelity and diversity metrics for generative models*, 2020. Parmar, Zhang and Zhu, *On aliased resizing
# and surprising subtleties in GAN evaluation*, 2022. Stein et al., *Exposing flaws of generative model evaluation
# metrics and their unfair treatment of diffusion models*, 2023.
