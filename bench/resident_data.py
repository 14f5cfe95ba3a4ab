"""An epoch of 20,000 glyphs: resident on the device, against a DataLoader of PIL images."""

import time

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.functional import to_tensor

from course_utils import data, training

BATCH = 128


class PilImages(Dataset):
    """What torchvision's data sets do: one PIL image an item, turned into a tensor when asked for."""

    def __init__(self, images, labels):
        self.images, self.labels = images.numpy(), labels.tolist()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return to_tensor(Image.fromarray(self.images[index])), self.labels[index]


def measure():
    """Rows for the table: uint8 and float32 resident data against the faster of 0 and 2 workers."""
    glyphs = data.load("glyphs", n=20_000)
    levels = (glyphs.images * 255).round().to(torch.uint8)
    pictures = PilImages(levels[:, 0], glyphs.labels)
    loaders = [DataLoader(pictures, batch_size=BATCH, shuffle=True, num_workers=k) for k in (0, 2)]
    theirs = min(_best(_iterate_loader, loader, repeats=2) for loader in loaders)
    rows = []
    for kind, images in (("uint8", levels), ("float32", glyphs.images)):
        batches = training.Batches((images, glyphs.labels), BATCH, seed=0, device=training.pick_device())
        ours = _best(_iterate_batches, batches, repeats=5)
        what = f"epoch of {len(images):,} glyphs, {kind}, against PIL + DataLoader"
        rows.append(
            (what, f"{1000 * ours:.1f} ms", f"{1000 * theirs:.0f} ms", f"{theirs / ours:.0f}x faster")
        )
    return rows


def _best(iterate, source, repeats):
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        iterate(source)
        times.append(time.perf_counter() - started)
    return min(times)


def _iterate_loader(loader):
    for _ in loader:
        pass


def _iterate_batches(batches):
    batches.epochs_iterated = getattr(batches, "epochs_iterated", 0) + 1
    first = batches.epochs_iterated * batches.per_epoch
    for step in range(first, first + batches.per_epoch):
        batches[step]
    if batches.device.type == "cuda":
        torch.cuda.synchronize()
