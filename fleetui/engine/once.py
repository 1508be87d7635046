"""One answer from each source and no more: what `get` needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.faults import no_answer
from fleetui.engine.subscription import Tick


async def settle(
    engine: Engine, keys: Iterable[SourceKey], timeout_s: float
) -> tuple[Snapshot, ...]:
    """Return a snapshot of each key as soon as all have answered or failed.

    A key that did neither within `timeout_s` seconds comes with the fault that says so; the
    rows that it had before, or that had arrived, are kept.
    """
    wanted = tuple(dict.fromkeys(keys))
    before = {key: engine.store.snapshot(key).generation for key in wanted}
    settled = asyncio.Event()

    def listen(_: Tick) -> None:
        if all(_answered(engine.store.snapshot(key), before[key]) for key in wanted):
            settled.set()

    subscription = engine.subscribe(wanted, listen)
    try:
        engine.refresh(key for key in wanted if before[key])
        if wanted:
            async with asyncio.timeout(timeout_s):
                await settled.wait()
    except TimeoutError:
        pass
    finally:
        subscription.close()
    return tuple(
        _final(engine, engine.store.snapshot(key), before[key], timeout_s) for key in wanted
    )


def _answered(snapshot: Snapshot, before: int) -> bool:
    if snapshot.generation <= before:
        return False
    return snapshot.fault is not None or (snapshot.fetched_at is not None and snapshot.complete)


def _final(engine: Engine, snapshot: Snapshot, before: int, timeout_s: float) -> Snapshot:
    if _answered(snapshot, before):
        return snapshot
    fault = no_answer(snapshot.key, timeout_s)
    return replace(snapshot, fault=fault, failing_since=engine.now())
