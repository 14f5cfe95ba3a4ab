"""The Python face of the metric playground: what it takes and refuses; page and Python show the same."""

import io

import pytest
import torch
from PIL import Image

from course_utils.exact import GaussianMixture
from course_utils.widgets import MetricPlayground

PAGE = ("metrics/state.js", "metrics/clouds.js")
# The state of the page for a model with these values.
STATE = """(() => {
  const model = { get: (name) => input.values[name] };
  const state = { ...m.given(model), ...m.read(model) };
  m.refresh(state);
  return %s;
})()"""
CHANGES = [
    {},
    {"made_of": "copies"},
    {"made_of": "copies", "dropped": [1, 3]},
    {"made_of": "gaussian", "dropped": [2], "width": 0.4},
    {"dropped": [1, 2, 4, 5], "noise": 0.3},
    {"width": 0.0},
    {"split_x": 1.5, "split_y": -2.0, "shift_x": 0.3, "shift_y": -0.25, "outliers": 0.0725},
    {"made_of": "copies", "noise": 0.05, "width": 1.7, "outliers": 0.2},
]


def in_page(node, widget, expression):
    values = {name: value for name, value in widget.get_state().items() if name[0] != "_"}
    values.pop("layout")
    return node(PAGE, STATE % expression, values=values)


@pytest.fixture(scope="module")
def playground():
    return MetricPlayground()


@pytest.mark.parametrize("changes", CHANGES)
def test_the_page_makes_pythons_samples_and_measures(node, playground, changes):
    plain = {"made_of": "draws", "dropped": [], "width": 1, "noise": 0, "outliers": 0}
    plain |= {"shift_x": 0, "shift_y": 0, "split_x": 0, "split_y": 0}
    for name, value in {**plain, **changes}.items():
        setattr(playground, name, value)
    samples, numbers = in_page(node, playground, "[[...state.look.samples], state.look.numbers]")
    assert samples == pytest.approx(playground.samples.flatten().tolist(), abs=1e-12)
    assert numbers == pytest.approx(playground.numbers._asdict(), abs=1e-6)


def liar(node, playground, name):
    """The verdicts of the page on a liar of its list."""
    expression = """(() => {
      const settings = m.LIARS.find(([name]) => name === input.values.liar)[1];
      const other = { ...state, settings };
      m.refresh((delete other.look, other));
      return other.look.verdicts;
    })()"""
    values = {each: value for each, value in playground.get_state().items() if each[0] != "_"}
    values.pop("layout")
    return node(PAGE, STATE % expression, values={**values, "liar": name})


def test_what_each_measure_does_not_notice(node):
    playground = MetricPlayground()
    honest = liar(node, playground, "honest: fresh draws")
    assert set(honest.values()) == {"same"}
    copies = liar(node, playground, "copies of the data")
    assert copies["nn_data"] == copies["nn_samples"] == "close", "only the neighbours see a copy"
    assert "worse" not in copies.values()
    dropped = liar(node, playground, "a mode dropped")
    assert (dropped["precision"], dropped["recall"], dropped["inception"]) == ("same", "worse", "worse")
    point = liar(node, playground, "one point a mode")
    assert (point["frechet"], point["kernel"], point["inception"]) == ("same", "same", "same")
    assert (point["precision"], point["recall"], point["coverage"]) == ("better", "worse", "worse")
    gaussian = liar(node, playground, "one Gaussian, fitted")
    assert (gaussian["frechet"], gaussian["precision"]) == ("same", "worse")


def test_dropped_modes_have_no_samples_and_copies_stay_copies():
    playground = MetricPlayground(made_of="copies", dropped=[1, 4])
    data = playground._clouds["data"]
    assert all(bool((data == point).all(1).any()) for point in playground.samples)
    for made_of in ("copies", "draws", "yours"):
        own = MetricPlayground(samples=data) if made_of == "yours" else playground
        own.made_of, own.dropped = made_of, [4, 1]
        modes = own._mixture.responsibilities(own.samples).argmax(1).tolist()
        assert set(modes) == {1, 2, 4} and own.dropped == [1, 4]


