"""Describes any thing from what is known of it already: no back end is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from itertools import islice

from fleetui.core import humanise
from fleetui.core.cells import DASH, GLYPHS, STATE_TONES, port_text, severity_cell, state_cell
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Look, Tone
from fleetui.core.description import Description, Row, Section, description, row, section
from fleetui.core.json_form import item, time_fields
from fleetui.core.objects import Event, Resource
from fleetui.core.ref import Ref
from fleetui.core.secrets import masked, redact, shown
from fleetui.core.state import Health

_COMMON = frozenset(f.name for f in fields(Resource))
_BYTES = frozenset({"memory", "memory_limit", "requested_memory", "size", "shared_size"})
_SHARES = frozenset({"cpu", "disk"})
_SECONDS = frozenset({"scrape_s", "interval_s"})
# Which section a kind's own fact belongs to; the others stand with the state.
_PLACES = {
    "limits": frozenset({"cpu", "memory", "memory_limit", "min", "max", "cores", "disk",
                         "autoscaler", "shared_size", "requested_cpu", "requested_memory"}),
    "network": frozenset({"ports", "address", "private_address", "subnets", "internal", "selector",
                          "url", "zone"}),
    "image": frozenset({"image", "tags", "layers"}),
}  # fmt: skip
_FEW = 200


def when(time: float | None, now: float) -> Cell:
    """Return a moment as its time and its age."""
    if time is None:
        return DASH
    stamp = (humanise.iso(time) or "")[:19].replace("T", " ")
    ahead = time > now + 1
    age = humanise.duration(abs(now - time))
    return Cell(f"{stamp}Z · {'in ' + age if ahead else age + ' ago'}")


def known(
    thing: Resource, now: float, events: Sequence[Event] = (), past: Collection[Ref] = ()
) -> Description:
    """Return what any thing tells of itself.

    `events` are those about it, the newest first; `past` those of them that are about things
    which belonged to it once.
    """
    own = {"state": [], "limits": [], "network": [], "image": []}  # type: dict[str, list[Row | None]]
    times = time_fields(type(thing))
    for f in fields(thing):
        if f.name in _COMMON:
            continue
        place = next((p for p, names in _PLACES.items() if f.name in names), "state")
        own[place].append(_fact(thing, f.name, now, time=f.name in times))
    return description(
        (
            section("state", (*_state(thing, now), *own["state"])),
            section("limits", own["limits"]),
            section("network", own["network"]),
            section("image", own["image"]),
            events_section(events, now, thing.ref, past),
            pairs_section("labels", thing.labels),
            _links(thing),
            _capabilities(thing),
            section("identity", (
                row("ref", thing.ref), row("id", thing.ref.uid),
                row("seen", when(thing.observed_at, now) if thing.observed_at else None),
            )),
        ),
        masked(item(thing)),
    )  # fmt: skip


def _state(thing: Resource, now: float) -> tuple[Row | None, ...]:
    look = Look(now)
    tone = STATE_TONES[thing.state]
    health = thing.health
    tones = {Health.UNHEALTHY: Tone.WARN, Health.STARTING: Tone.ACCENT}
    return (
        row("state", state_cell(thing, look)),
        row("why", redact(thing.reason), tone=Tone.WARN if tone is Tone.NORMAL else tone),
        row("said", redact(thing.native_state)),
        row("health", Cell(str(health), tones.get(health, Tone.NORMAL)))
        if health is not Health.NONE
        else None,
        row("created", when(thing.created, now)) if thing.created is not None else None,
    )


def _fact(thing: Resource, name: str, now: float, *, time: bool) -> Row | None:
    value = getattr(thing, name)
    title = name.replace("_", " ").removesuffix(" s")
    if value is None or value in ("", ()):
        return None
    if time:
        return row(title, when(value, now)) if value else None
    if name == "severity":
        return row(title, severity_cell(thing, Look(now)))
    if name in _BYTES and not isinstance(value, str):
        return row(title, humanise.size(value))
    if name in _SHARES:
        return row(title, humanise.percent(value))
    if name in _SECONDS:
        return row(title, f"{value:.3g} s")
    if name == "ports":
        return row(title, *(_port(port) for port in value[:_FEW]))
    if name == "selector":
        return row(title, *(f"{k}={shown(k, v)}" for k, v in value[:_FEW]))
    if isinstance(value, tuple):
        return row(title, *(redact(clean(str(one))) for one in value[:_FEW]))
    if isinstance(value, bool):
        return row(title, "yes" if value else "no")
    if isinstance(value, float):
        return row(title, humanise.number(value))
    return row(title, redact(clean(str(value))))


def _port(port: object) -> str:
    text = port_text(port)  # type: ignore[arg-type]
    address, name = getattr(port, "address", ""), getattr(port, "name", "")
    return f"{text}{f' on {address}' if address else ''}{f' ({name})' if name else ''}"


def pairs_section(title: str, pairs: Iterable[tuple[str, str]]) -> Section | None:
    """Return labels or annotations, those that look like secrets hidden."""
    return section(
        title, (row(clean(name, 200) or "–", shown(name, value) or DASH) for name, value in pairs)
    )


def _links(thing: Resource) -> Section | None:
    found: dict[str, list[str]] = {}
    for link in thing.links:
        found.setdefault(link.relation.replace("_", " "), []).append(str(link.ref))
    rows = []
    for relation, refs in found.items():
        more = [Cell(f"and {len(refs) - _FEW} more", Tone.MUTED)] if len(refs) > _FEW else []
        rows.append(row(relation, *refs[:_FEW], *more))
    return section("links", rows)


def _capabilities(thing: Resource) -> Section | None:
    return section(
        "can be done",
        (
            row(
                one.name.replace("_", " "),
                Cell("yes") if one.allowed else Cell(f"no: {one.reason or 'not now'}", Tone.MUTED),
            )
            for one in thing.capabilities
        ),
    )


_EVENT_TONES = {"critical": Tone.CRITICAL, "warning": Tone.WARN}


def events_section(
    events: Iterable[Event],
    now: float,
    thing: Ref | None = None,
    past: Collection[Ref] = (),
    most: int = 10,
) -> Section | None:
    """Return the newest of what happened, the newest first.

    What is about another than `thing` names it; `past` are the events of past members.
    """
    rows = []
    for event in islice(events, most):
        about = next((link.ref for link in event.links if link.relation == "about"), None)
        # An event may call the same thing by another name: an image by its id.
        other = about and thing and (about.kind, about.uid) != (thing.kind, thing.uid)
        whose = f"{about.short}: " if about and other else ""
        former = " (past member)" if event.ref in past else ""
        tone = _EVENT_TONES.get(str(event.severity), Tone.NORMAL)
        text = Cell(f"{whose}{redact(often(event))}{former}", tone)
        rows.append(row(f"{humanise.age(now - event.time)} ago", text))
    return section("recent events", rows)


def often(event: Event) -> str:
    """Return what happened, how often where that is more than once, and over how long."""
    if event.count < 2:
        return event.message
    span = event.time - (event.created or event.time)
    over = f" in {humanise.duration(span)}" if span >= 1 else ""
    return f"{event.message}  ×{event.count:,}{over}"


def gone_cell() -> Cell:
    """Return the state of a thing that no source lists any more."""
    return Cell(f"{GLYPHS['deleted']} gone: no source lists it any more", Tone.MUTED)  # type: ignore[index]
