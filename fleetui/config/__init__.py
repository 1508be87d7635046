"""The config file, screen files and theme files: schema, loading, discovery, paths."""
