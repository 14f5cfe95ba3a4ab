"""flow.euler_sample: from noise to data in equal steps."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def euler_sample(velocity, x, steps):
    """Euler's steps along velocity(x, t [B]) from x at t = 0 to t = 1: x [B, ...] -> [B, ...]."""
    x_t = x
    for i in range(steps):
        t = torch.full((len(x),), i / steps)
        x_t = x_t + velocity(x_t, t) / steps
    return x_t


class _Velocity:
    """A velocity of a few lines that depends on the place and on the time, and wants t as [B]."""

    def __init__(self, rng, size):
        self.shift = torch.randn(size, generator=rng)

    def __call__(self, x, t):
        if not isinstance(t, torch.Tensor) or t.shape != (len(x),):
            got = list(t.shape) if isinstance(t, torch.Tensor) else type(t).__name__
            raise ValueError(f"the velocity wants t as a tensor [B] = [{len(x)}], one time a row; got {got}")
        t = t.to(x).view(-1, *[1] * (x.ndim - 1))
        return (1 + 2 * t) * torch.sin(x) + self.shift.to(x).view(x.shape[1:]) * (1 - t**2) - 0.3 * x


def _start(n, shape, steps):
    def make(rng):
        size = torch.Size(shape)
        return _Velocity(rng, size.numel()), torch.randn(n, *shape, generator=rng), steps

    return make


def _walk(times=lambda n: range(n), at=lambda i, n: i / n, dt=lambda n: 1 / n, told=None, move=None):
    """Euler's loop with one part replaced.

    times: what the loop goes over; at(i, n): the time asked for; told(t, x): how it is handed over.
    """

    def walk(velocity, x, steps):
        start = x
        for i in times(steps):
            t = at(i, steps)
            given = torch.full((len(x),), float(t)) if told is None else told(t, x)
            if move is None:
                x = x + dt(steps) * velocity(x, given)
            else:
                x = move(velocity, x, given, dt(steps), start)
        return x

    return walk


def _heun(velocity, x, steps):
    for i in range(steps):
        now, then = (torch.full((len(x),), j / steps) for j in (i, i + 1))
        v = velocity(x, now)
        x = x + (v + velocity(x + v / steps, then)) / (2 * steps)
    return x


def _midpoint(velocity, x, steps):
    for i in range(steps):
        now, half = (torch.full((len(x),), j / steps) for j in (i, i + 0.5))
        x = x + velocity(x + velocity(x, now) / (2 * steps), half) / steps
    return x


def _one_call(velocity, x, steps):
    return x + velocity(x, torch.zeros(len(x)))


def _in_the_loop(velocity, x, steps):
    return x + velocity(x, torch.zeros(len(x))) / steps


