"""Right answers in other words for the exercises of notebook 05, Training GANs."""

import torch
import torch.nn.functional as F
from torch import nn


def generator_by_loop(width, start, layers):
    channels, side, rows = width * 2 ** (layers - 1), start, []
    for _ in range(layers):
        rows.append([channels, side, side])
        channels, side = channels // 2, side * 2
    return torch.tensor([*rows, [1, side, side]])


@torch.no_grad()
def generator_asked(width, start, layers):
    """Torch's own layers, on the meta device: no memory is used."""
    x = torch.zeros(1, width * 2 ** (layers - 1), start, start, device="meta")
    rows = [x.shape[1:]]
    for i in range(layers):
        out = 1 if i == layers - 1 else x.shape[1] // 2
        x = nn.ConvTranspose2d(x.shape[1], out, 4, 2, 1, device="meta")(x)
        rows.append(x.shape[1:])
    return torch.tensor(rows)


def generator_in_columns(width, start, layers):
    steps = torch.arange(layers + 1)
    side = start * 2**steps
    channels = width * 2 ** (layers - 1 - steps).clamp(min=0)
    channels[-1] = 1
    return torch.stack([channels, side, side], dim=1)


def discriminator_by_halves(width, size, layers):
    rows = torch.tensor([[width * 2**i // 2, size >> i, size >> i] for i in range(layers + 1)])
    rows[0, 0] = 1
    return rows


@torch.no_grad()
def discriminator_asked(width, size, layers):
    x = torch.zeros(1, 1, size, size, device="meta")
    rows = [x.shape[1:]]
    for i in range(layers):
        x = nn.Conv2d(x.shape[1], width * 2**i, 4, 2, 1, device="meta")(x)
        rows.append(x.shape[1:])
    return torch.tensor(rows)


def norm_torch(x, gamma, beta, eps):
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def norm_flat(x, gamma, beta, eps):
    n, c, h, w = x.shape
    flat = x.transpose(0, 1).reshape(c, -1)
    mean = flat.mean(1, keepdim=True)
    centred = flat - mean
    y = centred / torch.sqrt((centred**2).mean(1, keepdim=True) + eps)
    return (gamma[:, None] * y + beta[:, None]).reshape(c, n, h, w).transpose(0, 1)


def norm_by_channel(x, gamma, beta, eps):
    planes = []
    for k in range(x.shape[1]):
        one = x[:, k]
        planes.append((one - one.mean()) * torch.rsqrt(one.var(correction=0) + eps) * gamma[k] + beta[k])
    return torch.stack(planes, dim=1)


def running_torch(x, running_mean, running_var, momentum):
    mean, var = running_mean.clone(), running_var.clone()
    F.batch_norm(x, mean, var, training=True, momentum=momentum)
    return mean, var


def running_lerp(x, running_mean, running_var, momentum):
    flat = x.transpose(0, 1).flatten(1)
    return running_mean.lerp(flat.mean(1), momentum), running_var.lerp(flat.var(1), momentum)


def running_corrected(x, running_mean, running_var, momentum):
    n = x.numel() / x.shape[1]
    mean = x.mean((0, 2, 3))
    biased = (x**2).mean((0, 2, 3)) - mean**2
    unbiased = biased * n / (n - 1)
    return (
        running_mean + momentum * (mean - running_mean),
        running_var + momentum * (unbiased - running_var),
    )


def one_sided_by_labels(real, fake, label):
    bce = F.binary_cross_entropy_with_logits
    return bce(real, torch.full_like(real, label)) + bce(fake, torch.zeros_like(fake))


def one_sided_by_logit(real, fake, label):
    """The label moves the slope only: softplus(-l) + (1 - label) l."""
    return (F.softplus(-real) + (1 - label) * real).mean() + F.softplus(fake).mean()


def one_sided_by_logsigmoid(real, fake, label):
    log = F.logsigmoid
    return -(label * log(real) + (1 - label) * log(-real)).mean() - log(-fake).mean()


def matching_by_dot(real, fake):
    gap = fake.mean(0) - real.mean(0).detach()
    return gap @ gap


def matching_by_mse(real, fake):
    return F.mse_loss(fake.mean(0), real.detach().mean(0), reduction="sum")


def matching_no_grad(real, fake):
    with torch.no_grad():
        goal = real.sum(0) / len(real)
    return ((fake.sum(0) / len(fake) - goal) ** 2).sum()


def minibatch_by_cdist(h, kernel):
    m = (h @ kernel.flatten(1)).reshape(len(h), *kernel.shape[1:]).transpose(0, 1)
    near = torch.exp(-torch.cdist(m, m, p=1))
    return near.sum(2).T - 1


def minibatch_loop(h, kernel):
    m = torch.tensordot(h, kernel, dims=1)
    rows = []
    for i in range(len(h)):
        others = torch.cat([m[:i], m[i + 1 :]])
        rows.append((-(others - m[i]).abs().sum(2)).exp().sum(0))
    return torch.stack(rows)


def minibatch_masked(h, kernel):
    m = torch.tensordot(h, kernel, dims=1)
    near = (-(m[None] - m[:, None]).abs().sum(-1)).exp()
    return (near * (1 - torch.eye(len(h), dtype=h.dtype))[:, :, None]).sum(0)


def truncated_by_inversion(n, dim, threshold, generator):
    edge = torch.special.ndtr(torch.tensor(threshold))
    u = torch.rand(n, dim, generator=generator)
    return torch.special.ndtri(1 - edge + u * (2 * edge - 1))


def truncated_by_selection(n, dim, threshold, generator):
    kept = torch.empty(0)
    while len(kept) < n * dim:
        z = torch.randn(4 * n * dim, generator=generator)
        kept = torch.cat([kept, z[z.abs() <= threshold]])
    return kept[: n * dim].reshape(n, dim)


def truncated_in_place(n, dim, threshold, generator):
    z = torch.randn(n, dim, generator=generator)
    bad = z.abs() > threshold
    while bad.any():
        z[bad] = torch.randn(int(bad.sum()), generator=generator)
        bad = z.abs() > threshold
    return z


RIGHT = {
    "gan.generator_shapes": [generator_by_loop, generator_asked, generator_in_columns],
    "gan.discriminator_shapes": [discriminator_by_halves, discriminator_asked],
    "gan.batch_norm": [norm_torch, norm_flat, norm_by_channel],
    "gan.running_statistics": [running_torch, running_lerp, running_corrected],
    "gan.one_sided_loss": [one_sided_by_labels, one_sided_by_logit, one_sided_by_logsigmoid],
    "gan.feature_matching": [matching_by_dot, matching_by_mse, matching_no_grad],
    "gan.minibatch_features": [minibatch_by_cdist, minibatch_loop, minibatch_masked],
    "gan.truncated_normal": [truncated_by_inversion, truncated_by_selection, truncated_in_place],
}


def shapes_list(width, start, layers):
    return generator_by_loop(width, start, layers).tolist()


def discriminator_list(width, size, layers):
    return [tuple(row) for row in discriminator_by_halves(width, size, layers).tolist()]


OTHER_TYPE = {
    "gan.generator_shapes": [shapes_list],
    "gan.discriminator_shapes": [discriminator_list],
}
