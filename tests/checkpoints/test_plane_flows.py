"""The shipped flows of the plane: normalised, invertible, and as far from the exact density as they say."""

import itertools
import math

import pytest
import torch
from torch.autograd.functional import jacobian

from course_utils import checkpoints, data, flows
from course_utils.checkpoints import plane_flows as recipes

EVERY = list(itertools.product(recipes.PROBLEMS, recipes.DEPTHS))


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("plane_flows")


class TestMixtures:
    @pytest.mark.parametrize("name", recipes.PROBLEMS)
    def test_they_look_like_the_toys(self, name):
        """The same mean and covariance, and no point of one far from all points of the other."""
        toy = data.toy({"two": "two_gaussians", "eight": "eight_gaussians"}.get(name, name), 4_000)
        drawn = recipes.mixture(name).sample(4_000, torch.Generator().manual_seed(0))
        torch.testing.assert_close(drawn.mean(0), toy.mean(0), atol=0.08, rtol=0)
        torch.testing.assert_close(drawn.T.cov(), toy.T.cov(), atol=0.12, rtol=0)
        away = torch.cdist(drawn, toy)
        assert away.amin(1).quantile(0.99) < 0.25 and away.amin(0).quantile(0.99) < 0.25

    def test_the_moons_are_two_half_circles_that_hook_into_each_other(self):
        means = recipes.mixture("moons", torch.float64).means
        assert means.mean(0).abs().max() < 1e-12 and means.dtype == torch.float64
        radii = torch.cdist(means, 1.3 * torch.tensor([[-0.5, -0.25], [0.5, 0.25]], dtype=torch.float64))
        torch.testing.assert_close(radii[:64, 0], torch.full((64,), 1.3, dtype=torch.float64))
        torch.testing.assert_close(radii[64:, 1], torch.full((64,), 1.3, dtype=torch.float64))
        assert (means[:64, 1] > -0.325).all() and (means[64:, 1] < 0.325).all()

    def test_another_name_is_refused(self):
        with pytest.raises(ValueError, match="Did you mean 'moons'"):
            recipes.mixture("moon")


class TestSideBySide:
    """Several flows of the plane as one flow in more dimensions."""

    @pytest.fixture
    def several(self):
        torch.manual_seed(0)
        made = [flows.RealNVP(2, 3, (5, 4)) for _ in range(3)]
        for flow in made:
            for weight in flow.parameters():
                torch.nn.init.normal_(weight, 0, 0.5)
        return made

    def test_it_is_the_product_of_their_densities(self, several):
        x = torch.randn(7, 6)
        together = recipes.side_by_side(several)
        alone = [flow.log_prob(part) for flow, part in zip(several, x.split(2, 1), strict=True)]
        torch.testing.assert_close(together.log_prob(x), sum(alone))

    def test_taken_apart_they_are_what_they_were(self, several):
        weights = recipes.apart(recipes.side_by_side(several))
        for flow, found in zip(several, weights, strict=True):
            assert torch.equal(found, torch.nn.utils.parameters_to_vector(flow.parameters()))


def test_slopes_are_the_largest_singular_values_of_the_way_back():
    torch.manual_seed(0)
    flow = flows.RealNVP(2, 2, (6,)).double()
    for weight in flow.parameters():
        torch.nn.init.normal_(weight, 0, 0.5)
    z = torch.randn(5, 2, dtype=torch.float64)
    one_by_one = [torch.linalg.svdvals(jacobian(lambda z: flow.inverse(z[None])[0], at))[0] for at in z]
    torch.testing.assert_close(recipes.slopes(flow, z), torch.stack(one_by_one))


@pytest.mark.parametrize(("problem", "depth"), EVERY)
@torch.no_grad()
def test_the_gaps_are_about_those_of_the_provenance(shipped, problem, depth):
    """On other draws. 5,000 of them: the standard error of a gap of 0.5 nats is below 0.02."""
    model, record = shipped
    x = model.mixture(problem).sample(5_000, torch.Generator().manual_seed(1))
    for run in range(model.runs):
        difference = model.mixture(problem).log_prob(x) - model(problem, depth, run).log_prob(x)
        error = float(difference.std()) / math.sqrt(len(x))
        stated = record["metrics"][f"gap_{problem}_{depth}_run_{run}"]
        assert float(difference.mean()) == pytest.approx(stated, abs=5 * error + 1e-3)


