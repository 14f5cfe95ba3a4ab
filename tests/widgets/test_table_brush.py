"""The brush's Python face: what it sends, who is left, one clear sentence where something does not fit."""

import json

import numpy as np
import pytest
import torch
from widget_examples import KINDS, NAN, brush, families

from course_utils.widgets import TableBrush
from course_utils.widgets.brush.table import MEASURES

TWO = {"distance": ("distance", "lower"), "sharpness": ("sharpness", "near")}


def test_what_travels_is_small_and_says_none_where_there_is_no_number():
    one = brush()
    assert sum(len(json.dumps(getattr(one, name))) for name in ("numbers", "measures", "families")) < 8_000
    assert list(one.numbers) == ["digits", "mnist_5k"]
    assert one.axes == list(MEASURES) == [axis["name"] for axis in one.measures]
    assert one.numbers["digits"]["bits_per_dim"][1] == [None] * 5
    assert one.numbers["mnist_5k"]["distance"][0] == pytest.approx([53.76, 56, 58.24])
    assert [each["title"] for each in one.families][2:4] == ["WGAN-GP", "flow"]


def test_measures_without_any_number_are_no_axes_by_default():
    table = families()
    for row in table.values():
        row["seconds_per_thousand"] = torch.full_like(row["recall"], NAN)
    assert TableBrush(table).axes == [name for name in MEASURES if name != "seconds_per_thousand"]
    chosen = TableBrush(table, {"seconds_per_thousand": ("seconds", "lower"), **TWO})
    assert [axis["scale"] for axis in chosen.measures] == ["log", "linear", "linear"]
    assert chosen._alt().count("nobody has a number") == 1
    assert chosen.left == list(KINDS)


def means(name, measure, better="lower"):
    """Each family's mean of what counts, by numpy: the mean, or its distance from 1."""
    columns = [families()[name, family][measure].numpy() for family in KINDS]
    return [abs(np.mean(column) - 1) if better == "near" else np.mean(column) for column in columns]


@pytest.mark.parametrize("name", ["digits", "mnist_5k"])
@pytest.mark.parametrize(
    ("measure", "better", "low", "high"),
    [
        ("distance", "lower", None, 20),
        ("recall", "higher", 0.5, 0.7),
        ("sharpness", "near", None, 0.1),
        ("bits_per_dim", "lower", None, None),
    ],
)
def test_a_family_is_left_where_its_mean_is_in_the_brush(name, measure, better, low, high):
    shown = brush(data=name, brushes={measure: (low, high)})
    ends = (-np.inf if low is None else low), (np.inf if high is None else high)
    inside = [ends[0] <= mean <= ends[1] for mean in means(name, measure, better)]
    assert 0 < sum(inside) < 7
    assert shown.left == [family for family, one in zip(KINDS, inside, strict=True) if one]


def test_several_brushes_leave_those_in_all_of_them():
    shown = brush(brushes={"recall": (0.6, None), "seconds_per_thousand": (None, 5)})
    assert shown.left == ["latent_diffusion"]
    shown.brushes = {"recall": (0.6, None), "failed": (0.1, None)}
    assert shown.left == []
    assert "0 of 7 are left" in shown._alt()
    shown.brushes = {}
    assert shown.left == list(KINDS)


def test_what_is_shown_can_be_set():
    shown = brush(axis="recall", family="gan", data="mnist_5k")
    assert (shown.data, shown.axis, shown.family, shown.brushes) == ("mnist_5k", "recall", "gan", {})
    assert "on mnist_5k" in shown._alt()
    assert "By recall, from the best flow matching, diffusion, latent diffusion, flow," in shown._alt()
    shown.axes = shown.axes[::-1]
    assert shown.axes == list(MEASURES)[::-1]
    shown.family = None


