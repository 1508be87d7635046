"""The demo is a pure function of seed and time, whoever asks how often."""

from __future__ import annotations

import pytest
from demo_tools import OPENED, Clock, read, rows_at

from fleetui.core import json_form
from fleetui.core.query import Query
from fleetui.providers.demo import demo_fleet


@pytest.mark.parametrize("seconds", [0, 100, 200.5, 345, 745, 1100, 40_000])
async def test_the_same_seed_and_time_give_the_same_rows(seconds):
    clock = Clock()
    restless = demo_fleet(size=400, now=clock)
    for earlier in (0, 33, seconds / 3, seconds + 700, seconds / 2):
        clock.after(earlier)
        await read(restless)
    clock.after(seconds)
    kept = await read(restless)
    fresh_clock = Clock()
    fresh = demo_fleet(size=400, now=fresh_clock)
    fresh_clock.after(seconds)
    anew = await read(fresh)
    # observed_at takes no part in comparisons, so the text of all fields is compared.
    assert repr([kept[key].rows for key in sorted(kept, key=str)]) == repr(
        [anew[key].rows for key in sorted(anew, key=str)]
    )


async def test_another_seed_is_another_fleet():
    first, second = await rows_at(0, seed=7), await rows_at(0, seed=8)
    uids = [{row.ref.uid for row in rows["compute"]} for rows in (first, second)]
    assert len(uids[0] & uids[1]) <= 3, "only SSH hosts are called by their names"


async def test_rows_that_have_not_changed_are_the_same_objects():
    clock = Clock()
    fleet = demo_fleet(size=2000, now=clock)
    first = await read(fleet)
    clock.after(2)
    second = await read(fleet)
    key = next(k for k in first if k.scope == "ci" and k.kind == "containers")
    same = sum(a is b for a, b in zip(first[key].rows, second[key].rows, strict=True))
    assert same > 0.95 * len(first[key].rows)


async def test_queries_are_the_same_too():
    answers = []
    for _ in range(2):
        clock = Clock()
        server = demo_fleet(now=clock)[-1]
        clock.after(333)
        answers.append(await server.query(Query("http_requests_total", 1800, 60)))
    assert answers[0] == answers[1]
    assert answers[0].end <= OPENED + 333


async def test_every_row_has_its_json_form():
    for rows in (await rows_at(260, size=300)).values():
        for row in rows:
            form = json_form.item(row)
            assert form["ref"] == str(row.ref)
            assert form["observed_at"].endswith("Z")
