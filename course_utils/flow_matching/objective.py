"""The loss of a velocity."""

import torch

from .._validate import check_answer, check_callable, check_tensor
from .path import Path, check_path


def matching_loss(path=None, times=None, coupling=None):
    """loss(model, data, *condition) -> scalar, for `training.fit`: squared error of the velocity.

    model(x_t, t, *condition) -> [B, ...]; data: [B, ...]; the noise is drawn afresh, and the error is a mean
    over everything. path: linear by default. times: callable n -> t [n], uniform on [0, 1) by default.
    coupling: callable (noise, data) -> noise in another order, such as `couple`; by default they meet at
    random. The least that the loss can be is not 0, for many lines cross at one x_t: between N(0, 1) and
    N(m, s^2) it is s pi / 2 for each dimension. Source: Lipman et al. 2023, eq. 23; Liu et al. 2023, eq. 1.
    """
    if coupling is not None:
        check_callable("coupling", coupling, "noise", "data")
    compare = pairs_loss(path, times)

    def loss(model, data, *condition):
        noise = torch.randn_like(check_tensor("data", data, "[B, ...]"))
        noise = noise if coupling is None else coupling(noise, data)
        return compare(model, noise, data, *condition)

    return loss


def pairs_loss(path=None, times=None):
    """loss(model, noise, data, *condition) -> scalar, where each noise [B, ...] has its data: for reflow.

    All else as `matching_loss`.
    """
    if times is not None:
        check_callable("times", times, "n")
    path = Path.linear() if path is None else check_path("path", path)

    def loss(model, noise, data, *condition):
        t = torch.rand(len(data), device=data.device) if times is None else times(len(data)).to(data.device)
        x_t = path.interpolate(noise, data, t)
        v = check_answer("model", model(x_t, t, *condition), data.shape)
        return (v - path.velocity(noise, data, t)).square().mean()

    return loss
