"""Suspends, resumes and triggers CronJobs; suspends and resumes Jobs."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import NotFound, ProviderError
from fleetui.core.secrets import redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right, number
from fleetui.providers.kubernetes.writer.blame import why
from fleetui.providers.kubernetes.writer.deed import Deed, memo_of, overtaken
from fleetui.providers.kubernetes.writer.target import Target, look, owned, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

_LONGEST = 52
"""So much of a CronJob's name fits into that of its Job, whose pods add to it."""


class Suspend(Deed):
    """Let it begin nothing."""

    wanted = True
    back = Verb.RESUME

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say what does not begin any more, or does again."""
        target = await look(api, ask.ref)
        right = Right("patch", "batch", target.resource, target.namespace)
        (permission, may), (_, refusal) = await asyncio.gather(
            api.allowed(right), api.tried(target.path, self._body(target), MERGE)
        )
        idle = suspended(target) == self.wanted
        words = ("no", "yes") if self.wanted else ("yes", "no")
        already = "it is suspended already" if self.wanted else "it is not suspended"
        ended = over(target)
        return Plan(
            ask=Ask(ask.verb, ask.ref),
            differences=() if idle else (Difference("suspended", *words),),
            facts=_facts(target),
            cautions=tuple(self._cautions(target)),
            steps=("suspend it" if self.wanted else "let it begin again",),
            undo=Undo(f"{self.back} it", Ask(self.back, ask.ref)),
            permission=permission,
            refused=target.leaving or ended or (already if idle else "") or refusal
            or ("" if may else permission),
            members=0,
            seen=seen_text(_condition(target)),
            memo=(("generation", str(target.generation)),),
        )  # fmt: skip

    def _body(self, target: Target) -> Raw:
        return {
            "metadata": {"resourceVersion": target.version}, "spec": {"suspend": self.wanted},
        }  # fmt: skip

    def _cautions(self, target: Target) -> list[Caution]:
        found = surroundings.of_keepers(target)
        active = dig(target.raw, "status", "active")
        if target.ref.kind == "job" and self.wanted and active:
            text = f"its {active} pods are deleted, and begin anew when it is resumed"
            found.append(Caution(text, grave=True))
        elif self.wanted and active:
            found.append(Caution("what runs of it now goes on to its end"))
        elif not self.wanted and target.ref.kind == "cronjob":
            found.append(Caution("a run that it has missed meanwhile may begin at once"))
        return found

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once."""

        async def change(target: Target) -> Raw:
            return await api.patch(target.path, self._body(target), MERGE)

        await send(api, plan, _condition, change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is so."""
        target = await look(api, plan.ref)
        text = "it is suspended" if suspended(target) else "it is not suspended"
        if suspended(target) == self.wanted:
            return Progress(Phase.DONE, text)
        return overtaken(plan, target.generation, text)


class Resume(Suspend):
    """Let it begin again."""

    wanted = False
    back = Verb.SUSPEND


class Trigger(Deed):
    """Make a Job of it now, as its schedule would."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say which Job begins, and what runs already."""
        target = await look(api, ask.ref)
        name = f"{ask.ref.name[:_LONGEST]}-{secrets.token_hex(3)}"
        right = Right("create", "batch", "jobs", target.namespace)
        (permission, may), refusal = await asyncio.gather(
            api.allowed(right), self._tried(api, target, name)
        )
        return Plan(
            ask=Ask(ask.verb, ask.ref),
            differences=(Difference("job", "none", name),),
            facts=_facts(target),
            cautions=tuple(_beside(target)),
            steps=(f"make job/{name} of its template", "follow it to its end"),
            undo=Undo("cannot be undone: what it does is not known here"),
            permission=permission,
            refused=target.leaving or refusal or ("" if may else permission),
            seen=seen_text({"uid": target.uid, "leaving": target.leaving}),
            memo=(("job", name),),
        )

    async def _tried(self, api: Api, target: Target, name: str) -> str:
        try:
            await api.create(_jobs(target), job_of(target, name), dry=True)
        except ProviderError as error:
            return error.what
        return ""

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Make it, once: a second one of its name would be refused."""
        target = await look(api, plan.ref)
        await api.create(_jobs(target), job_of(target, memo_of(plan, "job")))
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Follow the Job."""
        target = await look(api, plan.ref)
        name = memo_of(plan, "job")
        try:
            job = await api.get(f"{_jobs(target)}/{name}")
        except NotFound:
            return Progress(Phase.FAILED, f"not done: there is no job/{name}")
        active, good = number(job, "status", "active"), number(job, "status", "succeeded")
        wanted = dig(job, "spec", "completions") or dig(job, "spec", "parallelism") or 1
        for one in dig(job, "status", "conditions") or ():
            if dig(one, "status") != "True":
                continue
            if dig(one, "type") == "Complete":
                return Progress(Phase.DONE, f"job/{name} is complete", good, good, wanted)
            if dig(one, "type") == "Failed":
                said = f"{dig(one, 'reason')}: {dig(one, 'message')}"
                text = f"job/{name}: {redact(clean(said, 300))}"
                return Progress(Phase.FAILED, text, good, good, wanted)
        pods = owned(
            await api.items("pods", target.namespace, labelSelector=f"job-name={name}"),
            str(dig(job, "metadata", "uid")),
        )
        text = "; ".join(filter(None, (f"job/{name}: {active} run", why(pods, api.now).text)))
        return Progress(Phase.ROLLING, text, good, good, wanted)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Delete the Job, with its pods."""
        target = await look(api, plan.ref)
        name = memo_of(plan, "job")
        options = {
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
        }  # fmt: skip
        await api.delete(f"{_jobs(target)}/{name}", options)
        return Progress(Phase.CANCELLED, f"job/{name} is deleted")


def job_of(target: Target, name: str) -> Raw:
    """Return the Job that a CronJob's schedule would make, told to be made by hand."""
    template = dig(target.raw, "spec", "jobTemplate") or {}
    notes = dig(template, "metadata", "annotations") or {}
    return {
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": name, "namespace": target.namespace,
            "labels": dig(template, "metadata", "labels") or {},
            "annotations": {**notes, "cronjob.kubernetes.io/instantiate": "manual"},
            "ownerReferences": [{
                "apiVersion": "batch/v1", "kind": "CronJob", "name": target.ref.name,
                "uid": target.uid, "controller": True,
            }],
        },
        "spec": dig(template, "spec") or {},
    }  # fmt: skip


