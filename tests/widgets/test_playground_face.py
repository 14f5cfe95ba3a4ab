"""The Python face: what it takes, what it refuses, and what it shows where nothing runs."""

import io
import json

import pytest
import traitlets
from PIL import Image

from course_utils import gan
from course_utils.widgets import GANPlayground, playground


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"data": "eight_gausians"}, ValueError, "Did you mean 'eight_gaussians'"),
        ({"loss": "wgan"}, ValueError, "loss"),
        ({"loss": 1}, TypeError, "loss"),
        ({"d_steps": 3}, ValueError, "d_steps must be one of 1, 2, 5, 10; got 3"),
        ({"g_lr": 0.5}, ValueError, "g_lr must be one of 0.0001, 0.0003, 0.001, 0.003, 0.01; got 0.5"),
        ({"d_lr": "fast"}, TypeError, "d_lr must be a number"),
        ({"seed": 10}, ValueError, "seed"),
        ({"seed": 0.5}, TypeError, "seed"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        GANPlayground(**arguments)
    assert str(caught.value).count("\n") == 0


def test_settings_take_a_part_and_keep_the_rest():
    play = GANPlayground(loss="minimax", d_steps=5)
    play.settings = {"d_lr": 3e-3, "seed": 2}
    assert play.settings == {
        "data": "eight_gaussians", "loss": "minimax", "d_steps": 5, "g_lr": 0.001, "d_lr": 0.003, "seed": 2,
    }  # fmt: skip
    with pytest.raises(ValueError, match="Did you mean 'd_steps'"):
        play.settings = {"d_step": 1}
    with pytest.raises(ValueError, match="seed"):
        play.settings = {"seed": -1}
    assert play.settings["seed"] == 2


def test_step_and_numbers_are_the_pages():
    play = GANPlayground()
    assert (play.step, play.numbers) == (0, {})
    with pytest.raises(traitlets.TraitError):
        play.step = 5
    play.set_state({"step": 40, "numbers": {"modes": 3}})  # as a message from the page
    assert (play.step, play.numbers) == (40, {"modes": 3})


def test_the_page_knows_the_same_names(node):
    found = node(
        "playground/controls.js", "m.CHOICES.map(([name, , options]) => [name, options.map(([v]) => v)])"
    )
    names = {"data": playground.DATA, "loss": playground.LOSSES, "d_steps": playground.D_STEPS}
    names |= {"g_lr": playground.RATES, "d_lr": playground.RATES, "seed": range(10)}
    assert {name: tuple(values) for name, values in found} == {k: tuple(v) for k, v in names.items()}
    assert set(playground.LOSSES) < set(gan.losses)
    for _, settings, _ in node("playground/controls.js", "m.PRESETS"):
        assert GANPlayground(**settings).settings == settings


def test_the_state_is_small_and_survives_json():
    state = {k: v for k, v in GANPlayground().get_state().items() if not k.startswith("_") and k != "layout"}
    assert len(json.dumps(state)) < 400


@pytest.mark.parametrize("name", playground.DATA)
def test_the_still_and_its_sentence(name):
    first, second = (GANPlayground(data=name)._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert name.replace("_", " ") in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    colours = {c for _, c in Image.open(io.BytesIO(bundle["image/png"])).convert("RGB").getcolors(10_000)}
    assert {(0, 0x72, 0xB2), (0xD5, 0x5E, 0)} <= colours
