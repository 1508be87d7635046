"""Docker hosts of the demo: compose projects, lone containers, jobs, images, volumes, networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import (
    Capability,
    CapacityUnit,
    Container,
    Event,
    Image,
    Link,
    Network,
    Port,
    Volume,
)
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.providers.base import Usage
from fleetui.providers.demo import happenings, noise, phrases, units
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.images import shared_size_of, size_of
from fleetui.providers.demo.rows import capacity_row, unit_ref
from fleetui.providers.demo.units import Member, Phase, UnitSpec
from fleetui.providers.demo.world import MIB, World

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Lone:
    """A container outside of any project."""

    name: str
    image: str
    state: State = State.RUNNING
    native: str = "running"
    exit_code: int | None = None
    command: str = ""
    age_days: float = 3.0


@dataclass(frozen=True, slots=True)
class Jobs:
    """Containers that come and go: each lives for `run_s` and is kept until its next turn."""

    name: str
    image: str
    slots: int
    every_s: float
    run_s: float


class Host:
    """One Docker engine: reads its rows at a moment."""

    def __init__(
        self, world: World, scope: str, specs: Sequence[UnitSpec], lone: Sequence[Lone],
        jobs: Jobs | None = None, grown: int = 0,
    ) -> None:  # fmt: skip
        self.world = world
        self.scope = scope
        self.specs = tuple(specs)
        self.jobs = jobs
        self._lone = tuple(lone)
        self._grown = grown

    def containers(self, time: float) -> list[Container]:
        """Return all containers, in all states."""
        rows = []
        for spec in self.specs:
            rows += [self._member(spec, m) for m in units.members(self.world.clock, spec, time)]
        rows += [self._single(one) for one in self._lone]
        if self.jobs is not None:
            rows += [self._job(self.jobs, slot, time) for slot in range(self.jobs.slots)]
        return rows

    def capacity(self, time: float) -> list[CapacityUnit]:
        """Return the services of compose projects."""
        rows = []
        for spec in self.specs:
            members = units.members(self.world.clock, spec, time)
            refs = {m: self.container_ref(spec, m.slot, m.born) for m in members}
            rows.append(capacity_row(self.world, spec, members, refs, "not healthy", time))
        return rows

    def images(self, time: float) -> list[Image]:
        """Return the images that containers use, and one that none uses."""
        counts: dict[str, int] = {}
        for row in self.containers(time):
            counts[row.image] = counts.get(row.image, 0) + 1
        for number, tag in enumerate(tags := self.tags()):
            counts[tag] += len(range(number, self._grown, len(tags)))
        counts.setdefault("<none>:<none>", 0)
        return [self._image(tag, used) for tag, used in sorted(counts.items())]

    def tags(self) -> list[str]:
        """Return the images that are always here, whatever is rolled out."""
        fixed = {spec.image for spec in self.specs if "{" not in spec.image}
        return sorted(fixed | {one.image for one in self._lone})

    def volumes(self, _time: float) -> list[Volume]:
        """Return the named volumes."""
        found: dict[str, tuple[UnitSpec, int]] = {}
        for spec in self.specs:
            for name in spec.volumes:
                found[name] = (spec, found.get(name, (spec, 0))[1] + spec.replicas)
        return [
            Volume(
                ref=self.ref("volume", name, name),
                state=State.RUNNING,
                native_state="in use",
                labels=self.world.labels(com__docker__compose__project=_project(spec)),
                created=self._age("volume", name, 300),
                observed_at=self.world.opened,
                capabilities=_removable(used),
                driver="local",
                mountpoint=f"/var/lib/docker/volumes/{name}/_data",
                size=int(40 * MIB * (1 + 60 * noise.share(self.world.seed, "volume", name) ** 3)),
                used_by=used,
                project=_project(spec),
            )
            for name, (spec, used) in sorted(found.items())
        ]

    def networks(self, _time: float) -> list[Network]:
        """Return the engine's own network and one for each project."""
        jobs = self.jobs.slots if self.jobs else 0
        counts = {"bridge": len(self._lone) + jobs + self._grown}
        for spec in self.specs:
            for name in spec.networks:
                counts[name] = counts.get(name, 0) + spec.replicas
        return [
            Network(
                ref=self.network_ref(name),
                state=State.RUNNING,
                native_state="in use",
                created=self._age("network", name, 300),
                observed_at=self.world.opened,
                capabilities=_removable(used, built_in=name == "bridge"),
                driver="bridge",
                subnets=(f"172.{17 + number}.0.0/16",),
                internal=name.endswith("_data"),
                used_by=used,
                project=name.partition("_")[0] if "_" in name else "",
            )
            for number, (name, used) in enumerate(sorted(counts.items()))
        ]

    def events(self, since: float, until: float) -> list[Event]:
        """Return what happened to containers."""

        def name_of(spec: UnitSpec, life: Life) -> Ref:
            return self.container_ref(spec, life.slot, life.born)

        told = {"compose": phrases.COMPOSE}
        found = happenings.of_units(self.world, self.specs, told, name_of, since, until)
        return [*found, *self._job_events(since, until)]

    def _job_events(self, since: float, until: float) -> list[Event]:
        jobs, found = self.jobs, []
        for slot in range(jobs.slots if jobs else 0):
            time = until
            while jobs and time > since:
                began, ends = self.job_times(jobs, slot, time)
                ref = self.job_ref(jobs, began, slot)
                moments = [(began, phrases.JOB_BEGUN), (ends, phrases.JOB_ENDED)]
                moments.append((began + jobs.every_s - 0.01, phrases.JOB_REMOVED))
                found += [
                    happenings.event(self.world, self.scope, phrase, moment, ref, {})
                    for moment, phrase in moments
                    if since < moment <= until
                ]
                time = began - 0.02
        return found

    def usage(self, refs: Sequence[Ref], time: float) -> Mapping[Ref, Usage]:
        """Return what running containers use."""
        found: dict[Ref, Usage] = {}
        for spec in self.specs:
            for member in units.members(self.world.clock, spec, time):
                if member.phase is Phase.RUNNING:
                    found[self.container_ref(spec, member.slot, member.born)] = Usage(
                        self.world.cpu(spec.key, member.slot, spec.cpu, time),
                        self.world.memory(spec.key, member.slot, spec.memory, time),
                        spec.memory * 2 * MIB,
                    )
        for row in self.containers(time) if self._lone or self.jobs else ():
            if row.ref not in found and row.state is State.RUNNING:
                peak = 0.9 if self.jobs and row.image == self.jobs.image else 0.05
                cpu = self.world.cpu(row.ref.uid, 0, peak, time)
                found[row.ref] = Usage(cpu, self.world.memory(row.ref.uid, 0, 200, time), None)
        return {ref: found[ref] for ref in refs if ref in found}

    def ref(self, kind: str, uid: str, name: str) -> Ref:
        """Return an identity on this host."""
        return Ref("docker", self.scope, kind, uid, name)

    def container_ref(self, spec: UnitSpec, slot: int, born: float) -> Ref:
        """Return the identity of a unit's container: another one after each recreation."""
        uid = noise.identity(
            self.world.seed, 64, spec.key, slot, round(born - self.world.opened, 3)
        )
        return self.ref("container", uid, f"{spec.name.replace('/', '-')}-{slot + 1}")

    def _member(self, spec: UnitSpec, member: Member) -> Container:
        up = member.phase is Phase.RUNNING
        state, native = {
            Phase.PENDING: (State.RUNNING, "running"),
            Phase.STOPPING: (State.STOPPING, "removing"),
        }.get(member.phase, (State.RUNNING, "running"))
        project, _, service = spec.name.partition("/")
        image = spec.image.format(member.revision)
        labels = {
            "com__docker__compose__project": project,
            "com__docker__compose__service": service,
            "com__docker__compose__container_number": str(member.slot + 1),
        }
        return Container(
            ref=self.container_ref(spec, member.slot, member.born),
            state=state,
            native_state=native,
            health=Health.HEALTHY
            if up
            else Health.STARTING
            if state is State.RUNNING
            else Health.NONE,
            labels=self.world.labels(**labels, **dict(spec.labels)),
            created=round(member.born, 3),
            observed_at=round(max(self.world.opened, member.since), 3),
            links=(
                Link("part_of", unit_ref(self.world, spec)),
                Link("uses", self.image_ref(image)),
                *(Link("uses", self.ref("volume", name, name)) for name in spec.volumes),
                *(Link("uses", self.network_ref(name)) for name in spec.networks),
            ),
            capabilities=_capabilities(state),
            image=image,
            command="docker-entrypoint.sh",
            ports=_published(spec, member.slot),
            project=project,
            restarts=0,
            started=round(member.born + 0.4, 3),
        )

    def _single(self, one: Lone) -> Container:
        world = self.world
        born = self._age("lone", one.name, one.age_days)
        on = one.state in {State.RUNNING, State.PAUSED}
        return Container(
            ref=self.ref(
                "container", noise.identity(world.seed, 64, self.scope, one.name), one.name
            ),
            state=one.state,
            native_state=one.native,
            created=born,
            observed_at=world.opened,
            links=(
                Link("uses", self.image_ref(one.image)),
                Link("uses", self.network_ref("bridge")),
            ),
            capabilities=_capabilities(one.state),
            image=one.image,
            command=one.command,
            restarts=0,
            exit_code=one.exit_code,
            started=born + 1,
            finished=None if on else born + 42,
        )

    def job_times(self, jobs: Jobs, slot: int, time: float) -> tuple[float, float]:
        """Return when the run that a slot is in began, and when it ends or has ended."""
        shift = jobs.every_s * slot / jobs.slots
        began = (
            self.world.opened
            + shift
            + jobs.every_s * ((time - self.world.opened - shift) // jobs.every_s)
        )
        own = noise.share(self.world.seed, jobs.name, slot, round(began - self.world.opened))
        return round(began, 3), round(began + jobs.run_s * (0.4 + 0.6 * own), 3)

    def job_ref(self, jobs: Jobs, began: float, slot: int) -> Ref:
        """Return the identity of a job's container."""
        uid = noise.identity(self.world.seed, 64, jobs.name, slot, round(began - self.world.opened))
        number = 4800 + int((began - self.world.opened) // jobs.every_s) * jobs.slots + slot
        return self.ref("container", uid, f"{jobs.name}-{number}")

    def _job(self, jobs: Jobs, slot: int, time: float) -> Container:
        began, ends = self.job_times(jobs, slot, time)
        done = time >= ends
        state = State.STOPPED if done else State.RUNNING
        return Container(
            ref=self.job_ref(jobs, began, slot),
            state=state,
            native_state="exited" if done else "running",
            labels=self.world.labels(com__acme__job=jobs.name),
            created=began,
            observed_at=max(self.world.opened, ends if done else began),
            links=(
                Link("uses", self.image_ref(jobs.image)),
                Link("uses", self.network_ref("bridge")),
            ),
            capabilities=_capabilities(state),
            image=jobs.image,
            command="/bin/sh -c 'make test'",
            restarts=0,
            exit_code=0 if done else None,
            started=began + 0.5,
            finished=ends if done else None,
        )

    def image_ref(self, tag: str) -> Ref:
        """Return the identity of an image by its tag."""
        return self.ref("image", "sha256:" + noise.identity(self.world.seed, 64, "image", tag), tag)

    def _image(self, tag: str, used: int) -> Image:
        bulk = noise.share(self.world.seed, "size", tag)
        return Image(
            ref=self.image_ref(tag),
            state=State.RUNNING if used else State.STOPPED,
            native_state="in use" if used else "unused",
            created=self._age("image", tag, 120),
            observed_at=self.world.opened,
            capabilities=_removable(used),
            tags=() if tag.startswith("<none>") else (tag,),
            size=MIB * size_of(tag),
            shared_size=MIB * shared_size_of(self.world.seed, tag),
            layers=4 + int(14 * bulk),
            used_by=used,
        )

    def network_ref(self, name: str) -> Ref:
        uid = noise.identity(self.world.seed, 64, self.scope, "network", name)
        return self.ref("network", uid, name)

    def _age(self, kind: str, name: str, days: float) -> float:
        own = noise.share(self.world.seed, self.scope, kind, name)
        return round(self.world.opened - _DAY * days * (0.2 + 0.8 * own), 3)


def _published(spec: UnitSpec, slot: int) -> tuple[Port, ...]:
    if spec.port is None:
        return ()
    return (Port(spec.port, spec.port + slot, address="::"),)


def _project(spec: UnitSpec) -> str:
    return spec.name.partition("/")[0]


def _capabilities(state: State) -> tuple[Capability, ...]:
    running, paused = state is State.RUNNING, state is State.PAUSED
    leaving = "it is being removed" if state is State.STOPPING else ""
    off = "" if running else f"it is {state}"
    up = "" if not running and not paused else f"it is {state}"
    first = leaving or (f"{up}: stop it first" if up else "")
    return (
        Capability("start", not (leaving or up), leaving or up),
        Capability("stop", running, off),
        Capability(
            "restart", not (leaving or paused), leaving or ("it is paused" if paused else "")
        ),
        Capability("pause", running, off),
        Capability("unpause", paused, "" if paused else "it is not paused"),
        Capability("kill", running, off),
        Capability("logs", True),
        Capability("exec", running, off),
        Capability("resize", not leaving, leaving),
        Capability("rename", not leaving, leaving),
        Capability("remove", not first, first),
        Capability("describe", True),
    )


def _removable(used: int, *, built_in: bool = False) -> tuple[Capability, ...]:
    reason = f"{used} container{'s use' if used > 1 else ' uses'} it" if used else ""
    if built_in:
        reason = "it is the engine's own"
    return (Capability("remove", not reason, reason), Capability("describe", True))
