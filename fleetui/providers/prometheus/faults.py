"""What a failed request means: from errors and refusals to words that a person can act on."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import (
    AuthExpired,
    Denied,
    Invalid,
    NotFound,
    ProviderError,
    Throttled,
    Unreachable,
)
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.providers.prometheus.answers import Envelope
from fleetui.providers.unanswered import Hints, unanswered

_PARAMETER = lazy_pattern(r'^invalid parameter "\w+": ')
_PREFIX_HINT = "has it a path prefix? set url to the address with the prefix"


def of_transport(error: Exception, scheme: str) -> ProviderError:
    """Return why no answer came, from an error of the HTTP client."""
    hints = Hints(
        no_host="check url, and the name service here",
        refused="is it running, and is the port right?",
        proxy="see HTTPS_PROXY and NO_PROXY",
        late="it is slow or hangs; `timeout` says how long we wait",
        broken="does it speak https? set url to https://…" if scheme == "http" else "",
        broken_words="the answer broke off or is no HTTP",
    )
    return unanswered(error, hints, _of_tls)


def _of_tls(error: ssl.SSLError) -> Unreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = clean(error.verify_message).lower()
        return Unreachable(
            f"its certificate is not trusted: {why}",
            hint="set tls_ca to the CA's file" if "issuer" in why or "self" in why else "",
        )
    reason = (error.reason or "").replace("_", " ").lower()
    if "wrong version number" in reason or "record layer" in reason:
        return Unreachable("it does not speak TLS", hint="set url to http://…")
    if "certificate required" in reason or "handshake failure" in reason:
        return Unreachable(f"TLS failed: {reason}", hint="set tls_cert and tls_key if it asks")
    return Unreachable(f"TLS failed: {clean(reason) or 'no reason given'}")


def of_status(status: int, headers: Mapping[str, str], body: bytes, place: str) -> ProviderError:
    """Return why the server said no. `place` is the config table to mend."""
    envelope = _envelope(body)
    said = _message(envelope)
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthExpired("not logged in", hint=f"it asks for a credential: see {place}")
    if status == HTTPStatus.FORBIDDEN:
        hint = f"this credential may not read it: see {place}"
        return Denied(said or "not allowed", hint=hint)
    if status == HTTPStatus.NOT_FOUND and envelope is None:
        return NotFound("there is no such API at this address", hint=_PREFIX_HINT)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(said or "too many requests", retry_after=retry_after(headers))
    if envelope is not None and envelope.error_type:
        return _of_api(envelope.error_type, said, retry_after(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(_server_words(status, body), retry_after=retry_after(headers))
    if is_html(headers, body):
        return html()
    return Invalid(f"refused with status {status}", hint="is the url right?")


def _of_api(kind: str, said: str, wait: float | None) -> ProviderError:
    """Return the meaning of an `errorType`."""
    if kind in {"timeout", "canceled"}:
        return Invalid(said or "the query took too long", hint="ask for less, or a shorter range")
    if kind == "unavailable":
        return Unreachable(said or "not available", retry_after=wait)
    if kind == "not_found":
        return NotFound(said or "not found")
    if kind in {"internal", "too_many_requests"} and wait is not None:
        return Throttled(said or kind, retry_after=wait)
    return Invalid(said or kind)


def of_redirect(location: str) -> Invalid:
    """Return why a redirect was not followed; only its host is repeated."""
    found = re.match(r"https?://(?:[^/@]*@)?([^/?#]+)", location)
    where = f" to {clean(found[1], 80)}" if found else ""
    return Invalid(
        f"redirects{where}", hint="set url to the address itself; or does a login stand before it?"
    )


def html() -> Invalid:
    """Return what a login page or a proxy's greeting is."""
    return Invalid("answered HTML, not JSON: is the url right?", hint=_PREFIX_HINT)


def undecodable(headers: Mapping[str, str], body: bytes, error: Exception) -> Invalid:
    """Return why an answer with a good status cannot be read."""
    if is_html(headers, body):
        return html()
    if not body.strip():
        return Invalid("the answer is empty")
    if isinstance(error, msgspec.ValidationError):
        return Invalid(f"the answer is not Prometheus's: {clean(str(error), 120)}")
    return Invalid("the answer is no JSON, or broke off", hint="is the url right?")


def is_html(headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether an answer is a page for a browser."""
    return "html" in headers.get("content-type", "").lower() or body.lstrip()[:1] == b"<"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asked us to wait, from a number or a date."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _envelope(body: bytes) -> Envelope | None:
    try:
        return msgspec.json.decode(body, type=Envelope)
    except msgspec.DecodeError:
        return None


def _message(envelope: Envelope | None) -> str:
    """Return the server's own words, without the name of a parameter that nobody typed."""
    return clean(_PARAMETER.sub("", envelope.error), 400) if envelope else ""


def _server_words(status: int, body: bytes) -> str:
    text = clean(body[:200].decode("utf-8", "replace")).strip()
    if not text or text.startswith("<"):
        text = HTTPStatus(status).phrase if status in set(HTTPStatus) else "server error"
    return f"{text} ({status})"
