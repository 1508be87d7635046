"""Settings that cannot be used together, and where an engine is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from fleetui.core.errors import Invalid, NotFound
from fleetui.providers.docker.discover import discover
from fleetui.providers.docker.endpoint import Endpoint, Tls, resolve
from fleetui.providers.docker.settings import DockerSettings


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "unix:///run/docker.sock"},
        {"host": "ssh://deploy@bastion:2222"},
        {"host": "tcp://10.0.0.1:2376", "tls_ca": "ca", "tls_cert": "c", "tls_key": "k"},
        {"host": "tcp://[::1]:2375"},
        {"host": "https://docker.example.com"},
        {"host": "tcp://10.0.0.1:2376", "tls_verify": False},
        {"context": "blue"},
    ],
)
def test_what_can_be_used(given: dict[str, Any]) -> None:
    assert list(DockerSettings(**given).problems()) == []


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"host": "unix:///x", "context": "blue"}, "context", "not both"),
        ({"host": "bastion"}, "host", "is not an address"),
        ({"host": "ftp://bastion"}, "host", "is not an address"),
        ({"host": "tcp://host:99999"}, "host", "is not an address"),
        ({"host": "tcp://host\x1b[2J"}, "host", "is not an address"),
        ({"host": "unix://run/docker.sock"}, "host", "three slashes: unix:///run/docker.sock"),
        ({"host": "ssh://me:secret@host"}, "host", "holds a password"),
        ({"host": "tcp://me@host:2375"}, "host", "a user is for ssh"),
        ({"host": "tcp://host:2375/prefix"}, "host", "must end with its port"),
        ({"host": "tcp://h:1", "tls_cert": "c"}, "tls_cert", "set tls_key too"),
        ({"host": "tcp://h:1", "tls_key": "k"}, "tls_key", "set tls_cert too"),
        ({"host": "tcp://h:1", "tls_ca": "c", "tls_verify": False}, "tls_ca", "of no use"),
        ({"host": "unix:///x", "tls_ca": "c"}, "tls_ca", "for tcp:// only"),
        ({"host": "ssh://h", "tls_verify": False}, "tls_verify", "for tcp:// only"),
        ({"context": "blue", "tls_ca": "c"}, "tls_ca", "brings its own"),
    ],
)
def test_what_is_impossible_is_named(given: dict[str, Any], key: str, words: str) -> None:
    problems = dict(DockerSettings(**given).problems())
    assert words in problems[key]
    assert "secret" not in str(problems)


def context(home: Path, name: str, host: Any, **files: str) -> None:
    """Write a context as the Docker client does."""
    digest = sha256(name.encode()).hexdigest()
    meta = home / ".docker" / "contexts" / "meta" / digest
    meta.mkdir(parents=True)
    about = {"Name": name, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    (meta / "meta.json").write_text(json.dumps(about))
    tls = home / ".docker" / "contexts" / "tls" / digest / "docker"
    for file, text in files.items():
        tls.mkdir(parents=True, exist_ok=True)
        (tls / f"{file}.pem").write_text(text)


def broken(home: Path) -> Iterator[Path]:
    for number, text in enumerate(("{", "[]", '{"Name": 1}', '{"Name": "x", "Endpoints": []}')):
        folder = home / ".docker" / "contexts" / "meta" / str(number)
        folder.mkdir(parents=True)
        (folder / "meta.json").write_text(text)
        yield folder


def test_the_host_of_the_settings_comes_first(tmp_path: Path) -> None:
    env = {"DOCKER_HOST": "tcp://other:2375", "DOCKER_CONTEXT": "blue"}
    found = resolve(DockerSettings(host="ssh://me@host"), env, tmp_path)
    assert str(found) == "ssh://me@host"
    assert (found.user, found.port, found.explicit_port) == ("me", 22, False)


def test_variables_then_the_current_context_then_a_socket(tmp_path: Path) -> None:
    context(tmp_path, "blue", "ssh://deploy@blue:2222")
    config = tmp_path / ".docker" / "config.json"
    config.write_text('{"currentContext": "blue"}')
    env = {"DOCKER_HOST": "tcp://10.0.0.1:2375"}
    assert str(resolve(DockerSettings(), env, tmp_path)) == "tcp://10.0.0.1:2375"
    found = resolve(DockerSettings(), {}, tmp_path)
    assert (str(found), found.source) == ("ssh://deploy@blue:2222", "context blue")
    config.write_text('{"currentContext": "default"}')
    assert resolve(DockerSettings(), {}, tmp_path).scheme == "unix"
    assert resolve(DockerSettings(context="default"), env, tmp_path).scheme == "unix"


def test_a_context_brings_its_tls_files(tmp_path: Path) -> None:
    context(tmp_path, "green", "tcp://green:2376", ca="a", cert="b", key="c")
    found = resolve(DockerSettings(context="green"), {}, tmp_path)
    assert found.tls is not None
    assert Path(found.tls.ca).read_text() == "a"
    assert Path(found.tls.key).name == "key.pem"
    assert found.tls.verify


def test_an_unknown_context_is_named_with_those_there_are(tmp_path: Path) -> None:
    context(tmp_path, "green", "tcp://green:2376")
    with pytest.raises(NotFound, match="'blue'") as caught:
        resolve(DockerSettings(context="blue"), {}, tmp_path)
    assert caught.value.hint == "there are: green"


@pytest.mark.parametrize(
    ("host", "tls", "address"),
    [
        ("tcp://h", False, "tcp://h:2375"),
        ("tcp://h:2375", False, "tcp://h:2375"),
        ("tcp://h:2376", True, "tcp://h:2376"),
        ("https://h", True, "tcp://h:2376"),
        ("tcp://[::1]:2375", False, "tcp://[::1]:2375"),
    ],
)
def test_tls_goes_with_docker_s_own_port(
    host: str, tls: bool, address: str, tmp_path: Path
) -> None:
    found = resolve(DockerSettings(host=host), {}, tmp_path)
    assert ((found.tls is not None), str(found)) == (tls, address)


def test_variables_bring_tls_as_the_client_has_it(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    env = {
        "DOCKER_HOST": "tcp://h:1234",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(tmp_path),
    }
    assert resolve(DockerSettings(), env, tmp_path).tls == Tls(ca=str(tmp_path / "ca.pem"))


def test_a_variable_that_is_no_address_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not an engine's address"):
        resolve(DockerSettings(), {"DOCKER_HOST": "ftp://x"}, tmp_path)
    assert isinstance(resolve(DockerSettings(), {"DOCKER_HOST": "h:1"}, tmp_path), Endpoint)


def test_nothing_is_discovered_where_nothing_is(tmp_path: Path) -> None:
    assert discover({}, tmp_path, tmp_path / "none.sock") == ()


def test_discovers_sockets_variables_and_contexts_once_each(tmp_path: Path) -> None:
    system, runtime = tmp_path / "docker.sock", tmp_path / "run"
    runtime.mkdir()
    system.touch()
    (runtime / "docker.sock").touch()
    context(tmp_path, "blue green", "ssh://deploy@blue")
    context(tmp_path, "local", "tcp://elsewhere:2375")
    context(tmp_path, "same", f"unix://{system}")
    context(tmp_path, "windows", "npipe:////./pipe/docker_engine")
    env = {"DOCKER_HOST": "ssh://me@far", "XDG_RUNTIME_DIR": str(runtime)}
    found = {one.scope: one for one in discover(env, tmp_path, system)}
    assert {scope: (one.settings.host, one.settings.context) for scope, one in found.items()} == {
        "far": ("ssh://me@far", ""),
        "local": (f"unix://{system}", ""),
        "rootless": (f"unix://{runtime}/docker.sock", ""),
        "blue-green": ("", "blue green"),
        "local-2": ("", "local"),
    }
    assert found["blue-green"].how == "the Docker context blue green (ssh://deploy@blue)"
    assert all(not list(one.settings.problems()) for one in found.values())


def test_files_that_are_no_contexts_are_passed_over(tmp_path: Path) -> None:
    assert list(broken(tmp_path))
    context(tmp_path, "good", "tcp://h:2375")
    assert [one.scope for one in discover({}, tmp_path, tmp_path / "no")] == ["good"]
