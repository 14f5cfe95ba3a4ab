# ---
# jupyter:
#   course:
#     title: Images as conditions
#     summary: A picture in place of a label; few pixels turned into many, a missing half filled in and held against the exact answer, and an outline for a model that is finished; on glyphs and on faces in colour.
#     about: >-
#       A picture in place of a label. Few pixels become many, a missing half is filled in, an outline is followed: by
#       training for it, by guidance alone, or by an addition to a finished model. Is what is filled in right? Where the
#       answer is known you can say. Needs 12 and 14.
# ---

# %% [markdown]
# # 15 Images as conditions
#
# **Follows** M. Straka, *NPFL114 Lecture 13*, Charles University 2023 (super-resolution); *EECS 230 Deep Learning,
# Lecture 16*, after S. Prince (ControlNet).
#
# **After this notebook you can**
# - give a network an image as its condition, in further channels;
# - say why the best sample is not the best guess, and by which factor;
# - write the loop that fills in what is missing, and say where it goes wrong and guidance does not;
# - add a condition to a finished model, which loses nothing by it;
# - recognise three ways to break all this.
#
# **Builds on** 11 (one step back), 12 (the network of digits, the judge, filling in) and 14 (guidance). Sections
# marked "Going further" can be skipped. **Time to run:** {measured_time}.

# %%
import functools

import torch
from threadpoolctl import threadpool_limits
from torch.nn import functional as F

from course_utils import checkpoints, data, exact, metrics, training
from course_utils.checkpoints import glyphs_superres
from course_utils.checks import check, hint, reveal
from course_utils.data.faces import render
from course_utils.diffusion import NoiseSchedule, UNet, denoising_loss, exact_model, guidance, samplers
from course_utils.diffusion.control import ControlledUNet, colour_edges, edge_agreement, edges
from course_utils.divergences import wasserstein1
from course_utils.figures import DATA, MODEL, NOISE, image_rows, show, subplots
from course_utils.preset import preset
from course_utils.verdict import verdict

torch.manual_seed(0)
torch.set_num_threads(1)  # one thread is enough for such small images, and everybody's numbers are the same
one_thread = threadpool_limits(1)  # the same for NumPy
fit = functools.partial(training.fit, device="cpu", progress=False)
digits, held_out = data.load("digits", split="train"), data.load("digits", split="test")
glyphs, glyph_train = data.load("glyphs", "test", n=200), data.load("glyphs", n=preset(20_000, smoke=2_000))
faces, seeds = data.load("faces", "test", n=24, seed=5), preset((1, 2, 3), smoke=(1,))
schedule = NoiseSchedule.cosine()  # 1,000 steps
judge, _ = checkpoints.load("digit_classifier")  # reads finished digits, and leads nobody
face_judge, _ = checkpoints.load("faces_judge")  # the same for hair, glasses, smile ... of faces
STEPS = preset(20, smoke=2)  # of a sampler, where nothing else is said

# %% [markdown]
# The next cell defines four small helpers.


# %%
def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


def to_pixels(x):
    """From [-1, 1] back to [0, 1]."""
    return ((x + 1) / 2).clamp(0, 1)


def walk(model, shape, steps=STEPS, seed=0, sampler=samplers.ddim):
    """Images [B, C, H, W] in [0, 1], drawn with a model(x_t, t) that gives v."""
    x = sampler(model, schedule, shape, num_inference_steps=steps, prediction_type="v_prediction",
                clip=(-1, 1), generator=dice(seed))  # fmt: skip
    return to_pixels(x)


def rms_gap(images, others):
    """The root mean square over all pixels."""
    return (images - others).square().mean().sqrt()


# %% [markdown]
# From each of ten glyphs, held out from every training here, one piece is kept: the means over blocks of 4 x 4 pixels,
# or the outline, or the upper half. Nobody says which digit it was. Two models, both from checkpoints, have drawn the
# rest from the first two pieces. The next cell shows them.

# %% tags=["hide-input"]
ten, upper = glyphs.images[:10], torch.zeros(1, 1, 28, 28)
upper[..., :14, :] = 1  # 1 where a pixel is known
blocks, outline = glyphs_superres.shrink(ten), edges(ten)
enlarging, following = (checkpoints.load(name)[0] for name in ("glyphs_superres", "glyphs_control"))
pieces = {
    "49 pixels": blocks,
    "drawn from them": walk(glyphs_superres.told(enlarging, blocks), ten.shape),
    "the outline": outline,
    "drawn from that": walk(functools.partial(following, control=outline), ten.shape),
    "the upper half": ten * upper + 0.35 * (1 - upper),
    "the glyph itself": ten,
}
show(
    image_rows(pieces, "A piece of a glyph, and what a model makes of it", columns=10),
    "15.three_pieces",
)

# %% [markdown]
# **The naive way** is to take, among 20,000 other glyphs, the one whose piece is nearest.


# %%
def look_up(piece_of):
    """For each of 200 glyphs the one of the 20,000 whose piece_of(images) is nearest to its own."""
    given, others = (piece_of(part.images).flatten(1) for part in (glyphs, glyph_train))
    return glyph_train.images[torch.cdist(given, others).argmin(1)]


ways = {"49 pixels": glyphs_superres.shrink, "outline": edges, "upper half": lambda images: images * upper}
looked_up = {name: look_up(piece_of) for name, piece_of in ways.items()}

# %% [markdown]
# The next cell shows ten, and measures how well the pieces are kept.

# %% tags=["hide-input"]
found = {f"nearest by {name}": images for name, images in looked_up.items()}
show(image_rows(found | {"the glyph itself": ten}, "Looked up", columns=10), "15.looked_up")


def off_piece(name, images):
    """How far the pieces of images are from those of the glyphs, over the distance to the next glyph's."""
    own, true = (ways[name](part) for part in (images, glyphs.images[: len(images)]))
    return rms_gap(own, true) / rms_gap(true, true.roll(1, 0))


for name, low, high in (("49 pixels", 0.17, 0.35), ("upper half", 0.2, 0.4)):
    off = off_piece(name, looked_up[name])
    verdict(f"{name}: looked up, from those given, over the next glyph's distance", off, low=low, high=high)
off = off_piece("49 pixels", pieces["drawn from them"])
verdict("49 pixels: drawn by the model, the same, over ten glyphs", off, high=0.1)
agreement = edge_agreement(looked_up["outline"], edges(glyphs.images), tolerance=0).mean()
verdict("outline pixels met by the glyph that was looked up (all: 1)", agreement, low=0.45, high=0.75)

# %% [markdown]
# Each is a clean glyph, but not the one that was asked for: no piece is kept. So the question is: **how do you tell a
# model a picture?** There are three answers, by what may be trained:
#
# | | what is trained | what can be told |
# |---|---|---|
# | 1. further channels | a whole network | the one kind of picture that it was trained for |
# | 2. guidance | nothing | whatever can be computed from a guess of $x_0$ |
# | 3. a controlled copy | an addition to a finished, frozen network | the one kind of picture that it was trained for |
#
# ## 1. More channels
#
# The simplest way is to treat the condition as further *input*. The network gets more channels. It then sees, at every
# pixel, the noisy image beside the condition, and the loss stays what it was:
#
# $$\hat v = v_\theta\big([\,x_t,\ c\,],\ t\big), \qquad c = \text{the small image, enlarged to the size of } x_t$$
#
# That is **SR3** (Saharia et al. 2021): super-resolution, from few pixels to many. Noise goes on $x_t$ only. The
# condition is known, so it is clean at every step.
#
# **Exercise 1.** Build that input. `small` comes in $[0, 1]$. Enlarge it with bilinear interpolation (`F.interpolate`
# with its default corners), scale it as $x_0$ is scaled, and put it after $x_t$.


# %%
def network_input(x_t, small):
    """x_t: [B, C, H, W]; small: [B, C, h, w] in [0, 1] -> [B, 2 C, H, W]: x_t, then the enlarged small image."""
    ### BEGIN SOLUTION
    large = F.interpolate(small, size=x_t.shape[-2:], mode="bilinear")
    return torch.cat([x_t, 2 * large - 1], dim=1)
    ### END SOLUTION


# %%
network_input = check("conditions.network_input", network_input)

# %% [markdown]
# Stuck, here or later? Call `hint` with the exercise's name; again for a stronger hint.

# %%
hint("conditions.network_input")

# %% [markdown]
# Now train a small network with your input. A small image is the mean over blocks of 2 x 2 pixels, so 64 numbers
# become 16. The network is not told the label.


# %%
def shrink(images, factor=2):
    """The mean over blocks of factor x factor pixels: [B, C, H, W] -> [B, C, H / factor, W / factor]."""
    return F.avg_pool2d(images, factor)


def superres_loss(net, images):
    x0, t, noise = 2 * images - 1, torch.randint(1000, (len(images),)), torch.randn_like(images)
    signal, sigma = schedule.rates(t, x0)
    answer = net(network_input(schedule.add_noise(x0, noise, t), shrink(images)), t)
    return (answer - (signal * noise - sigma * x0)).square().mean()


def enlarge(net, small, factor=2, **how):
    """A draw of the large image for each small one: [B, C, h, w] -> [B, C, factor h, factor w]."""
    size = factor * small.shape[-1]
    return walk(lambda x, t: net(network_input(x, small), t), (*small.shape[:2], size, size), **how)


