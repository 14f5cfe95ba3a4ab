"""Measurements that are too noisy for a test; `python -m bench` runs them all and prints ratios."""
