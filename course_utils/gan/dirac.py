"""The Dirac-GAN: two numbers that show which training of a GAN converges (Mescheder, Geiger & Nowozin 2018).

The data are one point, at 0; the generator puts its point at theta; the discriminator is the straight line
D(x) = psi x. Training should end at (theta, psi) = (0, 0). With D's loss on real and on fake data and G's
loss as functions l(t) of the output t = psi x, the players move along minus their own gradients:

    theta' = -psi l_G'(psi theta)        psi' = -theta l_fake'(psi theta)  - the penalty's slope

The losses are those of `gan.losses`. For "lsgan" D(x) = psi x + 1/2, since 1/2 is neutral between the codes 0
and 1. The paper (definition 2.1) has D high on fakes, so that its psi is ours with the other sign.
"""

import math
from typing import NamedTuple

import torch

from .._validate import (
    MOST_STEPS,
    as_numbers,
    check_choice,
    check_int,
    check_number,
    check_tensor,
    check_value,
)

sigmoid = torch.sigmoid
RULES = ("simultaneous", "alternating")
VERDICTS = ("circles", "spirals out", "arrives", "stalls")
GROWTH, DECAY = 1.05, 0.85  # of the distance from one quarter of a path to the next: a circle is between
NOTHING = 1e-6  # of the largest distance: beneath it only rounding is left
NODES = torch.linspace(-8, 8, 65, dtype=torch.float64)  # of a standard normal
WEIGHTS = torch.softmax(-NODES.square() / 2, 0)


class Game(NamedTuple):
    """The slopes of a game's losses at D's output t = psi x, each a function of a tensor of any shape.

    real, fake: of D's loss on real and on fake data; generator: of G's loss; fake_bend, generator_bend: the
    second derivatives of the last two.
    """

    real: object
    fake: object
    generator: object
    fake_bend: object
    generator_bend: object


class Penalty(NamedTuple):
    """strength: the default; formula: what is added, in words; kink: why there are no eigenvalues, or ''."""

    strength: float
    formula: str
    kink: str = ""


def bell(t):
    """sigmoid'(t)."""
    check_tensor("t", t)
    return sigmoid(t) * sigmoid(-t)


def constant(value):
    """The function that is `value` everywhere."""
    check_number("value", value)
    return lambda t: torch.full_like(t, value)


GAMES = {
    "minimax": Game(lambda t: -sigmoid(-t), sigmoid, lambda t: -sigmoid(t), bell, lambda t: -bell(t)),
    "non_saturating": Game(lambda t: -sigmoid(-t), sigmoid, lambda t: -sigmoid(-t), bell, bell),
    "lsgan": Game(lambda t: t - 0.5, lambda t: t + 0.5, lambda t: t - 0.5, constant(1.0), constant(1.0)),
    "wgan": Game(constant(-1.0), constant(1.0), constant(-1.0), constant(0.0), constant(0.0)),
    "hinge": Game(
        lambda t: -(t < 1).to(t), lambda t: (t > -1).to(t), constant(-1.0), constant(0.0), constant(0.0)
    ),
}
KINK = "|psi| has a kink at psi = 0, so that the field has no Jacobian at the solution"
PENALTIES = {
    "none": Penalty(0.0, "nothing"),
    "r1": Penalty(0.5, "strength / 2 times psi^2, the squared slope of D, to D's loss"),
    "wgan_gp": Penalty(0.5, "strength times (|psi| - 1)^2 to D's loss", KINK),
    "dragan": Penalty(0.5, "strength times (|psi| - 1)^2 to D's loss: D is as steep around the data", KINK),
    "instance_noise": Penalty(1.0, "noise N(0, strength^2) to real and fake data, in the mean over it"),
    "clip": Penalty(1.0, "nothing to a loss; after each step psi is put back into [-strength, strength]"),
    "consensus": Penalty(0.5, "strength / 2 times |field|^2 to both losses"),
}


