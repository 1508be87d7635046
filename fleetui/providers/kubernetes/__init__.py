"""Kubernetes: one scope for each context, read by list and watch."""
