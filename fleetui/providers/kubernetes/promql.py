"""What pods and nodes use, asked of a Prometheus that scrapes the cluster. Pure: texts and answers.

The series are cAdvisor's, as every kubelet serves them; of nodes the node exporter's will do, too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from fleetui.core.query import QueryResult
from fleetui.providers.kubernetes.shapes.base import Meta
from fleetui.providers.kubernetes.shapes.metrics import ContainerMetrics, NodeMetrics, PodMetrics

SPAN = "3m"
"""CPU is that between the last two scrapes, as metrics.k8s.io has it, if they are not older."""
MOST_NAMED = 200
"""Of more pods than that, all of their namespaces are asked for."""
_CPU, _MEMORY = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
_POD = "namespace, pod"
_EACH = f"{_POD}, container"


def of_pods(pods: Collection[tuple[str, str]], labels: Mapping[str, str]) -> tuple[str, str]:
    """Return what asks for the CPU and for the memory of (namespace, name) pods.

    Of each container, or of the pod where only its own group is measured. `labels` are those by
    which this cluster's series are known from others'. Two scrapers of one pod count once.
    """
    names = {name for _, name in pods}
    match = [_equal(labels), _among("namespace", {space for space, _ in pods})]
    if len(names) <= MOST_NAMED:
        match.append(_among("pod", names))
    of = ",".join(filter(None, match))

    def ask(value: str) -> str:
        each = value.format(f'{of},container!="",container!="POD"')
        whole = value.format(f'{of},container=""')
        return f"max by ({_EACH}) ({each}) or on ({_POD}) max by ({_EACH}) ({whole})"

    return ask(f"irate({_CPU}{{{{{{}}}}}}[{SPAN}])"), ask(f"{_MEMORY}{{{{{{}}}}}}")


def of_nodes(names: Collection[str], labels: Mapping[str, str]) -> tuple[str, str]:
    """Return what asks for the CPU and for the memory of nodes.

    By the kubelet's own group, else the node exporter, else the sum of the node's containers.
    """
    same = _equal(labels)
    more = f",{same}" if same else ""
    node, nodename = _among("node", names), _among("nodename", names)
    host = f"max by (instance, nodename) (node_uname_info{{{nodename}{more}}})"

    def exported(value: str) -> str:
        joined = f"({value}) * on (instance) group_left (nodename) {host}"
        return f'max by (node) (label_replace({joined}, "node", "$1", "nodename", "(.*)"))'

    def ask(value: str, other: str) -> str:
        root = value.format(f'{node},id="/"{more}')
        pods = value.format(f'{node},container!="",container!="POD"{more}')
        inner = f"max by (node, {_EACH}) ({pods})"
        return " or ".join((f"max by (node) ({root})", exported(other), f"sum by (node) ({inner})"))

    busy = f'irate(node_cpu_seconds_total{{mode!~"idle|iowait|steal"{more}}}[{SPAN}])'
    held = (
        f"max by (instance) (node_memory_MemTotal_bytes{{{same}}})"
        f" - on (instance) max by (instance) (node_memory_MemAvailable_bytes{{{same}}})"
    )
    cpu = ask(f"irate({_CPU}{{{{{{}}}}}}[{SPAN}])", f"sum by (instance) ({busy})")
    return cpu, ask(f"{_MEMORY}{{{{{{}}}}}}", held)


def pods_in(cpu: QueryResult, memory: QueryResult) -> Iterator[PodMetrics]:
    """Yield what was measured, in the form in which metrics.k8s.io tells it."""
    found: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for word, answer in (("cpu", cpu), ("memory", memory)):
        for labels, amount in _amounts(answer):
            key = labels.get("namespace", ""), labels.get("pod", "")
            used = found.setdefault(key, {}).setdefault(labels.get("container", ""), {})
            used[word] = amount
    for (space, name), each in found.items():
        containers = [ContainerMetrics(name=one, usage=used) for one, used in each.items()]
        yield PodMetrics(metadata=Meta(name=name, namespace=space), containers=containers)


def nodes_in(cpu: QueryResult, memory: QueryResult) -> Iterator[NodeMetrics]:
    """Yield what was measured of nodes."""
    found: dict[str, dict[str, str]] = {}
    for word, answer in (("cpu", cpu), ("memory", memory)):
        for labels, amount in _amounts(answer):
            found.setdefault(labels.get("node", ""), {})[word] = amount
    for name, used in found.items():
        yield NodeMetrics(metadata=Meta(name=name), usage=used)


def _amounts(answer: QueryResult) -> Iterator[tuple[dict[str, str], str]]:
    for one in answer.series:
        if one.last is not None and math.isfinite(one.last) and one.last >= 0:
            yield dict(one.labels), f"{one.last:.9f}"


def _equal(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_quoted(value)}"' for name, value in sorted(labels.items()))


def _among(label: str, names: Collection[str]) -> str:
    # A dot is the only sign in these names that means something in a pattern.
    return f'{label}=~"{"|".join(_quoted(one).replace(".", "[.]") for one in sorted(names))}"'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
