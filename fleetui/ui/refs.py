"""Things by their refs in the command line: the one that is meant, and what may be typed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from fleetui.core.objects import Resource
from fleetui.core.ref import Ref, RefAmbiguousError, RefNotFoundError, resolve
from fleetui.ui.mistake import Mistake

MOST = 50
"""So many completions are offered; a fleet may have tens of thousands."""
_FEW = 4


def meant(text: str, at: int, things: Iterable[Resource]) -> Resource:
    """Return the one thing whose ref ends with a text. Raises Mistake, with the candidates."""
    rows = {row.ref: row for row in things}
    try:
        return rows[resolve(text, rows)]
    except RefAmbiguousError as error:
        candidates = error.candidates
        names = ", ".join(str(ref) for ref in candidates[:_FEW])
        more = f" and {len(candidates) - _FEW} more" if len(candidates) > _FEW else ""
        told = f"{len(candidates)} things, say more of it: {names}{more}"
        raise Mistake(told, at, len(text)) from None
    except RefNotFoundError:
        near = _near(text, rows)
        mend = f", did you mean {' or '.join(near)}?" if near else ""
        raise Mistake(f'nothing that is known is called "{text}"{mend}', at, len(text)) from None


class Completer:
    """Completes refs; a word that goes on is looked for among what it was found in before."""

    def __init__(self, things: Callable[[], Iterable[Resource]]) -> None:
        self._things = things
        self._word = ""
        self._kept: list[Ref] | None = None
        """Every ref that `_word` leaves; None where it leaves too many to be kept."""

    def completions(self, word: str) -> list[str]:
        """Return what the beginning of a ref may become: a name, a kind and name, or all of it."""
        if self._kept is not None and word.startswith(self._word):
            refs: Iterable[Ref] = self._kept
        else:
            refs = (row.ref for row in self._things())
        found: dict[str, None] = {}
        kept: list[Ref] = []
        for ref in refs:
            ending = _ending(word, ref)
            if ending:
                kept.append(ref)
                # The command line parts words at blanks.
                if " " not in ending:
                    found[ending] = None
                if len(found) == MOST:
                    break
        self._word, self._kept = word, kept if len(found) < MOST else None
        return sorted(found)


def _ending(word: str, ref: Ref) -> str:
    """Return the shortest ending of a ref, from its kind on, that begins with a word."""
    if ref.name.startswith(word) and word:
        return ref.name
    if ref.kind.startswith(word[: len(ref.kind)]) and ref.short.startswith(word):
        return ref.short
    if ref.provider.startswith(word[: len(ref.provider)]) and str(ref).startswith(word):
        return str(ref)
    return ""


def _near(text: str, refs: Iterable[Ref]) -> list[str]:
    """Return the refs whose endings are spelt most like a text."""
    endings: dict[str, str] = {}
    for ref in refs:
        endings.setdefault(ref.name.lower(), ref.short)
        endings.setdefault(ref.short.lower(), ref.short)
    wanted = text.strip("/").lower()
    # Comparing letters is slow: only what is about as long can be meant.
    alike = [one for one in endings if abs(len(one) - len(wanted)) <= 2 and one[:1] == wanted[:1]]
    close = get_close_matches(wanted, alike[:300], n=1, cutoff=0.6)
    return list(dict.fromkeys(endings[one] for one in close))
