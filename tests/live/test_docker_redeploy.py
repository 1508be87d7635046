"""A container made anew on another image: the same but for that, or the old one again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from fleetui.actions.door import Door
from fleetui.actions.run import Run
from fleetui.core import change_form
from fleetui.core.change import Phase, Plan, Verb
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter

from .changing import SCOPE, box, done, opened, planned, propose, undone, went
from .servers.docker import DockerEngine, compose_labels
from .servers.waiting import becomes, free_port, until

OLD = ("ENV FROM=old PIN=old", "LABEL made=old", "EXPOSE 80", "VOLUME /fromimage",
       "WORKDIR /bin", 'CMD ["sleep", "100000"]')  # fmt: skip
NEW = ("ENV FROM=new PIN=new", "LABEL made=new", "EXPOSE 80", "VOLUME /fromimage",
       "WORKDIR /bin", 'CMD ["sleep", "100001"]')  # fmt: skip
SICK = (
    *NEW,
    'HEALTHCHECK --interval=200ms --retries=2 CMD ["sh", "-c", "echo no database; exit 1"]',
)
WELL = (*NEW, 'HEALTHCHECK --interval=200ms --retries=2 CMD ["true"]')
BRIEF = (*NEW, 'CMD ["sh", "-c", "exit 3"]')


@pytest.fixture(scope="module")
def engine(docker_engine: DockerEngine) -> DockerEngine:
    for name, lines in {"app:1": OLD, "app:2": NEW, "app:sick": SICK, "app:well": WELL,
                        "app:brief": BRIEF}.items():  # fmt: skip
        docker_engine.import_image(name, *lines)
    for name, subnet in (("front", "10.234.43.0/24"), ("back", "10.234.44.0/24")):
        docker_engine.client.create_network(name, ipam={"Config": [{"Subnet": subnet}]})
    return docker_engine


@pytest.fixture
async def door(engine: DockerEngine) -> AsyncIterator[Door]:
    async with opened(engine) as made:
        yield made


@pytest.fixture(autouse=True)
def clean(engine: DockerEngine) -> Iterator[None]:
    yield
    engine.remove_all()


def rich(engine: DockerEngine) -> str:
    """Start one that has something of everything."""
    client = engine.client
    engine.run("db")
    host = client.create_host_config(
        binds=["kept:/kept", "/tmp:/host:ro"], tmpfs={"/run": "size=1m"},
        port_bindings={80: ("127.0.0.1", free_port()), "53/udp": free_port()},
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 4},
        mem_limit="64m", memswap_limit="96m", nano_cpus=500_000_000, pids_limit=50,
        cap_add=["NET_ADMIN"], cap_drop=["MKNOD"], dns=["10.0.0.1"], dns_search=["example.com"],
        extra_hosts={"far": "10.0.0.9"},
        log_config={"type": "json-file", "config": {"max-size": "1m"}},
        ulimits=[{"Name": "nofile", "Soft": 512, "Hard": 1024}], shm_size="32m", init=True,
        read_only=True, security_opt=["no-new-privileges"], sysctls={"net.core.somaxconn": "256"},
        network_mode="front", mounts=[{"Type": "volume", "Source": "second", "Target": "/second"}],
    )  # fmt: skip
    made = client.create_container(
        "app:1", name="web", host_config=host, hostname="shop", user="0:0", tty=True,
        environment={"PIN": "mine", "SECRET_TOKEN": "hunter2"}, stop_signal="SIGTERM",
        stop_timeout=1,
        labels={**compose_labels("shop", "web"), "team": "a"}, ports=[80, (53, "udp")],
        volumes=["/anonymous", "/kept", "/host"], entrypoint=["/bin/busybox"],
        command=["sh", "-c", "sleep 100000"], working_dir="/run",
        healthcheck={"test": ["CMD", "true"], "interval": 300_000_000, "retries": 2},
        networking_config=client.create_networking_config(
            {"front": client.create_endpoint_config(aliases=["shop.internal"],
                                                    ipv4_address="10.234.43.77",
                                                    links={"db": "database"})}
        ),
    )  # fmt: skip
    client.connect_container_to_network("db", "front")
    client.connect_container_to_network(made["Id"], "back", aliases=["web.back"],
                                        ipv4_address="10.234.44.77")  # fmt: skip
    client.start(made["Id"])
    return str(made["Id"])


def lasting(raw: dict[str, Any]) -> dict[str, Any]:
    """Return an inspection without ids, times, what runs now, and the image."""
    own = raw["Id"]
    for name in ("Id", "Created", "State", "Image", "ResolvConfPath", "HostnamePath", "HostsPath",
                 "LogPath", "GraphDriver", "ExecIDs"):  # fmt: skip
        raw.pop(name, None)
    raw["Config"].pop("Image")
    raw["Config"]["Env"] = sorted(raw["Config"]["Env"])
    raw["Mounts"] = sorted(raw["Mounts"], key=lambda one: one["Destination"])
    for mount in raw["Mounts"]:
        # Named now, so that it is the same one: its engine marks that with a mode.
        mount.pop("Mode")
    raw["HostConfig"]["Binds"] = sorted(
        b for b in raw["HostConfig"]["Binds"] or () if len(b.split(":")[0]) != 64
    )
    network = raw["NetworkSettings"]
    for name in ("SandboxID", "SandboxKey", "EndpointID", "MacAddress", "IPAddress"):
        network.pop(name)
    for place in network["Networks"].values():
        place.pop("EndpointID")
        place.pop("MacAddress")
        place["Aliases"] = [a for a in place["Aliases"] or () if not own.startswith(a)]
    return raw


def differs(one: Any, other: Any, path: str = "") -> list[str]:
    """Return what is not the same, each with its path."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [d for k in sorted({*one, *other})
                for d in differs(one.get(k), other.get(k), f"{path}.{k}")]  # fmt: skip
    return [] if one == other else [f"{path}: {one!r} is {other!r}"]


