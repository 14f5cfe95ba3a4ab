"""Right answers in other words: every exercise has at least two, and the checks must take them all."""

import itertools
import math

import alternatives_diffusion_forward
import alternatives_diffusion_images
import alternatives_diffusion_reverse
import alternatives_elbo
import alternatives_gan
import alternatives_gan_images
import alternatives_guidance
import alternatives_guidance_images
import alternatives_vae
import numpy as np
import torch
import torch.nn.functional as F

# ---- start_here


def kl_masked(p, q):
    kept = p > 0
    return (p[kept] * (p[kept].log() - q[kept].log())).sum()


def kl_xlogy(p, q):
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum()


def kl_torch(p, q):
    return F.kl_div(q.log(), p, reduction="sum")


def kl_loop(p, q):
    total = torch.zeros((), dtype=p.dtype)
    for one, other in zip(p, q, strict=True):
        if one > 0:
            total = total + one * torch.log(one / other)
    return total


def js_entropies(p, q):
    m = (p + q) / 2
    return -torch.xlogy(m, m).sum() + (torch.xlogy(p, p).sum() + torch.xlogy(q, q).sum()) / 2


def js_stacked(p, q):
    both = torch.stack([p, q])
    m = both.mean(dim=0, keepdim=True)
    return torch.where(both > 0, both * (both / m).log(), 0.0).sum(dim=1).mean()


def fit_torch(x):
    return torch.mean(x), torch.var(x, unbiased=False)


def fit_moments(x):
    return [x.sum() / len(x), (x**2).sum() / len(x) - (x.sum() / len(x)) ** 2]


def fit_var_mean(x):
    variance, mean = torch.var_mean(x, correction=0)
    return mean, variance


def sample_by_inversion(weights, means, stds, n, generator):
    u = torch.rand(n, generator=generator)
    component = torch.searchsorted(weights.cumsum(0), u).clamp(max=len(weights) - 1)
    return torch.normal(means[component], stds[component], generator=generator)


def sample_all_then_choose(weights, means, stds, n, generator):
    everything = means + stds * torch.randn(n, len(means), generator=generator)
    choice = torch.multinomial(weights.expand(n, -1), 1, generator=generator)
    return everything.gather(1, choice).squeeze(1)


def sample_one_by_one(weights, means, stds, n, generator):
    samples = []
    for _ in range(n):
        k = int(torch.multinomial(weights, 1, generator=generator))
        samples.append(means[k] + stds[k] * torch.randn((), generator=generator))
    return torch.stack(samples)


def posterior_by_logsumexp(log_px_given_y, log_prior):
    joint = log_px_given_y + log_prior[None, :]
    return (joint - torch.logsumexp(joint, dim=-1, keepdim=True)).exp()


def posterior_by_hand(log_px_given_y, log_prior):
    joint = log_px_given_y + log_prior
    safe = torch.exp(joint - joint.max(dim=1, keepdim=True).values)
    return safe / safe.sum(1, keepdim=True)


# ---- autoencoders


def loss_over_batch(x, x_hat):
    return ((x_hat - x) ** 2).sum() / x.shape[0]


def loss_mse(x, x_hat):
    return F.mse_loss(x_hat, x, reduction="none").reshape(len(x), -1).sum(-1).mean()


def loss_loop(x, x_hat):
    return sum(((one - other) ** 2).sum() for one, other in zip(x, x_hat, strict=True)) / len(x)


def loss_norm(x, x_hat):
    return torch.linalg.vector_norm((x - x_hat).flatten(1), dim=1).pow(2).mean()


def conv_floor(n, kernel, stride, padding):
    return math.floor((n + 2 * padding - kernel) / stride + 1)


def conv_counted(n, kernel, stride, padding):
    return sum(1 for _ in range(0, n + 2 * padding - kernel + 1, stride))


def conv_asked(n, kernel, stride, padding):
    return torch.nn.Conv1d(1, 1, kernel, stride, padding)(torch.zeros(1, 1, n)).shape[-1]


def transpose_regrouped(n, kernel, stride, padding, output_padding=0):
    return stride * n - stride + (kernel - 2 * padding) + output_padding


def transpose_asked(n, kernel, stride, padding, output_padding=0):
    layer = torch.nn.ConvTranspose1d(1, 1, kernel, stride, padding, output_padding)
    return layer(torch.zeros(1, 1, n)).shape[-1]


def l1_norm(z):
    return torch.linalg.vector_norm(z, ord=1, dim=1).mean()


def l1_by_sign(z):
    return (z * z.sign()).sum() / len(z)


def l1_einsum(z):
    return torch.einsum("bk->", z.abs()) / z.shape[0]


def denoise_over_batch(model, x, noise):
    noisy = noise + x
    error = x - model(noisy)
    return (error * error).sum() / len(x)


def denoise_loop(model, x, noise):
    losses = []
    for i in range(len(x)):
        losses.append((model(x[i : i + 1] + noise[i : i + 1]) - x[i : i + 1]).pow(2).sum())
    return torch.stack(losses).mean()


