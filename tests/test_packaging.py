"""A wheel and a source distribution: what is in them, and that the package works where there is no clone."""

import ast
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

import course_utils

ROOT = Path(__file__).resolve().parent.parent
IGNORED = {".git", ".venv", "build", "dist", "node_modules", ".pytest_cache", ".ruff_cache", "__pycache__"}
HEAVY = "data/checkpoints"
BUILD = "from setuptools import build_meta; print(build_meta.build_{kind}({out!r}))"


def built(kind, folder, out):
    """The path of what setuptools builds ("sdist" or "wheel") from a folder, without a network."""
    command = [sys.executable, "-c", BUILD.format(kind=kind, out=str(out))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return out / done.stdout.split()[-1]


def course_files():
    """The files of the course: what git does not ignore, or all that are there where this is no clone."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and "pyproject.toml" in done.stdout.split("\n"):
        return {name for name in done.stdout.split("\n") if name and (ROOT / name).exists()}
    made = re.compile(r"(.*/)?([\w-]+\.egg-info/.*|PKG-INFO|setup\.cfg)")
    kept = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    names = {path.as_posix() for path in kept if not IGNORED & set(path.parts)}
    return {name for name in names if not made.fullmatch(name)}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The source distribution of the course; the 60 MB of checkpoints are in it by their names only."""
    farm, out = tmp_path_factory.mktemp("farm"), tmp_path_factory.mktemp("sdist")
    for entry in ROOT.iterdir():
        if entry.name not in IGNORED | {"data"} and not entry.name.endswith(".egg-info"):
            (farm / entry.name).symlink_to(entry)
    (farm / HEAVY).mkdir(parents=True)
    for path in (ROOT / HEAVY).iterdir():
        (farm / HEAVY / path.name).touch()
    return built("sdist", farm, out)


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory):
    """The folder that the source distribution unpacks to."""
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (inside,) = folder.iterdir()
    return inside


@pytest.fixture(scope="module")
def wheel(unpacked, tmp_path_factory):
    """The wheel, built from the source distribution as pip builds it."""
    return built("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


def test_the_source_distribution_is_the_course_and_nothing_else(unpacked):
    inside = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    made = {name for name in inside if ".egg-info/" in name or name in ("PKG-INFO", "setup.cfg")}
    assert inside - made == course_files()


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    wanted = {name for name in course_files() if name.startswith("course_utils/")}
    assert {Path(name).suffix for name in wanted} >= {".py", ".js", ".css", ".json", ".toml"}
    own = {name for name in names if ".dist-info/" not in name}
    assert own == wanted
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    assert licences == {"LICENSE", "LICENSE-TEXT.md"}


def test_neither_holds_a_path_of_this_machine(wheel, unpacked):
    words = [str(place).encode() for place in (ROOT, unpacked, sys.prefix)]
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert not any(word in archive.read(name) for word in words), name
    for path in [*unpacked.glob("*.egg-info/*"), unpacked / "PKG-INFO"]:
        assert not any(word in path.read_bytes() for word in words), path.name


OUTSIDE = """
import json, sys
import torch
import course_utils
from course_utils import __main__, checkpoints, data, exact, widgets

told = {"file": course_utils.__file__, "version": course_utils.__version__, "path": sys.path}
told["widgets"] = {name: len(getattr(widgets, name)._esm) for name in widgets.__all__}
mixture = exact.GaussianMixture(torch.tensor([[-1.0], [1.0]]), torch.tensor([1.0, 1.0]))
told["log_prob"] = mixture.log_prob(torch.zeros(1, 1)).item()
try:
    checkpoints.load("digit_classifier")
except checkpoints.CheckpointError as error:
    told["checkpoint"] = str(error)
told["downloads"] = str(data.vision.downloads())
told["recipes"] = __main__.main(["recipes"])
told["questions"] = __main__.main(["questions", "00"])
told["update"] = __main__.main(["update"])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def outside(wheel, tmp_path_factory):
    """What the package says of itself where only its wheel is: (a dictionary, all that was printed)."""
    installed, elsewhere = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    own = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    own |= {"PYTHONPATH": str(installed), "HOME": str(elsewhere), "USERPROFILE": str(elsewhere)}
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE], cwd=elsewhere, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert Path(told["file"]).is_relative_to(installed) and str(ROOT) not in told["path"]
    return told, done.stdout + done.stderr


def test_the_installed_package_works_outside_a_clone(outside):
    told, printed = outside
    assert told["version"] == course_utils.__version__
    assert len(told["widgets"]) > 15 and min(told["widgets"].values()) > 5_000
    # Halfway between two unit Gaussians at -1 and 1 the density is that of one of them, a deviation away.
    assert told["log_prob"] == pytest.approx(-0.5 - 0.918938533, abs=1e-6)
    assert told["recipes"] == told["questions"] == 0
    assert "digit_classifier" in printed and "Questions on lesson 00" in printed
    assert told["downloads"].endswith(os.path.join(".cache", "course-utils"))


def test_the_installed_package_says_in_a_sentence_what_it_lacks(outside):
    told, printed = outside
    assert "brings none" in told["checkpoint"] and "COURSE_CHECKPOINTS" in told["checkpoint"]
    assert "\n" not in told["checkpoint"] and "pip install -e ." in told["checkpoint"]
    assert told["update"] == 2 and "is no clone of the course" in printed
    assert "Traceback" not in printed


def test_one_version_everywhere():
    """The package names it, pyproject.toml reads it there; the changelog and the citation follow."""
    version = course_utils.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    source = ast.parse((ROOT / "course_utils" / "__init__.py").read_text(encoding="utf-8"))
    names = [node.targets[0].id for node in source.body if isinstance(node, ast.Assign)]
    assert names == ["__version__"], "the build reads it without importing"
    headings = re.findall(r"^## \[(.+?)\] - (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0][0] == version
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d|not released yet", when) for _, when in headings)
    assert citation()["version"] == version
    lab = json.loads((ROOT / "course_utils" / "lab" / "package.json").read_text(encoding="utf-8"))
    assert lab["version"] == version, "JupyterLab lists the course's extension by it"


def citation():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_is_what_the_format_asks_for():
    """The Citation File Format 1.2.0: its four required fields, no unknown one, and what each may hold."""
    import tomllib

    said = citation()
    required = {"cff-version", "message", "title", "authors"}
    known = required | {"abstract", "type", "version", "license", "keywords", "date-released", "doi"}
    assert required <= set(said) <= known
    assert said["cff-version"] == "1.2.0" and said["type"] == "software"
    assert all(set(author) == {"name"} for author in said["authors"])
    holder = re.search(r"Copyright \(c\) \d+, (.+)", (ROOT / "LICENSE").read_text("utf-8"))[1]
    assert [author["name"].lower() for author in said["authors"]] == [holder]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert said["license"] == project["license"]
    words = said["keywords"]
    assert len(words) == len(set(words)) > 3 and all(isinstance(word, str) for word in words)
