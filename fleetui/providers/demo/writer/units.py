"""Scaling, redeploying and rolling back units of the demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fleetui.core.amounts import count_of
from fleetui.core.change import (
    Ask,
    Caution,
    Difference,
    Phase,
    Plan,
    Progress,
    Undo,
    Verb,
)
from fleetui.core.errors import Invalid
from fleetui.core.objects import CapacityUnit, Resource, Service
from fleetui.providers.demo import units as schedule
from fleetui.providers.demo.deeds import Taken
from fleetui.providers.demo.provider import DemoProvider
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World

_KEPT = 6
"""So many revisions can be gone back to."""
NEVER_WELL = "search"
"""The unit whose next revision never gets healthy, as one does in every company."""


def seen(row: Resource) -> str:
    """Return what a plan stands on: the number and the revision."""
    if not isinstance(row, CapacityUnit):
        return ""
    return f"{row.desired} of {row.revision}" if row.revision else str(row.desired)


def plan(provider: DemoProvider, spec: UnitSpec, row: Resource, ask: Ask, time: float) -> Plan:
    """Return what an ask would do to a unit. Raises Invalid."""
    assert isinstance(row, CapacityUnit)  # noqa: S101  the demo's units are no other
    if ask.verb is Verb.SCALE:
        made = _scale(spec, row, ask)
    else:
        roll = {Verb.REDEPLOY: _redeploy, Verb.ROLLBACK: _rollback}.get(ask.verb, _restart)
        made = roll(provider.world, spec, row, ask, time)
    off = next((c.reason for c in row.capabilities if c.name == ask.verb and not c.allowed), "")
    return replace(
        made,
        refused=made.refused or off,
        facts=(*made.facts, *_around(provider, row, time)),
        permission=f"{_PERMISSIONS.get((spec.kind, ask.verb), 'write')}: granted",
        members=row.running or 0,
        seen=seen(row),
        memo=(("at", str(time)), *made.memo),
    )


_PERMISSIONS = {
    ("asg", Verb.SCALE): "autoscaling:SetDesiredCapacity",
    ("asg", Verb.REDEPLOY): "autoscaling:StartInstanceRefresh",
    ("ecs", Verb.SCALE): "ecs:UpdateService", ("ecs", Verb.REDEPLOY): "ecs:UpdateService",
    ("deploy", Verb.SCALE): "patch deployments/scale",
    ("deploy", Verb.REDEPLOY): "patch deployments", ("deploy", Verb.RESTART): "patch deployments",
}  # fmt: skip


def _scale(spec: UnitSpec, row: CapacityUnit, ask: Ask) -> Plan:
    before = row.desired or 0
    if ask.value("min") or ask.value("max"):
        raise Invalid("the bounds of the demo's autoscalers stay as they are")
    after = count_of(ask.value("count"), before)
    refused = ""
    if row.max is not None and after > row.max:
        refused = f"{after} is above its maximum of {row.max}: raise that first"
    elif row.min is not None and after < row.min:
        refused = f"{after} is below its minimum of {row.min}: lower that first"
    return Plan(
        ask=replace(ask, values=(("count", str(after)),)),
        differences=(Difference("desired", str(before), str(after)),) if after != before else (),
        facts=tuple(_scale_facts(spec, row, after)),
        cautions=tuple(_scale_cautions(row, after)),
        steps=(f"set the number of {row.ref.short} to {after}",),
        undo=Undo(f"scale back to {before}, any time",
                  Ask(Verb.SCALE, row.ref, (("count", str(before)),))),
        refused=refused,
        amount=after - before,
    )  # fmt: skip


def _scale_facts(spec: UnitSpec, row: CapacityUnit, after: int) -> Iterator[tuple[str, str]]:
    yield "members", f"running {row.running or 0}, ready {row.ready or 0}"
    if row.min is not None or row.max is not None:
        yield "range", f"{row.min}–{row.max}"
    if row.autoscaler:
        yield "autoscaler", row.autoscaler
    if spec.kind == "ecs":
        room = spec.replicas + schedule.ECS_ROOM
        more = max(0, room - (row.desired or 0))
        yield (
            "room",
            f"{more} more fit on its instances, then memory"
            + (f": {after - room} of {after} would wait" if after > room else ""),
        )


def _scale_cautions(row: CapacityUnit, after: int) -> Iterator[Caution]:
    if after == 0:
        yield Caution("to zero: nothing answers until it is scaled out again", grave=True)
    elif after < (row.desired or 0) and row.ready is not None and after < row.ready:
        yield Caution(f"{row.ready - after} that are ready now will be stopped")
    if row.stateful:
        yield Caution("it keeps state: each member has a disk of its own", grave=after == 0)
    if row.autoscaler:
        yield Caution(f"the autoscaler ({row.autoscaler}) owns this number and may set it again")


def _redeploy(world: World, spec: UnitSpec, row: CapacityUnit, ask: Ask, time: float) -> Plan:
    taken = schedule.current_revision(world.clock, spec, time)
    wanted = _newest(world, spec, time) + 1
    after = ask.value("image") or spec.words(wanted)
    back = Ask(Verb.ROLLBACK, row.ref, (("revision", str(taken)),))
    kept = spec.kind in {"deploy", "ecs", "asg"}
    return Plan(
        ask=ask,
        differences=(Difference("revision", row.revision, after),),
        cautions=(*_rolling(spec, row), *_stateful(row)),
        steps=(f"roll {row.ref.short} to {after}, one member after another",),
        undo=Undo(f"roll back to {row.revision}", back) if kept
        else Undo(f"a {spec.kind} keeps no earlier revision: redeploy the old image"),
        memo=(("revision", str(wanted)), ("before", str(taken))),
    )  # fmt: skip


def _restart(world: World, spec: UnitSpec, row: CapacityUnit, ask: Ask, time: float) -> Plan:
    now = schedule.current_revision(world.clock, spec, time)
    return Plan(
        ask=ask,
        cautions=(*_rolling(spec, row), *_stateful(row)),
        steps=(f"replace the members of {row.ref.short}, one after another, by the same",),
        undo=Undo("cannot be undone, and changes nothing but the members"),
        memo=(("revision", str(now)), ("before", str(now))),
    )


def _rollback(world: World, spec: UnitSpec, row: CapacityUnit, ask: Ask, time: float) -> Plan:
    now = schedule.current_revision(world.clock, spec, time)
    text = ask.value("revision").strip()
    newest = _newest(world, spec, time)
    kept = [one for one in range(newest, max(0, newest - _KEPT), -1) if one != now]
    earlier = _earlier(world, spec, now, time)
    if text:
        named = (one for one in kept if text in {str(one), spec.words(one)})
        earlier = next(named, now)
    if earlier == now or earlier < 1:
        raise Invalid(
            f"{row.ref.short} has no revision {text or 'before this one'} to go back to",
            hint=f"it has {', '.join(spec.words(one) for one in kept) or 'none but this one'}",
        )
    back = Ask(Verb.ROLLBACK, row.ref, (("revision", str(now)),))
    return Plan(
        ask=replace(ask, values=(("revision", str(earlier)),)),
        differences=(Difference("revision", row.revision, spec.words(earlier)),),
        facts=(
            ("image", f"{spec.image} {row.revision} → {spec.words(earlier)}"),
            ("to choose", ", ".join(spec.words(one) for one in kept)),
        ),
        cautions=tuple(_stateful(row)),
        steps=(f"roll {row.ref.short} back to {spec.words(earlier)}",),
        undo=Undo(f"roll forward to {row.revision}", back),
        memo=(("revision", str(earlier)), ("before", str(now))),
    )


def _newest(world: World, spec: UnitSpec, time: float) -> int:
    taken = world.clock.deeds.of(spec.key, spec.scope)
    return taken.highest if taken else schedule.current_revision(world.clock, spec, time)


def _earlier(world: World, spec: UnitSpec, now: int, time: float) -> int:
    """Return the revision that ran before this one, where the story tells, or the one below."""
    begun = [c for c in schedule.changes(world.clock, spec, time - 3600, time) if c.start <= time]
    other = [c.before for c in sorted(begun, key=lambda c: c.start) if c.before != now]
    return other[-1] if other else now - 1


def _rolling(spec: UnitSpec, row: CapacityUnit) -> Iterator[Caution]:
    if (row.desired or 0) == 1 and not spec.surge:
        yield Caution("it has one member: nothing answers while that is replaced")


def _stateful(row: CapacityUnit) -> Iterator[Caution]:
    if row.stateful:
        yield Caution("it keeps state: members go one after another, in order")


def _around(provider: DemoProvider, row: CapacityUnit, time: float) -> Iterator[tuple[str, str]]:
    """Yield what stands in front of a unit."""
    reader = provider.readers.get("services")
    behind = [
        f"{one.ref.short} ({one.ports[0].private})" if one.ports else one.ref.short
        for one in (reader(time) if reader else ())
        if isinstance(one, Service) and any(link.ref == row.ref for link in one.links)
    ]
    if behind:
        yield "behind it", ", ".join(behind)
    if row.rollout:
        yield "under way", row.rollout


def carry_out(world: World, spec: UnitSpec, plan: Plan, time: float) -> None:
    """Do it: the unit is a person's from now on."""
    taken = schedule.take(world.clock, spec, time)
    memo = dict(plan.memo)
    if plan.ask.verb is Verb.SCALE:
        count = int(plan.ask.value("count"))
        # An HPA sets its own number either way; AWS scales in late, and out soon.
        fights = spec.autoscaler and (spec.provider == "kubernetes" or count < spec.replicas)
        taken.scale(time, count, spec.replicas if fights else None, spec.autoscaler)
        return
    bad = plan.ask.verb is Verb.REDEPLOY and (
        spec.name == NEVER_WELL or "bad" in plan.ask.value("image")
    )
    back = plan.ask.verb is Verb.ROLLBACK
    taken.roll(time, int(memo["revision"]), bad=bad, back=back)


