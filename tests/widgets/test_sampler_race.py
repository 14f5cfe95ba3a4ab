"""The Python face of the race, what the page keeps and says of it; one sentence for what does not fit."""

import base64
import json
import math

import numpy as np
import pytest
import torch

from course_utils.diffusion import NoiseSchedule, exact_model, samplers
from course_utils.exact import GaussianMixture
from course_utils.widgets import SamplerRace, race

SESSION = ("shared/noising.js", "race/samplers.js", "race/session.js", "race/state.js")
# A session that is measured in full at input.calls; `s`, and the results in `results`.
MEASURED = """const problem = m.newProblem(input.mixture);
  const s = m.newSession(problem, m.levelsOf(input.betas), input.seed ?? 0);
  const settings = { calls: input.calls, spacing: input.spacing ?? "trailing" };
  const known = () => m.SAMPLERS.map((sampler) => m.resultOf(s, sampler, settings));
  const first = known().map((one) => ({ w1: one.w1, done: one.done, points: [...one.points] }));
  while (!known().every(({ done }) => done)) m.work(s, settings, -1);
  const results = known().map((one) => ({ ...one, name: one.sampler.name, points: [...one.points] }));"""


def two_modes():
    return GaussianMixture([[-1.0, 0.0], [1.0, 0.5]], [0.3, 0.5], [0.25, 0.75])


def as_page(mixture):
    return {name: getattr(mixture, name).tolist() for name in ("means", "stds", "weights")}


@pytest.fixture(scope="module")
def measured(node):
    """A function: the value of an expression over a session that is measured at so many calls."""

    def run(expression, calls=10, mixture=None, schedule=None, **values):
        schedule = NoiseSchedule.linear() if schedule is None else schedule
        page = as_page(race.EIGHT if mixture is None else mixture)
        source = f"(() => {{ {MEASURED} return {expression}; }})()"
        return node(SESSION, source, mixture=page, betas=schedule.betas.tolist(), calls=calls, **values)

    return run


