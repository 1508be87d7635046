"""Reads documents of a back end whose form is not ours to rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def dig(raw: Any, *names: str) -> Any:
    """Return what stands under these names, None where the document is not of that form."""
    for name in names:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw
