"""One thread count for every test, and quiet progress bars: what `make notebooks` uses too."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("COURSE_PROGRESS", "off")
