"""The chart in a running app: what is painted, and how staleness looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from answers import matrix, series
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from fleetui.ui.chart.chart import WAITING, Chart
from fleetui.ui.chart.listing import NO_DATA

STYLES = {
    name: Style(color=f"#{n:02}{n:02}80", bgcolor="#101010")
    for n, name in enumerate(
        ["text", "normal", "muted", "line", "warn", "critical", "stale"]
        + [f"series{n}" for n in range(1, 7)],
        start=10,
    )
}
WIDTH, HEIGHT = 80, 10


@asynccontextmanager
async def chart_of(**settings: Any) -> AsyncIterator[tuple[Chart, Pilot[None]]]:
    chart = Chart(STYLES, **settings)

    class Shell(App[None]):
        def compose(self) -> ComposeResult:
            yield chart

    async with Shell().run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        yield chart, pilot


def text(chart: Chart) -> list[str]:
    return [chart.render_line(y).text.rstrip() for y in range(chart.size.height)]


def colours(chart: Chart, found: str) -> set[str]:
    return {
        str(segment.style.color and segment.style.color.name)
        for y in range(HEIGHT)
        for segment in chart.render_line(y)
        if segment.style and any(char in segment.text for char in found)
    }


async def test_it_says_why_there_is_nothing_then_draws() -> None:
    async with chart_of() as (chart, pilot):
        assert text(chart)[0].strip() == WAITING
        chart.set_message(["connection refused"])
        assert text(chart)[0].strip() == "connection refused"
        chart.show(matrix(), 90.0)
        assert text(chart)[0].strip() == NO_DATA
        chart.show(matrix(series(*[1.0] * 10, a="b")), 90.0)
        assert "⠉" in text(chart)[0]
        assert chart.points == 2 * (WIDTH - 20 - 7)
        await pilot.resize_terminal(20, 4)
        await pilot.pause()
        assert len(text(chart)) == 4


async def test_a_new_value_paints_only_its_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[Region, ...]] = []
    refresh = Chart.refresh

    def note(chart: Chart, *regions: Region, **more: Any) -> Chart:
        painted.append(regions)
        return refresh(chart, *regions, **more)

    async with chart_of() as (chart, _pilot):
        chart.show(matrix(series(*[1.0] * 10, a="b")), 90.0)
        monkeypatch.setattr(Chart, "refresh", note)
        chart.show(matrix(series(*[1.0] * 10, a="b")), 90.5)
        assert painted == []
        chart.show(matrix(series(*[1.0] * 9, 0.5, a="b")), 90.5)
        assert () not in painted
        assert 0 < sum(region.area for regions in painted for region in regions) < 80


async def test_a_stale_chart_is_dimmed_whole() -> None:
    async with chart_of(warn=0.5) as (chart, _pilot):
        chart.show(matrix(series(*[1.0] * 10, a="b")), 90.0)
        assert colours(chart, "⠉") == {STYLES["series1"].color.name}  # type: ignore[union-attr]
        chart.show(matrix(series(*[1.0] * 10, a="b")), 90.0, stale=True)
        assert colours(chart, "⠉▲┈") == {STYLES["stale"].color.name}  # type: ignore[union-attr]


async def test_another_theme_is_taken_at_once() -> None:
    async with chart_of() as (chart, _pilot):
        chart.show(matrix(series(*[1.0] * 10, a="b")), 90.0)
        chart.set_styles_by_meaning(STYLES | {"series1": Style(color="#abcdef")})
        assert colours(chart, "⠉") == {"#abcdef"}
