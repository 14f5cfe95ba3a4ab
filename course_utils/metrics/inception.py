"""Does a classifier read each sample clearly, and all classes equally often?"""

import math

import torch

from .._double import double
from .._validate import check_finite, check_tensor


@torch.no_grad()
def inception_score(probabilities):
    """exp of the mean over rows of KL(row || mean of the rows): a float in [1, K].

    probabilities: [N, K], a classifier's p(y | x) for N samples, each row summing to 1 (softmax first). K
    where every row is sure and all classes come equally often; 1 where all rows are alike. It never looks at
    data, and few rows make it too low. Source: Salimans et al. 2016, section 4, without its ten parts.
    Raises ValueError where a row is no distribution.
    """
    check_finite("probabilities", check_tensor("probabilities", probabilities, "[N, K]"))
    p = double(probabilities)
    if bool((p < 0).any()) or bool(((p.sum(1) - 1).abs() > 1e-2).any()):
        raise ValueError(
            "probabilities must be at least 0 and sum to 1 in each row; apply softmax to logits first."
        )
    p = p / p.sum(1, keepdim=True)  # what float32 or half precision left
    information = torch.special.entr(p.mean(0)).sum() - torch.special.entr(p).sum(1).mean()
    return min(max(math.exp(information), 1.0), float(p.shape[1]))
