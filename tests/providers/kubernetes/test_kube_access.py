"""Kubeconfig files as kubectl reads them, settings, and what is found on a machine."""

from __future__ import annotations

import base64
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

from fleetui.core.errors import Invalid, NotFound, ProviderError
from fleetui.providers.kubernetes import access, expiry
from fleetui.providers.kubernetes.discover import discover, scope_of
from fleetui.providers.kubernetes.settings import KubernetesSettings

PEM = """-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIUT3F0a3p2JrYzq0m8c6dCFYz0yZMwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
"""


def write(path: Path, **document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def context(name: str, cluster: str, user: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "context": {"cluster": cluster, "user": user, **more}}


def cluster(name: str, server: str = "https://a:6443", **more: Any) -> dict[str, Any]:
    return {"name": name, "cluster": {"server": server, **more}}


def find(
    folder: Path, scope: str = "x", env: dict[str, str] | None = None, **settings: Any
) -> access.Access:
    made = KubernetesSettings(**settings)
    return access.find(made, scope, env or {}, folder, folder / "no-account")


def test_files_are_merged_and_the_first_to_name_a_thing_wins(tmp_path: Path) -> None:
    one = write(
        tmp_path / "one" / "config",
        contexts=[context("blue", "c", "u")],
        clusters=[cluster("c", "https://first:6443", **{"certificate-authority": "ca.pem"})],
    )
    (tmp_path / "one" / "ca.pem").write_text(PEM)
    two = write(
        tmp_path / "two" / "config",
        **{"current-context": "blue"},
        clusters=[cluster("c", "https://second:6443")],
        users=[{"name": "u", "user": {"tokenFile": "token"}}],
    )
    found = find(tmp_path, env={"KUBECONFIG": f"{one}:{tmp_path / 'missing'}:{two}"})
    assert found.server == "https://first:6443"
    # Paths are relative to the file that names them.
    assert found.ca == PEM
    assert found.token_file == tmp_path / "two" / "token"
    assert find(tmp_path, kubeconfig=f"{one}:{two}") == found


def test_a_context_is_the_configured_one_or_the_namesake_or_the_current_one(
    tmp_path: Path,
) -> None:
    write(
        tmp_path / ".kube" / "config",
        **{"current-context": "blue"},
        contexts=[context("blue", "c", namespace="shop"), context("green", "c")],
        clusters=[cluster("c")],
    )
    assert find(tmp_path, "prod").context == "blue"
    assert find(tmp_path, "prod").namespace == "shop"
    assert find(tmp_path, "green").context == "green"
    assert find(tmp_path, "green", context="blue").context == "blue"
    with pytest.raises(NotFound, match="no context is called red") as raised:
        find(tmp_path, context="red")
    assert "blue, green" in raised.value.hint


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "no current context"),
        ({"current-context": "blue"}, "nowhere described"),
        ({"contexts": [context("x", "c")]}, "names the cluster c, which is not"),
        ({"contexts": [context("x", "c", "u")], "clusters": [cluster("c")]}, "names the user u"),
        ({"contexts": [context("x", "c")], "clusters": [cluster("c", "")]}, "is no address"),
        ({"contexts": [context("x", "c")], "clusters": [cluster("c", "ftp://a")]}, "no address"),
        (
            {
                "contexts": [context("x", "c")],
                "clusters": [cluster("c", **{"certificate-authority": "none.pem"})],
            },
            "certificate-authority cannot be read",
        ),
        (
            {
                "contexts": [context("x", "c", "u")],
                "clusters": [cluster("c")],
                "users": [{"name": "u", "user": {"auth-provider": {"name": "gcp"}}}],
            },
            "the auth-provider gcp",
        ),
        ({"contexts": 7, "clusters": None, "users": [None, {"name": 3}]}, "no current context"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, document: Any, said: str) -> None:
    write(tmp_path / ".kube" / "config", **document)
    with pytest.raises(ProviderError) as raised:
        find(tmp_path)
    assert said in raised.value.what


@pytest.mark.parametrize("text", ["a: [", "just words", "\x00\xff", "- 1"])
def test_a_file_that_is_none_is_named_without_repeating_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    path.write_text(text, "latin-1")
    with pytest.raises(Invalid) as raised:
        find(tmp_path, kubeconfig=str(path))
    assert "cannot be read" in raised.value.what
    assert "words" not in raised.value.what


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no kubeconfig"):
        find(tmp_path)


