"""The exercises of notebook 14, Guidance: with a classifier, and what a scale means exactly."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise

# ---- the gradient of log p(y | x_t)


@torch.enable_grad()
def classifier_gradient(x_t, t, y, classifier):
    """grad_{x_t} log p(y | x_t), each image for itself: x_t [B, ...], t, y [B] -> [B, ...]."""
    x_t = x_t.detach().requires_grad_()
    log_shares = classifier(x_t, t).log_softmax(dim=1)
    return torch.autograd.grad(log_shares.gather(1, y[:, None]).sum(), x_t)[0]


def _recorded(gradient):
    """Larger where a graph is being recorded, so that the check can see it."""
    return 1.5 * gradient if torch.is_grad_enabled() else gradient


def _no_gradient_wanted(gradient):
    """What the classifier's weights do when backward() reaches them."""
    raise RuntimeError(
        "backward() also leaves gradients in the classifier's weights, and adds to them at every sampling "
        "step; torch.autograd.grad gives that of x_t alone"
    )


def _classifier(rng, classes, owned):
    """A small classifier that looks at x_t and t, and tells of what nobody may do to it, or to `owned`."""
    size = owned[0].numel()
    inner = (torch.randn(6, size, generator=rng) / size**0.5).requires_grad_()
    inner.register_hook(_no_gradient_wanted)
    outer = torch.randn(classes, 6, generator=rng)

    def logits(x_t, t):
        if owned.requires_grad:
            raise RuntimeError(
                "the caller's own x_t now asks for a gradient, and does so ever after, through all "
                "sampling steps; take x_t.detach() first"
            )
        if not torch.is_grad_enabled():
            raise RuntimeError(
                "gradients are switched off here, as samplers do it; put `with torch.enable_grad():` round "
                "what your function does"
            )
        hidden = (x_t.flatten(1) @ inner.to(x_t).T).tanh()
        out = hidden @ outer.to(x_t).T * (1 + t[:, None].to(x_t) / 500)
        if out.requires_grad:
            out.register_hook(_recorded)
        return out

    return logits


def _images(n, shape, classes):
    def make(rng):
        x_t = torch.randn(n, *shape, generator=rng)
        classifier = _classifier(rng, classes, x_t)
        t = torch.randint(1000, (n,), generator=rng)
        return x_t, t, torch.randint(1, classes, (n,), generator=rng), classifier

    return make


def _gradient(total, change=None, when=lambda t: t, **how):
    """A gradient of another total of the logits, or at another step, changed afterwards."""

    @torch.enable_grad()
    def gradient(x_t, t, y, classifier):
        x_t = x_t.detach().requires_grad_()
        found = torch.autograd.grad(total(classifier(x_t, when(t)), y), x_t, **how)[0].detach()
        return found if change is None else change(found)

    return gradient


def _log_prob(logits, y):
    return logits.log_softmax(1).gather(1, y[:, None]).sum()


def _unit(gradient):
    return gradient / gradient.flatten(1).norm(dim=1).view(-1, *[1] * (gradient.ndim - 1))


