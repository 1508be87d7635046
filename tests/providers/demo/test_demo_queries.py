"""The stand-in for PromQL: what it answers, and that it says what it does not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from demo_tools import OPENED, Clock, fleet_on, one

from fleetui.core.errors import Invalid
from fleetui.core.query import Query
from fleetui.core.steps import step_for, window
from fleetui.providers.demo import demo_fleet
from fleetui.providers.demo.prometheus import RESTART_AT_S, RESTART_EVERY_S, RESTART_FOR_S
from fleetui.providers.demo.story import CYCLE_S

SCREENS = Path(__file__).parents[3] / "screens"
BUNDLED = sorted(
    {
        pane["query"]
        for path in SCREENS.glob("*.toml")
        for pane in tomllib.loads(path.read_text()).get("pane", {}).values()
        if "query" in pane
    }
)


async def ask(expr, range_s=0.0, points=120, after=0.0):
    clock = Clock()
    server = demo_fleet(now=clock)[-1]
    clock.after(after)
    return await server.query(Query(expr, range_s, points))


@pytest.mark.parametrize("expr", BUNDLED)
@pytest.mark.parametrize("range_s", [0.0, 1800.0])
async def test_the_queries_of_bundled_screens_are_answered(expr, range_s):
    result = await ask(expr, range_s)
    assert result.series
    assert all(series.points for series in result.series)


async def test_steps_are_those_of_the_core():
    result = await ask("up", 1800, 100, after=77)
    assert result.step == step_for(1800, 100)
    assert (result.start, result.end) == window(OPENED + 77, 1800, result.step)
    times = {time for series in result.series for time, _ in series.points}
    assert all(time % result.step == 0 for time in times)


async def test_a_restart_of_the_scraper_leaves_a_gap():
    missing_from = RESTART_AT_S - RESTART_EVERY_S
    result = await ask("up", 1800, 1800)
    times = {time for time, _ in result.series[0].points}
    inside = {
        time
        for time in range(int(result.start), int(result.end) + 1)
        if missing_from <= time - OPENED < missing_from + RESTART_FOR_S
    }
    assert inside
    assert not inside & times
    assert len(times) == 1801 - len(inside)


async def test_labels_are_grouped_and_matched():
    by_code = await ask("sum by (code) (rate(http_requests_total[1m]))")
    assert [s.labels for s in by_code.series] == [
        (("code", code),) for code in ("200", "404", "500", "503")
    ]
    behind = await ask("sum(rate(http_requests_total[1m])) by (code)")
    assert behind.series == by_code.series
    some = await ask('rate(http_requests_total{service!="api",code=~"5.."}[1m])')
    found = [dict(series.labels) for series in some.series]
    assert {labels["service"] for labels in found} == {"checkout", "catalog", "payments"}
    assert {labels["code"] for labels in found} == {"500", "503"}
    assert all("__name__" not in labels for labels in found)
    without = await ask("sum without (code, service) (rate(http_requests_total[1m]))")
    assert [series.labels for series in without.series] == [()]


async def test_sums_agree_with_their_parts():
    parts = await ask("rate(http_requests_total[1m])")
    whole = await ask("sum(rate(http_requests_total[1m]))")
    assert whole.series[0].last == pytest.approx(sum(s.last for s in parts.series))
    count = await ask("count(up)")
    assert count.series[0].last == 14


async def test_counters_only_rise():
    result = await ask('http_requests_total{service="api",code="200"}', 1800, 300, after=1900)
    values = [value for _, value in result.series[0].points]
    assert values == sorted(values)
    assert values[0] < values[-1]


async def test_arithmetic_and_comparisons():
    assert (await ask("1 + 2 * 3 - 4 / 2")).series[0].last == 5
    assert (await ask("-(2)")).kind == "scalar"
    assert (await ask("1" + "+1" * 140)).series[0].last == 141
    assert (await ask("-" * 140 + "1")).series[0].last == 1
    assert (await ask("1e3")).series[0].last == 1000
    assert (await ask("up == 1")).kind == "vector"
    assert (await ask("up > 1")).series == ()
    ones = await ask("up / up")
    assert {series.last for series in ones.series} == {1.0}


async def test_a_range_without_a_function_gives_its_samples():
    result = await ask('up{job="prometheus"}[1m]')
    assert result.kind == "matrix"
    assert len(result.series[0].points) == 4


@pytest.mark.parametrize(
    ("expr", "what"),
    [
        ("histogram_quantile(0.9, up)", "no function 'histogram_quantile'"),
        ("nothing_like_it", "no metric 'nothing_like_it'"),
        ("sum by (code", "the end"),
        ("rate(up[1m])", "is a gauge"),
        ("rate(http_requests_total)", "needs a range"),
        ("up up", "unexpected 'up'"),
        ("", "the end"),
        ('up{job="x', "cannot read"),
        ('up{job=~"("}', "is no pattern"),
        ("1 > 2", "without bool"),
        ("sum(3)", "needs series"),
        ("(" * 200, "too deeply"),
        ("-" * 5000 + "1", "too long"),
        ("1" + "+1" * 5000, "too long"),
        ("up[5m] + 1", "goes inside"),
    ],
    ids=lambda text: text[:20],
)
async def test_anything_else_is_refused_with_what_can_be_asked(expr, what):
    with pytest.raises(Invalid) as caught:
        await ask(expr)
    assert what in caught.value.what
    assert "the demo answers up, http_requests_total" in caught.value.hint


async def test_in_a_small_fleet_no_series_tells_of_a_unit_that_is_not_there():
    clock = Clock()
    server = demo_fleet(size=20, now=clock)[-1]
    values = []
    for seconds in (CYCLE_S + 100, CYCLE_S + 260):
        clock.after(seconds)
        answer = await server.query(Query('sum(rate(http_requests_total{code="500"}[1m]))'))
        values.append(answer.series[0].last)
    assert values[1] < 2 * values[0]


async def test_a_slow_server_answers_late():
    clock = Clock()
    server = one(fleet_on(clock, fault="slow"), "prometheus", "main")
    assert (await server.query(Query("up"))).series
    assert 3 <= clock.slept[0] <= 8
