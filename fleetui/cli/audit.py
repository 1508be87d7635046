"""`fleetui audit`: who changed what, when and why, and the proof that nothing was altered."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from itertools import islice
from typing import Any

from fleetui.actions.audit.chain import Chain, verify
from fleetui.actions.audit.history import Deed, newest
from fleetui.actions.audit.process import Process
from fleetui.actions.audit.store import Store
from fleetui.actions.ports import JournalError
from fleetui.cli import output, write
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.words_of_audit import NEWEST
from fleetui.cli.write import Field
from fleetui.config import paths
from fleetui.core.change import Phase
from fleetui.core.humanise import duration, iso

_NOTHING = "nothing has been changed yet"
_TITLES = ("WHEN", "WHO", "DID", "TARGET", "FROM", "TO", "RESULT", "TOOK", "REASON", "DETAIL")
_CSV = (
    "seq", "id", "request", "at", "user", "host", "origin", "verb", "ref", "uid", "values",
    "changes", "reason", "gate", "reading", "undoes", "result", "why", "ended_at", "duration_s",
    "hash",
)  # fmt: skip
_TONES: dict[str, str] = {
    Phase.DONE: "ok",
    Phase.FAILED: "critical",
    Phase.TIMED_OUT: "critical",
    Phase.UNKNOWN: "warn",
    Phase.ROLLED_BACK: "warn",
}


def audit(args: argparse.Namespace) -> int:
    """List what was done, or prove the audit."""
    if args.verify:
        _refuse_with_verify(args)
    if args.demo:
        raise Stop(Exit.USAGE, "the demo keeps its audit only while it runs: see it on the board")
    path = paths.audit_file()
    store = Store(path, reading=True)
    try:
        if not store.exists():
            return _nothing_yet(args, str(path))
        if args.verify:
            return _proof(verify(store), str(path), as_json=args.output == "json")
        return _list(args, store)
    except JournalError as error:
        raise Stop(Exit.FAILED, str(error)) from None
    finally:
        store.close()


def _refuse_with_verify(args: argparse.Namespace) -> None:
    given = {"--since": args.since, "--ref": args.ref, "--limit": args.limit is not None}
    for name, value in given.items():
        if value:
            raise Stop(Exit.USAGE, f"--verify walks the whole audit: leave out {name}")
    if args.output == "csv":
        raise Stop(Exit.USAGE, "--verify writes table or json, not csv")


def _nothing_yet(args: argparse.Namespace, place: str) -> int:
    if args.output == "table":
        output.emit([_NOTHING])
    elif args.output == "csv":
        output.emit(write.csv_lines([] if args.no_header else [_CSV]))
    elif args.verify:
        output.emit([write.json_text(_proof_form(Chain(0), place))])
    else:
        output.emit([write.json_text({"audit": place, "actions": []})])
    return Exit.DONE


def _list(args: argparse.Namespace, store: Store) -> int:
    limit = args.limit if args.limit is not None else (NEWEST if args.output == "table" else 0)
    since = None if args.since is None else time.time() - args.since
    deeds = newest(store, Process.this(), since=since, ref=args.ref)
    found = list(islice(deeds, limit or None))
    cut = args.limit is None and limit and next(deeds, None) is not None
    found.reverse()
    if args.output == "json":
        actions = [_form(deed) for deed in found]
        output.emit([write.json_text({"audit": store.place, "actions": actions})])
    elif args.output == "csv":
        records = [_flat(deed) for deed in found]
        output.emit(write.csv_lines(records if args.no_header else [list(_CSV), *records]))
    elif found:
        rows = [_row(deed) for deed in found]
        if not args.no_header:
            rows.insert(0, write.titles((title, title == "TOOK") for title in _TITLES))
        output.emit(write.table(rows, colours=output.coloured(sys.stdout)))
    if not found:
        output.tell("no change fits")
    if cut:
        output.tell("older ones are left out: --limit 0 lists all, --since 7d those of a week")
    return Exit.DONE


def _row(deed: Deed) -> list[Field]:
    who = deed.intent["who"]
    origin = f" from {who['origin']}" if who["origin"] else ""
    when = datetime.fromtimestamp(deed.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return [
        Field(when),
        Field(f"{who['user']}@{who['host']}{origin}"),
        Field(f"undo: {_verb(deed)}" if deed.intent["undoes"] else _verb(deed)),
        Field(str(deed.ref)),
        Field(_side(deed, 1)),
        Field(_side(deed, 2)),
        Field(deed.result, _TONES.get(deed.result, "accent")),
        Field(duration(deed.duration), right=True),
        Field(deed.intent["reason"]),
        Field(deed.why, "muted"),
    ]


def _verb(deed: Deed) -> str:
    return str(deed.intent["plan"]["ask"]["verb"])


def _side(deed: Deed, side: int) -> str:
    """Return one side of what changes: `6`, or `memory 512MiB, cpu 1` where it is more."""
    differences = deed.intent["plan"]["differences"]
    if len(differences) == 1:
        return str(differences[0][side])
    if not differences and side == 2:
        # What is not a change of fields is told by what was asked: a command, a time-out.
        values = deed.intent["plan"]["ask"]["values"]
        return ", ".join(f"{name} {value}" for name, value in values.items())
    return ", ".join(f"{one[0]} {one[side]}" for one in differences)


def _form(deed: Deed) -> dict[str, Any]:
    plan = deed.intent["plan"]
    changes = [{"name": n, "before": b, "after": a} for n, b, a in plan["differences"]]
    return {
        "seq": deed.seq,
        "id": deed.id,
        "request": deed.intent["request"],
        "at": iso(deed.at),
        "who": deed.intent["who"],
        "verb": _verb(deed),
        "ref": str(deed.ref),
        "uid": deed.ref.uid,
        "values": plan["ask"]["values"],
        "changes": changes,
        "reason": deed.intent["reason"],
        "gate": deed.intent["gate"],
        "reading": _reading(deed),
        "undoes": deed.intent["undoes"],
        "result": deed.result,
        "why": deed.why,
        "ended_at": iso(deed.ended),
        "duration_s": deed.duration,
        "process": deed.process,
        "plan": plan,
        "hash": deed.hash,
    }


def _reading(deed: Deed) -> dict[str, Any] | None:
    reading = deed.last.get("reading")
    return {**reading, "at": iso(reading["at"])} if reading else None


def _flat(deed: Deed) -> list[Any]:
    form = {**_form(deed), **deed.intent["who"]}
    form["values"] = " ".join(f"{name}={value}" for name, value in form["values"].items())
    form["changes"] = " ".join(f"{c['name']}={c['before']}→{c['after']}" for c in form["changes"])
    form["gate"] = form["gate"]["expr"] if form["gate"] else ""
    form["reading"] = form["reading"]["text"] if form["reading"] else ""
    return [form[name] for name in _CSV]


def _proof(chain: Chain, place: str, *, as_json: bool) -> int:
    broken = chain.broken
    if as_json:
        output.emit([write.json_text(_proof_form(chain, place))])
    elif broken is None:
        head = f", the last is {chain.head}" if chain.head else ""
        output.emit([f"ok: {_count(chain.records)}{head}"])
    else:
        when = f" of {_time(broken.at)}" if _time(broken.at) else ""
        output.emit([
            f"broken: record {broken.seq}{when}: {broken.why}",
            f"what is before it is as it was written: {_count(chain.records)} in {place}",
        ])  # fmt: skip
    return Exit.DONE if broken is None else Exit.FAILED


def _count(records: int) -> str:
    return f"{records} record{'' if records == 1 else 's'}"


def _proof_form(chain: Chain, place: str) -> dict[str, Any]:
    broken = None
    if chain.broken is not None:
        at = _time(chain.broken.at) or None
        broken = {"seq": chain.broken.seq, "at": at, "why": chain.broken.why}
    return {
        "audit": place, "ok": chain.broken is None, "records": chain.records,
        "head": chain.head or None, "broken": broken,
    }  # fmt: skip


def _time(at: object) -> str:
    """Return a time that may be damaged itself, as ISO 8601; empty where it is none."""
    if not isinstance(at, int | float):
        return ""
    try:
        return iso(at) or ""
    except (ValueError, OverflowError, OSError):
        return ""
