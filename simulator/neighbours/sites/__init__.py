"""The companies' own web sites, and some hostile ones, all served by one application that looks at the Host header.

Ask it for `http://<any demo domain>/` by connecting to its port with that Host header.
Limit: no TLS.
"""

from simulator.neighbours.sites.routes import BASE_PATH, build_app

PATHS: dict[str, str] = {}
"""Nobody has a base address for web sites: the Host header chooses."""

__all__ = ["BASE_PATH", "PATHS", "build_app"]
