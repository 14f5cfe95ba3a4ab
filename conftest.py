"""Every pytest run in this repository, on notebooks too, obeys the rules of tools/nbval_rules.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
pytest_plugins = ["nbval_rules"]
