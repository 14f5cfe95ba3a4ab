"""What is read in glyphs drawn from sentences, by guidance scale and by training seed, for lesson 17.

Networks as faces_text's, in the code kl_4 of glyphs_codes, from three seeds. Six pairs of options were never
shown together. Not weights but readings are kept, and a few pictures.
"""

import functools

import torch
from torch import nn

from .._validate import check_choice
from ..text import grammar
from . import faces_text, glyphs_codes
from .recipe import Recipe, Runs

SHARED = (
    "width", "text_dim", "heads", "layers", "schedule", "prediction_type", "sentence_dropout", "dropout",
    "batch_size", "lr",
)  # fmt: skip
SETTINGS = {
    "n": glyphs_codes.N_TRAIN,
    "seed": 0,
    "seeds": 3,
    "code": "kl_4",
    "length": 10,
    "held_out": [
        {"digit": "seven", "weight": "bold"},
        {"digit": "three", "slant": "slanted"},
        {"digit": "eight", "slant": "backslanted"},
        {"digit": "zero", "size": "small"},
        {"digit": "five", "height": "top"},
        {"digit": "two", "side": "left"},
    ],
    "channels": 4,
    "multipliers": [1],
    **{name: faces_text.SETTINGS[name] for name in SHARED},
    "steps": 2_500,
    "ema_decay": 0.995,
    "scales": [1, 2, 3, 5],
    "sampler": f"DDIM, {faces_text.SAMPLING_STEPS} steps",
    "sentences": {"seen": 160, "held out": 160},
    "shown": [
        "a seven",
        "a bold seven",
        "a slanted three",
        "a small zero at the bottom right",
        "a large bold four at the top",
        "a backslanted nine at the left",
    ],
}
SHOWN_SCALE = 3


class GlyphReadings(nn.Module):
    """What a judge reads in pictures of some sentences of the glyphs' grammar, and a few pictures.

    asked: int64 [N, 6], options as indices of text.grammar("glyphs").options, in that order; held_out: bool
    [N], which hold a pair that no network saw; sentences: N strings; scales: of guidance. read: uint8
    [seeds, scales, N, 6]. shown: the sentences of the pictures, uint8 [len(shown), 1, 28, 28], seed 0.
    """

    def __init__(self, settings):
        super().__init__()
        self.scales, self.shown = tuple(settings["scales"]), tuple(settings["shown"])
        every = faces_text.every_sentence("glyphs")
        held_out = faces_text.is_held_out(every, settings["held_out"], "glyphs")
        generator = torch.Generator().manual_seed(settings["seed"])
        rows = [
            where[torch.randperm(len(where), generator=generator)[:count]]
            for where, count in zip(
                ((~held_out).nonzero()[:, 0], held_out.nonzero()[:, 0]),
                settings["sentences"].values(),
                strict=True,
            )
        ]
        rows = torch.cat(rows)
        self.sentences = tuple(faces_text.said(every[rows], "glyphs"))
        self.register_buffer("asked", every[rows], persistent=False)
        self.register_buffer("held_out", held_out[rows], persistent=False)
        shape = settings["seeds"], len(self.scales), *every[rows].shape
        self.register_buffer("read", torch.zeros(shape, dtype=torch.uint8))
        self.register_buffer("pictures", torch.zeros(len(self.shown), 1, 28, 28, dtype=torch.uint8))

    def right(self, factor):
        """Where a factor was read as asked, or "all" of them: bool [seeds, scales, N]."""
        factors = [*grammar("glyphs").options, "all"]
        found = self.read.long() == self.asked
        column = factors.index(check_choice("factor", factor, factors))
        return found.all(-1) if factor == "all" else found[..., column]


def space(settings):
    """The LatentSpace in which glyphs are drawn."""
    from . import load

    return load("glyphs_codes")[0].space(settings["code"])


def read(judge, images):
    """What a GlyphReader sees in images [N, 1, 28, 28], int64 [N, 6] in the grammar's order."""
    found = judge.read(images)
    return torch.stack([found[factor] for factor in grammar("glyphs").options], dim=1)


def train(settings, model, data, seconds=None, progress=True):
    """Train a network from each seed, draw and read the sentences: the readings, and the Runs."""
    from . import load

    judge, code, runs = load("glyphs_judge")[0], space(settings), Runs()
    tokens = faces_text.tokenizer(settings, "glyphs").encode(model.sentences)
    each = None if seconds is None else seconds / settings["seeds"]
    for seed in range(settings["seeds"]):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = faces_text.build(settings, "glyphs")
        net, history = faces_text.train({**settings, "seed": seed}, net, data, each, progress, code)
        runs += history
        if runs.interrupted:
            break
        noise = faces_text.noise_of(code, len(tokens), 50_000 + seed)
        for k, scale in enumerate(model.scales):
            parts = zip(tokens.split(160), noise.split(160), strict=True)
            images = torch.cat([faces_text.draw(net, code, *part, scale) for part in parts])
            model.read[seed, k] = read(judge, images).to(torch.uint8)
        if seed == 0:
            wanted = faces_text.tokenizer(settings, "glyphs").encode(model.shown)
            drawn = faces_text.draw(net, code, wanted, noise[: len(wanted)], SHOWN_SCALE)
            model.pictures[:] = (255 * drawn).round().to(torch.uint8)
    return model, runs


def evaluate(model):
    """The share read as asked at each scale, by factor and of all six at once, seen and held out.

    Means over the seeds; beside them what the judge reads rightly in true glyphs.
    """
    from . import load

    test = glyphs_codes.glyphs("test")
    said = torch.stack(list(grammar("glyphs").read(test).values()), dim=1)
    hits = read(load("glyphs_judge")[0], test.images) == said
    factors = [*grammar("glyphs").options, "all"]
    found = {
        f"{name}_of_true": share for name, share in zip(factors, hits.double().mean(0).tolist(), strict=False)
    }
    found["all_of_true"] = hits.all(1).double().mean()
    for factor in factors:
        right = model.right(factor).double()
        for k, scale in enumerate(model.scales):
            for place, where in (("seen", ~model.held_out), ("held_out", model.held_out)):
                found[f"{factor}_{place}_{scale:g}"] = right[:, k, where].mean()
    return found


RECIPES = [
    Recipe(
        name="glyphs_sentences",
        summary="What is read in glyphs drawn from sentences, by guidance scale, three trainings",
        lessons=("17",),
        build=functools.partial(GlyphReadings, SETTINGS),
        data=glyphs_codes.glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
