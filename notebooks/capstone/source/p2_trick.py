# ---
# jupyter:
#   course:
#     title: "One trick of the GAN trade, tried over seeds"
#     summary: "Does one trick of your choice help a small GAN on digits, hurt it, or neither?"
#     about: "From the part on games; it needs lessons 04, 05 and 08."
# ---

# %% [markdown]
# # Capstone p2: one trick of the GAN trade, tried over seeds
#
# **The question.** Papers on GANs are full of tricks, most shown on one run. Choose one (spectral norm, minibatch
# features, label smoothing, a slower generator, feature matching, ...) and find out whether it helps on digits, hurts,
# or does neither that your seeds can tell. All three are good answers; an answer that the seeds do not carry is not.
#
# **Data.** `digits`: 1,442 images of 8 x 8 to train on; the 355 of the test split are held out.
#
# **What is given.** The data, the judge's features, the comparison and the grading. **What you write:** the game, with
# the trick as a switch, over at least three seeds with it and without, at equal steps, so that every run can be repeated.
# A thousand steps of batches of 64 take about ten seconds with `gan.ImageGenerator` and `gan.ImageDiscriminator`. Say
# what a step costs with the trick, too.
#
# **Milestones**
# 1. The game without the trick trains; its samples look like digits.
# 2. The trick, as an argument of the same function, and nothing else changed.
# 3. Three seeds of each; the interval of the difference.
# 4. Something that breaks the trick; the claim; the card.
#
# **Hand in** this notebook with its last cell run. **Builds on** notebooks 04, 05 and 08.

# %%
import torch

from course_utils import capstone, data
from course_utils.capstone.comparing import compared, difference
from course_utils.capstone.judges import digit_features
from course_utils.figures import image_rows, show
from course_utils.preset import preset

torch.set_num_threads(1)
SEEDS, DRAWN = (0, 1, 2), 300
STEPS = preset(1000, full=6000, smoke=3)  # of each of the six runs
train, held_out = data.load("digits").images, data.load("digits", split="test").images

# %% [markdown]
# ## The rubric

# %%
from IPython.display import Markdown

Markdown(capstone.rubric("p2"))

# %% [markdown]
# ## Milestones 1 and 2: the game, with a switch
#
# `played(seed, trick)` trains a generator for `STEPS` steps and returns 300 of its images [300, 1, 8, 8] in [0, 1].


# %%
def played(seed, trick): ...  # your code here


# %% [markdown]
# ## Milestone 3: seeds
#
# `samples` with the trick and `baseline` without it, a list each with one set of images a seed.

# %%
samples = ...  # [played(seed, trick=True) for seed in SEEDS]
baseline = ...  # [played(seed, trick=False) for seed in SEEDS]

# %% [markdown]
# The distances of both to the held-out images, from equally many samples, and the 95 % interval of their difference.

# %%
if samples is not ... and baseline is not ...:
    with_it, without = compared(samples, baseline, held_out, digit_features)
    print("with:", with_it, "\nwithout:", without, "\ndifference, low, high:", difference(with_it, without))
    show(
        image_rows({"with": samples[0][:8], "without": baseline[0][:8]}, title="The trick, and without it"),
        "Two rows of eight digits each, drawn by a GAN with the trick and by one without it.",
    )

# %% [markdown]
# ## Milestone 4: what breaks it, the claim and the card
#
# Where does the trick fail, or the game without it? Show it. Then `claim` is "better", "worse" or "undecided".

# %%
...  # your code here

# %%
claim = ...  # your verdict on the trick

# %%
print(capstone.card_template())

# %%
card = ...  # your model card: the template above, filled, as text

# %% [markdown]
# ## Graded
#
# What can be computed is judged here; the rest is left to a person. A name that you have not filled yet earns nothing.

# %%
report = capstone.grade(
    "p2", samples=samples, baseline=baseline, train=train, held_out=held_out, claim=claim, card=card
)
print(report)

# %% [markdown]
# ## What to read
#
# Lucic et al., *Are GANs created equal?* (2018), and the paper of your trick. Say what they do otherwise.
