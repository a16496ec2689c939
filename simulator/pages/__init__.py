"""A local portal in the browser: lists and record pages over the simulated portals, plain HTML, no JavaScript, read only.

It is a stand-in for looking, not a copy of HubSpot's pages, and says so on every page.
"""

from simulator.pages.routes import build_blueprint

__all__ = ["build_blueprint"]
