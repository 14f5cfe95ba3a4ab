# ---
# jupyter:
#   course:
#     title: Conditional and structured GANs
#     summary: Tell a GAN what you want, by a label, a picture or a style, and measure whether it did as it was told.
#     about: >-
#       A GAN draws what it likes. Tell it a label, find codes that mean something, turn outlines into faces and faces
#       without glasses into faces with them, enlarge, and mix styles layer by layer; each time a judge measures what
#       was kept. Needs 05. *Touch:* two faces whose styles you mix.
# ---

# %% [markdown]
# # 07 Conditional and structured GANs
#
# **Follows** *EECS 230, Lecture 16*, after S. Prince (conditional GANs, ACGAN, image translation); S.
# Lathuilière, *Deep generative methods* (InfoGAN, StyleGAN); S. Velasco-Forero, *Introduction to Diffusion
# Models* (K + 1, ageing, refiner).
#
# **After this notebook you can**
# - tell a GAN a label in three ways, and say what else it changes;
# - write InfoGAN's bound, and check what a code has come to mean;
# - turn one kind of picture into another, with pairs and without, and measure what was kept;
# - build a generator that is told its style layer by layer, and find which layer holds what.
#
# **Builds on** 04 and 05 (the game, DCGAN), 03 (conditions in a VAE). **Time to run:** {measured_time}. Sections marked
# "Going further" can be skipped.

# %%
import math

import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F

from course_utils import checkpoints, data, gan, metrics
from course_utils.checkpoints import digits_conditional_gans as told_labels
from course_utils.checkpoints import (
    digits_few_labels, digits_srgan, faces_pix2pix, faces_style, glyphs_infogan, glyphs_refiner, image_translation,
)  # fmt: skip
from course_utils.checkpoints import unpaired_translation as unpaired
from course_utils.checks import check, hint, reveal
from course_utils.diffusion.control import colour_edges
from course_utils.figures import conditional_gans as draw
from course_utils.figures import gan_zoo, image_rows, show
from course_utils.gan import conditional, infogan, label_theory, style
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import StyleMixer

torch.manual_seed(0)
torch.set_num_threads(1)  # everything here is small
one_thread = threadpool_limits(1)  # the same for NumPy


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## Two faces, and a third
#
# In the middle, the first layers of the generator are told the style of A, the others that of B. Move the border:
# which layers hold the head, which the colours?

# %%
generator, _ = checkpoints.load("faces_style")
StyleMixer(generator)

# %% [markdown]
# So a generator can be *told* something. **A first attempt** with a simpler wish: digits, and you choose which. The
# label $y$ joins the noise of $G$, and all else stays as in notebook 05.

# %%
digits = data.load("digits")
reader, _ = checkpoints.load("digit_classifier")
losses = gan.losses["non_saturating"]

# %% [markdown]
# Both players' steps are those of notebook 05; only `G(z, y)` is new, and what $D$ is asked.


# %%
def play(is_told, seed, steps=500):
    """A GAN of digits whose G is told the label; is_told: D too? -> G."""
    torch.manual_seed(seed)
    G = gan.initialise(conditional.JoinedGenerator(16, width=16))
    kind = conditional.JoinedDiscriminator if is_told else gan.ImageDiscriminator
    D = gan.initialise(kind(width=16, spectral=True))

    def ask(x, y):
        return D(x, y) if is_told else D(x)

    of_G = torch.optim.Adam(G.parameters(), 2e-3, (0.5, 0.999))
    of_D = torch.optim.Adam(D.parameters(), 4e-3, (0.5, 0.999))
    for _ in range(preset(steps, smoke=3)):
        chosen = torch.randint(len(digits.images), (64,))
        x, y = digits.images[chosen], digits.labels[chosen]
        fake = G(torch.randn(64, 16), y)
        d_loss = losses.d_loss(ask(x, y), ask(fake.detach(), y))
        of_D.zero_grad()
        d_loss.backward()
        of_D.step()
        g_loss = losses.g_loss(ask(fake, y))
        of_G.zero_grad()
        g_loss.backward()
        of_G.step()
    return G.eval()


wanted = torch.arange(500) % 10


@torch.no_grad()
def samples_of(G):
    return G(torch.randn(500, 16, generator=dice()), wanted)


untold = [samples_of(play(False, seed)) for seed in range(3)]

# %% [markdown]
# The next cell draws what came of 0 to 9 in turn, and asks the judge of digits.

# %% tags=["hide-input"]
show(
    image_rows({f"seed {seed}": x for seed, x in enumerate(untold)}, "Asked for 0 to 9", 10),
    "07.first_attempt",
)
asked = [metrics.agreement(reader, x, wanted) for x in untold]
verdict("share read as what was asked, most of three seeds", max(asked), high=0.25)

# %% [markdown]
# Some are digits, and not those that were asked for. $D$ sees no label, so a good picture of a 7 pleases it as
# well when a 3 was wanted; $G$ has no reason to listen.
#
# **The question.** How does one ask a GAN for something, so that it must obey?

# %% [markdown]
# ## 1. Labels
#
# Tell $D$ too. It then sees pairs, $(x, y)$ from the data and $(G(z, y), y)$, and a wrong pair is a fake (cGAN, Mirza
# and Osindero). In `play`, the label joins the image as ten more channels, one of which is 1 everywhere.

# %%
told = [samples_of(play(True, seed)) for seed in range(3)]

# %% [markdown]
# The next cell draws 0 to 9 again, and asks the judge.

# %% tags=["hide-input"]
show(image_rows({f"seed {seed}": x for seed, x in enumerate(told)}, "Asked for 0 to 9", 10), "07.told")
asked = [metrics.agreement(reader, x, wanted) for x in told]
verdict("D is told as well: share read as asked, least of three seeds", min(asked), low=0.4)

# %% [markdown]
# **Projection.** How should a label enter? The best logit tells. With samples distributed as $q$,
#
# $$\log \frac{p(x, y)}{q(x, y)} = \log \frac{p(x)}{q(x)} + \log \frac{p(y \mid x)}{q(y \mid x)}$$
#
# If both $p(y \mid x)$ and $q(y \mid x)$ are a softmax of features $\phi(x)$, the second term is linear in $\phi$, with
# one vector $v_y$ a label, up to a part without $y$. So (Miyato and Koyama):
#
# $$\mathrm{logit}(x, y) = h(\phi(x)) + \langle v_y, \phi(x) \rangle$$
#
# **Exercise 1.** Write it.


# %%
def projection_logit(features, y, head, embedding):
    """features: phi(x) [B, F]; y: int64 [B]; head: a net, [B, F] -> [B, 1]; embedding: [K, F] -> logits [B, 1]."""
    ### BEGIN SOLUTION
    return head(features) + (embedding[y] * features).sum(1, keepdim=True)
    ### END SOLUTION


