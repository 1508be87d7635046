"""A cluster as a writer: each verb is a deed, sent by its own connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from fleetui.core.change import Ask, Plan, Progress, Verb
from fleetui.core.errors import Invalid, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.scene import PROVIDER
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.api import Api
from fleetui.providers.writing import Tell

if TYPE_CHECKING:
    from fleetui.providers.kubernetes.writer.deed import Deed
    from fleetui.providers.kubernetes.writer.deeds import Deeds
    from fleetui.providers.kubernetes.writer.forwarding.tunnel import PodTunnel
    from fleetui.providers.kubernetes.writer.shell import PodSession

T = TypeVar("T")
_QPS = 100
"""So many connections a second are carried at most."""


class KubernetesWriter:
    """One context that can be changed. Has its own connections, apart from the reader's.

    It is made before the first rows are shown: what it does is imported when it is asked for.
    """

    name = PROVIDER

    def __init__(self, scope: str, settings: KubernetesSettings) -> None:
        self.scope = scope
        self._settings = settings
        self._link = Link(scope, settings)
        self._api = Api(self._link)
        # Each carried connection is a request: they must not use up what changes need.
        carrying = replace(settings, qps=max(settings.qps, _QPS), burst=max(settings.burst, _QPS))
        self._carrying = Api(Link(scope, carrying))

    @cached_property
    def _deeds(self) -> Deeds:
        from fleetui.providers.kubernetes.writer.deeds import deeds

        return deeds()

    def verbs(self, kind: str) -> frozenset[Verb]:
        """Return what can be done to things of a kind."""
        return frozenset(verb for of, verb in self._deeds if of == kind)

    async def plan(self, ask: Ask) -> Plan:
        """Work out what it would do; the server tries it, and changes nothing."""
        return await self._told(self._deed(ask.ref, ask.verb).plan(self._api, ask))

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        """Look whether the target is as it was seen, then send, once."""
        deed = self._deed(plan.ref, plan.ask.verb)
        return await self._told(deed.carry_out(self._api, plan, tell))

    async def progress(self, plan: Plan) -> Progress:
        """Read back from the cluster how far a plan has come."""
        return await self._told(self._deed(plan.ref, plan.ask.verb).progress(self._api, plan))

    async def halt(self, plan: Plan) -> Progress:
        """Stop what can be stopped, or give back what was before."""
        return await self._told(self._deed(plan.ref, plan.ask.verb).halt(self._api, plan))

    def command(self, ref: Ref, argv: Sequence[str], *, tty: bool) -> PodSession:
        """Return what runs a command in a pod, not begun."""
        from fleetui.providers.kubernetes.writer.shell import PodSession

        if ref.kind != "pod":
            raise Invalid(f"a {ref.kind} has no shell of its own", where=str(ref))
        return PodSession(self._api, asyncio.get_running_loop(), ref, argv, tty=tty)

    def debugger(self, plan: Plan, argv: Sequence[str], *, tty: bool) -> PodSession:
        """Return what adds a debug container and leads a terminal to it, not begun."""
        from fleetui.providers.kubernetes.writer.debug_session import DebugSession

        return DebugSession(self._api, asyncio.get_running_loop(), plan, argv, tty=tty)

    def tunnel(self, plan: Plan) -> PodTunnel:
        """Return the way to the port of a plan, not begun."""
        from fleetui.providers.kubernetes.writer.forwarding.deed import tunnel_of

        return tunnel_of(self._carrying, plan)

    async def document(self, ref: Ref) -> str:
        """Return an object as YAML for an editor, whatever stands in it but its status."""
        from fleetui.providers.kubernetes.writer.document import written
        from fleetui.providers.kubernetes.writer.target import look

        target = await self._told(look(self._api, ref))
        return await asyncio.to_thread(written, target.raw)

    def tethered(self, plan: Plan) -> bool:
        """Say whether it is done step by step from here, as a drain is."""
        return self._deed(plan.ref, plan.ask.verb).tethered

    async def left(self, plan: Plan) -> Progress | None:
        """Say what a plan that nobody is at any more has left half-way: drains do."""
        return await self._told(self._deed(plan.ref, plan.ask.verb).left(self._api, plan))

    async def rest(self, plan: Plan, ask: Ask) -> Plan:
        """Plan what is to be done of it yet, or its way back."""
        return await self._told(self._deed(plan.ref, plan.ask.verb).rest(self._api, plan, ask))

    async def close(self) -> None:
        """Let all connections go. What is under way is left as it is."""
        await self._link.close()
        await self._carrying.link.close()

    def _deed(self, ref: Ref, verb: Verb) -> Deed:
        deed = self._deeds.get((ref.kind, verb))
        if deed is None:
            raise Invalid(f"there is no {verb} for a {ref.kind}", where=self._link.where)
        return deed

    async def _told(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except ProviderError as error:
            error.where = error.where or self._link.where
            raise
