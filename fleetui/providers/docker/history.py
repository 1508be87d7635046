"""The events of the last hour, asked for with an end, so that the answer has one too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fleetui.core.errors import Invalid
from fleetui.core.objects import Event
from fleetui.core.ref import Ref
from fleetui.providers.docker.containers import PROJECT, SERVICE
from fleetui.providers.docker.events import Teller
from fleetui.providers.docker.link import Link

if TYPE_CHECKING:
    from docker import APIClient

_ASKED = frozenset({"container", "image", "volume", "network"})
SPAN_S = 3600.0
KEPT = 2000


def events_of(
    link: Link,
    now: float,
    *,
    only: Mapping[str, list[str]] | None = None,
    teller: Teller | None = None,
) -> tuple[Event, ...]:
    """Return what the engine remembers of the last hour, the newest first. Blocks.

    An engine keeps its last 256 events only, and none over a restart. `only` are the engine's
    own filters: `{"container": [ID]}`.
    """

    def ask(client: APIClient) -> str:
        # An end in the engine's future would make it wait until then. The SDK's own call has
        # no time-out, since it is made for streams without an end.
        until = link.server_now()
        url = f"{client.base_url}/v{client.api_version}/events"
        times = {"since": f"{until - SPAN_S:.6f}", "until": f"{until:.6f}"}
        if only:
            times["filters"] = json.dumps(only)
        response = client.get(url, params=times, timeout=client.timeout)
        response.raise_for_status()
        return response.text

    teller = teller or Teller(link.scope, link.skew)
    found: dict[Any, Event] = {}
    for line in link.call(ask).splitlines():
        event, _ = teller.tell(_read(line), now) if line.strip() else (None, None)
        if event is not None:
            found[event.ref] = event
    return tuple(sorted(found.values(), key=lambda e: e.time, reverse=True)[:KEPT])


def _read(line: str) -> Any:
    try:
        found = json.loads(line)
    except ValueError:
        raise Invalid("the answer is no JSON, or broke off") from None
    if not isinstance(found, dict):
        raise Invalid("the answer is not an engine's: expected events")
    return found


def about(link: Link, ref: Ref, now: float, names: Mapping[str, str]) -> tuple[Event, ...]:
    """Return what the engine remembers of one thing, the newest first. Blocks.

    For a compose service that is what happened to its containers, those that are gone too:
    an event carries their labels. `names` are those of containers by their id.
    """
    only = filters_for(ref)
    if only is None:
        return ()
    found = events_of(link, now, only=only, teller=Teller(link.scope, link.skew, ref, names))
    # The engine takes a name's beginning for the name.
    return tuple(e for e in found if any(one.ref.uid == ref.uid for one in e.links))


def filters_for(ref: Ref) -> dict[str, list[str]] | None:
    """Return how the engine is asked for events of one thing; None where it cannot be."""
    if ref.kind == "compose":
        project, _, service = ref.uid.partition("/")
        return {"label": [f"{PROJECT}={project}", f"{SERVICE}={service}"]}
    return {ref.kind: [ref.uid], "type": [ref.kind]} if ref.kind in _ASKED else None