# %%
projection_logit = check("cgan.projection_logit", projection_logit)

# %% [markdown]
# If you are stuck, here or later, call `hint` with the exercise's name; a second call gives a stronger one.

# %%
hint("cgan.projection_logit")

# %% [markdown]
# **An auxiliary classifier** (ACGAN, Odena et al.). $D$ is not told the label; it *guesses* it, with $K$ more outputs.
# Both players want the guess right, on real images and on generated ones:
#
# $$L_D = \underbrace{\mathbb E\, \mathrm{sp}(-D(x)) + \mathbb E\, \mathrm{sp}(D(G))}_{\text{source: real or not}} \underbrace{- \mathbb E \log Q(y \mid x) - \mathbb E \log Q(y \mid G)}_{\text{class}},$$
#
# $$L_G = \mathbb E\, \mathrm{sp}(-D(G)) - \mathbb E \log Q(y \mid G)$$
#
# with $\mathrm{sp}(t) = \log(1 + e^t)$, $D$ the logit, and $G$ short for $G(z, y)$. There are $K$ classes: none of them
# is "generated".
#
# **Exercise 2.** Write both losses, to be minimised, for large logits too.


# %%
def acgan_losses(real, fake, y_real, y_fake):
    """real, fake: (logits [B, 1], class logits [B, K]); y_real, y_fake: int64 [B] -> (D's loss, G's loss)."""
    ### BEGIN SOLUTION
    (d_real, c_real), (d_fake, c_fake) = real, fake
    of_class = F.cross_entropy(c_fake, y_fake)
    d_loss = (
        F.softplus(-d_real).mean() + F.softplus(d_fake).mean() + F.cross_entropy(c_real, y_real) + of_class
    )
    return d_loss, F.softplus(-d_fake).mean() + of_class
    ### END SOLUTION


# %%
acgan_losses = check("cgan.acgan_losses", acgan_losses)

# %% [markdown]
# **Predict.** A study trained these ways on digits, six seeds each, also with the label in $G$'s batch norms
# ("embedded") and with ten times the class term ("weight 10"). ACGAN's $G$ is paid for every image whose label is read
# rightly. Compare it with the projection: (a) it is read as asked more often, and its images of one class differ as
# much; (b) more often, and they differ less; (c) less often.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
study, _ = checkpoints.load("digits_conditional_gans")
WAYS = {
    "untold_d": "D not told", "joined": "joined", "embedded": "G embedded, D joined",
    "projection": "projection", "acgan": "ACGAN", "acgan_heavy": "ACGAN, weight 10",
}  # fmt: skip
measure = told_labels.Yardstick()  # the judge: share read as asked, spread within a class, ...
asked_for = torch.arange(1000) % 10
scores = {name: torch.tensor([measure(x, asked_for) for x in study(name)]).T for name in WAYS}  # [4, seeds]
heavy, projection = scores["acgan"].mean(1), scores["projection"].mean(1)
wider = "a" if heavy[1] > 0.9 * projection[1] else "b"
reveal(guess, wider if heavy[0] > projection[0] else "c", "07.what_acgan_pays_for")

# %% [markdown]
# The next cell draws the means with their 95% intervals. **Spread** is how far two images of one class lie apart, in
# the judge's features, over that of real digits (dashed: real).


# %% tags=["hide-input"]
def interval(values):
    """Mean and 95 % interval of a mean, by Student's t for three or six seeds."""
    values = values.double()
    reach = {3: 4.303, 6: 2.571}[len(values)] * values.std() / len(values) ** 0.5
    return values.mean().item(), (values.mean() - reach).item(), (values.mean() + reach).item()


MEASURES = {"read as asked": 0, "spread within a class": 1}
of_ways = {what: {WAYS[n]: interval(scores[n][row]) for n in WAYS} for what, row in MEASURES.items()}
show(gan_zoo.zoo(of_ways, dict.fromkeys(MEASURES, 1.0), {"read as asked": (0, 1.05)}), "07.ways")
of_asked, of_spread = ({name: rows[title] for name, title in WAYS.items()} for rows in of_ways.values())
verdict(
    "ACGAN read as asked, lower end, minus the projection's upper end",
    of_asked["acgan"][1] - of_asked["projection"][2],
    low=0,
)
verdict("projection minus joined, the same", of_asked["projection"][1] - of_asked["joined"][2], low=0)
verdict("spread of ACGAN, upper end", of_spread["acgan"][2], high=0.6)
verdict("spread of the projection, lower end", of_spread["projection"][1], low=0.85)
verdict(
    "spread: weight 10, upper end, minus weight 1, lower end",
    of_spread["acgan_heavy"][2] - of_spread["acgan"][1],
    high=0,
)

# %% [markdown]
# ACGAN obeys best, and varies least. Compare what it asks with the joint divergence. With $q$ for the samples,
#
# $$\mathrm{KL}(q(x, y) \,\Vert\, p(x, y)) = \mathrm{KL}(q(x) \,\Vert\, p(x)) + \mathbb E_q[-\log p(y \mid x)] - H_q(y \mid x)$$
#
# With its classifier exact, and a GAN that comes down to the first term, ACGAN has the first two terms and not the
# last. So nothing holds $G$ back from images that leave no doubt (Shu et al.). For two classes on a line that overlap,
# the best samples are known exactly; the next cell computes and draws them.

# %% tags=["hide-input"]
axis = torch.linspace(-5, 5, 2001).double()
width = axis[1] - axis[0]
bells = [torch.distributions.Normal(mean, 1.0).log_prob(axis).exp() / 2 for mean in (-1.0, 1.0)]
of_data = torch.stack(bells).double()
best_for_acgan = label_theory.acgan_optimum(of_data, width.item())
show(draw.two_classes(axis, of_data, best_for_acgan), "07.two_classes")
parts = label_theory.label_parts(of_data, of_data, width.item())
verdict("samples = data: joint divergence", parts.joint, -1e-9, 1e-9)
verdict("samples = data: what ACGAN's sum asks, in nats", parts.marginal + parts.cross_entropy, 0.2, 0.5)
parts = label_theory.label_parts(best_for_acgan, of_data, width.item())
verdict("its best samples: the same sum", parts.marginal + parts.cross_entropy, 0.1, 0.2)
verdict("its best samples: joint divergence", parts.joint, low=0.1)

# %% [markdown]
# ### Going further: fifty labels
#
# Turn it round: let the game serve the classifier (Salimans et al.). $D$ is a classifier with one more class,
# "generated", whose logit is fixed at 0. Then $D(x) = 1 - p(K + 1 \mid x) = Z / (Z + 1)$ with $Z = \sum_k e^{l_k}$,
# and images without a label teach it too: they are not of class $K + 1$.
#
# **Exercise 3.** As a logit, $D(x) = \sigma(\cdot)$. Write what stands in the bracket, for logits as large as 500 too.


