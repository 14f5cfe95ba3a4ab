"""Right answers in other words for the exercises of notebook 03, Variational autoencoders."""

import math

import torch
import torch.nn.functional as F
from torch import distributions

from course_utils import divergences

# ---- the sample and the loss


def sample_by_root(mean, logvar, noise):
    std = logvar.exp().sqrt()
    return std * noise + mean


def sample_by_distribution(mean, logvar, noise):
    q = distributions.Normal(mean, (0.5 * logvar).exp())
    return q.loc + q.scale * noise


def sample_by_addcmul(mean, logvar, noise):
    return torch.addcmul(mean, torch.pow(torch.exp(logvar), 0.5), noise)


def sample_by_matrix(mean, logvar, noise):
    return mean + torch.einsum("bij,bj->bi", torch.diag_embed(torch.exp(logvar / 2)), noise)


def loss_by_sums(x, logits, mean, logvar):
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
    return (pixels + kl) / x.shape[0]


def loss_by_distributions(x, logits, mean, logvar):
    log_likelihood = distributions.Independent(distributions.Bernoulli(logits=logits), 3).log_prob(x)
    q = distributions.Normal(mean, torch.exp(logvar / 2))
    prior = distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return -(log_likelihood - distributions.kl_divergence(q, prior).sum(-1)).mean()


def loss_by_softplus(x, logits, mean, logvar):
    pixels = (F.softplus(logits) - x * logits).sum(dim=(1, 2, 3))
    return pixels.mean() + divergences.kl_normal(mean, logvar).mean()


def loss_by_logsigmoid(x, logits, mean, logvar):
    log_likelihood = (x * F.logsigmoid(logits) + (1 - x) * F.logsigmoid(-logits)).flatten(1).sum(1)
    elbo = log_likelihood - divergences.kl_normals(
        mean, logvar, torch.zeros_like(mean), torch.zeros_like(logvar)
    )
    return -elbo.mean()


def loss_by_loop(x, logits, mean, logvar):
    total = 0
    for one, guess, m, v in zip(x, logits, mean, logvar, strict=True):
        total = total + F.binary_cross_entropy_with_logits(guess, one) * one.numel()
        total = total + ((m**2).sum() + v.exp().sum() - len(m) - v.sum()) / 2
    return total / len(x)


# ---- the importance-weighted bound


def bound_by_hand(log_px_given_z, log_prior, log_q):
    log_w = log_px_given_z + log_prior - log_q
    top = log_w.max(dim=0).values
    return top + (log_w - top).exp().mean(0).log()


def bound_inside(log_px_given_z, log_prior, log_q):
    k = log_q.shape[0]
    return ((log_prior - log_q) + log_px_given_z - math.log(k)).logsumexp(0)


def bound_by_pairs(log_px_given_z, log_prior, log_q):
    total = torch.full_like(log_q[0], -torch.inf)
    for likelihood, prior, q in zip(log_px_given_z, log_prior, log_q, strict=True):
        total = torch.logaddexp(total, likelihood + prior - q)
    return total - torch.log(torch.tensor(len(log_q), dtype=log_q.dtype))


def bound_by_softmax(log_px_given_z, log_prior, log_q):
    """log_softmax is the log weight minus the log of their sum."""
    log_w = log_px_given_z + log_prior - log_q
    return (log_w - log_w.log_softmax(dim=0))[0] - math.log(len(log_w))


# ---- what the codes say


def units_by_std(mean, logvar):
    std = torch.exp(0.5 * logvar)
    return 0.5 * (mean**2 + std**2 - 2 * std.log() - 1).mean(0)


def units_by_distributions(mean, logvar):
    q = distributions.Normal(mean, (logvar / 2).exp())
    return distributions.kl_divergence(q, distributions.Normal(0.0, 1.0)).mean(dim=0)


def units_one_by_one(mean, logvar):
    pairs = zip(mean.T, logvar.T, strict=True)
    return torch.stack([divergences.kl_normal(m[:, None], v[:, None]).mean() for m, v in pairs])


def units_by_moments(mean, logvar):
    spread = mean.var(0, correction=0) + mean.mean(0) ** 2
    return -0.5 * (1 + logvar.mean(0) - spread - logvar.exp().mean(0))


def condition_hstack(z, y, classes):
    return torch.hstack((z, F.one_hot(y, num_classes=classes)))


def condition_eye(z, y, classes):
    return torch.cat((z, torch.eye(classes, dtype=z.dtype)[y]), dim=-1)


def condition_scatter(z, y, classes):
    code = z.new_zeros(len(z), classes)
    code.scatter_(1, y.unsqueeze(1), 1.0)
    return torch.cat([z, code], 1)


def condition_compare(z, y, classes):
    return torch.cat([z, (y[:, None] == torch.arange(classes)).to(z)], dim=1)


def condition_filled(z, y, classes):
    result = torch.zeros(z.shape[0], z.shape[1] + classes, dtype=z.dtype)
    result[:, : z.shape[1]] = z
    result[torch.arange(len(y)), z.shape[1] + y] = 1
    return result


def slerp_weights(a, b, t):
    cosine = torch.clamp(torch.dot(a / torch.norm(a), b / torch.norm(b)), -1, 1)
    omega = torch.acos(cosine)
    if torch.isclose(omega, torch.zeros_like(omega)):
        return torch.lerp(a, b, t)
    return torch.sin((1 - t) * omega) / torch.sin(omega) * a + torch.sin(t * omega) / torch.sin(omega) * b


