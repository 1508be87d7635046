"""Every verb on a real engine, through the door, and what takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from docker.errors import NotFound

from fleetui.actions.door import Door
from fleetui.actions.proposal import Refused
from fleetui.core.change import Phase, Plan, Verb

from .changing import box, done, opened, planned, propose, ref, undone, went
from .servers.docker import IMAGE, DockerEngine, compose_labels
from .servers.waiting import free_port, until

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def engine(docker_engine: DockerEngine) -> DockerEngine:
    return docker_engine


@pytest.fixture
async def door(engine: DockerEngine) -> AsyncIterator[Door]:
    async with opened(engine) as made:
        yield made


@pytest.fixture(autouse=True)
def clean(engine: DockerEngine) -> Iterator[None]:
    yield
    engine.remove_all()


def state(engine: DockerEngine, uid: str) -> str:
    return str(engine.client.inspect_container(uid)["State"]["Status"])


def facts(plan: Plan) -> dict[str, str]:
    return dict(plan.facts)


def cautions(plan: Plan) -> str:
    return "; ".join(c.text for c in plan.cautions)


async def test_stop_start_and_back(engine: DockerEngine, door: Door) -> None:
    port = free_port()
    listens = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done"
    uid = engine.run("web", "sh", "-c", listens,
                     labels=compose_labels("shop", "web"), ports=[80],
                     host={"port_bindings": {80: ("127.0.0.1", port)},
                           "restart_policy": {"Name": "always"}})  # fmt: skip
    until(lambda: engine.client.logs(uid), "it listens to SIGTERM")
    plan = await planned(door, Verb.STOP, box(uid, "web"), timeout="30")
    assert [(d.name, d.before, d.after) for d in plan.differences] == [
        ("state", "running", "exited")
    ]
    assert facts(plan)["belongs to"] == "compose service shop/web"
    assert facts(plan)["ports"] == f"127.0.0.1:{port} → 80/tcp"
    assert facts(plan)["restart policy"] == "always"
    assert "comes back when the engine restarts" in cautions(plan)
    assert plan.steps == ("ask it to stop, and kill it after 30s",)
    ended = await done(door, Verb.STOP, box(uid, "web"), timeout="30")
    assert ended.reason == "exit code 0"
    assert state(engine, uid) == "exited"
    await undone(door)
    assert state(engine, uid) == "running"
    await done(door, Verb.STOP, box(uid, "web"))
    await done(door, Verb.START, box(uid, "web"))
    await undone(door)
    assert state(engine, uid) == "exited"


async def test_restart_pause_unpause_kill(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("web")
    before = engine.client.inspect_container(uid)["State"]["StartedAt"]
    await done(door, Verb.RESTART, box(uid, "web"), timeout="0s")
    assert engine.client.inspect_container(uid)["State"]["StartedAt"] != before
    await done(door, Verb.PAUSE, box(uid, "web"))
    assert state(engine, uid) == "paused"
    await undone(door)
    assert state(engine, uid) == "running"
    await done(door, Verb.PAUSE, box(uid, "web"))
    await done(door, Verb.RESTART, box(uid, "web"), timeout="1s")
    assert state(engine, uid) == "running"
    assert (await done(door, Verb.KILL, box(uid, "web"), signal="HUP")).reason.startswith("SIGHUP")
    assert (await done(door, Verb.KILL, box(uid, "web"))).reason == "exit code 137"
    await undone(door)
    assert state(engine, uid) == "running"


@pytest.mark.parametrize(
    ("made", "verb", "words"),
    [
        ("stopped", Verb.STOP, "it is not running"),
        ("stopped", Verb.PAUSE, "it is not running"),
        ("running", Verb.START, "it is running"),
        ("running", Verb.UNPAUSE, "it is not paused"),
        ("running", Verb.REMOVE, "it is running: stop it first, or remove it with force=yes"),
        ("stopped", Verb.REDEPLOY, "it is exited: start it first"),
        ("stopped", Verb.EXEC, "it is not running"),
        ("paused", Verb.EXEC, "it is paused: unpause it first"),
        ("paused", Verb.START, "it is paused: unpause it first"),
    ],
)
async def test_what_cannot_be_done_now(
    engine: DockerEngine, door: Door, made: str, verb: Verb, words: str
) -> None:
    uid = engine.run("web")
    if made == "stopped":
        engine.client.stop(uid, timeout=0)
    if made == "paused":
        engine.client.pause(uid)
    proposal = await propose(door, verb, box(uid, "web"))
    assert words in proposal.plans[0].refused
    with pytest.raises(Refused, match=words.split(":", maxsplit=1)[0]):
        door.begin(proposal, typed=proposal.verdict.word)
    if made == "paused":
        engine.client.unpause(uid)


async def test_start_that_fails_says_why(engine: DockerEngine, door: Door) -> None:
    uid = engine.create("broken", "/nonexist")
    run = await went(door, await propose(door, Verb.START, box(uid, "broken")))
    assert run.progress.phase is Phase.FAILED
    assert "no such file" in run.progress.reason
    uid = engine.create("brief", "sh", "-c", "exit 3")
    run = await went(door, await propose(door, Verb.START, box(uid, "brief")))
    until(lambda: state(engine, uid) == "exited", "it ends")
    port = free_port()
    one, two = (engine.create(name, ports=[80], host={"port_bindings": {80: port}})
                for name in ("one", "two"))  # fmt: skip
    await done(door, Verb.START, box(one, "one"))
    run = await went(door, await propose(door, Verb.START, box(two, "two")))
    assert run.progress.phase is Phase.FAILED
    assert "port is already allocated" in run.progress.reason


async def test_one_that_vanishes_says_so(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("brief", host={"auto_remove": True})
    proposal = await propose(door, Verb.STOP, box(uid, "brief"), timeout="0")
    assert "vanishes when it stops" in cautions(proposal.plans[0])
    assert proposal.plans[0].undo.ask is None
    run = await went(door, proposal)
    assert run.progress.phase is Phase.DONE
    until(lambda: not engine.client.containers(all=True), "it is gone")


async def test_remove_with_what_goes_with_it(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("web", volumes=["/anonymous", "/data"], host={"binds": ["kept:/data"]})
    refused = await propose(door, Verb.REMOVE, box(uid, "web"))
    assert not refused.verdict.allowed
    proposal = await propose(door, Verb.REMOVE, box(uid, "web"), force="yes", volumes="yes")
    plan = proposal.plans[0]
    assert "anonymous volumes go too" in cautions(plan)
    assert "named volumes stay: kept" in cautions(plan)
    assert "it is killed" in cautions(plan)
    assert plan.undo.ask is None
    assert "cannot be undone" in plan.undo.words
    with pytest.raises(Refused, match="type web"):
        door.begin(proposal)
    assert (await went(door, proposal)).progress.phase is Phase.DONE
    with pytest.raises(NotFound):
        engine.client.inspect_container(uid)
    assert [v["Name"] for v in engine.client.volumes()["Volumes"]] == ["kept"]
    volume = ref("volume", "kept", "kept")
    assert any(c.grave for c in (await planned(door, Verb.REMOVE, volume)).cautions)
    await done(door, Verb.REMOVE, volume)


async def test_rename_and_back(engine: DockerEngine, door: Door) -> None:
    uid, other = engine.run("web"), engine.run("taken")
    assert (
        "name of another container"
        in (await planned(door, Verb.RENAME, box(uid, "web"), name="taken")).refused
    )
    failed = await propose(door, Verb.RENAME, box(uid, "web"), name="-bad name")
    assert failed.failed[0][1].code == "invalid"
    await done(door, Verb.RENAME, box(uid, "web"), name="shop")
    assert engine.client.inspect_container("shop")["Id"] == uid
    await undone(door)
    assert engine.client.inspect_container("web")["Id"] == uid
    assert engine.client.inspect_container("taken")["Id"] == other


async def test_limits_live_and_back(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("web")

    def limits() -> tuple[Any, ...]:
        host = engine.client.inspect_container(uid)["HostConfig"]
        policy = host["RestartPolicy"]
        return (max(0, host["Memory"]), max(0, host["CpuQuota"]), policy["Name"] or "no",
                policy["MaximumRetryCount"])  # fmt: skip

    before = limits()
    started = engine.client.inspect_container(uid)["State"]["StartedAt"]
    await done(door, Verb.RESIZE, box(uid, "web"), memory="64MiB", cpu="0.5",
               restart_policy="on-failure:5")  # fmt: skip
    assert limits() == (64 * MIB, 50_000, "on-failure", 5)
    # More than twice as much: alone, the engine would refuse it for the sake of its swap.
    await done(door, Verb.RESIZE, box(uid, "web"), memory="512MiB")
    assert limits()[0] == 512 * MIB
    await undone(door)
    assert limits()[0] == 64 * MIB
    entries = await door._journal.entries(0)
    run = await went(door, await door.propose_undo(entries[0].action))
    assert run.progress.phase is Phase.DONE, run.progress
    # A limit of memory cannot be taken off live: as high as the host's is as good.
    assert limits() == (engine.client.info()["MemTotal"], *before[1:])
    assert engine.client.inspect_container(uid)["State"]["StartedAt"] == started


async def test_limits_of_one_that_has_them(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("web", host={"mem_limit": "64m", "nano_cpus": 500_000_000})
    plan = await planned(door, Verb.RESIZE, box(uid, "web"), memory="256MiB", cpu="1")
    assert ("memory", "64MiB", "256MiB") in [(d.name, d.before, d.after) for d in plan.differences]
    await done(door, Verb.RESIZE, box(uid, "web"), memory="256MiB", cpu="1")
    host = engine.client.inspect_container(uid)["HostConfig"]
    assert (host["Memory"], host["NanoCpus"]) == (256 * MIB, 1_000_000_000)
    await undone(door)
    host = engine.client.inspect_container(uid)["HostConfig"]
    assert (host["Memory"], host["NanoCpus"]) == (64 * MIB, 500_000_000)
    assert (
        "cannot be taken off"
        in (await planned(door, Verb.RESIZE, box(uid, "web"), cpu="none")).refused
    )
    same = await planned(door, Verb.RESIZE, box(uid, "web"), memory="64MiB")
    assert same.nothing


async def test_two_people_act_at_once(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("web")
    async with opened(engine) as other:
        mine, theirs = await asyncio.gather(
            propose(door, Verb.STOP, box(uid, "web"), timeout="0"),
            propose(other, Verb.RESTART, box(uid, "web"), timeout="0"),
        )
        assert (await went(other, theirs)).progress.phase is Phase.DONE
        second = (await went(door, mine)).progress
    assert second.phase is Phase.FAILED
    assert "has changed meanwhile: started was" in second.reason
    assert state(engine, uid) == "running"


async def test_a_namesake_is_refused(engine: DockerEngine, door: Door) -> None:
    uid = engine.run("web")
    proposal = await propose(door, Verb.STOP, box(uid, "web"), timeout="0")
    engine.client.remove_container(uid, force=True)
    other = engine.run("web")
    run = await went(door, proposal)
    assert run.progress.phase is Phase.FAILED
    assert "another container has its name now" in run.progress.reason
    again = await propose(door, Verb.STOP, box(uid, "web"))
    assert again.failed[0][1].code == "not_found"
    assert state(engine, other) == "running"
    engine.client.remove_container(other, force=True)
    gone = await propose(door, Verb.STOP, box(uid, "web"))
    assert "is not there any more" in gone.failed[0][1].what


async def test_images_untagged_and_deleted(engine: DockerEngine, door: Door) -> None:
    engine.import_image("extra:1", "ENV A=1")
    uid = engine.client.inspect_image("extra:1")["Id"]
    engine.client.tag("extra:1", "extra", "2")
    target = ref("image", uid, "extra:1")
    plan = await planned(door, Verb.REMOVE, target, image="extra:2")
    assert plan.differences[0].after == "extra:1"
    progress = await done(door, Verb.REMOVE, target, image="extra:2")
    assert progress.reason == "untagged; it stays as extra:1"
    box_uid = engine.create("user", image="extra:1")
    refused = await planned(door, Verb.REMOVE, target)
    assert "used by user (created): remove those first" in refused.refused
    engine.client.remove_container(box_uid)
    assert (await done(door, Verb.REMOVE, target)).reason == "deleted"
    with pytest.raises(NotFound):
        engine.client.inspect_image(uid)


async def test_prune_takes_what_was_shown_and_no_more(engine: DockerEngine, door: Door) -> None:
    for number in (1, 2, 3):
        engine.import_image("extra:1", f"ENV A={number}")
    mine = ref("image", engine.client.inspect_image(IMAGE)["Id"], IMAGE)
    proposal = await propose(door, Verb.PRUNE, mine)
    plan = proposal.plans[0]
    assert (plan.ref.kind, plan.members) == ("images", 2)
    assert "MiB" in facts(plan)["frees"] or "KiB" in facts(plan)["frees"], facts(plan)
    engine.import_image("extra:1", "ENV A=4")
    assert (await went(door, proposal)).progress.reason == "2 removed"
    assert len(engine.client.images(filters={"dangling": True})) == 1
    await done(door, Verb.PRUNE, mine)
    engine.client.remove_image("extra:1")


async def test_prune_volumes_and_networks(engine: DockerEngine, door: Door) -> None:
    for name in ("data", "used"):
        engine.client.create_volume(name)
    uid = engine.run("web", volumes=["/anonymous", "/used"], host={"binds": ["used:/used"]})
    loose = engine.client.create_volume()["Name"]
    net = engine.client.create_network("lonely", ipam={"Config": [{"Subnet": "10.234.41.0/24"}]})
    busy = engine.client.create_network("busy", ipam={"Config": [{"Subnet": "10.234.42.0/24"}]})
    engine.client.connect_container_to_network(uid, busy["Id"])
    volumes = ref("volumes", "bastion", "bastion")
    assert (await planned(door, Verb.PRUNE, volumes)).members == 1
    every = await propose(door, Verb.PRUNE, volumes, all="yes")
    assert {text.split(",")[0] for name, text in every.plans[0].facts if name != "frees"} == {
        "data", loose[:12],
    }  # fmt: skip
    with pytest.raises(Refused, match="type bastion"):
        door.begin(every)
    # Somebody begins to use one that is to go.
    engine.run("late", host={"binds": ["data:/data"]}, volumes=["/data"])
    conflict = (await went(door, every)).progress
    assert (conflict.phase, "unused was" in conflict.reason) == (Phase.FAILED, True)
    await done(door, Verb.PRUNE, volumes, all="yes")
    names = {v["Name"] for v in engine.client.volumes()["Volumes"]}
    assert loose not in names
    assert names >= {"data", "used"}
    used = await planned(door, Verb.REMOVE, ref("network", busy["Id"], "busy"))
    assert "used by web (running)" in used.refused
    built_in = engine.client.inspect_network("bridge")["Id"]
    own = await planned(door, Verb.REMOVE, ref("network", built_in, "bridge"))
    assert own.refused == "it is the engine's own"
    pruned = await done(door, Verb.PRUNE, ref("network", net["Id"], "lonely"))
    assert pruned.reason == "1 removed"
    engine.remove_all()
    await done(door, Verb.REMOVE, ref("network", busy["Id"], "busy"))
    await done(door, Verb.PRUNE, volumes, all="yes")
    assert engine.client.volumes()["Volumes"] in ([], None)
