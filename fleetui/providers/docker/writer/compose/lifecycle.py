"""Restart, stop and start of a service: its containers, one after another.

That takes neither compose nor a file. What compose would do beside it, starting what has
ended, is not wanted: a one-shot job would run again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import NotFound, ProviderError
from fleetui.core.state import State
from fleetui.providers.docker.compose import Member
from fleetui.providers.docker.writer import looking, redeploying
from fleetui.providers.docker.writer.compose import rolling
from fleetui.providers.docker.writer.compose import unit as units
from fleetui.providers.docker.writer.compose.command import Compose
from fleetui.providers.docker.writer.compose.rolling import is_up
from fleetui.providers.docker.writer.compose.service import named, service_of
from fleetui.providers.docker.writer.compose.unit import Unit
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, late, memo_of
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import seconds, yes
from fleetui.providers.seen import compare, seen_text

_STOP_S = 10.0


class Members(Deed):
    """What is done to one container of a service after another."""

    long = True
    verb: Verb
    back: Verb | None = None
    word = ""
    """What each of them is afterwards."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say which containers it touches."""
        unit = self.knowing_others(link, units.look(link, ask.ref))
        chosen = self.chosen(unit, ask)
        raws = units.inspected(link, chosen)
        wait_s = max(map(redeploying.patience_of, raws), default=60.0)
        values = (*self.values(ask), ("patience", f"{wait_s:.0f}s"))
        return Plan(
            ask=Ask(self.verb, ask.ref, values),
            differences=self.differences(unit, chosen),
            facts=(*units.facts_of(unit, None, None),
                   *((("needed by", named(unit.needed_by)),) if unit.needed_by else ())),
            cautions=tuple(self.cautions(unit, chosen)),
            steps=tuple(self.step(m.row.name, values) for m in chosen),
            undo=Undo(f"{self.back} it again", Ask(self.back, ask.ref)) if self.back
            else Undo("cannot be undone: what it held in memory is gone"),
            permission=ALLOWED,
            refused=self.refused(unit, chosen, ask),
            members=len(chosen),
            seen=seen_text(unit.seen()),
            memo=(("chosen", ",".join(m.summary.id for m in chosen)),
                  ("started", ",".join(map(looking.started_of, raws)))),
        )  # fmt: skip

    def knowing_others(self, link: SendingLink, unit: Unit) -> Unit:
        """Return the unit with who depends on it.

        Containers say so, but not those that compose made without what they depend on. Where it
        cannot be asked for the files, what the containers say is all.
        """
        if unit.needed_by or self.verb is Verb.RESTART:
            return unit
        with suppress(ProviderError):
            compose = Compose(link, unit.project, unit.files)
            found = service_of(compose.config(), unit.service)
            return replace(unit, needed_by=found.needed_by, waited_for=found.waited_for)
        return unit

    def chosen(self, unit: Unit, ask: Ask) -> tuple[Member, ...]:  # noqa: ARG002
        """Return whom it touches: those that are up."""
        return tuple(m for m in unit.members if is_up(m))

    def values(self, ask: Ask) -> tuple[tuple[str, str], ...]:
        """Return the values, worked out. Raises Invalid."""
        return (("timeout", f"{seconds(ask.value('timeout'), _STOP_S):.0f}s"),)

    def differences(self, unit: Unit, chosen: tuple[Member, ...]) -> tuple[Difference, ...]:
        """Return what becomes of the number that runs."""
        up = sum(map(is_up, unit.members))
        after = {Verb.STOP: up - len(chosen), Verb.START: up + len(chosen)}.get(self.verb, up)
        return (Difference("running", str(up), str(after)),) if after != up else ()

    def refused(self, unit: Unit, chosen: tuple[Member, ...], ask: Ask) -> str:  # noqa: ARG002
        """Return why it cannot be done now."""
        return "" if chosen else "none of its containers is running"

    def cautions(self, unit: Unit, chosen: tuple[Member, ...]) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        return []

    def step(self, name: str, values: tuple[tuple[str, str], ...]) -> str:
        """Return what is done to one of them."""
        return f"{self.verb} {name}, killed after {dict(values)['timeout']}"

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where its members are others now."""
        compare(plan.ref, plan.seen, units.look(link, plan.ref).seen())

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Do it to one after another; the first that fails ends it."""
        uids = self.order(plan)
        for number, uid in enumerate(uids):
            if job.stop.is_set():
                return Progress(Phase.CANCELLED, f"{job.why}: {number} of {len(uids)} are "
                                f"{self.word}", number, number, len(uids))  # fmt: skip
            job.tell(Progress(Phase.ROLLING, f"member {number + 1} of {len(uids)}",
                              number, number, len(uids)))  # fmt: skip
            try:
                bad = self.one(link, plan, uid, job)
            except ProviderError as error:
                bad = error.what
            if bad:
                phase = Phase.CANCELLED if job.stop.is_set() else Phase.FAILED
                return Progress(phase, f"{number} of {len(uids)} are {self.word}, then: {bad}",
                                number, number, len(uids))  # fmt: skip
        return Progress(Phase.DONE, f"{len(uids)} of {len(uids)} are {self.word}", len(uids),
                        len(uids), len(uids))  # fmt: skip

    def one(self, link: SendingLink, plan: Plan, uid: str, job: Job) -> str:
        """Do it to one of them; return what is wrong, nothing if it is well."""
        raise NotImplementedError

    def order(self, plan: Plan) -> list[str]:
        """Return whom it touches, in the order of the plan."""
        return [one for one in memo_of(plan, "chosen").split(",") if one]

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Count of how many it is so. Another process began it."""
        uids = self.order(plan)
        before = dict(zip(uids, memo_of(plan, "started").split(","), strict=False))
        found = {uid: looking.by_id(link, uid) for uid in uids}
        done = sum(raw is not None and self.is_so(raw, before.get(uid, ""))
                   for uid, raw in found.items())  # fmt: skip
        text = f"{done} of {len(uids)} are {self.word}"
        if done == len(uids):
            return Progress(Phase.DONE, text, done, done, len(uids))
        if not any(found.values()):
            raise NotFound(f"the containers of {plan.ref.name} are gone")
        own = seconds(plan.ask.value("timeout"), _STOP_S)
        if late(link, plan, own + seconds(plan.ask.value("patience"), 60.0)):
            return Progress(Phase.FAILED, f"broken off: {text}", done, done, len(uids))
        return Progress(Phase.ROLLING, text, done, done, len(uids))

    def is_so(self, raw: Raw, before: str) -> bool:
        """Whether one is as it is meant to be; `before`: when it was started before."""
        raise NotImplementedError

    def wait(self, link: SendingLink, plan: Plan, uid: str, job: Job) -> str:
        """Wait until one that was started is well."""
        wait_s = seconds(plan.ask.value("patience"), 60.0)
        return rolling.wait_well(link, uid, wait_s, job, lambda _text: None)


class Restart(Members):
    """Each of those that are up, and the next when it is well."""

    verb, word = Verb.RESTART, "restarted and well"

    def cautions(self, unit: Unit, chosen: tuple[Member, ...]) -> list[Caution]:
        """Return what to know before."""
        found = []
        if len(chosen) == 1:
            found.append(Caution("it has one member: nobody answers meanwhile"))
        if len(unit.members) > len(chosen):
            found.append(Caution("those that are down stay down"))
        return found

    def one(self, link: SendingLink, plan: Plan, uid: str, job: Job) -> str:
        """Stop and start it, and see that it gets well."""
        wait_s = seconds(plan.ask.value("timeout"), _STOP_S)
        link.send(
            "POST", f"/containers/{uid}/restart", {"t": f"{wait_s:.0f}"}, timeout_s=wait_s + 10
        )
        return self.wait(link, plan, uid, job)

    def is_so(self, raw: Raw, before: str) -> bool:
        """Whether it was started since."""
        return looking.status_of(raw) == "running" and looking.started_of(raw) != before


class Stop(Members):
    """Each of those that are up."""

    verb, word, back = Verb.STOP, "stopped", Verb.START

    def cautions(self, unit: Unit, chosen: tuple[Member, ...]) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        found = [Caution("all of it goes down: nobody answers then", grave=True)]
        if unit.needed_by:
            found.append(Caution(f"{named(unit.needed_by)} depends on it", grave=True))
        return found

    def one(self, link: SendingLink, plan: Plan, uid: str, job: Job) -> str:  # noqa: ARG002
        """Ask it to end, and kill it where it does not."""
        wait_s = seconds(plan.ask.value("timeout"), _STOP_S)
        link.send("POST", f"/containers/{uid}/stop", {"t": f"{wait_s:.0f}"}, timeout_s=wait_s + 10)
        return ""

    def is_so(self, raw: Raw, before: str) -> bool:  # noqa: ARG002
        """Whether it is down."""
        return not looking.is_up(raw)


class Start(Members):
    """Each of those that are down, but no job that has done its work."""

    verb, word, back = Verb.START, "started and well", Verb.STOP

    def chosen(self, unit: Unit, ask: Ask) -> tuple[Member, ...]:  # noqa: ARG002
        """Return those that are down; where some are up, not those that have ended well."""
        down = tuple(m for m in unit.members if not is_up(m))
        if len(down) == len(unit.members):
            return down
        return tuple(m for m in down if m not in unit.ended_well)

    def values(self, ask: Ask) -> tuple[tuple[str, str], ...]:
        """Return the values: a job is run again only where that is asked for."""
        return (("force", "yes"),) if yes(ask.value("force")) else ()

    def refused(self, unit: Unit, chosen: tuple[Member, ...], ask: Ask) -> str:
        """Return why there is nothing to start."""
        if not unit.members:
            return "it has no containers: scale it to the number you want"
        if not chosen:
            return "all of its containers are running, or have done their work"
        if unit.waited_for and unit.ended_well and not yes(ask.value("force")):
            return (f"it is a one-shot job that has ended well, which {named(unit.waited_for)} "
                    "waited for: force=yes runs it again")  # fmt: skip
        return ""

    def cautions(self, unit: Unit, chosen: tuple[Member, ...]) -> list[Caution]:
        """Return what to know before."""
        if chosen and all(m in unit.ended_well for m in chosen):
            return [Caution("its members ended with exit code 0: a one-shot job runs once more")]
        if any(m.row.state is State.FAILED for m in chosen):
            return [Caution("some of its members failed: they may do so again")]
        return []

    def step(self, name: str, values: tuple[tuple[str, str], ...]) -> str:  # noqa: ARG002
        """Return what is done to one of them."""
        return f"start {name}"

    def one(self, link: SendingLink, plan: Plan, uid: str, job: Job) -> str:
        """Start it, and see that it gets well, or ends well."""
        rolling.start(link, uid)
        bad = self.wait(link, plan, uid, job)
        raw = looking.by_id(link, uid)
        if bad and raw is not None and not looking.is_up(raw):
            code = raw.get("State", {}).get("ExitCode")
            return "" if code == 0 else bad
        return bad

    def is_so(self, raw: Raw, before: str) -> bool:
        """Whether it was started since."""
        return looking.started_of(raw) != before
