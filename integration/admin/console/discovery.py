"""Finds the console's pages: every module in `pages/` with a function `routes(parts)`. Nothing is registered by hand."""

from __future__ import annotations

import importlib
import pkgutil

from integration.access.roles import Role
from integration.admin.console import pages
from integration.admin.console.base import Action, ConsoleParts, MenuGroup, Page, Routes
from integration.core.errors import AppError


class DoubledRoute(AppError):
    """Two pages, or two actions, claim the same endpoint."""

    default_reason = "doubled_route"


def find_routes(parts: ConsoleParts) -> Routes:
    """Every page and action, by module name. Raises DoubledRoute at start."""
    found: list[Page | Action] = []
    for module in sorted(pkgutil.iter_modules(pages.__path__), key=lambda one: one.name):
        found += importlib.import_module(f"{pages.__name__}.{module.name}").routes(parts)
    endpoints = [route.endpoint for route in found]
    doubled = sorted({endpoint for endpoint in endpoints if endpoints.count(endpoint) > 1})
    if doubled:
        raise DoubledRoute(f"Two pages of the console have the endpoint {', '.join(doubled)}.")
    return tuple(found)


def menu_for(routes: Routes, role: Role) -> dict[str, list[Page]]:
    """The menu of somebody with this role: pages by the heading they stand under, in order."""
    shown = [route for route in routes if isinstance(route, Page) and route.menu and role >= route.role]
    shown.sort(key=lambda page: (page.position, page.menu))
    grouped = {group.value: [page for page in shown if page.group is group] for group in MenuGroup}
    return {heading: entries for heading, entries in grouped.items() if entries}
