"""Seconds of one thread of the processor that trilemma was trained on, by run."""

SECONDS = {}
