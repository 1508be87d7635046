"""`fleetui edit`: an editor in the person's own terminal, or a file, and what becomes of both."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from command_line import Run, Start
from terminal_of_tests import Terminal


def editor(folder: Path, command: str) -> dict[str, str]:
    """Return the environment of a person whose editor runs this on the file."""
    script = folder / "editor"
    script.write_text(f"#!/bin/sh\n{command}\n")
    script.chmod(0o700)
    # Its words are read as a shell reads them.
    return {"VISUAL": "", "EDITOR": f"'{script}' --now", "TMPDIR": str(folder)}


def left(folder: Path) -> list[Path]:
    return sorted(folder.glob("fleetui-edit-*/*"))


def ended(terminal: Terminal) -> int:
    terminal.until(lambda: terminal.process.poll() is not None)
    assert terminal.modes() == terminal.before
    return int(terminal.process.returncode)


def test_an_editor_has_the_terminal_and_the_plan_comes_after_it(tmp_path: Path) -> None:
    change = "sed -i 's/replicas: 3/replicas: 4/' \"$2\""
    # It has the terminal, as the group in front, and reads from it.
    env = editor(tmp_path, f'test "$1" = --now || exit 9\nprintf "say: "; read it\n{change}')
    terminal = Terminal.fleetui("--demo", "edit", "deploy/search", env=env)
    terminal.until_text("say:")
    terminal.send(b"yes\r")
    terminal.until_text("type search to go ahead:")
    assert "3 → 4" in terminal.text
    terminal.send(b"search\r")
    terminal.until_text("done")
    assert ended(terminal) == 0
    assert left(tmp_path) == []


def test_ctrl_c_in_an_editor_is_its_own(tmp_path: Path) -> None:
    env = editor(tmp_path, "trap 'echo caught; exit 0' INT; echo waits; while :; do read x; done")
    terminal = Terminal.fleetui("--demo", "edit", "deploy/search", env=env)
    terminal.until_text("waits")
    terminal.send(b"\x03")
    terminal.until_text("nothing is changed: the document is as it was")
    assert "caught" in terminal.text
    assert ended(terminal) == 0
    assert left(tmp_path) == []


def test_what_could_not_be_applied_stays_in_its_file(tmp_path: Path) -> None:
    env = editor(tmp_path, "sed -i 's/replicas: 3/replicas: 4/' \"$2\"")
    terminal = Terminal.fleetui("--demo", "edit", "deploy/search", env=env)
    terminal.until_text("type search to go ahead:")
    terminal.send(b"no\r")
    terminal.until_text("what you wrote is kept:")
    assert ended(terminal) == 3
    (kept,) = left(tmp_path)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "replicas: 4" in kept.read_text()
    assert kept.read_text().startswith("# deploy/search in kubernetes ")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The document of deploy/search, as an editor gets it."""
    folder = tmp_path_factory.mktemp("editor")
    env = editor(folder, f'cp "$2" {folder}/copy')
    env["FLEETUI_STATE_DIR"] = str(folder)
    terminal = Terminal.fleetui("--demo", "edit", "deploy/search", env=env)
    assert ended(terminal) == 0
    return (folder / "copy").read_text()


def test_a_file_is_planned_without_an_editor(
    fleetui: Run, tmp_path: Path, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere")
    file = tmp_path / "search.yaml"
    words = ("--demo", "edit", "deploy/search", "--file", str(file))
    file.write_text(document)
    code, out, err = fleetui(*words, "--yes")
    assert (code, err) == (0, "")
    assert "it is so already" in out
    file.write_text(document.replace("replicas: 3", "replicas: 5"))
    code, out, _ = fleetui(*words, "--dry-run")
    assert code == 0
    assert "desired     3 → 5" in out
    assert "to go ahead: --confirm search" in out
    code, out, _ = fleetui(*words, "--dry-run", "-o", "json")
    (plan,) = json.loads(out)["plans"]
    assert plan["changes"] == [{"name": "desired", "before": "3", "after": "5"}]
    assert document.splitlines()[-1].strip() not in out
    code, _, err = fleetui(*words, "--yes")
    assert (code, "add --confirm search" in err) == (3, True)
    code, out, _ = fleetui(*words, "--confirm", "search", "--no-wait")
    assert code == 0
    assert file.exists()
    code, _, err = fleetui("--read-only", *words, "--yes")
    assert (code, "this run is read-only" in err) == (3, True)
    file.write_text("spec: [\n")
    code, _, err = fleetui(*words, "--yes")
    assert (code, "cannot be read: line 2, column 1" in err) == (1, True)


def test_standard_input_is_a_file_and_no_editor_opens_without_a_terminal(
    program: Start, document: str
) -> None:
    words = ("--demo", "edit", "deploy/search", "--file", "-", "--dry-run")
    got = program(*words, stdin=subprocess.PIPE)
    out, _ = got.communicate(document.replace("replicas: 3", "replicas: 4").encode())
    assert (got.returncode, b"3 \xe2\x86\x92 4" in out) == (0, True)
    got = program("--demo", "edit", "deploy/search", stdin=subprocess.DEVNULL)
    _, err = got.communicate()
    assert (got.returncode, b"give the document with --file" in err) == (2, True)
    got = program("--demo", "edit", "shop-web-1", "--file", "-", stdin=subprocess.PIPE)
    _, err = got.communicate(b"a: 1\n")
    assert (got.returncode, b"docker has no edit for a container" in err) == (3, True)
    got = program("--demo", "edit", "deploy/search", "--file", "/nowhere")
    _, err = got.communicate()
    assert (got.returncode, b"cannot be read: No such file" in err) == (2, True)
