"""What `make test` and CI run: style, unit tests, notebooks, decks, widgets; all of it without a network.

The last lines say what each part and each lesson cost, and which parts failed. Named parts are run alone
(`python tools/test.py notebooks decks`). `python tools/test.py check`, which is `make check`, runs style and
the tests of what differs from the last commit. The network is cut with `unshare -n` where the system allows
that, and the first line says whether it was.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import costs
import touched

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5"]
# Two at a time, each with one thread. A file of tests that share something dear stays with one of the two.
BY_FILE, ANY = ["-n", "2", "--dist", "loadscope"], ["-n", "2", "--dist", "worksteal"]
AS_ORDERED = [
    "--no-loadscope-reorder"
]  # the longest notebook first (tools/nbval_rules.py), not the most cells
STYLE = [[PYTHON, "-m", "ruff", "check", "."], [PYTHON, "-m", "ruff", "format", "--check", "."]]
SLOW = [
    "tests/test_notebooks.py",
    "tests/test_capstone.py",
    "tests/classroom/grading/test_solutions.py",
]  # where the slow tests are: to look for them everywhere takes half a minute
EXECUTED = ["notebooks/solutions", "notebooks/capstone/solutions"]
PARTS = {
    "style": STYLE,
    "unit": [[*PYTEST, *ANY, "tests", "--ignore=tests/browser", "-m", "not slow"]],
    "blank": [[*PYTEST, *ANY, *SLOW, "-m", "slow"]],
    "notebooks": [[*PYTEST, *BY_FILE, *AS_ORDERED, "--nbval", "--nbval-current-env", *EXECUTED]],
    "decks": [[PYTHON, "tools/slides.py"], [PYTHON, "tools/pages.py"], [PYTHON, "tools/index.py"]],
    "browser": [[*PYTEST, *BY_FILE, "tests/browser"]],
}
# Loopback is a network too; a fresh namespace has it switched off, and Jupyter's kernels need it.
LOOPBACK_UP = (
    "import fcntl, os, socket, struct, sys; s = socket.socket(); "
    "fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0x1 | 0x40)); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


def offline():
    """The words to put before a command so that it has no network but loopback; empty where not allowed."""
    for words in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        wrap = [*words, PYTHON, "-c", LOOPBACK_UP]
        if shutil.which("unshare") and subprocess.run([*wrap, "true"], capture_output=True).returncode == 0:
            return wrap
    return []


def check():
    """The part of `make check`: style, and the tests of what differs from the last commit."""
    runs = touched.selections(touched.changed())
    return [*STYLE, *([*PYTEST, "-m", "not slow", *run] for run in runs)]


def main(names):
    """Run the parts; status 1 where one failed."""
    os.chdir(ROOT)
    parts = {"check": check()} if names == ["check"] else PARTS
    unknown = [name for name in names if name not in parts]
    if unknown:
        print(f"no part {unknown[0]!r}; there are: check, {', '.join(PARTS)}", file=sys.stderr)
        return 2
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["COURSE_PROGRESS"] = os.environ["COURSE_REMEMBER"] = "off"
    wrap = offline()
    print("network: " + ("cut (unshare)" if wrap else "NOT cut: unshare is not allowed here"), flush=True)
    results, seconds, spent = {}, {}, {}
    for name in names or parts:
        results[name], seconds[name] = run(name, [[*wrap, *command] for command in parts[name]])
        spent[name] = os.environ["COURSE_COSTS"]
        if name == "decks" and results[name]:  # the browser's tests need not build them again
            os.environ["COURSE_DECKS"] = str(ROOT / "build" / "slides")
            os.environ["COURSE_PAGES"] = str(ROOT / "build" / "pages")
    report(results, seconds, spent)
    return 0 if all(results.values()) else 1


def run(name, commands):
    """Run a part's commands, all of them whatever fails; whether all were good, and the seconds it took."""
    folder = ROOT / "build" / "costs"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["COURSE_COSTS"] = str(folder / f"{name}.tsv")
    (folder / f"{name}.tsv").unlink(missing_ok=True)
    began = time.monotonic()
    print(f"\n=== {name}", flush=True)
    statuses = [subprocess.call(command) for command in commands]
    seconds = time.monotonic() - began
    good = not any(statuses)
    print(f"=== {name}: {'ok' if good else 'FAILED'} in {seconds:.0f} s", flush=True)
    return good, seconds


def report(results, seconds, spent):
    """What each lesson and each part cost, and which parts failed."""
    print("\n" + costs.table(spent))
    print(
        "a part by the clock: " + ", ".join(f"{name} {took:.0f} s" for name, took in seconds.items()), end=""
    )
    print(f"; all {sum(seconds.values()):.0f} s")
    bad = [name for name, good in results.items() if not good]
    print(
        f"parts that failed: {', '.join(bad) or 'none'}\n{len(results) - len(bad)} passed, {len(bad)} failed"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
