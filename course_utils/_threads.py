"""One thread for a while: on a busy machine, threads that wait for each other slow small steps manyfold."""

import contextlib

import torch


@contextlib.contextmanager
def one_thread():
    """PyTorch uses one thread inside, and as many as before afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
