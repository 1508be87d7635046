"""What an engine tells as it happens: pure functions from its events to rows and hints."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.objects import Event, Link
from fleetui.core.ref import Ref
from fleetui.core.skew import Skew
from fleetui.core.state import Severity, State
from fleetui.providers.docker.answers import Told, one
from fleetui.providers.docker.containers import (
    ONE_OFF,
    PROJECT,
    PROVIDER,
    SERVICE,
    short_id,
    unit_ref,
)

# A check makes three of the first each time it runs; the others change nothing that is shown.
_QUIET = frozenset(
    {"exec_create", "exec_start", "exec_die", "exec_detach", "attach", "detach", "top", "resize"}
    | {"archive-path", "extract-to-dir", "export", "copy", "save"}
)
_KINDS: dict[str, frozenset[str]] = {
    "container": frozenset({"containers", "capacity"}),
    "image": frozenset({"images"}),
    "volume": frozenset({"volumes"}),
    "network": frozenset({"networks", "containers"}),
}
# Each start, stop and restart of a container brings these with it: the list shows what they do.
_BY_THE_WAY = frozenset({"connect", "disconnect", "mount", "unmount"})
# Only these change who uses an image, a volume or a network.
_USE_CHANGES = frozenset({"create", "destroy", "start", "die", "prune"})
_USED = frozenset({"images", "volumes", "networks"})
_ALL = frozenset({"containers", "capacity", *_USED})
_WORDS = {
    "create": "created",
    "start": "started",
    "restart": "restarted",
    "stop": "stopped",
    "pause": "paused",
    "unpause": "unpaused",
    "destroy": "removed",
    "remove": "removed",
    "rename": "renamed",
    "update": "limits changed",
    "pull": "pulled",
    "push": "pushed",
    "tag": "tagged",
    "untag": "untagged",
    "delete": "deleted",
    "import": "imported",
    "load": "loaded",
    "prune": "pruned",
    "reload": "configuration reloaded",
    "commit": "committed to an image",
}
_STATES = {
    Severity.CRITICAL: State.FAILED,
    Severity.WARNING: State.DEGRADED,
    Severity.INFO: State.RUNNING,
}
_ENDING = frozenset({"2", "3", "9", "15"})
_REMEMBERED = 2000


class Teller:
    """Turns events into rows in the order in which they come.

    It remembers which containers were told to end: a signal's exit code is news only for
    one that was not.
    """

    def __init__(
        self,
        scope: str,
        skew: Skew | None = None,
        asked: Ref | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """`asked` is the one thing that is asked about: who attached to it is told, too.

        `names` are those of containers by their id; `skew` is what is known of the engine's
        clock.
        """
        self._scope = scope
        self._skew = skew or Skew()
        self._asked = asked
        self._names = names or {}
        self._told_to_end: OrderedDict[str, None] = OrderedDict()

    def tell(self, raw: Any, now: float) -> tuple[Event | None, frozenset[str]]:
        """Return the event's row, None for one not worth telling, and the kinds it touches."""
        try:
            told = one(raw, Told)
        except Invalid:
            return None, frozenset()
        action, _, rest = told.action.partition(":")
        action = action.strip()
        if action in _QUIET or not told.type:
            return None, frozenset()
        kinds = touched(told.type, action)
        if action in _BY_THE_WAY and (self._asked is None or self._asked.kind != told.type):
            return None, kinds
        severity, message = self._judge(told, action, clean(rest.strip(), 200))
        return self._row(told, severity, message, now), kinds

    def _row(self, told: Told, severity: Severity, message: str, now: float) -> Event:
        subject = subject_of(told, self._scope)
        time = told.time_nano / 1e9 if told.time_nano else told.time
        time -= self._skew.correction
        uid = f"{told.time_nano or told.time}-{subject.kind}-{subject.uid[:24]}-{told.action}"
        return Event(
            ref=Ref(PROVIDER, self._scope, "event", clean(uid, 200), clean(told.action, 200)),
            state=_STATES[severity],
            native_state=clean(told.action, 200),
            reason=message if severity is not Severity.INFO else "",
            created=time,
            observed_at=now,
            links=(Link("about", subject), *_unit_of(told, self._scope)),
            time=time,
            severity=severity,
            message=message,
            subject=str(subject),
        )

    def _judge(self, told: Told, action: str, rest: str) -> tuple[Severity, str]:
        """Return how loud an event is and what it says."""
        attributes = told.actor.attributes or {}
        if told.type == "container":
            if action == "start":
                self._told_to_end.pop(told.actor.id, None)
            if action == "kill":
                return self._kill(told.actor.id, clean(attributes.get("signal", "?"), 20))
            if action == "die":
                return self._death(told.actor.id, clean(attributes.get("exitCode", "?"), 20))
            if action == "oom":
                return Severity.CRITICAL, "out of memory"
            if action == "health_status":
                return _health(rest or clean(attributes.get("health_status", ""), 40))
            if action == "rename":
                return Severity.INFO, f"renamed from {clean(attributes.get('oldName', '?'), 200)}"
        if action in _BY_THE_WAY:
            return Severity.INFO, self._attached(action, attributes)
        word = _WORDS.get(action, clean(action, 100))
        return Severity.INFO, f"{word}: {rest}" if rest else word

    def _attached(self, action: str, attributes: Mapping[str, str]) -> str:
        uid = attributes.get("container", "")
        name = self._names.get(uid) or clean(short_id(uid), 40) or "a container"
        place = clean(attributes.get("destination", ""), 200)
        words = {
            "connect": f"{name} attached", "disconnect": f"{name} left",
            "mount": f"mounted by {name}{f' at {place}' if place else ''}",
            "unmount": f"unmounted by {name}",
        }  # fmt: skip
        return words[action]

    def _kill(self, uid: str, signal: str) -> tuple[Severity, str]:
        if signal in _ENDING:
            self._remember(uid)
        return Severity.INFO, f"sent signal {signal}"

    def _death(self, uid: str, code: str) -> tuple[Severity, str]:
        wanted = uid in self._told_to_end
        self._told_to_end.pop(uid, None)
        if code == "0":
            return Severity.INFO, "ended, exit 0"
        quiet = wanted and code in {"130", "137", "143"}
        return Severity.INFO if quiet else Severity.WARNING, f"died, exit {code}"

    def _remember(self, uid: str) -> None:
        self._told_to_end[uid] = None
        while len(self._told_to_end) > _REMEMBERED:
            self._told_to_end.popitem(last=False)