def test_width_outliers_split_and_shift_do_what_they_say():
    playground = MetricPlayground(width=0)
    means = playground._mixture.means
    assert torch.cdist(playground.samples, means).amin(1).max() < 1e-6
    plain = MetricPlayground().samples
    both = MetricPlayground(split_x=1, shift_y=0.5).samples - plain
    assert torch.allclose(both[::2], torch.tensor([0.0, 0.5]).double())
    assert torch.allclose(both[1::2], torch.tensor([1.0, 0.5]).double())
    junk = MetricPlayground(outliers=0.05).samples
    assert (junk != plain).any(1).sum() == 10


def test_the_students_own_mixture_and_samples():
    mixture = GaussianMixture([[-1.5, 0.0], [1.5, 1.0]], 0.4, [0.3, 0.7])
    samples = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
    playground = MetricPlayground(mixture, samples)
    assert playground.made_of == "yours"
    assert torch.equal(playground.samples, samples.double())
    assert len(playground._clouds["data"]) == 60
    assert 1 <= playground.numbers.inception <= 2
    assert "your samples" in playground._alt()


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"mixture": 3}, TypeError, "mixture"),
        ({"mixture": GaussianMixture([[0.0], [1.0]], 1.0)}, ValueError, "mixture must have two dimensions"),
        ({"mixture": GaussianMixture([[0.0, 0.0]], 1.0)}, ValueError, "2 to 9 components; got 1"),
        ({"mixture": GaussianMixture([[0.0, 9.0], [1, 1]], 1.0)}, ValueError, "within 4 of 0"),
        ({"mixture": GaussianMixture([[0.0, 0], [1, 1]], 1.0, [1, 0])}, ValueError, "some weight"),
        ({"samples": [[0.0, 1.0]]}, TypeError, "samples"),
        ({"samples": torch.zeros(30, 3)}, ValueError, "samples"),
        ({"samples": torch.zeros(5, 2)}, ValueError, "samples must have 20 to 400 rows; got 5"),
        ({"samples": torch.full((30, 2), float("nan"))}, ValueError, "samples must be finite"),
        ({"made_of": "yours"}, ValueError, "made_of must be one of 'draws', 'copies', 'gaussian'"),
        ({"width": -1}, ValueError, "width must be a finite number at least 0 and at most 3"),
        ({"noise": float("nan")}, ValueError, "noise"),
        ({"outliers": 0.5}, ValueError, "outliers"),
        ({"shift_x": "1"}, TypeError, "shift_x"),
        ({"split_y": 9}, ValueError, "split_y"),
        ({"dropped": 2}, TypeError, "dropped must be a list of modes; got 2"),
        ({"dropped": [6]}, ValueError, "each mode in dropped must be at least 1 and at most 5; got 6"),
        ({"dropped": [1, 2, 3, 4, 5]}, ValueError, "dropped must leave one of the 5 modes"),
        ({"chosen": "none"}, ValueError, "chosen"),
        ({"seed": 10}, ValueError, "seed"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, named):
    with pytest.raises(error, match=named) as caught:
        MetricPlayground(**arguments)
    assert str(caught.value).count("\n") == 0


def test_its_state_can_be_set_but_not_spoilt(playground):
    playground.dropped = [3, 1, 3]
    with pytest.raises(ValueError, match="dropped"):
        playground.dropped = [0]
    assert playground.dropped == [1, 3]


def test_the_still_and_its_sentence():
    bundle, metadata = MetricPlayground(made_of="copies")._repr_mimebundle_()
    assert bundle["text/plain"] == metadata["image/png"]["alt"]
    assert "200 points of data in the plane, in 5 clumps" in bundle["text/plain"]
    assert "outside what other data come to: frechet" in bundle["text/plain"]
    colours = {c for _, c in Image.open(io.BytesIO(bundle["image/png"])).convert("RGB").getcolors(20_000)}
    assert (0xD5, 0x5E, 0) in colours
    assert "all as for other data" in MetricPlayground()._alt()
