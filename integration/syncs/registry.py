"""Finds the syncs: every module of this package that declares `SYNC`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

import integration.syncs as package
from integration.syncs.base import Sync


def all_syncs() -> Mapping[str, Sync]:
    """Every sync by its name, in order of name. Raises ValueError when two share one."""
    found: dict[str, Sync] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        sync: Sync | None = getattr(importlib.import_module(f"{package.__name__}.{module_info.name}"), "SYNC", None)
        if sync is None:
            continue
        if sync.name in found:
            raise ValueError(f"two syncs are called {sync.name!r}")
        found[sync.name] = sync
    return dict(sorted(found.items()))
