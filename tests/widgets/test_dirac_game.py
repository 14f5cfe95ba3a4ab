"""The Python face: what it takes, what it refuses, its numbers, and what it shows where nothing runs."""

import io
import json

import pytest
from PIL import Image

from course_utils.gan import dirac
from course_utils.widgets import DiracGame


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"game": "wgann"}, ValueError, "game must be one of .* Did you mean 'wgan'"),
        ({"penalty": "r2"}, ValueError, "penalty must be one of"),
        ({"rule": "both"}, ValueError, "rule must be one of 'simultaneous', 'alternating'"),
        ({"strength": -0.1}, ValueError, "strength must be a finite number at least 0 and at most 10"),
        ({"strength": "1"}, TypeError, "strength must be a number"),
        ({"h": 0}, ValueError, "h must be a finite number at least 0.001"),
        ({"theta": 2.6}, ValueError, "theta must be a finite number at least -2.5 and at most 2.5"),
        ({"psi": float("nan")}, ValueError, "psi"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        DiracGame(**arguments)
    assert str(caught.value).count("\n") == 0


def test_what_follows_the_page_can_be_set_but_not_spoilt():
    widget = DiracGame("minimax", "r1")
    assert (widget.strength, widget.h, widget.rule) == (dirac.PENALTIES["r1"].strength, 0.1, "simultaneous")
    widget.game, widget.strength, widget.theta = "hinge", 2, -0.5
    with pytest.raises(ValueError, match="h must be a finite number at least 0.001 and at most 2.5; got 3"):
        widget.h = 3
    assert (widget.game, widget.strength, widget.theta, widget.h) == ("hinge", 2.0, -0.5, 0.1)


def test_its_numbers_are_those_of_the_library():
    numbers = DiracGame("wgan", "r1", 2.0, h=0.5).numbers
    assert numbers.field == pytest.approx((-1 + 0j, -1 + 0j))  # critical: twice the slope of 1
    assert numbers.step == pytest.approx((0.5 + 0j, 0.5 + 0j))
    assert numbers.verdict == "arrives" and max(map(abs, numbers.end)) < 1e-9
    kinked = DiracGame("wgan", "wgan_gp").numbers
    assert (kinked.field, kinked.step, kinked.verdict) == (None, None, "circles")


def test_the_state_survives_json():
    state = {k: v for k, v in DiracGame().get_state().items() if k not in ("layout",)}
    assert json.loads(json.dumps(state))["game"] == "wgan"


@pytest.mark.parametrize("options", [{}, {"game": "minimax", "penalty": "instance_noise"}, {"h": 2.5}])
def test_the_still_and_its_sentence(options):
    widget = DiracGame(**options)
    bundle, metadata = widget._repr_mimebundle_()
    assert bundle["text/plain"] == metadata["image/png"]["alt"]
    assert f"{widget.numbers.verdict}. In the page" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    colours = {c for _, c in Image.open(io.BytesIO(bundle["image/png"])).convert("RGB").getcolors(20_000)}
    assert {(0, 0x72, 0xB2), (0xD5, 0x5E, 0)} <= colours
