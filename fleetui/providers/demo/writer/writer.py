"""A demo back end that can be changed."""

from __future__ import annotations

from collections.abc import Sequence

from fleetui.core.change import INSIDE, Ask, Plan, Progress, Verb
from fleetui.core.errors import Conflict, Invalid, NotFound
from fleetui.core.objects import CapacityUnit, Container, Resource
from fleetui.core.ref import Ref
from fleetui.providers.demo.boxes import environment_of
from fleetui.providers.demo.provider import DemoProvider
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.writer import editing, forwarding, things, units
from fleetui.providers.demo.writer.forwarding import DemoTunnel
from fleetui.providers.demo.writer.shell import DemoSession
from fleetui.providers.forwarding import LEFT
from fleetui.providers.writing import Tell

ANSWERS_AFTER_S = 0.4

PLURALS = ("images", "volumes", "networks")
"""All of a kind, to be pruned."""
_CONTAINER = frozenset({
    Verb.START, Verb.STOP, Verb.RESTART, Verb.PAUSE, Verb.UNPAUSE, Verb.KILL, Verb.RENAME,
    Verb.REMOVE, Verb.RESIZE, Verb.EXEC,
})  # fmt: skip
_MACHINE = frozenset({Verb.START, Verb.STOP, Verb.RESTART, Verb.RESIZE})
_UNIT = frozenset({Verb.SCALE, Verb.REDEPLOY, Verb.RESTART})
_KEPT = _UNIT | {Verb.ROLLBACK}
_VERBS: dict[str, frozenset[Verb]] = {
    "container": _CONTAINER, "image": frozenset({Verb.REMOVE, Verb.PULL, Verb.PRUNE}),
    "volume": frozenset({Verb.REMOVE, Verb.PRUNE}),
    "network": frozenset({Verb.REMOVE, Verb.PRUNE}),
    **{kind: frozenset({Verb.PRUNE}) for kind in PLURALS},
    "droplet": _MACHINE, "instance": _MACHINE, "host": frozenset({Verb.RESTART}),
    "pod": frozenset({Verb.RESTART, Verb.FORWARD, *INSIDE}), "svc": frozenset({Verb.FORWARD}),
    "task": frozenset({Verb.STOP}),
    "deploy": _KEPT | {Verb.EDIT}, "ecs": _KEPT, "asg": _KEPT, "sts": _UNIT | {Verb.EDIT},
    "pool": _UNIT,
    "mig": frozenset({Verb.REDEPLOY, Verb.RESTART}), "compose": _UNIT,
}  # fmt: skip


