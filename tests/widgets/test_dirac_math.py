"""The page's Dirac-GAN against gan.dirac: fields, steps, paths, eigenvalues, verdicts and settings."""

import itertools
import math

import pytest
import torch

from course_utils.gan import dirac
from course_utils.widgets import DiracGame
from course_utils.widgets.dirac import HALF, LIMITS, STEPS

MATH, STATE = "dirac/math.js", "dirac/state.js"
SETUPS = [
    {"game": game, "penalty": penalty, "strength": strength}
    for game, penalty in itertools.product(dirac.GAMES, dirac.PENALTIES)
    for strength in (0.0, dirac.PENALTIES[penalty].strength, 1.3)
]
PLACES = [[1.3, 0.7], [-0.4, 1.1], [0.9, -1.6], [-1.2, -0.3], [2.5, -0.9], [0.8, 0.0], [0.0, 0.0]]
SMOOTH = [name for name, penalty in dirac.PENALTIES.items() if not penalty.kink]


def tolerance(setup):
    """The page's normal distribution has seven digits; all else has rounding alone."""
    return 1e-6 if (setup["game"], setup["penalty"]) == ("hinge", "instance_noise") else 1e-11


def test_the_page_has_the_same_games_penalties_rules_and_defaults(node):
    found = node([MATH, STATE], "[Object.keys(m.GAMES), Object.keys(m.PENALTIES), m.RULES, m.KINKED]")
    kinked = [name for name, penalty in dirac.PENALTIES.items() if penalty.kink]
    assert found == [list(dirac.GAMES), list(dirac.PENALTIES), list(dirac.RULES), kinked]
    firsts = node([MATH, STATE], "Object.entries(m.PENALTY_NAMES).map(([name, { first }]) => [name, first])")
    assert dict(firsts) == {name: penalty.strength for name, penalty in dirac.PENALTIES.items()}
    assert node(STATE, "[m.HALF, m.STEPS, Object.keys(m.GAME_NAMES)]") == [HALF, STEPS, list(dirac.GAMES)]
    sliders = node(STATE, "[m.STRENGTHS, m.SIZES]")
    for values, name in zip(sliders, ("strength", "h"), strict=True):
        assert values == sorted(values)
        assert LIMITS[name][0] <= values[0] and values[-1] == LIMITS[name][1]


def test_fields(node):
    expression = "input.setups.map((setup) => input.places.map((place) => m.fieldAt(setup, place)))"
    found = node(MATH, expression, setups=SETUPS, places=PLACES)
    theta, psi = torch.tensor(PLACES, dtype=torch.float64).T
    for setup, field in zip(SETUPS, found, strict=True):
        args = setup["game"], theta, psi, setup["penalty"], setup["strength"]
        wanted = torch.stack(dirac.field(*args), -1)
        assert torch.allclose(torch.tensor(field).double(), wanted, atol=1e-6), setup
        flat = [value for pair in field for value in pair]
        assert flat == pytest.approx(wanted.flatten().tolist(), abs=tolerance(setup)), setup


@pytest.mark.parametrize("rule", dirac.RULES)
def test_paths(node, rule):
    setups = [{**setup, "h": 0.15, "rule": rule} for setup in SETUPS]
    found = node(MATH, "input.setups.map((setup) => m.pathFrom(setup, [1.2, -0.7], 40))", setups=setups)
    for setup, path in zip(setups, found, strict=True):
        args = setup["game"], (1.2, -0.7), 0.15, 40, rule, setup["penalty"], setup["strength"]
        wanted = dirac.path(*args).flatten().tolist()
        flat = [value for pair in path for value in pair]
        near = 1e-5 if tolerance(setup) > 1e-9 else 1e-9
        assert flat == pytest.approx(wanted, abs=near), setup


@pytest.mark.parametrize("rule", dirac.RULES)
@pytest.mark.parametrize("h", [0.1, 2.5])
def test_eigenvalues(node, rule, h):
    setups = [{**setup, "h": h, "rule": rule} for setup in SETUPS]
    expression = "input.setups.map((setup) => [m.fieldEigenvalues(setup), m.stepEigenvalues(setup)])"
    for setup, (field, step) in zip(setups, node(MATH, expression, setups=setups), strict=True):
        args = setup["penalty"], setup["strength"]
        if setup["penalty"] not in SMOOTH:
            assert (field, step) == (None, None)
            continue
        wanted = dirac.eigenvalues(setup["game"], *args).tolist()
        assert [complex(*pair) for pair in field] == pytest.approx(wanted), setup
        wanted = dirac.update_eigenvalues(setup["game"], h, rule, *args).tolist()
        assert [complex(*pair) for pair in step] == pytest.approx(wanted, abs=1e-12), setup


