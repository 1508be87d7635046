"""Log lines: what they say, which belong together, and how many are kept."""
