"""Features of real and of generated images, as two clouds of points."""

import torch


def clouds(n, m, d, shift=0.5, scale=1.0):
    """A maker of (real [n, d], fake [m, d]), whose features go together; fakes moved and stretched."""

    def make(rng):
        mixing = torch.eye(d) + 0.6 * torch.randn(d, d, generator=rng)
        other = torch.eye(d) + 0.6 * torch.randn(d, d, generator=rng)
        real = 0.3 + torch.randn(n, d, generator=rng) @ mixing
        return real, 0.3 + shift + scale * torch.randn(m, d, generator=rng) @ (mixing + 0.5 * other)

    return make
