"""Ports of pods, over websockets: who answers, and how bytes get there."""
