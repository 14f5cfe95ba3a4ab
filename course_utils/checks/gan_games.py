"""The exercises of notebook 04, The minimax game: the best discriminator, the value, and a small game."""

import torch

from course_utils.checks._registry import Mistake, exercise


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


exercise(
    "gan.optimal_discriminator",
    reference=optimal_discriminator,
    inputs={
        "two bells at 7 points": _bells(7),
        "two bells far out, densities of about 1e-10, at 9 points": _bells(9, scale=1e-10),
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
            (
                lambda p, q: p / (p + q + 1e-8),
                lambda p, q: p / (p + q).clamp(min=1e-8),
                lambda p, q: (p + 1e-8) / (p + q + 2e-8),
            ),
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
    p, q = _boxes(rng)
    half_right = torch.tensor([0.5, 1.0, 0.7, 0.5, 0.0, 0.2])
    return half_right, p, q, 1.0


exercise(
    "gan.value",
    reference=value,
    gradient=["D"],
    inputs={
        "two bells on 19 points": _game(19),
        "two bells on 31 points, a timid D": _game(31, sharp=0.3),
        "two boxes apart, D sure of some points": _apart_and_sure,
    },
    mistakes=[
        Mistake(
            lambda D, p, q, dx: -value(D, p, q, dx),
            "This is minus V, the loss of D: V is what D climbs and G goes down, and it is at most 0.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, p, q, 1.0),
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
    ],
    hints=[
        "E_p of something is the sum over the grid of p times that, times dx. There are two such averages.",
        "Which density goes with log D, and which with log of one minus D? The data come first.",
        "torch.xlogy(a, b) twice, add them, sum over the points, and the cell's width once.",
    ],
)


def bilinear_step(x, y, a):
    """One simultaneous step of min over x, max over y of x y: x, y [N] -> the new x, y."""
    return x - a * y, y + a * x


def extragradient_step(x, y, a):
    """One extragradient step of the same game (Korpelevich 1976): x, y [N] -> the new x, y."""
    ahead_x, ahead_y = bilinear_step(x, y, a)
    return x - a * ahead_y, y + a * ahead_x


def _places(n, a):
    def make(rng):
        return torch.randn(n, generator=rng), torch.randn(n, generator=rng), a

    return make


_PLACES = {"4 places, steps of 0.1": _places(4, 0.1), "3 places, steps of 0.5": _places(3, 0.5)}
_PLACES["6 places, steps of 0.9"] = _places(6, 0.9)


def _alternating(x, y, a):
    x = x - a * y
    return x, y + a * x


def _twice(x, y, a):
    return bilinear_step(*bilinear_step(x, y, a), a)


exercise(
    "gan.bilinear_step",
    reference=bilinear_step,
    returns=("x", "y"),
    inputs=_PLACES,
    mistakes=[
        Mistake(
            lambda x, y, a: (x - a * y, y - a * x),
            "Both players go down: that is a descent on x y, which runs off to minus infinity, and no game; "
            "y wants x y to be large, so it goes up.",
        ),
        Mistake(
            lambda x, y, a: (x + a * y, y + a * x),
            "Both players go up: that is an ascent on x y, which runs off to infinity, and no game; x wants "
            "x y to be small, so it goes down.",
        ),
        Mistake(
            (_alternating, lambda x, y, a: (x - a * (y + a * x), y + a * x)),
            "One player already sees the other's new place: that is the *alternating* rule, which circles; "
            "the simultaneous one finds both steps from the old places, and spirals out.",
        ),
        Mistake(
            lambda x, y, a: (x + a * y, y - a * x),
            "The roles are swapped: x goes up and y goes down, so this plays max over x, min over y; the "
            "path turns the other way round.",
        ),
        Mistake(
            lambda x, y, a: (x - a * x, y + a * y),
            "Each player moves by its own place: the derivative of x y with respect to x is y, the *other* "
            "player's place; as written nobody reacts to anybody.",
        ),
        Mistake(
            lambda x, y, a: (x - y, y + x),
            "The step size is not used, which is a step of 1: the distance to the solution then grows by 41 "
            "percent in every step.",
        ),
        Mistake(
            (lambda x, y, a: (-a * y, a * x), lambda x, y, a: (y, x), lambda x, y, a: (a * y, a * x)),
            "You give the change, or the gradient, and not the new places: add it to where the players are, "
            "or after one step they forget where they came from.",
        ),
    ],
    hints=[
        "The derivative of x y with respect to x is y, and with respect to y it is x.",
        "x goes down its derivative, y goes up its own; each step has the length a times the derivative.",
        "Compute both from the x and y that you were handed: if you overwrite x first, y sees the new one.",
    ],
)

exercise(
    "gan.extragradient_step",
    reference=extragradient_step,
    returns=("x", "y"),
    inputs=_PLACES,
    mistakes=[
        Mistake(
            bilinear_step,
            "This is the simultaneous step alone: the look ahead is missing, and the path spirals out as "
            "before.",
        ),
        Mistake(
            _twice,
            "You step on from the place ahead, which makes two simultaneous steps, and spirals out twice as "
            "fast: the look ahead only lends its gradient, the step begins where you stand.",
        ),
        Mistake(
            _alternating,
            "This is the alternating rule: y sees x's new place, but x never looks ahead, so the path "
            "circles and comes no nearer.",
        ),
        Mistake(
            (
                lambda x, y, a: (x - a * (y + a * (x - a * y)), y + a * (x - a * y)),
                lambda x, y, a: (x - a * (y + a * x), y + a * (x - a * (y + a * x))),
            ),
            "One of the two looks at a place ahead that is not the simultaneous one: both must look from the "
            "old places, or the path depends on who goes first and shrinks at another rate.",
        ),
        Mistake(
            lambda x, y, a: (x - a * (y - a * x), y + a * (x + a * y)),
            "You looked a step *back* and not ahead: the signs of the look are turned, and the path spirals "
            "out faster than without it.",
        ),
        Mistake(
            lambda x, y, a: (x - a * (y + a * x / 2), y + a * (x - a * y / 2)),
            "You look only half a step ahead, as the midpoint rule does: that cancels the growth nearly, "
            "and the path circles where it should come in.",
        ),
        Mistake(
            lambda x, y, a: bilinear_step(*bilinear_step(x, y, a), -a),
            "You go ahead and then step back again: that shrinks or grows the distance, but it never turns "
            "with the gradient that was found ahead; the second step begins at the old place, with the old "
            "sign.",
        ),
        Mistake(
            lambda x, y, a: (x + a * (y + a * x), y - a * (x - a * y)),
            "The look is right, and the step goes the wrong way: x must go down and y up, so this spirals "
            "out with the signs of both players turned.",
        ),
    ],
    hints=[
        "Two stages. First: where would one simultaneous step lead? Keep those places under new names.",
        "Then throw the players back. The gradient for x is y's place *ahead*, and the gradient for y is "
        "x's.",
        "The second stage is the simultaneous rule again, with the old x and y to start from, and the places "
        "ahead where the other player stands.",
    ],
)
