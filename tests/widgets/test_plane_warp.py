"""The Python face of the plane's warp: what it takes and refuses, its numbers, its still, its size."""

import json
import math

import pytest
import torch
from torch import nn

from course_utils import flows
from course_utils.exact import GaussianMixture
from course_utils.widgets import PlaneWarp
from course_utils.widgets.warp.built_in import crescent

TWO = GaussianMixture([[-1.5, 0.0], [1.5, 0.5]], 0.4)


class Stretch(nn.Module):
    """z = (2 x_1 + 1, x_2 / 8): log |det| = -log 4 everywhere."""

    def forward(self, x):
        return x * torch.tensor([2.0, 0.125]) + torch.tensor([1.0, 0.0]), x.new_full((len(x),), -math.log(4))

    def inverse(self, z):
        return (z - torch.tensor([1.0, 0.0])) / torch.tensor([2.0, 0.125])


class Broken(Stretch):
    """A step whose forward, and whose inverse, are what they are told."""

    def __init__(self, forward=None, inverse=None):
        super().__init__()
        if forward:
            self.forward = forward
        if inverse:
            self.inverse = inverse


def flow(*steps):
    return flows.Flow(steps, 2)


def test_the_numbers_are_those_of_the_change_of_variables():
    warp = PlaneWarp(flow(Stretch()), TWO, point=[0.5, 0.8])
    numbers = warp.numbers
    assert numbers.z == pytest.approx([2, 0.1])
    assert numbers.log_dets == pytest.approx([-math.log(4)])
    assert numbers.log_base == pytest.approx(-math.log(2 * math.pi) - (4 + 0.01) / 2)
    assert numbers.log_prob == pytest.approx(numbers.log_base - math.log(4))
    assert numbers.x_again == pytest.approx([0.5, 0.8]) and numbers.error < 1e-6
    warp.way, warp.point = "back", [2.0, 0.1]
    assert warp.numbers.x == pytest.approx([0.5, 0.8])
    assert warp.numbers.log_prob == pytest.approx(numbers.log_prob)


def test_a_wrong_inverse_is_found_out():
    wrong = Broken(inverse=lambda z: (z + torch.tensor([1.0, 0.0])) / torch.tensor([2.0, 0.125]))
    numbers = PlaneWarp(flow(wrong), TWO, point=[0.5, 0.8]).numbers
    assert numbers.x_again == pytest.approx([1.5, 0.8]) and numbers.error == pytest.approx(1)


def test_the_built_in_flow_is_a_crescent_of_two_lobes():
    warp = PlaneWarp()
    x, y = warp._data.T
    assert (x.abs() < 0.25).double().mean() < 0.5 * ((x.abs() - 0.75).abs() < 0.25).double().mean()
    assert y[x.abs() > 1.5].mean() < y[x.abs() < 1].mean() - 0.5
    numbers = warp.numbers
    expected = crescent().log_prob(torch.tensor([warp.point]))
    assert numbers.log_prob == pytest.approx(float(expected.detach()), abs=1e-5)


@pytest.mark.parametrize(("depth", "most"), [(8, 200_000), (15, 300_000)])
def test_its_state_stays_small(depth, most):
    torch.manual_seed(0)
    model = flows.RealNVP(2, depth)
    with torch.no_grad():
        for weights in model.parameters():
            weights.add_(0.1 * torch.randn_like(weights))
    warp = PlaneWarp(model, TWO)
    assert len(warp.read["names"]) == depth + 1
    state = {name: value for name, value in warp.get_state().items() if name[0] != "_" and name != "layout"}
    assert len(json.dumps(state)) < most


def test_of_more_than_16_steps_neighbours_are_taken_together():
    steps = [Stretch() if k % 2 else flows.Inverse(Stretch()) for k in range(40)]
    warp = PlaneWarp(flow(*steps), TWO, depth=16, point=[0.5, 0.8])
    assert len(warp.read["names"]) == 16 and warp.read["names"][0] == "Inverse + Stretch"
    assert warp.numbers.z == pytest.approx([0.5, 0.8], abs=1e-4)
    assert sum(warp.numbers.log_dets) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    "model",
    [
        flows.RealNVP(2, 2),
        flows.MAF(2, 2),
        flows.NICE(2, 2),
        flows.PlanarFlow(2, 3).double(),
        flows.Flow([flows.Flow([flows.Permute([1, 0])], 2), Stretch()], TWO),
    ],
)
def test_flows_of_the_library_are_taken_as_they_are(model):
    model.train()
    warp = PlaneWarp(model, torch.randn(50, 2, generator=torch.Generator().manual_seed(0)))
    assert model.training and all(weight.grad is None for weight in model.parameters())
    dtype = next(model.parameters(), torch.zeros(())).dtype
    assert warp.read["precision"] == str(dtype).removeprefix("torch.")
    expected = model.log_prob(torch.tensor([warp.point], dtype=dtype))
    assert warp.numbers.log_prob == pytest.approx(float(expected.detach()), abs=1e-5)
    assert warp.read["points"]["count"] == 50
    assert (warp.read["base"] is None) is (model.base is not TWO)


