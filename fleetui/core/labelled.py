"""What the labels of an alert or a scrape target say that it is about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from fleetui.core.objects import CapacityUnit, Container, Instance, Resource, Service

_COMPOSE = "container_label_com_docker_compose_"
_UNITS = {
    "deployment": "deploy", "statefulset": "sts", "daemonset": "ds",
    "autoscaling_group_name": "asg", "ecs_service": "ecs",
}  # fmt: skip
_Test = Callable[[Resource], bool]


def subjects(labels: Mapping[str, str], rows: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return the one thing that labels name, by the most exact of them; nothing where in doubt."""
    tests = list(_tests(labels))
    if not tests:
        return ()
    found: list[list[Resource]] = [[] for _ in tests]
    for row in rows:
        for hits, test in zip(found, tests, strict=True):
            if test(row):
                hits.append(row)
    for hits in found:
        there = {row.ref: row for row in hits}
        if len(there) == 1:
            return tuple(there.values())
    return ()


def _tests(labels: Mapping[str, str]) -> Iterator[_Test]:
    """Yield what the thing would have to be, the most exact first."""
    space = labels.get("namespace") or labels.get("exported_namespace") or ""
    pod = labels.get("pod") or labels.get("pod_name") or ""
    project, service = labels.get(f"{_COMPOSE}project"), labels.get(f"{_COMPOSE}service")
    name = labels.get("container_name") or labels.get("name") or labels.get("container") or ""
    host = (labels.get("instance") or "").rpartition(":")[0] or labels.get("instance") or ""
    node = labels.get("node") or labels.get("nodename") or host
    if pod:
        yield lambda row: isinstance(row, Container) and row.name == pod and _within(row, space)
    elif name:
        # cAdvisor's `name` is a container's; with a pod it is only a part of that.
        yield lambda row: isinstance(row, Container) and row.name == name
    for label, kind in _UNITS.items():
        if value := labels.get(label):
            yield _unit(kind, value, space)
    if project and service:
        yield _unit("compose", f"{project}/{service}", "")
    if value := labels.get("service"):
        yield lambda row: isinstance(row, Service) and row.name == value and _within(row, space)
    if node:
        yield lambda row: isinstance(row, Instance) and node in _names(row)
    if host:
        yield lambda row: isinstance(row, Container) and row.name == host


def _unit(kind: str, name: str, space: str) -> _Test:
    def test(row: Resource) -> bool:
        same = row.ref.kind == kind and row.name == name
        return same and isinstance(row, CapacityUnit) and _within(row, space)

    return test


def _within(row: Resource, space: str) -> bool:
    return not space or row.ref.scope.rpartition("/")[2] == space


def _names(row: Instance) -> tuple[str, ...]:
    return row.name, row.address, row.private_address
