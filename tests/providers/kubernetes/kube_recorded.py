"""Answers of a real cluster (v1.33.4), and what `kubectl` said of it at the same moment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fleetui.providers.kubernetes.resources import RESOURCES, page
from fleetui.providers.kubernetes.rows import rows
from fleetui.providers.kubernetes.scene import Scene

ANSWERS = Path(__file__).with_name("answers")
NOW = 1_795_704_600.0
"""When the answers were given: 2026-11-26 14:50 UTC."""


def answer(name: str) -> bytes:
    """Return an answer's bytes."""
    return (ANSWERS / f"{name}.json").read_bytes()


def recorded(*but: str) -> Scene:
    """Return the scene of the recorded cluster, without the resources named."""
    scene = new_scene()
    for word, kind in RESOURCES.items():
        path = ANSWERS / f"{word}.json"
        if word not in but and path.exists():
            fill(scene, word, kind_answer(word))
            assert not page(kind, path.read_bytes()).broken
    return scene


def kind_answer(word: str) -> Any:
    """Return an answer as plain data."""
    return json.loads(answer(word))


def new_scene(*loaded: str) -> Scene:
    """Return an empty scene in which these resources are known to be whole."""
    scene = Scene("blue")
    scene.now, scene.version = NOW, "v1.33.4"
    scene.loaded.update((word, "") for word in loaded)
    return scene


def fill(scene: Scene, word: str, document: Any) -> None:
    """Put a list (or its items) into a scene, through the bytes that an API would send."""
    if isinstance(document, list):
        document = {"metadata": {"resourceVersion": "1"}, "items": document}
    found = page(RESOURCES[word], json.dumps(document).encode())
    assert not found.broken, found.broken
    for thing in found.items:
        scene.put(word, thing)
    scene.loaded.add((word, ""))


def row_of(scene: Scene, pane: str, short: str) -> Any:
    """Return the row that is called `kind/name`."""
    found = [row for row in rows(scene, pane) if row.ref.short == short]
    assert len(found) == 1, f"{short}: {[row.ref.short for row in rows(scene, pane)]}"
    return found[0]
