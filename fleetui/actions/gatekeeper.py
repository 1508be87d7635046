"""Reads health gates: asks a Prometheus, and says what its answer means. No answer is no pass."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable

from fleetui.actions.action import GateSpec
from fleetui.actions.ports import Reading
from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.query import Query, QueryResult, Series
from fleetui.providers.base import Provider, Queryable

log = logging.getLogger(__name__)
TIMEOUT_S = 5.0
STALE_S = 300.0
"""How old an answer may say it is. Servers answer for now: an older one is out of some cache."""
_LABELS = 60


class QueryGatekeeper:
    """Asks those of the back ends that answer PromQL."""

    def __init__(
        self,
        providers: Iterable[Provider],
        *,
        now: Callable[[], float] = time.time,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`now` gives Unix seconds; `timeout_s` is how long one reading may take."""
        self._sources: dict[str, tuple[Queryable, str]] = {
            p.scope: (p, f"{p.name}/{p.scope}") for p in providers if isinstance(p, Queryable)
        }
        self._now = now
        self._timeout_s = timeout_s

    async def read(self, gate: GateSpec) -> Reading:
        """Evaluate a gate now. Whatever goes wrong is a reading that does not hold."""
        at = self._now()
        found = self._source(gate)
        if isinstance(found, str):
            return Reading(False, text=found, at=at)
        source, where = found
        try:
            async with asyncio.timeout(self._timeout_s):
                result = await source.query(Query(gate.expr))
        except ProviderError as error:
            fault = error.fault()
            text = fault.line if fault.where else f"{where}: {fault.line}"
        except TimeoutError:
            text = f"{where}: no answer within {self._timeout_s:.0f} s"
        except Exception as error:
            # A gate that cannot be read must never let anything pass, nor end the change.
            log.exception("the gate of %s cannot be read", where)
            text = f"{where}: {type(error).__name__}, see the log file"
        else:
            return judged(gate, result, where, self._now())
        return Reading(False, text=text, at=self._now())

    def _source(self, gate: GateSpec) -> tuple[Queryable, str] | str:
        """Return whom to ask and what it is called, or why nobody can be asked."""
        if gate.source and gate.source not in self._sources:
            return f'no Prometheus is called "{clean(gate.source, 40)}": {self._names()}'
        if not gate.source and len(self._sources) != 1:
            if not self._sources:
                return "no Prometheus is configured to read it"
            return f"several could be asked, and the gate names none: {self._names()}"
        return self._sources[gate.source or next(iter(self._sources))]

    def _names(self) -> str:
        return f"there is {', '.join(sorted(self._sources)) or 'none'}"


def judged(gate: GateSpec, result: QueryResult, where: str, now: float) -> Reading:
    """Return what an answer means; of several series the worst one counts, and is named."""

    def unsure(text: str) -> Reading:
        return Reading(False, text=f"{where}: {text}", at=now)

    if result.kind == "string":
        return unsure("the expression gives text, not a number")
    if result.kind == "matrix":
        return unsure("the expression gives a range: put a function such as rate() around it")
    series = [one for one in result.series if one.last is not None]
    if not series:
        return unsure(
            "no data: nothing matches the expression. A comparison in it leaves out what is "
            "well: let max and min compare"
        )
    late = now - min(one.points[-1][0] for one in series)
    if late > STALE_S:
        return unsure(f"its answer is of {humanise.duration(late)} ago")
    numbers = [one for one in series if not math.isnan(_value(one))]
    worst = max(numbers, key=lambda one: gate.excess(_value(one)), default=None)
    # One that is bad is bad, whatever others do not tell; but without them nothing is well.
    if worst is None or (len(numbers) < len(series) and gate.holds(_value(worst))):
        silent = next(one for one in series if math.isnan(_value(one)))
        return unsure(f"no number (NaN){_named(silent, series)}")
    value = _value(worst)
    return Reading(gate.holds(value), value, f"{compared(gate, value)}{_named(worst, series)}", now)


def compared(gate: GateSpec, value: float) -> str:
    """Return a value beside the bound that it is nearest to: `0.038 > 0.01`."""
    low = gate.max is None or (gate.min is not None and gate.min - value > value - gate.max)
    bound = gate.min if low else gate.max
    if bound is None:
        return f"{value:.6g}"
    sign = ("≥" if low else "≤") if gate.holds(value) else ("<" if low else ">")
    return f"{value:.6g} {sign} {bound:.6g}"


def _value(one: Series) -> float:
    return math.nan if one.last is None else one.last


def _named(one: Series, among: list[Series]) -> str:
    """Return which of several it is, by its labels."""
    if len(among) < 2:
        return ""
    labels = ", ".join(f'{name}="{value}"' for name, value in one.labels)
    return f" ({clean(labels, _LABELS) or 'no labels'}; the worst of {len(among)})"
