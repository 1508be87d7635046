"""Runs a kubeconfig's login plugin: bounded, without a terminal, and once for all who need it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from datetime import datetime
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import AuthExpired, ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.secrets import redact
from fleetui.providers.kubernetes.access import Exec

EARLY_S = 30.0
"""A credential that ends within this is replaced before it is used again."""
FAILURE_KEPT_S = 10.0
"""After a failure all who ask within this are told the same, and nothing is run."""
_MOST_BYTES = 1_000_000
_KEPT_WORDS = 4_000
# What programs say that would ask a person: of the terminal they miss, or the question itself.
_ASKS = lazy_pattern(
    r"(?i)\btty\b|/dev/tty|\bnot a terminal\b|\bterminal is (?:required|needed)|inappropriate ioctl"
    r"|\bEOF when reading\b|\b(?:enter|type|input)\b[^.]{0,40}\b(?:password|code|token|pin|mfa|otp)"
    r"|\b(?:password|passphrase|username|otp|pin|mfa code)\b[^:]{0,40}:\s*$"
    r"|cannot prompt|interactive"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a plugin gave: a token, or a certificate with its key."""

    token: str = field(default="", repr=False)
    cert: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires_at: float | None = None
    """Unix seconds; None where it did not say."""


class Login:
    """One plugin with one set of arguments, whoever needs it."""

    def __init__(self, plugin: Exec) -> None:
        self.plugin = plugin
        self._credential: Credential | None = None
        self._running: asyncio.Task[Credential] | None = None
        self._failure: ProviderError | None = None
        self._at = 0.0
        """When it last ended, by the loop's clock."""

    @property
    def expires_at(self) -> float | None:
        """When the credential in use ends."""
        return self._credential.expires_at if self._credential else None

    async def credential(
        self, now: float, timeout_s: float, rejected: Credential | None = None
    ) -> Credential:
        """Return a credential that is good at `now`, in Unix seconds; runs the plugin if need be.

        `rejected` is one that the server did not take: it is not given again. Raises AuthExpired.
        """
        known = self._credential
        loop = asyncio.get_running_loop()
        good = known is not None and not _over(known, now)
        # One that was made just now is not made better by running the plugin once more.
        if known and good and (known is not rejected or loop.time() - self._at < FAILURE_KEPT_S):
            return known
        if self._running is None:
            if self._failure is not None and loop.time() - self._at < FAILURE_KEPT_S:
                raise _again(self._failure)
            name = f"login plugin {self.plugin.name}"
            self._running = loop.create_task(self._renew(timeout_s), name=name)
            # Where nobody waits any more, its failure is told to the next who asks.
            self._running.add_done_callback(lambda task: task.cancelled() or task.exception())
        # Whoever gives up waiting does not end it for the others.
        return await asyncio.shield(self._running)

    async def _renew(self, timeout_s: float) -> Credential:
        loop = asyncio.get_running_loop()
        try:
            self._credential = await run(self.plugin, timeout_s)
            self._failure = None
        except ProviderError as error:
            self._failure = error
            raise
        finally:
            self._at = loop.time()
            self._running = None
        return self._credential


_shared: weakref.WeakValueDictionary[Exec, Login] = weakref.WeakValueDictionary()


def shared(plugin: Exec) -> Login:
    """Return the one Login of this plugin: two contexts of one user log in once."""
    found = _shared.get(plugin)
    if found is None:
        found = _shared[plugin] = Login(plugin)
    return found


