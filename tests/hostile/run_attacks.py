"""Attack all public callables and write what became of it as JSON: a process of its own, which may die."""

import json
import os
import resource
import sys
import tempfile
import warnings

import matplotlib
import torch

matplotlib.use("agg")

from course_utils.widgets.metrics import measures
from hostile import attack, bad_values, examples, public

NOT_CALLED = {
    "checkpoints.train": "it trains for minutes; what it is given is checked before",
    "data.download": "it fetches",
    "scale.train": "it trains, and writes beside the file that it is given; tests/scale gives it what is bad",
    "training.seed_everything": "it seeds everything, this test included",
}


def main(path, only=""):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    path = os.path.abspath(path)
    folder = tempfile.mkdtemp()
    resource.setrlimit(resource.RLIMIT_AS, (12 * 2**30, 12 * 2**30))
    measures.REPEATS = 2  # what a hundred draws come to, at each of a hundred widgets, is a fifth of all time
    rows = []
    for name, value in public.callables().items():
        # Some of what is given is taken for the name of a file or a folder to write: nobody else finds it.
        os.chdir(tempfile.mkdtemp(dir=folder))
        if name in NOT_CALLED or not name.startswith(only):
            continue
        value, method = value if isinstance(value, tuple) else (value, None)
        rows += attacks(name, value, method)
    with open(path, "w") as file:
        json.dump(rows, file)


def attacks(name, value, method):
    rows = []
    parameters = public.parameters(value, method)
    good = examples.arguments(name, value, method)
    call = examples.target(name, value, method)
    good_result = attack.quietly(call, good, seconds=60)  # what is imported late included
    for parameter in parameters:
        default = parameter.default
        for kind, bad in bad_values.bad_values(good[parameter.name], default).items():
            good = examples.arguments(name, value, method)
            found, said = attack.outcome(call, good, parameter.name, kind, bad, good_result)
            rows.append([name, parameter.name, kind, found, said])
    return rows


if __name__ == "__main__":
    main(*sys.argv[1:])
