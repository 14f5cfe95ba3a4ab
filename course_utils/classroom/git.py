"""What `update` asks of git: answers in bytes and in words, and a sentence where git says no."""

import itertools
import os
import shutil
import subprocess
from pathlib import Path

# What a shell, or a hook that calls us, may have set: another repository than the one that is meant.
ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE")


class Refused(ValueError):
    """What stands in the way of an update, in one sentence."""


class Clone:
    """The clone in a folder. Raises Refused where there is no git, or where the folder is no clone's top."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        if shutil.which("git") is None:
            raise Refused("git is not installed, and the update needs it: install git, then try again.")
        top = self.ask("rev-parse", "--show-toplevel", check=False)
        if top is None or Path(top).resolve() != self.folder:
            raise Refused(
                f"{self.folder} is no clone of the course, so git cannot update it: clone the course anew, "
                "and copy what you worked in into its folder notebooks/my."
            )

    def run(self, *arguments):
        """Run a git command: the CompletedProcess, output in bytes."""
        environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        return subprocess.run(
            ["git", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fileMode=false", *arguments],
            cwd=self.folder, env={**environment, "LC_ALL": "C", "GIT_MERGE_AUTOEDIT": "no"},
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip

    def read(self, *arguments):
        """The output of a git command, in bytes. Raises Refused, with git's last words, where it fails."""
        done = self.run(*arguments)
        if done.returncode:
            raise Refused(f"git {arguments[0]} failed ({last_words(done.stderr)}), and nothing was changed.")
        return done.stdout

    def ask(self, *arguments, check=True):
        """The output of a git command as one line; None where it fails and check is False."""
        done = self.run(*arguments)
        if done.returncode and not check:
            return None
        output = done.stdout if not done.returncode else self.read(*arguments)
        return output.decode("utf-8", "surrogateescape").strip()

    def names(self, *arguments):
        """The output of a git command called with -z, as a list of names."""
        output = self.read(*arguments).decode("utf-8", "surrogateescape")
        return [name for name in output.split("\0") if name]


def last_words(stderr):
    """What git says in the end, in one line, without its "fatal:" and with the names that it lists."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    told = [at for at, line in enumerate(lines) if line.startswith(("fatal: ", "error: "))]
    if not told:
        return (lines[-1] if lines else "it gave no reason").strip().rstrip(".")
    said = lines[told[0]].partition(": ")[2].strip()
    names = list(itertools.takewhile(lambda line: line[0] in "\t ", lines[told[0] + 1 :]))
    if said.endswith(":") and names:
        return f"{said} {listed([name.strip() for name in names])}"
    return said.rstrip(".")


def listed(names):
    """Names in words, five of many, with nothing in them that a terminal would obey."""
    names = [name if name.isprintable() else repr(name) for name in names]
    names = names if len(names) < 7 else [*names[:5], f"{len(names) - 5} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
