"""Documents that a person has edited: what is planned of them, sent, kept and taken back."""

from __future__ import annotations

import json
import re

import pytest
from kube_writable import (
    APPS,
    WEB,
    Raw,
    WritableApi,
    deployment,
    ref,
    replicaset,
)

from fleetui.actions.action import Action, Who
from fleetui.actions.audit import form
from fleetui.core.change import Ask, Caution, Difference, Document, Phase, Plan, Verb
from fleetui.core.errors import Conflict, Invalid
from fleetui.providers.kubernetes import refusals
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

HPA = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web"
SVC = "/api/v1/namespaces/shop/services/web"
SECRET = "hunter2-and-more"


@pytest.fixture
def api(served: tuple[WritableApi, KubernetesSettings]) -> WritableApi:
    api = served[0]
    made = deployment()
    main = made["spec"]["template"]["spec"]["containers"][0]
    main["env"] = [{"name": "LEVEL", "value": "info"}, {"name": "DB_PASSWORD", "value": SECRET}]
    main["args"] = ["--token", SECRET]
    made["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    made |= {"apiVersion": "apps/v1", "kind": "Deployment"}
    api.put(WEB, made)
    kept = replicaset(1, "web:1")
    kept["spec"]["template"]["spec"] = made["spec"]["template"]["spec"]
    api.put(f"{APPS}/replicasets/web-1", kept)
    api.put(SVC, {"apiVersion": "v1", "kind": "Service", "metadata": {"labels": {"app": "web"}},
                  "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})  # fmt: skip
    return api


def silent(_: object) -> None:
    return


async def edited(
    own: KubernetesWriter, *changes: tuple[str, str], kind: str = "deploy", origin: bool = True
) -> Ask:
    """Return the ask of whoever has replaced these texts in the document."""
    text = before = await own.document(ref(kind))
    for old, new in changes:
        assert re.search(old, text), old
        text = re.sub(old, new, text)
    return Ask(Verb.EDIT, ref(kind), document=Document(text, before if origin else ""))


def texts(plan: Plan) -> list[str]:
    return [one.text for one in plan.cautions]


async def test_the_document_is_the_object_without_what_nobody_edits(
    api: WritableApi, own: KubernetesWriter
) -> None:
    text = await own.document(ref())
    assert text.startswith("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n")
    assert "managedFields" not in text
    assert "status:" not in text
    assert f"resourceVersion: '{api.objects[WEB]['metadata']['resourceVersion']}'" in text
    assert SECRET in text  # it is the person's own to see


async def test_an_image_is_edited_followed_and_rolled_back_by_its_revision(
    api: WritableApi, own: KubernetesWriter
) -> None:
    ask = await edited(own, ("image: web:1", "image: web:2"))
    plan = await own.plan(ask)
    assert plan.differences == (Difference("main: image", "web:1", "web:2"),)
    assert "its template changes: its 2 pods are replaced" in texts(plan)
    assert plan.undo.ask == Ask(Verb.ROLLBACK, ref(), (("revision", "1"),))
    assert plan.permission == "patch deployments in shop: allowed"
    assert (plan.members, plan.amount, plan.refused) == (2, None, "")
    assert api.writes == []
    told = await own.carry_out(plan, silent)
    assert (told.phase, told.reason) == (Phase.ROLLING, "the change has not been taken up yet")
    assert api.writes == [("PATCH", WEB)]
    main = api.objects[WEB]["spec"]["template"]["spec"]["containers"][0]
    assert (main["image"], len(main["env"])) == ("web:2", 2)
    api.touch(WEB, observedGeneration=2)
    assert (await own.progress(plan)).phase is Phase.DONE
    api.objects[WEB]["spec"]["template"]["spec"]["containers"][0]["image"] = "web:9"
    api.objects[WEB]["metadata"]["generation"] = 3
    told = await own.progress(plan)
    assert told.reason == "somebody else has changed it since: its template changed again"


async def test_no_secret_of_a_document_comes_into_a_plan_or_the_audit(
    api: WritableApi, own: KubernetesWriter
) -> None:
    ask = await edited(own, (SECRET, "another-secret-of-ours"), ("value: info", "value: debug"))
    assert SECRET not in repr(ask)
    plan = await own.plan(ask)
    assert plan.differences == (
        Difference("main: args[1]", "***", "***"),
        Difference("main: env DB_PASSWORD", "***", "***"),
        Difference("main: env LEVEL", "info", "debug"),
    )
    action = Action(id="1", request="1", at=0.0, who=Who("ana", "bastion"), plan=plan)
    record = form.of_action(action, Phase.SENDING)
    assert record["whole"]
    for text in (json.dumps(record), repr(plan)):
        assert SECRET not in text
        assert "another-secret-of-ours" not in text
    # Another process knows it by its pieces' short names alone.
    known = form.action("1", json.loads(json.dumps(record))).plan
    assert known.ask.document is None
    await own.carry_out(plan, silent)
    api.touch(WEB, observedGeneration=2)
    assert (await own.progress(known)).phase is Phase.DONE


async def test_what_is_small_and_holds_no_secret_is_put_back(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await own.plan(await edited(own, ("port: 80", "port: 81"), kind="svc"))
    assert plan.differences == (Difference("ports[0].port", "80", "81"),)
    assert plan.undo.words == "put back what it was"
    assert (await own.carry_out(plan, silent)).phase is Phase.DONE
    assert plan.undo.ask is not None
    back = await own.plan(plan.undo.ask)
    assert back.differences == (Difference("ports[0].port", "81", "80"),)
    await own.carry_out(back, silent)
    assert api.objects[SVC]["spec"]["ports"] == [{"port": 80}]
    both = await own.plan(await edited(own, ("replicas: 2", "replicas: 3"), ("web:1", "web:2")))
    assert both.undo.ask is None
    assert "roll it back to revision 1 for its template" in both.undo.words


async def test_a_number_that_an_autoscaler_owns_is_said(
    api: WritableApi, own: KubernetesWriter
) -> None:
    api.put(HPA, {"spec": {"minReplicas": 2, "maxReplicas": 4,
                           "scaleTargetRef": {"kind": "Deployment", "name": "web"}}})  # fmt: skip
    plan = await own.plan(await edited(own, ("replicas: 2", "replicas: 9")))
    assert plan.differences == (Difference("pods", "2", "9"),)
    assert any("keeps it within 2–4 and would set it back" in text for text in texts(plan))
    assert (plan.amount, plan.members) == (7, 7)
    await own.carry_out(plan, silent)
    told = await own.progress(plan)
    assert told.phase is Phase.ROLLING
    none = await own.plan(await edited(own, ("replicas: 9", "replicas: 0")))
    assert Caution("none of it is left: svc/web would have no endpoint", True) in none.cautions


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("  name: web\n  uid", "  name: api\n  uid"), "its name is web and cannot become api"),
        (("namespace: shop", "namespace: x"), "its namespace is shop and cannot become x"),
        (("kind: Deployment", "kind: DaemonSet"), "its kind is Deployment and cannot become"),
        (("apiVersion: apps/v1", "apiVersion: apps/v2"), "its apiVersion is apps/v1"),
    ],
)
async def test_a_document_of_another_thing_is_refused(
    own: KubernetesWriter, change: tuple[str, str], why: str, api: WritableApi
) -> None:
    api.objects[WEB]["metadata"] = {"name": "web", "uid": "uid-web", **api.objects[WEB]["metadata"]}
    plan = await own.plan(await edited(own, change))
    assert plan.refused.startswith(why)


async def test_what_cannot_be_read_says_where(own: KubernetesWriter, api: WritableApi) -> None:
    for text, said in (
        ("a: [1\n", "line 2, column 1"), ("- a\n", "no object"), ("a: 1\na: 2\n", "twice"),
        ("kind: Deployment\nspec: 7\n", "its spec is no object"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=said):
            await own.plan(Ask(Verb.EDIT, ref(), document=Document(text)))
    with pytest.raises(Invalid, match="not here any more"):
        await own.plan(Ask(Verb.EDIT, ref()))
    assert api.writes == []


async def test_what_others_change_meanwhile_is_neither_undone_nor_overlooked(
    api: WritableApi, own: KubernetesWriter
) -> None:
    ask = await edited(own, ("web:1", "web:2"))
    api.objects[WEB]["spec"]["replicas"] = 5
    api.touch(WEB)
    plan = await own.plan(ask)
    assert "changed while you edited it, and left so: pods 2 → 5" in texts(plan)
    # Between the plan and the deed, a status may change, and a number that is not ours.
    api.before = lambda: api.touch(WEB, readyReplicas=1)
    await own.carry_out(plan, silent)
    assert api.objects[WEB]["spec"]["replicas"] == 5

    ask = await edited(own, ("web:2", "web:3"))
    again = await own.plan(ask)
    main = api.objects[WEB]["spec"]["template"]["spec"]["containers"][0]
    main["image"] = "web:9"
    api.touch(WEB)
    refused = await own.plan(ask)
    assert refused.refused == (
        "its template changed while you edited it: main: image web:2 → web:9"
    )
    writes = len(api.writes)
    with pytest.raises(Conflict, match="has changed meanwhile: its template is another"):
        await own.carry_out(again, silent)
    assert len(api.writes) == writes


async def test_a_file_is_taken_by_its_version_or_without_one(
    api: WritableApi, own: KubernetesWriter
) -> None:
    ask = await edited(own, ("web:1", "web:2"), origin=False)
    assert (await own.plan(ask)).refused == ""
    api.touch(WEB, readyReplicas=1)
    assert "take resourceVersion out of it" in (await own.plan(ask)).refused
    bare = await edited(own, ("web:1", "web:2"), (" +resourceVersion: .*\n", ""), origin=False)
    api.touch(WEB, readyReplicas=2)
    assert (await own.plan(bare)).differences == (Difference("main: image", "web:1", "web:2"),)
    same = await own.plan(await edited(own, origin=False))
    assert same.nothing
    assert same.undo.words == "there is nothing to undo"


async def test_the_server_warns_and_refuses_in_words(
    api: WritableApi, own: KubernetesWriter
) -> None:
    api.warnings = [r"spec.x: is \"old\", use y"]
    plan = await own.plan(await edited(own, ("web:1", "web:2")))
    assert 'the server warns: spec.x: is "old", use y' in texts(plan)
    dump = f'v1.Env{{Name:"X", Value:"{SECRET}"}}: field is immutable'
    api.invalid[WEB] = {
        "kind": "Status", "code": 422, "reason": "Invalid", "message": f"web is invalid: {dump}",
        "details": {"causes": [
            {"reason": "FieldValueInvalid", "message": f"Invalid value: {dump}",
             "field": "spec.selector"}]},
    }  # fmt: skip
    plan = await own.plan(await edited(own, ("web:1", "web:2")))
    assert plan.refused == "spec.selector: field is immutable"
    api.invalid[WEB] = {
        "kind": "Status", "code": 400,
        "message": 'patch: strict decoding error: unknown field "spec.replicsa"',
    }  # fmt: skip
    plan = await own.plan(await edited(own, ("replicas:", "replicsa:")))
    assert plan.refused == 'unknown field "spec.replicsa"'
    del api.invalid[WEB]
    api.denied.add("deployments")
    plan = await own.plan(await edited(own, ("web:1", "web:2")))
    assert plan.refused == "patch deployments in shop: not allowed"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('Invalid value: "Web": a lowercase name', 'Invalid value: "Web": a lowercase name'),
        ("Invalid value: -1: must be 0 or more", "Invalid value: -1: must be 0 or more"),
        ('Invalid value: {"a":{"b":"secret"}}: field is immutable', "field is immutable"),
        ('Invalid value: "{\\"a\\":\\"secret\\"}": field is immutable', "field is immutable"),
        ("Invalid value: map[string]string{secret}", "its value is not taken"),
        ("Required value: name", "Required value: name"),
        ("Forbidden: may not change\n  core.PodSpec{secret}", "Forbidden: may not change"),
        ("plain words", "plain words"),
    ],
)
def test_a_refusal_is_told_without_the_object_that_it_is_about(message: str, said: str) -> None:
    assert refusals.plain(message) == said
    assert refusals.of({"causes": [{"field": "spec.x", "message": message}]}) == f"spec.x: {said}"


