"""How the facts of an object are written: each a pure function to a Cell."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from fleetui.core import humanise
from fleetui.core.columns import Cell, Column, Look, Tone, Unit
from fleetui.core.objects import (
    Alert,
    CapacityUnit,
    Forward,
    Image,
    Network,
    Port,
    Resource,
    Rollout,
    Target,
    Volume,
)
from fleetui.core.state import STATE_RANK, Health, Severity, State

GLYPHS: dict[State, str] = {
    State.RUNNING: "●",
    State.PENDING: "◐",
    State.DEGRADED: "▲",
    State.STOPPING: "◐",
    State.STOPPED: "○",
    State.PAUSED: "‖",
    State.FAILED: "✖",
    State.DELETED: "○",
    State.UNKNOWN: "◌",
}
STATE_TONES: dict[State, Tone] = {
    State.RUNNING: Tone.NORMAL,
    State.PENDING: Tone.ACCENT,
    State.DEGRADED: Tone.WARN,
    State.STOPPING: Tone.ACCENT,
    State.STOPPED: Tone.MUTED,
    State.PAUSED: Tone.MUTED,
    State.FAILED: Tone.CRITICAL,
    State.DELETED: Tone.MUTED,
    State.UNKNOWN: Tone.STALE,
}
# The field's own short names, where a column has no room for the word.
SHORT_PROVIDERS = {"kubernetes": "k8s", "digitalocean": "do", "prometheus": "prom"}
_BLOCKS = "▁▂▃▄▅▆▇█"
DASH = Cell("–", Tone.MUTED)


def short_provider(provider: str) -> str:
    """`kubernetes` as `k8s`; others as they are."""
    return SHORT_PROVIDERS.get(provider, provider)


def state_cell(thing: Resource, look: Look) -> Cell:
    """A glyph and a word: the check's word where it says more than the state."""
    state, word = thing.state, str(thing.state)
    tone = STATE_TONES[state]
    if doing := look.under_way(thing.ref):
        return Cell(f"◐ {doing[0]}", Tone.ACCENT)
    if state is State.RUNNING and thing.health is Health.UNHEALTHY:
        return Cell("▲ unhealthy", Tone.WARN)
    if state is State.RUNNING and thing.health is Health.STARTING:
        return Cell("◐ starting", Tone.ACCENT)
    if state is State.RUNNING and isinstance(thing, CapacityUnit) and thing.rollout:
        return Cell("◐ rolling", Tone.ACCENT)
    if isinstance(thing, Image | Volume | Network) and state is State.RUNNING:
        # They do not run: what matters is whether anything needs them.
        return Cell("● in use", tone) if thing.used_by else Cell("○ unused", Tone.MUTED)
    if isinstance(thing, Alert | Target | Rollout | Forward):
        # "firing" and "down" say more than "failed" does.
        word = thing.native_state or word
    return Cell(f"{GLYPHS[state]} {word}", tone)


def state_rank(thing: Resource) -> int:
    """Sort by how much a person should worry, worst first."""
    if thing.state is State.RUNNING and thing.health is Health.UNHEALTHY:
        return STATE_RANK[State.DEGRADED]
    if thing.state is State.RUNNING and (
        thing.health is Health.STARTING or bool(getattr(thing, "rollout", ""))
    ):
        return STATE_RANK[State.PENDING]
    return STATE_RANK[thing.state]


def where_cell(thing: Resource, look: Look) -> Cell:
    """The provider's short name and the scope, with a ◆ where it is production."""
    return _placed(f"{short_provider(thing.ref.provider)} {thing.ref.scope}", thing, look)


def scope_cell(thing: Resource, look: Look) -> Cell:
    """The scope alone, with a ◆ where it is production."""
    return _placed(thing.ref.scope, thing, look)


def _placed(text: str, thing: Resource, look: Look) -> Cell:
    if not look.production:
        return Cell(text, Tone.MUTED)
    production = thing.ref.place in look.production
    return Cell(f"◆ {text}", Tone.PRODUCTION) if production else Cell(f"  {text}", Tone.MUTED)