def slerp_by_similarity(a, b, t):
    omega = F.cosine_similarity(a, b, dim=0).clamp(-1 + 1e-7, 1 - 1e-7).acos()
    return (a * ((1 - t) * omega).sin() + b * (t * omega).sin()) / omega.sin()


def slerp_by_rotation(a, b, t):
    """The weights by the angle's sine and cosine: sin((1-t)w) = sin w cos(tw) - cos w sin(tw)."""
    cosine = F.normalize(a, dim=0) @ F.normalize(b, dim=0)
    if cosine > 1 - 1e-6:
        return a + t * (b - a)
    sine = (1 - cosine**2).sqrt()
    omega = torch.atan2(sine, cosine)
    second = torch.sin(t * omega) / sine
    return (torch.cos(t * omega) - cosine * second) * a + second * b


def slerp_unless_arc(a, b, t):
    """No clamp, but NaN is not above the threshold either: the line is taken unless there is an arc."""
    omega = torch.arccos(F.normalize(a, dim=0) @ F.normalize(b, dim=0))
    if not omega > 1e-3:
        return a + t * (b - a)
    return (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)


def slerp_by_threshold(a, b, t):
    cosine = torch.dot(a, b) / torch.linalg.norm(a) / torch.linalg.norm(b)
    if cosine.abs() > 0.9995:
        return (1.0 - t) * a + t * b
    first = torch.acos(cosine)
    return torch.sin(first - first * t) / torch.sin(first) * a + torch.sin(first * t) / torch.sin(first) * b


def slerp_by_sinc(a, b, t):
    omega = torch.acos((torch.nn.functional.normalize(a, dim=0) * F.normalize(b, dim=0)).sum().clamp(-1, 1))
    whole = torch.sinc(omega / torch.pi)
    first = (1 - t) * torch.sinc((1 - t) * omega / torch.pi) / whole
    return first * a + t * torch.sinc(t * omega / torch.pi) / whole * b


# ---- codes from a list, and gradients past a sample


def quantise_cdist(z, codebook):
    return torch.cdist(z, codebook).argmin(dim=1)


def quantise_expanded(z, codebook):
    return (z.square().sum(1, keepdim=True) - 2 * z @ codebook.T + codebook.square().sum(1)).argmin(-1)


def quantise_by_product(z, codebook):
    return (z @ codebook.T - codebook.square().sum(dim=1) / 2).max(dim=1).indices


def quantise_einsum(z, codebook):
    difference = z.unsqueeze(1) - codebook
    return torch.topk(torch.einsum("bkd,bkd->bk", difference, difference), 1, largest=False).indices[:, 0]


def quantise_loop(z, codebook):
    return torch.stack([(codebook - one).norm(dim=1).argmin() for one in z])


def straight_other_order(z, nearest):
    return nearest.detach() + z - z.detach()


def straight_no_grad(z, nearest):
    with torch.no_grad():
        step = nearest - z
    return z + step


def straight_minus(z, nearest):
    return z - (z - nearest.data).data


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, nearest):
        return nearest.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def straight_by_function(z, nearest):
    return _StraightThrough.apply(z, nearest)


def score_dot(f, log_q):
    return torch.dot(f.detach(), log_q) / len(f)


def score_no_grad(f, log_q):
    with torch.no_grad():
        weights = f / f.numel()
    return (weights * log_q).sum()


def score_einsum(f, log_q):
    return torch.einsum("s,s->", f.data, log_q) / f.shape[0]


RIGHT = {
    "vae.reparameterise": [sample_by_root, sample_by_distribution, sample_by_addcmul, sample_by_matrix],
    "vae.elbo_loss": [
        loss_by_sums,
        loss_by_distributions,
        loss_by_softplus,
        loss_by_logsigmoid,
        loss_by_loop,
    ],
    "vae.importance_bound": [bound_by_hand, bound_inside, bound_by_pairs, bound_by_softmax],
    "vae.kl_per_unit": [units_by_std, units_by_distributions, units_one_by_one, units_by_moments],
    "vae.condition": [
        condition_hstack,
        condition_eye,
        condition_scatter,
        condition_compare,
        condition_filled,
    ],
    "vae.slerp": [
        slerp_weights,
        slerp_by_similarity,
        slerp_by_rotation,
        slerp_unless_arc,
        slerp_by_threshold,
        slerp_by_sinc,
    ],
    "vae.quantise": [
        quantise_cdist,
        quantise_expanded,
        quantise_by_product,
        quantise_einsum,
        quantise_loop,
    ],
    "vae.straight_through": [
        straight_other_order,
        straight_no_grad,
        straight_minus,
        straight_by_function,
    ],
    "vae.score_surrogate": [score_dot, score_no_grad, score_einsum],
}


# Right values in another type


def units_list(mean, logvar):
    return [float(one) for one in units_by_std(mean, logvar)]


def quantise_list(z, codebook):
    return [int(one) for one in quantise_cdist(z, codebook)]


def quantise_numpy(z, codebook):
    return ((z.numpy()[:, None] - codebook.numpy()) ** 2).sum(axis=2).argmin(axis=1)


def quantise_float(z, codebook):
    return quantise_cdist(z, codebook).float()


def slerp_numpy(a, b, t):
    return slerp_weights(a, b, t).numpy()


OTHER_TYPE = {
    "vae.kl_per_unit": [units_list],
    "vae.quantise": [quantise_list, quantise_numpy, quantise_float],
    "vae.slerp": [slerp_numpy],
}
