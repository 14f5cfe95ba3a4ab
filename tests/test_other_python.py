"""The script that tries another Python: what it installs, and what it says where it cannot."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("other_python", ROOT / "tools" / "other_python.py")
other_python = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(other_python)


def test_a_python_that_is_not_here_is_one_sentence(capsys):
    assert other_python.main(["--python", "python9.9"]) == 2
    said = capsys.readouterr().err
    assert said == (
        "other_python: there is no python9.9 on this machine that runs; install it, or name another "
        "with --python.\n"
    )


def test_a_python_is_found_by_path_command_or_version(monkeypatch, tmp_path):
    there = tmp_path / "python7.5"  # no version that a machine has, so that it is this one that is found
    there.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert other_python.interpreter(sys.executable) == sys.executable
    assert other_python.interpreter("python7.5") == other_python.interpreter("7.5") == str(there)
    with pytest.raises(other_python.Missing, match=r"no python9\.9 on this machine"):
        other_python.interpreter("9.9")


def test_the_versions_asked_for_are_the_ones_installed(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(other_python.subprocess, "call", lambda command, **how: calls.append(command) or 0)
    wanted = other_python.requirements("2.11.*", ["numpy==2.0.*"])
    assert wanted == ["-e", f"{ROOT}[dev]", "torch==2.11.*", "numpy==2.0.*"]
    made = other_python.install(sys.executable, wanted, tmp_path)
    assert made == tmp_path / "venv" / "bin" / "python"
    assert [command[1:3] for command in calls] == [["venv", "--quiet"], ["pip", "install"]]
    assert all("--no-python-downloads" in command for command in calls) and calls[1][-4:] == wanted


def test_what_cannot_be_installed_and_a_full_disk_are_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(other_python.subprocess, "call", lambda command, **how: 1)
    with pytest.raises(other_python.Missing, match="could not be installed"):
        other_python.install(sys.executable, ["torch==1"], tmp_path)
    monkeypatch.setattr(other_python, "NEEDED_GB", 1e9)
    with pytest.raises(other_python.Missing, match="must be free"):
        other_python.install(sys.executable, ["torch==1"], tmp_path)