async def test_the_same_but_for_the_image(engine: DockerEngine, door: Door) -> None:
    uid = rich(engine)
    before = engine.client.inspect_container(uid)
    proposal = await propose(door, Verb.REDEPLOY, box(uid, "web"), image="app:2", pull="no")
    (plan,) = proposal.plans
    assert plan.differences[0].before.startswith("app:1 (")
    assert plan.differences[0].after.startswith("app:2 (")
    assert any("compose owns it (shop/web)" in c.text for c in plan.cautions)
    assert "hunter2" not in json.dumps(change_form.of_plan(plan))
    progress = (await went(door, proposal)).progress
    assert progress.phase is Phase.DONE, progress
    after = engine.client.inspect_container("web")
    assert after["Id"] != uid
    assert [c["Names"] for c in engine.client.containers(all=True, filters={"name": "web"})] == [
        ["/web"]
    ]
    assert after["Config"]["Image"] == "app:2"
    env = dict(one.split("=", 1) for one in after["Config"]["Env"])
    # What came from the old image comes from the new one, and what was set by hand stays.
    assert (env["FROM"], env["PIN"], env["SECRET_TOKEN"]) == ("new", "mine", "hunter2")
    assert (after["Config"]["Labels"]["made"], after["Config"]["Labels"]["team"]) == ("new", "a")
    assert {m["Name"] for m in before["Mounts"] if m["Type"] == "volume"} == {
        m["Name"] for m in after["Mounts"] if m["Type"] == "volume"
    }
    found = differs(lasting(before), lasting(after))
    assert sorted(one.split(":")[0] for one in found) == [".Config.Env", ".Config.Labels.made"]
    await undone(door)
    back = engine.client.inspect_container("web")
    assert back["Image"] == engine.client.inspect_image("app:1")["Id"]
    assert back["Config"]["Image"] == "app:1"
    assert differs(lasting(engine.client.inspect_container("web")), before) == []


async def test_what_came_from_the_image_is_not_pinned(engine: DockerEngine, door: Door) -> None:
    uid = engine.run_plain("web", "app:1")
    await done(door, Verb.REDEPLOY, box(uid, "web"), image="app:well", pull="no")
    now = engine.client.inspect_container("web")
    image = engine.client.inspect_image("app:well")["Config"]
    for name in ("Cmd", "Entrypoint", "WorkingDir", "Healthcheck", "Labels", "Env",
                 "ExposedPorts", "Volumes"):  # fmt: skip
        assert now["Config"].get(name) == image.get(name), name
    assert now["State"]["Health"]["Status"] == "healthy"
    assert now["Config"]["Hostname"] == now["Id"][:12]


@pytest.mark.parametrize(
    ("image", "words"),
    [("app:sick", "its check fails: no database"), ("app:brief", "it ended: exit code 3")],
)
async def test_the_old_one_comes_back(
    engine: DockerEngine, door: Door, image: str, words: str
) -> None:
    uid = engine.run_plain("web", "app:1", ports=[80], host={"port_bindings": {80: free_port()}})
    before = lasting(engine.client.inspect_container(uid))
    proposal = await propose(door, Verb.REDEPLOY, box(uid, "web"), image=image, pull="no")
    run = await went(door, proposal)
    assert run.progress.phase is Phase.ROLLED_BACK, run.progress
    assert words in run.progress.reason
    assert "the old one is back" in run.progress.reason
    now = engine.client.inspect_container("web")
    assert (now["Id"], now["State"]["Status"]) == (uid, "running")
    assert differs(before, lasting(now)) == []
    assert len(engine.client.containers(all=True)) == 1


