"""The demo's Prometheus as a provider: polled, and asked in PromQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fleetui.core.description import Description
from fleetui.core.query import Query, QueryResult
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Report
from fleetui.providers.demo.faults import Misbehaviour
from fleetui.providers.demo.prometheus import Monitoring
from fleetui.providers.demo.provider import DemoProvider, Reader
from fleetui.providers.demo.queries import answer
from fleetui.providers.demo.world import World


class PrometheusProvider(DemoProvider):
    """The Prometheus server of the demo."""

    def __init__(
        self,
        world: World,
        main: Monitoring,
        report: Callable[[float], Report],
        *,
        misbehaviour: Misbehaviour | None = None,
    ) -> None:
        readers: dict[str, Reader] = {"alerts": main.alerts, "targets": main.targets}
        super().__init__(world, "prometheus", "main", readers, report, misbehaviour=misbehaviour)
        self._main = main

    async def query(self, query: Query) -> QueryResult:
        """Answer what the demo can answer; anything else is Invalid and says what it can."""
        if self.misbehaviour is not None:
            key = SourceKey(self.name, self.scope, "query", query)
            await self.misbehaviour.before(key, self.world.now())
        return await answer(self._main, query, self.world.now())

    async def describe(self, ref: Ref) -> Description:
        """Return what the server would tell of an alert or a target, and of its past."""
        told = await super().describe(ref)
        return replace(told, events=tuple(self._main.history(ref, self.world.now())))
