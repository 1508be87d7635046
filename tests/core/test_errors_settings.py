"""Failures as data, freshness, and secrets that are only ever named."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetui.core.errors import Fault, Throttled
from fleetui.core.settings import Secret, SecretError
from fleetui.core.snapshot import Part, Snapshot, SourceKey

KEY = SourceKey("docker", "local", "containers")


def test_an_error_becomes_a_line_that_says_where_and_what_to_do() -> None:
    fault = Throttled("too many", where="aws/prod", hint="wait", retry_after=2).fault()
    assert fault == Fault("throttled", "too many", "aws/prod", "wait", 2)
    assert fault.line == "aws/prod: too many · wait"
    assert Fault("failed", "it broke", "").line == "it broke"


def test_a_snapshot_knows_its_age_and_the_parts_that_failed() -> None:
    fault = Fault("denied", "no", "x")
    snapshot = Snapshot(KEY, 1, fetched_at=10.0, parts=(Part("a", fault, None),))
    assert snapshot.age(12.0) == 2.0
    assert snapshot.age(9.0) == 0.0
    assert not snapshot.stale
    assert snapshot.part_of("a") is snapshot.parts[0]
    assert snapshot.part_of("b") is None
    assert Snapshot(KEY).age(1.0) is None


def test_a_secret_is_read_from_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "s1")
    file = tmp_path / "token"
    file.write_text("s2\n")
    assert Secret("env", "A_TOKEN").read() == "s1"
    assert Secret("file", str(file)).read() == "s2"
    assert Secret("command", "printf 's3\\n'").read() == "s3"


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (Secret("env", "NOT_SET_AT_ALL"), "the variable NOT_SET_AT_ALL is not set"),
        (Secret("file", "/does/not/exist"), "the file /does/not/exist cannot be read"),
        (Secret("command", "printf hush; exit 3"), "the command exited with 3"),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_without_its_value(
    secret: Secret, message: str
) -> None:
    with pytest.raises(SecretError, match=message) as caught:
        secret.read()
    assert "hush" not in str(caught.value)
