"""Scores: pure functions from a fact sheet to a value whose reasons add up. No I/O, no clock, no randomness."""
