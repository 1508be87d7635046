"""What every change of this run is written down in."""

from __future__ import annotations

import argparse

from fleetui.actions.audit.journal import AuditJournal
from fleetui.config import paths


def journal(args: argparse.Namespace) -> AuditJournal:
    """Return the audit of this run; that of the demo ends with it. Opens no file yet."""
    return AuditJournal(None if args.demo else paths.audit_file())
