import dataclasses
import functools
import json

import pytest
import torch

from course_utils import __main__ as cli
from course_utils import checkpoints, data, training
from course_utils.checkpoints import Recipe


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    def train(model, images, seconds=None, progress=True):
        history = training.fit(
            model, lambda m, x: m(x).square().mean(), images.images.flatten(1), steps=2, progress=False
        )
        return model, history

    recipe = Recipe(
        name="tiny",
        summary="A small net",
        lessons=("00",),
        build=lambda: torch.nn.Linear(64, 2),
        data=functools.partial(data.load, "digits", n=50),
        train=train,
        evaluate=lambda model: {"size": 2.5},
        settings={"seed": 4},
    )
    monkeypatch.setitem(checkpoints.RECIPES, "tiny", recipe)
    return tmp_path


def test_train_writes_the_files_and_prints_the_metrics(tiny, capsys):
    assert cli.main(["train", "tiny", "--out", str(tiny)]) == 0
    assert capsys.readouterr().out == "tiny: 2 steps in 0 s\n  size: 2.5\n"
    assert json.loads((tiny / "tiny.json").read_text())["metrics"] == {"size": 2.5}


@pytest.mark.parametrize("arguments", [["recipes"], ["train", "--list"]])
def test_recipes_are_listed(arguments, capsys):
    assert cli.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(checkpoints.RECIPES)


def test_a_recipe_says_whether_its_lesson_is_there(tiny, monkeypatch, capsys):
    later = dataclasses.replace(checkpoints.RECIPES["tiny"], name="later", lessons=("00", "99"))
    monkeypatch.setitem(checkpoints.RECIPES, "later", later)
    assert cli.main(["recipes"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["tiny"].endswith("(lesson 00)") and lines["later"].endswith("(lesson 00, 99, to come)")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trian"], "Did you mean train?"),
        (["train", "glyphs_ae2"], "Did you mean 'glyphs_ae_2'?"),
        (["train"], f"RECIPE must be one of {next(iter(checkpoints.RECIPES))}, "),
        (["train", "tiny", "--seconds", "-3"], "seconds must be a finite number above 0; got -3"),
        (["download", "mnits"], "'mnist'"),
    ],
)
def test_a_mistake_is_one_sentence_and_code_2(tiny, arguments, words, capsys):
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and words in err


@pytest.mark.parametrize("arguments", [[], ["train", "tiny", "--seconds", "ten"]])
def test_a_call_that_does_not_parse_ends_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2 and "usage:" in capsys.readouterr().err


def test_ctrl_c_is_no_traceback(monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "train", interrupted)
    assert cli.main(["train", "glyphs_ae_2"]) == 130
    assert "nothing was written" in capsys.readouterr().err
