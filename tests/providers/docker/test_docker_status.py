"""The status text of every engine, and how it is told from an inspection that grew old."""

from __future__ import annotations

import pytest

from fleetui.core.state import Health
from fleetui.providers.docker.status import said
from fleetui.providers.docker.times import time_of


@pytest.mark.parametrize(
    ("text", "health", "code", "low", "high", "ago"),
    [
        ("Up Less than a second", Health.NONE, None, 0, 1, "0s"),
        ("Up 1 second", Health.NONE, None, 1, 2, "1s"),
        ("Up 3 minutes (unhealthy)", Health.UNHEALTHY, None, 180, 240, "3m"),
        ("Up About a minute (health: starting)", Health.STARTING, None, 60, 120, "1m"),
        ("Up About an hour (healthy)", Health.HEALTHY, None, 1800, 5400, "1h"),
        ("Up 5 hours (Paused)", Health.NONE, None, 16200, 19800, "5h"),
        ("Exited (1) 4 days ago", Health.NONE, 1, 345600, 432000, "4d"),
        ("Exited (137) 2 weeks ago", Health.NONE, 137, 1209600, 1814400, "2w"),
        ("Exited (-1) 3 months ago", Health.NONE, -1, 7776000, 10368000, "3mo"),
        ("Restarting (7) Less than a second ago", Health.NONE, 7, 0, 1, "0s"),
        ("Exited (0) 2 years ago", Health.NONE, 0, 63072000, 94608000, "2y"),
        ("Created", Health.NONE, None, None, None, ""),
        ("Removal In Progress", Health.NONE, None, None, None, ""),
        ("Dead", Health.NONE, None, None, None, ""),
        ("", Health.NONE, None, None, None, ""),
        ("Up for ever", Health.NONE, None, None, None, ""),
    ],
)
def test_what_a_text_says(
    text: str, health: Health, code: int | None, low: float | None, high: float | None, ago: str
) -> None:
    found = said(text)
    assert (found.health, found.exit_code, found.ago) == (health, code, ago)
    assert (found.low, found.high) == (low, high)


def test_a_time_fits_while_the_text_can_speak_of_it() -> None:
    text = said("Up 3 minutes")
    assert text.fits(1000.0, 1000.0 + 200)
    assert not text.fits(1000.0, 1000.0 + 400), "it was started again since"
    assert not text.fits(None, 1000.0)
    assert said("Created").fits(None, 1000.0)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-24T22:21:26.190499611Z", 1795558886.190499),
        ("2026-11-24T22:21:23Z", 1795558883.0),
        ("2026-11-24T23:21:23+01:00", 1795558883.0),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1795558883, 1795558883.0),
        (0, None),
    ],
)
def test_times(text: str | float | None, time: float | None) -> None:
    assert time_of(text) == time
