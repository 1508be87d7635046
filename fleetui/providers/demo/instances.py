"""Machines as rows, whoever rents them out."""

from __future__ import annotations

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Capability, Instance, Link
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.providers.demo import noise
from fleetui.providers.demo.units import Member, Phase, UnitSpec
from fleetui.providers.demo.world import MIB, World, zone_of

_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine of its own, in no group."""

    name: str
    size: str
    cores: int
    gib: float
    zone: str = ""
    image: str = ""
    cpu: float = 0.3
    """Share of all cores at the busiest hour."""
    disk: float = 0.4
    age_days: float = 200.0
    state: State = State.RUNNING
    native: str = "running"
    reason: str = ""
    role: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """How a back end speaks of its machines."""

    running: str
    pending: str
    stopping: str
    public_net: str
    private_net: str


def machine_ref(world: World, provider: str, scope: str, machine: Machine, kind: str) -> Ref:
    """Return the identity of a machine of its own."""
    return Ref(provider, scope, kind, uid_of(world, provider, machine.name), machine.name)


def uid_of(world: World, provider: str, *parts: object) -> str:
    """Return an id in the form that the back end gives."""
    if provider == "aws":
        return "i-0" + noise.identity(world.seed, 16, provider, *parts)
    if provider == "kubernetes":
        word = noise.identity(world.seed, 32, provider, *parts)
        return "-".join((word[:8], word[8:12], word[12:16], word[16:20], word[20:]))
    if provider == "ssh":
        return str(parts[0])
    digits = int(noise.identity(world.seed, 12, provider, *parts), 16)
    return str(digits % (9 * 10**8) + 10**8) if provider == "digitalocean" else str(digits * 4096)


def address(world: World, net: str, *parts: object) -> str:
    """Return an address in a /16 net, written `203.0`."""
    third = 1 + int(250 * noise.share(world.seed, "net3", *parts))
    return f"{net}.{third}.{2 + int(250 * noise.share(world.seed, 'net4', *parts))}"


def machine_row(world: World, ref: Ref, machine: Machine, words: Words, time: float) -> Instance:
    """Return the row of a machine of its own."""
    on = machine.state is State.RUNNING
    key = f"{ref.provider}/{machine.name}"
    born = round(
        world.opened - _DAY * machine.age_days * (0.6 + 0.4 * noise.share(world.seed, key)), 3
    )
    started = (
        born
        if machine.age_days < 40
        else world.opened - _DAY * 38 * noise.share(world.seed, key, "up")
    )
    return Instance(
        ref=ref,
        state=machine.state,
        native_state=words.running if on else machine.native,
        health=Health.NONE,
        reason=world.text(machine.reason, f"reason {key}"),
        labels=world.labels(role=machine.role, env="prod", managed_by="terraform"),
        created=born,
        observed_at=world.settled(time),
        capabilities=capabilities(machine.state, ref.provider),
        size=machine.size,
        zone=machine.zone,
        address=address(world, words.public_net, key) if machine.public and on else "",
        private_address=address(world, words.private_net, key, "private"),
        image=machine.image,
        cores=machine.cores,
        cpu=world.cpu(key, 0, machine.cpu * machine.cores, time) if on else None,
        memory=world.memory(key, 0, int(machine.gib * 1024 * 0.62), time) if on else None,
        memory_limit=int(machine.gib * 1024) * MIB,
        disk=round(machine.disk + 0.01 * noise.share(world.seed, key, "disk"), 3) if on else None,
        started=round(started, 3) if on else None,
    )


def member_row(
    world: World, spec: UnitSpec, member: Member, ref: Ref, unit: Ref, words: Words, time: float
) -> Instance:
    """Return the row of a machine that belongs to a group."""
    up = member.phase is Phase.RUNNING
    key = f"{spec.key}/{member.slot}/{member.born}"
    state, native = {
        Phase.PENDING: (State.PENDING, words.pending),
        Phase.STOPPING: (State.STOPPING, words.stopping),
    }.get(member.phase, (State.RUNNING, words.running))
    return Instance(
        ref=ref,
        state=state,
        native_state=native,
        health=Health.HEALTHY if up else Health.NONE,
        labels=world.labels(**dict(spec.labels), revision=spec.words(member.revision)),
        created=round(member.born, 3),
        observed_at=world.settled(time),
        links=(Link("part_of", unit),),
        capabilities=capabilities(state, ref.provider),
        size=spec.size,
        zone=zone_of(spec, member.slot),
        address=address(world, words.public_net, key) if spec.provider == "digitalocean" else "",
        private_address=address(world, words.private_net, key, "private"),
        image=spec.image,
        cores=spec.cores,
        cpu=world.cpu(spec.key, member.slot, spec.cpu, time) if up else None,
        memory=world.memory(spec.key, member.slot, spec.memory, time) if up else None,
        memory_limit=spec.memory * 2 * MIB,
        disk=round(0.2 + 0.3 * noise.share(world.seed, key, "disk"), 3) if up else None,
        started=round(member.born, 3),
    )


def capabilities(state: State, provider: str) -> tuple[Capability, ...]:
    """Return what could be done to a machine in this state, and why not."""
    running = state is State.RUNNING
    off = "" if running else f"it is {state}"
    host = "an SSH host cannot be started from here" if provider == "ssh" else ""
    return (
        Capability("restart", running, off),
        Capability("stop", running and not host, host or off),
        Capability(
            "start", state is State.STOPPED, host or ("" if not running else "it is running")
        ),
        Capability("exec", running, off),
        Capability(
            "resize", not running and not host, host or ("stop it first" if running else "")
        ),
        Capability("describe", True),
    )