def field(game, theta, psi, penalty="none", strength=None):
    """The direction (theta', psi') in which the two players move, each minus its own gradient.

    game: a name of GAMES; theta, psi: numbers or tensors [...]. Returns two float64 tensors [...].
    penalty, strength (its default where None): with g for the strength, psi' changes by
        r1              -g psi (R1; R2 is the same here, because D's slope is psi everywhere; lemma 3.3)
        wgan_gp, dragan -2 g (|psi| - 1) sign(psi): both ask for |psi| = 1, one between data and fakes, the
                        other around the data (Gulrajani et al. 2017, eq. 3; Kodali et al. 2017)
        clip            to 0 where it points out of [-g, g] (Arjovsky et al. 2017, algorithm 1)
    and both change with
        instance_noise  each loss its mean over x + g N(0, 1) (lemma 3.2), by a sum over NODES
        consensus       minus g / 2 times the gradient of theta'^2 + psi'^2 (Mescheder et al. 2017, section 4)
    Lemmas are Mescheder et al.'s (2018). Raises ValueError for an unknown name or a negative strength.
    """
    check_value("theta", theta), check_value("psi", psi)
    game, strength = _game(game), _strength(penalty, strength)
    theta, psi = (torch.as_tensor(value, dtype=torch.float64) for value in (theta, psi))
    if penalty == "instance_noise" and strength > 0:
        return (_noisy_hinge if game is GAMES["hinge"] else _noisy)(game, theta, psi, strength)
    d_theta, d_psi = -psi * game.generator(psi * theta), -theta * game.fake(psi * theta)
    if penalty == "r1":
        d_psi = d_psi - strength * psi
    if penalty in ("wgan_gp", "dragan"):
        d_psi = d_psi - 2 * strength * (psi.abs() - 1) * psi.sign()
    if penalty == "clip":
        outwards = (psi.abs() >= strength) & (psi * d_psi > 0)
        d_psi = torch.where(outwards, 0.0, d_psi)
    if penalty == "consensus":
        return _consensus(game, theta, psi, d_theta, d_psi, strength)
    return d_theta, d_psi


def _consensus(game, theta, psi, d_theta, d_psi, strength):
    """v - strength J^T v, with v = (d_theta, d_psi) and J its Jacobian."""
    t = psi * theta
    theta_theta, psi_psi = -(psi**2) * game.generator_bend(t), -(theta**2) * game.fake_bend(t)
    theta_psi = -game.generator(t) - t * game.generator_bend(t)
    psi_theta = -game.fake(t) - t * game.fake_bend(t)
    return (
        d_theta - strength * (theta_theta * d_theta + psi_theta * d_psi),
        d_psi - strength * (theta_psi * d_theta + psi_psi * d_psi),
    )


def _noisy(game, theta, psi, std):
    """The field in the mean over noise N(0, std^2) on the point of the data and on that of the generator."""
    real, fake, slope = std * NODES, theta[..., None] + std * NODES, psi[..., None]
    d_theta = -psi * (WEIGHTS * game.generator(slope * fake)).sum(-1)
    d_psi = -(WEIGHTS * (real * game.real(slope * real) + fake * game.fake(slope * fake))).sum(-1)
    return d_theta, d_psi


def _noisy_hinge(game, theta, psi, std):
    """The same for the hinge, whose slopes jump: P(e < a) and E[e; e < a] of a normal e in closed form."""

    def density(z):
        return std * (-z.square() / 2).exp() / (2 * torch.pi) ** 0.5

    width = psi.abs() * std
    edge = (psi * theta + 1) / width  # fakes with noise above -1 on D count
    counted = torch.special.ndtr(edge)
    return psi, -theta * counted - psi.sign() * (density(edge) + density(1 / width))


def _game(name):
    return GAMES[check_choice("game", name, GAMES)]


def _strength(penalty, strength):
    default = PENALTIES[check_choice("penalty", penalty, PENALTIES)].strength
    return default if strength is None else check_number("strength", strength, 0)


def _jacobian(game, penalty, strength):
    """The field's Jacobian at (0, 0) is [[a, s], [-s, b]]: returns a, b, s (nan where there is none)."""
    game, zero = _game(game), torch.zeros((), dtype=torch.float64)
    slope, bend = float(game.fake(zero)), float(game.fake_bend(zero))
    strength = _strength(penalty, strength)
    if penalty == "r1":
        return 0.0, -strength, slope
    if penalty == "instance_noise":
        return 0.0, -2 * bend * strength**2, slope
    if penalty == "consensus":
        return -strength * slope**2, -strength * slope**2, slope
    if PENALTIES[penalty].kink:
        return (float("nan"),) * 3
    return 0.0, 0.0, slope


def _roots(trace, determinant):
    """The eigenvalues of a matrix of two rows: the larger real or imaginary part first."""
    middle = torch.tensor(trace / 2, dtype=torch.complex128)
    root = (middle.square() - determinant).sqrt()
    return torch.stack([middle + root, middle - root])


def eigenvalues(game, penalty="none", strength=None):
    """The two eigenvalues of the field's Jacobian at (0, 0), by formula: complex128 [2].

    With s the slope of D's loss on fakes at 0 (the paper's f'(0)): 1/2 for minimax, non_saturating and lsgan,
    1 for wgan and hinge; c its second derivative there (minus the paper's f''(0)): 1/4, 1/4, 1, 0, 0; and g
    the strength:
        none, clip      +- i s                           (lemma 2.2)
        instance_noise  -c g^2 +- sqrt(c^2 g^4 - s^2)    (lemma 3.2)
        r1              -g/2 +- sqrt(g^2/4 - s^2), critical at g = 2 s    (lemma 3.3)
        consensus       -g s^2 +- i s
        wgan_gp, dragan nan: there is no Jacobian; PENALTIES[name].kink says why
    Where they are imaginary, the bends of the losses decide: without a penalty the distance stays in minimax
    and wgan, and draws in, slower than any exponential, in non_saturating and lsgan (d r^2/dt is
    -2 t tanh(t/2) and -4 t^2, with t = psi theta). A clip of 0 counts as one that is not reached. Source:
    Mescheder et al. 2018. Raises ValueError for an unknown name or a negative strength.
    """
    a, b, s = _jacobian(game, penalty, strength)
    return _roots(a + b, a * b + s**2)


