"""One thread count for every test, quiet progress bars, and nothing remembered of what a test "solves"."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("COURSE_PROGRESS", "off")
os.environ["COURSE_REMEMBER"] = "off"