torch.manual_seed(0)
history = fit(
    UNet(in_channels=2, out_channels=1, width=16), superres_loss, (digits.images,),
    steps=preset(400, full=3000), batch_size=64, lr=2e-3, ema_decay=0.98,
)  # fmt: skip
superres = history.ema

# %% [markdown]
# The next cell makes sixteen draws for each of a hundred held-out digits:

# %%
hundred, DRAWS = held_out.images[:100], 16
small = shrink(hundred)
drawn = enlarge(superres, small.repeat_interleave(DRAWS, 0)).view(100, DRAWS, 1, 8, 8)
mean = drawn.mean(1)

# %% [markdown]
# The next cell shows ten of them and asks: can they be read, do they keep to what was given, and how much do the draws
# differ?

# %% tags=["hide-input"]
bilinear = F.interpolate(small, scale_factor=2, mode="bilinear")
show(image_rows(
        {"4 x 4, given": small, "bilinear": bilinear, "a draw": drawn[:, 0], "another": drawn[:, 1],
         "mean of 16": mean, "truth": hundred},
        "From 16 pixels to 64", columns=10,
    ), "15.digits_enlarged")  # fmt: skip
read = {name: metrics.agreement(judge, images, held_out.labels[:100])
        for name, images in (("bilinear", bilinear), ("drawn", drawn[:, 0]))}  # fmt: skip
verdict("read as the truth: drawn minus bilinear", read["drawn"] - read["bilinear"], low=0.05)
verdict(
    "a draw, shrunk again, from what was given, over the distance to the next digit's",
    rms_gap(shrink(drawn[:, 0]), small) / rms_gap(small, small.roll(1, 0)),
    high=0.1,
)
spread = drawn.var(1).mean()
verdict(
    "spread of the draws over that of all digits", (spread / hundred.var(0).mean()).sqrt(), low=0.2, high=0.5
)

# %% [markdown]
# Nothing in the sampler says that the draw, shrunk again, must be what was given. The network has learned it, very
# nearly. There are several answers: 48 numbers are missing, and each draw makes them up anew.
#
# **Predict.** Here the truth is known. Take the mean squared error of *one* draw, and that of the *mean* of its 16
# draws. The error of the one draw is (a) smaller, since it is sharp; (b) about the same; (c) larger, by a third or
# more.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# The next cell compares the two.

# %% tags=["hide-input"]
error_of_draw, error_of_mean = (drawn - hundred[:, None]).square().mean(), (mean - hundred).square().mean()
ratio = error_of_draw / error_of_mean
reveal(guess, "a" if ratio < 0.9 else "c" if ratio > 4 / 3 else "b", "15.mean_or_draw")
verdict("squared error of a draw over that of the mean of 16", ratio, low=1.4, high=1.85)


# %% [markdown]
# There is an exact statement behind it. Given $c$, the truth $x$ is a draw from $p(x \mid c)$, and so is a perfect
# sample $x'$, independent of it. Let $m = \mathbb E[x \mid c]$ and $V = \mathbb E\|x - m\|^2$. Then
#
# $$\mathbb E\|x - x'\|^2 = \mathbb E\|x - m\|^2 + \mathbb E\|x' - m\|^2 = 2V$$
#
# **A draw from the posterior has twice the squared error of the posterior mean.** No guess has a smaller error than
# $m$. So whoever ranks super-resolution by squared error (or PSNR) prefers the blur.

# %% [markdown]
# ### Going further: where all is exact, and how far off the network is
#
# Try it in a case where everything is exact: a Gaussian with the digits' own mean and covariance, of which the same 16
# averages are known. Then $p(x \mid c)$ is Gaussian too.

# %%
pixels = digits.images.flatten(1).double()
centre, covariance = pixels.mean(0), pixels.T.cov() + 1e-4 * torch.eye(64)
average = shrink(torch.eye(64).view(64, 1, 8, 8)).flatten(1).T.double()  # [16, 64]: pixels to small image
gain = torch.linalg.solve(average @ covariance @ average.T, average @ covariance).T  # [64, 16]
left = covariance - gain @ average @ covariance  # the covariance that remains once c is known
root = torch.linalg.cholesky(covariance)
x = centre + torch.randn(5000, 64, generator=dice(1), dtype=torch.float64) @ root.T
posterior_mean = centre + (x - centre) @ average.T @ gain.T
values, vectors = torch.linalg.eigh(left)
noise = torch.randn(5000, 64, generator=dice(2), dtype=torch.float64)
draw_of_it = posterior_mean + noise * values.clamp(min=0).sqrt() @ vectors.T

# %% [markdown]
# The next cell measures both errors.

# %% tags=["hide-input"]
errors = [(guess_of_x - x).square().sum(1).mean() for guess_of_x in (draw_of_it, posterior_mean)]
verdict("exact Gaussian: error of a draw over that of the mean", errors[0] / errors[1], low=1.97, high=2.03)
verdict("error of the mean over the trace of what remains", errors[1] / left.trace(), low=0.98, high=1.02)
verdict(
    "a draw, shrunk again, from what was given: largest",
    ((draw_of_it - x) @ average.T).abs().max(),
    high=1e-6,
)

# %% [markdown]
# A mean of only 16 draws still has a 16th of the spread in it. Against that mean an exact posterior would have the
# ratio $2 / (1 + 1/16)$, which is 1.88, and the network falls short of it. For any model the error of a draw is the
# error of its own mean plus its own spread (the variance of its draws). In an exact posterior the two are equal. The
# next cell takes both apart, and looks at how sharp the images are.

# %% tags=["hide-input"]
error_of_own_mean = error_of_mean - spread / DRAWS  # what is left with ever more draws
verdict(
    "spread of the draws over the error of their mean (exact: 1)",
    spread / error_of_own_mean,
    low=0.6,
    high=0.92,
)


def sharpness(images):
    """The mean jump between neighbours in a row, over the truth's."""
    jumps = [part.diff(dim=-1).square().mean() for part in (images, hundred)]
    return jumps[0] / jumps[1]


verdict("squared jumps between neighbours over the truth's: a draw", sharpness(drawn[:, 0]), low=0.85, high=1)
verdict("the same for the mean", sharpness(mean), high=0.9)

# %% [markdown]
# So this network is more confident than it should be: its draws differ less than its mean is off. Its draws are also a
# little less sharp than the truth, and its mean clearly less. After 400 steps it is not a perfect posterior, and the
# ratio shows it.

# %% [markdown]
# ### 8 x 8 to 32 x 32, in colour
#
# Here is the same on faces: sixteen times as many pixels as are given, by weights from a checkpoint.

# %%
face_superres, provenance = checkpoints.load("faces_superres")
print(provenance["recipe"], "|", provenance["data"]["n"], "images,", provenance["training"]["steps"], "steps")
few = shrink(faces.images, 4)
face_draws = torch.stack([enlarge(face_superres, few, 4, seed=seed) for seed in seeds])

# %% [markdown]
# The next cell shows twelve, and has the judge read all.

# %% tags=["hide-input"]
stretched = F.interpolate(few, scale_factor=4, mode="bilinear")
rows = {"8 x 8, given": few, "bilinear": stretched}
rows |= {f"a draw, seed {seed}": images for seed, images in zip(seeds, face_draws, strict=True)}
show(image_rows(rows | {"truth": faces.images}, "From 64 pixels to 1,024"), "15.faces_enlarged")
in_truth, in_stretched = face_judge.read(faces.images), face_judge.read(stretched)
in_draws = [face_judge.read(images) for images in face_draws]


def still_worn(of):
    """The shares of the 24 faces whose hair and whose glasses are read as the truth's."""
    glasses = (of["glasses"] > 0.5) == (in_truth["glasses"] > 0.5)
    return (of["hair"] == in_truth["hair"]).double().mean(), glasses.double().mean()


def off_by(of, name):
    """How far a factor is read from the truth's, over the next face's distance."""
    true = in_truth[name]
    return (of[name] - true).abs().mean() / (true - true.roll(1)).abs().mean()


for factor, number in (("hair", 0), ("glasses", 1)):
    least = min(still_worn(of)[number] for of in in_draws)
    verdict(f"{factor} read as the truth's: drawn, the least of three seeds", least, low=0.9)
    verdict(f"{factor} read as the truth's: bilinear", still_worn(in_stretched)[number], high=0.8)
for factor, low, high in (("turn", 0.05, 0.35), ("smile", 0.4, 0.85)):
    mean_off = sum(off_by(of, factor) for of in in_draws) / len(in_draws)
    verdict(f"{factor}: drawn, from the truth's, over the next face's, mean", mean_off, low=low, high=high)
verdict(
    "a draw, shrunk again, from what was given, over the distance to the next face's, the most",
    max(rms_gap(shrink(images, 4), few) for images in face_draws) / rms_gap(few, few.roll(1, 0)),
    high=0.1,
)
errors = [(images - faces.images).square().mean() for images in (face_draws, face_draws.mean(0))]
verdict(
    "squared error of a draw over that of the mean of 3 (exact: 1.5)",
    errors[0] / errors[1],
    low=1.2,
    high=1.6,
)

# %% [markdown]
# Hair, glasses and the turn of the head survive in 64 pixels, and the network brings out what is lost in the blur. Of
# the smile little survives, and each draw makes it up.
#
# ### Going further: glyphs, 7 x 7 to 28 x 28
#
# The model of the opening was trained in the same way, on glyphs.