def score_axes(x, x_hat):
    return ((x - x_hat) ** 2).sum(dim=(1, 2, 3))


def score_einsum(x, x_hat):
    error = x - x_hat
    return torch.einsum("bchw,bchw->b", error, error)


def score_loop(x, x_hat):
    return torch.stack([(one - other).norm() ** 2 for one, other in zip(x, x_hat, strict=True)])


def psnr_ratio(x, x_hat):
    return 10 * torch.log10(1 / F.mse_loss(x_hat, x))


def psnr_amplitude(x, x_hat):
    return 20 * torch.log10(1.0 / ((x - x_hat) ** 2).mean().sqrt())


def psnr_natural(x, x_hat):
    return -10 * ((x - x_hat) ** 2).mean().log() / math.log(10)


def pca_covariance(x, k):
    mean = x.mean(dim=0, keepdim=True)
    centred = x - mean
    _, vectors = torch.linalg.eigh(centred.T @ centred / len(x))
    top = vectors[:, -k:]
    return centred @ top @ top.T + mean


def pca_truncated(x, k):
    mean = x.mean(0)
    u, s, vh = torch.linalg.svd(x - mean, full_matrices=False)
    return (u[:, :k] * s[:k]) @ vh[:k] + mean


def pca_left(x, k):
    mean = x.mean(0)
    u = torch.linalg.svd(x - mean).U[:, :k]
    return u @ u.T @ (x - mean) + mean


def pca_sklearn(x, k):
    from sklearn.decomposition import PCA

    pca = PCA(k).fit(x.numpy())
    return torch.from_numpy(pca.inverse_transform(pca.transform(x.numpy())))


RIGHT = {
    "start.kl": [kl_masked, kl_xlogy, kl_torch, kl_loop],
    "start.js": [js_entropies, js_stacked],
    "start.fit_gaussian": [fit_torch, fit_moments, fit_var_mean],
    "start.sample_mixture": [sample_by_inversion, sample_all_then_choose, sample_one_by_one],
    "start.class_posterior": [posterior_by_logsumexp, posterior_by_hand],
    "ae.reconstruction_loss": [loss_over_batch, loss_mse, loss_loop, loss_norm],
    "ae.conv_out": [conv_floor, conv_counted, conv_asked],
    "ae.conv_transpose_out": [transpose_regrouped, transpose_asked],
    "ae.l1_penalty": [l1_norm, l1_by_sign, l1_einsum],
    "ae.denoising_loss": [denoise_over_batch, denoise_loop],
    "ae.anomaly_score": [score_axes, score_einsum, score_loop],
    "ae.psnr": [psnr_ratio, psnr_amplitude, psnr_natural],
    "ae.pca_reconstruct": [pca_covariance, pca_truncated, pca_left, pca_sklearn],
}


# Right values in another type: taken with a word, and the function that comes back returns the right type.


def kl_float(p, q):
    return sum(float(a) * math.log(a / b) if b > 0 else math.inf for a, b in zip(p, q, strict=True) if a > 0)


def js_item(p, q):
    return js_entropies(p, q).item()


def fit_numpy(x):
    return np.mean(x.numpy()), np.var(x.numpy())


def posterior_numpy(log_px_given_y, log_prior):
    joint = log_px_given_y.numpy() + log_prior.numpy()
    weights = np.exp(joint - joint.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def conv_tensor(n, kernel, stride, padding):
    return torch.tensor((n + 2 * padding - kernel) // stride + 1)


def score_list(x, x_hat):
    return [float(((one - other) ** 2).sum()) for one, other in zip(x, x_hat, strict=True)]


def psnr_double(x, x_hat):
    return -10 * torch.log10(((x.double() - x_hat.double()) ** 2).mean())


def pca_power(x, k):
    """Power iteration with deflation, in float64 NumPy."""
    x = x.numpy().astype(np.float64)
    rest = x - x.mean(axis=0)
    copy = np.zeros_like(x) + x.mean(axis=0)
    for _ in range(k):
        axis = np.ones(x.shape[1])
        for _ in itertools.repeat(None, 500):
            axis = rest.T @ (rest @ axis)
            axis /= np.linalg.norm(axis)
        part = np.outer(rest @ axis, axis)
        copy, rest = copy + part, rest - part
    return copy


OTHER_TYPE = {
    "start.kl": [kl_float],
    "start.js": [js_item],
    "start.fit_gaussian": [fit_numpy],
    "start.class_posterior": [posterior_numpy],
    "ae.conv_out": [conv_tensor],
    "ae.anomaly_score": [score_list],
    "ae.psnr": [psnr_double],
    "ae.pca_reconstruct": [pca_power],
}

for other in (
    alternatives_diffusion_reverse,
    alternatives_elbo,
    alternatives_vae,
    alternatives_gan,
    alternatives_gan_images,
    alternatives_diffusion_forward,
    alternatives_diffusion_images,
    alternatives_guidance,
    alternatives_guidance_images,
):
    RIGHT.update(other.RIGHT)
    OTHER_TYPE.update(other.OTHER_TYPE)
