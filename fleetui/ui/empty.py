"""What a pane without rows says: what would be here, and what brings it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fleetui.config.specs import PROVIDERS
from fleetui.core.kinds import FORWARDS, ROLLOUTS, WORDS
from fleetui.core.snapshot import SourceKey
from fleetui.ui.picture import Picture, source_word
from fleetui.ui.titles import words

# Which table of the config file brings a kind, the most usual first.
_BRINGS: dict[str, tuple[str, ...]] = {
    "compute": ("kubernetes", "ssh", "digitalocean", "aws", "gcp"),
    "containers": ("docker", "kubernetes"),
    "images": ("docker",),
    "volumes": ("docker",),
    "networks": ("docker",),
    "capacity": ("docker", "kubernetes", "aws"),
    "services": ("kubernetes", "aws"),
    "alerts": ("prometheus",),
    "targets": ("prometheus",),
    "query": ("prometheus",),
}
_EXAMPLES = {
    "docker": "[docker.local]",
    "prometheus": '[prometheus.main]  url = "http://127.0.0.1:9090"',
    "kubernetes": "[kubernetes.blue]",
    "aws": "[aws.prod]",
    "digitalocean": "[digitalocean.fra1]",
    "gcp": "[gcp.shop]",
    "ssh": "[ssh.edge]",
}
_QUIET: dict[str, str] = {
    "alerts": "no alert is pending or firing",
    "events": "nothing has happened since fleetui began to look",
    "rollouts": "nothing has been changed in the last day",
    "forwards": "no port is forwarded from here",
}

_MORE: dict[str, tuple[str, ...]] = {
    "rollouts": (
        "each scale, redeploy or stop is followed here to its end, and can be taken back",
        "what is older: fleetui audit",
    ),
    "forwards": (
        "f on a service, a pod or a workload opens one; it closes when this program ends",
    ),
}


def not_configured(
    kind: str, reads: Collection[str], provider: str = "", scope: str = ""
) -> list[str]:
    """Say what would be here and which line of the config brings it.

    `reads` are the back ends that this version reads; others it only knows by name.
    """
    if provider or scope:
        wanted = "/".join(part for part in (provider, scope) if part)
        return [f"this pane shows only {wanted}, and that is not configured"]
    if kind == ROLLOUTS:
        return ["nothing is changed from here: this fleet is read-only"]
    if kind == FORWARDS:
        return ["no port is forwarded from here: this fleet is read-only"]
    if kind == "query":
        return ["no Prometheus server is configured", f"{_EXAMPLES['prometheus']}  in config.toml"]
    backends = _BRINGS.get(kind, ())
    if not backends:
        return ["nothing is configured that brings these"]
    what = "they come from " + words(PROVIDERS[name] for name in backends)
    lines = [f"no {WORDS[kind]} is known: {what}"]
    read = [_EXAMPLES[name] for name in backends if name in reads]
    if read:
        return [*lines, f"{'  or  '.join(read)}  in config.toml brings them"]
    return [*lines, "this version does not read these yet: only the demo fleet shows them"]


def message(
    kind: str,
    keys: Sequence[SourceKey],
    picture: Picture,
    *,
    reads: Collection[str] = (),
    filtered: str = "",
    wrong_only: bool = False,
    provider: str = "",
    scope: str = "",
) -> list[str]:
    """Return the lines that stand where rows would be."""
    if picture.rows and (filtered or wrong_only):
        if filtered:
            return [f"none of {len(picture.rows)} matches {filtered}", "Esc clears the filter"]
        # Rows that could not be read again are no proof that all is well.
        was = "was" if picture.faults else "is"
        when = " when they were last read" if picture.faults else ""
        return [f"nothing {was} wrong with any of {len(picture.rows)}{when}", "! shows them all"]
    if not keys:
        return not_configured(kind, reads, provider, scope)
    if picture.faults:
        lines: list[str] = []
        for fault in picture.faults[:3]:
            lines.append(f"{fault.where}: {fault.what}" if fault.where else fault.what)
            if fault.hint:
                lines.append(f"  {fault.hint}")
        return lines
    if picture.waiting:
        return [f"waiting for {words(source_word(key) for key in picture.waiting)} …"]
    if kind in _QUIET:
        return [_QUIET[kind], *_MORE.get(kind, ())]
    if kind == "query":
        return ["the answer is empty: no series matches the query now"]
    where = words(source_word(key) for key in keys)
    lines = [f"no {WORDS.get(kind, 'thing')} in {where}"]
    if kind == "capacity" and all(key.provider == "docker" for key in keys):
        lines.append("the services of compose projects stand here")
    return lines
