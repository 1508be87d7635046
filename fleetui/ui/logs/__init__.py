"""The log view: what a container, or all members of a unit, write."""
