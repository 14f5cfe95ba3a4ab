"""The Python face: labelled mixtures and grids of digits in, one clear sentence where they do not fit."""

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from course_utils.diffusion.guidance_exact import LabelledMixture
from course_utils.exact import GaussianMixture
from course_utils.widgets import GuidanceExplorer, guidance
from course_utils.widgets.guidance.mixtures import PRESETS

PLANE = {"means": [[-1.0, 0.0], [1.0, 0.5], [0.0, 2.0]], "stds": [0.3, 0.5, 0.4], "labels": [1, 0, 1]}


def own():
    mixture = GaussianMixture(PLANE["means"], PLANE["stds"], [0.25, 0.5, 0.25])
    return LabelledMixture(mixture, PLANE["labels"])


def grids(scales=(0, 1, 3), rows=2, side=8):
    """Each image is one grey: scale, noise and label can be read off it."""
    labels = torch.arange(10 * rows) / 100
    return {scale: (labels + scale / 20)[:, None, None, None].expand(-1, 1, side, side) for scale in scales}


def test_the_students_mixture_comes_first_with_its_labels():
    given = GuidanceExplorer(own(), label=1)
    from_dict = GuidanceExplorer({**PLANE, "weights": [0.25, 0.5, 0.25]}, label=1)
    for explorer in (given, from_dict):
        first = explorer.mixtures[0]
        assert (explorer.data, first["name"], explorer.view) == ("yours", "yours", "exact")
        assert (first["labels"], first["weights"]) == (PLANE["labels"], [0.25, 0.5, 0.25])
        assert first["stds"] == pytest.approx(PLANE["stds"])
    assert [each["name"] for each in GuidanceExplorer().mixtures] == list(PRESETS)
    assert GuidanceExplorer({**PLANE, "stds": 0.5}).mixtures[0]["weights"] == pytest.approx([1 / 3] * 3)


def test_the_presets_show_what_their_names_promise():
    classes = {name: labelled.classes for name, (_, labelled) in PRESETS.items()}
    assert classes == {"two": 2, "three": 3, "broad": 2, "eight": 2}
    assert PRESETS["three"][1].labels.bincount().tolist() == [2, 2, 2]
    assert PRESETS["eight"][1].labels.tolist() == [0, 1] * 4
    broad, narrow = PRESETS["broad"][1].mixture.stds.tolist()
    assert broad > 2 * narrow


def test_the_grids_travel_as_bytes_by_scale_noise_and_label():
    explorer = GuidanceExplorer(grids=dict(reversed(grids().items())))
    packed = explorer.grids
    assert (packed["scales"], packed["rows"], packed["height"], packed["width"]) == ([0, 1, 3], 2, 8, 8)
    pixels = np.frombuffer(base64.b64decode(packed["data"]), np.uint8).reshape(3, 2, 10, 64)
    for (k, row, label), scale in (((0, 0, 0), 0), ((1, 1, 3), 1), ((2, 0, 9), 3)):
        expected = round(255 * ((10 * row + label) / 100 + scale / 20))
        assert pixels[k, row, label].tolist() == pytest.approx([expected] * 64, abs=1)
    assert explorer.view == "digits"
    assert GuidanceExplorer(own(), grids()).view == "exact"
    assert GuidanceExplorer(grids={2: torch.rand(10, 8, 8)}).grids["rows"] == 1


def test_curves_are_sorted_by_scale():
    explorer = GuidanceExplorer(grids=grids(), accuracy={3: 0.99, 0: 0.1}, recall={1: 0.7})
    assert explorer.curves == {"accuracy": [[0, 0.1], [3, 0.99]], "recall": [[1, 0.7]]}