# %%
large, tiny = ten, blocks
glyph_draws = enlarge(enlarging, tiny.repeat_interleave(8, 0), factor=4).view(10, 8, 1, 28, 28)

# %% [markdown]
# The next cell shows what it draws, and measures the same as before.

# %% tags=["hide-input"]
show(image_rows(
        {"7 x 7, given": tiny, "a draw": glyph_draws[:, 0], "another": glyph_draws[:, 1],
         "mean of 8": glyph_draws.mean(1), "truth": large},
        "From 49 pixels to 784", columns=10,
    ), "15.glyphs_enlarged")  # fmt: skip
errors = [(images - truth).square().mean() for images, truth in
          ((glyph_draws, large[:, None]), (glyph_draws.mean(1), large))]  # fmt: skip
exact_ratio = 2 / (1 + 1 / 8)  # of an exact posterior, whose mean of 8 has V + V / 8
verdict(
    "glyphs: squared error of a draw over that of the mean of 8, over the exact posterior's ratio",
    errors[0] / errors[1] / exact_ratio,
    low=0.85,
    high=1.1,
)
verdict(
    "a draw, shrunk again, from what was given, over the distance to the next glyph's",
    rms_gap(shrink(glyph_draws[:, 0], 4), tiny) / rms_gap(tiny, tiny.roll(1, 0)),
    high=0.1,
)

# %% [markdown]
# After 5,000 steps on 20,000 glyphs the ratio is nearly that of an exact posterior.

# %% [markdown]
# ## 2. Filling in, and guidance
#
# Concatenation needs a network trained for that one condition. What if the condition comes *after* training? A model
# that was never trained to fill holes can do so, too. **RePaint** (Lugmayr et al. 2022) changes only the sampler. At
# each descending step, before the model is asked, the known part of $x_t$ is replaced by the truth with fresh noise of
# level $t$; the unknown part stays what the sampler has drawn. Now and then the path goes back *up*, from level $t$ to
# a noisier $t'$, so that the two parts get a second chance to agree:
#
# $$x_{t'} = k\, x_t + \sqrt{1 - k^2}\; \epsilon, \qquad k = \sqrt{\bar\alpha_{t'} / \bar\alpha_t}$$
#
# **Exercise 2.** Write the whole loop. `path` is a list of pairs `(t, to)`: where `to > t` the step goes up, and there
# is neither a model nor a known part in it. All other steps go down, as in notebook 11: the model gives $v$ for $x_t$
# and for `t` with shape `[B]`, `schedule.convert` turns it into a guess of $x_0$, which you clamp to $[-1, 1]$, and
# `schedule.posterior(x0, x, t, to)` gives the mean and the variance of the step. After the last step, where `to` is -1,
# the known part must be the clean truth. Draw all noise from `generator`.


# %%
def fill_in(model, known, mask, schedule, path, generator):
    """Complete known [B, C, H, W] in [-1, 1] where mask [1, 1, H, W] is 0; model(x_t, t) gives v.

    path: pairs (t, to), the last to -1. Returns [B, C, H, W] in the range of x_0.
    """
    ### BEGIN SOLUTION
    x = torch.randn(known.shape, generator=generator)
    for t, to in path:
        if to > t:  # back up: noise is added
            keep = schedule.rates(to, x)[0] / schedule.rates(t, x)[0]
            x = keep * x + (1 - keep**2).sqrt() * torch.randn(x.shape, generator=generator)
            continue
        seen = schedule.add_noise(known, torch.randn(x.shape, generator=generator), t)
        x = torch.where(mask > 0, seen, x)
        v = model(x, torch.full((len(x),), t))
        x0 = schedule.convert(v, x, t, "v_prediction", "sample").clamp(-1, 1)
        mean, variance = schedule.posterior(x0, x, t, to)
        x = mean + variance.sqrt() * torch.randn(x.shape, generator=generator)
    return torch.where(mask > 0, known, x)
    ### END SOLUTION


# %%
fill_in = check("conditions.fill_in", fill_in)

# %% [markdown]
# Your loop now fills the halves from the beginning, first without any step up, then with one after each step down. The
# model is one of glyphs, and is told no label.


# %%
@torch.no_grad()
def completed(model, known, mask, steps=STEPS, repeats=1, seed=0):
    """known [B, C, H, W] in [-1, 1], completed by fill_in where mask is 0; each step down is made so often: in [0, 1]."""
    path = []
    for t, to in samplers.timesteps(schedule, steps):
        path += [(t, to), (to, t)] * (repeats - 1 if to >= 0 else 0) + [(t, to)]
    return to_pixels(fill_in(model, known, mask, schedule, path, dice(seed)))


plain, _ = checkpoints.load("glyphs_diffusion")
half_filled = {
    "the upper half": pieces["the upper half"],
    "filled in": completed(plain, 2 * ten - 1, upper),
    "with steps up": completed(plain, 2 * ten - 1, upper, repeats=2),
    "the glyph itself": ten,
}

# %% [markdown]
# The next cell shows them.

# %% tags=["hide-input"]
show(image_rows(half_filled, "The lower half, filled in by your loop", columns=10), "15.halves_filled")
kept = max(rms_gap(half_filled[name] * upper, ten * upper) for name in ("filled in", "with steps up"))
verdict("the known half, off", kept, high=1e-5)

# %% [markdown]
# ### Covered eyes, covered mouths
#
# Now cover the eyes of the 24 faces. The model is that of notebook 12: it is told nothing, or by its label to draw
# glasses, or to draw none. Then cover their mouths, and tell it nothing.

# %%
face_net, _ = checkpoints.load("faces_diffusion")
around, around_mouth = torch.ones(2, 1, 1, 32, 32)
around[..., 10:20, 5:27] = 0  # the hole over the eyes
around_mouth[..., 18:27, 8:24] = 0  # the hole over the mouth
hair = faces.factors["hair"]  # the label: the hair, 0 to 5, and 6 more with glasses
FREE, WITH, WITHOUT = "told nothing", "told: glasses", "told: none"
uncovered = {
    name: [completed(told_face, 2 * faces.images - 1, around, seed=seed) for seed in seeds]
    for name, told_face in (
        (FREE, face_net),
        (WITH, functools.partial(face_net, y=hair + 6)),
        (WITHOUT, functools.partial(face_net, y=hair)),
    )
}
mouths = [completed(face_net, 2 * faces.images - 1, around_mouth, seed=seed) for seed in seeds]

# %% [markdown]
# The next cell shows twelve.

# %% tags=["hide-input"]
rows = {"covered": faces.images * around + 0.5 * (1 - around)}
rows |= {f"{FREE}, seed {seed}": images for seed, images in zip(seeds, uncovered[FREE], strict=True)}
rows |= {WITH: uncovered[WITH][0], WITHOUT: uncovered[WITHOUT][0], "the face itself": faces.images}
show(image_rows(rows, "Covered eyes, filled in by your loop"), "15.covered_eyes")
rows = {"covered": faces.images * around_mouth + 0.5 * (1 - around_mouth)}
rows |= {f"{FREE}, seed {seed}": images for seed, images in zip(seeds, mouths, strict=True)}
show(
    image_rows(rows | {"the face itself": faces.images}, "Covered mouths, filled in by your loop"),
    "15.covered_mouths",
)

# %% [markdown]
# The next cell has the judge read them all.

# %% tags=["hide-input"]
in_filled = {name: [face_judge.read(images) for images in runs] for name, runs in uncovered.items()}


def worn(name):
    """The share with glasses, for each seed."""
    return torch.stack([(of["glasses"] > 0.5).float().mean() for of in in_filled[name]])


bare, wearing = (
    render(data.load("faces", "test", n=500, seed=6).factors | {"glasses": torch.full((500,), yes)})
    for yes in (0, 1)
)
verdict(
    "outside the hole: largest trace that glasses leave in 500 faces",
    ((wearing - bare) * around).abs().max(),
    high=0,
)
verdict(
    "told nothing: share with glasses (in the data: half), 72 faces", worn(FREE).mean(), low=0.38, high=0.7
)
verdict("told to draw glasses: share with glasses, the least of three seeds", worn(WITH).min(), low=0.95)
verdict("told to draw none: the same, the most of three seeds", worn(WITHOUT).max(), high=0.05)
everything = [of for runs in in_filled.values() for of in runs]
verdict(
    "all nine fillings of eyes: share whose hair is read as before, the least",
    min(still_worn(of)[0] for of in everything),
    low=0.95,
)
verdict(
    "all nine: how far the smile is read from before, over the next face's, the most",
    max(off_by(of, "smile") for of in everything),
    high=0.2,
)
opening = torch.stack([of["eyes"] for of in in_filled[FREE]])  # [seeds, faces]: how wide the eyes are open
verdict(
    "told nothing: spread of the eyes' opening from draw to draw, over that of all faces",
    opening.std(0).mean() / in_truth["eyes"].std(),
    low=0.3,
)

# %% [markdown]
# The next cell asks the same of the mouths.

