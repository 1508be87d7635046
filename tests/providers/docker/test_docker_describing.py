"""What an engine's documents become on a page: no value of an environment, no control character."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from docker_fake import FakeEngine
from docker_recorded import recorded
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.description import Description, text_lines
from fleetui.core.errors import NotFound, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.base import Describable
from fleetui.providers.docker import describing
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings

EVIL = "\x1b]52;c;AAAA\x07\x1b[31m[bold]\u202etxt\x9b1m[/]"
SECRET = "hunter2"
NOW = 1_795_000_000.0
CONTAINER: dict[str, Any] = {
    "Id": "a" * 64, "Name": "/web", "RestartCount": 4, "Platform": "linux",
    "State": {"Status": "exited", "Running": False, "OOMKilled": True, "ExitCode": 137,
              "Error": EVIL, "StartedAt": "2026-11-14T22:00:00Z",
              "FinishedAt": "2026-11-14T23:00:00Z",
              "Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": [
                  {"End": "2026-11-14T22:50:00Z", "ExitCode": 1,
                   "Output": f"{EVIL}\nno database\npassword={SECRET}\n"}]}},
    "HostConfig": {"Memory": 64 << 20, "NanoCpus": 1_500_000_000, "PidsLimit": 100,
                   "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
                   "LogConfig": {"Type": "splunk", "Config": {"splunk-token": SECRET}}},
    "Config": {"Env": [f"GREETING={SECRET}", f"DB_PASSWORD={SECRET}", f"{EVIL}={SECRET}"],
               "Image": "acme/web:1", "Entrypoint": ["/entry"],
               "Cmd": ["serve", "--password", SECRET, f"--token={SECRET}"],
               "Labels": {"api.token": SECRET, EVIL: EVIL,
                          "com.docker.compose.project": "shop",
                          "com.docker.compose.service": "web"},
               "Healthcheck": {"Test": ["CMD-SHELL", f"curl -u a:{SECRET} localhost"]}},
    "Mounts": [{"Type": "volume", "Name": "data", "Destination": "/data", "RW": False}],
    "NetworkSettings": {"Networks": {"shop": {"IPAddress": "172.18.0.2", "Aliases": ["web"]}},
                        "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}],
                                  "81/tcp": None}},
}  # fmt: skip


def whole(told: Description) -> str:
    text = "\n".join(line.text for _heading, line in text_lines(told))
    return text + json.dumps(told.raw, ensure_ascii=False)


def test_a_container_in_full() -> None:
    told = describing.container(CONTAINER, NOW)
    text = whole(told)
    for words in (
        "137", "the kernel ended it", "on-failure, 5 times at most", "64.0 MiB", "1.5 cores",
        "no database", "172.18.0.2", "as web", "0.0.0.0:8080 → 80/tcp", "81/tcp, not published",
        "volume data, read-only", "GREETING", "DB_PASSWORD", "/entry", "serve --password ***",
        "acme/web:1", "shop",
    ):  # fmt: skip
        assert words in text, words
    assert SECRET not in text
    assert not set(text) & set("\x1b\x07\u202e\x9b")
    assert told.raw["Config"]["Env"][0] == "GREETING=***"


@pytest.mark.parametrize("name", ["fail1", "loop", "nocmd", "oom", "shop-web-1", "sick", "stopped"])
def test_recorded_inspections(name: str) -> None:
    told = describing.container(recorded(f"inspect_{name}"), NOW)
    assert told.section("state") is not None


def test_an_image_hides_what_its_history_sets() -> None:
    history = [
        {"CreatedBy": f"/bin/sh -c #(nop)  ENV GREETING={SECRET}", "Size": 0},
        {"CreatedBy": f"RUN |1 NPM={SECRET} /bin/sh -c npm ci", "Size": 5 << 20},
        {"CreatedBy": EVIL, "Size": "x"},
    ]
    raw = {"RepoTags": ["acme/web:1"], "Config": {"Env": [f"A={SECRET}"]}, "Size": 1 << 20}
    text = whole(describing.image(raw, history, ["web, running"], NOW))
    assert "npm ci" in text
    assert "5.0 MiB" in text
    assert "web, running" in text
    assert SECRET not in text
    assert "\x1b" not in text


def test_volume_network_and_unit() -> None:
    raw = {"Name": "v", "Driver": "local", "Options": {"o": f"username=x,password={SECRET}"}}
    text = whole(describing.volume(raw, ["db, running"], NOW))
    assert "username=x" in text
    assert SECRET not in text
    inside = {"x" * 64: {"Name": "web", "IPv4Address": "10.0.0.2/24"}}
    ipam = {"Config": [{"Subnet": "10.0.0.0/24", "Gateway": "10.0.0.1"}]}
    text = whole(describing.network({"Containers": inside, "IPAM": ipam}, NOW))
    assert "10.0.0.0/24 by way of 10.0.0.1" in text
    assert "10.0.0.2/24" in text
    text = whole(describing.unit([CONTAINER], 2, NOW))
    assert "exited, unhealthy, exit 137, restarted 4 times" in text
    assert "2 more members are not shown" in text
    assert SECRET not in text


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*CONTAINER, "Log", "Health", "Networks", "Labels", "Env"]), inner
        )
    ),
    max_leaves=12,
)


@given(JUNK)
def test_no_document_is_too_odd(raw: object) -> None:
    for told in (
        describing.container(raw, NOW), describing.image(raw, raw, (), NOW),
        describing.volume(raw, (), NOW), describing.network(raw, NOW),
        describing.unit([raw], 0, NOW),
    ):  # fmt: skip
        whole(told)


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    made = FakeEngine()
    await made.start()
    yield made
    made.stop()


async def test_the_provider_asks_for_one_thing(fake: FakeEngine) -> None:
    provider = Docker("bastion", DockerSettings(host=fake.host, timeout=30))
    assert isinstance(provider, Describable)
    fake.answers[f"/containers/{'a' * 64}/json"] = CONTAINER
    ref = Ref("docker", "bastion", "container", "a" * 64, "web")
    told = await provider.describe(ref)
    assert "the kernel ended it" in whole(told)
    gone = Ref("docker", "bastion", "container", "b" * 64, "gone")
    with pytest.raises(NotFound, match="container/gone is not there any more"):
        await provider.describe(gone)
    with pytest.raises(ProviderError, match="has no moon to describe"):
        await provider.describe(Ref("docker", "bastion", "moon", "1", "moon"))
    await provider.close()
