"""`fleetui audit`: a table, the documented forms, and the proof."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from audit_of_tests import action
from command_line import Run
from scripted_writer import WHO

from fleetui.actions.action import GateSpec
from fleetui.actions.audit.history import fits
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.process import Process
from fleetui.actions.ports import Reading
from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.ref import Ref

NOW = 1_700_000_000.0
SHOP = Ref("docker", "local", "compose", "u", "shop/web")


@pytest.fixture
def path(home: Path) -> Path:
    return home / "state" / "audit.db"


@pytest.fixture
def audit(path: Path) -> Path:
    """Write down: a scale of long ago that is done, one that failed, and one left by the dead."""

    async def write() -> None:
        clock = [NOW - 30 * 86_400]
        journal = AuditJournal(path, now=lambda: clock[0])
        gate = GateSpec("sum(errors)", max=1.0, place="config.toml:41")
        first = action("a1", gate=gate)
        await journal.intend(first, Phase.WAITING)
        await journal.note(first, Progress(Phase.SENDING))
        await journal.note(first, Progress(Phase.DONE, "5 run"), Reading(True, 0.2, "0.2 %", NOW))
        clock[0] = time.time() - 60
        failed = action("a2", reason="", undoes="a1")
        await journal.intend(failed)
        await journal.note(failed, Progress(Phase.FAILED, "no \x1b[31mcapacity"))
        await journal.close()
        ghost = replace(Process.this(), pid=2**22 + 1)
        journal = AuditJournal(path, here=ghost)
        ask = Ask(Verb.STOP, SHOP, (("timeout", "10s"),))
        left = action("a3", plan=Plan(ask=ask), who=replace(WHO, origin=""))
        await journal.intend(left)
        await journal.intend(action("a4"), Phase.WAITING)
        await journal.close()

    asyncio.run(write())
    return path


def test_nothing_has_been_changed_yet(fleetui: Run, path: Path) -> None:
    assert fleetui("audit") == (0, "nothing has been changed yet\n", "")
    assert fleetui("audit", "--verify") == (0, "nothing has been changed yet\n", "")
    code, out, _ = fleetui("audit", "-o", "json")
    assert (code, json.loads(out)) == (0, {"audit": str(path), "actions": []})
    code, out, _ = fleetui("audit", "-o", "csv")
    assert (code, out.count("\n"), out[:6]) == (0, 1, "seq,id")
    # To look leaves nothing behind.
    assert not path.parent.exists()


def test_the_table_says_who_did_what_and_how_it_ended(fleetui: Run, audit: Path) -> None:
    code, out, err = fleetui("audit")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == [
        "WHEN", "WHO", "DID", "TARGET", "FROM", "TO", "RESULT", "TOOK", "REASON", "DETAIL",
    ]  # fmt: skip
    rows = [line.split("  ") for line in lines[1:]]
    rows = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    web = "aws/prod/asg/web"
    who = "ana@bastion from 10.0.0.7"
    assert rows[0][1:] == [who, "scale", web, "2", "5", "done", "0s", "the sale begins", "5 run"]
    assert rows[1][1:] == [
        who,
        "undo: scale",
        web,
        "2",
        "5",
        "failed",
        "0s",
        "–",
        "no [31mcapacity",
    ]
    assert rows[2][1:] == [
        "ana@bastion", "stop", "docker/local/compose/shop/web", "–", "timeout 10s", "unknown", "–",
        "the sale begins",
        "its process has ended: the next start of fleetui looks what came of it",
    ]  # fmt: skip
    assert rows[3][-4:] == [
        "failed", "–", "the sale begins", "was not sent: its process ended before",
    ]  # fmt: skip
    bare = fleetui("audit", "--no-header")[1].splitlines()
    assert [line.split() for line in bare] == [line.split() for line in lines[1:]]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ([], ["a1", "a2", "a3", "a4"]),
        (["--since", "7d"], ["a2", "a3", "a4"]),
        (["--since", "30s", "--ref", "asg/web"], ["a4"]),
        (["--ref", "shop/web"], ["a3"]),
        (["--ref", "web"], ["a1", "a2", "a3", "a4"]),
        (["--ref", "aws/*"], ["a1", "a2", "a4"]),
        (["--ref", "compose/*"], ["a3"]),
        (["--ref", "eb"], []),
        (["--limit", "2"], ["a3", "a4"]),
        (["--limit", "1", "--ref", "aws/prod/asg/web"], ["a4"]),
        (["--limit", "0"], ["a1", "a2", "a3", "a4"]),
    ],
)
def test_what_is_asked_for_is_listed_the_oldest_first(
    fleetui: Run, audit: Path, words: list[str], ids: list[str]
) -> None:
    code, out, err = fleetui("audit", "-o", "json", *words)
    assert code == 0
    assert [one["id"] for one in json.loads(out)["actions"]] == ids
    assert err == ("" if ids else "fleetui: no change fits\n")


def test_the_json_is_as_documented(fleetui: Run, audit: Path) -> None:
    _, out, _ = fleetui("audit", "-o", "json")
    form = json.loads(out)
    assert form["audit"] == str(audit)
    first, second, third, fourth = form["actions"]
    assert list(first) == [
        "seq", "id", "request", "at", "who", "verb", "ref", "uid", "values", "changes", "reason",
        "gate", "reading", "undoes", "result", "why", "ended_at", "duration_s", "process", "plan",
        "hash",
    ]  # fmt: skip
    assert first["seq"] == 1
    assert first["at"] == first["ended_at"] == "2023-10-15T22:13:20.000Z"
    assert first["who"] == {"user": "ana", "host": "bastion", "origin": "10.0.0.7"}
    assert (first["verb"], first["ref"], first["uid"]) == ("scale", "aws/prod/asg/web", "uid-web")
    assert first["values"] == {"count": "5"}
    assert first["changes"] == [{"name": "desired", "before": "2", "after": "5"}]
    assert (first["gate"]["expr"], first["gate"]["place"]) == ("sum(errors)", "config.toml:41")
    assert first["reading"] == {
        "holds": True, "value": 0.2, "text": "0.2 %", "at": "2023-11-14T22:13:20.000Z",
    }  # fmt: skip
    assert (first["result"], first["why"]) == ("done", "5 run")
    assert first["plan"]["undo"]["words"] == "scale back to 2, any time"
    assert len(first["hash"]) == 64
    assert first["process"]["pid"] > 0
    assert (second["undoes"], second["why"]) == ("a1", "no [31mcapacity")
    assert (third["result"], third["ended_at"], third["gate"]) == ("unknown", None, None)
    assert fourth["duration_s"] is None


def test_csv_is_one_row_an_action(fleetui: Run, audit: Path) -> None:
    code, out, _ = fleetui("audit", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows)) == (0, 4)
    assert rows[0]["changes"] == "desired=2→5"
    assert (rows[0]["gate"], rows[0]["reading"]) == ("sum(errors)", "0.2 %")
    assert (rows[2]["values"], rows[2]["user"]) == ("timeout=10s", "ana")
    assert fleetui("audit", "-o", "csv", "--no-header")[1].count("\n") == 4


def test_the_table_says_that_it_leaves_out_older_ones(fleetui: Run, path: Path) -> None:
    async def write() -> None:
        journal = AuditJournal(path)
        for number in range(101):
            await journal.intend(action(f"a{number:03}"))
        await journal.close()

    asyncio.run(write())
    code, out, err = fleetui("audit", "--no-header")
    assert (code, out.count("\n")) == (0, 100)
    assert err == (
        "fleetui: older ones are left out: --limit 0 lists all, --since 7d those of a week\n"
    )
    assert fleetui("audit", "--no-header", "--limit", "0")[1].count("\n") == 101
    assert len(json.loads(fleetui("audit", "-o", "json")[1])["actions"]) == 101


def test_what_is_under_way_says_so(fleetui: Run, path: Path) -> None:
    async def write() -> None:
        journal = AuditJournal(path)
        await journal.intend(action())
        await journal.note(action(), Progress(Phase.ROLLING, "3 of 5"))
        await journal.close()

    asyncio.run(write())
    (one,) = json.loads(fleetui("audit", "-o", "json")[1])["actions"]
    assert (one["result"], one["why"], one["ended_at"]) == ("rolling", "3 of 5", None)


def test_the_proof(fleetui: Run, audit: Path) -> None:
    code, out, err = fleetui("audit", "--verify")
    assert (code, err) == (0, "")
    assert out.startswith("ok: 7 records, the last is ")
    code, out, _ = fleetui("audit", "--verify", "-o", "json")
    form = json.loads(out)
    assert code == 0
    assert (form["ok"], form["records"], form["broken"]) == (True, 7, None)


def test_the_first_record_that_is_broken_is_named(fleetui: Run, audit: Path) -> None:
    with sqlite3.connect(audit) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute(
            "UPDATE record SET body = replace(body, 'ana', 'bob') WHERE seq IN (1,4)"
        )
    connection.close()
    code, out, err = fleetui("audit", "--verify")
    assert (code, err) == (1, "")
    why = "its content is not what was written: the hash differs"
    assert out.splitlines() == [
        f"broken: record 1 of 2023-10-15T22:13:20.000Z: {why}",
        f"what is before it is as it was written: 0 records in {audit}",
    ]
    code, out, _ = fleetui("audit", "--verify", "-o", "json")
    form = json.loads(out)
    assert (code, form["ok"], form["head"]) == (1, False, None)
    assert form["broken"] == {
        "seq": 1, "at": "2023-10-15T22:13:20.000Z",
        "why": why,
    }  # fmt: skip


def test_a_file_that_cannot_be_read_is_told(fleetui: Run, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    for words in (["audit"], ["audit", "--verify"], ["audit", "-o", "json"]):
        code, out, err = fleetui(*words)
        assert (code, out) == (1, "")
        assert err.startswith(f"fleetui: the audit {path} is damaged: file is not a database")


def test_a_record_that_cannot_be_read_is_named(fleetui: Run, audit: Path) -> None:
    with sqlite3.connect(audit) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE record SET body = '{' WHERE seq = 4")
    connection.close()
    code, out, err = fleetui("audit")
    assert (code, out) == (1, "")
    assert err == (
        f"fleetui: record 4 of the audit {audit} is damaged: see fleetui audit --verify\n"
    )


def test_a_pattern_or_an_ending_of_a_ref() -> None:
    assert fits(SHOP, "")
    assert fits(SHOP, "docker/local/compose/shop/web")
    assert fits(SHOP, "web")
    assert fits(SHOP, "/shop/web/")
    assert fits(SHOP, "*/web")
    assert fits(SHOP, "shop/w?b")
    assert not fits(SHOP, "op/web")
    assert not fits(SHOP, "docker")
