"""How much memory this process takes, on any system."""

import os
import sys


def bytes_taken():
    """Bytes of memory that this process holds; 0 where the system does not say."""
    return _pages(1) if sys.platform == "linux" else _asked()


def bytes_reserved():
    """Bytes of addresses that this process holds, on Linux; 0 elsewhere."""
    return _pages(0)


def _pages(field):
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[field]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _asked():
    try:
        import psutil  # comes with every Jupyter kernel

        return psutil.Process().memory_info().rss
    except Exception:
        return 0
