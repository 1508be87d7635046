"""What is left of a redeploy that was broken off, on a scripted engine: told and planned, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from docker_fake import FakeEngine
from docker_recorded import recorded

from fleetui.core import change_form
from fleetui.core.change import Ask, Phase, Plan, Verb
from fleetui.core.errors import Conflict, Invalid
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter
from fleetui.providers.writing import Resumable

OLD = recorded("inspect_plain")["Id"]
NEW = "e" * 64
REF = Ref("docker", "bastion", "container", OLD, "plain")


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    made = FakeEngine()
    image = recorded("inspect_image")
    for name in ("app:2", image["Id"], recorded("inspect_plain")["Image"]):
        made.answers[f"/images/{name}/json"] = image
    stands(made, OLD, "plain", "running")
    await made.start()
    yield made
    made.stop()


@pytest.fixture
async def writer(fake: FakeEngine) -> AsyncIterator[DockerWriter]:
    made = DockerWriter("bastion", DockerSettings(host=fake.host, timeout=30))
    yield made
    await made.close()


def stands(fake: FakeEngine, uid: str, name: str, status: str, *, started: str = "") -> None:
    """Let the engine have a container, by its id and by its name."""
    raw: dict[str, Any] = {**recorded("inspect_plain"), "Id": uid, "Name": f"/{name}"}
    raw["State"] = {**raw["State"], "Status": status, "Running": status == "running"}
    if started:
        raw["State"]["StartedAt"] = started
    fake.answers[f"/containers/{uid}/json"] = raw
    fake.answers[f"/containers/{name}/json"] = raw


def gone(fake: FakeEngine, name: str) -> None:
    fake.answers.pop(f"/containers/{name}/json", None)


async def planned(writer: DockerWriter) -> Plan:
    """Plan a redeploy, and keep it as the audit does."""
    ask = Ask(Verb.REDEPLOY, REF, (("image", "app:2"), ("pull", "no")))
    form = change_form.of_plan(await writer.plan(ask))
    return change_form.plan(json.loads(json.dumps(form)))


def names(plan: Plan) -> tuple[str, str]:
    mark = dict(plan.memo)["mark"]
    return f"plain.old-{mark}", f"plain.new-{mark}"


async def test_where_nothing_was_done_nothing_is_left(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    plan = await planned(writer)
    assert isinstance(writer, Resumable)
    assert await writer.left(plan) is None
    with pytest.raises(Invalid, match="nothing of it is half-way"):
        await writer.rest(plan, Ask(Verb.REDEPLOY, REF))
    # Whoever stops it later has left nothing half-way.
    stands(fake, OLD, "plain", "exited", started="2026-11-25T00:00:00Z")
    assert await writer.left(plan) is None


async def test_the_old_one_set_aside_and_nothing_runs(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    plan = await planned(writer)
    old, new = names(plan)
    gone(fake, "plain")
    stands(fake, OLD, old, "exited")
    stands(fake, NEW, new, "created")
    left = await writer.left(plan)
    assert left is not None
    assert (left.phase, left.half_way) == (Phase.FAILED, True)
    assert f"nothing runs. the old one is kept as {old}, the new one is {new}" in left.reason
    finish = await writer.rest(plan, Ask(Verb.REDEPLOY, REF))
    assert finish.steps == (
        "give the new one the name plain", "start the new one",
        "wait until it is well; if it is not, put the old one back", "remove the old one",
    )  # fmt: skip
    back = await writer.rest(plan, Ask(Verb.ROLLBACK, REF))
    assert back.steps == (f"remove the new one, {new}", f"rename {old} to plain", "start it")
    assert [(d.before, d.after) for d in back.differences] == [
        (d.after, d.before) for d in plan.differences
    ]
    assert not fake.sent
    # An undo means the way back, by the image that it names.
    assert plan.undo.ask is not None
    assert (await writer.rest(plan, plan.undo.ask)).steps == back.steps
    with pytest.raises(Invalid, match="half-way to another image"):
        await writer.rest(plan, Ask(Verb.REDEPLOY, REF, (("image", "app:3"),)))


async def test_the_way_back_sends_what_is_left_of_it_and_nothing_else(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    plan = await planned(writer)
    old, _ = names(plan)
    gone(fake, "plain")
    stands(fake, OLD, old, "exited")
    back = await writer.rest(plan, Ask(Verb.ROLLBACK, REF))
    stands(fake, OLD, old, "running")
    with pytest.raises(Conflict, match="old one was"):
        await writer.carry_out(back, lambda _: None)
    assert not fake.sent
    stands(fake, OLD, old, "exited")
    for path in (f"/containers/{OLD}/rename", f"/containers/{OLD}/start"):
        fake.raws[path] = b"HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n"
    await writer.carry_out(back, lambda _: None)
    while not (progress := await writer.progress(back)).phase.ended:
        await asyncio.sleep(0.01)  # the engine lives in this loop, too
    assert progress.phase is Phase.DONE
    assert [target.split("?")[0] for _, target, _ in fake.sent] == [
        f"/v1.41/containers/{OLD}/rename", f"/v1.41/containers/{OLD}/start",
    ]  # fmt: skip


async def test_a_stranger_under_its_name_is_left_alone(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    plan = await planned(writer)
    old, _ = names(plan)
    stands(fake, OLD, old, "exited")
    raw = {**recorded("inspect_rich"), "Id": NEW, "Name": "/plain"}
    fake.answers["/containers/plain/json"] = fake.answers[f"/containers/{NEW}/json"] = raw
    for verb in (Verb.REDEPLOY, Verb.ROLLBACK):
        found = await writer.rest(plan, Ask(verb, REF))
        assert found.refused.startswith("plain is the name of another container now")
