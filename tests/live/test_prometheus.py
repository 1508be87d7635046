"""A real Prometheus: every kind of answer, and what the engine keeps while it is broken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from math import isinf

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
from .servers.waiting import PATIENCE_S, becomes

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
    made = Prometheus("main", PrometheusSettings(url=server.url, timeout=60))
    yield made
    await made.close()


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

    await becomes(remembers, "its series tell of its beginning")


async def test_each_type_of_answer(provider: Prometheus, server: PrometheusServer) -> None:
    scalar = await provider.query(Query("scalar(vector(1)/0)"))
    assert scalar.series[0].last is not None
    assert isinf(scalar.series[0].last)
    assert (await provider.query(Query('"hello"'))).text == "hello"

    async def both() -> bool:
        vector = await provider.query(Query("up"))
        return (vector.kind, len(vector.series)) == ("vector", 2)

    await becomes(both, "a series of each target")
    matrix = await provider.query(Query("vector(1)", 1800, 120))
    assert (matrix.kind, matrix.step, len(matrix.series[0].points)) == ("matrix", 15, 121)
    with pytest.raises(Invalid, match="parse error"):
        await provider.query(Query("up{"))
    report = await provider.check()
    assert report.version.startswith("2.")
    assert all(allowed for _, allowed in report.permissions)
    found = await discover(port=server.port, timeout_s=60)
    assert found is not None


async def test_rows_and_series_outlive_a_crash_and_a_hang(server: PrometheusServer) -> None:
    provider = Prometheus("main", PrometheusSettings(url=server.url, timeout=2))
    engine = Engine([provider])
    keys = (ALERTS, TARGETS, *engine.query_keys(Query("up")))
    subscription = engine.subscribe(keys, lambda _tick: None)

    def all_are(condition: Callable[[Snapshot], bool]) -> bool:
        return all(condition(engine.store.snapshot(key)) for key in keys)

    def good(one: Snapshot) -> bool:
        return not one.stale and bool(one.rows or (one.result and one.result.series))

    def kept(one: Snapshot) -> bool:
        return one.stale and bool(one.rows or (one.result and one.result.series))

    async def pressed(condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"not in time: {what}; {whats()}"
            engine.refresh(keys)
            await asyncio.sleep(0.25)

    def whats() -> set[str]:
        faults = [engine.store.snapshot(key).fault for key in keys]
        return {fault.what for fault in faults if fault}

    try:
        await pressed(lambda: all_are(good), "the first answers")
        server.kill()
        # What was under way broke off: it is refused at the next try.
        refused = {"connection refused"}
        await pressed(lambda: all_are(kept) and whats() == refused, "stale after the crash")
        await asyncio.to_thread(server.start)
        await pressed(lambda: all_are(good), "healed after the restart")
        server.hang()
        try:
            await pressed(lambda: all_are(kept), "stale while it hangs")
            assert whats() <= {"no answer in time", "no connection in time"}
        finally:
            server.resume()
        await pressed(lambda: all_are(good), "healed after the hang")
    finally:
        subscription.close()
        await engine.close()
        await provider.close()
