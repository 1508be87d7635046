"""Which rows a change of one object alters."""

from __future__ import annotations

from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.base import Thing


def touched(
    scene: Scene, resource: str, before: Thing | None, after: Thing | None
) -> set[tuple[str, str]]:
    """Return the (pane kind, uid) of each row to be made anew.

    It is asked after `Scene.put` or `Scene.drop`; `before` is what those returned.
    """
    return set()
