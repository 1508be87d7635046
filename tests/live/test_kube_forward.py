"""Ports of pods forwarded through a real API server: used, healed, refused."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from fleetui.actions.action import Who
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.door import Door
from fleetui.actions.forwarding.forward import Forwarding
from fleetui.actions.policy import Policy
from fleetui.actions.proposal import Refused
from fleetui.core.change import Ask, Verb
from fleetui.core.errors import Conflict
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

from .kube_changing import opened, ref
from .servers import kube_objects as objects
from .servers.kube_config import Context, write_kubeconfig
from .servers.kube_proxy import Fault
from .servers.kubernetes import KubeCluster


@pytest.fixture
def web(kube: KubeCluster, place: str) -> str:
    """A namespace with a deployment `web` of two pods, and its service."""
    kube.api.create(objects.deployment(place, "web", 2), objects.service(place, "web"))
    kube.api.until_ready(place, "web", 2)
    kube.until(lambda: len(_behind(kube, place)) == 2, "both are behind the service")
    return place


def _behind(kube: KubeCluster, place: str) -> list[str]:
    return sorted(
        one["targetRef"]["name"]
        for piece in kube.api.items("EndpointSlice", place)
        for one in piece["endpoints"] or ()
        if one["conditions"]["ready"]
    )


def service(place: str, context: str = "admin") -> Ref:
    return Ref("kubernetes", f"{context}/{place}", "svc", "web", "web")


async def forwarded(door: Door, target: Ref, *ports: str, **values: str) -> list[Forwarding]:
    """Open forwards to these ports, each at any free port here."""
    asks = [
        Ask(Verb.FORWARD, target, (("port", port), ("local", "0"), *values.items()))
        for port in ports
    ]
    proposal = await door.propose(asks)
    assert not proposal.failed, proposal.failed
    return list(await door.forward(proposal))


async def asked(one: Forwarding, path: str, timeout_s: float = 20.0) -> str:
    """Ask by HTTP, on a connection of its own."""
    async with httpx.AsyncClient(timeout=timeout_s, trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{one.local}{path}")
        return answer.text


async def until(condition: Callable[[], object], what: str) -> None:
    try:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(what) from None


async def test_through_services_pods_and_workloads_several_at_once(
    kube: KubeCluster, web: str
) -> None:
    pods = _behind(kube, web)
    async with opened(kube) as door:
        ways = [
            *await forwarded(door, service(web), "80", "http"),
            *await forwarded(door, ref(kube, web, "pod", pods[0]), "8080"),
            *await forwarded(door, ref(kube, web, "deploy", "web"), ""),
        ]
        texts = [(one, f"/{n}") for n in range(5) for one in ways]
        answers = await asyncio.gather(*(asked(one, path) for one, path in texts))
        assert answers == [f"you asked for {path}\n" for _, path in texts]
        assert [one.row().total for one in ways] == [5, 5, 5, 5]
        assert all(one.row().member in pods for one in ways)
        assert ways[2].row().member == pods[0]
        assert ways[0].line == f"http://127.0.0.1:{ways[0].local} → svc/web:80 (pod {pods[0]})"
        # Many, one after another.
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            for number in range(20):
                url = f"http://127.0.0.1:{ways[0].local}/{number}"
                assert (await client.get(url)).text == f"you asked for /{number}\n"
        # The server there ends each after its answer.
        assert ways[0].row().total == 25
        assert {row.state for row in door.forwards.rows()} == {State.RUNNING}
    assert len(door.forwards) == 0


async def test_a_pod_that_is_deleted_is_replaced_by_another(kube: KubeCluster, web: str) -> None:
    async with opened(kube) as door:
        (one,) = await forwarded(door, service(web), "80")
        said: list[str] = []
        one.told = lambda _one, text, _meaning: said.append(text)
        assert await asked(one, "/before") == "you asked for /before\n"
        first = one.row().member
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write(b"GET /open HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"/open\n")
        kube.api.delete("Pod", web, first, 0)
        assert await asked(one, "/after") == "you asked for /after\n"
        second = one.row().member
        assert second != first
        assert f"healed: pod {second} answers now, in place of {first}" in said
        # What was open to the pod that is gone does not hang.
        async with asyncio.timeout(30):
            with pytest.raises(ConnectionError):
                await reader.readexactly(1)
        assert one.row().state in {State.RUNNING, State.DEGRADED}


async def test_with_no_ready_pod_it_waits_and_says_so(kube: KubeCluster, web: str) -> None:
    scale = {"spec": {"replicas": 0}}
    async with opened(kube) as door:
        (one,) = await forwarded(door, service(web), "80")
        await asyncio.to_thread(kube.api.patch, "Deployment", web, "web", scale)
        await until(lambda: not _behind(kube, web), "nobody is behind it")
        with pytest.raises(httpx.TransportError):
            await asked(one, "/nobody", 30)
        row = one.row()
        assert (row.state, row.native_state) == (State.DEGRADED, "healing")
        assert row.reason == "no pod is behind it"
        scale["spec"]["replicas"] = 1
        await asyncio.to_thread(kube.api.patch, "Deployment", web, "web", scale)
        await until(lambda: one.row().state is State.RUNNING, "it has healed by itself")
        assert await asked(one, "/again") == "you asked for /again\n"


async def test_a_pod_of_a_workload_is_followed_by_its_successor(
    kube: KubeCluster, web: str
) -> None:
    (pod, *_) = _behind(kube, web)
    lone = objects.named("Pod", "alone", web)
    lone["spec"] = objects.pod_spec()
    kube.api.create(lone)
    kube.until(
        lambda: kube.api.get("Pod", web, "alone")["status"].get("phase") == "Running", "it runs"
    )
    async with opened(kube) as door:
        (one,) = await forwarded(door, ref(kube, web, "pod", pod), "8080")
        (alone,) = await forwarded(door, ref(kube, web, "pod", "alone"), "8080")
        for way in (one, alone):
            assert await asked(way, "/pod") == "you asked for /pod\n"
        for name in (pod, "alone"):
            kube.api.delete("Pod", web, name, 0)
        assert await asked(one, "/next") == "you asked for /next\n"
        assert one.row().member not in {pod, "alone"}
        with pytest.raises(httpx.TransportError):
            await asked(alone, "/gone", 30)
        assert alone.row().reason == "it is gone, and nothing makes another one in its place"


async def test_the_api_server_is_killed_and_forwards_live_on(kube: KubeCluster, web: str) -> None:
    async with opened(kube) as door:
        (one,) = await forwarded(door, service(web), "80")
        assert await asked(one, "/before") == "you asked for /before\n"
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write(b"GET /open HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"/open\n")).startswith(b"HTTP/1.0 200")
        await asyncio.to_thread(kube.kill_apiserver)
        try:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            with pytest.raises(httpx.TransportError):
                await asked(one, "/down", 30)
            assert "connection refused" in one.row().reason
        finally:
            await asyncio.to_thread(kube.start_apiserver)
        assert await asked(one, "/up") == "you asked for /up\n"
        row = one.row()
        assert (row.state, row.native_state) == (State.RUNNING, "open")
        sink.close()


async def test_what_is_not_allowed_is_told_before_anything_is_opened(
    kube: KubeCluster, web: str
) -> None:
    async with opened(kube, "reader") as door:
        proposal = await door.propose([
            Ask(Verb.FORWARD, service(web, "reader"), (("port", "80"),))
        ])  # fmt: skip
        assert [one.text for one in proposal.verdict.refusals] == [
            f"svc/web: get pods/portforward in {web}: not allowed"
        ]
        with pytest.raises(Refused):
            await door.forward(proposal)
        assert len(door.forwards) == 0


async def test_a_port_that_it_does_not_have_and_one_that_is_taken(
    kube: KubeCluster, web: str
) -> None:
    async with opened(kube) as door:

        async def why(*values: tuple[str, str]) -> tuple[str, str]:
            proposal = await door.propose([Ask(Verb.FORWARD, service(web), values)])
            ((_, fault),) = proposal.failed
            return fault.what, fault.hint

        assert await why(("port", "81")) == ("svc/web has no port 81", "it has 80 http")
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            what, hint = await why(("port", "80"), ("local", port))
            assert what == f"127.0.0.1:{port} is taken by another program or forward"
            assert ":80" in hint
        (one,) = await forwarded(door, service(web), "80")
        # Taken since it was planned.
        proposal = await door.propose([
            Ask(Verb.FORWARD, service(web), (("port", "80"), ("local", "0")))
        ])  # fmt: skip
        with socket.socket() as other:
            other.bind(("127.0.0.1", int(proposal.plans[0].ask.value("local"))))
            other.listen()
            with pytest.raises(Conflict, match="is taken"):
                await door.forward(proposal)
        assert await asked(one, "/still") == "you asked for /still\n"


async def test_an_api_server_that_says_no_to_websockets(kube: KubeCluster, web: str) -> None:
    """A proxy that refuses, or is slow, is told by its own words and heals."""
    async with opened(kube, "proxied") as door:
        (one,) = await forwarded(door, service(web, "proxied"), "80")
        assert await asked(one, "/through") == "you asked for /through\n"
        kube.proxy.fault = Fault(status=503)
        try:
            with pytest.raises(httpx.TransportError):
                await asked(one, "/broken", 30)
            assert one.row().state is State.DEGRADED
        finally:
            kube.proxy.fault = None
        assert await asked(one, "/mended") == "you asked for /mended\n"


@asynccontextmanager
async def program(
    kube: KubeCluster, folder: Path, *words: str, context: str = "admin"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `fleetui forward …` on the cluster."""
    kubeconfig = write_kubeconfig(
        folder / "kubeconfig", kube.certificates.authority,
        {context: Context(kube.url, kube.tokens[context])},
    )  # fmt: skip
    config = folder / "config.toml"
    config.write_text(f"[kubernetes.{context}]\nkubeconfig = {json.dumps(str(kubeconfig))}\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fleetui", "--config", str(config), "forward", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "FLEETUI_STATE_DIR": str(folder / "state"), "SSH_CONNECTION": ""},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_command_forwards_heals_and_ends_by_ctrl_c(
    kube: KubeCluster, web: str, tmp_path: Path
) -> None:
    words = (f"{web}/svc/web", "0:80", "0:http")
    async with program(kube, tmp_path, *words) as process, asyncio.timeout(90):
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [(await process.stdout.readline()).decode() for _ in range(2)]
        for line in lines:
            assert "→ svc/web:80 (pod web-" in line
            url = line.split(" ", 1)[0]
            async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
                assert (await client.get(f"{url}/curl")).text == "you asked for /curl\n"
        pod = lines[0].rpartition("(pod ")[2].rstrip(")\n")
        assert await process.stderr.readline() == b"Ctrl-C closes all of them\n"
        kube.api.delete("Pod", web, pod, 0)
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            url = lines[0].split(" ", 1)[0]
            assert (await client.get(f"{url}/healed")).text == "you asked for /healed\n"
        said = ""
        while f"in place of {pod}" not in said:
            said = (await process.stderr.readline()).decode()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    audit = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fleetui", "--config", str(tmp_path / "config.toml"), "rollouts",
        "-o", "json", stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "FLEETUI_STATE_DIR": str(tmp_path / "state")},
    )  # fmt: skip
    out, _ = await audit.communicate()
    ended = [(one["action"], one["phase"], one["reason"]) for one in json.loads(out)["items"]]
    assert [one[:2] for one in ended] == [("forward", "done")] * 2
    assert all(reason.startswith("closed: ") for *_, reason in ended)


