"""The lock, environment.yml and the Makefile's first step agree, and say what is missing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import env  # noqa: E402
import lock as lock_tool  # noqa: E402

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def conda_pins():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    return [line for line in pip if not line.startswith("-")]


def test_conda_holds_the_locks_versions():
    pinned = dict(re.findall(r"^([a-z0-9][a-z0-9.\-]*)==(\S+)", LOCK, flags=re.MULTILINE))
    conda = dict(re.match(r"([a-z0-9][a-z0-9.\-]*)==(\S+)", line).groups() for line in conda_pins())
    assert conda == pinned


def test_conda_pins_resolve_to_what_the_lock_installed(tmp_path):
    """uv resolves the pip part, dependencies and all, to what stands in the lock's environment."""
    import torch

    small = "+cpu" in torch.__version__  # `make lab TORCH=cpu` has no CUDA libraries, and needs none
    pins = [pin for pin in conda_pins() if not (small and env.CPU_LEAVES_OUT.match(pin))]
    listed = tmp_path / "pins.txt"
    listed.write_text("\n".join(pins), encoding="utf-8")
    uv = shutil.which("uv", path=Path(sys.executable).parent)
    command = [uv, "pip", "install", "--python", sys.executable, "--dry-run", "--offline", "-r", listed]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Would make no changes" in done.stderr, done.stderr


def test_environment_yml_is_what_the_tool_writes():
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == lock_tool.environment_yml(LOCK)


def test_lock_has_hashes_and_no_addresses():
    assert "http" not in re.sub(r"^http(core|x)2?(-jsfetch)?==", "", LOCK, flags=re.MULTILINE)
    for piece in env.stanzas():
        assert "--hash=sha256:" in piece, piece.splitlines()[0]


def test_lock_covers_every_dependency():
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = dict(re.findall(r"^([a-z0-9][a-z0-9.\-]*)==([^\s;]+)", LOCK, flags=re.MULTILINE))
    for line in project["dependencies"] + project["optional-dependencies"]["dev"]:
        wanted = Requirement(line)
        assert wanted.specifier.contains(pinned[wanted.name]), f"{line} is not met by {pinned[wanted.name]}"


class TestBench:
    """What `make bench` adds to the environment, and that it replaces nothing there."""

    TEXT = (ROOT / "requirements-bench.lock").read_text(encoding="utf-8")
    PINS = lock_tool.pins(TEXT)

    def test_it_holds_the_extra(self):
        import tomllib

        from packaging.requirements import Requirement

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        pinned = dict(pin.partition(" ")[0].split("==") for pin in self.PINS)
        extra = [Requirement(line) for line in project["optional-dependencies"]["bench"]]
        assert extra and all(wanted.specifier.contains(pinned[wanted.name]) for wanted in extra)

    def test_it_has_hashes_and_no_addresses(self):
        pieces = re.split(r"\n(?=[a-z])", self.TEXT.strip())
        assert len(pieces) == len(self.PINS) > 1 and "http" not in self.TEXT
        assert all("--hash=sha256:" in piece for piece in pieces)

    def test_it_pins_nothing_that_the_lock_pins(self):
        names = {pin.partition("==")[0] for pin in self.PINS}
        assert not names & {pin.partition("==")[0] for pin in lock_tool.pins(LOCK)}
        assert "dataclasses" not in names, "the backport would stand beside the library's own"


def test_what_goes_beyond_a_lock_keeps_its_hashes():
    lock = "a==1 \\\n    --hash=sha256:1\nb==2 ; os_name == 'nt' \\\n    --hash=sha256:2\n"
    extra = lock + "b-c==3 \\\n    --hash=sha256:3 \\\n    --hash=sha256:4\nd==5 \\\n    --hash=sha256:5\n"
    assert lock_tool.beyond(extra, lock) == extra[len(lock) :]
    assert lock_tool.beyond(lock, lock) == "\n"


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_another_python_gets_one_sentence(monkeypatch, capsys, version):
    monkeypatch.setattr(env.sys, "version_info", (*version, 0, "final", 0))
    with pytest.raises(SystemExit) as left:
        env.check_python()
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert f"this is {version[0]}.{version[1]}" in said and said.count("\n") == 1 and "PYTHON=" in said


def test_full_disk_gets_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(env.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1.5e9})())
    with pytest.raises(SystemExit):
        env.check_disk("auto")
    assert "1.5 GB are free" in capsys.readouterr().err


def test_no_registry_gets_one_sentence(monkeypatch, capsys, tmp_path):
    """pip is pointed at a closed port; nothing but a sentence and a status comes back."""
    monkeypatch.setattr(env, "VENV", str(tmp_path / "venv"))
    monkeypatch.setattr(env, "PYTHON", sys.executable)
    monkeypatch.setattr(env.subprocess, "call", lambda command, cwd: int("pip" in command))
    with pytest.raises(SystemExit):
        env.install("auto")
    assert "could not be fetched" in capsys.readouterr().err


def test_unknown_backend_gets_one_sentence():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "env.py"), "gpu"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "TORCH must be cpu" in done.stderr and "Traceback" not in done.stderr


def test_cpu_leaves_out_cuda_and_nothing_else():
    names = [re.match(r"[a-z0-9.\-]+", piece).group(0) for piece in env.stanzas()]
    dropped = {
        name for name, piece in zip(names, env.stanzas(), strict=True) if env.CPU_LEAVES_OUT.match(piece)
    }
    assert {"torch", "torchvision", "triton"} <= dropped
    assert all(
        name in ("torch", "torchvision", "triton") or name.startswith(("nvidia-", "cuda-"))
        for name in dropped
    )
    assert "numpy" not in dropped and "jupyterlab" not in dropped
