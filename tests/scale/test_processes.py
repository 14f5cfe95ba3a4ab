"""Two processes, as torchrun starts them, come to the end that one alone comes to, and one of them writes."""

import os
import socket
import subprocess
import sys

import torch
from tiny_runs import run

from course_utils import scale

COMMANDS = """
import sys
from course_utils.__main__ import main
from course_utils.training import processes

same = "--data digits --preset quick --device cpu --samples 4 --batch 8 --steps 3 --out".split()
with processes.joined(timeout=300.0, device="cpu"):
    for recipe, *more in (["diffusion"], ["gan"], ["vae", "--sharded"]):
        assert main(["train", recipe, *same, f"{sys.argv[1]}/{recipe}", *more]) == 0
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def start(folder, rank, port):
    """One of two processes, with the variables that torchrun sets."""
    place = {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    told = {**os.environ, **place, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", COMMANDS, str(folder)]
    return subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_are_as_one(tmp_path):
    port = free_port()
    both = [start(tmp_path, rank, port) for rank in (0, 1)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0].startswith("diffusion on digits: 3 steps") and said[1][0] == ""
    for recipe in ("diffusion", "vae"):
        run(recipe, "digits", tmp_path / "one" / recipe)
        (two, record), (one, _) = (scale.load(tmp_path / name / recipe) for name in ("", "one"))
        assert record["training"]["processes"] == 2
        for name, value in one.state_dict().items():
            assert torch.allclose(two.state_dict()[name], value, atol=1e-4), name
    game, record = scale.load(tmp_path / "gan")  # whose batch norms see other batches, half as large
    assert record["training"]["steps"] == 3 and scale.sample(game, record, 2).shape == (2, 1, 8, 8)
