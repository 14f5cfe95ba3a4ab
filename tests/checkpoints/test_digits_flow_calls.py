"""The study of calls, flow beside diffusion: what is stored, what it shows, and that a run of it repeats."""

import pytest
import torch

from course_utils import checkpoints, data, diffusion, flow_matching, metrics
from course_utils.checkpoints import digits_diffusion
from course_utils.checkpoints import digits_flow_calls as recipes

BRIEF = {
    **recipes.STUDY,
    "seeds": 2,
    "samples": 7,
    "calls": [1, 3],
    "net": {**recipes.STUDY["net"], "width": 8, "steps": 2},
}


@pytest.fixture(scope="module")
def study():
    return checkpoints.load("digits_flow_calls")


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("digit_classifier")[0]


@pytest.fixture(scope="module")
def pair():
    return recipes.train_pair(BRIEF, data.load("digits"), seed=0, progress=False)


def noise(n, seed):
    return torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(seed))


def test_every_row_holds_samples_of_every_seed(study):
    model, record = study
    seeds, n = record["settings"]["seeds"], record["settings"]["samples"]
    assert model.names == tuple(recipes.ROWS) and "flow, 5 calls" in model.names and seeds >= 3
    for name in model.names:
        x = model(name)
        assert x.shape == (seeds, n, 1, 8, 8) and x.min() >= 0 and x.max() <= 1 and x.std() > 0.1
        assert len({seed.numpy().tobytes() for seed in x}) == seeds  # no two seeds gave the same


def test_the_stated_measures_are_those_of_the_samples(study, judge):
    model, record = study
    labels = torch.arange(record["settings"]["samples"]) % 10
    for name in ("flow, 5 calls", "diffusion, 50 calls"):
        agreed = [metrics.agreement(judge, x, labels) for x in model(name)]
        found = record["metrics"][f"read_as_asked_{name}"]
        assert found == pytest.approx(sum(agreed) / len(agreed), abs=1e-5)


def test_a_row_that_was_not_sampled_is_refused(study):
    with pytest.raises(ValueError, match="Did you mean 'flow, 50 calls'"):
        study[0]("flow, 500 calls")


def test_the_study_is_two_networks_for_each_seed(study):
    settings, training = study[1]["settings"], study[1]["training"]
    assert training["steps"] == 2 * settings["seeds"] * settings["net"]["steps"]


def test_both_networks_begin_with_the_same_weights():
    nothing = {**BRIEF, "net": {**BRIEF["net"], "steps": 1, "lr": 1e-12}}
    flow, denoiser, _ = recipes.train_pair(nothing, data.load("digits"), seed=0, progress=False)
    for one, other in zip(flow.parameters(), denoiser.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-9)


def test_a_run_repeats_and_another_seed_is_another(pair):
    flow, denoiser, runs = pair
    assert runs.steps == 4 and not flow.training and not denoiser.training
    again, denoiser_again, _ = recipes.train_pair(BRIEF, data.load("digits"), seed=0, progress=False)
    other, _, _ = recipes.train_pair(BRIEF, data.load("digits"), seed=1, progress=False)
    assert torch.equal(flow.net.first.weight, again.net.first.weight)
    assert not torch.equal(flow.net.first.weight, other.net.first.weight)
    first = recipes.sample(BRIEF, flow, denoiser, seed=0)
    assert torch.equal(first, recipes.sample(BRIEF, again, denoiser_again, seed=0))
    assert not torch.equal(first, recipes.sample(BRIEF, flow, denoiser, seed=1))


def test_rows_are_the_calls_in_their_order(pair):
    """Each row from the same noise, with as many calls of the network as its name says."""
    flow, denoiser, _ = pair
    counts = {"flow": 0, "diffusion": 0}

    def counted(name, net):
        def model(x, t, y):
            counts[name] += 1
            return net(x, t, y)

        return model

    rows = recipes.sample(BRIEF, counted("flow", flow), counted("diffusion", denoiser), seed=0)
    assert rows.shape == (4, 7, 1, 8, 8) and counts == {"flow": 4, "diffusion": 4}
    labels = torch.arange(7)
    by_hand = flow_matching.sample(lambda x, t: flow(x, t, labels), (7, 1, 8, 8), x=noise(7, 10_000), steps=3)
    assert (255 * ((by_hand + 1) / 2).clamp(0, 1) - rows[1]).abs().max() <= 0.51
    by_ddim = diffusion.samplers.ddim(
        lambda x, t: denoiser(x, t, labels), digits_diffusion.schedule(), (7, 1, 8, 8),
        x_T=noise(7, 10_000), num_inference_steps=3, prediction_type="v_prediction", clip=(-1, 1),
    )  # fmt: skip
    assert (255 * ((by_ddim + 1) / 2).clamp(0, 1) - rows[3]).abs().max() <= 0.51
