"""Lists and watches against a small API server: pages, changes, expiry, outages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kube_scripted import Api, kubeconfig, pod, status, until
from kube_watched import PODS, SETS, Watched

from fleetui.core.errors import AuthExpired, Throttled, Unreachable
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Hinted, Listed
from fleetui.providers.kubernetes import hub as hub_module
from fleetui.providers.kubernetes import pause, reflector
from fleetui.providers.kubernetes.faults import is_cut_off
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.paging import pages
from fleetui.providers.kubernetes.resources import RESOURCES
from fleetui.providers.kubernetes.settings import KubernetesSettings


async def test_a_long_list_comes_in_pages_and_shows_its_first_at_once(
    api: Api, tmp_path: Path
) -> None:
    api.have(PODS, *(pod(f"web-{n}") for n in range(1200)))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete)
    assert len(watched.rows) == 1200
    assert [one.query.get("continue", "") for one in api.asked(PODS)] == ["", "100", "600", "1100"]
    assert [one.query["limit"] for one in api.asked(PODS)] == ["100", "500", "500", "500"]
    first = watched.told[0]
    assert isinstance(first, Listed)
    assert first.rows
    await watched.close()


async def test_changes_are_told_and_nothing_more_is_asked(api: Api, tmp_path: Path) -> None:
    api.have(PODS, pod("a"), pod("b"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS))
    sent = watched.provider.link.sent
    api.tell(PODS, "ADDED", pod("c"))
    api.tell(PODS, "MODIFIED", pod("a", spec={"nodeName": "node-2", "containers": [{"name": "x"}]}))
    api.tell(PODS, "DELETED", pod("b"))
    await until(lambda: "c" in watched.rows and "b" not in watched.rows)
    await until(lambda: watched.rows["a"].node == "node-2")
    batch = await watched.fetch()
    assert sorted(row.name for row in batch.rows) == ["a", "c"]
    assert watched.provider.link.sent == sent
    await watched.close()


async def test_one_connection_serves_all_kinds_that_need_a_resource(
    api: Api, tmp_path: Path
) -> None:
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    for kind in ("compute", "services", "capacity"):
        await watched.provider.fetch(SourceKey("kubernetes", "test", kind))
    await until(lambda: api.watching(PODS))
    assert api.watching(PODS) == 1
    assert len(api.asked(PODS)) == 1
    await watched.close()


async def test_what_nobody_looks_at_is_watched_no_longer(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "GRACE_S", 0.0)
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS))
    watched.task.cancel()
    await until(lambda: not watched.provider._hub._reflectors)
    assert not watched.provider._hub.scene.tables["pods"]
    # Somebody comes back: all is read anew.
    assert len((await watched.fetch()).rows) == 1
    assert len(api.asked(PODS)) == 2
    await watched.close()


async def test_a_bookmark_is_from_where_the_next_watch_goes_on(api: Api, tmp_path: Path) -> None:
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS))
    api.send(PODS, {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "777"}}})
    api.end(PODS)
    await until(lambda: len(api.asked(PODS, watches=True)) == 2)
    first, second = api.asked(PODS, watches=True)
    assert first.query["allowWatchBookmarks"] == "true"
    assert second.query["resourceVersion"] == "777"
    assert len(api.asked(PODS)) == 1
    await watched.close()


async def test_an_expired_version_means_a_new_list_with_the_rows_kept(
    api: Api, tmp_path: Path
) -> None:
    api.have(PODS, pod("a"), pod("b"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS))
    api._table(PODS).items.pop("uid-shop-b")
    api.have(PODS, pod("new"))
    told = len(watched.told)
    api.send(PODS, {"type": "ERROR", "object": status(410, "Expired", "too old")})
    await until(lambda: set(watched.rows) == {"a", "new"})
    assert len(api.asked(PODS)) == 2
    # It was no outage, and no row was taken away that is still there.
    assert not any(isinstance(one, Hinted) for one in watched.told[told:])
    gone = [ref.name for one in watched.told for ref in getattr(one, "refs", ())]
    assert gone == ["b"]
    await watched.close()


async def test_an_expired_page_goes_on_where_the_server_says(api: Api, tmp_path: Path) -> None:
    api.have(PODS, *(pod(f"web-{n}") for n in range(600)))
    asked: list[str] = []

    def answer(request: Any) -> Any:
        asked.append(request.query.get("continue", ""))
        # The next page is refused, with a token that leads on.
        refusal = status(410, "Expired", **{"continue": "50"})
        if len(asked) == 1:
            api.fail(PODS, code=410, times=1, body=refusal)
        return api._list(request)

    api.answers[PODS] = answer
    found = await _pages(api, tmp_path)
    assert asked == ["", "50", "550"]
    assert len(found) == 600


async def _pages(api: Api, tmp_path: Path) -> set[str]:
    path = kubeconfig(tmp_path / "config", api)
    link = Link("test", KubernetesSettings(kubeconfig=str(path)))
    found = {t.uid async for page in pages(link, RESOURCES["pods"]) for t in page.items}
    await link.close()
    return found


async def test_a_server_that_dies_is_told_once_and_heals_by_itself(
    api: Api, tmp_path: Path
) -> None:
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS))
    await api.stop()
    await until(lambda: any(isinstance(one, Hinted) for one in watched.told))
    error = await watched.failure()
    assert isinstance(error, Unreachable)
    assert error.what == "connection refused"
    assert set(watched.rows) == {"a"}
    told = len(watched.told)
    await api.start()
    # A whole list proves that all is well: nobody has to ask.
    await until(lambda: any(isinstance(one, Listed) for one in watched.told[told:]))
    assert [row.name for row in (await watched.fetch()).rows] == ["a"]
    await until(lambda: api.watching(PODS))
    api.tell(PODS, "ADDED", pod("b"))
    await until(lambda: "b" in watched.rows)
    await watched.close()


async def test_while_it_is_cut_off_only_one_tries(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pause, "FOLLOWING_S", 3600.0)
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS) and api.watching(SETS))
    api.fail("/api", code=401)
    api.cut()
    every = watched.provider._hub._all
    await until(lambda: all(isinstance(one.fault, AuthExpired) for one in every()))
    asked = len(api.requests)
    leads = [one.word for one in every() if watched.provider._hub.leads(one)]
    assert leads == ["pods"]
    assert isinstance(await watched.failure(), AuthExpired)
    later = {one.path for one in api.requests[asked:]}
    assert SETS not in later
    api.mend()
    await watched.fetch()
    # The one that got through has woken the other.
    await until(lambda: api.watching(PODS) and api.watching(SETS))
    await watched.close()


async def test_a_watch_cut_in_mid_object_goes_on_without_a_word(api: Api, tmp_path: Path) -> None:
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    # One that is cut before it was ever open is a failure, and is told.
    await until(lambda: watched.complete and api.watching(PODS) and api.watching(SETS))
    told = len(watched.told)
    api.cut(half=b'{"type":"ADDED","object":{"metadata":{"name":"half"')
    await until(lambda: api.watching(PODS))
    api.tell(PODS, "ADDED", pod("b"))
    await until(lambda: set(watched.rows) == {"a", "b"})
    assert not any(isinstance(one, Hinted) for one in watched.told[told:])
    await watched.close()


async def test_a_watch_that_breaks_at_once_is_well_again_with_its_first_event(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reflector, "GOOD_WATCH_S", 3600.0)
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    await until(lambda: watched.complete and api.watching(PODS))
    (one,) = watched.provider._hub._reflectors["pods"]
    api.cut()
    await until(lambda: one.fault is not None)
    # That it can be opened is no proof: it could be before, too.
    await until(lambda: api.watching(PODS))
    error = await watched.failure()
    assert isinstance(error, Unreachable)
    assert not is_cut_off(error)
    await until(lambda: api.watching(PODS))
    api.tell(PODS, "ADDED", pod("b"))
    await until(lambda: set(watched.rows) == {"a", "b"})
    assert len((await watched.fetch()).rows) == 2
    await watched.close()


async def test_a_watch_that_never_begins_is_an_outage(api: Api, tmp_path: Path) -> None:
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path, timeout=1.0)
    await until(lambda: watched.complete and api.watching(PODS))
    # A slow machine may have been too late for the first list already.
    told = len(watched.told)
    api.fail("/", hang=True)
    api.cut()
    await until(lambda: any(isinstance(one, Hinted) for one in watched.told[told:]))
    assert (await watched.failure()).what == "no answer in time"
    await watched.close()


async def test_a_refusal_for_too_much_is_waited_out(api: Api, tmp_path: Path) -> None:
    api.fail(PODS, code=429, times=1, headers={"retry-after": "1"})
    api.have(PODS, pod("a"))
    watched = Watched(api, tmp_path)
    error = await watched.failure()
    assert isinstance(error, Throttled)
    assert error.retry_after == 1
    # Asking again does not shorten what the server asked for.
    assert isinstance(await watched.failure(), Throttled)
    assert len(api.asked(PODS)) == 1
    await until(lambda: watched.complete)
    await watched.close()
