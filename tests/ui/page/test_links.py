"""Where a page names what belongs to its thing, and what links to that thing."""

from __future__ import annotations

from fleetui.core.description import Description, description, row, section, text_lines
from fleetui.core.objects import Container, Event, Link, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.ui.page.links import MOST, linked_from, links_in, with_linked

DISK = Ref("docker", "box", "volume", "v1", "shop_data")
WEB = Ref("docker", "box", "container", "c1", "web")
API = Ref("docker", "box", "container", "c2", "api")
NAMESAKE = Ref("docker", "box", "network", "n1", "web")


def page() -> Description:
    return description(
        [
            section("mounts", [row("/data", "volume shop_data, read-only")]),
            section("used by", [row("containers", "web", "container/api")]),
            section("labels", [row("app", "web")]),
            section("links", [row("uses", str(DISK))]),
        ]
    )


def test_a_ref_a_kind_and_name_or_a_name_is_a_link_and_a_label_is_none() -> None:
    texts = [line.text for _heading, line in text_lines(page())]
    found = links_in(page(), [DISK, WEB, API, DISK], 3)
    assert [link.ref for link in found] == [DISK, WEB, API, DISK]
    for link in found:
        assert texts[link.line - 3][link.start : link.stop] in {
            "shop_data", "web", "container/api", str(DISK),
        }  # fmt: skip


def test_a_name_of_two_things_leads_nowhere_and_a_part_of_a_word_neither() -> None:
    found = links_in(page(), [WEB, NAMESAKE])
    assert found == []
    part = description([section("mounts", [row("/web", "webs web-1 (web);")])])
    assert [(link.start, link.stop) for link in links_in(part, [WEB])] == [(20, 23)]


def test_what_links_to_a_thing_is_told_with_how() -> None:
    using = Container(ref=WEB, links=(Link("uses", DISK),))
    told = Event(ref=API, links=(Link("about", DISK),))
    other = Resource(ref=NAMESAKE, links=(Link("uses", WEB),))
    snapshot = Snapshot(SourceKey("docker", "box", "containers"), 1, (using, told, other))
    linked = linked_from(Resource(ref=DISK), [snapshot, snapshot])
    assert linked == (("used by", WEB),)
    # What it links to itself is told already.
    assert linked_from(Resource(ref=DISK, links=(Link("uses", WEB),)), [snapshot]) == ()
    links = with_linked(page(), linked).section("links")
    assert links is not None
    assert [(r.name, [c.text for c in r.lines]) for r in links.rows] == [
        ("uses", [str(DISK)]),
        ("used by", [str(WEB)]),
    ]
    assert with_linked(page(), ()) == page()


def test_a_thing_that_everything_links_to_does_not_fill_the_page() -> None:
    rows = tuple(
        Container(
            ref=Ref("docker", "box", "container", str(n), f"c{n}"), links=(Link("uses", DISK),)
        )
        for n in range(3 * MOST)
    )
    snapshot = Snapshot(SourceKey("docker", "box", "containers"), 1, rows)
    assert len(linked_from(Resource(ref=DISK), [snapshot])) == MOST