def update_eigenvalues(game, h, rule="simultaneous", penalty="none", strength=None):
    """The two eigenvalues of one step's Jacobian at (0, 0): complex128 [2].

    Paths that start near (0, 0) arrive there where both are below 1 in modulus. h: the step size, above 0.
    "simultaneous": 1 + h times each eigenvalue of the field, so that without a penalty the modulus is
    sqrt(1 + h^2 s^2) > 1 (Mescheder et al. 2018, lemma 2.4). "alternating": without a penalty
    1 - a^2/2 +- sqrt((1 - a^2/2)^2 - 1) with a = h s, of modulus 1 for a <= 2 (lemma 2.5, for one step each).
    nan for wgan_gp and dragan. Raises ValueError for an unknown name or a number out of range.
    """
    h, rule = check_number("h", h, 0, open_minimum=True), check_choice("rule", rule, RULES)
    if rule == "simultaneous":
        return 1 + h * eigenvalues(game, penalty, strength)
    a, b, s = _jacobian(game, penalty, strength)
    return _roots(2 + h * (a + b) - (h * s) ** 2, (1 + h * a) * (1 + h * b))


def step(game, theta, psi, h, rule="simultaneous", penalty="none", strength=None):
    """(theta, psi) after one step of size h of each player.

    "simultaneous": both move from the same place; "alternating": D moves first, and G sees the new D. theta,
    psi: numbers or tensors [...]; returns float64 tensors [...]. Raises as `update_eigenvalues`.
    """
    check_value("theta", theta), check_value("psi", psi)
    h, rule = check_number("h", h, 0, open_minimum=True), check_choice("rule", rule, RULES)
    theta, psi = (torch.as_tensor(value, dtype=torch.float64) for value in (theta, psi))
    strength = _strength(penalty, strength)
    d_theta, d_psi = field(game, theta, psi, penalty, strength)
    psi = psi + h * d_psi
    if penalty == "clip":
        psi = psi.clamp(-strength, strength)
    if rule == "alternating":
        d_theta, _ = field(game, theta, psi, penalty, strength)
    return theta + h * d_theta, psi


def path(game, start, h, steps, rule="simultaneous", penalty="none", strength=None):
    """Every place from a start on: [steps + 1, ..., 2] from start [..., 2] = (theta, psi), in float64.

    h, rule, penalty, strength: as for `step`. Raises as `step`, and TypeError where start is no pair.
    """
    steps = check_int("steps", steps, maximum=MOST_STEPS)
    start = as_numbers("start", start, torch.float64)
    if start.shape[-1:] != (2,):
        raise ValueError(f"start must have shape [..., 2]; got {list(start.shape)}.")
    places = [start]
    for _ in range(steps):
        places.append(torch.stack(step(game, *places[-1].unbind(-1), h, rule, penalty, strength), -1))
    return torch.stack(places)


def verdict(path):
    """What a path [S + 1, 2] does: "circles", "spirals out", "arrives" or "stalls", read off the path itself.

    Compared are the largest distances to (0, 0) in the path's four quarters:
        spirals out  each is GROWTH or more times the one before, or a number has overflowed
        arrives      the last is at most DECAY times the one before (it still draws in), or NOTHING beside the
                     largest of all (it is there)
        circles      neither, and the second half goes at least half a turn around (0, 0)
        stalls       none of these: it creeps along, or has stopped, away from (0, 0)
    The path must be long enough to tell: some ten turns. Raises TypeError or ValueError for what is no path,
    and ValueError for fewer than 8 steps.
    """
    check_tensor("path", path, "[S, 2]")
    if len(path) < 9:
        raise ValueError(f"path must have at least 8 steps; got {len(path) - 1}.")
    if not path.isfinite().all():
        return "spirals out"
    quarter = (len(path) - 1) // 4
    distance = path[-4 * quarter :].norm(dim=-1).reshape(4, quarter).amax(1)
    if (distance[1:] >= GROWTH * distance[:-1]).all() and distance[-1] > 0:
        return "spirals out"
    if distance[-1] <= max(DECAY * distance[-2], NOTHING * distance.max()):
        return "arrives"
    return "circles" if abs(_turned(path[-2 * quarter :])) >= math.pi else "stalls"


def _turned(path):
    """The angle in radians by which a path goes around (0, 0), with its sign."""
    before, after = path[:-1], path[1:]
    across = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return float(torch.atan2(across, (before * after).sum(-1)).sum())
