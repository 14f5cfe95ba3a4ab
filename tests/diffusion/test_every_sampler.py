"""What holds for every sampler that is found, and so for a new one too."""

import functools
import inspect

import pytest
import torch

from course_utils.diffusion import NoiseSchedule, PlaneNet, exact_model, guidance, predictions, samplers
from course_utils.exact import GaussianMixture

F64 = torch.float64
SHORT = NoiseSchedule.linear(20, 1e-2, 0.5)
GAUSSIAN = GaussianMixture(torch.tensor([[0.5, -1.0]], dtype=F64), 0.4)


@pytest.fixture(params=samplers.by_name)
def sampler(request):
    return samplers.by_name[request.param]


def noise(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def dice(seed=1):
    return torch.Generator().manual_seed(seed)


def test_it_is_reached_by_its_name_and_has_the_one_signature(sampler):
    assert getattr(samplers, sampler.__name__) is sampler and sampler.__doc__
    named = inspect.signature(sampler).parameters
    assert list(named)[:3] == ["model", "schedule", "shape"]
    common = {"num_inference_steps", "prediction_type", "x_T", "generator", "clip", "watch"}
    assert common <= {name for name, part in named.items() if part.kind is part.KEYWORD_ONLY}


@pytest.mark.parametrize("shape", [(1, 3), (5, 2), (2, 3, 4, 6)])
@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_samples_are_like_the_noise_they_start_from(sampler, shape, dtype):
    x_T = noise(*shape, dtype=dtype)
    before = x_T.clone()
    x = sampler(lambda x, t: 0.5 * x, SHORT, shape, num_inference_steps=7, x_T=x_T)
    assert (x.shape, x.dtype, x.device) == (x_T.shape, dtype, x_T.device) and x.isfinite().all()
    assert torch.equal(x_T, before) and not x.requires_grad


def test_a_gaussian_is_drawn_exactly(sampler):
    """4,000 draws of N(m, 0.4^2) by its exact denoiser: what remains is chance and the steps' length."""
    schedule = NoiseSchedule.linear()
    how = {"x_T": noise(4_000, 2, dtype=F64), "generator": dice(), "num_inference_steps": 250}
    x = sampler(exact_model(GAUSSIAN, schedule), schedule, (4_000, 2), **how)
    assert (x.mean(0) - GAUSSIAN.means[0]).abs().max() < 0.03
    assert (x.std(0) - 0.4).abs().max() < 0.02


def test_the_last_step_adds_no_noise(sampler):
    """With a model that always says x_0 = 0.25 it ends there."""
    how = {"num_inference_steps": 20, "prediction_type": "sample", "generator": dice()}
    x = sampler(lambda x, t: torch.full_like(x, 0.25), SHORT, (4, 3), **how)
    torch.testing.assert_close(x, torch.full((4, 3), 0.25))


def test_the_kind_of_prediction_does_not_change_the_samples(sampler):
    how = {"x_T": noise(50, 2, dtype=F64), "num_inference_steps": 10}
    drawn = [
        sampler(
            exact_model(GAUSSIAN, SHORT, kind), SHORT, (50, 2), prediction_type=kind, generator=dice(), **how
        )
        for kind in predictions
    ]
    for x in drawn[1:]:
        torch.testing.assert_close(x, drawn[0], rtol=1e-7, atol=1e-7)


def test_the_model_sees_the_visited_steps_and_watch_what_it_says(sampler):
    asked, seen = [], []

    def model(x, t):
        assert t.shape == (len(x),) and t.dtype == torch.int64 and (t == t[0]).all()
        asked.append(int(t[0]))
        return 3 * x

    sampler(
        model, SHORT, (4, 3), num_inference_steps=5, prediction_type="sample", clip=(-0.5, 0.5),
        watch=lambda t, x_t, x0: seen.append((t, x_t, x0)),
    )  # fmt: skip
    visited = [t for t, _ in samplers.timesteps(SHORT, 5)]
    assert [t for t, _, _ in seen] == visited and sorted(set(asked), reverse=True) == visited
    for _, x_t, x0 in seen:
        torch.testing.assert_close(x0, (3 * x_t).clamp(-0.5, 0.5))


def test_given_timesteps_are_walked(sampler):
    asked = []

    def model(x, t):
        asked.append(int(t[0]))
        return 0.5 * x

    sampler(model, SHORT, (4, 3), timesteps=[(19, 12), (12, 3), (3, 0)])
    assert set(asked) == {19, 12, 3, 0} - ({0} if asked[-1] != 0 else set())
    for wrong in ([], [(5, 5)], [(9, 4), (3, -1)], [(20, -1)]):
        with pytest.raises(ValueError, match="timesteps must be pairs|t must be"):
            sampler(model, SHORT, (4, 3), timesteps=wrong)


def test_one_generator_gives_the_same_samples_and_the_global_one_is_left_alone(sampler):
    net, state = PlaneNet(8, 1), torch.get_rng_state()
    first, again, other = (
        sampler(net, SHORT, (5, 2), num_inference_steps=10, generator=dice(s)) for s in (7, 7, 8)
    )
    assert torch.equal(first, again) and not torch.allclose(first, other)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda net: net,
        lambda net: functools.partial(net),
        lambda net: functools.partial(lambda x, t, net: net(x, t), net=net),
        lambda net: net.forward,
        lambda net: guidance.mixed(net, net, 2.0),
    ],
    ids=["module", "partial", "argument", "method", "guided"],
)
def test_without_noise_to_start_from_it_is_drawn_as_the_models_weights_are(sampler, wrap):
    x = sampler(wrap(PlaneNet(8, 1).double()), SHORT, (5, 2), num_inference_steps=5)
    assert x.dtype == F64


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"num_inference_steps": 21}, "at most 20"),
        ({"num_inference_steps": 0}, "num_inference_steps"),
        ({"prediction_type": "eps"}, "prediction_type"),
        ({"x_T": torch.zeros(3, 2)}, "x_T must have the shape"),
    ],
)
def test_bad_input_gets_a_sentence(sampler, kwargs, words):
    with pytest.raises(ValueError, match=words):
        sampler(lambda x, t: x, SHORT, (5, 2), **{"num_inference_steps": 5, **kwargs})


def test_a_file_without_its_function_is_told_so(tmp_path, monkeypatch):
    from course_utils._found import functions

    package = tmp_path / "empty_room"
    package.mkdir()
    (package / "_helper.py").write_text("")
    (package / "nothing.py").write_text("other = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r"nothing\.py must define a function nothing"):
        functions("empty_room", [str(package)])
