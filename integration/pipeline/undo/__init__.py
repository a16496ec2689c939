"""Undo: every field of a run, a time range, a provider or a record goes back to what stood there before."""
