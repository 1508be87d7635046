"""The documents of the demo's workloads: how many pods there are, and of which image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fleetui import yaml_form
from fleetui.core.change import Ask, Plan, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.objects import CapacityUnit
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.documents import dig

KINDS = {"deploy": "Deployment", "sts": "StatefulSet"}


def document(spec: UnitSpec, row: CapacityUnit) -> str:
    """Return a workload as YAML."""
    return yaml_form.editable(_object(spec, row))


def _object(spec: UnitSpec, row: CapacityUnit) -> dict[str, Any]:
    image = f"{spec.image}:{row.revision}" if row.revision else spec.image
    labels = {"app": spec.name}
    return {
        "apiVersion": "apps/v1",
        "kind": KINDS[spec.kind],
        "metadata": {"name": spec.name, "namespace": row.ref.scope.rpartition("/")[2],
                     "labels": labels},
        "spec": {
            "replicas": row.desired or 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels},
                         "spec": {"containers": [{"name": spec.name, "image": image}]}},
        },
    }  # fmt: skip


def meant(spec: UnitSpec, row: CapacityUnit, ask: Ask) -> Ask:
    """Return the change that a document asks for: another number, or another image.

    Raises Invalid.
    """
    if ask.document is None:
        raise Invalid("the document that was edited is not here any more", hint="edit it again")
    try:
        wanted = yaml_form.parse(ask.document.text)
    except yaml_form.Mistake as mistake:
        raise Invalid(f"the document cannot be read: {clean(str(mistake), 400)}") from None
    now = _object(spec, row)
    count, image = dig(wanted, "spec", "replicas"), _image(wanted)
    moved = [name for name, one, other in (
        ("replicas", count, row.desired or 0), ("image", image, _image(now)),
    ) if one != other]  # fmt: skip
    if _bare(wanted) != _bare(now):
        raise Invalid("the demo lets its replicas and its image be edited, and nothing else")
    if len(moved) > 1:
        raise Invalid("the demo takes one thing at a time: its replicas, or its image")
    if moved == ["image"]:
        if not isinstance(image, str) or not image.strip():
            raise Invalid("its image is no text")
        return Ask(Verb.REDEPLOY, ask.ref)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise Invalid("its replicas are no number of 0 or more")
    return Ask(Verb.SCALE, ask.ref, (("count", str(count)),))


def of_edit(plan: Plan, ask: Ask) -> Plan:
    """Return the plan of what was meant as that of the edit."""
    values = plan.ask.values or (("image", "another"),)
    facts = plan.facts
    if plan.ask.verb is Verb.REDEPLOY:
        facts = (*facts, ("image", "whatever is written, the demo's next build stands for it"))
    return replace(plan, ask=Ask(Verb.EDIT, ask.ref, values, ask.document), facts=facts)


def as_meant(plan: Plan) -> Plan:
    """Return the plan of an edit as that of what was meant; any other as it is."""
    if plan.ask.verb is not Verb.EDIT:
        return plan
    if count := plan.ask.value("count"):
        return replace(plan, ask=Ask(Verb.SCALE, plan.ref, (("count", count),)))
    return replace(plan, ask=Ask(Verb.REDEPLOY, plan.ref))


def _containers(found: dict[str, Any]) -> list[Any]:
    listed = dig(found, "spec", "template", "spec", "containers")
    return listed if isinstance(listed, list) else []


def _image(found: dict[str, Any]) -> Any:
    return next((dig(one, "image") for one in _containers(found)), None)


def _bare(found: dict[str, Any]) -> Any:
    """Return a document without what may be edited in it."""
    template = dig(found, "spec", "template")
    edited = {"replicas", "template"}
    spec = {k: v for k, v in (dig(found, "spec") or {}).items() if k not in edited}
    return (
        {k: v for k, v in found.items() if k != "spec"}, spec, dig(template, "metadata"),
        [{k: v for k, v in one.items() if k != "image"} if isinstance(one, dict) else one
         for one in _containers(found)],
    )  # fmt: skip