def progress(world: World, spec: UnitSpec, row: Resource, plan: Plan, time: float) -> Progress:
    """Say how far a unit has come to what was planned."""
    assert isinstance(row, CapacityUnit)  # noqa: S101  as above
    taken = world.clock.deeds.of(spec.key, spec.scope)
    began = float(dict(plan.memo)["at"])
    if taken is None or not any(at >= began for at in _moments(taken)):
        return Progress(Phase.FAILED, "not done: nothing has changed")
    if plan.ask.verb is Verb.SCALE:
        return _scaled(taken.count_at(time), taken.owner_at(time), row, plan)
    total = row.desired or 0
    found = taken.change_at(time)
    revision = int(dict(plan.memo)["revision"])
    if taken.revision_at(time) != revision:
        return Progress(Phase.FAILED, "another change has taken its place", total=total)
    if found is None:
        return Progress(Phase.DONE, "", total, row.ready, total)
    change, done = found
    why = row.reason if change.bad else ""
    return Progress(Phase.ROLLING, why, done, row.ready, change.count)


def _moments(taken: Taken) -> Iterator[float]:
    yield from (w.at for w in taken.wanted)
    yield from (c.start for c in taken.changes)


def _scaled(count: int, owner: str, row: CapacityUnit, plan: Plan) -> Progress:
    wanted = int(plan.ask.value("count"))
    running, ready = row.running or 0, row.ready or 0
    if count != wanted:
        by = f"the autoscaler ({owner})" if owner else "somebody"
        return Progress(Phase.FAILED, f"{by} has set the number to {count}", running, ready, wanted)
    if running == ready == wanted and (row.pending or 0) == 0:
        return Progress(Phase.DONE, "", running, ready, wanted)
    return Progress(Phase.ROLLING, row.reason, running, ready, wanted)


def halt(world: World, spec: UnitSpec, plan: Plan, time: float) -> Progress:
    """Leave a change where it is. Raises Invalid where nothing is under way."""
    taken = world.clock.deeds.of(spec.key, spec.scope)
    if taken is None or plan.ask.verb is Verb.SCALE:
        raise Invalid("a number that is set cannot be stopped: set another", where=str(plan.ref))
    taken.stop_rolling(time)
    return Progress(Phase.CANCELLED, "members that were not replaced yet stay as they are")
