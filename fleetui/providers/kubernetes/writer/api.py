"""Requests of the writing half: objects as plain JSON, patches with a version, dry runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound, ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.link import JSON, Link
from fleetui.providers.kubernetes.resources import RESOURCES

Raw = dict[str, Any]
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
"""Lists of what has names are merged by name. Only for kinds of Kubernetes' own."""
OPERATIONS = "application/json-patch+json"
_PAGE = "500"
_PAGES = 40
_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def number(raw: Any, *names: str) -> int:
    """Return the count below these names, 0 where there is none."""
    found = dig(raw, *names)
    return found if isinstance(found, int) else 0


@dataclass(frozen=True, slots=True)
class Right:
    """What a request needs to be allowed."""

    verb: str
    group: str
    resource: str
    """With its subresource: `deployments/scale`."""
    namespace: str = ""

    @property
    def words(self) -> str:
        """`patch deployments/scale in shop`."""
        return f"{self.verb} {self.resource}{f' in {self.namespace}' if self.namespace else ''}"


class Api:
    """One cluster as its writer asks it. All of it raises ProviderErrors."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.scope = link.scope

    @property
    def now(self) -> float:
        """The time by the server's clock."""
        return self.link.now

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Raw:
        """Return one object."""
        return _object(await self.link.request("GET", path, params=params))

    async def items(self, word: str, namespace: str = "", **params: str) -> list[Raw]:
        """Return all objects of a resource, by the path that this server has for it."""
        _, found = await self.found(word, namespace, **params)
        return found

    async def found(self, word: str, namespace: str = "", **params: str) -> tuple[str, list[Raw]]:
        """Return the path of a resource's list on this server, and all objects there."""
        kind = RESOURCES[word]
        while True:
            path = kind.at(namespace)
            try:
                return path, await self._pages(path, params)
            except NotFound:
                if kind.fallback is None:
                    raise
                kind = kind.fallback

    async def _pages(self, path: str, params: Mapping[str, str]) -> list[Raw]:
        found: list[Raw] = []
        more = {**params, "limit": _PAGE}
        for _ in range(_PAGES):
            page = await self.get(path, more)
            found += [one for one in page.get("items") or () if isinstance(one, dict)]
            token = dig(page, "metadata", "continue")
            if not token:
                break
            more["continue"] = str(token)
        return found

    async def some(self, word: str, namespace: str = "", **params: str) -> list[Raw] | str:
        """Return all objects of a resource, or why they cannot be read."""
        try:
            return await self.items(word, namespace, **params)
        except ProviderError as error:
            return error.what

    async def patch(
        self,
        path: str,
        change: Raw | Sequence[Raw],
        form: str,
        *,
        dry: bool = False,
        strict: bool = False,
        warned: list[str] | None = None,
    ) -> Raw:
        """Send a change and return what the object is then; `dry`: only try it.

        `strict`: a field that the server does not know is refused. What it warns of is added
        to `warned`.
        """
        params = _params(dry) | ({"fieldValidation": "Strict"} if strict else {})
        return _object(
            await self.link.request(
                "PATCH", path, params=params, body=json.dumps(change).encode(),
                content_type=form, warned=warned,
            )
        )  # fmt: skip

    async def create(self, path: str, body: Raw, *, dry: bool = False) -> Raw:
        """Make something and return it; `dry`: only try it."""
        made = await self.link.request(
            "POST", path, params=_params(dry), body=json.dumps(body).encode(), content_type=JSON
        )
        return _object(made)

    async def undeletable(self, path: str, options: Raw) -> str:
        """Let the server try a removal, and return why it would not be done; or nothing."""
        try:
            await self.delete(path, options, dry=True)
        except ProviderError as error:
            if error.code in {"unreachable", "throttled", "auth_expired"}:
                raise
            return error.what
        return ""

    async def delete(self, path: str, options: Raw, *, dry: bool = False) -> None:
        """Remove something; `dry`: only try it."""
        # Where options are sent, a server looks at no parameter of the address: what is only to
        # be tried must be told so in there, or else it is done.
        body = {**options, **({"dryRun": ["All"]} if dry else {})}
        await self.link.request(
            "DELETE", path, body=json.dumps(body).encode(), content_type=JSON,
        )  # fmt: skip

    async def tried(
        self,
        path: str,
        change: Raw | Sequence[Raw],
        form: str,
        *,
        strict: bool = False,
        warned: list[str] | None = None,
    ) -> tuple[Raw | None, str]:
        """Let the server try a change: what the object would be, or why it would not be."""
        bare = _unversioned(change)
        try:
            return await self.patch(path, bare, form, dry=True, strict=strict, warned=warned), ""
        except ProviderError as error:
            if error.code in {"unreachable", "throttled", "auth_expired"}:
                raise
            return None, error.what

    async def allowed(self, right: Right) -> tuple[str, bool]:
        """Return the words for what is needed, and whether the server says that we may.

        Where it does not say, it is left to the request itself.
        """
        resource, _, sub = right.resource.partition("/")
        attributes = {
            "verb": right.verb, "group": right.group, "resource": resource, "subresource": sub,
            "namespace": right.namespace,
        }  # fmt: skip
        body = {
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }  # fmt: skip
        try:
            status = dig(await self.create(_REVIEW, body), "status")
        except ProviderError as error:
            return f"{right.words}: the server does not say ({error.what})", True
        may = dig(status, "allowed") is True
        why = clean(str(dig(status, "reason") or ""), 200) if not may else ""
        said = "allowed" if may else f"not allowed{f' ({why})' if why else ''}"
        return f"{right.words}: {said}", may


def _unversioned(change: Raw | Sequence[Raw]) -> Raw | list[Raw]:
    """Return a change for whatever version: to try it, what its status is by now is nothing."""
    if not isinstance(change, dict):
        return [one for one in change if one.get("path") != "/metadata/resourceVersion"]
    meta = {k: v for k, v in (change.get("metadata") or {}).items() if k != "resourceVersion"}
    return {**change, "metadata": meta}


def _params(dry: bool) -> dict[str, str]:
    return {"fieldManager": "fleetui", **({"dryRun": "All"} if dry else {})}


def _object(data: bytes) -> Raw:
    try:
        found = json.loads(data)
    except ValueError:
        raise Invalid("the answer is no object of Kubernetes") from None
    if not isinstance(found, dict):
        raise Invalid("the answer is no object of Kubernetes")
    return found
