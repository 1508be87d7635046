"""Describes an alert, a rule or a target: pure functions from the API's answers."""

from __future__ import annotations

from typing import Any

import msgspec

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Tone
from fleetui.core.describe import pairs_section, when
from fleetui.core.description import Description, Row, description, row, section
from fleetui.core.secrets import masked, redact
from fleetui.providers.prometheus.answers import ActiveTarget, Rules, Targets
from fleetui.providers.prometheus.rows import (
    error_without_secrets,
    scraped_by,
    time_of,
    told_by,
    without_secrets,
)

_URLS = frozenset({"scrapeUrl", "globalUrl"})


def alert(rules: Rules, uid: str, now: float) -> Description | None:
    """Return the alert or broken rule of this id; None where it is over."""
    one = next((told for told in told_by(rules) if told.uid == uid), None)
    if one is None:
        return None
    rule, group, raised = one.rule, one.group, one.alert
    siblings = [a for a in rule.alerts or () if raised is not None and a is not raised]
    raw = _plain(rule)
    raw["alerts"] = [_plain(raised)] if raised is not None else []
    raw["lastError"] = error_without_secrets(clean(rule.last_error))
    raw["group"] = {"name": group.name, "file": group.file, "interval": group.interval}
    return description(
        (
            section("state", (
                row("since", _when(raised.active_at, now)) if raised is not None else None,
            )),
            section("rule", (
                row("rule", clean(rule.name)), row("expression", redact(clean(rule.query))),
                row("for", humanise.duration(rule.duration) if rule.duration else None),
                row("group", clean(group.name)), row("file", clean(group.file)),
                row("evaluated every", _seconds(group.interval)),
                row("last evaluated", _when(rule.last_evaluation, now)),
                row("took", _seconds(rule.evaluation_s)),
                row("health", clean(rule.health)),
                row("error", error_without_secrets(clean(rule.last_error)), tone=Tone.CRITICAL),
                row("other alerts of it", len(siblings) or None),
            )),
            pairs_section("annotations", raised.annotations.items()) if raised else None,
            pairs_section("labels", sorted((raised.labels if raised else rule.labels).items())),
        ),
        masked(raw),
    )  # fmt: skip


def target(targets: Targets, uid: str, now: float) -> Description | None:
    """Return the target of this id; None where it is not scraped any more."""
    one = next((found for name, found in scraped_by(targets) if name == uid), None)
    if one is None:
        return None
    raw = {k: without_secrets(v) if k in _URLS else v for k, v in _plain(one).items()}
    raw["lastError"] = error_without_secrets(clean(one.last_error))
    return description(
        (
            section("state", (
                row("last error", error_without_secrets(clean(one.last_error)), tone=Tone.WARN),
                row("last scrape", _when(one.last_scrape, now)),
                row("took", _seconds(one.last_scrape_duration)),
                row("scraped every", clean(one.scrape_interval)),
                row("time-out", clean(one.scrape_timeout)),
                row("pool", clean(one.scrape_pool)),
            )),
            section("network", _addresses(one)),
            pairs_section("labels", sorted(one.labels.items())),
            pairs_section("discovered labels", sorted(one.discovered.items())),
        ),
        masked(raw),
    )  # fmt: skip


def _addresses(one: ActiveTarget) -> tuple[Row | None, ...]:
    return (
        row("url", without_secrets(clean(one.scrape_url))),
        row("seen from outside", without_secrets(clean(one.global_url))),
    )


def _when(text: str | None, now: float) -> Any:
    time = time_of(text)
    return None if time is None else when(time, now)


def _seconds(value: float | None) -> str | None:
    return f"{value:.3g} s" if value else None


def _plain(struct: msgspec.Struct) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(struct)
    return built