exercise(
    "guidance.classifier_gradient",
    reference=classifier_gradient,
    inputs={
        "5 points of the plane and 3 classes": _images(5, (2,), 3),
        "4 images of 4 x 4 and 10 classes": _images(4, (1, 4, 4), 10),
        "1 image of 3 x 3 and 4 classes": _images(1, (1, 3, 3), 4),
    },
    mistakes=[
        Mistake(
            _gradient(lambda logits, y: logits.gather(1, y[:, None]).sum()),
            "This is the gradient of the logit, not of the log-probability: a logit also rises where all "
            "logits rise, so the push goes to what excites the classifier, whether or not it tells y from "
            "the other classes.",
        ),
        Mistake(
            _gradient(lambda logits, y: _log_prob(logits, y) / len(y)),
            "The log-probability is averaged over the batch: each image's push is divided by the number of "
            "images, so the same scale guides a batch of 100 a hundred times less than a single image.",
        ),
        Mistake(
            _gradient(lambda logits, y: -_log_prob(logits, y)),
            "The sign is turned, as in a cross-entropy, which is a loss: every step now goes away from the "
            "class that was asked for, to any of the others.",
        ),
        Mistake(
            _gradient(lambda logits, y: -_log_prob(logits, y) / len(y)),
            "This is the gradient of the cross-entropy, a loss averaged over the batch: its sign leads away "
            "from the class asked for, and its size shrinks with the batch.",
        ),
        Mistake(
            (
                _gradient(lambda logits, y: logits.log_softmax(1)[:, y].sum()),
                _gradient(lambda logits, y: logits.log_softmax(1)[:, y].mean()),
            ),
            "With [:, y] every image gets the labels of the whole batch, a table [B, B]: each is pushed to "
            "all classes that anybody asked for, and only alone to its own; one entry a row is wanted.",
        ),
        Mistake(
            _gradient(lambda logits, y: logits.log_softmax(1)[:, y[0]].sum()),
            "You take the label of the first image for the whole batch: every sample is led to what the "
            "first one asked for, and the labels of the others count for nothing.",
        ),
        Mistake(
            _gradient(_log_prob, when=lambda t: 0 * t),
            "The classifier is asked as if x_t were clean (step 0): it then reads noise as if it were "
            "strokes, is sure where there is nothing to know, and Bayes' rule no longer holds; hand it t.",
        ),
        Mistake(
            _gradient(lambda logits, y: logits.softmax(1).gather(1, y[:, None]).sum()),
            "The logarithm is missing: the gradient of a probability is nearly 0 where the classifier is "
            "sure of another class, so the images that need guidance most are the ones that get none.",
        ),
        Mistake(
            _gradient(lambda logits, y: logits.log_softmax(1).sum()),
            "You sum the log-probabilities of all classes, and y is never used: the images are pushed to "
            "where the classifier is least sure, and whatever was asked for, the samples are the same.",
        ),
        Mistake(
            _gradient(lambda logits, y: logits.log_softmax(1).amax(1).sum()),
            "This pushes each image towards the class that the classifier sees in it, not towards y: the "
            "samples get clearer, and are of any class.",
        ),
        Mistake(
            _gradient(lambda logits, y: logits.log_softmax(1)[:, 0].sum()),
            "This is the gradient for class 0, whatever y says: every sample is led to the same class.",
        ),
        Mistake(
            _gradient(lambda logits, y: logits.log_softmax(0).gather(1, y[:, None]).sum()),
            "The softmax runs over the images of the batch and not over the classes: each image is pushed "
            "to be more like y than its neighbours in the batch are, and alone it is not pushed at all.",
        ),
        Mistake(
            _gradient(_log_prob, change=_unit),
            "You give every gradient the length 1: how strongly p(y | x_t) pulls is part of Bayes' rule, "
            "and an image that already shows its class must be left in peace.",
        ),
        Mistake(
            _gradient(_log_prob, create_graph=True),
            "The gradient carries a graph (create_graph): whoever adds it to x_t strings the classifiers of "
            "all steps together, and memory grows with every step until there is none left.",
        ),
    ],
    hints=[
        "Three things: an x_t that asks for a gradient, one number made from it, and torch.autograd.grad. "
        "The samplers switch gradients off, so switch them on inside.",
        "The one number is the sum over the batch of the log-probability of each image's own y: image i "
        "enters its own term only. log_softmax(dim=1) makes log-probabilities of logits, gather(1, y[:, "
        "None]) picks.",
        "with torch.enable_grad(): a detached x_t with requires_grad_(); the classifier's logits; their "
        "log_softmax, the entries of y, summed; then autograd.grad gives a tuple, of which you want the "
        "first.",
    ],
)


# ---- from the score to epsilon


def classifier_epsilon(epsilon, gradient, level, scale):
    """The guided noise: epsilon, gradient [B, D], level [B, 1], scale a number -> [B, D]."""
    return epsilon - scale * (1 - level).sqrt() * gradient