async def run(plugin: Exec, timeout_s: float) -> Credential:
    """Run a plugin once and return what it gives. Raises AuthExpired, naming what went wrong."""
    name = plugin.name
    if plugin.interactive == "Always":
        raise AuthExpired(
            f"login plugin {name} asks for a terminal", hint="log in with it in a shell first"
        )
    try:
        process = await asyncio.create_subprocess_exec(
            plugin.command,
            *plugin.args,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(plugin),
            # In a session of its own it has no terminal that it could write to or ask on.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        why = "is not on this machine" if missing else f"cannot be run: {_reason(error)}"
        hint = plugin.install_hint or "install it, or put it on the PATH"
        raise AuthExpired(f"login plugin {name} {why}", hint=redact(hint)) from None
    out, err = bytearray(), bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.gather(
                _drain(process.stdout, out, _MOST_BYTES),
                _drain(process.stderr, err, _KEPT_WORDS),
            )
            code = await process.wait()
    except TimeoutError:
        raise _hangs(name, timeout_s, bytes(out), bytes(err)) from None
    finally:
        await _end(process)
    if code:
        raise _failed(name, code, bytes(err) or bytes(out))
    return read(plugin, bytes(out))


def read(plugin: Exec, answer: bytes) -> Credential:
    """Return the credential that a plugin printed. Raises AuthExpired."""
    name = plugin.name
    try:
        document = json.loads(answer)
        status = document.get("status")
    except (ValueError, AttributeError, RecursionError):
        raise AuthExpired(f"login plugin {name} printed no credential") from None
    version = document.get("apiVersion")
    if version != plugin.api_version:
        asked = plugin.api_version.rpartition("/")[2]
        got = clean(str(version).rpartition("/")[2], 40)
        raise AuthExpired(
            f"login plugin {name} speaks {got}, and the kubeconfig asks for {asked}",
            hint="update the plugin, or the kubeconfig's apiVersion",
        )
    told: Mapping[str, Any] = status if isinstance(status, dict) else {}
    token, cert = _text(told, "token"), _text(told, "clientCertificateData")
    key = _text(told, "clientKeyData")
    if not token and not (cert and key):
        raise AuthExpired(f"login plugin {name} gave neither token nor certificate")
    return Credential(token, cert, key, _moment(told.get("expirationTimestamp")))


def _environment(plugin: Exec) -> dict[str, str]:
    spec: dict[str, Any] = {"interactive": False}
    if plugin.cluster_info:
        spec["cluster"] = json.loads(plugin.cluster_info)
    told = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    return {**os.environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": json.dumps(told)}


async def _drain(stream: asyncio.StreamReader | None, into: bytearray, most: int) -> None:
    while stream is not None and (piece := await stream.read(65_536)):
        # What is too much is read all the same, so that the plugin never waits for us.
        into += piece[: max(0, most - len(into))]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the plugin and whatever it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await process.wait()


def _hangs(name: str, timeout_s: float, out: bytes, err: bytes) -> AuthExpired:
    words = _words(err or out)
    if _ASKS.search(words):
        return _asks(name, words)
    said = f": {words}" if words else ""
    return AuthExpired(
        f"login plugin {name} gave no answer in {timeout_s:g}s{said}",
        hint="try it in a shell; login_timeout says how long we wait",
    )


def _failed(name: str, code: int, err: bytes) -> AuthExpired:
    words = _words(err)
    if _ASKS.search(words):
        return _asks(name, words)
    how = f"exit {code}" if code > 0 else f"signal {-code}"
    said = f": {words}" if words else ""
    return AuthExpired(
        f"login plugin {name} failed, {how}{said}", hint=_mend(words) or "log in anew in a shell"
    )


def _asks(name: str, words: str) -> AuthExpired:
    return AuthExpired(
        f"login plugin {name} asks for a terminal: {words}", hint="log in with it in a shell first"
    )


def _mend(words: str) -> str:
    """Return the command that a plugin names itself, or that is known to help."""
    low = words.lower()
    if "sso" in low:
        return "run aws sso login"
    if "gcloud" in low:
        return "run gcloud auth login"
    if "az login" in low or "azure" in low:
        return "run az login"
    return ""


def _words(data: bytes) -> str:
    """Return the last line that says something, as it may be shown."""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    return redact(clean(lines[-1].strip(), 240)) if lines else ""


def _reason(error: Exception) -> str:
    return clean(getattr(error, "strerror", None) or str(error), 120).lower()


def _again(error: ProviderError) -> AuthExpired:
    """Return the same failure for another who asked: an exception belongs to one raising."""
    return AuthExpired(error.what, where=error.where, hint=error.hint)


def _over(credential: Credential, now: float) -> bool:
    return credential.expires_at is not None and credential.expires_at - now < EARLY_S


def _moment(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value.strip() if isinstance(value, str) else ""
