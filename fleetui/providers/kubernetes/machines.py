"""Node objects as rows."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene


def node_row(scene: Scene, thing: shapes.Node) -> objects.Instance:
    """Return the row of one object."""
    return objects.Instance(ref=scene.ref("nodes", thing))
