"""The demo's writing half: everything that can be done to the fleet, at a believable pace."""

from __future__ import annotations

from collections.abc import Sequence

from fleetui.providers.base import Provider
from fleetui.providers.demo.provider import DemoProvider
from fleetui.providers.demo.writer.writer import DemoWriter
from fleetui.providers.writing import Writer


def demo_writers(fleet: Sequence[Provider]) -> tuple[Writer, ...]:
    """Return a writer for each back end of a demo fleet that can be changed."""
    return tuple(
        DemoWriter(one)
        for one in fleet
        if isinstance(one, DemoProvider) and one.name != "prometheus"
    )
