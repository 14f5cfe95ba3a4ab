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
        with pytest.raises(ValueError, match="device must be 'cpu', 'cuda' or None"):
            training.pick_device(bad)
    with pytest.raises(ValueError, match="device must name a CUDA device of this machine"):
        training.pick_device("cuda:99")


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
