"""Pages of text over the board: what is told of one thing, and its raw document."""
