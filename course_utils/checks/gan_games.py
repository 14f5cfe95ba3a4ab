"""The exercises of notebook 04, The minimax game: the best discriminator and the value."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def optimal_discriminator(p, q):
    """p / (p + q), and 1/2 where both are 0: densities [N] at the same points -> [N]."""
    seen = p + q > 0
    return torch.where(seen, p / torch.where(seen, p + q, 1.0), 0.5)


def _bell(line, mean, std):
    return torch.exp(-0.5 * ((line - mean) / std) ** 2) / (std * (2 * torch.pi) ** 0.5)


def _bells(n, scale=1.0):
    def make(rng):
        line = torch.linspace(-3, 3, n)
        shift = torch.rand(2, generator=rng)
        return scale * _bell(line, shift[0] - 1, 0.8), scale * _bell(line, shift[1], 1.1)

    return make


def _boxes(rng):
    """Two boxes apart, and empty points beside them."""
    return torch.tensor([0.0, 0.5, 0.5, 0.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.0, 0.0, 0.5, 0.5])


def _ratio(top, bottom):
    """top / bottom, 1/2 where both are 0."""
    seen = bottom > 0
    return torch.where(seen, top / torch.where(seen, bottom, 1.0), 0.5)


def _padded(small):
    """The ways to keep from 0 / 0 with a small number."""
    return (
        lambda p, q: p / (p + q + small),
        lambda p, q: p / (p + q).clamp(min=small),
        lambda p, q: (p + small) / (p + q + small),
        lambda p, q: (p + small) / (p + q + 2 * small),
    )


exercise(
    "gan.optimal_discriminator",
    reference=optimal_discriminator,
    inputs={
        "two bells at 7 points": _bells(7),
        "two bells far out, densities of about 1e-13, at 9 points": _bells(9, scale=1e-13),
        "two boxes apart, with empty points": _boxes,
    },
    mistakes=[
        Mistake(
            (lambda p, q: _ratio(q, p + q), lambda p, q: q / (p + q)),
            "This is q / (p + q), the probability of a fake: D says how probable *real* is, so with this "
            "one G would be rewarded for points that the data never has.",
        ),
        Mistake(
            (
                lambda p, q: p / q,
                lambda p, q: torch.where(q > 0, p / torch.where(q > 0, q, 1.0), 0.5),
                lambda p, q: (p / q).nan_to_num(nan=0.5),
            ),
            "This is p / q, the odds: between 0 and infinity, and no probability; D is odds over one more "
            "than the odds, and log(1 - D) needs it to stay below 1.",
        ),
        Mistake(
            lambda p, q: p / (p + q),
            "Right where there is something, and 0 / 0 where both densities are 0: the NaN of one empty "
            "point turns every sum over the grid into NaN; give 1/2 there.",
        ),
        Mistake(
            tuple(form for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12) for form in _padded(small)),
            "The small number that keeps you from 0 / 0 is not small out there, where both densities are "
            "tiny: D* is a ratio, and it is as sure of itself in the tails as in the middle.",
        ),
        Mistake(
            (
                lambda p, q: (p > q).to(p.dtype),
                lambda p, q: torch.where(p == q, 0.5, (p > q).to(p.dtype)),
            ),
            "This only says which of the two is larger: the best *decision*, yes, but V asks for a "
            "probability, and a D of 0 or 1 costs infinitely much where it is wrong once.",
        ),
        Mistake(
            (lambda p, q: _ratio(2 * p, p + q), lambda p, q: 2 * p / (p + q)),
            "You divide by the mixture, half of p + q: the result is 2 D*, which reaches 2 where there are "
            "no fakes; that ratio stands in the KL to the mixture, and not in D.",
        ),
        Mistake(
            lambda p, q: torch.sigmoid(p - q),
            "The logit of D* is the difference of the *log* densities: with the densities themselves D is "
            "near 1/2 wherever both are small, and G learns nothing in the tails.",
        ),
        Mistake(
            (
                lambda p, q: p.log() - q.log(),
                lambda p, q: (p / q).log(),
                lambda p, q: (p + 1e-8).log() - (q + 1e-8).log(),
                lambda p, q: (p + 1e-12).log() - (q + 1e-12).log(),
                lambda p, q: torch.where(p + q > 0, p.log() - q.log(), 0.0),
                lambda p, q: torch.where(p + q > 0, p.log() - q.log(), 0.5),
            ),
            "This is log p - log q, the *logit* of D*, and the sigmoid is still to come: the logit is "
            "negative where fakes are likelier, and the log D of the game is NaN there.",
        ),
        Mistake(
            lambda p, q: torch.full_like(p, 0.5),
            "This says 1/2 everywhere, which is the best only where p = q, at the end of the game: against "
            "such a D every G has the same value, -log 4, and none has a reason to move.",
        ),
        Mistake(
            (lambda p, q: (p / (p + q)).nan_to_num(), lambda p, q: p / (p + q).clamp(min=1e-30)),
            "Right where there is something, but an empty point gets 0: D is then sure of a fake where it "
            "knows nothing, and the log D of that point is minus infinity; give 1/2 there.",
        ),
    ],
    hints=[
        "Line 4 of the derivation above. Which of the two densities stands on top?",
        "Then the empty points: torch.where(condition, this, that) chooses for each point.",
        "torch.where computes both branches, so a 0 / 0 in the branch that is not taken does no harm to the "
        "value. The condition asks whether there is any density at all.",
    ],
)


def value(D, p, q, dx):
    """V = E_p log D + E_q log(1 - D) as a sum over points dx apart: D, p, q [N] -> scalar."""
    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum()


def _game(n, sharp=1.0):
    """Densities on a grid, and a D that is somewhat off its best."""

    def make(rng):
        line = torch.linspace(-4, 5, n)
        p, q = _bell(line, 0.0, 1.0), _bell(line, 1.5, 0.8)
        noise = 0.3 * torch.randn(n, generator=rng)
        return torch.sigmoid(sharp * (p.log() - q.log()).clamp(-4, 4) + noise), p, q, 9 / (n - 1)

    return make


def _apart_and_sure(rng):
    """Two boxes apart: D is sure and right at two points, and at one of the data sure and wrong."""
    p, q = _boxes(rng)
    half_right = torch.tensor([0.5, 1.0, 1e-20, 0.5, 0.0, 0.2])
    return half_right, p, q, 1.0


def _cut_off(rng):
    """Bells of which the grid holds a part only, so that neither sums to 1 over dx."""
    line = torch.linspace(-0.5, 2, 11)
    D = torch.sigmoid(0.7 - line + 0.3 * torch.randn(11, generator=rng))
    return D, _bell(line, 0.0, 1.0), _bell(line, 1.5, 0.8), 0.25


def _value_with(log):
    """V with another logarithm."""
    return lambda D, p, q, dx: dx * (p * log(D) + q * log(1 - D)).sum()


def _value_cut(small):
    """V with logarithms that are cut off by a small number."""
    return (
        _value_with(lambda D: (D + small).log()),
        _value_with(lambda D: D.clamp(min=small).log()),
        _value_with(lambda D: D.clamp(small, 1 - small).log()),
    )


exercise(
    "gan.value",
    reference=value,
    gradient=["D"],
    inputs={
        "two bells on 19 points": _game(19),
        "two bells on 31 points, a timid D": _game(31, sharp=0.3),
        "two boxes apart, D sure of some points": _apart_and_sure,
        "11 points that hold only a part of two bells": _cut_off,
    },
    mistakes=[
        Mistake(
            lambda D, p, q, dx: -value(D, p, q, dx),
            "This is minus V, the loss of D: V is what D climbs and G goes down, and it is at most 0.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(D, p, q, 1.0),
                lambda D, p, q, dx: _value_with(lambda D: (D + 1e-8).log())(D, p, q, 1.0),
            ),
            "The spacing dx is missing: an integral is a sum times the width of a cell, and without it the "
            "value doubles when you use twice as many points.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(D, p, q, dx) / len(D),
                lambda D, p, q, dx: value(D, p, q, 1.0) / len(D),
            ),
            "You take the mean over the grid for the integral: the points of the grid are no samples, each "
            "counts with its density times dx, so add them up.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, q, p, dx),
            "The densities have changed places: log D is averaged over the *data* p, and log(1 - D) over the "
            "fakes q; as written, a good D gets a very low value.",
        ),
        Mistake(
            lambda D, p, q, dx: dx * (torch.xlogy(p, D) + torch.xlogy(q, D)).sum(),
            "Both terms have log D: then the best D is 1 everywhere, and there is no game; for a fake D is "
            "right when it says 1 - D.",
        ),
        Mistake(
            lambda D, p, q, dx: dx * (torch.xlogy(p, D) - torch.xlogy(q, 1 - D)).sum(),
            "The second term is subtracted: D would then gain from being wrong about fakes; both terms "
            "reward D for being right, so they are added.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: dx * torch.xlogy(p, D).sum(),
                lambda D, p, q, dx: dx * torch.xlogy(q, 1 - D).sum(),
            ),
            "One of the two terms is missing: D then reaches the top by saying the same everywhere, and "
            "nothing depends on the other density.",
        ),
        Mistake(
            lambda D, p, q, dx: (p * D.log() + q * (1 - D).log()).sum() * dx,
            "Where D is sure and right you meet 0 times log 0, which the computer calls NaN: a point that "
            "never comes costs nothing, and torch.xlogy knows it.",
        ),
        Mistake(
            lambda D, p, q, dx: (dx * p * D).sum().log() + (dx * q * (1 - D)).sum().log(),
            "You take the logarithm of the averages where the average of the logarithms is wanted: by Jensen "
            "this is larger, and a D that is wrong for sure now and then no longer pays for it.",
        ),
        Mistake(
            lambda D, p, q, dx: 0.5 * value(D, p, q, dx),
            "A half stands in front: with it the value at the best D is JS - log 2; V has none, so it is "
            "twice that, and -log 4 at the solution.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(D, p / p.sum(), q / q.sum(), 1.0),
                lambda D, p, q, dx: _value_with(lambda D: (D + 1e-8).log())(D, p / p.sum(), q / q.sum(), 1.0),
            ),
            "You make the densities sum to 1 over the grid instead of using dx: where the grid cuts a "
            "density off, what lies outside is dealt out inside, and this is the value of another game.",
        ),
        Mistake(
            tuple(
                form for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12) for form in _value_cut(small)
            ),
            "A small number inside the logarithm gets rid of 0 times log 0, but it also limits what D pays "
            "for being sure and wrong, and that price is what keeps D honest; torch.xlogy has no such limit.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(_ratio(p, p + q), p, q, dx),
                lambda D, p, q, dx: value(p / (p + q), p, q, dx),
            ),
            "Your value does not look at the D that it is handed, but puts in p / (p + q): that is the top "
            "of V over all D, so a D that plays badly gets the same value as the best one.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, p, p, dx),
            "Both averages are over the data p: then G is nowhere in V, the best D is 1/2 everywhere, and "
            "nothing tells G where to go.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, q, q, dx),
            "Both averages are over the fakes q: then the data are nowhere in V, the best D is 1/2 "
            "everywhere, and G never hears what to imitate.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D.sigmoid(), p, q, dx),
            "You take D for a logit, and it is a probability already: with a second sigmoid it stays between "
            "0.5 and 0.73, so even the best D is far below the top of V.",
        ),
        Mistake(
            lambda D, p, q, dx: torch.trapezoid(torch.xlogy(p, D) + torch.xlogy(q, 1 - D), dx=dx),
            "The trapezoid rule counts the two end points by half, so for an error there D pays only "
            "half the price; this exercise takes the plain sum times dx, as the lines after it do.",
        ),
    ],
    hints=[
        "E_p of something is the sum over the grid of p times that, times dx. There are two such averages.",
        "Which density goes with log D, and which with log of one minus D? The data come first.",
        "torch.xlogy(a, b) twice, add them, sum over the points, and the cell's width once.",
    ],
)
