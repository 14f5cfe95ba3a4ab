# ---
# jupyter:
#   course:
#     title: "A density with a shape"
#     summary: "A flow in the plane against a mixture of normal distributions: which gives held-out points more nats?"
#     about: "From the part on exact densities; it needs lessons 02, 08 and 09."
# ---

# %% [markdown]
# # Capstone p3: a density with a shape
#
# **The question.** Points lie along a spiral. A mixture of normal distributions can follow it with enough bells; a flow
# bends one bell. Which gives held-out points more nats, and where does each put mass that it should not?
#
# **Data.** `toy("spiral")`: 2,000 points to train on, 1,000 held out, a draw of their own.
#
# **What is given.** The data, a mixture with sixteen bells as the baseline, fitted from three starts, and the grading.
# **What you write:** a flow, its training over at least three seeds (about 5 s each for a thousand steps of eight affine
# couplings), a picture of its density, and the card.
#
# **Milestones**
# 1. A flow trains; its density integrates to 1 (the grading checks it on a grid).
# 2. Three seeds; the nats of held-out points beside the mixture's.
# 3. A picture of both densities, and of where they are wrong.
# 4. Something that breaks it; the claim; the card.
#
# **Hand in** this notebook with its last cell run. **Builds on** notebooks 02, 08 and 09.

# %%
import torch

from course_utils import capstone, data
from course_utils.capstone.comparing import difference
from course_utils.preset import preset

torch.set_num_threads(1)
SEEDS = (0, 1, 2)
STEPS = preset(1000, full=10_000, smoke=3)  # of each run
train, held_out = data.toy("spiral", 2000, 0), data.toy("spiral", 1000, 1)

# %% [markdown]
# ## The rubric

# %%
from IPython.display import Markdown

Markdown(capstone.rubric("p3"))

# %% [markdown]
# ## The baseline
#
# Sixteen round bells, fitted by expectation maximisation from three starts.


# %%
def mixture(seed, bells=16, rounds=100):
    start = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed))[:bells]
    means, variances, weights = (
        train[start].clone(),
        torch.full((bells,), 0.1),
        torch.full((bells,), 1 / bells),
    )

    def joint(x):
        square = torch.cdist(x, means).square()
        return weights.log() - square / (2 * variances) - (2 * torch.pi * variances).log()

    for _ in range(rounds):
        share = joint(train).softmax(1)
        mass = share.sum(0) + 1e-6
        means = share.T @ train / mass[:, None]
        variances = ((share * torch.cdist(train, means).square()).sum(0) / (2 * mass)).clamp(min=1e-3)
        weights = mass / mass.sum()
    return lambda x: joint(x).logsumexp(1)


baseline = [mixture(seed) for seed in SEEDS]
theirs = [float(one(held_out).mean()) for one in baseline]
print("nats a held-out point:", [round(one, 1) for one in theirs])

# %% [markdown]
# ## Milestones 1 and 2: flows over seeds
#
# `log_probs` is a list of functions, one a seed: points [N, 2] in, log densities [N] out, in nats.

# %%
log_probs = ...  # your code here

# %% [markdown]
# The nats of both, and the 95 % interval of their difference: above 0 the flow is better.

# %%
if log_probs is not ...:
    with torch.no_grad():
        ours = [float(one(held_out).mean()) for one in log_probs]
    print("ours:", ours, "\nbaseline:", theirs, "\ndifference, low, high:", difference(ours, theirs))

# %% [markdown]
# ## Milestone 3: both densities as pictures

# %%
...  # your code here

# %% [markdown]
# ## Milestone 4: what breaks it, the claim and the card
#
# What is hard for a flow here, and what for the mixture? Then `claim` is "better", "worse" or "undecided".

# %%
...  # your code here

# %%
claim = ...  # your verdict on the flow against the mixture

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
    "p3", log_probs=log_probs, baseline=baseline, held_out=held_out, claim=claim, card=card
)
print(report)

# %% [markdown]
# ## What to read
#
# Dinh et al., *Density estimation using Real NVP* (2017); Cornish et al., *Relaxing bijectivity constraints* (2020), on
# what a flow cannot bend. Say what they do otherwise.
