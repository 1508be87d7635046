"""What `fleetui check` says of each back end of the demo."""

from __future__ import annotations

import math
from collections.abc import Callable

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.base import Report

_SESSION_S, _SESSION_LEFT_S, _RENEWED_BEFORE_S = 10_800.0, 8_040.0, 1_800.0


@dataclass(frozen=True, slots=True)
class _Identity:
    who: str
    version: str
    permissions: tuple[str, ...]
    expires: bool = False
    latency_s: float = 0.03
    notes: tuple[str, ...] = ()


_CLOUD = ("describe instances", "describe groups", "describe services", "describe target groups")
_ENGINE = ("list containers", "list images", "list volumes", "list networks", "read events")
_IDENTITIES: dict[tuple[str, str], _Identity] = {
    ("digitalocean", "fra1"): _Identity(
        "ops@acme.example", "API v2", ("list droplets", "list pools"), False, 0.142,
        ("4,712 of 5,000 requests left this hour",),
    ),
    ("aws", "prod"): _Identity(
        "arn:aws:sts::412233445566:assumed-role/ops/kim", "", _CLOUD, True, 0.087,
        ("regions eu-1 (eu-central-1), us-1 (us-east-1)",),
    ),
    ("aws", "staging"): _Identity(
        "arn:aws:sts::778899001122:assumed-role/ops/kim", "", _CLOUD, True, 0.091,
    ),
    ("gcp", "acme-eu"): _Identity(
        "ops@acme-eu.iam.example", "compute v1", ("list instances", "list groups"), False, 0.118
    ),
    ("ssh", "office"): _Identity("ops", "OpenSSH 9.2", ("run uptime", "read /proc"), False, 0.021),
    ("docker", "bastion"): _Identity("ops@bastion", "Engine 26.1, API 1.45", _ENGINE, False, 0.004),
    ("docker", "ci"): _Identity("ops@ci", "Engine 26.1, API 1.45", _ENGINE, False, 0.016),
    ("kubernetes", "blue"): _Identity(
        "system:serviceaccount:ops:fleetui", "v1.30.4",
        ("list pods", "watch pods", "list deployments", "list services", "list events"),
        False, 0.033,
    ),
    ("kubernetes", "green"): _Identity(
        "system:serviceaccount:ops:fleetui", "v1.31.1",
        ("list pods", "watch pods", "list deployments", "list services", "list events"),
        False, 0.041,
    ),
    ("prometheus", "main"): _Identity(
        "no authentication", "2.53.1", ("query", "read rules", "read targets"), False, 0.009
    ),
}  # fmt: skip


def expiry(opened: float, now: float) -> float:
    """Return when the session in use ends: 2h14m after opening, then renewed in good time."""
    over = now - opened - (_SESSION_LEFT_S - _RENEWED_BEFORE_S)
    return opened + _SESSION_LEFT_S + _SESSION_S * max(0, math.ceil(over / _SESSION_S))


def report(opened: float, provider: str, scope: str) -> Callable[[float], Report]:
    """Return what makes the report of one back end at a moment."""
    known = _IDENTITIES[provider, scope]

    def at(now: float) -> Report:
        return Report(
            provider=provider,
            scope=scope,
            reachable=True,
            identity=known.who,
            version=known.version,
            permissions=tuple((word, True) for word in known.permissions),
            expires_at=expiry(opened, now) if known.expires else None,
            latency_s=known.latency_s,
            notes=known.notes,
        )

    return at
