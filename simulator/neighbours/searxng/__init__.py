"""Stand-in of a SearXNG server with JSON answers on. Invented data only.

Source of the contract: https://docs.searxng.org/dev/search_api.html and the server's source, state of November 2026.
"""

from simulator.neighbours.searxng.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
