"""Right answers that change what the rest of the notebook relies on."""

import builtins
import gc
import locale
import logging
import math
import os
import random
import signal
import sys
import tempfile
import threading
import time
import warnings

import matplotlib as mpl
import numpy as np
import torch
from attacks.right import right
from torch import nn
from torch.nn import functional as F

KINDS = {"word"}
WRONG = {
    "no_gradients", "default_float64", "tensor_type", "half_precision", "threads", "seeds", "sets_the_input",
    "resizes_the_input", "adds_to_the_input", "input_as_float64", "asks_for_gradients", "inference",
    "empties_the_input", "closes_a_file", "leaves_threads",
}  # fmt: skip
RIGHT = {
    "opens_files", "closes_stdout", "sets_stdout", "prints_to_stderr", "writes_to_fd",
    "alarm", "filters_warnings", "draws", "changes_a_notebook_list", "logs", "sets_stderr",
}  # fmt: skip
APART = {
    "leaves_threads", "changes_a_notebook_list", "writes_to_fd", "draws", "closes_a_file", "opens_files",
}  # fmt: skip
NOTEBOOK = []


def _after(act):
    """A right answer that acts first."""

    def attack(p, q):
        act()
        return right(p, q)

    return attack


no_gradients = _after(lambda: torch.set_grad_enabled(False))
default_float64 = _after(lambda: torch.set_default_dtype(torch.float64))
half_precision = _after(lambda: torch.set_default_dtype(torch.bfloat16))
tensor_type = _after(lambda: torch.set_default_tensor_type(torch.DoubleTensor))
threads = _after(lambda: torch.set_num_threads(7))
seeds = _after(lambda: torch.manual_seed(0))
device = _after(lambda: torch.set_default_device("meta"))
deterministic = _after(lambda: torch.use_deterministic_algorithms(True))
autocast = _after(lambda: torch.set_autocast_enabled("cpu", True))
autocast_dtype = _after(lambda: torch.set_autocast_dtype("cpu", torch.float16))
anomaly = _after(lambda: torch.autograd.set_detect_anomaly(True))
precision = _after(lambda: torch.set_float32_matmul_precision("medium"))
cudnn = _after(lambda: setattr(torch.backends.cudnn, "benchmark", True))
torch_prints = _after(lambda: torch.set_printoptions(precision=1, sci_mode=True))
numpy_errors = _after(lambda: np.seterr(all="raise"))
numpy_prints = _after(lambda: np.set_printoptions(precision=1))
plots = _after(lambda: mpl.rcParams.update({"font.size": 99}))
folder = _after(lambda: os.chdir(tempfile.gettempdir()))
environment = _after(lambda: os.environ.update(COURSE_ATTACK="1"))
no_environment = _after(os.environ.clear)
language = _after(
    lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C")
)
logging_level = _after(lambda: logging.getLogger().setLevel(1))
logging_off = _after(lambda: logging.disable(logging.CRITICAL))
logging_handlers = _after(lambda: logging.getLogger().addHandler(logging.NullHandler()))
search_path = _after(lambda: sys.path.insert(0, "/nowhere"))
new_search_path = _after(lambda: setattr(sys, "path", ["/nowhere"]))
another_numpy = _after(lambda: sys.modules.update(numpy=math))
hooks = _after(lambda: setattr(sys, "excepthook", print))
display_hook = _after(lambda: setattr(sys, "displayhook", lambda value: None))
trace = _after(lambda: sys.settrace(lambda *args: None))
profile = _after(lambda: sys.setprofile(lambda *args: None))
recursion = _after(lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 99))
turns = _after(lambda: sys.setswitchinterval(1.0))
no_collection = _after(gc.disable)
collection = _after(lambda: gc.set_threshold(1, 1, 1))
interrupts = _after(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
termination = _after(lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
timer = _after(lambda: signal.setitimer(signal.ITIMER_PROF, 1000))
patched_exp = _after(lambda: setattr(torch, "exp", torch.sin))
patched_method = _after(lambda: setattr(torch.Tensor, "nan_to_num", lambda self: 0))
patched_functional = _after(lambda: setattr(F, "relu", torch.sin))
patched_layer = _after(lambda: setattr(nn, "Linear", None))
patched_numpy = _after(lambda: setattr(np, "array", None))
patched_len = _after(lambda: setattr(builtins, "len", lambda value: 1 / 0))
patched_print = _after(lambda: setattr(builtins, "print", None))
patched_isinstance = _after(lambda: setattr(builtins, "isinstance", lambda *args: 1 / 0))
no_open = _after(lambda: delattr(builtins, "open"))
patched_clock = _after(lambda: setattr(time, "monotonic", lambda: 0.0))
patched_random = _after(lambda: setattr(random, "getstate", None))
patched_exit = _after(lambda: setattr(math, "sqrt", os._exit))
mode = _after(lambda: torch.utils._device.DeviceContext(torch.device("cpu")).__enter__())
warning_hook = _after(lambda: setattr(warnings, "catch_warnings", None))
filters_warnings = _after(lambda: warnings.simplefilter("error"))
closes_stdout = _after(lambda: sys.stdout.close())
sets_stdout = _after(lambda: setattr(sys, "stdout", None))
sets_stderr = _after(lambda: setattr(sys, "stderr", None))
prints_to_stderr = _after(lambda: print("oh", file=sys.stderr))
writes_to_fd = _after(lambda: os.write(1, b"loud"))
closes_a_file = _after(lambda: os.close(0))
opens_files = _after(lambda: NOTEBOOK.append([open(os.devnull) for _ in range(20)]))  # noqa: SIM115
leaves_threads = _after(lambda: [threading.Thread(target=time.sleep, args=(9,)).start() for _ in range(200)])
alarm = _after(lambda: signal.alarm(1000))
changes_a_notebook_list = _after(lambda: NOTEBOOK.append(1))
draws = _after(lambda: NOTEBOOK)
logs = _after(lambda: logging.getLogger("mine").warning("hear me"))


def inference(p, q):
    NOTEBOOK.append(torch.inference_mode())
    NOTEBOOK[-1].__enter__()
    return right(p, q)


def sets_the_input(p, q):
    p.set_(torch.zeros(2).untyped_storage())
    return right(q, q)


def resizes_the_input(p, q):
    value = right(p, q)
    p.resize_(0)
    return value


def empties_the_input(p, q):
    value = right(p, q)
    q.untyped_storage().resize_(0)
    return value


def adds_to_the_input(p, q):
    value = right(p, q)
    p += 1
    return value


def input_as_float64(p, q):
    value = right(p, q)
    p.data = p.data.double()
    return value


def asks_for_gradients(p, q):
    p.requires_grad_()
    return right(p, q)