def test_verdicts_on_the_same_paths(node):
    """Some of each verdict."""
    setups = [
        {"game": game, "penalty": name, "strength": dirac.PENALTIES[name].strength, "h": h, "rule": rule}
        for game, name in [
            ("wgan", "none"), ("wgan", "r1"), ("wgan", "wgan_gp"), ("wgan", "clip"), ("minimax", "none"),
            ("minimax", "instance_noise"), ("minimax", "wgan_gp"), ("non_saturating", "none"),
            ("lsgan", "none"), ("hinge", "consensus"),
        ]
        for h, rule in ((0.1, "simultaneous"), (0.3, "alternating"))
    ]  # fmt: skip
    found = node(MATH, "input.setups.map((one) => m.verdictOf(m.pathFrom(one, [1, 1], 2000)))", setups=setups)
    seen = {}
    for setup, verdict in zip(setups, found, strict=True):
        args = setup["game"], (1.0, 1.0), setup["h"], 2000, setup["rule"], setup["penalty"], setup["strength"]
        assert verdict == dirac.verdict(dirac.path(*args)), setup
        seen[verdict] = setup
    assert set(seen) == set(dirac.VERDICTS)


def test_a_path_beyond_all_numbers_spirals_out(node):
    setup = {"game": "lsgan", "penalty": "none", "strength": 0, "h": 2.5, "rule": "simultaneous"}
    path = "m.pathFrom(input.setup, [2.5, 2.5], 2000)"
    assert node(MATH, f"m.verdictOf({path})", setup=setup) == "spirals out"
    assert node(MATH, f"Number.isFinite({path}.at(-1)[0])", setup=setup) is False
    assert "spirals out" in node(STATE, DESCRIBED, settings={**setup, "theta": 2.5, "psi": 2.5})


DESCRIBED = "m.describe({ settings: input.settings, look: m.lookAt(input.settings), at: 300 })"


def test_the_presets_do_what_they_are_called(node):
    """As measured in Python, from the starts that they set."""
    presets = dict(node(STATE, "m.PRESETS"))
    verdicts = {}
    for name, settings in presets.items():
        verdicts[name] = DiracGame(settings.pop("game"), **settings).numbers.verdict
    assert verdicts == {
        "WGAN circles": "circles",
        "Simultaneous steps spiral out": "spirals out",
        "R1 arrives": "arrives",
        "WGAN-GP need not": "circles",
    }


def test_the_sentence_says_what_python_says(node):
    for options in (
        {},
        {"game": "minimax", "penalty": "r1"},
        {"penalty": "wgan_gp"},
        {"penalty": "r1", "strength": 2},
    ):
        widget = DiracGame(**options)
        names = ("game", "penalty", "strength", "h", "rule", "theta", "psi")
        settings = {name: getattr(widget, name) for name in names}
        said = node(STATE, DESCRIBED, settings=settings).replace("\u2212", "-")
        numbers = widget.numbers
        assert f"the path {numbers.verdict}." in said
        if numbers.step:
            assert f"of modulus {max(map(abs, numbers.step)):.4f}, " in said
        else:
            assert "has no eigenvalues here" in said
        shown = float(said.split(" steps: ")[-1].rstrip("."))
        assert shown == pytest.approx(math.hypot(*numbers.end), rel=0.05)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([[0, 0.5], [0, -0.5]], "±0.50i"),
        ([[-0.25, 0.43], [-0.25, -0.43]], "\u22120.25 ± 0.43i"),
        ([[-0.1, 0], [-9.9, 0]], "\u22120.10 and \u22129.90"),
        ([[-1, 0], [-1, 0]], "\u22121.00 twice"),
    ],
)
def test_eigenvalues_in_words(node, values, text):
    assert node(STATE, "m.pairText(input.values)", values=values) == text


def test_distances_in_words(node):
    expression = "[0, 0.1234, 12.34, 123456, 1.2345e-21].map(m.distanceText)"
    assert node(STATE, expression) == ["0", "0.123", "12.3", "1.2e5", "1.2e\u221221"]
    assert node(STATE, "m.distanceText(NaN)") == "beyond all numbers"


def test_places_stay_in_the_plane(node):
    assert node(STATE, "m.inPlane([9, -0.126])") == {"theta": HALF, "psi": -0.13}
