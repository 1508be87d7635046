"""The containers of a pod or of a template: what each is, asks for, and is checked by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Row, Section, row, section
from fleetui.core.secrets import masked, redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.telling.document import MOST, amount, flag, items, pairs, text

_FEW = 50


def all_of(spec: Any) -> list[tuple[str, Any]]:
    """Return each container with what it is: `init`, `sidecar`, `debug`, or nothing."""
    found: list[tuple[str, Any]] = [("", one) for one in items(spec, "containers")]
    for one in items(spec, "initContainers"):
        word = "sidecar" if dig(one, "restartPolicy") == "Always" else "init"
        found.append((word, one))
    found += [("debug", one) for one in items(spec, "ephemeralContainers")]
    return found[:_FEW]


def named(word: str, one: Any) -> str:
    """Return a container's name with what it is."""
    return f"{text(one, 'name') or '–'}{f' ({word})' if word else ''}"


def containers(spec: Any, status: Any, now: float, used: dict[str, str]) -> Section | None:
    """Return each container: its image, how it is, what it asks for and uses."""
    told: dict[str, Any] = {}
    for part in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        told.update((text(one, "name"), one) for one in items(status, part))
    rows = []
    for word, one in all_of(spec):
        name = text(one, "name")
        state = told.get(name)
        rows.append(
            row(
                named(word, one),
                text(one, "image"),
                *(_state(state, now, word) if state is not None else ()),
                resources(dig(one, "resources")),
                used.get(name),
            )
        )
    return section("containers", rows)


def _state(status: Any, now: float, word: str) -> Iterable[Cell | None]:
    """Yield how a container is, and how it ended the last time."""
    for part, lead in (("state", ""), ("lastState", "before: ")):
        state = dig(status, part)
        if isinstance(running := dig(state, "running"), dict):
            at = time_of(text(running, "startedAt"))
            since = f" for {humanise.duration(now - at)}" if at is not None else ""
            ready = dig(status, "ready") is True
            # Nobody asks a debug container whether it is ready.
            said = "" if word == "debug" else ", ready" if ready else ", not ready"
            fine = ready or lead or word == "debug"
            yield Cell(f"{lead}runs{since}{said}", Tone.NORMAL if fine else Tone.WARN)
        elif isinstance(waiting := dig(state, "waiting"), dict):
            why = ": ".join(filter(None, (text(waiting, "reason"), text(waiting, "message"))))
            calm = text(waiting, "reason") in {"ContainerCreating", "PodInitializing", ""}
            yield Cell(f"{lead}waits: {why or '–'}", Tone.NORMAL if calm else Tone.WARN)
        elif isinstance(ended := dig(state, "terminated"), dict):
            yield _ended(ended, lead, now)
    count = dig(status, "restartCount")
    if isinstance(count, int) and count > 0:
        yield Cell(f"restarted {count} {'time' if count == 1 else 'times'}", Tone.WARN)


def _ended(ended: Any, lead: str, now: float) -> Cell:
    code, signal = dig(ended, "exitCode"), dig(ended, "signal")
    at = time_of(text(ended, "finishedAt"))
    parts = [
        text(ended, "reason"),
        f"signal {signal}" if signal else f"exit {code}",
        f"{humanise.duration(now - at)} ago" if at is not None else "",
        text(ended, "message"),
    ]
    words = f"{lead}ended: {', '.join(filter(None, parts))}"
    return Cell(redact(clean(words, 400)), Tone.NORMAL if code == 0 else Tone.WARN)


def resources(raw: Any) -> str:
    """Return `asks for 0.1 cores, 128 MiB · may use 0.5 cores, 512 MiB`."""
    parts = []
    for part, lead in (("requests", "asks for"), ("limits", "may use")):
        found = [_resource(name, value) for name, value in pairs(raw, part)]
        if found:
            parts.append(f"{lead} {', '.join(found)}")
    return " · ".join(parts)


def _resource(name: str, value: str) -> str:
    words = amount(name, value)
    known = name in {"cpu", "memory"}
    return words if known else f"{words} {clean(name, 60)}"


def checks(spec: Any) -> Section | None:
    """Return by what each container is checked."""
    rows: list[Row | None] = []
    for word, one in all_of(spec):
        found = [
            f"{title}: {_probe(probe)}"
            for title, part in (
                ("ready", "readinessProbe"), ("alive", "livenessProbe"), ("started", "startupProbe")
            )
            if isinstance(probe := dig(one, part), dict)
        ]  # fmt: skip
        rows.append(row(named(word, one), *found))
    return section("check", rows)


def _probe(raw: Any) -> str:
    if isinstance(http := dig(raw, "httpGet"), dict):
        scheme = "HTTPS " if text(http, "scheme") == "HTTPS" else ""
        what = f"{scheme}GET {text(http, 'path') or '/'} on port {text(http, 'port')}"
    elif isinstance(tcp := dig(raw, "tcpSocket"), dict):
        what = f"port {text(tcp, 'port')} takes a connection"
    elif isinstance(grpc := dig(raw, "grpc"), dict):
        what = f"gRPC on port {text(grpc, 'port')}"
    else:
        what = f"command {words(dig(raw, 'exec', 'command'))}"
    each, fails = text(raw, "periodSeconds") or "10", text(raw, "failureThreshold") or "3"
    limit, wait = text(raw, "timeoutSeconds") or "1", text(raw, "initialDelaySeconds")
    late = f", first after {wait}s" if wait not in {"", "0"} else ""
    return f"{what}, every {each}s within {limit}s, {fails} times before it counts{late}"


