# ---
# jupyter:
#   course:
#     title: Latent diffusion and beyond
#     summary: Diffusion in a code a quarter of the size, sentences that say what to draw and combinations that nobody has seen, a transformer in place of the U-Net, films, one call in place of many, and a finished model that learns a font.
#     about: >-
#       What stands between the diffusion of the last lessons and the systems that people use: diffusion in a code,
#       sentences that say what to draw and combinations that nobody has seen, transformers, films, few steps, and small
#       changes to finished models; then a map of the big systems, part by part. Needs 03, 12 and 14.
# ---

# %% [markdown]
# # 17 Latent diffusion and beyond
#
# **Follows** *EECS 230 Deep Learning, Lecture 16*, after S. Prince (the large systems), and goes beyond it.
#
# **After this notebook you can**
# - move diffusion into the code of an autoencoder, and say what that gains and what it costs;
# - write cross-attention, and find out which pixels look at a word;
# - measure whether a model composes: whether it draws what it has never seen together;
# - write the block of a diffusion transformer, and the target by which a student takes two steps in one;
# - change a finished model through few weights, and read a map of the big systems.
#
# **Builds on** 03 (VAE and codebook), 12 (the U-Net), 13 (DDIM's steps), 14 (guidance). Sections marked "Going further"
# can be skipped. **Time to run:** {measured_time}.

# %%
import copy
import functools
import itertools

import torch
from threadpoolctl import threadpool_limits
from torch.nn import functional as F
from torch.nn.utils import parametrize
from torch.utils.flop_counter import FlopCounterMode

from course_utils import checkpoints, data, latent, lora, metrics, systems, text, training, vae
from course_utils.checkpoints import moving_digits
from course_utils.checks import check, hint, reveal
from course_utils.diffusion import DiT, NoiseSchedule, UNet, consistency, denoising_loss, guidance, samplers
from course_utils.figures import image_rows, show
from course_utils.figures import latent_diffusion as draw
from course_utils.museum import exhibit
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets import SentenceBuilder

torch.manual_seed(0)
torch.set_num_threads(1)  # one thread is enough for such small images, and everybody's numbers are the same
one_thread = threadpool_limits(1)  # the same for NumPy
fit = functools.partial(training.fit, device="cpu", progress=False)
schedule = NoiseSchedule.cosine()  # 1,000 steps
glyphs, held_out = data.load("glyphs", n=preset(20_000, smoke=500)), data.load("glyphs", "test", n=1000)
face_language = text.grammar("faces")
digit_judge, _ = checkpoints.load("digit_classifier")  # reads 8x8 digits


def dice(seed=0):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# **Build a sentence.** A diffusion model of drawn faces draws what you say. Choose a word of the sentence to see where
# the model looks for it; raise the scale, and it obeys more strictly.

# %%
study, _ = checkpoints.load("faces_sentences")  # what the model drew for every sentence, and how it was read
SentenceBuilder(
    study.pictures,
    study.attention,
    study.read_of_pictures(),
    scales=study.picture_scales,
)

# %% [markdown]
# How does a word get into a picture? And how can this be trained on a laptop? Start with the second question. Diffusion
# spends the same work on each pixel, at every step. It would be cheaper on fewer numbers.
#
# **The naive way** is to shrink the picture, and to enlarge what comes out. Take a glyph of 28 x 28 pixels, keep 49
# means over blocks of 4 x 4, and compare with a *learned* code of 7 x 7 numbers: that of a small convolutional VAE,
# trained with a very small weight on the KL term (Rombach et al. 2022, the way of Stable Diffusion).

# %%
codes, provenance = checkpoints.load("glyphs_codes")
ten = held_out.images[:10]


@torch.no_grad()
def rebuilt(name, images=held_out.images):
    """The images, through one of the autoencoders and back: [N, 1, 28, 28]."""
    model = codes[name]
    if name.startswith("vq"):
        return model.decode(model.quantise(model.encode(images)).z)
    return model.decode(model.encode(images)[0])  # the mean of the code


shrunk = F.interpolate(F.avg_pool2d(held_out.images, 4), scale_factor=4, mode="bilinear")

# %% [markdown]
# The next cell shows ten, and compares the errors.


# %% tags=["hide-input"]
def off(images):
    """The root mean square error over the pixels of all held-out glyphs."""
    return (images - held_out.images).square().mean().sqrt()


rows = {"held-out glyph": ten, "49 means": shrunk[:10]}
rows |= {f"{name[-1]} x 49 learned": rebuilt(name, ten) for name in ("kl_1", "kl_2", "kl_4")}
show(image_rows(rows, "Fewer numbers, and back", columns=10), "17.fewer_numbers")
errors = {name: off(rebuilt(name)) for name in ("kl_1", "kl_2", "kl_4")}
verdict("error of 49 learned numbers over that of 49 means", errors["kl_1"] / off(shrunk), high=0.8)
verdict("98 numbers over 49", errors["kl_2"] / errors["kl_1"], high=0.9)
verdict("196 numbers over 98", errors["kl_4"] / errors["kl_2"], low=0.9, high=1)

# %% [markdown]
# ## 1. A code that is still a picture
#
# The code keeps the *order* of the picture: 7 x 7 places, each with a few channels. So a U-Net can work on it. The
# autoencoder takes care of what can hardly be seen (**perceptual compression**), and diffusion of what the picture
# shows. The lecture's systems use two kinds:
#
# - **KL**: real numbers, $q(z \mid x) = \mathcal N(\mu(x), \sigma^2(x))$, and a KL term with a weight so small that it
#   only keeps the numbers from growing without bound.
# - **VQ**: at each place one of $K$ entries of a codebook (notebook 03). The code of a picture is 49 whole numbers, so
#   $49 \log_2 K$ bits.
#
# The next cell compares codebooks of 16, 64 and 512 entries, and counts how many are used.

# %% tags=["hide-input"]
test_codes = {}
for size in (16, 64, 512):
    with torch.no_grad():
        model = codes[f"vq_{size}"]
        test_codes[size] = model.quantise(model.encode(held_out.images)).indices
    used, perplexity = vae.codebook_use(test_codes[size], size)
    bits = 49 * torch.tensor(size).log2()
    print(f"{size:4} entries, {bits:3.0f} bits: error {off(rebuilt(f'vq_{size}')):.3f}, ", end="")
    print(f"{used:4.0%} used, as many as {perplexity:.0f} used equally")
verdict("error with 512 entries over that with 16", off(rebuilt("vq_512")) / off(rebuilt("vq_16")), high=0.9)

# %% [markdown]
# ### Going further: what VQGAN adds
#
# (Esser et al. 2021.) The squared error of pixels blurs whatever is uncertain. VQGAN adds
# two more judges of the reconstruction: a *perceptual* loss (a distance between the features of a trained network) and
# a critic of *patches* (notebook 07). The next cell compares it with the same codebook trained without them.

# %% tags=["hide-input"]
pair = {"held-out glyph": ten} | {name: rebuilt(name, ten) for name in ("vq_64", "vqgan")}
show(image_rows(pair, "64 entries, without and with the two judges", columns=10), "17.vqgan")


