"""Fixtures of the board: a clock in UTC, and a demo fleet that stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from board_fleet import Fleet


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the clock of the top line the same everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
async def fleet() -> Fleet:
    """A fleet whose sources have all answered."""
    return await Fleet().fill()


@pytest.fixture
def pictured() -> Fleet:
    """The same for a test that runs no loop of its own."""
    return asyncio.run(Fleet().fill())
