"""What tools/site.py says where it cannot do what it is asked; tests/browser tries the whole of it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from site_pages import Site

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    command = [sys.executable, "tools/site.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_folder_that_is_no_site_is_left_alone(tmp_path):
    (tmp_path / "work.txt").write_text("mine")
    done = run("--out", tmp_path, "--handouts", "none")
    assert done.returncode == 1 and done.stderr.startswith("site: ") and "is no site" in done.stderr
    assert (tmp_path / "work.txt").read_text() == "mine"


def test_a_handout_of_no_lesson_is_refused_in_one_sentence(tmp_path):
    done = run("--out", tmp_path / "site", "--handouts", "99_none")
    assert done.returncode == 1 and done.stderr.startswith("site: handouts are all, none, or of one of 00_")
    assert done.stderr.count("\n") == 1 and not (tmp_path / "site").exists()


def test_what_has_not_been_built_is_said(tmp_path, capsys):
    # By its path: a module of Python's own has its name.
    spec = importlib.util.spec_from_file_location("course_site", ROOT / "tools" / "site.py")
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    lessons = {"00_start_here": {"title": "Start"}, "06_wasserstein": {"title": "W"}}
    (tmp_path / "00_start_here.html").write_text("<h1>built</h1>")
    builder.copy_built(Site(tmp_path / "site", lessons, {}), tmp_path, tmp_path)
    assert capsys.readouterr().out.startswith("site: without the pages of 06_wasserstein: run `make site`")
    names = sorted(str(path.relative_to(tmp_path / "site")) for path in tmp_path.glob("site/*/*"))
    assert names == ["pages/00_start_here.html", "slides/00_start_here.html"]