def sharpness(images):
    """The mean size of the jump between neighbours, over that of the held-out glyphs."""
    jumps = [
        part.diff(dim=-1).abs().mean() + part.diff(dim=-2).abs().mean() for part in (images, held_out.images)
    ]
    return jumps[0] / jumps[1]


sharp = {name: sharpness(rebuilt(name)) for name in ("vq_64", "vqgan")}
verdict("sharpness (true glyphs: 1): by pixels alone", sharp["vq_64"], low=0.7, high=0.97)
verdict("VQGAN's minus that", sharp["vqgan"] - sharp["vq_64"], low=0.01)
verdict("VQGAN's error of pixels over the other's", off(rebuilt("vqgan")) / off(rebuilt("vq_64")), low=1)

# %% [markdown]
# ### The code's scale
#
# Diffusion mixes its data with noise of deviation 1, on a schedule made for data of about that size. What size has a
# code?
#
# **Predict.** Suppose that it has deviation 5, and nobody looks. Its signal-to-noise ratio at each step is then 25
# times what the schedule says. What happens? (a) Nothing: the network learns whatever scale it gets; (b) most steps are
# spent where nothing is left to decide; (c) training diverges.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# The next cell takes 31 levels of the schedule and asks, for Gaussian data of deviation 1 and of 5, how much of their
# variance is still open once the noisy code is known.

# %% tags=["hide-input"]
first = schedule.alphas_cumprod[torch.linspace(999, 0, 31).long()]
left = {std: (1 - first) / (first * std**2 + 1 - first) for std in (1.0, 5.0)}  # of the code's own variance
reveal(guess, "b" if (left[5.0] < 0.1).sum() > 15 else "a", "17.scale_forgotten")
for std, open_still, decided in ((1.0, (14, 18), (5, 7)), (5.0, (3, 5), (18, 22))):
    verdict(
        f"deviation {std:g}: levels of 31 at which over half is open", (left[std] > 0.5).sum(), *open_still
    )
    verdict(f"deviation {std:g}: levels at which less than a tenth is", (left[std] < 0.1).sum(), *decided)

# %% [markdown]
# So the code is multiplied by a constant that makes its deviation 1. Stable Diffusion's famous 0.18215 is just that,
# for its autoencoder. The code that is diffused is a *draw* from $q(z \mid x)$, so its variance has two parts (the law
# of total variance):
#
# $$\operatorname{Var}[z] = \operatorname{Var}_x\big[\mu(x)\big] + \mathbb E_x\big[\sigma^2(x)\big]$$
#
# **Exercise 1.** Return the factor. It is one number: variance and mean run over all images, channels and places at
# once. Take the variance with `correction=0`.


# %%
def latent_scale(mean, logvar):
    """mean, logvar: [N, C, H, W], of q(z | x) for N images -> the factor that gives draws of z deviation 1."""
    ### BEGIN SOLUTION
    return 1 / (mean.var(correction=0) + logvar.exp().mean()).sqrt()
    ### END SOLUTION


# %%
latent_scale = check("latent.scale", latent_scale)

# %% [markdown]
# Stuck, here or later? Call `hint` with the exercise's name; again for a stronger hint.

# %%
hint("latent.scale")

# %%
autoencoder = codes["kl_4"].requires_grad_(False)
with torch.no_grad():
    mean, logvar = autoencoder.encode(glyphs.images)
space = latent.LatentSpace(autoencoder, float(latent_scale(mean, logvar)))

# %% [markdown]
# The next cell measures three codes, and the scaled one.

# %% tags=["hide-input"]
for name, low, high in (("kl_1", 1.7, 2.1), ("kl_2", 1.15, 1.4), ("kl_4", 0.95, 1.1)):
    with torch.no_grad():
        factor = latent_scale(*codes[name].encode(glyphs.images[:2000]))
    verdict(f"{name}: deviation of its code", 1 / factor, low, high)
z = space.encode(held_out.images, generator=dice(1))
verdict("kl_4: deviation of the scaled code of held-out glyphs", z.std(), low=0.95, high=1.05)
verdict("share of its variance that is the draw's own", logvar.exp().mean() * space.scale**2, high=0.1)

# %% [markdown]
# One recipe, three scales. If the decoder can undo any scale, the KL term is least where
# $\mathbb E[\mu^2 + \sigma^2] = 1$ in each channel, but its weight is too small to get the codes there. The fewer
# channels, the wider the code; nothing guarantees 1. Measure it.

# %% [markdown]
# ## 2. Diffusion in the code
#
# Nothing else changes: encode the pictures once, scale, train as in notebook 12, sample, decode.
#
# $$z_0 = s\, \mathcal E(x), \qquad \min_\theta\ \mathbb E\, \big\| v_t - v_\theta(z_t, t) \big\|^2, \qquad
# x = \mathcal D(z_0 / s)$$

# %%
z_train = space.encode(glyphs.images, generator=dice(2))  # [20,000, 4, 7, 7], once
denoising = denoising_loss(schedule, "v_prediction")


def code_loss(net, z, y):
    """The loss of notebook 12 on codes, a tenth of the labels hidden."""
    return denoising(net, z, guidance.drop_labels(y, 10, 0.1))


def learned_in(codes_seen, steps, seed=0):
    """A U-Net trained on codes [N, 4, 7, 7] with their labels."""
    torch.manual_seed(seed)
    net = UNet(in_channels=4, width=48, multipliers=(1,), classes=10)
    return fit(net, code_loss, (codes_seen, glyphs.labels), steps=steps, batch_size=32, lr=2e-3,
               ema_decay=0.97, seed=seed).ema  # fmt: skip


def drawn_in(net, labels, scale=1.0, steps=25, seed=0):
    """Codes [B, 4, 7, 7], a label each."""
    model = guidance.classifier_free(net, labels, scale)
    return samplers.ddim(model, schedule, (len(labels), 4, 7, 7), num_inference_steps=steps,
                         prediction_type="v_prediction", generator=dice(seed))  # fmt: skip


STEPS = preset(500, smoke=3, full=4000)
net = learned_in(z_train, STEPS)
asked = torch.arange(200) % 10
made = space.decode(drawn_in(net, asked, 2.0))

# %% [markdown]
# The next cell shows twenty, and has all read by a judge of glyphs that had no part in it.

# %% tags=["hide-input"]
glyph_judge, _ = checkpoints.load("glyphs_judge")
show(image_rows({"": made[:10], " ": made[10:20]}, f"Drawn in the code, after {STEPS:,} steps of training",
                columns=10), "17.drawn_in_the_code")  # fmt: skip
right = (glyph_judge.read(made)["digit"] == asked).double().mean()
verdict("read as asked", right, low=0.6)

# %% [markdown]
# ### Is it cheaper?
#
# The checkpoint `latent_race` holds what a judge saw in samples of four networks, three seeds each, after three
# budgets of seconds on one thread: a U-Net on pixels, one in the code, and two transformers in the code (section 4).
#
# **Predict.** At equal seconds, the U-Net in the code against that on pixels: (a) worse, since the decoder loses
# detail; (b) much the same; (c) clearly better.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# The next cell measures how far the samples are from held-out glyphs, and how often the digit is as asked:

