"""Right answers to start.js in other words."""

import torch


def js_entropies(p, q):
    m = (p + q) / 2
    return -torch.xlogy(m, m).sum() + (torch.xlogy(p, p).sum() + torch.xlogy(q, q).sum()) / 2


def js_stacked(p, q):
    both = torch.stack([p, q])
    m = both.mean(dim=0, keepdim=True)
    return torch.where(both > 0, both * (both / m).log(), 0.0).sum(dim=1).mean()


def js_item(p, q):
    return js_entropies(p, q).item()


OTHER_TYPE = [js_item]
