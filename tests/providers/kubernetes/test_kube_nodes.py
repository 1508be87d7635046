"""Nodes: how they are, their versions, and what is asked of them."""

from __future__ import annotations

import json

import pytest
from kube_made import meta, pod
from kube_recorded import fill, new_scene, recorded, row_of

from fleetui.core.state import State
from fleetui.providers.kubernetes.requests import requested
from fleetui.providers.kubernetes.resources import RESOURCES, single
from fleetui.providers.kubernetes.rows import rows

READY = {"type": "Ready", "status": "True", "reason": "KubeletReady"}


def node(*conditions, version="v1.33.4", name="node-0", **spec):
    return {
        "metadata": meta(name, "", labels={
            "node.kubernetes.io/instance-type": "m7i.large", "topology.kubernetes.io/zone": "a"}),
        "spec": spec,
        "status": {
            "conditions": list(conditions),
            "nodeInfo": {"kubeletVersion": version, "osImage": "Debian 12"},
            "capacity": {"cpu": "4", "memory": "16Gi"},
            "allocatable": {"cpu": "3800m", "memory": "15Gi"},
            "addresses": [{"type": "InternalIP", "address": "10.0.0.7"},
                          {"type": "ExternalIP", "address": "203.0.113.7"}],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "state", "native", "reason"),
    [
        (node(READY), State.RUNNING, "Ready", ""),
        (node(READY, unschedulable=True), State.PAUSED, "Ready,SchedulingDisabled",
         "cordoned: it takes no new pods"),
        (node({"type": "Ready", "status": "False", "reason": "KubeletNotReady",
               "message": "network plugin is not ready"}), State.FAILED, "NotReady",
         "KubeletNotReady: network plugin is not ready"),
        (node({"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown",
               "message": "Kubelet stopped posting node status."}), State.UNKNOWN, "NotReady",
         "NodeStatusUnknown: Kubelet stopped posting node status."),
        (node(READY, {"type": "MemoryPressure", "status": "True"},
              {"type": "DiskPressure", "status": "True"}), State.DEGRADED, "Ready",
         "memory pressure; disk pressure"),
        (node(READY, version="v1.29.1"), State.DEGRADED, "Ready",
         "kubelet v1.29.1 is 4 minor versions behind the server's v1.33.4"),
        (node(READY, version="v1.34.0"), State.DEGRADED, "Ready",
         "kubelet v1.34.0 is newer than the server's v1.33.4"),
        (node(READY, version="v1.30.9"), State.RUNNING, "Ready", ""),
        (node(), State.UNKNOWN, "Unknown", "its kubelet has told nothing yet"),
    ],
)  # fmt: skip
def test_how_a_node_is(made, state, native, reason):
    scene = new_scene()
    fill(scene, "nodes", [made])
    row = row_of(scene, "compute", "node/node-0")
    assert (row.state, row.native_state, row.reason) == (state, native, reason)


def test_what_a_node_is():
    scene = new_scene()
    fill(scene, "nodes", [node(READY)])
    row = row_of(scene, "compute", "node/node-0")
    assert (row.size, row.zone, row.cores, row.memory_limit) == ("m7i.large", "a", 4, 15 * 2**30)
    assert (row.address, row.private_address) == ("203.0.113.7", "10.0.0.7")
    assert (row.ref.scope, row.ref.uid) == ("blue", "node-0")


def asking(name, cpu, memory, **more):
    made = pod(name, **more)
    made["spec"]["containers"][0]["resources"] = {"requests": {"cpu": cpu, "memory": memory}}
    return made


def test_what_is_asked_of_a_node_by_pods_that_are_not_over():
    scene = new_scene()
    fill(scene, "nodes", [node(READY)])
    assert row_of(scene, "compute", "node/node-0").requested_cpu is None
    pods = [asking("a", "250m", "1Gi"), asking("b", "100m", "1Gi"),
            asking("over", "1", "1Gi", phase="Succeeded"),
            asking("elsewhere", "1", "1Gi", node="node-1")]  # fmt: skip
    fill(scene, "pods", pods)
    row = row_of(scene, "compute", "node/node-0")
    assert (row.requested_cpu, row.requested_memory) == (0.35, 2 * 2**30)
    pods[0]["status"]["phase"] = "Failed"
    fill(scene, "pods", pods[:1])
    scene.drop("pods", pods[1]["metadata"]["uid"])
    row = row_of(scene, "compute", "node/node-0")
    assert (row.requested_cpu, row.requested_memory) == (0.0, 0)


def test_a_real_clusters_nodes_are_asked_for_what_their_pods_sum_up_to():
    scene = recorded()
    for row in rows(scene, "compute"):
        pods = [p for p in scene.tables["pods"].values() if p.spec.node_name == row.name
                and p.status.phase not in {"Succeeded", "Failed"}]  # fmt: skip
        assert row.requested_cpu == pytest.approx(
            sum(requested(p.spec).get("cpu", 0.0) for p in pods)
        )


@pytest.mark.parametrize(
    ("init", "cpu"),
    [
        ([], 0.5),
        ([("i", "2", "")], 2.0),
        ([("i", "100m", "")], 0.5),
        ([("s", "1", "Always")], 1.5),
        ([("s", "1", "Always"), ("i", "2", "")], 3.0),
        ([("i", "2", ""), ("s", "1", "Always")], 2.0),
    ],
)
def test_init_containers_count_by_the_largest_and_sidecars_with_all(init, cpu):
    made = asking("a", "500m", "1Gi")
    made["spec"]["initContainers"] = [
        {"name": name, "restartPolicy": policy or None, "resources": {"requests": {"cpu": amount}}}
        for name, amount, policy in init
    ]
    thing = single(RESOURCES["pods"], json.dumps(made).encode())
    assert requested(thing.spec)["cpu"] == cpu