exercise(
    "flow.euler_sample",
    reference=euler_sample,
    inputs={
        "5 points of the plane, 4 steps": _start(5, (2,), 4),
        "3 points of 6 coordinates, 7 steps": _start(3, (6,), 7),
        "4 points of 5 coordinates, 10 steps": _start(4, (5,), 10),
        "6 points on a line, 1 step": _start(6, (1,), 1),
        "2 points of 3 coordinates, 33 steps": _start(2, (3,), 33),
    },
    mistakes=[
        Mistake(
            (
                _walk(times=lambda n: range(n - 1)),
                _walk(times=lambda n: range(1, n)),
                _walk(times=lambda n: range(n - 1), at=lambda i, n: i / (n - 1)),
            ),
            "The walk ends one step short: the number of steps is the number of moves, and the last one "
            "brings x to t = 1; as it is, some noise stays in every sample.",
        ),
        Mistake(
            (
                _walk(times=lambda n: range(n + 1)),
                _walk(times=lambda n: range(n + 1), dt=lambda n: 1 / (n + 1), at=lambda i, n: i / (n + 1)),
                _walk(times=lambda n: range(n + 1), dt=lambda n: 1 / n, at=lambda i, n: i / (n + 1)),
            ),
            "There is one step too many: with steps moves of the same size the walk is at t = 1 already.",
        ),
        Mistake(
            _walk(at=lambda i, n: (i + 1) / n),
            "The velocity is asked at the end of each step: Euler goes by the velocity where the step "
            "begins, so the first time is 0 and the last one is one step before 1.",
        ),
        Mistake(
            (
                _walk(at=lambda i, n: i / max(n - 1, 1)),
                _walk(at=lambda i, n: i / (n - 1) if n > 1 else 1.0),
            ),
            "The times run from 0 to 1 with both ends among them, and the step is 1 / steps: the two do not "
            "fit, and the velocity is asked at times at which x is not yet.",
        ),
        Mistake(
            (
                _walk(at=lambda i, n: 1 - i / n),
                _walk(at=lambda i, n: 1 - i / n, dt=lambda n: -1 / n),
                _walk(at=lambda i, n: 1 - (i + 1) / n),
                _walk(times=lambda n: range(n - 1, -1, -1)),
            ),
            "Your time falls from 1 to 0, as in diffusion: here the noise is at t = 0 and the data at t = 1, "
            "so the first time is 0 and t rises.",
        ),
        Mistake(
            _walk(dt=lambda n: -1 / n),
            "You subtract the velocity: it leads from noise to data, so you walk away from the data.",
        ),
        Mistake(
            (_walk(dt=lambda n: 1.0), _walk(dt=lambda n: float(n))),
            "The step has no length of its own: in 1 / steps of the time a point moves 1 / steps of the "
            "velocity, and with the whole of it every time you end far beyond the data.",
        ),
        Mistake(
            (
                _walk(dt=lambda n: 1 / (n + 1)),
                _walk(dt=lambda n: 1 / max(n - 1, 1)),
                _walk(dt=lambda n: 1 / n**2),
                _walk(dt=lambda n: 0.5 / n),
                _walk(dt=lambda n: 2 / n),
                _walk(dt=lambda n: 0.01),
                _walk(dt=lambda n: 0.1),
            ),
            "The length of a step is not 1 / steps: the moves do not add up to a time of 1, so the walk "
            "stops short of the data or goes past them.",
        ),
        Mistake(
            (
                _walk(at=lambda i, n: 0.0),
                _walk(at=lambda i, n: 1.0),
                _walk(at=lambda i, n: 1 / n),
                _walk(at=lambda i, n: 0.5),
            ),
            "The velocity is asked for the same time at every step: it changes on the way, and near the data "
            "it must know that it is near them.",
        ),
        Mistake(
            _walk(move=lambda velocity, x, t, dt, start: x + dt * velocity(start, t)),
            "The velocity is asked at the starting point every time: it belongs to the place where x is now.",
        ),
        Mistake(
            _walk(move=lambda velocity, x, t, dt, start: start + dt * velocity(x, t)),
            "Each step starts again from the noise: what the steps before have won is thrown away; the new x "
            "is the old x and the move.",
        ),
        Mistake(
            _walk(move=lambda velocity, x, t, dt, start: dt * velocity(x, t)),
            "The place is lost: a step adds the move to x, and you keep the move alone.",
        ),
        Mistake(
            (_walk(at=lambda i, n: i), _walk(at=lambda i, n: 1000 * i / n)),
            "You hand over the number of the step: this velocity knows times from 0 to 1.",
        ),
        Mistake(
            (
                _walk(told=lambda t, x: t),
                _walk(told=lambda t, x: torch.tensor(float(t))),
                _walk(told=lambda t, x: torch.tensor([t])),
                _walk(told=lambda t, x: torch.full((len(x), 1), float(t))),
                _walk(told=lambda t, x: torch.full_like(x, t)),
                _walk(told=lambda t, x: torch.full_like(x[:, :1], t)),
            ),
            "The velocity wants the time as a tensor [B], one number for each row of x.",
        ),
        Mistake(
            (_walk(move=lambda velocity, x, t, dt, start: x + t[0] * velocity(x, t)),),
            "You multiply by the time and not by the length of a step: each step takes 1 / steps of the "
            "time, early or late.",
        ),
        Mistake(
            (_heun, _midpoint),
            "This is a solver of second order, which asks twice a step: a better one, but the exercise is "
            "Euler's, with one call a step, and the comparison of calls later on counts on it.",
        ),
        Mistake(
            (_one_call, _in_the_loop),
            "There is one move only: either the loop does not loop (a return inside it ends it at the first "
            "step), or there is none.",
        ),
        Mistake(
            _walk(move=lambda velocity, x, t, dt, start: x + dt * (velocity(x, t) - x)),
            "You subtract x from the velocity: the network gives no guess of the data but the velocity "
            "itself, so a move is the velocity times the length of the step.",
        ),
    ],
    hints=[
        "The time goes from 0 to 1 in equal steps: how long is one, and at which time does step i begin?",
        "Each step: a tensor of the time for all rows, torch.full((len(x),), ...), the velocity there, and "
        "x moved along it.",
        "Loop over range(steps); the time is the number of the step over steps, and the move is the velocity "
        "divided by steps.",
    ],
)
