"""Two tiny players whose every move can be read off afterwards."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils import gan, training

RETURNS = (
    "loss of D", "loss of G", "weights of D after the round", "weights of G after the round",
    "weights of the average after the round", "marks (gradients through G, modes of D and G)",
)  # fmt: skip


class _Net(nn.Module):
    """One matrix and one batch norm, for inputs of any dtype."""

    def __init__(self, n_in, n_out, rng):
        super().__init__()
        self.matrix = nn.Parameter(torch.randn(n_in, n_out, generator=rng) / n_in**0.5)
        self.register_buffer("kept_mean", torch.zeros(n_out))
        self.register_buffer("kept_var", torch.ones(n_out))
        self.register_buffer("marks", torch.zeros(3))

    def normed(self, x):
        x = x.to(self.matrix.dtype).flatten(1) @ self.matrix
        return F.batch_norm(x, self.kept_mean, self.kept_var, training=self.training)


class TinyGenerator(_Net):
    """z [B, L] -> images [B, *shape]; counts how often a gradient runs through it."""

    def __init__(self, latent, shape, rng):
        super().__init__(latent, torch.Size(shape).numel(), rng)
        self.shape = shape

    def forward(self, z):
        images = torch.sigmoid(self.normed(z)).unflatten(1, self.shape)
        if images.requires_grad:
            images.register_hook(self._count)
        return images

    def _count(self, gradient):
        self.marks[0] += 1


class TinyDiscriminator(_Net):
    """Images [B, *shape] -> logits [B, 1]."""

    def __init__(self, shape, width, rng):
        super().__init__(torch.Size(shape).numel(), width, rng)

    def forward(self, x):
        return F.leaky_relu(self.normed(x), 0.2).sum(1, keepdim=True)


class TinyPlayers:
    """What the lesson's Players holds; both nets still hold a gradient of an earlier step."""

    def __init__(self, latent, shape, losses, rng):
        self.G, self.D = TinyGenerator(latent, shape, rng), TinyDiscriminator(shape, 5, rng)
        self.average = training.WeightAverage(self.G, decay=0.7)
        with torch.no_grad():
            self.average.model.matrix.add_(torch.randn(self.G.matrix.shape, generator=rng))
            for net in (self.G, self.D):
                net.matrix.grad = torch.randn(net.matrix.shape, generator=rng)
        self.g_optimiser = torch.optim.SGD(self.G.parameters(), lr=0.3)
        self.d_optimiser = torch.optim.SGD(self.D.parameters(), lr=0.2)
        self.losses = gan.losses[losses]

    def record(self, d_loss, g_loss):
        """All that a round has changed, as `RETURNS` names it; weights are live, so later changes show."""
        nets = self.G, self.D
        self.G.marks[1:] = torch.tensor([float(net.training and net.matrix.requires_grad) for net in nets])
        return (
            torch.as_tensor(d_loss).detach(),
            torch.as_tensor(g_loss).detach(),
            self.D.matrix,
            self.G.matrix,
            self.average.model.matrix,
            self.G.marks,
        )


def tiny_round(latent, shape, batch, losses, any_range=False):
    """A maker of (real, codes, players) for one round; any_range: pixels that are not in [0, 1] only."""

    def make(rng):
        real = 0.3 + 0.7 * torch.rand(batch, *shape, generator=rng)
        real = 12 * real - 6 if any_range else real
        codes = torch.randn(2, batch, latent, generator=rng)
        return real, codes, TinyPlayers(latent, shape, losses, rng)

    return make
