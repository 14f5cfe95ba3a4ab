"""Right answers to guidance.classifier_epsilon in other words."""

import torch


def epsilon_by_score(epsilon, gradient, level, scale):
    sigma = (1 - level) ** 0.5
    score = -epsilon / sigma + scale * gradient
    return -sigma * score


def epsilon_addcmul(epsilon, gradient, level, scale):
    return torch.addcmul(epsilon, torch.sqrt(1 - level), gradient, value=-scale)
