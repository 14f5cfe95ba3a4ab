"""Short runs by default, long ones on request: COURSE_PRESET=full."""

import os

from ._validate import check_choice


def preset(quick, full):
    """quick, or full where the environment variable COURSE_PRESET is `full`; ValueError for another value."""
    chosen = check_choice("COURSE_PRESET", os.environ.get("COURSE_PRESET", "quick"), ["quick", "full"])
    return full if chosen == "full" else quick
