"""What is said of a home and an environment, and that no secret is among it."""

from __future__ import annotations

from pathlib import Path

from fleetui.providers.found import traces


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def words(home: Path, **environ: str) -> list[tuple[str, str]]:
    return [(one.provider, one.words) for one in traces(home, environ)]


def test_an_empty_home_has_nothing(tmp_path: Path) -> None:
    assert words(tmp_path) == []


def test_everything_that_the_usual_places_hold(tmp_path: Path) -> None:
    put(
        tmp_path / ".aws" / "config",
        "[default]\nregion=eu\n[profile prod]\nrole_arn=a%b\n[sso-session corp]\nx=1\n",
    )
    put(tmp_path / ".aws" / "credentials", "[prod]\naws_secret_access_key=hunter2\n")
    put(tmp_path / ".ssh" / "config", "Host a b\nHost *\n  User me\nhost=c\nHostName d\n")
    found = words(tmp_path, DIGITALOCEAN_ACCESS_TOKEN="hunter2")
    assert found == [
        ("aws", "AWS profiles default, prod"),
        ("digitalocean", "a credential in DIGITALOCEAN_ACCESS_TOKEN"),
        ("ssh", "3 hosts in ~/.ssh/config"),
    ]
    assert "hunter2" not in str(found)


def test_variables_name_other_places(tmp_path: Path) -> None:
    put(tmp_path / "aws", "[profile other]\n")
    found = words(
        tmp_path,
        AWS_CONFIG_FILE=str(tmp_path / "aws"),
        GOOGLE_APPLICATION_CREDENTIALS="key.json",
    )
    assert found == [
        ("aws", "AWS profile other"),
        ("gcp", "a credential in GOOGLE_APPLICATION_CREDENTIALS"),
    ]


def test_garbage_is_no_trace_and_no_crash(tmp_path: Path) -> None:
    put(tmp_path / ".aws" / "config", "not = an ini\x00 file")
    (tmp_path / ".ssh" / "config").mkdir(parents=True)
    assert words(tmp_path) == []
    assert words(tmp_path, AWS_ACCESS_KEY_ID="AKIA") == [("aws", "a key in AWS_ACCESS_KEY_ID")]
