"""Who is at the keyboard, through sudo and SSH."""

from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path

import pytest

from fleetui.actions.who import who

ME = pwd.getpwuid(os.getuid()).pw_name
SSH = "10.0.0.7 51234 10.0.0.1 22"


def proc_of(folder: Path, login: str = "4294967295", **environs: str) -> Path:
    """Make a /proc: this process, and its parents from the nearest on with their variables."""
    pids = ["self", *environs]
    for pid, parent in zip(pids, [*(p.removeprefix("p") for p in environs), "1"], strict=True):
        place = folder / pid.removeprefix("p")
        place.mkdir()
        (place / "stat").write_text(f"7 (a (very) odd name) S {parent} 7 7 0 -1")
        (place / "environ").write_text(environs.get(pid, ""))
    (folder / "self" / "loginuid").write_text(login)
    return folder


def test_at_the_machine_itself(tmp_path: Path) -> None:
    found = who({}, proc_of(tmp_path))
    assert (found.user, found.host, found.origin) == (ME, socket.gethostname(), "")
    assert str(found) == f"{ME}@{socket.gethostname()}"


@pytest.mark.parametrize("variable", ["SUDO_USER", "DOAS_USER"])
def test_through_sudo_it_is_who_called_it(tmp_path: Path, variable: str) -> None:
    assert who({variable: "ana"}, proc_of(tmp_path)).user == "ana"


def test_the_kernel_s_word_is_worth_more_than_a_variable(tmp_path: Path) -> None:
    proc = proc_of(tmp_path, login="0")
    assert who({"SUDO_USER": "somebody else"}, proc).user == pwd.getpwuid(0).pw_name


def test_an_account_without_a_name_is_its_number(tmp_path: Path) -> None:
    assert who({}, proc_of(tmp_path, login="4000000000")).user == "uid 4000000000"


@pytest.mark.parametrize(
    ("connection", "origin"),
    [
        (SSH, "10.0.0.7"),
        ("2001:db8::7 51234 2001:db8::1 22", "2001:db8::7"),
        ("fe80::1%eth0 51234 fe80::2%eth0 22", "fe80::1%eth0"),
        ("UNKNOWN 65535 UNKNOWN 65535", ""),
        ("\x1b[31m 1 2 3", ""),
        ("", ""),
    ],
)
def test_where_the_session_comes_from(tmp_path: Path, connection: str, origin: str) -> None:
    assert who({"SSH_CONNECTION": connection}, proc_of(tmp_path)).origin == origin


def test_sudo_takes_the_variable_away_and_a_parent_still_has_it(tmp_path: Path) -> None:
    proc = proc_of(tmp_path, p20="A=1\0", p19=f"A=1\0SSH_CONNECTION={SSH}\0B=2")
    assert who({"SUDO_USER": "ana"}, proc).origin == "10.0.0.7"
    # Who has it not for another reason is not searched for.
    assert who({}, proc).origin == ""


def test_parents_that_cannot_be_read_are_no_failure(tmp_path: Path) -> None:
    proc = proc_of(tmp_path)
    (proc / "self" / "stat").write_text("")
    assert who({"SUDO_USER": "ana"}, proc).origin == ""
    assert who({"SUDO_USER": "a\x1bb\n"}, tmp_path / "none").user == "ab"
