# ---
# jupyter:
#   course:
#     title: A variational autoencoder that draws
#     summary: Does a VAE draw better digits than a normal distribution fitted to the pixels, and by more than chance?
#     about: From the part on codes; it needs lessons 01 to 03 and 08. Worked in full.
# ---

# %% [markdown]
# # Capstone p1: a variational autoencoder that draws
#
# **The question.** The simplest model of images is one normal distribution over their pixels. Does a variational
# autoencoder, in a minute on two cores, draw digits that lie nearer to real ones than that, and by more than the luck of
# a seed?
#
# **Data.** `digits`: 1,442 images of 8 x 8 to train on. The 355 of the test split are held out: nothing is chosen by
# looking at them.
#
# **What is given.** The data, the baseline, the judge's features, the grading. **What you write:** the model and its
# training, over three seeds, the measurement, and the card.
#
# **Milestones**
# 1. One model trains, and its samples look like digits.
# 2. Three seeds; the distance of each to the held-out images, beside the baseline's.
# 3. Something that breaks it, shown and explained.
# 4. The claim and the model card.
#
# **Builds on** notebooks 01, 02, 03 and 08. The worked example runs in {measured_time}.

# %%
import torch

from course_utils import capstone, data, training, vae
from course_utils.capstone.comparing import compared, difference
from course_utils.capstone.judges import digit_features
from course_utils.figures import image_rows, show
from course_utils.preset import preset

torch.set_num_threads(1)
SEEDS, DRAWN = (0, 1, 2), 300
train, held_out = data.load("digits").images, data.load("digits", split="test").images


def dice(seed):
    """A source of random numbers that repeats."""
    return torch.Generator().manual_seed(seed)


# %% [markdown]
# ## The rubric

# %%
from IPython.display import Markdown

Markdown(capstone.rubric("p1"))

# %% [markdown]
# ## The baseline
#
# A normal distribution with the mean and the covariance of the training pixels, drawn from once for each seed.

# %%
pixels = train.flatten(1)
covariance = pixels.T.cov() + 1e-4 * torch.eye(64)  # border pixels are always 0
normal = torch.distributions.MultivariateNormal(pixels.mean(0), covariance)


def drawn_from_pixels(seed):
    noise = torch.randn(DRAWN, 64, generator=dice(seed))
    return (normal.loc + noise @ normal.scale_tril.T).clamp(0, 1).view(-1, 1, 8, 8)


baseline = [drawn_from_pixels(seed) for seed in SEEDS]

# %% [markdown]
# ## Milestone 1: the model and its training
#
# `trained(seed)` returns a model with a method `sample(n, generator)`.

# %%
STEPS = preset(800, full=3000, smoke=3)


def trained(seed, latent_dim=8, beta=1.0):
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = vae.VAE((1, 8, 8), latent_dim)

    def loss(model, x):
        return -vae.elbo(x, *model(x), beta=beta).value.mean()

    training.fit(model, loss, train, steps=STEPS, lr=2e-3, seed=seed, device="cpu", progress=False)
    return model
    ### END SOLUTION


# %% [markdown]
# ## Milestone 2: three seeds
#
# One set of images for each seed, and the distance of each set to the held-out images, by the features of the judge,
# from equally many samples.

# %%
samples = None  # becomes a list, with one set of images [300, 1, 8, 8] a seed
### BEGIN SOLUTION
models = [trained(seed) for seed in SEEDS]
samples = [model.sample(DRAWN, dice(seed)) for model, seed in zip(models, SEEDS, strict=True)]
### END SOLUTION

# %%
### BEGIN SOLUTION
ours, theirs = compared(samples, baseline, held_out, digit_features)
mean, low, high = difference(ours, theirs)
print("below the baseline with every seed:", max(ours) < min(theirs))
print("the 95 % interval of the difference leaves out 0:", high < 0 or low > 0)
### END SOLUTION

# %% [markdown]
# The figure shows eight draws of each seed, and of the baseline below them.

# %%
### BEGIN SOLUTION
rows = {f"VAE, seed {seed}": images[:8] for seed, images in zip(SEEDS, samples, strict=True)}
rows["normal pixels"] = baseline[0][:8]
figure = image_rows(rows, title="Draws of three VAEs, and of a normal distribution over the pixels")
show(
    figure,
    "Four rows of eight images: three of soft shapes, many of them digits that can be read, and one of ragged "
    "shapes, hardly any of which can.",
)
### END SOLUTION

# %% [markdown]
# ## Milestone 3: what breaks it
#
# Find a setting in which the model fails, show it, and explain it in a sentence or two.

# %%
### BEGIN SOLUTION
broken = trained(0, beta=30.0).sample(DRAWN, dice(0))
spread = broken.std(0).mean() / samples[0].std(0).mean()
print("with beta = 30 the draws vary less than half as much:", bool(spread < 0.5) or STEPS < 10)
### END SOLUTION

# %% [markdown]
# ## Milestone 4: the claim and the card
#
# `claim` is "better", "worse" or "undecided": what your seeds say of your samples against the baseline's.

# %%
### BEGIN SOLUTION
claim = "better"
### END SOLUTION

# %%
print(capstone.card_template())

# %%
card = None  # becomes your model card: the template above, filled, as text
### BEGIN SOLUTION
card = """
## Model
A variational autoencoder with 8 codes and two dense layers each way. It draws a code from N(0, I) and decodes it.
## Data
The 1,442 training digits of scikit-learn's copy of the UCI set, 8 x 8; another 355 are held out. Writers are unknown.
## Intended use
An example of a capstone. It is not fit to make training data for anything that reads real handwriting.
## Training
The bound with beta = 1, 800 steps of AdamW, batches of 128, seeds 0 to 2, two CPU cores. Nothing was tuned on held-out data.
## Evaluation
Frechet distance on a judge's features, 300 draws a seed, beside normal pixels: below them with all three seeds.
## Failure cases
With beta = 30 the code is hardly used, and all draws look alike. Draws are soft: grey pixels are probabilities.
## Memorisation
Draws lie at least half as far from the nearest training image as held-out images do; the grading measures it.
## Licence
The digits are under CC BY 4.0; the code and the weights are under the licence of this course.
"""
### END SOLUTION

# %% [markdown]
# ## Graded
#
# What can be computed is judged here; the rest is left to a person. A name that you have not filled yet earns nothing.

# %%
report = capstone.grade(
    "p1", samples=samples, baseline=baseline, train=train, held_out=held_out, claim=claim, card=card
)
print(report)

# %% [markdown]
# ## What to read
#
# Kingma and Welling, *Auto-encoding variational Bayes* (2014); Higgins et al., *beta-VAE* (2017); Dai and Wipf,
# *Diagnosing and enhancing VAE models* (2019), on why draws are soft. Say of two of them what they do otherwise.
