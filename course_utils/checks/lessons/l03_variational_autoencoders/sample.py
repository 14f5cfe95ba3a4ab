"""vae.sample: new images of the model p(z) p(x | z), pixels tossed."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw, draw_between


def sample(decoder, n, latent_dim, generator):
    """n new images [n, C, H, W] of zeros and ones; decoder: z [n, D] -> probabilities of that shape."""
    z = torch.randn(n, latent_dim, generator=generator)
    return torch.bernoulli(decoder(z), generator=generator)


class _Decoder:
    """Pixel i has the probability Phi(slope z_j + shift), with j = i mod D: all moments are known."""

    def __init__(self, image, slope, shift):
        self.image, self.slope, self.shift = image, slope, shift

    def __call__(self, z):
        pixels = torch.arange(math.prod(self.image)) % z.shape[1]
        return torch.special.ndtr(self.slope * z[:, pixels] + self.shift).view(-1, *self.image)


def _moments(images):
    """Means over images [n, C, H, W]: of pixels, their squares, and products of neighbours of three kinds."""

    def of(latents):
        x = images.flatten(1).double()
        return {
            "mean": x.mean(),
            "square": x.square().mean(),
            "same latent": (x[:, latents:] * x[:, :-latents]).mean(),
            "other latent": (x[:, 1:] * x[:, :-1]).mean(),
            "next image": (x[1:] * x[:-1]).mean(),
            "share of grey pixels": ((x != 0) & (x != 1)).double().mean(),
        }

    return of


def _summary(images, decoder, n, latent_dim, generator):
    return {name: value.item() for name, value in _moments(images)(latent_dim).items()}


def _expected(decoder, n, latent_dim, generator):
    """The same moments by an integral over one latent."""
    line = torch.linspace(-8, 8, 4001, dtype=torch.float64)
    weight = torch.exp(-line.square() / 2) / math.sqrt(2 * math.pi)
    p = torch.special.ndtr(decoder.slope * line + decoder.shift)
    one, two = (torch.trapezoid(weight * p**power, line).item() for power in (1, 2))
    return {"mean": one, "square": one, "same": two, "other": one**2, "next": one**2, "grey": 0}


def _case(n, latents, image, slope, shift):
    return lambda rng: (_Decoder(image, slope, shift), n, latents, _own(rng))


def _own(rng):
    return torch.Generator().manual_seed(rng.initial_seed())


def _drawn(rng):
    """Latents, image and decoder by chance: neither sure of all pixels nor of none."""
    latents, image = draw(rng, 2, 4), (1, draw(rng, 3, 5), draw(rng, 3, 5))
    slope, shift = draw_between(rng, 0.5, 2.0), draw_between(rng, 0.5, 1.5) - 0.8
    return _Decoder(image, slope, shift), 6000, latents, _own(rng)


def _other(draw=None, toss=None):
    """A sampler with one part replaced."""

    def sampler(decoder, n, latent_dim, generator):
        z = (
            torch.randn(n, latent_dim, generator=generator)
            if draw is None
            else draw(n, latent_dim, generator)
        )
        p = decoder(z)
        return torch.bernoulli(p, generator=generator) if toss is None else toss(p, generator)

    return sampler


def _coin(p, generator):
    return torch.rand(p.shape, generator=generator)


exercise(
    "vae.sample",
    reference=sample,
    summary=_summary,
    expected=_expected,
    tolerance=0.04,
    batch=False,
    inputs={
        "3 latents, each pixel read off one of them": _case(4000, 3, (1, 3, 4), 1.0, 0.0),
        "a decoder that always says 0.3": _case(3000, 2, (1, 4, 4), 0.0, -0.5244),
        "2 latents, 3 channels, mostly ink": _case(5000, 2, (3, 2, 2), 2.0, 1.0),
        "5 latents, a decoder that is very sure": _case(4500, 5, (1, 4, 5), 30.0, -6.0),
        "latents and a decoder drawn at random": _drawn,
    },
    mistakes=[
        Mistake(
            (_other(toss=lambda p, g: p), _other(toss=lambda p, g: p + 0 * _coin(p, g))),
            "These are the probabilities: a sample of the model has pixels of 0 and 1, so one more draw is "
            "needed, a coin for each pixel.",
        ),
        Mistake(
            (
                _other(toss=lambda p, g: (p > 0.5).float()),
                _other(toss=lambda p, g: p.round()),
                _other(toss=lambda p, g: (p >= 0.5).float()),
            ),
            "You cut the probabilities at one half: a pixel with the probability 0.3 is then never set, so "
            "these images are tidier than those of the model, and no samples of it.",
        ),
        Mistake(
            (
                _other(draw=lambda n, d, g: torch.rand(n, d, generator=g)),
                _other(draw=lambda n, d, g: 2 * torch.rand(n, d, generator=g) - 1),
            ),
            "The code comes from a uniform distribution: the prior of this model is N(0, I), and that is "
            "where the training has put the codes.",
        ),
        Mistake(
            (
                _other(draw=lambda n, d, g: torch.randn(1, d, generator=g).expand(n, d)),
                _other(draw=lambda n, d, g: torch.randn(d, generator=g).expand(n, d)),
            ),
            "All images share one z: they show one and the same thing, and differ in the tosses alone.",
        ),
        Mistake(
            _other(draw=lambda n, d, g: torch.randn(n, 1, generator=g).expand(n, d)),
            "All latents of an image share one number: you walk along a single line through the codes and "
            "never see the rest.",
        ),
        Mistake(
            _other(draw=lambda n, d, g: torch.zeros(n, d)),
            "The code is always the mean of the prior: all images then come from the one place z = 0.",
        ),
        Mistake(
            (
                _other(draw=lambda n, d, g: 2 * torch.randn(n, d, generator=g)),
                _other(draw=lambda n, d, g: 0.5 * torch.randn(n, d, generator=g)),
                _other(draw=lambda n, d, g: 1 + torch.randn(n, d, generator=g)),
            ),
            "The codes have another mean or spread than the prior: too narrow, and only the commonest "
            "images appear; too wide or beside it, and the decoder is asked for places it never trained on.",
        ),
        Mistake(
            (
                _other(toss=lambda p, g: (torch.rand(len(p), 1, 1, 1, generator=g) < p).float()),
                _other(toss=lambda p, g: (torch.rand(p.shape[1:], generator=g) < p).float()),
                _other(toss=lambda p, g: (torch.rand(1, generator=g) < p).float()),
            ),
            "Pixels or images share a toss: given z the pixels of this model are independent, so each needs "
            "a coin of its own.",
        ),
        Mistake(
            (
                _other(toss=lambda p, g: (_coin(p, g) > p).float()),
                _other(toss=lambda p, g: 1 - torch.bernoulli(p, generator=g)),
            ),
            "Your images come out in negative: the decoder gives the probability of a 1, so a pixel is set "
            "where the coin falls below it.",
        ),
        Mistake(
            _other(toss=lambda p, g: torch.bernoulli(p.sigmoid(), generator=g)),
            "The sigmoid is taken twice: the decoder gives probabilities already, and after another sigmoid "
            "every pixel is set at least half of the time.",
        ),
        Mistake(
            (
                _other(toss=lambda p, g: (p + 0.5 * torch.randn(p.shape, generator=g)).clamp(0, 1)),
                _other(toss=lambda p, g: p + torch.randn(p.shape, generator=g)),
            ),
            "You add noise to the probabilities: p(x | z) is a coin for each pixel here, not a Gaussian "
            "around a grey value.",
        ),
    ],
    hints=[
        "Tell the story of section 1 forwards: a code, then what the decoder makes of it, then an image.",
        "The code comes from N(0, I), a row for each image. The decoder's answer is a probability for each "
        "pixel, and a coin with that probability decides.",
        "torch.randn draws the codes and torch.bernoulli tosses the pixels; both take generator=generator.",
    ],
)
