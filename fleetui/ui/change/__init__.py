"""How a person changes things: what keys mean, the plan over the board, what comes of it."""
