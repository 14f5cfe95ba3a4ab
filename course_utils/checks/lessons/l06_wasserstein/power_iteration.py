"""wgan.power_iteration: one step towards the largest singular value of a weight matrix."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def power_iteration(weight, u):
    """One step: weight [R, C], u [R] of length 1 -> (sigma, new u [R]) (Miyato et al. 2018, algorithm 1)."""
    v = F.normalize(weight.T @ u, dim=0)
    u = F.normalize(weight @ v, dim=0)
    return u @ weight @ v, u


def _layer(rows, columns, gap=None):
    """gap: how much larger the largest singular value is than the rest; None: a random matrix."""

    def make(rng):
        weight = torch.randn(rows, columns, generator=rng)
        if gap is not None:
            left, size, right = torch.linalg.svd(weight, full_matrices=False)
            weight = left * (size * torch.tensor([gap, *[1.0] * (len(size) - 1)])) @ right
        return weight, F.normalize(torch.randn(rows, generator=rng), dim=0)

    return make


def _norm(vector):
    return F.normalize(vector, dim=0)


def _by(length):
    return lambda vector: vector / length(vector)


def _step(for_v=_norm, for_u=_norm, sigma=lambda weight, u, v, old: u @ weight @ v, new=lambda u, v: u):
    """One step with a part replaced."""

    def wrong(weight, u):
        v = for_v(weight.T @ u)
        after = for_u(weight @ v)
        return sigma(weight, after, v, u), new(after, v)

    return wrong


def _repeated(times):
    def wrong(weight, u):
        for _ in range(times):
            sigma, u = power_iteration(weight, u)
        return sigma, u

    return wrong


def _turned(weight, u):
    v = _norm(weight @ u)
    u = _norm(weight.T @ v)
    return u @ weight @ v, u


def _both_straight(weight, u):
    v = _norm(weight @ u)
    u = _norm(weight @ v)
    return u @ weight @ v, u


def _both_turned(weight, u):
    v = _norm(weight.T @ u)
    u = _norm(weight.T @ v)
    return u @ weight @ v, u


def _turned_at_the_end(weight, u):
    v = _norm(weight.T @ u)
    u = _norm(weight @ v)
    return v @ weight @ u, u


def _no_v(weight, u):
    u = _norm(weight @ u)
    return u @ weight @ u, u


def _exact(weight, u):
    left, sizes, _ = torch.linalg.svd(weight)
    return sizes[0], left[:, 0] * (left[:, 0] @ power_iteration(weight, u)[1]).sign()


exercise(
    "wgan.power_iteration",
    reference=power_iteration,
    batch=False,
    returns=("sigma", "u"),
    inputs={
        "a weight of 4 rows and 3 columns": _layer(4, 3),
        "a weight of 2 rows and 5 columns": _layer(2, 5),
        "a square weight, 4 by 4": _layer(4, 4),
        "a weight of 6 rows and 2 columns with a large first singular value": _layer(6, 2, gap=5.0),
        "a weight of one row": _layer(1, 3),
        "small weights, 3 by 7": lambda rng: (
            0.01 * torch.randn(3, 7, generator=rng),
            F.normalize(torch.randn(3, generator=rng), dim=0),
        ),
    },
    right=[
        lambda weight, u: (
            (weight @ _norm(u @ weight)).norm(),
            _norm(weight @ (weight.mT @ u)),
        ),
        _step(_by(torch.linalg.norm), _by(lambda one: one.square().sum().sqrt())),
    ],
    mistakes=[
        Mistake(
            (_turned, _both_straight, _both_turned, _turned_at_the_end, _no_v),
            "W and its transpose are mixed up: u has one entry for each row of W and v one for each column, "
            "so the transpose makes v out of u, and W makes u out of v. With square weights nothing stops.",
        ),
        Mistake(
            (
                _step(for_v=lambda v: v),
                _step(for_v=lambda v: v, sigma=lambda weight, u, v, old: (weight @ v).norm()),
            ),
            "The vector v is not normalised: sigma is then too large by the length of W^T u, which is nearly "
            "sigma itself, so the weight is divided by about sigma squared.",
        ),
        Mistake(
            (
                _step(for_u=lambda u: u),
                _step(for_u=lambda u: u, sigma=lambda weight, u, v, old: u.norm()),
            ),
            "The new u is not normalised: it grows (or shrinks) by a factor of sigma at every step of "
            "training, and sigma, if it is made with u, comes out squared.",
        ),
        Mistake(
            (
                _step(for_v=lambda v: v, for_u=lambda u: u),
                _step(
                    for_v=lambda v: v,
                    for_u=lambda u: u,
                    sigma=lambda weight, u, v, old: u.norm() / v.norm(),
                ),
            ),
            "Neither vector is normalised: after some steps they overflow, or vanish, and what they say of "
            "sigma goes with them.",
        ),
        Mistake(
            (
                _step(sigma=lambda weight, u, v, old: old @ weight @ v),
                _step(sigma=lambda weight, u, v, old: (weight.T @ old).norm()),
            ),
            "Sigma is made with the u that came in: that is half a step behind and further below the largest "
            "singular value, so the layer is divided by too little and stays steeper than 1.",
        ),
        Mistake(
            (
                _step(sigma=lambda weight, u, v, old: (u @ weight @ v).square()),
                _step(sigma=lambda weight, u, v, old: (u @ weight) @ (weight.T @ u)),
                _step(sigma=lambda weight, u, v, old: (weight @ v).square().sum()),
            ),
            "This is sigma squared, the largest eigenvalue of W W^T: a weight divided by it has norm "
            "1 / sigma and not 1.",
        ),
        Mistake(
            _step(sigma=lambda weight, u, v, old: (weight.T @ u).norm()),
            "Sigma goes half a step further than u and v (it is the length of W^T times the new u): near the "
            "end it is the same, and here it is asked for with the v that made u.",
        ),
        Mistake(
            (
                _step(new=lambda u, v: v),
                _step(new=lambda u, v: _norm(v)),
            ),
            "You hand back v where u is wanted: the next step multiplies it by the transpose of W, which for "
            "a weight that is not square cannot be done, and for a square one starts from the wrong side.",
        ),
        Mistake(
            lambda weight, u: (power_iteration(weight, u)[0], u),
            "You hand back the u that came in: every step of training then starts from the same place, and "
            "sigma never gets any better than after one step.",
        ),
        Mistake(
            (
                _exact,
                lambda weight, u: (torch.linalg.matrix_norm(weight, 2), u),
                lambda weight, u: (torch.linalg.matrix_norm(weight, 2), power_iteration(weight, u)[1]),
                lambda weight, u: (torch.linalg.svdvals(weight)[0], u),
                _repeated(50),
                _repeated(100),
            ),
            "This is the exact singular value, by a decomposition of the whole matrix or by very many "
            "steps: too dear for every layer at every step of training; one multiplication each way is "
            "enough, since u is kept from step to step.",
        ),
        Mistake(
            tuple(_repeated(times) for times in (2, 3, 4, 5, 10, 20)),
            "You take several steps: one is enough at each step of training, for the weights change little, "
            "and the next call goes on from the u that you hand back.",
        ),
        Mistake(
            (
                lambda weight, u: (weight.norm(), power_iteration(weight, u)[1]),
                lambda weight, u: (weight.norm(), u),
                lambda weight, u: (weight.abs().max(), power_iteration(weight, u)[1]),
                lambda weight, u: (weight.abs().sum(1).max(), power_iteration(weight, u)[1]),
                _step(sigma=lambda weight, u, v, old: u.norm()),
                _step(sigma=lambda weight, u, v, old: v.norm()),
            ),
            "That is the norm of something else: the Frobenius norm or the largest entry is not how much W "
            "can stretch a vector, and u and v have length 1 whatever W is; sigma is u^T W v.",
        ),
        Mistake(
            (
                _step(_by(lambda one: one.abs().sum()), _by(lambda one: one.abs().sum())),
                _step(_by(lambda one: one.abs().max()), _by(lambda one: one.abs().max())),
                _step(_by(lambda one: one.square().sum()), _by(lambda one: one.square().sum())),
                _step(_by(torch.sum), _by(torch.sum)),
                _step(lambda v: v.softmax(0), lambda u: u.softmax(0)),
            ),
            "The vectors are divided by something else than their Euclidean length: then u^T W v is no "
            "singular value, for sigma is a stretch of vectors of length 1.",
        ),
        Mistake(
            lambda weight, u: (weight / power_iteration(weight, u)[0], power_iteration(weight, u)[1]),
            "You hand back the weight divided by sigma: the division comes later, in the layer; asked for is "
            "sigma itself, a single number.",
        ),
        Mistake(
            lambda weight, u: power_iteration(weight, u)[0],
            "Sigma comes back alone: u is to be kept for the next call, or every step of training starts "
            "anew.",
        ),
        Mistake(
            _step(F.normalize, F.normalize),
            "F.normalize works along axis 1 unless it is told another, and a vector has axis 0 alone: dim=0.",
        ),
        Mistake(
            lambda weight, u: power_iteration(weight, u)[::-1],
            "The order is turned round: sigma comes first, then the new u.",
        ),
        Mistake(
            lambda weight, u: (1 / power_iteration(weight, u)[0], power_iteration(weight, u)[1]),
            "This is one over sigma, the factor by which the weight is multiplied later: asked for is sigma.",
        ),
    ],
    hints=[
        "Multiply there and back: from the rows' side to the columns' side with the transpose, and back with "
        "W; after each way the vector is scaled to length 1.",
        "v is made of the old u, the new u of v, and sigma of the new u and v with W between them.",
        "torch.nn.functional.normalize wants dim=0 for a vector. There are three products in all, or two, if "
        "you see that the last one has a length that you know.",
    ],
)
