"""Passwords in the arguments of commands are hidden, and arguments that are none are not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core import secrets
from fleetui.core.commands import HIDDEN, in_commands
from fleetui.core.secrets import is_secret_name, masked, redact

SECRET = "hunter2"
WITH = [
    "mysql -uroot -p{} shop",
    "mysqldump --all-databases -p'{} x'",
    "mysqladmin ping -h db -p{}",
    "mariadb-admin -p{} ping",
    "redis-cli -h r -a {} ping",
    "redis-cli --pass {}",
    "valkey-cli -a {}",
    "redis-server --requirepass {}",
    "requirepass {}",
    "masterauth {}",
    "sshpass -p {} ssh db",
    "sshpass -p{} ssh db",
    "mongosh -u a -p {} --host db",
    "ldapsearch -D cn=x -w {} -b dc",
    "sqlcmd -S db -P {}",
    "docker login -u x -p {} reg.acme.com",
    "serve --password {}",
    "serve --db-password={}",
    "serve --pass {}",
    "serve --db-pass={}",
    "openssl rsa -passin pass:{} -in k",
    "curl -u admin:{} http://x",
    "curl -H 'Authorization: Bearer {}'",
    "postgres://shop:{}@db:5432/shop",
    "shop:{}@db:5432/shop",
    "shop:{}@tcp(db:3306)/shop",
]
WITHOUT = [
    "ssh -p 22 db",
    "ssh -p22 db",
    "docker run -p 8080:80 nginx",
    "nmap -p80 x",
    "mkdir -p /a/b",
    "mysql -p -u root",
    "mysqld --port=3306",
    "make -p; echo -pretty",
    "find . -print",
    "cp -a x y",
    "redis-server --port 6379",
    "ls -a x",
    "token_count=5",
    "--token-ttl 5m",
    "password-policy: strict",
    "passwordless: yes",
    "nginx:1.27@sha256:0123abcd/x",
    "mailto:jo@acme.com",
    "ops:jo@acme.com: hi",
    "--bypass cache",
    "tests: pass:12 fail:0",
    "max_token_length=512",
    "uid:gid@host",
]


@pytest.mark.parametrize("text", WITH)
def test_a_password_in_an_argument_is_hidden(text: str) -> None:
    line = text.format(SECRET)
    assert SECRET not in redact(line)
    assert HIDDEN in redact(line)
    # As one word after `sh -c`, and as words of their own.
    assert SECRET not in json.dumps(masked({"Cmd": ["sh", "-c", line]}))
    assert SECRET not in json.dumps(masked({"Args": line.split(" ")}))


@pytest.mark.parametrize("text", WITHOUT)
def test_an_argument_that_is_none_stays(text: str) -> None:
    assert redact(text) == text
    assert masked({"Args": text.split(" ")}) == {"Args": text.split(" ")}


def test_the_program_may_stand_apart_from_its_arguments() -> None:
    document = {
        "Path": "mysql", "Args": ["-uroot", f"-p{SECRET}"],
        "Config": {"Entrypoint": ["redis-cli"], "Cmd": ["-a", SECRET, "ping"]},
        "Healthcheck": {"Test": ["CMD-SHELL", f"mysqladmin ping -p{SECRET}"]},
        "other": {"Path": "ssh", "Args": ["-p22", "-a", "x"]},
        "header": {"Args": ["Authorization:", "Bearer", SECRET, "next"]},
    }  # fmt: skip
    out = masked(document)
    assert SECRET not in json.dumps(out)
    assert out["Args"] == ["-uroot", f"-p{HIDDEN}"]
    assert out["Config"]["Cmd"] == ["-a", HIDDEN, "ping"]
    assert out["other"] == document["other"]
    assert out["header"]["Args"][-1] == "next"


@pytest.mark.parametrize("name", ["token_count", "passwordless", "password-policy", "token.ttl"])
def test_what_is_told_about_a_secret_is_none(name: str) -> None:
    assert not is_secret_name(name)
    assert is_secret_name(f"{name}_secret")


PIECES = st.sampled_from(
    [
        "mysql",
        "redis-cli",
        "-p",
        "-a",
        "--password",
        "user:pw@host:1/x",
        "=",
        ":",
        " ",
        "'",
        '"',
        "token",
        "AKIA" + "B" * 16,
        "ghp_" + "c" * 24,
        "github_pat_" + "c" * 24,
        "eyJ" + "a" * 9 + "." + "b" * 9 + ".",
        "://a:b@c",
        "?key=",
        "&sig=",
        "Cookie",
        "PASSWORD",
        "x",
        "-u a:b",
        "Bearer abcdefgh",
        "login",
        "\u017f",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_quick_look_at_a_text_misses_nothing(text: str) -> None:
    slow = text
    for pattern, instead in secrets._SECRETS:
        slow = pattern.sub(instead, slow)
    assert redact(text) == in_commands(slow)


@given(st.lists(st.text(), max_size=8), st.text())
def test_words_of_any_kind_are_taken(words: list[str], program: str) -> None:
    out = masked({"Args": words, "Path": program})
    assert len(out["Args"]) == len(words)


@pytest.mark.parametrize("piece", ["mysql ", "mongo -p", "docker login ", "a:b@", "--pass-", "-p"])
def test_no_command_takes_longer_than_its_length_allows(piece: str) -> None:
    # What grows with the square, or worse, would not come back within the run.
    redact(piece * 20_000)
