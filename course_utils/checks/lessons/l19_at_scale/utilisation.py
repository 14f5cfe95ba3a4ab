"""scale.utilisation: the share of the chips' arithmetic that a training used."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def utilisation(macs, images, seconds, peak, gpus):
    """Share of the peak: macs, multiply-adds of one image forward; images trained on, by all GPUs together.

    peak: FLOPs a second of one GPU. A share of 1 would be every multiplier busy all the time.
    """
    done = 2 * 3 * macs * images
    return done / (seconds * peak * gpus)


def _after(change):
    """What becomes of the right answer: change(share, macs, images, seconds, peak, gpus)."""
    return lambda *given: change(utilisation(*given), *given)


def _training(macs, images, seconds, peak, gpus):
    """A maker of about these numbers."""

    def make(rng):
        near = 1 + 0.2 * float(torch.rand((), generator=rng))
        return macs * near, images, seconds, peak, gpus

    return make


exercise(
    "scale.utilisation",
    reference=utilisation,
    batch=False,
    tolerance=1e-4,
    inputs={
        "1 GPU, a small net": _training(2e9, 50_000, 7.0, 3e14, 1),
        "8 GPUs, a U-Net": _training(1.1e12, 4_000, 19.0, 1.25e14, 8),
        "128 chips, a transformer": _training(1.2e11, 1_459, 1.0, 1.23e14, 128),
        "2 slow processes": _training(4e7, 3_000, 12.0, 1.5e11, 2),
        "3 GPUs, nearly full": _training(2.5e11, 600, 1.5, 3.12e14, 3),
    },
    mistakes=[
        Mistake(
            _after(lambda u, *given: u / 3),
            "Only the forward pass counts here: a training step has a backward pass as well, of twice the "
            "FLOPs.",
        ),
        Mistake(
            _after(lambda u, *given: u * 2 / 3),
            "The backward pass is counted as one forward pass: it makes two products for each, the weight's "
            "gradient and the input's.",
        ),
        Mistake(
            _after(lambda u, *given: u / 2),
            "A multiply-add is two FLOPs, and the peak is in FLOPs: without the 2 a chip looks half as busy.",
        ),
        Mistake(
            _after(lambda u, *given: u / 6),
            "You divide multiply-adds of a forward pass by FLOPs: 2 FLOPs each, and a step is 3 forward "
            "passes.",
        ),
        Mistake(
            _after(lambda u, *given: u * 4 / 3),
            "You count the forward pass twice, as it is computed where memory is saved by computing again: "
            "what is repeated is no use, and counts in another measure (the hardware's).",
        ),
        Mistake(
            (
                _after(lambda u, macs, images, seconds, peak, gpus: u * gpus),
                _after(lambda u, macs, images, seconds, peak, gpus: u * gpus**2),
            ),
            "The peak is that of one GPU and the images are those of all: with more GPUs there is more that "
            "could have been done.",
        ),
        Mistake(
            _after(lambda u, macs, images, seconds, peak, gpus: u / gpus),
            "The images are those of all GPUs together already: divide by the number of GPUs once.",
        ),
        Mistake(
            _after(lambda u, *given: 100 * u),
            "This is in percent: a share lies between 0 and 1.",
        ),
        Mistake(
            _after(lambda u, *given: 1 / u),
            "The fraction stands upside down: what was done is above the line, what could have been done is "
            "below it.",
        ),
        Mistake(
            (
                _after(lambda u, macs, images, seconds, peak, gpus: u * seconds**2),
                _after(lambda u, macs, images, seconds, peak, gpus: u * seconds),
            ),
            "The time is on the wrong side, or missing: in more seconds more could have been done, so it "
            "stands below the line with the peak.",
        ),
        Mistake(
            (
                _after(lambda u, macs, images, seconds, peak, gpus: u / images),
                _after(lambda u, macs, images, seconds, peak, gpus: u / images**2),
            ),
            "The number of images is missing, or divides: macs is what one image takes.",
        ),
        Mistake(
            (
                _after(lambda u, macs, images, seconds, peak, gpus: u * peak),
                _after(lambda u, macs, images, seconds, peak, gpus: u * peak * gpus),
            ),
            "These are FLOPs a second: a share of what the chip could do needs its peak below the line.",
        ),
        Mistake(
            (_after(lambda u, *given: min(u, 0.3)), _after(lambda u, *given: 1 - u)),
            "This is the share that was idle, or one that is cut off: what was used is asked for, however "
            "much or little it is.",
        ),
        Mistake(
            _after(lambda u, *given: 2 * u),
            "The FLOPs of a step come out twice: 2 for a multiply-add times 3 forward passes is 6.",
        ),
    ],
    hints=[
        "Two numbers of FLOPs: those that the model asked for, and those that the chips could have done in "
        "this time.",
        "What does an image take forward, in FLOPs and not multiply-adds? And how many forward passes is a "
        "step with its backward pass worth?",
        "Below the line: how many FLOPs one GPU does in a second, times the seconds, times the GPUs.",
    ],
)
