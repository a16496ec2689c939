"""Stand-in of Brave Search. Invented data only. Source of the contract: https://api-dashboard.search.brave.com, state of November 2026.

Limit: the plan's figures in the body of 429 are not confirmed against the live service.
"""

from simulator.neighbours.brave.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
