"""When schedules are due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fleetui.providers.kubernetes.cron import next_run

NOW = datetime(2026, 11, 26, 14, 50, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("schedule", "zone", "when"),
    [
        ("* * * * *", "", "2026-11-26T14:51"),
        ("*/5 * * * *", "", "2026-11-26T14:55"),
        ("50 14 * * *", "", "2026-11-27T14:50"),
        ("0 3 * * *", "", "2026-11-27T03:00"),
        ("0 3 * * *", "Europe/Berlin", "2026-11-27T02:00"),
        ("0 9 * * mon-fri", "", "2026-11-27T09:00"),
        ("0 9 * * 6,7", "", "2026-11-28T09:00"),
        ("0 0 1 jan *", "", "2027-01-01T00:00"),
        ("0 0 31 * *", "", "2026-12-31T00:00"),
        ("0 0 29 2 *", "", "2028-02-29T00:00"),
        ("0 0 13 * fri", "", "2026-11-27T00:00"),
        ("10-20/5 15 ? * *", "", "2026-11-26T15:10"),
        ("@hourly", "", "2026-11-26T15:00"),
        ("@weekly", "", "2026-11-29T00:00"),
        ("@monthly", "", "2026-12-01T00:00"),
        ("5/20 * * * *", "", "2026-11-26T15:05"),
    ],
)
def test_the_next_run(schedule, zone, when):
    found = next_run(schedule, zone, NOW)
    assert datetime.fromtimestamp(found, UTC).isoformat()[:16] == when


@pytest.mark.parametrize(
    ("schedule", "zone"),
    [("", ""), ("* * * *", ""), ("61 * * * *", ""), ("*/0 * * * *", ""), ("@every 5m", ""),
     ("a b c d e", ""), ("* * * * *", "Mars/Olympus"), ("0 0 30 2 *", ""), ("5-1 * * * *", ""),
     ("* * * * *", "../etc/passwd")],
)  # fmt: skip
def test_what_cannot_be_read_has_no_next_run(schedule, zone):
    assert next_run(schedule, zone, NOW) is None
