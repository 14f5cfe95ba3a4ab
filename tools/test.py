"""What `make test` and CI run: style, unit tests, notebooks, widgets, decks; all of it without a network.

The last lines say which parts failed. `python tools/test.py notebooks decks` runs the named parts only. The
network is cut with `unshare -n` where the system allows that, and the first line says whether it was.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5"]
PAIR = ["-n", "2", "--dist", "loadscope"]  # two files at a time: a notebook asks for one thread
PARTS = {
    "style": [[PYTHON, "-m", "ruff", "check", "."], [PYTHON, "-m", "ruff", "format", "--check", "."]],
    "unit": [[*PYTEST, "tests", "--ignore=tests/browser", "-m", "not slow"]],
    "blank": [[*PYTEST, "-n", "2", "tests", "--ignore=tests/browser", "-m", "slow"]],
    "notebooks": [[*PYTEST, *PAIR, "--nbval", "--nbval-current-env", "notebooks/solutions"]],
    "decks": [[PYTHON, "tools/slides.py"], [PYTHON, "tools/pages.py"]],
    "browser": [[*PYTEST, "tests/browser"]],
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


def main(names):
    """Run the parts; status 1 where one failed."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no part {unknown[0]!r}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ["COURSE_PROGRESS"] = "off"
    wrap = offline()
    print("network: " + ("cut (unshare)" if wrap else "NOT cut: unshare is not allowed here"), flush=True)
    results = {}
    for name in names or PARTS:
        began = time.monotonic()
        print(f"\n=== {name}", flush=True)
        statuses = [subprocess.call([*wrap, *command]) for command in PARTS[name]]
        results[name] = not any(statuses)
        if name == "decks" and results[name]:  # the browser's tests need not build them again
            os.environ["COURSE_DECKS"] = str(ROOT / "build" / "slides")
        print(
            f"=== {name}: {'ok' if results[name] else 'FAILED'} in {time.monotonic() - began:.0f} s",
            flush=True,
        )
    good = sum(results.values())
    bad = [name for name, passed in results.items() if not passed]
    print(f"\nparts that failed: {', '.join(bad) or 'none'}\n{good} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
