"""What the two players minimise, by name: each a pair of plain functions of the discriminator's logits."""

from typing import NamedTuple

import torch
from torch.nn import functional as F

from .._validate import check_choice, check_number, check_tensor, check_tensors


class Losses(NamedTuple):
    """d_loss(real, fake) and g_loss(fake): logits of any shape -> scalar to minimise.

    real, fake: D's raw output before any sigmoid, on real and on generated data. D(x) = sigmoid(logit). For
    "ebgan" they are energies instead.
    """

    d_loss: object
    g_loss: object


class ByName(dict):
    """A dict whose missing key is answered with the nearest name."""

    def __missing__(self, name):
        check_choice("name of the losses", name, self)


def cross_entropy(real, fake):
    """-E log D(x) - E log(1 - D(G(z))), by softplus, which no logit overflows (Goodfellow et al. 2014)."""
    check_tensors(real=real, fake=fake)
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def saturating(fake):
    """E log(1 - D(G(z))): what the minimax game asks of G; flat where D is sure that fakes are fake."""
    check_tensor("fake", fake)
    return -F.softplus(fake).mean()


def non_saturating(fake):
    """-E log D(G(z)): the same fixed points, and a gradient where G is at its worst."""
    check_tensor("fake", fake)
    return F.softplus(-fake).mean()


def least_squares(real, fake):
    """Half the squared distance of the outputs from 1 on real and from 0 on fake data (Mao et al. 2017)."""
    check_tensors(real=real, fake=fake)
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


def least_squares_fake(fake):
    """Half the squared distance of the outputs on fake data from 1 (Mao et al. 2017)."""
    check_tensor("fake", fake)
    return 0.5 * (fake - 1).square().mean()


def critic(real, fake):
    """E f(G(z)) - E f(x): minus the critic's estimate of W1, if f is 1-Lipschitz (Arjovsky et al. 2017)."""
    check_tensors(real=real, fake=fake)
    return fake.mean() - real.mean()


def critic_fake(fake):
    """-E f(G(z)) (Arjovsky et al. 2017; hinge: Lim & Ye 2017)."""
    check_tensor("fake", fake)
    return -fake.mean()


def hinge(real, fake):
    """E max(0, 1 - f(x)) + E max(0, 1 + f(G(z))) (Lim & Ye 2017)."""
    check_tensors(real=real, fake=fake)
    return torch.relu(1 - real).mean() + torch.relu(1 + fake).mean()


def energy(margin=1.0):
    """EBGAN's pair on energies, not logits: low for real data, up to the margin for fakes (Zhao et al. 2017).

    real, fake: energies, not negative, such as the error of an autoencoder, one an example. D minimises
    E e(x) + E max(0, margin - e(G(z))), G minimises E e(G(z)). margin: above 0, in the energy's units.
    """
    check_number("margin", margin, 0, open_minimum=True)

    def d_loss(real, fake):
        check_tensors(real=real, fake=fake)
        return real.mean() + torch.relu(margin - fake).mean()

    return Losses(d_loss, energy_fake)


def energy_fake(fake):
    """E e(G(z)): the energy of what G makes (Zhao et al. 2017; Berthelot et al. 2017)."""
    check_tensor("fake", fake)
    return fake.mean()


losses = ByName(
    minimax=Losses(cross_entropy, saturating),
    non_saturating=Losses(cross_entropy, non_saturating),
    lsgan=Losses(least_squares, least_squares_fake),
    wgan=Losses(critic, critic_fake),
    hinge=Losses(hinge, critic_fake),
    ebgan=energy(),
)
