"""What load() returns: images, labels and where they came from."""

import hashlib
from dataclasses import dataclass

import torch


@dataclass(frozen=True, repr=False, eq=False)
class ImageData:
    """A labelled set of images, resident in memory.

    images: float32 [N, C, H, W] in [0, 1], contiguous; labels: int64 [N]; classes: the class names, so that
    classes[label] names a label; factors: what each image was made from, name -> [N], or None where nobody
    knows; name, split: what load() was asked for.
    """

    images: torch.Tensor
    labels: torch.Tensor
    classes: tuple[str, ...]
    factors: dict[str, torch.Tensor] | None = None
    name: str = ""
    split: str = "train"

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        shape = " x ".join(str(size) for size in self.images.shape[1:])
        known = f", factors {', '.join(self.factors)}" if self.factors else ""
        count = f"{len(self):,} of {shape}, {len(self.classes)} classes"
        return f"ImageData({self.name} {self.split}: {count}{known})"

    @property
    def flat(self):
        """The images as rows, [N, C * H * W]; a view, not a copy."""
        return self.images.flatten(1)

    def sha256(self):
        """Hexadecimal SHA-256 of shape, image bytes and label bytes: says what was trained on."""
        digest = hashlib.sha256(str(tuple(self.images.shape)).encode())
        for tensor in (self.images, self.labels):
            digest.update(tensor.contiguous().cpu().numpy().tobytes())
        return digest.hexdigest()
