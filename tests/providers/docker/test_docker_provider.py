"""The whole provider against a server of ours that answers as a real engine did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from docker_fake import FakeEngine, many

from fleetui.core.errors import Denied, Invalid, ProviderError
from fleetui.core.snapshot import SourceKey
from fleetui.providers.docker.provider import KINDS, Docker
from fleetui.providers.docker.settings import DockerSettings


def key(kind: str) -> SourceKey:
    return SourceKey("docker", "bastion", kind)


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    made = FakeEngine()
    await made.start()
    yield made
    made.stop()


@pytest.fixture
async def provider(fake: FakeEngine) -> AsyncIterator[Docker]:
    made = Docker("bastion", DockerSettings(host=fake.host, timeout=30))
    yield made
    await made.close()


async def test_every_kind(provider: Docker) -> None:
    counts = {kind: len((await provider.fetch(key(kind))).rows) for kind in KINDS}
    assert counts == {
        "containers": 12, "capacity": 1, "images": 1, "volumes": 1, "networks": 4, "events": 19,
    }  # fmt: skip


async def test_five_hundred_containers_take_one_call(fake: FakeEngine, provider: Docker) -> None:
    fake.answers["/containers/json"] = many(500)
    assert len((await provider.fetch(key("containers"))).rows) == 500
    assert fake.order[:2] == ["/version", "/containers/json"]
    assert fake.asked["/containers/json"] == 1


async def test_panes_that_ask_together_share_the_list(fake: FakeEngine, provider: Docker) -> None:
    await asyncio.gather(*(provider.fetch(key(kind)) for kind in KINDS))
    assert fake.asked["/containers/json"] == 1


async def test_check_tells_what_was_tried(provider: Docker) -> None:
    report = await provider.check()
    assert report.reachable
    assert report.version == "20.10.24+dfsg1, API 1.41"
    assert all(allowed for _, allowed in report.permissions)
    assert "@vm via unix://" in report.identity


async def test_check_names_what_is_denied(fake: FakeEngine, provider: Docker) -> None:
    fake.status = 403
    report = await provider.check()
    assert report.reachable
    assert ("list containers", False) in report.permissions
    assert report.fault is not None
    assert report.fault.code == "denied"


async def test_a_denied_list(fake: FakeEngine, provider: Docker) -> None:
    fake.status = 403
    with pytest.raises(Denied):
        await provider.fetch(key("containers"))


@pytest.mark.parametrize(
    "raw",
    [
        b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n[{"Id": ',
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_garbage_is_a_fault_in_words(raw: bytes, kind: str, fake: FakeEngine) -> None:
    provider = Docker("bastion", DockerSettings(host=fake.host, timeout=1))
    fake.raw = raw
    with pytest.raises(ProviderError) as caught:
        await provider.fetch(key(kind))
    assert caught.value.where == "docker/bastion"
    await provider.close()


async def test_it_mends_itself(fake: FakeEngine, provider: Docker) -> None:
    fake.raw = b"garbage\r\n\r\n"
    with pytest.raises(ProviderError):
        await provider.fetch(key("containers"))
    fake.raw = None
    assert (await provider.fetch(key("containers"))).rows


async def test_a_kind_that_docker_has_not(provider: Docker) -> None:
    with pytest.raises(Invalid, match="no alerts"):
        await provider.fetch(key("alerts"))


async def test_a_tls_file_that_is_not_there() -> None:
    settings = DockerSettings(host="tcp://127.0.0.1:2376", tls_ca="/none/ca.pem")
    provider = Docker("bastion", settings)
    with pytest.raises(Invalid, match=r"tls_ca cannot be read: /none/ca\.pem"):
        await provider.fetch(key("containers"))
    await provider.close()


async def test_a_closed_provider_says_so(provider: Docker) -> None:
    await provider.fetch(key("containers"))
    await provider.close()
    with pytest.raises(ProviderError, match="closed"):
        await provider.fetch(key("images"))
