"""How long the lessons train: COURSE_PRESET is quick (the default), full, or smoke.

With smoke every training stops after a handful of steps, so that a test of the plumbing is soon through a
notebook; what comes out is no model, and `verdict` says so in place of PASS and FAIL.
"""

import os

from ._validate import check_choice

SMOKE_STEPS = 3  # of each training, however long it would be


def chosen():
    """The preset of this process: "quick", "full" or "smoke"; ValueError for another value."""
    return check_choice("COURSE_PRESET", os.environ.get("COURSE_PRESET", "quick"), ["quick", "full", "smoke"])


def preset(quick, full=None, smoke=None):
    """quick, or what stands for the preset that was chosen; left out, it is quick there too."""
    value = {"quick": quick, "full": full, "smoke": smoke}[chosen()]
    return quick if value is None else value
