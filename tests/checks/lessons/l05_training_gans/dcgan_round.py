"""Right answers to gan.dcgan_round in other words."""

import torch


def round_with_frozen_d(real, codes, players):
    """No gradient where none is wanted: fakes without a graph, and D frozen in G's turn."""
    players.d_optimiser.zero_grad(set_to_none=False)
    with torch.no_grad():
        fakes = players.G(codes[0])
    on_fake = players.D(fakes)
    loss_of_d = players.losses.d_loss(players.D(real), on_fake)
    loss_of_d.backward()
    players.d_optimiser.step()
    for weight in players.D.parameters():
        weight.requires_grad_(False)
    players.g_optimiser.zero_grad()
    loss_of_g = players.losses.g_loss(players.D(players.G(codes[1])))
    loss_of_g.backward()
    players.g_optimiser.step()
    for weight in players.D.parameters():
        weight.requires_grad_(True)
    players.average.update()
    return players.record(loss_of_d.item(), loss_of_g.item())


def round_cleared_by_the_nets(real, codes, players):
    """The nets clear their gradients, and G's step fills in those of G alone."""
    for_d, for_g = codes
    players.G.zero_grad()
    players.D.zero_grad()
    d_loss = players.losses.d_loss(players.D(real), players.D(players.G(for_d).detach()))
    weights = list(players.D.parameters())
    for weight, gradient in zip(weights, torch.autograd.grad(d_loss, weights), strict=True):
        weight.grad = gradient
    players.d_optimiser.step()
    g_loss = players.losses.g_loss(players.D(players.G(for_g)))
    g_loss.backward(inputs=list(players.G.parameters()))
    players.g_optimiser.step()
    kept = players.record(d_loss, g_loss)
    players.average.update()
    return kept
