"""Rules and targets as rows: pure functions from the API's answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b

from fleetui.core.clean import clean, clean_pairs
from fleetui.core.filter import duration
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.objects import Alert, Link, Target
from fleetui.core.ref import Ref
from fleetui.core.secrets import redact
from fleetui.core.state import Health, Severity, State
from fleetui.providers.prometheus.answers import (
    ActiveTarget,
    Rule,
    RuleAlert,
    RuleGroup,
    Rules,
    Targets,
)

PROVIDER = "prometheus"
# An address in a sentence ends at a blank or a quote.
_ADDRESS = lazy_pattern(r"https?://[^\s\"']+")
_CRITICAL = frozenset({"critical", "crit", "page", "emergency", "error", "fatal", "disaster"})
_QUIET = frozenset({"info", "information", "informational", "notice", "none", "debug"})
# kube-prometheus' word for an alert that is meant to fire for ever, as a sign of life.
_ALWAYS_FIRING = "none"


def alerts_of(rules: Rules, scope: str, now: float, ahead_s: float = 0.0) -> tuple[Alert, ...]:
    """Return every alert that is pending or firing, and every rule that cannot be evaluated.

    `ahead_s` is by how much the server's clock is ahead of ours: its times are told in ours.
    """
    return tuple(
        _broken(one.rule, one.uid, scope, now)
        if one.alert is None
        else _alert(one.alert, one.rule, one.uid, scope, now, ahead_s)
        for one in told_by(rules)
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One row that rules make: an alert, or a rule that cannot be evaluated where it is None."""

    uid: str
    group: RuleGroup
    rule: Rule
    alert: RuleAlert | None


def told_by(rules: Rules) -> Iterator[Told]:
    """Yield what becomes a row, with its id."""
    seen: Counter[str] = Counter()
    for group in rules.groups or ():
        for rule in group.rules or ():
            if rule.health == "err":
                uid = _unique(seen, f"{group.file}/{group.name}/{rule.name}")
                yield Told(clean(uid), group, rule, None)
            for alert in rule.alerts or ():
                if alert.state in {"pending", "firing"}:
                    yield Told(_unique(seen, _fingerprint(alert.labels)), group, rule, alert)


def _broken(rule: Rule, uid: str, scope: str, now: float) -> Alert:
    """Return the row of a rule whose own state would say that all is well."""
    return Alert(
        ref=Ref(PROVIDER, scope, "rule", uid, clean(rule.name)),
        state=State.FAILED,
        native_state="err",
        health=Health.UNHEALTHY,
        reason=error_without_secrets(clean(rule.last_error)) or "no reason given",
        labels=clean_pairs(rule.labels),
        observed_at=now,
        severity=severity_of(rule.labels),
        summary="rule cannot be evaluated",
        expression=clean(rule.query),
        since=None,
    )


def _alert(alert: RuleAlert, rule: Rule, uid: str, scope: str, now: float, ahead_s: float) -> Alert:
    labels, notes = alert.labels, alert.annotations
    summary = notes.get("summary") or notes.get("message") or notes.get("description") or ""
    subject = _subject(labels)
    since = _ours(alert.active_at, ahead_s)
    return Alert(
        ref=Ref(PROVIDER, scope, "alert", uid, clean(labels.get("alertname", rule.name))),
        state=_alert_state(alert.state, labels),
        native_state=clean(alert.state),
        reason=clean(notes.get("description") or summary or subject or rule.query),
        labels=clean_pairs(labels),
        created=since,
        observed_at=now,
        links=tuple(_about(labels, scope)),
        severity=severity_of(labels),
        summary=clean(summary or subject),
        expression=clean(rule.query),
        value=_number(alert.value),
        since=since,
    )


def _alert_state(state: str, labels: Mapping[str, str]) -> State:
    if state == "pending":
        return State.PENDING
    if labels.get("severity", "").lower() == _ALWAYS_FIRING:
        return State.RUNNING
    return State.FAILED if severity_of(labels) is Severity.CRITICAL else State.DEGRADED


