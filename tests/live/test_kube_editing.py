"""Documents of a real cluster's objects are edited by a script that stands in for a person."""

from __future__ import annotations

import asyncio
from pathlib import Path
from shlex import quote

import pytest
from scripted_writer import MemoryJournal

from fleetui.actions.door import Door
from fleetui.actions.editing import NotEdited, Sheet, fill, opening
from fleetui.actions.proposal import Proposal, Refused
from fleetui.core.change import Ask, Difference, Document, Phase, Verb
from fleetui.core.errors import Denied
from fleetui.core.ref import Ref

from .changing import undone, went
from .kube_changing import opened, ref
from .servers import kube_objects as objects
from .servers.kubernetes import KubeCluster

IMAGE = "registry.example/web:2"


class Person:
    """Whoever sits at the editor: a script that is run on the file, once for each opening."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / "editor"
        self.seen: list[str] = []
        """The file as it was each time it was opened."""

    async def edits(
        self, door: Door, target: Ref, *commands: str, sheet: Sheet | None = None
    ) -> Document:
        """Have the first command run when it is opened first, and so on."""
        origin = await door.document(target)
        left = iter(commands)
        own = sheet or Sheet(target)

        def edit(path: Path) -> int:
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700
            self.seen.append(path.read_text())
            self.script.write_text(f"#!/bin/sh\n{next(left, 'true')}\n")
            self.script.chmod(0o700)
            return opening([str(self.script)], (0, 1, 2))(path)

        try:
            return await asyncio.to_thread(fill, own, target, origin, edit)
        finally:
            if sheet is None:
                own.discard()


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def sed(*changes: str) -> str:
    return f'sed -i {" ".join(f"-e {quote(change)}" for change in changes)} "$1"'


def web(kube: KubeCluster, place: str, pods: int = 2) -> None:
    kube.api.create(objects.deployment(place, "web", pods))
    kube.api.until_ready(place, "web", pods)


async def proposed(door: Door, target: Ref, document: Document) -> Proposal:
    return await door.propose([Ask(Verb.EDIT, target, document=document)])


async def test_an_image_is_edited_and_its_pods_are_followed(
    kube: KubeCluster, place: str, person: Person
) -> None:
    web(kube, place)
    journal = MemoryJournal()
    async with opened(kube, journal=journal) as door:
        target = ref(kube, place, "deploy", "web")
        document = await person.edits(door, target, sed(f"s|image: .*|image: {IMAGE}|"))
        assert "managedFields" not in person.seen[0]
        assert "status:" not in person.seen[0]
        proposal = await proposed(door, target, document)
        (plan,) = proposal.plans
        assert plan.differences == (Difference("main: image", objects.IMAGE, IMAGE),)
        assert kube.api.get("Deployment", place, "web")["metadata"]["generation"] == 1
        run = await went(door, proposal)
        assert (run.progress.phase, run.progress.ready) == (Phase.DONE, 2)
        pods = kube.api.items("Pod", place, "app=web")
        assert {one["spec"]["containers"][0]["image"] for one in pods
                if "deletionTimestamp" not in one["metadata"]} == {IMAGE}  # fmt: skip
        assert (await undone(door)).phase is Phase.DONE
    spec = kube.api.get("Deployment", place, "web")["spec"]["template"]["spec"]
    assert spec["containers"][0]["image"] == objects.IMAGE


async def test_another_writer_meanwhile_is_a_conflict_only_where_both_changed_the_same(
    kube: KubeCluster, place: str, person: Person
) -> None:
    web(kube, place)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        document = await person.edits(door, target, sed("s/replicas: .*/replicas: 4/"))
        kube.api.patch("Deployment", place, "web", {"spec": {"replicas": 3}})
        (plan,) = (await proposed(door, target, document)).plans
        assert plan.refused == "its replicas changed while you edited it: pods 2 → 3"
        again = await person.edits(door, target, sed("s/replicas: .*/replicas: 4/"))
        kube.api.patch("Deployment", place, "web", {"metadata": {"labels": {"team": "a"}}})
        proposal = await proposed(door, target, again)
        assert any("left so: own label team none → a" in one.text
                   for one in proposal.plans[0].cautions)  # fmt: skip
        kube.api.patch("Deployment", place, "web", {"spec": {"replicas": 1}})
        run = await went(door, proposal)
        assert run.progress.phase is Phase.FAILED
        assert "not done: " in run.progress.reason
        assert "has changed meanwhile: its replicas is another" in run.progress.reason
        last = await person.edits(door, target, sed("s/replicas: .*/replicas: 2/"))
        assert (await went(door, await proposed(door, target, last))).progress.ready == 2
    found = kube.api.get("Deployment", place, "web")
    assert (found["spec"]["replicas"], found["metadata"]["labels"]["team"]) == (2, "a")


async def test_what_the_server_does_not_take_is_refused_before_it_is_sent(
    kube: KubeCluster, place: str, person: Person
) -> None:
    web(kube, place, 1)
    kube.api.create(objects.service(place, "web"))
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        for change, said in (
            ("s/^      app: web/      app: x/", "spec.selector: field is immutable"),
            ("s/  replicas:/  replicsa:/", 'unknown field "spec.replicsa"'),
            ("s/replicas: 1/replicas: -1/", "spec.replicas: Invalid value: -1"),
            ("s/^  name: web/  name: api/", "its name is web and cannot become api"),
        ):
            document = await person.edits(door, target, sed(change))
            (plan,) = (await proposed(door, target, document)).plans
            assert said in plan.refused, change
        (pod,) = kube.api.items("Pod", place, "app=web")
        name = pod["metadata"]["name"]
        own = ref(kube, place, "pod", name)
        document = await person.edits(door, own, sed("s/nodeName: .*/nodeName: elsewhere/"))
        (plan,) = (await proposed(door, own, document)).plans
        assert "pod updates may not change fields other than" in plan.refused
        assert "PodSpec" not in plan.refused
        assert kube.api.get("Deployment", place, "web")["metadata"]["generation"] == 1


async def test_what_cannot_be_read_is_opened_again_and_kept(
    kube: KubeCluster, place: str, person: Person
) -> None:
    web(kube, place, 1)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        document = await person.edits(
            door, target, sed("s/replicas: 1/replicas: [3/"), sed(r"s/replicas: \[3/replicas: 3/")
        )
        line = person.seen[1].splitlines()[2]
        at = next(n for n, text in enumerate(person.seen[1].splitlines(), 1) if "[3" in text)
        assert line.startswith(f"# It cannot be read: line {at + 1}, column ")
        (plan,) = (await proposed(door, target, document)).plans
        assert plan.differences == (Difference("pods", "1", "3"),)
        with pytest.raises(NotEdited, match="nothing is changed"):
            await person.edits(door, target)
        sheet = Sheet(target)
        with pytest.raises(NotEdited, match="line "):
            await person.edits(door, target, sed("s/replicas: 1/replicas: [3/"), sheet=sheet)
        assert "replicas: [3" in sheet.path.read_text()
        sheet.discard()


async def test_who_may_not_is_told_so(kube: KubeCluster, place: str, person: Person) -> None:
    web(kube, place, 1)
    async with opened(kube, "reader") as door:
        target = ref(kube, place, "deploy", "web", "reader")
        document = await person.edits(door, target, sed(f"s|image: .*|image: {IMAGE}|"))
        proposal = await proposed(door, target, document)
        assert not proposal.verdict.allowed
        assert 'User "reader" cannot patch resource "deployments"' in proposal.plans[0].refused
        with pytest.raises(Refused):
            door.begin(proposal)
    async with opened(kube, "nobody") as door:
        with pytest.raises(Denied):
            await door.document(ref(kube, place, "deploy", "web", "nobody"))


async def test_services_nodes_and_cronjobs_are_edited_and_put_back(
    kube: KubeCluster, place: str, person: Person
) -> None:
    kube.api.create(objects.service(place, "web"), objects.cron_job(place, "nightly"),
                    objects.ingress(place, "front", "a.example", "web"))  # fmt: skip
    node = kube.api.names("Node")[0]
    async with opened(kube) as door:
        for kind, name, change, said in (
            ("svc", "web", "s/port: 80$/port: 81/", Difference("ports[http].port", "80", "81")),
            ("cronjob", "nightly", "s/schedule: .*/schedule: '0 5 * * *'/",
             Difference("schedule", "0 0 1 1 *", "0 5 * * *")),
            ("ing", "front", "s/a.example/b.example/",
             Difference("rules[0].host", "a.example", "b.example")),
            ("node", node, "s/^  labels:/  labels:\\n    rack: r7/",
             Difference("own label rack", "none", "r7")),
        ):  # fmt: skip
            target = ref(kube, place, kind, name)
            document = await person.edits(door, target, sed(change))
            proposal = await proposed(door, target, document)
            assert proposal.plans[0].differences == (said,)
            assert (await went(door, proposal)).progress.phase is Phase.DONE
            assert (await undone(door)).phase is Phase.DONE
            back = await door.document(target)
            assert back.splitlines()[4:] != document.text.splitlines()[4:]
    assert kube.api.get("Service", place, "web")["spec"]["ports"][0]["port"] == 80
    assert "rack" not in kube.api.get("Node", "", node)["metadata"]["labels"]
