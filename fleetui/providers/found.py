"""Says what else a machine has credentials for, though this version cannot read it yet."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass

_NOTE = "not read by this version yet"
_MOST_BYTES = 1_000_000
_TOKENS = {
    "digitalocean": ("DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"),
    "gcp": ("GOOGLE_APPLICATION_CREDENTIALS",),
}


@dataclass(frozen=True, slots=True)
class Trace:
    """A sign of one back end; never holds a secret."""

    provider: str
    words: str
    note: str = _NOTE


def traces(home: Path, environ: Mapping[str, str]) -> tuple[Trace, ...]:
    """Return what lies in this home and environment; reads a few files, asks no network."""
    return (
        *_aws(home, environ),
        *_tokens(environ),
        *_ssh(home),
    )


def _aws(home: Path, environ: Mapping[str, str]) -> Iterator[Trace]:
    files = {
        "AWS_CONFIG_FILE": home / ".aws" / "config",
        "AWS_SHARED_CREDENTIALS_FILE": home / ".aws" / "credentials",
    }
    names: dict[str, None] = {}
    for variable, usual in files.items():
        parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="")
        with suppress(configparser.Error):
            parser.read_string(_text(Path(environ.get(variable) or usual)))
        for section in parser.sections():
            # The config file also holds `sso-session NAME` and `services NAME`.
            kind, _, name = section.rpartition(" ")
            if kind in {"", "profile"}:
                names[clean(name.strip(), 80)] = None
    if names:
        word = "profile" if len(names) == 1 else "profiles"
        shown = list(names)[:5]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield Trace("aws", f"AWS {word} {', '.join(shown)}{more}")
    elif environ.get("AWS_ACCESS_KEY_ID"):
        yield Trace("aws", "a key in AWS_ACCESS_KEY_ID")


def _tokens(environ: Mapping[str, str]) -> Iterator[Trace]:
    for provider, variables in _TOKENS.items():
        for variable in variables:
            if environ.get(variable):
                yield Trace(provider, f"a credential in {variable}")
                break


def _ssh(home: Path) -> Iterator[Trace]:
    hosts = 0
    for line in _text(home / ".ssh" / "config").splitlines():
        word, _, rest = line.strip().replace("=", " ").partition(" ")
        # Patterns are defaults for many hosts, not hosts.
        if word.lower() == "host":
            hosts += sum(1 for name in rest.split() if not set(name) & set("*?!"))
    if hosts:
        yield Trace("ssh", f"{hosts} host{'' if hosts == 1 else 's'} in ~/.ssh/config")


def _text(path: Path) -> str:
    """Return a file's text, empty where there is none that can be read."""
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(_MOST_BYTES).decode("utf-8", "replace")
    return ""
