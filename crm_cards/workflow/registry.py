"""Finds the workflow actions and agent tools: every module in `actions/` with an `ACTION`. Nothing is registered by hand."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from crm_cards.workflow import actions
from crm_cards.workflow.base import ActionDefinition


@cache
def all_actions() -> tuple[ActionDefinition, ...]:
    """Every action and tool, by module name."""
    modules = sorted(pkgutil.iter_modules(actions.__path__), key=lambda one: one.name)
    return tuple(importlib.import_module(f"{actions.__name__}.{module.name}").ACTION for module in modules)
