"""Describes things of an engine from its own documents: pure functions, whatever those hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.describe import pairs_section, when
from fleetui.core.description import Description, Row, Section, description, row, section
from fleetui.core.secrets import instruction, masked, redact, shown
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.times import time_of
from fleetui.providers.documents import dig

_MOST = 200
_CHECKS = 3
_COMPOSE = "com.docker.compose."


def _text(raw: Any, *names: str) -> str:
    found = dig(raw, *names)
    return redact(clean(str(found), 1000)) if isinstance(found, str | int | float) else ""


def _items(raw: Any, *names: str) -> list[Any]:
    found = dig(raw, *names)
    return found[:_MOST] if isinstance(found, list) else []


def _pairs(raw: Any, *names: str) -> list[tuple[str, str]]:
    found = dig(raw, *names)
    if not isinstance(found, Mapping):
        return []
    return sorted((str(k), str(v if v is not None else "")) for k, v in found.items())


def _bytes(raw: Any, *names: str) -> str:
    found = dig(raw, *names)
    return humanise.size(found) if isinstance(found, int) and found > 0 else ""


def _time(raw: Any, now: float, *names: str) -> Cell | None:
    time = time_of(dig(raw, *names))
    return None if time is None else when(time, now)


def words(raw: Any, program: Any = None) -> str:
    """Return a command as one line without the secrets that its arguments hold.

    `program` is the entrypoint before it: some flags are secrets to some programs only.
    """
    before = " ".join(map(str, program)) if isinstance(program, list) else str(program or "")
    masked_words = masked(raw, "Args", program=before[:_MOST])
    if isinstance(masked_words, list):
        return redact(" ".join(clean(str(one), 400) for one in masked_words[:_MOST]))
    return masked_words if isinstance(masked_words, str) else ""


def environment(raw: Iterable[Any]) -> Section | None:
    """Return the names of variables; their values are nobody's business."""
    names = sorted({clean(str(one).partition("=")[0], 400) for one in raw})
    return section("environment", (row(name or "–", Cell("hidden", Tone.MUTED)) for name in names))


def container(raw: Any, now: float) -> Description:
    """Return one container from its inspection."""
    state, host, config = dig(raw, "State"), dig(raw, "HostConfig"), dig(raw, "Config")
    running = dig(state, "Running") is True
    code = dig(state, "ExitCode")
    labels = _pairs(config, "Labels")
    return description(
        (
            section("state", (
                row("exit code", None if running or not isinstance(code, int) else code,
                    tone=Tone.NORMAL if code == 0 else Tone.WARN),
                row("out of memory", "yes: the kernel ended it", tone=Tone.CRITICAL)
                if dig(state, "OOMKilled") is True else None,
                row("error", _text(state, "Error"), tone=Tone.CRITICAL),
                row("restart policy", _policy(host)),
                row("restarts", dig(raw, "RestartCount")
                    if isinstance(dig(raw, "RestartCount"), int) else None),
                row("started", _time(state, now, "StartedAt")),
                row("finished", None if running else _time(state, now, "FinishedAt")),
                row("process", dig(state, "Pid") or None),
                row("logs to", _text(host, "LogConfig", "Type")),
            )),
            _limits(host),
            _check(state, config, now),
            _container_network(raw, host),
            section("mounts", map(_mount, _items(raw, "Mounts"))),
            environment(_items(config, "Env")),
            section("command", (
                row("entrypoint", words(dig(config, "Entrypoint"))),
                row("command", words(dig(config, "Cmd"), dig(config, "Entrypoint"))),
                row("working folder", _text(config, "WorkingDir")),
                row("user", _text(config, "User")),
                row("privileged", "yes", tone=Tone.WARN)
                if dig(host, "Privileged") is True else None,
                row("may also", *map(str, _clean_items(host, "CapAdd"))),
                row("read-only", "yes" if dig(host, "ReadonlyRootfs") is True else None),
            )),
            section("image", (
                row("image", _text(config, "Image")), row("image id", _text(raw, "Image")),
                row("platform", _text(raw, "Platform")),
            )),
            _compose(labels),
            pairs_section("labels", labels),
        ),
        masked(raw),
    )  # fmt: skip


def _clean_items(raw: Any, *names: str) -> list[str]:
    return [redact(clean(str(one), 400)) for one in _items(raw, *names)]


def _policy(host: Any) -> str:
    name, most = (
        _text(host, "RestartPolicy", "Name"),
        dig(host, "RestartPolicy", "MaximumRetryCount"),
    )
    return f"{name}, {most} times at most" if name == "on-failure" and most else name


