"""One round of the game, as the update that training.steps calls."""

import contextlib

import torch

from .._validate import check_callable, check_has, check_int, check_kind, check_model


@contextlib.contextmanager
def frozen(*players):
    """Inside the block the players' weights get no gradient; afterwards, come what may, all are as before."""
    trained = [weight for player in players for weight in player.parameters() if weight.requires_grad]
    for weight in trained:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in trained:
            weight.requires_grad_(True)


def check_game(losses, **optimisers):
    """Raise TypeError unless losses is a pair and the others are optimisers, by the names they are given."""
    check_has("losses", losses, "a pair of losses", "d_loss", "g_loss")
    for argument, optimiser in optimisers.items():
        check_kind(argument, optimiser, torch.optim.Optimizer, "a torch.optim.Optimizer")


def game_round(G, D, losses, g_optimizer, d_optimizer, latent_dim, d_steps=1):
    """update(x) -> (D's loss, {"g_loss": G's loss}) for `training.steps`: d_steps steps of D, then one of G.

    G: z [B, latent_dim] -> data [B, ...]; D: data -> logits [B] or [B, 1]; losses: a pair such as
    gan.losses["non_saturating"]. Each step of D takes its own part of the batch x [N, ...], so N must be a
    multiple of d_steps. Fakes are made without gradient in D's steps, so these never move G; G's step sends
    its gradient through D, whose weights it leaves alone. The update raises ValueError for a batch that does
    not fall into d_steps parts. Source: Goodfellow et al. 2014, algorithm 1.
    """
    check_callable("G", G, "z"), check_model("D", D)
    check_game(losses, g_optimizer=g_optimizer, d_optimizer=d_optimizer)
    check_int("latent_dim", latent_dim)
    check_int("d_steps", d_steps)

    def noise(x):
        return torch.randn(len(x), latent_dim, device=x.device, dtype=x.dtype)

    def update(x):
        parts = x.chunk(d_steps)
        if len(parts) != d_steps:
            raise ValueError(f"x must have a multiple of d_steps = {d_steps} rows; got {len(x)}.")
        for real in parts:
            with torch.no_grad():
                fake = G(noise(real))
            d_loss = losses.d_loss(D(real), D(fake))
            d_optimizer.zero_grad()
            d_loss.backward()
            d_optimizer.step()
        with frozen(D):
            g_loss = losses.g_loss(D(G(noise(real))))
            g_optimizer.zero_grad()
            g_loss.backward()
            g_optimizer.step()
        return d_loss.detach(), {"g_loss": g_loss.detach()}

    return update
