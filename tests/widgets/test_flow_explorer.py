"""The Python face: mixtures and velocities in, one clear sentence where they do not fit."""

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from course_utils.diffusion import PlaneNet
from course_utils.exact import GaussianMixture
from course_utils.flow_matching import FlowNet
from course_utils.widgets import FlowExplorer, flow
from course_utils.widgets.flow.mixtures import PRESETS

OWN = GaussianMixture([[1.0], [-2.0]], [0.5, 0.2], [0.25, 0.75])
PLANE = GaussianMixture([[1.0, 0.0], [-2.0, 1.0]], 0.5)


class Net(nn.Module):
    """A velocity with weights and a mode: it counts its calls, and drops everything out in training."""

    def __init__(self, dim):
        super().__init__()
        self.layer, self.modes = nn.Linear(dim + 1, dim), []

    def forward(self, x, t):
        self.modes.append(self.training)
        return self.layer(torch.cat([x, t[:, None]], dim=1))


def values(table):
    shape = [table["times"], *[table["side"]] * table["dim"], table["dim"]]
    return np.frombuffer(base64.b64decode(table["data"]), "<f2").reshape(shape)


def test_the_students_mixture_comes_first():
    explorer = FlowExplorer(OWN)
    first = explorer.mixtures[0]
    assert (explorer.data, first["name"], explorer.mixture) == ("yours", "yours", OWN)
    assert (first["means"], first["weights"]) == ([[1.0], [-2.0]], [0.25, 0.75])
    assert first["stds"] == pytest.approx([0.5, 0.2])
    assert [each["name"] for each in FlowExplorer().mixtures] == list(PRESETS) == ["two", "three", "eight"]
    assert FlowExplorer(OWN, data="eight").mixture is PRESETS["eight"][1]


def test_the_presets_are_two_on_a_line_and_one_in_the_plane():
    assert [(mixture.dim, len(mixture.means)) for _, mixture in PRESETS.values()] == [(1, 2), (1, 3), (2, 8)]


@pytest.mark.parametrize("mixture", [OWN, PLANE])
def test_a_model_is_read_off_over_time_and_place(mixture):
    seen = []

    def model(x, t):
        seen.append((float(t[0]), x))
        return x * 2 + t[:, None]

    explorer = FlowExplorer(mixture, model)
    assert (explorer.field, explorer.learned["name"]) == ("learned", "yours")
    (table,) = explorer.learned["rounds"]
    half, found = table["half"], values(table)
    assert seen[0][0] == 0 and seen[-1][0] == 1 and all(x.dtype == torch.float32 for _, x in seen)
    ticks = np.linspace(-half, half, table["side"])
    middle = table["times"] // 2
    if mixture.dim == 1:
        assert found[middle, :, 0] == pytest.approx(2 * ticks + 0.5, abs=0.01)
    else:
        assert found[middle, 3, :, 0] == pytest.approx(2 * ticks + 0.5, abs=0.01)
        assert found[middle, :, 3, 1] == pytest.approx(2 * ticks + 0.5, abs=0.01)


def test_a_list_has_a_model_for_each_round_and_the_data_may_be_a_preset():
    explorer = FlowExplorer(model=[lambda x, t: x, lambda x, t: -x], data="eight", rounds=1)
    assert explorer.learned["name"] == "eight"
    first, second = map(values, explorer.learned["rounds"])
    assert (first == -second).all() and first.any()


@pytest.mark.parametrize("mixture", [OWN, PLANE])
def test_the_lessons_network_is_a_model(mixture):
    torch.manual_seed(0)
    net = FlowNet(PlaneNet(hidden=16, dim=mixture.dim))
    explorer = FlowExplorer(mixture, net)
    (table,) = explorer.learned["rounds"]
    corner = torch.full((1, mixture.dim), -table["half"])
    assert values(table)[-1].reshape(-1, mixture.dim)[0] == pytest.approx(
        net(corner, torch.ones(1))[0].tolist(), rel=2e-3, abs=2e-3
    )


def test_a_net_is_asked_in_evaluation_mode_and_left_as_it_was():
    torch.manual_seed(0)
    net = Net(1).double().train()
    FlowExplorer(OWN, net, field="exact")
    assert net.training and not any(net.modes)
    assert all(parameter.grad is None for parameter in net.parameters())


def worded(x, t):
    raise RuntimeError("mat1 and mat2 cannot be multiplied\nsecond line")


