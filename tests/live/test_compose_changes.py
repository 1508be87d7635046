"""Compose services on a real engine with a real compose: scaled, redeployed, and taken back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from fleetui.actions.door import Door
from fleetui.core.change import Phase, Plan, Verb
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer import swapping
from fleetui.providers.docker.writer.writer import DockerWriter

from .changing import SCOPE, done, opened, planned, propose, undone, went
from .servers.compose import Client, Project, compose_folder
from .servers.docker import DockerEngine, busybox_tar
from .servers.registry import Registry
from .servers.waiting import becomes, free_port
from .test_docker_redeploy import killed_after

SERVE = 'CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/"]'
WELL = 'HEALTHCHECK --interval=300ms --retries=2 CMD ["true"]'
SLOW = 'HEALTHCHECK --interval=4s --retries=2 CMD ["true"]'
"""A check that is passed after four seconds: so long each new member takes."""
SICK = 'HEALTHCHECK --interval=300ms --retries=2 CMD ["sh", "-c", "echo no database; exit 1"]'
WEB: dict[str, Any] = {"image": "app:now", "stop_signal": "SIGKILL", "pull_policy": "never"}


@pytest.fixture(scope="module")
def command() -> Path:
    return compose_folder()


@pytest.fixture(scope="module")
def engine(docker_engine: DockerEngine) -> DockerEngine:
    docker_engine.import_image("app:1", SERVE, WELL, "LABEL made=1")
    docker_engine.import_image("app:2", SERVE, WELL, "LABEL made=2")
    docker_engine.import_image("app:slow", SERVE, SLOW, "LABEL made=slow")
    docker_engine.import_image("app:sick", SERVE, SICK, "LABEL made=sick")
    return docker_engine


@pytest.fixture(autouse=True)
def around(engine: DockerEngine, command: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", f"{command}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(swapping, "STEADY_S", 1.0)
    now(engine, "app:1")
    yield
    engine.remove_all()


@pytest.fixture
def project(engine: DockerEngine, command: Path, tmp_path: Path) -> Project:
    made = Project(engine, command, tmp_path, "shop")
    made.write(web={**WEB, "deploy": {"replicas": 2}})
    made.run("up", "--detach")
    return made


@pytest.fixture
async def door(engine: DockerEngine) -> AsyncIterator[Door]:
    async with opened(engine) as made:
        yield made


def now(engine: DockerEngine, name: str) -> None:
    """Let `app:now` mean another image."""
    engine.client.tag(name, "app", "now")


def unit(service: str = "web") -> Ref:
    return Ref("docker", SCOPE, "compose", f"shop/{service}", f"shop/{service}")


def image_of(engine: DockerEngine, name: str) -> str:
    return str(engine.client.inspect_image(name)["Id"])


def images(project: Project, service: str = "web") -> list[str]:
    return [m["ImageID"] for m in project.members(service) if m["State"] == "running"]


def cautions(plan: Plan) -> str:
    return "; ".join(c.text for c in plan.cautions)


async def test_scale_out_in_and_back(project: Project, door: Door) -> None:
    before = project.ids("web")
    plan = await planned(door, Verb.SCALE, unit(), count="x2")
    assert [(d.before, d.after) for d in plan.differences] == [("2", "4")]
    assert plan.amount == 2
    assert "the file says 2: the next `compose up`" in cautions(plan)
    assert dict(plan.facts)["drift"] == "all members are as the file says"
    progress = await done(door, Verb.SCALE, unit(), count="+2")
    assert (progress.ready, progress.total) == (4, 4)
    assert set(before) < set(project.ids("web"))
    assert len(project.ids("web")) == 4
    await undone(door)
    assert project.ids("web") == before


async def test_scale_to_zero_and_back_when_nothing_is_left(project: Project, door: Door) -> None:
    proposal = await propose(door, Verb.SCALE, unit(), count="0")
    assert any(c.grave for c in proposal.plans[0].cautions)
    assert (await went(door, proposal)).progress.phase is Phase.DONE
    assert project.members("web") == []
    await undone(door)
    assert len(project.ids("web")) == 2


async def test_out_of_bounds_is_said_before(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    port = free_port()
    project.write(
        one={**WEB, "container_name": "the-one"},
        port={**WEB, "ports": [f"127.0.0.1:{port}:8080"]},
    )
    project.run("up", "--detach", "--remove-orphans")
    plan = await planned(door, Verb.SCALE, unit("one"), count="2")
    assert plan.refused.startswith("there is room for 1 only: the file gives it one container_name")
    plan = await planned(door, Verb.SCALE, unit("port"), count="2")
    assert f"port {port} of the host is published by it" in plan.refused


async def test_a_rolling_redeploy_never_leaves_fewer_than_all_but_one(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    await done(door, Verb.SCALE, unit(), count="3")
    before = project.ids("web")
    now(engine, "app:2")
    plan = await planned(door, Verb.REDEPLOY, unit(), pull="no")
    assert "3 of 3 run an older image than app:now is here" in dict(plan.facts)["drift"]
    assert "it keeps its 3 members; the file says 2" in cautions(plan)
    with Client(project) as client:
        progress = await done(door, Verb.REDEPLOY, unit(), pull="no")
    assert (progress.updated, progress.ready, progress.total) == (3, 3, 3)
    assert client.rounds > 3
    assert client.fewest >= 2
    assert images(project) == [image_of(engine, "app:2")] * 3
    assert not set(before) & {m["Id"] for m in project.members("web")}
    # Undone, it is the image before, by a rolling redeploy as well.
    with Client(project) as client:
        await undone(door)
    assert client.fewest >= 2
    assert images(project) == [image_of(engine, "app:1")] * 3
    assert image_of(engine, "app:now") == image_of(engine, "app:1")


async def test_what_never_gets_well_comes_back(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    before = project.ids("web")
    now(engine, "app:sick")
    with Client(project) as client:
        run = await went(door, await propose(door, Verb.REDEPLOY, unit(), pull="no"))
    assert run.progress.phase is Phase.ROLLED_BACK, run.progress
    assert "no database" in run.progress.reason
    assert client.fewest == 2
    assert [m["Id"] for m in project.members("web")] == before


async def test_a_later_member_that_fails_brings_all_back(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    # Each takes a turn; there are three: for the old ones and the first of the new ones.
    turn = "busybox mkdir /shared/1 || busybox mkdir /shared/2 || busybox mkdir /shared/3"
    service = {
        **WEB,
        "image": "busy:1",
        "command": ["sh", "-c", f"{{ {turn}; }} && : > /well; sleep 100000"],
        "healthcheck": {"test": ["CMD", "sh", "-c", "[ -e /well ]"], "interval": "300ms",
                        "retries": 2},
        "volumes": [{"type": "bind", "source": str(project.folder), "target": "/shared"}],
    }  # fmt: skip
    project.write(web={**service, "deploy": {"replicas": 2}})
    project.run("up", "--detach", "--wait")
    before = project.ids("web")
    run = await went(door, await propose(door, Verb.REDEPLOY, unit(), pull="no"))
    assert run.progress.phase is Phase.ROLLED_BACK, run.progress
    assert "the old members run again" in run.progress.reason
    assert [m["Id"] for m in project.members("web")] == before


async def test_one_that_has_a_port_is_replaced_and_comes_back(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    port = free_port()
    project.write(web={**WEB, "ports": [f"127.0.0.1:{port}:8080"]})
    project.run("up", "--detach")
    (before,) = project.ids("web")
    now(engine, "app:sick")
    proposal = await propose(door, Verb.REDEPLOY, unit(), pull="no")
    assert f"nobody answers in between: port {port}" in cautions(proposal.plans[0])
    assert (await went(door, proposal)).progress.phase is Phase.ROLLED_BACK
    assert project.ids("web") == [before]
    now(engine, "app:2")
    await done(door, Verb.REDEPLOY, unit(), pull="no")
    assert images(project) == [image_of(engine, "app:2")]
    (member,) = project.members("web")
    assert member["Ports"][0]["PublicPort"] == port


async def test_one_with_a_name_is_made_anew_and_comes_back_on_its_image(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    project.write(web={**WEB, "container_name": "the-one"})
    project.run("up", "--detach")
    now(engine, "app:2")
    plan = await planned(door, Verb.REDEPLOY, unit(), pull="no")
    assert any(c.grave and "the old one is not kept" in c.text for c in plan.cautions)
    await done(door, Verb.REDEPLOY, unit(), pull="no")
    assert images(project) == [image_of(engine, "app:2")]
    assert project.members("web")[0]["Names"] == ["/the-one"]
    # A tag that has moved on in the meantime is known by what ran before.
    run = await went(door, await propose(door, Verb.ROLLBACK, unit(), image="app:sick"))
    assert run.progress.phase is Phase.ROLLED_BACK, run.progress
    assert images(project) == [image_of(engine, "app:2")]
    assert image_of(engine, "app:now") == image_of(engine, "app:2")


async def test_drift_is_told_and_redeployed(project: Project, door: Door) -> None:
    project.write(web={**WEB, "deploy": {"replicas": 2}, "environment": {"DB_PASSWORD": "hunter2"}})
    plan = await planned(door, Verb.SCALE, unit(), count="3")
    assert "the file has changed since 2 of 2 were made" in dict(plan.facts)["drift"]
    assert "new members are made as it is now, the others stay" in cautions(plan)
    plan = await planned(door, Verb.REDEPLOY, unit(), pull="no")
    assert [d.name for d in plan.differences] == ["configuration"]
    assert plan.undo.ask is None
    assert "hunter2" not in str(plan)
    await done(door, Verb.REDEPLOY, unit(), pull="no")
    plan = await planned(door, Verb.REDEPLOY, unit(), pull="no")
    assert dict(plan.facts)["drift"] == "all members are as the file says"


async def test_a_job_that_is_done_does_not_run_again(project: Project, door: Door) -> None:
    job = {**WEB, "image": "busy:1", "command": ["true"]}
    needs = {"depends_on": {"init": {"condition": "service_completed_successfully"}}}
    project.write(init=job, web={**WEB, **needs})
    project.run("up", "--detach")
    (ended,) = project.members("init")
    assert ended["State"] == "exited"
    await done(door, Verb.SCALE, unit(), count="2")
    await done(door, Verb.REDEPLOY, unit(), pull="no")
    await done(door, Verb.RESTART, unit())
    assert project.members("init")[0]["Id"] == ended["Id"]
    assert project.members("init")[0]["Status"].startswith("Exited (0)")
    started = project._engine.client.inspect_container(ended["Id"])["State"]["StartedAt"]
    for verb, values in ((Verb.START, {}), (Verb.SCALE, {"count": "2"}), (Verb.REDEPLOY, {}),
                         (Verb.RESTART, {})):  # fmt: skip
        assert (await planned(door, verb, unit("init"), **values)).refused
    again = project._engine.client.inspect_container(ended["Id"])["State"]["StartedAt"]
    assert again == started


async def test_restart_stop_and_start(project: Project, door: Door) -> None:
    before = {m["Id"]: m["Created"] for m in project.members("web")}
    with Client(project) as client:
        progress = await done(door, Verb.RESTART, unit())
    assert progress.total == 2
    assert client.fewest >= 1
    assert {m["Id"]: m["Created"] for m in project.members("web")} == before
    await done(door, Verb.STOP, unit())
    assert project.ids("web") == []
    await undone(door)
    assert set(project.ids("web")) == set(before)


async def test_a_redeploy_is_cancelled_between_members(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    before = project.ids("web")
    now(engine, "app:slow")
    proposal = await propose(door, Verb.REDEPLOY, unit(), pull="no")
    request = door.begin(proposal, typed=proposal.verdict.word)
    run = request.runs[0]
    await becomes(lambda: run.progress.updated, lambda: f"one is new: {run.progress}")
    request.cancel()
    await request.wait()
    assert run.progress.phase is Phase.ROLLED_BACK, run.progress
    assert [m["Id"] for m in project.members("web") if m["State"] == "running"] == before
    assert len(project.members("web")) == 2


async def test_without_a_command_or_a_file_it_says_so(
    project: Project, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.file.rename(project.folder / "elsewhere.yaml")
    failed = (await propose(door, Verb.SCALE, unit(), count="3")).failed
    assert "compose.yaml is not on this machine" in str(failed)
    monkeypatch.setenv("PATH", "/nowhere")
    failed = (await propose(door, Verb.REDEPLOY, unit())).failed
    assert "no compose command is on this machine" in str(failed)
    # What needs neither goes on.
    await done(door, Verb.RESTART, unit())


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
async def test_killed_in_the_middle_and_brought_back(
    project: Project, engine: DockerEngine, door: Door, step: int
) -> None:
    # Start, stop, start, stop, remove, remove.
    before = project.ids("web")
    now(engine, "app:2")
    plan = await planned(door, Verb.REDEPLOY, unit(), pull="no")
    killed_after(engine, plan, step)
    writer = DockerWriter(SCOPE, DockerSettings(host=engine.host))
    try:
        progress = await writer.progress(plan)
        if step < 4:
            assert progress.phase is Phase.ROLLING, progress
            back = await writer.halt(plan)
            assert back.phase is Phase.ROLLED_BACK, back
            assert project.ids("web") == before
            assert len(project.members("web")) == 2
        else:
            assert progress.phase is Phase.DONE, progress
            assert "left, stopped: redeploy finishes it" in progress.reason
            assert images(project) == [image_of(engine, "app:2")] * 2
    finally:
        await writer.close()


async def test_a_bad_image_of_the_registry_comes_back_and_loses_its_name(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    registry = Registry()
    name = f"{registry.host}/shop:now"
    serve: dict[str, Any] = {"Cmd": ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/"]}
    bad = {"Test": ["CMD", "false"], "Interval": 300_000_000, "Retries": 2}
    try:
        registry.put("shop:now", busybox_tar("one"), serve)
        web = {**WEB, "image": name, "deploy": {"replicas": 2}}
        del web["pull_policy"]
        project.write(web=web)
        engine.client.pull(name)
        project.run("up", "--detach")
        first = image_of(engine, name)
        registry.put("shop:now", busybox_tar("bad"), {**serve, "Healthcheck": bad})
        run = await went(door, await propose(door, Verb.REDEPLOY, unit()))
        assert run.progress.phase is Phase.ROLLED_BACK, run.progress
        assert (images(project), image_of(engine, name)) == ([first] * 2, first)
        digest = registry.put("shop:now", busybox_tar("two"), serve)
        plan = await planned(door, Verb.REDEPLOY, unit())
        assert plan.differences[0].after == f"{name} ({digest[7:19]})"
        await done(door, Verb.REDEPLOY, unit())
        assert image_of(engine, name) != first
        # The image before is known by its repository, though it has lost its name.
        await done(door, Verb.ROLLBACK, unit(), image=first)
        assert (images(project), image_of(engine, name)) == ([first] * 2, first)
    finally:
        registry.close()


async def test_without_a_revision_it_goes_back_to_the_image_before(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    registry = Registry()
    name = f"{registry.host}/shop:now"
    serve: dict[str, Any] = {"Cmd": ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/"]}
    try:
        registry.put("shop:now", busybox_tar("one"), serve, "2026-01-01")
        web = {**WEB, "image": name, "deploy": {"replicas": 2}}
        del web["pull_policy"]
        project.write(web=web)
        engine.client.pull(name)
        project.run("up", "--detach")
        first = image_of(engine, name)
        registry.put("shop:now", busybox_tar("two"), serve, "2026-01-02")
        await done(door, Verb.REDEPLOY, unit())
        second = image_of(engine, name)
        with Client(project) as client:
            await done(door, Verb.ROLLBACK, unit())
        assert client.fewest >= 1
        assert (images(project), image_of(engine, name)) == ([first] * 2, first)
        # Before the first there is none; the way forward again is an undo.
        plan = await planned(door, Verb.ROLLBACK, unit())
        assert plan.refused.startswith("no image from before is known here")
        await undone(door)
        assert (images(project), image_of(engine, name)) == ([second] * 2, second)
    finally:
        registry.close()


async def test_a_scale_that_fails_stays_and_says_how_to_go_back(
    project: Project, engine: DockerEngine, door: Door
) -> None:
    before = project.ids("web")
    now(engine, "app:sick")
    run = await went(door, await propose(door, Verb.SCALE, unit(), count="4"))
    assert run.progress.phase is Phase.FAILED, run.progress
    assert run.progress.reason.endswith("it stays so: undo scales it back to 2")
    assert len(project.ids("web")) == 4
    await undone(door)
    assert project.ids("web") == before


async def test_an_image_is_built_and_the_one_before_comes_back(
    project: Project, engine: DockerEngine, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    dockerfile = project.folder / "Dockerfile"
    dockerfile.write_text("FROM app:1\nLABEL built=one\n", "utf-8")
    service = {**WEB, "build": {"context": str(project.folder)}}
    del service["image"], service["pull_policy"]
    project.write(web=service)
    project.run("build")
    project.run("up", "--detach")
    first = image_of(engine, "shop-web")
    dockerfile.write_text("FROM app:sick\nLABEL built=two\n", "utf-8")
    run = await went(door, await propose(door, Verb.REDEPLOY, unit(), build="yes"))
    assert run.progress.phase is Phase.ROLLED_BACK, run.progress
    assert (images(project), image_of(engine, "shop-web")) == ([first], first)
    dockerfile.write_text("FROM app:2\nLABEL built=three\n", "utf-8")
    await done(door, Verb.REDEPLOY, unit(), build="yes")
    assert images(project) != [first]
    await undone(door)
    assert images(project) == [first]
    dockerfile.write_text("FROM app:2\nRUN nonsense\n", "utf-8")
    run = await went(door, await propose(door, Verb.REDEPLOY, unit(), build="yes"))
    assert run.progress.phase is Phase.FAILED, run.progress
    assert images(project) == [first]
