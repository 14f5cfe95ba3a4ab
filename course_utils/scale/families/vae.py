"""A VAE of convolutions that learns how sharp its pixels are; a label says where its code is to lie."""

import math

import torch
from torch import nn

from ... import flows, vae
from ...divergences import kl_normal
from .family import Family, check_sides, dequantised, halved

LEVELS = 256


class ToldVAE(nn.Module):
    """vae.ConvVAE with p(z | y) = N(place[y], I) and one deviation of all pixels that is learnt.

    Sources: Kingma & Welling 2014; a deviation that is learnt: Rybkin et al. 2021, section 3.
    """

    def __init__(self, shape, latent_dim, channels, classes=None):
        super().__init__()
        self.net = vae.ConvVAE(shape, latent_dim, channels)
        self.place = None if classes is None else nn.Embedding(classes, latent_dim)
        self.log_std = nn.Parameter(torch.full((1,), math.log(0.3)))  # one axis, so that it can be cut up

    def forward(self, x, y=None):
        """x [B, C, H, W] -> log p(x | z) for one z of q, and KL(q(z | x) || p(z | y)), [B] each, in nats."""
        means, mean, logvar = self.net(x)
        centre = 0.0 if self.place is None else self.place(y)
        spread = (2 * self.log_std).expand(len(x), x[0].numel())
        given = vae.log_normal(x.flatten(1), means.flatten(1), spread)
        return given, kl_normal(mean - centre, logvar)


def settings(shape, classes, preset):
    check_sides(shape, 4)
    full = preset == "full"
    widths = (128, 256, 512) if full else (16, 32)
    return {
        "shape": list(shape), "classes": classes, "latent_dim": 128 if full else 8,
        "channels": list(widths[: halved(shape, len(widths), least=2)]),
        "batch_size": 256 if full else 64, "lr": 1e-3, "ema_decay": 0.999 if full else 0.99,
    }  # fmt: skip


def build(how):
    return ToldVAE(tuple(how["shape"]), how["latent_dim"], tuple(how["channels"]), how["classes"])


def loss(how):
    size = math.prod(how["shape"])

    def bound(model, x, *y):
        given, kl = model(dequantised(x), *y)
        bits = flows.bits_per_dimension(given - kl, size, LEVELS).mean()
        return bits, {"kl": kl.detach().mean()}

    return bound


@torch.no_grad()
def sample(how, model, n, labels, generator, guidance_scale=1.0):
    """The pixels' means, for codes of the prior."""
    z = torch.randn(n, how["latent_dim"], generator=generator).to(model.log_std.device)
    return model.net.decoder(z if labels is None else z + model.place(labels))


@torch.no_grad()
def held_out(how, model, x, *y):
    given, kl = model(dequantised(x), *y)
    bits = flows.bits_per_dimension(given - kl, math.prod(how["shape"]), LEVELS)
    return {"bits_per_dimension_at_most": bits, "elbo": given - kl, "kl": kl}


FAMILY = Family(
    "a variational autoencoder of convolutions", settings, build, sample, held_out, loss,
    fit={"precision": "fp32"},
)  # fmt: skip