def _limits(host: Any) -> Section | None:
    nano, quota, period = dig(host, "NanoCpus"), dig(host, "CpuQuota"), dig(host, "CpuPeriod")
    cpus = ""
    if isinstance(nano, int) and nano > 0:
        cpus = f"{nano / 1e9:g} cores"
    elif isinstance(quota, int) and quota > 0:
        cpus = f"{quota / (period if isinstance(period, int) and period > 0 else 100_000):g} cores"
    pids = dig(host, "PidsLimit")
    return section("limits", (
        row("memory limit", _bytes(host, "Memory") or Cell("none", Tone.MUTED)),
        row("memory reserved", _bytes(host, "MemoryReservation")),
        row("cpu limit", cpus or Cell("none", Tone.MUTED)),
        row("cpu shares", dig(host, "CpuShares") or None),
        row("processes", pids if isinstance(pids, int) and pids > 0 else None),
    ))  # fmt: skip


def _check(state: Any, config: Any, now: float) -> Section | None:
    health = dig(state, "Health")
    runs = dig(health, "Log")
    rows: list[Row | None] = [
        row("check", words(dig(config, "Healthcheck", "Test"))),
        row("says", _text(health, "Status"),
            tone=Tone.WARN if dig(health, "Status") == "unhealthy" else Tone.NORMAL),
        row("failing streak", dig(health, "FailingStreak") or None, tone=Tone.WARN),
    ]  # fmt: skip
    for run in reversed(runs[-_CHECKS:] if isinstance(runs, list) else []):
        time = time_of(dig(run, "End"))
        code = dig(run, "ExitCode")
        tone = Tone.NORMAL if code == 0 else Tone.WARN
        output = str(dig(run, "Output") or "").strip().splitlines()[-5:]
        name = f"{humanise.age(now - time)} ago" if time else "run"
        said = [Cell(redact(clean(line, 400)), tone) for line in output if line.strip()]
        rows.append(row(name, Cell(f"exit {clean(str(code), 20)}", tone), *said))
    return section("check", rows)


def _container_network(raw: Any, host: Any) -> Section | None:
    rows: list[Row | None] = [
        row("mode", _text(host, "NetworkMode")),
        row("host name", _text(raw, "Config", "Hostname")),
    ]
    networks = dig(raw, "NetworkSettings", "Networks")
    for name, place in list(networks.items())[:_MOST] if isinstance(networks, Mapping) else ():
        address = " ".join(
            filter(None, (_text(place, "IPAddress"), _text(place, "GlobalIPv6Address")))
        )
        aliases = ", ".join(_clean_items(place, "Aliases"))
        rows.append(row(clean(str(name), 200), address or Cell("no address", Tone.MUTED),
                        f"as {aliases}" if aliases else None))  # fmt: skip
    bindings = dig(raw, "NetworkSettings", "Ports")
    published = []
    for port, places in list(bindings.items())[:_MOST] if isinstance(bindings, Mapping) else ():
        reached = [f"{_text(p, 'HostIp') or '*'}:{_text(p, 'HostPort')}" for p in places or ()
                   ] if isinstance(places, list) else []  # fmt: skip
        published.append(f"{', '.join(reached)} → {clean(str(port), 40)}" if reached
                         else f"{clean(str(port), 40)}, not published")  # fmt: skip
    rows.append(row("ports", *published))
    rows.append(row("name servers", *_clean_items(host, "Dns")))
    return section("network", rows)


def _mount(raw: Any) -> Row | None:
    kind, name = _text(raw, "Type"), _text(raw, "Name")
    source = name or _text(raw, "Source")
    way = "" if dig(raw, "RW") is not False else ", read-only"
    return row(_text(raw, "Destination") or "–", f"{kind} {source}{way}".strip())


def _compose(labels: list[tuple[str, str]]) -> Section | None:
    known = dict(labels)
    titles = {"project": "project", "service": "service", "container-number": "number",
              "project.working_dir": "folder", "project.config_files": "files",
              "version": "compose"}  # fmt: skip
    return section("compose", (
        row(title, shown(key, known.get(_COMPOSE + key, ""))) for key, title in titles.items()
    ))  # fmt: skip


