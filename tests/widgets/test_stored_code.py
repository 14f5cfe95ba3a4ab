"""The executed notebooks carry the widgets' code of today; writing it there touches nothing else."""

import json
from pathlib import Path

import pytest
import widget_code

from course_utils.widgets import DivergenceExplorer

SOLUTIONS = sorted(widget_code.SOLUTIONS.glob("*.ipynb"))
MEND = "run `python tools/widget_code.py`, which writes today's code there without running the notebook"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_an_executed_notebook_has_todays_widget_code(path):
    assert not widget_code.outdated(path), f"the widget code in solutions/{path.name} is old: {MEND}"


def test_only_the_code_is_renewed_and_a_second_time_nothing(tmp_path):
    state = DivergenceExplorer().get_state()
    kept = {name: state[name] for name in ("_anywidget_id", "_css", "_esm", "mean", "means")}
    other = {"model_name": "LayoutModel", "state": {"width": None}}
    models = {"a": {"state": {**kept, "_esm": "old"}}, "b": other}
    states = {widget_code.STATES: {"state": models, "version_major": 2, "version_minor": 0}}
    notebook = {"cells": [{"source": "β ≤ 1"}], "metadata": {"widgets": states}, "nbformat": 4}
    path = tmp_path / "small.ipynb"
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    old = path.read_text(encoding="utf-8")
    assert widget_code.outdated(path) == ["DivergenceExplorer"]
    assert widget_code.renew(path)
    assert not widget_code.outdated(path)
    assert not widget_code.renew(path)
    new = path.read_text(encoding="utf-8")
    assert new == old.replace('"_esm": "old"', f'"_esm": {json.dumps(kept["_esm"], ensure_ascii=False)}')
    assert [Path(path).name for path in tmp_path.iterdir()] == ["small.ipynb"]
