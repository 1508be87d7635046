"""What a fleet is: frozen dataclasses and pure functions, standard library only."""
