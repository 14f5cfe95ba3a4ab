"""vae.quantise: the nearest code of a list."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def quantise(z, codebook):
    """The index of the nearest code, by Euclidean distance: z [B, D], codebook [K, D] -> [B] int64."""
    return (z[:, None, :] - codebook[None, :, :]).square().sum(dim=2).argmin(dim=1)


def _codebook(batch, units, codes):
    """A maker of vectors and of a codebook whose entries differ much in length."""

    def make(rng):
        lengths = torch.linspace(0.3, 3, codes)[torch.randperm(codes, generator=rng)]
        return torch.randn(batch, units, generator=rng), lengths[:, None] * torch.randn(
            codes, units, generator=rng
        )

    return make


def _on_the_codes(rng):
    codebook = torch.randn(6, 4, generator=rng)
    return codebook[torch.tensor([5, 0, 3, 3])] + 0.01 * torch.randn(4, 4, generator=rng), codebook


def _differences(z, codebook):
    return z[:, None, :] - codebook[None, :, :]


exercise(
    "vae.quantise",
    reference=quantise,
    inputs={
        "20 vectors of 3, 8 codes": _codebook(20, 3, 8),
        "15 vectors of 2, 5 codes": _codebook(15, 2, 5),
        "12 vectors of 5, 12 codes": _codebook(12, 5, 12),
        "vectors that lie on codes": _on_the_codes,
        "1 vector of 3, 4 codes": _codebook(1, 3, 4),
    },
    mistakes=[
        Mistake(
            lambda z, codebook: _differences(z, codebook).square().sum(dim=2).argmax(dim=1),
            "This is the farthest code: every vector is swapped for the one that is least like it, and the "
            "commitment term then drags the encoder across the whole codebook.",
        ),
        Mistake(
            (
                lambda z, codebook: (z @ codebook.T).argmax(dim=1),
                lambda z, codebook: (z @ codebook.T - codebook.square().sum(dim=1)).argmax(dim=1),
            ),
            "The dot product does not weigh the lengths of the codes as a distance does (|e|^2 is missing, "
            "or lacks its half against z e): a few codes take most vectors, and the rest of the codebook "
            "goes unused.",
        ),
        Mistake(
            lambda z, codebook: (z - codebook).square().sum(dim=1).argmin(),
            "You subtract the list of codes from the list of vectors, row from row: each vector must meet "
            "every code before the nearest can be told, and with sizes that happen to fit it meets just one.",
        ),
        Mistake(
            lambda z, codebook: (z @ codebook.T).argmin(dim=1),
            "The smallest dot product points away from z: you take the code that lies most nearly on the "
            "opposite side, and the decoder gets the reverse of what was encoded.",
        ),
        Mistake(
            lambda z, codebook: torch.cosine_similarity(z[:, None], codebook[None], dim=2).argmax(dim=1),
            "Only the directions are compared: two codes on one line are then the same to you, whatever "
            "their lengths, so the codebook cannot tell a faint feature from a strong one.",
        ),
        Mistake(
            lambda z, codebook: _differences(z, codebook).abs().sum(dim=2).argmin(dim=1),
            "These are distances along the axes (L1): mostly the same code wins, but not always, and then "
            "the squared commitment term pulls the encoder to a code that is not its nearest.",
        ),
        Mistake(
            lambda z, codebook: _differences(z, codebook).sum(dim=2).argmin(dim=1),
            "The differences are added with their signs: they cancel, so the code with the largest sum of "
            "entries wins for every vector, and the whole batch is drawn from one code.",
        ),
        Mistake(
            lambda z, codebook: _differences(z, codebook).square().sum(dim=2).argmin(dim=0),
            "The minimum runs over the vectors: you get the nearest vector of each code, K numbers, so every "
            "code is used once and most of the batch gets none.",
        ),
        Mistake(
            lambda z, codebook: codebook[quantise(z, codebook)],
            "These are the code vectors and not their indices: the decoder could take them, but the use of "
            "the codebook cannot be counted, and no prior over indices can be fitted.",
        ),
        Mistake(
            (
                lambda z, codebook: _differences(z, codebook).square().sum(dim=2).amin(dim=1),
                lambda z, codebook: _differences(z, codebook).norm(dim=2).amin(dim=1),
            ),
            "This is how far the nearest code is, and not which one it is: an index picks a row of the "
            "codebook, a distance picks nothing.",
        ),
    ],
    hints=[
        "Every vector has to be compared with every code: how many numbers is that for B and K?",
        "With an axis of size 1 put in, z[:, None] and codebook[None] subtract to [B, K, D]; one axis of "
        "that is summed, after squaring.",
        "What is left is [B, K]. Ask for the place of the smallest value along the codes, not for the value.",
    ],
)
