"""The package behind an interactive notebook course on deep generative models."""

__version__ = "0.1.0"
