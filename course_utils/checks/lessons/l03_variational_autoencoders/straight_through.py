"""vae.straight_through: the value of the code, the gradient of the encoder."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def straight_through(z, nearest):
    """The value of nearest with the gradient of z: z, nearest [B, D] -> [B, D] (Bengio et al. 2013)."""
    return z + (nearest - z).detach()


def _rounded(batch, units, scale=1.0):
    def make(rng):
        z = scale * torch.randn(batch, units, generator=rng)
        return z, z + 0.5 * torch.randn(batch, units, generator=rng)

    return make


exercise(
    "vae.straight_through",
    reference=straight_through,
    gradient=["z", "nearest"],
    inputs={
        "4 vectors of 3, some of them far out": _rounded(4, 3, scale=8.0),
        "2 vectors of 6": _rounded(2, 6),
        "1 vector of 2": _rounded(1, 2),
    },
    mistakes=[
        Mistake(
            (
                lambda z, nearest: nearest + 0 * z,
                lambda z, nearest: nearest.clone(),
                lambda z, nearest: z + nearest - z,
                lambda z, nearest: z.detach() + nearest - z.detach(),
            ),
            "Your values are right, but the gradient goes to nearest and none of it to z: choosing a code "
            "has no slope (and z - z without a detach cancels), so the encoder never hears of the image "
            "again and never learns.",
        ),
        Mistake(
            (
                lambda z, nearest: nearest.detach(),
                lambda z, nearest: z + nearest.detach() - z,
            ),
            "Your values are right, but no gradient reaches z: everything on the way is detached or "
            "cancels, so only the decoder is trained, on the codes of an encoder that stays random.",
        ),
        Mistake(
            (
                lambda z, nearest: z.clone(),
                lambda z, nearest: nearest + (z - nearest).detach(),
                lambda z, nearest: z - (z - nearest) + (z - nearest).detach(),
            ),
            "Your values are those of z: nothing is rounded to a code, so the decoder learns an ordinary "
            "autoencoder and knows nothing of the codebook; the values belong to nearest, only the gradient "
            "to z.",
        ),
        Mistake(
            lambda z, nearest: nearest + z - z.detach(),
            "Your values are right, but a gradient reaches nearest as well as z: the reconstruction then "
            "drags the codes about, while in a VQ-VAE a term of its own moves them to the vectors that "
            "chose them.",
        ),
        Mistake(
            (
                lambda z, nearest: nearest - z + z.detach(),
                lambda z, nearest: nearest.detach() - z + z.detach(),
            ),
            "Your values are right, but the gradient reaches z with the opposite sign: every step makes the "
            "encoder's part of the image worse, and the reconstruction loss climbs.",
        ),
        Mistake(
            (
                lambda z, nearest: z + (nearest - z).detach() / 2,
                lambda z, nearest: (z + nearest) / 2,
            ),
            "Your values lie between z and its code: the decoder can read the rest of z out of that, and "
            "once it gets codes alone, as for every sample, its images fall apart.",
        ),
        Mistake(
            lambda z, nearest: z + nearest.detach(),
            "You add z and its code: the difference between them was to be added to z, so your result is "
            "about twice as far out as any code that the decoder will ever be given.",
        ),
    ],
    hints=[
        "Forward the result has to be nearest; backward it has to look as if it were z. Which expression is "
        "z for the gradient and something else in value?",
        "z plus a correction. The correction takes z to nearest and has no gradient of its own.",
        "The correction is one difference, detached as a whole.",
    ],
)
