"""An autoencoder whose code is a small image of indices into a codebook (van den Oord et al. 2017)."""

from torch import nn

from .._validate import check_labels, check_number, check_tensor
from ..vae import Quantized, VectorQuantizer
from .autoencoder import code_shape, down, up


class VQAutoencoder(nn.Module):
    """Each place of a small image z becomes the nearest of `size` vectors of a codebook.

    in_shape: (C, H, W), H and W divisible by 2 ** len(channels); size: K entries; dim: of each; channels: as
    in KLAutoencoder, whose layers these are. `code_shape` is (dim, h, w). Raises ValueError for a size that
    does not divide.
    """

    def __init__(self, in_shape, size=64, dim=4, channels=(16, 32)):
        super().__init__()
        self.code_shape = code_shape(in_shape, dim, channels)
        self._images = f"[B, {', '.join(map(str, in_shape))}]"
        self._codes = f"[B, {', '.join(map(str, self.code_shape))}]"
        self.encoder = down(in_shape[0], channels, dim)
        self.quantizer = VectorQuantizer(size, dim)
        self.decoder = up(dim, channels, in_shape[0])

    def encode(self, x):
        """Codes before quantisation, [B, dim, h, w]; x: [B, C, H, W]."""
        check_tensor("x", x, self._images)
        return self.encoder(x)

    def quantise(self, z):
        """z: [B, dim, h, w] -> Quantized(z [B, dim, h, w], indices int64 [B, h, w], loss)."""
        check_tensor("z", z, self._codes)
        vectors, indices, loss = self.quantizer(z.movedim(1, -1))
        return Quantized(vectors.movedim(-1, 1), indices, loss)

    def decode(self, z):
        """Images [B, C, H, W] in (0, 1) for codes z [B, dim, h, w]."""
        check_tensor("z", z, self._codes)
        return self.decoder(z)

    def decode_indices(self, indices):
        """Images [B, C, H, W] in (0, 1) for indices [B, h, w] in 0..K-1."""
        _, height, width = self.code_shape
        indices = check_labels("indices", indices, len(self.quantizer.codebook), f"[B, {height}, {width}]")
        return self.decode(self.quantizer.codebook[indices].movedim(-1, 1))

    def forward(self, x):
        """x: [B, C, H, W] -> the image of its quantised code, [B, C, H, W], and the Quantized."""
        quantized = self.quantise(self.encode(x))
        return self.decode(quantized.z), quantized

    def loss(self, x, codebook_weight=250.0):
        """The squared error of an image, summed over pixels, plus codebook_weight times the codebook's loss.

        x: [B, C, H, W]; a scalar, the mean over the batch. The codebook's loss is VectorQuantizer's, a mean
        over the places and dimensions of a code; where it counts for little, the codes leave the codebook.
        """
        check_number("codebook_weight", codebook_weight, 0)
        decoded, quantized = self(x)
        return (decoded - x).square().sum((1, 2, 3)).mean() + codebook_weight * quantized.loss
