"""The Python face: what it takes, what it refuses, and what it shows where nothing runs."""

import io
import json

import numpy as np
import pytest
import traitlets
from PIL import Image

from course_utils.widgets import DivergenceExplorer
from course_utils.widgets.divergence import _divergences


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"std": 0}, ValueError, "std"),
        ({"std": -1.0}, ValueError, "std"),
        ({"mean": float("nan")}, ValueError, "mean"),
        ({"mean": "0"}, TypeError, "mean"),
        ({"means": 2.0}, TypeError, "means"),
        ({"means": ()}, TypeError, "means"),
        ({"means": (0, 1, 2)}, ValueError, "stds"),
        ({"stds": (0.6, 0)}, ValueError, "stds"),
        ({"weights": (0.5, 0.6)}, ValueError, "weights"),
        ({"weights": (1.5, -0.5)}, ValueError, "weights"),
        ({"integrand": "foward"}, ValueError, "forward"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        DivergenceExplorer(**arguments)
    assert str(caught.value).count("\n") == 0


def test_mean_and_std_can_be_read_and_set_but_not_spoilt():
    explorer = DivergenceExplorer(mean=1, std=0.5)
    assert (explorer.mean, explorer.std) == (1.0, 0.5)
    explorer.mean = -0.25
    with pytest.raises(ValueError, match="std must be a finite number above 0; got -2"):
        explorer.std = -2.0
    with pytest.raises(traitlets.TraitError):
        explorer.means = [0.0]
    assert (explorer.mean, explorer.std, explorer.means) == (-0.25, 0.5, [-2.0, 2.0])


def test_the_axis_leaves_room_on_both_sides():
    low, high = DivergenceExplorer().limits
    assert low < -2 - 6 * 0.6
    assert high > 2 + 6 * 0.6
    assert DivergenceExplorer(mean=30.0).limits[1] > 30


def test_the_state_survives_json():
    state = {k: v for k, v in DivergenceExplorer().get_state().items() if k not in ("layout",)}
    assert json.loads(json.dumps(state))["means"] == [-2.0, 2.0]


def test_the_still_and_its_sentence():
    first, second = (DivergenceExplorer()._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert "modes at -2 and 2" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    picture = Image.open(io.BytesIO(bundle["image/png"])).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(10_000)}
    assert (0, 0x72, 0xB2) in colours
    assert (0xD5, 0x5E, 0) in colours


def test_the_stills_bars_are_the_four_numbers():
    """Against closed forms for two Gaussians; where both are narrow and far apart, without underflow."""
    x = np.linspace(-12, 12, 4001)
    for m, s in ((1.0, 2.0), (3.0, 0.05)):
        log_p, log_q = (
            -0.5 * ((x - a) / b) ** 2 - np.log(b * np.sqrt(2 * np.pi)) for a, b in ((0, 1), (m, s))
        )
        found = _divergences(log_p, log_q, x[1] - x[0])
        exact = np.log(s) + (1 + m**2) / (2 * s**2) - 0.5, -np.log(s) + (s**2 + m**2) / 2 - 0.5
        assert np.allclose((found["KL(p||q)"], found["KL(q||p)"]), exact, rtol=1e-6)
        assert 0 < found["JS"] <= np.log(2)
    log_p, log_q = (-0.5 * (x - a) ** 2 - 0.5 * np.log(2 * np.pi) for a in (0, 3))
    assert abs(_divergences(log_p, log_q, x[1] - x[0])["W1"] - 3) < 1e-3
    assert DivergenceExplorer(mean=-2)._still().axes[1].get_yticklabels()[0].get_text() == "KL(p||q)"
