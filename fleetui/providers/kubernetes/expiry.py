"""When a credential ends, as far as it tells so itself."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress

from fleetui.providers.kubernetes.access import Access


def of_access(access: Access) -> float | None:
    """Return when the kubeconfig's own token or certificate ends, in Unix seconds. Blocks."""
    token = access.token
    if not token and access.token_file is not None:
        with suppress(OSError, UnicodeDecodeError):
            token = access.token_file.read_text("utf-8").strip()
    if token:
        return of_token(token)
    return of_certificate(access.cert) if access.cert else None


def of_token(token: str) -> float | None:
    """Return when a JWT ends; other tokens do not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        ends = claims.get("exp")
    except (binascii.Error, ValueError, AttributeError):
        return None
    return float(ends) if isinstance(ends, int | float) else None


def of_certificate(pem: str) -> float | None:
    """Return when a certificate ends."""
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.timestamp()
    except ValueError:
        return None
