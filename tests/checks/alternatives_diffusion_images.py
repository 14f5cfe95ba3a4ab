"""Right answers in other words for the exercises of notebook 12, Diffusion on images."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def embedding_by_log(t, dim):
    half = dim // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half) / half)
    angles = t.float().unsqueeze(1) * frequencies.unsqueeze(0)
    return torch.cat((torch.sin(angles), torch.cos(angles)), dim=-1)


def embedding_by_logspace(t, dim):
    frequencies = torch.logspace(0, -4, dim // 2 + 1)[:-1]
    angles = torch.outer(t.float(), frequencies)
    return torch.hstack([angles.sin(), angles.cos()])


def embedding_by_phase(t, dim):
    """The cosine is a sine a quarter turn ahead."""
    i = torch.arange(dim) % (dim // 2)
    phase = torch.where(torch.arange(dim) < dim // 2, 0.0, math.pi / 2)
    return torch.sin(t[:, None] / 10_000 ** (2 * i / dim) + phase)


def embedding_loop(t, dim):
    rows = []
    for step in t.tolist():
        angles = [step / 10_000 ** (2 * i / dim) for i in range(dim // 2)]
        rows.append([math.sin(a) for a in angles] + [math.cos(a) for a in angles])
    return torch.tensor(rows)


def embedding_numpy(t, dim):
    angles = t.numpy()[:, None] * 10_000.0 ** (-np.arange(dim // 2) / (dim // 2))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def step_noise_first(images, labels, model, schedule, generator):
    x0 = images.mul(2).sub(1)
    noise = torch.empty_like(x0).normal_(generator=generator)
    t = torch.randint(0, schedule.betas.numel(), labels.shape, generator=generator)
    level = schedule.alphas_cumprod.float()[t].reshape(-1, 1, 1, 1)
    v = level.sqrt() * noise - (1 - level).sqrt() * x0
    return F.mse_loss(model(schedule.add_noise(x0, noise, t), t, labels), v)


def step_by_convert(images, labels, model, schedule, generator):
    """The target by notebook 11's conversion, from the noise."""
    x0 = (images - 0.5) / 0.5
    t = torch.randint(high=len(schedule), size=(len(images),), generator=generator)
    noise = torch.randn(images.shape, generator=generator)
    signal, sigma = schedule.rates(t, x0)
    x_t = signal * x0 + sigma * noise
    error = schedule.convert(noise, x_t, t, "epsilon", "v_prediction") - model(x_t, t, y=labels)
    return error.pow(2).flatten(1).mean(1).mean()


def residual_by_halves(block, x, embedding):
    told = block.modulate(F.silu(embedding))
    half = told.shape[1] // 2
    h = block.norm2(block.conv1(F.silu(block.norm1(x))))
    h = h + h * told[:, :half, None, None] + told[:, half:, None, None]
    return block.conv2(F.silu(h)) + block.shortcut(x)


def residual_by_sigmoid(block, x, embedding):
    def silu(v):
        return v * v.sigmoid()

    h = block.conv1(silu(block.norm1(x)))
    scale, shift = block.modulate(silu(embedding)).unflatten(1, (2, -1)).unbind(1)
    h = torch.addcmul(
        shift[..., None, None].expand_as(h), block.norm2(h), 1 + scale[..., None, None].expand_as(h)
    )
    return torch.add(block.shortcut(x), block.conv2(silu(h)))


def attention_by_einsum(q, k, v, heads):
    b, c, n = q.shape
    q, k, v = (each.reshape(b, heads, c // heads, n) for each in (q, k, v))
    weights = torch.softmax(torch.einsum("bhdi,bhdj->bhij", q, k) / math.sqrt(c // heads), dim=-1)
    return torch.einsum("bhij,bhdj->bhdi", weights, v).reshape(b, c, n), weights


def attention_by_torch(q, k, v, heads):
    q, k, v = (each.unflatten(1, (heads, -1)).transpose(-1, -2) for each in (q, k, v))
    output = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2).flatten(1, 2)
    scores = (q @ k.mT) * q.shape[-1] ** -0.5
    return output, scores.exp() / scores.exp().sum(-1, keepdim=True)


def attention_loop(q, k, v, heads):
    outputs, maps = [], []
    for one_q, one_k, one_v in zip(q.chunk(heads, 1), k.chunk(heads, 1), v.chunk(heads, 1), strict=True):
        weights = (one_q.mT @ one_k / one_q.shape[1] ** 0.5).softmax(-1)
        outputs.append((weights @ one_v.mT).mT)
        maps.append(weights)
    return torch.cat(outputs, 1), torch.stack(maps, 1)


def ema_by_lerp(average, steps, decay):
    average = average.clone()
    for weights in steps:
        average.lerp_(weights, 1 - decay)
    return average


def ema_by_difference(average, steps, decay):
    for i in range(len(steps)):
        average = average + (1 - decay) * (steps[i] - average)
    return average


def ema_in_closed_form(average, steps, decay):
    n = len(steps)
    shares = (1 - decay) * decay ** torch.arange(n - 1, -1, -1)
    return decay**n * average + shares.to(steps) @ steps


def ema_numpy(average, steps, decay):
    value = average.numpy().copy()
    for weights in steps.numpy():
        value = decay * value + (1 - decay) * weights
    return value


def known_by_add_noise(x, known, mask, schedule, t, noise):
    seen = known if t < 0 else schedule.add_noise(known, noise, t)
    return torch.where(mask.bool(), seen, x)


def known_by_sum(x, known, mask, schedule, t, noise):
    level = 1.0 if t < 0 else float(schedule.alphas_cumprod[t])
    return mask * (level**0.5 * known + (1 - level) ** 0.5 * noise) + (1 - mask) * x


def known_by_index(x, known, mask, schedule, t, noise):
    signal, sigma = schedule.rates(t, known)
    out, here = x.clone(), mask.expand_as(x) == 1
    out[here] = (signal * known + sigma * noise)[here]
    return out


RIGHT = {
    "diffusion.time_embedding": [
        embedding_by_log, embedding_by_logspace, embedding_by_phase, embedding_loop,
    ],
    "diffusion.training_step": [step_noise_first, step_by_convert],
    "diffusion.residual_block": [residual_by_halves, residual_by_sigmoid],
    "diffusion.attention": [attention_by_einsum, attention_by_torch, attention_loop],
    "diffusion.ema_update": [ema_by_lerp, ema_by_difference, ema_in_closed_form],
    "diffusion.known_part": [known_by_add_noise, known_by_sum, known_by_index],
}  # fmt: skip

OTHER_TYPE = {
    "diffusion.time_embedding": [embedding_numpy],
    "diffusion.ema_update": [ema_numpy],
}
