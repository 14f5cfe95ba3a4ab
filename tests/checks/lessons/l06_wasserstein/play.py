"""Right answers to wgan.play in other words."""

import torch


def play_with_a_frozen_critic(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
    """Fakes made without a graph, and a critic that asks for no gradient while G steps."""
    estimates = []
    for s in range(len(batches)):
        for k in range(batches.shape[1]):
            with torch.no_grad():
                fake = G(noises[s, k])
            critic_optimiser.zero_grad(set_to_none=False)
            estimate = critic(batches[s, k]).mean() - critic(fake).mean()
            (-estimate).backward()
            critic_optimiser.step()
            for weights in critic.parameters():
                weights.data.clamp_(-c, c)
        estimates.append(estimate.item())
        critic.requires_grad_(False)
        g_optimiser.zero_grad()
        loss = -critic(G(last_noises[s])).mean()
        loss.backward()
        g_optimiser.step()
        critic.requires_grad_(True)
    return estimates


def play_with_the_fakes_attached(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
    """The fakes keep their graph, and all that the critic's loss leaves on G is cleared before G's turn."""

    def step(loss, optimiser):
        g_optimiser.zero_grad()
        critic_optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    found = []
    for xs, zs, last in zip(batches, noises, last_noises, strict=True):
        for x, z in zip(xs, zs, strict=True):
            both = critic(torch.cat([x, G(z).to(x)]))
            loss = step(both[len(x) :].mean() - both[: len(x)].mean(), critic_optimiser)
            with torch.no_grad():
                for weights in critic.parameters():
                    weights.copy_(weights.clip(-c, c))
        found.append(-loss)
        step(critic(G(last)).mean() * -1, g_optimiser)
    return torch.tensor(found)


def play_by_autograd_grad(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
    """The gradients are asked for by name, a box before the first step too, which changes nothing."""

    def follow(loss, net, optimiser):
        weights = list(net.parameters())
        for one, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            one.grad = gradient
        optimiser.step()

    def box():
        with torch.no_grad():
            for weights in critic.parameters():
                weights.clamp_(min=-c, max=c)

    box()
    rounds = []
    for s, last in enumerate(last_noises):
        for x, z in zip(batches[s], noises[s], strict=True):
            difference = (critic(x) - critic(G(z).detach())).mean()
            follow(-difference, critic, critic_optimiser)
            box()
        follow(-critic(G(last)).mean(), G, g_optimiser)
        rounds += [difference.detach()]
    return torch.stack(rounds)
