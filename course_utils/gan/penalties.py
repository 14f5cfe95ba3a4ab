"""What keeps a critic from becoming steep: clipped weights, and penalties on its gradient.

A penalty is a scalar that the caller multiplies by its strength and adds to the loss that the critic
minimises. Each keeps its graph, so the critic's weights get a gradient through the gradient.
"""

import torch

from .._draws import uniform
from .._validate import check_callable, check_generator, check_kind, check_model, check_number, check_tensor


@torch.no_grad()
def clip_weights(critic, c=0.01):
    """Put every weight and bias of a critic into [-c, c], in place, as after each of WGAN's steps.

    c: above 0, in the units of the weights. The slope is then bounded, by a number that nobody knows. Source:
    Arjovsky et al. 2017, algorithm 1, line 7.
    """
    check_model("critic", critic)
    check_number("c", c, 0, open_minimum=True)
    for parameter in critic.parameters():
        parameter.clamp_(-c, c)


def interpolate(real, fake, generator=None):
    """A random point between each real and its fake example: alpha real + (1 - alpha) fake, as `real`.

    real, fake: [B, ...], of one shape; alpha: one number from U(0, 1) a row. generator: of any device, or
    None for torch's global one. Source: Gulrajani et al. 2017, section 4. Raises ValueError for two shapes.
    """
    check_generator("generator", generator)
    check_tensor("real", real)
    if check_tensor("fake", fake).shape != real.shape:
        shapes = f"{list(real.shape)} and {list(fake.shape)}"
        raise ValueError(f"real and fake must have one shape; got {shapes}.")
    alpha = uniform((len(real),), real.device, real.dtype, generator)
    alpha = alpha.view(-1, *[1] * (real.ndim - 1))
    return alpha * real + (1 - alpha) * fake


def gradient_norm(critic, x):
    """The slope |d f(x) / d x| of a critic at each example, over all its numbers: x [B, ...] -> [B].

    critic: [B, ...] -> [B] or [B, 1], each row for itself: with batch norm in it a row's slope means nothing.
    The graph is kept, so the answer can be minimised.
    """
    check_callable("critic", critic, "x"), check_tensor("x", x, "[B, ...]")
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        says = check_kind("critic(x)", critic(x), torch.Tensor, "a tensor")
        if says.numel() != len(x) or not says.requires_grad:
            found = f"{list(says.shape)}{'' if says.requires_grad else ' without gradient'}"
            raise ValueError(f"critic must return [B] or [B, 1], made from x; it returned {found}.")
        (slope,) = torch.autograd.grad(says.sum(), x, create_graph=True)
    return slope.flatten(1).norm(dim=1)


def gradient_penalty(critic, real, fake, generator=None):
    """E (|grad f| - 1)^2 between real and fake examples [B, ...]: WGAN-GP's penalty, a scalar.

    The paper's strength is 10. generator: as for `interpolate`. Source: Gulrajani et al. 2017, eq. 3, which
    is added to the loss that the critic minimises. Raises ValueError for two shapes.
    """
    return (gradient_norm(critic, interpolate(real, fake, generator)) - 1).square().mean()


def dragan_penalty(critic, real, generator=None, scale=0.5):
    """E (|grad f| - 1)^2 around the real examples [B, ...]: DRAGAN's penalty, a scalar; strength 10.

    As in the authors' code: x_p = x + scale * std * u, with u from U(0, 1) for each number of an example and
    std over all numbers of the batch, and the slope is taken at alpha x + (1 - alpha) x_p, one alpha from
    U(0, 1) a row. Their paper prints x + delta instead, with delta from N(0, c I) (Kodali et al. 2017,
    section 2.3). scale: not negative. generator: as for `interpolate`.
    """
    check_generator("generator", generator)
    check_tensor("real", real)
    check_number("scale", scale, 0)
    noise = uniform(real.shape, real.device, real.dtype, generator)
    around = interpolate(real, real + scale * real.std() * noise, generator)
    return (gradient_norm(critic, around) - 1).square().mean()


def r1_penalty(critic, real):
    """E |grad f|^2 / 2 on the real examples [B, ...], a scalar (Mescheder et al. 2018, eq. 9, no gamma)."""
    check_tensor("real", real, "[B, ...]")
    return gradient_norm(critic, real).square().mean() / 2


def r2_penalty(critic, fake):
    """E |grad f|^2 / 2 on the generated examples [B, ...], a scalar (Mescheder et al. 2018, eq. 10)."""
    check_tensor("fake", fake, "[B, ...]")
    return gradient_norm(critic, fake).square().mean() / 2
