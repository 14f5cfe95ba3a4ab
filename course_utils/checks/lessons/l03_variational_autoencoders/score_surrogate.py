"""vae.score_surrogate: a gradient past a sample that lets none through."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


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
    by_gradient=True,
    inputs={
        "6 samples": _draws(6),
        "9 samples, every f positive": _draws(9, positive=True),
        "4 samples": _draws(4),
        "2 samples": _draws(2),
    },
    # Other values, the same gradient: the first is for reading the value as well (Foerster et al. 2018).
    right=[
        lambda f, log_q: (f.detach() * (log_q - log_q.detach()).exp()).mean(),
        lambda f, log_q: (f.detach() * (log_q - log_q.detach())).mean(),
        lambda f, log_q: (f.detach() * (log_q - log_q.detach().mean())).mean(),
        lambda f, log_q: (f.detach() * log_q).mean() + f.detach().mean(),
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
            (lambda f, log_q: (f.detach() * f).mean(), lambda f, log_q: (f * f.detach()).mean()),
            "You have f in both places and log q in none: no gradient reaches the parameters of q, so "
            "nothing makes the good samples more likely.",
        ),
        Mistake(
            lambda f, log_q: (log_q.detach() * log_q).mean(),
            "You have log q in both places and f in none: what is likely is made likelier, whether it is "
            "good or not.",
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
