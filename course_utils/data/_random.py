"""Random streams that belong to one purpose, so that no draw here moves a draw elsewhere."""

import zlib

import torch

from course_utils._validate import check_int

MAX_SEED = 2**31 - 1


def stream(purpose, seed, split="train"):
    """A torch.Generator of its own for one purpose, seed and split.

    purpose: any string; seed: int in 0..MAX_SEED. PyTorch's CPU generator keeps 32 bits of its seed.
    Train takes the even ones and test the odd ones, so for one purpose no train stream is ever a test stream.
    """
    seed = check_int("seed", seed, minimum=0, maximum=MAX_SEED)
    start = zlib.crc32(purpose.encode()) & ~1
    return torch.Generator().manual_seed((start + 2 * seed + (split == "test")) % 2**32)


def balanced_subset(labels, n, generator):
    """Indices [n] of a random subset in which class counts differ by at most one while classes last.

    labels: int64 [N]; n: int in 1..N. With K classes every block of K images holds each class once, and a
    smaller subset is the beginning of a larger one.
    """
    order = torch.randperm(len(labels), generator=generator)
    rank = torch.empty_like(order)  # how many of its own class come before an image
    for label in labels.unique():
        mine = labels[order] == label
        rank[mine] = torch.arange(int(mine.sum()))
    return order[rank.argsort(stable=True)][:n]
