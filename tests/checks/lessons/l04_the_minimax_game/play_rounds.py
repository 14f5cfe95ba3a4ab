"""Right answers to gan.play_rounds in other words."""

import itertools

import torch


def rounds_with_fakes_made_without_gradient(real, noise, G, D, losses, g_optimizer, d_optimizer):
    """No detach but no_grad; D is switched off in G's turn, as in the course's own loop."""
    kept = torch.empty(len(real), 2)
    for r in range(len(real)):
        for i in range(real.shape[1]):
            with torch.no_grad():
                fake = G(noise[r, i])
            d_optimizer.zero_grad(set_to_none=False)
            d_loss = losses.d_loss(D(real[r, i]), D(fake))
            d_loss.backward()
            d_optimizer.step()
        D.requires_grad_(False)
        g_optimizer.zero_grad()
        g_loss = losses.g_loss(D(G(noise[r, -1])))
        g_loss.backward()
        g_optimizer.step()
        D.requires_grad_(True)
        kept[r] = torch.stack([d_loss.detach(), g_loss.detach()])
    return kept


def rounds_that_clear_everything_after_each_step(real, noise, G, D, losses, g_optimizer, d_optimizer):
    """Not detached, and all that D's loss leaves on G is cleared before G's turn."""

    def finish(loss, optimizer):
        loss.backward()
        optimizer.step()
        g_optimizer.zero_grad()
        d_optimizer.zero_grad()
        return loss.item()

    pairs = []
    for batches, draws in zip(real, noise, strict=True):
        *for_d, for_g = draws
        for x, z in zip(batches, for_d, strict=True):
            last = finish(losses.d_loss(D(x), D(G(z))), d_optimizer)
        pairs.append((last, finish(losses.g_loss(D(G(for_g))), g_optimizer)))
    return torch.tensor(pairs)


def rounds_in_one_pass_of_d(real, noise, G, D, losses, g_optimizer, d_optimizer):
    """Real and fake go through D together, and the gradients are asked for by name."""

    def follow(loss, net, optimizer):
        weights = list(net.parameters())
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = gradient
        optimizer.step()
        return loss.detach()

    history = []
    for x, z in itertools.islice(zip(real, noise, strict=True), len(real)):
        for a, b in zip(x, z, strict=False):
            logits = D(torch.cat([a, G(b).detach()]))
            d_loss = follow(losses.d_loss(logits[: len(a)], logits[len(a) :]), D, d_optimizer)
        history += [d_loss, follow(losses.g_loss(D(G(z[-1]))), G, g_optimizer)]
    return torch.stack(history).reshape(-1, 2)


def rounds_as_lists(real, noise, G, D, losses, g_optimizer, d_optimizer):
    history = rounds_with_fakes_made_without_gradient(real, noise, G, D, losses, g_optimizer, d_optimizer)
    return history.tolist()


OTHER_TYPE = [rounds_as_lists]
