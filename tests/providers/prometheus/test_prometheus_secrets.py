"""What Prometheus tells of itself may hold tokens: none of them reaches a row."""

from __future__ import annotations

import pytest

from fleetui.providers.prometheus.answers import ActiveTarget, Rule, RuleGroup, Rules, Targets
from fleetui.providers.prometheus.rows import alerts_of, targets_of

ERROR = 'Get "https://me:PASSWORD@h:1/m?token=SECRET&x=1": dial tcp 10.0.0.1:1: i/o timeout'
MENDED = 'Get "https://h:1/m": dial tcp 10.0.0.1:1: i/o timeout'


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (ERROR, MENDED),
        ("server returned HTTP status 503", "server returned HTTP status 503"),
        (f"{ERROR} and {ERROR}", f"{MENDED} and {MENDED}"),
    ],
)
def test_an_error_of_a_scrape_shows_addresses_without_secrets(said: str, shown: str) -> None:
    (row,) = targets_of(Targets([ActiveTarget(last_error=said, health="down")]), "main", 1.0)
    assert row.reason == shown


def test_an_error_of_a_rule_shows_addresses_without_secrets() -> None:
    rule = Rule(name="r", health="err", last_error=ERROR)
    (row,) = alerts_of(Rules([RuleGroup("g", "f", [rule])]), "main", 1.0)
    assert row.reason == MENDED
