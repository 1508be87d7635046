"""What a failed request to an engine means, in words that a person can act on."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from typing import Any

from fleetui.core.clean import clean
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
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.providers.docker.endpoint import Endpoint
from fleetui.providers.docker.ssh import HostKeyUnknownError
from fleetui.providers.unanswered import causes as causes_of


class EngineFailed(Unreachable):
    """The engine answered that it failed: what it has done of it must be read back."""


_TOO_NEW = lazy_pattern(r"client version [\d.]+ is too (new|old)", re.IGNORECASE)
_STATUSES: dict[int, type[ProviderError]] = {
    401: AuthExpired,
    403: Denied,
    404: NotFound,
    409: Conflict,
    429: Throttled,
}


def of(error: Exception, endpoint: Endpoint, scope: str, said: str = "") -> ProviderError:
    """Return why a request failed. `said` is what the far side of an SSH channel wrote."""
    found = _of_any(error, endpoint, scope, said)
    found.where = found.where or f"docker/{scope}"
    return found


def _of_any(error: Exception, endpoint: Endpoint, scope: str, said: str) -> ProviderError:
    if isinstance(error, ProviderError):
        return error
    place = f"[docker.{scope}]"
    causes = list(causes_of(error))
    for cause in causes:
        response = getattr(cause, "response", None)
        if response is not None:
            return _of_status(response.status_code, _said_in(response))
    if endpoint.scheme == "ssh":
        for cause in causes:
            if found := _of_ssh(cause, endpoint):
                return found
    if said:
        return Unreachable(f"no engine behind {endpoint}: {said}", hint=_remote_hint(said))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _of_tls(cause, place)
    for cause in causes:
        if found := _of_system(cause, endpoint, place):
            return found
    names = {type(cause).__name__ for cause in causes}
    return _of_names(names, error, endpoint)


def _of_names(names: set[str], error: Exception, endpoint: Endpoint) -> ProviderError:
    """Return the meaning of the HTTP library's own errors, known by their names."""
    if any("Timeout" in name for name in names):
        return timed_out(endpoint)
    if "InvalidVersion" in names:
        return Invalid(
            f"its API is too old: {clean(str(error), 200)}", hint="Docker 17.06 and newer do"
        )
    if any("Decod" in name or "ChunkLength" in name or "ParseError" in name for name in names):
        return Invalid("the answer is no JSON, or broke off", hint=f"is {endpoint} an engine?")
    if names & {"RemoteDisconnected", "IncompleteRead", "ProtocolError", "BadStatusLine"}:
        hint = _tls_hint(endpoint) or f"is {endpoint} an engine?"
        return Unreachable("the connection broke off", hint=hint)
    if isinstance(error, KeyError | TypeError | AttributeError | ValueError):
        return Invalid("answered something that no engine answers", hint=f"is {endpoint} one?")
    words = clean(str(error), 200) or type(error).__name__
    return Unreachable(f"no answer from {endpoint}: {words}")


def is_late(error: BaseException) -> bool:
    """Say whether an error means that no answer came in time."""
    return any(
        isinstance(cause, TimeoutError)
        or "Timeout" in type(cause).__name__
        # paramiko has no type of its own for this one.
        or "Timeout opening channel" in str(cause)
        for cause in causes_of(error)
    )


def timed_out(endpoint: Endpoint) -> Unreachable:
    """Return what an engine that takes a connection and says nothing means."""
    return Unreachable(
        f"no answer in time from {endpoint}",
        hint="it is slow or hangs; `timeout` says how long we wait",
    )


def _said_in(response: Any) -> str:
    """Return the engine's own words in a refusal."""
    try:
        return clean(str(response.json()["message"]), 600)
    except (ValueError, KeyError, TypeError):
        return clean(str(response.text or ""), 300).strip()


def _of_status(status: int, said: str) -> ProviderError:
    if match := _TOO_NEW.search(said):
        which = "too old" if match[1].lower() == "new" else "too new"
        return Invalid(f"its API is {which} for us: {said}", hint="update fleetui or the engine")
    kind = _STATUSES.get(status)
    if kind is not None:
        hint = "an authorization plugin or a proxy stands before it" if kind is Denied else ""
        return kind(said or f"refused with status {status}", hint=hint)
    if status >= 500:
        return EngineFailed(f"the engine failed: {said or status}")
    return Invalid(said or f"refused with status {status}")


