"""Answers of a real engine (20.10.24, API 1.41), as it gave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fleetui.providers.docker import answers
from fleetui.providers.docker.answers import Summary
from fleetui.providers.docker.containers import Scene
from fleetui.providers.docker.details import Detail, detail_of

FOLDER = Path(__file__).parent / "recorded"
# When the container list was recorded, by the engine's clock.
NOW = 1795559130.0
SCENE = Scene("bastion", NOW + 1, NOW)


def recorded(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def events() -> list[Any]:
    lines = (FOLDER / "events.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def summaries() -> dict[str, Summary]:
    found, unreadable = answers.each(recorded("containers"), Summary)
    assert not unreadable
    return {s.names[0].removeprefix("/"): s for s in found if s.names}


def detail(name: str) -> Detail:
    return detail_of(recorded(f"inspect_{name}"))


def summary(**fields: Any) -> Summary:
    """Return a list's entry of our own writing, with what is not given left out."""
    return answers.one({"Id": "c" * 64, **fields}, Summary)