# %%
def real_logit(classes):
    """classes: K class logits [B, K] -> D's logit [B, 1]."""
    ### BEGIN SOLUTION
    return classes.logsumexp(1, keepdim=True)
    ### END SOLUTION


# %%
real_logit = check("cgan.real_logit", real_logit)

# %% [markdown]
# A study trained it with 50 labelled digits, and 1,400 or so without labels. The next cell draws the accuracy on test
# digits, six seeds.

# %% tags=["hide-input"]
few, _ = checkpoints.load("digits_few_labels")
ROWS = {
    "alone": "50 labels alone",
    "gan": "K + 1 classes",
    "feature_matching": "feature matching",
    "all_labels": "all labels",
}
accuracy = {title: digits_few_labels.accuracies(few, name) for name, title in ROWS.items()}
show(
    gan_zoo.zoo({"accuracy on test digits": {t: interval(v) for t, v in accuracy.items()}}, {}, {}),
    "07.few_labels",
)
gain = interval(accuracy["K + 1 classes"] - accuracy["50 labels alone"])
verdict("K + 1 classes: gain in accuracy, mean of six pairs", gain[0], 0.005, 0.05)
verdict("its 95% interval: lower end", gain[1], -0.02, 0.01)

# %% [markdown]
# A gain of three points, whose interval just reaches 0: with six seeds it is not certain. (Feature matching, the loss
# that Salimans et al. recommend, taught nothing in the time it had here.)

# %% [markdown]
# ## 2. Codes that nobody named
#
# **InfoGAN** (Chen et al.) has no labels at all. $G$ gets codes $c$ beside $z$, here a category of ten and two numbers
# in $[-1, 1]$, and is paid if they can be *read off* the image. A head $Q$ beside $D$'s reads them:
#
# $$I(c; x) \ge \mathbb E \log Q(c \mid x) + H(c), \qquad x = G(z, c)$$
#
# $D$'s trunk, $Q$ and $G$ all climb this bound. $Q$ is a softmax for the category, whose bound ends at $H(c) = \log
# 10$; for a number it is a Gaussian with mean $\mu$ and deviation $s$, and $H(c) = \log 2$ (the interval's length is
# 2).
#
# **Exercise 4.** Write the bound of each code in nats, for any number of categories.


# %%
def information(logits, category, mean, log_std, numbers):
    """Q: logits [B, K], mean and log_std [B, J]; codes: category int64 [B], numbers [B, J] -> bounds [1 + J]."""
    ### BEGIN SOLUTION
    of_category = math.log(logits.shape[1]) - F.cross_entropy(logits, category)
    log_q = -(((numbers - mean) / log_std.exp()) ** 2) / 2 - log_std - math.log(2 * math.pi) / 2
    return torch.cat([of_category[None], math.log(2) + log_q.mean(0)])
    ### END SOLUTION


# %%
information = check("cgan.information", information)

# %% [markdown]
# Three InfoGANs of rendered digits (`glyphs`), and three plain ones, in which $Q$ only looks on.
#
# **Predict.** There are ten categories, and ten digits. Give each category the digit that suits it best, no digit
# twice. How many glyphs are then named rightly? (a) More than nine of ten; (b) fewer, but more than in the plain GAN;
# (c) no more than there.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
glyphs = glyphs_infogan.glyphs()
nets = {
    "InfoGAN": checkpoints.load("glyphs_infogan")[0],
    "plain GAN": checkpoints.load("glyphs_infogan_plain")[0],
}


@torch.no_grad()
def drawn(nets, seed):
    """1,000 glyphs of one seed, and the codes they were made from."""
    return nets.samples(seed, preset(1000, smoke=50), dice(seed))


made = {name: [drawn(three, seed) for seed in range(3)] for name, three in nets.items()}
purity = {
    name: torch.tensor([metrics.matched_purity(c.category, glyphs_infogan.read(x, glyphs)) for x, c in runs])
    for name, runs in made.items()
}
least, plain = purity["InfoGAN"].min(), purity["plain GAN"].max()
reveal(guess, "a" if least > 0.9 else "b" if least > 1.3 * plain else "c", "07.what_the_category_means")

# %% [markdown]
# The next cell draws the bound while it was trained, rows of one category each, and a number from -1 to 1; and measures
# what the numbers do, against slant, weight and size, which are known of glyphs.

# %% tags=["hide-input"]
curves = {name: three.bounds[:, :, 0] for name, three in nets.items()}
show(draw.bounds(curves, math.log(10)), "07.bounds")
with torch.no_grad():
    net, same_z = nets["InfoGAN"], torch.randn(12, 32, generator=dice(5))
    rows = {}
    for k in range(5):
        rows[f"category {k}"] = net(0, infogan.Codes(torch.full((12,), k), torch.zeros(12, 2)), same_z)
    for j in range(2):
        numbers = torch.zeros(12, 2)
        numbers[:, j] = torch.linspace(-1, 1, 12)
        one_z = same_z[:1].expand(12, -1)
        rows[f"number {j + 1}, -1 to 1"] = net(0, infogan.Codes(torch.zeros(12).long(), numbers), one_z)
show(image_rows(rows, "InfoGAN, one seed"), "07.codes")
r = {
    name: torch.stack([glyphs_infogan.correlations(*run).max(0).values for run in runs])
    for name, runs in made.items()
}
with torch.no_grad():
    (x, codes), D = made["InfoGAN"][0], nets["InfoGAN"].D[0]
    guessed = D(x)[1]
of_codes = information(guessed.logits, codes.category, guessed.mean, guessed.log_std, codes.numbers)
verdict("your bound on one seed's category, in nats", of_codes[0], 2.2, math.log(10) + 1e-6)
verdict(
    "bound on the category, InfoGAN, over log 10, least of three",
    curves["InfoGAN"][:, -1].min() / math.log(10),
    0.95,
    1.0,
)
verdict("the same of the plain GAN, most of three", curves["plain GAN"][:, -1].max() / math.log(10), high=0.2)
verdict("rightly named, InfoGAN, least of three", least, 0.2, 0.6)
verdict("rightly named, plain GAN, most of three", plain, high=0.2)
for k, factor in enumerate(("slant", "weight", "size")):
    verdict(
        f"|correlation| of a number with {factor}, InfoGAN, least of three", r["InfoGAN"][:, k].min(), low=0.2
    )
    verdict("the same, plain GAN, most of three", r["plain GAN"][:, k].max(), high=0.2)

