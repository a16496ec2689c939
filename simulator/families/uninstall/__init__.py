"""Uninstalling an app by its own wish."""
