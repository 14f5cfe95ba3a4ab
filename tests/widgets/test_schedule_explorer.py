"""The Python face: what it takes, what it refuses, and what it shows where nothing runs."""

import base64
import io
import json
import math

import numpy as np
import pytest
import torch
import traitlets
from PIL import Image
from scipy.interpolate import PchipInterpolator

from course_utils import data
from course_utils.diffusion import NoiseSchedule, schedules
from course_utils.widgets import ScheduleExplorer

POINTS = [[1, 8.0], [300, 2.0], [700, -1.0], [1000, -9.0]]
PICTURE = torch.linspace(0, 1, 64).reshape(1, 8, 8)


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"image": torch.zeros(2, 8, 8)}, ValueError, r"image must have shape \[C, H, W\].*\[2, 8, 8\]"),
        ({"image": torch.zeros(1, 97, 8)}, ValueError, "at most 96 pixels a side"),
        ({"image": 2 * PICTURE - 1}, ValueError, r"image must lie in \[0, 1\]; got values from -1 to 1"),
        ({"image": PICTURE * math.nan}, ValueError, "image must lie in"),
        ({"image": PICTURE.numpy()}, TypeError, "image must be a torch.Tensor"),
        ({"schedule": "linaer"}, ValueError, "Did you mean 'linear'"),
        ({"schedule": "yours"}, ValueError, "schedule must be one of"),
        (
            {"schedule": torch.linspace(1e-4, 0.02, 1000)},
            TypeError,
            "NoiseSchedule or the name of .* got Tensor",
        ),
        ({"num_train_timesteps": 10}, ValueError, "num_train_timesteps must be at least 20 and at most 4000"),
        ({"schedule": NoiseSchedule.linear(5000)}, ValueError, "steps of schedule must be at least 20"),
        (
            {"schedule": NoiseSchedule.linear(50), "num_train_timesteps": 60},
            ValueError,
            "50, or left out; got 60",
        ),
        ({"scale": 0}, ValueError, "scale must be a finite number at least 0.015625 and at most 64"),
        ({"scale": "1"}, TypeError, "scale must be a number"),
        ({"step": 0}, ValueError, "step must be at least 1 and at most 1000; got 0"),
        ({"step": 2.5}, TypeError, "step must be a whole number"),
        ({"seed": -1}, ValueError, "seed"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        ScheduleExplorer(**{"image": PICTURE, **arguments})
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("points", "named"),
    [
        (3, r"points must be pairs \[step, log-SNR\]"),
        ([[1, 2, 3]], r"points must be pairs \[step, log-SNR\]"),
        ([[1, 2.0]], "points must be 2 to 8; got 1"),
        ([[2, 8.0], [1000, -9.0]], "rising steps from 1 to 1000"),
        ([[1, 8.0], [999, -9.0]], "rising steps from 1 to 1000"),
        ([[1, 8.0], [700, 2.0], [300, 1.0], [1000, -9.0]], "rising steps"),
        ([[1, 8.0], [300, 2.0], [700, 2.0], [1000, -9.0]], "falling log-SNR"),
        ([[1, math.nan], [1000, -9.0]], "falling log-SNR"),
        ([[1, 80.0], [1000, -9.0]], r"log-SNR in \[-30, 16\]"),
    ],
)
def test_points_that_are_no_schedule_are_refused(points, named):
    explorer = ScheduleExplorer(PICTURE)
    with pytest.raises(ValueError, match=named):
        explorer.points = points
    assert explorer.points == []


def test_your_own_schedule_is_the_preset_yours_and_sets_the_steps():
    own = NoiseSchedule.cosine(77)
    explorer = ScheduleExplorer(PICTURE, own)
    assert (explorer.preset, explorer.num_train_timesteps, explorer.step) == ("yours", 77, 38)
    assert torch.equal(explorer.alphas_cumprod, own.alphas_cumprod)
    explorer.preset = "linear"
    assert torch.equal(explorer.alphas_cumprod, NoiseSchedule.linear(77).alphas_cumprod)


