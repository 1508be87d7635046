"""A real compose command, and projects for it in folders of their own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from .docker import DockerEngine

_SCRIPT = Path(__file__).with_name("compose.sh")
_BUILD_S = 1_500.0


def compose_folder() -> Path:
    """Return the folder of the compose command; builds it where the machine has none."""
    done = subprocess.run(
        ["bash", str(_SCRIPT)], check=False, capture_output=True, text=True, timeout=_BUILD_S
    )
    assert done.returncode == 0, f"no compose: {done.stderr}"
    return Path(done.stdout.strip())


class Project:
    """One project: its file, and compose as a person runs it."""

    def __init__(self, engine: DockerEngine, command: Path, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder
        self.file = folder / "compose.yaml"
        self._engine, self._command = engine, command / "docker-compose"

    def write(self, **services: dict[str, Any]) -> None:
        """Write its file; JSON is YAML."""
        self.file.write_text(json.dumps({"name": self.name, "services": services}), "utf-8")

    def run(self, *args: str) -> str:
        """Run compose in its folder and return what it says."""
        done = subprocess.run(
            [str(self._command), *args], cwd=self.folder, check=False, capture_output=True,
            text=True, timeout=600, env={**os.environ, "DOCKER_HOST": self._engine.host},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def members(self, service: str) -> list[dict[str, Any]]:
        """Return the list's entries of a service's containers, by their numbers."""
        label = "com.docker.compose."
        found = self._engine.client.containers(
            all=True,
            filters={"label": [f"{label}project={self.name}", f"{label}service={service}"]},
        )
        return sorted(found, key=lambda one: int(one["Labels"][f"{label}container-number"]))

    def ids(self, service: str, state: str = "running") -> list[str]:
        """Return the ids of a service's containers in a state."""
        return [one["Id"] for one in self.members(service) if one["State"] == state]


class Client:
    """Asks every member that runs, over and over, and keeps the fewest that answered."""

    def __init__(self, project: Project) -> None:
        self.fewest = 1_000
        self.rounds = 0
        self._project = project
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            running = [m for m in self._project.members("web") if m["State"] == "running"]
            # All at once: one after the other, the last might be gone by the time it is asked.
            with ThreadPoolExecutor(max(1, len(running))) as pool:
                self.fewest = min(self.fewest, sum(pool.map(self._answers, running)))
            self.rounds += 1
            time.sleep(0.02)

    def _answers(self, member: dict[str, Any]) -> bool:
        (place,) = member["NetworkSettings"]["Networks"].values()
        # Connected it is by the kernel, at once; one that is slow to answer does answer.
        connection = http.client.HTTPConnection(place["IPAddress"], 8080, timeout=2)
        try:
            connection.connect()
            connection.sock.settimeout(60)
            connection.request("GET", "/changes")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
