"""What the server's own series remember of a target and of an alert: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fleetui.core.objects import Event, Link
from fleetui.core.query import QueryResult
from fleetui.core.ref import Ref
from fleetui.core.state import Severity, State
from fleetui.providers.prometheus.answers import Rules, Targets
from fleetui.providers.prometheus.rows import scraped_by, severity_of, told_by

SPAN_S, POINTS = 3600.0, 240
_LABELS = 40
_STATES = {
    Severity.INFO: State.RUNNING,
    Severity.WARNING: State.DEGRADED,
    Severity.CRITICAL: State.FAILED,
}
_Moment = tuple[float, Severity, str]


def of_target(targets: Targets, uid: str) -> str:
    """Return the expression that remembers whether a target answered; empty where it is gone."""
    one = next((found for name, found in scraped_by(targets) if name == uid), None)
    if one is None:
        return ""
    return _selector("up", {k: one.labels[k] for k in ("job", "instance") if k in one.labels})


def of_alert(rules: Rules, uid: str) -> tuple[str, Severity]:
    """Return the expression that remembers an alert, and how loud that is; empty for a rule."""
    one = next((told for told in told_by(rules) if told.uid == uid), None)
    if one is None or one.alert is None:
        return "", Severity.INFO
    return _selector("ALERTS", one.alert.labels), severity_of(one.alert.labels)


def _selector(metric: str, labels: Mapping[str, str]) -> str:
    pairs = [f'{name}="{_quoted(value)}"' for name, value in sorted(labels.items())[:_LABELS]]
    return f"{metric}{{{','.join(pairs)}}}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def events_of(ref: Ref, result: QueryResult, severity: Severity, ahead_s: float) -> list[Event]:
    """Return what changed in a range of `up` or of ALERTS, `ahead_s` being the server's clock.

    How it stood at the beginning of the range is no news.
    """
    moments = _scrapes(result) if ref.kind == "target" else _alarms(result, severity)
    return [_event(ref, at - ahead_s, loud, text) for at, loud, text in moments]


def _scrapes(result: QueryResult) -> Iterator[_Moment]:
    for series in result.series[:1]:
        before: float | None = None
        for at, value in series.points:
            if before is not None and (value == 1) is not (before == 1):
                if value == 1:
                    yield at, Severity.INFO, "can be scraped again"
                else:
                    yield at, Severity.WARNING, "cannot be scraped: up is 0"
            before = value


def _alarms(result: QueryResult, severity: Severity) -> Iterator[_Moment]:
    words: dict[float, str] = {}
    for series in result.series:
        word = dict(series.labels).get("alertstate", "")
        for at, _value in series.points:
            # One that begins to fire is pending no more, though the step may hold both.
            if words.get(at) != "firing":
                words[at] = word
    before: str | None = None
    for at in _steps(result, words):
        word = words.get(at, "")
        if before is not None and word != before:
            loud = severity if word == "firing" else Severity.INFO
            yield at, loud, f"alert {word}" if word else "alert ended"
        before = word


def _steps(result: QueryResult, known: Iterable[float]) -> list[float]:
    if result.step <= 0:
        return sorted(known)
    count = int((result.end - result.start) / result.step)
    return [result.start + n * result.step for n in range(count + 1)]


def _event(ref: Ref, at: float, severity: Severity, message: str) -> Event:
    return Event(
        ref=Ref(ref.provider, ref.scope, "event", f"{at:.0f}-{ref.kind}-{ref.uid}", message),
        state=_STATES[severity],
        created=at,
        observed_at=at,
        links=(Link("about", ref),),
        time=at,
        severity=severity,
        message=message,
        subject=str(ref),
    )
