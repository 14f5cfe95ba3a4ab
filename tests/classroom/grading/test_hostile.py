"""What a submission may try, and that it earns nothing by it and disturbs nobody."""

import socket
from pathlib import Path

import pytest
import torch
from submissions import graded, outcome

RIGHT = """
import torch
def f(z):
    return z.abs().sum(dim=1).mean()
"""
# (source of an answer to ae.l1_penalty, a part of the feedback)
HOSTILE = {
    "sys.exit": ("import sys\ndef f(z): sys.exit(0)", "SystemExit"),
    "os._exit": ("import os\ndef f(z): os._exit(0)", "os._exit would end"),
    "os._exit by C": ("import ctypes\ndef f(z): ctypes.CDLL(None)._exit(0)", "ends the process"),
    "a crash": ("import ctypes\ndef f(z): return ctypes.string_at(0)", "crashes Python itself"),
    "exit on loading": ("import ctypes\nctypes.CDLL(None)._exit(3)\ndef f(z): return 0", "exit code 3"),
    "no function on loading": ("f = 3", "not a function"),
    "an endless loop": ("def f(z):\n    while True: pass", "stopped after 1 seconds"),
    "a loop that catches all": (
        "def f(z):\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass",
        "stopped after 1 seconds",
    ),
    "an endless loop in C": ("def f(z): return sum(map(abs, iter(int, 1)))", "stopped after 1 seconds"),
    "huge memory": ("import torch\ndef f(z): return torch.zeros(10**11)", "more memory"),
    "a huge list": ("def f(z): return [0] * 10**9", "more memory"),
    "endless output": ("def f(z):\n    while True: print('x' * 10**6)", "stopped after 1 seconds"),
    "endless output by C": (
        "import os\ndef f(z):\n    while True: os.write(1, b'x' * 10**6)",
        "stopped after",
    ),
    "a huge file": (
        "def f(z):\n    with open('x', 'wb') as file:\n        while True: file.write(b'x' * 10**6)",
        "File too large|No space left",
    ),
    "a fork": ("import os\ndef f(z): os.fork()", "os.fork would end or leave|not for an answer"),
    "a command": (
        "import subprocess\ndef f(z): subprocess.run(['true'])",
        "PermissionError|would end or leave",
    ),
    "all is equal": (
        "class Same(float):\n    __eq__ = __ge__ = __le__ = lambda self, other: True\n"
        "    __hash__ = None\n    def __repr__(self): raise SystemExit\ndef f(z): return Same(3.0)",
        "is wanted|throughout",
    ),
    "an object": (
        "class Odd:\n    def __getattr__(self, name): return self\n"
        "    def __call__(self, *args): return self\n    def __eq__(self, other): return True\n"
        "    def __float__(self): return 0.0\ndef f(z): return Odd()",
        "",
    ),
    "a list that holds itself": ("def f(z):\n    x = []\n    x.append(x)\n    return x", "holds itself"),
    "torch patched": (
        "import torch\ntorch.equal = torch.allclose = lambda *args, **kwargs: True\n"
        "torch.Tensor.__sub__ = lambda a, b: torch.zeros(())\ndef f(z): return torch.zeros(())",
        "",
    ),
    "the engine patched": (
        "from course_utils.checks.engine import judge, run, values\nvalues.close = lambda *args: True\n"
        "judge.judge = lambda *args: judge.Verdict('right', '', None)\n"
        "run.call = lambda *args: run.Outcome(value='right')\ndef f(z): return 0",
        "",
    ),
    "nonsense on every wire": (
        "import os\ndef f(z):\n    for wire in range(3, 64):\n        try: os.write(wire, b'\\xff' * 64)\n"
        "        except OSError: pass\n    return z.sum()",
        "nonsense|is wanted|Your ",
    ),
    "a message of its own": (
        "import gc\nfrom course_utils.classroom.grading import wire\ndef f(z):\n"
        "    for one in gc.get_referrers(wire.Channel):\n        pass\n"
        "    wire.pack = lambda *args: b'x' * 16\n    return z.sum()",
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_earns_nothing(sandbox, name):
    source, feedback = HOSTILE[name]
    result = graded(sandbox, "ae.l1_penalty", source)
    assert result.kind == "wrong" and result.points == 0, result
    assert any(part in result.text for part in feedback.split("|")), result.text
    assert _running(sandbox) == [sandbox.process.pid], "something of it runs on"


def test_a_right_answer_is_right_after_all_that(sandbox):
    assert graded(sandbox, "ae.l1_penalty", RIGHT) == ("right", "Right.")


@pytest.mark.parametrize("fenced", ["sandbox", "guarded"])
def test_a_bomb_of_processes_is_over_with_its_answer(request, fenced):
    sandbox = request.getfixturevalue(fenced)
    bomb = """
    import ctypes, resource
    def f(z):
        made = 0
        for _ in range(8):
            child = ctypes.CDLL(None).fork()
            if child == 0:
                ctypes.CDLL(None).setsid()
                ctypes.CDLL(None).sleep(30)
            made += child > 0
        return [made, *resource.getrlimit(resource.RLIMIT_NPROC)]
    """
    found = outcome(sandbox, bomb, torch.zeros(1))
    made, *limits = found.value
    assert 0 <= made <= 8 and limits == [64, 64]  # none where the limit, of a user, is reached already
    assert _running(sandbox) == [sandbox.process.pid]


LOOK = """
import gc, os, sys
from pathlib import Path
def f(course, outside):
    found = {"exercises": 0, "references": 0, "files": 0, "imported": 0}
    for one in gc.get_objects():
        kind = type(one).__name__
        found["exercises"] += kind in ("Exercise", "Mistake", "Fresh")
        module = str(getattr(one, "__module__", ""))
        found["references"] += callable(one) and module.startswith("course_utils.checks.lessons")
    frame = sys._getframe()
    while frame is not None:
        found["exercises"] += any(type(one).__name__ == "Exercise" for one in frame.f_locals.values())
        frame = frame.f_back
    for path in [outside, *(Path(course) / part for part in (
        "course_utils/checks/lessons/l01_autoencoders/psnr.py", "notebooks/source/01_autoencoders.py",
        "notebooks/solutions/01_autoencoders.ipynb", "tests/classroom/submissions.py", ".git/HEAD",
    ))]:
        try:
            found["files"] += len(open(path).read()) > 0
        except OSError:
            pass
    try:
        import course_utils.checks.lessons.l01_autoencoders.psnr
        found["imported"] += 1
    except (ImportError, OSError):
        pass
    found["secrets"] = sum("SECRET" in name for name in os.environ)
    for path in ("/usr/written", course + "/course_utils/written", outside):
        try:
            found["files"] += open(path, "w").write("x")
        except OSError:
            pass
    # A Python that lies in /tmp itself is seen there, and is not what somebody has left.
    found["left"] = sum(not sys.prefix.startswith(os.path.abspath(one)) for one in os.listdir("."))
    open("left.txt", "w").write("x")
    return [float(one) for one in found.values()]
"""


@pytest.mark.parametrize("fenced", ["sandbox", "guarded"])
def test_no_answer_secret_or_file_is_in_sight(request, fenced, tmp_path):
    sandbox, course = request.getfixturevalue(fenced), Path(__file__).parents[3]
    outside = tmp_path / "another.ipynb"
    outside.write_text("x")
    for _ in range(2):  # nor what the worker before it has left
        found = outcome(sandbox, LOOK, str(course), str(outside))
        assert found.fault == "" and found.value == [0.0] * 6


def test_no_environment_is_inherited(monkeypatch):
    from course_utils.classroom.grading import sandbox

    monkeypatch.setenv("COURSE_SECRET", "x")
    assert not any("SECRET" in name for name in sandbox._environment())


@pytest.mark.parametrize("fenced", ["sandbox", "guarded"])
def test_no_network(request, fenced):
    source = """
    import socket
    def f(port):
        with socket.socket() as wire:
            wire.connect(("127.0.0.1", port))
        return 1.0
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        found = outcome(request.getfixturevalue(fenced), source, server.getsockname()[1])
        assert "PermissionError" in found.fault or "OSError" in found.fault or "Network" in found.fault
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_guard_within_python_holds_back_what_leaves(guarded):
    for name in ("os._exit by C", "an endless loop in C", "huge memory", "a command"):
        source, feedback = HOSTILE[name]
        result = graded(guarded, "ae.l1_penalty", source)
        assert result.kind == "wrong" and any(part in result.text for part in feedback.split("|")), result
    assert graded(guarded, "ae.l1_penalty", RIGHT).points == 1
    assert _running(guarded) == [guarded.process.pid]


def test_what_the_check_shows_is_not_what_is_asked(sandbox):
    memory = """
    import torch
    SEEN = {}
    def f(z):
        return SEEN.get(round(float(z.sum()), 3), torch.zeros(()))
    """
    from course_utils.checks.engine import registry

    shown = {}
    for index, maker in enumerate(registry.find("ae.l1_penalty").inputs.values()):
        z = maker(torch.Generator().manual_seed(1000 + index))[0]
        shown[round(float(z.sum()), 3)] = float(z.abs().sum(1).mean())
    filled = memory.replace("{}", repr(shown)).replace("torch.zeros(()))", "0.0) + 0 * z.sum()")
    assert graded(sandbox, "ae.l1_penalty", filled).kind == "wrong"


def _running(sandbox):
    """The processes that carry the sandbox's folder in their command line: the server's and its forks."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if sandbox.folder.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
