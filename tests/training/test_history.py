import math

import numpy as np
import pytest
import torch

from course_utils import figures
from course_utils.training import History, TrainingDiverged
from course_utils.training.curves import running_mean, spans_decades


def filled(values, **extras):
    history = History()
    for index, value in enumerate(values):
        history.add(torch.tensor(value), {name: series[index] for name, series in extras.items()})
    return history


def test_numbers_and_tensors_come_back_in_order():
    history = filled([3.0, 2.0, 1.0], kl=[torch.tensor([1.0]), 2, 3.5])
    assert history.steps == 3 and history.latest == 1.0
    assert history.loss.tolist() == [3.0, 2.0, 1.0] and history.loss.ndim == 1
    assert history.extras["kl"].tolist() == [1.0, 2.0, 3.5]


def test_an_empty_history_is_usable():
    history = History()
    assert history.steps == 0 and len(history.loss) == 0 and math.isnan(history.latest)
    assert "0 steps" in repr(history)
    assert history.plot().get_xlabel() == "step"


def test_extras_must_keep_their_names_and_be_scalars():
    history = filled([1.0], kl=[1.0])
    with pytest.raises(ValueError, match="extras must have the same names"):
        history.add(1.0)
    history.fetch()
    with pytest.raises(ValueError, match="extras must have the same names"):
        history.add(1.0, {"other": 2.0})
    with pytest.raises(ValueError, match=r"extras\['kl'\] must be a scalar; got shape \[2\]"):
        history.add(1.0, {"kl": torch.ones(2)})


def test_divergence_names_the_scalar_and_the_first_bad_step():
    history = filled([1.0, 2.0, 3.0, 4.0], kl=[1.0, math.inf, 1.0, math.nan])
    with pytest.raises(TrainingDiverged, match=r"^kl became NaN or infinite at step 2;") as caught:
        history.stop_if_diverged()
    assert caught.value.history is history and history.steps == 2 and len(history.extras["kl"]) == 2
    assert isinstance(caught.value, FloatingPointError)


def test_plot_labels_axes_and_keeps_a_linear_scale_for_a_flat_loss():
    ax = filled([3.0, 2.9, 2.8]).plot()
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("step", "loss", "linear")
    assert ax.get_title()
    assert ax.get_legend() is None


def test_plot_takes_a_log_scale_for_decades_and_a_second_cue_for_extras():
    _, ax = figures.subplots()
    same = filled([100.0, 10.0, 1.0, 0.1], kl=[1.0, 1.0, 1.0, 2.0]).plot(ax)
    assert same is ax and ax.get_yscale() == "log"
    loss, kl = ax.get_lines()[1:]
    assert loss.get_linestyle() != kl.get_linestyle() and loss.get_color() == figures.MODEL
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["loss", "kl"]


def test_running_mean_is_the_mean_of_each_window():
    values = np.random.default_rng(0).normal(size=20)
    steps, means = running_mean(values, 4)
    assert means == pytest.approx([values[i : i + 4].mean() for i in range(17)])
    assert steps[0] == 2.5 and steps[-1] == 18.5


def test_decades_need_positive_values():
    assert spans_decades(np.array([0.1, 2.0]))
    assert not spans_decades(np.array([1.0, 9.0]))
    assert not spans_decades(np.array([-1.0, 50.0]))
    assert not spans_decades(np.array([math.nan]))
