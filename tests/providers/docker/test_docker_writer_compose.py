"""A compose service's plans and what comes of them, with a scripted compose and engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from compose_script import HASH, SERVICES, Script
from docker_fake import FakeEngine

from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.errors import Conflict, Invalid, NotFound, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter

WEB = Ref("docker", "bastion", "compose", "shop/web", "shop/web")
IMAGE = {"Id": "sha256:" + "b" * 64, "RepoTags": ["busy:1"], "RepoDigests": []}


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    made = Script(tmp_path)
    monkeypatch.setenv("PATH", f"{made.folder}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr("fleetui.providers.docker.composing._PLUGINS", ())
    return made


@pytest.fixture
async def fake(script: Script) -> AsyncIterator[FakeEngine]:
    made = FakeEngine()
    members(made, script.entry(1), script.entry(2))
    made.answers["/images/busy:1/json"] = IMAGE
    await made.start()
    yield made
    made.stop()


@pytest.fixture
async def writer(fake: FakeEngine) -> AsyncIterator[DockerWriter]:
    made = DockerWriter("bastion", DockerSettings(host=fake.host, timeout=30))
    yield made
    await made.close()


def members(fake: FakeEngine, *entries: dict[str, Any]) -> None:
    """Let the engine have these containers."""
    fake.answers["/containers/json"] = list(entries)
    for one in entries:
        fake.answers[f"/containers/{one['Id']}/json"] = {
            "Id": one["Id"], "Name": one["Names"][0], "Image": one["ImageID"],
            "State": {"Status": one["State"], "StartedAt": "2026-11-24T10:00:00Z"},
            "Config": {"Image": one["Image"], "Labels": one["Labels"]}, "HostConfig": {},
        }  # fmt: skip


async def planned(writer: DockerWriter, verb: Verb, ref: Ref = WEB, **values: str) -> Plan:
    return await writer.plan(Ask(verb, ref, tuple(values.items())))


async def went(writer: DockerWriter, plan: Plan) -> Progress:
    await writer.carry_out(plan, lambda _: None)
    return await went_on(writer, plan)


async def went_on(writer: DockerWriter, plan: Plan) -> Progress:
    while not (progress := await writer.progress(plan)).phase.ended:
        await asyncio.sleep(0.01)  # the engine lives in this loop, too
    return progress


def cautions(plan: Plan) -> str:
    return "; ".join(c.text for c in plan.cautions)


@pytest.mark.parametrize(
    ("count", "after"), [("5", "5"), ("+1", "3"), ("-1", "1"), ("x2", "4"), ("0", "0")]
)
async def test_a_scale_is_worked_out(writer: DockerWriter, count: str, after: str) -> None:
    plan = await planned(writer, Verb.SCALE, count=count)
    assert plan.ask.value("count") == after
    assert plan.amount == int(after) - 2
    assert plan.undo.ask is not None
    assert plan.undo.ask.value("count") == "2"
    assert not plan.refused


@pytest.mark.parametrize("count", ["", "many", "-3", "99999", "+", "1.5", "\x1b[31m"])
async def test_a_count_that_cannot_be_meant(writer: DockerWriter, count: str) -> None:
    with pytest.raises(Invalid):
        await planned(writer, Verb.SCALE, count=count)


async def test_compose_is_told_all_and_runs_once(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    plan = await planned(writer, Verb.SCALE, count="3")
    assert not script.work
    members(fake, *(script.entry(n) for n in (1, 2)))
    script.write(up=f"touch {script.folder}/up; echo ok")
    await writer.carry_out(plan, lambda _: None)
    (line,) = await _works(writer, plan, script)
    assert line == (
        f"--project-name=shop --project-directory={script.project} "
        f"--file={script.project}/compose.yaml up --detach --no-recreate --pull=missing --no-deps "
        "--remove-orphans=false --no-build --scale web=3 web"
    )
    members(fake, *(script.entry(n) for n in (1, 2, 3)))
    assert (await went_on(writer, plan)).phase is Phase.DONE
    assert len(script.work) == 1


async def _works(writer: DockerWriter, plan: Plan, script: Script) -> list[str]:
    while not (script.folder / "up").exists():
        assert not (await writer.progress(plan)).phase.ended
        await asyncio.sleep(0.01)
    return script.work


@pytest.mark.parametrize(
    ("up", "said"),
    [
        ("echo 'port is taken' >&2; exit 1", "port is taken (exit code 1)"),
        ("kill -9 $$", "ended by signal 9"),
        (r"printf '\033]0;x\007DB_PASSWORD=hunter2\n' >&2; exit 17", "DB_PASSWORD=*** (exit"),
        ("exit 2", "compose up: exit code 2"),
    ],
)
async def test_a_compose_that_fails_is_told_with_what_is_there(
    writer: DockerWriter, script: Script, up: str, said: str
) -> None:
    plan = await planned(writer, Verb.SCALE, count="3")
    script.write(up=up)
    progress = await went(writer, plan)
    assert progress.phase is Phase.FAILED
    assert said in progress.reason
    assert "2 of 3 members are there" in progress.reason
    assert "\x1b" not in progress.reason
    assert len(script.work) == 1


async def test_a_compose_that_failed_but_did_it_has_done_it(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    plan = await planned(writer, Verb.SCALE, count="1")
    script.write(up="exit 1")
    await writer.carry_out(plan, lambda _: None)
    members(fake, script.entry(1))
    assert (await went_on(writer, plan)).phase in {Phase.DONE, Phase.FAILED}
    assert (await writer.progress(plan)).phase is Phase.DONE


async def test_one_that_hangs_is_ended_when_it_is_cancelled(
    writer: DockerWriter, script: Script
) -> None:
    plan = await planned(writer, Verb.SCALE, count="3")
    script.write(up=f"touch {script.folder}/up; sleep 1000")
    await writer.carry_out(plan, lambda _: None)
    await _works(writer, plan, script)
    progress = await writer.halt(plan)
    assert progress.phase is Phase.CANCELLED
    assert "compose was ended on its way; 2 of 3 members are there" in progress.reason


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"version": "1.29.2"}, "compose 1.29.2 is of the old kind"),
        ({"version": "what"}, "does not tell its version"),
        ({"config": "{"}, "told no JSON"),
        ({"config": "[]"}, "a config that is none"),
        ({"config": "[" * 100_000}, "told no JSON"),
        ({"hash_line": "other 12"}, "no hash of web"),
        ({"hash_line": "web \x1b[31m"}, "no hash of web"),
    ],
)
async def test_a_compose_that_answers_nonsense(
    writer: DockerWriter, script: Script, answers: dict[str, str], said: str
) -> None:
    script.write(**answers)
    with pytest.raises(Invalid, match=said):
        await planned(writer, Verb.SCALE, count="3")


@pytest.mark.parametrize(("policy", "pulls"), [("never", "no"), ("missing", "yes")])
async def test_what_the_file_never_pulls_is_not_pulled(
    writer: DockerWriter, script: Script, policy: str, pulls: str
) -> None:
    web = {**SERVICES["web"], "pull_policy": policy}
    script.write(config={"services": {**SERVICES, "web": web}})
    assert (await planned(writer, Verb.REDEPLOY)).ask.value("pull") == pulls
    # What was asked for counts more.
    assert (await planned(writer, Verb.REDEPLOY, pull="yes")).ask.value("pull") == "yes"


async def test_what_the_file_no_longer_has(writer: DockerWriter, script: Script) -> None:
    script.write(config={"services": {"api": {}}})
    with pytest.raises(NotFound, match="no service web any more"):
        await planned(writer, Verb.REDEPLOY)


async def test_members_that_changed_meanwhile_are_a_conflict(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    plan = await planned(writer, Verb.SCALE, count="3")
    members(fake, script.entry(1), script.entry(3))
    with pytest.raises(Conflict, match="shop-web-2"):
        await writer.carry_out(plan, lambda _: None)
    assert not script.work


@pytest.mark.parametrize("name", ["shop", "/web", "shop/", "sh op/web", "-x/web"])
async def test_a_name_that_is_no_service(writer: DockerWriter, script: Script, name: str) -> None:
    with pytest.raises(ProviderError):
        await planned(
            writer, Verb.SCALE, Ref("docker", "bastion", "compose", name, name), count="3"
        )
    assert not script.work


async def test_a_job_others_wait_for_is_known_without_compose(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    ended = script.entry(1, State="exited", Status="Exited (0) 3 minutes ago")
    waits = {"depends_on": "web:service_completed_successfully:false"}
    members(fake, ended, script.entry(2, service="api", labels=waits))
    plan = await planned(writer, Verb.START)
    assert "one-shot job that has ended well, which api waited for" in plan.refused
    assert not script.told
    plan = await planned(writer, Verb.START, force="yes")
    assert not plan.refused
    for verb, values in ((Verb.SCALE, {"count": "2"}), (Verb.REDEPLOY, {"pull": "no"})):
        assert "it is a one-shot job" in (await planned(writer, verb, WEB, **values)).refused


async def test_drift_is_told_by_hash_and_image(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    members(fake, script.entry(1), script.entry(2, labels={"config-hash": "c" * 64}))
    fake.answers["/images/busy:1/json"] = {**IMAGE, "Id": "sha256:" + "d" * 64}
    plan = await planned(writer, Verb.SCALE, count="3")
    drift = dict(plan.facts)["drift"]
    assert "the file has changed since 1 of 2 were made" in drift
    assert "2 of 2 run an older image than busy:1 is here" in drift


async def test_a_redeploy_keeps_no_secret_and_tells_its_way(
    writer: DockerWriter, script: Script
) -> None:
    web = {"image": "busy:1", "environment": {"DB_PASSWORD": "hunter2"},
           "ports": [{"published": "8080", "target": 80}]}  # fmt: skip
    script.write(config={"services": {"web": web}})
    plan = await planned(writer, Verb.REDEPLOY, pull="no")
    assert "hunter2" not in str(plan)
    assert dict(plan.memo)["way"] == "instead"
    assert dict(plan.memo)["hash"] == HASH
    assert "one member is missing at a time: port 8080" in cautions(plan)
    assert plan.undo.ask is not None
    assert plan.undo.ask.verb is Verb.ROLLBACK


@pytest.mark.parametrize(
    ("verb", "values", "said"),
    [
        (Verb.REDEPLOY, {"build": "yes"}, "does not say how to build it"),
        (Verb.ROLLBACK, {}, "no image from before is known here"),
        (Verb.ROLLBACK, {"image": "sha256:dead"}, "the engine has no image sha256:dead"),
    ],
)
async def test_images_that_cannot_be_had(
    writer: DockerWriter, verb: Verb, values: dict[str, str], said: str
) -> None:
    assert said in (await planned(writer, verb, WEB, **values)).refused


async def test_a_redeploy_that_cannot_pull_has_done_nothing(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    body = json.dumps({"message": "lookup registry.example.com: no such host"}).encode()
    head = f"HTTP/1.1 500 x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    fake.raws["/images/create"] = head.encode() + b"\r\n\r\n" + body
    progress = await went(writer, await planned(writer, Verb.REDEPLOY, pull="yes"))
    assert progress.phase is Phase.FAILED
    # Whoever looks for something to undo knows by these words that there is nothing.
    assert progress.reason.startswith("not done: ")
    assert "no such host" in progress.reason
    assert not script.work


async def test_a_redeploy_whose_compose_fails_leaves_the_members(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    plan = await planned(writer, Verb.REDEPLOY, pull="no")
    script.write(up="echo 'no space left' >&2; exit 1")
    progress = await went(writer, plan)
    assert progress.phase is Phase.ROLLED_BACK
    assert "no space left" in progress.reason
    assert "--no-start --no-recreate --pull=never" in script.work[0]
    assert "--scale web=3" in script.work[0]
    assert not [target for _, target, _ in fake.sent]


async def test_a_file_that_changed_since_the_plan_is_not_used(
    writer: DockerWriter, script: Script
) -> None:
    plan = await planned(writer, Verb.REDEPLOY, pull="no")
    script.write(hash_line="web " + "e" * 64)
    progress = await went(writer, plan)
    assert progress.phase is Phase.FAILED
    assert "the file has changed since this was planned" in progress.reason
    assert not script.work


async def test_how_old_members_are_is_told_and_not_waited_for(
    writer: DockerWriter, fake: FakeEngine, script: Script
) -> None:
    sick = "Up 4 minutes (unhealthy)"
    members(fake, script.entry(1, Status=sick), script.entry(2))
    plan = await planned(writer, Verb.SCALE, count="3")
    # It goes on when there is a new member, not before: each look finds what belongs together.
    go = script.folder / "go"
    script.write(up=f"while ! test -e {go}; do sleep 0.01; done; touch {script.folder}/up")
    await writer.carry_out(plan, lambda _: None)
    starting = "Up 1 second (health: starting)"
    members(fake, script.entry(1, Status=sick), script.entry(2), script.entry(3, Status=starting))
    go.touch()
    while (progress := await writer.progress(plan)).phase is Phase.SENDING:
        await asyncio.sleep(0.01)
    assert progress.phase is Phase.ROLLING
    members(fake, script.entry(1, Status=sick), script.entry(2), script.entry(3))
    progress = await went_on(writer, plan)
    assert (progress.phase, progress.ready, progress.total) == (Phase.DONE, 2, 3)
    assert "2 of 3 are well; shop-web-1: check fails" in progress.reason
    # A new one that is sick is a failure.
    plan = await planned(writer, Verb.SCALE, count="4")
    go.unlink()
    await writer.carry_out(plan, lambda _: None)
    members(fake, *(script.entry(n) for n in (1, 2, 3)), script.entry(4, Status=sick))
    go.touch()
    progress = await went_on(writer, plan)
    assert progress.phase is Phase.FAILED
    assert "not all are well: shop-web-4: check fails" in progress.reason
