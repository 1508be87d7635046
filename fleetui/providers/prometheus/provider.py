"""One Prometheus: its alerts and targets as rows, its answers to queries as series."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import msgspec

from fleetui.core.clean import clean
from fleetui.core.description import Description
from fleetui.core.errors import Denied, Invalid, NotFound, ProviderError
from fleetui.core.objects import Resource
from fleetui.core.query import Query, QueryResult
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import Severity
from fleetui.core.steps import step_for, window
from fleetui.providers.base import Batch, Report, SourceSpec
from fleetui.providers.prometheus import describing, history
from fleetui.providers.prometheus.answers import Alerts, Envelope, Rules, Targets, as_rules
from fleetui.providers.prometheus.client import Answer, Client
from fleetui.providers.prometheus.results import result_of
from fleetui.providers.prometheus.rows import PROVIDER, alerts_of, targets_of
from fleetui.providers.prometheus.settings import PrometheusSettings

T = TypeVar("T")
Rows = tuple[Resource, ...]
# A thing as it is told, the expression that remembers it, and how loud that is.
_Found = tuple[Description | None, str, Severity]
_INTERVALS = {"alerts": 5.0, "targets": 10.0}
# Our own time-out comes first: it knows better what was waited for.
_GRACE_S = 2.0
# A server that has no rules today may have them after its next update.
_RULES_AGAIN_S = 600.0


class Prometheus:
    """Reads one server that speaks Prometheus's API."""

    def __init__(
        self, scope: str, settings: PrometheusSettings, *, now: Callable[[], float] = time.time
    ) -> None:
        """Do no I/O. `now` gives Unix seconds."""
        self._scope = scope
        self._settings = settings
        self._now = now
        self._client = Client(scope, settings)
        self._no_rules: ProviderError | None = None
        self._rules_again = 0.0

    @property
    def name(self) -> str:
        """The back end's word."""
        return PROVIDER

    @property
    def scope(self) -> str:
        """The name it was given in the config."""
        return self._scope

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return alerts and targets; queries are asked as they come."""
        timeout = self._settings.timeout + _GRACE_S
        return tuple(
            SourceSpec(SourceKey(PROVIDER, self._scope, kind), interval, timeout)
            for kind, interval in _INTERVALS.items()
        )

    async def fetch(self, key: SourceKey) -> Batch:
        """Read the alerts or the targets, or raise a ProviderError."""
        if key.kind == "targets":
            return await self._targets()
        if key.kind == "alerts":
            return await self._alerts()
        where = f"{PROVIDER}/{self._scope}"
        raise Invalid(f"Prometheus has no {clean(key.kind, 40)}", where=where)

    async def query(self, query: Query) -> QueryResult:
        """Answer one query, or raise a ProviderError.

        The times of a range are multiples of its step, so that a line does not tremble.
        """
        # The server gives up when we do, instead of working for nobody.
        form = {"query": query.expr, "timeout": f"{self._settings.timeout:.3f}"}
        if not query.range_s > 0:
            answer = await self._client.post("query", **form)
            return await self._client.read(answer, lambda got: result_of(got, query))
        step = step_for(query.range_s, query.points)
        start, end = window(self._now(), query.range_s, step)
        answer = await self._client.post(
            "query_range", start=f"{start:.3f}", end=f"{end:.3f}", step=f"{step:.3f}", **form
        )
        return await self._client.read(answer, lambda got: result_of(got, query, start, end, step))

    async def describe(self, ref: Ref) -> Description:
        """Tell all that the server says of one alert, rule or target. Raises a ProviderError."""
        if ref.kind == "target":
            answer = await self._client.get("targets", state="active")
            found, expr, severity = await self._client.read(
                answer, lambda got: self._scraped(got, ref)
            )
        else:
            found, expr, severity = await self._client.read(
                await self._rules(), lambda got: self._ruled(got, ref)
            )
        if found is None:
            where = f"{PROVIDER}/{self._scope}"
            what = f"{ref.short} is over, or not there any more"
            raise NotFound(what, where=where, hint="Esc goes back")
        # What its series remember is worth a look, and no reason to tell nothing.
        with suppress(ProviderError):
            if expr:
                past = await self.query(Query(expr, history.SPAN_S, history.POINTS))
                events = history.events_of(ref, past, severity, self._ahead)
                return replace(found, events=tuple(events))
        return found

    @property
    def _ahead(self) -> float:
        """By how many seconds the server's clock is ahead of ours, where that is worth telling."""
        return self._client.skew.correction

    async def _rules(self) -> Answer:
        try:
            return await self._client.get("rules", type="alert")
        except (NotFound, Denied, Invalid):
            return await self._client.get("alerts")

    def _ruled(self, got: Envelope, ref: Ref) -> _Found:
        rules = decode(got, Rules)
        rules = rules if rules.groups is not None else as_rules(decode(got, Alerts))
        # Its times are the server's, and so is the moment that their ages are told from.
        told = describing.alert(rules, ref.uid, self._now() + self._ahead)
        return told, *history.of_alert(rules, ref.uid)

    def _scraped(self, got: Envelope, ref: Ref) -> _Found:
        targets = decode(got, Targets)
        told = describing.target(targets, ref.uid, self._now() + self._ahead)
        return told, history.of_target(targets, ref.uid), Severity.WARNING

    async def check(self) -> Report:
        """Say whether it can be read and by whom; never raises a ProviderError."""
        # It reads dates as mail has them, which takes longer to import than all the rest.
        from fleetui.providers.prometheus.check import report_of

        return await report_of(self._client, self._scope, self._now)

    async def close(self) -> None:
        """Give back sockets and threads; waits for no server."""
        await self._client.close()

    async def _targets(self) -> Batch:
        answer = await self._client.get("targets", state="active")
        now = self._now()
        return await self._batch(
            answer,
            lambda got: targets_of(decode(got, Targets), self._scope, now, self._ahead),
        )

    async def _alerts(self) -> Batch:
        """Read the rules, which hold the alerts and what is wrong with themselves.

        Some servers have no rules or keep them to themselves, but do give the alerts.
        """
        now = self._now()
        if self._no_rules is None or now >= self._rules_again:
            try:
                answer = await self._client.get("rules", type="alert")
            except (NotFound, Denied, Invalid) as error:
                self._no_rules, self._rules_again = error, now + _RULES_AGAIN_S
            else:
                self._no_rules = None
                return await self._batch(
                    answer,
                    lambda got: alerts_of(decode(got, Rules), self._scope, now, self._ahead),
                )
        no_rules = self._no_rules
        try:
            answer = await self._client.get("alerts")
        except (NotFound, Denied, Invalid):
            # Neither can be had: the rules are what should be mended.
            self._no_rules = None
            raise no_rules from None
        batch = await self._batch(
            answer,
            lambda got: alerts_of(as_rules(decode(got, Alerts)), self._scope, now, self._ahead),
        )
        note = f"rules that cannot be evaluated are not shown: {no_rules.what}"
        return replace(batch, warnings=(note, *batch.warnings))

    async def _batch(self, answer: Answer, rows: Callable[[Envelope], Rows]) -> Batch:
        def reader(got: Envelope) -> Batch:
            notes = tuple(clean(note) for note in got.notes())
            return Batch(rows(got), warnings=notes, expires_at=self._client.credential.expires_at)

        return await self._client.read(answer, reader)


def decode(envelope: Envelope, cls: type[T]) -> T:
    """Return the data of an answer. Raises msgspec.DecodeError where it is something else."""
    return msgspec.json.decode(envelope.data, type=cls)
