"""Two small players, batches for some rounds between them, and a round with one part replaced."""

import torch
from torch import nn

from course_utils import gan


class Player:
    """A network to be trained in place; not an nn.Module, which a function under test must leave alone."""

    def __init__(self, *layers):
        self._net = nn.Sequential(*layers)

    def __call__(self, x):
        return self._net(x.to(self._net[0].weight.dtype))

    def __getattr__(self, name):
        return getattr(self._net, name)


def table(rounds, k, batch, losses, optimizer, rates, widths=(2, 3)):
    """A maker of two players, optimisers with those rates (G's, D's) and batches for so many rounds.

    losses: a name of gan.losses; optimizer: a class of torch.optim; widths: of a point and of its noise.
    """

    def make(rng):
        x_width, z_width = widths
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(int(torch.randint(1000, (), generator=rng)))
            G = Player(nn.Linear(z_width, 4), nn.Tanh(), nn.Linear(4, x_width))
            D = Player(nn.Linear(x_width, 5), nn.Tanh(), nn.Linear(5, 1))
        real = 1 + torch.randn(rounds, k, batch, x_width, generator=rng)
        noise = torch.randn(rounds, k + 1, batch, z_width, generator=rng)
        optimizers = [optimizer(net.parameters(), lr=lr) for net, lr in zip((G, D), rates, strict=True)]
        return real, noise, G, D, gan.losses[losses], *optimizers

    return make


def turn_of_d(x, z, G, D, losses, optimizer):
    """One step of D as it should be; returns the loss."""
    loss = losses.d_loss(D(x), D(G(z).detach()))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def turn_of_g(x, z, G, D, losses, optimizer):
    """One step of G as it should be; returns the loss."""
    loss = losses.g_loss(D(G(z)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def played(d_turn=turn_of_d, g_turn=turn_of_g, chosen=None, g_noise=-1, d_loss_of=lambda losses: losses[-1]):
    """Rounds with some part replaced.

    d_turn, g_turn(x, z, G, D, losses, own optimiser, the other's) -> loss; chosen(x, z) gives D's batches of
    a round; g_noise: which batch of noise is G's; d_loss_of: what of D's losses in a round is returned.
    """

    def rounds(real, noise, G, D, losses, g_optimizer, d_optimizer):
        history = []
        for x, z in zip(real, noise, strict=True):
            pairs = zip(x, z[:-1], strict=True) if chosen is None else chosen(x, z)
            found = [_turn(d_turn, a, b, G, D, losses, d_optimizer, g_optimizer).item() for a, b in pairs]
            last = _turn(g_turn, x[-1], z[g_noise], G, D, losses, g_optimizer, d_optimizer)
            history.append([d_loss_of(found), last.item()])
        return torch.tensor(history)

    return rounds


def _turn(turn, *args):
    """A turn, which may want its own optimiser alone."""
    return turn(*args[: turn.__code__.co_argcount])
