"""The Python face: what it takes, what it refuses, its numbers, and what it shows where nothing runs."""

import io
import math

import pytest
from PIL import Image

from course_utils.widgets import EarthMover


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"q_std": 0}, ValueError, "q_std must be a finite number at least 0.1 and at most 2"),
        ({"p_mean": 9}, ValueError, "p_mean must be a finite number at least -8 and at most 8; got 9"),
        ({"p_mean": float("nan")}, ValueError, "p_mean"),
        ({"q_mean": "0"}, TypeError, "q_mean"),
        ({"p_gap": -1}, ValueError, "p_gap"),
        ({"moved": 1.5}, ValueError, "moved must be a finite number at least 0 and at most 1"),
        ({"chosen": "r"}, ValueError, "chosen must be one of 'p', 'q'"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        EarthMover(**arguments)
    assert str(caught.value).count("\n") == 0


def test_its_state_can_be_read_and_set_but_not_spoilt():
    mover = EarthMover(p_mean=1, q_std=0.5)
    mover.q_mean, mover.p_gap = -0.25, 3
    with pytest.raises(ValueError, match="q_std"):
        mover.q_std = -2.0
    assert (mover.p_mean, mover.p_gap, mover.q_mean, mover.q_std) == (1.0, 3.0, -0.25, 0.5)


def test_far_apart_js_is_stuck_and_w1_is_not():
    near, far = (EarthMover(p_mean=-6, p_std=0.3, q_std=0.3, q_mean=mean).numbers for mean in (4, 7))
    assert (near.js, far.js) == pytest.approx((math.log(2), math.log(2)), abs=1e-9)
    assert (near.js_slope, far.js_slope) == pytest.approx((0, 0), abs=1e-9)
    assert (near.w1, far.w1, near.w1_slope, far.w1_slope) == pytest.approx((10, 13, 1, 1), abs=1e-6)


def test_the_same_density_twice_is_nowhere_apart():
    assert EarthMover(p_mean=1, q_mean=1).numbers == pytest.approx((0, 0, 0, 0), abs=1e-9)


def test_the_still_and_its_sentence():
    mover = EarthMover(p_mean=0, p_gap=6, p_std=0.6)
    bundle, metadata = mover._repr_mimebundle_()
    now = mover.numbers
    assert bundle["text/plain"] == metadata["image/png"]["alt"]
    assert "two bumps 6 apart around 0" in bundle["text/plain"]
    assert f"W1 is {now.w1:.2f} units of x and JS {now.js:.2f} nats" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    colours = {c for _, c in Image.open(io.BytesIO(bundle["image/png"])).convert("RGB").getcolors(20_000)}
    assert {(0, 0x72, 0xB2), (0xD5, 0x5E, 0)} <= colours
