"""Gives a service more members or fewer, with compose itself."""

from __future__ import annotations

import re
from dataclasses import replace

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.state import State
from fleetui.providers.docker.writer.compose import unit as units
from fleetui.providers.docker.writer.compose.command import Compose, ComposeFailed
from fleetui.providers.docker.writer.compose.service import named
from fleetui.providers.docker.writer.compose.unit import Unit, Wanted
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, late, memo_of
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.seen import compare, seen_text

MOST = 1_000
PATIENCE_S = 120.0
"""For so long another process's compose may be at it without a sign."""
LOOK_S = 0.5
_COUNT = re.compile(r"([+-]|[x*×])?\s*(\d{1,6})")


@dataclass(frozen=True, slots=True)
class _Known:
    unit: Unit
    wanted: Wanted
    drift: units.Drift
    count: int


class Scale(Deed):
    """To a number, by one command that touches this service alone."""

    long = True

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say how many there will be, and what the file has to say to it."""
        unit = units.look(link, ask.ref, ask)
        wanted = Wanted.read(Compose(link, unit.project, unit.files), unit)
        known = _Known(
            unit, wanted, units.drift_of(link, unit, wanted), count_of(ask.value("count"), unit)
        )
        count, now = known.count, unit.count
        values = {"count": str(count)}
        back = (("count", str(now)), *(units.keep(unit) if count == 0 else ()))
        undo = Ask(Verb.SCALE, ask.ref, back)
        return Plan(
            ask=Ask(Verb.SCALE, ask.ref, (*values.items(), *_kept_of(ask))),
            differences=(Difference("members", str(now), str(count)),) if count != now else (),
            facts=units.facts_of(unit, wanted, known.drift),
            cautions=tuple(_cautions(known)),
            steps=(f"compose up --no-deps --no-recreate --scale {unit.service}={count}",
                   *(("wait until the new members are well",) if count > now else ())),
            undo=Undo(f"scale it to {now} again", undo) if now != count
            else Undo("there is nothing to undo"),
            permission=ALLOWED,
            refused=_refused(known),
            amount=count - now,
            members=abs(count - now),
            seen=seen_text(unit.seen()),
            memo=(("known", ",".join(m.summary.id for m in unit.members)),),
        )  # fmt: skip

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where its members are others now."""
        compare(plan.ref, plan.seen, units.look(link, plan.ref, plan.ask).seen())

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Run compose, once, and wait until it is as many and well."""
        unit = units.look(link, plan.ref, plan.ask)
        compose = Compose(link, unit.project, unit.files)
        count = int(plan.ask.value("count"))
        # Compose counts those that were stopped, too, and starts them again.
        try:
            compose.up(job, unit.service, count, "--detach", "--no-recreate", "--pull=missing")
        except ComposeFailed as error:
            now = self._place(link, plan)
            phase = Phase.CANCELLED if job.stop.is_set() else Phase.FAILED
            if now.phase is Phase.DONE:
                return now
            return _stays(replace(now, phase=phase, reason=f"{error.what}; {now.reason}"), plan)
        while True:
            now = self._place(link, plan)
            if now.phase is Phase.FAILED:
                return _stays(now, plan)
            if now.phase is not Phase.ROLLING:
                return now
            if job.stop.is_set():
                why = f"{job.why}: {now.reason}"
                return _stays(replace(now, phase=Phase.CANCELLED, reason=why), plan)
            job.tell(now)
            job.stop.wait(LOOK_S)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Read the number back from the labels."""
        now = self._place(link, plan)
        if now.phase is Phase.ROLLING and now.total != now.updated and late(link, plan, PATIENCE_S):
            before = next((d.before for d in plan.differences), "")
            if str(now.updated) == before:
                return replace(now, phase=Phase.FAILED, reason=f"not done: {now.reason}")
            return _stays(replace(now, phase=Phase.FAILED), plan)
        return _stays(now, plan) if now.phase is Phase.FAILED else now

    def _place(self, link: SendingLink, plan: Plan) -> Progress:
        count = int(plan.ask.value("count"))
        try:
            unit = units.look(link, plan.ref)
        except NotFound:
            if count == 0:
                return Progress(Phase.DONE, "none is left", 0, 0, 0)
            raise
        return place(unit, count, frozenset(memo_of(plan, "known").split(",")))


