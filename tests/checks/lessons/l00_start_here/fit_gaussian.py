"""Right answers to start.fit_gaussian in other words."""

import numpy as np
import torch


def fit_torch(x):
    return torch.mean(x), torch.var(x, unbiased=False)


def fit_moments(x):
    return [x.sum() / len(x), (x**2).sum() / len(x) - (x.sum() / len(x)) ** 2]


def fit_var_mean(x):
    variance, mean = torch.var_mean(x, correction=0)
    return mean, variance


def fit_numpy(x):
    return np.mean(x.numpy()), np.var(x.numpy())


OTHER_TYPE = [fit_numpy]
