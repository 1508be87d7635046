"""What a failed request means: from statuses and broken connections to words for a person."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

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
from fleetui.core.secrets import redact
from fleetui.providers.kubernetes import refusals
from fleetui.providers.unanswered import Hints, unanswered

_WARNING = lazy_pattern(r'\s*299\s+\S+\s+"((?:[^"\\]|\\.)*)"')
_ANONYMOUS = "system:anonymous"


class Gone(ProviderError):
    """The server has forgotten the moment that was asked for: list again."""

    code = "gone"

    def __init__(self, what: str, *, token: str = "", retry_after: float | None = None) -> None:
        """`token` continues a list from another moment, where the server offers that."""
        super().__init__(what, retry_after=retry_after)
        self.token = token


class Failing(Unreachable):
    """The server answers, but failed in this: others may be well."""


class Status(msgspec.Struct):
    """The part of a metav1.Status that says what went wrong."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


def is_cut_off(error: ProviderError | None) -> bool:
    """Say whether a failure is of the way to the server, so that nothing of it can be read."""
    if isinstance(error, Unreachable):
        return not isinstance(error, Failing)
    return isinstance(error, AuthExpired)


_HINTS = Hints(
    no_host="check the kubeconfig's server, and VPN or DNS",
    refused="does its API server run?",
    proxy="see proxy-url and HTTPS_PROXY",
    late="it is slow or hangs, or a VPN is down",
)


def of_transport(error: BaseException) -> ProviderError:
    """Return why no answer came, from an error of the HTTP client."""
    return unanswered(error, _HINTS, _of_tls)


def _of_tls(error: ssl.SSLError) -> ProviderError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = clean(error.verify_message).lower()
        return Unreachable(
            f"its certificate is not trusted: {why}",
            hint="is the kubeconfig's certificate-authority that of this cluster?",
        )
    reason = (error.reason or "").replace("_", " ").lower()
    if "alert" in reason and ("certificate" in reason or "unknown ca" in reason):
        # The server speaks of ours here.
        expired = "expired" in reason
        return AuthExpired(
            f"our client certificate {'has expired' if expired else 'is not accepted'}",
            hint="get a new kubeconfig, or log in anew",
        )
    if "wrong version number" in reason or "record layer" in reason:
        return Unreachable("it does not speak TLS", hint="check the kubeconfig's server")
    return Unreachable(f"TLS failed: {clean(reason) or 'no reason given'}")


def of_answer(status: int, headers: Mapping[str, str], body: bytes, who: str) -> ProviderError:
    """Return why the server said no. `who` is the user of the kubeconfig."""
    told = _status(body)
    words = told.message if told else ""
    if told and status == HTTPStatus.UNPROCESSABLE_ENTITY:
        words = refusals.of(told.details) or words
    said = redact(clean(words, 400))
    wait = retry_after(headers)
    if wait is None and told and told.details:
        seconds = told.details.get("retryAfterSeconds")
        wait = float(seconds) if isinstance(seconds, int) and seconds > 0 else None
    return of_code(status, told, said or _plain(status, body), who, wait)


def of_code(
    code: int, told: Status | None, said: str, who: str, wait: float | None
) -> ProviderError:
    """Return the meaning of a status."""
    reason = told.reason if told else ""
    if code == HTTPStatus.UNAUTHORIZED:
        return AuthExpired(
            f"not logged in: {who or 'this user'} is not accepted", hint="log in anew"
        )
    if code == HTTPStatus.FORBIDDEN and _ANONYMOUS in said:
        return AuthExpired("not logged in: no credential was sent", hint="log in anew")
    if code == HTTPStatus.FORBIDDEN:
        return Denied(said or "not allowed", hint="ask for a role that may")
    if code == HTTPStatus.GONE or reason == "Expired":
        token = (told.metadata or {}).get("continue") if told else None
        return Gone(said, token=token if isinstance(token, str) else "", retry_after=wait)
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(said or "too many requests", retry_after=wait)
    if code == HTTPStatus.NOT_FOUND:
        return NotFound(said)
    if code == HTTPStatus.CONFLICT:
        return Conflict(said, retry_after=wait)
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failing(said, retry_after=wait)
    return Invalid(said)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asked us to wait."""
    text = headers.get("retry-after", "").strip()
    return float(text) if text.isdecimal() else None


def warnings(headers: Iterable[str]) -> list[str]:
    """Return what the server warns of, from its `Warning` headers: `299 - "text"`."""
    found = (_WARNING.match(one) for one in headers)
    texts = (re.sub(r"\\(.)", r"\1", one[1]) for one in found if one is not None)
    return list(dict.fromkeys(redact(clean(text, 400)) for text in texts))


def _status(body: bytes) -> Status | None:
    try:
        return msgspec.json.decode(body, type=Status)
    except msgspec.DecodeError:
        return None


def _plain(status: int, body: bytes) -> str:
    """Return what stands in an answer that is no Status: a proxy's, or a handler's of old."""
    text = clean(body[:200].decode("utf-8", "replace")).strip()
    known = {int(one): one.phrase for one in HTTPStatus}
    if not text or text.startswith(("<", "{")):
        text = known.get(status, "refused").lower()
    return f"{redact(text)} ({status})"
