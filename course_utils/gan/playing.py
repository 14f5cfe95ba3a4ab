"""One round of the game, as the update that training.steps calls."""

import torch

from .._validate import check_int


def game_round(G, D, losses, g_optimizer, d_optimizer, latent_dim, d_steps=1):
    """update(x) -> (D's loss, {"g_loss": G's loss}) for `training.steps`: d_steps steps of D, then one of G.

    G: z [B, latent_dim] -> data [B, ...]; D: data -> logits [B] or [B, 1]; losses: a pair such as
    gan.losses["non_saturating"]. Each step of D takes its own part of the batch x [N, ...], so N must be a
    multiple of d_steps. Fakes are made without gradient in D's steps, so these never move G; G's step sends
    its gradient through D, whose weights it leaves alone. Source: Goodfellow et al. 2014, algorithm 1.
    """
    check_int("latent_dim", latent_dim)
    check_int("d_steps", d_steps)

    def noise(x):
        return torch.randn(len(x), latent_dim, device=x.device, dtype=x.dtype)

    def update(x):
        for real in x.chunk(d_steps):
            with torch.no_grad():
                fake = G(noise(real))
            d_loss = losses.d_loss(D(real), D(fake))
            d_optimizer.zero_grad()
            d_loss.backward()
            d_optimizer.step()
        D.requires_grad_(False)
        g_loss = losses.g_loss(D(G(noise(real))))
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        D.requires_grad_(True)
        return d_loss.detach(), {"g_loss": g_loss.detach()}

    return update
