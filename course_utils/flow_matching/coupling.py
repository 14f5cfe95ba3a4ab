"""Which noise goes with which data: the pairs of a batch by optimal transport."""

import torch

from .._validate import check_alike, check_finite


def couple(noise, data):
    """The rows of noise in the order that brings the sum of |data_i - noise_i|^2 down as far as it goes.

    noise, data: [B, ...]; returns noise [B, ...], one row for each of data, which stays in its order (and
    with its labels). The assignment is exact, in about B^3 time: 5 ms for 256 rows.
    Source: Pooladian et al. 2023; Tong et al. 2024.
    """
    from scipy.optimize import linear_sum_assignment

    check_alike("noise", noise, "data", data)
    check_finite("noise", noise), check_finite("data", data)
    ours, theirs = (rows.detach().flatten(1).cpu().double() for rows in (data, noise))
    cost = torch.cdist(ours, theirs)
    _, order = linear_sum_assignment(cost.square().numpy())  # rows of data come back in their order
    return noise[torch.from_numpy(order).to(noise.device)]