# %% tags=["hide-input"]
race, race_record = checkpoints.load("latent_race")
WAYS = {
    "pixels": "pixels",
    "code_unet": "code, U-Net",
    "code_dit": "code, DiT",
    "code_dit_skips": "code, DiT with skips",
}
with torch.no_grad():
    true_features = glyph_judge.features(held_out.images)
tens = torch.arange(race.features("pixels").shape[2]) % 10  # what was asked for


def to_truth(name):
    """Fréchet distance to held-out glyphs: [seeds, looks]."""
    return torch.tensor([[metrics.frechet_distance(seen, true_features) for seen in seed]
                         for seed in race.features(name)])  # fmt: skip


distance = {way: to_truth(name) for name, way in WAYS.items()}
asked_digit = {way: (race.digits(name) == tens).double().mean(-1) for name, way in WAYS.items()}

# %% [markdown]
# The next cell draws both over the seconds, and forms the ratio to pixels with its 95% interval over the seeds.

# %% tags=["hide-input"]
panels = {"Fréchet distance": distance, "share read as asked": asked_digit}
fig = draw.measures_over(list(race.seconds), panels, "seconds of training", log=False)
fig.axes[0].set_yscale("log")
show(fig, "17.race")


def interval(values):
    """The 95 % interval of a mean over three seeds."""
    reach = 4.303 * values.std() / len(values) ** 0.5
    return values.mean() - reach, values.mean() + reach


def ratio(name, other="pixels", look=-1):
    """Mean ratio of two distances over the seeds, with its 95 % interval, all from logarithms."""
    logs = (distance[name][:, look] / distance[other][:, look]).log()
    return [value.exp() for value in (logs.mean(), *interval(logs))]


middle, low, high = ratio("code, U-Net")
reveal(guess, "c" if high < 0.8 else "a" if low > 1.25 else "b", "17.cheaper_code")
print(f"distance in the code over that in pixels, at equal seconds: {middle:.2f} ({low:.2f} to {high:.2f})")
verdict("the upper end of its interval", high, high=0.8)
early = (distance["code, U-Net"][:, 0] / distance["pixels"][:, -1]).max()
verdict("the code at its first look over pixels at their last, the largest of three seeds", early, high=1)
seconds = {name: work["seconds_for_1000_samples"] for name, work in race_record["settings"]["work"].items()}
verdict("seconds for a thousand samples: pixels over code", seconds["pixels"] / seconds["code_unet"], 2, 5)

# %% [markdown]
# After a quarter of the seconds the code is ahead of where the pixels end. Not counted is the autoencoder's own
# training, which would use up a race as short as this; it is paid for once, for all models that follow.

# %% [markdown]
# ### Going further: the other road, a transformer over the codes
#
# VQ codes are whole numbers, so a picture is a sentence of 49 words. VQ-VAE-2 and the first DALL-E learn
# $p(z_1) \prod_k p(z_k \mid z_1 \dots z_{k-1})$ over them, one after the other, by the same cross-entropy as a language
# model. What is gained is an exact likelihood of the code; what is lost is speed, as each of the 49 waits for the one
# before. How far from uniform are the codes? The next cell compares the bits of a code with the entropy that its places
# have one by one.

# %% tags=["hide-input"]
for size, indices in test_codes.items():
    counts = (
        F.one_hot(indices.flatten(1), size).float().mean(0)
    )  # [49, K], how often each entry at each place
    entropy = torch.special.entr(counts).sum(1) / torch.log(torch.tensor(2.0))
    share = entropy.sum() / (49 * torch.tensor(size).log2())
    verdict(f"{size} entries: entropy of the places over the bits of the code", share, low=0.55, high=0.75)

# %% [markdown]
# ## 3. Words
#
# ### Tokens
#
# A sentence becomes a row of whole numbers, one for each word, of a fixed length: START, the words, then PAD. A *mask*
# says what is there.

# %%
words = text.Tokenizer(face_language.vocabulary, 11)
lines = ["a smiling face with red hair and glasses, looking left", "a face with brown hair", ""]
tokens = words.encode(lines)
mask = words.mask(tokens)
for row, seen in zip(tokens.tolist(), mask.sum(1).tolist(), strict=True):
    print(row, "of these there:", seen)

# %% [markdown]
# An encoder turns each token into a vector: an embedding, its place, and one layer in which the words look at one
# another. (Large systems use one that was trained on far more text: CLIP's in Stable Diffusion, T5 in Imagen.)
#
# ### Cross-attention
#
# Now each *pixel* asks the *words*. A pixel's features make a query $q$, each word a key $k$ and a value $v$:
#
# $$w_{ij} = \operatorname{softmax}_j \frac{q_i \cdot k_j}{\sqrt D}, \qquad \text{out}_i = \sum_j w_{ij}\, v_j$$
#
# Where the mask is False, nobody may look: its score is $-\infty$ *before* the softmax.
#
# **Exercise 2.** Write it, without `F.scaled_dot_product_attention`.


