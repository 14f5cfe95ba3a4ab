import pytest
import torch

from course_utils import checkpoints, divergences, transport
from course_utils.checkpoints import plane_critics as recipes

PROBLEMS = ("line", "plane")


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("plane_critics")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_pairs_are_the_best_plan(shipped, problem):
    """Two independent ways to W1: the assignment and, on a line, sorting."""
    x, y = shipped[0].points(problem)
    assert x.shape == y.shape == (512, 1 + PROBLEMS.index(problem))
    assert shipped[0].w1(problem) == pytest.approx(float(transport.wasserstein1(x, y)), rel=1e-5)
    if problem == "line":
        assert shipped[0].w1(problem) == pytest.approx(
            float(divergences.wasserstein1(x[:, 0], y[:, 0])), rel=1e-5
        )


def test_the_data_are_the_mixtures_of_the_settings(shipped):
    x, y = shipped[0].points("plane")
    assert (x.norm(dim=1) - 2).abs().max() < 1 and (y.mean(0) - torch.tensor([1.0, 0.0])).abs().max() < 0.1
    x, y = shipped[0].points("line")
    assert x.mean().item() == pytest.approx(-0.25, abs=0.2) and y.mean().item() == pytest.approx(0.4, abs=0.2)


@pytest.mark.parametrize("name", recipes.CRITICS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_numbers_of_a_critic_fit_together(shipped, problem, name):
    model = shipped[0]
    along, norm = model.slopes(problem, name)
    estimates, steepest = model.estimates(problem, name), model.steepest(problem, name)
    assert estimates.shape == steepest.shape == (6,) and along.shape == norm.shape == (6, 512)
    assert (along.abs() <= norm * (1 + 1e-5) + 1e-7).all()
    # Of slope L, E f(x) - E f(y) is at most L W1; the clouds lie within the grid but for a few points.
    assert (estimates <= 1.05 * steepest * model.w1(problem)).all()
    values = model.values(problem, name)
    assert values.shape == {"line": (6, 351), "plane": (71, 71)}[problem]
    width = float(model.axis(problem)[1] - model.axis(problem)[0])
    climbs = values.diff(dim=-1).abs() / width
    bound = steepest[:, None] if problem == "line" else steepest[0]
    assert (climbs <= 1.25 * bound).all()


def test_spectral_norm_keeps_the_slope_near_one_and_too_large_a_c_does_not(shipped):
    model = shipped[0]
    for problem in PROBLEMS:
        assert (model.steepest(problem, "spectral") < 1.1).all()  # the norm is a running estimate
        assert (model.steepest(problem, "clip_1") > 100).all()


def test_the_penalty_is_soft(shipped):
    """Of slope s everywhere, s W1 - strength (s - 1)^2 is largest at 1 + W1 / (2 strength)."""
    model = shipped[0]
    for name, strength in (("gp_1", 1), ("gp_10", 10)):
        best = 1 + model.w1("plane") / (2 * strength)
        assert model.slopes("plane", name)[1].mean().item() == pytest.approx(best, rel=0.05)


def test_unknown_names_are_refused(shipped):
    with pytest.raises(ValueError, match="Did you mean 'plane'"):
        shipped[0].points("plain")
    with pytest.raises(ValueError, match="Did you mean 'gp_10'"):
        shipped[0].estimates("plane", "gp_100")


def test_the_metrics_are_those_of_the_stored_numbers(shipped):
    model, record = shipped
    for name, value in recipes.evaluate(model).items():
        assert record["metrics"][name] == pytest.approx(value, rel=1e-4, abs=1e-6)
    runs = len(PROBLEMS) * len(recipes.CRITICS)
    assert record["training"]["steps"] == runs * record["settings"]["steps"]


class TestMeasure:
    """A stack of known functions, f = slope * |x|, one for each seed."""

    SLOPES = torch.tensor([0.5, 2.0])

    def net(self, x):
        return self.SLOPES[:, None, None] * x.norm(dim=-1, keepdim=True)

    def test_gradients_and_estimates(self):
        clouds = torch.tensor([[[3.0, 0.0], [0.0, 2.0]], [[1.0, 0.0], [0.0, 1.0]]])
        numbers, ways, values = recipes.measure({"seeds": 2, "seed": 0}, self.net, "plane", clouds)
        torch.testing.assert_close(numbers, torch.stack([1.5 * self.SLOPES, self.SLOPES], 1))
        torch.testing.assert_close(ways, self.SLOPES[:, None, None].expand(2, 2, 2))
        grid = recipes.grid("plane").norm(dim=1)
        torch.testing.assert_close(values, self.SLOPES[:, None] * (grid - 1.75))

    def test_the_first_coordinate_runs_faster(self):
        spots = recipes.grid("plane").unflatten(0, (71, 71))
        assert (spots[0, :, 1] == -3.5).all() and (spots[:, 0, 0] == -3.5).all()
