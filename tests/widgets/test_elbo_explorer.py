"""The Python face: what it takes, what it refuses, and what it shows where nothing runs."""

import io
import json
import math

import pytest
import traitlets
from PIL import Image

from course_utils.widgets import ElboExplorer


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"sigma": 0}, ValueError, "sigma"),
        ({"sigma": "a"}, TypeError, "sigma"),
        ({"weight": -1.0}, ValueError, "weight"),
        ({"x": math.nan}, ValueError, "x must be a finite number"),
        ({"x": 30.0}, ValueError, "x must be a finite number at least -3.91312 and at most 3.91312"),
        ({"x": "1"}, TypeError, "x"),
        ({"decoder": "sqare"}, ValueError, "Did you mean 'square'"),
        ({"reading": "energies"}, ValueError, "Did you mean 'energy'"),
        ({"q_mean": 9}, ValueError, "q_mean"),
        ({"q_std": 0.0}, ValueError, "q_std"),
        ({"q_std": None}, TypeError, "q_std"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        ElboExplorer(**arguments)
    assert str(caught.value).count("\n") == 0


def test_q_x_and_the_decoder_can_be_read_and_set_but_not_spoilt():
    explorer = ElboExplorer(x=2, decoder="square", q_mean=1)
    explorer.q_std = 0.25
    explorer.decoder = "linear"
    with pytest.raises(ValueError, match="q_std must be a finite number at least 0.03"):
        explorer.q_std = -1.0
    with pytest.raises(traitlets.TraitError):
        explorer.sigma = 2.0
    assert (explorer.x, explorer.decoder, explorer.q_mean, explorer.q_std) == (2.0, "linear", 1.0, 0.25)


def test_the_numbers_follow_q():
    explorer = ElboExplorer(x=1.0, sigma=0.5)
    explorer.q_mean, explorer.q_std = (
        0.8,
        math.sqrt(0.2),
    )  # the posterior: w x / (w^2 + s^2), s^2 / (w^2 + s^2)
    assert explorer.numbers.gap == pytest.approx(0, abs=1e-9)
    assert explorer.numbers.log_evidence == pytest.approx(-0.5 * math.log(2 * math.pi * 1.25) - 1 / 2.5)
    explorer.q_std = 0.1
    assert explorer.numbers.gap > 0.5


def test_the_state_survives_json():
    state = {k: v for k, v in ElboExplorer().get_state().items() if k not in ("layout",)}
    assert json.loads(json.dumps(state))["x"] == 1.0


def test_the_still_and_its_sentence():
    first, second = (ElboExplorer()._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    numbers = ElboExplorer().numbers
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert f"log p(x) = {numbers.log_evidence:.2f}" in bundle["text/plain"]
    assert f"{numbers.gap:.2f} nats" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    picture = Image.open(io.BytesIO(bundle["image/png"])).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(10_000)}
    assert (0, 0x72, 0xB2) in colours
    assert (0xD5, 0x5E, 0) in colours
