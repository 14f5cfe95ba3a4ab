"""Run the unit tests on another Python, or with other versions of a package: a throw-away .venv elsewhere.

    python tools/other_python.py --python python3.13 --torch 2.11.*

The Python must be on this machine already; none is fetched. What is not named, pyproject.toml decides.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
NEEDED_GB = 8  # CUDA's libraries alone take 5
TESTS = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "--ignore=tests/browser", "-m", "not slow"]


class Missing(Exception):
    """What this machine lacks, in one sentence."""


def interpreter(name):
    """The path of a Python by its command, its version or its path; Missing where there is none."""
    wanted = f"python{name}" if re.fullmatch(r"\d+\.\d+", name) else name
    found = shutil.which(wanted)
    works = found and subprocess.run([found, "-c", "import venv"], capture_output=True).returncode == 0
    if not works:  # a pyenv shim is on the PATH for versions that are not installed
        raise Missing(
            f"there is no {wanted} on this machine that runs; install it, or name another with --python."
        )
    return found


def requirements(torch, extra):
    """What to install: the course with its dev extra, and the versions that were asked for."""
    return ["-e", f"{ROOT}[dev]", *([f"torch=={torch}"] if torch else []), *extra]


def install(python, wanted, folder):
    """Make the environment; return its Python. Missing where it cannot be made."""
    if shutil.disk_usage(folder).free / 1e9 < NEEDED_GB:
        raise Missing(f"{NEEDED_GB} GB must be free in {folder}; free some, or set TMPDIR to another disk.")
    if not UV.exists():
        raise Missing("uv is not beside this Python; run it with the course's own: .venv/bin/python.")
    made = Path(folder) / "venv"
    python_there = made / "bin" / "python"
    for command in (
        [UV, "venv", "--quiet", "--no-python-downloads", "--python", python, made],
        [UV, "pip", "install", "--quiet", "--no-python-downloads", "--python", python_there, *wanted],
    ):
        if subprocess.call(command):
            raise Missing(f"{' '.join(wanted)} could not be installed for {python}; the lines above say why.")
    return python_there


def main(words):
    """Install, say what is tested, test; the status of pytest, or 2 where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--python", default=sys.executable, help="a command, a path, or a version such as 3.13"
    )
    parser.add_argument("--torch", help="a version of torch, such as 2.11.*")
    parser.add_argument("--with", dest="extra", action="append", default=[], help="any other requirement")
    parser.add_argument("tests", nargs="*", help="what to give pytest instead of all unit tests")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        try:
            python = install(interpreter(asked.python), requirements(asked.torch, asked.extra), folder)
        except Missing as missing:
            print(f"other_python: {missing}", file=sys.stderr)
            return 2
        say = "import sys, torch; print('Python', sys.version.split()[0], 'with torch', torch.__version__)"
        subprocess.call([python, "-c", say])
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *asked.tests] if asked.tests else TESTS
        return subprocess.call([python, *tests], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
