"""Every pytest run here, on notebooks too, obeys tools/nbval_rules.py and is timed by tools/costs.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
pytest_plugins = ["nbval_rules", "costs"]
