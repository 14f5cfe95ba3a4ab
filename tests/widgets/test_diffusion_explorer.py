"""The Python face: a mixture, a schedule and a network in, one clear sentence where they do not fit."""

import base64
import io
import json
import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from course_utils import data
from course_utils.diffusion import NoiseSchedule, PlaneNet, exact_model
from course_utils.exact import GaussianMixture
from course_utils.widgets import DiffusionExplorer, diffusion


def two_modes():
    return GaussianMixture([[-1.0, 0.0], [1.0, 0.5]], [0.3, 0.5], [0.25, 0.75])


def test_the_students_mixture_comes_first_and_exact():
    explorer = DiffusionExplorer(two_modes())
    first = explorer.mixtures[0]
    assert (explorer.data, first["name"]) == ("yours", "yours")
    assert first["means"] == [[-1.0, 0.0], [1.0, 0.5]]
    assert first["weights"] == [0.25, 0.75]
    assert first["stds"] == pytest.approx([0.3, 0.5])
    assert [mixture["name"] for mixture in DiffusionExplorer().mixtures] == ["eight", "two"]


def test_the_eight_modes_are_those_of_the_course():
    points = data.toy("eight_gaussians", 4000)
    entropy = math.log(8) + math.log(2 * math.pi * math.e * 0.15**2)
    assert float(diffusion.EIGHT.log_prob(points).mean()) == pytest.approx(-entropy, abs=0.06)
    assert float(diffusion.EIGHT.responsibilities(points).mean(0).min()) == pytest.approx(0.125, abs=0.02)


def test_the_betas_travel_in_double_precision():
    schedule = NoiseSchedule.cosine(100)
    explorer = DiffusionExplorer(schedule=schedule)
    betas = np.frombuffer(base64.b64decode(explorer.betas), "<f8")
    assert betas.tolist() == schedule.betas.tolist()


@pytest.mark.parametrize(
    ("total", "choices"),
    [(1000, [5, 10, 25, 50, 100]), (100, [5, 10, 25, 50, 100]), (60, [5, 10, 25, 50, 60]), (3, [3])],
)
def test_no_more_steps_than_the_schedule_has(total, choices):
    explorer = DiffusionExplorer(schedule=NoiseSchedule.linear(total))
    assert explorer.step_choices == choices
    assert explorer.steps == min(choices, key=lambda count: abs(count - 50))
    assert explorer.t == total


class Denoiser(PlaneNet):
    """Another forward under the same name."""

    def forward(self, x_t, t):
        return 2 * super().forward(x_t, t)


def hooked():
    net = PlaneNet()
    net.register_forward_hook(lambda module, inputs, output: output + 1)
    return net


def changed():
    net = PlaneNet()
    net.layers.append(nn.BatchNorm1d(2))
    return net


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"mixture": torch.zeros(8, 2)}, TypeError, "mixture must be an exact.GaussianMixture; got Tensor"),
        ({"mixture": GaussianMixture([[0.0]], 1.0)}, ValueError, "mixture must have two dimensions; got 1"),
        ({"schedule": 1000}, TypeError, "schedule must be a NoiseSchedule; got int"),
        (
            {"schedule": NoiseSchedule.linear().zero_terminal_snr()},
            ValueError,
            "schedule must leave some signal",
        ),
        ({"model": nn.Linear(2, 2)}, TypeError, "model must be a diffusion.PlaneNet or None; got Linear"),
        ({"model": exact_model(two_modes(), NoiseSchedule.linear())}, TypeError, "model .* got function"),
        ({"model": Denoiser()}, TypeError, "model must be a diffusion.PlaneNet or None; got Denoiser"),
        ({"model": PlaneNet(dim=3)}, ValueError, "model must be a PlaneNet with dim=2; got dim=3"),
        ({"model": hooked()}, TypeError, "got one with hooks or changed layers"),
        ({"model": changed()}, TypeError, "got one with hooks or changed layers"),
        ({"field": "learned"}, ValueError, "field must be 'exact' where no model was given"),
        ({"field": "exakt"}, ValueError, "Did you mean 'exact'"),
        ({"process": "reverse"}, ValueError, "process must be one of"),
        ({"variance": "small"}, ValueError, "Did you mean 'fixed_small'"),
        ({"steps": 30}, ValueError, "steps must be one of 5, 10, 25, 50, 100; got 30"),
        ({"steps": "10"}, TypeError, "steps must be a whole number"),
        ({"t": 1001}, ValueError, "t must be at least 0 and at most 1000; got 1001"),
        ({"seed": 10}, ValueError, "seed"),
        ({"traced": 300}, ValueError, "traced"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        DiffusionExplorer(**arguments)
    assert str(caught.value).count("\n") == 0


def test_what_is_set_later_is_checked_too():
    explorer = DiffusionExplorer(model=PlaneNet())
    explorer.field, explorer.steps, explorer.t, explorer.data = "learned", 10, 0, "two"
    for name, value in {"data": "yours", "steps": 7, "t": -1, "process": "ddpm"}.items():
        before = getattr(explorer, name)
        with pytest.raises(ValueError, match=name):
            setattr(explorer, name, value)
        assert getattr(explorer, name) == before


def test_numbers_are_the_pages():
    explorer = DiffusionExplorer()
    assert explorer.numbers == {}
    explorer.set_state({"numbers": {"t": 0}, "t": 0, "traced": 7})  # as a message from the page
    assert (explorer.numbers, explorer.t, explorer.traced) == ({"t": 0}, 0, 7)


def test_the_network_is_looked_at_but_not_changed():
    torch.manual_seed(0)
    net = PlaneNet()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    explorer = DiffusionExplorer(model=net)
    explorer._repr_mimebundle_()
    assert net.training
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert (explorer.network["dtype"], explorer.embedding) == ("float32", 32)


def test_the_page_knows_the_same_names(node):
    found = node(
        "diffusion/controls.js", "[m.PROCESSES, m.VARIANCES].map((list) => list.map(([name]) => name))"
    )
    assert [tuple(names) for names in found] == [diffusion.PROCESSES, diffusion.VARIANCES]
    assert node("diffusion/session.js", "m.POINTS") == diffusion.POINTS
    explorer = DiffusionExplorer()
    for _, settings, title in node("diffusion/controls.js", "m.PRESETS"):
        assert len(title) > 10
        for name, value in settings.items():
            setattr(explorer, name, value)


def test_the_state_keeps_a_notebook_small():
    def size(explorer):
        return len(
            json.dumps(
                {k: v for k, v in explorer.get_state().items() if not k.startswith("_") and k != "layout"}
            )
        )

    assert size(DiffusionExplorer()) < 14_000
    assert size(DiffusionExplorer(model=PlaneNet())) < 230_000


@pytest.mark.parametrize("with_network", [False, True])
def test_the_still_and_its_sentence(with_network):
    torch.manual_seed(0)
    model = PlaneNet() if with_network else None
    first, second = (DiffusionExplorer(model=model)._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert "8 Gaussians on the way to noise in 1000 steps" in bundle["text/plain"]
    assert ("the network's" in bundle["text/plain"]) is with_network
    assert len(bundle["image/png"]) < 90_000
    assert bundle["image/png"] == second[0]["image/png"]
    assert Image.open(io.BytesIO(bundle["image/png"])).size[0] >= 800