class DemoWriter:
    """Changes what one back end of the demo tells."""

    def __init__(self, provider: DemoProvider) -> None:
        self._provider = provider
        self._world = provider.world
        self._sent: dict[str, float] = {}

    @property
    def name(self) -> str:
        """The back end's word."""
        return self._provider.name

    @property
    def scope(self) -> str:
        """The name it would have in a config."""
        return self._provider.scope

    def verbs(self, kind: str) -> frozenset[Verb]:
        """Return what can be done to a kind."""
        if kind in PLURALS and kind not in self._provider.readers:
            return frozenset()
        return _VERBS.get(kind, frozenset())

    async def plan(self, ask: Ask) -> Plan:
        """Work out what it would do."""
        time = self._world.now()
        await self._answered(time)
        row = self._row(ask, time)
        if ask.verb is Verb.FORWARD:
            return forwarding.plan(row, ask, self._members(row))
        spec = self._spec(row)
        if spec is not None and ask.verb is Verb.EDIT and isinstance(row, CapacityUnit):
            meant = editing.meant(spec, row, ask)
            return editing.of_edit(units.plan(self._provider, spec, row, meant, time), ask)
        if spec is not None:
            return units.plan(self._provider, spec, row, ask, time)
        return things.plan(self._provider, row, ask, time)

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        """Do it, where the target is as it was."""
        time = self._world.now()
        await self._answered(time)
        row = self._row(plan.ask, time)
        spec = self._spec(row)
        seen = units.seen(row) if spec is not None else things.seen(row)
        if seen != plan.seen:
            where = f"{self.name}/{self.scope}"
            raise Conflict(
                f"{row.ref.short} has changed since the plan was made: it was {plan.seen}, "
                f"and is {seen}", where=where, hint="plan it again",
            )  # fmt: skip
        if spec is not None:
            units.carry_out(self._world, spec, editing.as_meant(plan), time)
        elif plan.ask.verb is Verb.PULL:
            return await things.pull(self._world, plan, tell)
        else:
            things.carry_out(self._provider, row, plan, time)
        return await self.progress(plan)

    async def progress(self, plan: Plan) -> Progress:
        """Say how far it is."""
        if plan.ask.verb is Verb.FORWARD:
            return LEFT
        time = self._world.now()
        row = next((r for r in self._rows(time) if r.ref.uid == plan.ref.uid), None)
        spec = self._spec(row) if row is not None else None
        if row is not None and spec is not None:
            return units.progress(self._world, spec, row, editing.as_meant(plan), time)
        return things.progress(self._world, row, plan, time)

    async def halt(self, plan: Plan) -> Progress:
        """Stop a rollout where it is."""
        time = self._world.now()
        spec = self._spec(self._row(plan.ask, time))
        if spec is None:
            raise Invalid("it is done at once: there is nothing to stop", where=str(plan.ref))
        return units.halt(self._world, spec, editing.as_meant(plan), time)

    async def document(self, ref: Ref) -> str:
        """Return a workload as YAML."""
        time = self._world.now()
        await self._answered(time)
        row = self._row(Ask(Verb.EDIT, ref), time)
        spec = self._spec(row)
        if spec is None or not isinstance(row, CapacityUnit):
            raise Invalid(f"a {ref.kind} has no document", where=str(ref))
        return editing.document(spec, row)

    def command(self, ref: Ref, argv: Sequence[str], *, tty: bool) -> DemoSession:  # noqa: ARG002
        """Return what runs a command in a container, not begun."""
        row = self._row(Ask(Verb.EXEC, ref), self._world.now())
        if not isinstance(row, Container):
            raise Invalid(f"a {ref.kind} has no shell of its own", where=str(ref))
        return DemoSession(row, sorted(environment_of(self._world, row, row.image)), argv)

    def debugger(self, plan: Plan, argv: Sequence[str], *, tty: bool) -> DemoSession:
        """Return a shell beside a pod's containers, whether these run or not."""
        session = self.command(plan.ref, argv or ("sh",), tty=tty)
        session.stands_alone = True
        return session

    def tunnel(self, plan: Plan) -> DemoTunnel:
        """Return the way to a port of a pod or a service, not begun."""
        return DemoTunnel(plan, lambda: self._row(plan.ask, self._world.now()), self._members)

    def _members(self, row: Resource) -> list[Container]:
        """Return what answers for a thing: itself, or those that are behind it."""
        time = self._world.now()
        refs = {link.ref for link in row.links}
        rows = self._rows(time)
        units = {link.ref for one in rows if one.ref in refs for link in one.links}
        return [
            one for one in rows
            if isinstance(one, Container) and one.ref in {row.ref, *refs, *units}
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is open."""

    async def _answered(self, time: float) -> None:
        if self._provider.misbehaviour is not None:
            await self._provider.misbehaviour.before_measure(time)
        await self._world.sleep(ANSWERS_AFTER_S)

    def _rows(self, time: float) -> list[Resource]:
        return [row for reader in self._provider.readers.values() for row in reader(time)]

    def _row(self, ask: Ask, time: float) -> Resource:
        """Return the target's row. Raises NotFound where it is gone or is another one now."""
        if ask.verb is Verb.PRUNE and ask.ref.kind in PLURALS:
            return self._any(ask.ref, time)
        namesake = False
        for row in self._rows(time):
            if row.ref.uid == ask.ref.uid and row.ref.kind == ask.ref.kind:
                return row
            namesake = namesake or str(row.ref) == str(ask.ref)
        where = f"{self.name}/{self.scope}"
        if namesake:
            raise NotFound(
                f"{ask.ref.short} is another one now: the one that was meant is gone",
                where=where, hint="look again",
            )  # fmt: skip
        raise NotFound(f"{ask.ref.short} is not there any more", where=where)

    def _any(self, ref: Ref, time: float) -> Resource:
        """Return a row that stands for all of a kind. Raises NotFound where there is none."""
        reader = self._provider.readers.get(ref.kind)
        found = next(iter(reader(time)), None) if reader else None
        if found is None:
            raise NotFound(f"there are no {ref.kind}", where=f"{self.name}/{self.scope}")
        return found

    def _spec(self, row: Resource) -> UnitSpec | None:
        """Return the unit that a row is; None for anything else."""
        return next(
            (
                spec for spec in self._provider.specs
                if (spec.kind, spec.scope, spec.name)
                == (row.ref.kind, row.ref.scope, row.ref.name)
            ),
            None,
        )  # fmt: skip
