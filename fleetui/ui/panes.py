"""Which pane shows what; what draws charts is imported with the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fleetui.core.kinds import QUERY
from fleetui.ui.table_pane import TablePane

if TYPE_CHECKING:
    from fleetui.config.specs import PaneSpec
    from fleetui.ui.context import Context
    from fleetui.ui.pane import Pane


def pane_of(spec: PaneSpec, context: Context) -> Pane:
    """Return the pane that shows what a screen file asks for: a chart, or a table."""
    if spec.show == QUERY:
        from fleetui.ui.chart_pane import ChartPane

        return ChartPane(spec, context)
    return TablePane(spec, context)