FLAT = GaussianMixture([[0.0], [1.0]], 1.0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"mixture": FLAT}, TypeError, "mixture must be a LabelledMixture or a dict .* got GaussianMixture"),
        ({"mixture": LabelledMixture(FLAT, [0, 1])}, ValueError, "mixture must have two dimensions; got 1"),
        ({"mixture": {**PLANE, "labels": [0, 0, 0]}}, ValueError, "mixture must have at least two labels"),
        ({"mixture": {**PLANE, "labels": [0, 2, 2]}}, ValueError, "labels must use each of 0..2"),
        ({"mixture": {**PLANE, "labels": [0, 1]}}, ValueError, "labels must have shape"),
        ({"mixture": {**PLANE, "stds": [1, -1, 1]}}, ValueError, "stds must all be positive"),
        ({"mixture": {**PLANE, "weights": [0.5, 0, 0.5]}}, ValueError, "must give each label some weight"),
        (
            {"mixture": {"means": [[0, 0]], "stds": 1}},
            ValueError,
            "mixture must have the keys .* no 'labels'",
        ),
        ({"mixture": {**PLANE, "std": 1}}, ValueError, "mixture must have the keys .* also 'std'"),
        (
            {"mixture": {"means": [[0, 0]] * 17, "stds": 1, "labels": [0] * 16 + [1]}},
            ValueError,
            "mixture must have at most 16 components; got 17",
        ),
        ({"grids": torch.rand(20, 1, 8, 8)}, TypeError, "grids must be a dict from guidance scale to images"),
        ({"grids": {}}, TypeError, "grids must be a dict from guidance scale to images"),
        ({"grids": {9: torch.rand(20, 1, 8, 8)}}, ValueError, "a scale in grids must .* at most 8; got 9"),
        ({"grids": {1: torch.rand(12, 1, 8, 8)}}, ValueError, r"grids\[1\] must have shape \[R \* 10"),
        ({"grids": {1: torch.rand(20, 3, 8, 8)}}, ValueError, r"grids\[1\] must have shape \[R \* 10"),
        ({"grids": {1: 2 * torch.rand(20, 1, 8, 8) - 1}}, ValueError, r"grids\[1\] must lie in \[0, 1\]"),
        ({"grids": {1: torch.full((10, 1, 8, 8), torch.nan)}}, ValueError, "must lie in .* got nan"),
        ({"grids": {**grids(), 5: torch.rand(10, 1, 8, 8)}}, ValueError, "grids must all have one shape"),
        ({"grids": grids(rows=8, side=64)}, ValueError, "grids must hold at most 400,000 pixels"),
        ({"accuracy": {1: 0.5}}, ValueError, "accuracy and recall must come with grids"),
        ({"grids": grids(), "recall": {1: 1.5}}, ValueError, r"recall\[1\] must be .* at most 1"),
        ({"grids": grids(), "recall": [0.5]}, TypeError, "recall must be a dict"),
        ({"view": "digits"}, ValueError, "view must be 'exact' where no grids were given"),
        ({"scale": 8.5}, ValueError, "scale must be a finite number .* at most 8"),
        ({"scale": "3"}, TypeError, "scale must be a number"),
        ({"label": 2}, ValueError, "label must be at least 0 and at most 1; got 2"),
        ({"data": "tow"}, ValueError, "Did you mean 'two'"),
        ({"sampler": "ddpm"}, ValueError, "sampler must be one of 'deterministic', 'ancestral'"),
        ({"convention": "v"}, ValueError, "convention must be one of 's', 'w'"),
        ({"seed": 10}, ValueError, "seed"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        GuidanceExplorer(**arguments)
    assert str(caught.value).count("\n") == 0


def test_what_is_set_later_is_checked_too():
    explorer = GuidanceExplorer()
    explorer.data, explorer.label, explorer.scale = "three", 2, 3
    for name, value in {"label": 3, "data": "yours", "scale": -1, "sampler": "sde", "view": "digits"}.items():
        before = getattr(explorer, name)
        with pytest.raises(ValueError, match=name):
            setattr(explorer, name, value)
        assert getattr(explorer, name) == before
    explorer.data = "two"  # which has no label 2
    assert explorer.label == 0
    assert explorer.labelled is PRESETS["two"][1]


def test_data_and_label_may_come_from_the_page_at_once():
    explorer = GuidanceExplorer(data="three", label=2)
    explorer.set_state({"label": 1, "data": "two", "scale": 2.5, "numbers": {"scale": 2.5}})
    assert (explorer.data, explorer.label, explorer.scale) == ("two", 1, 2.5)
    assert explorer.numbers == {"scale": 2.5}


def test_the_page_knows_the_same_names(node):
    found = node(
        "guidance/controls.js", "[m.SAMPLERS, m.VIEWS, m.LAYERS].map((list) => list.map(([n]) => n))"
    )
    assert found == [list(guidance.SAMPLERS), ["exact", "digits"], ["samples", "conditional", "tilted"]]
    assert node("guidance/controls.js", "m.CONVENTIONS") == list(guidance.CONVENTIONS)
    assert node("guidance/state.js", "m.LAST") == guidance.SCALES[1]
    explorer = GuidanceExplorer()
    assert all(explorer.trait_metadata(name, "sync") for name in node("guidance/state.js", "m.NAMES"))


def test_the_state_keeps_a_notebook_small():
    def size(explorer):
        state = explorer.get_state()
        return len(json.dumps({k: v for k, v in state.items() if not k.startswith("_") and k != "layout"}))

    assert size(GuidanceExplorer()) < 4_000
    assert size(GuidanceExplorer(grids=grids(range(9), rows=5))) < 45_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scale": 3.0, "label": 1, "data": "three"}, "= 2.00). Samples guided towards label 1 of 3"),
        ({"grids": grids((0, 1, 2.5, 8))}, "2 noises in rows, made beforehand at s = 0, 1, 2.5, 8"),
        ({"grids": grids((1,))}, "made beforehand at s = 1"),
    ],
)  # fmt: skip
def test_the_still_and_its_sentence(options, words):
    first, second = (GuidanceExplorer(**options)._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    assert bundle["text/plain"] == second[0]["text/plain"] == metadata["image/png"]["alt"]
    assert words in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert bundle["image/png"] == second[0]["image/png"]
    assert Image.open(io.BytesIO(bundle["image/png"])).size[0] >= 800
