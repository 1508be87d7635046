"""One Kubernetes context as a provider: reads, watches, measures and describes it.

What only pages, logs and checks need is imported when one is first asked for: rows come sooner.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing

import msgspec

from fleetui.core.description import Description
from fleetui.core.errors import Invalid, ProviderError, Unreachable
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Change, Queryable, Report, SourceSpec, Usage
from fleetui.providers.kubernetes.hub import Hub
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.meter import Meter
from fleetui.providers.kubernetes.resources import NEEDS, OF_REF, RESOURCES, page
from fleetui.providers.kubernetes.scene import PROVIDER
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.shapes.base import Thing

KINDS = frozenset(NEEDS)
# A request may wait for its turn, for a login and for its connection.
_MARGIN_S = 2.0


class Kubernetes:
    """One context. Several may be read at once, each with a connection pool of its own."""

    name = PROVIDER

    def __init__(self, scope: str, settings: KubernetesSettings) -> None:
        self.scope = scope
        self._settings = settings
        self.link = Link(scope, settings)
        self._hub = Hub(self.link)
        self._meter = Meter(self.link, self._hub.scene, settings.prometheus_labels)

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return the kinds of this context."""
        limit = self._settings.timeout + self._settings.login_timeout + _MARGIN_S
        return tuple(
            SourceSpec(SourceKey(PROVIDER, self.scope, kind), self._settings.interval, limit)
            for kind in NEEDS
        )

    async def fetch(self, key: SourceKey) -> Batch:
        """Return the rows of one kind as they are known now. Raises a ProviderError."""
        if key.kind not in KINDS:
            raise Invalid(f"Kubernetes has no {key.kind}", where=self.link.where)
        return await self._hub.fetch(key.kind)

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:
        """Follow the rows of one kind."""
        return self._hub.watch(key.kind) if key.kind in KINDS else None

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what pods, their units and nodes use, where the cluster measures it."""
        return await self._meter.measure(refs)

    def measured_by(self, others: Mapping[str, Queryable], *, alone: bool) -> None:
        """Have a Prometheus measure what the cluster does not: the one that the settings name."""
        name = self._settings.prometheus
        if not name and alone and len(others) == 1:
            name = next(iter(others))
        if name in others:
            self._meter.lend(f"prometheus/{name}", others[name])

    async def describe(self, ref: Ref) -> Description:
        """Tell all that the API knows of one thing. Raises a ProviderError."""
        from fleetui.providers.kubernetes.describing import described

        resource = OF_REF.get(ref.kind)
        if resource is None:
            raise Invalid(f"a {ref.kind} cannot be described", where=str(ref))
        namespace = ref.scope.partition("/")[2]
        path = RESOURCES[resource].one(ref.name, namespace)
        try:
            async with asyncio.timeout(self._settings.timeout + _MARGIN_S):
                document, revisions = await asyncio.gather(
                    self.link.request("GET", path), self._revisions(ref.kind, namespace)
                )
        except TimeoutError:
            raise Unreachable("no answer in time", where=self.link.where) from None
        except ProviderError as error:
            error.where = str(ref)
            raise
        scene = self._hub.scene
        scene.now = self.link.now
        # Only for the page: rows would call a revision by its number here and by its hash there.
        for one in revisions:
            scene.put("revisions", one)
        try:
            return described(ref.kind, document, scene)
        finally:
            for one in revisions:
                scene.drop("revisions", one.uid)

    async def _revisions(self, kind: str, namespace: str) -> tuple[Thing, ...]:
        """Return the kept revisions of what is no Deployment: nobody watches those."""
        if kind not in {"sts", "ds"}:
            return ()
        wanted = RESOURCES["revisions"]
        try:
            return page(wanted, await self.link.request("GET", wanted.at(namespace))).items
        except (ProviderError, msgspec.DecodeError):
            # Its page tells all the rest.
            return ()

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        """Follow a pod's log through the restarts of its containers, until it is over."""
        from fleetui.providers.kubernetes import logs

        if ref.kind != "pod":
            raise Invalid(f"a {ref.kind} keeps no log of its own", where=str(ref))
        async with aclosing(logs.follow(self.link, ref, query)) as batches:
            async for batch in batches:
                yield batch

    async def check(self) -> Report:
        """Say whether the cluster answers, to whom, and what it allows."""
        from fleetui.providers.kubernetes import checking

        return await checking.report(self.link, self._meter.lender)

    async def close(self) -> None:
        """Let all watches and connections go."""
        self._hub.close()
        await self.link.close()
