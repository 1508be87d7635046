"""What of a cluster we may not see, what an old one lacks, and what says nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kube_scripted import Api, api_server, pod, status, until
from kube_watched import PODS, SETS, Watched

from fleetui.core.errors import Denied, Unreachable
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Listed
from fleetui.providers.kubernetes import hub as hub_module


async def test_a_forbidden_resource_leaves_the_others_and_is_not_asked_for_hotly(
    api: Api, tmp_path: Path
) -> None:
    api.have(PODS, pod("a"))
    api.fail(SETS, code=403, body=status(403, "Forbidden", "replicasets is forbidden"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete)
    for _ in range(3):
        batch = await watched.fetch()
        assert [row.name for row in batch.rows] == ["a"]
        assert batch.warnings == ("without the replicasets: replicasets is forbidden",)
    assert len(api.asked(SETS)) == 1
    await watched.close()


async def test_where_nothing_may_be_read_that_is_said(api: Api, tmp_path: Path) -> None:
    api.fail(PODS, code=403, body=status(403, "Forbidden", "pods is forbidden"))
    watched = Watched(api, tmp_path)
    assert isinstance(await watched.failure(), Denied)
    assert not watched.complete
    await watched.close()


async def test_chosen_namespaces_are_read_each_for_itself(api: Api, tmp_path: Path) -> None:
    place = "/api/v1/namespaces/{}/pods".format
    api.have(place("shop"), pod("a", "shop"))
    api.have(place("pay"), pod("a", "pay"), pod("b", "pay"))
    api.fail("/namespaces/secret/", code=403, body=status(403, "Forbidden", "no"))
    watched = Watched(api, tmp_path, namespaces=("shop", "pay", "secret"))
    batch = await watched.fetch()
    assert sorted(row.ref.scope for row in batch.rows) == ["test/pay", "test/pay", "test/shop"]
    assert list(batch.failed) == ["test/secret"]
    assert isinstance(batch.failed["test/secret"], Denied)
    assert not api.asked(PODS)
    # The watch says so with its list, for those who want one answer and no more.
    await until(lambda: watched.complete and api.watching(place("pay")))
    listed = [one for one in watched.told if isinstance(one, Listed) and one.complete]
    assert list(listed[-1].failed) == ["test/secret"]
    # A namespace listed anew takes nothing from the others.
    api.send(place("pay"), {"type": "ERROR", "object": status(410, "Expired")})
    await until(lambda: len(api.asked(place("pay"))) == 2)
    assert len((await watched.fetch()).rows) == 3
    await watched.close()


async def test_who_may_not_read_all_reads_the_namespace_of_the_context(
    api: Api, tmp_path: Path
) -> None:
    api.have("/api/v1/namespaces/mine/pods", pod("a", "mine"))
    api.fail(f"^{PODS}$", code=403, body=status(403, "Forbidden", "no"))
    watched = Watched(api, tmp_path, context_of_file={"namespace": "mine"})
    batch = await watched.fetch()
    assert [row.name for row in batch.rows] == ["a"]
    assert batch.warnings == ("only the namespace mine: we may not read all of them",)
    await watched.close()


# Old servers, and odd things.


async def test_an_old_server_is_asked_for_what_it_has(api: Api, tmp_path: Path) -> None:
    for version in ("v2", "v2beta2"):
        api.missing.add(f"/apis/autoscaling/{version}/horizontalpodautoscalers")
    watched = Watched(api, tmp_path)
    await watched.provider.fetch(SourceKey("kubernetes", "test", "capacity"))
    old = "/apis/autoscaling/v1/horizontalpodautoscalers"
    await until(lambda: api.watching(old))
    assert len(api.asked(old)) == 1
    await watched.close()


async def test_what_a_server_does_not_know_is_no_failure(api: Api, tmp_path: Path) -> None:
    for version in ("v1", "v1beta1"):
        api.missing.add(f"/apis/policy/{version}/poddisruptionbudgets")
    watched = Watched(api, tmp_path)
    batch = await watched.provider.fetch(SourceKey("kubernetes", "test", "capacity"))
    assert batch.warnings == ()
    assert len(api.asked("/apis/policy/v1/poddisruptionbudgets")) == 1
    await watched.close()


async def test_one_broken_object_hides_no_other(api: Api, tmp_path: Path) -> None:
    broken = pod("broken")
    broken["metadata"]["name"] = 7
    api.have(PODS, pod("a"), broken, pod("b"))
    watched = Watched(api, tmp_path)
    batch = await watched.fetch()
    assert sorted(row.name for row in batch.rows) == ["a", "b"]
    assert any("cannot be read" in words for words in batch.warnings)
    await watched.close()


async def test_a_silent_server_is_asked_whether_it_is_there(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path, timeout=1.0)
    await until(lambda: watched.complete)
    monkeypatch.setattr(hub_module, "SILENT_S", 0.0)
    await watched.fetch()
    assert len(api.asked("/version")) == 1
    api.fail("/version", hang=True)
    assert isinstance(await watched.failure(), Unreachable)
    await watched.close()


async def test_no_scope_waits_for_another(api: Api, tmp_path: Path) -> None:
    async with api_server() as dead:
        dead.fail("/", hang=True)
        (tmp_path / "dead").mkdir()
        hung, well = Watched(dead, tmp_path / "dead"), Watched(api, tmp_path)
        api.have(PODS, pod("a"))
        asking = asyncio.ensure_future(hung.fetch())
        assert len((await well.fetch()).rows) == 1
        assert not asking.done()
        asking.cancel()
        await hung.close()
        await well.close()