def _stays(now: Progress, plan: Plan) -> Progress:
    """Return how it ended, with how to go back: nothing does so by itself."""
    before = next((d.before for d in plan.differences), "")
    if not before or str(now.updated) == before:
        return now
    return replace(now, reason=f"{now.reason}; it stays so: undo scales it back to {before}")


def place(unit: Unit, count: int, known: frozenset[str]) -> Progress:
    """Return how far a service is from having so many members, the new ones well.

    `known`: the ids of those that were there before. How they are is told, and not waited for.
    """
    there, ready = unit.count, unit.ready
    if there != count:
        return Progress(Phase.ROLLING, f"{there} of {count} members are there", there, ready, count)
    if ready == count:
        return Progress(Phase.DONE, f"{count} of {count} are well" if count else "none is left",
                        count, ready, count)  # fmt: skip
    bad = [m for m in unit.wanted if not m.ready and m.summary.id not in known]
    if not bad:
        why = f"{ready} of {count} are well; {unit.row.reason if unit.row else ''}"
        return Progress(Phase.DONE, why, count, ready, count)
    ended = [m for m in bad if m.row.state in {State.FAILED, State.DEGRADED}]
    why = unit.row.reason if unit.row else ""
    if ended or any(m.row.health == "unhealthy" for m in bad):
        return Progress(Phase.FAILED, f"not all are well: {why}", there, ready, count)
    return Progress(Phase.ROLLING, why or f"{ready} of {count} are well", there, ready, count)


def count_of(text: str, unit: Unit) -> int:
    """Return a number of members from `6`, `+2`, `-1` or `x2`. Raises Invalid."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"{clean(text, 40)!r} is no number of members", hint="write 6, +2, -1 or x2")
    sign, number = found[1] or "", int(found[2])
    now = unit.count
    count = {"": number, "+": now + number, "-": now - number}.get(sign, now * number)
    if count < 0:
        raise Invalid(f"there are {now}: {number} fewer is less than none")
    if count > MOST:
        raise Invalid(f"{count} members are more than {MOST}")
    return count


def _kept_of(ask: Ask) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in ask.values if name in units.KEPT)


def _refused(known: _Known) -> str:
    unit, service, count = known.unit, known.wanted.service, known.count
    waiting = service.waited_for or unit.waited_for
    if waiting and count:
        return f"it is a one-shot job, which {named(waiting)} waits for: it would run again"
    if not unit.count and unit.ended_well and count:
        return "its members have ended (exit code 0): start it, if it is to run again"
    if unit.count and any(m.row.state is State.PAUSED for m in unit.wanted):
        return "a member is paused: unpause it first"
    if count > unit.count and service.room is not None and count > service.room:
        return f"there is room for {service.room} only: {service.why}; change the file first"
    return ""


def _cautions(known: _Known) -> list[Caution]:
    unit, service, count = known.unit, known.wanted.service, known.count
    found = []
    if count == 0 and unit.count:
        text = "all of it goes, and it leaves the list: `u` or compose brings it back"
        found.append(Caution(text, grave=True))
        if service.needed_by:
            found.append(Caution(f"{named(service.needed_by)} depends on it", grave=True))
    if count not in {service.replicas, unit.count}:
        found.append(Caution(f"the file says {service.replicas}: the next `compose up` without "
                             f"--scale makes it {service.replicas} again"))  # fmt: skip
    if count > unit.count:
        found += known.drift.cautions()
    gone = unit.count - count
    if gone > 0:
        found.append(Caution(f"compose chooses which {gone} of its members go: those of an older "
                             "configuration first, then the newest", grave=False))  # fmt: skip
    stateful = unit.row is not None and unit.row.stateful
    if stateful and count > unit.count:
        found.append(Caution("its members share its named volumes: can the program do that?"))
    stopped = len(unit.members) - unit.count
    if stopped and count:
        found.append(Caution(f"{stopped} of its containers are stopped: compose counts them and "
                             "starts them"))  # fmt: skip
    return found
