"""What is unmistakably a secret is taken out of log lines; what only looks like one stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.commands import HIDDEN
from fleetui.core.logs.hide import Hider
from fleetui.core.logs.line import NOTE, RawLine
from fleetui.core.logs.parse import parse
from fleetui.core.ref import Ref

A = Ref("docker", "h", "container", "1", "web")
SECRET = "hunter2hunter2"


def hidden(*texts: str) -> list[str]:
    return [line.text for line in Hider().hide([RawLine(n, A, t) for n, t in enumerate(texts)])]


@pytest.mark.parametrize(
    "text",
    [
        "login user=jo password={} ok",
        'password="{} and more" x',
        "DB_PASSWORD={}",
        "pwd='{}'",
        '{{"msg":"in","password":"{}"}}',
        r'{{"msg":"{{\"password\":\"{}\"}}"}}',
        "client_secret={}",
        "generated admin password: {}",
        "the passphrase is: {}",
        "token={}",
        "GET /x?access_token={}&a=1",
        "aws_secret_access_key={}",
        "api-key: x api_key={}",
        "x-api-key={}",
        "'apiKey': '{}'",
        "Authorization: Bearer {}",
        '"authorization":"Basic {}"',
        "Authorization:[Bearer {}]",
        'http.Header{{"Authorization":[]string{{"Bearer {}"}}}}',
        "sent Bearer {} on",
        "Cookie: sid={}; a=b",
        "Set-Cookie: sid={}; Path=/",
        "dial postgres://shop:{}@db:5432/shop: refused",
        "redis://:{}@r:6379",
        "İ PASSWORD={}",
    ],
)
def test_a_line_loses_its_secret(text: str) -> None:
    (out,) = hidden(text.format(SECRET))
    assert SECRET not in out
    assert HIDDEN in out


@pytest.mark.parametrize(
    "token",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "glpat-" + "x" * 20,
        "xoxb-1234567890-abcdef",
        "sk_live_" + "a" * 24,
        "dop_v1_" + "ab" * 32,
        "npm_" + "a" * 36,
        "AIza" + "B" * 35,
        "hvs." + "C" * 24,
        "eyJhbGciOiJI.eyJzdWIiOiIx.abcdefgh",
    ],
)
def test_tokens_known_by_sight(token: str) -> None:
    assert hidden(f"see {token} there") == [f"see {HIDDEN} there"]


@pytest.mark.parametrize(
    "text",
    [
        "token_count=5 prompt_tokens=512",
        "passwordless login of jo",
        "password_hash=bcrypt",
        "token=EOF unexpected",
        "wrong password: try again",
        "password=true secret=null pwd=",
        "password=*** already",
        "secret_name=db-credentials",
        "Bearer authentication is required",
        "Basic authentication failed",
        "authorization: failed for jo",
        "cookie: expired",
        "tz=Asia/Tokyo",
        "https://acme.com/@jo:1@x",
        "see http://10.0.0.1:80/a@b",
        "key=7 monkey=banana",
        '{"secret": {"name": "x"}, "tokens": ["a"]}',
        "keyboard=de",
        "ssh://ops@bastion",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    lines = [RawLine(1, A, text)]
    assert [line.text for line in Hider().hide(lines)] == [text]


def test_json_stays_json() -> None:
    form = {"level": "info", "msg": 'he said {"password":"x1y2z3"}', "password": SECRET,
            "secret": 123456, "api_key": "a\"b'c\\d" * 3, "status": 200}  # fmt: skip
    (out,) = hidden(json.dumps(form))
    found = json.loads(out)
    assert (found["password"], found["secret"], found["api_key"]) == (HIDDEN,) * 3
    assert "x1y2z3" not in out
    assert parse(out).fields["status"] == "200"


def test_a_private_key_on_many_lines() -> None:
    key = ["-----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", "", "MIIEow" * 10, "Ab=="]
    out = hidden("INFO before", *key, "-----END RSA PRIVATE KEY-----", "INFO after", "word")
    assert "MIIE" not in "".join(out)
    assert "Ab==" not in out
    assert (out[0], *out[-2:]) == ("INFO before", "INFO after", "word")
    stamped = hidden(*(f"2026-01-01 {line}" for line in (key[0], "MIIEow" * 10)), "2026 goes on")
    assert "MIIE" not in "".join(stamped)
    assert stamped[-1] == "2026 goes on"
    assert hidden("x -----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY----- y", "MIIE") == [
        f"x {HIDDEN} y", "MIIE",
    ]  # fmt: skip


def test_a_key_that_is_cut_between_two_deliveries() -> None:
    hider = Hider()
    assert hider.hide([RawLine(1, A, "-----BEGIN PRIVATE KEY-----")])[0].text == HIDDEN
    assert hider.hide([RawLine(2, A, "MIIEow" * 10)])[0].text == HIDDEN
    assert hider.hide([RawLine(3, A, "goes on as ever")])[0].text == "goes on as ever"
    assert hider.hide([RawLine(4, A, "MIIEow" * 10)])[0].text == "MIIEow" * 10


def test_our_own_words_stay_and_a_batch_without_any_is_handed_on_as_it_is() -> None:
    note = RawLine(1, A, f"password={SECRET}", NOTE)
    assert Hider().hide([note]) == [note]
    lines = [RawLine(n, A, f"GET /items/{n} 200") for n in range(100)]
    assert Hider().hide(lines) is lines


@given(st.lists(st.text(), max_size=10))
def test_any_text_is_taken(texts: list[str]) -> None:
    out = Hider().hide([RawLine(n, A, text) for n, text in enumerate(texts)])
    assert [line.at for line in out] == list(range(len(texts)))


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), st.text(max_size=30))
def test_no_password_survives_whatever_stands_before_it(secret: str, before: str) -> None:
    text = f"{before} password={SECRET}{secret}"
    assert SECRET not in hidden(text)[0]


@pytest.mark.parametrize(
    "piece",
    ["password=", "token", '"', "\\'", "://a:", "cookie: a=b;", "bearer ", "x-api-", "a=1 "],
)
def test_no_line_takes_longer_than_its_length_allows(piece: str) -> None:
    # What grows with the square, or worse, would not come back within the run.
    hidden(piece * (16_000 // len(piece)), f"password=token@bearer cookie {piece * 1000}")