class Lines:
    """No module, no sample: what a student may write."""

    def __init__(self, *steps):
        self.steps, self.base = steps, flows.StandardNormal(2)


def test_anything_with_steps_and_a_base_will_do():
    assert PlaneWarp(Lines(Stretch(), Stretch()), TWO).read["names"] == ["Stretch", "Stretch"]


def test_a_step_that_changes_its_input_is_read_off_all_the_same():
    def in_place(x):
        x[:, 1] *= 0.5
        return x, x.new_full((len(x),), -math.log(2))

    warp = PlaneWarp(flow(Broken(in_place, lambda z: z * torch.tensor([1.0, 2.0]))), TWO, point=[0.5, 0.8])
    assert warp.numbers.z == pytest.approx([0.5, 0.4]) and warp.numbers.error < 1e-6
    assert [plane["data"] == "" for plane in warp.read["forward"][0]["planes"]] == [True, False, True]


def three(x):
    return torch.cat([x, x[:, :1]], 1), x[:, 0]


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"flow": 3}, TypeError, "flow must have steps, as a flows.Flow does; got int"),
        ({"flow": nn.Sequential(nn.Linear(2, 2))}, TypeError, "flow must have steps"),
        ({"flow": flow()}, TypeError, "flow must have steps"),
        ({"flow": flow(nn.Linear(2, 2))}, TypeError, "Linear, must be callable and have an inverse"),
        ({"flow": flows.RealNVP(3, 2)}, ValueError, "must take points of the plane|must have shape"),
        ({"flow": flow(Broken(lambda x: x))}, ValueError, "Broken, must return z and log_det"),
        ({"flow": flow(Stretch(), Broken(three))}, ValueError, "z of step 2 of flow, Broken, must have"),
        ({"flow": flow(Broken(lambda x: (x, x)))}, ValueError, "log_det of step 1 of flow, Broken"),
        ({"flow": flow(Broken(lambda x: (x / 0, x[:, 0])))}, ValueError, "Broken, must be finite"),
        ({"flow": flow(Broken(inverse=lambda z: z[:3]))}, ValueError, "the inverse of step 1 of flow"),
        ({"data": [[0.0, 1.0]]}, TypeError, r"data must be points \[N, 2\] or an exact.Gau.*list"),
        ({"data": torch.zeros(9, 3)}, ValueError, "data"),
        ({"data": torch.zeros(1, 2)}, ValueError, "data must have at least 2 points; got 1"),
        ({"data": torch.full((9, 2), math.nan)}, ValueError, "data must be finite"),
        ({"data": torch.full((9, 2), 11.0)}, ValueError, "within 10 of 0"),
        ({"data": GaussianMixture([[0.0]], 1.0)}, ValueError, "two dimensions"),
        ({"depth": 4.5}, ValueError, "depth must be a finite number at least 0 and at most 4; got 4.5"),
        ({"depth": True}, TypeError, "depth must be a number"),
        ({"point": [1.0]}, ValueError, "point must be two finite numbers"),
        ({"way": "forth"}, ValueError, "way must be one of 'forward', 'back'"),
        ({"grid": "both"}, ValueError, "grid must be one of 'data', 'noise', 'none'"),
        ({"density": 1}, TypeError, "density must be True or False; got 1"),
        ({"points": "all"}, TypeError, "points must be True or False"),
        ({"seed": 10}, ValueError, "seed"),
    ],
)  # fmt: skip
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        PlaneWarp(**arguments)
    assert str(caught.value).count("\n") == 0


def test_samples_that_are_far_out_are_said_to_be():
    far = Broken(lambda x: (x / 100, x.new_full((len(x),), -2 * math.log(100))), lambda z: 100 * z)
    with pytest.raises(ValueError, match="data must be given: the flow's own samples lie beyond 10 of 0"):
        PlaneWarp(flow(far))


def test_its_state_can_be_set_but_not_spoilt():
    warp = PlaneWarp()
    warp.depth = 2
    with pytest.raises(ValueError, match="depth"):
        warp.depth = -1
    assert warp.depth == 2.0


def test_the_sentence_says_the_numbers():
    warp = PlaneWarp(flow(Stretch()), TWO, point=[0.5, 0.8])
    alt = warp._alt()
    assert "1 step of a flow; one point goes from x = (0.50, 0.80) to z = (2.00, 0.10)" in alt
    assert "log p(z) = -3.84" in alt and "log-determinants, -1.39, make log p(x) = -5.23" in alt
