"""Owners: the people that records are assigned to."""
