"""The config file: what is right is read, and all that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fleetui.config.load import load
from fleetui.config.problems import ConfigErrors
from fleetui.config.specs import Config
from fleetui.core.settings import Seconds, Secret, setting


@dataclass(frozen=True, slots=True)
class Engine:
    """Settings with a field of every type."""

    host: str = setting("", "where")
    password: Secret | None = setting(None, "secret")
    timeout: Seconds = setting(10.0, "how long", minimum=1, maximum=60)
    retries: int = setting(3, "how often", minimum=0)
    share: float | None = setting(None, "a number")
    mode: str = setting("a", "one of two", choices=("a", "b"))
    tags: tuple[str, ...] = setting((), "words")
    headers: dict[str, str] = setting({}, "pairs")
    tls: bool = setting(True, "yes or no")

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.host == "both" and self.tags:
            yield "tags", "not with this host"


def read(tmp_path: Path, text: str, **more: Any) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load(path, lambda _name: Engine, ("docker", "prometheus"), **more)


def problems(tmp_path: Path, text: str, **more: Any) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        read(tmp_path, text, **more)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        version = 1
        read_only = true
        [ui]
        name = "acme"
        theme = "day"
        [wallboard]
        screens = ["overview"]
        rotate = "1m30s"
        [log]
        level = "debug"
        [docker.local]
        [docker.far]
        host = "tcp://x:1"
        production = true
        enabled = false
        password_env = "PW"
        timeout = 15
        share = 1
        tags = ["x"]
        headers = { a = "b" }
        """,
    )
    assert config.read_only
    assert (config.ui.name, config.ui.theme, config.log.level) == ("acme", "day", "debug")
    assert (config.wallboard.screens, config.wallboard.rotate) == (("overview",), 90.0)
    local, far = config.providers
    assert (local.provider, local.scope, local.settings) == ("docker", "local", Engine())
    assert far.settings == Engine(
        host="tcp://x:1", password=Secret("env", "PW"), timeout=15.0, share=1.0, tags=("x",),
        headers={"a": "b"},
    )  # fmt: skip
    assert (far.production, far.enabled, far.line) == (True, False, 13)


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Config(path=tmp_path / "config.toml")


def test_all_that_is_wrong_is_told_at_once_in_order_of_line(tmp_path: Path) -> None:
    text = """version = 2
[ui]
teme = "night"
[docker.local]
hots = "x"
timeout = "1 fortnight"
retries = -1
mode = "c"
tags = ["a", 1]
[dokcer.other]
"""
    assert problems(tmp_path, text) == [
        "config.toml:1: version: is 2, and this fleetui reads 1",
        'config.toml:3: ui.teme: unknown key, did you mean "theme"?',
        'config.toml:5: docker.local.hots: unknown key, did you mean "host"?',
        (
            'config.toml:6: docker.local.timeout: must be a length of time such as "15s", "5m" or '
            '"1h30m"'
        ),
        "config.toml:7: docker.local.retries: must be at least 0, not -1",
        'config.toml:8: docker.local.mode: "c" is none of a, b',
        "config.toml:9: docker.local.tags[1]: must be text, not a whole number",
        'config.toml:10: dokcer: unknown key, did you mean "docker"?',
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("retries = true", "must be a whole number, not true or false"),
        ("retries = 1.5", "must be a whole number, not a number"),
        ("tls = 1", "must be true or false, not a whole number"),
        ('tls = "yes"', "must be true or false, not text"),
        ("host = 1", "must be text, not a whole number"),
        ("host = 2024-01-01", "must be text, not a date or time"),
        ("share = nan", "must be a number that ends"),
        ("timeout = -1", "must not be negative"),
        ('timeout = "2m"', "must be at most 60s, not 120s"),
        ('tags = "x"', "must be a list of texts, not text"),
        ("headers = { a = 1 }", "must be text, not a whole number"),
        ("headers = []", "must be a table of texts, not a list"),
        ('host = "http://u:pw@x"', "holds a password: password_env, password_file"),
        ('host = "both"\ntags = ["x"]', "not with this host"),
    ],
)
def test_values_that_do_not_fit(tmp_path: Path, line: str, message: str) -> None:
    (found,) = problems(tmp_path, f"[docker.local]\n{line}\n")
    assert message in found
    assert ":pw@" not in found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('password = "hunter2"', "write password_env, password_file or password_command"),
        ('password_literal = "hunter2"', "a secret does not belong in this file"),
        ('password_env = "hunter2!"', "must be the name of a variable, not the secret itself"),
        ("password_file = 5", "must be a path"),
        ('password_command = " "', "must be a command line"),
        ('password_env = "A"\npassword_file = "hunter2"', "password_env is given too"),
    ],
)
def test_secrets_are_refused_without_being_repeated(
    tmp_path: Path, line: str, message: str
) -> None:
    (found,) = problems(tmp_path, f"[docker.local]\n{line}\n")
    assert message in found
    assert "hunter2" not in found


