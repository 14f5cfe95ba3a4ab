"""Make the course's environment: a .venv that holds exactly what requirements.lock names.

Run by `make env` with whatever Python is there (with `--here` it fills that Python's own environment, as on
Binder, and makes none), so this file keeps to syntax that old ones can parse, and
says in one sentence what is missing: Python 3.11 or newer, room on the disk, or a package registry.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.lock")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python")
UV = os.path.join(BIN, "uv")
HERE = "--here"
CPU_LEAVES_OUT = re.compile(r"^(torch|torchvision|triton|nvidia-.*|cuda-.*)==")


def stop(sentence):
    """Print one sentence and leave with status 1."""
    sys.stderr.write("make env: " + sentence + "\n")
    sys.exit(1)


def check_python():
    """Refuse a Python that torch has no build for."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = f"{sys.version_info[0]}.{sys.version_info[1]}"
        stop(
            f"the course needs Python 3.11, 3.12 or 3.13 and this is {found}; install one and name it, "
            "for example `make lab PYTHON=python3.12`."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("this Python has no venv module; on Debian or Ubuntu install the package python3-venv.")


def check_disk(backend):
    """Refuse to begin what cannot be finished: CUDA's libraries alone take 4.6 GB unpacked."""
    needed = 3 if backend == "cpu" or sys.platform != "linux" else 8
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < needed:
        advice = "" if needed == 3 else ", or ask for the CPU build with `make lab TORCH=cpu` (3 GB)"
        stop(f"{free:.1f} GB are free here and {needed} GB are needed; free some{advice}.")


def run(command, failure):
    """Run a command; where it fails, say what that means."""
    if subprocess.call(command, cwd=ROOT) != 0:
        stop(failure)


def stanzas():
    """The lock, one package a piece: name==version, its marker, its hashes."""
    with open(LOCK, encoding="utf-8") as lock:
        return re.split(r"\n(?=[A-Za-z0-9])", lock.read().strip())


def make_venv():
    """Create .venv anew, for it keeps the Python that made it; nothing in it is anything but the lock's."""
    failure = "the virtual environment could not be made in .venv."
    run([sys.executable, "-m", "venv", "--clear", VENV], failure)


def install(backend, python=None):
    """Bring uv in by its locked hash, then all else by theirs; into a new .venv, or where python is."""
    if python is None:
        make_venv()
        python, uv = PYTHON, UV
    else:
        uv = os.path.join(os.path.dirname(python), os.path.basename(UV))
    registry = (
        "a package could not be fetched; check the network, or your proxy or mirror settings "
        "(pip's and uv's own variables are honoured), and run it again: what was fetched is not lost."
    )
    with tempfile.TemporaryDirectory() as folder:
        wanted = stanzas()
        listed = os.path.join(folder, "uv.txt")
        write(listed, [piece for piece in wanted if piece.startswith("uv==")])
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", listed], registry)
        if backend == "cpu":
            # torch's own index serves other files than the lock's hashes name, so these two go by version.
            pins = [re.match(r"(torch|torchvision)==[^\s;]+", piece) for piece in wanted]
            pins = [pin.group(0) for pin in pins if pin]
            run([uv, "pip", "install", "--python", python, "--torch-backend=cpu", *pins], registry)
            wanted = [piece for piece in wanted if not CPU_LEAVES_OUT.match(piece)]
        rest = os.path.join(folder, "rest.txt")
        write(rest, wanted)
        # Compiled now: where Python may not keep what it compiles, as in many containers, it starts slowly.
        install_all = [uv, "pip", "install", "--python", python, "--compile-bytecode", "--require-hashes"]
        run([*install_all, "--no-deps", "-r", rest], registry)
    package = [uv, "pip", "install", "--python", python, "--quiet", "--no-deps", "--no-build-isolation"]
    run([*package, "-e", ROOT], "course_utils itself could not be installed; the message above says why.")


def write(path, pieces):
    """Write the pieces of the lock to a file."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(pieces) + "\n")


def main():
    """Check, install, and leave a stamp that make can compare with the lock's date."""
    words = [word for word in sys.argv[1:] if word != HERE]
    backend = words[0] if words else "auto"
    if backend not in ("auto", "cpu"):
        stop(f"TORCH must be cpu, or left out for torch's own build for your system; got {backend!r}.")
    check_python()
    check_disk(backend)
    if HERE in sys.argv:
        install(backend, sys.executable)
        return
    install(backend)
    with open(os.path.join(VENV, ".ready"), "w", encoding="utf-8") as stamp:
        stamp.write(backend + "\n")


if __name__ == "__main__":
    main()