# %%
def cross_attention(q, k, v, mask):
    """q: [..., Q, D]; k: [..., L, D]; v: [..., L, E]; mask: bool, broadcasts to [..., Q, L], True: may be looked at.

    Returns [..., Q, E] and the weights [..., Q, L]. There are as many axes in front as the inputs have.
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(-1)
    return weights @ v, weights
    ### END SOLUTION


# %%
cross_attention = check("text.cross_attention", cross_attention)

# %% [markdown]
# **Predict.** A sentence of one token: no mask, nothing else to look at. You double every query. How does the output
# change? (a) It doubles; (b) it becomes sharper; (c) not at all.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# The next cell tries it, and compares your function with torch's own, masks and all.

# %% tags=["hide-input"]
q, k, v = (torch.randn(2, 4, n, 8, generator=dice(k)) for k, n in enumerate((9, 6, 6)))
some = torch.arange(6) < torch.tensor([4, 6]).view(2, 1, 1, 1)  # of the first sentence four words are there
one = torch.ones(1, 1, dtype=torch.bool)
once, doubled = (cross_attention(factor * q, k[:, :, :1], v[:, :, :1], one)[0] for factor in (1, 2))
changed = (doubled - once).abs().max()
reveal(guess, "c" if changed == 0 else "b", "17.one_token")
theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=some)
verdict(
    "largest difference from torch's", (cross_attention(q, k, v, some)[0] - theirs).abs().max(), high=1e-6
)
verdict("one token, doubled queries: largest change", changed, high=0)

# %% [markdown]
# With one token the weights are 1 whatever the query, so the words can say *what*, but not *where*.
#
# ### A model that reads
#
# `TextUNet` is the U-Net of notebook 12. After each block its pixels ask the words; time enters as before. In training
# 12% of the sentences are replaced by the empty one, so guidance works as in notebook 14: mix its answer for the
# sentence with its answer for "". It was trained in the scaled code of a KL autoencoder of faces: this is Stable
# Diffusion with every part shrunk.

# %%
face_net, provenance = checkpoints.load("faces_text")
face_space, code_record = checkpoints.load(
    "faces_code"
)  # a LatentSpace: 3 x 32 x 32 pixels to 8 x 8 x 8 numbers, and back
face_judge, _ = checkpoints.load("faces_judge")  # reads hair, glasses, smile and turn of a face
print(f"sentences replaced in training: {provenance['settings']['sentence_dropout']:.0%}")
SHAPE = face_space.autoencoder.code_shape


def drawn_for(sentences, scale=2.0, without=None, seed=0):
    """A face for each sentence, in [0, 1]; without: sentences to keep away from, in place of the empty one."""
    wanted, empty = words.encode(sentences), words.encode(without or [""] * len(sentences))
    model = guidance.mixed(functools.partial(face_net, y=empty), functools.partial(face_net, y=wanted), scale)
    z = samplers.ddim(model, schedule, (len(wanted), *SHAPE), num_inference_steps=preset(20, smoke=2),
                      prediction_type="v_prediction", generator=dice(seed))  # fmt: skip
    return face_space.decode(z)


asked_for = [
    "a smiling face with brown hair and glasses, looking left",
    "a frowning face with red hair",
    "a face with grey hair, looking right",
    "a smiling face with black hair",
    "a face with blond hair and glasses",
]

# %% [markdown]
# The next cell draws three faces for each of five sentences, and shows where the pixels look for four words of the
# first one: the mean over all heads, at a middle step.

# %% tags=["hide-input"]
three = drawn_for([sentence for sentence in asked_for for _ in range(3)])
show(draw.sentences(dict(zip(asked_for, three.split(3), strict=True))), "17.five_sentences")
place = study.sentences.index(asked_for[0])
row = ["START", *asked_for[0].replace(",", "").split()]
maps = {
    word: study.attention[place, row.index(word)].float() / 255
    for word in ("smiling", "brown", "glasses", "left")
}
show(draw.where_words_look(study.pictures[1, place].float() / 255, maps), "17.where_words_look")

# %% [markdown]
# The colour is looked at from the hair and "glasses" from the eyes; "smiling" and "left" are spread thinly. A map says
# who asked, not what was done with the answer.
#
# ### Does it compose?
#
# Six pairs of words never came together in training: black hair with a frown, chestnut with a smile, red and grey with
# glasses, blond looking left, brown looking right. That holds 42 of the 108 sentences out. Each word by itself was seen
# often. So does the model know *words*, or only *sentences*?
#
# **Predict.** For the held-out combinations, at scale 2, the share of faces that show all four factors as asked is:
# (a) near zero; (b) about half that of the seen ones; (c) within a few points of it.

# %%
### BEGIN SOLUTION
guess = "c"
### END SOLUTION

# %% [markdown]
# A judge has read each factor, for every sentence, at six scales, from eight noises. The next cell draws the shares
# that it read as asked, with 95% intervals over the noises.

# %% tags=["hide-input"]
right = study.read.long() == study.asked  # [scales, noises, 108, 4]
right = torch.cat([right, right.all(-1, keepdim=True)], dim=-1)
print(f"held out: {int(study.held_out.sum())} of {len(study.sentences)} sentences")
factors = [*face_language.options, "all four"]
places = {"seen": ~study.held_out, "held out": study.held_out}


def with_intervals(hits):
    """The share of hits [scales, noises, n], and its 95 % interval over the eight noises."""
    shares = hits.double().mean(2)
    reach = 2.365 * shares.std(1) / 8**0.5
    middle = shares.mean(1)
    return middle.tolist(), (middle - reach).tolist(), (middle + reach).clamp(max=1).tolist()


panels = {
    factor: {place: with_intervals(right[:, :, rows, k]) for place, rows in places.items()}
    for k, factor in enumerate(factors)
}
show(draw.accuracies(study.scales, panels), "17.composes")
at_2 = study.scales.index(2)
seen, unseen = (panels["all four"][place][0][at_2] for place in places)
reveal(guess, "c" if unseen > seen - 0.1 else "b" if unseen > 0.2 else "a", "17.words_or_sentences")
for place, (low, high) in {"seen": (0.8, 0.9), "held out": (0.75, 0.9)}.items():
    verdict(f"all four as asked at scale 2, {place}", panels["all four"][place][0][at_2], low, high)
by_place = {place: right[:, :, rows, -1].double().mean((1, 2)) for place, rows in places.items()}
gap = by_place["seen"] - by_place["held out"]  # at each scale
verdict("all four, seen minus held out: scale 1", gap[0], 0.08, 0.16)
verdict("scale 2", gap[at_2], 0, 0.07)
worst = min(min(shares[0]) for factor in ("hair", "glasses") for shares in panels[factor].values())
verdict("hair and glasses: the worst share of all", worst, low=0.99)
missed = code_record["metrics"]["smile_of_face"] - panels["smile"]["seen"][0][study.scales.index(3)]
verdict("smile read rightly: on true faces, minus as asked at scale 3", missed, -0.04, 0.03)
by_noise = right[at_2, :, :, -1].double().mean(1)
verdict("all four at scale 2: the best noise minus the worst", by_noise.max() - by_noise.min(), 0.2, 0.6)

# %% [markdown]
# It composes. Without guidance there is a gap; from scale 2 on it is a few points. Hair and glasses never fail; what is
# missing of the smile at scale 3 is as much as the judge misses on true faces. The unit is the noise, not the face: a
# thousand faces from one noise say little. And this is one network, whose autoencoder was trained on this judge's
# features, so the judge is not independent of it.

# %% [markdown]
# ### Going further: glyphs, six factors, three networks
#
# The glyphs' grammar names weight, slant, size, digit and place: "a large bold four at the top". Three networks, from
# three seeds, learned it in the code of section 1; six pairs were held out again (bold sevens, slanted threes,
# backslanted eights, small zeros, fives at the top, twos at the left). The next cell shows six sentences, drawn by one
# of them at scale 3.

# %% tags=["hide-input"]
glyph_study, _ = checkpoints.load("glyphs_sentences")
pictures = dict(zip(glyph_study.shown, glyph_study.pictures.float() / 255, strict=True))
show(draw.captioned(pictures), "17.glyph_sentences")

# %% [markdown]
# The next cell compares seen and held-out sentences factor by factor, with 95% intervals over the three networks, and
# with what the judge reads rightly in true glyphs.

# %% tags=["hide-input"]
glyph_language = text.grammar("glyphs")
at_3 = glyph_study.scales.index(3)
factors = [*glyph_language.options, "all"]
rows = {"seen": ~glyph_study.held_out, "held out": glyph_study.held_out}
said = torch.stack(list(glyph_language.read(held_out).values()), dim=1)
read = glyph_judge.read(held_out.images)
true = torch.stack([read[factor] for factor in glyph_language.options], dim=1) == said
true = [*true.double().mean(0).tolist(), true.all(1).double().mean().item()]


def over_networks(place):
    """Shares at scale 3, by factor, with their intervals over the networks."""
    shares = [glyph_study.right(factor)[:, at_3, rows[place]].double().mean(1) for factor in factors]
    return zip(
        *((float(x.mean()), *(min(float(end), 1.0) for end in interval(x))) for x in shares), strict=True
    )


by_place = {place: tuple(map(list, over_networks(place))) for place in rows}
show(draw.by_factor(factors, by_place | {"true glyphs": (true, true, true)}), "17.glyph_factors")
gap = by_place["seen"][0][-1] - by_place["held out"][0][-1]
verdict("all six as asked at scale 3: seen minus held out, mean of three networks", gap, -0.02, 0.1)
verdict("the digit, held out", by_place["held out"][0][factors.index("digit")], low=0.95)
at_1 = glyph_study.right("all")[:, 0, rows["held out"]].double().mean()
verdict("all six, held out: scale 3 minus scale 1", by_place["held out"][0][-1] - at_1, low=0.35)
slant = factors.index("slant")
verdict("slant: drawn at scale 3, minus true glyphs", by_place["seen"][0][slant] - true[slant], low=0.08)

# %% [markdown]
# Here, too, what was held out is a few points behind, with every network. And guided slants are read more surely than
# true ones, many of which lie at the edge between two words: guidance draws what is typical of a word.

# %% [markdown]
# ### Going further: what not to draw
#
# In place of the empty sentence the guidance can move away from any other: a **negative prompt**,
# $v_\text{neg} + s\,(v_\text{cond} - v_\text{neg})$. The next cell asks for faces with no word about the mood, and
# names the same face with a smile as what to avoid. The judge reads the smile as a number, from -1 to 1.

# %% tags=["hide-input"]
six = [f"a face with {hair} hair" for hair in face_language.options["hair"]] * 4
happy = [line.replace("a face", "a smiling face") for line in six]
smile = {
    name: face_judge.read(drawn_for(six, 3.0, without))["smile"].mean()
    for name, without in (("nothing", None), ("a smile", happy))
}
verdict("mean smile, away from nothing", smile["nothing"], -0.4, 0.4)
verdict("away from a smile, minus that", smile["a smile"] - smile["nothing"], high=-0.1)

# %% [markdown]
# ## 4. A transformer in place of the U-Net
#
# Attention treats its input as a set of vectors. So a transformer needs the picture cut in *patches*, each flattened
# to a row:
#
# **Exercise 3.** Cut the pictures. Patches row by row; inside a patch first the channel, then the row, then the column.


# %%
def patchify(images, size):
    """images: [B, C, H, W], H and W divisible by size -> [B, (H / size) (W / size), C size^2]."""
    ### BEGIN SOLUTION
    b, c, h, w = images.shape
    cut = images.reshape(b, c, h // size, size, w // size, size)
    return cut.permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * size**2)
    ### END SOLUTION


# %%
patchify = check("dit.patchify", patchify)

# %% [markdown]
# A block of the **diffusion transformer** (DiT; Peebles and Xie 2023) has two halves, attention among the patches and a
# small network for each patch by itself, both beside a shortcut. Time and label enter through the norm: a linear layer
# of their embedding gives, for each half, a shift, a scale and a *gate*:
#
# $$x \leftarrow x + \text{gate}_1 \odot \text{attention}\big((1 + \text{scale}_1) \odot \text{norm}(x)
# + \text{shift}_1\big)$$
#
# and the same with 2 and the small network. The layer that gives the six starts at zero (**adaLN-Zero**). So an
# untrained block is exactly its input, as with the zero convolutions of notebook 15.
#
# **Exercise 4.** Write the block. `norm` is `F.layer_norm(x, x.shape[-1:], eps=1e-6)`.


# %%
def dit_block(x, told, attention, mlp):
    """x: [B, N, C]; told: [B, 6, C], shift1, scale1, gate1, shift2, scale2, gate2 -> [B, N, C].

    attention, mlp: functions of [B, N, C] that return the same shape.
    """
    ### BEGIN SOLUTION
    shift1, scale1, gate1, shift2, scale2, gate2 = told[:, :, None].unbind(1)  # each [B, 1, C]
    norm = functools.partial(F.layer_norm, normalized_shape=x.shape[-1:], eps=1e-6)
    x = x + gate1 * attention((1 + scale1) * norm(x) + shift1)
    return x + gate2 * mlp((1 + scale2) * norm(x) + shift2)
    ### END SOLUTION


# %%
dit_block = check("dit.block", dit_block)

# %% [markdown]
# The next cell holds your patches against torch's, tries the identity, and compares the transformers in the race with
# the U-Net in the code: how much work is a call, and what did they reach?

# %% tags=["hide-input"]
verdict("patches against torch's: largest difference",
        (patchify(ten, 4) - F.unfold(ten, 4, stride=4).transpose(1, 2)).abs().max(), high=0)  # fmt: skip
torch.manual_seed(0)
transformer = DiT((4, 7, 7), patch=1, width=64, depth=4, heads=4, classes=10)
x, embedding = torch.randn(2, 49, 64, generator=dice()), torch.randn(2, 64, generator=dice(1))
same = all(torch.equal(block(x, embedding), x) for block in transformer.blocks)
verdict("untrained blocks that are the identity to the last bit: all (1) or not (0)", float(same), low=1)


def work(net):
    """Millions of operations of one call, for one code."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.zeros(1, 4, 7, 7), torch.zeros(1, dtype=torch.long))
    return counter.get_total_flops() / 1e6


