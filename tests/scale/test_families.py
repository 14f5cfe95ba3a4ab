"""Every family that is found: trained, resumed exactly and sampled from, with labels and without."""

import pytest
import torch

from course_utils import scale
from course_utils.scale import run as runs
from course_utils.scale import sources
from course_utils.scale.beside import built

SHAPES = {"grey": ((1, 28, 28), 10), "colour": ((3, 32, 32), None)}


def source(kind, n=12):
    """A Source of noise of one kind of shape."""
    shape, classes = SHAPES[kind]
    dice = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (n, *shape), generator=dice).to(torch.uint8)
    parts = (images, torch.arange(n) % classes) if classes else (images,)
    names = tuple(map(str, range(classes))) if classes else ()
    return sources.Source("noise", parts, n, shape, names, parts, "0")


def trained(recipe, kind, path, steps):
    """The model kept after so many steps in all, and the History; path: the checkpoint, or None."""
    family, data = scale.FAMILIES[recipe], source(kind)
    how = runs.settings_of(family, data, "quick", batch=4)
    loop = {
        "steps": steps, "seconds": None, "seed": 0, "batch_size": 4, "device": torch.device("cpu"),
        "checkpoint": path, "progress": False, "workers": 0,
    }  # fmt: skip
    return how, *runs.trained(family, how, built(recipe, how), data, loop)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("recipe", scale.FAMILIES)
def test_three_steps_are_as_two_and_one_more_and_samples_have_the_shape(recipe, kind, tmp_path):
    trained(recipe, kind, tmp_path / "run", 2)
    how, resumed, history = trained(recipe, kind, tmp_path / "run", 3)
    _, whole, expected = trained(recipe, kind, None, 3)
    assert history.steps == 3 and history.loss.tolist() == expected.loss.tolist()
    for one, two in zip(resumed.state_dict().values(), whole.state_dict().values(), strict=True):
        assert torch.equal(one, two)
    record = {"recipe": recipe, "settings": {**how, "sampling_steps": 3}}
    x = scale.sample(resumed, record, 3)
    assert x.shape == (3, *SHAPES[kind][0]) and x.min() >= 0 and x.max() <= 1


@pytest.mark.parametrize("recipe", [name for name, family in scale.FAMILIES.items() if family.loss])
def test_forty_steps_on_digits_bring_the_loss_down(recipe):
    family, data = scale.FAMILIES[recipe], sources.load("digits")
    how = runs.settings_of(family, data, "quick", batch=32)
    loop = {
        "steps": 40, "seconds": None, "seed": 0, "batch_size": 32, "device": torch.device("cpu"),
        "progress": False,
    }  # fmt: skip
    loss = runs.trained(family, how, built(recipe, how), data, loop)[1].loss
    assert loss[-10:].mean() < 0.97 * loss[:5].mean()  # bits, where most of them are of noise, fall slowly
