"""Stand-in of Tavily: search with a key and in keyless mode, and the account's usage. Invented data only.

Source of the contract: https://docs.tavily.com and the vendor's Python package, state of November 2026.
Limit: the keyless allowance and the code of its refusal are not published; the body of 433 is not confirmed.
"""

from simulator.neighbours.tavily.routes import BASE_PATH, PATHS, build_app

__all__ = ["BASE_PATH", "PATHS", "build_app"]
