"""The events of the last hour, asked for with an end, so that the answer has one too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fleetui.core.errors import Invalid
from fleetui.core.objects import Event
from fleetui.providers.docker.events import Teller
from fleetui.providers.docker.link import Link

if TYPE_CHECKING:
    from docker import APIClient

SPAN_S = 3600.0
KEPT = 2000


def events_of(link: Link, now: float, container: str = "") -> tuple[Event, ...]:
    """Return what the engine remembers of the last hour, the newest first. Blocks.

    An engine keeps its last 256 events only, and none over a restart. `container` is the id of
    the one that they are to be about.
    """

    def ask(client: APIClient) -> str:
        # An end in the engine's future would make it wait until then. The SDK's own call has
        # no time-out, since it is made for streams without an end.
        until = link.server_now()
        url = f"{client.base_url}/v{client.api_version}/events"
        times = {"since": f"{until - SPAN_S:.6f}", "until": f"{until:.6f}"}
        if container:
            times["filters"] = json.dumps({"container": [container]})
        response = client.get(url, params=times, timeout=client.timeout)
        response.raise_for_status()
        return response.text

    teller = Teller(link.scope)
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
