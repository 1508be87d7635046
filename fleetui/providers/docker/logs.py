"""A container's log, read in a thread of its own and handed over no faster than it is taken."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, ProviderError, Unreachable
from fleetui.core.humanise import iso
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.ref import Ref
from fleetui.providers.docker.framing import Framed, Terminal, nanoseconds
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.repeats import Repeats
from fleetui.providers.docker.wire import Wire

log = logging.getLogger(__name__)
MOST_WAITING = 5000
"""Lines that were read and not yet taken; then the engine has to wait."""
_BATCH = 1000
_QUIET_S = (5.0, 60.0)
_SECOND_S = 1.1
_KEEPS_NONE = "its log driver is {}: the engine keeps no log that it could read back"


@dataclass(frozen=True, slots=True)
class Facts:
    """What has to be known of a container before its log can be read."""

    tty: bool
    state: str
    started: int
    """Nanoseconds since 1970."""
    exit_code: int | None
    driver: str
    finished: int = 0
    """Nanoseconds since 1970."""
    out_of_memory: bool = False
    rotates: bool = False
    """Whether the engine begins a new file now and then, and lets old ones go."""

    @property
    def goes_on(self) -> bool:
        """Whether it may write more."""
        return self.state in {"running", "restarting", "paused", "created"}


def facts_of(raw: Any) -> Facts:
    """Return these of an inspection's answer."""
    found = raw if isinstance(raw, dict) else {}
    state = found.get("State") or {}
    host = (found.get("HostConfig") or {}).get("LogConfig") or {}
    code = state.get("ExitCode")
    return Facts(
        tty=bool((found.get("Config") or {}).get("Tty")),
        state=str(state.get("Status") or ""),
        started=nanoseconds(str(state.get("StartedAt") or "").encode("ascii", "replace")),
        exit_code=code if isinstance(code, int) else None,
        driver=clean(str(host.get("Type") or ""), 40),
        finished=nanoseconds(str(state.get("FinishedAt") or "").encode("ascii", "replace")),
        out_of_memory=bool(state.get("OOMKilled")),
        rotates=host.get("Type") == "local" or "max-size" in (host.get("Config") or {}),
    )


def parameters(query: LogQuery, facts: Facts) -> dict[str, Any]:
    """Return what an engine is asked for."""
    asked: dict[str, Any] = {"stdout": 1, "stderr": 1, "timestamps": 1}
    asked["follow"] = int(query.follow and not query.previous)
    asked["tail"] = "all" if query.tail is None else query.tail
    since = query.since_ns or int((query.since or 0) * 1e6) * 1000
    if since:
        asked["since"] = _moment(since)
    if query.previous:
        asked["until"] = _moment(facts.started - 1)
    return asked


def _moment(nano: int) -> str:
    seconds, rest = divmod(nano, 1_000_000_000)
    return f"{seconds}.{rest:09d}"


class Stream:
    """One open log and the thread that reads it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines: list[RawLine] = []
        self._wire: Wire | None = None
        self._stopped = False
        self._ended = False
        self._error: ProviderError | None = None
        self._filled = asyncio.Event()
        self._told = False
        self._loop = asyncio.get_running_loop()

    def start(self, link: Link, ref: Ref, facts: Facts, asked: dict[str, Any]) -> None:
        """Begin to read."""
        threading.Thread(
            target=self._read,
            args=(link, ref, facts, asked),
            name=f"docker-log-{ref.name[:20]}",
            daemon=True,
        ).start()

    async def take(self) -> list[RawLine]:
        """Wait for lines and return them; none at the end. Raises what ended the stream."""
        while True:
            await self._filled.wait()
            with self._changed:
                lines, self._lines = self._lines, []
                self._told = False
                ended, error = self._ended, self._error
                self._changed.notify_all()
            if ended:
                self._filled.set()
            else:
                self._filled.clear()
            if lines:
                return lines
            if error is not None:
                raise error
            if ended:
                return []

    def stop(self) -> None:
        """Read no more. Cutting an SSH channel may write, so a thread of its own does it."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            wire = self._wire
        if wire is not None:
            threading.Thread(target=wire.cut, name="docker-log-end", daemon=True).start()

    # In the thread.

    def _hold(self, wire: Wire) -> None:
        with self._changed:
            self._wire = wire
            late = self._stopped
        if late:
            wire.cut()

    def _read(self, link: Link, ref: Ref, facts: Facts, asked: dict[str, Any]) -> None:
        decoder = Terminal(ref) if facts.tty else Framed(ref)
        repeats = Repeats()
        error: ProviderError | None = None
        try:
            for data in link.log(ref.uid, asked, self._hold):
                if not self._put(repeats.fresh(decoder.feed(data))):
                    return
            self._put(repeats.fresh(decoder.end()))
        except ProviderError as found:
            error = found
        except Exception:
            if self._loop.is_closed():
                return
            log.exception("reading the log of %s failed", ref)
            error = Unreachable("reading its log failed", where=str(ref), hint="see the log file")
        with self._changed:
            self._ended, self._error = True, error
        self._tell()

    def _put(self, lines: list[RawLine]) -> bool:
        """Hand lines over; wait while too many were not taken. False: nobody wants them."""
        if not lines:
            return not self._stopped
        with self._changed:
            while len(self._lines) >= MOST_WAITING and not self._stopped:
                self._changed.wait()
            if self._stopped:
                return False
            self._lines += lines
            told, self._told = self._told, True
        if not told:
            self._tell()
        return True

    def _tell(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._filled.set)


