"""What `make slides` and `make pages` share: which files, two at a time, a line for each in their order."""

import argparse
import multiprocessing
import multiprocessing.connection
import os
import sys
import tempfile
import traceback
from pathlib import Path

import costs

from .errors import BuildError
from .files import choose, write

ROOT = Path(__file__).resolve().parents[2]
FORKS = sys.platform == "linux"  # elsewhere a fork of a process that has torch in it may hang
BUDGET = 15  # CPU seconds a file on a quiet machine: twenty lessons must build in a few minutes


def parser(tool, description):
    """The arguments of both commands; a command may add a flag of its own."""
    made = argparse.ArgumentParser(prog=tool, description=description)
    made.add_argument("names", nargs="*", metavar="NAME", help="such as 00_start_here; all without")
    made.add_argument("--out", type=Path, default=ROOT / "build" / tool, help="the folder to write to")
    made.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="how many at a time")
    return made


def run(parser, arguments, sources, kind, build, prepare=lambda paths: None):
    """Build what the arguments name of sources (a folder / "*.suffix"), or all; return the exit status.

    build(path, options) returns the HTML. One file is built here; several in a process each, so that none
    sees what another has left behind, and what one says stands in its place whichever ends first. Where a
    process can be forked, prepare(paths) first imports what they need: once for all of them.
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
    if FORKS:
        prepare(paths)
        costs.note(f"{options.out.name}/imports", sum(os.times()[:4]))
    with tempfile.TemporaryDirectory() as folder:
        work = [(parser.prog, path, options, build, Path(folder) / path.stem) for path in paths]
        return max(_in_order(work, options.jobs))


def _built(path, options, build):
    target = options.out / f"{path.stem}.html"
    size = write(target, build(path, options))
    seconds = sum(os.times()[:4])  # of this process and of those that it waited for
    costs.note(f"{options.out.name}/{path.stem}", seconds)
    over = f"  OVER BUDGET: {BUDGET} s" if seconds > BUDGET else ""
    return f"{target}  {size / 1e6:.2f} MB, {seconds:.0f} CPU s{over}"


def _in_order(work, jobs):
    """_child for each tuple of work, so many processes at a time; print, and yield 0 or 1, in order."""
    context = multiprocessing.get_context("fork" if FORKS else "spawn")
    children = [context.Process(target=_child, args=arguments) for arguments in work]
    waiting, running = list(children), []
    for child, (tool, path, *_, said) in zip(children, work, strict=True):
        while child in waiting or child in running:
            while waiting and len(running) < max(1, jobs):
                running.append(waiting.pop(0))
                running[-1].start()
            multiprocessing.connection.wait([one.sentinel for one in running])
            running = [one for one in running if one.exitcode is None]
        if child.exitcode == 0:
            print(said.read_text(encoding="utf-8"), end="", flush=True)
        else:
            stopped = f"{tool}: {path.stem}: it stopped with status {child.exitcode}\n"
            sys.stderr.write(said.read_text(encoding="utf-8") if child.exitcode == 1 else stopped)
        yield int(child.exitcode != 0)


def _child(tool, path, options, build, said):
    """Build one file, write the line about it to the file said, and end with status 1 where it stops."""
    status = 0
    try:
        line = _built(path, options, build)
    except BuildError as error:
        line, status = f"{tool}: {error}", 1
    except Exception:
        line, status = f"{tool}: {path.stem}: {traceback.format_exc()}", 1
    said.write_text(f"{line}\n", encoding="utf-8")
    sys.exit(status)
