"""When listeners are called."""

from __future__ import annotations

import asyncio

from scripted import CONTAINERS, EVENTS

from fleetui.engine.ticker import Ticker


async def test_the_first_change_is_told_at_once_and_the_others_together():
    loop = asyncio.get_running_loop()
    begin, told = loop.time(), []
    ticker = Ticker(0.1, lambda changed: told.append((round(loop.time() - begin, 2), changed)))
    ticker.note(CONTAINERS)
    await asyncio.sleep(0.01)
    for _ in range(20):
        ticker.note(CONTAINERS)
        ticker.note(EVENTS)
        await asyncio.sleep(0.001)
    await asyncio.sleep(1)
    ticker.note(EVENTS)
    await asyncio.sleep(1)

    assert told == [(0.0, {CONTAINERS}), (0.1, {CONTAINERS, EVENTS}), (1.03, {EVENTS})]


async def test_a_closed_ticker_tells_nothing():
    told = []
    ticker = Ticker(0.1, told.append)
    ticker.note(CONTAINERS)
    ticker.close()
    await asyncio.sleep(1)

    assert told == []
