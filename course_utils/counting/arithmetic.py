"""What the big systems cost, from first principles and from the figures that were published of them.

A figure stands here with its source, or is computed from such. Papers on images count a multiplication and
an addition as one; here they are two.
"""

from typing import NamedTuple

from .._validate import check_choice, check_int, check_number
from .layers import transformer_flops

DAY = 86_400  # seconds


class Chip(NamedTuple):
    """peak: FLOPs a second of dense products in 16 bits, as the maker states them; memory: bytes."""

    peak: float
    memory: int
    source: str


CHIPS = {
    "V100": Chip(125e12, 32 * 10**9, "NVIDIA V100 data sheet (SXM2): tensor performance, FP16"),
    "A100": Chip(312e12, 80 * 10**9, "NVIDIA A100 data sheet: BF16 tensor core, without sparsity"),
    "H100": Chip(989e12, 80 * 10**9, "NVIDIA H100 data sheet (SXM): BF16 tensor core, without sparsity"),
    "H200": Chip(989e12, 141 * 10**9, "NVIDIA H200 data sheet (SXM): BF16 tensor core, without sparsity"),
    "TPU v3": Chip(123e12, 32 * 10**9, "Google Cloud, documentation of TPU v3: peak compute per chip, bf16"),
}


class Training(NamedTuple):
    """One training as published, in batches of `batch` images.

    stages: pairs of how many steps, and of the multiply-adds of one image forward, None where nobody
    published them. chip, chip_days: on what it ran and how long, None where unknown.
    """

    what: str
    stages: tuple
    batch: int
    chip: str | None
    chip_days: float | None
    sources: tuple

    @property
    def images(self):
        """How many images it saw, repetitions counted."""
        return self.batch * sum(steps for steps, _ in self.stages)

    @property
    def flops(self):
        """FLOPs of all its steps, 3 forward passes each, 2 FLOPs a multiply-add; None where unknown."""
        if any(macs is None for _, macs in self.stages):
            return None
        return 3 * 2 * self.batch * sum(steps * macs for steps, macs in self.stages)

    @property
    def utilisation(self):
        """Of its chips' peak, what these FLOPs and days come to; None where one of them is unknown."""
        if self.flops is None or self.chip is None:
            return None
        return self.flops / (self.chip_days * DAY * CHIPS[self.chip].peak)


DIT = "Peebles & Xie 2023, arXiv:2212.09748"
ADM = "Dhariwal & Nichol 2021, arXiv:2105.05233"
LDM = "Rombach et al. 2022, arXiv:2112.10752"
CARD = "the model card of Stable Diffusion v1"

TRAININGS = {
    "ADM": Training(
        "ImageNet, 256 x 256, the generator of ADM-G", ((1_980_000, 1_120e9),), 256, "V100", 916,
        (f"steps, batch and V100-days: {ADM}, tables 10 and 11", f"multiply-adds: {DIT}, section 5"),
    ),
    "LDM-4": Training(
        "ImageNet, 256 x 256, in a code of 64 x 64", ((178_000, 103.6e9),), 1_200, "A100", 271 / 2.2,
        (f"steps, batch, and 271 V100-days, which are days of one A100 times 2.2: {LDM}, table 18",
         f"multiply-adds: {DIT}, section 5; without the autoencoder"),
    ),
    "DiT-XL/2": Training(
        "ImageNet, 256 x 256, in a code of 32 x 32", ((7_000_000, 118.6e9),), 256, "TPU v3",
        128 * 7_000_000 / 5.7 / DAY,
        (f"steps, batch, multiply-adds, 5.7 steps a second on 256 cores (128 chips): {DIT}, sections 4 and 5",
         "without the autoencoder"),
    ),
    "Stable Diffusion v1.4": Training(
        "LAION, in a code of 32 x 32, then of 64 x 64",
        ((237_000, 90.05e9), (194_000 + 515_000 + 225_000, 401.64e9)), 2_048, "A100", 150_000 / 24,
        (f"steps, batch and 150,000 hours of an A100: {CARD}",
         "multiply-adds: of the network that the card names, counted by this room's formulas; its "
         "autoencoder and its text encoder, which run at every step, too, are not in them"),
    ),
    "GLIDE": Training(
        "text to image, 64 x 64, the base model", ((2_500_000, None),), 2_048, None, None,
        ("steps and batch: Nichol et al. 2021, arXiv:2112.10741, section 4; no FLOPs, no days",),
    ),
    "Imagen": Training(
        "text to image, 64 x 64, the base model", ((2_500_000, None),), 2_048, None, None,
        ("steps and batch: Saharia et al. 2022, arXiv:2205.11487, section 4.1; 256 TPU v4, no days",),
    ),
}  # fmt: skip

# Of Peebles & Xie 2023, table 1: depth, width of each size; 256 patches of a code of 32 x 32.
DITS = {"S": (12, 384), "B": (12, 768), "L": (24, 1024), "XL": (28, 1152)}


def dit_macs(size, tokens=256, values=16):
    """Multiply-adds of one image forward through a DiT with adaLN-Zero, from its structure.

    size: "S", "B", "L" or "XL"; tokens: patches of the image; values: numbers in a patch of what goes in; of
    what comes out there are twice as many, for that DiT predicts a variance, too.
    """
    depth, width = DITS[check_choice("size", size, DITS)]
    tokens, values = check_int("tokens", tokens), check_int("values", values)
    ends = 2 * tokens * 3 * values * width  # a linear layer in, and one of twice the values out
    told = 2 * (256 * width + width * width + 2 * width * width)  # the time's two layers, the last norm
    return (transformer_flops(1, tokens, width, depth, modulated=6) + ends + told) / 2


def transformer_training_flops(parameters, tokens):
    """FLOPs to train a transformer on so many tokens: 6 for each parameter and token.

    2 for the forward pass and 4 for the backward one, of every weight that meets every token; attention's
    own products, and weights that meet an image once, come apart. Source: Kaplan et al. 2020, section 2.1.
    """
    count = check_int("parameters", parameters, maximum=10**15)
    return 6 * count * check_int("tokens", tokens, maximum=10**18)


def gpu_days(flops, peak, utilisation):
    """Days of one GPU for so many FLOPs: flops / (peak x utilisation x 86,400 s); two GPUs take half.

    peak: FLOPs a second, such as CHIPS["A100"].peak; utilisation: a share in (0, 1].
    """
    used = check_number("utilisation", utilisation, 0, 1, open_minimum=True)
    speed = check_number("peak", peak, 0, open_minimum=True) * used
    return check_number("flops", flops, 0) / speed / DAY
