"""What all recipes have in common: their files, their provenance, and a brief run that repeats."""

import importlib
import json
import pkgutil
from pathlib import Path

import pytest
import safetensors.torch
import torch

from course_utils import checkpoints, data, diffusion, flow_matching
from course_utils.checkpoints import store

DATA = Path(__file__).resolve().parents[2] / "data"
NAMES = list(checkpoints.RECIPES)
FILES = [info.name for info in pkgutil.iter_modules(checkpoints.__path__)]
MODULES = [importlib.import_module(f"{checkpoints.__name__}.{name}") for name in FILES]
FEW = 100  # images, for a brief run


def files(name):
    return [checkpoints.folder() / f"{name}{suffix}" for suffix in (".safetensors", ".json")]


def test_every_file_here_with_recipes_is_found():
    recipes = [recipe for module in MODULES if "RECIPES" in vars(module) for recipe in module.RECIPES]
    assert len(recipes) == len(NAMES) and {recipe.name for recipe in recipes} == set(NAMES)


def test_they_are_listed_by_the_first_lesson_in_need():
    lessons = [min(recipe.lessons) for recipe in checkpoints.RECIPES.values()]
    assert lessons == sorted(lessons)


def test_the_files_are_those_of_the_recipes():
    stored = {path.name for path in checkpoints.folder().iterdir()}
    assert stored == {path.name for name in NAMES for path in files(name)}


def test_files_stay_small():
    kept = [p for p in DATA.rglob("*") if p.is_file() and "downloads" not in p.relative_to(DATA).parts]
    sizes = {str(path.relative_to(DATA)): path.stat().st_size for path in kept}
    large = {name: size for name, size in sizes.items() if size > store.LARGEST}
    assert not large, (
        f"a file in data/ may have {store.LARGEST / 1e6:g} MB, and these have more bytes: {large}"
    )
    total = sum(sizes.values()) / 1e6
    assert total <= 60, (
        f"data/ may have 60 MB in all, and has {total:.1f} MB: store weights in half precision"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_files_say_where_they_come_from(name):
    recipe, (weights, provenance) = checkpoints.RECIPES[name], files(name)
    record = json.loads(provenance.read_text(encoding="utf-8"))
    assert set(record) == {
        "recipe", "summary", "settings", "data", "training", "metrics", "versions", "dtype", "sha256"
    }  # fmt: skip
    assert record["recipe"] == name and record["dtype"] == recipe.dtype
    assert (record["summary"], record["settings"]) == (recipe.summary, recipe.settings)
    floats = {v.dtype for v in safetensors.torch.load_file(weights).values() if v.is_floating_point()}
    assert floats <= {getattr(torch, recipe.dtype)}
    if "steps" in recipe.settings:  # a study has several runs
        assert record["training"]["steps"] % recipe.settings["steps"] == 0 < record["training"]["steps"]
    if record["data"]["name"] == "digits":  # bundled, so that its bytes are known
        images = recipe.data()
        assert record["data"]["sha256"] == images.sha256() and record["data"]["n"] == len(images.images)
    else:  # rendered on the spot
        assert record["data"]["n"] == recipe.settings["n"]


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_as_a_model_to_use(name):
    model, record = checkpoints.load(name)
    assert record == json.loads(files(name)[1].read_text(encoding="utf-8"))
    assert not any(module.training for module in model.modules())
    floats = [value for value in model.state_dict().values() if value.is_floating_point()]
    assert all(value.dtype == torch.float32 and value.isfinite().all() for value in floats)


def cut(settings, sizes, monkeypatch):
    """Write these sizes over those that settings name, at any depth."""
    for key, value in settings.items():
        if isinstance(value, dict):
            cut(value, sizes, monkeypatch)
        elif key in sizes and not isinstance(value, list):  # a list is what a study compares
            monkeypatch.setitem(settings, key, sizes[key])


@pytest.fixture
def brief(monkeypatch):
    """brief(recipe, steps): from now on its runs are of so many steps, on few images, with fast samplers.

    Few are the images loaded, and those that a constant N_... of a recipe's file counts. A sampler goes all
    the way in one step, whatever it is asked: what a recipe asks of it is seen in the values that it stores.
    """
    load, ddim, flow = data.load, diffusion.samplers.ddim, flow_matching.sample

    def few(*arguments, n=None, **options):
        return load(*arguments, n=min(n or FEW, FEW), **options)

    def one_step(*arguments, **options):
        return ddim(*arguments, **{**options, "num_inference_steps": 1})

    def one_step_of_a_flow(*arguments, **options):
        return flow(*arguments, **{**options, "steps": 1})

    def one_step_of(sampler):
        def short(*arguments, timesteps=None, **options):
            way = timesteps and [(timesteps[0][0], -1)]
            return sampler(*arguments, **{**options, "timesteps": way, "num_inference_steps": 1})

        return short

    def shorten(recipe, steps):
        for module in MODULES:
            for constant in [key for key in vars(module) if key.startswith("N_")]:
                monkeypatch.setattr(module, constant, min(FEW, getattr(module, constant)))
        monkeypatch.setattr(data, "load", few)
        monkeypatch.setattr(diffusion.samplers, "ddim", one_step)
        monkeypatch.setattr(flow_matching, "sample", one_step_of_a_flow)
        for sampler in list(diffusion.samplers.by_name):
            shorter = one_step_of(diffusion.samplers.by_name[sampler])
            monkeypatch.setitem(diffusion.samplers.by_name, sampler, shorter)
        small = {"seeds": 2, "samples": 30, "noises": 1, "calls": 1, "likelihood_images": 3, "ode_steps": 2}
        cut(recipe.settings, {"steps": steps, **small}, monkeypatch)

    return shorten


@pytest.mark.parametrize("name", NAMES)
def test_a_brief_run_reports_every_metric_loads_and_repeats(name, brief, tmp_path, monkeypatch):
    recipe, shipped = checkpoints.RECIPES[name], json.loads(files(name)[1].read_text(encoding="utf-8"))
    for path in checkpoints.folder().iterdir():  # a recipe may need the files of others
        if path.stem != name:
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    brief(recipe, steps=2)
    record = checkpoints.train(name, progress=False)
    assert list(record["metrics"]) == list(shipped["metrics"]) and record["training"]["steps"] >= 2
    kept = checkpoints.load(name)[0].state_dict()
    again, _ = recipe.train(store.build(recipe, recipe.settings["seed"]), recipe.data(), progress=False)
    state = store.as_stored(again, recipe.dtype)
    assert all(torch.equal(value, state[key].to(value.dtype)) for key, value in kept.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_trial_ends_when_its_seconds_are_over(name, brief):
    recipe = checkpoints.RECIPES[name]
    brief(recipe, steps=10**9)
    model, runs = recipe.train(store.build(recipe, seed=0), recipe.data(), seconds=0.2, progress=False)
    assert isinstance(model, torch.nn.Module) and runs.steps >= 1 and not runs.interrupted
