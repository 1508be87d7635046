"""The only way to change anything: plan, policy, confirmation, execute, track, audit, undo."""
