"""How one context is reached: its server, what is trusted there, and who we are."""

from __future__ import annotations

import base64
import binascii
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.kubernetes import kubeconfig
from fleetui.providers.kubernetes.kubeconfig import Entry, Kubeconfig
from fleetui.providers.kubernetes.settings import KubernetesSettings

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its own account."""
_NEWEST = "client.authentication.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Exec:
    """A login plugin as the kubeconfig names it."""

    command: str
    args: tuple[str, ...] = field(default=(), repr=False)
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str = _NEWEST
    interactive: str = "IfAvailable"
    install_hint: str = ""
    cluster_info: str = field(default="", repr=False)
    """What it is told of the cluster, as JSON; empty where it does not want to know."""

    @property
    def name(self) -> str:
        """The program's own name."""
        return clean(Path(self.command).name, 60)


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that a connection needs, secrets among it."""

    server: str
    context: str = ""
    user: str = ""
    namespace: str = ""
    source: str = ""
    """Where all this comes from: `the kubeconfig`, `this pod's account`."""
    ca: str = field(default="", repr=False)
    """The certificates that are trusted, PEM; the system's where empty."""
    verify: bool = True
    server_name: str = ""
    cert: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    basic: tuple[str, str] | None = field(default=None, repr=False)
    plugin: Exec | None = None
    impersonate: tuple[tuple[str, str], ...] = ()
    """Headers by which another user is acted for."""
    proxy: str = field(default="", repr=False)


def find(
    settings: KubernetesSettings,
    scope: str,
    env: Mapping[str, str],
    home: Path,
    account: Path = ACCOUNT,
) -> Access:
    """Read how to reach the cluster of `[kubernetes.SCOPE]`. Blocks; raises a ProviderError."""
    files, named = kubeconfig.paths(settings.kubeconfig, env, home)
    found = kubeconfig.load(files)
    if not found.files:
        if found.unread:
            raise Invalid(f"the kubeconfig cannot be read: {clean(found.unread[0], 300)}")
        if not named and (inside := of_pod(env, account)):
            return inside
        raise NotFound(
            f"there is no kubeconfig {clean(str(files[0]), 200)}",
            hint="set kubeconfig, or KUBECONFIG",
        )
    return of_context(found, found.choose(settings.context, scope))


def of_pod(env: Mapping[str, str], account: Path = ACCOUNT) -> Access | None:
    """Return how a pod reaches its own cluster; None outside of one."""
    host, port = env.get("KUBERNETES_SERVICE_HOST"), env.get("KUBERNETES_SERVICE_PORT", "443")
    token = account / "token"
    if not host or not token.is_file():
        return None
    ca = namespace = ""
    with suppress(OSError, UnicodeDecodeError):
        namespace = (account / "namespace").read_text("utf-8").strip()
    with suppress(OSError, UnicodeDecodeError):
        ca = (account / "ca.crt").read_text("utf-8")
    where = f"[{host}]" if ":" in host else host
    return Access(
        f"https://{where}:{port}", user="this pod's account", namespace=namespace,
        source="this pod's account", ca=ca, token_file=token,
    )  # fmt: skip


def of_context(config: Kubeconfig, context: str) -> Access:
    """Return how a context is reached. Blocks for its files; raises Invalid."""
    told = config.contexts[context].body
    cluster_name, user_name = _text(told, "cluster"), _text(told, "user")
    cluster = config.clusters.get(cluster_name)
    if cluster is None:
        what = f"context {clean(context, 80)} names the cluster {clean(cluster_name, 80) or '–'}"
        raise Invalid(f"{what}, which is not in the kubeconfig")
    user = config.users.get(user_name)
    if user is None and user_name:
        what = f"context {clean(context, 80)} names the user {clean(user_name, 80)}"
        raise Invalid(f"{what}, which is not in the kubeconfig")
    server = _server(_text(cluster.body, "server"))
    user = user or Entry({}, cluster.folder)
    token_file = _text(user.body, "tokenFile")
    name, password = _text(user.body, "username"), _text(user.body, "password")
    ca = _pem(cluster, "certificate-authority")
    return Access(
        server=server,
        context=context,
        user=clean(user_name, 120),
        namespace=_text(told, "namespace"),
        source="the kubeconfig",
        ca=ca,
        verify=cluster.body.get("insecure-skip-tls-verify") is not True,
        server_name=_text(cluster.body, "tls-server-name"),
        cert=_pem(user, "client-certificate"),
        key=_pem(user, "client-key"),
        token=_text(user.body, "token"),
        token_file=user.folder / Path(token_file).expanduser() if token_file else None,
        basic=(name, password) if name and password else None,
        plugin=_plugin(user, cluster, server, ca),
        impersonate=tuple(_impersonated(user.body)),
        proxy=_text(cluster.body, "proxy-url"),
    )


