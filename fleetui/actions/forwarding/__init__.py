"""Ports of this machine that lead to ports of things: opened through the door, and only there."""
