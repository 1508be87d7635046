"""Tests that start real servers and break them."""
