"""What a server's own series remember of a target and an alert."""

from __future__ import annotations

import json
import time
from email.utils import formatdate

from prometheus_scripted import Request, recorded, reply, scripted

from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import Severity
from fleetui.providers.prometheus.answers import (
    ActiveTarget,
    Rule,
    RuleAlert,
    RuleGroup,
    Rules,
    Targets,
)
from fleetui.providers.prometheus.history import events_of, of_alert, of_target
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.rows import alerts_of, targets_of, time_of
from fleetui.providers.prometheus.settings import PrometheusSettings

TARGET = Ref("prometheus", "main", "target", "node/db:9100", "db:9100")
ALERT = Ref("prometheus", "main", "alert", "f00", "Down")


def matrix(**lines: list[tuple[float, float]]) -> QueryResult:
    series = tuple(Series((("alertstate", name),), tuple(points)) for name, points in lines.items())
    return QueryResult(Query("x"), "matrix", series, 0.0, 75.0, 15.0)


def told(ref: Ref, result: QueryResult, ahead: float = 0.0) -> list[tuple[float, str, str]]:
    found = events_of(ref, result, Severity.CRITICAL, ahead)
    assert all(event.links[0].ref == ref for event in found)
    return [(event.time, str(event.severity), event.message) for event in found]


def test_a_target_that_did_not_answer_for_a_while() -> None:
    up = matrix(up=[(0, 1), (15, 0), (30, 0), (45, float("nan")), (60, 1), (75, 1)])
    assert told(TARGET, up) == [
        (15, "warning", "cannot be scraped: up is 0"), (60, "info", "can be scraped again"),
    ]  # fmt: skip
    assert told(TARGET, up, 100.0)[0][0] == -85
    assert told(TARGET, matrix()) == []


def test_an_alert_pends_fires_and_ends() -> None:
    past = matrix(pending=[(15, 1), (30, 1)], firing=[(30, 1), (45, 1)])
    assert told(ALERT, past) == [
        (15, "info", "alert pending"),
        (30, "critical", "alert firing"),
        (60, "info", "alert ended"),
    ]  # fmt: skip
    always = matrix(firing=[(15.0 * n, 1) for n in range(6)])
    assert told(ALERT, always) == []


def test_what_is_asked_for_is_quoted() -> None:
    labels = {"alertname": 'D"own\\', "note": "a\nb"}
    rule = Rule("Down", alerts=[RuleAlert(labels, {}, "firing", None, "1")])
    rules = Rules([RuleGroup("g", "f", rules=[rule])])
    uid = alerts_of(rules, "main", 0.0)[0].ref.uid
    assert of_alert(rules, uid)[0] == 'ALERTS{alertname="D\\"own\\\\",note="a\\nb"}'
    assert of_alert(rules, "other") == ("", Severity.INFO)
    targets = Targets([ActiveTarget(labels={"job": "node", "instance": "db:9100", "x": "y"})])
    assert of_target(targets, "node/db:9100") == 'up{instance="db:9100",job="node"}'
    assert of_target(targets, "other") == ""


def test_times_are_told_by_our_clock() -> None:
    scraped = ActiveTarget(
        labels={"job": "node", "instance": "db:9100"}, last_scrape="2026-11-24T22:00:30Z"
    )
    there = targets_of(Targets([scraped]), "main", 0.0)[0].last_scrape
    here = targets_of(Targets([scraped]), "main", 0.0, 30.0)[0].last_scrape
    assert there is not None
    assert here == there - 30


async def test_a_server_whose_clock_is_off_tells_right_ages_and_its_past() -> None:
    behind = 600.0

    def script(request: Request) -> bytes:
        date = formatdate(time.time() - behind, usegmt=True)
        if "query_range" in request.path:
            form = request.form
            start, step = float(form["start"]), float(form["step"])
            values = [[start, "1"], [start + step, "0"], [start + 2 * step, "1"]]
            one = {"metric": {"__name__": "up"}, "values": values}
            data = {"resultType": "matrix", "result": [one]}
            return reply(json.dumps({"status": "success", "data": data}).encode(), date=date)
        return reply(recorded(request.path.rpartition("/")[2]), date=date)

    async with scripted(script) as server:
        url = f"http://127.0.0.1:{server.port}"
        provider = Prometheus("main", PrometheusSettings(url=url))
        plain = json.loads(recorded("targets"))["data"]["activeTargets"]
        rows = (await provider.fetch(SourceKey("prometheus", "main", "targets"))).rows
        stamp = {one["labels"]["instance"]: one["lastScrape"] for one in plain}
        row = rows[0]
        raw = time_of(stamp[row.name])
        assert raw is not None
        assert abs(row.last_scrape - raw - behind) < 3  # type: ignore[attr-defined]
        described = await provider.describe(row.ref)
        assert [e.message for e in sorted(described.events, key=lambda e: e.time)] == [
            "cannot be scraped: up is 0", "can be scraped again",
        ]  # fmt: skip
        await provider.close()