verdict("work of a call: DiT over U-Net", work(transformer) / work(UNet(4, 48, (1,), classes=10)), 0.8, 1.25)
for name, other in (("code, DiT", "code, U-Net"), ("code, DiT with skips", "code, DiT")):
    middle, low, high = ratio(name, other)
    print(f"distance, {name} over {other}: {middle:.2f} ({low:.2f} to {high:.2f})")
pace = {name: work["milliseconds_a_step"] for name, work in race_record["settings"]["work"].items()}
verdict("time of a step: DiT over U-Net", pace["code_dit"] / pace["code_unet"], 1.2, 2)
verdict("DiT over U-Net, the lower end of the interval", ratio("code, DiT", "code, U-Net")[1], low=1)

# %% [markdown]
# With as much work a call the transformer is slower and farther away, likely because it must learn what a convolution
# knows: that neighbours belong together. (In the race a patch is one place of the code.) In the papers it gains with
# size and data. Long skips from early blocks to late ones (U-ViT, Bao et al. 2023) show no gain in so small a stack.
# All ran at one learning rate, tuned for none.

# %% [markdown]
# ### Going further: films
#
# A film is a stack of pictures, and patches can be cut from all of them. Attention over all places *and* times is dear,
# so let each block look either within its frame or along time at its own place. What would be lost without the latter?
# Two such transformers, from a checkpoint, learned films of a digit that moves in a straight line at constant speed.
# One of them has no attention along time.

