"""The Python face: what it takes, what it refuses, its numbers, and what it shows where nothing runs."""

import io
import json
import math

import pytest
import traitlets
from PIL import Image

from course_utils.widgets import MinimaxExplorer


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"std": 0}, ValueError, "std must be a finite number above 0"),
        ({"mean": float("nan")}, ValueError, "mean"),
        ({"mean": "0"}, TypeError, "mean"),
        ({"means": ()}, TypeError, "means"),
        ({"stds": (0.6, 0)}, ValueError, "stds"),
        ({"weights": (0.5, 0.6)}, ValueError, "weights"),
        ({"slope": 21}, ValueError, "slope must be a finite number at least -20 and at most 20"),
        ({"boundary": None}, TypeError, "boundary"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        MinimaxExplorer(**arguments)
    assert str(caught.value).count("\n") == 0


def test_q_and_d_can_be_read_and_set_but_not_spoilt():
    explorer = MinimaxExplorer(mean=1, std=0.5, own=True, slope=-2)
    explorer.mean, explorer.boundary = -0.25, 1
    with pytest.raises(ValueError, match="std must be a finite number above 0; got -2"):
        explorer.std = -2.0
    with pytest.raises(traitlets.TraitError):
        explorer.means = [0.0]
    assert (explorer.mean, explorer.std, explorer.slope, explorer.boundary) == (-0.25, 0.5, -2.0, 1.0)


def test_on_its_only_mode_q_is_p_and_the_game_is_at_its_saddle():
    explorer = MinimaxExplorer(first_only=True, mean=-2.0, std=0.6, slope=0.0)
    now = explorer.numbers
    assert now == pytest.approx((-math.log(4), -math.log(4), 0, 0), abs=1e-9)
    explorer.mean = -1.0
    assert explorer.numbers.w1 == pytest.approx(1, abs=1e-6)
    assert explorer.numbers.value > now.value
    explorer.first_only = False
    assert explorer.numbers.w1 > 1


def test_far_apart_js_is_stuck_and_w1_is_not():
    near, far = (MinimaxExplorer(mean=mean, std=0.3).numbers for mean in (12, 15))
    assert near.js == pytest.approx(math.log(2), abs=1e-6)
    assert far.js == pytest.approx(math.log(2), abs=1e-6)
    assert far.w1 - near.w1 == pytest.approx(3, abs=1e-4)


def test_the_state_survives_json():
    state = {k: v for k, v in MinimaxExplorer().get_state().items() if k not in ("layout",)}
    assert json.loads(json.dumps(state))["means"] == [-2.0, 2.0]


def test_the_still_and_its_sentence():
    first, second = (MinimaxExplorer()._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    now = MinimaxExplorer().numbers
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert f"V(D*) = {now.value:.2f} nats, JS {now.js:.2f} nats" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    colours = {c for _, c in Image.open(io.BytesIO(bundle["image/png"])).convert("RGB").getcolors(10_000)}
    assert {(0, 0x72, 0xB2), (0xD5, 0x5E, 0)} <= colours
