"""What a page tells of each kind of object, from the API's own document."""
