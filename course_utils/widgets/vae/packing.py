"""An autoencoder or a VAE as plain values for the page: its codes of the shown images, and its decoder."""

import torch

from ..._double import double
from ...divergences import kl_normal
from ..shared.decoding import as_decoder, evaluating, picture_shape
from ..shared.export import export_grid, export_network, pack_numbers

LIVE_GRID_PIXELS = 1_000_000  # in all grids: beyond this, fewer points
SIDES = (33, 17)


class Packed:
    """One model's part of the picture.

    decode: [B, 2] -> [B, ...]; mean, logvar: [N, 2] of all images, logvar None for the autoencoder.
    """

    def __init__(self, name, decoder, images, mean, logvar=None):
        self.decoder, self.mean, self.logvar = decoder, mean, logvar
        try:
            self.decode = as_decoder(decoder)
            self.shape = picture_shape(self.decode, images, None)
        except (TypeError, ValueError) as error:
            raise type(error)(str(error).replace("decoder", f"{name}.decoder", 1)) from None

    def values(self, kept, half, side):
        """What the page gets: the decoder, and the codes of the images kept (an index [M]) as halves."""
        network = export_network(self.decoder, "float16")
        values = {
            "network": network or {},
            "grid": {} if network else export_grid(self.decode, [0.0, 0.0], half, side),
            "codes": pack_numbers(self.mean[kept], "float16"),
        }
        if self.logvar is not None:
            values["logvar"] = pack_numbers(self.logvar[kept], "float16")
            values["kl"] = float(kl_normal(double(self.mean), double(self.logvar)).mean())
        return values


def pack_autoencoder(autoencoder, images):
    """The Packed autoencoder with its codes of images [N, C, H, W].

    Raises TypeError where it has no .encoder and .decoder, ValueError where the codes are not [N, 2].
    """
    _require_parts("autoencoder", autoencoder, "encoder", "decoder")
    codes = _encode("autoencoder.encoder", autoencoder, autoencoder.encoder, images)
    return Packed("autoencoder", autoencoder.decoder, images, _two("autoencoder.encoder", codes, len(images)))


def pack_vae(beta, vae, images):
    """The Packed VAE with mean and logvar of q(z | x) of images [N, C, H, W].

    Raises TypeError where it has no .encode and .decoder, ValueError where they are not two times [N, 2].
    """
    name = f"vaes[{beta:g}]"
    _require_parts(name, vae, "encode", "decoder")
    parts = _encode(f"{name}.encode", vae, vae.encode, images)
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        raise ValueError(f"{name}.encode must return mean and logvar; got {type(parts).__name__}.")
    mean, logvar = (_two(f"{name}.encode", part, len(images)) for part in parts)
    return Packed(name, vae.decoder, images, mean, logvar)


def grid_side(models):
    """How many points along each side of the grids for decoders that the page cannot run."""
    pixels = sum(model.shape[0] * model.shape[1] * model.shape[2] for model in models)
    return SIDES[0] if SIDES[0] ** 2 * pixels <= LIVE_GRID_PIXELS else SIDES[1]


def _require_parts(name, model, *parts):
    missing = [f".{part}" for part in parts if not callable(getattr(model, part, None))]
    if missing:
        wanted = " and ".join(f".{part}" for part in parts)
        raise TypeError(f"{name} must have {wanted}; {type(model).__name__} has no {' or '.join(missing)}.")


def _encode(name, model, encode, images):
    try:
        with evaluating(model) as place:
            return encode(place(images))
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        shape = list(images.shape)
        raise ValueError(f"{name} must take images of shape {shape}; it raised: {reason}") from None


def _two(name, codes, count):
    if not isinstance(codes, torch.Tensor) or codes.shape != (count, 2):
        got = list(codes.shape) if isinstance(codes, torch.Tensor) else type(codes).__name__
        raise ValueError(
            f"{name} must give [{count}, 2] for {count} images, for a map with two axes; got {got}: "
            "train with latent_dim=2."
        )
    if not torch.isfinite(codes).all():
        raise ValueError(f"{name} must give finite numbers; got NaN or infinity.")
    return codes.float().cpu()
