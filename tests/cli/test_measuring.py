"""CPU and memory in a list that is printed once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from fleetui.cli import measuring
from fleetui.core.errors import Unreachable
from fleetui.core.objects import Container, Image
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.providers.base import Batch, Report, SourceSpec, Usage

KEY = SourceKey("docker", "a", "containers")


def ref(name: str) -> Ref:
    return Ref("docker", "a", "container", name, name)


def box(name: str, state: State = State.RUNNING, cpu: float | None = None) -> Container:
    return Container(ref=ref(name), state=state, cpu=cpu)


class Meter:
    """Gives counters first and shares from the second reading on, as an engine does."""

    name = "docker"
    scope = "a"

    def __init__(self, known: int = 2, error: Exception | None = None) -> None:
        self.asked: list[list[str]] = []
        self._known = known
        self._error = error

    def sources(self) -> tuple[SourceSpec, ...]:
        return (SourceSpec(KEY),)

    async def fetch(self, key: SourceKey) -> Batch:
        return Batch(())

    async def check(self) -> Report:
        return Report(self.name, self.scope, True)

    async def close(self) -> None:
        self.asked.clear()

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        self.asked.append([r.name for r in refs])
        if self._error:
            raise self._error
        share = 0.5 if len(self.asked) >= self._known else None
        return {r: Usage(share, 100, 200) for r in refs if r.name != "mute"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_BETWEEN_S", 0.0)


def test_only_running_rows_without_a_value_are_measured() -> None:
    rows = [box("a"), box("b", State.STOPPED), box("c", cpu=0.0), Image(ref=ref("d"))]
    meter = Meter()
    snapshot = Snapshot(KEY, 1, tuple(rows))
    assert measuring.lacking(rows, [snapshot], [meter]) == {meter: [ref("a")]}
    assert measuring.lacking(rows[1:], [snapshot], [meter]) == {}
    elsewhere = Snapshot(SourceKey("docker", "b", "containers"), 1, tuple(rows))
    assert measuring.lacking(rows, [elsewhere], [meter]) == {}


async def test_counters_are_read_until_there_is_a_share() -> None:
    meter = Meter(known=2)
    got = await measuring.measure({meter: [ref("a"), ref("b")]})
    assert got == {ref("a"): Usage(0.5, 100, 200), ref("b"): Usage(0.5, 100, 200)}
    assert meter.asked == [["a", "b"], ["a", "b"]]


async def test_one_that_never_answers_is_not_waited_for() -> None:
    meter = Meter(known=2)
    got = await measuring.measure({meter: [ref("a"), ref("mute")]})
    assert got.keys() == {ref("a")}
    assert meter.asked == [["a", "mute"], ["a", "mute"], ["mute"]]


async def test_an_engine_that_fails_costs_the_values_only() -> None:
    assert await measuring.measure({Meter(error=Unreachable("gone")): [ref("a")]}) == {}


async def test_an_engine_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Meter):
        async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
            await asyncio.Event().wait()
            return {}

    monkeypatch.setattr(measuring, "BOUND_S", 0.01)
    good = Meter(known=1)
    got = await measuring.measure({Hanging(): [ref("a")], good: [ref("b")]})
    assert got.keys() == {ref("b")}


def test_a_row_is_filled_with_what_was_measured() -> None:
    filled = measuring.filled(box("a"), Usage(0.5, 100, None))
    assert filled == Container(ref=ref("a"), state=State.RUNNING, cpu=0.5, memory=100)
    assert measuring.filled(filled, None) is filled
