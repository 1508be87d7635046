"""Opens the page of a thing; what draws it is imported with the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fleetui.core.objects import Resource, Rollout

if TYPE_CHECKING:
    from fleetui.ui.about import AboutPage
    from fleetui.ui.context import Context


def page_of(thing: Resource, context: Context, view: str = "describe") -> AboutPage:
    """Return the page of a thing; a change has one of its own."""
    if isinstance(thing, Rollout):
        from fleetui.ui.change.page import ChangePage

        return ChangePage(thing, context, view)
    from fleetui.ui.page.screen import Page

    return Page(thing, context, view)