def subject_cell(thing: Any, _look: Look) -> Cell:
    """The last two words of a ref, `pod/api-x1`: where it is stands in a column of its own."""
    return Cell("/".join(thing.subject.split("/")[-2:])) if thing.subject else DASH


def change_cell(thing: Any, _look: Look) -> Cell:
    """`2 → 4`, or what there is of it."""
    if thing.before and thing.after:
        return Cell(f"{thing.before} → {thing.after}")
    return Cell(thing.after or thing.before) if thing.after or thing.before else DASH


def updated_cell(thing: Any, _look: Look) -> Cell:
    """`2/4`: members that are as they should be, of all."""
    done = thing.ready if thing.updated is None else thing.updated
    if done is None or thing.total is None:
        return DASH
    return Cell(f"{done}/{thing.total}")


def connections_cell(thing: Any, _look: Look) -> Cell:
    """`2/17`: open now, of all since it was opened."""
    return Cell(f"{thing.connections}/{thing.total}", Tone.NORMAL if thing.total else Tone.MUTED)


def carried_cell(thing: Any, _look: Look) -> Cell:
    """`1.2K 40K`: what was sent, and what was received."""
    if not (thing.sent or thing.received):
        return DASH
    return Cell(f"{humanise.size(thing.sent)} {humanise.size(thing.received)}")


def reason_cell(thing: Resource, look: Look) -> Cell:
    """What is done to it now; else why it is not well, or what is under way."""
    if doing := look.under_way(thing.ref):
        return Cell(doing[1], Tone.ACCENT)
    if thing.reason:
        tone = STATE_TONES[thing.state]
        return Cell(thing.reason, Tone.WARN if tone is Tone.NORMAL else tone)
    return Cell(getattr(thing, "rollout", ""), Tone.ACCENT)


def ready_cell(thing: Any, _look: Look) -> Cell:
    """A bar and `4/6`; the wanted number is what it is measured against."""
    total = thing.desired if hasattr(thing, "desired") else thing.total
    ready = thing.ready
    if total is None and ready is None:
        return DASH
    if total is None or ready is None:
        return Cell(f"{'–' if ready is None else ready}/{'–' if total is None else total}")
    slots = min(6, max(total, 1))
    full = min(slots, round(slots * ready / total)) if total else 0
    if ready < total:
        full = min(full, slots - 1)
    bar = "▰" * full + "▱" * (slots - full) if total else ""
    tone = Tone.NORMAL if ready >= total else (Tone.CRITICAL if ready == 0 else Tone.WARN)
    return Cell(f"{bar:<6} {ready}/{total}", tone)


def ready_value(thing: Any) -> float | None:
    """The share that is ready, for sorting."""
    total = thing.desired if hasattr(thing, "desired") else thing.total
    if thing.ready is None or total is None:
        return None
    return float(thing.ready) / total if total else 1.0


def range_cell(thing: Any, _look: Look) -> Cell:
    """`2–12`, with an autoscaler's mark where one owns the number."""
    if thing.min is None and thing.max is None:
        return DASH
    low, high = ("…" if n is None else str(n) for n in (thing.min, thing.max))
    return Cell(f"{low}–{high}{' ⇅' if thing.autoscaler else ''}", Tone.MUTED)


def sparkline(values: tuple[float, ...], width: int = 7, top: float = 1.0) -> str:
    """The last values as blocks on a scale from zero to `top` or the highest of them."""
    shown = values[-width:]
    high = max(top, *shown) if shown else top
    return "".join(_BLOCKS[min(7, int(8 * max(0.0, v) / high))] for v in shown)


def cpu_cell(thing: Any, look: Look) -> Cell:
    """The recent past as a sparkline where it is known, and `81 %` of one core."""
    if thing.cpu is None:
        return DASH
    cores = getattr(thing, "cores", None) or 1
    load = thing.cpu / cores
    tone = Tone.CRITICAL if load >= 0.95 else Tone.WARN if load >= 0.8 else Tone.NORMAL
    trend = look.trend(thing.ref)
    text = f"{humanise.percent(thing.cpu):>5}"
    return Cell(f"{sparkline(trend):>7} {text}" if len(trend) > 1 else text, tone)