# %% tags=["hide-input"]
in_mouths = [face_judge.read(images) for images in mouths]
mouth_factors = data.load("faces", "test", n=500, seed=6).factors
frown, laugh = (render(mouth_factors | {"smile": torch.full((500,), way)}) for way in (-1.0, 1.0))
verdict(
    "outside the mouth's hole: largest trace that a smile leaves in 500 faces",
    ((laugh - frown) * around_mouth).abs().max(),
    high=0,
)
verdict(
    "mouths: shares whose hair and glasses are read as before, the least of three seeds",
    min(min(still_worn(of)) for of in in_mouths),
    low=0.95,
)
verdict(
    "mouths: how far the smile is read from before, over the next face's, mean of three seeds",
    sum(off_by(of, "smile") for of in in_mouths) / len(in_mouths),
    low=0.65,
    high=1.1,
)
smiles = torch.stack([of["smile"] for of in in_mouths])
verdict(
    "mouths: spread of the smile from draw to draw, over that of all faces",
    smiles.std(0).mean() / in_truth["smile"].std(),
    low=0.2,
    high=0.7,
)

# %% [markdown]
# What is not covered stays as it was. Nothing around the eyes says whether glasses are worn, and about half of the
# fillings have them, as in the data; with the label, all or none. Nothing says whether a covered mouth smiles, and each
# draw makes that up anew, with less spread than the data have.
#
# ### Going further: half of a real digit
#
# The same loop fills the lower halves of forty real digits, which the model of notebook 12 was not trained on. It is
# told nothing, or the digit.

# %%
real_net, _ = checkpoints.load("mnist_diffusion")
all_real = data.load("mnist_5k", split="test")
chosen = torch.cat([torch.where(all_real.labels == digit)[0][:4] for digit in range(10)])
real, real_labels = all_real.images[chosen], all_real.labels[chosen]
TOLD_DIGIT = "told the digit"
real_filled = {
    FREE: [completed(real_net, 2 * real - 1, upper, seed=seed) for seed in seeds],
    TOLD_DIGIT: [
        completed(functools.partial(real_net, y=real_labels), 2 * real - 1, upper, seed=seed)
        for seed in seeds
    ],
}

# %% [markdown]
# The next cell shows ten, and has a classifier of real digits read all. It is *sure* where it gives a digit more than
# nine tenths.

# %% tags=["hide-input"]
rows = {"the upper half": real * upper + 0.35 * (1 - upper)}
rows |= {f"{FREE}, seed {seed}": images for seed, images in zip(seeds, real_filled[FREE], strict=True)}
rows |= {TOLD_DIGIT: real_filled[TOLD_DIGIT][0], "the digit itself": real}
rows = {name: images[::4] for name, images in rows.items()}  # one of each class
show(image_rows(rows, "Lower halves of real digits, filled in", columns=10), "15.real_halves")
real_judge, _ = checkpoints.load("mnist_classifier")


@torch.no_grad()
def reading(images):
    """What the classifier reads, and whether it is sure: [B], [B]."""
    share, digit = real_judge(images).softmax(1).max(1)
    return digit, share > 0.9


readings = {name: [reading(images) for images in runs] for name, runs in real_filled.items()}
as_truth = {name: torch.stack([(digit == real_labels).double().mean() for digit, _ in runs])
            for name, runs in readings.items()}  # fmt: skip
sure = {name: torch.cat([certain for _, certain in runs]).double().mean() for name, runs in readings.items()}
verdict("told nothing: read as the truth, mean of three seeds", as_truth[FREE].mean(), low=0.35, high=0.68)
verdict("told the digit: read as the truth, the least of three seeds", as_truth[TOLD_DIGIT].min(), low=0.88)
several = torch.stack([digit for digit, _ in readings[FREE]])  # [seeds, halves]
different = torch.tensor([len(digits_read.unique()) for digits_read in several.T]).double().mean()
verdict("told nothing: different digits read in three fillings of one half", different, low=1.7, high=2.6)
verdict("told nothing: share of the fillings that are read surely", sure[FREE], low=0.2, high=0.55)
verdict("told the digit: the same", sure[TOLD_DIGIT], low=0.75)
sure_of_real = reading(all_real.images)[1].double().mean()
verdict("held-out digits: the same", sure_of_real, low=0.85)

# %% [markdown]
# A half leaves several digits open, and the three fillings of one half are often read as different ones. But far fewer
# of them are read surely than of real digits: many are no clear digit. With the label, most are clear, and are the
# digit that they were.

# %% [markdown]
# ### Is it right?
#
# Ask where the answer is known: of two bumps in the plane, with the weights 0.2 and 0.8, only the first coordinate of a
# point is told. What is the second?

# %%
plane = exact.GaussianMixture(
    torch.tensor([[-0.3, 1.0], [0.9, -1.0]], dtype=torch.float64), 0.35, torch.tensor([0.2, 0.8])
)
TOLD = -0.1  # the first coordinate


def given_first(mixture, value):
    """p(x_2 | x_1 = value), exactly: the weights of the bumps change by how well each explains the value."""
    fit_of_bump = -0.5 * ((value - mixture.means[:, 0]) / mixture.stds) ** 2 - mixture.stds.log()
    return exact.GaussianMixture(
        mixture.means[:, 1:], mixture.stds, (mixture.weights.log() + fit_of_bump).softmax(0)
    )


second = given_first(plane, TOLD)  # what is to be hit

# %% [markdown]
# The next cell draws it.

# %% tags=["hide-input"]
points = plane.sample(1500, generator=dice())
fig, ax = subplots(figsize=(5.2, 4.4))
ax.scatter(*points.T, s=5, color=NOISE, alpha=0.5)
ax.axvline(TOLD, color=DATA, linestyle="--", label=f"$x_1$ = {TOLD} is told")
ax.set(
    title="Two bumps, one coordinate told", xlabel="$x_1$", ylabel="$x_2$", xlim=(-1.8, 2.2), ylim=(-2.4, 2.4)
)
ax.legend(loc="upper right")
show(fig, "15.two_bumps")
verdict("share of the upper bump, first coordinate told", second.weights[0], low=0.92, high=0.93)

# %% [markdown]
# The next cell is the same loop in the plane, with the exact denoiser and all 1,000 steps, so that neither can be
# blamed. It also notes when the points choose.


# %% tags=["hide-input"]
def replaced(n, steps, seed=0):
    """n points by ancestral sampling, the first coordinate replaced at every step by the told one, noised.

    Beside them {t: share of the points for which the upper bump is then the likelier one}.
    """
    generator, model, upper_likelier = dice(seed), exact_model(plane, schedule), {}

    def fresh():
        return torch.randn(n, 2, generator=generator, dtype=torch.float64)

    def put(x, t):
        signal, sigma = schedule.rates(t, x)
        return torch.cat([signal * TOLD + sigma * fresh()[:, :1], x[:, 1:]], dim=1)

    x = put(fresh(), len(schedule) - 1)
    for t, prev in samplers.timesteps(schedule, steps):
        if t in (800, 500, 200):
            of_upper = plane.diffuse(schedule.alphas_cumprod[t]).responsibilities(x)[:, 0]
            upper_likelier[t] = (of_upper > 0.5).double().mean()
        x0 = schedule.convert(model(x, torch.full((n,), t)), x, t, "epsilon", "sample")
        mean, variance = schedule.posterior(x0, x, t, prev)
        x = put(mean + variance.sqrt() * fresh(), prev)
    return x, upper_likelier


by_replacing, upper_likelier = replaced(4000, 1000)


def share_above(x):
    """The share of the points in the upper bump."""
    return (x[:, 1] > 0).double().mean()


# %% [markdown]
# **Predict.** In truth 93 % lie in the upper bump. Of the replaced points there lie (a) 93 %, within 3 points;
# (b) 20 %, within 3, as if nothing had been told; (c) something between.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# The next cell counts, and looks at when the points chose.

# %% tags=["hide-input"]
share = share_above(by_replacing)
reveal(
    guess,
    "a" if abs(share - second.weights[0]) < 0.03 else "b" if abs(share - 0.2) < 0.03 else "c",
    "15.filling_in",
)
verdict("share of the upper bump by replacing", share, low=0.32, high=0.4)
for t, low, high in ((800, 0.02, 0.2), (500, 0.5, 0.8), (200, 0.88, 1.03)):
    already = upper_likelier[t] / share
    verdict(f"points for which it is the likelier one at t = {t}, over that", already, low=low, high=high)
for t, low, high in ((700, 1.5, 1.8), (500, 0.75, 0.95), (200, 0.2, 0.35)):
    level = schedule.alphas_cumprod[t]
    noise_of_told = ((1 - level) / level).sqrt() / (plane.means[1, 0] - plane.means[0, 0])
    verdict(
        f"noise of x_1 at t = {t}, over the distance of the bumps in x_1", noise_of_told, low=low, high=high
    )

# %% [markdown]
# The points choose between $t$ of about 700 and 200. During the first part of that the told coordinate still carries
# noise as large as the distance between the bumps, so it can hardly speak for either; by the time it can, the second
# coordinate has settled. So replacement is *not* a draw from $p(x_2 \mid x_1)$. At each step it tells the model a
# *noisy* copy of $x_1$, although $x_1$ is known exactly.
#
# You have the right tool already. Notebook 14 said: to condition on anything, add $\nabla \log p(\text{it} \mid x_t)$
# to the score. Here "it" is $x_1 = c$, with $c = -0.1$, and its density can be computed.
# Bump $k$ has the mean $\mu_k$ and the standard deviation $r_k$. If you knew that the point is of bump $k$, then $x_0$
# given $x_t$ would be a Gaussian (notebook 11). Call its mean $\hat x_k$, the guess, and its variance $v_k$:
#
# $$\hat x_k = \mu_k + \kappa_k\, (x_t - \sqrt{\bar\alpha_t}\, \mu_k), \qquad
# \kappa_k = \frac{\sqrt{\bar\alpha_t}\, r_k^2}{\bar\alpha_t r_k^2 + 1 - \bar\alpha_t}, \qquad
# v_k = \frac{r_k^2 (1 - \bar\alpha_t)}{\bar\alpha_t r_k^2 + 1 - \bar\alpha_t}$$
#
# You do not know the bump, so each counts with its probability $p(k \mid x_t)$, and of the guess only the first
# coordinate matters, $[\hat x_k]_1$:
#
# $$p(x_1 = c \mid x_t) = \sum_k p(k \mid x_t)\; \mathcal N\big(c;\ [\hat x_k]_1,\ v_k\big)$$


