"""Right answers to lora.merge in other words."""

import torch


def merge_flat(weight, up, down, scale):
    flat = weight.reshape(len(weight), -1)
    return torch.addmm(flat, up, down, alpha=scale).reshape(weight.shape)


def merge_by_ranks(weight, up, down, scale):
    merged = weight.clone()
    for column, row in zip(up.T, down, strict=True):
        merged += scale * torch.outer(column, row).view_as(weight)
    return merged


def merge_without_gradients(weight, up, down, scale):
    with torch.no_grad():
        change = torch.einsum("mr,rn->mn", up * scale, down)
        return weight.detach().clone().add_(change.unflatten(1, weight.shape[1:]))


def merge_through_the_layer(weight, up, down, scale):
    """What the change does to each unit vector, row by row."""
    eye = torch.eye(down.shape[1], dtype=down.dtype)
    change = ((eye @ down.T) @ up.T).T
    return weight + (change * scale).reshape(*weight.shape)
