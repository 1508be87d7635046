"""One keyboard-driven terminal for everything a small team runs."""

__version__ = "0.1.0"