async def test_other_kinds_say_what_comes_of_it(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await own.plan(await edited(own, ("selector:\n    app: web", "selector:\n    app: no"),
                                       kind="svc"))  # fmt: skip
    assert Caution("no pod fits its new selector: nothing would answer", True) in plan.cautions
    held: Raw = api.objects[SVC]
    held["metadata"]["finalizers"] = ["example.org/keep"]
    api.touch(SVC)
    plan = await own.plan(await edited(own, ("  finalizers:\n  - example.org/keep\n", ""),
                                       kind="svc"))  # fmt: skip
    assert any(one.grave and "may be left behind" in one.text for one in plan.cautions)
    with pytest.raises(Invalid, match="undo takes it back"):
        await own.halt(plan)


async def test_a_rollout_that_is_halted_gets_its_template_back(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await own.plan(await edited(own, ("web:1", "web:2"), ("replicas: 2", "replicas: 3")))
    await own.carry_out(plan, silent)
    halted = await own.halt(plan)
    assert halted.phase is Phase.ROLLED_BACK
    assert halted.reason == "it goes back to revision 1; its replicas stay as they were edited"
    main = api.objects[WEB]["spec"]["template"]["spec"]["containers"][0]
    assert (main["image"], api.objects[WEB]["spec"]["replicas"]) == ("web:1", 3)
    api.objects[WEB]["spec"]["paused"] = True
    api.touch(WEB)
    held = await own.plan(await edited(own, ("web:1", "web:4")))
    assert "its rollout is paused: no pod is replaced until it is unpaused" in texts(held)
    assert (await own.carry_out(held, silent)).phase is Phase.DONE
