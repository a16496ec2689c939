"""Stand-in of Google News as a feed. Invented data only. Source of the contract: recorded feeds of 2025 and 2026.

Limit: the shape of a block is not confirmed against the live service.
"""

from simulator.neighbours.google_news.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
