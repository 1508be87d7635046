"""Watching: one stream for all, in batches, whatever comes."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from fleetui.core.errors import Unreachable
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.skew import Skew
from fleetui.providers.base import Change, Happened, Hinted, Upserted
from fleetui.providers.docker.hub import Hub, Mailbox

KINDS = frozenset({"containers", "images", "events"})


class ScriptedLink:
    """Streams that say what a test puts into them."""

    scope = "bastion"

    def __init__(self) -> None:
        self.skew = Skew()
        self.said: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.since: list[str | None] = []
        self.ended = threading.Event()

    def events(self, since: str | None, hold: Callable[[Any], None]) -> Iterator[Any]:
        self.since.append(since)
        hold(self)
        yield None
        while (found := self.said.get()) is not StopIteration:
            if isinstance(found, Exception):
                raise found
            yield found

    def cut(self) -> None:
        self.ended.set()
        self.said.put(StopIteration)


def happening(number: int, action: str = "start", kind: str = "container") -> Any:
    actor = {"ID": f"c{number}", "Attributes": {"name": f"web-{number}"}}
    return {"Type": kind, "Action": action, "Actor": actor, "timeNano": 5_000_000_000 + number}


class Follower:
    """A watcher that keeps what it is told."""

    def __init__(self, changes: AsyncIterator[Change]) -> None:
        self.got: list[Change] = []
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._follow(changes))

    async def _follow(self, changes: AsyncIterator[Change]) -> None:
        try:
            async for change in changes:
                self.got.append(change)
                self._news.set()
        finally:
            self._news.set()
            await changes.aclose()  # type: ignore[attr-defined]

    async def until(self, condition: Callable[[list[Change]], Any]) -> None:
        async with asyncio.timeout(180):
            while not condition(self.got):
                self._news.clear()
                await self._news.wait()

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
def link() -> ScriptedLink:
    return ScriptedLink()


@pytest.fixture
def touched() -> list[tuple[frozenset[str], frozenset[str]]]:
    return []


@pytest.fixture
def hub(link: ScriptedLink, touched: list[Any]) -> Hub:
    return Hub(link, KINDS, lambda kinds, uids: touched.append((kinds, uids)))  # type: ignore[arg-type]


def happened(changes: list[Change]) -> int:
    return sum(len(c.events) for c in changes if isinstance(c, Happened))


async def test_an_open_stream_asks_for_a_new_list(hub: Hub) -> None:
    follower = Follower(hub.watch("containers"))
    await follower.until(lambda got: got == [Hinted()])
    await follower.stop()


async def test_a_storm_is_few_changes_and_no_event_is_lost(
    hub: Hub, link: ScriptedLink, touched: list[Any]
) -> None:
    rows, events = Follower(hub.watch("containers")), Follower(hub.watch("events"))
    await rows.until(lambda got: Hinted() in got)
    for number in range(4000):
        link.said.put(happening(number))
    await events.until(lambda got: happened(got) == 4000)
    assert len(events.got) < 100
    assert len(rows.got) < 100
    assert all(c == Hinted() for c in rows.got)
    assert frozenset.union(*(uids for _, uids in touched)) == {f"c{n}" for n in range(4000)}
    assert len(link.since) == 1, "one stream serves both"
    await rows.stop()
    assert not link.ended.is_set()
    await events.stop()
    assert await asyncio.to_thread(link.ended.wait, 10), "the last watcher ends the stream"


async def test_only_those_are_told_whom_it_concerns(hub: Hub, link: ScriptedLink) -> None:
    images, events = Follower(hub.watch("images")), Follower(hub.watch("events"))
    await images.until(lambda got: len(got) == 1)
    link.said.put(happening(1, "pause"))
    link.said.put(happening(2, "exec_die"))
    await events.until(lambda got: happened(got) == 1)
    assert images.got == [Hinted()]
    link.said.put(happening(3, "tag", "image"))
    await images.until(lambda got: len(got) == 2)
    await images.stop()
    await events.stop()


async def test_a_lost_stream_is_told_after_what_it_said_and_goes_on_from_there(
    hub: Hub, link: ScriptedLink
) -> None:
    follower = Follower(hub.watch("events"))
    link.said.put(happening(7))
    link.said.put(StopIteration)
    with pytest.raises(Unreachable, match="the event stream ended"):
        await follower.task
    assert happened(follower.got) == 1
    again = Follower(hub.watch("events"))
    link.said.put(happening(8))
    await again.until(lambda got: happened(got) == 1)
    assert link.since == [None, "5.000000008"]
    await again.stop()


async def test_why_a_stream_failed_is_passed_on(hub: Hub, link: ScriptedLink) -> None:
    follower = Follower(hub.watch("containers"))
    link.said.put(Unreachable("no Docker engine"))
    with pytest.raises(Unreachable, match="no Docker engine"):
        await follower.task


async def test_after_a_doubt_the_stream_is_opened_anew(hub: Hub, link: ScriptedLink) -> None:
    follower = Follower(hub.watch("containers"))
    await follower.until(lambda got: len(got) == 1)
    hub.trust()
    assert len(link.since) == 1, "nobody doubted"
    hub.doubt()
    hub.trust()
    await follower.until(lambda got: len(got) == 2)
    assert len(link.since) == 2
    assert link.ended.is_set()
    await follower.stop()


async def test_a_mailbox_keeps_the_newest_of_each_row() -> None:
    box = Mailbox()
    ref = Ref("docker", "bastion", "container", "c1", "web")
    old, new = Container(ref=ref, image="a"), Container(ref=ref, image="b")
    for change in (Upserted((old,)), Hinted(), Upserted((new,)), Hinted()):
        box.put(change)
    assert await box.take() == [Upserted((new,)), Hinted()]
