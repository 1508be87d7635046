"""The fields of the API's answers that are in use, typed for a fast decoder."""

from __future__ import annotations

import msgspec


class Envelope(msgspec.Struct):
    """What every answer is wrapped in; `data` stays undecoded until its type is known."""

    status: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    error_type: str = msgspec.field(default="", name="errorType")
    error: str = ""
    warnings: list[str] | None = None
    infos: list[str] | None = None

    def notes(self) -> list[str]:
        """Return what the server remarks, warnings first."""
        return [*(self.warnings or ()), *(self.infos or ())]


class QueryData(msgspec.Struct):
    """`result` is read once `result_type` says what it is."""

    result_type: str = msgspec.field(name="resultType")
    result: msgspec.Raw = msgspec.Raw(b"null")


class Histogram(msgspec.Struct):
    """A native histogram. A bucket is [rule, left, right, count]; the rule says what is closed."""

    count: str = "0"
    sum: str = "0"
    buckets: list[tuple[int, str, str, str]] | None = None


Sample = tuple[float, str]
HistogramSample = tuple[float, Histogram]


class Metric(msgspec.Struct):
    """One element of a vector (`value`, `histogram`) or a matrix (`values`, `histograms`)."""

    metric: dict[str, str]
    value: Sample | None = None
    values: list[Sample] | None = None
    histogram: HistogramSample | None = None
    histograms: list[HistogramSample] | None = None


class RuleAlert(msgspec.Struct):
    """One alert that a rule has raised."""

    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    state: str = ""
    active_at: str | None = msgspec.field(default=None, name="activeAt")
    value: str = ""


class Rule(msgspec.Struct):
    """An alerting rule and its alerts."""

    name: str = ""
    query: str = ""
    type: str = "alerting"
    health: str = ""
    labels: dict[str, str] = {}
    last_error: str = msgspec.field(default="", name="lastError")
    duration: float = 0.0
    evaluation_s: float | None = msgspec.field(default=None, name="evaluationTime")
    last_evaluation: str = msgspec.field(default="", name="lastEvaluation")
    alerts: list[RuleAlert] | None = None


class RuleGroup(msgspec.Struct):
    """Rules that are evaluated together."""

    name: str = ""
    file: str = ""
    rules: list[Rule] | None = None
    interval: float = 0.0


class Rules(msgspec.Struct):
    """All groups."""

    groups: list[RuleGroup] | None = None


class Alerts(msgspec.Struct):
    """All alerts without their rules, where the rules cannot be had."""

    alerts: list[RuleAlert] | None = None


def as_rules(alerts: Alerts) -> Rules:
    """Return bare alerts as if each rule were known by its alerts alone."""
    return Rules([RuleGroup(rules=[Rule(alerts=alerts.alerts)])])


class ActiveTarget(msgspec.Struct):
    """Something that is scraped."""

    labels: dict[str, str] = {}
    scrape_pool: str = msgspec.field(default="", name="scrapePool")
    scrape_url: str = msgspec.field(default="", name="scrapeUrl")
    last_error: str = msgspec.field(default="", name="lastError")
    last_scrape: str = msgspec.field(default="", name="lastScrape")
    last_scrape_duration: float | None = msgspec.field(default=None, name="lastScrapeDuration")
    health: str = "unknown"
    global_url: str = msgspec.field(default="", name="globalUrl")
    discovered: dict[str, str] = msgspec.field(default={}, name="discoveredLabels")
    scrape_timeout: str = msgspec.field(default="", name="scrapeTimeout")
    scrape_interval: str = msgspec.field(default="", name="scrapeInterval")


class Targets(msgspec.Struct):
    """All that is scraped now."""

    active: list[ActiveTarget] | None = msgspec.field(default=None, name="activeTargets")


class BuildInfo(msgspec.Struct):
    """What program answers."""

    version: str = ""
