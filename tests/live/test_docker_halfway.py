"""Killed in the middle of a redeploy: the next process says so, and finishes it or puts it back.

The commands are processes of their own on a real engine; nothing but the audit and what is
there tells the second what the first one did.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .servers.compose import Client, Project, compose_folder
from .servers.docker import DockerEngine
from .servers.waiting import PATIENCE_S, free_port

SERVE = 'CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/"]'
WELL = 'HEALTHCHECK --interval=300ms --retries=2 CMD ["true"]'
SICK = 'HEALTHCHECK --interval=300ms --retries=2 CMD ["sh", "-c", "echo no database; exit 1"]'
WEB: dict[str, Any] = {"image": "app:now", "stop_signal": "SIGKILL", "pull_policy": "never"}
# The command line, which ends by SIGKILL right after its Nth request that changes something.
DYING = """
import os, signal, sys
from fleetui.providers.docker.writer.sending import SendingLink

left, send = int(sys.argv.pop(1)), SendingLink.send

def dying(*args, **options):
    global left
    answer = send(*args, **options)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

SendingLink.send = dying
from fleetui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def engine(docker_engine: DockerEngine) -> DockerEngine:
    docker_engine.import_image("app:1", SERVE, WELL, "LABEL made=1")
    docker_engine.import_image("app:2", SERVE, WELL, "LABEL made=2")
    docker_engine.import_image("app:sick", SERVE, SICK, "LABEL made=sick")
    return docker_engine


@pytest.fixture(scope="module")
def command() -> Path:
    return compose_folder()


