# ---
# jupyter:
#   course:
#     title: "Diffusion on pictures of your own"
#     summary: "A diffusion model of your own folder of pictures, and whether it draws or copies."
#     about: "From the part on diffusion, on your own data; it needs lessons 08 and 10 to 13."
# ---

# %% [markdown]
# # Capstone p4: diffusion on pictures of your own
#
# **The question.** A few hundred pictures are few. Does a small diffusion model of them draw new ones,
# nearer to held-out pictures than a normal distribution over the pixels, or does it hand you back your own?
#
# **Data.** A folder of yours: pictures of one kind (leaves, mugs, letters that you wrote), of which you may say that you
# have the right to use them; 60 will do, a few hundred are better. Put its path into `FOLDER`. Until you do, the notebook
# draws 400 leaves into the folder `my/leaves` beside it, and uses these. Every fifth picture is held out.
#
# **What is given.** Reading the folder at 16 x 16 pixels, the baseline, the comparison and the grading. **What you
# write:** the network, its training over at least three seeds (about 40 s each), the sampler, and the card.
#
# **Milestones**
# 1. The pictures are read, looked at, and split.
# 2. One model trains; its samples are of your kind.
# 3. Three seeds; the distance beside the baseline's; each sample beside its nearest training picture.
# 4. Something that breaks it (how few pictures until it copies?); the claim; the card, with the pictures' licence.
#
# **Hand in** this notebook with its last cell run. **Builds on** notebooks 08 and 10 to 13.

# %%
from pathlib import Path

import torch

from course_utils import capstone, data
from course_utils.capstone.comparing import compared, difference
from course_utils.capstone.judges import small_pictures
from course_utils.figures import image_rows, show
from course_utils.preset import preset

torch.set_num_threads(1)
SEEDS, DRAWN = (0, 1, 2), 200
STEPS = preset(300, full=6000, smoke=3)  # of each run
FOLDER = None  # the path of your folder, in quotes

# %% [markdown]
# ## Milestone 1: the pictures

# %%
folder = capstone.example_folder(Path("my") / "leaves") if FOLDER is None else Path(FOLDER)
pictures = data.ImageFolder(folder, size=16)
first = [item[0] if isinstance(item, tuple) else item for item in (pictures[k] for k in range(len(pictures)))]
images = torch.stack(first).float() / 255
held_out = images[::5]
train = images[torch.arange(len(images)) % 5 != 0]
show(
    image_rows({"pictures": train[:10]}, title="Ten of the training pictures"),
    "A row of ten small pictures, of which the models are trained.",
)

# %% [markdown]
# ## The rubric

# %%
from IPython.display import Markdown

Markdown(capstone.rubric("p4"))

# %% [markdown]
# ## The baseline
#
# A normal distribution with the mean and the covariance of the training pixels; few pictures say little about 768
# pixels, so half of the covariance is its diagonal alone.

# %%
pixels = train.flatten(1)
covariance = pixels.T.cov()
covariance = (covariance + covariance.diagonal().diag()) / 2 + 1e-4 * torch.eye(len(covariance))
root = torch.linalg.cholesky(covariance)


def drawn_from_pixels(seed):
    noise = torch.randn(DRAWN, len(root), generator=torch.Generator().manual_seed(seed))
    return (pixels.mean(0) + noise @ root.T).clamp(0, 1).view(DRAWN, *train.shape[1:])


baseline = [drawn_from_pixels(seed) for seed in SEEDS]

# %% [markdown]
# ## Milestone 2: the model
#
# `drawn(seed)` trains a model and returns 200 of its pictures [200, 3, 16, 16] in [0, 1].


# %%
def drawn(seed): ...  # your code here


# %% [markdown]
# ## Milestone 3: seeds
#
# `samples` is a list with one set of pictures a seed.

# %%
samples = ...  # [drawn(seed) for seed in SEEDS]

# %%
if samples is not ...:
    ours, theirs = compared(samples, baseline, held_out, small_pictures)
    print("ours:", ours, "\nbaseline:", theirs, "\ndifference, low, high:", difference(ours, theirs))
    near = torch.cdist(samples[0][:10].flatten(1), pixels).argmin(1)
    show(
        image_rows(
            {"samples": samples[0][:10], "nearest": train[near]}, title="Samples and what lies nearest"
        ),
        "Ten samples, and below each the training picture that lies nearest to it.",
    )

# %% [markdown]
# ## Milestone 4: what breaks it, the claim and the card
#
# With how few pictures does it begin to copy? Then `claim` is "better", "worse" or "undecided".

# %%
...  # your code here

# %%
claim = ...  # your verdict on the model against the baseline

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
    "p4", samples=samples, baseline=baseline, train=train, held_out=held_out, claim=claim, card=card
)
print(report)

# %% [markdown]
# ## What to read
#
# Ho et al., *Denoising diffusion probabilistic models* (2020); Carlini et al., *Extracting training data from diffusion
# models* (2023). Say what they do otherwise.
