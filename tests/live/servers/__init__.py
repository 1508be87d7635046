"""How the tests start real servers."""
