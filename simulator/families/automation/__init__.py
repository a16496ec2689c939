"""Completing the executions of custom workflow actions that wait for the app."""
