"""Right answers to start.class_posterior in other words."""

import numpy as np
import torch


def posterior_by_logsumexp(log_px_given_y, log_prior):
    joint = log_px_given_y + log_prior[None, :]
    return (joint - torch.logsumexp(joint, dim=-1, keepdim=True)).exp()


def posterior_by_hand(log_px_given_y, log_prior):
    joint = log_px_given_y + log_prior
    safe = torch.exp(joint - joint.max(dim=1, keepdim=True).values)
    return safe / safe.sum(1, keepdim=True)


def posterior_numpy(log_px_given_y, log_prior):
    joint = log_px_given_y.numpy() + log_prior.numpy()
    weights = np.exp(joint - joint.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


OTHER_TYPE = [posterior_numpy]
