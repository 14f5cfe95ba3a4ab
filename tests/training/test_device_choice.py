import random

import numpy as np
import pytest
import torch

from course_utils import training
from course_utils.training.device import RandomStream, autocast, tf32_allowed, use_bf16, use_compile

CPU = torch.device("cpu")


def draw_everywhere():
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_one_call_seeds_everything():
    training.seed_everything(11)
    first = draw_everywhere()
    training.seed_everything(11)
    assert draw_everywhere() == first
    training.seed_everything(12)
    assert all(a != b for a, b in zip(draw_everywhere(), first, strict=True))


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (2**32, ValueError), (1.5, TypeError)])
def test_bad_seeds(seed, error):
    with pytest.raises(error, match="seed must be"):
        training.seed_everything(seed)


def test_pick_device():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert training.pick_device().type == expected
    assert training.pick_device("cpu") == CPU and training.pick_device(CPU) == CPU
    for bad in ("gpu", "meta", 3.5):
        with pytest.raises(ValueError, match="device must be 'cpu', 'cuda', 'mps' or None"):
            training.pick_device(bad)
    with pytest.raises(ValueError, match="device must name a CUDA device of this machine"):
        training.pick_device("cuda:99")


def test_apples_gpu_is_taken_where_it_is_named(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match="this machine, which has no GPU of Apple's"):
        training.pick_device("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    device = training.pick_device("mps")
    assert device.type == "mps" and training.pick_device().type != "mps"
    assert not use_bf16("auto", device) and not use_compile(None, device)


def test_a_stream_on_apples_gpu_leaves_the_callers_numbers_alone(monkeypatch):
    """On a stand-in, whose states are numbers: no machine here has the real one."""
    states = {"now": torch.tensor(1)}
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: states["now"])
    monkeypatch.setattr(torch.mps, "set_rng_state", lambda state: states.update(now=state))
    real = torch.Generator
    monkeypatch.setattr(torch, "Generator", lambda *device: real())
    stream = RandomStream(7, torch.device("mps"))
    with stream:
        assert torch.equal(states["now"], real().manual_seed(7).get_state())
        states["now"] = torch.tensor(3)
    assert states["now"] == 1
    with stream:
        assert states["now"] == 3
    assert stream.state_dict().keys() == {"cpu", "mps"} and states["now"] == 1


def test_a_stream_goes_on_where_its_last_block_ended():
    whole = torch.rand(6, generator=torch.Generator().manual_seed(7))
    stream, drawn = RandomStream(7, CPU), []
    for _ in range(3):
        torch.rand(5)
        with stream:
            drawn.append(torch.rand(2))
    assert torch.equal(torch.cat(drawn), whole)


def test_a_block_that_raises_draws_nothing():
    stream = RandomStream(7, CPU)
    outside = torch.get_rng_state()
    with pytest.raises(RuntimeError), stream:
        torch.rand(3)
        raise RuntimeError
    assert torch.equal(torch.get_rng_state(), outside)
    with stream:
        assert torch.equal(torch.rand(2), torch.rand(2, generator=torch.Generator().manual_seed(7)))


def test_a_cpu_gets_neither_bf16_nor_a_compiler_unless_asked():
    assert not use_bf16("auto", CPU) and not use_bf16("fp32", CPU)
    assert use_bf16("bf16", CPU)
    assert not use_compile(None, CPU) and use_compile(True, CPU)


def test_autocast_and_tf32_do_only_what_they_are_asked():
    a = torch.ones(2, 2)
    with autocast(False, CPU):
        assert (a @ a).dtype == torch.float32
    with autocast(True, CPU):
        assert (a @ a).dtype == torch.bfloat16
    before = torch.get_float32_matmul_precision()
    with tf32_allowed(True, CPU):
        assert torch.get_float32_matmul_precision() == before