# %% [markdown]
# The bound reaches its ceiling: the image tells its category exactly. And yet the ten categories are not the ten
# digits. The bound asks for *something* to be told, and any ten kinds of picture do. The two numbers go with slant,
# weight and size, in some mixture, and with shape; nothing of this happens in a plain GAN.

# %% [markdown]
# ## 3. From outlines to faces
#
# **pix2pix** (Isola et al.) has pairs: an outline $x$ and its face $y$. $G$ gets $x$, and $D$ sees $x$ beside a face,
# true or made. To this comes the distance to the true face:
#
# $$L_G = L_{\text{GAN}} + \lambda\, \mathbb E\, \lvert y - G(x) \rvert_1$$
#
# $G$ gets noise too, as one more channel. Its $D$ looks at patches: a map of logits, each of which sees $r \times r$
# pixels. With kernels $k_i$ and strides $s_i$, from the image on,
#
# $$r = 1 + \sum_i (k_i - 1)\, s_1 \cdots s_{i-1}$$
#
# **Exercise 5.** Compute it.


# %%
def receptive_field(layers):
    """layers: (kernel, stride) of each convolution, from the image on -> pixels, an int."""
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field
    ### END SOLUTION


# %%
receptive_field = check("cgan.receptive_field", receptive_field)
print(
    "pix2pix's five layers see", receptive_field([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)]), "pixels each way"
)
print("our three, for faces of 32 x 32:", receptive_field([(4, 2), (4, 2), (3, 1)]))

# %% [markdown]
# **Predict.** An outline does not tell the colours. With $L_1$ alone, what does $G$ do about them? (a) It guesses bold
# ones, often wrong; (b) it paints pale ones in between; (c) it leaves black and white.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
pix, _ = checkpoints.load("faces_pix2pix")
faces = faces_pix2pix.faces("test")
truth, outlines = faces.images[:300], colour_edges(faces.images[:300])
with torch.no_grad():
    painted = {name: pix[name](faces_pix2pix.told(truth, dice())) for name in pix}
colour = {
    name: faces_pix2pix.colourfulness(x) / faces_pix2pix.colourfulness(truth) for name, x in painted.items()
}
reveal(guess, "a" if colour["L1"] > 0.9 else "b" if colour["L1"] > 0.1 else "c", "07.colours_of_l1")

# %% [markdown]
# The judge of faces reads their factors. What is measured of each image:


# %% tags=["hide-input"]
judge, _ = checkpoints.load("faces_judge")


def over_images(values):
    """Mean and 95 % interval of a mean over images."""
    values = values.double()
    reach = 1.96 * values.std() / len(values) ** 0.5
    return values.mean().item(), (values.mean() - reach).item(), (values.mean() + reach).item()


def steepness(x):
    """How sharp each image is: the mean absolute difference of neighbouring pixels, [B]."""
    return (x.diff(dim=2).abs().mean((1, 2, 3)) + x.diff(dim=3).abs().mean((1, 2, 3))) / 2


def colours(x):
    """How far the channels of a pixel lie apart, mean over each image, [B]."""
    return (x.amax(1) - x.amin(1)).mean((1, 2))


def has_glasses(x):
    return judge.read(x)["glasses"] > 0.5


def error_of(factor, x, true):
    """How far the judge reads a factor of faces x from the one that was drawn, [B]."""
    return (judge.read(x)[factor] - true).abs()


# %% [markdown]
# The next cell draws what the three made of held-out outlines, with means and their 95% intervals over 300 faces.

# %% tags=["hide-input"]
show(image_rows({"outline": outlines, **painted, "true face": truth}, "Faces from outlines", 6), "07.pix2pix")
panels = {
    "pixel error": {n: over_images((x - truth).abs().mean((1, 2, 3))) for n, x in painted.items()},
    "sharpness, over the true": {n: over_images(steepness(x) / steepness(truth)) for n, x in painted.items()},
    "colour, over the true": {n: over_images(colours(x) / colours(truth)) for n, x in painted.items()},
}
ones = dict.fromkeys(["sharpness, over the true", "colour, over the true"], 1.0)
show(gan_zoo.zoo(panels, ones, {}), "07.pix2pix_measured")
of_error, _, of_colour = panels.values()
verdict(
    "pixel error: L1 alone, upper end, minus both, lower end", of_error["L1"][2] - of_error["both"][1], high=0
)
verdict(
    "colour: both, lower end, minus L1 alone, upper end", of_colour["both"][1] - of_colour["L1"][2], low=0
)

# %% [markdown]
# The next cell asks whether glasses are kept, how far the faces are from other faces in the judge's features, and what
# the noise does.

# %% tags=["hide-input"]
wearing = faces.factors["glasses"][:300].bool()
for name, x in painted.items():
    verdict(f"{name}: glasses kept, or none", (has_glasses(x) == wearing).double().mean(), low=0.9)
others = judge.features(faces.images[300:])
far = {name: metrics.frechet_distance(judge.features(x), others) for name, x in painted.items()}
verdict(
    "Fréchet distance of the judge's features to other faces: both over L1 alone",
    far["both"] / far["L1"],
    high=0.7,
)
verdict("GAN alone over L1 alone", far["GAN"] / far["L1"], low=1.5)
with torch.no_grad():
    draws = torch.stack([pix["both"](faces_pix2pix.told(truth, dice(seed))) for seed in range(4)])
verdict("both: deviation of a pixel over four draws of the noise", draws.std(0).mean(), high=0.02)

# %% [markdown]
# $L_1$ paints the median of what could be, and is nearest to the truth pixel by pixel. With a GAN, $G$ settles for one
# answer: its faces are likelier and, where the guess is wrong, further off. The GAN alone lost its way here, and its
# colour is noise. What $G$ is given as noise does next to nothing: every outline has one face, as Isola et al. found.
# (Edges come from the outline, so that sharpness tells little in this task.)

# %% [markdown]
# ## 4. Without pairs
#
# Nobody has a photo of you with these glasses *and* the same photo without. **CycleGAN** (Zhu et al.) needs two heaps
# only: faces without glasses, $x$, and other faces with them, $y$. Two generators, there and back, each with its own
# $D$. But a $D$ knows heaps, not pairs: any face with glasses pleases it. What ties $G(x)$ to $x$ is that the way back
# must arrive:
#
# $$L_{\text{cycle}} = \mathbb E_x \lvert \text{back}(\text{there}(x)) - x \rvert_1 + \mathbb E_y \lvert \text{there}(\text{back}(y)) - y \rvert_1$$
#
# **Exercise 6.** Write it; the mean over pixels each time.