# %%
def log_told(x_t, t):
    """log p(x_1 = TOLD | x_t) in the plane, exactly: [B, 2] -> [B]."""
    level, means, variances = schedule.alphas_cumprod[t[0]], plane.means[:, 0], plane.stds**2
    total = level * variances + 1 - level
    guesses = means + level.sqrt() * variances / total * (x_t[:, :1] - level.sqrt() * means)  # [B, bumps]
    spreads = variances * (1 - level) / total
    log_shares = plane.diffuse(level).responsibilities(x_t).log()
    return (log_shares - 0.5 * (TOLD - guesses) ** 2 / spreads - 0.5 * spreads.log()).logsumexp(1)


led = guidance.classifier_guided(exact_model(plane, schedule), log_told, schedule, 1.0)
start = torch.randn(4000, 2, generator=dice(1), dtype=torch.float64)
by_guiding = samplers.ddpm(led, schedule, start.shape, num_inference_steps=100, x_T=start, generator=dice(2))

# %% [markdown]
# The next cell counts again, and draws all three: replaced, guided, exact.

# %% tags=["hide-input"]
t = torch.full((4000,), 500)
guess_of_x0 = schedule.convert(led(start, t), start, 500, "epsilon", "sample")
verdict(
    "the led guess of x_1 at t = 500, from what was told", (guess_of_x0[:, 0] - TOLD).abs().max(), high=1e-6
)
verdict("share of the upper bump by guidance", share_above(by_guiding), low=0.91, high=0.945)
truth_of_it = second.sample(4000, generator=dice(3))[:, 0]
distances = [wasserstein1(x[:, 1], truth_of_it) for x in (by_replacing, by_guiding)]
verdict("Wasserstein distance to exact draws: replaced", distances[0], low=0.9)
verdict("Wasserstein distance to exact draws: guided", distances[1], high=0.05)
grid, bins = torch.linspace(-2.4, 2.4, 300, dtype=torch.float64), torch.linspace(-2.4, 2.4, 49).numpy()
fig, ax = subplots(figsize=(7.4, 3.6))
ax.hist(
    by_replacing[:, 1].numpy(), bins=bins, density=True, color=NOISE, alpha=0.6, label="replaced, 1,000 steps"
)
ax.hist(by_guiding[:, 1].numpy(), bins=bins, density=True, histtype="step", linewidth=2, color=MODEL,
        label="guided, 100 steps")  # fmt: skip
ax.plot(grid, second.log_prob(grid[:, None]).exp(), "--", color=DATA, label="exact")
ax.set(title="The second coordinate, given the first", xlabel="$x_2$", ylabel="density")
ax.legend(loc="upper left")
show(fig, "15.second_coordinate")

# %% [markdown]
# Guidance at scale 1 reaches the exact share with a tenth of the steps. And every guided guess has $\hat x_1$ exactly
# where it was told.
#
# ### With a network
#
# For a network only the mean of $p(x_0 \mid x_t)$ is known, the guess $\hat x_0$. The mixture above had a Gaussian
# about the guess of each bump, of variance $v_k$. **Reconstruction guidance** (after Ho et al. 2022 and
# Chung et al. 2023) takes a single Gaussian about the only guess that there is:
#
# $$\log p(\text{known} \mid x_t) \approx -\frac{1}{2 \sigma_t^2}\, \big\| M \odot (x_0^{\text{known}} - \hat x_0(x_t)) \big\|^2 + \text{const}, \qquad \sigma_t^2 = 1 - \bar\alpha_t$$
#
# Here $M$ is the mask, 1 where a pixel is known and 0 elsewhere, and $\odot$ multiplies pixel by pixel.
#
# The papers differ in the factor before the square (see "Going further" below). A guidance scale $s$ stands before the
# gradient; if our factor were right, $s = 1$ would be best. The gradient goes *through the network*: each known pixel
# pulls at all of $x_t$ that its guess depends on, the hole included.
#
# **Exercise 3.** `model(x_t, t)` gives $v$; `schedule.convert(v, x_t, t, "v_prediction", "sample")` is the guess, and
# `schedule.rates(t, x_t)` gives $\sqrt{\bar\alpha_t}$ and $\sigma_t$. Leave out the constant.


# %%
def known_log_prob(x_t, t, model, known, mask, schedule):
    """x_t, known: [B, 1, H, W] in the range of x_0; t: [B]; model(x_t, t) gives v; mask: [1, 1, H, W], 1 where known.

    Returns [B], one number for each image. schedule.rates(t, x_t) is shaped to divide an image by.
    """
    ### BEGIN SOLUTION
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    _, sigma = schedule.rates(t, x_t)
    return -(mask * (known - x0) / sigma).square().flatten(1).sum(1) / 2
    ### END SOLUTION


# %%
known_log_prob = check("conditions.known_log_prob", known_log_prob)

# %%
net, _ = checkpoints.load("digits_diffusion")  # predicts v, and is not told the label here
net.requires_grad_(False)  # from here on only x_t gets a gradient


def led_fill(known, mask, scale, steps=2 * STEPS, seed=0):
    """Complete known [B, 1, 8, 8] in [-1, 1] by reconstruction guidance: in [0, 1]."""

    def log_prob(x_t, t):
        return known_log_prob(x_t, t, net, known, mask, schedule)

    led = guidance.classifier_guided(net, log_prob, schedule, scale, "v_prediction")
    return walk(led, known.shape, steps, seed, sampler=samplers.ddpm)


# %% [markdown]
# A guided step is about as much work as three calls of the network. So the next cell compares 40 guided steps with 120
# replaced ones, and with 24 steps that are each made 5 times.

# %%
n = preset(100, smoke=20)
whole, truth = held_out.images[:n], held_out.labels[:n]
mask = torch.zeros(1, 1, 8, 8)
mask[..., :4, :] = 1  # the upper half is known
known = 2 * whole - 1  # the lower half is in the array, too; the mask keeps it out
filled = {
    "replaced": [completed(net, known, mask, 6 * STEPS, seed=seed) for seed in seeds],
    "with repeats": [completed(net, known, mask, preset(24, smoke=2), 5, seed) for seed in seeds],
    "guided, s = 1": [led_fill(known, mask, 1.0, seed=seed) for seed in seeds],
    "guided, s = 2": [led_fill(known, mask, 2.0, seed=seed) for seed in seeds],
    "guided, s = 4": [led_fill(known, mask, 4.0, seed=seed) for seed in seeds],
}

# %% [markdown]
# The next cell shows twelve.

# %% tags=["hide-input"]
show(
    image_rows(
        {"known": whole * mask + 0.35 * (1 - mask)}
        | {name: runs[0] for name, runs in filled.items()}
        | {"truth": whole},
        "The lower half is missing",
    ),
    "15.lower_halves",
)

# %% [markdown]
# Is the completion read as the truth, and how large is the jump at the seam, over the truth's? And, since guidance only
# *pulls*: how well is the known part kept? The next cell measures all three, as means over three seeds.


# %% tags=["hide-input"]
def seam(images):
    """The mean size of the jump from the last known row to the first invented one, over the truth's."""
    jumps = [(part[..., 3, :] - part[..., 4, :]).abs().mean() for part in (images, whole)]
    return jumps[0] / jumps[1]


def mean_of(measure):
    """The mean of a measure over the seeds, for each way to fill in."""
    return {name: sum(float(measure(images)) for images in runs) / len(runs) for name, runs in filled.items()}


right = mean_of(lambda images: metrics.agreement(judge, images, truth))
seams = mean_of(seam)
lost = mean_of(lambda images: rms_gap(mask * images, mask * whole))
ONE, TWO, FOUR = list(filled)[2:]
for better, worse, low, high in (
    (ONE, "replaced", 0, 0.2),
    (ONE, "with repeats", -0.1, 0.1),
    (TWO, "with repeats", -0.05, 0.2),
    (TWO, ONE, -0.02, 0.2),
    (FOUR, TWO, -0.08, 0.12),
):
    verdict(
        f"read as the truth: ({better}) minus ({worse})", right[better] - right[worse], low=low, high=high
    )
for name, low, high in (
    ("replaced", 1.05, 1.25),
    ("with repeats", 0.95, 1.15),
    (ONE, 0.85, 1.02),
    (TWO, 0.8, 0.95),
):
    verdict(f"seam over the truth's: {name}", seams[name], low=low, high=high)
verdict("root mean square error of the known half, s = 1", lost[ONE], high=0.03)
verdict("the same at s = 4, over that", lost[FOUR] / lost[ONE], low=3)

