"""Property definitions and groups."""