# %% tags=["hide-input"]
films, _ = checkpoints.load("moving_digits")
real = data.moving_digits(64, "test", frames=6, size=12).frames
show(
    draw.films(
        {"true": real[0], "with time": films("with_time")[0, 0], "without": films("without_time")[0, 0]}
    ),
    "17.films",
)
found = {"true": [moving_digits.scores(digit_judge, real)]}
found |= {
    way: [moving_digits.scores(digit_judge, film) for film in films(way)]
    for way in ("with_time", "without_time")
}
off_line = {way: torch.tensor([score[0] for score in scores]) for way, scores in found.items()}
same = {way: torch.tensor([score[2] for score in scores]) for way, scores in found.items()}
for way, low, high in (("true", 0, 0.1), ("with_time", 0.45, 0.7), ("without_time", 1, 1.35)):
    verdict(
        f"{way}: pixels off the best line with even steps, the worse of two seeds",
        off_line[way].max(),
        low,
        high,
    )
for way, low, high in (("true", 0.9, 1), ("with_time", 0.3, 0.55), ("without_time", 0.05, 0.2)):
    verdict(
        f"{way}: neighbouring frames that show one digit, the worse of two seeds", same[way].min(), low, high
    )

# %% [markdown]
# Without attention along time every frame is a fair picture, and another digit elsewhere. With it motion is kept in
# part: half as far off a line, which is still far from a true film, and the digit stays itself far more often.

# %% [markdown]
# ## 5. Fewer steps
#
# Notebook 13 made the *solver* better, notebook 16 the *path* straighter. The third way to fewer steps is a student
# that does in one step what its teacher does in several.
#
# **Progressive distillation** (Salimans and Ho 2022). The teacher takes two DDIM steps, from $x_t$ to $x_s$. Which
# guess $\tilde x_0$ would have led there in *one* step? A DDIM step keeps the noise that the guess implies, so $x_s =
# \alpha_s \tilde x_0 + \sigma_s\, (x_t - \alpha_t \tilde x_0) / \sigma_t$, here with $\alpha = \sqrt{\bar\alpha}$.
# Solve for it: that is the student's target. Then the student becomes the teacher, and so on.
#
# **Exercise 5.** Return $\tilde x_0$.


# %%
def two_step_target(x_t, x_s, rates_t, rates_s):
    """x_t, x_s: [B, ...]; rates_t, rates_s: (signal, sigma) at either end, each broadcasts -> x_0: [B, ...]."""
    ### BEGIN SOLUTION
    (signal_t, sigma_t), (signal_s, sigma_s) = rates_t, rates_s
    kept = sigma_s / sigma_t
    return (x_s - kept * x_t) / (signal_s - kept * signal_t)
    ### END SOLUTION


# %%
two_step_target = check("distil.target", two_step_target)

# %% [markdown]
# **Consistency models** (Song et al. 2023) ask for more: from *any* level, one call should give the end of the path.
# Two points of one path must give the same answer, and at the lowest level $\sigma_{\min}$ the answer is the input. The
# second is built in ($\sigma$ is the noise's deviation, $\sigma_d$ the data's, and the signal keeps its size); the
# first is trained: what $f$ says one step nearer the data, without a gradient, is the target for what it says here.
#
# $$f(x, \sigma) = c_\text{skip}(\sigma)\, x + c_\text{out}(\sigma)\, F_\theta(x, \sigma), \quad
# c_\text{skip} = \frac{\sigma_d^2}{(\sigma - \sigma_{\min})^2 + \sigma_d^2}, \quad
# c_\text{out} = \frac{\sigma_d\, (\sigma - \sigma_{\min})}{\sqrt{\sigma^2 + \sigma_d^2}}$$
#
# **Exercise 6.** Write $f$; `network(x, sigma)` is $F_\theta$.


