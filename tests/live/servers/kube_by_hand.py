"""A cluster to look at by hand, with one workload of each kind and fate."""

from __future__ import annotations

import argparse
import signal
import time

from . import kube_objects as objects
from .kubernetes import KubeCluster

_EVERY_S = 3600.0


def fill(cluster: KubeCluster, pods: int = 0) -> None:
    """Create the namespace `shop`; with `pods`, as many more in `crowd`."""
    shop = "shop"
    selectorless = objects.service(shop, "by-hand")
    del selectorless["spec"]["selector"]
    outside = objects.named("Service", "outside", shop)
    outside["spec"] = {"type": "ExternalName", "externalName": "db.example.com"}
    cluster.api.create(
        objects.namespace(shop),
        objects.deployment(shop, "web", 3),
        objects.service(shop, "web"),
        objects.autoscaler(shop, "web", 2, 6),
        objects.budget(shop, "web", 2),
        objects.ingress(shop, "front", "shop.example.com", "web"),
        *(
            objects.deployment(shop, fate, 2, fate=fate)
            for fate in ("unready", "crash", "oom", "image", "config", "slow")
        ),
        objects.service(shop, "unready"),
        objects.service(shop, "nobody", "weeb"),
        objects.service(shop, "headless", "web", clusterIP="None"),
        objects.service(shop, "node-port", "web", type="NodePort"),
        objects.service(shop, "balanced", "web", type="LoadBalancer"),
        selectorless,
        outside,
        objects.stateful_set(shop, "db"),
        objects.daemon_set(shop, "agent"),
        objects.job(shop, "migrate"),
        objects.job(shop, "broken", fate="failed"),
        objects.cron_job(shop, "nightly"),
    )
    if pods:
        cluster.api.create(objects.namespace("crowd"))
        crowd(cluster, pods, "crowd")


def crowd(cluster: KubeCluster, pods: int, place: str, groups: int = 10) -> None:
    """Have many pods in a namespace, on nodes enough for them, and wait until they are ready."""
    api = cluster.api
    nodes = len(api.items("Node"))
    api.create(
        *(objects.node(f"node-{n}") for n in range(nodes, max(nodes, pods // 300 + 1))),
        *(objects.deployment(place, f"crowd-{n}", pods // groups) for n in range(groups)),
    )
    for number in range(groups):
        api.until_ready(place, f"crowd-{number}", pods // groups, 600)


def main() -> None:
    """Start one, say where its kubeconfig is, and run until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Start a Kubernetes to look at, until Ctrl-C.")
    parser.add_argument("--pods", type=int, default=0, metavar="N", help="have N pods more")
    options = parser.parse_args()
    cluster = KubeCluster()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print("starting (the first time it is built: ten minutes) …", flush=True)
        cluster.start()
        fill(cluster, options.pods)
        contexts = ", ".join(cluster.contexts())
        print(f"export KUBECONFIG={cluster.kubeconfig}\ncontexts: {contexts}", flush=True)
        while True:
            time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        print("stopping")
    finally:
        cluster.stop()
