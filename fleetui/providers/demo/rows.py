"""Capacity units and services as rows, the same for every back end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fleetui.core.objects import Capability, CapacityUnit, Link, Port, Service
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.providers.demo import noise, units
from fleetui.providers.demo.units import Member, Phase, UnitSpec
from fleetui.providers.demo.world import World

_DAY = 86_400.0


def unit_ref(world: World, spec: UnitSpec) -> Ref:
    """Return the identity of a unit."""
    uid = noise.identity(world.seed, 16, spec.key, spec.scope)
    return Ref(spec.provider, spec.scope, spec.kind, uid, spec.name)


def capacity_row(
    world: World,
    spec: UnitSpec,
    members: Sequence[Member],
    refs: Mapping[Member, Ref],
    trouble: str,
    time: float,
) -> CapacityUnit:
    """Return a unit's row; `trouble` is the back end's phrase for members that fail."""
    wanted = units.desired(world.clock, spec, time)
    phases = Counter(member.phase for member in members)
    ready = min(wanted, phases[Phase.RUNNING])
    failing = phases[Phase.FAILING] + phases[Phase.RETRYING]
    rollout = rollout_text(world, spec, time)
    running = min(wanted, phases[Phase.RUNNING] + phases[Phase.RETRYING])
    state, reason = State.RUNNING, ""
    if failing:
        state = State.DEGRADED if ready else State.FAILED
        reason = f"{failing} of {wanted} {trouble}"
    room = units.room_of(spec)
    if room is not None and wanted > room:
        state = State.DEGRADED if state is State.RUNNING else state
        short = f"{wanted - room} of {wanted} cannot be placed: no instance has enough memory"
        reason = f"{reason}; {short}" if reason else short
    alive = [m for m in members if m.phase in {Phase.RUNNING, Phase.RETRYING}]
    loads = [world.cpu(spec.key, m.slot, spec.cpu, time) for m in alive]
    return CapacityUnit(
        ref=unit_ref(world, spec),
        state=state,
        native_state=_native(spec, degraded=bool(failing), rolling=bool(rollout)),
        health=Health.UNHEALTHY if failing else Health.HEALTHY,
        reason=world.text(reason, f"reason {spec.key}"),
        labels=world.labels(**dict(spec.labels)),
        created=round(
            world.opened - _DAY * spec.age_days * (1 + noise.share(world.seed, spec.key)), 3
        ),
        observed_at=world.settled(time),
        links=tuple(Link("has", refs[m]) for m in members if m.phase is not Phase.STOPPING),
        capabilities=_capabilities(spec, rolling=bool(rollout)),
        desired=wanted,
        running=running,
        ready=ready,
        pending=max(0, wanted - running),
        min=spec.low,
        max=spec.high,
        autoscaler=spec.autoscaler,
        revision=spec.words(units.current_revision(world.clock, spec, time)),
        rollout=rollout,
        cpu=round(sum(loads) / len(loads) / spec.cores, 3) if loads and spec.cpu else None,
        memory=sum(world.memory(spec.key, m.slot, spec.memory, time) for m in alive),
        stateful=spec.stateful,
    )


_NATIVE = {"asg": "InService", "ecs": "ACTIVE", "deploy": "Available", "sts": "Ready"}


def _native(spec: UnitSpec, *, degraded: bool, rolling: bool) -> str:
    if spec.kind == "deploy" and (degraded or rolling):
        return "Progressing"
    if spec.kind == "ecs" and rolling:
        return "IN_PROGRESS"
    if spec.kind == "asg" and rolling:
        return "InstanceRefresh"
    return _NATIVE.get(spec.kind, "running")


def rollout_text(world: World, spec: UnitSpec, time: float) -> str:
    """Return the change under way in words, empty where all is at rest."""
    found = units.under_way(world.clock, spec, time)
    if found is None:
        return ""
    change, done = found
    before, after = spec.words(change.before), spec.words(change.revision)
    if spec.kind == "asg":
        batch = min(done + 1, change.count)
        return f"refresh {100 * done // change.count} %, batch {batch} of {change.count}"
    if change.before == change.revision:
        return f"restarting, {done}/{change.count}"
    if change.back:
        return f"rolling back {before} → {after}, {done}/{change.count}"
    return f"rolling {before} → {after}, {done}/{spec.replicas} updated"


def _capabilities(spec: UnitSpec, *, rolling: bool) -> tuple[Capability, ...]:
    busy = "a rollout is under way" if rolling else ""
    single = "its number is fixed by its disks" if spec.stateful and spec.kind != "sts" else ""
    owned = "" if spec.kind != "mig" else "the autoscaler owns the number: edit its bounds"
    return (
        Capability("scale", not (single or owned), single or owned),
        Capability("redeploy", not busy, busy),
        Capability("restart", not busy, busy),
        Capability("rollback", spec.kind in {"deploy", "ecs", "asg"}, _no_rollback(spec)),
        Capability("logs", spec.kind in _WITH_LOGS, _no_logs(spec)),
        Capability("describe", True),
        *((Capability("edit", True),) if spec.kind in {"deploy", "sts"} else ()),
    )


_WITH_LOGS = frozenset({"deploy", "sts", "ecs", "compose"})


def _no_logs(spec: UnitSpec) -> str:
    return "" if spec.kind in _WITH_LOGS else "its members are machines: they keep no log here"


def _no_rollback(spec: UnitSpec) -> str:
    kept = {"deploy", "ecs", "asg"}
    return "" if spec.kind in kept else f"a {spec.kind} keeps no earlier revision"


def service_row(
    world: World,
    ref: Ref,
    kind: str,
    ports: tuple[Port, ...],
    unit: CapacityUnit | None,
    *,
    address: str = "",
    selector: tuple[tuple[str, str], ...] = (),
    why: str = "endpoints not ready",
    time: float,
) -> Service:
    """Return a service's row; what is behind it decides how it is."""
    ready = unit.ready if unit else None
    total = unit.desired if unit else None
    headless = "it has no address of its own: forward to a pod" if kind == "headless" else ""
    state, reason = State.RUNNING, ""
    if unit and unit.state is not State.RUNNING and ready is not None and total is not None:
        state = State.DEGRADED if ready else State.FAILED
        reason = f"{ready}/{total} ready: {why}"
    return Service(
        ref=ref,
        state=state,
        native_state="active",
        health=Health.UNHEALTHY if reason else Health.HEALTHY,
        reason=world.text(reason, f"reason {ref.name}"),
        labels=unit.labels if unit else (),
        created=unit.created if unit else None,
        observed_at=world.settled(time),
        links=(Link("routes_to", unit.ref),) if unit else (),
        capabilities=(
            Capability("describe", True),
            Capability("forward", not headless, headless),
        ),
        type=kind,
        address=address,
        ports=ports,
        ready=ready,
        total=total,
        selector=selector,
    )
