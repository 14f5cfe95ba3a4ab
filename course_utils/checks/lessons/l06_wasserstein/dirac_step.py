"""wgan.dirac_step: both players of the smallest WGAN move at once, with R1."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def dirac_step(theta, psi, h, gamma):
    """One simultaneous step, the data at 0, the generator at theta, D(x) = psi x: -> the new theta, psi.

    D goes up E D(data) - E D(G) - gamma/2 psi^2 = -psi theta - gamma/2 psi^2, G down -psi theta (Mescheder et
    al. 2018, lemma 3.2, with WGAN's loss).
    """
    return theta + h * psi, psi + h * (-theta - gamma * psi)


def _places(n, h, gamma):
    def make(rng):
        return torch.randn(n, generator=rng), torch.randn(n, generator=rng), h, gamma

    return make


def _critic_first(theta, psi, h, gamma):
    psi = psi + h * (-theta - gamma * psi)
    return theta + h * psi, psi


def _generator_first(theta, psi, h, gamma):
    theta = theta + h * psi
    return theta, psi + h * (-theta - gamma * psi)


def _critic(move):
    """A step whose generator is right, and whose critic moves by h move(theta, psi, gamma)."""
    return lambda theta, psi, h, gamma: (theta + h * psi, psi + h * move(theta, psi, gamma))


exercise(
    "wgan.dirac_step",
    reference=dirac_step,
    returns=("theta", "psi"),
    inputs={
        "4 places, h = 0.1, gamma = 1": _places(4, 0.1, 1.0),
        "3 places, h = 0.5, gamma = 0.4": _places(3, 0.5, 0.4),
        "6 places, h = 0.3, gamma = 3": _places(6, 0.3, 3.0),
        "5 places, h = 0.2, no penalty": _places(5, 0.2, 0.0),
    },
    right=[
        lambda theta, psi, h, gamma: (theta + h * psi, (1 - h * gamma) * psi - h * theta),
        lambda theta, psi, h, gamma: tuple(
            torch.tensor([[1, h], [-h, 1 - h * gamma]], dtype=theta.dtype) @ torch.stack([theta, psi])
        ),
    ],
    mistakes=[
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta + h * psi, (psi - h * theta) * (1 - h * gamma)),
                lambda theta, psi, h, gamma: (
                    theta + h * psi,
                    psi * (1 - h * gamma) - h * theta * (1 - gamma),
                ),
                lambda theta, psi, h, gamma: (theta + h * psi, (psi - h * theta) / (1 + h * gamma)),
            ),
            "The penalty is taken at a slope that has moved already: both terms of the critic's step are "
            "found at the old psi and then added.",
        ),
        Mistake(
            (_critic_first, _generator_first),
            "One player already sees the other's new place: that is the alternating rule, which takes "
            "another path; the simultaneous one finds both steps from the old places.",
        ),
        Mistake(
            (
                _critic(lambda theta, psi, gamma: -theta + gamma * psi),
                _critic(lambda theta, psi, gamma: theta + gamma * psi),
            ),
            "The penalty has the wrong sign: it pushes the critic's slope away from 0, and what should damp "
            "the circling makes it faster and wider.",
        ),
        Mistake(
            (
                _critic(lambda theta, psi, gamma: theta - gamma * psi),
                _critic(lambda theta, psi, gamma: theta),
            ),
            "The critic goes down its own estimate: E D(data) - E D(G) is -psi theta, and it is made large. "
            "As it stands both players want the same, and run off together.",
        ),
        Mistake(
            lambda theta, psi, h, gamma: (theta - h * psi, psi + h * (-theta - gamma * psi)),
            "The generator goes the wrong way: it makes D at its own place large, so it moves by the "
            "slope of D, up the hill. As it stands it runs from where the critic says the data are.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta - h * psi, psi + h * (theta - gamma * psi)),
                lambda theta, psi, h, gamma: (theta - h * psi, psi + h * theta),
            ),
            "Both players move the opposite way, so that D learns to be low on the data and G to be low for "
            "D: the path is the mirror image of the right one. But the critic is to make its estimate of W1, "
            "E D(data) - E D(G), large, and this one makes it small.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta + h * (psi - gamma * theta), psi - h * theta),
                lambda theta, psi, h, gamma: (
                    theta + h * (psi - gamma * theta),
                    psi + h * (-theta - gamma * psi),
                ),
                _critic(lambda theta, psi, gamma: -theta - gamma * theta),
            ),
            "The penalty stands with theta: R1 punishes the critic's slope at the data, which is psi; "
            "pulling theta itself to 0 would need to know where the data are.",
        ),
        Mistake(
            _critic(lambda theta, psi, gamma: -theta),
            "The penalty is missing: without it the two players circle, and with steps of any size they "
            "spiral out.",
        ),
        Mistake(
            (
                _critic(lambda theta, psi, gamma: -theta - gamma * psi / 2),
                _critic(lambda theta, psi, gamma: -theta - gamma * psi**2),
                _critic(lambda theta, psi, gamma: -theta - gamma * psi**2 / 2),
                _critic(lambda theta, psi, gamma: -theta - 2 * gamma * psi),
                _critic(lambda theta, psi, gamma: -theta - gamma),
                _critic(lambda theta, psi, gamma: -theta - gamma * psi.abs()),
            ),
            "The penalty itself has slipped in, or half or twice its derivative: R1 is gamma/2 times the "
            "squared slope, and the derivative of that by psi is gamma times psi.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta + h * psi, psi - h * theta - gamma * psi),
                lambda theta, psi, h, gamma: (theta + h * psi, psi + h * -theta + gamma * psi),
            ),
            "The step size does not reach the penalty: it is a part of what the critic descends, and h "
            "multiplies the whole direction.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta + psi, psi - theta - gamma * psi),
                lambda theta, psi, h, gamma: (theta + psi, psi + h * (-theta - gamma * psi)),
                lambda theta, psi, h, gamma: (theta + h * psi, psi - theta - gamma * psi),
            ),
            "The step size is missing, which is a step of 1: a game that would arrive with small steps runs "
            "off with such large ones.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (h * psi, h * (-theta - gamma * psi)),
                lambda theta, psi, h, gamma: (psi, -theta - gamma * psi),
            ),
            "You give the step, or the direction, and not the new places: add it to where the players are.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta + h * theta, psi + h * (-psi - gamma * psi)),
                lambda theta, psi, h, gamma: (theta + h * theta, psi - h * psi),
                _critic(lambda theta, psi, gamma: -psi - gamma * psi),
            ),
            "A player moves by its own place: the derivative of psi theta by theta is psi, the other "
            "player's place; as it stands nobody answers to anybody.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (
                    theta + h * psi * torch.sigmoid(-theta * psi),
                    psi + h * (-theta * torch.sigmoid(theta * psi) - gamma * psi),
                ),
                lambda theta, psi, h, gamma: (
                    theta + h * psi * torch.sigmoid(theta * psi),
                    psi + h * (-theta * torch.sigmoid(theta * psi) - gamma * psi),
                ),
            ),
            "That is the game with logarithms (minimax or non-saturating): WGAN has no sigmoid, and its "
            "players move by theta and psi themselves.",
        ),
        Mistake(
            (
                lambda theta, psi, h, gamma: (theta + h * (1 - gamma) * psi, psi - h * theta),
                lambda theta, psi, h, gamma: (theta + h * (psi - gamma * psi), psi - h * theta),
                lambda theta, psi, h, gamma: (
                    theta + h * psi - h * gamma * psi,
                    psi - h * theta - h * gamma * psi,
                ),
            ),
            "The generator pays the penalty: it is the critic's slope that is too steep, and only the critic "
            "can change it.",
        ),
    ],
    hints=[
        "Write down what each player makes large: the critic -psi theta less gamma/2 psi squared, the "
        "generator psi theta. Then take each one's derivative by its own number.",
        "The generator moves by the other's number, psi; the critic by minus theta, and the penalty pulls it "
        "to 0.",
        "Find both new numbers from the two that you were handed, and use h for both steps: if you overwrite "
        "one first, the other sees the new one.",
    ],
)
