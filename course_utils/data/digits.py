"""scikit-learn's bundled handwriting: 1,797 real digits of 8 x 8 pixels, no download."""

import torch

from .images import ImageData

CLASSES = tuple("0123456789")


def load_digits(split):
    """All of one split of the 8 x 8 digits (Alpaydin & Kaynak 1998; the test part of UCI's optdigits).

    split: "train" (1,442 images) or "test" (355). Every fifth image of each class is in test, so the split is
    stratified and needs no random number. Returns ImageData with images [N, 1, 8, 8]; pixels were 0..16.
    """
    from sklearn import datasets  # half a second, and only this set needs it

    bunch = datasets.load_digits()
    labels = torch.from_numpy(bunch.target).long()
    images = torch.from_numpy(bunch.images).float().div_(16).unsqueeze(1)
    keep = every_fifth(labels) == (split == "test")
    return ImageData(images[keep].contiguous(), labels[keep], CLASSES, name="digits", split=split)


def every_fifth(labels):
    """Which of labels [N] are the fifth, tenth, ... of their class: bool [N]."""
    position = torch.nn.functional.one_hot(labels).cumsum(0).gather(1, labels[:, None])[:, 0]
    return position % 5 == 0
