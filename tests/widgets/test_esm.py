"""A bundle is the modules in order, and nothing else: what it imports exists, and no two names clash."""

import collections
import re
import subprocess
from pathlib import Path

import pytest
from widget_examples import FACES

from course_utils import figures
from course_utils.widgets.shared import esm

WIDGETS = Path(esm.__file__).parents[1]
LIVE = re.compile(r"^(?:export )?let \{([^}]*)\} =", re.MULTILINE)  # the palette, which the theme changes
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|var|class) (\w+)", re.MULTILINE)


def live(text):
    """The names of a module's exports that change."""
    return [name.strip() for names in LIVE.findall(text) for name in names.split(",")]


@pytest.mark.parametrize("name", FACES)
def test_node_accepts_the_bundle(name, tmp_path, node_path):
    path = tmp_path / "bundle.mjs"
    path.write_text(FACES[name]._esm, encoding="utf-8")
    done = subprocess.run([node_path, "--check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FACES)
def test_the_bundle_loads_alone_and_offers_render(name, tmp_path, node_path):
    path = tmp_path / "bundle.mjs"
    path.write_text(FACES[name]._esm, encoding="utf-8")
    script = f"const m = await import({path.as_uri()!r}); process.stdout.write(typeof m.default.render)"
    command = [node_path, "--input-type=module", "--eval", script]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "function"


@pytest.mark.parametrize("name", FACES)
def test_only_the_default_export_is_left(name):
    bundle = FACES[name]._esm
    assert not re.search(r"^\s*import\b", bundle, re.MULTILINE)
    exports = re.findall(r"^export .*", bundle, re.MULTILINE)
    assert exports == ["export default { render };"], "widget.js ends with `export default { render };` alone"


@pytest.mark.parametrize("name", FACES)
def test_every_imported_name_is_exported_by_the_file_named(name):
    found = 0
    for path in esm.modules(WIDGETS / name / "widget.js"):
        text = path.read_text(encoding="utf-8")
        matches = esm.IMPORT.findall(text)
        assert len(matches) == len(re.findall(r"^import\b", text, re.MULTILINE)), f"odd import in {path.name}"
        for names, target in matches:
            exporter = (path.parent / target).read_text(encoding="utf-8")
            exports = set(re.findall(r"^export (?:async )?(?:function|const) (\w+)", exporter, re.MULTILINE))
            exports |= {*live(exporter)}
            wanted = {part.strip() for part in names.split(",")}
            assert wanted <= exports, f"{path.name} wants {wanted - exports} of {target}"
            found += len(wanted)
    assert found, "a body is mounted by shared/mount.js, which it imports"


@pytest.mark.parametrize("name", FACES)
def test_every_import_is_used(name):
    for path in esm.modules(WIDGETS / name / "widget.js"):
        text = path.read_text(encoding="utf-8")
        rest = esm.IMPORT.sub("", text)
        for names, _ in esm.IMPORT.findall(text):
            for part in names.split(","):
                assert re.search(rf"\b{part.strip()}\b", rest), f"{path.name} does not use {part.strip()}"


@pytest.mark.parametrize("name", FACES)
def test_no_two_modules_declare_the_same_name(name):
    counts = collections.Counter([*DECLARED.findall(FACES[name]._esm), *live(FACES[name]._esm)])
    assert counts
    assert [name for name, count in counts.items() if count > 1] == []


def test_dependencies_come_first_and_once(tmp_path):
    (tmp_path / "base.js").write_text("export const one = 1;\n")
    (tmp_path / "left.js").write_text('import { one } from "./base.js";\nexport const two = 2 * one;\n')
    entry = tmp_path / "entry.js"
    entry.write_text(
        'import { one } from "./base.js";\nimport { two } from "./left.js";\nexport default one + two;\n'
    )
    assert [path.name for path in esm.modules(entry)] == ["base.js", "left.js", "entry.js"]
    assert esm.bundle(entry) == "const one = 1;\n\nconst two = 2 * one;\n\nexport default one + two;\n"


def test_the_colours_are_those_of_the_figures(node):
    names = ["DATA", "MODEL", "NOISE", "GREEN", "PURPLE", "SKY", "ORANGE", "CLASSES"]
    assert node("shared/colors.js", "Object.fromEntries(input.names.map((n) => [n, m[n]]))", names=names) == {
        name: getattr(figures, name) for name in names
    }


def test_no_text_reaches_the_page_as_markup():
    for path in Path(WIDGETS).rglob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", path.read_text())
