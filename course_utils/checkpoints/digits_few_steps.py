"""Samples of digits in few network calls, by distilled students and a consistency model, for lesson 17.

The teacher is the checkpoint digits_diffusion, and every student starts from its weights. Progressive
distillation halves 16 DDIM steps to 8, 4, 2 and 1, each student the next one's teacher. The consistency
model lives at x / signal, where the noise has deviation s = sigma / signal: there the data stay as they are
and noise is added ("variance exploding"), as `diffusion.consistency` has it. With sigma_data = 1 its c_skip x
+ c_out F is the teacher's own guess of x_0 where F = -v, for that is signal (signal x) - sigma v with signal
= 1 / sqrt(1 + s^2). So the student starts as its teacher, but for what sigma_min changes. Not weights but
samples are kept, so that the lesson can judge them itself.
"""

import functools

import torch

from .. import metrics
from ..diffusion import consistency, distillation, samplers
from . import digits_diffusion, digits_race
from .recipe import Recipe, Runs, Samples, as_metrics, fit

TEACHER_CALLS = [1, 2, 4, 8, 16]
LEVELS = {"1": [80.0], "2": [80.0, 1.0], "4": [80.0, 3.0, 1.0, 0.4]}
SETTINGS = {
    "seed": 0,
    "seeds": 3,
    "samples": 500,
    "teacher": "digits_diffusion",
    "teacher_calls": TEACHER_CALLS,
    "sampler": "DDIM, even steps",
    "progressive": {"from": 16, "steps": 100, "batch_size": 32, "lr": 5e-4, "ema_decay": 0.97},
    "consistency": {
        "levels": 18, "sigma_min": 0.02, "sigma_max": 80.0, "sigma_data": 1.0, "huber": 0.01,
        "sampled_at": LEVELS, "steps": 300, "batch_size": 32, "lr": 7e-5, "ema_decay": 0.98,
    },
}  # fmt: skip
CLIP = (-1, 1)
MEASURES = ("read_as_asked", "distance")


def row(method, calls):
    """The name of a row of samples: teacher, progressive or consistency, and its number of calls."""
    return f"{method}_{calls}"


def rows(settings):
    """The names of all rows, by method and then by calls."""
    students = [2**k for k in range(settings["progressive"]["from"].bit_length() - 1)]
    calls = {
        "teacher": settings["teacher_calls"],
        "progressive": students,
        "consistency": settings["consistency"]["sampled_at"],
    }
    return [row(method, n) for method, several in calls.items() for n in several]


def student_of(teacher):
    """A network with the teacher's weights that trains without dropout."""
    student = digits_diffusion.build({**digits_diffusion.SETTINGS, "dropout": 0.0})
    student.load_state_dict(teacher.state_dict())
    return student


def progressive(settings, teacher, data, seed, seconds=None, progress=True):
    """{calls: student} with half the calls of the one before, and the Runs."""
    how, schedule = settings["progressive"], digits_diffusion.schedule()
    pairs, students, runs = samplers.timesteps(schedule, how["from"]), {}, Runs()
    while len(pairs) > 1:
        halving = distillation.halving_loss(teacher, schedule, pairs, "v_prediction", CLIP)

        def loss(student, x, y, halving=halving):
            return halving(student, 2 * x - 1, y)

        seeded = {**how, "seed": seed}
        shown = data.images, data.labels
        teacher, history = fit(seeded, student_of(teacher), loss, shown, seconds, progress)
        runs, pairs = runs + history, distillation.merged(pairs)
        students[len(pairs)] = teacher
    return students, runs


def exploding(net, schedule, y):
    """F(x, s) = -v of the network at x / sqrt(1 + s^2), at the step of the schedule nearest in log s."""
    logs = -schedule.log_snr / 2

    def network(x, s):
        t = (logs - s.double().log()[:, None]).abs().argmin(1)
        return -net(x / (1 + s.square()).sqrt().view(-1, 1, 1, 1), t, y)

    return network


def consistent(how, net, y):
    """f(x, s) of a network for the labels y [B]: one call from any level s to clean digits."""
    network = exploding(net, digits_diffusion.schedule(), y)
    return consistency.consistent(network, how["sigma_data"], how["sigma_min"])


def levels(how):
    """The levels s of training, rising, [N]: Karras's, each at the schedule's step that is nearest."""
    schedule = digits_diffusion.schedule()
    visited = digits_race.levels(schedule, how["levels"], how["sigma_min"], how["sigma_max"])
    found = (-schedule.log_snr / 2).exp()[[t for t, _ in reversed(visited)]]
    return found.float().clamp(min=how["sigma_min"])


