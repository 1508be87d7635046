"""Images from a registry: what it has is known before, and told while it comes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fleetui.actions.door import Door
from fleetui.core import change_form
from fleetui.core.change import Phase, Progress, Verb
from fleetui.core.errors import Unreachable
from fleetui.providers.docker.writer import pulling

from .changing import box, done, opened, planned, propose, ref, undone, went
from .servers.docker import DockerEngine, busybox_tar
from .servers.registry import Registry
from .servers.waiting import becomes

CONFIG = {"Cmd": ["sleep", "100000"], "Env": ["PATH=/bin"]}


@pytest.fixture
def registry() -> Iterator[Registry]:
    made = Registry()
    yield made
    made.close()


@pytest.fixture
async def door(docker_engine: DockerEngine) -> AsyncIterator[Door]:
    async with opened(docker_engine) as made:
        yield made
    docker_engine.remove_all()


async def test_pull_with_its_layers(
    docker_engine: DockerEngine, door: Door, registry: Registry
) -> None:
    registry.slow_s = 0.05
    name = f"{registry.host}/shop:1"
    digest = registry.put("shop:1", busybox_tar("one"), CONFIG)
    proposal = await propose(door, Verb.PULL, ref("image", "", name))
    (plan,) = proposal.plans
    assert (plan.differences[0].before, plan.differences[0].after) == (
        "not here", f"{name} ({digest[7:19]})",
    )  # fmt: skip
    request = door.begin(proposal)
    run, told = request.runs[0], set[str]()
    while not run.progress.phase.ended:
        told.add(run.progress.reason)
        await asyncio.sleep(0.02)
    assert run.progress.phase is Phase.DONE, run.progress
    assert any("0 of 1 layers" in text and " of 1." in text for text in told), told
    assert digest in docker_engine.client.inspect_image(name)["RepoDigests"][0]
    again = await planned(door, Verb.PULL, ref("image", "", name))
    assert dict(again.facts)["registry"] == "has what is here already"
    # The old one is in use: pulling a newer one leaves that be, and says so.
    docker_engine.run_plain("web", name)
    registry.put("shop:1", busybox_tar("two"), CONFIG)
    newer = await planned(door, Verb.PULL, ref("image", "", name))
    assert any("web (running) go on with the old one" in c.text for c in newer.cautions)


async def test_a_pull_that_is_cancelled(door: Door, registry: Registry) -> None:
    registry.slow_s = 0.5
    name = f"{registry.host}/shop:1"
    registry.put("shop:1", busybox_tar("slow"), CONFIG)
    request = door.begin(await propose(door, Verb.PULL, ref("image", "", name)))
    run = request.runs[0]
    await becomes(lambda: "layers" in run.progress.reason, lambda: f"layers come: {run.progress}")
    await door.cancel(run.action.id)
    await request.wait()
    assert run.progress.phase is Phase.CANCELLED
    assert "stopped while it was pulled" in run.progress.reason


async def test_redeploy_pulls_what_the_plan_said(
    docker_engine: DockerEngine, door: Door, registry: Registry
) -> None:
    name = f"{registry.host}/shop:1"
    first = registry.put("shop:1", busybox_tar("one"), CONFIG)
    await done(door, Verb.PULL, ref("image", "", name))
    uid = docker_engine.run_plain("web", name)
    second = registry.put("shop:1", busybox_tar("two"), {**CONFIG, "Env": ["PATH=/bin", "N=2"]})
    proposal = await propose(door, Verb.REDEPLOY, box(uid, "web"))
    moved = proposal.plans[0].differences[0]
    assert (first[7:19] in moved.before, second[7:19] in moved.after) == (True, True)
    assert (await went(door, proposal)).progress.phase is Phase.DONE
    now = docker_engine.client.inspect_container("web")
    assert now["Config"]["Image"] == name
    assert "N=2" in now["Config"]["Env"]
    await undone(door)
    now = docker_engine.client.inspect_container("web")
    assert "N=2" not in now["Config"]["Env"]
    # Its old name is the newer image's now: it goes by its digest, which says which it is.
    assert now["Config"]["Image"] == f"{registry.host}/shop@{first}"
    pinned = await planned(door, Verb.REDEPLOY, box(now["Id"], "web"))
    assert any("give image=" in c.text for c in pinned.cautions)
    # The tag moves on between looking and doing: nothing is changed.
    stale = await propose(door, Verb.REDEPLOY, box(now["Id"], "web"), image=name)
    registry.put("shop:1", busybox_tar("three"), CONFIG)
    run = await went(door, stale)
    assert run.progress.phase is Phase.FAILED
    assert "is another image now than the plan says" in run.progress.reason
    assert docker_engine.client.inspect_container("web")["Id"] == now["Id"]


async def test_an_undo_knows_the_old_image_where_the_registry_told_nothing(
    docker_engine: DockerEngine, door: Door, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_link: object, _name: str) -> str:
        raise Unreachable("no answer in time")

    name = f"{registry.host}/shop:1"
    registry.put("shop:1", busybox_tar("one"), CONFIG)
    await done(door, Verb.PULL, ref("image", "", name))
    uid = docker_engine.run_plain("web", name)
    old = docker_engine.client.inspect_container(uid)["Image"]
    registry.put("shop:1", busybox_tar("two"), CONFIG)
    monkeypatch.setattr(pulling, "distributed", silent)
    plan = await planned(door, Verb.REDEPLOY, box(uid, "web"))
    assert dict(plan.facts)["image then"] == "what the registry has"
    await done(door, Verb.REDEPLOY, box(uid, "web"))
    new = docker_engine.client.inspect_container("web")
    assert new["Image"] != old
    await undone(door)
    assert docker_engine.client.inspect_container("web")["Image"] == old
    # It is refused only where that image is gone from the engine.
    entry = await door.last_reversible()
    assert entry is not None
    docker_engine.client.remove_image(new["Image"], force=True)
    (plan,) = (await door.propose_undo(entry.action)).plans
    assert plan.refused.startswith("the engine has no image")


async def test_what_a_registry_refuses(door: Door, registry: Registry) -> None:
    async def refused(name: str) -> str:
        return (await planned(door, Verb.PULL, ref("image", "", name))).refused

    assert "manifest unknown" in await refused(f"{registry.host}/shop:none")
    registry.wants_login = True
    registry.put("shop:1", busybox_tar("one"), CONFIG)
    assert "docker login" in await refused(f"{registry.host}/shop:1")
    assert "no name that a registry could know" in await refused("0123456789ab")


async def test_a_login_comes_from_the_config_file_and_goes_nowhere_else(
    docker_engine: DockerEngine,
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    registry.wants_login = True
    name = f"{registry.host}/shop:1"
    registry.put("shop:1", busybox_tar("one"), CONFIG)
    login = base64.b64encode(b"ana:correct-horse").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {registry.host: {"auth": login}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    caplog.set_level("DEBUG")
    async with opened(docker_engine) as door:
        run = await went(door, await propose(door, Verb.PULL, ref("image", "", name)))
        assert run.progress.phase is Phase.DONE, run.progress
        kept = json.dumps(change_form.of_plan(run.action.plan)) + str(run.progress)
    assert f"Basic {login}" in registry.logins
    for text in (kept, caplog.text):
        assert "correct-horse" not in text
        assert login not in text
    assert isinstance(run.progress, Progress)
