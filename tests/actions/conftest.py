"""Everything here runs on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from virtual_loop import VirtualLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], VirtualLoop]]:
    return {"virtual": VirtualLoop}