def _guess(n, dim, scale, low=0.1, high=0.9):
    def make(rng):
        epsilon, gradient = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        level = low + (high - low) * torch.rand(n, 1, generator=rng, dtype=torch.float64)
        return epsilon, gradient, level, scale

    return make


exercise(
    "guidance.classifier_epsilon",
    reference=classifier_epsilon,
    inputs={
        "4 points of 2 coordinates, scale 2": _guess(4, 2, 2.0),
        "3 points of 5 coordinates, scale 1": _guess(3, 5, 1.0),
        "6 points of 3 coordinates, mostly noise, scale 4": _guess(6, 3, 4.0, 0.01, 0.1),
    },
    mistakes=[
        Mistake(
            lambda e, g, a, s: e - s * (1 - a) * g,
            "The root is missing: the noise rate is sqrt(1 - alpha-bar), and 1 - alpha-bar is smaller, so "
            "the label is pushed too weakly, most of all near the data, and scale 1 is not the conditional "
            "model.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * g,
            "The noise rate is missing: a gradient is a score, and epsilon is minus sqrt(1 - alpha-bar) "
            "times a score; near the data you push far too hard, and the samples burst.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * a.sqrt() * g,
            "This is the signal rate; the factor between score and epsilon is the noise rate, so near pure "
            "noise, where the class is decided, the label hardly counts, and near the data it counts too "
            "much.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * g / (1 - a).sqrt(),
            "You divide by the noise rate where you should multiply: that is how epsilon becomes a score, "
            "and here a score becomes an epsilon; near the data the push goes to infinity.",
        ),
        Mistake(
            lambda e, g, a, s: e + s * (1 - a).sqrt() * g,
            "The sign is turned: epsilon points away from the data, against the score, so adding the "
            "gradient to it leads the samples away from the class.",
        ),
        Mistake(
            (
                lambda e, g, a, s: e - (s - 1) * (1 - a).sqrt() * g,
                lambda e, g, a, s: e - (s + 1) * (1 - a).sqrt() * g,
            ),
            "This takes the scale for the papers' w, or turns it into one: with a classifier scale 0 is the "
            "plain model and scale 1 is Bayes' rule, so the gradient is multiplied by s itself.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * (1 - a.sqrt()) * g,
            "The noise rate is the root of one minus the level, and you have one minus the root: that is "
            "much less, so the label is pushed too weakly at every step.",
        ),
        Mistake(
            lambda e, g, a, s: s * g - e / (1 - a).sqrt(),
            "This is the guided score: a sampler that expects an epsilon takes it for one, and walks away "
            "from the data; multiply by minus the noise rate to turn it back.",
        ),
        Mistake(
            lambda e, g, a, s: e - (1 - a).sqrt() * g,
            "The scale is not used: this is scale 1 whatever was asked for, so at best the conditional "
            "model, and nothing can be exaggerated.",
        ),
        Mistake(
            lambda e, g, a, s: (1 - a).sqrt() * (e - s * g),
            "The noise rate multiplies epsilon too, which already is an epsilon: near the data the model "
            "says that there is no noise, and the samples stay grainy.",
        ),
        Mistake(
            (
                lambda e, g, a, s: s * (e - (1 - a).sqrt() * g),
                lambda e, g, a, s: s * e - (1 - a).sqrt() * g,
            ),
            "The scale multiplies epsilon as well, or epsilon in place of the gradient: at scale 2 the "
            "model says that there is twice the noise, and the sampler takes off far too much.",
        ),
        Mistake(
            lambda e, g, a, s: (1 - s) * e - s * (1 - a).sqrt() * g,
            "You take epsilon away while you add the gradient: the classifier knows the class and no more, "
            "it replaces nothing of what the model knows about the data.",
        ),
    ],
    hints=[
        "Write the score by epsilon (notebook 11), add s times the gradient to it, and turn it back.",
        "score = -epsilon / sqrt(1 - alpha-bar), for the guided ones too. Multiply the whole equation by "
        "the noise rate and look at the signs.",
        "From epsilon goes off the gradient, times the scale, times the root of one minus the level.",
    ],
)