THREE = GaussianMixture([[0.0, 0.0, 0.0]], 1.0)
MANY = GaussianMixture([[float(k)] for k in range(17)], 0.2)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"mixture": [[0.0], [1.0]]},
            TypeError,
            "mixture must be an exact.GaussianMixture or None; got list",
        ),
        ({"mixture": THREE}, ValueError, "mixture must have one dimension or two; got 3"),
        ({"mixture": MANY}, ValueError, "mixture must have at most 16 components; got 17"),
        ({"mixture": GaussianMixture([[0.0], [1.0]], 1.0, [1.0, 0.0])}, ValueError, "each component some"),
        ({"mixture": GaussianMixture([[30.0]], 1.0)}, ValueError, "mixture must lie within 20 of 0"),
        ({"model": 3}, TypeError, "model must be callable, .* got int"),
        ({"model": []}, ValueError, "model must be one velocity or a list of 1 to 3"),
        ({"model": [lambda x, t: x] * 4}, ValueError, "list of 1 to 3, one a round; got 4"),
        ({"model": [lambda x, t: x, 5]}, TypeError, r"model\[1\] must be callable"),
        ({"model": worded}, ValueError, "model must take x .* it raised: mat1 and mat2 cannot be multiplied"),
        ({"model": Net(2)}, ValueError, "model must take x .* it raised"),
        ({"model": lambda x, t: t}, ValueError, "model must return one velocity for each point"),
        ({"model": lambda x, t: x.tolist()}, ValueError, "one velocity for each point, .* got list"),
        ({"model": lambda x, t: x / 0}, ValueError, "model must return finite numbers .* at t = 0"),
        ({"model": lambda x, t: 1 / (1 - t[:, None]) + x}, ValueError, "finite numbers .* at t = 1 it"),
        ({"field": "learned"}, ValueError, "field must be 'exact' where no model was given"),
        ({"field": "true"}, ValueError, "field must be one of 'exact', 'learned'"),
        ({"data": "tow"}, ValueError, "Did you mean 'two'"),
        ({"data": "yours"}, ValueError, "data must be one of 'two', 'three', 'eight'"),
        ({"coupling": "ot"}, ValueError, "coupling must be one of 'independent', 'transport'"),
        ({"method": "heun"}, ValueError, "method must be one of 'euler', 'midpoint'"),
        ({"rounds": 3}, ValueError, "rounds must be at least 0 and at most 2; got 3"),
        ({"steps": 0}, ValueError, "steps must be at least 1 and at most 50; got 0"),
        ({"steps": 2.5}, TypeError, "steps must be a whole number"),
        ({"t": 1.1}, ValueError, "t must be a finite number at least 0 and at most 1"),
        ({"seed": 10}, ValueError, "seed must be"),
        ({"traced": 40}, ValueError, "traced must be"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        FlowExplorer(**arguments)
    assert str(caught.value).count("\n") == 0


def test_what_is_set_later_is_checked_too():
    explorer = FlowExplorer()
    bad = {"rounds": -1, "steps": 51, "t": 2, "data": "yours", "coupling": "none", "field": "learned"}
    for name, value in bad.items():
        before = getattr(explorer, name)
        with pytest.raises(ValueError, match=name):
            setattr(explorer, name, value)
        assert getattr(explorer, name) == before
    explorer.data, explorer.rounds, explorer.steps = "eight", 2, 1


def test_the_page_knows_the_same_names_and_numbers(node):
    found = node(
        "flow/controls.js", "[m.COUPLINGS, m.STEP_METHODS, m.FIELDS].map((list) => list.map(([n]) => n))"
    )
    assert found == [list(flow.COUPLINGS), list(flow.METHODS), list(flow.FIELDS)]
    state = node("flow/state.js", "[m.MOST_STEPS, Math.max(...m.ROUNDS), m.PAIRS_SHOWN, m.NAMES.all]")
    assert state[:3] == [flow.WHOLE["steps"][1], flow.WHOLE["rounds"][1], 780]
    explorer = FlowExplorer()
    assert all(explorer.trait_metadata(name, "sync") for name in state[3])
    constants = node("flow/session.js", "[m.LINES, m.PAIRS, m.BATCH, m.WIDTH, m.FINE]")
    assert constants == [flow.WHOLE["traced"][1] + 1, 512, 64, 0.1, 40]  # as the docstring says


def test_the_state_keeps_a_notebook_small():
    def size(explorer):
        state = explorer.get_state()
        return len(json.dumps({k: v for k, v in state.items() if not k.startswith("_") and k != "layout"}))

    assert size(FlowExplorer()) < 3_000
    assert size(FlowExplorer(OWN, Net(1))) < 25_000
    assert size(FlowExplorer(PLANE, Net(2))) < 160_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "on a line, over time, 40 straight lines from noise to data, a mixture of 2 Gaussians"),
        ({"data": "eight"}, "in the plane, 40 straight lines from noise to data, a mixture of 8 Gaussians"),
        ({"mixture": GaussianMixture([[1.0]], 0.5), "seed": 3}, "a mixture of 1 Gaussian, and"),
    ],
)
def test_the_still_and_its_sentence(options, words):
    first, second = (FlowExplorer(**options)._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert words in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    assert Image.open(io.BytesIO(bundle["image/png"])).size[0] >= 700
