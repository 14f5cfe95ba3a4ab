"""Right answers to guidance.one_call in other words."""

import torch


def call_label_first(x_t, t, y, net, null, scale):
    labels = torch.cat((y, torch.full_like(y, null)))
    out = net(torch.cat((x_t, x_t)), torch.cat((t, t)), labels)
    cond, uncond = out[: len(y)], out[len(y) :]
    return torch.lerp(uncond, cond, scale)


def call_by_repeat(x_t, t, y, net, null, scale):
    ones = [1] * (x_t.ndim - 1)
    out = net(x_t.repeat(2, *ones), t.repeat(2), torch.hstack([0 * y + null, y]))
    uncond, cond = out.unflatten(0, (2, len(y)))
    return uncond * (1 - scale) + scale * cond


def call_in_pairs(x_t, t, y, net, null, scale):
    """Each image beside its copy."""
    labels = torch.stack([torch.full_like(y, null), y], dim=1).flatten()
    out = net(x_t.repeat_interleave(2, 0), t.repeat_interleave(2), labels)
    return out[::2] + scale * (out[1::2] - out[::2])
