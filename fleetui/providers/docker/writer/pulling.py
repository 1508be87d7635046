"""Pulls an image, and tells how far each layer is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from fleetui.core import humanise
from fleetui.core.change import Caution, Phase, Progress
from fleetui.core.clean import clean
from fleetui.core.errors import AuthExpired, Denied, Invalid, NotFound, ProviderError, Unreachable
from fleetui.core.secrets import redact
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.faults import EngineFailed
from fleetui.providers.docker.writer.deed import Job, Raw
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig

REFUSALS = (AuthExpired, Denied, NotFound)
"""What a registry says no with. Anything else may be the way to it, and a mirror may help."""
_TELL_S = 30.0
_DONE = frozenset({"Pull complete", "Already exists"})
_LAYER = frozenset(
    {"Pulling fs layer", "Waiting", "Downloading", "Verifying Checksum", "Download complete",
     "Extracting", *_DONE}
)  # fmt: skip


class Layers:
    """What the lines of a pull add up to."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._bytes: dict[str, tuple[int, int]] = {}

    def add(self, raw: Any) -> None:
        """Take in one line. Raises a ProviderError where it tells of a failure."""
        if not isinstance(raw, dict):
            return
        if "error" in raw or "errorDetail" in raw:
            raise failure(str(dig(raw, "errorDetail", "message") or raw.get("error") or "failed"))
        layer, word = str(raw.get("id") or ""), str(raw.get("status") or "")
        if word not in _LAYER:
            return
        self._words[layer] = word
        current, total = (
            dig(raw, "progressDetail", "current"), dig(raw, "progressDetail", "total"),
        )  # fmt: skip
        if word == "Downloading" and isinstance(current, int):
            self._bytes[layer] = (current, total if isinstance(total, int) else current)
        elif layer in self._bytes and word != "Downloading":
            self._bytes[layer] = (self._bytes[layer][1], self._bytes[layer][1])

    def progress(self) -> Progress:
        """Return how many layers are there, and how many bytes of those that came."""
        done = sum(word in _DONE for word in self._words.values())
        came = sum(pair[0] for pair in self._bytes.values())
        total = sum(pair[1] for pair in self._bytes.values())
        size = f", {humanise.size(came)} of {humanise.size(total)}" if total else ""
        text = f"pulling: {done} of {len(self._words)} layers{size}" if self._words else "pulling"
        return Progress(Phase.ROLLING, text, done, done, len(self._words) or None)


def failure(said: str) -> ProviderError:
    """Return what a registry's refusal means. Before its last line, a pull changes nothing."""
    text = redact(clean(said, 300))
    low = text.lower()
    if any(word in low for word in ("unauthorized", "authentication required", "no basic auth")):
        return AuthExpired(text, hint="log in: docker login")
    if "denied" in low:
        return Denied(text, hint="is the name right? does it need `docker login`?")
    if "not found" in low or "manifest unknown" in low:
        return NotFound(text, hint="is the tag right?")
    return Invalid(text)


def split(name: str) -> tuple[str, str]:
    """Return an image's name without its tag or digest, and that; `latest` where none is given."""
    if "@" in name:
        repository, _, digest = name.partition("@")
        return repository, digest
    repository, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return repository, tag
    return name, "latest"


def is_id(name: str) -> bool:
    """Whether it is the id of an image on this engine, which no registry knows."""
    bare = name.removeprefix("sha256:")
    return name.startswith("sha256:") or (
        len(bare) in {12, 64} and all(c in "0123456789abcdef" for c in bare)
    )


def login(link: SendingLink, name: str) -> dict[str, str]:
    """Return the header with the login that Docker's own config file has for a registry.

    It is never kept, told or logged. Runs the credential helper that the file names.
    """

    def ask(client: Any) -> dict[str, str]:
        from docker.auth import get_config_header, resolve_repository_name

        registry, _ = resolve_repository_name(split(name)[0])
        header = get_config_header(client, registry)
        return {"X-Registry-Auth": header.decode("ascii")} if header else {}

    try:
        return link.call(ask)
    except ProviderError as error:
        raise Invalid(
            f"the login for the registry of {clean(name, 200)} cannot be read",
            hint="see the credential helper in Docker's config.json",
        ) from error


def distributed(link: SendingLink, name: str) -> str:
    """Return the digest that a registry has for a name now. Raises a ProviderError."""
    headers = login(link, name)

    def ask(client: Any) -> Any:
        url = f"{client.base_url}/v{client.api_version}/distribution/{quote(name, safe='/:@')}/json"
        answer = client.get(url, headers=headers, timeout=_TELL_S)
        answer.raise_for_status()
        return answer.json()

    try:
        digest = dig(link.slowly(ask, _TELL_S), "Descriptor", "digest")
    except Unreachable as error:
        if error.what.startswith("the engine failed"):
            raise failure(error.what.removeprefix("the engine failed: ")) from error
        raise
    except ProviderError as error:
        # The engine says 403 for a registry's refusal, as if it were its own.
        raise failure(error.what) from error
    if not isinstance(digest, str):
        raise Invalid("the registry told no digest")
    return digest


def doubt(error: ProviderError) -> Caution:
    """Return what to know where a registry does not tell what it has."""
    return Caution(f"what will come is not known before it is here: {error.what}")


def pull(link: SendingLink, name: str, job: Job, platform: str = "") -> None:
    """Pull an image and tell how far it is. Raises a ProviderError."""
    repository, tag = split(name)
    params = {"fromImage": repository, "tag": tag}
    if platform:
        params["platform"] = platform
    follow(
        link.lines("/images/create", params, login(link, name), job.hold),
        job.tell,
        job.stop.is_set,
    )


def pull_first(link: SendingLink, name: str, job: Job, platform: str = "") -> None:
    """Pull what something else is to be made of: where that fails, nothing else was begun."""
    try:
        pull(link, name, job, platform)
    except EngineFailed as error:
        raise Invalid(error.what, hint=error.hint, where=error.where) from None


def follow(
    lines: Iterable[bytes], tell: Callable[[Progress], None], stopped: Callable[[], bool]
) -> None:
    """Read the lines of a pull to their end."""
    layers, told = Layers(), None
    try:
        for line in lines:
            layers.add(_read(line))
            now = layers.progress()
            if now != told:
                told = now
                tell(now)
            if stopped():
                break
    except Unreachable:
        if not stopped():
            raise
    if stopped():
        raise Invalid("stopped while it was pulled")


def _read(line: bytes) -> Any:
    try:
        return json.loads(line) if line.strip() else None
    except ValueError:
        raise Unreachable("the answer of the pull broke off") from None


def label(raw: Raw, name: str) -> str:
    """Return an image as a plan writes it: its name, and what tells it from another of that name.

    The registry's digest where it came from one, which is known before it is pulled.
    """
    _, _, digest = by_digest(raw, name).partition("@")
    return labelled(name, digest or str(dig(raw, "Id") or ""))


def by_digest(raw: Raw | None, name: str) -> str:
    """Return `repository@digest` of an image that came from the registry of this name, or none."""
    repository = split(name)[0]
    for one in dig(raw, "RepoDigests") or ():
        if str(one).partition("@")[0].removeprefix("docker.io/library/") == repository:
            return str(one)
    return ""


def labelled(name: str, digest: str) -> str:
    """Return a name and the beginning of a digest or an id."""
    short = short_id(clean(digest, 80))
    bare = clean(name, 200).partition("@")[0]
    return short if is_id(name) else f"{bare} ({short})"
