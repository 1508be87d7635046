"""What `fleetui check` says of one Prometheus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError, Unreachable
from fleetui.core.humanise import duration
from fleetui.core.query import Query
from fleetui.providers.base import Report
from fleetui.providers.prometheus.answers import BuildInfo, Rules, Targets
from fleetui.providers.prometheus.client import Answer, Client
from fleetui.providers.prometheus.results import result_of
from fleetui.providers.prometheus.rows import PROVIDER

_MOST_SKEW_S = 30.0
_PROBE = Query("1")


async def report_of(client: Client, scope: str, now: Callable[[], float]) -> Report:
    """Try a query, and with it the rest: the permissions, the version, the clock."""
    began = time.perf_counter()
    try:
        answer = await client.post("query", query=_PROBE.expr)
        latency = time.perf_counter() - began
        await client.read(answer, lambda got: result_of(got, _PROBE))
    except ProviderError as error:
        return Report(
            PROVIDER,
            scope,
            reachable=not isinstance(error, Unreachable),
            identity=client.credential.identity,
            permissions=(("query", False),),
            expires_at=client.credential.expires_at,
            fault=error.fault(),
        )
    rules, targets, version = await asyncio.gather(
        _tried(client, "rules", Rules, type="alert"),
        _tried(client, "targets", Targets, state="active"),
        _tried(client, "status/buildinfo", BuildInfo),
    )
    notes = [
        f"{name}: {got.what}"
        for name, got in (("rules", rules), ("targets", targets))
        if isinstance(got, ProviderError)
    ]
    if skew := clock_note(answer, now()):
        notes.append(skew)
    return Report(
        PROVIDER,
        scope,
        reachable=True,
        identity=client.credential.identity,
        version=clean(version.version, 40) if isinstance(version, BuildInfo) else "unknown",
        permissions=(
            ("query", True),
            ("rules", isinstance(rules, Rules)),
            ("targets", isinstance(targets, Targets)),
        ),
        expires_at=client.credential.expires_at,
        latency_s=latency,
        notes=tuple(notes),
    )


async def _tried(
    client: Client, path: str, cls: type[msgspec.Struct], **params: str
) -> msgspec.Struct | ProviderError:
    """Return what one call gives, or why it gives nothing."""
    try:
        answer = await client.get(path, **params)
        return await client.read(answer, lambda got: msgspec.json.decode(got.data, type=cls))
    except ProviderError as error:
        return error


def clock_note(answer: Answer, now: float) -> str:
    """Say so where the server's clock and ours differ by more than half a minute."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return ""
    ahead = theirs.replace(tzinfo=theirs.tzinfo or UTC).timestamp() - now
    if abs(ahead) <= _MOST_SKEW_S:
        return ""
    way = "ahead of" if ahead > 0 else "behind"
    return f"its clock is {duration(abs(ahead))} {way} ours: ranges are off by that, ages are not"
