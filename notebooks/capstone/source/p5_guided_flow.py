# ---
# jupyter:
#   course:
#     title: "What guidance buys, and what it costs"
#     summary: "A flow that is told a label: how much more often does guidance make it obey, and at what price in distance?"
#     about: "From the part on conditions; it needs lessons 08, 12, 14 and 16."
# ---

# %% [markdown]
# # Capstone p5: what guidance buys, and what it costs
#
# **The question.** Guidance makes samples obey their label more often. In a flow, too? And do they then lie farther from
# real digits, or nearer? Choose one guidance scale above 1 and defend it against scale 1, which is no guidance.
#
# **Data.** `digits` with labels: 1,442 images of 8 x 8 to train on; the 355 of the test split are held out.
#
# **What is given.** The data, the judge, the comparison and the grading. **What you write:** flow matching with labels
# that are dropped now and then, over at least three seeds (about 30 s each); guided sampling (about 3 s a set); the card.
#
# **Milestones**
# 1. A flow with labels trains; its samples look like digits.
# 2. Guided samples: the same models, the same noise, a scale above 1.
# 3. Three seeds; the shares that the judge reads as asked, and the distances, at both scales.
# 4. Something that breaks it (how far can the scale go?); the claim; the card.
#
# **Hand in** this notebook with its last cell run. **Builds on** notebooks 08, 12, 14 and 16.

# %%
import torch

from course_utils import capstone, data
from course_utils.capstone.comparing import compared, difference
from course_utils.capstone.judges import digit_features, read_digits
from course_utils.preset import preset

torch.set_num_threads(1)
SEEDS, DRAWN = (0, 1, 2), 300
STEPS = preset(300, full=4000, smoke=3)  # of each run
digits, held_out = data.load("digits"), data.load("digits", split="test").images
train = digits.images
labels = torch.arange(DRAWN) % 10  # what every set is asked for

# %% [markdown]
# ## The rubric

# %%
from IPython.display import Markdown

Markdown(capstone.rubric("p5"))

# %% [markdown]
# ## Milestones 1 and 2: a flow that is told, and guided
#
# `trained(seed)` returns a model; `drawn(model, scale, seed)` gives 300 images [300, 1, 8, 8] in [0, 1], of `labels`.


# %%
def trained(seed): ...  # your code here


def drawn(model, scale, seed): ...  # your code here


# %% [markdown]
# ## Milestone 3: seeds
#
# `samples` with the scale that you defend and `baseline` with scale 1, a list each with one set of images a seed.

# %%
samples = ...  # your code here
baseline = ...  # your code here

# %%
if samples is not ... and baseline is not ...:
    guided, plain = compared(samples, baseline, held_out, digit_features)
    print("distance, guided and not:", guided, plain, "\ndifference, low, high:", difference(guided, plain))
    print(
        "read as asked:",
        [float((read_digits(one) == labels).float().mean()) for one in (*samples, *baseline)],
    )

# %% [markdown]
# ## Milestone 4: what breaks it, the claim and the card
#
# How far can the scale go? `claim` is about the distance to held-out digits: is it "better", "worse" or "undecided" with
# guidance?

# %%
...  # your code here

# %%
claim = ...  # your verdict on the distance with guidance

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
    "p5", samples=samples, baseline=baseline, labels=labels, train=train, held_out=held_out, claim=claim,
    card=card,
)  # fmt: skip
print(report)

# %% [markdown]
# ## What to read
#
# Ho and Salimans, *Classifier-free diffusion guidance* (2022); Kynkaanniemi et al., *Applying guidance in a limited
# interval* (2024). Say what they do otherwise.
