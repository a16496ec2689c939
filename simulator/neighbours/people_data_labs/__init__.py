"""Stand-in of People Data Labs: one company and one person by the enrichment calls, with its headers and refusals.

Invented data only. Source of the contract: https://docs.peopledatalabs.com/docs and the vendor's specification of version 5, state of
November 2026.
Limit: no search, no identify, no retrieve, no bulk calls.
"""

from simulator.neighbours.people_data_labs.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
