"""Forwarding a port of a pod, a service or a workload: planned here, carried by its tunnel."""

from __future__ import annotations

from fleetui.core.change import Ask, Caution, Plan, Progress
from fleetui.core.errors import Invalid
from fleetui.providers import forwarding
from fleetui.providers.documents import dig
from fleetui.providers.forwarding import There, chosen
from fleetui.providers.kubernetes.writer.api import Api, Right
from fleetui.providers.kubernetes.writer.deed import Deed, memo_of
from fleetui.providers.kubernetes.writer.forwarding.choosing import (
    Answering,
    Candidate,
    answering,
    ports_of,
)
from fleetui.providers.kubernetes.writer.forwarding.tunnel import PodTunnel
from fleetui.providers.kubernetes.writer.target import Target, look
from fleetui.providers.writing import Tell

FORWARDED = ("pod", "svc", "deploy", "sts", "ds", "rs", "job")


class Forward(Deed):
    """A port here that leads to a port there."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say where it would be listened, and who would answer."""
        target = await look(api, ask.ref)
        if dig(target.raw, "spec", "type") == "ExternalName":
            raise Invalid("it is only a name for another host: forward to what that host is")
        kind = target.ref.kind
        port = chosen(ask.value("port"), ports_of(target), target.ref.short, others=kind != "svc")
        found = await answering(api, target, port)
        # A websocket is asked for with GET, and that is what its right is called.
        right = Right("get", "", "pods/portforward", target.namespace)
        permission, may = await api.allowed(right)
        nobody = "" if found.ready else found.nobody.what
        first = found.ready[0] if found.ready else None
        return forwarding.plan(
            ask,
            port,
            first.name if first is not None else "",
            wanted=(first.port,) if first is not None else (),
            facts=_behind(kind, port, first, found),
            cautions=(Caution(f"{nobody}: connections wait until one is ready"),)
            if nobody and kind != "pod" else (),
            permission=permission,
            refused=target.leaving or _down(target, found) or ("" if may else permission),
            memo=(("word", "pod"),),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:
        """It stays open for as long as somebody wants it: that is not sent."""
        del api, plan, tell
        raise Invalid("a forward is opened by its tunnel")

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Return what became of one whose process is gone."""
        del api, plan
        return forwarding.LEFT


def _behind(
    kind: str, port: There, first: Candidate | None, found: Answering
) -> list[tuple[str, str]]:
    facts = []
    if kind != "pod":
        facts.append(("ready", f"{len(found.ready)} of {found.total} pods"))
    if first is not None and first.port != port.number:
        facts.append(("port of the pod", str(first.port)))
    return facts


def _down(target: Target, found: Answering) -> str:
    if target.ref.kind != "pod" or found.ready:
        return ""
    return "no container of it runs"


def tunnel_of(api: Api, plan: Plan) -> PodTunnel:
    """Return the way that was planned."""
    port = There(int(plan.ask.value("port")), memo_of(plan, "name"))
    return PodTunnel(api, plan.ref, port, memo_of(plan, "member"))
