"""Numbers as people read them."""

from __future__ import annotations

from math import inf, nan

import pytest

from fleetui.core.humanise import age, duration, iso, number, percent, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"), (0, "0 B"), (512, "512 B"), (1023, "1.0 KiB"), (1536, "1.5 KiB"),
        (512 * 1024**2, "512 MiB"), (1024**3, "1.0 GiB"), (5 * 1024**6, "5120 PiB"),
    ],
)  # fmt: skip
def test_sizes(count: float | None, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (nan, "NaN"), (inf, "+Inf"), (-inf, "-Inf"), (0.0, "0"), (0.0342, "0.0342"),
        (0.00012, "1.2e-04"), (812, "812"), (1400, "1.4 k"), (250_000, "250 k"), (-3.5e6, "-3.5 M"),
    ],
)  # fmt: skip
def test_measured_values(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"), (-5, "0s"), (8, "8s"), (59.9, "59s"), (60, "1m"), (252, "4m 12s"),
        (12_000, "3h 20m"), (90_000, "1d 1h"), (86_400 * 3, "3d"), (86_400 * 770, "2y 40d"),
    ],
)  # fmt: skip
def test_lengths_of_time(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
    assert age(seconds) == text.replace(" ", "")


def test_shares_and_times() -> None:
    assert percent(0.344) == "34 %"
    assert percent(None) == "–"
    assert percent(nan) == "NaN"
    assert iso(None) is None
    assert iso(1_700_000_000.25) == "2023-11-14T22:13:20.250Z"
