"""The machinery behind every exercise: it calls a function, compares what comes back, and finds the words."""
