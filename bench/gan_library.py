"""GAN losses and penalties in value and gradient against torchgan, on the same outputs of the same critic.

torchgan 0.1 has the pairs below, WGAN-GP's and DRAGAN's penalties, and BEGAN's k. Its losses are ours. Its
two penalties take one norm over the gradients of the whole batch, (|all gradients together| - 1)^2, where
the papers have the mean over the examples of (|gradient of the example| - 1)^2; so they are compared on
batches of one, and a row says what theirs gives on a batch of 64. Both are given the same points: WGAN-GP's
share of real and fake is one number for the batch there, and one for each example here and in the paper.
`_check` stops where anything else differs.
"""

import importlib.util

import torch

from course_utils import gan
from course_utils.gan import penalties

BATCH, NEAR = 64, 1e-10
MISSING = "gan_library needs torchgan, which is not installed; `make bench` installs it."


def measure():
    """Rows for the table: each loss's value in both libraries and the largest difference in its gradient."""
    if importlib.util.find_spec("torchgan") is None:
        return [(MISSING, "", "", "")]
    rows = [_row(what, ours, theirs, x) for what, ours, theirs, x in pairs()]
    _check(rows)
    return [_text(*row) for row in (*rows, batch_row(), *thermostat())]


def outputs(seed=0):
    """Raw outputs [2, BATCH, 1] on real and on fake examples, with some beyond 1 and some of either sign."""
    return 2 * torch.randn(2, BATCH, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def pairs():
    """(what, our function, theirs, their argument) of everything that must agree."""
    from torchgan.losses import functional as theirs

    found, raw = [], outputs()
    for name, d_loss, g_loss in (
        ("minimax", theirs.minimax_discriminator_loss, lambda x: theirs.minimax_generator_loss(x, False)),
        ("non_saturating", theirs.minimax_discriminator_loss, theirs.minimax_generator_loss),
        ("lsgan", theirs.least_squares_discriminator_loss, theirs.least_squares_generator_loss),
        ("wgan", theirs.wasserstein_discriminator_loss, theirs.wasserstein_generator_loss),
        (
            "ebgan",
            lambda x, y: theirs.energy_based_discriminator_loss(x, y, 1.0),
            theirs.energy_based_generator_loss,
        ),
    ):
        x = raw.abs() if name == "ebgan" else raw
        ours = gan.losses[name]
        found.append((f"{name}, D", lambda x, f=ours.d_loss: f(*x), lambda x, f=d_loss: f(*x), x))
        found.append((f"{name}, G", ours.g_loss, g_loss, x[1]))
    return [*found, *_began_pair(raw.abs()), *_penalty_pairs()]


def _began_pair(x):
    from torchgan.losses import functional as theirs

    game = gan.Began()
    game.k = 0.3
    yield (
        "began, D at k = 0.3", lambda x: game.losses.d_loss(*x),
        lambda x: theirs.boundary_equilibrium_discriminator_loss(*x, 0.3)[0], x,
    )  # fmt: skip


def critic(seed=0):
    """A critic of points [B, 2] in float64."""
    torch.manual_seed(seed)
    return gan.Discriminator().double()


def _penalty_pairs():
    """WGAN-GP's and DRAGAN's penalties at the points that ours draw, theirs as the mean of batches of one.

    The gradient is that by the critic's weights: the argument scales all of them.
    """
    from torchgan.losses import functional as theirs

    net = critic()
    real, fake = torch.randn(2, BATCH, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    def scaled(scale):
        return lambda x: scale * net(x)

    def dice():
        return torch.Generator().manual_seed(2)

    again = dice()
    noise = torch.rand(real.shape, generator=again, dtype=real.dtype)
    around = penalties.interpolate(real, real + 0.5 * real.std() * noise, again)
    for name, ours, points, penalty in (
        (
            "wgan_gp, penalty", lambda s: penalties.gradient_penalty(scaled(s), real, fake, dice()),
            penalties.interpolate(real, fake, dice()), theirs.wasserstein_gradient_penalty,
        ),
        (
            "dragan, penalty", lambda s: penalties.dragan_penalty(scaled(s), real, dice()),
            around, theirs.dragan_gradient_penalty,
        ),
    ):  # fmt: skip

        def one_by_one(scale, points=points, penalty=penalty):
            each = [at.clone().requires_grad_() for at in points.split(1)]
            return torch.stack([penalty(at, scaled(scale)(at)) for at in each]).mean()

        yield name, ours, one_by_one, torch.tensor(1.3, dtype=torch.float64)


def _row(what, ours, theirs, x):
    """What, both values, and the largest difference of the two gradients by x."""
    values, slopes = [], []
    for function in (ours, theirs):
        at = x.clone().requires_grad_()
        value = function(at)
        value.backward()
        values.append(value.item())
        slopes.append(at.grad)
    return what, *values, float((slopes[0] - slopes[1]).abs().max())


def batch_row():
    """WGAN-GP's penalty of a whole batch at once, where theirs takes one norm over all its gradients."""
    from torchgan.losses.functional import wasserstein_gradient_penalty

    net = critic()
    x = torch.randn(
        BATCH, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3)
    ).requires_grad_()
    ours = (penalties.gradient_norm(net, x) - 1).square().mean()
    what = f"wgan_gp, {BATCH} examples at once: one norm over all of them there"
    return what, ours.item(), wasserstein_gradient_penalty(x, net(x)).item(), None


def thermostat(rounds=200):
    """BEGAN's k and convergence measure after some rounds of the same energies."""
    from torchgan.losses import BoundaryEquilibriumDiscriminatorLoss

    ours, theirs = gan.Began(0.5, 0.01), BoundaryEquilibriumDiscriminatorLoss(lambd=0.01, gamma=0.5)
    for real, fake in torch.rand(rounds, 2, generator=torch.Generator().manual_seed(4)).tolist():
        real = 2 * real
        measured = ours.convergence(real, fake)
        ours.update(real, fake)
        theirs.update_k(real, fake)
    yield f"began, k after {rounds} rounds", ours.k, theirs.k, 0.0
    yield "began, convergence measure", measured, theirs.convergence_metric, 0.0


def _check(rows):
    """Stop unless every value and gradient is the same."""
    for what, ours, theirs, slope in rows:
        if abs(ours - theirs) > NEAR or slope > NEAR:
            raise RuntimeError(
                f"{what}: {ours:.10g} here, {theirs:.10g} there; gradients differ by {slope:.2g}."
            )


def _text(what, ours, theirs, slope):
    if slope is None:
        return what, f"{ours:.6f}", f"{theirs:.6f}", "not comparable"
    return (
        what,
        f"{ours:.6f}",
        f"{theirs:.6f}",
        f"differ by {abs(ours - theirs):.1e}, gradients by {slope:.1e}",
    )
