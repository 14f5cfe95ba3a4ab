"""guidance.combine: two answers of one network, and a scale."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def combine(uncond, cond, scale):
    """uncond + s (cond - uncond), both [B, ...]."""
    return uncond + scale * (cond - uncond)


def _answers(shape, scale):
    def make(rng):
        uncond, cond = torch.randn(2, *shape, generator=rng, dtype=torch.float64)
        return uncond, cond, scale

    return make


exercise(
    "guidance.combine",
    reference=combine,
    inputs={
        "4 points of the plane, scale 3": _answers((4, 2), 3.0),
        "2 images of 4 x 4, scale 1.5": _answers((2, 1, 4, 4), 1.5),
        "3 points, scale 1": _answers((3, 2), 1.0),
        "5 points, scale 0": _answers((5, 2), 0.0),
    },
    mistakes=[
        Mistake(
            lambda u, c, s: (u + s * (c - u)).clamp(-1, 1),
            "The result is cut to [-1, 1]: a guess of x_0 may be cut so, later, but this may be epsilon, of "
            "which a third lies outside.",
        ),
        Mistake(
            (
                lambda u, c, s: c + s * (c - u),
                lambda u, c, s: (1 + s) * c - s * u,
            ),
            "This is the papers' w: scale 0 gives the conditional model and scale 1 already doubles the "
            "push. Here s = 1 + w; a scale copied from a library, put into this, guides one step too hard.",
        ),
        Mistake(
            lambda u, c, s: u + (s - 1) * (c - u),
            "You turn s into w and then start from the unconditional answer: scale 1 now ignores the label. "
            "Either s with uncond + ..., or w = s - 1 with cond + ....",
        ),
        Mistake(
            (
                lambda u, c, s: u + s * (u - c),
                lambda u, c, s: c + s * (u - c),
            ),
            "The difference is turned round: the push goes from the label to no label, and the samples are "
            "of every class but the one that was asked for.",
        ),
        Mistake(
            lambda u, c, s: s * c,
            "You multiply the answer with the label and leave the other out: at scale 3 that is three times "
            "the noise there is, and not one step further from the unlabelled answer.",
        ),
        Mistake(
            lambda u, c, s: s * (c - u),
            "Only the difference is left: it says what the label changes, and nothing about digits; the "
            "sampler gets no picture out of it.",
        ),
        Mistake(
            lambda u, c, s: u + s * c,
            "The unconditional answer is not taken off again: at scale 1 you have the sum of two noises, "
            "about twice as much as there is, and the samples blow up.",
        ),
        Mistake(
            (
                lambda u, c, s: s * c + (s - 1) * u,
                lambda u, c, s: s * c - u,
            ),
            "The weights do not add up to 1: they are s for the answer with the label and 1 - s, which is "
            "negative above 1, for the one without; otherwise the noise as a whole is scaled, too.",
        ),
        Mistake(
            lambda u, c, s: (u + s * c) / (1 + s),
            "This is a weighted average of the two answers: it lies between them at every scale, so the "
            "label is always softened and never exaggerated, and guidance goes beyond.",
        ),
        Mistake(
            (
                lambda u, c, s: u + s * (c - u) / max(s, 1),
                lambda u, c, s: u + min(s, 1) * (c - u),
            ),
            "The scale is cut off at 1, or divided out again: it is not the weight of an average, it may go "
            "beyond the conditional answer, and guidance is just that; here every scale above 1 gives the "
            "same.",
        ),
    ],
    hints=[
        "Start at the answer without the label, and go towards the answer with it: scale 0 stays, scale 1 "
        "arrives. Scale 2 goes as far again.",
        "What the label changes is cond - uncond.",
        "Add that difference, times the scale, to uncond. Try 0 and 1 in your head.",
    ],
)
