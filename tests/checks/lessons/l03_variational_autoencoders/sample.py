"""Right answers to vae.sample in other words."""

import torch


def sample_by_comparison(decoder, n, latent_dim, generator):
    codes = torch.empty(n, latent_dim).normal_(generator=generator)
    with torch.no_grad():
        p = decoder(codes)
    return (torch.rand(p.shape, generator=generator) < p).float()


def sample_in_place(decoder, n, latent_dim, generator):
    p = decoder(torch.normal(torch.zeros(n, latent_dim), 1.0, generator=generator))
    return torch.empty_like(p).bernoulli_(p, generator=generator)


def sample_one_by_one(decoder, n, latent_dim, generator):
    z = torch.randn(n, latent_dim, generator=generator)
    drawn = torch.rand(n, *decoder(z[:1]).shape[1:], generator=generator)
    return torch.where(drawn < decoder(z), 1.0, 0.0)
