"""There is one door: nothing else can change a back end, and read-only there is nothing to call."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient
from recording_server import Recorder, recording

import fleetui
from fleetui.config.actions import ACTIONS, LOG, PAGE
from fleetui.providers import registry
from fleetui.providers.writing import Debuggable, Forwardable, Shellable, Writer

PACKAGE = Path(fleetui.__file__).parent
SUPPORT = Path(__file__).parents[1] / "support"
WRITER = re.compile(r"fleetui\.providers\.\w+\.writer(\.|$)")
ACTING = {"carry_out", "halt", "tunnel"}
"""Calls that only `actions/` may make."""
RAW = {"post", "put", "delete", "patch", "request", "send"}
"""What sends whatever it is told, where it is called on an SDK's client."""
CLIENTS = {"client", "api", "_client", "_api", "session", "http", "_http"}
# Words of the SDK that mean other things elsewhere, too: told apart by whom they are called on.
COMMON = {
    "attach", "build", "commit", "kill", "login", "pause", "pull", "push", "rename", "resize",
    "restart", "start", "stop", "tag", "unpause", "wait",
}  # fmt: skip


Modules = list[tuple[str, ast.Module]]


@pytest.fixture(scope="module")
def modules() -> Modules:
    """Every module of the package by its dotted name."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append((name, ast.parse(path.read_text("utf-8"))))
    return found


def sdk_writes() -> set[str]:
    """Return every method of Docker's SDK that sends something else than GET or HEAD."""
    sends = ("self._post(", "self._post_json(", "self._put(", "self._delete(")
    methods = inspect.getmembers(APIClient, inspect.isfunction)
    found = {n for n, m in methods if any(send in inspect.getsource(m) for send in sends)}
    # Those that are made of others.
    return {n for n in found if not n.startswith("_")} | {"create_container"}


def receiver(call: ast.Attribute) -> str:
    """Return the last word of what a method is called on: `self._link.client` → `client`."""
    value = call.value
    if isinstance(value, ast.Attribute):
        return value.attr
    if isinstance(value, ast.Call):
        return receiver(value.func) if isinstance(value.func, ast.Attribute) else ""
    return value.id if isinstance(value, ast.Name) else ""


# (a) Who could reach a writer.


def test_only_actions_carries_anything_out(modules: Modules) -> None:
    found = []
    for name, tree in modules:
        if name.startswith("fleetui.actions") or WRITER.match(name):
            continue
        for node in ast.walk(tree):
            named = isinstance(node, ast.Constant) and node.value in ACTING
            if named or (isinstance(node, ast.Attribute) and node.attr in ACTING):
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_only_forwards_listen(modules: Modules) -> None:
    # A port that is open is a door of its own: none is opened but by the door.
    listening = {"start_server", "create_server", "listen", "start_unix_server"}
    found = {
        name for name, tree in modules for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in listening
    }  # fmt: skip
    assert found == {"fleetui.actions.forwarding.forward", "fleetui.actions.forwarding.forwards"}


def test_only_the_registry_names_a_writing_half(modules: Modules) -> None:
    found = []
    for name, tree in modules:
        if WRITER.match(name):
            continue
        for node in ast.walk(tree):
            named = []
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                named = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                named = [alias.name for alias in node.names if "writer" in alias.name]
                named += [node.module] if node.module and "writer" in node.module else []
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = [node.value] if name != "fleetui.providers.registry" else []
            found += [f"{name}:{node.lineno}: {one}" for one in named if WRITER.match(f"{one}.")]
    assert found == []


def test_nothing_but_the_door_asks_the_registry_for_a_writer(modules: Modules) -> None:
    asking = []
    for name, tree in modules:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or receiver(node) != "registry":
                continue
            if node.attr in {"writer", "demo_writers"}:
                asking.append(name)
    assert set(asking) == {"fleetui.cli.door"}


def test_what_can_be_changed_is_what_is_known_to_be_looked_at_here() -> None:
    # Were a method added to the protocols, the tests above would have to look for it.
    def methods(protocol: type[Any]) -> set[str]:
        return {n for n in vars(protocol) if not n.startswith("_") and callable(vars(protocol)[n])}

    assert methods(Writer) == {"verbs", "plan", "carry_out", "progress", "halt", "close"}
    assert methods(Shellable) == {"command"}
    assert methods(Debuggable) == {"debugger"}
    assert methods(Forwardable) == {"tunnel"}


def test_no_reader_calls_what_writes_in_an_sdk(modules: Modules) -> None:
    writes = sdk_writes()
    assert {"remove_container", "exec_start", "prune_images", "put_archive", "stop"} <= writes
    assert "containers" not in writes
    found = []
    for name, tree in modules:
        if WRITER.match(name):
            continue
        docker = name.startswith("fleetui.providers.docker")
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            plain = node.attr in writes - COMMON
            called = node.attr in writes | RAW and receiver(node) in CLIENTS
            if plain or (docker and called):
                found.append(f"{name}:{node.lineno}: {receiver(node)}.{node.attr}")
    assert found == []


def test_a_cluster_is_told_nothing_by_its_reader_but_questions(modules: Modules) -> None:
    asked = []
    for name, tree in modules:
        if not name.startswith("fleetui.providers.kubernetes") or WRITER.match(name):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in {"PUT", "DELETE", "PATCH"}:
                raise AssertionError(f"{name}:{node.lineno} sends {node.value}")
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr == "request":
                first = node.args[0] if node.args else None
                assert isinstance(first, ast.Constant), f"{name}:{node.lineno}"
                asked.append((name.rpartition(".")[2], first.value))
    # Who we are and what we may do is asked with POST, and changes nothing.
    assert {one for one in asked if one[1] != "GET"} == {("checking", "POST")}


