"""What there is, who can be read, a first config, and shells' completion."""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from command_line import Run

from fleetui import __version__
from fleetui.cli import discover as discovery
from fleetui.cli import init as first
from fleetui.cli.check import ask, rows, verdict
from fleetui.cli.discover import Discovery
from fleetui.cli.exits import Exit
from fleetui.config.specs import ProviderConfig
from fleetui.core.errors import Fault
from fleetui.core.kinds import KINDS
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Report, SourceSpec
from fleetui.providers.docker.settings import DockerSettings

NOW = 1_700_000_000.0
GOOD = Report("aws", "prod", True, "kim", "v1", (("list", True),), NOW + 60, 0.1)
DENIED = Report("docker", "a", True, permissions=(("list", True), ("events", False)))
GONE = Report("ssh", "b", False, fault=Fault("unreachable", "refused", "", "start it"))


def test_version(fleetui: Run) -> None:
    assert fleetui("--version") == (0, f"fleetui {__version__}\n", "")


def test_screens_themes_and_kinds(fleetui: Run, home: Path) -> None:
    own = home / "cfg"
    (own / "themes").mkdir(parents=True)
    (own / "themes" / "mine.toml").write_text("dark = false\n")
    code, out, _ = fleetui("screens")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[:4]] == [
        "NAME", "overview", "capacity", "containers",
    ]  # fmt: skip
    code, out, err = fleetui("themes", "--config", str(own / "config.toml"))
    assert (code, err) == (0, "")
    assert f"mine      light   {own}/themes/mine.toml" in out
    code, out, _ = fleetui("kinds")
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(KINDS)
    assert "docker" in out


def test_a_screen_that_is_wrong_is_told(fleetui: Run, home: Path) -> None:
    (home / "screens").mkdir()
    (home / "screens" / "bad.toml").write_text('grid = ["a"]\n')
    code, out, err = fleetui("screens", "--config", str(home / "config.toml"))
    assert (code, out) == (2, "")
    assert "bad.toml:1: grid[0]" in err


def test_the_demo_is_well(fleetui: Run) -> None:
    code, out, err = fleetui("--demo", "check")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == [
        "PROVIDER", "STATE", "WHO", "VERSION", "LATENCY", "EXPIRES", "MAY",
    ]  # fmt: skip
    code, out, _ = fleetui("--demo", "check", "-o", "json")
    form = json.loads(out)
    assert form["config"] is None
    assert form["providers"][0].keys() == {
        "provider", "scope", "reachable", "identity", "version", "permissions", "expires_at",
        "latency_s", "error", "notes",
    }  # fmt: skip


def test_an_expired_credential_is_degraded_and_says_what_mends_it(fleetui: Run) -> None:
    code, out, _ = fleetui("--demo-fault", "expired", "check")
    assert code == 1
    assert "▲ degraded" in out
    assert "run: aws sso login --profile prod" in out


def test_nothing_reachable_ends_with_4(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text(f'[docker.gone]\nhost = "unix://{home}/none.sock"\n')
    code, out, _ = fleetui("--config", str(path), "check")
    assert code == 4
    assert "✖ unreachable" in out
    code, out, _ = fleetui("--config", str(path), "check", "-o", "json")
    assert code == 4
    assert json.loads(out)["providers"][0]["error"]["code"] == "unreachable"


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([GOOD], Exit.DONE),
        ([GOOD, DENIED], Exit.FAILED),
        ([GOOD, GONE], Exit.FAILED),
        ([GONE], Exit.UNREACHABLE),
        ([Report("aws", "x", True, expires_at=NOW - 1)], Exit.FAILED),
    ],
)
def test_the_exit_code_of_a_check(reports: list[Report], code: Exit) -> None:
    assert verdict(reports, NOW) is code


def test_a_row_of_a_check_says_what_is_not_allowed_and_what_ends_soon() -> None:
    text = [[field.text for field in row] for row in rows([GOOD, DENIED, GONE], NOW)]
    assert text[1] == ["aws/prod", "● ok", "kim", "v1", "100 ms", "in 1m", "list"]
    assert text[2][1] == "▲ degraded"
    assert text[2][-1] == "not events, list"
    assert text[3][1] == "✖ unreachable"


class Odd:
    """A provider whose check hangs, or is broken."""

    name = "odd"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.closed = False

    def sources(self) -> tuple[SourceSpec, ...]:
        return ()

    async def fetch(self, key: SourceKey) -> Batch:
        raise NotImplementedError

    async def check(self) -> Report:
        if self.scope == "broken":
            raise ZeroDivisionError("a mistake")
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self) -> None:
        self.closed = True


async def test_one_that_hangs_or_is_broken_does_not_hide_the_others() -> None:
    providers = [Odd("hangs"), Odd("broken")]
    hangs, broken = await ask(providers, bound_s=0.01)
    assert hangs.fault is not None
    assert hangs.fault.code == "unreachable"
    assert broken.fault is not None
    assert "ZeroDivisionError" in broken.fault.what
    assert all(provider.closed for provider in providers)


def test_init_writes_what_was_found_and_never_over_a_file(
    fleetui: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ProviderConfig("docker", "local", DockerSettings(host="unix:///run/x.sock"))
    found = Discovery((engine,), ("the socket /run/x.sock",), ("an AWS profile: default",))
    monkeypatch.setattr(first, "discover", lambda: found)
    path = home / "new" / "config.toml"
    code, out, err = fleetui("init", str(path))
    assert (code, err) == (0, "")
    assert f"wrote {path}" in out
    assert "an AWS profile: default" in out
    assert 'host = "unix:///run/x.sock"' in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    code, out, err = fleetui("init", str(path))
    assert (code, out, err) == (1, "", f"fleetui: {path} is there already, and stays as it is\n")
    assert path.read_text() == before
    # What it wrote is read without a complaint.
    assert fleetui("--config", str(path), "get", "volumes", "--filter", "x")[0] == 4


def test_init_does_not_follow_a_dangling_link(fleetui: Run, home: Path) -> None:
    link = home / "link.toml"
    link.symlink_to(home / "elsewhere.toml")
    assert fleetui("init", str(link))[0] == 1
    assert not (home / "elsewhere.toml").exists()


def test_nothing_found_offers_the_demo(fleetui: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "discover", Discovery)
    code, out, err = fleetui("check")
    assert (code, out) == (2, "")
    assert "nothing to show was found on this machine" in err
    assert "fleetui --demo" in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_kinds_and_themes(fleetui: Run, shell: str) -> None:
    code, out, err = fleetui("completion", shell)
    assert (code, err) == (0, "")
    for word in ("wallboard", "capacity", "contrast", "demo-fault", "throttled"):
        assert word in out
    if path := shutil.which(shell):
        done = subprocess.run([path, "-n"], input=out.encode(), capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
