"""A compose command that says and does what a test wants, and writes down what it was told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SERVICES: dict[str, Any] = {"web": {"image": "busy:1"}}
HASH = "a" * 64


class Script:
    """A `docker-compose` in a folder of its own, for the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "docker-compose"
        self._log = folder / "told"
        self.project = folder / "project"
        self.project.mkdir()
        (self.project / "compose.yaml").write_text("services: {}\n", "utf-8")
        self.write()

    @property
    def told(self) -> list[str]:
        """What it was called with, a line for each call."""
        return self._log.read_text("utf-8").splitlines() if self._log.exists() else []

    @property
    def work(self) -> list[str]:
        """The calls that change something."""
        return [line for line in self.told if " up " in line or " build " in line]

    def write(
        self,
        up: str = "exit 0",
        version: str = "2.40.3",
        config: Any = None,
        hash_line: str = f"web {HASH}",
    ) -> None:
        """Make it answer so; `up` is what a shell does for `up` and `build`."""
        said = config if isinstance(config, str) else json.dumps(config or {"services": SERVICES})
        (self.folder / "said.json").write_text(said, "utf-8")
        self.path.write_text(
            f"""#!/bin/sh
echo "$*" >>'{self._log}'
case "$*" in
  version*) echo '{version}';;
  *--hash*) echo '{hash_line}';;
  *" config "*) cat '{self.folder}/said.json';;
  *) {up};;
esac
""",
            "utf-8",
        )
        self.path.chmod(0o755)

    def entry(self, number: int = 1, service: str = "web", **more: Any) -> dict[str, Any]:
        """Return a list's entry of a member of its project."""
        labels = {
            "project": "shop",
            "service": service,
            "oneoff": "False",
            "container-number": str(number),
            "config-hash": HASH,
            "project.working_dir": str(self.project),
            "project.config_files": str(self.project / "compose.yaml"),
            **more.pop("labels", {}),
        }
        return {
            "Id": f"{number:064x}",
            "Names": [f"/shop-{service}-{number}"],
            "Image": "busy:1",
            "ImageID": "sha256:" + "b" * 64,
            "Created": 1795558886 + number,
            "State": "running",
            "Status": "Up 4 minutes",
            "Labels": {f"com.docker.compose.{name}": value for name, value in labels.items()},
            **more,
        }
