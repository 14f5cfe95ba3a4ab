"""The exercises of notebook 03, Variational autoencoders: codes from a list, and gradients past a sample."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


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


def straight_through(z, nearest):
    """The value of nearest with the gradient of z: z, nearest [B, D] -> [B, D] (Bengio et al. 2013)."""
    return z + (nearest - z).detach()


def _rounded(batch, units):
    def make(rng):
        z = torch.randn(batch, units, generator=rng)
        return z, z + 0.5 * torch.randn(batch, units, generator=rng)

    return make


exercise(
    "vae.straight_through",
    reference=straight_through,
    gradient=["z", "nearest"],
    inputs={
        "4 vectors of 3": _rounded(4, 3),
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


def score_surrogate(f, log_q):
    """A scalar whose gradient is the score-function estimate of that of E_q[f] (Williams 1992): both [S]."""
    return (f.detach() * log_q).mean()


def _draws(samples, positive=False):
    """A maker of values of f and of log densities; with positive, f is one that has a logarithm."""

    def make(rng):
        f, log_q = torch.randn(2, samples, generator=rng)
        return (f.exp() if positive else f + 0.5), log_q - 1

    return make


def _beside_the_others(f):
    return f - (f.sum() - f) / (len(f) - 1)


exercise(
    "vae.score_surrogate",
    reference=score_surrogate,
    gradient=["log_q", "f"],
    inputs={
        "6 samples": _draws(6),
        "9 samples, every f positive": _draws(9, positive=True),
        "4 samples": _draws(4),
        "2 samples": _draws(2),
    },
    accepted=[
        Accepted(
            lambda f, log_q: (f.detach() * (log_q - log_q.detach()).exp()).mean(),
            "Its value is the mean of f and its gradient that of the score function: the form to take when "
            "the value is to be read as well (Foerster et al. 2018).",
        ),
    ],
    mistakes=[
        Mistake(
            lambda f, log_q: (f * log_q).mean(),
            "Your values are right, but a gradient reaches f too, times log q: where f depends on the "
            "parameters that is a second term, the estimate is biased, and training walks to a wrong place.",
        ),
        Mistake(
            (
                lambda f, log_q: (f * log_q.detach()).mean(),
                lambda f, log_q: (f.detach() * log_q.detach()).mean(),
            ),
            "Your values are right, but no gradient reaches log_q: log q is detached, and it is the only "
            "road to the parameters of q, so the encoder never moves.",
        ),
        Mistake(
            (
                lambda f, log_q: (f.detach() * log_q.exp()).mean(),
                lambda f, log_q: (f * log_q.exp()).mean(),
            ),
            "The density stands where its logarithm belongs: the samples come from q already, so q counts "
            "twice, and rare samples, the ones that could teach something new, hardly count at all.",
        ),
        Mistake(
            (lambda f, log_q: (f.detach() * log_q).sum(), lambda f, log_q: (f * log_q).sum()),
            "You sum over the samples where a mean is wanted: every gradient is S times as large, so more "
            "samples mean a larger estimate and not a better one, and its spread cannot be set beside that "
            "of the reparameterised gradient.",
        ),
        Mistake(
            (lambda f, log_q: (f.detach().log() * log_q).mean(), lambda f, log_q: (f.log() * log_q).mean()),
            "The logarithm of f is taken too: that estimates the gradient of E_q[log f], another goal, and "
            "it is NaN as soon as one f is negative, as an ELBO is.",
        ),
        Mistake(
            (lambda f, log_q: -(f.detach() * log_q).mean(), lambda f, log_q: -(f * log_q).mean()),
            "The sign is turned: this is the gradient of minus E_q[f], so an optimiser that is to lower the "
            "expectation raises it.",
        ),
        Mistake(
            (
                lambda f, log_q: f.detach().mean() * log_q.mean(),
                lambda f, log_q: f.mean() * log_q.mean(),
            ),
            "The two are averaged apart: every sample then gets the same credit, whatever its own f, and "
            "since the mean gradient of log q under q is 0, nothing but noise is left.",
        ),
        Mistake(
            lambda f, log_q: f.mean() + 0 * log_q.mean(),
            "This is the mean of f alone: right as a number, but the samples were drawn without a gradient, "
            "so nothing tells q to make the good ones more likely.",
        ),
        Mistake(
            lambda f, log_q: (f.detach() + log_q).mean(),
            "You add f and log q: the gradient is that of log q alone, f is gone from it, and its "
            "expectation is 0, so what is left is noise.",
        ),
        Mistake(
            (
                lambda f, log_q: ((f - f.mean()).detach() * log_q).mean(),
                lambda f, log_q: ((f - f.mean()) * log_q).mean(),
            ),
            "You subtract the mean of f, a baseline: a good idea that lowers the variance, but it is not the "
            "plain estimator that is to be measured here, and with few samples it shrinks the gradient.",
        ),
        Mistake(
            lambda f, log_q: (_beside_the_others(f) * log_q).mean(),
            "You subtract from each f the mean of the others, a leave-one-out baseline: a good idea that "
            "lowers the variance and leaves the estimate unbiased, but it is not the plain estimator that "
            "is to be measured here.",
        ),
        Mistake(
            tuple(
                lambda f, log_q, n=n: ((f - f.mean()) / f.std(correction=n) * log_q).mean() for n in (0, 1)
            ),
            "You subtract the mean of f and divide by its spread: a common trick against noise, but the "
            "gradient then has another scale, blown up wherever f hardly varies, and it is not the plain "
            "estimator that is to be measured here.",
        ),
    ],
    hints=[
        "The gradient of an expectation under q is the expectation of f times the gradient of log q. Which "
        "expression has that gradient?",
        "f only says how good a sample was: it is a weight, and no gradient goes through it.",
        "The weight times log q, averaged over the samples.",
    ],
)
