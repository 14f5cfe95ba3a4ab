"""Right answers to cgan.projection_logit in other words."""

import torch
from torch.nn import functional as F


def logit_by_einsum(features, y, head, embedding):
    """A product row by row, made a column."""
    inner = torch.einsum("bf,bf->b", F.embedding(y, embedding), features)
    return head(features) + inner.unsqueeze(-1)


def logit_of_all_classes(features, y, head, embedding):
    """Every class's product, of which each row takes its own."""
    return torch.gather(features @ embedding.T, 1, y.view(-1, 1)) + head(features)


def logit_by_one_hot(features, y, head, embedding):
    """The row of the table by a matrix product with one-hot labels, and two products of matrices."""
    chosen = F.one_hot(y, num_classes=embedding.shape[0]).to(embedding.dtype) @ embedding
    inner = torch.bmm(chosen.unsqueeze(1), features.unsqueeze(2))
    return inner.reshape(-1, 1) + head(features).reshape(-1, 1)


def logit_from_the_diagonal(features, y, head, embedding):
    """Flat until the end; the products of rows with their own vector are on the diagonal."""
    flat = head(features).squeeze(1) + torch.diagonal(features @ embedding[y].T)
    return flat[:, None]


def logit_row_by_row(features, y, head, embedding):
    """One image at a time."""
    rows = [head(phi[None])[0] + embedding[k].dot(phi) for phi, k in zip(features, y, strict=True)]
    return torch.stack(rows)
