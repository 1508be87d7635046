"""A compose service as its engine has it now: its members, and where its files are."""

from __future__ import annotations

import time
from typing import Any

from fleetui.core.change import Ask, Caution
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import CapacityUnit
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.docker import answers
from fleetui.providers.docker.answers import Summary
from fleetui.providers.docker.compose import NOT_WANTED, Member, units_of
from fleetui.providers.docker.composing import (
    CONFIG_FILES,
    ENV_FILES,
    WORKING_DIR,
    Files,
    files_of,
)
from fleetui.providers.docker.containers import PROJECT, SERVICE, Scene, container_of, short_id
from fleetui.providers.docker.writer import looking
from fleetui.providers.docker.writer.compose.command import Compose
from fleetui.providers.docker.writer.compose.service import Service, service_of
from fleetui.providers.docker.writer.deed import Raw
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig

HASH = "com.docker.compose.config-hash"
DEPENDS_ON = "com.docker.compose.depends_on"
_JOB = "service_completed_successfully"
KEPT = {"folder": WORKING_DIR, "files": CONFIG_FILES, "env_files": ENV_FILES}
"""By which values an undo finds a project of which no container is left, with their labels."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One service. Its row is None where no container of it is left."""

    ref: Ref
    project: str
    service: str
    files: Files
    members: tuple[Member, ...]
    row: CapacityUnit | None
    waited_for: tuple[str, ...]
    """The services whose containers say that they wait until it has ended well."""
    needed_by: tuple[str, ...] = ()
    """The services whose containers say that they depend on it."""

    @property
    def wanted(self) -> tuple[Member, ...]:
        """The members that nobody stopped, oldest first."""
        return tuple(m for m in self.members if m.row.state not in NOT_WANTED)

    @property
    def ended_well(self) -> tuple[Member, ...]:
        """The members that are down with exit code 0."""
        return tuple(m for m in self.members if m.row.exit_code == 0 and _down(m))

    @property
    def count(self) -> int:
        """How many members it is meant to have, as far as can be seen."""
        return len(self.wanted)

    @property
    def ready(self) -> int:
        """How many of them are well."""
        return sum(m.ready for m in self.wanted)

    def seen(self) -> dict[str, Any]:
        """Return what must not change between looking and doing: members and configuration.

        One that crashes and restarts does so all the time, and is as it was.
        """
        return {
            m.row.name: f"{short_id(m.summary.id)}, "
            f"{'up' if not _down(m) else str(m.row.state)}, {hash_of(m)[:12]}"
            for m in self.members
        }


def _down(member: Member) -> bool:
    return member.row.state in NOT_WANTED or member.row.state is State.FAILED


def hash_of(member: Member) -> str:
    """Return the digest of the configuration that a member was made from."""
    return clean((member.summary.labels or {}).get(HASH, ""), 100)


def look(link: SendingLink, ref: Ref, ask: Ask | None = None) -> Unit:
    """Return a service as it is now. Raises NotFound where nothing of its project is left.

    One without containers is known by its siblings, or by what an undo has kept of it.
    """
    project, _, service = ref.name.partition("/")
    if not project or not service:
        raise Invalid(f"{clean(ref.name, 100)!r} is no service: write project/service")
    raw = looking.listed(link, label=[f"{PROJECT}={project}"])
    found, _unreadable = answers.each(raw, Summary)
    scene = Scene(link.scope, time.time(), link.server_now())
    members = [Member(one, container_of(one, None, scene)) for one in found]
    own = [m for m in members if _label(m, SERVICE) == service and not _once(m)]
    own.sort(key=lambda m: (m.row.created or 0.0, m.row.name, m.summary.id))
    kept = _kept(ask) if ask is not None else {}
    if not own and not members and not kept:
        raise NotFound(
            f"nothing of {clean(project, 100)} is on this engine any more",
            hint="bring it up where its files are: docker compose up -d",
        )
    source = own[-1:] or members[-1:]
    labels = (source[0].summary.labels or {}) if source else kept
    how = {_label(m, SERVICE): _depends(m, service) for m in members}
    return Unit(
        ref=ref,
        project=project,
        service=service,
        files=files_of(labels),
        members=tuple(own),
        row=next(iter(units_of(own, scene)), None),
        waited_for=tuple(sorted(clean(n, 100) for n, word in how.items() if word == _JOB)),
        needed_by=tuple(sorted(clean(n, 100) for n, word in how.items() if word)),
    )


