"""Every widget there is, by its folder, and an example of each for the tests that hold for all of them."""

import copy
import functools
import itertools
from unittest import mock

import torch
from torch import nn

from course_utils import _remembered, _solved, widgets
from course_utils._threads import one_thread
from course_utils.autoencoders import MLPAutoencoder
from course_utils.data.faces import RANGES, render
from course_utils.gan.style import StyleGenerator
from course_utils.text import Tokenizer, grammar
from course_utils.vae import VAE

FACES = {face.__module__.rpartition(".")[2]: face for face in map(vars(widgets).get, widgets.__all__)}
LISTS = {"progress"}  # made of words and buttons; all others are a picture that takes keys


def latent(**options):
    """Codes in two far clouds; the decoder shows z itself, as two grey halves."""
    generator = torch.Generator().manual_seed(0)
    codes = 0.5 * torch.randn(200, 2, generator=generator)
    labels = torch.arange(200) % 2
    codes[labels == 1] += 6
    decoder = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid())
    return widgets.LatentExplorer(decoder, codes, labels, image_shape=(1, 2, 2), **options)


def vae():
    """Nets as they are made, three betas; the larger map is there because one VAE's codes are spread out."""
    torch.manual_seed(0)
    shape = (1, 4, 4)
    vaes = {beta: VAE(shape, 2, (8,)) for beta in (0.1, 1.0, 4.0)}
    with torch.no_grad():
        vaes[0.1].encoder[-1][-1].weight[:2] *= 30
    autoencoder = MLPAutoencoder(shape, 2, (8,))
    return widgets.VAEExplorer(autoencoder, vaes, torch.rand(80, *shape), torch.arange(80) % 10)


def game(**options):
    """Stripes are real; two models leave a spot, one of them in every picture and one at a random place."""
    dice = torch.Generator().manual_seed(0)
    stripes = (torch.arange(8) % 2).float().expand(60, 1, 8, 8) * torch.rand(60, 1, 1, 1, generator=dice)
    spotted = stripes.clone()
    spotted[..., 3:5, 3:5] = 1 - spotted[..., 3:5, 3:5]
    fakes = {"Spots": spotted, "Noise": torch.rand(60, 1, 8, 8, generator=dice)}
    return widgets.RealOrFake(stripes, fakes, **{"rounds": 12, **options})


@functools.cache
def _spoken(scales):
    faces, dice = grammar("faces"), torch.Generator().manual_seed(0)
    options = torch.tensor(list(itertools.product(*map(range, map(len, faces.options.values())))))
    asked = dict(zip(faces.options, options.T, strict=True))
    causes = {
        name: low + (high - low) * torch.rand(108, generator=dice) for name, (low, high) in RANGES.items()
    }
    pictures = []
    for strength in torch.linspace(0.3, 0.8, scales):
        strong = {name: strength * (asked[name] - 1) for name in ("smile", "turn")}
        pictures.append(render({**causes, **asked, **strong}))
    tokenizer = Tokenizer(faces.vocabulary, 12)
    words = tokenizer.mask(tokenizer.encode(faces.sentences(asked)))[..., None, None]
    pull = 2 * torch.randn(108, 12, 8, 8, generator=dice)
    read = {name: chosen.expand(scales, -1).clone() for name, chosen in asked.items()}
    read["smile"][0].clamp_(min=1)
    return {
        "pictures": (255 * torch.stack(pictures)).round().to(torch.uint8),
        "attention": (255 * pull.masked_fill(~words, -1e9).softmax(1)).round().to(torch.uint8),
        "read": read,
        "held_out": (asked["hair"] == 3) & (asked["glasses"] == 1),
    }


def spoken(scales=3):
    """pictures, attention, read and held_out for all 108 sentences, drawn and not learned.

    Mood and turn are stronger at a larger scale; at the least the judge calls no face frowning. Held out are
    red hair with glasses.
    """
    with one_thread():
        return copy.deepcopy(_spoken(scales))


def sentence(**options):
    return widgets.SentenceBuilder(**spoken(), **options)


def style():
    """An untrained generator, its noise switched up so that it can be seen."""
    torch.manual_seed(0)
    generator = StyleGenerator(8, 12, (8, 8, 8, 6, 6, 4))
    with torch.no_grad():
        for layer in generator.layers:
            layer.strength.fill_(0.3)
    return widgets.StyleMixer(generator)


NAN = float("nan")
# By measure what seven families come to, in the order of families below.
TRILEMMA = {
    "distance": [28, 14, 19, 33, 9.5, 8.8, 12],
    "precision": [0.71, 0.84, 0.79, 0.62, 0.86, 0.87, 0.80],
    "sharpness": [0.61, 0.97, 1.08, 1.31, 0.96, 0.94, 0.90],
    "recall": [0.48, 0.35, 0.51, 0.55, 0.72, 0.74, 0.61],
    "nearest_ratio": [0.82, 0.93, 1.04, 1.25, 0.97, 0.98, 0.95],
    "failed": [0, 0.2, 0, 0, 0, 0, 0],
    "bits_per_dim": [2.9, NAN, NAN, 2.35, 2.6, 2.45, NAN],
    "memory_mb": [12, 9, 22, 48, 61, 60, 33],
    "seconds_per_thousand": [0.08, 0.06, 0.07, 0.5, 7.5, 7.3, 3.1],
}
KINDS = {
    "vae": "bound", "gan": "none", "wgan_gp": "none", "flow": "exact", "diffusion": "by ODE",
    "flow_matching": "by ODE", "latent_diffusion": "none",
}  # fmt: skip


def families(seeds=(5, 3)):
    """A table of made-up numbers: two data sets, the second with twice the distances and fewer seeds.

    A seed's numbers are up to 4 % more or less than those above, in steps, so that they can be told by hand.
    """
    table = {}
    for scale, (name, count) in enumerate(zip(("digits", "mnist_5k"), seeds, strict=True), 1):
        spread = torch.linspace(-0.04, 0.04, count, dtype=torch.float64)
        for i, family in enumerate(KINDS):
            row = {measure: values[i] * (1 + spread.roll(i)) for measure, values in TRILEMMA.items()}
            row["distance"] *= scale
            row["failed"] = (torch.arange(count) < round(TRILEMMA["failed"][i] * count)).double()
            table[name, family] = row
    return table


def brush(**options):
    return widgets.TableBrush(families(), **{"kinds": KINDS, **options})


def progress():
    """The board of somebody who has solved some of lesson 00 and all of lesson 18."""
    trilemma = ("frechet_equal_n", "nearest_ratio", "bits_per_dim")
    names = ["start.class_posterior", "start.kl", *(f"trilemma.{name}" for name in trilemma)]
    known = {name: {"solved": f"2026-01-0{day}T00:00:00Z"} for day, name in enumerate(names, 1)}
    with (
        mock.patch.multiple(_solved, known=lambda: known),
        mock.patch.multiple(_remembered, off=lambda: False),
    ):
        return widgets.ProgressBoard()


GIVEN = {
    "brush": brush,
    "game": game,
    "latent": latent,
    "progress": progress,
    "sentence": sentence,
    "style": style,
    "vae": vae,
}  # what shows something of the reader's cannot be made of nothing


def example(name):
    """A widget of that folder; what every argument has a default for needs no entry here."""
    return GIVEN.get(name, FACES[name])()