# %% [markdown]
# Differences of a few hundredths are chance here. Replacement leaves too large a jump at the seam, guidance too small a
# one. Guidance is read as the truth more often than replacement with as much work, but at $s = 1$ the repeats do about
# as well, with no gradient. So on digits it is *not* the clear winner that it was in the plane: there
# $p(\text{known} \mid x_t)$ was exact, and here it is a rough Gaussian. At $s = 4$ the steps overshoot, and the *known*
# half suffers. What guidance has is its reach: "known" may be anything that can be computed from $\hat x_0$ (a blur, a
# sum, a sketch).
#
# ### Going further: which factor stands before the square
#
# Ho et al. take the variance $\sigma_t^2 / \bar\alpha_t$, which is what remains of $x_0$ when nothing is known of it
# but $x_t$; Chung et al. take a step size over the norm of the error. Ours, $\sigma_t^2 = 1 - \bar\alpha_t$, is what
# remains for standard normal data: put $r_k = 1$ in $v_k$ above (Song et al. 2023 take it). That is a rough assumption.

# %% [markdown]
# ## 3. A new condition for a finished model
#
# You want a good model, whose training was expensive, to follow something new: edges, a pose, a depth map. If you train
# it again on few examples, it may lose what it knows. **ControlNet** (Zhang et al. 2023) freezes it. A *trainable copy*
# of its way down sees the new picture, and what the copy finds is added to the features that the frozen base keeps for
# its way up (the skips of notebook 12):
#
# $$h_\text{kept} \leftarrow h_\text{kept} + \mathcal Z(h_\text{copy})$$
#
# Our lecture says only: "Key idea: zero convolution". That is $\mathcal Z$: a $1 \times 1$ convolution,
# $\mathcal Z(c) = W c + b$ at each pixel, that starts with $W = 0$ and $b = 0$. So before training $\mathcal Z$ is 0,
# and the controlled model *is* the base, to the last bit.
#
# **Predict.** But $W$ is zero, and so is all that comes out of it. Will such a layer ever learn? (a) No: with zero
# weights the gradient is zero, too; (b) yes, from the first step on; (c) only if what it is added to is trained as
# well.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION


# %%
def zeroed(layer):
    """The layer with all its weights 0."""
    for weight in layer.parameters():
        torch.nn.init.zeros_(weight)
    return layer


features_of_base, control = torch.randn(2, 16, 4, 6, 6, generator=dice())
seen = control.clone()
control.requires_grad_()  # as if it came from a branch that learns
wanted = features_of_base + seen.roll(1, 1)  # a task: add the next channel of the control
joint = zeroed(torch.nn.Conv2d(4, 4, 1))


def joint_gradients():
    """The gradients of the weights of the joint, and of the control that goes into it."""
    error = (features_of_base + joint(control) - wanted).square().mean()
    return torch.autograd.grad(error, [joint.weight, control])


# %% [markdown]
# The next cell looks at the gradients.

# %% tags=["hide-input"]
of_weight, of_control = joint_gradients()
reveal(guess, "a" if of_weight.norm() == 0 else "b", "15.zero_weights")
verdict("size of the gradient of the zero weights", of_weight.norm(), low=0.1)
verdict("of the control that goes in", of_control.norm(), high=0)
joint.weight.data -= 0.1 * of_weight
verdict("of the control, after one step of the weights", joint_gradients()[1].norm(), low=1e-4)

# %% [markdown]
# The reason takes three formulas. Let $g = \partial L / \partial \text{out}$, at one pixel, and
# $\text{out} = h + W c + b$. Then:
#
# $$\frac{\partial L}{\partial W} = g\, c^\top \qquad \frac{\partial L}{\partial b} = g \qquad \frac{\partial L}{\partial c} = W^\top g$$
#
# As long as something comes in ($c \neq 0$), $W$ moves at the first step. Only $c$, and all that lies behind it, must
# wait one step, until $W$ is no longer zero.

# %% [markdown]
# **Exercise 4.** Join the two. `conv` is the layer, before training or after it. The base is frozen elsewhere, so
# detach nothing here.


# %%
def add_control(features, control, conv):
    """features: [B, C, H, W] of the base; control: [B, D, H, W]; conv: the layer, D to C channels -> [B, C, H, W]."""
    ### BEGIN SOLUTION
    return features + conv(control)
    ### END SOLUTION


# %%
add_control = check("conditions.add_control", add_control)

# %% [markdown]
# ### Going further: the whole life of such a layer
#
# **Exercise 5.** Write all of it: make the layer, start it at zero, and take `steps` steps of plain gradient descent,
# with rate `lr`, on the mean squared error to `target`. Return the joined output. With `steps = 0`
# that is `features`, exactly. (Give the layer `dtype=features.dtype`.)


