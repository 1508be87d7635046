"""From recorded answers to series, and from any answer whatever to a word about it."""

from __future__ import annotations

import json
from math import inf, isnan
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_scripted import recorded

from fleetui.core.errors import ProviderError
from fleetui.core.query import Query, QueryResult
from fleetui.providers.prometheus.answers import Envelope, Histogram
from fleetui.providers.prometheus.client import Answer, Client
from fleetui.providers.prometheus.histograms import quantile
from fleetui.providers.prometheus.results import MAX_SERIES, result_of
from fleetui.providers.prometheus.rows import targets_of
from fleetui.providers.prometheus.settings import PrometheusSettings

ASKED = Query("x")


def result(body: bytes) -> QueryResult:
    return result_of(msgspec.json.decode(body, type=Envelope), ASKED, 1.0, 2.0, 1.0)


def answer(kind: str, data: Any, **more: Any) -> bytes:
    whole = {"status": "success", "data": {"resultType": kind, "result": data}, **more}
    return json.dumps(whole).encode()


def test_a_label_that_holds_a_secret_is_hidden() -> None:
    metric = {"job": "web", "api_token": "hunter2", "url": "http://me:hunter2@h/x"}
    (series,) = result(answer("vector", [{"metric": metric, "value": [1.5, "1"]}])).series
    assert dict(series.labels) == {"job": "web", "api_token": "***", "url": "http://***@h/x"}


def test_recorded_answers_of_every_type() -> None:
    vector = result(recorded("vector"))
    assert (vector.kind, {s.last for s in vector.series}) == ("vector", {0.0, 1.0})
    assert vector.start == vector.end == vector.series[0].points[0][0]
    assert result(recorded("scalar")).series[0].last == inf
    assert result(recorded("string")).text == "hello"
    last = result(recorded("nan")).series[0].last
    assert last is not None
    assert isnan(last)


def test_a_gap_stays_a_gap() -> None:
    (series,) = result(recorded("matrix_gap")).series
    assert [at - 1_700_000_000 for at, _ in series.points] == [0, 2, 3, 5]


def test_warnings_and_infos_are_told_clean_and_nothing_is_no_error() -> None:
    got = result(answer("vector", None, warnings=["slow\x1b[31m"], infos=["odd"]))
    assert got.series == ()
    assert got.warnings == ("slow[31m", "odd")


def test_more_series_than_anybody_reads_are_counted() -> None:
    one = {"metric": {}, "value": [1, "1"]}
    got = result(answer("vector", [one] * (MAX_SERIES + 5)))
    assert len(got.series) == MAX_SERIES
    assert f"of {MAX_SERIES + 5} series" in got.warnings[0]


def test_a_native_histogram_becomes_its_quantiles() -> None:
    histogram = {"count": "4", "sum": "10", "buckets": [[0, "1", "2", "2"], [0, "2", "4", "2"]]}
    got = result(answer("vector", [{"metric": {"job": "a"}, "histogram": [5, histogram]}]))
    assert [dict(s.labels)["quantile"] for s in got.series] == ["0.5", "0.9", "0.99"]
    assert got.series[0].last == pytest.approx(2.0)
    assert "native histograms" in got.warnings[0]
    ranged = result(
        answer("matrix", [{"metric": {}, "histograms": [[5, histogram], [6, histogram]]}])
    )
    assert [len(s.points) for s in ranged.series] == [2, 2, 2]
    assert isnan(quantile(Histogram(), 0.5))


def test_a_target_not_scraped_yet_is_unknown() -> None:
    from fleetui.providers.prometheus.answers import ActiveTarget, Targets

    new = ActiveTarget(
        labels={"job": "a", "instance": "b"},
        scrape_url="http://me:hunter2@b/metrics?token=hunter2",
        last_scrape="0001-01-01T00:00:00Z",
        health="unknown",
    )
    (row,) = targets_of(Targets([new]), "main", 1.0)
    assert (row.state, row.last_scrape, row.reason) == ("unknown", None, "not scraped yet")
    assert row.url == "http://b/metrics"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
SHAPED = st.fixed_dictionaries(
    {
        "status": st.just("success"),
        "data": st.fixed_dictionaries(
            {
                "resultType": st.sampled_from(["vector", "matrix", "scalar", "string", "odd"]),
                "result": JSON
                | st.lists(
                    st.fixed_dictionaries(
                        {"metric": st.dictionaries(st.text(max_size=4), st.text(max_size=4))},
                        optional={
                            "value": JSON | st.tuples(st.floats(), st.text(max_size=4)),
                            "values": st.lists(st.tuples(st.integers(), st.text(max_size=4))),
                            "histogram": JSON,
                            "histograms": JSON,
                        },
                    )
                ),
            }
        ),
    }
)


@settings(deadline=None)
@given(JSON | SHAPED)
def test_any_json_is_an_answer_or_a_fault(whole: Any) -> None:
    check(json.dumps(whole).encode("utf-8", "replace"))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_fault(body: bytes) -> None:
    check(body)
    check(b'{"status":"success","data":{"resultType":"vector","result":' + body + b"}}")


def check(body: bytes) -> None:
    client = Client("main", PrometheusSettings())
    got: object = None
    try:
        got = client._read(Answer(200, {}, body), lambda e: result_of(e, ASKED))
    except ProviderError as error:
        got = error.fault().line
    assert isinstance(got, QueryResult | str)
    assert got


@pytest.mark.parametrize(
    ("given_settings", "key"),
    [
        ({"url": "prometheus:9090"}, "url"),
        ({"url": "http://me:pw@host"}, "url"),
        ({"url": "http://host/?a=1"}, "url"),
        ({"username": "me"}, "username"),
        ({"tls_key": "k"}, "tls_key"),
        ({"tls_ca": "c", "tls_verify": False}, "tls_ca"),
        ({"headers": {"Authorization": "x"}}, "headers.Authorization"),
        ({"headers": {"a b": "x"}}, "headers"),
        ({"headers": {"a": "x\ny"}}, "headers.a"),
    ],
)
def test_impossible_settings_are_named(given_settings: dict[str, Any], key: str) -> None:
    assert [name for name, _ in PrometheusSettings(**given_settings).problems()] == [key]
    assert not list(PrometheusSettings().problems())
