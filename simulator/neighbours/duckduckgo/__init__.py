"""Stand-in of DuckDuckGo's page for browsers without scripts. Invented data only.

Source of the contract: github.com/searxng/searxng (searx/engines/duckduckgo.py), state of November 2026.
"""

from simulator.neighbours.duckduckgo.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
