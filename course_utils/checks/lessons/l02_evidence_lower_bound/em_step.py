"""elbo.em_step: one step of expectation maximisation for a mixture on a line."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def em_step(x, weights, means, stds):
    """One EM step for a mixture on a line: x [N], the others [K] -> new weights, means, stds, [K] each."""
    return maximise(x, responsibilities(x, weights, means, stds))


def responsibilities(x, weights, means, stds):
    """p(component | x), [N, K]."""
    squares = ((x[:, None] - means) / stds).square()
    return torch.softmax(weights.log() - stds.log() - 0.5 * squares, dim=1)


def maximise(x, r):
    """The weights, means and stds, [K] each, under which x [N] with shares r [N, K] is likeliest."""
    mass = r.sum(dim=0)
    means = (r * x[:, None]).sum(dim=0) / mass
    variances = (r * (x[:, None] - means).square()).sum(dim=0) / mass
    return mass / len(x), means, variances.sqrt()


def _mixture(points, components, far=False):
    def make(rng):
        which = torch.randint(components, (points,), generator=rng)
        x = 2.5 * which + torch.randn(points, generator=rng)
        if far:
            x[0] = 200.0
        weights = torch.softmax(torch.randn(components, generator=rng), dim=0)
        means = 2.5 * torch.arange(components) + torch.randn(components, generator=rng)
        return x, weights, means, 0.6 + torch.rand(components, generator=rng)

    return make


def _given(weights, means, stds):
    """A maker of 12 points, half of each component, and these parameters."""
    weights, means, stds = torch.tensor([weights, means, stds])

    def make(rng):
        x = (means + stds * torch.randn(6, 2, generator=rng)).flatten()
        return x, weights.clone(), means.clone(), stds.clone()

    return make


def _with(x, r, old_means=None, shared=False):
    """The M-step with one thing done otherwise."""
    new_weights, new_means, _ = maximise(x, r)
    centre = new_means if old_means is None else old_means
    squares = r * (x[:, None] - centre).square()
    variances = squares.sum(dim=0) / r.sum(dim=0)
    if shared:
        variances = (squares.sum() / len(x)).expand(len(new_means))
    return new_weights, new_means, variances.sqrt()


def _hard(x, weights, means, stds):
    r = responsibilities(x, weights, means, stds)
    return maximise(x, torch.nn.functional.one_hot(r.argmax(dim=1), len(means)).to(x.dtype))


def _by_densities(x, weights, means, stds):
    squares = ((x[:, None] - means) / stds).square()
    joint = weights * (-0.5 * squares).exp() / (stds * math.sqrt(2 * math.pi))
    return maximise(x, joint / joint.sum(dim=1, keepdim=True))


def _variances(x, weights, means, stds):
    new_weights, new_means, new_stds = em_step(x, weights, means, stds)
    return new_weights, new_means, new_stds.square()


def _masses(x, weights, means, stds):
    new_weights, new_means, new_stds = em_step(x, weights, means, stds)
    return new_weights * len(x), new_means, new_stds


def _means_over_n(x, weights, means, stds):
    r = responsibilities(x, weights, means, stds)
    new_weights, _, _ = maximise(x, r)
    new_means = (r * x[:, None]).mean(dim=0)
    return new_weights, new_means, ((r * (x[:, None] - new_means).square()).mean(dim=0)).sqrt()


def _over_points(x, weights, means, stds):
    squares = ((x[:, None] - means) / stds).square()
    return maximise(x, torch.softmax(weights.log() - stds.log() - 0.5 * squares, dim=0))


def _widthless(x, weights, means, stds):
    squares = ((x[:, None] - means) / stds).square()
    return maximise(x, torch.softmax(weights.log() - 0.5 * squares, dim=1))


def _other_widths(x, weights, means, stds, power):
    """Responsibilities from stds^power in place of the stds."""
    return maximise(x, responsibilities(x, weights, means, stds.pow(power)))


def _unfair_width(x, weights, means, stds, divide):
    """The squares in the new width summed over the points, and divided by what divide says and not by N_k."""
    r = responsibilities(x, weights, means, stds)
    new_weights, new_means, _ = maximise(x, r)
    return new_weights, new_means, ((r * (x[:, None] - new_means).square()).sum(dim=0) / divide(x)).sqrt()


def _unlogged(x, weights, means, stds):
    squares = ((x[:, None] - means) / stds).square()
    return maximise(x, torch.softmax(weights - stds.log() - 0.5 * squares, dim=1))


def _joint_as_shares(x, weights, means, stds):
    squares = ((x[:, None] - means) / stds).square()
    return maximise(x, weights * (-0.5 * squares).exp() / (stds * math.sqrt(2 * math.pi)))


exercise(
    "elbo.em_step",
    reference=em_step,
    returns=("weights", "means", "stds"),
    inputs={
        "12 points, 2 components": _mixture(12, 2),
        "30 points, 3 components": _mixture(30, 3),
        "20 points, one of them far away": _mixture(20, 2, far=True),
        "a component with a weight of 0.0001, points half-way to it": lambda rng: (
            4.57 + 0.3 * torch.randn(12, generator=rng),
            *torch.tensor([[0.9999, 0.0001], [0.0, 3.0], [1.0, 1.0]]),
        ),
        "stds of 0.0004 and 0.0008": _given([0.4, 0.6], [0.0, 1e-3], [4e-4, 8e-4]),
        "stds of 8 and 20": _given([0.4, 0.6], [0.0, 20.0], [8.0, 20.0]),
    },
    mistakes=[
        Mistake(
            _by_densities,
            "Right until a point is far from every component: all its densities are 0 on a computer, 0 / 0 "
            "is NaN, and one such point turns all parameters into NaN for good.",
        ),
        Mistake(
            _hard,
            "Each point goes to its likeliest component as a whole, as in k-means: that q is not the "
            "posterior, the bound does not touch log p(x), and the likelihood may fall from step to step.",
        ),
        Mistake(
            _variances,
            "The third value is the variance and its root is wanted: handed back as a width, it makes "
            "components below 1 shrink and those above 1 blow up with every step.",
        ),
        Mistake(
            (
                lambda *given: _other_widths(*given, power=0.5),
                lambda *given: _other_widths(*given, power=2),
            ),
            "The E-step mixes up standard deviation and variance: these are the responsibilities of a "
            "mixture with other widths, so the bound does not touch log p(x) and the likelihood may fall.",
        ),
        Mistake(
            (
                lambda *given: _unfair_width(*given, divide=lambda x: 1),
                lambda *given: _unfair_width(*given, divide=len),
            ),
            "Weights and means are right, and the sum in the width is not divided by N_k, the mass of the "
            "component: the widths come out too large or too small, and the likelihood falls.",
        ),
        Mistake(
            lambda x, weights, means, stds: (weights, *em_step(x, weights, means, stds)[1:]),
            "Means and widths are right, and the weights are the old ones: a component that has lost its "
            "points keeps its share of p(z), so the mixture never learns how large its parts are.",
        ),
        Mistake(
            _unlogged,
            "The weights enter the softmax as they are, and their logarithms belong there: a rare component "
            "is then hardly rarer than the others, and claims points that are not its own.",
        ),
        Mistake(
            _joint_as_shares,
            "The responsibilities are not normalised: p(x, z) is not p(z | x), so a point in a thin region "
            "counts for almost nothing, and the new weights do not sum to 1.",
        ),
        Mistake(
            lambda x, weights, means, stds: _with(
                x, responsibilities(x, weights, means, stds), old_means=means
            ),
            "The widths are measured from the old means: the best width for the new means is smaller, so the "
            "M-step stops short of the maximum of the bound.",
        ),
        Mistake(
            _masses,
            "The weights are not divided by N: they are numbers of points and do not sum to 1, so the "
            "mixture is no density any more, and its likelihood looks N times too good.",
        ),
        Mistake(
            _means_over_n,
            "The sums are divided by N and not by the mass of each component: the means are pulled to 0, the "
            "more so the fewer points a component has.",
        ),
        Mistake(
            _over_points,
            "The responsibilities are normalised over the points, axis 0: each point has to share itself out "
            "among the components, axis 1, or a far point counts as much as a whole cluster.",
        ),
        Mistake(
            lambda x, weights, means, stds: em_step(
                x, torch.full_like(weights, 1 / len(weights)), means, stds
            ),
            "The weights are left out of the responsibilities: they are the prior p(z), and without them q "
            "is not the posterior, so rare components claim too many points.",
        ),
        Mistake(
            _widthless,
            "The Gaussian's normalising factor 1 / std is left out: it is not the same for all components, "
            "and without it a wide component claims points that a narrow one explains better.",
        ),
        Mistake(
            lambda x, weights, means, stds: _with(x, responsibilities(x, weights, means, stds), shared=True),
            "All components get the same width: that is the best for a model in which they share one, while "
            "here each has its own, and the likelihood stays lower than it could be.",
        ),
    ],
    hints=[
        "E-step: q(z | x) is the posterior, log weights plus log densities, made to sum to 1 over the "
        "components. Stay on the log scale until softmax. M-step: averages, with these shares as weights.",
        "The shares form [N, K]. Their sum over the points says how many points each component owns: "
        "divide the weighted sums by it, and it by N for the new weights.",
        "The new variance is the weighted average of (x minus the new mean) squared; its root is the third "
        "value.",
    ],
)
