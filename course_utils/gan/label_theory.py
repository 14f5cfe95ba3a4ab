"""What is known exactly of GANs with labels: what an auxiliary classifier leaves out and where it leads."""

from typing import NamedTuple

import torch

from .._validate import check_alike, check_number, check_tensor


class Parts(NamedTuple):
    """joint = marginal + cross_entropy - entropy, scalars in nats.

    joint: KL(q(x, y) || p(x, y)); marginal: KL(q(x) || p(x)); cross_entropy: E_q[-log p(y | x)]; entropy:
    H_q(y | x).
    """

    joint: torch.Tensor
    marginal: torch.Tensor
    cross_entropy: torch.Tensor
    entropy: torch.Tensor


def label_parts(q, p, dx):
    """The divergence of samples from data, labels included, taken apart: Parts of q and p.

    q, p: densities [K, G] of label and point together, on G points dx apart, that of samples and that of
    data, positive wherever q is. A GAN's first term asks for a small marginal part, an auxiliary classifier's
    for a small cross-entropy. Nothing in ACGAN asks for the entropy, so that its sum is the joint divergence
    plus H_q(y | x). Source: Shu et al. 2017; Gong et al. 2019, section 3.
    """
    check_alike("q", q, "p", p)
    check_number("dx", dx, 0, open_minimum=True)

    def mean(a, b):  # E of -log b where a is the density, 0 log 0 = 0
        return -dx * torch.xlogy(a, torch.where(a > 0, b, 1)).sum()

    sum_q, sum_p = q.sum(0), p.sum(0)
    posterior_q, posterior_p = q / sum_q.clamp(min=_TINY), p / sum_p.clamp(min=_TINY)
    return Parts(
        joint=mean(q, p) - mean(q, q),
        marginal=mean(sum_q, sum_p) - mean(sum_q, sum_q),
        cross_entropy=mean(q, posterior_p),
        entropy=mean(q, posterior_q),
    )


def acgan_optimum(p, dx, weight=1.0):
    """The samples with labels that cost ACGAN least, q [K, G], where its classifier is exact.

    The cost is KL(q(x) || p(x)) + weight E_q[-log p(y | x)]; p [K, G]: the density of label and point
    together on points dx apart. Given x the best label is the likeliest, always; then q(x) is in proportion
    to p(x) max_y p(y | x)^weight. For weight 1 that is the density of data, each class cut off where another
    becomes likelier, and the cost is -log of the share that is left. Labels that are equally likely share
    the point. The shares of the labels are free here; of symmetric classes they stay equal. Source: after
    Shu et al. 2017.
    """
    check_tensor("p", p, "[K, G]")
    check_number("dx", dx, 0, open_minimum=True)
    weight = check_number("weight", weight, 0)
    marginal = p.sum(0)
    posterior = p / marginal.clamp(min=_TINY)
    best = posterior.max(0).values
    winners = (posterior == best).to(p.dtype)
    q = winners / winners.sum(0) * marginal * best**weight
    return q / (dx * q.sum())


_TINY = torch.finfo(torch.float32).tiny
