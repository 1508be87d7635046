"""What `check` says of an engine: who and what it is, what is allowed, what to beware of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.providers.base import Report
from fleetui.providers.docker.answers import ImageSummary, NetworkSummary, Summary, each
from fleetui.providers.docker.containers import PROVIDER
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.times import time_of

if TYPE_CHECKING:
    from docker import APIClient

_SKEW_WORTH_TELLING_S = 5.0


def report(link: Link) -> Report:
    """Ask the engine about itself. Blocks; never raises a ProviderError."""
    try:
        link.call(lambda client: client.ping())
        began = time.monotonic()
        link.call(lambda client: client.ping())
        latency = time.monotonic() - began
        version = link.call(lambda client: client.version())
    except ProviderError as error:
        return Report(PROVIDER, link.scope, reachable=False, fault=error.fault())
    info, problem = _try(link, lambda client: client.info())
    permissions = {"read info": problem is None}
    fault = problem
    for words, ask in _PROBES.items():
        _, problem = _try(link, ask)
        permissions[words] = problem is None
        fault = fault or problem
    info = info if isinstance(info, dict) else {}
    return Report(
        PROVIDER,
        link.scope,
        reachable=True,
        identity=_identity(link, info),
        version=_version(version, link.api_version),
        permissions=tuple(permissions.items()),
        latency_s=latency,
        fault=fault.fault() if fault else None,
        notes=_notes(link, info),
    )


def _events(client: APIClient) -> None:
    """Open the stream of events, ended before it begins."""
    url = f"{client.base_url}/v{client.api_version}/events"
    response = client.get(url, params={"since": "1", "until": "1"}, timeout=client.timeout)
    response.raise_for_status()


_PROBES: dict[str, Any] = {
    "list containers": lambda client: each(client.containers(limit=1), Summary),
    "list images": lambda client: each(client.images(), ImageSummary),
    "list volumes": lambda client: client.volumes(),
    "list networks": lambda client: each(client.networks(), NetworkSummary),
    "follow events": _events,
}


def _try(link: Link, ask: Any) -> tuple[Any, ProviderError | None]:
    try:
        return link.call(ask), None
    except ProviderError as error:
        return None, error


def _identity(link: Link, info: dict[str, Any]) -> str:
    """Return who we are there and what it is called: `root@vm via unix:///…`."""
    endpoint = link.endpoint
    name = clean(str(info.get("Name") or "")) or "?"
    user = endpoint.user if endpoint and endpoint.user else _our_name()
    via = f" via {clean(str(endpoint))}" if endpoint else ""
    source = f" ({endpoint.source})" if endpoint and endpoint.source else ""
    return f"{clean(user)}@{name}{via}{source}"


def _our_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _version(version: Any, api: str) -> str:
    found = version if isinstance(version, dict) else {}
    platform = (found.get("Platform") or {}).get("Name") or ""
    engine = clean(str(found.get("Version") or "?"), 80)
    which = f" {clean(str(platform), 80)}" if platform else ""
    return f"{engine}{which}, API {clean(api, 20)}"


def _notes(link: Link, info: dict[str, Any]) -> tuple[str, ...]:
    notes = ["whoever may use this engine is root on its host: it has no read-only role"]
    endpoint = link.endpoint
    if endpoint and endpoint.scheme == "tcp":
        if endpoint.tls is None:
            notes.append("its TCP port has no TLS: everybody who reaches it is root there")
        elif not endpoint.tls.verify:
            notes.append("its certificate is not checked (tls_verify = false)")
    if any("rootless" in str(option) for option in info.get("SecurityOptions") or ()):
        notes[0] = "rootless: it can do what its own user can"
    server, ours = time_of(info.get("SystemTime")), time.time()
    if server is not None and abs(server - ours) > _SKEW_WORTH_TELLING_S:
        notes.append(
            f"its clock is {abs(server - ours):.0f}s {'ahead' if server > ours else 'behind'}"
        )
    warnings = (str(warning).removeprefix("WARNING: ") for warning in info.get("Warnings") or ())
    return (*notes, *(clean(warning, 200) for warning in warnings))
