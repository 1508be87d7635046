"""What failures are called, and what they tell a person to do."""

from __future__ import annotations

import json
import ssl
from typing import Any

import pytest
from docker.errors import APIError, DockerException, InvalidVersion
from paramiko import AuthenticationException, PasswordRequiredException, SSHException
from requests import ConnectionError as NotConnected
from requests import Response
from requests.exceptions import ChunkedEncodingError, JSONDecodeError, ReadTimeout
from urllib3.exceptions import ProtocolError

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
from fleetui.providers.docker import faults
from fleetui.providers.docker.endpoint import Endpoint
from fleetui.providers.docker.faults import EngineFailed
from fleetui.providers.docker.ssh import HostKeyUnknownError

UNIX = Endpoint("unix", path="/run/docker.sock")
TCP = Endpoint("tcp", host="engine", port=2375)
SSH = Endpoint("ssh", host="bastion", port=22, user="deploy")


def of(error: Exception, endpoint: Endpoint = UNIX, said: str = "") -> ProviderError:
    return faults.of(error, endpoint, "bastion", said)


def wrapped(cause: Exception) -> Exception:
    """Return a system's error as the libraries pass it on."""
    return NotConnected(ProtocolError("Connection aborted.", cause))


def refused(status: int, message: Any) -> APIError:
    response = Response()
    response.status_code = status
    response._content = json.dumps({"message": message}).encode()
    return APIError("no", response=response, explanation=str(message))


@pytest.mark.parametrize(
    ("error", "endpoint", "kind", "what", "hint"),
    [
        (FileNotFoundError(2, "no"), UNIX, Unreachable, "no Docker engine at unix:///run/docker.sock",
         "start it, or set host under [docker.bastion]"),
        (PermissionError(13, "no"), UNIX, Denied, "may not open unix:///run/docker.sock",
         "join the group that owns the socket (`docker`) and log in again"),
        (ConnectionRefusedError(111, "no"), TCP, Unreachable, "refused at tcp://engine:2375",
         "is the engine running?"),
        (ConnectionResetError(104, "no"), TCP, Unreachable, "the connection broke off",
         "does it want TLS? set tls_ca, tls_cert and tls_key"),
        (TimeoutError("timed out"), UNIX, Unreachable,
         "no answer in time from unix:///run/docker.sock",
         "it is slow or hangs; `timeout` says how long we wait"),
        (OSError(113, "No route to host"), TCP, Unreachable, "no way to engine",
         "is the network or VPN up?"),
    ],
)  # fmt: skip
def test_what_the_system_says(
    error: Exception, endpoint: Endpoint, kind: type[ProviderError], what: str, hint: str
) -> None:
    for given in (error, wrapped(error), DockerException("words", wrapped(error))):
        found = of(given, endpoint)
        assert (type(found), found.what, found.hint) == (kind, what, hint)
        assert found.where == "docker/bastion"


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "log in", AuthExpired),
        (403, "authorization denied by plugin", Denied),
        (404, "No such container: x", NotFound),
        (409, "container is paused", Conflict),
        (429, "slow down", Throttled),
        (400, "bad parameter", Invalid),
        (500, "it broke", EngineFailed),
    ],
)
def test_what_the_engine_says(status: int, message: str, kind: type[ProviderError]) -> None:
    found = of(refused(status, message))
    assert type(found) is kind
    assert message in found.what


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("client version 1.52 is too new. Maximum supported API version is 1.41", "too old"),
        ("client version 1.24 is too old. Minimum supported API version is 1.44", "too new"),
    ],
)
def test_an_api_that_does_not_fit(message: str, words: str) -> None:
    found = of(refused(400, message))
    assert isinstance(found, Invalid)
    assert f"its API is {words} for us" in found.what


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ReadTimeout("Read timed out."), Unreachable, "no answer in time"),
        (JSONDecodeError("Expecting value", "<html>", 0), Invalid, "no JSON, or broke off"),
        (ChunkedEncodingError(ProtocolError("IncompleteRead")), Unreachable, "broke off"),
        (InvalidVersion("API versions below 1.24 are no longer supported"), Invalid, "too old"),
        (KeyError("ApiVersion"), Invalid, "that no engine answers"),
        (DockerException("odd\x1b[2J words"), Unreachable, "odd[2J words"),
    ],
)
def test_what_the_libraries_say(error: Exception, kind: type[ProviderError], words: str) -> None:
    found = of(error)
    assert type(found) is kind
    assert words in found.what


def test_what_tls_says() -> None:
    untrusted = ssl.SSLCertVerificationError(1, "x")
    untrusted.verify_message = "self-signed certificate in certificate chain"
    found = of(wrapped(untrusted), TCP)
    assert "not trusted" in found.what
    assert found.hint == "set tls_ca under [docker.bastion] to the CA's file"
    plain = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    plain.reason = "WRONG_VERSION_NUMBER"
    assert "does not speak TLS" in of(plain, TCP).what


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (HostKeyUnknownError("bastion", "ssh-ed25519", "SHA256:abc"), Denied, "SHA256:abc"),
        (PasswordRequiredException("encrypted"), AuthExpired, "passphrase"),
        (AuthenticationException("no"), AuthExpired, "login to bastion failed"),
        (SSHException("No authentication methods available"), AuthExpired, "login to bastion"),
        (SSHException("Error reading SSH protocol banner"), Unreachable, "protocol banner"),
    ],
)
def test_what_ssh_says(error: Exception, kind: type[ProviderError], words: str) -> None:
    found = of(DockerException("wrapped", error), SSH)
    assert type(found) is kind
    assert words in found.what
    assert found.hint or kind is Unreachable


def test_what_the_far_side_of_ssh_wrote() -> None:
    found = of(wrapped(EOFError()), SSH, "sh: 1: docker: not found")
    assert "docker: not found" in found.what
    assert "PATH" in found.hint
