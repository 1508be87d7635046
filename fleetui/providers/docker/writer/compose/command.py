"""The compose command, told which engine and which project it is about."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fleetui.core.change import Phase, Progress
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.providers.docker import composing
from fleetui.providers.docker.endpoint import Endpoint
from fleetui.providers.docker.faults import EngineFailed
from fleetui.providers.docker.writer.compose import running
from fleetui.providers.docker.writer.deed import Job
from fleetui.providers.docker.writer.sending import SendingLink

ASK_S = 30.0
WORK_S = 900.0
_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})[\w.+~-]{0,60}")
_WORD = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,250}")
_HASH = re.compile(r"[0-9a-f]{16,128}")
# Which engine and which project is said by us alone, whatever the variables say.
_OURS = frozenset(
    {"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"}
)
# How much of what it said a failure repeats.
_LAST = 3


class ComposeFailed(EngineFailed):
    """Compose ended with a failure: what it has done of it must be read back."""


class Compose:
    """One project's compose command. Blocking; made anew for each deed, keeps nothing."""

    def __init__(self, link: SendingLink, project: str, files: composing.Files) -> None:
        """Raises Invalid, with the reason, where there is no command, file or sound name."""
        self.path = composing.command()
        if not self.path:
            raise Invalid(composing.NO_COMMAND)
        if files.missing:
            raise Invalid(
                files.missing, hint="change it where the project's files are, with compose itself"
            )
        self._project, self._files, self._link = sound(project), files, link

    def version(self) -> str:
        """Return its version: `2.40.3`. Raises Invalid for one that cannot do what is needed."""
        found = self._ask(["version", "--short"], bare=True).decode("utf-8", "replace")
        return version_of(found)

    def config(self) -> Mapping[str, Any]:
        """Return the project's files as compose reads them. Holds secrets: never show it whole."""
        # A service of a profile that is not on is named by us, and so on.
        raw = self._ask(["config", "--format", "json"])
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            raise Invalid("compose told no JSON when it was asked for its config") from None
        if not isinstance(found, dict):
            raise Invalid("compose told a config that is none")
        return found

    def hash(self, service: str) -> str:
        """Return what a service's configuration in the files is labelled with when it is made."""
        said = self._ask(["config", "--hash", sound(service)]).decode("utf-8", "replace")
        for line in said.splitlines():
            name, _, value = line.strip().partition(" ")
            if name == service and _HASH.fullmatch(value.strip()):
                return value.strip()
        raise Invalid(f"compose told no hash of {service}")

    def up(self, job: Job, service: str, count: int, *flags: str) -> None:
        """Run `up` for one service and no other. Raises ComposeFailed, or Invalid if not begun."""
        self._work(
            job,
            ["up", *flags, "--no-deps", "--remove-orphans=false", "--no-build",
             "--scale", f"{sound(service)}={count:d}", sound(service)],
        )  # fmt: skip

    def build(self, job: Job, service: str) -> None:
        """Build the image of a service."""
        self._work(job, ["build", sound(service)])

    def _ask(self, args: list[str], *, bare: bool = False) -> bytes:
        with self._environment() as env:
            argv = [self.path, *(() if bare else self._told(every_profile=True)), *args]
            done = running.run(running.Program(argv, self._files.folder, env), ASK_S, output=True)
        if done.late:
            raise Invalid(f"compose {args[0]} gave no answer in {ASK_S:.0f} s")
        if done.code:
            raise Invalid(f"compose {args[0]}: {last_words(done)}")
        return done.output

    def _work(self, job: Job, args: list[str]) -> None:
        def tell(line: str) -> None:
            job.tell(Progress(Phase.ROLLING, f"compose: {line}"))

        with self._environment() as env:
            argv = [self.path, *self._told(), *args]
            program = running.Program(argv, self._files.folder, env)
            done = running.run(program, WORK_S, stopped=job.stop.is_set, tell=tell)
        if done.stopped:
            raise ComposeFailed(f"{job.why or 'stopped'}: compose was ended on its way")
        if done.late:
            raise ComposeFailed(f"compose {args[0]} did not end in {WORK_S:.0f} s, and was ended")
        if done.code:
            raise ComposeFailed(f"compose {args[0]}: {last_words(done)}")

    def _told(self, *, every_profile: bool = False) -> list[str]:
        files = self._files
        return [
            f"--project-name={self._project}",
            f"--project-directory={files.folder}",
            *(f"--file={path}" for path in files.files),
            *(f"--env-file={path}" for path in files.env_files),
            *(("--profile=*",) if every_profile else ()),
        ]

    @contextmanager
    def _environment(self) -> Iterator[dict[str, str]]:
        endpoint = self._link.endpoint
        if endpoint is None:
            raise Invalid("the engine was not asked yet")
        with tempfile.TemporaryDirectory(prefix="fleetui-") as folder:
            yield environment(endpoint, os.environ, Path(folder))


def environment(endpoint: Endpoint, env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables for compose: ours, but for what says which engine and which project.

    The files of TLS are linked into `folder` under the names that Docker's client knows.
    """
    found = {
        name: value
        for name, value in env.items()
        if name not in _OURS and not name.startswith("COMPOSE_")
    }
    found |= {
        "DOCKER_HOST": str(endpoint),
        "COMPOSE_ANSI": "never",
        "COMPOSE_PROGRESS": "plain",
        "COMPOSE_MENU": "0",
        "NO_COLOR": "1",
        # Nobody is there to be asked for a password.
        "SSH_ASKPASS_REQUIRE": "never",
    }
    tls = endpoint.tls if endpoint.scheme == "tcp" else None
    if tls is not None:
        for name, path in (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key)):
            if path:
                (folder / f"{name}.pem").symlink_to(Path(path).absolute())
        found["DOCKER_CERT_PATH"] = str(folder)
        found["DOCKER_TLS_VERIFY" if tls.verify else "DOCKER_TLS"] = "1"
    return found


def version_of(text: str) -> str:
    """Return a version as compose tells it. Raises Invalid for none, and for an old kind."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise Invalid("the compose command does not tell its version as compose does")
    number = text.strip().removeprefix("v")
    if int(found[1]) < 2:
        raise Invalid(
            f"compose {number} is of the old kind, which cannot tell what its files mean",
            hint="install docker-compose 2, Docker's plugin",
        )
    return number


def sound(name: str) -> str:
    """Return a project's or a service's name. Raises Invalid for one that is none."""
    if not _WORD.fullmatch(name):
        raise Invalid(f"{clean(name, 100)!r} is no name of compose's")
    return name


def last_words(done: running.Outcome) -> str:
    """Return why it failed: its last lines, without those that only tell of its way."""
    how = f"ended by signal {-done.code}" if done.code < 0 else f"exit code {done.code}"
    return f"{'; '.join(done.said[-_LAST:])} ({how})" if done.said else how
