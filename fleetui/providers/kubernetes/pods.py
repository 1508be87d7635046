"""Pod objects as rows."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene


def pod_row(scene: Scene, thing: shapes.Pod) -> objects.Container:
    """Return the row of one object."""
    return objects.Container(ref=scene.ref("pods", thing))
