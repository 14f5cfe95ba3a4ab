"""ae.l1_penalty: what makes a code sparse."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def l1_penalty(z):
    """Sum of absolute values per code, averaged over the batch: z [B, k] -> scalar."""
    return z.abs().sum(dim=1).mean()


def _codes(batch, units, zeros=False):
    def make(rng):
        z = torch.randn(batch, units, generator=rng)
        return (z.relu() if zeros else z,)

    return make


exercise(
    "ae.l1_penalty",
    reference=l1_penalty,
    gradient=["z"],
    inputs={
        "4 codes of 6 units": _codes(4, 6),
        "7 codes of 3 units": _codes(7, 3),
        "codes that are nearly silent": lambda rng: (1e-5 * torch.randn(5, 4, generator=rng),),
        "codes with exact zeros": _codes(5, 8, zeros=True),
    },
    mistakes=[
        Mistake(
            (lambda z: z.square().sum(dim=1).mean(), lambda z: z.square().mean(), lambda z: z.square().sum()),
            "These are squares (L2): a square hardly pushes on a small value, so it makes all units small "
            "and none of them zero, and the code does not get sparse.",
        ),
        Mistake(
            lambda z: z.norm(dim=1).mean(),
            "This is the length of each code, the root of its squares: it shrinks a code as a whole and "
            "has no reason to put some of its units at exactly zero.",
        ),
        Mistake(
            lambda z: z.sum(dim=1).mean(),
            "There is no absolute value: positive and negative units cancel, and where a unit may be "
            "negative, training lowers the penalty without end by making it more so.",
        ),
        Mistake(
            lambda z: z.abs().mean(),
            "You take the mean over the units too: the penalty gets weaker the wider the code is, so the "
            "same factor c means something else for every width.",
        ),
        Mistake(
            (
                lambda z: (z != 0).to(z.dtype).sum(dim=1).mean(),
                lambda z: (z > 0).to(z.dtype).sum(dim=1).mean(),
                lambda z: (z != 0).to(z.dtype).mean(),
            ),
            "You count the active units (L0): that is what we mean by sparse, but a count has no slope, so "
            "training learns nothing from it.",
        ),
        Mistake(
            lambda z: z.abs().sum(),
            "You sum over the batch too: the penalty grows with the batch size while the reconstruction "
            "loss does not, so a larger batch makes the codes sparser.",
        ),
        Mistake(
            lambda z: z.abs().sum(dim=0).mean(),
            "Sum and mean have changed places: you sum over the batch and average over the units, so the "
            "penalty grows with the batch and not with the code.",
        ),
        Mistake(
            lambda z: z.relu().sum(dim=1).mean(),
            "Only what is positive counts: a unit may be as active as it likes on the negative side, so "
            "where nothing keeps codes above 0 training turns them negative and none becomes silent.",
        ),
        Mistake(
            lambda z: z.sum(dim=1).abs().mean(),
            "You sum first and take the absolute value of the sum: positive and negative units cancel, so a "
            "code of large values can have a penalty of 0.",
        ),
    ],
    hints=[
        "One number for each code first: how much is switched on in it, whatever the sign.",
        "The sum goes along the units (axis 1 of [B, k]); only the batch is averaged.",
        "Three steps in a row: drop the sign, sum along axis 1, average.",
    ],
)
