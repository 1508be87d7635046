"""The virtualised table: a pure model, a pure layout, and the widget that paints them."""
