"""How often a judge reads what was asked for."""

import torch

from .._double import double
from .._validate import check_callable, check_kind, check_tensor, check_whole


@torch.no_grad()
def agreement(classifier, images, labels):
    """The share of images that a classifier reads as their labels, between 0 and 1.

    classifier: callable, images [B, ...] -> logits [B, K]; labels: [B] int: for samples of a conditional
    model, what was asked for. Raises ValueError where the lengths differ, there are no images or a logit
    is NaN.
    """
    check_callable("classifier", classifier, "images")
    check_tensor("images", images, "[B, ...]")
    check_whole("labels", labels, f"[{len(images)}]")
    logits = check_kind("classifier(images)", classifier(images), torch.Tensor, "a tensor")
    if logits.ndim != 2 or len(logits) != len(images):
        raise ValueError(f"classifier must return [{len(images)}, K]; it returned {list(logits.shape)}.")
    if bool(logits.isnan().any()):
        raise ValueError(
            "classifier must give no NaN; it did for these images, which may hold some themselves."
        )
    return float(double(logits.argmax(1) == labels).mean())
