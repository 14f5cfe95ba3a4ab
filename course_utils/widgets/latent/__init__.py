"""Drag z over the map of the codes; the decoder's image follows."""

import math

import torch
import traitlets

from ..._validate import check_flag, check_seed, check_tensor
from ..shared.decoding import as_decoder, picture_shape
from ..shared.export import export_grid, export_network, pack_images, pack_numbers
from ..shared.face import Face
from ..shared.inputs import check_labels, check_names, check_point
from .still import still

MOST_CODES = 2000
MOST_PIXELS = 400_000  # of training images, in all: about 150 kB once packed
N_SAMPLES = 9
UNLABELLED = "o"  # how a code is drawn whose class nobody knows; as in state.js


class LatentExplorer(Face):
    """A map of latent codes; drag z over it and see what the decoder makes of z.

    decoder: maps codes [B, 2] to images [B, C, H, W] (or [B, C * H * W]) in [0, 1]. A plain nn.Sequential of
    Linear layers and activations runs in the page; anything else is shown from 33 x 33 precomputed images.
    codes: float [N, 2]; labels: int [N], or None: then each code is an o; images: the training images
    [N, C, H, W] behind the codes, for the nearest one; image_shape: (C, H, W) or (H, W) where it cannot be
    told; names: the classes' names; seed: of the subsample (at most 2,000 codes) and of the samples from
    N(0, I).
    `explorer.z`, `explorer.point_a` and `explorer.point_b` follow what you do in the page.
    Raises TypeError or ValueError where the shapes disagree or a number is not finite.
    """

    network = traitlets.Dict(read_only=True).tag(sync=True)
    grid = traitlets.Dict(read_only=True).tag(sync=True)
    codes = traitlets.Unicode(read_only=True).tag(sync=True)
    labels = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    names = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    images = traitlets.Dict(read_only=True).tag(sync=True)
    image_shape = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    n_total = traitlets.Int(read_only=True).tag(sync=True)
    samples = traitlets.List(read_only=True).tag(sync=True)
    center = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    half = traitlets.Float(1.0, read_only=True).tag(sync=True)
    z = traitlets.Any([0.0, 0.0]).tag(sync=True)
    point_a = traitlets.Any([0.0, 0.0]).tag(sync=True)
    point_b = traitlets.Any([0.0, 0.0]).tag(sync=True)
    manifold = traitlets.Bool(False).tag(sync=True)
    holes = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        decoder,
        codes,
        labels=None,
        images=None,
        image_shape=None,
        names=None,
        z=None,
        manifold=False,
        holes=False,
        seed=0,
    ):
        check_flag("manifold", manifold), check_flag("holes", holes)
        unlabelled = labels is None
        codes, labels = _check_codes(codes, labels)
        names = check_names([UNLABELLED] if unlabelled else names, labels)
        if images is not None:
            check_tensor("images", images, f"[{len(codes)}, ...]")
        decode = as_decoder(decoder)
        shape = picture_shape(decode, images, image_shape)
        generator = torch.Generator().manual_seed(check_seed("seed", seed))
        kept = torch.randperm(len(codes), generator=generator)[:MOST_CODES]
        samples = torch.randn(N_SAMPLES, 2, generator=generator)
        center, half = _square(torch.cat([codes, samples]))
        network = export_network(decoder)
        ends = _two_ends(codes, labels)
        start = ends[0] if z is None else check_point("z", z)
        super().__init__(z=start, point_a=ends[0], point_b=ends[1], manifold=manifold, holes=holes)
        fixed = {
            "network": network or {},
            "grid": {} if network else export_grid(decode, center, half),
            "codes": pack_numbers(codes[kept]),
            "labels": labels[kept].tolist(),
            "names": [] if unlabelled else names,
            "images": {} if images is None else _pack_training_images(images, kept, shape),
            "image_shape": list(shape),
            "n_total": len(codes),
            "samples": samples.tolist(),
            "center": center,
            "half": half,
        }
        for name, value in fixed.items():
            self.set_trait(name, value)
        self._stilled = (decode, codes[kept], labels[kept], names)

    @traitlets.validate("z", "point_a", "point_b")
    def _check_points(self, proposal):
        return check_point(proposal.trait.name, proposal.value)

    def _alt(self):
        shown = "" if self.n_total <= MOST_CODES else f", {MOST_CODES:,} of them shown"
        of = f" of {len(set(self.labels))} classes{shown}, each drawn as its label" if self.names else shown
        return (
            f"LatentExplorer: a map of {self.n_total:,} codes{of}; beside it the image that the decoder "
            "makes of the point z, to be dragged over the map."
        )

    def _still(self):
        decode, codes, labels, names = self._stilled
        return still(decode, codes, labels, names, self.z, self.image_shape, self.center, self.half)


def _check_codes(codes, labels):
    check_tensor("codes", codes)
    if codes.ndim != 2 or codes.shape[1] != 2:
        raise ValueError(
            f"codes must have shape [N, 2], for a map with two axes; got {list(codes.shape)}: "
            "train with latent_dim=2."
        )
    if not torch.isfinite(codes).all():
        bad = int((~torch.isfinite(codes)).any(dim=1).sum())
        raise ValueError(f"codes must be finite; got {bad} of {len(codes)} rows with NaN or infinity.")
    labels = torch.zeros(len(codes), dtype=torch.int64) if labels is None else labels
    labels = check_labels(labels, "codes", len(codes))
    return codes.detach().cpu().float(), labels


def _square(points):
    """Centre and half width of the square around points [N, 2], with a margin: both axes share one scale."""
    low, high = points.amin(dim=0), points.amax(dim=0)
    half = 0.53 * float((high - low).amax())
    return ((low + high) / 2).tolist(), half


def _two_ends(codes, labels):
    """Where an interpolation may start and end: the most central code of the first class and of the last.

    Where there is but one class, or none is known: the codes furthest to the left and to the right.
    """
    if labels.min() == labels.max():
        return [codes[codes[:, 0].argmin()].tolist(), codes[codes[:, 0].argmax()].tolist()]
    ends = []
    for label in (labels.min(), labels.max()):
        members = codes[labels == label]
        ends.append(members[(members - members.mean(dim=0)).norm(dim=1).argmin()].tolist())
    return ends


def _pack_training_images(images, kept, shape):
    count = min(len(kept), max(1, MOST_PIXELS // math.prod(shape)))
    return {"count": count, "data": pack_images(images[kept[:count]])}