def test_commands_of_a_file_that_everybody_may_write_are_not_run(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[docker.local]\npassword_command = "cat x"\n')
    path.chmod(0o666)
    with pytest.raises(ConfigErrors, match="not run: everybody may write this file"):
        load(path, lambda _name: Engine, ("docker",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("docker = 1", "must be tables with a name: [docker.NAME]"),
        ('[docker]\nhost = "x"', "belongs in a table with a name: [docker.NAME]"),
        ('[docker."a b"]', "a name may have letters, digits"),
        ("ui = 3", "must be a table: [ui]"),
        ("[aws.prod]", "not in this version: take the table out"),
        ("[docker.local", "not TOML"),
        ("a = 1\na = 2", "config.toml:2: not TOML"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    assert message in "\n".join(problems(tmp_path, text))


def test_names_of_screens_and_themes_are_checked_where_they_are_known(tmp_path: Path) -> None:
    text = '[ui]\ntheme = "nigt"\nscreen = "zzz"\n[wallboard]\nscreens = ["overview", "capasity"]'
    known = {"screens": {"overview", "capacity"}, "themes": {"night", "day"}}
    assert problems(tmp_path, text, **known) == [
        'config.toml:2: ui.theme: no "nigt", did you mean "night"?',
        'config.toml:3: ui.screen: no "zzz": there is capacity, overview',
        'config.toml:5: wallboard.screens[1]: no "capasity", did you mean "capacity"?',
    ]
    assert read(tmp_path, text).ui.screen == "zzz"


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match="cannot be read: no such file"):
        load(tmp_path / "none.toml", lambda _name: Engine, ())
    (tmp_path / "bytes.toml").write_bytes(b"# ok\n\xff\xfe")
    with pytest.raises(ConfigErrors, match=r"bytes\.toml:2: not UTF-8 text"):
        load(tmp_path / "bytes.toml", lambda _name: Engine, ())
    (tmp_path / "big.toml").write_text("#" * 1_000_001)
    with pytest.raises(ConfigErrors, match="larger than 1 MB"):
        load(tmp_path / "big.toml", lambda _name: Engine, ())


def test_control_characters_of_a_file_are_not_repeated(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '"a\\u001b[2Jb" = 1\n')
    assert "\x1b" not in found


def test_what_does_not_fit_together_is_told_beside_what_cannot_be_read(tmp_path: Path) -> None:
    text = '[docker.local]\nhost = "both"\ntags = ["x"]\nretries = true\n'
    found = problems(tmp_path, text)
    assert len(found) == 2
    assert "not with this host" in "".join(found)
    # What follows from a value that could not be read, or from a key misspelt, is not told.
    assert len(problems(tmp_path, '[docker.local]\nhost = 7\ntags = ["x"]\n')) == 1


def test_names_of_a_section_are_checked_whatever_else_is_wrong_in_it(tmp_path: Path) -> None:
    text = """[ui]
mouse = "yes"
theme = "nihgt"
screen = "overviw"
[wallboard]
rotate = "soon"
screens = ["capacty", 7]
"""
    found = problems(tmp_path, text, themes=["night", "day"], screens=["overview", "capacity"])
    assert found == [
        "config.toml:2: ui.mouse: must be true or false, not text",
        'config.toml:3: ui.theme: no "nihgt", did you mean "night"?',
        'config.toml:4: ui.screen: no "overviw", did you mean "overview"?',
        'config.toml:6: wallboard.rotate: must be a length of time such as "15s", "5m" or "1h30m"',
        'config.toml:7: wallboard.screens[0]: no "capacty", did you mean "capacity"?',
        "config.toml:7: wallboard.screens[1]: must be text, not a whole number",
    ]
