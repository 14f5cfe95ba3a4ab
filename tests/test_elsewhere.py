"""What starts the course on Binder and in Colab: its form, and what it would install; no network is asked."""

import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import colab  # noqa: E402
import env  # noqa: E402

from course_utils import doctor  # noqa: E402
from course_utils.doctor import Row  # noqa: E402

POST_BUILD = ROOT / "binder" / "postBuild"
PAGE = (ROOT / "docs" / "colab.md").read_text(encoding="utf-8")


def test_binder_gets_a_python_that_the_course_takes():
    version = re.fullmatch(r"python-(\d+\.\d+)\n", (ROOT / "binder" / "runtime.txt").read_text())[1]
    assert all(doctor.compare(version, clause) for clause in doctor.requirements()[0].split(","))
    assert {path.name for path in POST_BUILD.parent.iterdir()} == {"runtime.txt", "postBuild"}


def test_binders_script_is_one_that_runs():
    assert os.access(POST_BUILD, os.X_OK)
    lines = POST_BUILD.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash" and "set -euo pipefail" in lines
    assert subprocess.run(["bash", "-n", POST_BUILD], check=False).returncode == 0
    called = [line.split()[1] for line in lines if line.startswith("python ")]
    assert called == ["tools/env.py", "tools/lab.py"] and all((ROOT / name).is_file() for name in called)


def test_binder_fills_its_own_python_with_the_lock_and_torchs_cpu_build(monkeypatch):
    (arguments,) = re.findall(r"^python tools/env\.py (.*)$", POST_BUILD.read_text(), re.MULTILINE)
    commands = []

    def note(command, cwd):
        listed = [Path(word).read_text(encoding="utf-8") for word in command if word.endswith(".txt")]
        commands.append((command, "".join(listed)))
        return 0

    monkeypatch.setattr(env.subprocess, "call", note)
    monkeypatch.setattr(env.sys, "argv", ["env.py", *arguments.split()])
    monkeypatch.setattr(env, "check_disk", lambda backend: None)
    monkeypatch.setattr(env, "VENV", "no folder at all")
    env.main()
    first, torch, rest, own = commands  # and none that makes an environment
    assert first[0][0] == sys.executable and first[1].startswith("uv==") and "--hash=sha256:" in first[1]
    for command, _ in (torch, rest, own):
        assert command[0] == str(Path(sys.executable).parent / "uv")
        assert command[command.index("--python") + 1] == sys.executable
    assert "--torch-backend=cpu" in torch[0] and any(word.startswith("torch==") for word in torch[0])
    assert "--require-hashes" in rest[0] and "\njupyterlab==" in rest[1]
    assert not re.search(r"^(torch|nvidia-.*|triton)==", rest[1], re.MULTILINE)
    assert own[0][-2:] == ["-e", env.ROOT]


def test_colabs_cell_gets_the_course_and_runs_what_is_there():
    (cell,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert '!git clone --quiet --depth 1 "$ADDRESS" course\n' in cell
    (script,) = re.findall(r"^%run course/(\S+)$", cell, re.MULTILINE)
    assert Path(colab.__file__) == ROOT / script


def test_colab_installs_what_it_lacks_and_no_front_end(monkeypatch):
    rows = [
        Row("anywidget", "missing", ">=0.9.18", "run"), Row("numpy", "2.1", ">=2.0"),
        Row("scipy", "1.0", ">=1.14", "run"), Row("jupyterlab", "missing", ">=4.4", "run"),
    ]  # fmt: skip
    monkeypatch.setattr(doctor, "packages", lambda: rows)
    assert colab.lacking() == ["anywidget>=0.9.18", "scipy>=1.14"]


@pytest.fixture
def session(monkeypatch, tmp_path):
    """A session that is somewhere else, with a pip that notes what it is asked; its list of commands."""
    commands = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [part for part in sys.path if part != str(ROOT)])
    pip = lambda command: commands.append(command) or int(len(commands) > 1)  # noqa: E731  the second fails
    monkeypatch.setattr(colab.subprocess, "call", pip)
    monkeypatch.setattr(colab, "lacking", lambda: ["anywidget>=0.9.18"])
    return commands


def test_a_session_of_colab_is_ready_in_one_call(session, monkeypatch, capsys):
    switched = []
    output = types.SimpleNamespace(enable_custom_widget_manager=lambda: switched.append(True))
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", types.SimpleNamespace(output=output))
    assert colab.main() == 0
    assert session == [[sys.executable, "-m", "pip", "install", "--quiet", "anywidget>=0.9.18"]]
    assert switched == [True] and Path.cwd() == ROOT / "notebooks" and sys.path[0] == str(ROOT)
    assert capsys.readouterr().out == "The course is ready.\n"


def test_elsewhere_it_says_so_and_a_pip_that_fails_is_told(session, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", None)
    assert colab.main() == 0
    assert "this is not Colab" in capsys.readouterr().out
    assert colab.main() == 1
    assert "pip could not install anywidget>=0.9.18" in capsys.readouterr().err
