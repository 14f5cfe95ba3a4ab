"""What a test needs from the system: where it is missing the test skips, but fails where CI=true."""

import os
import shutil

import pytest


def command(*names, advice):
    """The path of the first of these commands that is installed; advice: what to do where none is."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"no {names[0]} on the PATH: {advice}"
        )
    return path