@pytest.fixture(autouse=True)
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: DockerEngine, command: Path
) -> Iterator[None]:
    """A home of its own, whose config names the engine."""
    for name in list(os.environ):
        if name.startswith(("DOCKER_", "XDG_", "FLEETUI_")):
            monkeypatch.delenv(name)
    config = tmp_path / "config.toml"
    config.write_text(f'version = 1\n[docker.bastion]\nhost = "{engine.host}"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{command}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FLEETUI_CONFIG", str(config))
    monkeypatch.setenv("FLEETUI_STATE_DIR", str(tmp_path / "state"))
    engine.client.tag("app:1", "app", "now")
    yield
    engine.remove_all()


def fleetui(*words: str) -> tuple[int, str, str]:
    made = subprocess.run(
        [sys.executable, "-m", "fleetui", *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return made.returncode, made.stdout, made.stderr


def killed(step: int, *words: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", DYING, str(step), *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert made.returncode == -signal.SIGKILL, made.stderr


def image_of(engine: DockerEngine, name: str) -> str:
    return str(engine.client.inspect_image(name)["Id"])


def all_of(engine: DockerEngine) -> dict[str, tuple[str, str]]:
    """Return every container's id and state by its name."""
    found = engine.client.containers(all=True)
    return {one["Names"][0].removeprefix("/"): (one["Id"], one["State"]) for one in found}


def rows() -> list[dict[str, Any]]:
    """Return what `fleetui rollouts` tells, the newest first."""
    code, out, err = fleetui("rollouts", "-o", "json")
    assert code == 0, err
    items: list[dict[str, Any]] = json.loads(out)["items"]
    return sorted(items, key=lambda one: str(one["started"]), reverse=True)


LEFT = {
    1: "the old one runs as it did; the new one is web.new-",
    2: "nothing runs. The old one has its name web and is stopped; the new one is web.new-",
    3: "nothing runs. the old one is kept as web.old-",
    4: "the new one has the name web, and it was not started. the old one is kept as web.old-",
    5: "the old one is kept as web.old-",
}


@pytest.mark.parametrize("step", LEFT)
def test_a_container_is_finished(engine: DockerEngine, step: int) -> None:
    uid = engine.run_plain("web", "app:1")
    killed(step, "redeploy", "web", "--image", "app:2", "--no-pull", "--yes")
    before = all_of(engine)
    assert len(before) == 2
    code, out, err = fleetui("redeploy", "web", "--dry-run")
    assert code == 0, err
    assert LEFT[step] in out
    assert all_of(engine) == before, "looking has changed something"
    new = next(one for one, _ in before.values() if one != uid)
    code, _, err = fleetui("redeploy", "web", "--yes")
    assert code == 0, err
    assert all_of(engine) == {"web": (new, "running")}
    # It is one like any other now: the image before comes back by an undo.
    code, _, err = fleetui("undo", "--yes")
    assert code == 0, err
    now = engine.client.inspect_container("web")
    assert (now["Image"], now["State"]["Status"]) == (image_of(engine, "app:1"), "running")
    assert len(all_of(engine)) == 1
    assert fleetui("audit", "--verify")[0] == 0


@pytest.mark.parametrize("words", [("rollback", "web"), ("undo",)])
@pytest.mark.parametrize("step", LEFT)
def test_a_container_is_put_back(engine: DockerEngine, step: int, words: tuple[str, ...]) -> None:
    uid = engine.run_plain("web", "app:1")
    killed(step, "redeploy", "web", "--image", "app:2", "--no-pull", "--yes")
    before = all_of(engine)
    if words == ("undo",) and step == 1:
        # The old one runs, so there is nothing to undo; what lies beside it is put back.
        words = ("rollback", "web")
    code, _, err = fleetui(*words, "--yes")
    assert code == 0, (err, before)
    assert all_of(engine) == {"web": (uid, "running")}
    assert engine.client.inspect_container("web")["Image"] == image_of(engine, "app:1")
    # Nothing is half-way any more: a redeploy is one from the beginning.
    code, out, err = fleetui("redeploy", "web", "--image", "app:2", "--no-pull", "--dry-run")
    assert (code, "half-way" in out) == (0, False), err


def test_what_is_half_way_is_told_and_another_image_is_refused(engine: DockerEngine) -> None:
    engine.run_plain("web", "app:1")
    killed(3, "redeploy", "web", "--image", "app:2", "--no-pull", "--yes")
    code, _, err = fleetui("redeploy", "web", "--image", "app:sick", "--no-pull", "--yes")
    assert code == 1
    assert "half-way to another image" in err
    assert "web" not in all_of(engine)
    # Killed once more on its way, it is finished from there.
    killed(1, "redeploy", "web", "--yes")
    assert "web" in all_of(engine)
    assert fleetui("redeploy", "web", "--yes")[0] == 0
    assert [state for _, state in all_of(engine).values()] == ["running"]


def test_a_new_one_that_is_not_well_brings_the_old_one_back(engine: DockerEngine) -> None:
    uid = engine.run_plain("web", "app:1")
    killed(4, "redeploy", "web", "--image", "app:sick", "--no-pull", "--yes")
    code, out, _ = fleetui("redeploy", "web", "--yes")
    assert code == 1
    assert "no database" in out
    assert all_of(engine) == {"web": (uid, "running")}


def test_another_that_took_the_name_is_left_alone(engine: DockerEngine) -> None:
    engine.run_plain("web", "app:1")
    killed(3, "redeploy", "web", "--image", "app:2", "--no-pull", "--yes")
    (new,) = (name for name in all_of(engine) if ".new-" in name)
    engine.client.remove_container(new)
    stranger = engine.run("web", "sh", "-c", "sleep 1000")
    before = all_of(engine)
    for verb in ("redeploy", "rollback"):
        code, _, err = fleetui(verb, "web", "--yes")
        assert (code, "web is the name of another container now" in err) == (3, True), err
    assert all_of(engine) == before
    assert stranger in {uid for uid, _ in before.values()}


@pytest.fixture
def project(engine: DockerEngine, command: Path, tmp_path: Path) -> Project:
    made = Project(engine, command, tmp_path, "shop")
    made.write(web={**WEB, "deploy": {"replicas": 2}})
    made.run("up", "--detach", "--wait")
    return made


def images(project: Project) -> list[str]:
    return [m["ImageID"] for m in project.members("web") if m["State"] == "running"]


# Start, stop, start, stop, remove, remove.
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_a_service_is_finished(project: Project, engine: DockerEngine, step: int) -> None:
    engine.client.tag("app:2", "app", "now")
    killed(step, "redeploy", "shop/web", "--no-pull", "--yes")
    new = {m["Id"] for m in project.members("web") if m["ImageID"] == image_of(engine, "app:2")}
    with Client(project) as client:
        code, _, err = fleetui("redeploy", "shop/web", "--yes")
    assert code == 0, err
    assert client.fewest >= 1
    assert images(project) == [image_of(engine, "app:2")] * 2
    assert len(project.members("web")) == 2
    assert new <= set(project.ids("web")), "one that was new already was made anew"


@pytest.mark.parametrize("words", [("rollback", "shop/web"), ("undo",)])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_service_is_put_back(
    project: Project, engine: DockerEngine, step: int, words: tuple[str, ...]
) -> None:
    before = project.ids("web")
    engine.client.tag("app:2", "app", "now")
    killed(step, "redeploy", "shop/web", "--no-pull", "--yes")
    (row,) = rows()
    assert row["phase"] in {"rolling", "unknown", "failed"}
    code, _, err = fleetui(*words, "--yes")
    assert code == 0, err
    assert project.ids("web") == before
    assert len(project.members("web")) == 2


def test_a_service_with_a_port_is_finished_and_put_back(
    project: Project, engine: DockerEngine
) -> None:
    project.write(web={**WEB, "ports": [f"127.0.0.1:{free_port()}:8080"]})
    project.run("up", "--detach", "--wait")
    (before,) = project.ids("web")
    engine.client.tag("app:2", "app", "now")
    # The old one is stopped, the new one not started.
    killed(1, "redeploy", "shop/web", "--no-pull", "--yes")
    assert project.ids("web") == []
    assert fleetui("rollback", "shop/web", "--yes")[0] == 0
    assert project.ids("web") == [before]
    killed(1, "redeploy", "shop/web", "--no-pull", "--yes")
    code, _, err = fleetui("redeploy", "shop/web", "--yes")
    assert code == 0, err
    assert images(project) == [image_of(engine, "app:2")]
    assert len(project.members("web")) == 1
