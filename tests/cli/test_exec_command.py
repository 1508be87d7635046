"""`fleetui exec`, and what a person at a terminal is asked and told."""

from __future__ import annotations

import json

from changing_fleet import Fleet
from command_line import Run
from terminal_of_tests import Terminal

POD = "kubernetes/blue/shop/pod/postgres-0"
"""Of production: its name is asked for."""


def test_exec_ends_with_the_command_s_code_and_is_in_the_audit(inside: Run, fleet: Fleet) -> None:
    got = inside("exec", "api", "--", "sh", "-c", "ls -- --yes", "--", "--dry-run")
    assert got == (5, "sh|-c|ls -- --yes|--|--dry-run\n", "")
    _, out, _ = inside("rollouts", "-o", "json")
    (item,) = json.loads(out)["items"]
    assert (item["action"], item["phase"], item["reason"]) == ("exec", "done", "exit code 5")
    code, _, err = inside("exec", "api", "--", "away")
    assert (code, "the connection broke off" in err) == (4, True)
    _, out, _ = inside("rollouts", "-o", "json")
    assert {item["phase"] for item in json.loads(out)["items"]} == {"done", "unknown"}


def test_the_demo_s_shell(inside: Run) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return inside("--demo", "exec", "shop-web-1", "--", *words)

    assert run("cat", "/etc/os-release")[1].startswith('PRETTY_NAME="Debian GNU/Linux 12')
    assert "PAYMENTS_API_KEY=***\n" in run("env")[1]
    assert run("nosuch") == (127, "", "exec: nosuch: not found\n")
    assert run("sh", "-c", "nosuch; exit 4") == (4, "", "sh: 1: nosuch: not found\n")
    assert run("/tmp")[0] == 126
    assert run("echo", "a", "b") == (0, "a b\n", "")
    assert run("sh", "-c", "ls | head")[2] == "sh: 1: this small shell knows no |\n"
    code, _, err = inside("--demo", "exec", "debug-kestrel", "--", "ls")
    assert (code, "it is paused" in err) == (3, True)


def test_a_debug_container_is_a_change_that_is_asked_about(inside: Run) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return inside("--demo", "debug", POD, *words)

    code, out, _ = run("--dry-run", "--image", "netshoot:2")
    assert code == 0
    assert "debug container none → debugger-" in out
    assert "netshoot:2" in out
    assert "it cannot be taken away again" in out
    code, out, err = run("--", "echo", "there")
    assert (code, out) == (3, "")
    assert "nothing was changed" in err
    name = POD.rpartition("/")[2]
    assert run("--confirm", name, "--", "echo", "there")[:2] == (0, "there\n")
    assert run("--confirm", name, "--", "sh", "-c", "exit 4")[0] == 4
    code, _, err = inside("--read-only", "--demo", "debug", POD, "--confirm", name)
    assert (code, "read-only" in err) == (3, True)
    code, _, err = inside("--demo", "debug", "shop-web-1", "--yes")
    assert (code, "has no debug for a container" in err) == (3, True)


def test_a_shell_in_a_terminal_gives_it_back() -> None:
    terminal = Terminal.fleetui("--demo", "exec", "-t", "shop-web-1", "--", "sh")
    terminal.until_text(":/app#")
    terminal.send(b"cat /etc/os-release\r")
    terminal.until_text("VERSION_ID")
    terminal.send(b"exit 9\r")
    terminal.until(lambda: terminal.process.poll() is not None)
    assert terminal.process.returncode == 9
    assert terminal.modes() == terminal.before


def test_at_a_terminal_the_plan_is_shown_and_asked_about() -> None:
    refused = Terminal.fleetui("--demo", "scale", "deploy/search", "+1")
    refused.until_text("type search to go ahead:")
    assert "3 → 4" in refused.text
    refused.send(b"serch\r")
    refused.until(lambda: refused.process.poll() is not None)
    assert refused.process.returncode == 3
    refused.until_text("nothing was changed: not confirmed")
    agreed = Terminal.fleetui("--demo", "stop", "shop-web-1")
    agreed.until_text("go ahead? [y/N]")
    agreed.send(b"y\r")
    agreed.until_text("done")
    agreed.until(lambda: agreed.process.poll() is not None)
    assert agreed.process.returncode == 0


def test_ctrl_c_leaves_it_going_on_and_says_how_to_look() -> None:
    terminal = Terminal.fleetui("--demo", "redeploy", "deploy/search", "--confirm", "search")
    terminal.until_text("rolling")
    terminal.send(b"\x03")
    terminal.until_text("it goes on unfollowed")
    terminal.until_text("fleetui rollouts")
    terminal.until(lambda: terminal.process.poll() is not None)
    assert terminal.process.returncode == 130


def test_ctrl_c_sends_no_more_of_several() -> None:
    words = ("redeploy", "deploy/search", "deploy/catalog", "--confirm", "2")
    terminal = Terminal.fleetui("--demo", *words)
    terminal.until_text("0 of 2 · deploy/search: rolling")
    terminal.send(b"\x03")
    terminal.until_text("1 of 2 were not sent")
    terminal.until(lambda: terminal.process.poll() is not None)
    assert terminal.process.returncode == 130
    assert terminal.modes() == terminal.before
