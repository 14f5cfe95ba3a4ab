"""guidance.drop_labels: hiding a share of the labels in training."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise

_LARGE = 100_000  # labels, so many that coins hardly ever hide a share of them to the label


class _Coins(torch.Generator):
    """A generator that tells where it is seeded again."""

    def __new__(cls, seed):
        made = super().__new__(cls)
        torch.Generator.manual_seed(made, seed)
        return made

    def manual_seed(self, seed):
        raise RuntimeError(
            "you seed the caller's generator again: every batch then hides the labels at the same places, "
            "and what follows in training gets the same random numbers each time"
        )


def drop_labels(y, null, share, generator):
    """The labels y [B] with each replaced by null with probability share: [B]."""
    hidden = torch.rand(len(y), generator=generator) < share
    return torch.where(hidden, null, y)


def _labels(n, classes, share):
    def make(rng):
        return torch.randint(classes, (n,), generator=rng), classes, share, _Coins(n)

    return make


def _measured(out, y, null, share, generator):
    """What counts: how many are hidden, whether each by itself, and that the others are what they were."""
    hidden = out == null
    places = torch.arange(len(out)) / len(out)
    return {
        "share of labels that are hidden": hidden.double().mean(),
        "share of labels that are neither kept nor hidden": ((out != y) & ~hidden).double().mean(),
        "share of hidden labels in the first half of the batch": (hidden & (places < 0.5)).double().mean(),
        "share of neighbours that are both hidden": (hidden[1:] & hidden[:-1]).double().mean(),
        "share of labels that are 0": (out == 0).double().mean(),
        "share of labels greater than null": (out > null).double().mean(),
        "chance that a batch has exactly its share hidden": float(
            len(y) >= _LARGE and int(hidden.sum()) == round(share * len(y))
        ),
    }


def _in_theory(y, null, share, generator):
    zeros = (1 - share) * (y == 0).double().mean()
    names = _measured(y, y, null, share, generator)
    return dict(zip(names, (share, 0, share / 2, share**2, zeros, 0, 0), strict=True))


def _hide(coin, by=None):
    """Label dropout with another coin, or another label in place of null."""

    def hide(y, null, share, generator):
        hidden = coin(y, share, generator)
        return torch.where(hidden, null if by is None else by(y, null, generator), y)

    return hide


def _fair(y, share, generator):
    return torch.rand(len(y), generator=generator) < share


exercise(
    "guidance.drop_labels",
    reference=drop_labels,
    summary=_measured,
    expected=_in_theory,
    tolerance=0.1,
    inputs={
        "100,000 labels of 4 classes, share 0.25": _labels(_LARGE, 4, 0.25),
        "15,000 labels of 3 classes, share 0.5": _labels(15_000, 3, 0.5),
        "16,000 labels of 10 classes, share 0": _labels(16_000, 10, 0.0),
        "18,000 labels of 5 classes, share 0.8": _labels(18_000, 5, 0.8),
    },
    mistakes=[
        Mistake(
            _hide(lambda y, share, g: torch.rand(1, generator=g).expand(len(y)) < share),
            "One coin decides for the whole batch: the right share of steps is without labels, but each "
            "batch trains one of the two models alone, and the weights swing from one to the other.",
        ),
        Mistake(
            _hide(_fair, by=lambda y, null, g: torch.zeros_like(y)),
            "The hidden labels become 0, and 0 is a class: the network is told that digits of all kinds are "
            "zeros, asked for a 0 it draws anything, and the null label is never trained.",
        ),
        Mistake(
            _hide(_fair, by=lambda y, null, g: torch.full_like(y, -1)),
            "The hidden labels become -1, and the label that means not told is `null`: an embedding has no "
            "row -1, so the network stops, or takes its last row without a word.",
        ),
        Mistake(
            _hide(_fair, by=lambda y, null, g: torch.full_like(y, 10)),
            "You write 10 for the hidden labels, and the label that means not told is `null`: with another "
            "number of classes the table has no row 10, or it belongs to a class.",
        ),
        Mistake(
            _hide(lambda y, share, g: torch.randperm(len(y), generator=g) < round(share * len(y))),
            "You hide the same number in every batch, and not each label with that probability: of a batch "
            "of 4 a share of 0.1 would hide none, ever, and the null label would not be trained.",
        ),
        Mistake(
            _hide(_fair, by=lambda y, null, g: torch.randint(null, y.shape, generator=g)),
            "The labels are replaced by random ones, so the network learns to trust no label, and the null "
            "label, which guidance asks for, is never trained.",
        ),
        Mistake(
            _hide(lambda y, share, g: torch.rand(len(y), generator=g) > share),
            "The comparison is turned round: you keep the share that was to be hidden, so the conditional "
            "model sees a tenth of the labels and hardly learns what they mean.",
        ),
        Mistake(
            _hide(
                lambda y, share, g: (torch.arange(len(y)) + 0 * torch.rand(1, generator=g)) < share * len(y)
            ),
            "The first images of the batch are hidden, and no coin is tossed: the share is exact, but where "
            "the order means something (sorted classes, say) some classes are never hidden, others always.",
        ),
        Mistake(
            _hide(lambda y, share, g: torch.randn(len(y), generator=g) < share),
            "The coin is a draw from randn, of which more than half lies below any positive share: most "
            "labels are hidden, and the conditional model hardly learns; torch.rand lies in [0, 1).",
        ),
        Mistake(
            _hide(lambda y, share, g: _fair(y, share, g) & False),
            "No label is ever hidden: the network learns the conditional model alone, and what it answers "
            "to the null label at sampling time is the noise of an untrained row.",
        ),
        Mistake(
            _hide(lambda y, share, g: _fair(y, share, g) | True),
            "All labels are hidden: the network never sees one, and draws the same whatever it is asked for.",
        ),
    ],
    hints=[
        "Toss one coin for each image. Where it falls on `hide`, the label becomes null; elsewhere it stays "
        "what it was, in a new tensor.",
        "torch.rand(len(y), generator=generator) gives a number in [0, 1) for each image. How often is such "
        "a number below share?",
        "torch.where(condition, a, b) takes a where the condition holds and b elsewhere; a may be a number.",
    ],
)
