"""A real Prometheus: every kind of answer, and what the engine keeps while it is broken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from math import isinf
from typing import Any

import pytest

from fleetui.core.errors import Invalid
from fleetui.core.query import Query
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.engine.engine import Engine
from fleetui.providers.prometheus.discover import discover
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

from .servers.prometheus import PrometheusServer

ALERTS = SourceKey("prometheus", "main", "alerts")
TARGETS = SourceKey("prometheus", "main", "targets")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    made = PrometheusServer(tmp_path_factory.mktemp("prometheus"))
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
async def provider(server: PrometheusServer) -> AsyncIterator[Prometheus]:
    made = Prometheus("main", PrometheusSettings(url=server.url, timeout=1))
    yield made
    await made.close()


async def becomes(condition: Callable[[], Any], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds:g}s: {what}")


async def test_alerts_broken_rules_and_targets(provider: Prometheus) -> None:
    async def alerts() -> bool:
        rows = (await provider.fetch(ALERTS)).rows
        return {("alert", "TargetDown"), ("rule", "Broken")} <= {
            (row.ref.kind, row.name) for row in rows
        }

    async def targets() -> bool:
        states = {row.state for row in (await provider.fetch(TARGETS)).rows}
        return states == {State.RUNNING, State.FAILED}

    await becomes(alerts, "an alert and a broken rule")
    await becomes(targets, "one target up, one down")


async def test_an_alert_remembers_when_it_began(provider: Prometheus) -> None:
    async def remembers() -> bool:
        rows = (await provider.fetch(ALERTS)).rows
        alert = next((row for row in rows if row.ref.kind == "alert"), None)
        if alert is None:
            return False
        told = (await provider.describe(alert.ref)).events
        return {"alert pending", "alert firing"} & {event.message for event in told} != set()

    await becomes(remembers, "its series tell of its beginning", 60)


async def test_each_type_of_answer(provider: Prometheus, server: PrometheusServer) -> None:
    scalar = await provider.query(Query("scalar(vector(1)/0)"))
    assert scalar.series[0].last is not None
    assert isinf(scalar.series[0].last)
    assert (await provider.query(Query('"hello"'))).text == "hello"
    vector = await provider.query(Query("up"))
    assert (vector.kind, len(vector.series)) == ("vector", 2)
    matrix = await provider.query(Query("vector(1)", 1800, 120))
    assert (matrix.kind, matrix.step, len(matrix.series[0].points)) == ("matrix", 15, 121)
    with pytest.raises(Invalid, match="parse error"):
        await provider.query(Query("up{"))
    report = await provider.check()
    assert report.version.startswith("2.")
    assert all(allowed for _, allowed in report.permissions)
    found = await discover(port=server.port, timeout_s=5)
    assert found is not None


async def test_rows_and_series_outlive_a_crash_and_a_hang(
    provider: Prometheus, server: PrometheusServer
) -> None:
    engine = Engine([provider])
    keys = (ALERTS, TARGETS, *engine.query_keys(Query("up")))
    subscription = engine.subscribe(keys, lambda _tick: None)

    def all_are(condition: Callable[[Snapshot], bool]) -> bool:
        return all(condition(engine.store.snapshot(key)) for key in keys)

    def good(one: Snapshot) -> bool:
        return not one.stale and bool(one.rows or (one.result and one.result.series))

    def kept(one: Snapshot) -> bool:
        return one.stale and bool(one.rows or (one.result and one.result.series))

    async def pressed(condition: Callable[[Snapshot], bool], what: str) -> None:
        end = time.monotonic() + 30
        while not all_are(condition):
            assert time.monotonic() < end, f"not within 30s: {what}"
            engine.refresh(keys)
            await asyncio.sleep(0.25)

    try:
        await pressed(good, "the first answers")
        server.kill()
        await pressed(kept, "stale after the crash")
        whats = {fault.what for k in keys if (fault := engine.store.snapshot(k).fault)}
        assert whats == {"connection refused"}
        await asyncio.to_thread(server.start)
        await pressed(good, "healed after the restart")
        server.hang()
        try:
            await pressed(kept, "stale while it hangs")
            whats = {fault.what for k in keys if (fault := engine.store.snapshot(k).fault)}
            assert whats <= {"no answer in time", "no connection in time"}
        finally:
            server.resume()
        await pressed(good, "healed after the hang")
    finally:
        subscription.close()
        await engine.close()
