"""A diffusion model in the code of faces_code that is told a sentence, for lesson 17.

It predicts v on the cosine schedule. One in eight of its sentences was hidden in training, for guidance, and
some pairs of options were never shown together: what it draws for those it has put together itself.
"""

import functools

import torch

from .. import diffusion
from ..diffusion import guidance
from ..text import Tokenizer, grammar
from . import faces_code
from .digits_diffusion import schedule
from .faces_code import faces, read
from .recipe import Recipe, fit

SETTINGS = {
    "n": faces_code.N_TRAIN,
    "seed": 0,
    "code": "faces_code",
    "length": 11,
    "held_out": [
        {"hair": "black", "smile": "frowning"},
        {"hair": "brown", "turn": "right"},
        {"hair": "chestnut", "smile": "smiling"},
        {"hair": "red", "glasses": "glasses"},
        {"hair": "blond", "turn": "left"},
        {"hair": "grey", "glasses": "glasses"},
    ],
    "channels": faces_code.SETTINGS["latent_channels"],
    "width": 48,
    "multipliers": [1, 2],
    "text_dim": 64,
    "heads": 4,
    "layers": 1,
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "sentence_dropout": 0.12,
    "dropout": 0.0,
    "steps": 2_800,
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.998,
}
SCALE, SAMPLING_STEPS = 2, 16
N_SAMPLES, N_TEST = 432, 1_000


def tokenizer(settings=SETTINGS, name="faces"):
    """The Tokenizer of a grammar's vocabulary and the settings' length."""
    return Tokenizer(grammar(name).vocabulary, settings["length"])


def every_sentence(name="faces"):
    """Every choice of options of a grammar, int64 [N, factors], in the order of itertools.product."""
    return torch.cartesian_prod(*(torch.arange(len(words)) for words in grammar(name).options.values()))


def said(options, name="faces"):
    """The sentences of options int64 [N, factors], a list of N strings."""
    return grammar(name).sentences(dict(zip(grammar(name).options, options.unbind(1), strict=True)))


def is_held_out(options, pairs, name="faces"):
    """Which rows of options [N, factors] hold one of these pairs, {factor: word, factor: word}: bool [N]."""
    known, found = grammar(name).options, torch.zeros(len(options), dtype=torch.bool)
    for pair in pairs:
        places = {list(known).index(factor): known[factor].index(word) for factor, word in pair.items()}
        found |= torch.stack([options[:, place] == index for place, index in places.items()]).all(0)
    return found


def shown(images):
    """What images are said to show, options int64 [N, factors]."""
    return torch.stack(list(grammar(images.name).read(images).values()), dim=1)


def build(settings, name="faces"):
    """The untrained network of the settings."""
    words = tokenizer(settings, name)
    return diffusion.TextUNet(
        len(words), words.length, settings["channels"], settings["width"], tuple(settings["multipliers"]),
        settings["text_dim"], settings["heads"], settings["layers"], settings["dropout"],
    )  # fmt: skip


def codes(space, data, settings):
    """The scaled codes of data, a draw each, and the tokens of its sentences, without what is held out."""
    options = shown(data)
    kept = ~is_held_out(options, settings["held_out"], data.name)
    generator = torch.Generator().manual_seed(settings["seed"])
    z = torch.cat([space.encode(x, generator) for x in data.images[kept].split(500)])
    return z, tokenizer(settings, data.name).encode(said(options[kept], data.name))


def train(settings, model, data, seconds=None, progress=True, space=None):
    """Fit to noisy codes, some of the sentences hidden; keep the average of the weights."""
    from . import load

    space = load(settings["code"])[0] if space is None else space
    denoising = diffusion.denoising_loss(schedule(), settings["prediction_type"])

    def loss(model, z, tokens):
        return denoising(model, z, guidance.drop_sentences(tokens, settings["sentence_dropout"]))

    return fit(settings, model, loss, codes(space, data, settings), seconds, progress)


def guided(model, tokens, scale, negative=None):
    """model(x_t, t) told tokens [B, L], away from the sentences `negative` [B, L], or from none."""
    told = functools.partial(model, y=tokens)
    return told if scale == 1 else guidance.mixed(functools.partial(model, y=negative), told, scale)


def draw(model, space, tokens, noise, scale=SCALE, watch=None):
    """Images [N, C, H, W] in [0, 1] for tokens [N, L] and noise [N, c, h, w], at one guidance scale.

    watch: as in the samplers, which see scaled codes.
    """
    z = diffusion.samplers.ddim(
        guided(model, tokens, scale), schedule(), noise.shape, x_T=noise, num_inference_steps=SAMPLING_STEPS,
        prediction_type=SETTINGS["prediction_type"], watch=watch,
    )  # fmt: skip
    return space.decode(z)


def noise_of(space, n, seed):
    """n codes of noise, [n, c, h, w], always the same for a seed."""
    return torch.randn(n, *space.autoencoder.code_shape, generator=torch.Generator().manual_seed(seed))


def right_by_factor(read_options, asked, held_out, name="faces"):
    """The share of each factor read as asked, and of all at once, among seen and held-out sentences.

    read_options, asked: int64 [N, factors]; held_out: bool [N] -> {"hair_seen": ..., "all_held_out": ...}.
    """
    right = read_options == asked
    right = torch.cat([right, right.all(1, keepdim=True)], dim=1).double()
    names, found = [*grammar(name).options, "all"], {}
    for place, where in (("seen", ~held_out), ("held_out", held_out)):
        shares = right[where].mean(0).tolist()
        found |= {f"{factor}_{place}": share for factor, share in zip(names, shares, strict=True)}
    return found


@torch.no_grad()
def error_of_v(model, space, settings, test, told=True):
    """The mean squared error of v for codes of held-out faces, with their sentences or without."""
    z, tokens = codes(space, test, settings)
    generator = torch.Generator().manual_seed(0)
    t = ((torch.randperm(len(z), generator=generator) + 0.5) / len(z) * len(schedule())).long()
    noise = torch.randn(z.shape, generator=generator)
    signal, sigma = schedule().rates(t, z)
    out = model(schedule().add_noise(z, noise, t), t, tokens if told else None)
    return (out - (signal * noise - sigma * z)).square().mean()


def evaluate(model):
    """What the judge reads in faces drawn for every sentence at scale 2, and the error on held-out faces.

    "held_out" are the sentences with a pair of options that was never shown in training. The error of v is
    of faces whose pairs were.
    """
    from .. import data
    from . import load

    judge, space = load("faces_judge")[0], load(SETTINGS["code"])[0]
    asked = every_sentence()
    asked = asked.repeat(N_SAMPLES // len(asked) + 1, 1)[:N_SAMPLES]
    tokens, noise = tokenizer().encode(said(asked)), noise_of(space, len(asked), seed=0)
    parts = zip(tokens.split(108), noise.split(108), strict=True)
    images = torch.cat([draw(model, space, *part) for part in parts])
    held_out = is_held_out(asked, SETTINGS["held_out"])
    test = data.load("faces", "test", n=N_TEST, seed=0)
    return {
        **right_by_factor(read(judge, images), asked, held_out),
        "error_of_v": error_of_v(model, space, SETTINGS, test),
        "error_of_v_untold": error_of_v(model, space, SETTINGS, test, told=False),
    }


RECIPES = [
    Recipe(
        name="faces_text",
        summary="Diffusion model in the code of faces that is told a sentence; six pairs of words never met",
        lessons=("17",),
        build=functools.partial(build, SETTINGS),
        data=faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
