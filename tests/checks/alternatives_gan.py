"""Right answers in other words for the exercises of notebook 04, The minimax game."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def d_loss_by_labels(real, fake):
    ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
    bce = F.binary_cross_entropy_with_logits
    return bce(real, ones) + bce(fake, zeros)


def d_loss_by_logsigmoid(real, fake):
    return -(F.logsigmoid(real).sum() / len(real) + F.logsigmoid(-fake).sum() / len(fake))


def d_loss_by_logaddexp(real, fake):
    nothing = torch.zeros(1, dtype=real.dtype)
    return torch.logaddexp(nothing, -real).mean() + torch.logaddexp(nothing, fake).mean()


def saturating_by_logsigmoid(fake):
    return F.logsigmoid(-fake).mean()


def saturating_by_cross_entropy(fake):
    return -F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))


def non_saturating_by_logsigmoid(fake):
    return -F.logsigmoid(fake).mean()


def non_saturating_by_cross_entropy(fake):
    return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def non_saturating_shifted(fake):
    """softplus(-l) = softplus(l) - l."""
    return (F.softplus(fake) - fake).mean()


def best_by_nan_to_num(p, q):
    return (p / (p + q)).nan_to_num(nan=0.5)


def best_by_odds(p, q):
    return torch.where((p == 0) & (q == 0), 0.5, 1 / (1 + q / p))


def best_by_log_ratio(p, q):
    logit = torch.log(p) - torch.log(q)
    return torch.sigmoid(torch.where(logit.isnan(), torch.zeros_like(logit), logit))


def best_in_place(p, q):
    best = torch.full_like(p, 0.5)
    seen = (p + q) > 0
    best[seen] = p[seen] / (p[seen] + q[seen])
    return best


def value_in_two_sums(D, p, q, dx):
    return (torch.special.xlogy(p, D) * dx).sum() + (torch.special.xlogy(q, 1 - D) * dx).sum()


def value_masked(D, p, q, dx):
    on_data, on_fakes = p > 0, q > 0
    first = p[on_data] @ D[on_data].log()
    second = q[on_fakes] @ torch.log1p(-D[on_fakes])
    return dx * (first + second)


def value_by_nan_to_num(D, p, q, dx):
    gain = (p * D.log()).nan_to_num(nan=0.0) + (q * (1 - D).log()).nan_to_num(nan=0.0)
    return gain.sum() * dx


def step_by_matrix(x, y, a):
    turn = torch.tensor([[1, -a], [a, 1]], dtype=x.dtype)
    return tuple(turn @ torch.stack([x, y]))


def step_by_autograd(x, y, a):
    x, y = x.detach().requires_grad_(), y.detach().requires_grad_()
    for_x, for_y = torch.autograd.grad((x * y).sum(), (x, y))
    return (x - a * for_x).detach(), (y + a * for_y).detach()


def step_by_complex_numbers(x, y, a):
    place = torch.complex(x, y) * complex(1, a)
    return place.real, place.imag


def extragradient_in_one_line(x, y, a):
    return (1 - a**2) * x - a * y, (1 - a**2) * y + a * x


def extragradient_by_matrix(x, y, a):
    field = torch.tensor([[0, -a], [a, 0]], dtype=x.dtype)
    place = torch.stack([x, y])
    return tuple(place + field @ (place + field @ place))


RIGHT = {
    "gan.d_loss": [d_loss_by_labels, d_loss_by_logsigmoid, d_loss_by_logaddexp],
    "gan.g_loss_saturating": [saturating_by_logsigmoid, saturating_by_cross_entropy],
    "gan.g_loss": [non_saturating_by_logsigmoid, non_saturating_by_cross_entropy, non_saturating_shifted],
    "gan.optimal_discriminator": [best_by_nan_to_num, best_by_odds, best_by_log_ratio, best_in_place],
    "gan.value": [value_in_two_sums, value_masked, value_by_nan_to_num],
    "gan.bilinear_step": [step_by_matrix, step_by_autograd, step_by_complex_numbers],
    "gan.extragradient_step": [extragradient_in_one_line, extragradient_by_matrix],
}


def best_numpy(p, q):
    p, q = p.numpy(), q.numpy()
    return np.where(p + q > 0, p / np.maximum(p + q, 1e-300), 0.5)


def step_lists(x, y, a):
    pairs = list(zip(x.tolist(), y.tolist(), strict=True))
    return [u - a * v for u, v in pairs], [v + a * u for u, v in pairs]


def extragradient_numpy(x, y, a):
    angle = math.atan2(a, 1 - a**2)
    size = math.sqrt(1 - a**2 + a**4)
    x, y = x.numpy(), y.numpy()
    return size * (np.cos(angle) * x - np.sin(angle) * y), size * (np.sin(angle) * x + np.cos(angle) * y)


OTHER_TYPE = {
    "gan.optimal_discriminator": [best_numpy],
    "gan.bilinear_step": [step_lists],
    "gan.extragradient_step": [extragradient_numpy],
}
