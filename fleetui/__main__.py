"""Run with `python -m fleetui`."""

from fleetui.cli.main import main

raise SystemExit(main())
