"""Gives a workload the template of an earlier revision, of the one before by itself."""

from __future__ import annotations

from fleetui.core.change import Ask, Caution, Verb
from fleetui.providers.kubernetes.writer.revisions import Revision, chosen
from fleetui.providers.kubernetes.writer.rolling import Change, Found, Rolling, to_revision
from fleetui.providers.kubernetes.writer.target import Target


class Rollback(Rolling):
    """To any revision that is kept."""

    verb = Verb.ROLLBACK

    def prepared(self, found: Found) -> tuple[Ask, dict[str, str]]:
        """Return the ask with its revision. Raises Invalid."""
        revision = chosen(found.target, found.revisions, found.ask.value("revision"))
        ask = Ask(Verb.ROLLBACK, found.ask.ref, (("revision", str(revision.number)),))
        return ask, {}

    def change(self, found: Target, ask: Ask, memo: dict[str, str], kept: list[Revision]) -> Change:
        """Return the revision's template."""
        del memo
        return to_revision(found, chosen(found, kept, ask.value("revision")))

    def step(self, ask: Ask, found: Found) -> str:
        """Return what is sent."""
        revision = chosen(found.target, found.revisions, ask.value("revision"))
        return f"give it the template of revision {revision.text}"

    def refusal(self, found: Found) -> str:
        """Return why it would not come to anything."""
        if why := super().refusal(found):
            return why
        revision = chosen(found.target, found.revisions, found.ask.value("revision"))
        if found.now is not None and revision.number == found.now.number:
            return f"revision {revision.number} is what is wanted now"
        return ""

    def cautions(self, found: Found) -> list[Caution]:
        """Say which others there are."""
        number = int(self.prepared(found)[0].value("revision"))
        others = [one.text for one in found.revisions if one.number != number
                  and one is not found.now]  # fmt: skip
        return [Caution(f"also kept: {'; '.join(others[:5])}")] if others else []
