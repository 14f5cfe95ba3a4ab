"""What `make slides` and `make pages` share: which files, two at a time, a line for each in their order."""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import costs

from .errors import BuildError
from .files import choose, write

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 15  # CPU seconds a file on a quiet machine: twenty lessons must build in a few minutes


def parser(tool, description):
    """The arguments of both commands; a command may add a flag of its own."""
    made = argparse.ArgumentParser(prog=tool, description=description)
    made.add_argument("names", nargs="*", metavar="NAME", help="such as 00_start_here; all without")
    made.add_argument("--out", type=Path, default=ROOT / "build" / tool, help="the folder to write to")
    made.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="how many at a time")
    return made


def run(parser, arguments, sources, kind, build):
    """Build what the arguments name of sources (a folder / "*.suffix"), or all; return the exit status.

    build(path, options) returns the HTML. One file is built here; several in a process each, so that none
    sees what another has left behind, and what one says stands in its place whichever ends first.
    """
    options = parser.parse_args(arguments)
    try:
        paths = choose(sources.parent, sources.suffix, options.names, kind)
        if len(paths) == 1:
            print(_built(paths[0], options, build), flush=True)
            return 0
    except BuildError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        return max(map(_tell, pool.map(lambda path: _process(parser.prog, path, options), paths)))


def _built(path, options, build):
    target = options.out / f"{path.stem}.html"
    size = write(target, build(path, options))
    seconds = sum(os.times()[:4])  # of this process and of those that it waited for
    costs.note(f"{options.out.name}/{path.stem}", seconds)
    over = f"  OVER BUDGET: {BUDGET} s" if seconds > BUDGET else ""
    return f"{target}  {size / 1e6:.2f} MB, {seconds:.0f} CPU s{over}"


def _process(tool, path, options):
    """Build one file in a process of its own; return what it printed, and its exit status."""
    flags = [f"--{name}" for name, value in vars(options).items() if value is True]
    command = [
        sys.executable,
        str(ROOT / "tools" / f"{tool}.py"),
        path.stem,
        "--out",
        str(options.out),
        *flags,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    return done, f"{tool}: {path.stem}: "


def _tell(pair):
    """Print what a process said, in front of it the file's name where it did not say so itself; 0 or 1."""
    done, name = pair
    sys.stdout.write(done.stdout)
    sys.stdout.flush()
    if done.returncode and not done.stderr.startswith(name):
        print(f"{name}it stopped with status {done.returncode}", file=sys.stderr)
    sys.stderr.write(done.stderr)
    return int(done.returncode != 0)
