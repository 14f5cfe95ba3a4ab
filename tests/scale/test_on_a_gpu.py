"""On a pretended GPU every family trains, is measured and sampled from without the CPU's tensors mixed in."""

import contextlib

import pytest
import torch
from pretended import pretended_gpu
from test_families import source

from course_utils import scale
from course_utils.scale import measures
from course_utils.scale import run as runs
from course_utils.scale.beside import built
from course_utils.training import fitting, loop


class NoStream(contextlib.nullcontext):
    """In the place of RandomStream, whose generator a GPU's driver makes."""

    def __init__(self, *_):
        super().__init__()

    def state_dict(self):
        return {}


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("recipe", scale.FAMILIES)
def test_a_run(recipe, kind, monkeypatch, tmp_path):
    family, data = scale.FAMILIES[recipe], source("grey", 6)
    how = {**runs.settings_of(family, data, "quick", batch=3), "sampling_steps": 2}
    with pretended_gpu(kind) as device:
        for module in (loop, measures):
            monkeypatch.setattr(module, "RandomStream", NoStream)
        for module in (loop, fitting):
            monkeypatch.setattr(module, "pick_device", lambda device=None: torch.device(kind, 0))
        options = {"steps": 2, "seconds": None, "seed": 0, "batch_size": 3, "device": device}
        options |= {"checkpoint": tmp_path / "run", "progress": False, "workers": 0}
        family = family._replace(fit={**(family.fit or {}), "precision": "fp32"})
        kept, history = runs.trained(family, how, built(recipe, how), data, options, compile=False)
        assert history.steps == 2 and {weight.device for weight in kept.parameters()} == {device}
        found = measures.of_held_out(family, how, kept, data, device, 4)
        assert all(isinstance(value, float) for value in found.values())
        images = scale.sample(kept, {"recipe": recipe, "settings": how}, 2)
        assert images.device.type == "cpu" and images.shape == (2, 1, 28, 28)


def test_guided_samples():
    for recipe in ("diffusion", "flow_matching"):
        how = {**scale.FAMILIES[recipe].settings((1, 8, 8), 3, "quick"), "sampling_steps": 2}
        with pretended_gpu() as device:
            model = built(recipe, how).to(device)
            record = {"recipe": recipe, "settings": how}
            assert scale.sample(model, record, 2, guidance_scale=2.0).shape == (2, 1, 8, 8)
