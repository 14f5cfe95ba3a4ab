"""A widget uses its own folder and shared/, never another widget's files: JavaScript, Python, style."""

import ast
import re
from pathlib import Path

import pytest
from widget_examples import FACES

from course_utils.widgets.shared import esm

WIDGETS = Path(esm.__file__).parents[1]
OURS = {"shared", *FACES}


def folders_used(path):
    """The folders of widgets/ that a file names in an import, a url or an @import."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        depth = len(path.relative_to(WIDGETS).parts)  # level 1 is the file's own folder
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.level == depth and node.module:
                yield node.module.split(".")[0]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_utils.widgets."):
                yield node.module.split(".")[2]
    for target in re.findall(r"""(?:from|import|url)\b[ ("']*(\.\.?/[^"')]+)""", text):
        yield (path.parent / target).resolve().relative_to(WIDGETS).parts[0]


@pytest.mark.parametrize("name", sorted(OURS))
def test_no_widget_imports_another_widgets_files(name):
    allowed = {"shared", name}
    for path in sorted((WIDGETS / name).rglob("*")):
        if path.suffix in {".py", ".js", ".css"}:
            used = set(folders_used(path)) - allowed
            assert not used, f"{name}/{path.name} uses {used.pop()}/: move what both need to widgets/shared/"


def test_every_form_of_import_is_seen(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "WIDGETS", tmp_path)
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.py").write_text(
        "from ..two.still import mark\nfrom course_utils.widgets.three import x\nfrom . import y\n"
    )
    (folder / "a.js").write_text('import { x } from "../two/x.js";\nimport { y } from "./y.js";\n')
    (folder / "a.css").write_text('@import "../two/style.css";\na { background: url(../three/x.png) }\n')
    found = {path.suffix: list(folders_used(path)) for path in folder.iterdir()}
    assert found == {".py": ["two", "three"], ".js": ["two", "one"], ".css": ["two", "three"]}
