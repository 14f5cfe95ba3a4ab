"""The two commands, as a person runs them, and the lock of what they need."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from standalone import command
from standalone.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("tool", "kind"), [("slides", "deck"), ("pages", "notebook")])
def test_an_unknown_name_is_refused_and_nothing_is_written(tool, kind, tmp_path):
    command = [sys.executable, f"tools/{tool}.py", "98_nowhere", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{tool}: NAME must be a {kind} in" in done.stderr and "got '98_nowhere'" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def sources(tmp_path):
    """Three decks in a folder, as the command takes them."""
    for name in ("00_slow", "01_wrong", "02_quick"):
        (tmp_path / f"{name}.md").write_text("text")
    return tmp_path / "*.md"


def fake(path, options):
    """Stands in for a builder: the first deck ends last, the second stops, and says so."""
    if path.stem == "00_slow":
        time.sleep(0.2)
    if path.stem == "01_wrong":
        raise BuildError("01_wrong: slide 2 is wrong.")
    return f"{path.stem}, {options.studies}, {os.getpid()}"


@pytest.fixture
def run(sources, tmp_path):
    """Run the command on the three decks with a builder; returns the exit status."""

    def with_builder(build, *arguments, **more):
        parser = command.parser("slides", "d")
        parser.add_argument("--studies", action="store_true")
        arguments = ["--out", str(tmp_path / "out"), *arguments]
        return command.run(parser, arguments, sources, "deck", build, **more)

    return with_builder


def test_lines_come_in_order_and_one_error_fails_the_whole(run, capsys):
    assert run(fake, "--jobs", "2") == 1
    out, err = capsys.readouterr()
    assert re.findall(r"(\w+)\.html", out) == ["00_slow", "02_quick"]
    assert err == "slides: 01_wrong: slide 2 is wrong.\n"


def test_a_process_that_dies_without_a_word_is_named(run, capsys):
    assert run(lambda path, options: os.kill(os.getpid(), signal.SIGKILL)) == 1
    assert "slides: 02_quick: it stopped with status -9" in capsys.readouterr().err


def test_a_mistake_of_the_builder_shows_where_it_is(run, capsys):
    assert run(lambda path, options: {}[path.stem]) == 1
    assert "slides: 02_quick: Traceback" in capsys.readouterr().err


def test_each_deck_has_a_process_of_its_own_after_what_all_need(run, tmp_path):
    prepared = []
    wanted = ["--studies", "00_slow", "02_quick"]
    assert run(fake, *wanted, prepare=lambda paths: prepared.extend(path.stem for path in paths)) == 0
    assert prepared == (["00_slow", "02_quick"] if command.FORKS else [])
    built = [(tmp_path / "out" / f"{name}.html").read_text().split(", ") for name in ("00_slow", "02_quick")]
    assert [words[:2] for words in built] == [["00_slow", "True"], ["02_quick", "True"]]
    assert len({os.getpid(), *(int(words[2]) for words in built)}) == 3


def test_one_file_is_built_here_and_its_line_says_what_it_cost(sources, monkeypatch, capsys, tmp_path):
    arguments = ["02_quick", "--out", str(tmp_path / "out")]
    parser = command.parser("slides", "d")
    assert command.run(parser, arguments, sources, "deck", lambda path, options: "<p>") == 0
    line = capsys.readouterr().out
    assert re.fullmatch(r".*/out/02_quick\.html  0\.00 MB, \d+ CPU s.*\n", line)
    monkeypatch.setattr(command, "BUDGET", -1)
    command.run(parser, arguments, sources, "deck", lambda path, options: "<p>")
    assert "OVER BUDGET" in capsys.readouterr().out

    def stops(path, options):
        raise BuildError("02_quick: it is wrong.")

    assert command.run(parser, arguments, sources, "deck", stops) == 1
    assert capsys.readouterr().err == "slides: 02_quick: it is wrong.\n"


def test_writing_replaces_a_file_whole(tmp_path):
    from standalone.files import write

    target = tmp_path / "new" / "deck.html"
    assert write(target, "first") == 5
    assert write(target, "sécond") == 7
    assert target.read_text(encoding="utf-8") == "sécond"
    assert [path.name for path in target.parent.iterdir()] == ["deck.html"]


def test_the_lock_names_exact_versions_and_no_registry():
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert package["private"] is True
    for name, version in package["dependencies"].items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for path, entry in lock["packages"].items():
        assert "resolved" not in entry
        assert not path or entry["integrity"].startswith("sha512-")
