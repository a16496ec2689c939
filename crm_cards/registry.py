"""Finds the routes of pages inside HubSpot: every module in `routes/` with a function `routes(parts)`. Nothing is registered by hand."""

from __future__ import annotations

import importlib
import pkgutil

from crm_cards import routes
from crm_cards.base import CardParts, Command, Question, Routes
from integration.core.errors import AppError


class DoubledRoute(AppError):
    """Two routes claim the same endpoint."""

    default_reason = "doubled_route"


def find_routes(parts: CardParts) -> Routes:
    """Every question and command, by module name. Raises DoubledRoute at start."""
    found: list[Question | Command] = []
    for module in sorted(pkgutil.iter_modules(routes.__path__), key=lambda one: one.name):
        found += importlib.import_module(f"{routes.__name__}.{module.name}").routes(parts)
    endpoints = [route.endpoint for route in found]
    doubled = sorted({endpoint for endpoint in endpoints if endpoints.count(endpoint) > 1})
    if doubled:
        raise DoubledRoute(f"Two routes for pages in HubSpot have the endpoint {', '.join(doubled)}.")
    return tuple(found)