def test_the_metrics_are_those_of_the_stored_weights(shipped):
    model, record = shipped
    found = recipes.evaluate(model)
    assert found.keys() == record["metrics"].keys()
    for name, value in found.items():
        assert record["metrics"][name] == pytest.approx(value, rel=0.02, abs=1e-4), name
    assert record["training"]["steps"] == len(recipes.DEPTHS) * record["settings"]["steps"]


@pytest.mark.parametrize(("problem", "depth"), EVERY)
@torch.no_grad()
def test_they_are_normalised(shipped, problem, depth):
    reach, n = (4, 501) if problem == "eight" else (6, 301)  # thin bridges, or long tails
    axis = torch.linspace(-reach, reach, n, dtype=torch.float64)
    spots, cell = torch.cartesian_prod(axis, axis), (2 * reach / (n - 1)) ** 2
    flow = shipped[0](problem, depth, run=1).double()
    total = sum(float(flow.log_prob(part).exp().sum()) for part in spots.split(50_000)) * cell
    assert total == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("problem", "depth"), EVERY)
@torch.no_grad()
def test_they_can_be_walked_both_ways(shipped, problem, depth):
    flow = shipped[0](problem, depth, run=0).double()
    x = recipes.mixture(problem, torch.float64).sample(1_000, torch.Generator().manual_seed(0))
    torch.testing.assert_close(flow.inverse(flow(x)[0]), x, atol=1e-8, rtol=0)
    z = torch.randn(1_000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(flow(flow.inverse(z))[0], z, atol=1e-8, rtol=0)


def test_more_steps_of_a_flow_come_closer_where_the_moons_and_two_gaussians_are_concerned(shipped):
    metrics = shipped[1]["metrics"]
    for problem in ("moons", "two"):
        gaps = [metrics[f"gap_{problem}_{depth}_mean"] for depth in recipes.DEPTHS]
        assert gaps == sorted(gaps, reverse=True) and gaps[0] > 3 * gaps[1] and 0 < gaps[-1] < 0.02


def test_eight_gaussians_are_never_met_and_depth_alone_is_no_promise(shipped):
    metrics = shipped[1]["metrics"]
    runs = {depth: [metrics[f"gap_eight_{depth}_run_{run}"] for run in range(3)] for depth in recipes.DEPTHS}
    assert min(min(gaps) for gaps in runs.values()) > 0.1
    assert max(runs[4]) < min(runs[2]) and max(runs[16]) > min(runs[8])


def test_training_makes_the_flow_of_the_moons_steeper_and_better(shipped):
    model, record = shipped
    x = model.mixture("moons").sample(5_000, torch.Generator().manual_seed(1))
    for run in range(model.runs):
        each = [model.after(steps, run) for steps in model.snapshots]
        gaps = [recipes.gap(flow, model.mixture("moons"), x) for flow in each]
        assert gaps == sorted(gaps, reverse=True)
    steepest = [record["metrics"][f"steepest_after_{steps}_mean"] for steps in model.snapshots]
    assert steepest == sorted(steepest)


def test_the_last_snapshot_is_the_end(shipped):
    x = torch.randn(10, 2, generator=torch.Generator().manual_seed(0))
    for run in range(3):
        ends = shipped[0].after(16_000, run), shipped[0]("moons", depth=8, run=run)
        assert torch.equal(*(flow.log_prob(x) for flow in ends))


def test_what_there_is_not_is_refused(shipped):
    model = shipped[0]
    with pytest.raises(ValueError, match="Did you mean 'eight'"):
        model("eigth")
    with pytest.raises(ValueError, match="depth must be one of 2, 4, 8, 16; got 3"):
        model("moons", depth=3)
    with pytest.raises(ValueError, match="run"):
        model("moons", run=3)
    with pytest.raises(ValueError, match="steps must be one of 250, 1000, 4000, 16000; got 500"):
        model.after(500)


def test_random_numbers_of_the_caller_are_left_alone(shipped):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    shipped[0]("moons", depth=2)
    assert torch.equal(torch.rand(3), expected)
