"""The board's frame as plain text, drawn before the toolkit is imported.

A person sees at once that the program has come, and where things will be.
"""

from __future__ import annotations

from fleetui.config.specs import ScreenSpec, ThemeSpec
from fleetui.core.clean import clean
from fleetui.ui.frame import Form, frame_for

_OPEN = "\x1b[?1049h\x1b[?25l"
_PLAIN = "\x1b[0m"


def skeleton(
    spec: ScreenSpec, theme: ThemeSpec, width: int, height: int, fleet: str, *, true_colour: bool
) -> str:
    """Return what to write to the terminal: the other screen, cleared, and the frame in it.

    Without `true_colour` it uses the terminal's own colours.
    """
    current = spec.grid[0][0]
    frame = frame_for(spec, width, height, current)
    ink = _ink(theme) if true_colour else {"ground": "", "line": "\x1b[2m", "title": "\x1b[1m"}
    parts = [_OPEN, ink["ground"], "\x1b[2J"]
    if frame.form is Form.SMALL:
        return "".join(parts)
    top = f" fleetui  {clean(fleet, 40)}"
    parts.append(_at(0, 0, ink["title"] + top[:width]))
    names = {name: pane.title or pane.show for name, pane in spec.panes.items()}
    if frame.tabs:
        tabs = " │ ".join(name.upper() if name == current else name for name in names)
        parts.append(
            _at(0, frame.tabs.y, f"{_PLAIN}{ink['ground']}{ink['line']}{' ' + tabs:.{width}}")
        )
    for name, area in frame.titles.items():
        joints = frame.joints.get(name, {})
        line = [joints.get(x, "─") for x in range(area.width)]
        word = f" {names[name]} "[: max(0, area.width - 2)]
        drawn = f"{line[0]}{_PLAIN}{ink['ground']}{ink['title']}{word}"
        rest = "".join(line[1 + len(word) :])
        parts.append(
            _at(area.x, area.y, f"{_PLAIN}{ink['ground']}{ink['line']}{drawn}")
            + f"{_PLAIN}{ink['ground']}{ink['line']}{rest}"
        )
    for rule in frame.rules:
        parts += [_at(rule.x, rule.y + n, char) for n, char in enumerate(rule.chars)]
    return "".join([*parts, _PLAIN])


def _at(x: int, y: int, text: str) -> str:
    return f"\x1b[{y + 1};{x + 1}H{text}"


def _ink(theme: ThemeSpec) -> dict[str, str]:
    """Return what switches each colour on."""

    def colour(meaning: str, layer: int) -> str:
        value = theme.colours[meaning]
        red, green, blue = (int(value[at : at + 2], 16) for at in (1, 3, 5))
        return f"\x1b[{layer};2;{red};{green};{blue}m"

    return {
        "ground": colour("ground", 48),
        "line": colour("line", 38),
        "title": colour("accent", 38),
    }
