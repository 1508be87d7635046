"""The demo fleet: a small company's back ends, played from a story, without any network."""

from __future__ import annotations

from fleetui.providers.demo.faults import FAULTS
from fleetui.providers.demo.fleet import PRODUCTION, demo_fleet

__all__ = ["FAULTS", "FILTERS", "PRODUCTION", "demo_fleet"]

FILTERS = {"broken": "!state:running !state:stopped", "new": "age<1d"}
"""What `@broken` and `@new` mean where no config gives names."""
