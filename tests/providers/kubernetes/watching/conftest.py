"""A scripted API server, for tests in which nothing waits for the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from kube_scripted import Api, api_server

from fleetui.providers.kubernetes import pause, reflector


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with api_server() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for by the clock takes no time worth mentioning."""
    monkeypatch.setattr(pause, "BASE_S", 0.01)
    monkeypatch.setattr(pause, "CAP_S", 0.05)
    monkeypatch.setattr(pause, "FIRST_DENIED_S", 0.05)
    monkeypatch.setattr(reflector, "GOOD_WATCH_S", 0.0)
    monkeypatch.setattr(reflector, "_SHORT_S", 0.0)
    monkeypatch.setattr(reflector, "JUST_NOW_S", 0.0)
