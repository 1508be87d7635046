"""The program with the back end of numbers, as a process of its own."""

from __future__ import annotations

import sys

from fleetui.cli.main import main
from fleetui.providers import registry

registry.BACKENDS["numbers"] = registry.WRITERS["numbers"] = "file_fleet"
sys.exit(main(sys.argv[1:]))
