"""`python -m bench`: one small table of ratios, each from one run on this machine."""

import argparse
import importlib
import pkgutil

import bench


def main():
    """Run every bench/*.py that has a measure() -> [(what, ours, theirs, ratio)], all strings."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [m.name for m in pkgutil.iter_modules(bench.__path__) if not m.name.startswith("_")]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(names)} (default: all)")
    chosen = parser.parse_args().names or names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        parser.error(f"NAME must be one of {', '.join(names)}; got {unknown[0]!r}")
    rows = [("what", "ours", "theirs", "ratio")]
    for name in chosen:
        rows += importlib.import_module(f"bench.{name}").measure()
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
