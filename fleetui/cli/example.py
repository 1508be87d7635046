"""Prints `config.example.toml`: `python -m fleetui.cli.example > config.example.toml`."""

from __future__ import annotations

from fleetui.cli import compose, output
from fleetui.config.example import example
from fleetui.providers import registry


def text() -> str:
    """Return what the committed example must be."""
    return example(compose.settings_of, registry.BACKENDS)


if __name__ == "__main__":
    output.emit(text().splitlines())
