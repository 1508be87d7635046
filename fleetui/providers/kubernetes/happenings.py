"""Event objects as rows."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene


def event_row(scene: Scene, thing: shapes.Event) -> objects.Event:
    """Return the row of one object."""
    return objects.Event(ref=scene.ref("events", thing))