def image(raw: Any, history: Any, users: Iterable[str], now: float) -> Description:
    """Return an image from its inspection, its history and the containers made from it."""
    config = dig(raw, "Config")
    layers = []
    made_for = filter(None, (_text(raw, "Os"), _text(raw, "Architecture")))
    for step in history[:_MOST] if isinstance(history, list) else ():
        by = instruction(str(dig(step, "CreatedBy") or "")) or "–"
        size = dig(step, "Size")
        layers.append(
            row(
                humanise.size(size if isinstance(size, int) else 0),
                by.removeprefix("/bin/sh -c #(nop) ").strip(),
            )
        )
    return description(
        (
            section("state", (
                row("created", _time(raw, now, "Created")),
                row("size", _bytes(raw, "Size")),
                row("made for", "/".join(made_for)),
                row("author", _text(raw, "Author")),
            )),
            section("image", (
                row("tags", *_clean_items(raw, "RepoTags")),
                row("digests", *_clean_items(raw, "RepoDigests")),
                row("layers", len(_items(raw, "RootFS", "Layers")) or None),
            )),
            section("used by", (row("containers", *users),)),
            section("command", (
                row("entrypoint", words(dig(config, "Entrypoint"))),
                row("command", words(dig(config, "Cmd"), dig(config, "Entrypoint"))),
                row("working folder", _text(config, "WorkingDir")),
                row("user", _text(config, "User")),
                row("listens on", *(clean(str(p), 40) for p in dig(config, "ExposedPorts") or ())),
            )),
            environment(_items(config, "Env")),
            section("history", layers),
            pairs_section("labels", _pairs(config, "Labels")),
        ),
        masked(raw),
    )  # fmt: skip


def volume(raw: Any, users: Iterable[str], now: float) -> Description:
    """Return a volume and who mounts it."""
    return description(
        (
            section("state", (
                row("driver", _text(raw, "Driver")), row("mountpoint", _text(raw, "Mountpoint")),
                row("created", _time(raw, now, "CreatedAt")),
                row("size", _bytes(raw, "UsageData", "Size")), row("reach", _text(raw, "Scope")),
            )),
            pairs_section("options", _pairs(raw, "Options")),
            section("used by", (row("containers", *users),)),
            pairs_section("labels", _pairs(raw, "Labels")),
        ),
        masked(raw),
    )  # fmt: skip


def network(raw: Any, now: float) -> Description:
    """Return a network, its addresses and what is attached to it."""
    inside = dig(raw, "Containers")
    attached = [
        row(_text(one, "Name") or short_id(clean(str(uid), 80)),
            _text(one, "IPv4Address"), _text(one, "IPv6Address"), _text(one, "MacAddress"))
        for uid, one in (list(inside.items())[:_MOST] if isinstance(inside, Mapping) else ())
    ]  # fmt: skip
    ranges = [_range(one) for one in _items(raw, "IPAM", "Config")]
    return description(
        (
            section("state", (
                row("driver", _text(raw, "Driver")), row("reach", _text(raw, "Scope")),
                row("created", _time(raw, now, "Created")),
                row("internal", "yes" if dig(raw, "Internal") is True else "no"),
            )),
            section("network", (row("ranges", *ranges),)),
            section("attached", attached),
            pairs_section("options", _pairs(raw, "Options")),
            pairs_section("labels", _pairs(raw, "Labels")),
        ),
        masked(raw),
    )  # fmt: skip


def _range(raw: Any) -> str:
    gateway = _text(raw, "Gateway")
    return f"{_text(raw, 'Subnet')}{f' by way of {gateway}' if gateway else ''}"


def unit(found: Iterable[Any], missing: int, now: float) -> Description:
    """Return a compose service from the inspections of its members."""
    documents = list(found)
    members = []
    for raw in documents:
        name = _text(raw, "Name").removeprefix("/") or short_id(_text(raw, "Id"))
        status, health = _text(raw, "State", "Status"), _text(raw, "State", "Health", "Status")
        code, restarts = dig(raw, "State", "ExitCode"), dig(raw, "RestartCount")
        said = [status, health, f"exit {code}" if status not in {"running", ""} else "",
                f"restarted {restarts} times" if restarts else ""]  # fmt: skip
        wrong = (
            health == "unhealthy"
            or status in {"restarting", "dead"}
            or (status == "exited" and code)
        )
        tone = Tone.WARN if wrong else Tone.NORMAL
        members.append(row(name, Cell(", ".join(filter(None, said)), tone),
                           _time(raw, now, "State", "StartedAt")))  # fmt: skip
    if missing:
        members.append(row("more", Cell(f"{missing} more members are not shown", Tone.MUTED)))
    first = documents[0] if documents else None
    host, config = dig(first, "HostConfig"), dig(first, "Config")
    return description(
        (
            section("state", (row("restart policy", _policy(host)),)),
            _limits(host),
            section("mounts", map(_mount, _items(first, "Mounts"))),
            environment(_items(config, "Env")),
            section("command", (
                row("entrypoint", words(dig(config, "Entrypoint"))),
                row("command", words(dig(config, "Cmd"), dig(config, "Entrypoint"))),
            )),
            _compose(_pairs(config, "Labels")),
            section("members", members),
        ),
        masked(documents),
    )  # fmt: skip
