"""guidance.classifier_gradient: which way the label becomes more likely."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


@torch.enable_grad()
def classifier_gradient(x_t, t, y, classifier):
    """grad_{x_t} log p(y | x_t), each image for itself: x_t [B, ...], t, y [B] -> [B, ...]."""
    x_t = x_t.detach().requires_grad_()
    log_shares = classifier(x_t, t).log_softmax(dim=1)
    return torch.autograd.grad(log_shares.gather(1, y[:, None]).sum(), x_t)[0]


def _recorded(gradient):
    """Larger where a graph is being recorded, so that the check can see it.

    torch.func.grad records one too, for itself: what it hands back carries none.
    """
    own = torch._C._functorch.is_functorch_wrapped_tensor(gradient)
    return 1.5 * gradient if torch.is_grad_enabled() and not own else gradient


def _no_gradient_wanted(gradient):
    """What the classifier's weights do when backward() reaches them."""
    raise RuntimeError(
        "backward() also leaves gradients in the classifier's weights, and adds to them at every sampling "
        "step; torch.autograd.grad gives that of x_t alone"
    )


def _classifier(rng, classes, owned, sure):
    """A small classifier that looks at x_t and t, and tells of what nobody may do to it, or to `owned`."""
    size = owned[0].numel()
    inner = (torch.randn(6, size, generator=rng) / size**0.5).requires_grad_()
    inner.register_hook(_no_gradient_wanted)
    outer = sure * torch.randn(classes, 6, generator=rng)

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


def _images(n, shape, classes, sure=1.0):
    def make(rng):
        x_t = torch.randn(n, *shape, generator=rng)
        classifier = _classifier(rng, classes, x_t, sure)
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


def _share(logits, y):
    return logits.softmax(1).gather(1, y[:, None])


def _unit(gradient):
    return gradient / gradient.flatten(1).norm(dim=1).view(-1, *[1] * (gradient.ndim - 1))


exercise(
    "guidance.classifier_gradient",
    reference=classifier_gradient,
    inputs={
        "5 points of the plane and 3 classes": _images(5, (2,), 3),
        "4 images of 4 x 4 and 10 classes": _images(4, (1, 4, 4), 10),
        "1 image of 3 x 3 and 4 classes": _images(1, (1, 3, 3), 4),
        "6 images of 2 x 5, 5 classes, and the classifier is sure": _images(6, (1, 2, 5), 5, sure=40.0),
    },
    mistakes=[
        Mistake(
            _gradient(lambda logits, y: _share(logits, y).log().sum()),
            "The logarithm comes after the softmax: where the classifier is sure of another class the "
            "probability of y rounds to 0, its logarithm is minus infinity and the gradient NaN; log_softmax "
            "does both at once and stays finite.",
        ),
        Mistake(
            (
                _gradient(lambda logits, y: (_share(logits, y) + 1e-8).log().sum()),
                _gradient(lambda logits, y: (_share(logits, y) + 1e-3).log().sum()),
                _gradient(lambda logits, y: _share(logits, y).clamp(min=1e-8).log().sum()),
            ),
            "Something is added to the probability before the logarithm (or it is clamped): where the "
            "classifier is sure of another class the gradient then fades to 0, though it is strongest "
            "there; log_softmax needs no such help.",
        ),
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
            "all classes that anybody asked for, and to its own only when it is alone; take one entry a row.",
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
        "You need three things: an x_t that asks for a gradient, one number made from it, and "
        "torch.autograd.grad. The samplers switch gradients off, so switch them on inside.",
        "The one number is the sum over the batch of the log-probability of each image's own y: image i "
        "enters its own term only. log_softmax(dim=1) makes log-probabilities of logits, gather(1, y[:, "
        "None]) picks.",
        "with torch.enable_grad(): a detached x_t with requires_grad_(); the classifier's logits; their "
        "log_softmax, the entries of y, summed; then autograd.grad gives a tuple, of which you want the "
        "first.",
    ],
)