def test_the_still_breaks_the_lines_that_are_out_and_the_one_without_a_number():
    ax = brush(brushes={"bits_per_dim": (None, None)})._still().axes[0]
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert [name for name in lines if name.endswith("(out)")] == [
        "GAN (out)", "WGAN-GP (out)", "latent diffusion (out)",
    ]  # fmt: skip
    at = list(MEASURES).index("bits_per_dim")
    assert lines["GAN (out)"].get_ydata()[at] < 0 <= lines["VAE"].get_ydata()[at]
    assert all(0 <= y <= 1 for y in lines["VAE"].get_ydata())


def changed(change):
    """The example's table after a change of its first row."""
    table = families()
    change(table["digits", "vae"])
    return table


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"table": torch.ones(3)}, TypeError, "table must be a dict from"),
        ({"table": {}}, ValueError, "table must have 1 to 10 families; got 0"),
        ({"table": {"vae": {}}}, TypeError, "table must have pairs .* got 'vae'"),
        ({"table": {("d", str(i)): {} for i in range(11)}}, ValueError, "1 to 10 families; got 11"),
        ({"table": dict(list(families().items())[:-1])}, ValueError, "not 'latent_diffusion' on 'mnist_5k'"),
        ({"table": changed(lambda row: row.pop("recall"))}, ValueError, "the measures of the other"),
        ({"table": changed(lambda row: row.update(recall=torch.ones(4)))}, ValueError, "5; got 4|4; got 5"),
        ({"table": changed(lambda row: row.update(recall=torch.ones(5).int()))}, TypeError, "floating-point"),
        ({"table": changed(lambda row: row["recall"].fill_(torch.inf))}, ValueError, "or NaN for none"),
        ({"table": {("d", "vae"): {"a": torch.ones(2)}}}, ValueError, "measures must be given where"),
        ({"measures": {"recall": ("recall", "higher")}}, ValueError, "must name 2 to 10 axes; got 1"),
        ({"measures": {"recal": ("r", "higher"), **TWO}}, ValueError, "Did you mean 'recall'"),
        ({"measures": {"recall": "higher", **TWO}}, TypeError, r"must be \(label, better end\)"),
        ({"measures": {"recall": ("r", "more"), **TWO}}, ValueError, "the better end in .* must be one of"),
        ({"measures": {"recall": ("r" * 29, "higher"), **TWO}}, ValueError, "1 to 28 characters"),
        ({"measures": {"recall": ("r", "higher", "root"), **TWO}}, ValueError, "the scale in .* must be one"),
        ({"measures": {"failed": ("f", "lower", "log"), **TWO}}, ValueError, "only for numbers above 0"),
        ({"data": "mnist"}, ValueError, "data must be .* Did you mean 'mnist_5k'"),
        ({"kinds": {"vae": "lower bound"}}, ValueError, r"kinds\['vae'\] must be one of"),
        ({"kinds": {"vea": "bound"}}, ValueError, "each family in kinds must be .* Did you mean 'vae'"),
        ({"brushes": {"recal": (0, 1)}}, ValueError, "each measure in brushes must be .* 'recall'"),
        ({"brushes": {"recall": 0.5}}, TypeError, r"brushes\['recall'\] must be \(low, high\)"),
        ({"brushes": {"recall": (1, 0)}}, ValueError, "with low at most high"),
        ({"brushes": {"recall": (NAN, 1)}}, ValueError, "each end in .* must be a finite number"),
        ({"axis": "weights"}, ValueError, "axis must be one of"),
        ({"family": "vea"}, ValueError, "family must be .* Did you mean 'vae'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_gets_one_sentence(options, error, said):
    with pytest.raises(error, match=said):
        TableBrush(**{"table": families(), **options})


@pytest.mark.parametrize("axes", [["recall"], [*MEASURES, "recall"], "recall"])
def test_an_order_must_have_every_axis_once(axes):
    shown = brush()
    with pytest.raises((TypeError, ValueError), match="axes must be "):
        shown.axes = axes
