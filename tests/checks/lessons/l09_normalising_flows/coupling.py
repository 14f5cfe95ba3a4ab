"""Right answers to nf.coupling in other words."""

import torch
from torch.distributions import AffineTransform
from torch.nn import functional as F


def coupling_on_a_copy(x, net):
    z, kept = x.clone(), x.size(1) // 2
    s, t = net(x[:, :kept])
    z[:, kept:] = torch.exp(s) * x[:, kept:] + t
    return [z, torch.sum(s, dim=-1)]


def coupling_by_transform(x, net):
    x_a, x_b = x.split([x.shape[1] // 2, x.shape[1] - x.shape[1] // 2], dim=1)
    s, t = net(x_a)
    transform = AffineTransform(t, s.exp(), event_dim=1)
    z_b = transform(x_b)
    return torch.hstack([x_a, z_b]), transform.log_abs_det_jacobian(x_b, z_b)


def coupling_by_loops(x, net):
    z, log_det = [], []
    for row in x:
        kept = len(row) // 2
        s, t = (part[0] for part in net(row[None, :kept]))
        z.append(torch.cat([row[:kept], row[kept:] * s.exp() + t]))
        log_det.append(sum(s))
    return torch.stack(z), torch.stack(log_det)


def coupling_by_autograd(x, net):
    def change(one):
        kept = len(one) // 2
        s, t = net(one[:kept])
        return torch.cat([one[:kept], one[kept:] * s.exp() + t])

    J = torch.func.vmap(torch.func.jacrev(change))(x)
    return torch.func.vmap(change)(x), torch.linalg.slogdet(J).logabsdet


def coupling_by_padding(x, net):
    """What stays is scaled by exp(0) and shifted by 0."""
    kept = x.shape[1] // 2
    s, t = (F.pad(part, (kept, 0)) for part in net(x[:, :kept]))
    return x * s.exp() + t, s.sum(1)


def coupling_by_columns(x, net):
    columns = list(x.unbind(1))
    kept = len(columns) // 2
    s, t = net(torch.stack(columns[:kept], 1))
    log_det = 0
    for i in range(kept, len(columns)):
        columns[i] = columns[i] * s[:, i - kept].exp() + t[:, i - kept]
        log_det = log_det + s[:, i - kept]
    return torch.stack(columns, 1), log_det


def coupling_by_scales(x, net):
    kept = x.shape[1] // 2
    s, t = net(x[:, :kept])
    scales = torch.exp(s)
    return torch.cat((x[:, :kept], torch.addcmul(t, scales, x[:, kept:])), -1), scales.prod(1).log()
