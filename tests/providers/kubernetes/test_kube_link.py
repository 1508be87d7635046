"""Requests, their failures in words, and logging in anew."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kube_scripted import Api, Body, api_server, kubeconfig, status, until

from fleetui.core.errors import (
    AuthExpired,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    ProviderError,
    Throttled,
    Unreachable,
)
from fleetui.providers.kubernetes.faults import Failing, Gone, is_cut_off
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.settings import KubernetesSettings

PODS = "/api/v1/pods"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with api_server() as server:
        yield server


def link_to(path: Path, **settings: Any) -> Link:
    return Link("test", KubernetesSettings(kubeconfig=str(path), **settings))


async def failure(link: Link, path: str = PODS) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await link.request("GET", path)
    return raised.value


async def test_a_request_brings_its_token_and_its_parameters(api: Api, tmp_path: Path) -> None:
    link = link_to(kubeconfig(tmp_path / "config", api))
    answer = json.loads(await link.request("GET", PODS, params={"limit": "5"}))
    assert answer["items"] == []
    asked = api.requests[0]
    assert asked.headers["authorization"] == "Bearer s3cret"
    assert asked.query == {"limit": "5"}
    assert "s3cret" not in repr(link.access)
    await link.close()


async def test_a_body_goes_with_its_type(api: Api, tmp_path: Path) -> None:
    link = link_to(kubeconfig(tmp_path / "config", api))
    api.answers["/x"] = lambda request: {"got": request.body.decode()}
    answer = await link.request(
        "PATCH", "/x", body=b"{}", content_type="application/merge-patch+json"
    )
    assert json.loads(answer) == {"got": "{}"}
    assert api.requests[0].method == "PATCH"
    assert api.requests[0].headers["content-type"] == "application/merge-patch+json"
    await link.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, Invalid), (401, AuthExpired), (403, Denied), (404, NotFound), (409, Conflict),
        (410, Gone), (422, Invalid), (429, Throttled), (500, Failing), (503, Failing),
        (302, Invalid),
    ],
)  # fmt: skip
async def test_each_status_has_its_meaning(
    api: Api, tmp_path: Path, code: int, kind: type[ProviderError]
) -> None:
    api.fail(PODS, code=code, body=status(code, message="said \x1b[31mso, token=hunter2"))
    link = link_to(kubeconfig(tmp_path / "config", api))
    error = await failure(link)
    assert type(error) is kind
    assert error.where == "kubernetes/test"
    assert "hunter2" not in error.what
    assert "\x1b" not in error.what
    await link.close()


async def test_who_asks_too_much_waits_as_long_as_it_is_told(api: Api, tmp_path: Path) -> None:
    api.fail(PODS, code=429, headers={"retry-after": "1"}, times=1)
    link = link_to(kubeconfig(tmp_path / "config", api))
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await failure(link)).retry_after == 1
    # Not only what was refused waits: the server has too much to do.
    until_then = link._limiter._not_before
    assert until_then >= began + 1
    await link.request("GET", "/version")
    assert loop.time() >= until_then
    assert len(api.requests) == 2
    await link.close()


async def test_an_expired_list_tells_how_to_go_on(api: Api, tmp_path: Path) -> None:
    api.fail(PODS, code=410, body={**status(410, "Expired"), "metadata": {"continue": "next"}})
    link = link_to(kubeconfig(tmp_path / "config", api))
    error = await failure(link)
    assert isinstance(error, Gone)
    assert error.token == "next"
    await link.close()


async def test_a_server_that_is_not_there_is_named_and_found_again(
    api: Api, tmp_path: Path
) -> None:
    await api.stop()
    link = link_to(kubeconfig(tmp_path / "config", api))
    error = await failure(link)
    assert isinstance(error, Unreachable)
    assert is_cut_off(error)
    assert error.what == "connection refused"
    await api.start()
    assert await link.request("GET", "/version")
    await link.close()


async def test_a_server_that_hangs_is_given_up(api: Api, tmp_path: Path) -> None:
    api.fail(PODS, hang=True)
    link = link_to(kubeconfig(tmp_path / "config", api), timeout=1.0)
    error = await failure(link)
    assert is_cut_off(error)
    assert error.what == "no answer in time"
    await link.close()


async def test_lines_come_whole_however_they_are_cut(api: Api, tmp_path: Path) -> None:
    link = link_to(kubeconfig(tmp_path / "config", api))
    found: list[bytes] = []

    async def read() -> None:
        async for line in link.stream(PODS, {"watch": "1"}):
            found.append(line)  # noqa: PERF401  they are looked at while more come

    reading = asyncio.ensure_future(read())
    await until(lambda: api.watching(PODS))
    for piece in (b"on", b"e\ntwo\nth", b"ree\n\n"):
        api.send(PODS, piece)
    await until(lambda: len(found) == 3)
    assert found == [b"one", b"two", b"three"]
    api.cut(half=b'{"type": "ADD')
    with pytest.raises(Unreachable):
        await reading
    assert len(found) == 3
    await link.close()


async def test_a_watch_that_ends_in_mid_object_is_told_of(api: Api, tmp_path: Path) -> None:
    link = link_to(kubeconfig(tmp_path / "config", api))

    async def read() -> list[bytes]:
        return [line async for line in link.stream(PODS, {"watch": "1"})]

    reading = asyncio.ensure_future(read())
    await until(lambda: api.watching(PODS))
    api.send(PODS, b'{"half')
    api.end(PODS)
    with pytest.raises(Unreachable, match="middle of an object"):
        await reading
    await link.close()


# Logging in.


def plugin(tmp_path: Path, script: str, **more: Any) -> Body:
    """Return a user whose login plugin is a Python script; it counts its runs."""
    path = tmp_path / "plugin.py"
    path.write_text(
        f"import json, os, sys, time, pathlib\n"
        f"runs = pathlib.Path({str(tmp_path / 'runs')!r})\n"
        f"runs.write_text(runs.read_text() + 'x' if runs.exists() else 'x')\n"
        f"def give(token, **more):\n"
        f"    print(json.dumps({{'apiVersion': 'client.authentication.k8s.io/v1',\n"
        f"        'kind': 'ExecCredential', 'status': {{'token': token, **more}}}}))\n{script}"
    )
    told = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": [str(path)],
        **more,
    }
    return {"exec": told}


def runs(tmp_path: Path) -> int:
    return len((tmp_path / "runs").read_text())


async def test_a_plugin_runs_once_for_all_who_ask(api: Api, tmp_path: Path) -> None:
    user = plugin(
        tmp_path,
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "assert info['spec']['interactive'] is False and not sys.stdin.read()\n"
        "give('from-plugin ' .strip())\n",
    )
    path = kubeconfig(tmp_path / "config", api, user)
    one, two = link_to(path), link_to(path)
    await asyncio.gather(*(link.request("GET", "/version") for link in (one, two, one, two)))
    assert {r.headers["authorization"] for r in api.requests} == {"Bearer from-plugin"}
    assert runs(tmp_path) == 1
    await one.close()
    await two.close()


async def test_a_token_that_ends_soon_is_replaced_before_it_is_used(
    api: Api, tmp_path: Path
) -> None:
    user = plugin(tmp_path, "give('t', expirationTimestamp='2020-01-01T00:00:00Z')\n")
    link = link_to(kubeconfig(tmp_path / "config", api, user))
    await link.request("GET", "/version")
    assert link.session.expires_at == 1577836800.0
    assert runs(tmp_path) == 1
    await link.request("GET", "/version")
    assert runs(tmp_path) == 2
    await link.close()


async def test_a_rejected_token_is_asked_for_anew_once(api: Api, tmp_path: Path) -> None:
    user = plugin(tmp_path, "give('t' + runs.read_text())\n")
    link = link_to(kubeconfig(tmp_path / "config", api, user))
    api.answers["/ok"] = {}
    await link.request("GET", "/ok")
    api.fail("/ok", code=401, times=1)
    # The plugin has only just run: running it again would give nothing better.
    assert isinstance(await failure(link, "/ok"), AuthExpired)
    assert runs(tmp_path) == 1
    link.session._login._at = float("-inf")  # type: ignore[union-attr]
    api.fail("/ok", code=401, times=1)
    await link.request("GET", "/ok")
    assert runs(tmp_path) == 2
    assert api.requests[-1].headers["authorization"] == "Bearer txx"
    await link.close()


@pytest.mark.parametrize(
    ("script", "said", "hint"),
    [
        ("print('Error: SSO session has expired', file=sys.stderr); sys.exit(255)\n",
         "failed, exit 255: Error: SSO session has expired", "aws sso login"),
        ("time.sleep(600)\n", "gave no answer in 6s", "login_timeout"),
        ("print('Enter MFA code: ', file=sys.stderr, flush=True); time.sleep(600)\n",
         "asks for a terminal: Enter MFA code:", "in a shell"),
        ("open('/dev/tty')\n", "asks for a terminal", "in a shell"),
        ("print('hello')\n", "printed no credential", ""),
        ("give('')\n", "gave neither token nor certificate", ""),
        ("print('password=hunter2', file=sys.stderr); sys.exit(1)\n", "failed, exit 1", ""),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_plugin_is_named(
    api: Api, tmp_path: Path, script: str, said: str, hint: str
) -> None:
    path = kubeconfig(tmp_path / "config", api, plugin(tmp_path, script))
    # Those that never end are waited for; a busy machine takes its time over the others, too.
    link = link_to(path, login_timeout=6.0 if "sleep" in script else 180.0)
    error = await failure(link)
    assert isinstance(error, AuthExpired)
    assert error.what.startswith("login plugin python")
    assert said in error.what
    assert hint in error.hint
    assert "hunter2" not in error.what
    assert api.requests == []
    # All who ask meanwhile are told the same, and nothing is run.
    assert (await failure(link)).what == error.what
    assert runs(tmp_path) == 1
    await link.close()


@pytest.mark.parametrize(
    ("more", "said", "hint"),
    [
        ({"command": "/no/such/plugin", "installHint": "brew install it"},
         "login plugin plugin is not on this machine", "brew install it"),
        ({"interactiveMode": "Always"}, "asks for a terminal", "in a shell"),
        ({"apiVersion": "client.authentication.k8s.io/v1beta1"},
         "speaks v1, and the kubeconfig asks for v1beta1", "update"),
    ],
)  # fmt: skip
async def test_a_plugin_that_cannot_be_used_is_named(
    api: Api, tmp_path: Path, more: Body, said: str, hint: str
) -> None:
    user = plugin(tmp_path, "give('t')\n", **more)
    link = link_to(kubeconfig(tmp_path / "config", api, user))
    error = await failure(link)
    assert said in error.what
    assert hint in error.hint
    await link.close()


async def test_it_heals_when_somebody_has_logged_in(api: Api, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", api)
    link = link_to(path)
    api.fail(PODS, code=401)
    assert isinstance(await failure(link), AuthExpired)
    api.mend()
    kubeconfig(path, api, {"token": "anew"})
    await link.request("GET", PODS)
    assert api.requests[-1].headers["authorization"] == "Bearer anew"
    await link.close()


async def test_a_context_that_was_chosen_stays(api: Api, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", api)
    link = link_to(path)
    await link.request("GET", "/version")
    document = json.loads(path.read_text())
    document["contexts"].append({"name": "other", "context": {"cluster": "c", "user": "nobody"}})
    document["current-context"] = "other"
    path.write_text(json.dumps(document))
    link.session.doubt()
    await link.request("GET", "/version")
    assert link.access is not None
    assert link.access.context == "test"
    await link.close()


async def test_an_anonymous_answer_is_a_login_that_is_missing(api: Api, tmp_path: Path) -> None:
    said = 'pods is forbidden: User "system:anonymous" cannot list resource "pods"'
    api.fail(PODS, code=403, body=status(403, "Forbidden", said))
    link = link_to(kubeconfig(tmp_path / "config", api, {}))
    assert isinstance(await failure(link), AuthExpired)
    await link.close()
