"""The study of few calls: what is stored, what it shows, and the mathematics by which a student starts."""

import math

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import digits_diffusion
from course_utils.checkpoints import digits_few_steps as recipes
from course_utils.diffusion import consistency

ROWS = [
    *(f"teacher_{k}" for k in (1, 2, 4, 8, 16)), *(f"progressive_{k}" for k in (1, 2, 4, 8)),
    *(f"consistency_{k}" for k in (1, 2, 4)),
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_few_steps")


@pytest.fixture(scope="module")
def teacher():
    return checkpoints.load("digits_diffusion")[0]


def test_every_row_has_samples_of_every_seed(shipped):
    study, _ = shipped
    assert list(study.names) == ROWS
    for name in ROWS:
        x = study(name)
        assert x.shape == (3, 500, 1, 8, 8) and x.std() > 0.1
        assert len({seed.numpy().tobytes() for seed in x}) == 3


def test_the_metrics_are_those_of_the_stored_samples(shipped):
    study, record = shipped
    judge, _ = checkpoints.load("digit_classifier")
    labels, found = torch.arange(500) % 10, record["metrics"]
    with torch.no_grad():
        real = judge.features(data.load("digits").images)
        for name in ("progressive_1", "consistency_2"):
            distances = [metrics.frechet_distance(judge.features(x), real) for x in study(name)]
            assert found[f"distance_{name}"] == pytest.approx(sum(distances) / 3, rel=1e-3)
            agreed = [metrics.agreement(judge, x, labels) for x in study(name)]
            assert found[f"read_as_asked_{name}"] == pytest.approx(sum(agreed) / 3, abs=1e-5)


def test_students_of_one_call_beat_their_teacher_in_one(shipped):
    found = {name: shipped[1]["metrics"][f"distance_{name}"] for name in ROWS}
    for student in ("progressive", "consistency"):
        assert found[f"{student}_1"] < found["teacher_1"] / 2
    assert found["progressive_1"] < found["teacher_2"]


def test_with_sigma_data_1_the_network_is_the_teachers_guess_of_x0():
    """By hand: x_0 = signal x_t - sigma v, with x_t = signal x, for any v."""
    schedule = digits_diffusion.schedule()
    t = torch.tensor([40, 300, 700, 950])
    x, y = torch.randn(4, 1, 8, 8), torch.arange(4)

    def net(x_t, t, y):
        return torch.sin(3 * x_t) + 0.001 * t.view(-1, 1, 1, 1) + y.view(-1, 1, 1, 1)

    levels = [schedule.alpha_bar(one) for one in t.tolist()]
    s = torch.tensor([math.sqrt((1 - level) / level) for level in levels])
    f = consistency.consistent(recipes.exploding(net, schedule, y), 1.0, 0.0)(x, s)
    for k, level in enumerate(levels):
        one = slice(k, k + 1)
        x_t = math.sqrt(level) * x[one]
        x0 = math.sqrt(level) * x_t - math.sqrt(1 - level) * net(x_t, t[one], y[one])
        assert torch.allclose(f[one], x0, atol=1e-4)


def test_the_levels_rise_from_data_to_noise():
    levels = recipes.levels(recipes.SETTINGS["consistency"])
    assert len(levels) == 18 and (levels.diff() > 0).all()
    assert float(levels[0]) == pytest.approx(0.02, rel=0.1)
    assert float(levels[-1]) == pytest.approx(80, rel=0.1)


def test_a_student_starts_as_its_teacher_and_without_dropout(teacher):
    student, x, t, y = recipes.student_of(teacher), torch.randn(3, 1, 8, 8), torch.arange(3), torch.arange(3)
    assert torch.equal(student.train()(x, t, y), teacher(x, t, y))
    assert student.first.weight.data_ptr() != teacher.first.weight.data_ptr()


def test_the_exact_map_of_a_gaussian_has_next_to_no_loss():
    """Of N(0, std^2 I) both are known, the teacher's v and where its paths end; its steps are finite."""
    how, std = {**recipes.SETTINGS["consistency"], "levels": 300}, 0.2
    images = (1 + std * torch.randn(64, 1, 8, 8)) / 2
    s_of = (-digits_diffusion.schedule().log_snr / 2).exp().float().clamp(min=how["sigma_min"])

    def teacher(x_t, t, y):
        s = s_of[t].view(-1, 1, 1, 1)
        signal, sigma = 1 / (1 + s.square()).sqrt(), s / (1 + s.square()).sqrt()
        x0 = signal * std**2 / (signal.square() * std**2 + sigma.square()) * x_t
        return (signal * x_t - x0) / sigma

    def exact(x_t, t, y):
        s = s_of[t]
        x = x_t * (1 + s.square()).sqrt().view(-1, 1, 1, 1)
        end = consistency.gaussian_map(x, s, std, how["sigma_min"])
        c_skip, c_out = (
            c.view(-1, 1, 1, 1) for c in consistency.scalings(s, how["sigma_data"], how["sigma_min"])
        )
        return (c_skip * x - end) / c_out.clamp(min=1e-6)

    loss, y = recipes.consistency_loss(how, teacher), torch.zeros(64).long()
    small, large = (float(loss(student, images, y)) for student in (exact, lambda x, t, y: 0 * x))
    assert small < 1e-5 and large > 1e-3
