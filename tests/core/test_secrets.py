"""Secrets are hidden wherever they may stand, and what is none stays readable."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.commands import HIDDEN
from fleetui.core.secrets import instruction, is_secret_name, masked, redact, shown

SECRET = "hunter2isnotgood"

LONG = ["token" * 800, "a" * 4096, "://" * 1300, "-" * 400, "x: " * 1300, "password" * 500 + "=",
        '"' * 4000, "-----BEGIN " * 300]  # fmt: skip
TEXTS = [
    "password={}", "PASSWORD: {}", 'password="{}"', "db_password = '{}'", '{{"password": "{}"}}',
    '{{\\"api_key\\": \\"{}\\"}}', "--password {}", "--db-password={}", "--api-key '{}'",
    "-token {}", "curl -u admin:{} http://x", "curl --user admin:{} http://x",
    "Authorization: Bearer {}", "Authorization: Basic {}", "X-Vault-Token: {}", "Cookie: {}",
    "postgres://shop:{}@db:5432/shop", "amqp://:{}@mq", "https://{}@github.com/acme/x.git",
    "http://x/metrics?token={}&a=b", "http://x/hook?key={}", "http://x?sig={}",
    "AccountKey={};EndpointSuffix=x", "aws_secret_access_key={}", "MYSQL_ROOT_PASSWORD={}",
    "client_secret={}", "private_key: {}", "connection_string={}", "PASSWORD2={}",
    "tls.passphrase={}",
    'password="two {} words"',
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_line_loses_its_secret(text: str) -> None:
    out = redact(text.format(SECRET))
    assert SECRET not in out
    assert "hunter2" not in out
    assert HIDDEN in out


@pytest.mark.parametrize(
    "token",
    [
        "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1" * 18, "github_pat_" + "a1" * 20, "glpat-" + "x" * 20,
        "xoxb-1234567890-abcdef", "sk_live_" + "a" * 24, "dop_v1_" + "ab" * 32, "npm_" + "a" * 36,
        "AIza" + "B" * 35, "hvs." + "C" * 24, "eyJhbGciOiJI.eyJzdWIiOiIx.abcdefgh",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY----- MIIEow without an end",
    ],
)  # fmt: skip
def test_tokens_known_by_sight(token: str) -> None:
    assert redact(f"see {token} there").startswith(f"see {HIDDEN}")
    assert "MIIEow" not in redact(token)
    assert masked({"note": f"see {token}"})["note"] == f"see {HIDDEN}"


@pytest.mark.parametrize(
    "text",
    ["nginx -g daemon off;", "/bin/sh -c 'make test'", "https://example.com/a?b=c", "10.0.0.1:80",
     "sha256:0123456789abcdef", "com.docker.compose.project=shop", "keyboard=de",
     "exit 1: no database",
     "ssh://ops@bastion", "0/1 ready: readiness 503", "node:20-alpine", "-u 1000", "author=jo"],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "api-key", "apiKey", "X-Token", "secret", "aws.secret-access-key", "SENTRY_DSN",
     "traefik.http.middlewares.auth.basicauth.passwd", "auth", "_auth", "MYSQL_PWD",
     "tls.privateKey",
     "Authorization", "smtp_pass", "connectionString"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert shown(name, SECRET) == HIDDEN
    assert masked({name: SECRET}) == {name: HIDDEN}
    assert masked({name: {"a": [SECRET, 7]}}) == {name: {"a": [HIDDEN]}}


@pytest.mark.parametrize(
    "name",
    ["com.docker.compose.project", "maintainer", "author", "compass", "PATH", "key", "bypass-lane",
     "org.opencontainers.image.title"],
)  # fmt: skip
def test_names_that_are_none(name: str) -> None:
    assert not is_secret_name(name)
    assert shown(name, "shop") == "shop"


def test_an_environment_keeps_its_names_only() -> None:
    document = {
        "Config": {"Env": [f"GREETING={SECRET}", f"PATH={SECRET}", "BARE", f"A=B={SECRET}"]},
        "env": [{"name": "COLOUR", "value": SECRET}, {"name": "B", "valueFrom": {"x": SECRET}}],
        "environment": {"MODE": SECRET, "DEEP": {"a": SECRET}, "EMPTY": ""},
    }
    out = masked(document)
    assert SECRET not in json.dumps(out)
    assert out["Config"]["Env"] == [f"GREETING={HIDDEN}", f"PATH={HIDDEN}", "BARE", f"A={HIDDEN}"]
    assert out["env"][0] == {"name": "COLOUR", "value": HIDDEN}
    assert out["environment"] == {"MODE": HIDDEN, "DEEP": {"a": HIDDEN}, "EMPTY": ""}


def test_arguments_annotations_and_pairs() -> None:
    document = {
        "Cmd": [
            "serve",
            "--password",
            SECRET,
            f"--token={SECRET}",
            "-c",
            f"export API_KEY={SECRET}",
        ],
        "Args": ["--db-password", SECRET, "--port", "80"],
        "annotations": {"vault/secret": SECRET, "note": f"password: {SECRET}"},
        "parameters": [{"name": "DB_PASSWORD", "value": SECRET}, {"Key": "token", "Value": SECRET}],
        "LogConfig": {"Config": {"splunk-token": SECRET, "max-size": "10m"}},
        "Options": {"o": f"username=x,password={SECRET}"},
        "pin": {"password": 1234},
    }
    out = masked(document)
    assert SECRET not in json.dumps(out)
    assert "1234" not in json.dumps(out)
    assert out["Args"][2:] == ["--port", "80"]
    assert out["Cmd"][0] == "serve"
    assert out["LogConfig"]["Config"]["max-size"] == "10m"


@pytest.mark.parametrize(
    ("step", "kept"),
    [
        (f"/bin/sh -c #(nop)  ENV GREETING={SECRET}", "ENV GREETING=***"),
        (f"ENV A={SECRET} B={SECRET}", "A=*** B=***"),
        (f"ENV GREETING two {SECRET} words", "ENV GREETING=***"),
        (f'ENV GREETING="two {SECRET}" C=d', "ENV GREETING=***"),
        (f"ARG NPM={SECRET}", "ARG NPM=***"),
        (f"RUN |2 NPM={SECRET} B=x /bin/sh -c npm ci # buildkit", "npm ci"),
        (f"|1 NPM={SECRET} /bin/sh -c npm ci", "npm ci"),
        (f"RUN curl -H 'Authorization: Bearer {SECRET}' x", "RUN curl"),
    ],
)
def test_history_of_an_image_loses_what_it_sets(step: str, kept: str) -> None:
    assert SECRET not in instruction(step)
    assert kept in instruction(step)
    assert SECRET not in str(masked([{"CreatedBy": step}]))


def test_documents_of_any_form_come_out_clean() -> None:
    deep: object = SECRET
    for _ in range(500):
        deep = {"password": [deep]}
    evil = {
        "k\x1b]52;c;AA\x07": "v\u202e\x9b31m",
        "lines": "a\x1b[2J\nb\tc\r\npassword=x",
        "deep": deep,
    }
    out = masked(evil)
    text = json.dumps(out, ensure_ascii=False)
    assert not set(text) & set("\x1b\x07\u202e\x9b")
    assert out["lines"].split("\n") == ["a[2J", "b c", f"password={HIDDEN}"]
    assert SECRET not in text
    assert masked({1: b"bytes", "t": (1, None, True)}) == {"1": "b'bytes'", "t": [1, None, True]}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_document_is_taken(document: object) -> None:
    json.dumps(masked(document))


@given(st.sampled_from(["Env", "environment", "password", "apiKey"]), st.text(min_size=1))
def test_no_leaf_below_a_secret_name_survives(name: str, filler: str) -> None:
    for form in ([f"A={SECRET}{filler}"], {"B": [SECRET + filler]}, {"x": {"y": SECRET}}):
        assert SECRET not in json.dumps(masked({name: form}))


@pytest.mark.parametrize("number", range(len(LONG)))
def test_no_line_takes_longer_than_its_length_allows(number: int) -> None:
    # What grows with the square, or worse, would not come back within the run.
    redact(LONG[number] * 50)
