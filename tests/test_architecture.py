"""The house rules that a reader relies on: imports run one way, files stay small, importing is cheap."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "course_utils"
# A room may import its own rank and those above it in this list, never one below.
ROOMS = [
    {
        "_divergence",
        "_double",
        "_draws",
        "_found",
        "_remembered",
        "_say",
        "_solved",
        "_texts",
        "_threads",
        "_typeset",
        "_validate",
        "choosing",
        "claims",
        "notation",
        "errata",
        "systems",
        "verdict",
        "preset",
        "progress",
    },
    {"museum"},
    {"exact", "divergences", "transport", "data"},
    {"text"},
    {"autoencoders", "lora", "diffusion", "flow_matching", "flows", "gan", "latent", "vae"},
    {"training", "checkpoints", "metrics", "counting"},
    {"figures", "widgets"},
    {"checks", "capstone", "scale"},
    {"classroom"},
    {"doctor", "_commands", "__main__", "__init__"},
]
RANK = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}
# The loop draws its own history: the one upward import, made inside the function that draws.
ALLOWED_UP = {("training", "figures")}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path):
    """The rooms of course_utils that a file imports, relative or absolute, anywhere in it."""
    depth = len(path.relative_to(ROOT).parts) - 1
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            inside = list(path.relative_to(ROOT).parts[: depth - node.level + 1]) if node.level else []
            module = [*inside, *(node.module or "").split(".")] if node.module else inside
            names = [[*module, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        else:
            continue
        for parts in names:
            if parts[0] == "course_utils" and len(parts) > 1 and parts[1] in RANK:
                yield parts[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    room = room_of(path)
    assert room in RANK, f"{room} has no place yet: give it a rank in this test"
    for other in imported_rooms(path):
        assert RANK[other] <= RANK[room] or (room, other) in ALLOWED_UP, f"{room} must not import {other}"


def test_the_import_reader_sees_every_form(tmp_path, monkeypatch):
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "ROOT", tmp_path)
    path = tmp_path / "course_utils" / "training" / "x.py"
    path.parent.mkdir(parents=True)
    absolute = "import course_utils.checks\nfrom course_utils import data\n"
    relative = "from ..figures import show\nfrom .. import exact\nfrom . import loop\nfrom .data import y\n"
    path.write_text(absolute + relative, encoding="utf-8")
    assert list(imported_rooms(path)) == ["checks", "data", "figures", "exact", "training", "training"]


SOURCES = [
    path
    for folder in ("course_utils", "tools", "tests", "bench")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".js", ".cjs", ".mjs"} and "node_modules" not in path.parts
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "a file that passes 400 lines wants to be two"
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                assert body[-1].end_lineno - body[0].lineno < 40, f"{node.name} passes 40 lines"


def test_nothing_is_pickled():
    pattern = re.compile(r"\bpickle\.loads?\(|(?<!safetensors\.)\btorch\.(load|save)\(|\bjoblib\.")
    for path in FILES:
        assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_widgets_never_write_html():
    for path in PACKAGE.rglob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", path.read_text()), (
            path
        )


@pytest.mark.parametrize(
    "module",
    [
        "course_utils",
        "course_utils.data",
        "course_utils.exact",
        "course_utils.transport",
        "course_utils.checks",
    ],
)
def test_importing_brings_in_nothing_heavy(module):
    heavy = ("torchvision", "sklearn", "scipy", "matplotlib")
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class TestReadme:
    TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
    MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

    def test_every_make_command_is_a_target(self):
        targets = set(re.findall(r"^([a-z]+):", self.MAKEFILE, flags=re.MULTILINE))
        named = set(re.findall(r"make ([a-z]+)", self.TEXT + (ROOT / "CONTRIBUTING.md").read_text()))
        assert {"lab", "test", "slides", "notebooks"} <= named <= targets

    def test_every_link_and_picture_is_there(self):
        links = re.findall(r"\]\(([^)#:]+)\)", self.TEXT)
        assert links and all((ROOT / link).exists() for link in links), links
        (alt,) = re.findall(r"!\[([^\]]*)\]", self.TEXT)
        assert len(alt) > 40

    def test_every_command_line_is_known(self):
        for command in re.findall(r"python -m course_utils (\w+)", self.TEXT):
            done = subprocess.run(
                [sys.executable, "-m", "course_utils", command, "--help"], capture_output=True, check=False
            )
            assert done.returncode == 0, command