def test_all_that_a_user_may_bring(tmp_path: Path) -> None:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    write(
        tmp_path / ".kube" / "config",
        contexts=[context("x", "c", "u")],
        clusters=[
            cluster(
                "c", "https://10.0.0.1/k8s/", **{
                    "insecure-skip-tls-verify": True, "tls-server-name": "api", "proxy-url": "http://p",
                    "certificate-authority-data": encoded(PEM),
                }
            )
        ],
        users=[
            {
                "name": "u",
                "user": {
                    "client-certificate-data": encoded("cert"), "client-key-data": encoded("key"),
                    "token": "hunter2", "as": "ana", "as-groups": ["ops"],
                    "exec": {"command": "./bin/login", "args": ["--secret", "hunter2"],
                             "env": [{"name": "A", "value": "b"}], "provideClusterInfo": True},
                },
            }
        ],
    )  # fmt: skip
    found = find(tmp_path)
    assert (found.server, found.server_name) == ("https://10.0.0.1/k8s", "api")
    assert (found.cert, found.key, found.token) == ("cert", "key", "hunter2")
    assert found.impersonate == (("Impersonate-User", "ana"), ("Impersonate-Group", "ops"))
    assert found.plugin is not None
    assert found.plugin.command == str(tmp_path / ".kube" / "bin" / "login")
    assert json.loads(found.plugin.cluster_info)["server"] == found.server
    assert not found.verify
    assert "hunter2" not in repr(found)
    with pytest.raises(Invalid, match="no certificate"):
        access.tls(found)


def test_what_is_not_checked_is_not_checked_and_the_rest_is() -> None:
    strict = access.tls(access.Access("https://a"))
    assert strict.verify_mode is ssl.CERT_REQUIRED
    assert strict.check_hostname
    assert access.tls(access.Access("https://a", verify=False)).verify_mode is ssl.CERT_NONE


def test_a_pod_reaches_its_own_cluster(tmp_path: Path) -> None:
    account = tmp_path / "account"
    account.mkdir()
    env = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    assert access.of_pod(env, account) is None
    (account / "token").write_text("t\n")
    (account / "namespace").write_text("mine")
    found = access.find(KubernetesSettings(), "x", env, tmp_path, account)
    assert (found.server, found.namespace) == ("https://[fd00::1]:443", "mine")
    assert found.token_file == account / "token"
    (one,) = discover(env, tmp_path, account)
    assert (one.scope, one.how) == ("cluster", "the cluster that this pod runs in")


def test_only_the_current_context_is_found_by_itself(tmp_path: Path) -> None:
    assert discover({}, tmp_path) == ()
    config = write(
        tmp_path / ".kube" / "config",
        **{"current-context": "arn:aws:eks:eu-west-1:1:cluster/shop"},
        contexts=[context("arn:aws:eks:eu-west-1:1:cluster/shop", "c"), context("b", "c")],
        clusters=[cluster("c")],
    )
    (one,) = discover({}, tmp_path)
    assert one.scope == "shop"
    assert one.settings == KubernetesSettings(context="arn:aws:eks:eu-west-1:1:cluster/shop")
    assert "one of 2" in one.how
    assert list(one.settings.problems()) == []
    config.write_text("no: [")
    assert discover({}, tmp_path) == ()


@pytest.mark.parametrize(
    ("context", "scope"),
    [("blue", "blue"), ("admin@kube/1", "admin-kube-1"), ("\x1b[2J", "2J"), ("///", "cluster")],
)
def test_a_scope_can_be_the_name_of_a_table(context: str, scope: str) -> None:
    assert scope_of(context) == scope


@pytest.mark.parametrize(
    ("given", "words"),
    [(("Shop",), "cannot be the name"), (("a", "a"), "twice"), (("",), "cannot be the name")],
)
def test_namespaces_that_cannot_be_are_named(given: tuple[str, ...], words: str) -> None:
    ((key, said),) = KubernetesSettings(namespaces=given).problems()
    assert key == "namespaces"
    assert words in said


def test_a_token_tells_when_it_ends() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1700000000}).encode()).decode().rstrip("=")
    assert expiry.of_token(f"h.{claims}.s") == 1700000000.0
    for other in ("opaque", "a.b.c", "a.%%.c", "a.W10.c"):
        assert expiry.of_token(other) is None
    assert expiry.of_certificate("no certificate") is None
