# ---
# jupyter:
#   course:
#     title: "Drawn as the sentence says"
#     summary: "Diffusion or a flow in the codes of a small autoencoder, told a sentence: how much of it does a judge read in the picture?"
#     about: "From the part on codes and words; it needs lessons 14, 16 and 17."
# ---

# %% [markdown]
# # Capstone p6: drawn as the sentence says
#
# **The question.** A sentence such as the ones below describes a glyph. Train a model in the codes of a small autoencoder
# that draws what the sentence says. How much of it does a judge read in the picture, and which words are hard?
#
# **Data.** `glyphs`: 3,000 images of 28 x 28 drawn on the spot, with a sentence for each; 500 more are held out.
#
# **What is given.** The data, their sentences and tokens, what is asked for, the judge and the grading. **What you
# write:** an autoencoder (about 5 s), a flow or a diffusion model in its codes that is told the tokens (about 20 s for
# each of at least three seeds, samples included), guidance if you like, and the card.
#
# **Milestones**
# 1. An autoencoder whose decoded glyphs the judge still reads; the scale of its codes.
# 2. One model in the codes that draws glyphs without being told anything.
# 3. Told sentences, over three seeds, beside the same models told nothing.
# 4. Which words are obeyed least, and why? The card.
#
# **Hand in** this notebook with its last cell run. **Builds on** notebooks 14, 16 and {notebook 17}.

# %%
import torch

from course_utils import capstone, data, text
from course_utils.capstone.judges import read_glyphs
from course_utils.preset import preset

torch.set_num_threads(1)
SEEDS, DRAWN = (0, 1, 2), 200
STEPS = preset(300, full=4000, smoke=3)  # of each run
glyphs = data.load("glyphs", n=3000)
train, held_out = glyphs.images, data.load("glyphs", split="test", n=500).images
grammar = text.grammar("glyphs")
shown = grammar.read(glyphs)
sentences = grammar.sentences(shown)
tokenizer = text.Tokenizer(grammar.vocabulary, max(len(one.split()) for one in sentences) + 2)
tokens = tokenizer.encode(sentences)
print(sentences[0], tokens.shape)

# %% [markdown]
# ## The rubric

# %%
from IPython.display import Markdown

Markdown(capstone.rubric("p6"))

# %% [markdown]
# ## What is asked for
#
# The sentences of the first 200 images of the test split, which no model has seen.

# %%
test = grammar.read(data.load("glyphs", split="test", n=500))
asked = {name: values[:DRAWN] for name, values in test.items()}
told = tokenizer.encode(grammar.sentences(asked))

# %% [markdown]
# ## Milestone 1: the autoencoder

# %%
...  # your code here

# %% [markdown]
# ## Milestones 2 and 3: a model in the codes, told and not told
#
# `samples` of models that are told `told`, and `baseline` of the same models told nothing: a list each, with one set of
# images [200, 1, 28, 28] in [0, 1] a seed. `diffusion.TextUNet` takes the tokens. Codes of 7 x 7 places cannot be halved:
# it then needs `multipliers=(1,)`. Its time counts steps from 0 to 1,000, so a flow calls it at 1,000 t (`FlowNet` does
# that for labels only).

# %%
samples = ...  # your code here
baseline = ...  # your code here

# %%
if samples is not ... and baseline is not ...:
    for name, images in (("told", samples[0]), ("told nothing", baseline[0])):
        read = read_glyphs(images)
        print(name, {part: round(float((read[part] == asked[part]).float().mean()), 2) for part in asked})

# %% [markdown]
# ## Milestone 4: what breaks it, and the card
#
# Which words are obeyed least? Try combinations that no training image had.

# %%
...  # your code here

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
    "p6", samples=samples, baseline=baseline, asked=asked, train=train, held_out=held_out, card=card
)
print(report)

# %% [markdown]
# ## What to read
#
# Rombach et al., *High-resolution image synthesis with latent diffusion models* (2022); Hessel et al., *CLIPScore*
# (2021), on judging such pictures. Say what they do otherwise.