async def read(
    link: Link,
    ref: Ref,
    facts: Facts,
    query: LogQuery,
    stuck: Callable[[], Awaitable[bool]] | None = None,
) -> AsyncGenerator[tuple[RawLine, ...], None]:
    """Yield one stream's lines in batches until it ends. Raises a ProviderError.

    Where it may get stuck, `stuck` is asked while nothing comes; if so, it is ended.
    """
    if facts.driver == "none":
        raise Invalid(_KEEPS_NONE.format(facts.driver), where=str(ref))
    stream = Stream()
    stream.start(link, ref, facts, parameters(query, facts))
    quiet = _QUIET_S[0]
    try:
        while True:
            try:
                async with asyncio.timeout(quiet if stuck else None):
                    lines = await stream.take()
            except TimeoutError:
                if stuck is not None and await stuck():
                    return
                quiet = min(quiet * 2, _QUIET_S[1])
                continue
            if not lines:
                return
            quiet = _QUIET_S[0]
            for start in range(0, len(lines), _BATCH):
                yield tuple(lines[start : start + _BATCH])
    finally:
        stream.stop()


def newest(link: Link, ref: Ref, facts: Facts) -> int:
    """Return the time of a container's last line in nanoseconds, 0 where it has none."""
    asked = parameters(LogQuery(tail=1), facts)
    decoder = Terminal(ref) if facts.tty else Framed(ref)
    lines: list[RawLine] = []
    for data in link.log(ref.uid, asked, lambda _wire: None):
        lines += decoder.feed(data)
    return max((line.at for line in (*lines, *decoder.end())), default=0)


def death(link: Link, uid: str, since: int) -> Facts | None:
    """Return how a container ended that is not there any more, if the engine still remembers.

    It keeps its last 256 events. Blocks, for more than a second where it does not.
    """
    found = _deaths(link, uid, since)
    if not found:
        # The engine's clock is known by the second: what happened just now may lie beyond it.
        time.sleep(_SECOND_S)
        found = _deaths(link, uid, since)
    if not found or not isinstance(found[-1], dict):
        return None
    told = found[-1]
    code = ((told.get("Actor") or {}).get("Attributes") or {}).get("exitCode")
    return Facts(
        tty=False,
        state="removed",
        started=0,
        exit_code=int(code) if isinstance(code, str) and code.isdecimal() else None,
        driver="",
        finished=int(told.get("timeNano") or 0),
    )


def _deaths(link: Link, uid: str, since: int) -> list[Any]:
    until = f"{link.server_now():.3f}"
    filters = {"container": [uid], "event": ["die"]}
    return link.call(
        lambda client: list(
            client.events(since=_moment(since), until=until, filters=filters, decode=True)  # type: ignore[call-overload]
        )
    )


def ending(ref: Ref, facts: Facts, last: int) -> RawLine:
    """Return our own words for the end of a container, at the time of that end.

    `last` is the time of its last line in nanoseconds: a busy engine writes the last lines of one
    that has ended a moment later, and they still come before its end.
    """
    said = [facts.state or "it is gone"]
    if facts.exit_code is not None:
        said.append(f"exit {facts.exit_code}")
    if facts.out_of_memory:
        said.append("out of memory")
    finished = max(0, facts.finished)  # one that never ran ended in the year 1
    if finished:
        said.append(f"at {iso(finished // 1_000_000_000)}".replace(".000Z", "Z"))
    return RawLine(max(finished, last + 1 if last else 0), ref, ", ".join(said), NOTE)
