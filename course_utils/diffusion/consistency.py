"""Consistency models: one call from any noise level to the data (Song et al. 2023).

Here a noisy x is x_0 + sigma epsilon ("variance exploding"), and levels go from sigma_min, where x is as good
as clean, up to sigma_max.
"""

import torch

from .._draws import normal
from .._validate import (
    check_answer,
    check_callable,
    check_finite,
    check_generator,
    check_number,
    check_tensor,
    check_within,
)


def scalings(sigma, sigma_data=0.5, sigma_min=0.002):
    """c_skip and c_out, with which f(x, sigma) = c_skip x + c_out F(x, sigma) is x at sigma_min exactly.

    sigma: any shape, at least sigma_min; sigma_data: the deviation of the data. Returns two tensors of that
    shape. Source: Song et al. 2023, appendix C.
    """
    check_within("sigma", check_tensor("sigma", sigma), low=sigma_min)
    check_number("sigma_data", sigma_data, 0, open_minimum=True)
    check_number("sigma_min", sigma_min, 0)
    above = sigma - sigma_min
    c_skip = sigma_data**2 / (above.square() + sigma_data**2)
    c_out = sigma_data * above / (sigma.square() + sigma_data**2).sqrt()
    return c_skip, c_out


def consistent(network, sigma_data=0.5, sigma_min=0.002):
    """The function f(x [B, ...], sigma [B]) of a network F(x, sigma) that leaves x alone at sigma_min."""
    check_callable("network", network, "x", "sigma")
    check_number("sigma_data", sigma_data, 0, open_minimum=True), check_number("sigma_min", sigma_min, 0)

    def f(x, sigma):
        check_tensor("sigma", sigma, f"[{len(check_tensor('x', x))}]")
        c_skip, c_out = (one.view(-1, *[1] * (x.ndim - 1)) for one in scalings(sigma, sigma_data, sigma_min))
        return c_skip * x + c_out * network(x, sigma)

    return f


def gaussian_map(x, sigma, std, sigma_min=0.0):
    """Where the probability flow takes x from level sigma, exactly, for data from N(0, std^2 I).

    x: [B, ...]; sigma: [B] or a number. Returns the point of the same path at sigma_min, [B, ...].
    """
    check_tensor("x", x), check_number("std", std, 0, open_minimum=True)
    check_number("sigma_min", sigma_min, 0)
    if isinstance(sigma, torch.Tensor):
        check_finite("sigma", check_tensor("sigma", sigma, f"[{len(x)}]"))
        sigma = sigma.to(x.dtype).view(-1, *[1] * (x.ndim - 1))
    else:
        sigma = torch.tensor(check_number("sigma", sigma, 0), dtype=x.dtype, device=x.device)
    return x * ((std**2 + sigma_min**2) / (std**2 + sigma.square())).sqrt()


@torch.no_grad()
def sample(f, x, levels, generator=None):
    """Samples in len(levels) calls: from noise to data at once, then noise to the next level and back again.

    f(x [B, ...], sigma [B]) gives clean data; x: noise, of deviation levels[0]; levels: [K], falling.
    Source: Song et al. 2023, algorithm 1 (with sigma_min taken for 0 in what is added).
    """
    check_callable("f", f, "x", "sigma"), check_tensor("x", x), check_generator("generator", generator)
    check_within("levels", check_finite("levels", check_tensor("levels", levels, "[K]")), low=0)
    for step, sigma in enumerate(levels.tolist()):
        if step:
            x = x + sigma * normal(x.shape, x.device, x.dtype, generator)
        x = check_answer("f", f(x, torch.full((len(x),), sigma, dtype=x.dtype, device=x.device)), x.shape)
    return x
