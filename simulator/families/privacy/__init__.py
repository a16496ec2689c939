"""Deletion on a person's request."""
