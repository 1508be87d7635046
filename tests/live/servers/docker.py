"""Real Docker engines for the tests: each in its own folder, ended by its process id."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient
from docker.errors import APIError, DockerException
from requests.exceptions import RequestException

from .waiting import PATIENCE_S, until

IMAGE = "busy:1"
_APPLETS = ("sh", "sleep", "true", "false", "dd", "cat", "stty")


class DockerEngine:
    """One dockerd. `folder` is short, since a socket's path may have 108 characters only."""

    def __init__(self, subnet: str, *options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fui-"))
        self.socket = self.folder / "docker.sock"
        self._options = ("--bip", subnet, *options)
        self._process: subprocess.Popen[bytes] | None = None
        self._client: APIClient | None = None

    @property
    def host(self) -> str:
        """Its address."""
        return f"unix://{self.socket}"

    @property
    def client(self) -> APIClient:
        """A client of the tests' own, with a long time-out."""
        if self._client is None:
            self._client = APIClient(self.host, version="auto", timeout=PATIENCE_S)
        return self._client

    def start(self) -> None:
        """Start it and wait until it answers; on folders that it knows it adopts what runs."""
        assert shutil.which("dockerd"), "dockerd is not installed: apt-get install docker.io"
        (self.folder / "pid").unlink(missing_ok=True)
        command = [
            "dockerd", "--data-root", f"{self.folder}/data", "--exec-root", f"{self.folder}/exec",
            "-H", self.host, "-p", f"{self.folder}/pid", "--iptables=false", "--live-restore",
            "--default-address-pool", "base=10.235.0.0/16,size=24",
            *self._options,
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until(self._answers, "dockerd answers")
        except AssertionError:
            tail = (self.folder / "log").read_text("utf-8", "replace")[-3000:]
            raise AssertionError(f"dockerd did not start:\n{tail}") from None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "dockerd ended at once"
        try:
            return bool(APIClient(self.host, version="1.24", timeout=2).ping())
        except (DockerException, RequestException):
            return False

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal: SIGSTOP makes a hung socket, SIGCONT ends that."""
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it as a crash would, leaving its containers."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._client = None
        # Its containerd ends with it. Where nobody reaps that, its number still looks alive,
        # and the next dockerd would wait for it.
        file = self.folder / "exec" / "containerd" / "containerd.pid"
        until(lambda: _is_gone(int(file.read_text("ascii"))), "containerd ends too")
        file.unlink()

    def remove_all(self) -> None:
        """Remove every container."""
        for one in self.client.containers(all=True):
            with contextlib.suppress(APIError):
                self.client.remove_container(one["Id"], force=True, v=True)

    def remove_networks(self) -> None:
        """Remove every network but the engine's own."""
        for one in self.client.networks():
            if one["Name"] not in {"bridge", "host", "none"}:
                with contextlib.suppress(APIError):
                    self.client.remove_network(one["Id"])

    def stop(self) -> None:
        """End it and everything in it."""
        if self._process is None:
            return
        with contextlib.suppress(DockerException, RequestException, OSError):
            self.remove_all()
            # A bridge would outlive its engine, and there is room for so many networks only.
            self.remove_networks()
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        # What a dockerd left behind that could not be asked any more.
        for pid in _processes_of(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for mount in _mounts_below(self.folder):
            subprocess.run(["umount", "-l", mount], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, name: str, *command: str, **options: Any) -> str:
        """Start a container and return its id. `host` holds options of its host config."""
        uid = self.create(name, *command, **options)
        self.client.start(uid)
        return uid

    def create(self, name: str, *command: str, **options: Any) -> str:
        """Create a container and return its id."""
        host = self.client.create_host_config(**options.pop("host", {}))
        image = options.pop("image", IMAGE)
        made = self.client.create_container(
            image, list(command) or ["sleep", "100000"], name=name, host_config=host, **options
        )
        return str(made["Id"])

    def run_plain(self, name: str, image: str, **options: Any) -> str:
        """Start a container that runs what its image says, and return its id."""
        host = self.client.create_host_config(**options.pop("host", {}))
        # A program without parents does not listen to SIGTERM: stopping it would take its time.
        made = self.client.create_container(
            image, name=name, host_config=host, stop_signal="SIGKILL", **options
        )
        self.client.start(made["Id"])
        return str(made["Id"])

    def import_image(self, name: str = IMAGE, *changes: str) -> None:
        """Make an image of a static busybox. `changes` are lines of a Dockerfile."""
        repository, _, tag = name.rpartition(":")
        self.client.import_image_from_data(
            busybox_tar(*changes), repository=repository, tag=tag, changes=list(changes)
        )


def busybox_tar(*lines: str) -> bytes:
    """Return a file system with a static busybox; `lines` make its bytes others."""
    busybox = shutil.which("busybox")
    assert busybox, "busybox is not installed: apt-get install busybox-static"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        # Images of other lines are others in their bytes, too.
        text = "\n".join(lines).encode()
        file = tarfile.TarInfo("changes")
        file.size = len(text)
        tar.addfile(file, io.BytesIO(text))
    return buffer.getvalue()


def _is_gone(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def _processes_of(folder: Path) -> list[int]:
    """Return the processes that were told of a folder, and the containers below them."""
    ours, parents = [], {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            stat = (path / "stat").read_text("ascii", "replace")
            parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])
            if f"{folder}/".encode() in (path / "cmdline").read_bytes():
                ours.append(int(path.name))
    return [*(pid for pid, parent in parents.items() if parent in ours), *ours]


def _mounts_below(folder: Path) -> list[str]:
    mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    found = [line.split()[1] for line in mounts]
    return sorted((m for m in found if m.startswith(f"{folder}/")), reverse=True)


def compose_labels(project: str, service: str, number: int = 1, **more: str) -> dict[str, str]:
    """Return the labels that compose writes on a container."""
    labels = {
        "project": project,
        "service": service,
        "container-number": str(number),
        "oneoff": "False",
        "config-hash": "5f3c0a7d9b1e",
        "project.working_dir": f"/srv/{project}",
        "project.config_files": f"/srv/{project}/compose.yaml",
        **more,
    }
    return {f"com.docker.compose.{name}": value for name, value in labels.items()}


@pytest.fixture(scope="module")
def docker_engine() -> Iterator[DockerEngine]:
    """An engine with the image, shared by the tests of one module."""
    engine = DockerEngine("10.233.40.1/24")
    try:
        engine.start()
        engine.import_image()
        yield engine
    finally:
        engine.stop()
