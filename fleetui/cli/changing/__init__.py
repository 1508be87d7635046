"""The commands that change something: from REF and words to a plan, an answer and an end."""