def _of_system(cause: BaseException, endpoint: Endpoint, place: str) -> ProviderError | None:
    """Return the meaning of what the operating system said."""
    if isinstance(cause, FileNotFoundError) and endpoint.scheme == "unix":
        return Unreachable(
            f"no Docker engine at {endpoint}", hint=f"start it, or set host under {place}"
        )
    if isinstance(cause, PermissionError) and endpoint.scheme == "unix":
        return Denied(
            f"may not open {endpoint}",
            hint="join the group that owns the socket (`docker`) and log in again",
        )
    if isinstance(cause, ConnectionRefusedError):
        return Unreachable(f"refused at {endpoint}", hint="is the engine running?")
    if isinstance(cause, socket.gaierror):
        return Unreachable(f"no such host: {endpoint.host}", hint=f"check host under {place}")
    if isinstance(cause, TimeoutError):
        return timed_out(endpoint)
    if isinstance(cause, BrokenPipeError | ConnectionResetError | ConnectionAbortedError):
        return Unreachable("the connection broke off", hint=_tls_hint(endpoint))
    if isinstance(cause, OSError) and cause.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return Unreachable(f"no way to {endpoint.host}", hint="is the network or VPN up?")
    if isinstance(cause, FileNotFoundError):
        return Invalid(f"a file is not there: {clean(str(cause.filename))}", hint=f"see {place}")
    return None


def _tls_hint(endpoint: Endpoint) -> str:
    if endpoint.scheme == "tcp" and endpoint.tls is None:
        return "does it want TLS? set tls_ca, tls_cert and tls_key"
    return ""


def _of_tls(error: ssl.SSLError, place: str) -> ProviderError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = clean(error.verify_message).lower()
        hint = (
            f"set tls_ca under {place} to the CA's file" if "issuer" in why or "self" in why else ""
        )
        return Unreachable(f"its certificate is not trusted: {why}", hint=hint)
    reason = (error.reason or "").replace("_", " ").lower()
    if "wrong version number" in reason or "record layer" in reason:
        return Unreachable("it does not speak TLS there", hint="its TLS port is 2376 by custom")
    if "certificate required" in reason or "bad certificate" in reason:
        return AuthExpired(
            f"it does not take our certificate: {reason}", hint=f"see tls_cert under {place}"
        )
    if "key values mismatch" in reason or "pem lib" in reason or not reason:
        return Invalid("tls_ca, tls_cert or tls_key is no good PEM file", hint=f"see {place}")
    return Unreachable(f"TLS failed: {clean(reason)}")


def _of_ssh(cause: BaseException, endpoint: Endpoint) -> ProviderError | None:
    """Return the meaning of paramiko's errors, known by their names."""
    name, host = type(cause).__name__, endpoint.host
    if isinstance(cause, HostKeyUnknownError):
        return Denied(
            f"{clean(cause.host)} shows a host key that is not known: "
            f"{cause.key_type} {cause.fingerprint}",
            hint=f"compare it, then log in once with `ssh {host}` to accept it",
        )
    if name == "BadHostKeyException":
        return Denied(
            f"the host key of {host} has CHANGED: somebody may listen in",
            hint=f"ask its owner; then `ssh-keygen -R {host}` and log in once by hand",
        )
    if name == "PasswordRequiredException":
        return AuthExpired("the SSH key has a passphrase", hint="give it to the agent: ssh-add")
    keyless = name == "SSHException" and "No authentication methods" in str(cause)
    if keyless or name in {"AuthenticationException", "BadAuthenticationType"}:
        return AuthExpired(
            f"SSH login to {host} failed", hint=f"does `ssh -o BatchMode=yes {endpoint.user or ''}"
            f"{'@' if endpoint.user else ''}{host}` work? is the agent running?",
        )  # fmt: skip
    if name == "ChannelException":
        return Throttled("SSH gives no more sessions", hint="raise MaxSessions in its sshd_config")
    if name == "NoValidConnectionsError":
        return Unreachable(f"nobody listens at {endpoint}", hint="is sshd running there?")
    if name == "SSHException":
        return Unreachable(f"SSH failed: {clean(str(cause), 200)}")
    return None


def _remote_hint(said: str) -> str:
    if "not found" in said or "No such file" in said:
        return "docker must be in the PATH of a login without a terminal there"
    if "permission denied" in said.lower():
        return "the user there must be in the group `docker`"
    return ""
