"""A health gate on a real Prometheus over a real engine: what only the query sees is taken back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fleetui.actions.action import GateSpec, Who
from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.store import Store
from fleetui.actions.door import Door
from fleetui.actions.gatekeeper import QueryGatekeeper
from fleetui.actions.policy import Policy
from fleetui.actions.ports import Entry
from fleetui.actions.proposal import Proposal
from fleetui.actions.request import Request
from fleetui.actions.run import Run
from fleetui.core.change import Phase, Progress, Verb
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer import swapping
from fleetui.providers.docker.writer.writer import DockerWriter
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

from .changing import SCOPE, box, propose
from .servers.compose import Project, compose_folder
from .servers.docker import DockerEngine
from .servers.prometheus import PrometheusServer
from .servers.waiting import becomes

WELL = 'HEALTHCHECK --interval=300ms --retries=2 CMD ["true"]'
SLOW = 'HEALTHCHECK --interval=5s --retries=2 CMD ["true"]'
"""A check that is passed only after five seconds: so long each new member takes."""
LATE = 'HEALTHCHECK --interval=60s --retries=2 CMD ["true"]'
"""One that is passed after a minute: long before that a busy Prometheus has seen the member."""
GATE = GateSpec("max(shop_error_ratio)", max=0.05, hold_s=3.0, place="config.toml:9")
BACK = replace(GATE, roll_back=True)
# Every container of the engine is a target of its own, for as long as it runs.
JOB = """\
- job_name: shop
  docker_sd_configs:
  - host: {host}
    refresh_interval: 1s
    port: 8080
    filters: [{{name: status, values: [running]}}]
