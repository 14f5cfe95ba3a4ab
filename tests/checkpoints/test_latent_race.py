"""The study of diffusion in pixels and in a code: equal seconds, nearly equal work, and what it shows."""

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import glyphs_codes
from course_utils.checkpoints import latent_race as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("latent_race")


def test_every_look_of_every_seed_is_there_and_no_two_are_alike(shipped):
    study, settings = shipped[0], recipes.SETTINGS
    assert study.names == tuple(recipes.NETWORKS)
    for name in study.names:
        seen = study.features(name)
        assert seen.shape == (settings["seeds"], 3, settings["samples"], recipes.FEATURES)
        assert len({part.numpy().tobytes() for part in seen.flatten(0, 1)}) == 3 * settings["seeds"]
        assert study.digits(name).max() <= 9
        assert study.images(name).flatten(1).std(1).min() > 0.1


def test_the_steps_are_those_that_the_seconds_allow(shipped):
    settings, total = recipes.SETTINGS, 0
    for name in recipes.NETWORKS:
        milliseconds = settings["work"][name]["milliseconds_a_step"]
        steps = recipes.looks(settings, name)
        assert steps[-1] == settings["work"][name]["steps"]
        for seconds, count in zip(settings["seconds"], steps, strict=True):
            assert abs(count * milliseconds / 1000 - seconds) <= milliseconds / 1000
        total += steps[-1]
    assert shipped[1]["training"]["steps"] == settings["seeds"] * total


def test_the_networks_of_the_code_do_nearly_the_same_work_and_the_pixels_more(shipped):
    stated = shipped[1]["metrics"]
    inside = [stated[f"flops_{name}"] for name in recipes.NETWORKS if name != recipes.PIXELS]
    assert max(inside) < 1.15 * min(inside)
    assert stated["flops_pixels"] > 2 * max(inside)


def test_the_flops_of_a_call_are_two_for_each_product():
    """A transformer's, counted by hand: its linear layers and its two products of attention."""
    settings = {"networks": {"code_dit": {"patch": 1, "width": 8, "depth": 2, "heads": 2}}}
    n, w, c = 49, 8, 4
    once = w * w + w * w + 2 * w * w  # time, and the last shift and scale
    block = n * (3 + 1 + 8) * w * w + 6 * w * w + 2 * n * n * w
    assert recipes.flops(settings, "code_dit") == 2 * (once + 2 * block + 2 * n * c * w)


def test_a_unet_in_the_code_is_sooner_where_pixels_get_at_last_and_the_transformers_are_later(shipped):
    stated, seconds = shipped[1]["metrics"], recipes.SETTINGS["seconds"]
    first, last = seconds[0], seconds[-1]
    assert stated[f"distance_code_unet_{first}"] < stated[f"distance_pixels_{last}"]
    assert stated[f"digit_as_asked_code_unet_{first}"] > stated[f"digit_as_asked_pixels_{last}"]
    for name in ("code_dit", "code_dit_skips"):
        assert stated[f"distance_{name}_{last}"] > stated[f"distance_code_unet_{first}"]
        assert stated[f"digit_as_asked_{name}_{last}"] > stated[f"digit_as_asked_pixels_{last}"]
    assert stated["distance_of_true_glyphs"] < stated[f"distance_code_unet_{last}"]


def test_the_metrics_are_those_of_the_stored_features(shipped):
    study, record = shipped
    judge = checkpoints.load("glyphs_judge")[0]
    with torch.no_grad():
        wanted = judge.features(glyphs_codes.glyphs("test").images)
    seeds = study.features("code_dit")[:, 1]
    distance = sum(metrics.frechet_distance(x, wanted) for x in seeds) / len(seeds)
    name = f"code_dit_{recipes.SETTINGS['seconds'][1]}"
    assert record["metrics"][f"distance_{name}"] == pytest.approx(distance, rel=1e-3)
    asked = (study.digits("code_dit")[:, 1] == torch.arange(study.seen.shape[3]) % 10).double().mean()
    assert record["metrics"][f"digit_as_asked_{name}"] == pytest.approx(asked.item(), abs=1e-5)


def test_a_brief_study_fills_every_row():
    brief = {
        **recipes.SETTINGS, "seeds": 2, "samples": 3, "seconds": [1, 2], "batch_size": 2, "sampling_steps": 2,
        "work": {name: {"steps": 2, "milliseconds_a_step": 1000} for name in recipes.NETWORKS},
    }  # fmt: skip
    study, runs = recipes.train(brief, recipes.build(brief), data.load("glyphs", n=8), progress=False)
    assert runs.steps == 4 * 2 * 2
    for name in study.names:
        assert study.features(name).shape == (2, 2, 3, 64) and study.features(name).std() > 0
        assert study.images(name).shape == (2, 3, 1, 28, 28) and study.images(name).std() > 0
