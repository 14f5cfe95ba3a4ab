"""A disk that is full, for tests: the system itself refuses to let a file grow."""

import contextlib

import pytest

resource = pytest.importorskip("resource", reason="this system cannot limit the size of a file")


@contextlib.contextmanager
def files_of_at_most(size):
    """Inside the block a longer file cannot be written: the system itself refuses, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
