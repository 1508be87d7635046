"""A theme's colours as styles by meaning, and as variables for the style sheets."""

from __future__ import annotations

from rich.style import Style

from fleetui.config.specs import ThemeSpec
from fleetui.core.columns import Tone

_BOLD = ("title", "critical")


def styles_of(theme: ThemeSpec) -> dict[str, Style]:
    """Return a style for each meaning of the theme and for each tone of a cell."""
    colours = theme.colours
    ground = colours["ground"]
    styles = {
        meaning: Style(color=colour, bgcolor=ground, bold=meaning in _BOLD)
        for meaning, colour in colours.items()
    }
    styles[Tone.NORMAL.value] = styles["text"]
    styles["title"] = Style(color=colours["accent"], bgcolor=ground, bold=True)
    styles["key"] = Style(color=colours["accent"], bgcolor=ground)
    styles["strong"] = Style(color=colours["text"], bgcolor=ground, bold=True)
    styles["cursor"] = Style(bgcolor=colours["cursor"])
    styles["line.production"] = Style(color=colours["production"], bgcolor=ground)
    return styles


def css_variables(theme: ThemeSpec) -> dict[str, str]:
    """Return the colours as `$f-…` variables, for what the style sheet draws."""
    return {f"f-{meaning}": colour for meaning, colour in theme.colours.items()}