async def test_an_image_that_is_not_there(engine: DockerEngine, door: Door) -> None:
    uid = engine.run_plain("web", "app:1")
    plan = await planned(door, Verb.REDEPLOY, box(uid, "web"), image="app:none", pull="no")
    assert plan.refused == "the engine has no image app:none"
    plan = await planned(door, Verb.REDEPLOY, box(uid, "web"), image="127.0.0.1:1/app:2")
    # Its way may lead through a mirror: only trying tells.
    assert any("not known before it is here" in c.text for c in plan.cautions)
    run = await went(
        door, await propose(door, Verb.REDEPLOY, box(uid, "web"), image="127.0.0.1:1/app:2")
    )
    assert run.progress.phase is Phase.FAILED
    assert "connection refused" in run.progress.reason
    assert engine.client.inspect_container("web")["State"]["Running"]
    # It was built here: there is nothing to pull.
    same = await planned(door, Verb.REDEPLOY, box(uid, "web"))
    assert any("the image is the same" in c.text for c in same.cautions)
    assert not same.nothing


async def test_stopped_on_its_way_the_old_one_comes_back(engine: DockerEngine, door: Door) -> None:
    uid = engine.run_plain("web", "app:1")
    proposal = await propose(door, Verb.REDEPLOY, box(uid, "web"), image="app:2", pull="no")
    request = door.begin(proposal, typed=proposal.verdict.word)
    run = request.runs[0]
    await watched(run)
    await door.cancel(run.action.id)
    await request.wait()
    assert run.progress.phase is Phase.ROLLED_BACK
    assert "the old one is back" in run.progress.reason
    now = engine.client.inspect_container("web")
    assert (now["Id"], now["State"]["Status"]) == (uid, "running")


async def watched(run: Run) -> None:
    """Wait until the new one runs, and is looked at for a while."""

    def looked_at() -> bool:
        assert not run.progress.phase.ended, run.progress
        return "watched" in run.progress.reason

    await becomes(looked_at, lambda: f"the new one is watched: {run.progress}")


# Sends a plan, and ends by SIGKILL right after its Nth request has been answered.
KILLED = """
import asyncio, json, os, signal, sys
from fleetui.core import change_form
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter

plan = change_form.plan(json.loads(sys.stdin.read()))
writer = DockerWriter(sys.argv[1], DockerSettings(host=sys.argv[2]))
left, send = int(sys.argv[3]), writer._link.send

def dying(*args, **options):
    global left
    answer = send(*args, **options)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

writer._link.send = dying

async def main():
    progress = await writer.carry_out(plan, lambda _: None)
    while not progress.phase.ended:
        await asyncio.sleep(0.1)
        progress = await writer.progress(plan)

asyncio.run(main())
"""
STEPS = {
    1: (Phase.FAILED, "not done: the old one runs as it did; the new one is web.new-"),
    2: (Phase.FAILED, "broken off: nothing runs. The old one has its name web and is stopped"),
    3: (Phase.FAILED, "broken off: nothing runs. the old one is kept as web.old-"),
    4: (Phase.FAILED, "broken off: the new one has the name web, and it was not started"),
    5: (Phase.DONE, "the new one runs as web; the old one is kept as web.old-"),
    6: (Phase.DONE, "web is "),
}


def killed_after(engine: DockerEngine, plan: Plan, step: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, SCOPE, engine.host, str(step)],
        input=json.dumps(change_form.of_plan(plan)), text=True, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_each_step(engine: DockerEngine, door: Door, step: int) -> None:
    uid = engine.run_plain("web", "app:1")
    plan = await planned(door, Verb.REDEPLOY, box(uid, "web"), image="app:2", pull="no")
    killed_after(engine, plan, step)
    there = [c["Names"][0] for c in engine.client.containers(all=True)]
    assert there, "both are gone"
    phase, words = STEPS[step]
    writer = DockerWriter(SCOPE, DockerSettings(host=engine.host))
    try:
        progress = await writer.progress(plan)
        while not progress.phase.ended:
            await asyncio.sleep(0.05)
            progress = await writer.progress(plan)
        assert progress.phase is phase, progress
        assert progress.reason.startswith(words), progress
        if step < 6:
            back = await writer.halt(plan)
            assert back.phase is Phase.ROLLED_BACK, back
            now = engine.client.inspect_container("web")
            assert (now["Id"], now["State"]["Status"]) == (uid, "running")
            assert len(engine.client.containers(all=True)) == 1
    finally:
        await writer.close()


async def test_the_engine_dies_in_the_middle(engine: DockerEngine, door: Door) -> None:
    uid = engine.run_plain("web", "app:1")
    proposal = await propose(door, Verb.REDEPLOY, box(uid, "web"), image="app:2", pull="no")
    request = door.begin(proposal, typed=proposal.verdict.word)
    run = request.runs[0]
    await watched(run)
    engine.kill()
    engine.start()
    await request.wait()
    now = engine.client.inspect_container("web")
    assert now["State"]["Status"] == "running"
    if run.progress.phase is Phase.DONE:
        assert now["Id"] != uid
    else:
        assert run.progress.phase is Phase.ROLLED_BACK, run.progress
        assert now["Id"] == uid
    until(lambda: len(engine.client.containers(all=True)) == 1, "no other is left")
