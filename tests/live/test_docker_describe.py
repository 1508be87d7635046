"""Looking into the things of a real engine: what is told, and that no secret or escape is in it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from fleetui.core.describe import known
from fleetui.core.description import merged, text_lines
from fleetui.core.errors import NotFound
from fleetui.core.objects import Resource
from fleetui.core.snapshot import SourceKey
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings
from fleetui.yaml_form import as_json, as_yaml

from .servers.docker import DockerEngine, compose_labels
from .servers.waiting import until

EVIL = "\x1b]52;c;AAAA\x07\x1b[31m[bold]\u202etxt\u200b[/]"
SECRET = "hunter2isnotgood"
NAME = "described"


@pytest.fixture(scope="module")
def fleet(docker_engine: DockerEngine) -> Iterator[DockerEngine]:
    """A container with secrets and hostile text wherever an engine takes any."""
    one, client = docker_engine, docker_engine.client
    client.create_volume("described_data", labels={"api-token": SECRET, EVIL: EVIL})
    one.run(
        NAME,
        "sh", "-c", f"echo --password {SECRET} >/dev/null; while :; do sleep 1; done",
        environment={"GREETING": SECRET, "DB_PASSWORD": SECRET, "EVIL": EVIL},
        labels={**compose_labels("described", "web", 1), f"k{EVIL}": EVIL, "db.password": SECRET,
                "note": f"postgres://shop:{SECRET}@db/shop"},
        host={"binds": ["described_data:/data"], "mem_limit": "64m",
              "restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        volumes=["/data"],
        healthcheck={"test": ["CMD", "sh", "-c", f"echo token={SECRET}; exit 1"],
                     "interval": 200_000_000, "retries": 1},
    )  # fmt: skip

    def checked() -> bool:
        health = client.inspect_container(NAME)["State"].get("Health") or {}
        return health.get("Status") == "unhealthy"

    until(checked, "its check fails")
    yield one
    one.remove_all()


@pytest.fixture
async def provider(fleet: DockerEngine) -> AsyncIterator[Docker]:
    made = Docker("live", DockerSettings(host=fleet.host, timeout=60))
    yield made
    await made.close()


async def rows(provider: Docker, kind: str) -> tuple[Resource, ...]:
    return (await provider.fetch(SourceKey("docker", "live", kind))).rows


async def page(provider: Docker, row: Resource) -> tuple[str, object]:
    told = merged(known(row, 1_795_000_000.0), await provider.describe(row.ref))
    return "\n".join(line.text for _heading, line in text_lines(told)), told.raw


async def test_a_container_with_secrets_and_hostile_labels(provider: Docker) -> None:
    row = next(r for r in await rows(provider, "containers") if r.name == NAME)
    text, raw = await page(provider, row)
    for words in ("GREETING", "DB_PASSWORD", "64.0 MiB", "on-failure, 3 times at most",
                  "volume described_data", "unhealthy", "token=***", "started"):  # fmt: skip
        assert words in text, words
    assert isinstance(raw, dict)
    assert "GREETING=***" in raw["Config"]["Env"]
    for form in (text, as_yaml(raw), as_json(raw), json.dumps(raw, ensure_ascii=False)):
        assert SECRET not in form
        assert not set(form) & set("\x1b\x07\u202e\u200b")


async def test_every_thing_of_the_engine_can_be_described(provider: Docker) -> None:
    for kind in ("containers", "images", "volumes", "networks", "capacity"):
        found = await rows(provider, kind)
        assert found, kind
        for row in found:
            text, raw = await page(provider, row)
            assert raw, kind
            assert SECRET not in text + json.dumps(raw)
            assert "\x1b" not in text


async def test_users_and_members_are_named(provider: Docker) -> None:
    volume = next(r for r in await rows(provider, "volumes") if r.name == "described_data")
    text, _ = await page(provider, volume)
    assert f"{NAME}, running" in text
    unit = next(r for r in await rows(provider, "capacity") if r.name == "described/web")
    text, _ = await page(provider, unit)
    assert NAME in text
    assert "running, unhealthy" in text


async def test_what_is_gone_says_so(fleet: DockerEngine, provider: Docker) -> None:
    uid = fleet.run("fleeting")
    row = next(r for r in await rows(provider, "containers") if r.name == "fleeting")
    fleet.client.remove_container(uid, force=True)
    with pytest.raises(NotFound, match="container/fleeting is not there any more"):
        await provider.describe(row.ref)
