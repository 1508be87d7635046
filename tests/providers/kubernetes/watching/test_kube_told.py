"""What is told of refusals and of the end of a watch: at once, and without secrets."""

from __future__ import annotations

import json
from pathlib import Path

from kube_scripted import Api, kubeconfig, pod, status, until
from kube_watched import CONTAINERS

from fleetui.engine.engine import Engine
from fleetui.providers.kubernetes import reflector
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.kubernetes.resources import RESOURCES
from fleetui.providers.kubernetes.resources import change as changed
from fleetui.providers.kubernetes.settings import KubernetesSettings


async def test_what_may_not_be_read_is_told_at_once(api: Api, tmp_path: Path) -> None:
    place = "/api/v1/namespaces/{}/pods".format
    api.have(place("shop"), pod("a", "shop"))
    api.have(place("pay"), pod("b", "pay"))
    api.fail("/namespaces/secret/", code=403, body=status(403, "Forbidden", "no"))
    path = kubeconfig(tmp_path / "config", api, None)
    settings = KubernetesSettings(
        kubeconfig=str(path), namespaces=("shop", "pay", "secret"), interval=3600.0
    )
    engine = Engine([Kubernetes("test", settings)])
    subscription = engine.subscribe([CONTAINERS], lambda _: None)

    def parts() -> list[str]:
        return [part.scope for part in engine.store.snapshot(CONTAINERS).parts]

    await until(lambda: parts() == ["test/secret"])
    # A role is taken away: the watch goes on until it is opened anew, and then it is known.
    await until(lambda: api.watching(place("pay")))
    api.fail("/namespaces/pay/", code=403, body=status(403, "Forbidden", "no"))
    api.end(place("pay"))
    await until(lambda: parts() == ["test/pay", "test/secret"])
    assert {row.name for row in engine.store.snapshot(CONTAINERS).rows} == {"a", "b"}
    subscription.close()
    await engine.close()


def test_a_secret_in_what_a_watch_says_of_its_end_is_hidden() -> None:
    said = status(500, "InternalError", "etcd said no to password=hunter2hunter2")
    line = json.dumps({"type": "ERROR", "object": said}).encode()
    told = reflector._told(changed(RESOURCES["pods"], line)).what
    assert "etcd said no" in told
    assert "hunter2" not in told
