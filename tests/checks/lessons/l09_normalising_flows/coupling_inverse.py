"""Right answers to nf.coupling_inverse in other words."""

import numpy as np
import torch
from torch.distributions import AffineTransform
from torch.nn import functional as F


def inverse_by_division(z, net):
    z_a, z_b = z.tensor_split([z.shape[1] // 2], dim=1)
    s, t = net(z_a)
    return torch.hstack([z_a, (z_b - t) / s.exp()])


def inverse_on_a_copy(z, net):
    x, kept = z.clone(), z.shape[1] // 2
    s, t = net(z[:, :kept])
    x[:, kept:] -= t
    x[:, kept:] /= s.exp()
    return x


def inverse_by_transform(z, net):
    kept = z.shape[1] // 2
    s, t = net(z[:, :kept])
    return torch.cat([z[:, :kept], AffineTransform(t, s.exp()).inv(z[:, kept:])], 1)


def inverse_without_gradients(z, net):
    with torch.no_grad():
        kept = z.shape[1] // 2
        s, t = net(z[:, :kept])
        shrunk = torch.exp(-s)
        return torch.cat([z[:, :kept], shrunk * z[:, kept:] - shrunk * t], 1)


def inverse_by_loops(z, net):
    found = []
    for row in z:
        kept = len(row) // 2
        s, t = net(row[:kept])
        found.append(torch.cat([row[:kept], (row[kept:] - t) * (-s).exp()]))
    return torch.stack(found)


def inverse_by_padding(z, net):
    kept = z.shape[1] // 2
    s, t = (F.pad(part, (kept, 0)) for part in net(z[:, :kept]))
    return (z - t) * torch.exp(-s)


def inverse_numpy(z, net):
    kept = z.shape[1] // 2
    s, t = (part.detach().numpy() for part in net(z[:, :kept]))
    given = z.detach().numpy()
    return np.concatenate([given[:, :kept], (given[:, kept:] - t) / np.exp(s)], axis=1)


OTHER_TYPE = [inverse_numpy]
