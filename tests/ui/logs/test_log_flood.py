"""Numbered lines, as fast as they can be taken, from an engine's bytes to the screen."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from board_fleet import WIDE, Fleet, sees, until
from textual.pilot import Pilot

from fleetui.core.logs.line import LogLine, LogQuery, RawLine
from fleetui.core.logs.store import LogStore
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.engine.logs import LogSession
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.logs import Facts, read
from fleetui.providers.docker.wire import Wire
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.logs.view import LogView

# What is kept is so much that a pause begins in time: one slice fits into a twentieth of it.
EACH, KEPT, CHUNK = 20_000, 24_000, 700
SOURCES = tuple(Ref("docker", "flood", "container", name, name) for name in ("a", "b", "c"))
TOTAL = EACH * len(SOURCES)
FACTS = Facts(tty=False, state="running", started=0, exit_code=None, driver="json-file")


def framed(number: int, source: str) -> bytes:
    """Return a line as an engine sends it; the lines of all sources are a microsecond apart."""
    kind = "odd" if number % 2 else "even"
    level = "error" if number % 10 == 0 else "info"
    micros = number * 3 + ord(source) - ord("a")
    stamp = f"2026-09-01T10:00:{micros // 1_000_000:02d}.{micros % 1_000_000:06d}007Z"
    text = f'{stamp} {{"level":"{level}","msg":"{kind} {number}"}}\n'.encode()
    return b"\x01\0\0\0" + len(text).to_bytes(4, "big") + text


class FloodLink:
    """Sends a beginning, and once it is let all it has, cut anywhere, as fast as it is read."""

    def __init__(self, begin: float) -> None:
        self._begin = begin
        self.let = threading.Event()

    def log(
        self, uid: str, _asked: dict[str, Any], hold: Callable[[Wire], None]
    ) -> Iterator[bytes]:
        hold(Wire(lambda _timeout: None, 1))
        data = b"".join(framed(number, uid) for number in range(EACH))
        for at in range(0, len(data), CHUNK):
            if at > self._begin * len(data):
                self.let.wait(60)
            yield data[at : at + CHUNK]


class Flood:
    """A provider whose logs go through the reader's thread of a real one."""

    name, scope = "docker", "flood"

    def __init__(self, link: FloodLink) -> None:
        self._link = link

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        async for batch in read(cast(Link, self._link), ref, FACTS, query):
            yield batch


async def opened(pilot: Pilot[None], link: FloodLink) -> LogScreen:
    """Open a log, and have it follow the flood instead."""
    await sees(pilot, "CrashLoo")
    await pilot.press("l")
    await until(pilot, lambda: isinstance(pilot.app.screen, LogScreen), "the log is open")
    screen = pilot.app.screen
    assert isinstance(screen, LogScreen)
    screen.session.close()
    screen.thing = Container(ref=SOURCES[0])
    screen.view = screen.body.view = LogView(LogStore(most_lines=KEPT))
    screen.session = LogSession([Flood(link)], LogQuery(), screen._came, stay=False)  # type: ignore[list-item]
    screen.session.want(SOURCES)
    return screen


async def seen(pilot: Pilot[None], screen: LogScreen, share: float) -> None:
    """Wait until so much of all that there is has come."""
    for _ in range(20_000):
        if screen.view.store.seen >= TOTAL * share:
            return
        await pilot.pause()
    raise AssertionError(f"only {screen.view.store.seen:,} of {TOTAL:,} came")


def numbers(lines: list[LogLine], source: Ref) -> list[int]:
    return [int(line.message.split()[1]) for line in lines if line.source == source]


async def test_what_is_shown_and_what_is_dropped_are_all_there_was(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        link = FloodLink(0.06)
        screen = await opened(pilot, link)
        await seen(pilot, screen, 0.05)
        await pilot.press("P")
        await until(pilot, lambda: screen.view.paused, "the pause")
        link.let.set()
        await until(pilot, lambda: screen.view.store.full, "a pause that fills the store")
        before = screen.view.store.seen
        for _ in range(20):
            await pilot.pause()
        # What there is no room for waits in the reader, which makes the engine wait.
        assert screen.view.store.seen == before
        assert not screen.view.store.dropped
        await pilot.press("P", "k", "k")
        await seen(pilot, screen, 0.4)
        await pilot.press("ampersand", *"odd", "enter", "v", "v", "v")
        await seen(pilot, screen, 0.6)
        await pilot.press("P")
        await seen(pilot, screen, 0.62)
        await pilot.press("P", "v")
        await screen.session.wait()
        store = screen.view.store
        kept = list(store.lines.tail())
        assert store.seen == TOTAL
        assert len(kept) + store.dropped == TOTAL
        for source in SOURCES:
            mine = numbers(kept, source)
            assert mine == list(range(EACH - len(mine), EACH))
        assert [line.at for line in kept] == sorted(line.at for line in kept)
        await until(
            pilot,
            lambda: list(screen.view.shown.tail()) == [x for x in kept if "odd" in x.message],
            "what the filter leaves",
        )
        await pilot.press("escape")
        await until(pilot, lambda: list(screen.view.shown.tail()) == kept, "all of it again")
        await sees(pilot, f"{store.dropped:,} dropped")
