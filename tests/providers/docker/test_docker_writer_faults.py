"""What an engine's answers to a change mean: no, failed, nothing, half of something."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from docker_fake import FakeEngine
from docker_recorded import recorded

from fleetui.core import change_form
from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.errors import Conflict, Denied, NotFound, Unreachable
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter
from fleetui.providers.registry import writer as writer_half
from fleetui.providers.writing import Shellable, Writer

RICH = recorded("inspect_rich")
REF = Ref("docker", "bastion", "container", RICH["Id"], "web")
PATH = f"/containers/{RICH['Id']}"


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    made = FakeEngine()
    made.answers[f"{PATH}/json"] = recorded("inspect_rich")
    await made.start()
    yield made
    made.stop()


@pytest.fixture
async def writer(fake: FakeEngine) -> AsyncIterator[DockerWriter]:
    made = DockerWriter("bastion", DockerSettings(host=fake.host, timeout=4))
    yield made
    await made.close()


def raw(status: int, body: bytes = b"", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status} x\r\nContent-Length: {size}\r\n\r\n".encode() + body


def said(status: int, message: str) -> bytes:
    return raw(status, json.dumps({"message": message}).encode())


def ended(fake: FakeEngine, **state: Any) -> None:
    """Make the container one that is down."""
    found = recorded("inspect_rich")
    found["State"].update({"Status": "exited", "Running": False, "ExitCode": 0, **state})
    fake.answers[f"{PATH}/json"] = found


async def planned(writer: DockerWriter, verb: Verb, **values: str) -> Plan:
    return await writer.plan(Ask(verb, REF, tuple(values.items())))


async def sent(writer: DockerWriter, plan: Plan) -> Progress:
    return await writer.carry_out(plan, lambda _: None)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said(403, "authorization denied by plugin"), Denied),
        (said(404, "No such container: x"), NotFound),
        (said(409, "Container x is being removed"), Conflict),
        (b"", Unreachable),
        (b"HTTP/1.1 20", Unreachable),
        (b"nonsense\r\n\r\n", Unreachable),
        (raw(200, b'{"Warnings": [', 14), Unreachable),
        (raw(200, b'{"Warnings": [', 400), Unreachable),
    ],
)
async def test_a_no_is_told_and_a_lost_answer_is_no_no(
    writer: DockerWriter, fake: FakeEngine, answer: bytes, kind: type[Exception]
) -> None:
    plan = await planned(writer, Verb.RESIZE, memory="128MiB")
    fake.raws[f"{PATH}/update"] = answer
    with pytest.raises(kind):
        await sent(writer, plan)
    assert [target.split("?")[0] for _, target, _ in fake.sent] == [f"/v1.41{PATH}/update"]


async def test_an_engine_that_failed_is_looked_at_at_once(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    ended(fake)
    plan = await planned(writer, Verb.START)
    fake.raws[f"{PATH}/start"] = said(500, "driver failed: port is already allocated")
    progress = await sent(writer, plan)
    assert progress.phase is Phase.FAILED
    assert "port is already allocated" in progress.reason
    # It may have done it all the same.
    plan = await planned(writer, Verb.RENAME, name="shop")
    fake.raws[f"{PATH}/rename"] = said(500, "could not save")
    renamed = {**recorded("inspect_rich"), "Name": "/shop"}
    original = writer._link.send

    def renames(*args: Any, **options: Any) -> Any:
        fake.answers[f"{PATH}/json"] = renamed
        return original(*args, **options)

    writer._link.send = renames  # type: ignore[method-assign]
    assert (await sent(writer, plan)).phase is Phase.DONE


async def test_what_is_already_so_is_done(writer: DockerWriter, fake: FakeEngine) -> None:
    plan = await planned(writer, Verb.STOP, timeout="5")
    fake.raws[f"{PATH}/stop"] = raw(304)
    original = writer._link.send

    def stops(*args: Any, **options: Any) -> Any:
        ended(fake)
        return original(*args, **options)

    writer._link.send = stops  # type: ignore[method-assign]
    assert (await sent(writer, plan)).phase is Phase.DONE
    assert fake.sent == [("POST", f"/v1.41{PATH}/stop?t=5", None)]


async def test_one_that_changed_meanwhile_is_left_alone(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    plan = await planned(writer, Verb.STOP)
    ended(fake)
    with pytest.raises(Conflict, match="state was running and is exited"):
        await sent(writer, plan)
    fake.answers[f"{PATH}/json"] = {**recorded("inspect_rich"), "Name": "/other"}
    with pytest.raises(Conflict, match="name was web and is other"):
        await sent(writer, plan)
    assert not fake.sent


async def test_a_namesake_is_another_container(writer: DockerWriter, fake: FakeEngine) -> None:
    plan = await planned(writer, Verb.STOP)
    del fake.answers[f"{PATH}/json"]
    with pytest.raises(NotFound, match="is not there any more"):
        await sent(writer, plan)
    fake.answers["/containers/web/json"] = {**recorded("inspect_rich"), "Id": "e" * 64}
    with pytest.raises(NotFound, match="another container has its name now: web is eeeeeeeeeeee"):
        await sent(writer, plan)
    assert not fake.sent


async def test_one_that_crashes_all_the_time_can_be_stopped(
    writer: DockerWriter, fake: FakeEngine
) -> None:
    flapping = recorded("inspect_rich")
    flapping["RestartCount"] = 3
    fake.answers[f"{PATH}/json"] = flapping
    plan = await planned(writer, Verb.STOP)
    flapping["State"].update({"Status": "restarting", "StartedAt": "2026-11-26T13:00:00Z"})
    fake.raws[f"{PATH}/stop"] = raw(204)
    await sent(writer, plan)
    assert len(fake.sent) == 1


async def test_no_secret_is_in_a_plan(writer: DockerWriter, fake: FakeEngine) -> None:
    fake.answers["/images/app:2/json"] = recorded("inspect_app_image")
    image = recorded("inspect_rich")["Image"]
    fake.answers[f"/images/{image}/json"] = recorded("inspect_app_image")
    for verb, values in (
        (Verb.STOP, {}),
        (Verb.REMOVE, {}),
        (Verb.RESIZE, {"memory": "128MiB"}),
        (Verb.REDEPLOY, {"image": "app:2", "pull": "no"}),
        (Verb.EXEC, {"command": "psql --password hunter2"}),
    ):
        text = json.dumps(change_form.of_plan(await planned(writer, verb, **values)))
        assert "not-for-your-eyes" not in text
        assert "hunter2" not in text
    assert not fake.sent


async def test_the_writer_is_what_the_door_asks_for() -> None:
    half = writer_half("docker")
    assert half is not None
    made = half.create("bastion", DockerSettings())
    assert isinstance(made, Writer)
    assert isinstance(made, Shellable)
    assert {Verb.STOP, Verb.REDEPLOY, Verb.EXEC} <= made.verbs("container")
    assert made.verbs("image") == {Verb.PULL, Verb.REMOVE, Verb.PRUNE}
    assert not made.verbs("droplet")
    await made.close()


def test_importing_and_creating_a_writer_bring_no_sdk() -> None:
    code = (
        "import sys; from fleetui.providers.registry import backend, writer;"
        "settings = backend('docker').settings();"
        "assert not any('writer' in m for m in sys.modules if m.startswith('fleetui.providers.d'));"
        "writer('docker').create('x', settings).verbs('container');"
        "print(sorted({'docker', 'requests', 'urllib3', 'paramiko'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
