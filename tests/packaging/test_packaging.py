"""What is built is whole: wheel and sdist hold what they must, and the wheel runs elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from fleetui import __version__

ROOT = Path(__file__).parents[2]
SCREENS = sorted(path.name for path in (ROOT / "screens").glob("*.toml"))
THEMES = sorted(path.name for path in (ROOT / "themes").glob("*.toml"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both from the checkout; no network is needed."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """The wheel; there is one for every platform."""
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment with the wheel in it; of the running one only its dependencies show."""
    home = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = home / "lib" / version / "site-packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install",
         "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)],
        check=True,
    )  # fmt: skip
    # A folder named in a .pth file comes after this one, and its own .pth files are not read:
    # the checkout, which is installed there as editable, stays out of sight.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the checkout, in a home of its own."""
    hidden = ("PYTHON", "FLEETUI_", "XDG_", "COV_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    env |= {"HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_wheel_holds_what_it_must_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"fleetui/_bundled/screens/{name}" for name in SCREENS} <= names
    assert {f"fleetui/_bundled/themes/{name}" for name in THEMES} <= names
    assert {"fleetui/_bundled/config.example.toml", "fleetui/py.typed"} <= names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"fleetui", f"fleetui-{__version__}.dist-info"}
    assert not [name for name in names if "tests" in name.split("/")]
    modules = {str(p.relative_to(ROOT)) for p in (ROOT / "fleetui").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules


def test_the_wheel_names_its_scripts_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        folder = f"fleetui-{__version__}.dist-info"
        metadata = archive.read(f"{folder}/METADATA").decode()
        scripts = archive.read(f"{folder}/entry_points.txt").decode()
    assert "fleetui = fleetui.cli.main:main" in scripts
    assert "Requires-Python: >=3.11" in metadata
    for name in ("textual", "boto3", "docker", "kubernetes", "paramiko", "httpx"):
        assert re.search(rf"^Requires-Dist: {name}\b", metadata, re.MULTILINE)


def test_the_sdist_can_build_and_test_itself(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "Makefile", "constraints.txt", "config.example.toml", "README.md"}
    wanted |= {f"screens/{name}" for name in SCREENS} | {f"themes/{name}" for name in THEMES}
    wanted |= {"fleetui/cli/main.py", "fleetui/py.typed", "tests/packaging/test_packaging.py"}
    assert wanted <= names


def test_pins_are_names_and_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pin = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*")
    assert lines
    assert [line for line in lines if not pin.fullmatch(line)] == []
    names = [line.partition("==")[0].lower() for line in lines]
    assert len(set(names)) == len(names)


def test_what_runs_is_the_installed_one(installed: Path, tmp_path: Path) -> None:
    asked = (
        "import fleetui, fleetui.assets as a; print(fleetui.__file__); print(a.bundled('screens'))"
    )
    done = run(installed / "python", "-c", asked, cwd=tmp_path)
    assert done.stderr == ""
    for line in done.stdout.splitlines():
        assert Path(line).is_relative_to(installed.parent)
        assert not Path(line).is_relative_to(ROOT)


def test_the_installed_program_lists_its_screens_and_themes(
    installed: Path, tmp_path: Path
) -> None:
    done = run(installed / "fleetui", "screens", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    listed = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert sorted(f"{name}.toml" for name in listed) == SCREENS
    assert "bundled" in done.stdout
    done = run(installed / "fleetui", "themes", cwd=tmp_path)
    assert len(done.stdout.splitlines()) == len(THEMES) + 1


def test_the_installed_program_plays_the_demo(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "fleetui", "--demo", "get", "capacity", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "asg/web" in done.stdout


def test_it_runs_as_a_module(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "python", "-m", "fleetui", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"fleetui {__version__}\n")
