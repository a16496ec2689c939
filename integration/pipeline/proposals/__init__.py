"""Dry runs: what would be written is proposed, reported, and then applied exactly as it was, or discarded."""