async def test_one_whose_process_was_killed_is_known_to_be_closed(
    kube: KubeCluster, web: str, tmp_path: Path
) -> None:
    async with program(kube, tmp_path, f"{web}/svc/web", "0:80") as process:
        assert process.stdout is not None
        await process.stdout.readline()
    journal = AuditJournal(tmp_path / "state" / "audit.db")
    settings = KubernetesSettings(kubeconfig=str(kube.kubeconfig), context="admin")
    writer = KubernetesWriter("admin", settings)
    door = Door([writer], Policy(), journal, Who("ana", "bastion"))
    try:
        left = await door.pick_up()
        assert [entry.action.plan.ask.verb for entry in left] == [Verb.FORWARD]
        await door.settle(left, 20.0)
        (row,) = door.book.rows()
        assert (row.phase, row.reason) == ("done", "closed, as its process ended")
    finally:
        await door.close()
        await journal.close()


@pytest.mark.parametrize(
    ("context", "words", "code", "said"),
    [
        ("admin", ("svc/web", "99"), 2, "svc/web has no port 99"),
        ("reader", ("svc/web", "80"), 3, "not allowed"),
        ("admin", ("svc/web", "80", "--address", "0.0.0.0"), 3, "add --confirm web"),
    ],
)
async def test_the_command_says_why_it_opens_nothing(
    kube: KubeCluster, web: str, tmp_path: Path, context: str, words: tuple[str, ...], code: int,
    said: str,
) -> None:  # fmt: skip
    whole = (f"{web}/{words[0]}", *words[1:])
    async with program(kube, tmp_path, *whole, context=context) as process:
        out, err = await process.communicate()
    assert (process.returncode, out) == (code, b"")
    assert said in err.decode()