"""


def serves(ratio: float) -> str:
    """Return the command of an image that serves its metrics."""
    return f'CMD ["sh", "-c", "busybox httpd -p 8080 -h /; {tells(ratio)}; sleep 100000"]'


def tells(ratio: float) -> str:
    return f"echo shop_error_ratio {ratio} > /metrics"


@pytest.fixture(scope="module")
def engine(docker_engine: DockerEngine) -> DockerEngine:
    """Every image passes its check; what is wrong with one of them only a query tells."""
    for name, check, command in (
        ("shop:good", WELL, serves(0.001)),
        ("shop:better", WELL, serves(0.0005)),
        ("shop:bad", SLOW, serves(0.4)),
        ("shop:worse", LATE, serves(0.4)),
    ):
        docker_engine.import_image(name, command, check, f"LABEL made={name}")
    return docker_engine


@pytest.fixture
def server(
    engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrometheusServer]:
    folder = tmp_path_factory.mktemp("prometheus")
    made = PrometheusServer(folder, JOB.format(host=engine.host))
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
def project(
    engine: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    command = compose_folder()
    monkeypatch.setenv("PATH", f"{command}{os.pathsep}{os.environ['PATH']}")
    tag(engine, "shop:good")
    made = Project(engine, command, tmp_path, "shop")
    web: dict[str, Any] = {
        "image": "shop:now", "pull_policy": "never", "stop_signal": "SIGKILL",
        "deploy": {"replicas": 3},
    }  # fmt: skip
    made.write(web=web)
    made.run("up", "--detach", "--wait")
    yield made
    engine.remove_all()


class Gated:
    """A door whose gates ask the real Prometheus, and whose audit is a file."""

    def __init__(self, engine: DockerEngine, server: PrometheusServer, file: Path) -> None:
        self.prometheus = Prometheus("main", PrometheusSettings(url=server.url, timeout=5))
        self.journal = AuditJournal(file)
        self.keeper = QueryGatekeeper([self.prometheus])
        self.policy = Policy(gates=(("*", BACK),))
        self.door = Door(
            [DockerWriter(SCOPE, DockerSettings(host=engine.host))], self.policy, self.journal,
            Who("ana", "bastion"), gatekeeper=self.keeper,
        )  # fmt: skip
        self.door._tools = replace(self.door._tools, every_s=0.2)
        self._file = file

    async def proposed(self, verb: Verb, target: Ref, **values: str) -> Proposal:
        """Plan it once the gate has data and holds."""
        await becomes(self._holds, "the gate holds")
        proposal = await propose(self.door, verb, target, **values)
        assert proposal.verdict.allowed, proposal.verdict
        return proposal

    async def _holds(self) -> bool:
        return (await self.keeper.read(GATE)).holds

    async def audited(self) -> tuple[Entry, ...]:
        """Return what the audit has, after it has proved itself."""
        assert verify(Store(self._file)).broken is None
        return await self.journal.entries(0)

    async def close(self) -> None:
        await self.door.close()
        await self.journal.close()
        await self.prometheus.close()


@pytest.fixture
async def gated(
    engine: DockerEngine, server: PrometheusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Gated]:
    monkeypatch.setattr(swapping, "STEADY_S", 1.0)
    made = Gated(engine, server, tmp_path / "audit.db")
    yield made
    await made.close()


async def reached(request: Request, phase: Phase) -> None:
    """Wait until the one change of a request is so far."""
    run = request.runs[0]
    await becomes(lambda: run.progress.phase is phase or run.progress.phase.ended, str(phase))
    assert run.progress.phase is phase, run.progress


def tag(engine: DockerEngine, name: str) -> None:
    """Let `shop:now` mean another image."""
    engine.client.tag(name, "shop", "now")


def image_of(engine: DockerEngine, name: str) -> str:
    return str(engine.client.inspect_image(name)["Id"])


def running(project: Project) -> list[str]:
    return [m["ImageID"] for m in project.members("web") if m["State"] == "running"]


def goes_bad(engine: DockerEngine, uid: str) -> None:
    """Let a member that was well tell of errors from now on."""
    made = engine.client.exec_create(uid, ["sh", "-c", tells(0.4)])
    engine.client.exec_start(made["Id"])


WEB = Ref("docker", SCOPE, "compose", "shop/web", "shop/web")


async def test_what_goes_bad_on_its_way_is_stopped_and_the_old_members_go_on(
    engine: DockerEngine, project: Project, gated: Gated
) -> None:
    before = project.ids("web")
    tag(engine, "shop:worse")
    proposal = await gated.proposed(Verb.REDEPLOY, WEB, pull="no")
    request = gated.door.begin(proposal, reason="release 2")
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.ROLLED_BACK, progress
    assert progress.reason.startswith("gate: 0.4 > 0.05; ")
    # None but the first were touched, and nothing of the new ones is left.
    assert project.ids("web") == before
    assert len(project.members("web")) == 3
    (entry,) = await gated.audited()
    assert (entry.progress.phase, entry.gate) == (Phase.ROLLED_BACK, "0.4 > 0.05")
    assert (entry.action.reason, entry.action.gate) == ("release 2", BACK)


async def test_what_goes_bad_after_it_was_done_is_taken_back(
    engine: DockerEngine, project: Project, gated: Gated
) -> None:
    tag(engine, "shop:better")
    gated.door.policy = replace(gated.policy, gates=(("*", replace(BACK, hold_s=600.0)),))
    request = gated.door.begin(await gated.proposed(Verb.REDEPLOY, WEB, pull="no"))
    await reached(request, Phase.HOLDING)
    assert running(project) == [image_of(engine, "shop:better")] * 3
    goes_bad(engine, project.ids("web")[0])
    await request.wait()
    progress = request.runs[0].progress
    assert (progress.phase, progress.reason) == (Phase.ROLLED_BACK, "gate: 0.4 > 0.05")
    assert running(project) == [image_of(engine, "shop:good")] * 3
    assert image_of(engine, "shop:now") == image_of(engine, "shop:good")
    first, second = await gated.audited()
    assert first.progress.phase is Phase.ROLLED_BACK
    assert (second.progress.phase, second.action.undoes) == (Phase.DONE, first.action.id)
    assert second.action.reason == "rolled back: gate: 0.4 > 0.05"


async def test_a_container_comes_back_too(engine: DockerEngine, gated: Gated) -> None:
    uid = engine.run_plain("web", "shop:good")
    try:
        target = box(uid, "web")
        proposal = await gated.proposed(Verb.REDEPLOY, target, image="shop:worse", pull="no")
        request = gated.door.begin(proposal)
        await request.wait()
        progress = request.runs[0].progress
        assert progress.phase is Phase.ROLLED_BACK, progress
        assert progress.reason.startswith("gate: 0.4 > 0.05; ")
        now = engine.client.inspect_container("web")
        assert (now["Id"], now["State"]["Status"]) == (uid, "running")
        (entry,) = await gated.audited()
        assert entry.progress == progress
    finally:
        engine.remove_all()


async def test_prometheus_is_killed_while_a_gate_holds(
    engine: DockerEngine, project: Project, gated: Gated, server: PrometheusServer
) -> None:
    tag(engine, "shop:better")
    spec = replace(BACK, hold_s=8.0)
    gated.door.policy = replace(gated.policy, gates=(("*", spec),))
    request = gated.door.begin(await gated.proposed(Verb.REDEPLOY, WEB, pull="no"))
    run = request.runs[0]
    await reached(request, Phase.HOLDING)
    server.kill()
    await becomes(lambda: "refused" in run.progress.reason, "it cannot be read")
    # Far longer than it would have had to hold.
    await asyncio.sleep(spec.hold_s * 1.5)
    assert run.progress.phase is Phase.HOLDING
    assert run.progress.reason.startswith("gate: prometheus/main: ")
    server.start()
    await request.wait()
    assert run.progress.phase is Phase.DONE, run.progress
    assert run.progress.reason.startswith("gate held for 8s: 0.00")


async def test_prometheus_is_killed_while_what_is_bad_rolls(
    engine: DockerEngine, project: Project, gated: Gated, server: PrometheusServer
) -> None:
    tag(engine, "shop:bad")
    # What it had seen before is all that it knows at first, when it comes back.
    gated.door.policy = replace(gated.policy, gates=(("*", replace(BACK, hold_s=60.0)),))
    request = gated.door.begin(await gated.proposed(Verb.REDEPLOY, WEB, pull="no"))
    await reached(request, Phase.ROLLING)
    server.kill()
    await reached(request, Phase.HOLDING)
    assert running(project) == [image_of(engine, "shop:bad")] * 3
    server.start()
    await request.wait()
    progress = request.runs[0].progress
    assert (progress.phase, progress.reason) == (
        Phase.ROLLED_BACK, "gate: 0.4 > 0.05",
    )  # fmt: skip
    assert running(project) == [image_of(engine, "shop:good")] * 3


async def test_prometheus_that_stays_away_is_no_pass(
    engine: DockerEngine,
    project: Project,
    gated: Gated,
    server: PrometheusServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold = Run._hold

    async def not_for_long(run: Run, done: Progress) -> Progress:
        # The rollout before takes as long as it takes on this machine.
        run._tools = replace(run._tools, timeout_s=30.0)
        return await hold(run, done)

    monkeypatch.setattr(Run, "_hold", not_for_long)
    tag(engine, "shop:better")
    proposal = await gated.proposed(Verb.REDEPLOY, WEB, pull="no")
    request = gated.door.begin(proposal)
    await reached(request, Phase.ROLLING)
    server.kill()
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.TIMED_OUT, progress
    assert progress.reason.startswith("done, but its gate never held for 3s: prometheus/main: "), (
        progress
    )
    assert "undo can take it back" in progress.reason
    # And nothing more is begun while it cannot be asked.
    again = await propose(gated.door, Verb.REDEPLOY, WEB, pull="no")
    (refusal,) = again.verdict.refusals
    assert refusal.text.startswith("the gate cannot be read: prometheus/main: ")
    assert [one.progress.phase for one in await gated.audited()] == [Phase.TIMED_OUT]
