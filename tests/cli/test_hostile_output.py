"""What `get`, `describe` and `logs` print of hostile text and of secrets, in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from command_line import Run

from fleetui.cli import compose
from fleetui.cli.compose import Fleet
from fleetui.config.specs import Config, LogsSettings
from fleetui.core.commands import HIDDEN
from fleetui.core.description import Description, description, row, section
from fleetui.core.errors import Unreachable
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.providers.base import Batch, Report, SourceSpec

MARKUP = "[red]x[/red]"
EVIL = (
    f"evil{MARKUP}\x1b]52;c;cm0gLXJm\x07\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\\x1b[2J"
    "\x9b31m\x90q\x9c\x00\x08\r\n\x7f\u202etxt\u2066\u200b"
)
SECRET = "hunter2isnotgood"
BOX = Container(
    ref=Ref("docker", "evil", "container", f"id{EVIL}", f"box{EVIL}"),
    state=State.FAILED,
    native_state=EVIL,
    reason=f"{EVIL} password={SECRET}",
    labels=(("db.password", SECRET), (EVIL, EVIL), ("note", f"mysql -p{SECRET}"), ("app", "shop")),
    image=EVIL,
    command=f"redis-cli -a {SECRET}",
)
LINES = [EVIL, f'{{"msg":"{MARKUP}","password":"{SECRET}","x":"\\u001b[2J"}}', f"token={SECRET}"]


class Evil:
    """A back end whose every text is hostile, and which tells secrets."""

    name, scope = "docker", "evil"

    def sources(self) -> tuple[SourceSpec, ...]:
        keys = (SourceKey(self.name, self.scope, kind) for kind in ("containers", "images"))
        return tuple(map(SourceSpec, keys))

    async def fetch(self, key: SourceKey) -> Batch:
        if key.kind == "images":
            raise Unreachable(EVIL, where=EVIL, hint=EVIL)
        return Batch((BOX,), warnings=(EVIL,))

    async def check(self) -> Report:
        return Report(self.name, self.scope, True, EVIL, EVIL)

    async def close(self) -> None:
        """There is nothing to close."""

    async def describe(self, ref: Ref) -> Description:
        return description([section(EVIL, [row(EVIL, EVIL)])], {EVIL: [EVIL], "ref": str(ref)})

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        yield tuple(RawLine(n, ref, text) for n, text in enumerate(LINES, 1))


@pytest.fixture(autouse=True)
def evil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "gather", lambda _args, config: Fleet(config, (Evil(),), name="x"))


def acts(text: str) -> list[str]:
    return [char for char in text if not char.isprintable() and char != "\n"]


@pytest.mark.parametrize("form", ["table", "wide", "json", "csv"])
@pytest.mark.parametrize("kind", ["containers", "images"])
def test_get(fleetui: Run, kind: str, form: str) -> None:
    code, out, err = fleetui("get", kind, "-o", form)
    assert code == (0 if kind == "containers" else 4)
    assert acts(out + err) == []
    assert MARKUP in out + err
    assert SECRET not in out + err


def test_labels_that_look_like_secrets_are_hidden_in_json_and_csv(fleetui: Run) -> None:
    (item,) = json.loads(fleetui("get", "containers", "-o", "json")[1])["items"]
    assert item["labels"]["db.password"] == HIDDEN
    assert item["labels"]["note"] == f"mysql -p{HIDDEN}"
    assert item["labels"]["app"] == "shop"
    assert item["command"] == f"redis-cli -a {HIDDEN}"
    (record,) = csv.DictReader(io.StringIO(fleetui("get", "containers", "-o", "csv")[1]))
    assert f"db.password={HIDDEN}" in record["labels"]
    assert "app=shop" in record["labels"]


@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_describe(fleetui: Run, form: str) -> None:
    code, out, err = fleetui("describe", "docker/evil/container/" + BOX.name, "-o", form)
    assert (code, err) == (0, "")
    assert acts(out) == []
    assert MARKUP in out
    assert SECRET not in out
    if form != "text":
        read = json.loads(out) if form == "json" else yaml.safe_load(out)
        assert read["item"]["labels"]["db.password"] == HIDDEN


@pytest.mark.parametrize("form", ["text", "json"])
def test_logs(fleetui: Run, form: str) -> None:
    code, out, _ = fleetui("logs", "docker/evil/container/" + BOX.name, "-o", form)
    assert code == 0
    assert MARKUP in out
    assert acts(out) == []
    assert SECRET not in out
    if form == "json":
        lines = [json.loads(line) for line in out.splitlines()]
        assert lines[1]["fields"]["password"] == HIDDEN


def test_secrets_in_log_lines_are_shown_where_the_config_says_so(
    fleetui: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "c.toml"
    path.write_text("[logs]\nhide_secrets = false\n")
    _, out, _ = fleetui("--config", str(path), "logs", "docker/evil/container/" + BOX.name)
    assert f"token={SECRET}" in out
    assert Config().logs == LogsSettings(hide_secrets=True)


def test_a_name_that_is_not_there_is_told_cleanly(fleetui: Run) -> None:
    for command in ("describe", "logs"):
        code, out, err = fleetui(command, f"box{EVIL}x")
        assert (code, out) == (1, "")
        assert acts(err) == []
        assert MARKUP in err
