"""Every widget there is, by its folder, and an example of each for the tests that hold for all of them."""

import copy
import functools
import itertools

import torch
from torch import nn

from course_utils import widgets
from course_utils._threads import one_thread
from course_utils.autoencoders import MLPAutoencoder
from course_utils.data.faces import RANGES, render
from course_utils.gan.style import StyleGenerator
from course_utils.text import Tokenizer, grammar
from course_utils.vae import VAE

FACES = {face.__module__.rpartition(".")[2]: face for face in map(vars(widgets).get, widgets.__all__)}


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


GIVEN = {
    "game": game,
    "latent": latent,
    "sentence": sentence,
    "style": style,
    "vae": vae,
}  # what shows something of the reader's cannot be made of nothing


def example(name):
    """A widget of that folder; what every argument has a default for needs no entry here."""
    return GIVEN.get(name, FACES[name])()
