"""The two commands, as a person runs them, and the lock of what they need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("tool", "kind"), [("slides", "deck"), ("pages", "notebook")])
def test_an_unknown_name_is_refused_and_nothing_is_written(tool, kind, tmp_path):
    command = [sys.executable, f"tools/{tool}.py", "98_nowhere", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{tool}: NAME must be a {kind} in" in done.stderr and "got '98_nowhere'" in done.stderr
    assert not (tmp_path / "out").exists()


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
