"""Open JupyterLab on lesson 00, wherever that is: as root, without a browser, beside another JupyterLab.

`make lab` runs it. What it does on its own account it says in one line each. JupyterLab listens on this
machine only and asks for its token, as always. Its settings and its small extension for the course, which
`make env` copies into the environment (`--install` does that alone), are in course_utils/lab.
"""

import os
import secrets
import shutil
import socket
import sys
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
# What is in course_utils/lab, and where JupyterLab looks for it in its environment. The last two keep out of
# JupyterLab what nbgrader would add for every student, a menu and buttons. Of the server's files the one with
# the last name counts: ours comes after nbgrader.json, before what `jupyter server extension enable` writes.
PLACES = {
    "course-utils.json": "share/jupyter/lab/settings/overrides.d",
    "package.json": "share/jupyter/labextensions/course-utils",
    "course.js": "share/jupyter/labextensions/course-utils/static",
    "page-config.json": "etc/jupyter/labconfig/page_config.d",
    "nbgrader.off.json": "etc/jupyter/jupyter_server_config.d",
}
PORTS = range(8888, 8938)


def main(options=()):
    """Start JupyterLab with these further options, and stay with it; return its exit status, or 1."""
    install()
    if "--install" in options:
        return 0
    command = [str(LESSON), "--log-level=WARN", *options]
    if is_root():
        say(
            "you are root, as in a container, and JupyterLab wants to be told so (--allow-root); it listens "
            "on this machine only and asks for its token, as always."
        )
        command.append("--allow-root")
    port = free_port()
    if port is None:
        say(f"every port from {PORTS[0]} to {PORTS[-1]} is in use; stop a JupyterLab that you need no more.")
        return 1
    if port != PORTS[0]:
        say(f"port {PORTS[0]} is in use, by another JupyterLab perhaps; this one takes {port}.")
    reason = no_browser()
    if reason:
        say(f"{reason}, so none is opened; open the address below in a browser.")
        command.append("--no-browser")
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(24))
    say(f"http://localhost:{port}/lab/tree/{LESSON.name}?token={token} (Ctrl-C stops it)")
    return start([*command, f"--ServerApp.port={port}"])


def install(prefix=sys.prefix):
    """Copy the course's settings and extension into an environment, for every way of starting JupyterLab."""
    for name, folder in PLACES.items():
        place = Path(prefix) / folder
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "course_utils" / "lab" / name, place / name)


def start(command):
    """Run JupyterLab in this process, so that Ctrl-C and an end from outside reach it."""
    from jupyterlab.labapp import main as lab

    return lab(command)


def say(sentence):
    """Print one line at once."""
    print(f"make lab: {sentence}", flush=True)


def is_root():
    """Whether this is the user whom JupyterLab turns away."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def free_port():
    """The first port of PORTS that nobody listens on, or None."""
    return next((port for port in PORTS if not in_use(port)), None)


def in_use(port):
    """Whether somebody on this machine listens on the port."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((address, port)) == 0:
                    return True
        except OSError:  # no IPv6 here
            continue
    return False


def no_browser():
    """Why no browser can be opened; None where one can."""
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    ):
        return "there is no display for a browser here"
    try:
        webbrowser.get()
    except webbrowser.Error:
        return "there is no browser here"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
