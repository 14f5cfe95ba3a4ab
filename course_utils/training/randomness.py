"""Random numbers of torch, NumPy and Python that belong to a name, such as one item of a pass over data."""

import hashlib
import random

import numpy as np
import torch


class Randomness:
    """Inside `with randomness:` random numbers of torch, NumPy and Python are its own, those of a name."""

    def __init__(self, name):
        self._name, self._inside = name, None

    def __enter__(self):
        self._outside = torch.default_generator.get_state(), np.random.get_state(), random.getstate()
        if self._inside is not None:
            return _set_states(*self._inside)
        number = number_of(self._name)
        torch.default_generator.manual_seed(number)
        np.random.seed(number)
        return random.seed(number)

    def __exit__(self, *error):
        self._inside = torch.default_generator.get_state(), np.random.get_state(), random.getstate()
        _set_states(*self._outside)


def _set_states(of_torch, of_numpy, of_python):
    torch.default_generator.set_state(of_torch)
    np.random.set_state(of_numpy)
    random.setstate(of_python)


def number_of(name):
    """A seed, 0 .. 2**32 - 1, that belongs to a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")
