"""What the provider makes of the API: rows, permissions, and what stands in for what is absent."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from email.utils import formatdate

import pytest
from prometheus_scripted import OK, Request, recorded, reply, scripted

from fleetui.core.errors import Invalid, NotFound
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.providers.base import Provider, Queryable
from fleetui.providers.prometheus import BACKEND
from fleetui.providers.prometheus.discover import discover
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

ALERTS = SourceKey("prometheus", "main", "alerts")
TARGETS = SourceKey("prometheus", "main", "targets")
WHOLE = {
    "/api/v1/query": OK,
    "/api/v1/rules": recorded("rules"),
    "/api/v1/alerts": recorded("alerts"),
    "/api/v1/targets": recorded("targets"),
    "/api/v1/status/buildinfo": recorded("buildinfo"),
}


def api(answers: dict[str, bytes], **headers: str):
    """Answer these paths, and 404 as Prometheus does for others."""

    def script(request: Request) -> bytes:
        if request.path in answers:
            return reply(answers[request.path], **headers)
        return reply(b"404 page not found\n", 404, content_type="text/plain")

    return script


def provider_of(port: int) -> Prometheus:
    return Prometheus("main", PrometheusSettings(url=f"http://127.0.0.1:{port}"))


def test_it_keeps_the_contract_and_loads_no_http_client() -> None:
    provider = BACKEND.create("main", PrometheusSettings())
    assert isinstance(provider, Provider)
    assert isinstance(provider, Queryable)
    assert [spec.key for spec in provider.sources()] == [ALERTS, TARGETS]
    code = (
        "import sys, fleetui.providers.prometheus as p;"
        "assert 'fleetui.providers.prometheus.provider' not in sys.modules;"
        "p.BACKEND.create('main', p.PrometheusSettings());"
        "print(sorted({'httpx', 'fleetui.providers.prometheus.check'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


async def test_alerts_and_broken_rules_come_from_the_rules() -> None:
    async with scripted(api(WHOLE)) as server:
        provider = provider_of(server.port)
        batch = await provider.fetch(ALERTS)
        assert server.requests[0].query == "type=alert"
        assert {(row.ref.kind, row.name, row.state) for row in batch.rows} == {
            ("alert", "TargetDown", State.FAILED),
            ("alert", "Broken", State.DEGRADED),
            ("rule", "Broken", State.FAILED),
        }
        assert batch.warnings == ()
        await provider.close()


async def test_without_rules_the_alerts_alone_are_shown_and_it_says_so() -> None:
    bare = {path: body for path, body in WHOLE.items() if path != "/api/v1/rules"}
    async with scripted(api(bare)) as server:
        provider = provider_of(server.port)
        batch = await provider.fetch(ALERTS)
        assert {row.name for row in batch.rows} == {"TargetDown", "Broken"}
        assert "not shown" in batch.warnings[0]
        await provider.fetch(ALERTS)
        # What is known to be absent is not asked for at each turn.
        assert [r.path.rsplit("/", 1)[1] for r in server.requests] == ["rules", "alerts", "alerts"]
        await provider.close()


async def test_a_garbled_answer_is_a_fault_and_no_reason_to_do_without_rules() -> None:
    async with scripted(api(WHOLE | {"/api/v1/rules": recorded("rules")[:200]})) as server:
        provider = provider_of(server.port)
        with pytest.raises(Invalid, match="broke off"):
            await provider.fetch(ALERTS)
        assert len(server.requests) == 1
        await provider.close()


async def test_where_nothing_is_there_the_rules_are_what_is_missed() -> None:
    async with scripted(api({})) as server:
        provider = provider_of(server.port)
        with pytest.raises(NotFound) as told:
            await provider.fetch(ALERTS)
        assert told.value.where == "prometheus/main"
        assert "prefix" in told.value.hint
        with pytest.raises(Invalid):
            await provider.fetch(SourceKey("prometheus", "main", "containers"))
        await provider.close()


async def test_targets_up_and_down() -> None:
    async with scripted(api(WHOLE)) as server:
        provider = provider_of(server.port)
        rows = {row.job: row for row in (await provider.fetch(TARGETS)).rows}
        assert rows["node"].state is State.RUNNING
        assert rows["closed"].state is State.FAILED
        assert "connection refused" in rows["closed"].reason
        assert server.requests[0].query == "state=active"
        await provider.close()


async def test_check_tells_version_identity_permissions_and_latency() -> None:
    async with scripted(api(WHOLE)) as server:
        provider = provider_of(server.port)
        report = await provider.check()
        await provider.close()
    assert report.reachable
    assert report.version.startswith("2.42")
    assert report.identity == "anonymous"
    assert report.permissions == (("query", True), ("rules", True), ("targets", True))
    assert report.latency_s is not None
    assert report.fault is None
    assert report.notes == ()


async def test_check_tells_what_is_absent_and_a_clock_that_is_off() -> None:
    late = formatdate(time.time() - 300, usegmt=True)
    async with scripted(api({"/api/v1/query": OK}, date=late)) as server:
        provider = provider_of(server.port)
        report = await provider.check()
        await provider.close()
    assert report.version == "unknown"
    assert dict(report.permissions) == {"query": True, "rules": False, "targets": False}
    assert any("behind ours" in note for note in report.notes)
    assert any(note.startswith("rules: ") for note in report.notes)


async def test_check_of_what_cannot_be_read_raises_nothing() -> None:
    async with scripted(lambda _: reply(b"", 401)) as server:
        provider = provider_of(server.port)
        report = await provider.check()
        assert report.reachable
        assert report.fault is not None
        assert report.fault.code == "auth_expired"
        await provider.close()
    provider = provider_of(server.port)
    report = await provider.check()
    assert not report.reachable
    assert report.fault is not None
    await provider.close()


async def test_a_prometheus_on_the_port_is_found_by_its_answer() -> None:
    async with scripted(api(WHOLE)) as server:
        found = await discover(port=server.port, timeout_s=5)
    assert found is not None
    assert found.scope == "local"
    assert found.settings.url == f"http://127.0.0.1:{server.port}"
    assert "Prometheus 2.42" in found.words


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"<html>Prometheus' rival</html>", content_type="text/html"),
        reply(b'{"status":"success","data":{}}'),
        reply(b"", 301, location="https://x/"),
        b"SSH-2.0\r\n\r\n",
    ],
)
async def test_another_program_on_the_port_is_none(answer: bytes) -> None:
    def script(request: Request) -> bytes:
        return answer if "buildinfo" in request.path else reply(b"ok")

    async with scripted(script) as server:
        assert await discover(port=server.port, timeout_s=0.5) is None


async def test_discovery_is_over_in_time() -> None:
    async with scripted(lambda _: _silence()) as server:
        async with asyncio.timeout(60):
            assert await discover(port=server.port) is None
    assert await discover(port=server.port) is None


async def _silence():
    await asyncio.Event().wait()
    yield b""