def test_what_is_on_screen_can_be_read_as_numbers_and_as_a_schedule():
    explorer = ScheduleExplorer(PICTURE, step=250)
    explorer.points, explorer.scale = POINTS, 4
    x, y = np.array(POINTS).T
    log_snr = PchipInterpolator(x, y)(np.arange(1, 1001)) + math.log(4)
    expected = 1 / (1 + np.exp(-log_snr))
    assert explorer.alphas_cumprod.dtype == torch.float64
    assert explorer.alphas_cumprod.numpy() == pytest.approx(expected, rel=1e-9)
    assert isinstance(explorer.schedule(), NoiseSchedule)
    now = explorer.numbers
    assert now.alpha_bar == pytest.approx(expected[249])
    assert now.snr == pytest.approx(math.exp(log_snr[249]))
    assert now.beta == pytest.approx(1 - expected[249] / expected[248])
    assert now.left_at_end == pytest.approx(math.sqrt(expected[-1]))
    assert now.wasted == pytest.approx((expected < 0.01).mean())
    explorer.points = []
    assert explorer.numbers.alpha_bar > NoiseSchedule.linear().alphas_cumprod[249]


def test_a_schedule_that_the_page_does_not_know_is_found_and_sent(node, monkeypatch):
    monkeypatch.setitem(
        schedules.by_name, "half_way", lambda steps=1000: NoiseSchedule.linear(steps, 0.01, 0.1)
    )
    explorer = ScheduleExplorer(PICTURE, "half_way", 40)
    expected = NoiseSchedule.linear(40, 0.01, 0.1).alphas_cumprod.tolist()
    assert explorer.alphas_cumprod.tolist() == explorer.others["half_way"] == expected
    assert ScheduleExplorer(PICTURE).others.keys() == {"half_way"}
    state = {name: explorer.get_state()[name] for name in explorer.keys if not name.startswith("_")}
    found = node(
        "schedule/state.js",
        "((model, state = m.given(model)) => (m.read(model, state), [state.presets.at(-1), state.name, "
        "m.nameOf(state.presets.at(-1)), Array.from(state.schedule.alphaBar)]))"
        "({ get: (name) => input.state[name] })",
        state={name: value for name, value in state.items() if name not in ("layout", "tabbable", "tooltip")},
    )
    assert found == ["half_way", "half way", "Half way", pytest.approx(expected)]


def test_the_rest_is_fixed():
    explorer = ScheduleExplorer(PICTURE)
    for name in ("num_train_timesteps", "yours", "image", "noise", "image_shape"):
        with pytest.raises(traitlets.TraitError):
            setattr(explorer, name, getattr(explorer, name) * 2)


def test_the_image_is_sent_from_minus_one_to_one_with_one_noise_of_the_seed():
    def sent(text):
        return np.frombuffer(base64.b64decode(text), "<f4")

    first, same, other = (ScheduleExplorer(PICTURE[0], seed=seed) for seed in (0, 0, 1))
    assert first.image_shape == [1, 8, 8]
    assert sent(first.image) == pytest.approx((2 * PICTURE - 1).flatten().numpy())
    assert sent(first.noise) == pytest.approx(
        torch.randn(64, generator=torch.Generator().manual_seed(0)).numpy()
    )
    assert first.noise == same.noise != other.noise


def test_without_an_image_it_is_a_rendered_digit():
    pixels = np.frombuffer(base64.b64decode(ScheduleExplorer().image), "<f4")
    assert (pixels + 1) / 2 == pytest.approx(data.load("glyphs", n=1).images[0].flatten().numpy(), abs=1e-6)


def test_the_state_survives_json_and_stays_small():
    colour = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
    explorer = ScheduleExplorer(colour, NoiseSchedule.linear().zero_terminal_snr())
    state = {k: v for k, v in explorer.get_state().items() if k not in ("layout",)}
    text = json.dumps(state, allow_nan=False)
    assert json.loads(text)["preset"] == "yours"
    assert len(text) < 150_000


@pytest.mark.parametrize("image", [PICTURE, torch.rand(3, 12, 9, generator=torch.Generator().manual_seed(0))])
def test_the_still_and_its_sentence(image):
    first, second = (ScheduleExplorer(image, "cosine")._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    now = ScheduleExplorer(image, "cosine").numbers
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert f"{100 * now.wasted:.0f} % of the steps have alpha-bar below 0.01" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    picture = Image.open(io.BytesIO(bundle["image/png"])).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(100_000)}
    assert {(0, 0x72, 0xB2), (0, 0x9E, 0x73)} <= colours
