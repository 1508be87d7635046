"""Which columns each kind has, which of them a table shows, and how it is sorted."""

from __future__ import annotations

from dataclasses import replace

from fleetui.core import cells, humanise
from fleetui.core.cells import ago, count, measure, text
from fleetui.core.columns import Column, Tone, Unit
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Container
from fleetui.core.state import SEVERITY_RANK

STATE = Column(
    "state", "STATE", cells.state_rank, cells.state_cell, priority=1, min_width=10, max_width=12,
    doc="how it is, the worst first when sorted",
)  # fmt: skip
NAME = text("name", "NAME", "ref.name", priority=1, width=44, min_width=12, doc="its name")
UNIT = text("unit", "UNIT", "ref.short", priority=1, width=36, min_width=12, doc="kind and name")
WHERE = Column(
    "where", "WHERE", lambda o: f"{o.ref.provider} {o.ref.scope}", cells.where_cell, priority=4,
    max_width=24, doc="provider and scope, marked where it is production",
)  # fmt: skip
PROVIDER = text(
    "provider", "PROVIDER", "ref.provider", tone=Tone.MUTED, priority=6, doc="the back end's word"
)
SCOPE = Column(
    "scope", "SCOPE", lambda o: o.ref.scope, cells.scope_cell, priority=4, min_width=12,
    max_width=24,
    doc="account, host or cluster, marked where it is production: for panes of one provider",
)  # fmt: skip
KIND = text("kind", "KIND", "ref.kind", tone=Tone.MUTED, priority=6, doc="the back end's kind")
UID = text("uid", "ID", "ref.uid", tone=Tone.MUTED, priority=8, width=20, doc="the back end's id")
NATIVE = text("native", "NATIVE", "native_state", tone=Tone.MUTED, priority=8, doc="its own word")
WHY = Column(
    "why", "WHY", lambda o: o.reason, cells.reason_cell, priority=2, min_width=14, max_width=200,
    grow=True, enough=32, doc="why it is not well, or what is under way",
)  # fmt: skip
AGE = ago("age", "AGE", "created", priority=5, doc="since it was made")
CPU = Column(
    "cpu", "CPU", lambda o: o.cpu, cells.cpu_cell, Unit.SHARE, True, 3, 5, 13,
    doc="share of one core, with the recent past",
)  # fmt: skip
MEM = Column(
    "mem", "MEM", lambda o: o.memory, cells.memory_cell, Unit.BYTES, True, 4, 6, 9,
    doc="bytes in use",
)  # fmt: skip
READY = Column(
    "ready", "READY", cells.ready_value, cells.ready_cell, Unit.SHARE, False, 1, 11, 15,
    doc="members ready of those wanted",
)  # fmt: skip
RANGE = Column(
    "range", "RANGE", lambda o: o.max, cells.range_cell, Unit.COUNT, False, 5, 8, 10,
    doc="the bounds; ⇅ where an autoscaler owns the number",
)  # fmt: skip
PORTS = Column(
    "ports", "PORTS", lambda o: " ".join(cells.port_text(p) for p in o.ports), cells.ports_cell,
    priority=5, max_width=26, doc="as reached → as it listens",
)  # fmt: skip
SEVERITY = Column(
    "severity", "SEVERITY", lambda o: SEVERITY_RANK[o.severity], cells.severity_cell, priority=2,
    min_width=8, max_width=9, doc="how loud, the loudest first when sorted",
    words=lambda o: o.severity,
)  # fmt: skip
IMAGE = Column(
    "image", "IMAGE", lambda o: o.image, cells.image_cell, priority=5, max_width=34,
    doc="image it runs, without its registry",
)  # fmt: skip
SUBJECT = Column(
    "subject", "SUBJECT", lambda o: o.subject, cells.subject_cell, priority=2, min_width=13,
    max_width=36,
    doc="what it happened to",
)  # fmt: skip
_LIMIT = measure(
    "limit", humanise.size, Unit.BYTES, get="memory_limit", priority=7, doc="memory limit"
)
_SIZE = measure("size", humanise.size, Unit.BYTES, priority=3, doc="bytes on disk")
_USED = count("used_by", "USED BY", priority=3, doc="containers that use it")
_COMMON = (STATE, NAME, UNIT, WHERE, PROVIDER, SCOPE, KIND, UID, NATIVE, WHY, AGE)


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of one kind by name; `shown` and `wide` name those of a table."""

    columns: dict[str, Column]
    shown: tuple[str, ...]
    wide: tuple[str, ...]
    sort: str = "state"


def _table(own: tuple[Column, ...], shown: str, wide: str = "", sort: str = "state") -> Table:
    columns = {c.name: c for c in (*_COMMON, *own)}
    names = tuple(shown.split())
    return Table(columns, names, tuple(dict.fromkeys((*names, *wide.split()))), sort)


def _ready_of(pod: Container) -> str:
    """Return `1/2` for a pod; nothing for a single container."""
    return "" if pod.total is None else f"{pod.ready or 0}/{pod.total}"


TABLES: dict[str, Table] = {
    "compute": _table(
        (
            CPU,
            MEM,
            _LIMIT,
            text("size", priority=5, width=16, doc="machine type"),
            text("zone", tone=Tone.MUTED, priority=7, width=16, doc="zone or region"),
            text("address", priority=5, width=20, doc="public address"),
            text("private", "PRIVATE", "private_address", priority=7, doc="private address"),
            text("image", tone=Tone.MUTED, priority=8, doc="what it was made from"),
            count("cores", priority=8, doc="virtual cores"),
            measure("disk", humanise.percent, Unit.SHARE, priority=5, doc="fullest file system"),
            ago("up", "UP", "started", priority=6, doc="since it was started"),
            measure(
                "req_cpu",
                humanise.number,
                Unit.COUNT,
                "CPU REQ",
                get="requested_cpu",
                priority=6,
                doc="cores that are asked for",
            ),
            measure(
                "req_mem",
                humanise.size,
                Unit.BYTES,
                "MEM REQ",
                get="requested_memory",
                priority=6,
                doc="memory that is asked for",
            ),
        ),
        "state name where size cpu mem address age why",
        "zone private cores disk req_cpu req_mem image kind uid native",
    ),
    "containers": _table(
        (
            CPU,
            MEM,
            _LIMIT,
            PORTS,
            IMAGE,
            text("ready", "READY", _ready_of, priority=5, width=7, doc="a pod's containers ready"),
            text("command", tone=Tone.MUTED, priority=9, doc="what it runs"),
            text("project", tone=Tone.MUTED, priority=7, width=16, doc="compose project"),
            text("node", tone=Tone.MUTED, priority=8, width=20, doc="where it runs"),
            count("restarts", priority=5, doc="times it was restarted"),
            count("exit", "EXIT", "exit_code", priority=8, doc="last exit code"),
            ago("up", "UP", "started", priority=4, doc="since it was started"),
        ),
        "state name where image cpu mem ports restarts up why",
        "ready project node limit exit command uid native age",
    ),
    "images": _table(
        (
            _SIZE,
            _USED,
            measure(
                "shared", humanise.size, Unit.BYTES, get="shared_size", doc="shared with others"
            ),
            text("tags", "TAGS", lambda o: " ".join(o.tags), priority=1, width=50, doc="its tags"),
            count("layers", priority=6, doc="layers"),
        ),
        "state name where size used_by layers age why",
        "tags uid",
        sort="name",
    ),
    "volumes": _table(
        (
            _SIZE,
            _USED,
            text("driver", tone=Tone.MUTED, priority=5, width=12, doc="volume driver"),
            text("mountpoint", tone=Tone.MUTED, priority=8, doc="where it lies on the host"),
            text("project", tone=Tone.MUTED, priority=6, width=16, doc="compose project"),
        ),
        "state name where driver size used_by project age why",
        "mountpoint",
        sort="name",
    ),
    "networks": _table(
        (
            _USED,
            text("driver", tone=Tone.MUTED, priority=5, width=12, doc="network driver"),
            text("subnets", "SUBNETS", lambda o: " ".join(o.subnets), priority=3, doc="addresses"),
            text("project", tone=Tone.MUTED, priority=6, width=16, doc="compose project"),
            text(
                "internal",
                "INTERNAL",
                lambda o: "yes" if o.internal else "",
                priority=7,
                doc="no way out",
            ),
        ),
        "state name where driver subnets used_by project age why",
        "internal uid",
        sort="name",
    ),
    "capacity": _table(
        (
            CPU,
            MEM,
            READY,
            RANGE,
            text("revision", "REV", priority=5, width=14, doc="what it runs now"),
            text("autoscaler", tone=Tone.MUTED, priority=7, width=20, doc="who owns the number"),
            count("desired", priority=7, doc="members wanted"),
            count("running", priority=8, doc="members running"),
            count("pending", priority=8, doc="members not there yet"),
            text("rollout", tone=Tone.ACCENT, priority=7, width=30, doc="change under way"),
        ),
        "state unit where ready range revision cpu why",
        "desired running pending autoscaler mem age native",
    ),
    "services": _table(
        (
            PORTS,
            READY,
            text("type", "TYPE", priority=4, width=14, min_width=9, doc="how it is reached"),
            text("address", priority=5, width=24, doc="its address"),
        ),
        "state unit where type ports ready why",
        "address age native",
    ),
    "alerts": _table(
        (
            SEVERITY,
            text("summary", "SUMMARY", priority=2, width=200, grow=True, doc="what it says"),
            text("expression", "EXPR", priority=8, width=60, doc="the rule's expression"),
            measure("value", humanise.number, Unit.COUNT, priority=4, doc="its value"),
            ago("since", "SINCE", "since", priority=2, doc="since when"),
        ),
        "state name severity since summary",
        "where value expression why",
    ),
    "targets": _table(
        (
            text("job", priority=2, width=20, doc="scrape job"),
            text("url", tone=Tone.MUTED, priority=5, width=50, doc="what is scraped"),
            ago("scraped", "SCRAPED", "last_scrape", priority=3, doc="since the last scrape"),
            measure(
                "scrape_s",
                lambda v: f"{humanise.number((v or 0) * 1000)} ms",
                Unit.SECONDS,
                "TOOK",
                priority=5,
                doc="how long the last scrape took",
            ),
        ),
        "state name job where scraped scrape_s url why",
        "native",
    ),
    "rollouts": _table(
        (
            text("action", "ACTION", priority=1, width=10, doc="what is done"),
            SUBJECT,
            Column(
                "change",
                "CHANGE",
                lambda o: o.after,
                cells.change_cell,
                priority=2,
                min_width=9,
                max_width=40,
                doc="from what to what",
                enough=9,
            ),
            Column(
                "updated",
                "DONE",
                lambda o: o.updated,
                cells.updated_cell,
                Unit.COUNT,
                priority=3,
                doc="members that are as they should be",
            ),
            measure("ready", humanise.number, Unit.COUNT, priority=6, doc="members that are ready"),
            text("gate", priority=5, width=30, doc="what its gate says"),
            text("who", tone=Tone.MUTED, priority=7, width=24, doc="who asked for it"),
            ago("started", "SINCE", "started", priority=2, doc="since it began"),
            ago("ended", "ENDED", "ended", priority=6, doc="since it ended"),
            replace(WHY, enough=16),
        ),
        "state action subject change updated gate started why",
        "ready who ended name",
        sort="-started",
    ),
    "forwards": _table(
        (
            text("local", "LOCAL", priority=1, width=24, min_width=14, doc="the port here"),
            text("to", "TO", priority=1, width=44, min_width=12, doc="what it leads to"),
            text("member", "POD", priority=3, width=44, min_width=10, doc="who answers now"),
            Column(
                "connections",
                "OPEN",
                lambda o: o.connections,
                cells.connections_cell,
                Unit.COUNT,
                True,
                3,
                4,
                11,
                doc="connections now, of all since it was opened",
            ),
            Column(
                "bytes",
                "BYTES ↑↓",
                lambda o: o.sent + o.received,
                cells.carried_cell,
                Unit.BYTES,
                True,
                4,
                9,
                20,
                doc="bytes sent to it, and received from it",
            ),
            text("url", tone=Tone.MUTED, priority=8, width=40, doc="what to open"),
            text("who", tone=Tone.MUTED, priority=8, width=24, doc="who opened it"),
            ago("started", "SINCE", "started", priority=4, doc="since it was opened"),
            replace(WHY, enough=16),
        ),
        "local to member state connections bytes started why",
        "url who",
        sort="started",
    ),
    "events": _table(
        (
            SEVERITY,
            ago("when", "WHEN", "time", priority=1, doc="how long ago"),
            SUBJECT,
            text(
                "message",
                "WHAT",
                priority=1,
                width=200,
                min_width=16,
                grow=True,
                doc="what happened",
            ),
            count("count", "TIMES", priority=6, doc="how often"),
        ),
        "when severity subject message",
        "where count",
        sort="-when",
    ),
}
