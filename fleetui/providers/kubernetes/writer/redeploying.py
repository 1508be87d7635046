"""Restarts the pods of a workload one after another, on the same image or on another."""

from __future__ import annotations

from fleetui.core import humanise
from fleetui.core.change import Ask, Plan, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.settings import IMAGE
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.changes import RESTARTED
from fleetui.providers.kubernetes.writer.deed import memo_of
from fleetui.providers.kubernetes.writer.revisions import Revision
from fleetui.providers.kubernetes.writer.rolling import Change, Found, Rolling, merged
from fleetui.providers.kubernetes.writer.target import Target


class Restart(Rolling):
    """Write into the template when it was wanted: so all pods are of an old one."""

    verb = Verb.RESTART

    def prepared(self, found: Found) -> tuple[Ask, dict[str, str]]:
        """Return the ask, and the moment that is written."""
        return found.ask, {"stamp": humanise.iso(found.api.now) or ""}

    def change(self, found: Target, ask: Ask, memo: dict[str, str], kept: list[Revision]) -> Change:
        """Return the annotation that `kubectl rollout restart` writes, too."""
        del ask, kept
        note = {"metadata": {"annotations": {RESTARTED: memo["stamp"]}}}
        return merged(found, {"template": note})

    def step(self, ask: Ask, found: Found) -> str:
        """Return what is sent."""
        del ask, found
        return "write the time into its template, so that all its pods are replaced"

    def taken(self, target: Target, plan: Plan) -> bool:
        """Say whether our moment stands there."""
        note = dig(target.template, "metadata", "annotations", RESTARTED)
        return bool(note == memo_of(plan, "stamp"))

    def undo(self, found: Found) -> Undo:
        """Return that there is nothing to take back."""
        del found
        return Undo("cannot be undone: its pods only begin anew")


class Redeploy(Restart):
    """Restart, or give it another image."""

    verb = Verb.REDEPLOY

    def prepared(self, found: Found) -> tuple[Ask, dict[str, str]]:
        """Return the ask with the container named. Raises Invalid."""
        ask, memo = super().prepared(found)
        text = ask.value("image")
        if not text:
            return Ask(ask.verb, ask.ref), memo
        images = images_of(found.target, text)
        words = " ".join(f"{name}={image}" for name, image in images.items())
        return Ask(ask.verb, ask.ref, (("image", words),)), {}

    def change(self, found: Target, ask: Ask, memo: dict[str, str], kept: list[Revision]) -> Change:
        """Return the images by their containers' names."""
        text = ask.value("image")
        if not text:
            return super().change(found, ask, memo, kept)
        spec: dict[str, list[dict[str, str]]] = {}
        first = {dig(one, "name") for one in dig(found.template, "spec", "initContainers") or ()}
        for name, image in images_of(found, text).items():
            place = "initContainers" if name in first else "containers"
            spec.setdefault(place, []).append({"name": name, "image": image})
        return merged(found, {"template": {"spec": spec}})

    def step(self, ask: Ask, found: Found) -> str:
        """Return what is sent."""
        if text := ask.value("image"):
            return f"set the image: {text}"
        return super().step(ask, found)

    def taken(self, target: Target, plan: Plan) -> bool:
        """Say whether it has our images."""
        text = plan.ask.value("image")
        if not text:
            return super().taken(target, plan)
        now = _containers(target)
        return all(now.get(name) == image for name, image in _pairs(text))

    def undo(self, found: Found) -> Undo:
        """Return the revision of now, where another image comes."""
        return Rolling.undo(self, found) if found.ask.value("image") else super().undo(found)


def images_of(target: Target, text: str) -> dict[str, str]:
    """Return which container gets which image: `web:2`, or `app=web:2 proxy=envoy:3`.

    Raises Invalid.
    """
    known = _containers(target)
    main = [clean(str(dig(one, "name") or "")) for one in surroundings.containers(target.template)]
    found: dict[str, str] = {}
    for name, image in _pairs(text):
        if not name and len(main) != 1:
            raise Invalid(
                f"which container? it has {', '.join(main)}", hint=f"write {main[0]}={image}"
            )
        where = name or main[0]
        if where not in known:
            raise Invalid(f"it has no container {clean(where, 80)}: {', '.join(known)}")
        if IMAGE.fullmatch(image) is None:
            raise Invalid(f"{clean(image, 80)!r} is no image", hint="write registry/name:tag")
        if where in found:
            raise Invalid(f"two images are given for {where}", hint=f"write {where}={image}")
        found[where] = image
    return found


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for word in text.replace(",", " ").split():
        name, equals, image = word.partition("=")
        pairs.append((name, image) if equals else ("", word))
    return pairs


def _containers(target: Target) -> dict[str, str]:
    """Return the image of each container by its name, those that run first included."""
    return {
        str(dig(one, "name") or ""): str(dig(one, "image") or "")
        for place in ("containers", "initContainers")
        for one in dig(target.template, "spec", place) or ()
    }