def consistency_loss(how, teacher):
    """loss(student, x, y): two neighbours on one path of the teacher's are to be sent to one end.

    The lower one is an Euler step away, and its end is the student's own, without a gradient. The distance
    is the pseudo-Huber one (Song & Dhariwal 2024, section 3.3).
    """
    at, schedule = levels(how), digits_diffusion.schedule()

    def loss(student, x, y):
        x0, n = 2 * x - 1, torch.randint(1, len(at), (len(x),))
        high, low = at[n], at[n - 1]
        x_high = x0 + high.view(-1, 1, 1, 1) * torch.randn_like(x0)
        f = consistent(how, student, y)
        with torch.no_grad():
            # The teacher's own guess: nothing is left alone at sigma_min.
            network = exploding(teacher, schedule, y)
            guess = consistency.consistent(network, 1.0, 0.0)(x_high, high).clamp(*CLIP)
            x_low = guess + (low / high).view(-1, 1, 1, 1) * (x_high - guess)
            target = f(x_low, low)
        squared = (f(x_high, high) - target).square().flatten(1).sum(1)
        return ((squared + how["huber"] ** 2).sqrt() - how["huber"]).mean()

    return loss


def noise(seed, n):
    """Where all rows of a seed start, [n, 1, 8, 8]; image i is asked to be the digit i % 10."""
    return torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(20_000 + seed))


def by_ddim(net, calls, seed, n):
    """n digits in so many calls of a network that predicts v, [n, 1, 8, 8] in [0, 1]."""
    start = noise(seed, n)
    x = samplers.ddim(
        functools.partial(net, y=torch.arange(n) % 10), digits_diffusion.schedule(), start.shape, x_T=start,
        num_inference_steps=calls, prediction_type="v_prediction", clip=CLIP,
    )  # fmt: skip
    return ((x + 1) / 2).clamp(0, 1)


def by_consistency(how, net, at, seed, n):
    """n digits in a call for each of the levels `at`, [n, 1, 8, 8] in [0, 1]."""
    f, generator = consistent(how, net, torch.arange(n) % 10), torch.Generator().manual_seed(30_000 + seed)
    x = consistency.sample(f, at[0] * noise(seed, n), torch.tensor(at), generator)
    return ((x + 1) / 2).clamp(0, 1)


def run(settings, teacher, data, seed, seconds=None, progress=True):
    """{row: images [N, 1, 8, 8]} of one seed, and the Runs of its training."""
    n, how = settings["samples"], settings["consistency"]
    found = {row("teacher", k): by_ddim(teacher, k, seed, n) for k in settings["teacher_calls"]}
    students, runs = progressive(settings, teacher, data, seed, seconds, progress)
    found |= {row("progressive", k): by_ddim(net, k, seed, n) for k, net in students.items()}
    seeded, shown = {**how, "seed": seed}, (data.images, data.labels)
    loss = consistency_loss(how, teacher)
    net, history = fit(seeded, student_of(teacher), loss, shown, seconds, progress)
    for k, at in how["sampled_at"].items():
        found[row("consistency", k)] = by_consistency(how, net, at, seed, n)
    return found, runs + history


def build(settings):
    """The empty study of the settings, a Samples."""
    return Samples(rows(settings), settings["seeds"], settings["samples"])


def train(settings, model, data, seconds=None, progress=True):
    """Train and sample with every seed; seconds is shared out. Returns the Samples and the Runs."""
    from . import load

    teacher, _ = load(settings["teacher"])
    each = None if seconds is None else seconds / (5 * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        found, done = run(settings, teacher, data, seed, each, progress)
        runs += done
        if runs.interrupted:
            break
        for name, images in found.items():
            model.images[model.names.index(name), seed] = (255 * images).round().byte()
    return model, runs


@torch.no_grad()
def evaluate(model):
    """For each row, means over seeds: how it is read by the judge, and its Frechet distance.

    The distance is to the training digits, in the features of digit_classifier; beside them what held-out
    digits get.
    """
    from .. import data
    from . import load

    judge, _ = load("digit_classifier")
    real = judge.features(digits_diffusion.digits().images)

    def scores(images, labels):
        return [
            metrics.agreement(judge, images, labels), metrics.frechet_distance(judge.features(images), real)
        ]  # fmt: skip

    test, labels = data.load("digits", split="test"), torch.arange(model.images.shape[2]) % 10
    found = {"held_out": scores(test.images, test.labels)}
    for name in model.names:
        several = torch.tensor([scores(images, labels) for images in model(name)], dtype=torch.float64)
        found[name] = several.mean(0).tolist()
    return as_metrics(MEASURES, found)


RECIPES = [
    Recipe(
        name="digits_few_steps",
        summary="Samples of digits in few calls: DDIM, progressive distillation, consistency, three seeds",
        lessons=("17",),
        build=functools.partial(build, SETTINGS),
        data=digits_diffusion.digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
