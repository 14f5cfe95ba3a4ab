"""Films with attention in time and without: what is stored, how it is measured, and what it shows."""

import math

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import moving_digits as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("moving_digits")


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("digit_classifier")[0]


def test_both_ways_have_films_of_every_seed(shipped):
    study, record = shipped
    seeds, n = record["settings"]["seeds"], record["settings"]["samples"]
    for way in ("with_time", "without_time"):
        films = study(way)
        assert films.shape == (seeds, n, 6, 1, 12, 12) and films.std() > 0.1
        assert len({seed.numpy().tobytes() for seed in films}) == seeds
    with pytest.raises(ValueError, match="Did you mean 'with_time'"):
        study("withtime")


def test_the_metrics_are_those_of_the_stored_films(shipped, judge):
    study, record = shipped
    found = [recipes.scores(judge, films) for films in study("with_time")]
    for what, values in zip(recipes.MEASURES, zip(*found, strict=True), strict=True):
        mean = float(sum(values)) / len(values)
        assert record["metrics"][f"{what}_with_time"] == pytest.approx(mean, abs=1e-4)


def test_attention_in_time_keeps_the_motion(shipped):
    study, _ = shipped
    off = {
        way: recipes.off_a_line(recipes.positions(study(way))).square().mean(1).sqrt()
        for way in ("with_time", "without_time")
    }
    assert off["with_time"].max() < 0.6 * off["without_time"].min()


def test_a_line_with_even_steps_is_on_itself_and_a_zigzag_is_not():
    """+1 -1 +1 -1 ... has with 8 steps a slope that takes 1/21 of its square away; by hand, below."""
    t = torch.arange(8.0, dtype=torch.float64)
    line = torch.stack([2 + 0.7 * t, 5 - 0.3 * t], dim=1)
    assert float(recipes.off_a_line(line)) < 1e-12
    zigzag = (-1.0) ** t
    slope = float((zigzag * (t - 3.5)).sum() / (t - 3.5).square().sum())
    left = math.sqrt(1 - slope**2 * float((t - 3.5).square().mean()))
    places = torch.stack([zigzag, torch.zeros_like(t)], dim=1)
    assert float(recipes.off_a_line(line + places)) == pytest.approx(left, abs=1e-12)


def test_places_are_those_that_are_known(judge):
    videos = data.moving_digits(100, "test")
    apart = recipes.positions(videos.frames) - videos.positions
    assert float(apart.norm(dim=-1).mean()) < 0.15  # faint ink does not count
    right = recipes.read(judge, videos.frames) == videos.labels[:, None]
    assert float(right.double().mean()) > 0.95


def test_a_crop_is_around_its_place():
    frames = torch.zeros(2, 1, 16, 16)
    frames[0, 0, 6, 9], frames[1, 0, 15, 0] = 1, 1
    crops = recipes.crops(frames, torch.tensor([[9.0, 6.0], [0.0, 15.0]]))
    assert crops.shape == (2, 1, 8, 8) and crops.sum((1, 2, 3)).tolist() == [1, 1]
    for crop in crops:
        row, column = (crop[0] > 0).nonzero()[0].tolist()
        assert row in (3, 4) and column in (3, 4)