def memory_cell(thing: Any, _look: Look) -> Cell:
    """Bytes in use, in warning tones as its limit comes near."""
    if thing.memory is None:
        return DASH
    limit = getattr(thing, "memory_limit", None)
    share = thing.memory / limit if limit else 0.0
    tone = Tone.CRITICAL if share >= 0.95 else Tone.WARN if share >= 0.85 else Tone.NORMAL
    return Cell(humanise.size(thing.memory), tone)


def port_text(port: Port) -> str:
    """`80→8080` as it is reached and as the thing listens, `53/udp`, `:8080` unpublished."""
    suffix = "" if port.protocol.lower() == "tcp" else f"/{port.protocol.lower()}"
    if port.public is None:
        return f":{port.private}{suffix}"
    if port.public == port.private:
        return f"{port.public}{suffix}"
    return f"{port.public}→{port.private}{suffix}"


def ports_cell(thing: Any, _look: Look) -> Cell:
    """Every port once, however many addresses it is bound to."""
    return Cell(" ".join(dict.fromkeys(port_text(p) for p in thing.ports)))


def image_cell(thing: Any, _look: Look) -> Cell:
    """The image without its registry's host, which is the same for most and hides the rest."""
    image: str = thing.image
    host, slash, rest = image.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        image = rest
    return Cell(image, Tone.MUTED) if image else DASH


def severity_cell(thing: Any, _look: Look) -> Cell:
    """The word in its tone."""
    tones = {Severity.CRITICAL: Tone.CRITICAL, Severity.WARNING: Tone.WARN}
    return Cell(str(thing.severity), tones.get(thing.severity, Tone.MUTED))


def text(
    name: str,
    title: str = "",
    get: Callable[[Any], str] | str = "",
    *,
    tone: Tone = Tone.NORMAL,
    priority: int = 5,
    width: int = 30,
    min_width: int = 4,
    grow: bool = False,
    doc: str = "",
) -> Column:
    """Return a column of plain text."""
    value = attrgetter(get or name) if isinstance(get, str) else get

    def cell(thing: Any, _look: Look) -> Cell:
        got = value(thing)
        return Cell(str(got), tone) if got else DASH

    return Column(
        name, title or name.upper(), value, cell, Unit.TEXT, False, priority, min_width, width,
        grow, doc,
    )  # fmt: skip


def count(name: str, title: str = "", get: str = "", *, priority: int = 5, doc: str = "") -> Column:
    """Return a column of whole numbers, aligned right."""
    value = attrgetter(get or name)

    def cell(thing: Any, _look: Look) -> Cell:
        got = value(thing)
        return DASH if got is None else Cell(str(got))

    return Column(
        name, title or name.upper(), value, cell, Unit.COUNT, True, priority, 4, 9, doc=doc
    )


def measure(
    name: str,
    write: Callable[[float | None], str],
    unit: Unit,
    title: str = "",
    *,
    get: str = "",
    priority: int = 5,
    doc: str = "",
) -> Column:
    """Return a column of measured values, aligned right."""
    value = attrgetter(get or name)

    def cell(thing: Any, _look: Look) -> Cell:
        got = value(thing)
        return DASH if got is None else Cell(write(got))

    return Column(name, title or name.upper(), value, cell, unit, True, priority, 4, 12, doc=doc)


def ago(name: str, title: str, get: str, *, priority: int = 5, doc: str = "") -> Column:
    """Return a column that says how long ago a time was, aligned right."""
    value = attrgetter(get)

    def cell(thing: Any, look: Look) -> Cell:
        got = value(thing)
        return DASH if got is None else Cell(humanise.age(look.now - got), Tone.MUTED)

    return Column(name, title, value, cell, Unit.TIME, True, priority, 4, 8, doc=doc)
