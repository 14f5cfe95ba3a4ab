"""epsilon, x_0, v and score say the same thing, and the loss of a denoiser asks for each."""

import itertools

import pytest
import torch

from course_utils.diffusion import NoiseSchedule, PlaneNet, denoising_loss, exact_model, predictions
from course_utils.exact import GaussianMixture

F64 = torch.float64
SCHEDULE = NoiseSchedule.linear(100, 1e-3, 0.1)
MIXTURE = GaussianMixture(
    torch.tensor([[1.0, 0.0], [-1.0, 0.5]], dtype=F64), torch.tensor([0.2, 0.5]), torch.tensor([0.3, 0.7])
)


def noised(n=40, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x0 = MIXTURE.sample(n, generator)
    noise = torch.randn(n, 2, generator=generator, dtype=F64)
    t = torch.randint(100, (n,), generator=generator)
    return x0, noise, t, SCHEDULE.add_noise(x0, noise, t)


def truth(name):
    """What a perfect network of each kind would say of one point, from the textbook formulas."""
    x0, noise, t, x_t = noised()
    level = SCHEDULE.alphas_cumprod[t][:, None]
    return {
        "epsilon": noise,
        "sample": x0,
        "v_prediction": level.sqrt() * noise - (1 - level).sqrt() * x0,
        "score": -(x_t - level.sqrt() * x0) / (1 - level),  # grad log N(x_t; sqrt(a) x_0, 1 - a)
    }[name]


@pytest.mark.parametrize(("source", "target"), list(itertools.product(predictions, predictions)))
def test_every_kind_converts_to_every_other(source, target):
    _, _, t, x_t = noised()
    converted = SCHEDULE.convert(truth(source), x_t, t, source, target)
    torch.testing.assert_close(converted, truth(target), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", predictions)
def test_target_is_what_converts_back_to_x0(name):
    x0, noise, t, x_t = noised()
    signal, sigma = SCHEDULE.rates(t, x0)
    target = predictions[name].target(x0, noise, signal, sigma)
    torch.testing.assert_close(target, truth(name), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(predictions[name].to_x0(target, x_t, signal, sigma), x0, rtol=1e-9, atol=1e-9)


def test_exact_score_is_that_of_the_diffused_mixture():
    """Tweedie's formula: the posterior mean gives the score of the noised density, known in closed form."""
    _, _, t, x_t = noised()
    score = exact_model(MIXTURE, SCHEDULE, "score")(x_t, t)
    for i, step in enumerate(t.tolist()):
        expected = MIXTURE.diffuse(SCHEDULE.alphas_cumprod[step]).score(x_t[i : i + 1])
        torch.testing.assert_close(score[i : i + 1], expected, rtol=1e-9, atol=1e-9)


def test_no_denoiser_beats_the_exact_one():
    loss = denoising_loss(SCHEDULE)
    exact = exact_model(MIXTURE, SCHEDULE)
    x0 = MIXTURE.sample(4000, torch.Generator().manual_seed(1))

    def at(model):
        torch.manual_seed(0)
        return loss(model, x0).item()

    others = [
        lambda x, t: exact(x, t) * 0.97,
        lambda x, t: exact(x, (t + 3).clamp(max=99)),
        lambda x, t: 0 * x,
    ]
    assert all(at(exact) < at(other) for other in others)


def record_times(x0, **kwargs):
    seen = []

    def model(x_t, t):
        seen.append(t)
        return torch.zeros_like(x_t)

    denoising_loss(SCHEDULE, **kwargs)(model, x0)
    return torch.cat(seen)


def test_every_step_is_trained_the_first_and_the_last_too():
    torch.manual_seed(0)
    times = record_times(torch.zeros(5000, 2))
    assert (times.min(), times.max(), len(times.unique())) == (0, 99, 100)


@pytest.mark.parametrize("name", predictions)
def test_loss_is_the_mean_squared_error_of_the_target(name):
    """The same random numbers, drawn again in the same order, give the same loss by hand."""
    x0 = MIXTURE.sample(8, torch.Generator().manual_seed(2))
    net = PlaneNet(8, 1).double()
    torch.manual_seed(5)
    ours = denoising_loss(SCHEDULE, name)(net, x0)
    torch.manual_seed(5)
    t, noise = torch.randint(100, (8,)), torch.randn_like(x0)
    level = SCHEDULE.alphas_cumprod[t][:, None]
    x_t = level.sqrt() * x0 + (1 - level).sqrt() * noise
    v = level.sqrt() * noise - (1 - level).sqrt() * x0
    target = {"epsilon": noise, "sample": x0, "v_prediction": v, "score": -noise / (1 - level).sqrt()}[name]
    torch.testing.assert_close(ours, torch.nn.functional.mse_loss(net(x_t, t), target))
    assert ours.requires_grad


def test_weights_multiply_each_step():
    x0 = torch.zeros(64, 2)
    weight = torch.zeros(100, dtype=F64)
    assert denoising_loss(SCHEDULE, weight=weight)(lambda x, t: x, x0).item() == 0
    torch.manual_seed(0)
    plain = denoising_loss(SCHEDULE)(lambda x, t: x, x0)
    torch.manual_seed(0)
    double = denoising_loss(SCHEDULE, weight=weight + 2)(lambda x, t: x, x0)
    torch.testing.assert_close(double, 2 * plain)


def test_condition_is_passed_on():
    seen = []

    def model(x_t, t, y):
        seen.append(y)
        return x_t

    labels = torch.arange(4)
    denoising_loss(SCHEDULE)(model, torch.zeros(4, 2), labels)
    assert seen[0] is labels


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [({"prediction_type": "epsilom"}, "epsilon"), ({"weight": torch.ones(3)}, "weight must have shape")],
)
def test_bad_loss_arguments_get_a_sentence(kwargs, words):
    with pytest.raises(ValueError, match=words):
        denoising_loss(SCHEDULE, **kwargs)
