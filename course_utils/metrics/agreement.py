"""How often a judge reads what was asked for."""

import torch

from .._double import double
from .._validate import check_tensor


@torch.no_grad()
def agreement(classifier, images, labels):
    """The share of images that a classifier reads as their labels, between 0 and 1.

    classifier: callable, images [B, ...] -> logits [B, K]; labels: [B] int: for samples of a conditional
    model, what was asked for. Raises ValueError where the lengths differ, there are no images or a logit
    is NaN.
    """
    check_tensor("images", images)
    check_tensor("labels", labels, f"[{len(images)}]", floating=False)
    logits = classifier(images)
    if bool(logits.isnan().any()):
        raise ValueError(
            "classifier must give no NaN; it did for these images, which may hold some themselves."
        )
    return float(double(logits.argmax(1) == labels).mean())
