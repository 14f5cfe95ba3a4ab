"""Right answers to eval.inception_score in other words."""

import math

import numpy as np
import torch
from torch import distributions


def score_by_entropies(probabilities):
    """Mutual information of image and class: the entropy of the mean less the mean entropy."""
    of_mean = torch.special.entr(probabilities.mean(0)).sum()
    return torch.exp(of_mean - torch.special.entr(probabilities).sum(-1).mean())


def score_by_distributions(probabilities):
    p = distributions.Categorical(probs=probabilities)
    overall = distributions.Categorical(probs=probabilities.mean(0))
    return distributions.kl_divergence(p, overall).mean().exp()


def score_with_a_small_number(probabilities):
    log_ratio = (probabilities + 1e-10).log() - (probabilities.mean(0, keepdim=True) + 1e-10).log()
    return (probabilities * log_ratio).sum(1).mean().exp()


def score_by_where(probabilities):
    ratio = probabilities / probabilities.mean(0)
    terms = torch.where(probabilities > 0, probabilities * ratio.log(), torch.zeros_like(probabilities))
    return terms.sum().div(len(probabilities)).exp()


def score_by_cleaned_nans(probabilities):
    overall = probabilities.mean(0)
    terms = torch.nan_to_num(probabilities * (probabilities.log() - overall.log()))
    return math.exp(terms.sum(1).mean())


def score_image_by_image(probabilities):
    rows = probabilities.detach().double().numpy()
    overall, total = rows.mean(axis=0), 0.0
    for row in rows:
        total += sum(p * math.log(p / q) for p, q in zip(row, overall, strict=True) if p > 0)
    return float(np.exp(total / len(rows)))


def score_by_clamp(probabilities):
    p = probabilities.clamp(min=1e-12)
    return torch.exp((p * torch.log(p / p.mean(dim=0))).sum(dim=1).mean())


def score_as_a_geometric_mean(probabilities):
    """The product of all ratios, each to the power of its probability, and its N-th root."""
    ratio = (probabilities / probabilities.mean(0)).nan_to_num()
    return (ratio**probabilities).prod(1).log().mean().exp()