# %%
def cycle_loss(there, back, x, y):
    """there, back: nets, images to images; x, y: images [B, C, H, W] of the two kinds -> a scalar."""
    ### BEGIN SOLUTION
    return (back(there(x)) - x).abs().mean() + (there(back(y)) - y).abs().mean()
    ### END SOLUTION


# %%
cycle_loss = check("cgan.cycle_loss", cycle_loss)

# %% [markdown]
# Two such pairs of nets: one puts glasses on, one makes hair grey (so it ages a face, as a lecture has it). The next
# cell draws them, trained with the cycle loss and without, and measures on held-out faces. The head's turn goes from
# -1 to 1; "worse" is by how much the judge reads it less well than before.

# %% tags=["hide-input"]
glasses, ageing = (checkpoints.load(name)[0] for name in ("faces_glasses", "faces_ageing"))
both = unpaired.faces(preset(600, smoke=60), "test")
bare, grey = both.factors["glasses"] == 0, both.factors["hair"] == unpaired.GREY
no_glasses, coloured = both.images[bare], both.images[~grey]
with torch.no_grad():
    worn = {name: pair["there"](no_glasses) for name, pair in glasses.items()}
    aged = {name: pair["there"](coloured) for name, pair in ageing.items()}
    rows = {
        "before": no_glasses,
        "glasses on": worn["with"],
        "off again": glasses["with"]["back"](worn["with"]),
    }
rows |= {"on, no cycle loss": worn["without"], "before ": coloured, "hair made grey": aged["with"]}
rows |= {"no cycle loss": aged["without"]}
show(image_rows(rows, "There", 5), "07.cycle")


def hair_of(mask):
    return both.factors["hair"][mask]


def worse(after, before, mask):
    """By how much the turn is read worse after translation: mean and interval."""
    turn = both.factors["turn"][mask]
    return over_images(error_of("turn", after, turn) - error_of("turn", before, turn))


for name in ("with", "without"):
    verdict(f"glasses, {name} the cycle loss: read as worn", has_glasses(worn[name]).double().mean(), low=0.9)
    now = (judge.read(aged[name])["hair"] == unpaired.GREY).double().mean()
    verdict(f"ageing, {name}: hair read as grey", now, low=0.9)
tied, untied = (worse(worn[name], no_glasses, bare) for name in ("with", "without"))
verdict("glasses, with: turn worse, upper end", tied[2], high=0.02)
verdict("glasses, without: turn worse, lower end", untied[1], low=0.1)
tied, untied = (worse(aged[name], coloured, ~grey) for name in ("with", "without"))
verdict("ageing, with: turn worse, lower end", tied[1], low=0)
verdict("ageing, without, lower end, minus with, upper end", untied[1] - tied[2], low=0)

# %% [markdown]
# All arrive. Without the cycle loss the face with glasses is another face; with it glasses cost nothing, and ageing
# costs something all the same.

# %% [markdown]
# **Predict.** Black, brown, chestnut, red and blond hair all became grey. How many heads have their own colour again
# after the way back, with the cycle loss? (a) About one in five; (b) about half; (c) nearly all.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION


# %%
def colours_back(pair, noise=0.0):
    """The share of heads with their own colour after both ways, with noise of that deviation in between."""
    again = judge.read(unpaired.returned(pair, coloured, noise))["hair"]
    return (again == hair_of(~grey)).double().mean().item()


with torch.no_grad():
    own = colours_back(ageing["with"])
reveal(guess, "a" if own < 0.35 else "b" if own < 0.75 else "c", "07.what_hides_in_the_picture")

# %% [markdown]
# Where is the colour? The next cell draws the way back, adds noise to the grey picture before it, and then blurs it
# instead.

# %% tags=["hide-input"]
levels = (0.0, 0.02, 0.04, 0.08, 0.16, 0.32)
with torch.no_grad():
    again = {"grey": aged["with"], "and back": ageing["with"]["back"](aged["with"])}
    again |= {"no cycle loss": aged["without"], "and back ": ageing["without"]["back"](aged["without"])}
show(image_rows(again, "And back", 5), "07.and_back")
with torch.no_grad():
    by_noise = {
        f"{name} the cycle loss": [colours_back(ageing[name], noise) for noise in levels]
        for name in ("with", "without")
    }
