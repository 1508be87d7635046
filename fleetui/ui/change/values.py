"""The value that a change needs of a person: how it is asked for, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleetui.core import humanise
from fleetui.core.amounts import scale_of
from fleetui.core.change import Verb
from fleetui.core.errors import Invalid
from fleetui.core.forwarding import read_address, read_port
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import CapacityUnit, Container, Instance, Resource, Service

Values = tuple[tuple[str, str], ...]
_LIMITS = {
    "memory": "memory", "mem": "memory", "cpu": "cpu", "restart": "restart_policy",
    "requests.memory": "requests.memory", "requests.cpu": "requests.cpu",
    "limits.memory": "memory", "limits.cpu": "cpu", "container": "container",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One value: what stands before it, what may be written, and whether it may be left out."""

    label: str
    hint: str
    needed: bool = True


def asked_of(verb: Verb, rows: Sequence[Resource]) -> Asked | None:
    """Return what is asked for before a plan can be made; None where nothing is."""
    what = rows[0].ref.short if len(rows) == 1 else f"{len(rows)} things"
    row = rows[0] if len(rows) == 1 else None
    if verb is Verb.SCALE:
        now = f" {row.desired}" if isinstance(row, CapacityUnit) and row.desired is not None else ""
        if row is not None and row.ref.kind == "job":
            # Its row counts how often it is to end well, and not how many run at a time.
            now = " at a time"
        bounds = ""
        if isinstance(row, CapacityUnit) and row.autoscaler and row.max is not None:
            bounds = f"  min={row.min} max={row.max}"
        return Asked(f"scale {what}:{now} →", f"how many: 6  +2  -1  x2{bounds}")
    if verb is Verb.RENAME:
        return Asked(f"rename {what} →", "the new name")
    if verb is Verb.RESIZE and isinstance(rows[0], Instance):
        return Asked(f"resize {what}: {rows[0].size} →", "the machine type")
    if verb is Verb.RESIZE and (isinstance(rows[0], CapacityUnit) or rows[0].ref.kind == "pod"):
        return Asked(f"resize {what} →", "memory=512MiB  cpu=1.5  requests.cpu=250m")
    if verb is Verb.RESIZE:
        now = ""
        if isinstance(row, Container) and row.memory_limit:
            now = f" {humanise.size(row.memory_limit)}"
        return Asked(f"resize {what}:{now} →", "512MiB  cpu=1.5  restart=unless-stopped")
    if verb is Verb.DEBUG:
        return Asked(
            f"debug {what} →", "an image  target=CONTAINER  new; empty is usual", needed=False
        )
    if verb is Verb.FORWARD:
        return Asked(f"forward {what} →", _forward_hint(rows[0]), needed=False)
    if verb is Verb.ROLLBACK:
        now = f" {row.revision}" if isinstance(row, CapacityUnit) and row.revision else ""
        return Asked(
            f"roll {what} back:{now} →", "a revision; empty is the one before", needed=False
        )
    return None


def ports_of(row: Resource) -> list[str]:
    """Return the ports that can be forwarded to, each with its name behind it."""
    if not isinstance(row, Service | Container):
        return []
    service = isinstance(row, Service)
    found = {}
    for one in row.ports:
        # A service's own ports: what its nodes have beside them leads to the same.
        if one.protocol == "tcp" and not (service and one.address):
            number = one.public if service and one.public is not None else one.private
            found[number] = f"{number} {one.name}".rstrip()
    return list(found.values())


def offered_port(row: Resource) -> str:
    """Return the port that is meant unless another is written."""
    return next((one.partition(" ")[0] for one in ports_of(row)), "")


def _forward_hint(row: Resource) -> str:
    ports = ports_of(row)
    if len(ports) > 1:
        return f"it has {', '.join(ports[:6])}; several: 8080:80 9090"
    return "80  8080:80  0:80  address=0.0.0.0"


def read_forwards(text: str) -> list[Values]:
    """Return what was written as the values of one ask for each port. Raises Invalid."""
    address: Values = ()
    ports: list[Values] = []
    for word in text.replace(",", " ").split():
        name, equals, value = word.partition("=")
        if equals:
            if name != "address":
                raise Invalid(f'"{word}" is nothing of a forward', hint="address=127.0.0.1 is")
            address = (("address", read_address(value)),)
            continue
        local, port = read_port(word)
        near = () if local is None else (("local", str(local)),)
        ports.append((("port", port), *near))
    return [(*one, *address) for one in ports or [()]]


def read(verb: Verb, row: Resource, text: str) -> Values:
    """Return what was written as the values of an ask. Raises Invalid."""
    text = text.strip()
    if not text:
        return ()
    if verb is Verb.RESIZE and not isinstance(row, Instance):
        return _limits(text)
    if verb is Verb.SCALE:
        return scale_of(text)
    if verb is Verb.DEBUG:
        return tuple(_debugger(text))
    names = {
        Verb.RENAME: "name", Verb.ROLLBACK: "revision", Verb.RESIZE: "size",
        Verb.REDEPLOY: "image", Verb.STOP: "timeout", Verb.RESTART: "timeout",
        Verb.EXEC: "command", Verb.REMOVE: "force",
        Verb.DRAIN: "force",
    }  # fmt: skip
    if verb not in names:
        raise Invalid(f"{verb} takes nothing after it")
    return ((names[verb], text),)


def _debugger(text: str) -> Iterator[tuple[str, str]]:
    for word in text.split():
        name, equals, value = word.partition("=")
        if word == "new":
            yield "new", "yes"
        elif name == "target" and value:
            yield "target", value
        elif equals:
            raise Invalid(f'"{word}" is no image', hint="write IMAGE target=CONTAINER new")
        else:
            yield "image", word


def _limits(text: str) -> Values:
    found: dict[str, str] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals:
            # A size stands for itself; a bare number would be anybody's guess.
            name, value = "memory", word
        if name not in _LIMITS or not value:
            raise Invalid(
                f'"{word}" is no limit', hint="write 512MiB, cpu=1.5 or restart=unless-stopped"
            )
        found[_LIMITS[name]] = value
    return tuple(found.items())
