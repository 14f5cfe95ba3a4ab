"""vae.condition: a label beside the code."""

import torch
import torch.nn.functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def condition(z, y, classes):
    """Codes with the one-hot code of the label behind them: z [B, D], y [B] int -> [B, D + classes]."""
    return torch.cat([z, F.one_hot(y, classes).to(z.dtype)], dim=1)


def _labelled(batch, units, classes, labels=None):
    def make(rng):
        z = torch.randn(batch, units, generator=rng)
        y = torch.randint(classes, (batch,), generator=rng) if labels is None else torch.tensor(labels)
        return z, y, classes

    return make


def _hot(z, y, classes):
    return F.one_hot(y, classes).to(z.dtype)


exercise(
    "vae.condition",
    reference=condition,
    gradient=["z"],
    inputs={
        "5 codes of 3, 4 classes": _labelled(5, 3, 4, labels=[2, 0, 3, 1, 2]),
        "4 codes of 2, 10 classes, the last ones absent": _labelled(4, 2, 10, labels=[3, 7, 0, 3]),
        "1 code of 6, 3 classes": _labelled(1, 6, 3),
        "3 codes of 3, 3 classes": _labelled(3, 3, 3, labels=[1, 1, 0]),
    },
    mistakes=[
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype)], dim=1),
                lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype) / classes], dim=1),
                lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype) / (classes - 1)], dim=1),
            ),
            "The label is one column with a number: that tells the decoder that a 3 lies between a 2 and a 4 "
            "and a 9 is nine times a 1, and it has to unlearn this before it can draw either.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype).expand(-1, classes)], dim=1),
            "The label's number fills all the columns: they all say the same, so the decoder gets one number "
            "many times, with an order that digits do not have, instead of a switch for each class.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([_hot(z, y, classes), z], dim=1),
            "The one-hot code stands in front of z: a decoder that is trained this way works as well, but "
            "one that expects z first reads a class as a latent, so keep z, then class.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, F.one_hot(y).to(z.dtype)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y, int(y.max()) + 1)], dim=1),
                lambda z, y, classes: torch.cat(
                    [z, _hot(z, *y.unique(return_inverse=True)[1:], len(y.unique()))], dim=1
                ),
            ),
            "The width follows the labels that happen to be in the batch: without a 9 in it the decoder "
            "gets a column less and stops with an error, or one class lands in another's column.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, _hot(z, y, 10)], dim=1),
            "The 10 classes of the digits are written into your function: a net built for any other number "
            "of classes gets columns that it has no weights for, and stops with an error; use classes.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, _hot(z, (y + 1) % classes, classes)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, (y - 1) % classes, classes)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y + 1, classes + 1)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y + 1, classes + 1)[:, :classes]], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y, classes)[:, 1:]], dim=1),
                lambda z, y, classes: torch.cat([z, F.pad(_hot(z, y, classes)[:, 1:], (0, 1))], dim=1),
            ),
            "The one-hot code is shifted by one class: labels count from 0 here, so class 0 is column 0; as "
            "it is, one class loses its column or wraps round, and whoever asks for a 7 gets another digit.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z.long(), F.one_hot(y, classes)], dim=1),
            "The codes are cut to whole numbers: with a prior of N(0, I) most of them become 0, so the "
            "decoder gets the class and next to nothing of the style, and no gradient reaches the encoder.",
        ),
        Mistake(
            tuple(
                lambda z, y, classes, one=one: torch.cat(
                    [z, _hot(z, y[one], classes).expand(len(z), classes)], dim=1
                )
                for one in (0, -1)
            ),
            "Every row gets the label of one and the same item: the decoder is told a digit that most of its "
            "images do not show, so it learns not to listen, and asking for a 7 gives any digit.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, torch.zeros(len(z), classes, dtype=z.dtype)], dim=1),
            "The columns for the class are empty: the decoder never hears of the label, so this is the VAE "
            "without a condition, and asking it for a 7 gives any digit.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, torch.softmax(_hot(z, y, classes), dim=1)], dim=1),
            "A softmax over the one-hot code blurs it: the right class then gets 0.23 of ten and the others "
            "0.085 each, a weak signal that the decoder may drown in its latents.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, 1 - _hot(z, y, classes)], dim=1),
            "The code is inverted, 0 at the class and 1 elsewhere: a net could learn to read it, but any "
            "other that expects a one-hot code would be told of all classes but the right one.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, F.one_hot(y - 1, classes)], dim=1),
                lambda z, y, classes: torch.cat([z, F.one_hot(y + 1, classes)], dim=1),
            ),
            "Labels count from 0 here, so nothing is to be taken off or added: with 1 less class 0 has no "
            "column, with 1 more the last has none, and all others light their neighbour's, another digit.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, F.one_hot(y, classes)]),
                lambda z, y, classes: torch.cat([z, F.one_hot(y, classes)], dim=0),
            ),
            "Joined along axis 0 (torch.cat's default) the labels would stand under the codes, as further "
            "items of the batch: each item needs its label beside its own code, or no decoder hears of it.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, y], dim=1),
            "The labels are one number for each item, [B], and no code of them stands beside z: a decoder "
            "needs a column for each class, or it must read an order into the digits that they do not have.",
        ),
    ],
    hints=[
        "Classes have no order and no distance: what code for a label has the same distance between any two?",
        "F.one_hot makes it. How wide is it if the largest label of the batch happens to be 7, and how "
        "do you fix its width?",
        "Then both stand side by side, z first: torch.cat along the axis of the features, not of the batch.",
    ],
)
