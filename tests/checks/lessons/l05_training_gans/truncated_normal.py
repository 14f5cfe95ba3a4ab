"""Right answers to gan.truncated_normal in other words."""

import torch


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