# %%
def learn_control(features, control, target, steps, lr):
    """features, target: [B, C, H, W]; control: [B, D, H, W] -> the joined output after the steps: [B, C, H, W]."""
    ### BEGIN SOLUTION
    conv = torch.nn.Conv2d(control.shape[1], features.shape[1], 1, dtype=features.dtype)
    torch.nn.init.zeros_(conv.weight)
    torch.nn.init.zeros_(conv.bias)
    optimiser = torch.optim.SGD(conv.parameters(), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        (features + conv(control) - target).square().mean().backward()
        optimiser.step()
    return (features + conv(control)).detach()
    ### END SOLUTION


# %%
learn_control = check("conditions.learn_control", learn_control)

# %% [markdown]
# The next cell lets the layer learn the task from above, for 0, 1 and 100 steps.

# %% tags=["hide-input"]
learned = {n: learn_control(features_of_base, seen, wanted, n, 0.5).detach() for n in (0, 1, 100)}
off = [(joined - wanted).square().mean() for joined in learned.values()]
verdict(
    "before training: largest difference from the base", (learned[0] - features_of_base).abs().max(), high=0
)
verdict("squared error after 1 step over that before", off[1] / off[0], low=0.5, high=0.95)
verdict("after 100 steps", off[2] / off[0], high=1e-4)

# %% [markdown]
# ### A model of glyphs, and edges
#
# Now for a real model. The base is the model of glyphs from section 2. The control is the outline of a glyph: 1 on
# every pixel of paper that touches a stroke. `ControlledUNet(base)` makes the copy and its joints; untrained, it must
# be the base.

# %%
glyph_net = plain  # the model that filled the halves in section 2
forty = glyphs.images[:40]
asked, outlines = glyphs.labels[:40], edges(glyphs.images[:40])
torch.manual_seed(0)
fresh_control = ControlledUNet(glyph_net)

# %% [markdown]
# The next cell compares the two on forty noisy glyphs, and counts the weights.

# %% tags=["hide-input"]
x_t, t = torch.randn(40, 1, 28, 28, generator=dice()), torch.randint(1000, (40,), generator=dice(1))
with torch.no_grad():
    alone, joined = glyph_net(x_t, t, asked), fresh_control(x_t, t, asked, outlines)
verdict(
    "untrained: equal to the base to the last bit (1) or not (0)", float(torch.equal(alone, joined)), low=1
)
frozen, new = (
    sum(weight.numel() for weight in fresh_control.parameters() if weight.requires_grad == learns)
    for learns in (False, True)
)
print(f"{frozen:,} frozen weights, {new:,} new ones")

# %% [markdown]
# ### Going further: who gets a gradient, and when
#
# Between the outlines and the copy there are some first layers that read the outline, and another zero convolution,
# here `enter`. Are these two zeros in a row? No: between them lies the copy, which begins as a copy of a *trained*
# network and gives features of $x_t$, outlines or not. So from the first step on something comes into the joints. The
# next cell records who gets a gradient at each of four steps:

# %%
PARTS = {
    "joints": "join",
    "copy": "copy",
    "enter": "enter",
    "first layers": "stem",
}  # the stem: the layers that read the outline, before `enter`
control_loss = denoising_loss(schedule, "v_prediction")
optimiser = torch.optim.Adam([w for w in fresh_control.parameters() if w.requires_grad], lr=1e-3)
sizes = {name: [] for name in PARTS}
for step in range(4):
    torch.manual_seed(step)
    optimiser.zero_grad()
    control_loss(functools.partial(fresh_control, y=asked, control=outlines), 2 * forty - 1).backward()
    for name, start_of_name in PARTS.items():
        found = [w.grad.norm() ** 2 for key, w in fresh_control.named_parameters()
                 if key.startswith(start_of_name) and w.grad is not None]  # fmt: skip
        sizes[name].append(float(sum(found)) ** 0.5)
    optimiser.step()

# %% [markdown]
# The next cell prints them as a table.

# %% tags=["hide-input"]
print(f"{'gradient':14}" + "".join(f"step {step + 1:<8}" for step in range(4)))
for name, values in sizes.items():
    print(f"{name:14}" + "".join(f"{'0' if value == 0 else 'moves':<13}" for value in values))
verdict("joints, at step 1", sizes["joints"][0], low=1e-3)
verdict("copy and enter, at step 1", sizes["copy"][0] + sizes["enter"][0], high=0)
verdict("copy and enter, at step 2: the smaller", min(sizes["copy"][1], sizes["enter"][1]), low=1e-9)
verdict("first layers, at step 2", sizes["first layers"][1], high=0)
verdict("first layers, at step 3", sizes["first layers"][2], low=1e-9)

# %% [markdown]
# Each zero holds up what lies behind it for one step, and no longer.

# %% [markdown]
# ### The trained model
#
# The trained model comes from a checkpoint. It takes twenty steps of sampling, once with the control and once without,
# from the same noise, and is told the right label both times.

# %%
controlled, provenance = checkpoints.load("glyphs_control")
print(provenance["recipe"], "|", provenance["data"]["n"], "images,", provenance["training"]["steps"], "steps")
print("share of the labels hidden in its training:", provenance["settings"]["label_dropout"])
pairs = zip(controlled.base.parameters(), glyph_net.parameters(), strict=True)
verdict(
    "its base against the base: largest difference",
    max((a - b).detach().abs().max() for a, b in pairs),
    high=0,
)


def follow(labels, outlines):
    """One glyph for each label [B] and outline [B, 1, 28, 28], in [0, 1]."""
    return walk(functools.partial(controlled, y=labels, control=outlines), outlines.shape)


def read_glyph(images):
    """The label of the nearest training glyph: [B]."""
    return glyph_train.labels[torch.cdist(images.flatten(1), glyph_train.images.flatten(1)).argmin(1)]


followed = follow(asked, outlines)
by_base = walk(functools.partial(glyph_net, y=asked), outlines.shape)

# %% [markdown]
# The next cell shows ten.

# %% tags=["hide-input"]
show(image_rows(
        {"outline": outlines, "controlled": followed, "the base": by_base, "its glyph": forty},
        "Right label, same noise", columns=10,
    ), "15.outlines_followed")  # fmt: skip

# %% [markdown]
# `read_glyph` gives the label of the nearest of 20,000 training glyphs; now and then it errs. `edge_agreement` is 1 if
# each edge pixel of an image has one of the wanted outline within a pixel, and the other way round. Any two glyphs
# agree somewhat, so the next cell also measures what the base reaches by chance, and another glyph of the same class.

# %% tags=["hide-input"]
partner = torch.stack([(glyphs.labels[40:] == label).nonzero()[0, 0] + 40 for label in asked])
agree = {
    "controlled": edge_agreement(followed, outlines).mean(),
    "base": edge_agreement(by_base, outlines).mean(),
    "another of its class": edge_agreement(glyphs.images[partner], outlines).mean(),
}
verdict("edges followed: controlled (the glyph itself has 1)", agree["controlled"], low=0.95)
verdict("edges followed: the base with the right label", agree["base"], low=0.6, high=0.9)
verdict("edges followed: another glyph of the same class", agree["another of its class"], low=0.65, high=0.9)
exactly = edge_agreement(followed, outlines, tolerance=0).mean()
verdict("controlled, pixel for pixel", exactly, low=0.75, high=0.99)
reads_true = (read_glyph(glyphs.images) == glyphs.labels).double().mean()
verdict("the reader on 200 true glyphs: read as labelled", reads_true, low=0.9)
verdict("controlled: read as asked", (read_glyph(followed) == asked).double().mean(), low=0.85)
verdict("the base: read as asked", (read_glyph(by_base) == asked).double().mean(), low=0.75)

# %% [markdown]
# ### Faces, and a contradiction
#
# A second ControlNet was trained on the faces' model. Their outlines lie where the colour jumps.
#
# **Predict.** Contradict it: the label asks for another hair, and for glasses just where the outline has none. (a) The
# label wins in both; (b) the outline wins in both; (c) the hair follows the label, the glasses follow the outline.

# %%
### BEGIN SOLUTION
guess = "a"
### END SOLUTION

# %%
face_control, provenance = checkpoints.load("faces_control")
print(provenance["recipe"], "|", provenance["data"]["n"], "images,", provenance["training"]["steps"], "steps")
face_lines, glasses = colour_edges(faces.images), faces.factors["glasses"]
own, another = hair + 6 * glasses, (hair + 3) % 6 + 6 * (1 - glasses)
NO_LABEL, ANOTHER, NO_OUTLINE = "no label", "another label", "no outline"
outlined = {
    name: [
        walk(functools.partial(face_control, y=y, control=lines), faces.images.shape, seed=seed)
        for seed in seeds
    ]
    for name, y, lines in (
        (NO_LABEL, None, face_lines),
        (ANOTHER, another, face_lines),
        (NO_OUTLINE, own, None),
    )
}

# %% [markdown]
# The next cell shows twelve, and reads all.

# %% tags=["hide-input"]
firsts = {name: runs[0] for name, runs in outlined.items()}
show(
    image_rows({"outline": face_lines} | firsts | {"its face": faces.images}, "Faces by their outlines"),
    "15.faces_outlined",
)
in_outlined = {name: [face_judge.read(images) for images in runs] for name, runs in outlined.items()}
as_asked = torch.stack([(of["hair"] == another % 6).double().mean() for of in in_outlined[ANOTHER]])
as_drawn = {name: torch.stack([still_worn(of)[1] for of in runs]) for name, runs in in_outlined.items()}
by_label, by_outline = as_asked.mean() > 0.5, as_drawn[ANOTHER].mean() > 0.5
reveal(guess, "b" if not by_label else "c" if by_outline else "a", "15.hair_or_glasses")
verdict("another label: hair as it asks, the least of three seeds", as_asked.min(), low=0.8)
verdict("another label: glasses as the outline has them, mean", as_drawn[ANOTHER].mean(), low=0.02, high=0.4)
verdict("no label: glasses as the outline has them, the least", as_drawn[NO_LABEL].min(), low=0.85)
for name, low, high in ((NO_LABEL, 0.68, 0.9), (ANOTHER, 0.6, 0.82), (NO_OUTLINE, 0.45, 0.65)):
    met = torch.stack(
        [edge_agreement(images, face_lines, 0, colour_edges).mean() for images in outlined[name]]
    )
    verdict(f"outline met, pixel for pixel, mean: {name}", met.mean(), low=low, high=high)
for factor, low, high in (("turn", 0.1, 0.4), ("smile", 0.5, 1)):
    mean_off = sum(off_by(of, factor) for of in in_outlined[NO_LABEL]) / len(seeds)
    verdict(f"no label: {factor} from the face's, over the next face's, mean", mean_off, low=low, high=high)

# %% [markdown]
# The label mostly wins in both, although without a label nearly all glasses are the outline's. Conditions that
# contradict each other give no error message, and only a test tells which one wins. The turn of the head is the
# outline's; the smile, a few pixels, hardly is.

# %% [markdown]
# ### Going further: a glyph's outline against its label
#
# **Predict.** Now take the outline of one digit and the label of another. In training the two always agreed. (a) The
# label wins: you get the digit that was asked for, bent to the outline; (b) the outline wins; (c) mostly neither can be
# read.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# The next cell draws and reads them.

# %% tags=["hide-input"]
other = (asked + 5) % 10  # a 3's outline with the label 8, and so on
torn = follow(other, outlines)
of_label, of_outline = ((read_glyph(torn) == labels).double().mean() for labels in (other, asked))
reveal(guess, "a" if of_label > 0.5 else "b" if of_outline > 0.5 else "c", "15.outline_or_label")
verdict("torn: read as the label", of_label, high=0.1)
verdict("torn: read as the outline's digit", of_outline, low=0.8)
verdict("torn: edges followed", edge_agreement(torn, outlines).mean(), low=0.95)

# %% [markdown]
# Can guidance make the label win? The next cell uses classifier-free guidance with the wrong label, as in notebook 14.
# The control stays in both halves, so that only the *label* is exaggerated:

# %%
twice = torch.cat([outlines, outlines])
pushed = {}
for scale in (4.0, 10.0):
    led = guidance.classifier_free(
        lambda x, t, y: controlled(x, t, y, twice), other, scale, null=controlled.classes
    )
    pushed[scale] = walk(led, outlines.shape)

# %% [markdown]
# The next cell shows what came of it, and reads the results again.

# %% tags=["hide-input"]
show(image_rows(
        {"outline": outlines, "s = 1": torn, "s = 4": pushed[4.0], "s = 10": pushed[10.0]},
        "Asked for another digit", columns=10, names=[f"asked: {label}" for label in other[:10]],
    ), "15.another_label")  # fmt: skip
now = read_glyph(pushed[10.0])
as_label, as_outline = ((now == labels).double().mean() for labels in (other, asked))
verdict("s = 10: read as the label", as_label, low=0.25, high=0.8)
verdict("s = 10: read as the outline's digit", as_outline, low=0.15, high=0.6)
verdict("s = 10: as neither", 1 - as_label - as_outline, low=0.01, high=0.3)
verdict(
    "s = 10: edges followed, minus at s = 1",
    edge_agreement(pushed[10.0], outlines).mean() - edge_agreement(torn, outlines).mean(),
    high=-0.01,
)

# %% [markdown]
# If you push the weaker condition, you sometimes get the one digit, sometimes the other, and now and then neither.

# %% [markdown]
# ## 4. The failure museum
#
# **Exhibit A: noise for everybody.** Somebody noised the *whole* input of the glyphs' network, the condition as
# well as $x_t$, so that at step $t$ only $\sqrt{\bar\alpha_t}$ of the condition is left. What comes out stands in the
# right place, and is in shreds.


# %%
def told_with_noise(level):
    """A draw for each of ten 7 x 7 glyphs; at step t its condition is noised to alpha-bar = level(t)."""
    generator = dice(9)

    def model(x_t, t):
        alone, shown = network_input(x_t, blocks).chunk(2, dim=1)
        a, fresh = level(int(t[0])), torch.randn(shown.shape, generator=generator)
        return enlarging(torch.cat([alone, a**0.5 * shown + (1 - a) ** 0.5 * fresh], dim=1), t)

    return walk(model, ten.shape)


def off_given(images):
    """How far images, shrunk again, are from what was given, over the distance to the next glyph's."""
    return rms_gap(shrink(images, 4), blocks) / rms_gap(blocks, blocks.roll(1, 0))


noised_too = told_with_noise(lambda t: float(schedule.alphas_cumprod[t]))

# %% [markdown]
# The next cell shows them, and measures how far they are from what was given.

# %% tags=["hide-input"]
show(
    image_rows({"given": blocks, "drawn": noised_too, "truth": ten}, "Exhibit A", columns=10),
    "15.exhibit_a",
)
verdict("exhibit A: shrunk again, from what was given", off_given(noised_too), low=0.3)

# %% [markdown]
# Mend it by saying how much of the condition should be left at step $t$.


# %%
def mended_a(t):
    """t: int in 0..999 -> the level alpha-bar of the condition at step t, in [0, 1]."""
    ### BEGIN SOLUTION
    return 1.0
    ### END SOLUTION


# %% [markdown]
# The next cell tries it.


# %% tags=["hide-input"]
def report_a(level):
    """What is to be said of a function t -> the level of the condition."""
    try:
        levels = [level(t) for t in range(1000)]
    except Exception as error:  # it is said, and the notebook goes on
        return f"still broken, it stops: {type(error).__name__}: {error}"
    if all(one is None for one in levels):
        return "not answered yet"
    if not all(isinstance(one, int | float) and 0 <= one <= 1 for one in levels):
        return f"still broken, a number in [0, 1] is wanted for each t; got {levels[-1]!r} at t = 999"
    off = off_given(told_with_noise(lambda t: levels[t]))
    outcome = "mended" if off < 0.1 else "still broken, the glyphs are not those that were given"
    return f"{outcome} (here {off:.2f} from what was given)"


print("exhibit A:", report_a(mended_a))

# %% [markdown]
# The network was trained with clean conditions and takes what stands there at its word, noise included: it draws
# strokes that are not there, and specks on the paper.
#
# **Exhibit B: the pull that stops at the network.** To save memory, somebody cut the network's answer out of the graph
# of section 2's guidance with `v.detach()`. The known half is kept well, but the lower half is worse.


# %%
def led_by(passed_on):
    """Completions at s = 2, where passed_on(v) is what known_log_prob gets of the network's answer; and the pull at t = 500."""

    def log_prob(x_t, t):
        return known_log_prob(x_t, t, lambda x, t: passed_on(net(x, t)), known, mask, schedule)

    led = guidance.classifier_guided(net, log_prob, schedule, 2.0, "v_prediction")
    images = walk(led, known.shape, steps=2 * STEPS, seed=1, sampler=samplers.ddpm)
    x_t, t = torch.randn(known.shape, generator=dice()), torch.full((len(known),), 500)
    return images, guidance.classifier_gradient(log_prob, x_t, t)


stopped, pull_b = led_by(lambda v: v.detach())
read_b = metrics.agreement(judge, stopped, truth)
sound_b = metrics.agreement(judge, filled[TWO][0], truth)  # with the same seed
verdict("exhibit B: error of the known half", rms_gap(mask * stopped, mask * whole), high=0.03)
verdict("exhibit B: read as the truth, minus that of section 2 at s = 2", read_b - sound_b, high=-0.05)
verdict("exhibit B: size of the pull in the missing half", ((1 - mask) * pull_b).abs().max(), high=0)


# %%
def mended_b(v):
    """v: the network's answer, [B, 1, 8, 8] -> what known_log_prob gets of it: [B, 1, 8, 8]."""
    ### BEGIN SOLUTION
    return v
    ### END SOLUTION


# %% [markdown]
# The next cell tries it.


# %% tags=["hide-input"]
def report_b(passed_on):
    """What is to be said of a function v -> what known_log_prob gets of it."""
    v = torch.randn(known.shape, generator=dice()).requires_grad_()
    try:
        answer = passed_on(v)
    except Exception as error:  # it is said, and the notebook goes on
        return f"still broken, it stops: {type(error).__name__}: {error}"
    if answer is None:
        return "not answered yet"
    if not isinstance(answer, torch.Tensor) or answer.shape != v.shape or not torch.allclose(answer, v):
        return "still broken, what is handed on must be the network's answer, with the values of v"
    if not answer.requires_grad:
        return "still broken, no gradient finds its way back to v"
    images, pull = led_by(passed_on)
    gain = metrics.agreement(judge, images, truth) - read_b
    if not ((1 - mask) * pull).abs().max() > 0:
        return "still broken, nothing pulls at the missing half"
    outcome = "mended" if gain >= 0.05 else "still broken, no more are read as the truth than before"
    return f"{outcome} (here {gain:+.0%})"


print("exhibit B:", report_b(mended_b))

# %% [markdown]
# $\hat x_0 = \sqrt{\bar\alpha_t}\, x_t - \sigma_t v$. With $v$ held fixed, a pixel of $\hat x_0$ depends on its own
# pixel of $x_t$ alone, so nothing pulls at the hole: the gradient there is exactly 0. The hole learns of the known half
# only as in replacement, through the network's next answer.

# %% [markdown]
# ### Going further: two zeros in a row
#
# **Exhibit C: the control that never comes.** To be doubly sure, somebody started *both* layers of the control's branch
# at zero. The error hardly falls. Mend it so that before training the output is the base's,
# exactly, and that 200 steps bring the error below a tenth.


# %%
def branch(first, last):
    """Two layers, each started at "zero" or at "random"."""
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(4, 16, 3, padding=1), torch.nn.Conv2d(16, 4, 1)]
    for layer, how in zip(layers, (first, last), strict=True):
        if how == "zero":
            zeroed(layer)
    return torch.nn.Sequential(layers[0], torch.nn.SiLU(), layers[1])


