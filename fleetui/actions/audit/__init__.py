"""What was done, by whom and why: an append-only file that proves itself."""
