"""Stand-in of Serper: Google's results as JSON. Invented data only. Source of the contract: https://serper.dev, state of November 2026.

Limit: the body of 429 is not confirmed against the live service.
"""

from simulator.neighbours.serper.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
