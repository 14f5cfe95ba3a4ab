"""BEGAN's thermostat (Berthelot, Schumm & Metz 2017)."""

from .._validate import check_number, check_value
from .losses import Losses, energy_fake


class Began:
    """The game of BEGAN on energies, with k, the weight of the fakes, kept in balance after every round.

    gamma: in (0, 1], the wanted ratio of the fakes' energy to the data's: lower is sharper and less varied;
    rate: the paper's lambda_k, how fast k moves. k starts at 0. `losses` is a pair: D minimises
    E e(x) - k E e(G(z)) with the current k, G minimises E e(G(z)). Source: Berthelot et al. 2017, eq. 5.
    """

    def __init__(self, gamma=0.5, rate=1e-3):
        self.gamma = check_number("gamma", gamma, 0, 1, open_minimum=True)
        self.rate = check_number("rate", rate, 0, open_minimum=True)
        self.k = 0.0
        self.losses = Losses(lambda real, fake: real.mean() - self.k * fake.mean(), energy_fake)

    def update(self, real, fake):
        """Move k by rate * (gamma E e(x) - E e(G(z))), keep it in [0, 1], and return it.

        real, fake: energies of any shape, or numbers. Fakes that lie too high, for they are too bad, get
        less of D's attention; fakes that lie too low get more.
        """
        check_value("real", real), check_value("fake", fake)
        gap = self.gamma * _mean(real) - _mean(fake)
        self.k = min(max(self.k + self.rate * gap, 0.0), 1.0)
        return self.k

    def convergence(self, real, fake):
        """M = E e(x) + |gamma E e(x) - E e(G(z))|, a float that falls as both players get better."""
        check_value("real", real), check_value("fake", fake)
        return _mean(real) + abs(self.gamma * _mean(real) - _mean(fake))


def _mean(energies):
    return float(energies.mean()) if hasattr(energies, "mean") else float(energies)