def test_the_students_mixture_and_schedule_come_first():
    schedule = NoiseSchedule.sigmoid(100)
    own = SamplerRace(two_modes(), schedule)
    assert (own.data, own.schedule) == ("yours", "yours")
    assert own.mixtures[0]["means"] == [[-1.0, 0.0], [1.0, 0.5]]
    assert [each["name"] for each in own.schedules] == ["yours", "linear", "cosine"]
    betas = np.frombuffer(base64.b64decode(own.schedules[0]["betas"]), "<f8")
    assert betas.tolist() == schedule.betas.tolist()
    plain = SamplerRace(schedule="cosine")
    assert (plain.data, plain.schedule) == ("eight", "cosine")
    assert [each["name"] for each in plain.mixtures] == ["eight", "two"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"mixture": torch.zeros(8, 2)}, TypeError, "mixture must be an exact.GaussianMixture; got Tensor"),
        ({"mixture": GaussianMixture([[0.0]], 1.0)}, ValueError, "mixture must have two dimensions; got 1"),
        ({"schedule": 1000}, TypeError, "schedule must be a NoiseSchedule; got int"),
        ({"schedule": "linar"}, ValueError, "Did you mean 'linear'"),
        ({"schedule": NoiseSchedule.linear(50)}, ValueError, "schedule must have at least 60 steps.* got 50"),
        ({"schedule": NoiseSchedule.linear().zero_terminal_snr()}, ValueError, "leave some signal"),
        ({"calls": 1}, ValueError, "calls must be at least 2 and at most 60; got 1"),
        ({"calls": 61}, ValueError, "calls must be at least 2 and at most 60; got 61"),
        ({"calls": 10.0}, TypeError, "calls must be a whole number"),
        ({"spacing": "leading"}, ValueError, "spacing must be one of 'trailing', 'karras'"),
        ({"seed": 10}, ValueError, "seed"),
        ({"sampler": "dpm"}, ValueError, "sampler must be one of 'all', 'ddpm'"),
        ({"error": "w2"}, ValueError, "error must be one of 'w1', 'end'"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        SamplerRace(**arguments)
    assert str(caught.value).count("\n") == 0


def test_what_is_set_later_is_checked_too():
    widget = SamplerRace()
    widget.calls, widget.spacing, widget.schedule, widget.seed = 2, "karras", "cosine", 9
    widget.sampler, widget.error, widget.data = "heun", "end", "two"
    for name, value in {"calls": 0, "schedule": "yours", "data": "yours", "sampler": "euler"}.items():
        before = getattr(widget, name)
        with pytest.raises(ValueError, match=name):
            setattr(widget, name, value)
        assert getattr(widget, name) == before


def test_numbers_are_the_pages():
    widget = SamplerRace()
    assert widget.numbers == {}
    widget.set_state({"numbers": {"calls": 7}, "calls": 7})  # as a message from the page
    assert (widget.numbers, widget.calls) == ({"calls": 7}, 7)


def test_the_page_knows_the_same_names(node):
    controls = node("race/controls.js", "[m.SPACINGS, m.ERRORS].map((list) => list.map(([name]) => name))")
    assert [tuple(names) for names in controls] == [race.SPACINGS, race.ERRORS]
    assert node("race/state.js", "m.SHOWN") == ["all", *race.SAMPLERS]
    assert node("race/session.js", "m.CALLS") == list(race.CALLS)
    assert set(node("race/marks.js", "Object.keys(m.LOOKS)")) == {*race.SAMPLERS, "draws"}
    assert set(race.SAMPLERS) <= set(samplers.by_name)
    widget = SamplerRace()
    assert all(widget.trait_metadata(name, "sync") for name in node("race/state.js", "m.NAMES"))


def test_each_sampler_has_a_colour_a_shape_and_a_dash_of_its_own(node):
    looks = node("race/marks.js", "Object.values(m.LOOKS).map((look) => [look.color, look.shape, look.dash])")
    for cue in range(2):
        assert len({look[cue] for look in looks}) == 6
    assert len({str(look[2]) for look in looks}) == 5  # the draws have no line


def test_the_state_keeps_a_notebook_small():
    state = SamplerRace().get_state()
    kept = {name: value for name, value in state.items() if name[0] != "_" and name != "layout"}
    assert len(json.dumps(kept)) < 25_000


def test_all_begin_in_the_same_noise_and_the_shown_points_stay(measured):
    found = measured("""{ first, results, starts: [0, 1].map((b) => [...s.sets[b].x_T]) }""")
    for first, result in zip(found["first"], found["results"], strict=True):
        assert first["points"] == result["points"]
        assert (first["done"], result["done"]) == (False, True)
    names = {result["name"]: result for result in found["results"]}
    assert found["starts"][0] != found["starts"][1]
    assert names["heun"]["steps"] == 5
    assert names["heun"]["calls"] == 9
    assert {names[name]["steps"] for name in race.SAMPLERS if name != "heun"} == {10}
    assert [names[name]["end"] is None for name in race.SAMPLERS] == [True, True, False, False, False]
    first_step = measured("results", calls=2)
    assert first_step[2]["points"] == pytest.approx(first_step[4]["points"])  # 2M begins as Euler does


@pytest.mark.parametrize("spacing", race.SPACINGS)
def test_the_samples_are_the_librarys_from_the_pages_noise(measured, spacing):
    """The whole way, from the page's own noise to the points that it shows, where the schedule ends high."""
    schedule = NoiseSchedule.cosine()
    found = measured("{ results, x_T: [...s.sets[0].x_T] }", schedule=schedule, spacing=spacing)
    x = torch.tensor(found["x_T"], dtype=torch.float64).view(-1, 2)
    assert x.std(0).tolist() == pytest.approx([1, 1], abs=0.03)
    for result in found["results"]:
        if result["end"] is None:
            continue
        expected = samplers.by_name[result["name"]](
            exact_model(as_double(race.EIGHT), schedule), schedule, x.shape, x_T=x,
            timesteps=samplers.timesteps(schedule, result["steps"], spacing),
        )  # fmt: skip
        assert result["points"] == pytest.approx(expected.flatten().tolist(), abs=1e-6)


def as_double(mixture):
    return GaussianMixture(mixture.means.double(), mixture.stds.double(), mixture.weights.double())


def test_many_sets_leave_chance_little_room(measured):
    """W1 of two seeds agrees: closely where the path is deterministic, within the margin where it is not."""
    one, other = (measured("{ results, chance: s.chance }", calls=8, seed=seed) for seed in (0, 1))
    for a, b in zip(one["results"], other["results"], strict=True):
        limit = 0.003 if a["end"] is not None else one["chance"]["margin"] * math.sqrt(2)
        assert abs(a["w1"] - b["w1"]) < limit
    assert 0 < one["chance"]["low"] < one["chance"]["high"] < 0.05


def test_more_calls_bring_every_sampler_nearer(measured):
    few, many = (measured("results", calls=calls) for calls in (4, 40))
    for a, b in zip(few, many, strict=True):
        assert b["w1"] < a["w1"] / 3
        if a["end"] is not None:
            assert b["end"] < a["end"] / 5
        assert b["gap"] < 0.03


def test_the_weights_of_two_modes_are_found(measured):
    shares = [result["masses"] for result in measured("results", calls=40, mixture=two_modes())]
    for masses in shares:
        assert masses == pytest.approx([0.25, 0.75], abs=0.02)


RESULTS = [
    {"sampler": {"label": "A", "fresh": True}, "w1": 0.05, "done": True},
    {"sampler": {"label": "B", "fresh": False}, "w1": 0.03, "done": True},
    {"sampler": {"label": "C", "fresh": False}, "w1": 0.033, "done": True},
]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "B wins with W1 0.030, before C (0.033)."),
        ({0: {"w1": 0.036}}, "B has the least W1, 0.030, but A (0.036) is too near to call."),
        ({0: {"w1": 0.024}}, "A has the least W1, 0.024, but B (0.030) and C (0.033) are too near to call."),
        ({0: {"w1": 0.01}}, "A wins with W1 0.010, before B (0.030)."),
        ({2: {"w1": 0.0301}}, "B has the least W1, 0.030, but C (0.030) is too near to call."),
        ({1: {"done": False}}, "so far measured on 300 samples of each, more to come."),
    ],
)
def test_who_wins_in_words(node, changes, words):
    """Chance, here 0.01, counts only where one of two draws fresh noise."""
    results = [{**result, **changes.get(i, {})} for i, result in enumerate(RESULTS)]
    assert node("race/state.js", "m.verdictText(m.verdictOf(input.results, 0.01))", results=results) == words


def test_the_axis_of_errors_has_round_ends(node):
    found = node("race/curve.js", "[0.02, 0.03, 0.031, 1, 9].map((v) => [m.rounded(v, -1), m.rounded(v, 1)])")
    assert np.array(found) == pytest.approx(
        np.array([[0.01, 0.03], [0.03, 0.03], [0.03, 0.1], [1, 1], [3, 10]])
    )


def test_the_alternative_text_says_what_is_on_show():
    text = SamplerRace(two_modes(), calls=12)._repr_mimebundle_()[0]["text/plain"]
    assert "density of 2 Gaussians, each after 12 network calls" in text