# %%
def consistent(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    """network(x [B, ...], sigma [B]) -> [B, ...]; x: [B, ...]; sigma: [B] -> f(x, sigma): [B, ...]."""
    ### BEGIN SOLUTION
    level = sigma.view(-1, *[1] * (x.ndim - 1))
    above = level - sigma_min
    c_skip = sigma_data**2 / (above**2 + sigma_data**2)
    c_out = sigma_data * above / (level**2 + sigma_data**2).sqrt()
    return c_skip * x + c_out * network(x, sigma)
    ### END SOLUTION


# %%
consistent = check("consistency.f", consistent)

# %% [markdown]
# For data from $\mathcal N(0, s^2)$ the path is known: $x(\sigma) \propto \sqrt{s^2 + \sigma^2}$, so the exact
# consistency map is $f(x, \sigma) = x \sqrt{(s^2 + \sigma_{\min}^2) / (s^2 + \sigma^2)}$. The next cell follows the
# path in many small steps and compares; asks your $f$ at the lowest level; and takes two DDIM steps with exact guesses,
# and one with your target.

# %% tags=["hide-input"]
s, start, end = 0.7, 80.0, 0.002
x = start * torch.randn(500, generator=dice(), dtype=torch.float64)
levels = torch.logspace(torch.tensor(start).log10(), torch.tensor(end).log10(), 4001, dtype=torch.float64)
walked = x
for high, low in itertools.pairwise(levels):
    walked = walked + (low - high) * walked * high / (s**2 + high**2)  # dx / d sigma, the exact score in it
jumped = consistency.gaussian_map(x, start, s, end)
verdict(
    "consistency map: 4,000 steps against one, largest difference", (walked - jumped).abs().max(), high=0.01
)
net_of_any = torch.nn.Linear(3, 3).double()
x3 = torch.randn(5, 3, generator=dice(), dtype=torch.float64)
at_end = consistent(lambda x, sigma: net_of_any(x), x3, torch.full((5,), end, dtype=torch.float64), 0.5, end)
verdict(
    "at the lowest level any network leaves x as it is: largest change",
    (at_end - x3).abs().max().detach(),
    high=0,
)
rates = [schedule.rates(torch.full((5,), t), x3) for t in (700, 500, 300)]


def guess_of(x, signal, sigma):
    """E[x_0 | x] for data from N(0, s^2)."""
    return signal * s**2 * x / (signal**2 * s**2 + sigma**2)


def step(x, x0, t, s):
    """One DDIM step between two pairs of rates, with a guess of x_0."""
    return s[0] * x0 + s[1] * (x - t[0] * x0) / t[1]


two = x3
for t, then in itertools.pairwise(rates):
    two = step(two, guess_of(two, *t), t, then)
in_one = step(x3, two_step_target(x3, two, rates[0], rates[2]), rates[0], rates[2])
verdict(
    "two DDIM steps against one with your target: largest difference", (two - in_one).abs().max(), high=1e-12
)

# %% [markdown]
# **Predict.** The students below started from the digits' model of notebook 12. At *one* call, which is nearest to what
# the teacher reaches in 16? (a) The teacher itself; (b) the student of progressive distillation; (c) the consistency
# model; their Fréchet distances will say.

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# The next cell draws quality by calls, three trainings each.

# %% tags=["hide-input"]
few, _ = checkpoints.load("digits_few_steps")
digits = data.load("digits", split="train")
with torch.no_grad():
    digit_features = digit_judge.features(digits.images)
METHODS = {"teacher": "teacher, DDIM", "progressive": "progressive", "consistency": "consistency"}
ten_digits = torch.arange(500) % 10


@torch.no_grad()
def scores(row):
    """Fréchet distance to the training digits and share read as asked, for each seed: two [seeds]."""
    far = [metrics.frechet_distance(digit_judge.features(images), digit_features) for images in few(row)]
    return torch.tensor(far), torch.tensor(
        [metrics.agreement(digit_judge, images, ten_digits) for images in few(row)]
    )


by_calls = {name: [scores(f"{method}_{calls}") for calls in (1, 2, 4)] for method, name in METHODS.items()}
panels = {
    title: {name: torch.stack([pair[k] for pair in pairs], dim=1) for name, pairs in by_calls.items()}
    for k, title in enumerate(("Fréchet distance", "share read as asked"))
}
show(draw.measures_over([1, 2, 4], panels, "calls of the network"), "17.few_steps")
goal = scores("teacher_16")[0].mean()
once = {name: pairs[0][0].mean() / goal for name, pairs in by_calls.items()}
nearest = min(once, key=once.get)
reveal(guess, {"teacher, DDIM": "a", "progressive": "b", "consistency": "c"}[nearest], "17.one_call")
for name, (low, high) in {
    "teacher, DDIM": (9, 14),
    "progressive": (1.4, 2.1),
    "consistency": (2.1, 3),
}.items():
    verdict(f"{name}: distance at one call over the teacher's at 16", once[name], low, high)
easy = by_calls["teacher, DDIM"][0][1].min() - by_calls["consistency"][0][1].max()
verdict(
    "read as asked at one call: the teacher, worst seed, minus the consistency model, best", easy, low=0.01
)

# %% [markdown]
# After one call the students are about twice as far away as the teacher after sixteen, and the teacher itself twelve
# times. The right panel puts the teacher first: the mean of all threes is a three that anybody can read. A judge that
# only reads cannot see what one step loses; take two measures (notebook 08).

# %% [markdown]
# ## 6. A finished model learns a little more
#
# You have a model of handwritten digits and want *bold print*. Training all weights again gives one more whole model.
# **LoRA** (Hu et al. 2021) freezes each weight matrix $W$ and learns a change of low rank beside it:
#
# $$W' = W + s\, U D, \qquad U\ [M, r],\quad D\ [r, N], \quad r \ll M, N$$
#
# $U$ starts at zero, so nothing is changed at first. Afterwards the change can be *merged*: the adapted model then
# costs nothing more. A convolution's weight $[M, C, h, w]$ counts as a matrix of $M$ rows.
#
# **Exercise 7.** Merge. Leave `weight` itself as it is.


# %%
def merge(weight, up, down, scale):
    """weight: [M, ...]; up: [M, r]; down: [r, N], N the product of the weight's other sizes -> [M, ...]."""
    ### BEGIN SOLUTION
    return weight + scale * (up @ down).view_as(weight)
    ### END SOLUTION


# %%
merge = check("lora.merge", merge)

# %% [markdown]
# The checkpoint `mnist_lora` holds such changes, of rank 4, for the model of handwritten digits. The next cell merges
# them with your function, compares, and shows the same noise before and after.

# %% tags=["hide-input"]
study_of_lora, record = checkpoints.load("mnist_lora")
base, _ = checkpoints.load("mnist_diffusion")
adapted = study_of_lora.adapted(base)
plain = copy.deepcopy(base)  # the same net without any new part, into which the changes are merged
for name, layer in adapted.named_modules():
    if parametrize.is_parametrized(layer, "weight"):
        change, merged = layer.parametrizations.weight[0], plain.get_submodule(name)
        merged.weight.data = merge(merged.weight.data, change.up.data, change.down.data, change.scale)
x, t, y = (
    torch.randn(4, 1, 28, 28, generator=dice()),
    torch.tensor([50, 300, 600, 900]),
    torch.tensor([3, 5, 7, 9]),
)
with torch.no_grad():
    off_merged, moved = (
        (plain(x, t, y) - adapted(x, t, y)).abs().max(),
        (plain(x, t, y) - base(x, t, y)).abs().max(),
    )
verdict("merged against unmerged: largest difference", off_merged, high=1e-5)
verdict("adapted against the base: the same", moved, low=0.01)
verdict("share of the weights that was trained", lora.share_trained(adapted), 0.08, 0.09)
rows = {"the base": "base_0", "LoRA": "lora_0", "all weights": "full_0", "last layer": "last_0"}
pictures = {name: study_of_lora(row)[:10] for name, row in rows.items()}
bold = checkpoints.mnist_lora.glyphs("test")
first = torch.stack([bold.images[bold.labels == digit][0] for digit in range(10)])
show(image_rows(pictures | {"true glyphs of it": first}, "One noise, and a font", columns=10), "17.lora")

# %% [markdown]
# All ways took 120 steps on 472 glyphs of one bold font. The next cell measures how far their samples are from the
# font, in the features of a judge of handwriting, and whether it still reads what was asked for.

# %% tags=["hide-input"]
reader, _ = checkpoints.load("mnist_classifier")
with torch.no_grad():
    font = reader.features(checkpoints.mnist_lora.glyphs().images)
print(f"{record['settings']['steps']} steps each, on {len(font)} glyphs of {record['settings']['font']}")
labels = torch.arange(100) % 10


@torch.no_grad()
def judged(row):
    """Fréchet distance to the font, and the share read as asked."""
    images = study_of_lora(row)
    return metrics.frechet_distance(reader.features(images), font), metrics.agreement(reader, images, labels)


by_way = {way: [judged(f"{way}_{seed}") for seed in range(n)]
          for way, n in (("base", 1), ("lora", 3), ("full", 1), ("last", 1))}  # fmt: skip
far = {way: [pair[0] / by_way["base"][0][0] for pair in pairs] for way, pairs in by_way.items()}
verdict("LoRA: distance over the base's, the worst of three seeds", max(far["lora"]), 0.1, 0.25)
verdict("all weights: the same, one seed", far["full"][0], 0.05, 0.2)
verdict("last layer alone: the same, one seed", far["last"][0], low=0.7)
true = metrics.agreement(reader, bold.images, bold.labels)
verdict("this judge on true glyphs of the font: read as labelled", true, 0.8, 0.92)
verdict("that minus LoRA's best seed", true - max(pair[1] for pair in by_way["lora"]), low=0.1)
verdict("that minus all weights", true - by_way["full"][0][1], low=0.1)

# %% [markdown]
# A twelfth of the weights goes most of the way. Both pay for it: of the font's own glyphs this judge reads more than of
# theirs. From so few examples a font is learned, and some of the digits are lost.

# %% [markdown]
# ## 7. The big systems
#
# The map says what the large systems are made of, and where this course has that part; a box leads to its lesson.

# %%
systems.show()

# %% [markdown]
# ## 8. The failure museum
#
# **Exhibit A: the scale is forgotten.** Multiply a code by 5 and let the decoder divide by 5: the pictures are the
# same, so this is as good an autoencoder as before. But now the code has deviation 5, and somebody trains on it as it
# is. Mend it: what is diffusion to be trained on?

# %%
stretched = 5 * z_train  # from the autoencoder that stretches; its decoder divides by 5


def mended_a(code):
    """code: [N, 4, 7, 7], of any scale -> what the diffusion model is to be trained on, [N, 4, 7, 7]."""
    ### BEGIN SOLUTION
    return code / code.std()
    ### END SOLUTION


# %% [markdown]
# The next cell trains on the stretched code, measures what is wrong, and looks at what you return.


# %% tags=["hide-input"]
def judged_a(given):
    if given.shape != (2000, 4, 7, 7):
        return f"codes [2000, 4, 7, 7] are wanted; you return {list(given.shape)}"
    for factor in (5, 0.2):
        back = mended_a(factor * z_train[:2000])
        if (back.std() - 1).abs() > 0.05:
            return f"a code of deviation {factor} gets deviation {float(back.std()):.2f}"
    quotient = given / stretched[:2000]
    return "" if quotient.std() < 1e-3 * quotient.mean().abs() else "one factor for the whole code is wanted"


wrong = learned_in(stretched, preset(500, smoke=3))
pair = [
    space.decode(drawn_in(each, asked, 1.0, steps=10) / factor) for each, factor in ((wrong, 5), (net, 1))
]
with torch.no_grad():
    far = [metrics.frechet_distance(glyph_judge.features(images), true_features) for images in pair]
verdict("exhibit A: Fréchet distance in ten steps, over that with the right scale", far[0] / far[1], low=1.3)
exhibit("A", lambda: mended_a(stretched[:2000]), judged_a, "codes [N, 4, 7, 7]")

# %% [markdown]
# **Exhibit B: padding is seen.** "The network will learn to ignore it", so somebody left the mask out. The model of
# faces had learned *with* a mask, so nobody ever taught it what PAD means. Mend it: who may be looked at?


# %%
def hair_as_asked(mask_of, sentences):
    """The share of faces whose hair is as asked, if mask_of(tokens) says who may be looked at."""
    hook = face_net.text.register_forward_hook(lambda reader, given, out: (out[0], mask_of(given[0])))
    try:
        read = face_judge.read(drawn_for(sentences, 1.0))["hair"]
    finally:
        hook.remove()
    wanted = [face_language.parse(sentence)["hair"] for sentence in sentences]
    return (read == torch.tensor(wanted)).double().mean()


def mended_b(tokens):
    """tokens: int64 [B, L], 0 where it is PAD and 1 where it is START -> bool [B, L], True where one may look."""
    ### BEGIN SOLUTION
    return tokens != 0
    ### END SOLUTION


# %% [markdown]
# The next cell measures what is wrong with short sentences, and says what becomes of it with your mask.


# %% tags=["hide-input"]
def judged_b(given):
    if given.dtype != torch.bool or given.shape != tokens.shape:
        return f"a mask bool {list(tokens.shape)} is wanted; you return {given.dtype}, {list(given.shape)}"
    if not given[2].any():
        return "the empty sentence has START, and must be left something to look at"
    return "" if torch.equal(given, words.mask(tokens)) else "PAD is still seen, or a word is not"


short = [f"a face with {hair} hair" for hair in face_language.options["hair"]] * 8
hits = {
    "all seen": hair_as_asked(lambda tokens: torch.ones_like(tokens, dtype=torch.bool), short),
    "masked": hair_as_asked(words.mask, short),
}
verdict("exhibit B: hair as asked with PAD seen, minus masked", hits["all seen"] - hits["masked"], high=-0.05)
exhibit("B", lambda: mended_b(tokens), judged_b, "a mask bool [B, L]")

# %% [markdown]
# ### Going further: one more exhibit
#
# **Exhibit C: gates that are not zero.** A stack of 12 transformer blocks in which the layers that give shift, scale
# and gate start as torch starts any linear layer. Mend it: set such a layer.


# %%
def stack_of(start, depth=12):
    """So many untrained blocks; start(layer) sets the layer of each that gives shift, scale and gate."""
    torch.manual_seed(0)
    blocks = DiT((1, 8, 8), 2, 32, depth, 4).blocks
    for block in blocks:
        block.modulate.reset_parameters()  # as torch starts any linear layer
        start(block.modulate)
    return blocks


def mended_c(layer):
    """layer: an nn.Linear, to be set in place."""
    ### BEGIN SOLUTION
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    return layer
    ### END SOLUTION


# %% [markdown]
# The next cell measures how much an untrained stack changes what goes in.


# %% tags=["hide-input"]
@torch.no_grad()
def change_of(blocks):
    """Size of the change that the blocks make, over the size of what goes in."""
    x, embedding = torch.randn(4, 16, 32, generator=dice()), 2 * torch.randn(4, 32, generator=dice(1))
    y = x
    for block in blocks:
        y = block(y, embedding)
    return (y - x).norm() / x.norm()


def judged_c(given):
    left = change_of(stack_of(mended_c))
    return "" if left == 0 else f"the untrained stack still changes its input by {float(left):.0%}"


verdict(
    "exhibit C: change by 12 untrained blocks over the input",
    change_of(stack_of(lambda layer: None)),
    low=0.2,
)


def tried_c():
    """The layer where it was set, else what was returned."""
    layer = torch.nn.Linear(4, 24)
    before, returned = layer.weight.clone(), mended_c(layer)
    return returned if torch.equal(layer.weight, before) else layer


exhibit("C", tried_c, judged_c, "the layer, set in place")

# %% [markdown]
# ## What to take with you
#
# - A code that is still a picture is a cheaper place for diffusion. Scale it to deviation 1 first.
# - Cross-attention lets each pixel ask the words. PAD must be masked before the softmax.
# - Whether a model composes is measured: hold combinations out, and read factor by factor.
# - A transformer's block starts as the identity, through gates that are zero.
# - Distillation moves work from sampling to training; one step costs quality, which can be measured.
# - LoRA changes a finished model through few weights, and can be merged without a trace.
#
# **Left out here.** Pretrained text encoders; captions that are wrong; flow matching in a code (section 2 with the loss
# of notebook 16); adversarial distillation; long films.

# %% [markdown]
# ## Going further: the papers
#
# van den Oord et al., *Neural discrete representation learning*, 2017. Vaswani et al., *Attention is all you need*,
# 2017. Razavi et al., *Generating diverse high-fidelity images with VQ-VAE-2*, 2019. Esser et al., *Taming transformers
# for high-resolution image synthesis*, 2021. Ramesh et al., *Zero-shot text-to-image generation*, 2021. Hu et al.,
# *LoRA: low-rank adaptation of large language models*, 2021. Rombach et al., *High-resolution image synthesis with
# latent diffusion models*, 2022. Ramesh et al., *Hierarchical text-conditional image generation with CLIP latents*,
# 2022. Saharia et al., *Photorealistic text-to-image diffusion models with deep language understanding*, 2022. Salimans
# and Ho, *Progressive distillation for fast sampling of diffusion models*, 2022. Ho et al., *Video diffusion models*,
# 2022. Peebles and Xie, *Scalable diffusion models with transformers*, 2023. Bao et al., *All are worth words: a ViT
# backbone for diffusion models*, 2023. Song et al., *Consistency models*, 2023. Brooks et al., *Video generation models
# as world simulators*, 2024.
