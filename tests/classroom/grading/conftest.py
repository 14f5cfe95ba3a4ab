import pytest

from course_utils.classroom.grading.sandbox import Limits, Sandbox

LIMITS = Limits(seconds=1.0, room=2**30)


@pytest.fixture(scope="session")
def sandbox():
    made = Sandbox(LIMITS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def guarded():
    """As on a system that allows no namespaces."""
    made = Sandbox(LIMITS, walled=False)
    assert made.fences == {"network": False, "files": False}
    yield made
    made.close()
