"""The two commands, as a person runs them, and the lock of what they need."""

import json
import re
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


def fake(arguments, **options):
    """Stands in for a deck's process: the first ends last, and the second fails."""
    name = arguments[2]
    if name == "00_slow":
        time.sleep(0.2)
    failed = name == "01_wrong"
    said = "slides: 01_wrong: slide 2 is wrong.\n" if failed else ""
    return subprocess.CompletedProcess(arguments, int(failed), "" if failed else f"{name}.html\n", said)


def test_lines_come_in_order_and_one_error_fails_the_whole(sources, monkeypatch, capsys):
    monkeypatch.setattr(command.subprocess, "run", fake)
    assert command.run(command.parser("slides", "d"), ["--jobs", "2"], sources, "deck", None) == 1
    assert capsys.readouterr() == ("00_slow.html\n02_quick.html\n", "slides: 01_wrong: slide 2 is wrong.\n")


def test_a_process_that_dies_without_a_word_is_named(sources, monkeypatch, capsys):
    killed = subprocess.CompletedProcess([], -9, "", "")
    monkeypatch.setattr(command.subprocess, "run", lambda *a, **k: killed)
    assert command.run(command.parser("slides", "d"), [], sources, "deck", None) == 1
    assert "slides: 02_quick: it stopped with status -9" in capsys.readouterr().err


def test_each_process_gets_the_name_and_the_flags(sources, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(command.subprocess, "run", lambda line, **k: seen.append(line) or fake(["", "", "x"]))
    parser = command.parser("slides", "d")
    parser.add_argument("--studies", action="store_true")
    wanted = ["--studies", "--out", str(tmp_path), "00_slow", "02_quick"]
    assert command.run(parser, wanted, sources, "deck", None) == 0
    tail = ["--out", str(tmp_path), "--studies"]
    assert sorted(line[2:] for line in seen) == [["00_slow", *tail], ["02_quick", *tail]]


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
