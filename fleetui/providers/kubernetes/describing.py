"""Describes objects from the API's own documents."""

from __future__ import annotations

from fleetui.core.description import Description
from fleetui.providers.kubernetes.scene import Scene


def described(kind: str, raw_json: bytes, scene: Scene) -> Description:
    """Return one object by sections and its raw document, secrets masked in both.

    `kind` is the ref's: `pod`, `deploy`, `svc`.
    """
    return Description()
