"""A small lesson with two exercises: its source, and the student's notebook that the course makes of it."""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import notebooks as tool  # noqa: E402

NAME = "10_small"
SOURCE = '''\
# ---
# jupyter:
#   course:
#     title: Small
#     summary: Two exercises.
#     about: Two exercises.
# ---

# %% [markdown]
# # A small lesson

# %%
import math

import torch

from course_utils.checks import check, hint

# %% [markdown]
# **Predict.** Which letter is the second?

# %%
### BEGIN SOLUTION
guess = "b"
### END SOLUTION

# %% [markdown]
# **Exercise 1.** Draw $x_t$ from $x_{t-1}$.


# %%
def one_step(x, noise, beta):
    """x_t, [B, ...]."""
    ### BEGIN SOLUTION
    return math.sqrt(1 - beta) * x + math.sqrt(beta) * noise
    ### END SOLUTION


# %%
one_step = check("diffusion.one_step", one_step)

# %%
hint("diffusion.one_step")

# %% [markdown]
# **Exercise 2.** The levels of all steps.


# %%
def alphas_cumprod(betas):
    """betas: [T] -> alpha-bar: [T]."""
    ### BEGIN SOLUTION
    return (1 - betas).cumprod(0)
    ### END SOLUTION


# %% [markdown]
# Two lines more, in which the answer is used before it is checked.

# %% tags=["hide-input"]
levels = alphas_cumprod(torch.tensor([0.1, 0.2]))

# %%
with torch.no_grad():
    alphas_cumprod = check("diffusion.alphas_cumprod", alphas_cumprod)
one_step = check("diffusion.one_step", one_step)
'''


def lesson(folder, source=SOURCE):
    """Write a folder of notebooks with the small lesson alone; returns the folder."""
    (folder / "source").mkdir(parents=True)
    path = folder / "source" / f"{NAME}.py"
    path.write_text(source)
    student, _ = tool.products(path, {})
    nbformat.write(student, folder / f"{NAME}.ipynb")
    return folder