def severity_of(labels: Mapping[str, str]) -> Severity:
    """Return how loud an alert with these labels is."""
    word = labels.get("severity", "").lower()
    if word in _CRITICAL:
        return Severity.CRITICAL
    return Severity.INFO if word in _QUIET else Severity.WARNING


def _about(labels: Mapping[str, str], scope: str) -> Iterator[Link]:
    """Yield the target that an alert is about, where its labels name one."""
    job, instance = labels.get("job"), labels.get("instance")
    if job and instance:
        uid = clean(f"{job}/{instance}")
        yield Link("about", Ref(PROVIDER, scope, "target", uid, clean(instance)))


def _subject(labels: Mapping[str, str]) -> str:
    """Return what an alert is about in words: the labels that tell it from its siblings."""
    rest = {k: v for k, v in labels.items() if k not in {"alertname", "severity"}}
    return " ".join(f"{name}={value}" for name, value in sorted(rest.items()))


def targets_of(
    targets: Targets, scope: str, now: float, ahead_s: float = 0.0
) -> tuple[Target, ...]:
    """Return every active target; its uid is `job/instance`, as alerts name it."""
    return tuple(_target(one, uid, scope, now, ahead_s) for uid, one in scraped_by(targets))


def scraped_by(targets: Targets) -> Iterator[tuple[str, ActiveTarget]]:
    """Yield each active target with its id."""
    seen: Counter[str] = Counter()
    for one in sorted(targets.active or (), key=lambda t: (t.scrape_pool, t.scrape_url)):
        yield _unique(seen, f"{_job(one)}/{_name(one)}"), one


def _job(target: ActiveTarget) -> str:
    return clean(target.labels.get("job", target.scrape_pool))


def _name(target: ActiveTarget) -> str:
    return clean(target.labels.get("instance", target.scrape_url))


_TARGET_STATES = {
    "up": (State.RUNNING, Health.HEALTHY),
    "down": (State.FAILED, Health.UNHEALTHY),
}


def _target(target: ActiveTarget, uid: str, scope: str, now: float, ahead_s: float) -> Target:
    job, name = _job(target), _name(target)
    state, health = _TARGET_STATES.get(target.health, (State.UNKNOWN, Health.NONE))
    reason = error_without_secrets(clean(target.last_error))
    if not reason and state is State.UNKNOWN:
        reason = "not scraped yet"
    scraped = _ours(target.last_scrape, ahead_s)
    return Target(
        ref=Ref(PROVIDER, scope, "target", uid, name),
        state=state,
        native_state=clean(target.health),
        health=health,
        reason=reason,
        labels=clean_pairs(target.labels),
        observed_at=now,
        job=job,
        url=without_secrets(clean(target.scrape_url)),
        last_scrape=scraped,
        scrape_s=target.last_scrape_duration if scraped else None,
        interval_s=duration(target.scrape_interval) if target.scrape_interval else None,
    )


def without_secrets(url: str) -> str:
    """Return an address without a password in it and without parameters, which may be tokens."""
    return re.sub(r"//[^/@]*@", "//", url).partition("?")[0]


def error_without_secrets(text: str) -> str:
    """Return a server's words with each address in them cut to what is no secret."""
    return redact(_ADDRESS.sub(lambda found: without_secrets(found.group()), text))


def _fingerprint(labels: Mapping[str, str]) -> str:
    """Return a name that stays the same for the same labels."""
    text = "\x00".join(f"{k}\x01{v}" for k, v in sorted(labels.items()))
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _unique(seen: Counter[str], uid: str) -> str:
    """Return the uid, numbered where another thing had it before in the same answer."""
    seen[uid] += 1
    return uid if seen[uid] == 1 else f"{uid}#{seen[uid]}"


def time_of(text: str | None) -> float | None:
    """Return RFC 3339 text as unix seconds; None for Go's zero time or what is no time."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.year <= 1 else time.replace(tzinfo=time.tzinfo or UTC).timestamp()


def _ours(text: str | None, ahead_s: float) -> float | None:
    """Return a time of the server's clock as ours would have had it."""
    time = time_of(text)
    return None if time is None else time - ahead_s


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
