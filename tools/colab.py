"""Make a Colab session ready for the course: `%run course/tools/colab.py` in a notebook's first cell.

Beside a clone of the course it installs what Colab lacks, puts the package on the path, goes to the folder of
the notebooks and lets Colab show widgets that are not its own. docs/colab.md says how to get there.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_HERE = ("jupyterlab",)  # Colab is its own front end


def lacking():
    """What pip is to install, such as ["anywidget>=0.9.18"]: what is missing, or too old for the course."""
    from course_utils import doctor

    rows = [row for row in doctor.packages() if row.remedy and row.what not in NOT_HERE]
    return [f"{row.what}{row.wanted}" for row in rows]


def show_widgets():
    """Let Colab show widgets that are not its own; whether this is Colab at all."""
    try:
        from google.colab import output
    except ImportError:
        return False
    output.enable_custom_widget_manager()
    return True


def main():
    """Do all of it, and say so in a line; return the exit status."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    wanted = lacking()
    if wanted and subprocess.call([sys.executable, "-m", "pip", "install", "--quiet", *wanted]):
        print(
            f"colab: pip could not install {', '.join(wanted)}: what it said stands above.", file=sys.stderr
        )
        return 1
    os.chdir(ROOT / "notebooks")
    colab = show_widgets()
    print(
        "The course is ready" + ("." if colab else ", though this is not Colab: `make lab` is the way here.")
    )
    return 0


if __name__ == "__main__" and main():
    raise SystemExit(1)
