"""Finds the adapters: every module in `adapters/` with a `build_adapter`. No list to keep."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date
from types import ModuleType

from integration.core.errors import ConfigError
from integration.providers import adapters
from integration.providers.adapter import Adapter, AdapterKit
from integration.providers.base import ProviderInfo


def adapter_modules() -> tuple[ModuleType, ...]:
    """The adapter files, by name. Raises ConfigError naming those that declare no INFO or no build_adapter."""
    modules = tuple(
        importlib.import_module(f"{adapters.__name__}.{found.name}")
        for found in sorted(pkgutil.iter_modules(adapters.__path__), key=lambda one: one.name)
    )
    bad = [module.__name__ for module in modules if not (hasattr(module, "INFO") and hasattr(module, "build_adapter"))]
    if bad:
        raise ConfigError([f"{name} needs INFO and build_adapter" for name in bad])
    return modules


def build_adapters(kit: AdapterKit) -> tuple[Adapter, ...]:
    """The adapters this installation uses, built; those whose service has ended are left out.

    Raises ConfigError for settings that name a provider or an address nobody has.
    """
    modules = adapter_modules()
    names = {module.INFO.name for module in modules}
    addresses = {name: address for module in modules for name, address in module.INFO.addresses.items()}
    settings = kit.settings
    problems = [f"LEADLIGHT_PROVIDERS names {name}, which is no provider" for name in sorted(settings.chosen - names)]
    problems += [
        f"LEADLIGHT_PROVIDER_URL_{name.upper()} is no provider's" for name in sorted(settings.addresses.keys() - addresses)
    ]
    problems += [
        f"LEADLIGHT_PROVIDER_URL_{name.upper()} must be an address like {addresses[name]}, not {address!r}"
        for name, address in sorted(settings.addresses.items())
        if name in addresses and _speaks_dns(address) != _speaks_dns(addresses[name])
    ]
    problems += [
        f"LEADLIGHT_PROVIDER_KEEP_DAYS_{name.upper()} is no provider's" for name in sorted(set(settings.keep_days) - names)
    ]
    problems += [f"LEADLIGHT_PROVIDER_PACKAGE_{name.upper()} is no provider's" for name in sorted(set(settings.packages) - names)]
    if problems:
        raise ConfigError(problems)
    today = kit.clock().date()
    return tuple(
        module.build_adapter(kit)
        for module in modules
        if (not settings.chosen or module.INFO.name in settings.chosen) and not _is_over(module.INFO, today)
    )


def provider_infos() -> tuple[ProviderInfo, ...]:
    """What every provider declares, for the doctor and the key page."""
    return tuple(module.INFO for module in adapter_modules())


def _is_over(info: ProviderInfo, today: date) -> bool:
    return info.ends_on is not None and today >= info.ends_on


def _speaks_dns(address: str) -> bool:
    return address.startswith("dns:")
