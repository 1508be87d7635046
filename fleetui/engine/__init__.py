"""Keeps the picture current: pollers, watches, back-off, store, timeline."""
