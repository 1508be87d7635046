"""CPU and memory for `get`, where a back end measures only what it is asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fleetui.core.errors import ProviderError
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot
from fleetui.core.state import State
from fleetui.providers.base import Measurable, Provider, Usage

MOST = 50
BOUND_S = 2.5
_BETWEEN_S = 0.5
_LEAST_ROUNDS = 2
"""CPU is a difference: an engine that gives counters is read twice."""
log = logging.getLogger(__name__)


def lacking(
    rows: Iterable[Resource], snapshots: Iterable[Snapshot], providers: Sequence[Provider]
) -> dict[Measurable, list[Ref]]:
    """Return the rows whose CPU is not known yet and could be measured, by who can."""
    who: dict[Ref, Measurable] = {}
    for snapshot in snapshots:
        for provider in providers:
            named = (provider.name, provider.scope)
            if named == (snapshot.key.provider, snapshot.key.scope) and isinstance(
                provider, Measurable
            ):
                who.update(dict.fromkeys((row.ref for row in snapshot.rows), provider))
    found: dict[Measurable, list[Ref]] = {}
    for row in rows:
        if row.ref in who and row.state is State.RUNNING and getattr(row, "cpu", 0) is None:
            found.setdefault(who[row.ref], []).append(row.ref)
    return found


async def measure(wanted: Mapping[Measurable, list[Ref]]) -> dict[Ref, Usage]:
    """Measure all of these at once; what takes longer than the bound is left out."""
    got: dict[Ref, Usage] = {}
    tasks = [asyncio.ensure_future(_measure(who, refs, got)) for who, refs in wanted.items()]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=BOUND_S)
        for task in late:
            task.cancel()
    return got


async def _measure(who: Measurable, refs: list[Ref], got: dict[Ref, Usage]) -> None:
    """Measure until each has a share of the processor, or until no more of them get one."""
    before, rounds = len(refs) + 1, 0
    try:
        while refs and (rounds < _LEAST_ROUNDS or len(refs) < before):
            if rounds:
                await asyncio.sleep(_BETWEEN_S)
            rounds, before = rounds + 1, len(refs)
            got |= await who.measure(refs)
            refs = [ref for ref in refs if ref not in got or got[ref].cpu is None]
    except ProviderError as error:
        log.info("not measured: %s", error.fault().line)


def filled(row: Resource, usage: Usage | None) -> Resource:
    """Return the row with what was measured."""
    if usage is None:
        return row
    values: dict[str, Any] = {"cpu": usage.cpu, "memory": usage.memory}
    if usage.memory_limit is not None and hasattr(row, "memory_limit"):
        values["memory_limit"] = usage.memory_limit
    return replace(row, **{name: value for name, value in values.items() if value is not None})