def keep(unit: Unit) -> tuple[tuple[str, str], ...]:
    """Return what an ask has to carry to find a service of which nothing is left."""
    found = {
        "folder": unit.files.folder,
        "files": ",".join(unit.files.files),
        "env_files": ",".join(unit.files.env_files),
    }
    return tuple((name, value) for name, value in found.items() if value)


def _kept(ask: Ask) -> dict[str, str]:
    found = {label: ask.value(name) for name, label in KEPT.items()}
    return found if found[WORKING_DIR] and found[CONFIG_FILES] else {}


def _label(member: Member, name: str) -> str:
    return (member.summary.labels or {}).get(name, "")


def _once(member: Member) -> bool:
    return _label(member, "com.docker.compose.oneoff").lower() == "true"


def _depends(member: Member, service: str) -> str:
    """Return on what of a service a container was made to depend; empty: it does not."""
    for one in _label(member, DEPENDS_ON).split(","):
        name, _, rest = one.partition(":")
        if name == service:
            return rest.partition(":")[0] or "service_started"
    return ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the files say now, beside what runs."""

    service: Service
    hash: str
    version: str

    @staticmethod
    def read(compose: Compose, unit: Unit) -> Wanted:
        """Ask compose. Raises Invalid or NotFound, with what it says."""
        version = compose.version()
        return Wanted(
            service_of(compose.config(), unit.service), compose.hash(unit.service), version
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """In what members differ from what would be made now."""

    config: int
    """How many members were made from another configuration than the files have now."""
    image: int
    """How many run another image than the engine has under the file's name."""
    image_name: str
    image_id: str
    """Empty where the engine has none of this name."""
    of: int = 0

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What to say of it."""
        if not self.of:
            return ()
        same = "all members are as the file says"
        texts = []
        if self.config:
            texts.append(f"the file has changed since {self.config} of {self.of} were made")
        if self.image:
            text = f"{self.image} of {self.of} run an older image than {self.image_name} is here"
            texts.append(text)
        return (("drift", "; ".join(texts) or same),)

    def cautions(self) -> tuple[Caution, ...]:
        """What to know where members are made beside those that there are."""
        if not self.config and not self.image:
            return ()
        text = "; ".join(value for _name, value in self.facts)
        return (Caution(f"new members are made as it is now, the others stay: {text}"),)


def drift_of(link: SendingLink, unit: Unit, wanted: Wanted) -> Drift:
    """Compare the members that are wanted with the files, and with the engine's images."""
    name = image_name(unit, wanted.service)
    here = looking.image(link, name)
    uid = str(dig(here, "Id") or "")
    members = unit.wanted
    return Drift(
        config=sum(hash_of(m) != wanted.hash for m in members),
        image=sum(bool(uid) and (m.summary.image_id or "") != uid for m in members),
        image_name=name,
        image_id=uid,
        of=len(members),
    )


def image_name(unit: Unit, service: Service) -> str:
    """Return the image that a new member is made from."""
    return service.image or f"{unit.project}-{service.name}"


def facts_of(unit: Unit, wanted: Wanted | None, drift: Drift | None) -> tuple[tuple[str, str], ...]:
    """Return what a plan for a service stands on."""
    found: list[tuple[str, str]] = [
        ("members", ", ".join(f"{m.row.name} ({m.row.state})" for m in unit.members[:8])),
        ("ready", f"{unit.ready} of {unit.count}" if unit.count else ""),
    ]
    if wanted is not None:
        service = wanted.service
        found += [
            ("the file wants", str(service.replicas)),
            ("image", image_name(unit, service)),
            ("depends on", ", ".join(service.needs)),
            ("needed by", ", ".join(service.needed_by)),
            ("file", clean(", ".join(unit.files.files), 300)),
            ("compose", wanted.version),
        ]
    return (*((name, text) for name, text in found if text), *(drift.facts if drift else ()))


def inspected(link: SendingLink, members: tuple[Member, ...]) -> list[Raw]:
    """Return the inspections of members; one that has gone meanwhile is left out."""
    found = (looking.by_id(link, m.summary.id) for m in members)
    return [raw for raw in found if raw is not None]
