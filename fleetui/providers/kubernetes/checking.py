"""What `check` says of a cluster: who we are there, what we may, until when, what to beware of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.providers.base import Report
from fleetui.providers.kubernetes import expiry
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.scene import PROVIDER

T = TypeVar("T")
_SKEW_WORTH_TELLING_S = 5.0
_REVIEWS = ("v1", "v1beta1", "v1alpha1")
# (words, verb, group, resource, subresource): what panes need, and what changes need.
_Ask = tuple[str, str, str, str, str]
_READS: tuple[_Ask, ...] = (
    ("watch pods", "watch", "", "pods", ""),
    ("watch deployments", "watch", "apps", "deployments", ""),
    ("watch services", "watch", "", "services", ""),
    ("watch endpointslices", "watch", "discovery.k8s.io", "endpointslices", ""),
    ("watch nodes", "watch", "", "nodes", ""),
    ("watch events", "watch", "", "events", ""),
    ("read logs", "get", "", "pods", "log"),
)
# A forward is asked for with GET, as a websocket must be, and that is its right.
_CHANGES: tuple[_Ask, ...] = (
    ("scale deployments", "patch", "apps", "deployments", "scale"),
    ("change deployments", "patch", "apps", "deployments", ""),
    ("delete pods", "delete", "", "pods", ""),
    ("run commands in pods", "create", "", "pods", "exec"),
    ("forward ports", "get", "", "pods", "portforward"),
    ("cordon nodes", "patch", "", "nodes", ""),
)
_WITHOUT_NAMESPACE = frozenset({"nodes"})


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = ""
    platform: str = ""


class _User(msgspec.Struct):
    username: str = ""
    groups: list[str] | None = None


class _WhoStatus(msgspec.Struct, rename="camel"):
    user_info: _User | None = None


class _Who(msgspec.Struct):
    status: _WhoStatus | None = None


class _MayStatus(msgspec.Struct):
    allowed: bool = False


class _May(msgspec.Struct):
    status: _MayStatus | None = None


async def report(link: Link, lender: str = "") -> Report:
    """Ask the cluster about itself and about us; never raises a ProviderError.

    `lender` is who measures its pods where it does not: `prometheus/main`.
    """
    try:
        await link.request("GET", "/version")
        began = time.monotonic()
        version = _decoded(await link.request("GET", "/version"), _Version)
        latency = time.monotonic() - began
    except ProviderError as error:
        # Who has no login may ask for the version all the same, mostly: then it is told below.
        return Report(PROVIDER, link.scope, reachable=False, fault=error.fault())
    fault: ProviderError | None = None
    who = ""
    reads: dict[str, bool] = {}
    changes: dict[str, bool] = {}
    spaces: tuple[str, ...] = ()
    try:
        who = await _who(link)
        reads, spaces = await _reads(link)
        changes = await _may(link, _CHANGES, spaces)
    except ProviderError as error:
        fault = error
    access = link.access
    ends = link.session.expires_at
    if ends is None and access is not None:
        ends = await link.session.run(expiry.of_access, access)
    told = version or _Version()
    return Report(
        PROVIDER,
        link.scope,
        reachable=True,
        identity=_identity(link, who),
        version=clean(" ".join(filter(None, (told.git_version, told.platform))), 80),
        permissions=tuple(reads.items()),
        expires_at=ends,
        latency_s=latency,
        fault=fault.fault() if fault else None,
        notes=(*_notes(link, spaces, reads, changes), *await _metrics(link, lender)),
    )


async def _who(link: Link) -> str:
    """Return who we are there; a server that is too old to say so is believed to know."""
    for version in _REVIEWS:
        group = f"authentication.k8s.io/{version}"
        body = {"apiVersion": group, "kind": "SelfSubjectReview"}
        path = f"/apis/{group}/selfsubjectreviews"
        try:
            answer = await link.request("POST", path, body=msgspec.json.encode(body))
        except ProviderError as error:
            if error.code in {"not_found", "denied", "invalid"}:
                continue
            raise
        found = _decoded(answer, _Who)
        if found and found.status and found.status.user_info:
            return clean(found.status.user_info.username, 120)
    return ""


async def _reads(link: Link) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Return what may be read, and in which namespaces: as panes read it, `("",)` being all."""
    spaces = link.settings.namespaces or ("",)
    found = await _may(link, _READS, spaces)
    own = link.access.namespace if link.access else ""
    if spaces == ("",) and own and not found[_READS[0][0]]:
        narrow = await _may(link, _READS, (own,))
        if any(narrow.values()):
            return narrow, (own,)
    return found, spaces


async def _may(link: Link, asks: tuple[_Ask, ...], spaces: tuple[str, ...]) -> dict[str, bool]:
    """Ask whether each of these is allowed, in each of these namespaces."""
    named: dict[str, tuple[_Ask, str]] = {}
    for ask in asks:
        for space in ("",) if ask[3] in _WITHOUT_NAMESPACE else spaces:
            named[f"{ask[0]} in {space}" if space else ask[0]] = (ask, space)
    answers = await asyncio.gather(*(_allowed(link, ask, space) for ask, space in named.values()))
    return dict(zip(named, answers, strict=True))


async def _allowed(link: Link, ask: _Ask, namespace: str) -> bool:
    _, verb, group, resource, subresource = ask
    attributes = {
        "verb": verb, "group": group, "resource": resource, "subresource": subresource,
        "namespace": namespace,
    }  # fmt: skip
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answer = await link.request("POST", path, body=msgspec.json.encode(body))
    found = _decoded(answer, _May)
    return bool(found and found.status and found.status.allowed)


async def _metrics(link: Link, lender: str) -> tuple[str, ...]:
    try:
        await link.request("GET", "/apis/metrics.k8s.io/v1beta1")
    except ProviderError as error:
        if error.code == "not_found":
            instead = f"are asked of {lender}" if lender else "are not measured"
            return (f"has no metrics.k8s.io: CPU and memory of its pods {instead}",)
        instead = f"; {lender} is asked instead" if lender else ""
        return (f"its metrics.k8s.io does not answer: {error.what}{instead}",)
    return ()


def _identity(link: Link, who: str) -> str:
    access = link.access
    if access is None:
        return who
    name = who or access.user or "somebody"
    place = f"context {clean(access.context, 80)}" if access.context else access.source
    return f"{name} ({place})"


def _notes(
    link: Link, spaces: tuple[str, ...], reads: dict[str, bool], changes: dict[str, bool]
) -> Iterator[str]:
    access = link.access
    if access is not None:
        if not access.verify:
            yield "its certificate is not checked (insecure-skip-tls-verify)"
        if access.server.startswith("http://"):
            yield "without TLS: whoever is on the way sees and changes all"
    ahead = link.skew.ahead_s or 0.0
    if abs(ahead) > _SKEW_WORTH_TELLING_S:
        yield f"its clock is {abs(ahead):.0f}s {'ahead' if ahead > 0 else 'behind'}"
    if spaces and spaces != (link.settings.namespaces or ("",)):
        yield f"only the namespace {spaces[0]} is read: we may not read all of them"
    refused = [words for words, allowed in changes.items() if not allowed]
    if changes and len(refused) == len(changes):
        yield "we may change nothing there" if any(reads.values()) else "we may do nothing there"
    elif refused:
        yield f"we may not {', '.join(refused)}"


def _decoded(data: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        return None