def test_prometheus_is_told_nothing_but_queries(modules: Modules) -> None:
    posts = []
    for name, tree in modules:
        if not name.startswith("fleetui.providers.prometheus"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in {"PUT", "DELETE", "PATCH"}:
                raise AssertionError(f"{name}:{node.lineno} sends {node.value}")
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in {"post", "put", "delete", "patch"}:
                first = node.args[0] if node.args else None
                assert isinstance(first, ast.Constant), f"{name}:{node.lineno}"
                posts.append(first.value)
    assert set(posts) == {"query", "query_range"}


# (b) What there is in a process that is read-only, (c) and what leaves it, whatever is pressed.


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


def config(folder: Path, recorder: Recorder, top: str = "", docker: str = "") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.toml"
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(json.dumps({
        "current-context": "prod", "users": [{"name": "u", "user": {"token": "t"}}],
        "clusters": [{"name": "c", "cluster": {"server": recorder.kubernetes}}],
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
    }))  # fmt: skip
    path.write_text(
        f'{top}\n[docker.local]\nhost = "{recorder.docker}"\ntimeout = 120\n{docker}\n'
        f'[kubernetes.prod]\nkubeconfig = "{kubeconfig}"\ntimeout = 120\n{docker}\n'
        f'[prometheus.main]\nurl = "{recorder.prometheus}"\n'
    )
    return str(path)


def probed(folder: Path, name: str, runs: list[dict[str, Any]]) -> subprocess.Popen[str]:
    """Begin to run all of these in one process, one after the other."""
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("FLEETUI_", "DOCKER_"))},
        "HOME": str(folder),
        "FLEETUI_STATE_DIR": str(folder / f"state-{name}"),
        "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), str(SUPPORT)]),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "door_probe", json.dumps(runs)],
        env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def found_by(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Return what each of its runs found."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    found: list[dict[str, Any]] = json.loads(out)
    return found


def run(
    words: list[str], *, board: tuple[str, ...] = (), drive: bool = False, **environ: str
) -> dict[str, Any]:
    return {"words": words, "board": list(board), "environ": environ, "drive": drive}


@pytest.fixture(scope="module")
def ways(recorder: Recorder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What was found in each way to be read-only, and last where nothing is."""
    folder = tmp_path_factory.mktemp("ways")
    plain = ["--config", config(folder / "plain", recorder)]
    top = ["--config", config(folder / "top", recorder, "read_only = true")]
    table = ["--config", config(folder / "table", recorder, docker="read_only = true")]
    runs = {
        "flag": run([*plain, "--read-only"]),
        "environment": run(plain, FLEETUI_READ_ONLY="1"),
        "config": run(top),
        "table": run(table),
        "wallboard": run(plain, board=("wallboard",)),
        "demo": run(["--demo", "--read-only"]),
        "open": run(plain),
    }
    # It takes as long as all others together: both at once.
    driven = probed(folder, "drive", [run([*plain, "--read-only"], drive=True)])
    others = probed(folder, "others", list(runs.values()))
    try:
        found = dict(zip(runs, found_by(others), strict=True))
        (found["drive"],) = found_by(driven)
    finally:
        for process in (driven, others):
            process.kill()
            process.wait()
    return found


WAYS = ["flag", "environment", "config", "table", "wallboard", "drive"]


@pytest.mark.parametrize("way", WAYS)
def test_read_only_no_writer_is_imported_or_made(ways: dict[str, dict[str, Any]], way: str) -> None:
    found = ways[way]
    assert (found["get"], found["board"], found["listed"]) == (0, 0, 13)
    assert found["rows"] == 13
    assert found["modules_of_get"] == found["objects_of_get"] == []
    assert found["modules"] == found["objects"] == []
    assert found["calls"] == []


def test_the_demo_keeps_to_it_too(ways: dict[str, dict[str, Any]]) -> None:
    found = ways["demo"]
    assert found["rows"] > 12
    assert found["modules"] == found["objects"] == found["modules_of_get"] == []


@pytest.mark.parametrize(
    ("way", "rule"),
    [
        ("flag", "this run is read-only (read-only, --read-only)"),
        ("environment", "(read-only, FLEETUI_READ_ONLY in the environment)"),
        ("config", "(read-only, ~/top/config.toml:1)"),
        ("wallboard", "a wallboard changes nothing (read-only, fleetui wallboard)"),
    ],
)
def test_the_rule_that_keeps_the_door_shut_is_known(
    ways: dict[str, dict[str, Any]], way: str, rule: str
) -> None:
    assert ways[way]["read_only"]
    assert ways[way]["rule"].endswith(rule)


def test_where_things_may_be_changed_the_probe_finds_the_writer(
    ways: dict[str, dict[str, Any]],
) -> None:
    found = ways["open"]
    assert found["modules_of_get"] == found["objects_of_get"] == []
    assert found["modules"] == ["recording_kube_writer", "recording_writer"]
    assert found["objects"] == [
        "RecordingKubeWriter kubernetes/prod", "RecordingWriter docker/local",
    ]  # fmt: skip
    assert not found["read_only"]


def test_no_key_and_no_command_lets_a_write_leave(
    ways: dict[str, dict[str, Any]], recorder: Recorder
) -> None:
    found = ways["drive"]
    assert found["keys"] == [key for action in (*ACTIONS, *PAGE, *LOG) for key in action.keys]
    assert {action.name for action in ACTIONS if action.action} - {"command"} <= {
        *found["commands"]
    }
    assert len(recorder.asked) > 50
    assert recorder.writes == []


def test_every_writing_half_there_is_can_be_loaded_by_the_door() -> None:
    for name in registry.WRITERS:
        half = registry.writer(name)
        assert half is not None
        assert half.name == name
        assert callable(half.create)
    assert registry.writer("prometheus") is None
