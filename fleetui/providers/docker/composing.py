"""Where a compose project's files and the compose command are, told without running anything."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker.containers import PROJECT
from fleetui.providers.docker.contexts import folder

WORKING_DIR = f"{PROJECT}.working_dir"
CONFIG_FILES = f"{PROJECT}.config_files"
ENV_FILES = f"{PROJECT}.environment_file"
NO_COMMAND = "no compose command is on this machine: install docker-compose 2, Docker's plugin"
FRESH_S = 20.0
"""For so long a look at the disk is believed: rows are made anew all the time."""
_PLUGINS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)
_NAME = "docker-compose"


@dataclass(frozen=True, slots=True)
class Files:
    """What compose has to be told to find a project again, as it was told the last time."""

    folder: str
    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """Why they cannot be used on this machine; empty where they can."""
        if not self.folder or not self.files:
            return "its containers do not say which files they were made from"
        for path in self.files:
            if path == "-":
                return "it was read from a pipe: there is no file to read again"
            if not Path(path).is_absolute() or not Path(path).is_file():
                return f"its file {clean(path, 200)} is not on this machine"
        for path in self.env_files:
            if not Path(path).is_absolute() or not Path(path).is_file():
                return f"its environment file {clean(path, 200)} is not on this machine"
        if not Path(self.folder).is_absolute() or not Path(self.folder).is_dir():
            return f"its folder {clean(self.folder, 200)} is not on this machine"
        return ""


def files_of(labels: Mapping[str, str]) -> Files:
    """Return where a project's files are, by the labels that compose left on a container."""
    return Files(
        str(labels.get(WORKING_DIR) or ""),
        _paths(str(labels.get(CONFIG_FILES) or "")),
        _paths(str(labels.get(ENV_FILES) or "")),
    )


def _paths(text: str) -> tuple[str, ...]:
    # Compose joins them with commas, which the name of a file may hold as well.
    if not text or Path(text).is_file():
        return (text,) if text else ()
    return tuple(part for part in text.split(",") if part)


def command(env: Mapping[str, str] | None = None, home: Path | None = None) -> str:
    """Return the path of the compose command, as the Docker client would find it; empty: none.

    The plugin is run by itself: it does all that `docker compose` does.
    """
    env = os.environ if env is None else env
    home = Path.home() if home is None else home
    for place in _plugin_folders(folder(env, home)):
        found = place / _NAME
        if found.is_file() and os.access(found, os.X_OK):
            return str(found)
    return shutil.which(_NAME, path=env.get("PATH", "")) or ""


def _plugin_folders(config: Path) -> Iterator[Path]:
    yield config / "cli-plugins"
    try:
        more = json.loads((config / "config.json").read_text("utf-8")).get("cliPluginsExtraDirs")
    except (OSError, ValueError, AttributeError):
        more = None  # no such file is the usual case, and a broken one is the client's affair
    if isinstance(more, list):
        yield from (Path(one) for one in more if isinstance(one, str))
    yield from map(Path, _PLUGINS)


class Finder:
    """Says why compose cannot be used for a project; looks at the disk now and then only."""

    def __init__(self) -> None:
        self._known: dict[Files | None, tuple[float, str]] = {}

    def why_not(self, labels: Mapping[str, str]) -> str:
        """Return the reason in one line, empty where it can be used."""
        return self._look(None) or self._look(files_of(labels))

    def _look(self, files: Files | None) -> str:
        now = time.monotonic()
        at, found = self._known.get(files, (-FRESH_S, ""))
        if now - at < FRESH_S:
            return found
        if len(self._known) > 1_000:
            self._known.clear()
        found = files.missing if files else ("" if command() else NO_COMMAND)
        self._known[files] = (now, found)
        return found
