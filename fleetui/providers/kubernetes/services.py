"""Service objects as rows."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene


def service_row(scene: Scene, thing: shapes.Service) -> objects.Service:
    """Return the row of one object."""
    return objects.Service(ref=scene.ref("services", thing))
