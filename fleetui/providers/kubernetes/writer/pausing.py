"""Holds the rollout of a Deployment, and lets it go on."""

from __future__ import annotations

import asyncio

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.providers.kubernetes.writer import standing, surroundings
from fleetui.providers.kubernetes.writer.api import STRATEGIC, Api, Raw, Right
from fleetui.providers.kubernetes.writer.blame import judged
from fleetui.providers.kubernetes.writer.deed import Deed, overtaken
from fleetui.providers.kubernetes.writer.rolling import condition
from fleetui.providers.kubernetes.writer.surroundings import around
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell


class Pause(Deed):
    """Set `paused`."""

    wanted = True
    verb, back = Verb.PAUSE, Verb.UNPAUSE

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say what is held, or what goes on."""
        target = await look(api, ask.ref)
        right = Right("patch", "apps", target.resource, target.namespace)
        idle = target.paused == self.wanted
        near, (permission, may), (_, why) = await asyncio.gather(
            around(api, target), api.allowed(right),
            api.tried(target.path, self._body(target), STRATEGIC),
        )  # fmt: skip
        word = "paused" if self.wanted else "not paused"
        return Plan(
            ask=ask,
            differences=() if idle else (
                Difference("rollout", *(("goes on", "paused") if self.wanted
                                        else ("paused", "goes on"))),),
            facts=surroundings.facts_of(target, near),
            cautions=tuple(self._cautions(target)),
            steps=("hold its rollout where it is" if self.wanted else "let its rollout go on",),
            undo=Undo(f"{self.back} it", Ask(self.back, ask.ref)),
            permission=permission,
            refused=target.leaving or (f"it is {word} already" if idle else "") or why
            or ("" if may else permission),
            members=0 if self.wanted else target.replicas,
            seen=seen_text(condition(target)),
            memo=(("generation", str(target.generation)),),
        )  # fmt: skip

    def _body(self, target: Target) -> Raw:
        paused = True if self.wanted else None
        return {"metadata": {"resourceVersion": target.version}, "spec": {"paused": paused}}

    def _cautions(self, target: Target) -> list[Caution]:
        found = surroundings.of_keepers(target)
        if self.wanted:
            text = "until it is unpaused, no other template comes to its pods; scaling still works"
            found.append(Caution(text))
            where = standing.rollout(target)
            if not where.done:
                found.append(Caution(f"it stays half done: {where.text}"))
        return found

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once."""

        async def change(target: Target) -> Raw:
            return await api.patch(target.path, self._body(target), STRATEGIC)

        await send(api, plan, condition, change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is held; what goes on is followed to its end."""
        target = await look(api, plan.ref)
        if target.paused != self.wanted:
            text = "it is paused" if target.paused else "it is not paused"
            return overtaken(plan, target.generation, text)
        where = standing.rollout(target)
        if self.wanted:
            if not target.observed:
                return Progress(Phase.ROLLING, where.text)
            return Progress(Phase.DONE, "its rollout is paused")
        return await judged(api, target, where)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Hold again what was let go."""
        target = await look(api, plan.ref)
        if self.wanted or target.paused:
            return await self.progress(api, plan)
        body = {"metadata": {"resourceVersion": target.version}, "spec": {"paused": True}}
        await api.patch(target.path, body, STRATEGIC)
        return Progress(Phase.CANCELLED, "its rollout is paused again")


class Unpause(Pause):
    """Take `paused` away."""

    wanted = False
    verb, back = Verb.UNPAUSE, Verb.PAUSE
