"""Right answers to guidance.drop_labels in other words."""

import numpy as np
import torch


def drop_by_bernoulli(y, null, share, generator):
    hidden = torch.bernoulli(torch.full(y.shape, float(share)), generator=generator).bool()
    return y.masked_fill(hidden, null)


def drop_by_copy(y, null, share, generator):
    out = y.clone()
    out[torch.rand(y.shape, generator=generator) < share] = null
    return out


def drop_by_arithmetic(y, null, share, generator):
    kept = (torch.rand(y.numel(), generator=generator) >= share).long()
    return y * kept + null * (1 - kept)


def drop_loop(y, null, share, generator):
    coins = torch.rand(len(y), generator=generator).tolist()
    return torch.tensor(
        [null if coin < share else label for coin, label in zip(coins, y.tolist(), strict=True)]
    )


def drop_numpy(y, null, share, generator):
    return np.where(torch.rand(len(y), generator=generator).numpy() < share, null, y.numpy())


OTHER_TYPE = [drop_numpy]
