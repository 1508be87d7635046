"""What one container of the demo writes between two moments."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.line import RawLine
from fleetui.core.logs.scrub import scrub
from fleetui.core.ref import Ref
from fleetui.providers.demo import noise, story, units
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.logs.voices import Said, crash, stack, voice_of
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World

MOST_HISTORY = 20_000
HISTORY_S = 3600.0
_PATHS = ("/cart", "/checkout", "/products/4711", "/products?page=2", "/login", "/orders/88", "/")
_INFO = (
    "request completed", "cache refreshed", "request completed", "session renewed",
    "request completed", "payment authorised", "order placed", "request completed",
)  # fmt: skip
_WARN = (
    "slow upstream: 1.2 s", "retrying after timeout", "connection pool is at 90 %",
    "deprecated header X-Legacy-Id",
)  # fmt: skip
_ERROR = ("upstream answered 502", "cannot reach checkout: connection refused", "request failed")
_MIX = 0x9E3779B97F4A7C15
_TOUCHED = ("checkout", "payments", "gateway", "api", "web")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a container: from when until when; `failed` where it ended with a crash."""

    start: float
    end: float | None
    failed: bool = False


def runs_of(spec: UnitSpec, life: Life, until: float) -> list[Run]:
    """Return the runs of one life, the oldest first."""
    start = life.born + spec.warm / 2
    if not life.bad:
        return [Run(start, life.gone)] if start <= until else []
    found = []
    for restarts, time in enumerate(units.crashes(spec, life, until)):
        found.append(Run(start, time, failed=True))
        start = time + units.back_off(restarts)
    if start <= until and (life.gone is None or start < life.gone):
        found.append(Run(start, life.gone))
    return found


class Talk:
    """The voice of one container: a pure function of seed, time and rate."""

    def __init__(self, world: World, ref: Ref, app: str, rate: float) -> None:
        self._world = world
        self._ref = ref
        self._app = app.rpartition("/")[2]
        self._rate = rate
        self._base = int(noise.identity(world.seed, 15, "talk", ref.uid), 16)
        self._voice = voice_of(self._app, noise.share(world.seed, "voice", self._app))
        self._touched = any(word in self._app for word in _TOUCHED)
        self._traces: tuple[int, tuple[str, ...]] = (-1, ())

    def first_slot(self, since: float, until: float, tail: int | None) -> float:
        """Return from when on to talk, so that no more than `tail` lines or so are said."""
        most = MOST_HISTORY if tail is None else min(tail, MOST_HISTORY)
        return max(since, until - HISTORY_S * 24, until - most / self._rate)

    def lines(self, run: Run, since: float, until: float) -> Iterator[RawLine]:
        """Yield what is written after `since` up to `until` in one run."""
        start, end = max(since, run.start), until if run.end is None else min(until, run.end)
        if since < run.start <= until:
            said = Said(
                run.start, "info", f"starting {self._app}", self._app, self._trace(run.start, 0)
            )
            yield self._raw(run.start, 0, self._voice(said))
        slot = math.floor(start * self._rate) + 1
        last = math.floor(end * self._rate)
        errors, checked = 0.0, -1
        while slot <= last:
            time = slot / self._rate
            if int(time) != checked:
                checked = int(time)
                errors = story.errors(self._world.opened, time) if self._touched else 0.0
            mixed = ((slot * 2 + 1) * _MIX ^ self._base) & 0xFFFFFFFFFFFFFFFF
            mixed ^= mixed >> 29
            # Programs keep no beat: a line comes somewhere in its slot.
            yield from self._one(time - (mixed >> 40) % 97 / 100 / self._rate, mixed, errors)
            slot += 1
        if run.failed and run.end is not None and since < run.end <= until:
            for number, text in enumerate(crash(self._app, run.end)):
                yield self._raw(run.end, number, text, "stderr")

    def _one(self, time: float, mixed: int, errors: float) -> Iterator[RawLine]:
        chance, number = mixed % 1000, mixed >> 20 & 0xFFFFF
        failing = chance < 2 or (errors > 0 and (mixed >> 12) % 1000 < errors * 220)
        trace = self._trace(time, number)
        took = 3 + number % 90
        if failing:
            level, message, status = "error", _ERROR[number % len(_ERROR)], 502
        elif chance < 14:
            level, message, status, took = "warn", _WARN[number % len(_WARN)], 200, 1200
        elif chance < 150:
            level, message, status = "debug", "pool: 4 of 20 in use", 0
        else:
            level, message, status = "info", _INFO[number % len(_INFO)], 200
        if self._app == "checkout":
            message = message.replace("checkout", "payments")
        path = _PATHS[number % len(_PATHS)] if status else ""
        said = Said(time, level, message, self._app, trace, path, status, took, number)
        yield self._raw(time, 0, self._voice(said), "stderr" if failing else "stdout")
        if failing and number % 3 == 0:
            for nth, text in enumerate(stack(self._voice, self._app), 1):
                yield self._raw(time, nth, text, "stderr")

    def _trace(self, time: float, number: int) -> str:
        """Return one of the traces of this second: services at work on it share it."""
        second = int(time)
        if self._traces[0] != second:
            found = tuple(
                noise.identity(self._world.seed, 32, "trace", second, n) for n in range(3)
            )
            self._traces = second, found
        return self._traces[1][number % 3]

    def _raw(self, time: float, nth: int, text: str, stream: str = "stdout") -> RawLine:
        spoilt = self._world.spoil(text, f"{time}{nth}")
        return RawLine(int(time * 1e9) + nth, self._ref, scrub(spoilt), stream)