def tls(access: Access, cert: str = "", key: str = "") -> ssl.SSLContext:
    """Return what a connection trusts and shows. Blocks; raises Invalid.

    `cert` and `key` are those of a login plugin; without them the kubeconfig's own are shown.
    """
    try:
        context = ssl.create_default_context(cadata=access.ca or None)
    except (ssl.SSLError, ValueError):
        raise Invalid(
            "the kubeconfig's certificate-authority holds no certificate in PEM form"
        ) from None
    # Old authorities leave out what the newest rules ask for; kubectl does not ask for it.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if not access.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    cert, key = (cert, key) if cert else (access.cert, access.key)
    if cert:
        _show(context, cert, key or cert)
    return context


def _show(context: ssl.SSLContext, cert: str, key: str) -> None:
    # OpenSSL reads certificates from files only: they live as long as this call.
    with tempfile.TemporaryDirectory(prefix="fleetui-") as folder:
        files = (Path(folder) / "cert", Path(folder) / "key")
        for path, text in zip(files, (cert, key), strict=True):
            path.touch(0o600)
            path.write_text(text, "utf-8")
        try:
            # An empty password fails at once; without one OpenSSL asks on the terminal.
            context.load_cert_chain(*files, password=lambda: b"")
        except (ssl.SSLError, OSError, ValueError):
            raise Invalid(
                "client-certificate and client-key are no certificate with its key, unencrypted"
            ) from None


def _server(text: str) -> str:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        fits = parts.hostname and parts.scheme in {"https", "http"} and parts.port != 0
    except ValueError:
        fits = None
    if not text or not fits:
        raise Invalid("the cluster's server is no address such as https://host:6443")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"


def _plugin(user: Entry, cluster: Entry, server: str, ca: str) -> Exec | None:
    told = user.body.get("exec")
    if not isinstance(told, Mapping):
        old = user.body.get("auth-provider")
        if isinstance(old, Mapping):
            name = clean(_text(old, "name"), 40)
            raise Invalid(
                f"the user logs in by the auth-provider {name}, which Kubernetes has given up",
                hint="set up its exec plugin in the kubeconfig instead",
            )
        return None
    command = _text(told, "command")
    if not command:
        raise Invalid("the user's exec plugin names no command")
    if "/" in command:
        command = str(user.folder / Path(command).expanduser())
    args, env = told.get("args"), told.get("env")
    return Exec(
        command=command,
        args=tuple(str(a) for a in args) if isinstance(args, list) else (),
        env=tuple(
            (_text(e, "name"), str(e.get("value") or ""))
            for e in (env if isinstance(env, list) else ())
            if isinstance(e, Mapping) and e.get("name")
        ),
        api_version=_text(told, "apiVersion") or _NEWEST,
        interactive=_text(told, "interactiveMode") or "IfAvailable",
        install_hint=clean(_text(told, "installHint"), 300),
        cluster_info=_cluster_info(cluster, server, ca) if told.get("provideClusterInfo") else "",
    )


def _cluster_info(cluster: Entry, server: str, ca: str) -> str:
    import json

    told: dict[str, Any] = {"server": server}
    if ca:
        told["certificate-authority-data"] = base64.b64encode(ca.encode()).decode()
    for key in ("tls-server-name", "insecure-skip-tls-verify", "proxy-url"):
        if cluster.body.get(key):
            told[key] = cluster.body[key]
    for extension in cluster.body.get("extensions") or ():
        if isinstance(extension, Mapping) and extension.get("name") == _PLUGINS_OWN:
            told["config"] = extension.get("extension")
    return json.dumps(told)


_PLUGINS_OWN = "client.authentication.k8s.io/exec"


def _impersonated(user: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = []
    if name := _text(user, "as"):
        headers.append(("Impersonate-User", name))
    if uid := _text(user, "as-uid"):
        headers.append(("Impersonate-Uid", uid))
    groups = user.get("as-groups")
    headers += [("Impersonate-Group", str(g)) for g in (groups if isinstance(groups, list) else ())]
    return headers


def _pem(entry: Entry, key: str) -> str:
    """Return what stands under `key` or `key-data`, whichever is there."""
    if data := _text(entry.body, f"{key}-data"):
        try:
            return base64.b64decode(data, validate=False).decode("utf-8")
        except (binascii.Error, ValueError):
            raise Invalid(f"the kubeconfig's {key}-data cannot be decoded") from None
    path = _text(entry.body, key)
    if not path:
        return ""
    try:
        return (entry.folder / Path(path).expanduser()).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise Invalid(f"the kubeconfig's {key} cannot be read: {reason}") from None


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
