"""A long list page by page, the next one asked for while the last is taken in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import Unreachable
from fleetui.providers.kubernetes.faults import Gone
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.resources import Kind, Page, page

FIRST, LIMIT = 100, 500
"""Objects on the first page, which fills a screen at once, and on the others."""


async def pages(
    link: Link, kind: Kind, namespace: str = "", *, whole: bool = False
) -> AsyncGenerator[Page, None]:
    """Yield the pages of a list; with `whole` it is one, from the server's memory.

    Raises a ProviderError: Gone where the list grew too old and the server offers no way on.
    """

    def ask(token: str) -> asyncio.Task[bytes]:
        params = {"resourceVersion": "0"} if whole else {"limit": str(LIMIT if token else FIRST)}
        if token:
            params["continue"] = token
        request = link.request("GET", kind.at(namespace), params=params)
        return asyncio.get_running_loop().create_task(request)

    token = ""
    asked = ask(token)
    try:
        while True:
            try:
                found = page(kind, await asked)
            except Gone as gone:
                if not gone.token or gone.token == token:
                    raise
                # What follows is of a later moment: the watch, from the first page on, mends it.
                token = gone.token
                asked = ask(token)
                continue
            except msgspec.DecodeError as error:
                raise unreadable(error) from None
            token = found.continue_
            if token:
                asked = ask(token)
            # To read a page and to take it in are two turns of the loop: a key may come between.
            await asyncio.sleep(0)
            yield found
            if not token:
                return
    finally:
        asked.cancel()


def unreadable(error: Exception) -> Unreachable:
    """Return why an answer with a good status is of no use."""
    return Unreachable(f"the answer is no JSON, or broke off: {clean(str(error), 120)}")
