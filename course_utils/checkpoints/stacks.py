"""Several small nets of one shape as one, so that all seeds of a study train in one pass."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize


class Dense(nn.Module):
    """S linear layers of one shape side by side: x [S, B, n_in] -> [S, B, n_out].

    layers: S nn.Linear; weight: [S, n_in, n_out], bias: [S, 1, n_out], copies of theirs.
    """

    def __init__(self, layers):
        super().__init__()
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in layers]))
        self.bias = nn.Parameter(torch.stack([layer.bias.detach()[None] for layer in layers]))

    def forward(self, x):
        """x: [S, B, n_in] -> [S, B, n_out]."""
        return torch.baddbmm(self.bias, x, self.weight)


class Spectral(nn.Module):
    """Divide each of S weights [S, n_in, n_out] by its largest singular value (Miyato et al. 2018).

    As torch.nn.utils.parametrizations.spectral_norm does for one: one step of power iteration at each call in
    training mode, after 15 at the start.
    """

    def __init__(self, weight):
        super().__init__()
        self.register_buffer("u", F.normalize(torch.randn(len(weight), weight.shape[1], 1), dim=1))
        self.register_buffer("v", F.normalize(torch.randn(len(weight), weight.shape[2], 1), dim=1))
        self._iterate(weight, 15)

    @torch.no_grad()
    def _iterate(self, weight, count):
        for _ in range(count):
            self.v = F.normalize(weight.mT @ self.u, dim=1)
            self.u = F.normalize(weight @ self.v, dim=1)

    def forward(self, weight):
        """weight: [S, n_in, n_out] -> the same shape, each of spectral norm about 1."""
        if self.training:
            self._iterate(weight, 1)
        return weight / (self.u.mT @ weight @ self.v)


def stack(nets, spectral=False):
    """S nets, each an nn.Sequential of nn.Linear and activations, as one: [S, B, n_in] -> [S, B, n_out].

    The nets have one shape, and are left as they are. spectral: divide every weight by its spectral norm.
    """
    layers = [Dense(same) if isinstance(same[0], nn.Linear) else same[0] for same in zip(*nets, strict=True)]
    for layer in layers if spectral else []:
        if isinstance(layer, Dense):
            parametrize.register_parametrization(layer, "weight", Spectral(layer.weight.detach()))
    return nn.Sequential(*layers)


def flat(net, seeds):
    """A stack as a function of one long batch: [S * B, D] -> [S * B, ...]."""

    def run(x):
        return net(x.unflatten(0, (seeds, -1))).flatten(0, 1)

    return run