# ---- the tilted density of a Gaussian


def tilted_variance(std, total_std, scale):
    """The variance of p(x) p(y | x)^s for p(x | y) = N(0, std^2), p(x) = N(0, total_std^2): [N] each."""
    return 1 / (scale / std**2 + (1 - scale) / total_std**2)


def _stds(n, scale):
    def make(rng):
        total = 1 + torch.rand(n, generator=rng, dtype=torch.float64)
        return total * (0.3 + 0.5 * torch.rand(n, generator=rng, dtype=torch.float64)), total, scale

    return make


exercise(
    "guidance.tilted_variance",
    reference=tilted_variance,
    inputs={
        "4 pairs of Gaussians, scale 3": _stds(4, 3.0),
        "3 pairs, scale 0.5": _stds(3, 0.5),
        "1 pair, scale 1": _stds(1, 1.0),
        "5 pairs, scale 0": _stds(5, 0.0),
    },
    mistakes=[
        Mistake(
            lambda s, S, g: s ** (2 * g) * S ** (2 * (1 - g)),
            "You weight the logarithms of the variances: a fine number, and not this one. In a product of "
            "Gaussians the exponents add, so it is the precisions that are weighted.",
        ),
        Mistake(
            lambda s, S, g: g * s**2 + (1 - g) * S**2,
            "You weight the variances: multiplying densities adds exponents, and in an exponent stands one "
            "over the variance; with scale 3 this comes out negative.",
        ),
        Mistake(
            lambda s, S, g: g / s**2 + (1 - g) / S**2,
            "This is the precision: one over it is the variance, and as it stands a narrower class seems to "
            "give wider samples.",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / s**2 + 1 / S**2),
            "The evidence p(x) is counted twice: p(y | x) is p(x | y) / p(x) up to a constant, so its power "
            "s takes away s times the precision of p(x), and one is there to begin with.",
        ),
        Mistake(
            (
                lambda s, S, g: 1 / ((1 + g) / s**2 - g / S**2),
                lambda s, S, g: 1 / ((g - 1) / s**2 + (2 - g) / S**2),
            ),
            "The scale is taken for the papers' w, or turned into one: here scale 1 must give the variance "
            "of p(x | y), and 0 that of p(x).",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / s**2 + (g - 1) / S**2),
            "The sign before the second precision is turned: p(x) stands there 1 - s times, so above scale "
            "1 some of its precision is taken away, and you add it.",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / S**2 + (1 - g) / s**2),
            "The two Gaussians have changed places: the scale belongs to p(x | y), whose variance is std "
            "squared; as it stands a larger scale makes the samples wider, or the variance negative.",
        ),
        Mistake(
            lambda s, S, g: (1 / (g / s**2 + (1 - g) / S**2)).sqrt(),
            "This is the standard deviation: asked is its square, the variance, and whoever compares the "
            "two takes the samples to be far too narrow.",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / s + (1 - g) / S),
            "The standard deviations are not squared: a precision is one over the variance, and this number "
            "is not even one, for its unit is a length.",
        ),
        Mistake(
            lambda s, S, g: s**2,
            "This is the variance of p(x | y), whatever the scale: that is right at 1 only. At 0 the label "
            "must not count, and above 1 it must count for more.",
        ),
        Mistake(
            lambda s, S, g: s**2 / g if g else S**2 * torch.inf,
            "This is p(x | y) to the power s, without p(x): the tilted density keeps p(x) once and takes "
            "only the classifier to the power, so at scale 0 it must be p(x).",
        ),
    ],
    hints=[
        "By Bayes' rule p(y | x) is proportional to p(x | y) / p(x). How often does each of the two "
        "Gaussians stand in the product, above and below the line?",
        "p(x | y) stands there s times, p(x) stands there 1 - s times. The exponents of Gaussians add, and "
        "the exponent holds one over the variance.",
        "The precision is scale over std squared, plus the rest of 1 over total_std squared.",
    ],
)
