"""The families that trilemma compares: how each is built, trained, sampled and asked for a likelihood.

A family is a file here with a `FAMILY`; all are unconditional. Grey levels are whole numbers below `levels`.
Where a density is asked for, images are dequantised: level k becomes a number in [k / levels, (k + 1) /
levels); every family's samples are such numbers too, so the caller can put them back on the grey levels.
"""

from . import diffusion, flow, flow_matching, gan, latent_diffusion, vae, wgan_gp
from .family import Family, on_grey_levels

FAMILIES = {
    "vae": vae.FAMILY,
    "gan": gan.FAMILY,
    "wgan_gp": wgan_gp.FAMILY,
    "flow": flow.FAMILY,
    "diffusion": diffusion.FAMILY,
    "flow_matching": flow_matching.FAMILY,
    "latent_diffusion": latent_diffusion.FAMILY,
}

__all__ = ["FAMILIES", "Family", "on_grey_levels"]