show(draw.noise_on_the_way(levels, by_noise), "07.noise_on_the_way")
tied, untied = by_noise.values()
verdict("with: share of colours that come back, no noise", tied[0], low=0.9)
verdict("with: the same, noise of deviation 0.32", tied[-1], high=0.7)
verdict("without: the same, no noise", untied[0], high=0.4)
with torch.no_grad():
    blurred = F.avg_pool2d(F.pad(aged["with"], (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    again = judge.read(ageing["with"]["back"](blurred))["hair"]
    never_grey = F.avg_pool2d(F.pad(coloured, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
verdict(
    "with: the same, the grey picture blurred by a 3 x 3 mean",
    (again == hair_of(~grey)).double().mean(),
    high=0.6,
)
verdict(
    "(faces that never were grey, blurred: colour read)",
    (judge.read(never_grey)["hair"] == hair_of(~grey)).double().mean(),
    low=0.9,
)

# %% [markdown]
# The judge must name one colour, and says grey; the way back knows better. Look closely: dark and reddish edges are
# left. The cycle loss pays for leaving them. (In CycleGAN's maps Chu et al. found remains too faint to see.) Here it
# takes much noise to drown them, but a mean over 3 x 3 pixels wipes most of them out. So the loss that keeps a face
# also works against what was wanted.
#
# Nor does it say what is to stay the same. Rendered digits and handwritten ones (`mnist_5k`), unpaired, with a $D$ that
# sees whole images; the next cell asks the judge of handwriting.

# %% tags=["hide-input"]
handwriting, _ = checkpoints.load("digits_cyclegan")
scribe, _ = checkpoints.load("mnist_classifier")
rendered = glyphs_refiner.glyphs("test")
x, y = rendered.images, rendered.labels
with torch.no_grad():
    written = {name: pair["there"](x) for name, pair in handwriting.items()}
    rows = {"rendered": x, "with": written["with"], "and back": handwriting["with"]["back"](written["with"])}
    rows["without"] = written["without"]
show(image_rows(rows, "Rendered digits made handwritten"), "07.handwriting")
kept = {name: over_images(scribe(made).argmax(1) == y) for name, made in (written | {"rendered": x}).items()}
for name in kept:
    print(f"{name:10s} read as its label: {kept[name][0]:.2f} ({kept[name][1]:.2f} to {kept[name][2]:.2f})")
verdict(
    "label kept: with the cycle loss, upper end, minus rendered, lower end",
    kept["with"][2] - kept["rendered"][1],
    high=0,
)
verdict("label kept without the cycle loss, upper end", kept["without"][2], high=0.4)
with torch.no_grad():
    tied, untied = (
        cycle_loss(pair["there"], pair["back"], x, glyphs_refiner.digits("test").images)
        for pair in handwriting.values()
    )
    home = handwriting["with"]["back"](written["with"])
verdict("your cycle loss, with over without", tied / untied, high=0.6)
same = (scribe(home).argmax(1) == scribe(x).argmax(1)).double().mean()
verdict("read as the same digit as before, there and back", same, 0.6, 0.9)
alike = written["without"].std(0).mean() / x.std(0).mean()
verdict("without: deviation of a pixel from digit to digit, over that of rendered ones", alike, high=0.3)
of_real = image_translation.patches(glyphs_refiner.digits("test").images)
unlike = {
    name: metrics.frechet_distance(image_translation.patches(image), of_real)
    for name, image in (("rendered", x), ("with", written["with"]))
}
verdict(
    "5 x 5 patches: distance to real ones, with the cycle loss over rendered",
    unlike["with"] / unlike["rendered"],
    high=0.2,
)

# %% [markdown]
# With the cycle loss the strokes are those of handwriting. But some are another digit now, as the 8 that is written as
# a 3, and the game allows it: heap meets heap, and much comes back, if not all. Without the cycle loss all became one
# picture. (One training each, here and with the faces.)

# %% [markdown]
# ## 5. From few pixels to many
#
# **SRGAN** (Ledig et al.) enlarges. One 7 x 7 picture belongs to many of 28 x 28, and the squared error wants their
# mean, which is blurred. Two cures: compare not pixels but *features* of a classifier (the content loss), and a $D$
# that knows what pictures look like. Nets enlarge by a **pixel shuffle**: $r^2$ channels become a square of $r \times
# r$ pixels (Shi et al.).
#
# **Exercise 7.** Write it: output pixel $(r i + a,\, r j + b)$ of channel $c$ is input pixel $(i, j)$ of channel
# $c r^2 + a r + b$.


# %%
def pixel_shuffle(x, r):
    """x: [B, C r r, H, W] -> [B, C, r H, r W]."""
    ### BEGIN SOLUTION
    B, channels, H, W = x.shape
    x = x.view(B, channels // r**2, r, r, H, W)  # c, a, b, i, j
    return x.permute(0, 1, 4, 2, 5, 3).reshape(B, channels // r**2, r * H, r * W)
    ### END SOLUTION


# %%
pixel_shuffle = check("cgan.pixel_shuffle", pixel_shuffle)

# %% [markdown]
# **Predict.** The net with a GAN is to look more real. Is its PSNR, which is made of the squared error to the true
# digit, (a) higher than that of the content loss alone; (b) lower; (c) the same within 0.1 dB?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %%
enlargers, _ = checkpoints.load("digits_srgan")
large = digits_srgan.digits("test").images
with torch.no_grad():
    enlarged = {name: net(digits_srgan.shrink(large)) for name, net in enlargers.items()}
gain = (digits_srgan.psnr(enlarged["gan"], large) - digits_srgan.psnr(enlarged["content"], large)).item()
reveal(guess, "a" if gain > 0.1 else "b" if gain < -0.1 else "c", "07.psnr_of_srgan")

# %% [markdown]
# The next cell draws them, with 95% intervals over 1,000 digits; "patches" compares 5 x 5 patches with those of true
# digits (Fréchet distance), which no net was trained on.

# %% tags=["hide-input"]
TITLES = {"pixels": "squared error", "content": "content loss", "gan": "content loss and GAN"}
order = torch.randperm(len(large), generator=dice())
show(
    image_rows(
        {"7 x 7": F.interpolate(digits_srgan.shrink(large), scale_factor=4)[order]}
        | {TITLES[name]: x[order] for name, x in enlarged.items()}
        | {"true": large[order]},
        "Enlarged four times",
    ),
    "07.enlarged",
)


def psnr_of_each(x):
    return -10 * (x - large).square().mean((1, 2, 3)).log10()


panels = {
    "PSNR, dB": {TITLES[n]: over_images(psnr_of_each(x)) for n, x in enlarged.items()},
    "sharpness, over the true": {
        TITLES[n]: over_images(steepness(x) / steepness(large)) for n, x in enlarged.items()
    },
}
show(gan_zoo.zoo(panels, {"sharpness, over the true": 1.0}, {}), "07.enlarged_measured")
drop = over_images(psnr_of_each(enlarged["gan"]) - psnr_of_each(enlarged["content"]))
verdict("PSNR with a GAN minus content loss alone, in dB", drop[0], -0.8, -0.3)
same = over_images(psnr_of_each(enlarged["content"]) - psnr_of_each(enlarged["pixels"]))
verdict("PSNR with the content loss minus squared error alone, in dB", same[0], -0.1, 0.1)
real_patches = image_translation.patches(large)
looks = {
    name: metrics.frechet_distance(image_translation.patches(x), real_patches) for name, x in enlarged.items()
}
verdict(
    "patches: distance with a GAN over that of the content loss", looks["gan"] / looks["content"], high=0.3
)

# %% [markdown]
# Our judge's features changed next to nothing. The GAN did: sharper strokes, patches like those of true digits, and
# half a decibel less.

# %% [markdown]
# ### Going further: the refiner
#
# One of the lectures followed here has GANs "to improve simulations": a net makes rendered pictures look real and keeps
# near the original, so that the label stays (Shrivastava et al.). The judgement is not how they look but what they
# teach: train a small classifier on raw, on refined and on real digits, and test it on real ones.

# %% tags=["hide-input"]
refiner, _ = checkpoints.load("glyphs_refiner")
SETTINGS, known, unseen = glyphs_refiner.SETTINGS, glyphs_refiner.digits(), glyphs_refiner.digits("test")
raw = glyphs_refiner.glyphs()
with torch.no_grad():
    refined = torch.cat([refiner(part) for part in raw.images.split(500)])
show(
    image_rows({"rendered": raw.images, "refined": refined, "real": known.images[::333]}, "Refined"),
    "07.refined",
)
sets = {
    "rendered": (raw.images, raw.labels),
    "refined": (refined, raw.labels),
    "real": (known.images, known.labels),
}
taught = {name: [] for name in sets}
for name, (images, labels) in sets.items():
    for seed in range(preset(3, smoke=1)):
        student = glyphs_refiner.classifier(SETTINGS, images, labels, seed)
        taught[name].append(metrics.agreement(student, unseen.images, unseen.labels))
for name, values in taught.items():
    print(f"taught by {name}, three seeds (here {', '.join(f'{value:.2f}' for value in values)})")
means = {name: sum(values) / len(values) for name, values in taught.items()}
verdict(
    "taught by refined digits minus taught by rendered ones, mean of three",
    means["refined"] - means["rendered"],
    0.02,
    0.2,
)
verdict(
    "the same, worst refined minus best rendered", min(taught["refined"]) - max(taught["rendered"]), -0.1, 0.1
)
verdict("taught by real digits, mean of three", means["real"], low=0.85)

# %% [markdown]
# Better on average, but single seeds differ by as much, and real digits teach far more.

# %% [markdown]
# ## 6. Style
#
# **What a norm forgets.** Instance normalisation brings every map of every image to mean 0 and deviation 1. Two
# pictures that differ in brightness and contrast alone come out the same, which a lecture shows with two photos, and
# batch norm does not do so: it has one mean for the whole batch. **AdaIN** (Huang and Belongie) then writes in the
# mean and deviation of a style $s$:
#
# $$\mathrm{AdaIN}(x, s) = \sigma(s)\, \frac{x - \mu(x)}{\sigma(x)} + \mu(s)$$
#
# **Exercise 8.** Write it, each map on its own, with $\sigma = \sqrt{\text{variance} + 10^{-5}}$ and the variance
# divided by the number of pixels.


# %%
def adain(content, style):
    """content: [B, C, H, W]; style: [B, C, H', W'] -> content in the style's mean and deviation, [B, C, H, W]."""

    ### BEGIN SOLUTION
    def moments(x):
        mean = x.mean((2, 3), keepdim=True)
        return mean, ((x - mean).square().mean((2, 3), keepdim=True) + 1e-5).sqrt()

    (mean_x, sigma_x), (mean_y, sigma_y) = moments(content), moments(style)
    return sigma_y * (content - mean_x) / sigma_x + mean_y
    ### END SOLUTION


# %%
adain = check("cgan.adain", adain)

# %% [markdown]
# The next cell draws a face, the same face with low contrast, both after each norm, and the face in the mean and
# deviation of another.

# %% tags=["hide-input"]
face, other_face = truth[:1], truth[5:6]
pale = 0.3 * face + 0.5
two = torch.cat([face, pale])


def for_the_eye(x):
    return (0.5 + x / 6).clamp(0, 1)


by_batch, by_instance = F.batch_norm(two, None, None, training=True), style.instance_norm(two)
rows = {
    "as they are": two, "batch norm": for_the_eye(by_batch), "instance norm": for_the_eye(by_instance),
    "left in the right one's style": torch.cat([adain(face, other_face).clamp(0, 1), other_face]),
}  # fmt: skip
show(image_rows(rows, "What a norm forgets", scale=1.0), "07.norms")
verdict("instance norm: difference of the two", (by_instance[0] - by_instance[1]).abs().max(), high=0.02)
verdict("batch norm: difference of the two", (by_batch[0] - by_batch[1]).abs().mean(), low=0.3)
moved = adain(face, other_face)
verdict("AdaIN: mean of each map minus the style's", (moved - other_face).mean((2, 3)).abs().max(), high=1e-5)

# %% [markdown]
# **A style-based generator** (Karras et al.) has no $z$ at its entrance. It starts from a learnt constant; a mapping
# net makes $w$ of $z$; and after every layer an AdaIN sets each map's scale and shift to what a linear function of $w$
# says. Noise, one number a pixel, joins before it. In the widget above, six layers make maps of 4, 8, 8, 16, 16 and 32
# pixels.
#
# **Predict.** Which layer's style changes the colour of the background most: (a) the first (4 x 4), (b) one of the
# middle, (c) the last (32 x 32)?

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %%
shares = faces_style.shares_by_layer(generator, judge, n=preset(500, smoke=20))
strongest = int(shares["background"].argmax())
reveal(guess, {0: "a", 5: "c"}.get(strongest, "b"), "07.where_the_background_is")

# %% [markdown]
# The next cell changes the style of *one* layer in each of many faces, and asks the judge what changed: 0 is nothing,
# 1 as much as in unrelated faces. (The face's width is left out, which the judge reads too roughly.)

# %% tags=["hide-input"]
NAMES = ["4", "8", "8", "16", "16", "32"]
show(draw.shares({name: row for name, row in shares.items() if name != "width"}, NAMES), "07.shares")
for factor, layer, low in (("turn", 2, 0.5), ("glasses", 4, 0.4), ("skin", 5, 0.8), ("background", 5, 0.8)):
    verdict(f"{factor}: share that comes with layer {layer + 1} alone", shares[factor][layer], low=low)
    rest = [share.item() for k, share in enumerate(shares[factor]) if k != layer]
    verdict(f"{factor}: the most that comes with another", max(rest), high=low)

# %% [markdown]
# The head's turn came to one layer of 8 x 8, the glasses to one of 16 x 16, and
# skin and background, the colours of large areas, to the last; the smile and the colour of the hair are spread over
# several. The first two layers do next to nothing here, and neither do the noise inputs, as the next cell measures.
#
# **Truncation**, as in notebook 05, but in $w$ instead of $z$: $\bar w + \psi\, (w - \bar w)$ with $\psi$ below 1
# draws styles to their mean $\bar w$: fewer kinds of faces.

# %% tags=["hide-input"]
with torch.no_grad():
    w, middle = generator.styles(torch.randn(500, 32, generator=dice(3))), faces_style.centre(generator)
    cut = {
        psi: generator.synthesise(style.truncate(w, middle, psi), generator.noise(500, dice(4)))
        for psi in (1.0, 0.4, 0.0)
    }
show(
    image_rows({f"ψ = {psi:g}": x for psi, x in cut.items()}, "Styles drawn to their mean", 6), "07.truncated"
)
with torch.no_grad():
    draws = torch.stack([generator.synthesise(w[:100], generator.noise(100, dice(k))) for k in range(4)])
verdict("noise inputs: deviation of a pixel over four draws", draws.std(0).mean(), high=0.01)
spread = {psi: judge.features(x).std(0).mean().item() for psi, x in cut.items()}
verdict("spread of the judge's features, ψ = 0.4 over ψ = 1", spread[0.4] / spread[1.0], 0.5, 0.9)

# %% [markdown]
# ## 7. The failure museum
#
# Both exhibits play in the plane, where the eight clumps of a ring are the digits.

# %%
corners = 2 * torch.stack(
    [(torch.arange(8) * math.pi / 4).cos(), (torch.arange(8) * math.pi / 4).sin()], dim=1
)


def in_the_plane(seed, weight=0.0, shown=None, steps=600):
    """G told one of eight categories; paid weight times the bound, or D is shown a label -> share on its own clump."""
    torch.manual_seed(seed)
    G, D = gan.Generator(2 + 8), gan.Discriminator(2 if shown is None else 2 + 8)
    Q = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 8))
    of_G = torch.optim.Adam([*G.parameters(), *Q.parameters()], 2e-3, (0.5, 0.999))
    of_D = torch.optim.Adam(D.parameters(), 2e-3, (0.5, 0.999))

    def beside(x, y):
        return torch.cat([x, F.one_hot(y, 8).float()], 1)

    def ask(x, y):
        return D(x) if shown is None else D(beside(x, y))

    for _ in range(preset(steps, smoke=3)):
        y, c = torch.randint(8, (2, 128))
        x, fake = corners[y] + 0.1 * torch.randn(128, 2), G(beside(torch.randn(128, 2), c))
        label = c if shown is None else shown(c, y)
        d_loss = losses.d_loss(ask(x, y), ask(fake.detach(), label))
        of_D.zero_grad()
        d_loss.backward()
        of_D.step()
        g_loss = losses.g_loss(ask(fake, label)) + weight * F.cross_entropy(Q(fake), c)
        of_G.zero_grad()
        g_loss.backward()
        of_G.step()
    c = torch.arange(800) % 8
    with torch.no_grad():
        nearest = torch.cdist(G(beside(torch.randn(800, 2), c)), corners).argmin(1)
    return metrics.matched_purity(c, nearest, 8) if shown is None else (c == nearest).double().mean().item()


# %% [markdown]
# **Exhibit A: nobody asks for the code.** An InfoGAN whose weight $\lambda$ of the bound is 0. Mend it.


# %%
def mended_a():
    """Return lambda, at most 2."""
    ### BEGIN SOLUTION
    return 1.0
    ### END SOLUTION


# %% [markdown]
# The next cell plays with 0 on three seeds, then with yours.


# %% tags=["hide-input"]
def judged_a(weight):
    try:
        weight = float(weight)
    except (TypeError, ValueError):
        return "a number is wanted"
    if not 0 <= weight <= 2:
        return "a number between 0 and 2 is wanted"
    pure = in_the_plane(0, weight=weight)
    return "" if pure > 0.9 else f"the code says the clump in {pure:.2f} of the points"


mute = [in_the_plane(seed) for seed in range(3)]
verdict("exhibit A: purity after matching, most of three seeds", max(mute), high=0.4)
exhibit("A", mended_a, judged_a, "a number")

# %% [markdown]
# **Exhibit B: the wrong label beside the fake.** A cGAN asks $G$ for categories `asked` drawn at random, and shows $D$
# each fake beside the label of the real point in the same row, `real`. Mend it: which labels does $D$ see with the
# fakes?


# %%
def mended_b(asked, real):
    """asked, real: int64 [B] -> the labels that D sees beside the fakes, [B]."""
    ### BEGIN SOLUTION
    return asked
    ### END SOLUTION


# %% [markdown]
# The next cell plays with `real` on three seeds, then with yours.


# %% tags=["hide-input"]
def judged_b(labels):
    asked, real = torch.randint(8, (2, 500), generator=dice())
    if not isinstance(labels, torch.Tensor) or labels.dtype != torch.int64 or labels.shape != (4,):
        return "int64 labels, [B], are wanted"
    if not torch.equal(mended_b(asked.clone(), real.clone()), asked):
        return "some fakes stand beside a label that G was not asked for"
    met = in_the_plane(0, shown=mended_b)
    return "" if met > 0.9 else f"{met:.2f} of the points lie on the clump that was asked for"


mixed_up = [in_the_plane(seed, shown=lambda asked, real: real) for seed in range(3)]
verdict("exhibit B: points on the clump that was asked for, most of three seeds", max(mixed_up), high=0.4)
exhibit("B", lambda: mended_b(torch.arange(4), torch.arange(4).flip(0)), judged_b, "a tensor of labels")

# %% [markdown]
# ## 8. What it is used for, and misused
#
# Police artists age faces, film makers do, and so does whoever wants to pass for older. In October 2018 Christie's
# sold a print by a GAN, *Edmond de Belamy*, signed with a part of the loss of notebook 04, for 432,500 dollars; its
# code had been another person's. Faces by style-based generators have been profile pictures of people who do not
# exist. Say what a generated picture is, and never make one of a person who has not agreed.

# %% [markdown]
# ## Read with care
#
# The table lists what the source lectures print about this, and what holds. Each line is held by a test.

# %% tags=["hide-input"]
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("07"))

# %% [markdown]
# ## What to take with you
#
# - A condition that nobody checks is not obeyed. $D$ may see the label joined or projected on, or guess it: the last is
#   obeyed best and costs variety, since it leaves out $H(y \mid x)$.
# - A code means something only if somebody is paid for reading it, and what it means is a finding, not a promise.
# - $L_1$ gives the median of all answers; a GAN picks one. With pairs take both.
# - Without pairs, the cycle loss keeps information, not meaning; look for what is left in the picture.
# - More real and nearer to the truth are two things: PSNR falls when pictures get sharper.
# - Instance norm forgets a style, AdaIN writes one; which layer holds what is measured, not assumed.
#
# **Left out here.** Large conditional GANs (BigGAN), text, StyleGAN's later versions, editing of given faces by
# inversion; conditions for diffusion ({notebook 14}, {notebook 15}); measures of quality ({notebook 08}).

# %% [markdown]
# ## Going further: the papers
#
# Mirza and Osindero, *Conditional generative adversarial nets*, 2014. Chen et al., *InfoGAN*, 2016. Salimans et al.,
# *Improved techniques for training GANs*, 2016. Shi et al., *Real-time single image and video super-resolution using an
# efficient sub-pixel convolutional neural network*, 2016. Ulyanov, Vedaldi and Lempitsky, *Instance normalization*,
# 2016. Odena, Olah and Shlens, *Conditional image synthesis with auxiliary classifier GANs*, 2017. Shu, Bui and Ermon,
# *AC-GAN learns a biased distribution*, 2017. Isola et al., *Image-to-image translation with conditional adversarial
# networks*, 2017. Zhu et al., *Unpaired image-to-image translation using cycle-consistent adversarial networks*, 2017.
# Chu, Zhmoginov and Sandler, *CycleGAN, a master of steganography*, 2017. Ledig et al., *Photo-realistic single image
# super-resolution using a generative adversarial network*, 2017. Shrivastava et al., *Learning from simulated and
# unsupervised images through adversarial training*, 2017. Huang and Belongie, *Arbitrary style transfer in real-time
# with adaptive instance normalization*, 2017. Antipov, Baccouche and Dugelay, *Face aging with conditional generative
# adversarial networks*, 2017. Miyato and Koyama, *cGANs with projection discriminator*, 2018. Karras, Laine and Aila,
# *A style-based generator architecture for generative adversarial networks*, 2019.
