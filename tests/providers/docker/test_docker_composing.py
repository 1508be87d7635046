"""Where compose and a project's files are, what a file says of a service, and how it is run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from compose_script import Script
from docker_recorded import SCENE, summary

from fleetui.core.errors import Invalid, NotFound
from fleetui.providers.docker import composing
from fleetui.providers.docker.compose import Member, units_of
from fleetui.providers.docker.composing import Files, Finder, files_of
from fleetui.providers.docker.containers import container_of
from fleetui.providers.docker.endpoint import Endpoint, Tls
from fleetui.providers.docker.writer.compose.command import environment, sound, version_of
from fleetui.providers.docker.writer.compose.running import Program, run
from fleetui.providers.docker.writer.compose.service import service_of

LABEL = "com.docker.compose.project."


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


def labels(script: Script, **more: str) -> dict[str, str]:
    found = {"working_dir": str(script.project), "config_files": f"{script.project}/compose.yaml"}
    return {f"{LABEL}{name}": value for name, value in (found | more).items()}


def test_the_plugin_comes_before_the_command_on_the_path(script: Script, tmp_path: Path) -> None:
    env = {"PATH": str(script.folder), "DOCKER_CONFIG": str(tmp_path / "config")}
    assert composing.command(env, tmp_path) == str(script.path)
    folder = tmp_path / "config" / "cli-plugins"
    folder.mkdir(parents=True)
    (folder / "docker-compose").write_text("no program", "utf-8")
    assert composing.command(env, tmp_path) == str(script.path)
    (folder / "docker-compose").chmod(0o755)
    assert composing.command(env, tmp_path) == str(folder / "docker-compose")


@pytest.mark.parametrize("text", ["", "[1]", '{"cliPluginsExtraDirs": 3}', "{"])
def test_a_broken_config_of_the_client_is_no_reason_to_fail(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text, "utf-8")
    env = {"PATH": "", "DOCKER_CONFIG": str(tmp_path)}
    found = composing.command(env, tmp_path)
    assert found == "" or found.startswith("/usr/")


def test_files_are_those_of_the_labels(script: Script) -> None:
    other = script.project / "more,prod.yaml"
    other.write_text("", "utf-8")
    both = f"{script.project}/compose.yaml,{script.project}/compose.yaml"
    assert len(files_of(labels(script, config_files=both)).files) == 2
    assert files_of(labels(script, config_files=str(other))).files == (str(other),)
    assert files_of(labels(script)).missing == ""


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (Files("", ()), "do not say which files"),
        (Files("/tmp", ("-",)), "read from a pipe"),
        (Files("/tmp", ("compose.yaml",)), "its file compose.yaml is not on this machine"),
        (Files("/tmp", ("/no/compose.yaml",)), "its file /no/compose.yaml is not on this machine"),
        (Files("/tmp", ("/no/\x1b[31m.yaml",)), "is not on this machine"),
        (Files("/tmp", (__file__,), ("/no/.env",)), "environment file /no/.env is not"),
        (Files("/no/folder", (__file__,)), "its folder /no/folder is not"),
    ],
)
def test_what_is_missing_is_said_in_one_clean_line(files: Files, reason: str) -> None:
    assert reason in files.missing
    assert "\x1b" not in files.missing


def test_rows_say_why_compose_cannot_be_used(
    script: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(composing, "_PLUGINS", ())
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(script.folder))

    def reasons(finder: Finder, **more: str) -> dict[str, str]:
        unit = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
        entry = summary(State="running", Status="Up 3 minutes", ImageID="sha256:1",
                        Labels={**unit, **labels(script, **more)})  # fmt: skip
        member = Member(entry, container_of(entry, None, SCENE))
        (row,) = units_of([member], SCENE, finder.why_not)
        return {c.name: c.reason for c in row.capabilities}

    finder = Finder()
    found = reasons(finder)
    assert found["scale"] == found["redeploy"] == found["rollback"] == ""
    assert found["start"] == "all of its containers are running"
    assert "elsewhere.yaml is not on this machine" in reasons(
        finder, config_files="/srv/elsewhere.yaml"
    )["scale"]  # fmt: skip
    # A look at the disk is believed for a while; a new start looks anew.
    script.path.unlink()
    assert reasons(finder)["scale"] == ""
    assert reasons(Finder())["scale"] == composing.NO_COMMAND
    assert reasons(Finder())["restart"] == ""


def test_versions() -> None:
    assert version_of("2.40.3\n") == "2.40.3"
    assert version_of("v2.3.0+ds1-0ubuntu1") == "2.3.0+ds1-0ubuntu1"
    for text in ("1.29.2", "", "Docker Compose", "2", "\x1b]0;2.40.3\x07", "9" * 5000):
        with pytest.raises(Invalid):
            version_of(text)


@pytest.mark.parametrize("name", ["", "-f", "--help", "a b", "a/b", "a;b", "ä", "a\n", "." * 3])
def test_a_name_that_could_be_an_option_is_no_name(name: str) -> None:
    with pytest.raises(Invalid):
        sound(name)


def test_variables_say_which_engine_and_nothing_else_does(tmp_path: Path) -> None:
    ours = {"DOCKER_HOST": "tcp://other", "DOCKER_CONTEXT": "x", "COMPOSE_FILE": "y", "TAG": "7",
            "DOCKER_CONFIG": "/c", "COMPOSE_REMOVE_ORPHANS": "1"}  # fmt: skip
    found = environment(Endpoint("unix", path="/d.sock"), ours, tmp_path)
    assert found["DOCKER_HOST"] == "unix:///d.sock"
    assert (found["TAG"], found["DOCKER_CONFIG"]) == ("7", "/c")
    assert not {"DOCKER_CONTEXT", "COMPOSE_FILE", "COMPOSE_REMOVE_ORPHANS"} & found.keys()
    ca = tmp_path / "my-ca.crt"
    ca.write_text("ca", "utf-8")
    folder = tmp_path / "tls"
    folder.mkdir()
    secure = Endpoint("tcp", host="far", port=2376, tls=Tls(ca=str(ca), verify=True))
    found = environment(secure, ours, folder)
    assert found["DOCKER_HOST"] == "tcp://far:2376"
    assert found["DOCKER_TLS_VERIFY"] == "1"
    assert (Path(found["DOCKER_CERT_PATH"]) / "ca.pem").read_text("utf-8") == "ca"
    ssh = Endpoint("ssh", host="far", user="me", port=22)
    assert environment(ssh, {}, folder)["DOCKER_HOST"] == "ssh://me@far"


def service(raw: Any, **top: Any) -> Any:
    return service_of({"services": {"web": raw}, **top}, "web")


@pytest.mark.parametrize(
    ("raw", "room", "why"),
    [
        ({}, None, ""),
        ({"container_name": "shop"}, 1, "one container_name, shop"),
        ({"network_mode": "host"}, 1, "the host's network"),
        ({"ports": [{"target": 80, "published": "8080"}]}, 1, "port 8080 of the host is"),
        ({"ports": [{"target": 80}]}, None, ""),
        ({"ports": [{"target": 80, "published": "0"}]}, None, ""),
        ({"ports": [{"target": 80, "published": "8080-8083"}]}, 4, "ports 8080-8083 of the host"),
        ({"ports": [{"published": "9-x"}, 7, None]}, None, ""),
        ({"networks": {"back": {"ipv4_address": "10.0.0.9"}}}, 1, "a fixed address in back"),
        ({"networks": {"back": None}}, None, ""),
    ],
)
def test_how_many_there_is_room_for(raw: Any, room: int | None, why: str) -> None:
    found = service(raw)
    assert found.room == room
    assert why in found.why


def test_what_a_file_says_of_a_service() -> None:
    found = service_of(
        {"services": {
            "web": {"image": "a:1", "build": {"context": "."}, "deploy": {"replicas": 3},
                    "depends_on": {"db": {}}},
            "api": {"depends_on": {"web": {"condition": "service_healthy"}}},
            "after": {"depends_on": {"web": {"condition": "service_completed_successfully"}}},
        }},
        "web",
    )  # fmt: skip
    assert (found.image, found.builds, found.replicas) == ("a:1", True, 3)
    assert (found.needs, found.needed_by) == (("db",), ("after", "api"))
    assert found.waited_for == ("after",)
    assert service({"scale": 0}).replicas == 0
    assert service({"configs": [{"source": "c"}]}, configs={"c": {"content": "x"}}).by_compose
    assert not service({"configs": [{"source": "c"}]}, configs={"c": {"file": "/x"}}).by_compose
    assert service({"post_start": [{"command": "x"}]}).by_compose
    with pytest.raises(NotFound, match="no service other any more"):
        service_of({"services": {"web": {}}}, "other")
    with pytest.raises(NotFound):
        service_of({"services": None}, "web")


def shell(text: str, folder: Path) -> Program:
    return Program(["/bin/sh", "-c", text], str(folder), dict(os.environ))


def test_a_program_says_how_it_ended(tmp_path: Path) -> None:
    told: list[str] = []
    text = r"echo one; printf 'pass\033[31mword=hunter2\r\nno end' >&2; exit 3"
    done = run(shell(text, tmp_path), 20, tell=told.append)
    assert done.code == 3
    assert set(done.said) == set(told) == {"one", "password=***", "no end"}
    done = run(shell("echo yes; echo no >&2; kill -9 $$", tmp_path), 20, output=True)
    assert (done.code, done.output, done.said) == (-9, b"yes\n", ("no",))
    with pytest.raises(Invalid, match="cannot run /no/such"):
        run(Program(["/no/such"], str(tmp_path), {}), 5)


def test_a_program_that_says_too_much_keeps_its_last_lines(tmp_path: Path) -> None:
    lines = "import sys; [print('x' * 90, n) for n in range(20000)]; print('end')"
    done = run(Program([sys.executable, "-c", lines], str(tmp_path), {}), 60)
    assert (done.code, done.said[-1], len(done.said)) == (0, "end", 200)
    flood = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with pytest.raises(Invalid, match="too much"):
        run(Program([sys.executable, "-c", flood], str(tmp_path), {}), 60, output=True)


def test_one_that_is_stopped_or_late_ends_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    text = f"trap '' TERM; sleep 100 & echo $! >{pid}; wait; sleep 100"
    done = run(shell(text, tmp_path), 60, stopped=pid.exists)
    assert done.stopped
    assert _gone(int(pid.read_text("utf-8") or 0))
    done = run(shell("sleep 100", tmp_path), 0.3)
    assert done.late
    assert done.code == -signal.SIGTERM


def test_what_a_program_leaves_behind_does_not_hold_us(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    done = run(shell(f"sleep 100 & echo $! >{pid}; echo done", tmp_path), 60)
    assert (done.code, done.said, done.late) == (0, ("done",), False)
    os.kill(int(pid.read_text("utf-8")), signal.SIGKILL)


def _gone(pid: int) -> bool:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True,
                               text=True, check=False).stdout.strip()  # fmt: skip
        if not state or state.startswith("Z"):
            return True
    return False
