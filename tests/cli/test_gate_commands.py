"""Gates from a shell: what a server says decides, but for one that a person ignores."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from changing_fleet import Fleet
from command_line import Run

WORDS = ("scale", "api", "5", "--yes")


class Says(BaseHTTPRequestHandler):
    """A Prometheus that says the same, whatever it is asked."""

    value = "3"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        data = {"resultType": "scalar", "result": [4_000_000_000, self.value]}
        body = json.dumps({"status": "success", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Tell nobody."""


@pytest.fixture
def gated(fleet: Fleet) -> Iterator[Fleet]:
    """The fleet with a gate on all of it, which is bad."""
    server = HTTPServer(("127.0.0.1", 0), Says)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with fleet.config.open("a") as config:
        config.write(
            f'[prometheus.main]\nurl = "http://127.0.0.1:{server.server_port}"\n'
            '[gate.errors]\nmatch = ["*"]\nexpr = "errors"\nmax = 1\nroll_back = true\n'
        )
    yield fleet
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_gate_that_is_well_is_watched_to_the_end(
    fleetui: Run, gated: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Says, "value", "0.5")
    code, out, _ = fleetui(*WORDS, "--gate", "errors", "--gate-max", "1", "--gate-for", "1s")
    assert (code, "gate held for 1s: 0.5 ≤ 1" in out) == (0, True), out
    assert gated.sent() == ["scale api 5"]


def test_a_bad_gate_refuses_and_says_which(fleetui: Run, gated: Fleet) -> None:
    code, _, err = fleetui(*WORDS)
    assert code == 3
    assert "refused: the gate is bad already: 3 > 1 (policy.gate, " in err
    assert gated.sent() == []


def test_it_goes_ahead_with_a_reason_and_the_audit_has_both(fleetui: Run, gated: Fleet) -> None:
    code, out, _ = fleetui(*WORDS, "--ignore-gate", "--reason", "more members are the cure")
    assert (code, out.split()[0]) == (0, "done")
    assert gated.sent() == ["scale api 5"]
    (deed,) = json.loads(fleetui("audit", "-o", "json")[1])["actions"]
    assert (deed["reason"], deed["result"]) == ("more members are the cure", "done")
    assert (deed["gate"]["expr"], deed["gate"]["ignored"]) == ("errors", True)
    assert fleetui("audit", "--verify")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--ignore-gate",), "--ignore-gate needs --reason TEXT, which the audit keeps"),
        (("--ignore-gate", "--reason", " "), "--ignore-gate needs --reason TEXT"),
        (
            ("--ignore-gate", "--reason", "x", "--gate", "up", "--gate-min", "1"),
            "--ignore-gate is for a gate of the config: leave out --gate",
        ),
    ],
)
def test_words_that_do_not_fit(
    fleetui: Run, gated: Fleet, words: tuple[str, ...], told: str
) -> None:
    code, _, err = fleetui(*WORDS, *words)
    assert (code, told in err, gated.sent()) == (2, True, [])


def test_the_plan_says_it(fleetui: Run, gated: Fleet) -> None:
    code, out, _ = fleetui("scale", "api", "5", "--ignore-gate", "--dry-run")
    assert code == 0
    assert "errors at most 1: ignored; now 3 > 1 (" in out
    assert "! its gate is ignored: nothing is stopped or taken back, however bad it is" in out
    assert "to go ahead: --yes --reason TEXT" in out
    _, out, _ = fleetui("scale", "api", "5", "--ignore-gate", "--dry-run", "-o", "json")
    (plan,) = json.loads(out)["plans"]
    assert plan["gate"]["ignored"] is True
    assert plan["gate"]["reading"] == {"holds": False, "value": 3, "text": "3 > 1"}
    assert gated.sent() == []


def test_other_rules_hold_and_what_is_not_watched_need_not_be_waited_for(
    fleetui: Run, gated: Fleet
) -> None:
    why = ("--ignore-gate", "--reason", "an incident")
    assert fleetui("scale", "api", "5", *why)[0] == 3
    code, _, err = fleetui("scale", "shop", "3", "--yes", *why)
    assert (code, "production wants the name" in err) == (3, True)
    with gated.config.open("a") as config:
        config.write('[policy]\nprotect = ["numbers/test/pool/web"]\n')
    code, _, err = fleetui("scale", "test/pool/web", "5", "--yes", *why)
    assert (code, "policy.protect" in err) == (3, True)
    assert fleetui(*WORDS, "--no-wait", *why)[0] == 0
    assert (gated.sent(), gated.sent("prod")) == (["scale api 5"], [])