def _jobs(target: Target) -> str:
    return f"/apis/batch/v1/namespaces/{target.namespace}/jobs"


def suspended(target: Target) -> bool:
    """Say whether it begins nothing."""
    return dig(target.raw, "spec", "suspend") is True


def over(target: Target) -> str:
    """Return how a Job has ended; empty where it goes on, or is none."""
    for name in ("Complete", "Failed"):
        if target.ref.kind == "job" and target.condition(name).get("status") == "True":
            return f"it is over: {name.lower()}"
    return ""


def _condition(target: Target) -> dict[str, Any]:
    return {"uid": target.uid, "suspended": suspended(target), "leaving": target.leaving}


def _facts(target: Target) -> tuple[tuple[str, str], ...]:
    active = dig(target.raw, "status", "active")
    if target.ref.kind == "job":
        return (("pods", f"{active or 0} run"),)
    running = [clean(str(dig(one, "name")), 253) for one in active or ()]
    found = [
        ("schedule", clean(str(dig(target.raw, "spec", "schedule") or ""), 80)),
        ("suspended", "yes" if suspended(target) else ""),
        ("last run", clean(str(dig(target.raw, "status", "lastScheduleTime") or ""), 40)),
        ("runs now", surroundings.some(running)),
    ]
    return tuple((name, text) for name, text in found if text)


def _beside(target: Target) -> list[Caution]:
    found = []
    if dig(target.raw, "status", "active"):
        policy = dig(target.raw, "spec", "concurrencyPolicy")
        word = " though its policy forbids it" if policy == "Forbid" else ""
        found.append(Caution(f"one of it runs already: this one runs beside it{word}"))
    if suspended(target):
        found.append(Caution("it is suspended: only this one runs"))
    return found
