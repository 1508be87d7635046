"""Documents as YAML for an editor, and what is read back from one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fleetui.yaml_form import Mistake, editable, parse

_LEAVES = some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(max_size=40)
_DOCUMENTS = some.dictionaries(
    some.text(min_size=1, max_size=12),
    some.recursive(_LEAVES, lambda inner: some.lists(inner, max_size=4)
                   | some.dictionaries(some.text(min_size=1, max_size=12), inner, max_size=4)),
    max_size=5,
)  # fmt: skip


@given(_DOCUMENTS)
def test_nothing_is_lost_in_an_editor_s_file(document: dict[str, object]) -> None:
    assert parse(editable(document)) == document


def test_a_document_is_read_as_a_server_means_it() -> None:
    text = "at: 2026-01-01T00:00:00Z\nport: 8080:80\nmode: 0644\non: yes\n1: x\n"
    assert parse(text) == {
        "at": "2026-01-01T00:00:00Z", "port": "8080:80", "mode": 420, "on": True, "1": "x",
    }  # fmt: skip
    assert parse('{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}
    assert parse("a: &x {b: 1}\nc: {<<: *x, d: 2}\n")["c"] == {"b": 1, "d": 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1\n", "line 3, column 1: did not find expected"),
        ("a: 1\na: 2\n", 'line 2, column 1: "a" stands twice'),
        ("a:\n  b: 1\n c: 2\n", "line 3, column 2: "),
        ("a: 1\n---\nb: 2\n", "expected a single document in the stream, but found another"),
        ("a: b\x07\n", "line 1, column 5: a control character"),
        ("- a\n", "this is no object"),
        ("", "this is no object"),
        ("? [a]\n: 1\n", "a name must be a word"),
        ("a: .nan\n", "not JSON compliant"),
        ("a: !!python/object:os.x {}\n", "could not determine a constructor"),
        ("a: !!binary aGk=\n", "not JSON serializable"),
        ("a: &x [*x]\n", "recursive"),
        (f"a: {'x' * 3_000_000}\n", "longer than 3,000,000 characters"),
    ],
)
def test_what_is_no_document_says_where_and_why(text: str, said: str) -> None:
    with pytest.raises(Mistake) as caught:
        parse(text)
    assert said in str(caught.value)
