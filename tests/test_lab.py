"""`make lab`: it starts wherever it is called, and says in one line each what it does on its own account."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import lab  # noqa: E402

WHERE_TO = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")  # what tells a program where a browser is


def test_make_lab_is_this_tool():
    assert "lab: env\n\t@$(BIN)/python tools/lab.py\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_settings_and_extension_are_copied_to_where_jupyterlab_looks(tmp_path):
    lab.install(tmp_path)
    ours = {path.name: path.read_bytes() for path in (ROOT / "course_utils" / "lab").iterdir()}
    there = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == ours
    settings = json.loads(ours["course-utils.json"])
    package = json.loads(ours["package.json"])
    extension = tmp_path / "share" / "jupyter" / "labextensions" / package["name"]
    assert (extension / package["jupyterlab"]["_build"]["load"]).is_file()
    for plugin, values in settings.items():
        name, _, part = plugin.partition(":")
        (schema,) = Path(sys.prefix, "share", "jupyter").rglob(f"schemas/{name}/{part}.json")
        assert values.keys() <= json.loads(schema.read_text(encoding="utf-8"))["properties"].keys()


def test_nbgrader_and_its_notebook_stay_out_of_jupyterlab(tmp_path):
    """All that they switch on in the environment is off again; a teacher may undo that."""
    from jupyter_server.config_manager import BaseJSONConfigManager

    there = Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.d")
    theirs = tmp_path / "etc" / "jupyter" / "jupyter_server_config.d"
    theirs.mkdir(parents=True)
    shutil.copy(there / "nbgrader.json", theirs)
    server = BaseJSONConfigManager(config_dir=str(theirs.parent))
    added = server.get("jupyter_server_config")["ServerApp"]["jpserver_extensions"]
    assert len(added) > 3 and all(added.values())
    lab.install(tmp_path)
    now = server.get("jupyter_server_config")["ServerApp"]["jpserver_extensions"]
    assert now.keys() == added.keys() and not any(now.values())
    undone = {"ServerApp": {"jpserver_extensions": dict.fromkeys(added, True)}}
    (theirs / f"{next(iter(added))}.json").write_text(json.dumps(undone))
    assert all(server.get("jupyter_server_config")["ServerApp"]["jpserver_extensions"].values())
    page = BaseJSONConfigManager(config_dir=str(theirs.parent / "labconfig"))
    disabled = page.get("page_config")["disabledExtensions"]
    extensions = Path(sys.prefix, "share", "jupyter", "labextensions")
    assert set(disabled.values()) == {True}
    assert all((extensions / name / "package.json").exists() for name in disabled)
    undone = {"disabledExtensions": {"@jupyter/nbgrader": False}}  # what `jupyter labextension enable` writes
    (theirs.parent / "labconfig" / "page_config.json").write_text(json.dumps(undone))
    assert page.get("page_config")["disabledExtensions"]["@jupyter/nbgrader"] is False


def test_make_env_copies_them_again_after_a_change():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rule = "$(LAB_SETTINGS): .venv/.ready $(wildcard course_utils/lab/*)\n\t@$(BIN)/python tools/lab.py "
    assert "env: $(LAB_SETTINGS)\n" in makefile and f"{rule}--install\n" in makefile


def fetch(address):
    """The status of an address, a redirect being one; None while nobody answers."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
    try:
        with opener.open(address, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_it_starts_without_a_display_beside_another_and_keeps_its_token(tmp_path):
    """The real thing, closed again: as root where the tests are root's, on a second port, no browser."""
    kept = {name: value for name, value in os.environ.items() if name not in WHERE_TO}
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # where somebody listens there already
            stack.enter_context(socket.create_server(("127.0.0.1", lab.PORTS[0])))
        command, environment = [sys.executable, str(ROOT / "tools" / "lab.py")], {**kept, **folders}
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        try:
            said = []
            while not said or "http://" not in said[-1]:
                said.append(child.stdout.readline())
                assert said[-1], said
            address, port, token = re.search(r"(http://localhost:(\d+)/\S+token=(\w+)) ", said[-1]).groups()
            deadline = time.monotonic() + 120
            while fetch(address) is None:
                assert child.poll() is None and time.monotonic() < deadline
                time.sleep(0.2)
            assert fetch(address) == 200
            lesson = f"http://localhost:{port}/api/contents/{lab.LESSON.name}?content=0"
            assert fetch(f"{lesson}&token={token}") == 200 and fetch(lesson) == 403
            assert only_here(int(port))
        finally:
            child.terminate()
            child.wait(timeout=60)
            child.stdout.close()
    assert int(port) > lab.PORTS[0] and f"port {lab.PORTS[0]} is in use" in "".join(said)
    assert "there is no display for a browser here, so none is opened" in "".join(said)
    assert len(said) == 3 + lab.is_root() and all(line.startswith("make lab: ") for line in said)


def only_here(port):
    """Whether the port is closed at this machine's other addresses, the ones that others can reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; it only picks the address that would be used
        except OSError:
            return True
        outside = probe.getsockname()[0]
    with socket.socket() as probe:
        return outside.startswith("127.") or probe.connect_ex((outside, port)) != 0


class TestWhatIsSaid:
    @pytest.fixture(autouse=True)
    def started(self, monkeypatch):
        self.commands = []
        monkeypatch.setattr(lab, "start", lambda command: self.commands.append(command) or 0)
        monkeypatch.setattr(lab, "in_use", lambda port: False)
        monkeypatch.setattr(lab, "is_root", lambda: False)
        monkeypatch.setattr(lab, "no_browser", lambda: None)
        monkeypatch.setenv("JUPYTER_TOKEN", "abc")

    def lines(self, capsys, status=0):
        assert lab.main() == status
        return capsys.readouterr().out.splitlines()

    def test_the_address_alone_where_all_is_well(self, capsys):
        (said,) = self.lines(capsys)
        address = "http://localhost:8888/lab/tree/00_start_here.ipynb?token=abc"
        assert said == f"make lab: {address} (Ctrl-C stops it)"
        assert "--allow-root" not in self.commands[0] and "--no-browser" not in self.commands[0]

    def test_root(self, capsys, monkeypatch):
        monkeypatch.setattr(lab, "is_root", lambda: True)
        why, _ = self.lines(capsys)
        assert "you are root" in why and "token" in why and "--allow-root" in self.commands[0]

    def test_no_port_left(self, capsys, monkeypatch):
        monkeypatch.setattr(lab, "in_use", lambda port: True)
        (said,) = self.lines(capsys, status=1)
        assert "from 8888 to 8937 is in use" in said and not self.commands

    def test_a_token_of_its_own_each_time(self, capsys, monkeypatch):
        monkeypatch.delenv("JUPYTER_TOKEN")
        (first,) = self.lines(capsys)
        monkeypatch.delenv("JUPYTER_TOKEN")
        (second,) = self.lines(capsys)
        assert first != second and re.search(r"token=\w{48} ", first)


@pytest.mark.parametrize(
    ("variables", "found", "words"),
    [({}, True, "no display"), ({"DISPLAY": ":0"}, False, "no browser"), ({"DISPLAY": ":0"}, True, None)],
)
def test_whether_a_browser_can_be_opened(monkeypatch, variables, found, words):
    def get():
        if not found:
            raise lab.webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(lab.sys, "platform", "linux")
    monkeypatch.setattr(lab.webbrowser, "get", get)
    for name in WHERE_TO:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    reason = lab.no_browser()
    assert reason is None if words is None else words in reason
