"""A progress bar for a terminal and for JupyterLab, and nothing at all where it is switched off."""

import contextlib
import os
import sys

from ._validate import check_choice, check_flag, check_number

SECONDS = "{l_bar}{bar}| {n:.0f}/{total:.0f} s [{elapsed}<{remaining}{postfix}]"


def wanted(progress):
    """Whether to draw a bar: never where progress is False or COURSE_PROGRESS=off."""
    check_flag("progress", progress)
    return bool(progress) and os.environ.get("COURSE_PROGRESS", "on").strip().lower() != "off"


@contextlib.contextmanager
def bar(total, unit, progress=True, initial=0):
    """Yield report(done, **numbers), which moves a bar of the given total and shows the numbers beside it.

    total: how many units make the whole, of which `initial` are done; unit: "step" or "s". The bar is
    plain text, so that it stays readable in a saved notebook; where tqdm is missing there is none.
    """
    check_number("total", total, 0), check_number("initial", initial, 0)
    check_choice("unit", unit, ("step", "s"))
    tqdm = _tqdm() if wanted(progress) else None
    if tqdm is None:
        yield lambda done, **numbers: None
        return
    # In a notebook, what goes to stderr gets a red background; in a terminal, stdout is for results.
    file = sys.stdout if in_notebook() else sys.stderr
    shape = SECONDS if unit == "s" else None
    with tqdm(
        total=total, initial=initial, unit=unit, file=file, bar_format=shape, dynamic_ncols=True
    ) as drawn:

        def report(done, **numbers):
            drawn.n = min(round(done, 1), total)
            drawn.set_postfix({name: f"{value:.4g}" for name, value in numbers.items()}, refresh=True)

        yield report


def in_notebook():
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def _tqdm():
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm
