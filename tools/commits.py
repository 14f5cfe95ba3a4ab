"""Does each commit stand alone? `python tools/commits.py origin/main..HEAD [--tests]`

Each must have a subject of at most 72 characters, pass the linter and the formatter, and carry a lesson's
products together with its source; with --tests it must pass the tests of what it touches, in a work tree of
its own.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import touched

ROOT = Path(__file__).resolve().parent.parent
SOURCE = re.compile(r"notebooks/source/(\d\d_\w+)\.py")
PRODUCTS = "notebooks/{0}.ipynb", "notebooks/solutions/{0}.ipynb"


def git(*words):
    """What a git command prints, without the last line's end."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def alone(subject, paths):
    """What is wrong with a commit of that subject that changes these paths, as sentences."""
    if len(subject) > 72:
        yield f"its subject has {len(subject)} characters, 72 at most are wanted"
    for name in (match[1] for match in map(SOURCE.fullmatch, paths) if match):
        missing = [product.format(name) for product in PRODUCTS if product.format(name) not in paths]
        if missing:
            yield f"notebooks/source/{name}.py comes without {' and '.join(missing)}: run `make notebooks`"


def passes(tree, paths, tests):
    """What the linter, the formatter and, where asked for, the tests say against a work tree."""
    checks = {"ruff check": [["-m", "ruff", "check", "--quiet", "."]]}
    checks["ruff format"] = [["-m", "ruff", "format", "--check", "--quiet", "."]]
    if tests:
        runs = touched.selections(paths)
        checks["a test of what it touches"] = [["-m", "pytest", "-q", "-m", "not slow", *run] for run in runs]
    where = {**os.environ, "PYTHONPATH": str(tree)}
    for what, commands in checks.items():
        if any(subprocess.call([sys.executable, *words], cwd=tree, env=where) for words in commands):
            yield f"{what} fails"


def main(arguments=None):
    """Try every commit of the range, oldest first; status 1 where one does not stand alone."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("range", help="such as origin/main..HEAD")
    parser.add_argument("--tests", action="store_true", help="also run the tests of what each commit touches")
    options = parser.parse_args(arguments)
    bad = 0
    for commit in git("rev-list", "--reverse", "--no-merges", options.range).split():
        subject, paths = (
            git("log", "-1", "--format=%s", commit),
            git("show", "--name-only", "--format=", commit),
        )
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            git("worktree", "add", "--detach", str(tree), commit)
            try:
                faults = [*alone(subject, paths.split("\n")), *passes(tree, paths.split("\n"), options.tests)]
            finally:
                git("worktree", "remove", "--force", str(tree))
        bad += bool(faults)
        print(f"{commit[:10]} {subject}: {'; '.join(faults) or 'stands alone'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
