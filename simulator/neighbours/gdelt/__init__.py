"""Stand-in of GDELT's search for articles. Invented data only.

Source of the contract: https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/, state of November 2026.
Limit: the texts of the refusals and the empty object are not confirmed against the live service.
"""

from simulator.neighbours.gdelt.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
