"""What Prometheus tells of one alert or target, and that no secret is in it."""

from __future__ import annotations

import json

import pytest
from prometheus_scripted import Request, recorded, reply, scripted

from fleetui.core.description import Description, text_lines
from fleetui.core.errors import NotFound
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Describable
from fleetui.providers.prometheus.answers import (
    ActiveTarget,
    Rule,
    RuleAlert,
    RuleGroup,
    Rules,
    Targets,
)
from fleetui.providers.prometheus.describing import alert, target
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.rows import alerts_of, targets_of
from fleetui.providers.prometheus.settings import PrometheusSettings

EVIL = "\x1b]52;c;AAAA\x07[bold]\u202e"


def text_of(told: Description | None) -> str:
    assert told is not None
    return "\n".join(line.text for _heading, line in text_lines(told))


@pytest.mark.parametrize("kind", ["alerts", "targets"])
async def test_every_row_is_described(kind: str) -> None:
    def script(request: Request) -> bytes:
        return reply(recorded(request.path.rpartition("/")[2]))

    async with scripted(script) as server:
        url = f"http://127.0.0.1:{server.port}"
        provider = Prometheus("main", PrometheusSettings(url=url))
        assert isinstance(provider, Describable)
        rows = (await provider.fetch(SourceKey("prometheus", "main", kind))).rows
        assert rows
        for row in rows:
            told = await provider.describe(row.ref)
            assert told.raw
            assert told.section("rule" if kind == "alerts" else "discovered labels")
        with pytest.raises(NotFound, match="is over, or not there any more"):
            await provider.describe(Ref("prometheus", "main", kind[:-1], "gone", "gone"))
        await provider.close()


def test_an_alert_says_its_rule_and_hides_secrets() -> None:
    raised = RuleAlert(
        {"alertname": "Down", "api_token": "hunter2", "evil": EVIL},
        {"summary": f"it is down {EVIL}", "link": "http://x?token=hunter2"},
        "firing", "2026-11-24T22:00:00Z", "0.5",
    )  # fmt: skip
    rule = Rule("Down", 'up{password="hunter2"} == 0', duration=120, alerts=[raised])
    rules = Rules([RuleGroup("shop", "/etc/rules.yml", interval=15, rules=[rule])])
    (row,) = alerts_of(rules, "main", 0)
    told = alert(rules, row.ref.uid, 1_795_000_000.0)
    text = text_of(told)
    for words in ("up{password=***", "2m", "/etc/rules.yml", "15 s", "it is down"):
        assert words in text
    whole = text + json.dumps(told.raw if told else None, ensure_ascii=False)
    assert "hunter2" not in whole
    assert not set(whole) & set("\x1b\x07\u202e")


def test_a_target_shows_what_was_discovered_without_secrets() -> None:
    one = ActiveTarget(
        {"job": "api", "instance": "api-0:80"}, "api", "http://u:hunter2@api-0/metrics?key=hunter2",
        "Get http://u:hunter2@api-0: refused", health="down", global_url="http://x/?token=hunter2",
        discovered={"__param_token": "hunter2", "__address__": "api-0:80"},
    )  # fmt: skip
    targets = Targets([one])
    (row,) = targets_of(targets, "main", 0)
    told = target(targets, row.ref.uid, 0)
    text = text_of(told)
    assert "api-0:80" in text
    assert "refused" in text
    assert "hunter2" not in text + json.dumps(told.raw if told else None) + row.reason
