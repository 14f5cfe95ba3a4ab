"""What is read in faces drawn for every sentence, by guidance scale, for lesson 17: does the model compose?

The network faces_text draws a face for each of the 108 sentences at each scale, from the same few noises,
and the judge says what they show. Not weights but readings are kept; beside them the pictures and the
attention that the lesson's widget shows, of a noise that is read about as well as all are together.
"""

import functools
import time

import torch
from torch import nn

from .._validate import check_choice
from ..text import grammar
from . import faces_text
from .faces_code import read
from .recipe import Recipe, Runs

SETTINGS = {
    "n": faces_text.SETTINGS["n"],
    "seed": 0,
    "net": "faces_text",
    "held_out": faces_text.SETTINGS["held_out"],
    "length": faces_text.SETTINGS["length"],
    "noises": 8,
    "scales": [1, 1.5, 2, 3, 4, 5],
    "sampler": f"DDIM, {faces_text.SAMPLING_STEPS} steps",
    "pictures": [1, 2, 4],
    "picture_noise": 2,
    "attention": "of scale 2, half-way through the steps",
}


class SentenceReadings(nn.Module):
    """What a judge reads in pictures of every sentence of the faces' grammar.

    sentences: 108 strings, in the order of itertools.product over the grammar's options; held_out: bool
    [108], which have a pair that the network never saw; scales: of guidance; asked: int64 [108, 4], what
    each says; read: uint8 [scales, noises, 108, 4], what was read, both as indices of
    text.grammar("faces").options, in that order. pictures: uint8 [3, 108, 3, 32, 32], of one noise at the
    scales of picture_scales; attention: uint8 [108, L, 8, 8], 255 times the share of its attention that a
    place of the picture at scale 2 gives to each token.
    """

    def __init__(self, settings):
        super().__init__()
        self.scales, self.picture_scales = tuple(settings["scales"]), tuple(settings["pictures"])
        self.picture_noise = settings["picture_noise"]
        asked = faces_text.every_sentence()
        self.sentences = tuple(faces_text.said(asked))
        held_out = faces_text.is_held_out(asked, settings["held_out"])
        self.register_buffer("asked", asked, persistent=False)
        self.register_buffer("held_out", held_out, persistent=False)
        sizes = {
            "read": (len(self.scales), settings["noises"], *asked.shape),
            "pictures": (len(self.picture_scales), len(asked), 3, 32, 32),
            "attention": (len(asked), settings["length"], 8, 8),
        }
        for name, size in sizes.items():
            self.register_buffer(name, torch.zeros(size, dtype=torch.uint8))

    def forward(self, name, scale):
        """What was read of a factor at a scale: int64 [noises, 108]. ValueError for another."""
        factors = list(grammar("faces").options)
        column = factors.index(check_choice("name", name, factors))
        if scale not in self.scales:
            raise ValueError(f"scale must be one of {', '.join(map(str, self.scales))}; got {scale!r}.")
        return self.read[self.scales.index(scale), ..., column].long()

    def read_of_pictures(self):
        """What was read in the pictures: {factor: int64 [3, 108]}."""
        return {
            name: torch.stack([self(name, scale)[self.picture_noise] for scale in self.picture_scales])
            for name in grammar("faces").options
        }


def train(settings, model, data, seconds=None, progress=True):
    """Draw and read every sentence at every scale from every noise: the readings, and Runs of so many sets.

    Nothing is trained, and data is what the network was trained on.
    """
    from . import load

    (judge, _), (net, record) = load("faces_judge"), load(settings["net"])
    space, _ = load(record["settings"]["code"])
    tokens, runs = faces_text.tokenizer(settings).encode(model.sentences), Runs()
    for k in range(settings["noises"]):
        noise = faces_text.noise_of(space, 1, k).expand(len(tokens), -1, -1, -1)
        for j, scale in enumerate(model.scales):
            started = time.perf_counter()
            images = faces_text.draw(net, space, tokens, noise, scale)
            model.read[j, k] = read(judge, images).to(torch.uint8)
            if k == model.picture_noise and scale in model.picture_scales:
                row = model.picture_scales.index(scale)
                model.pictures[row] = (255 * images).round().to(torch.uint8)
            runs += Runs(1, time.perf_counter() - started)
            if seconds is not None and runs.seconds > seconds:
                return model, runs
    model.attention[:] = attention(net, space, tokens, model.picture_noise)
    return model, runs


def attention(net, space, tokens, seed):
    """Who looks where on the way to the pictures of scale 2, half-way: uint8 [N, L, h, w], of 255."""
    seen, noise = {}, faces_text.noise_of(space, 1, seed).expand(len(tokens), -1, -1, -1)

    def watch(t, x_t, x0):
        seen[t] = x_t

    faces_text.draw(net, space, tokens, noise, watch=watch)
    half = sorted(seen)[len(seen) // 2]
    maps = net.attention_maps(seen[half], torch.full((len(tokens),), int(half)), tokens)
    return (255 * maps).round().to(torch.uint8)


def evaluate(model):
    """The share read as asked at each scale, by factor and of all four at once, seen and held out.

    Means over the noises; "seen" are 66 sentences and "held_out" 42.
    """
    found = {}
    for j, scale in enumerate(model.scales):
        rows = model.read[j].long()
        asked, held_out = model.asked.expand_as(rows), model.held_out.expand(rows.shape[:2])
        shares = faces_text.right_by_factor(rows.flatten(0, 1), asked.flatten(0, 1), held_out.flatten())
        found |= {f"{name}_{scale:g}": share for name, share in shares.items()}
    return found


RECIPES = [
    Recipe(
        name="faces_sentences",
        summary="What is read in faces drawn for every sentence by guidance scale; pictures and attention",
        lessons=("17",),
        build=functools.partial(SentenceReadings, SETTINGS),
        data=faces_text.faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