def exhibit_c(first, last, steps=200):
    """Distance from the base before training, and the error afterwards over that before."""
    model, errors = branch(first, last), []
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    before = model(seen).abs().max().item()
    for _ in range(steps + 1):
        error = (add_control(features_of_base, seen, model) - wanted).square().mean()
        errors.append(error.item())
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    return before, errors[-1] / errors[0]


verdict("exhibit C: error after 200 steps over that before", exhibit_c("zero", "zero")[1], low=0.9)


# %%
def mended_c():
    """Return how the first and the last layer of the branch start, each "zero" or "random"."""
    ### BEGIN SOLUTION
    return ("random", "zero")
    ### END SOLUTION


# %% [markdown]
# The next cell tries it.

# %% tags=["hide-input"]
answer = mended_c()
words = [*answer] if isinstance(answer, tuple | list) else []
if answer is None:
    print("exhibit C: not answered yet")
elif len(words) != 2 or not all(isinstance(word, str) and word in ("zero", "random") for word in words):
    print(f'exhibit C: still broken, two words are wanted, each "zero" or "random"; got {answer!r}')
else:
    before, left_over = exhibit_c(*answer)
    if before > 0:
        print(f"exhibit C: still broken, the untrained branch shifts the base by up to {before:.2f}")
    elif left_over > 0.1:
        print(f"exhibit C: still broken, {left_over:.0%} of the error is left")
    else:
        print(f"exhibit C: mended, the base at the start (here {left_over:.1%} of the error left)")

# %% [markdown]
# One zero lets the gradient through. Two in a row block each other for good, if what lies between gives 0 for 0, as
# SiLU does. (The bias of the last layer does get a gradient, so the error moves a little, but nothing that depends on
# the control ever moves.) ControlNet has two zeros as well, but with a trained copy between them.

# %% [markdown]
# ## Read with care
#
# The table shows what the source lectures print about this, and what holds. Each line is held by a test.

# %%
from IPython.display import Markdown

from course_utils.errata import errata_table

Markdown(errata_table("15"))

# %% [markdown]
# ## What to take with you
#
# - What can be an input can be a condition: put the picture, clean and in the range of $x_0$, after $x_t$, and leave
#   the loss as it is.
# - A draw from the exact posterior has twice the mean's squared error. Whoever ranks by squared error ranks the blur
#   first.
# - Replacing the known part is not a draw from $p(x \mid \text{known})$, not even with the exact denoiser: what is not
#   known is settled while the known part still carries noise.
# - Guidance by $\nabla \log p(\text{known} \mid x_t)$ is such a draw, where that is exact. With a network it is a
#   Gaussian about a guess, its gradient must go through the network, and its scale is yours to choose.
# - A zero convolution adds a condition to a finished model and changes nothing until it learns, and it learns from the
#   first step. Two in a row never do.

# %% [markdown]
# ## Going further: what is left out here, and papers
#
# This notebook leaves out text as a condition, and attention to it ({notebook 17}); translating one kind of picture
# into another without pairs; other controls (a pose, a depth map), and several at once; a *better* Gaussian about the
# guess, with the covariance that the network's derivative gives; and particle methods that make the filling exact in
# the limit.
#
# **Papers.** Saharia et al., *Image super-resolution via iterative refinement*, 2021 (SR3). Lugmayr et al., *RePaint*,
# 2022. Ho et al., *Video diffusion models*, 2022. Chung et al., *Diffusion posterior sampling for general noisy
# inverse problems*, 2023. Song et al., *Pseudoinverse-guided diffusion models for inverse problems*, 2023. Zhang, Rao
# and Agrawala, *Adding conditional control to text-to-image diffusion models*, 2023.
