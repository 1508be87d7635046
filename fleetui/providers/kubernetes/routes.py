"""Ingress objects as rows."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene


def ingress_row(scene: Scene, thing: shapes.Ingress) -> objects.Service:
    """Return the row of one object."""
    return objects.Service(ref=scene.ref("ingresses", thing))