def _health(word: str) -> tuple[Severity, str]:
    severity = Severity.WARNING if word == "unhealthy" else Severity.INFO
    return severity, f"check says {word or 'something'}"


def subject_of(told: Told, scope: str) -> Ref:
    """Return what an event happened to, named as its row is where the event says so."""
    attributes = told.actor.attributes or {}
    uid = clean(told.actor.id or told.type, 200)
    kind = clean(told.type, 40)
    name = clean(attributes.get("name", ""), 200)
    if kind == "volume" or not name or name.startswith("sha256:"):
        name = uid if kind == "volume" else short_id(name or uid)
    return Ref(PROVIDER, scope, kind, uid, name)


def _unit_of(told: Told, scope: str) -> tuple[Link, ...]:
    """Return the compose service that a container belongs to: its labels outlive it here."""
    attributes = told.actor.attributes or {}
    project, service = attributes.get(PROJECT), attributes.get(SERVICE)
    one_off = attributes.get(ONE_OFF, "").lower() == "true"
    if told.type != "container" or not project or not service or one_off:
        return ()
    return (Link("part_of", unit_ref(project, service, scope)),)


def touched(kind: str, action: str) -> frozenset[str]:
    """Return the pane kinds that an event may have changed."""
    kinds = _KINDS.get(kind)
    if kinds is None:
        return _ALL if kind == "daemon" else frozenset()
    if kind == "container" and action in _USE_CHANGES:
        return kinds | _USED
    if kind == "volume" and action in {"mount", "unmount"}:
        return kinds | {"containers"}
    return kinds