def words(raw: Any, program: Any = None) -> str:
    """Return a command as one line without the secrets that its arguments hold."""
    before = " ".join(map(str, program[:_FEW])) if isinstance(program, list) else ""
    found = masked(raw, "args", program=before[:MOST])
    if isinstance(found, list):
        return redact(" ".join(clean(str(one), 400) for one in found[:_FEW]))
    return found if isinstance(found, str) else ""


def commands(spec: Any) -> Section | None:
    """Return what each container runs, where it is not its image's own."""
    rows = []
    for word, one in all_of(spec):
        command, args = dig(one, "command"), dig(one, "args")
        line = " ".join(filter(None, (words(command), words(args, command))))
        rows.append(row(named(word, one), line, folder(one), user(one)))
    return section("command", rows)


def folder(one: Any) -> str:
    """Return where a container works."""
    place = text(one, "workingDir")
    return f"in {place}" if place else ""


def user(one: Any) -> Cell | None:
    """Return as whom a container runs, and what it may beyond others."""
    context = dig(one, "securityContext")
    if not isinstance(context, dict):
        return None
    added = [clean(str(cap), 40) for cap in items(context, "capabilities", "add")]
    parts = [
        f"as user {text(context, 'runAsUser')}" if text(context, "runAsUser") else "",
        "privileged" if flag(context, "privileged") else "",
        f"may also {', '.join(added)}" if added else "",
        "its root is read-only" if flag(context, "readOnlyRootFilesystem") else "",
    ]
    tone = Tone.WARN if flag(context, "privileged") else Tone.NORMAL
    line = ", ".join(filter(None, parts))
    return Cell(line, tone) if line else None


def ports(spec: Any) -> list[str]:
    """Return the ports that containers say they listen on."""
    found = []
    for word, one in all_of(spec):
        for port in items(one, "ports"):
            name, host = text(port, "name"), text(port, "hostPort")
            protocol = text(port, "protocol").lower() or "tcp"
            reached = f"host {host} → " if host else ""
            label = f" ({name})" if name else ""
            own = f" of {named(word, one)}"
            found.append(f"{reached}{text(port, 'containerPort')}/{protocol}{label}{own}")
    more = len(found) - MOST
    return [*found[:MOST], *([f"and {more} more"] if more > 0 else [])]


def environment(spec: Any) -> Section | None:
    """Return the names of variables and where their values come from; the values are hidden."""
    rows: list[Row | None] = []
    for _, one in all_of(spec):
        for variable in items(one, "env"):
            name = clean(str(dig(variable, "name") or "–"), 400)
            rows.append(row(name, Cell(_source(dig(variable, "valueFrom")), Tone.MUTED)))
        for source in items(one, "envFrom"):
            prefix = text(source, "prefix")
            note = f"hidden, each after {prefix}" if prefix else "hidden"
            rows += [
                row(f"all of the {kind} {_name(source, part)}", Cell(note, Tone.MUTED))
                for kind, part in (("secret", "secretRef"), ("config map", "configMapRef"))
                if dig(source, part) is not None
            ]
    return section("environment", rows)


def _name(raw: Any, part: str) -> str:
    # Where a value is kept is no secret, though text() would take it for one.
    return clean(str(dig(raw, part, "name") or "–"), 253)


def _source(raw: Any) -> str:
    for kind, part in (("secret", "secretKeyRef"), ("config map", "configMapKeyRef")):
        if isinstance(source := dig(raw, part), dict):
            # Where a value is kept is no secret; dig() leaves the word that redact() would take.
            name, key = (clean(str(dig(source, n) or ""), 253) for n in ("name", "key"))
            return f"hidden: the key {key} of the {kind} {name}"
    if isinstance(place := dig(raw, "fieldRef"), dict):
        return f"hidden: the pod's {text(place, 'fieldPath')}"
    if isinstance(place := dig(raw, "resourceFieldRef"), dict):
        return f"hidden: its {text(place, 'resource')}"
    return "hidden"


def mounts(spec: Any) -> Section | None:
    """Return what is mounted where, and each volume's source."""
    sources = {text(one, "name"): _volume(one) for one in items(spec, "volumes")}
    rows: list[Row | None] = []
    used: set[str] = set()
    for word, one in all_of(spec):
        for mount in items(one, "volumeMounts"):
            name = text(mount, "name")
            used.add(name)
            way = ", read-only" if flag(mount, "readOnly") else ""
            part = f", only {text(mount, 'subPath')}" if text(mount, "subPath") else ""
            source = sources.get(name, f"{name}, which is not there")
            rows.append(
                row(text(mount, "mountPath") or "–", f"{source}{part}{way} in {named(word, one)}")
            )
    rows.extend(row(name, f"{sources[name]}, not mounted") for name in sources if name not in used)
    return section("mounts", rows[:MOST])


def _volume(raw: Any) -> str:
    def name(*path: str) -> str:
        return clean(str(dig(raw, *path) or ""), 253)

    if dig(raw, "persistentVolumeClaim") is not None:
        return f"claim {name('persistentVolumeClaim', 'claimName')}"
    if dig(raw, "configMap") is not None:
        return f"config map {name('configMap', 'name')}"
    if dig(raw, "secret") is not None:
        return f"secret {name('secret', 'secretName')}"
    if dig(raw, "hostPath") is not None:
        return f"the host's {name('hostPath', 'path')}"
    if dig(raw, "emptyDir") is not None:
        memory = " in memory" if name("emptyDir", "medium") == "Memory" else ""
        return f"empty folder{memory}"
    if dig(raw, "projected") is not None:
        kinds = [next(iter(one), "") for one in items(raw, "projected", "sources") if one]
        return f"projected: {', '.join(clean(str(kind), 60) for kind in kinds)}"
    kind = next((str(key) for key in raw if key != "name"), "volume") if raw else "volume"
    return clean(kind, 60)
