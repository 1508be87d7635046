"""What the containers of the demo write: a pure function of seed, time and rate."""
