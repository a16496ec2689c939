"""The provider that knows nothing: it offers no field, so it is never asked. The smallest adapter, to copy from and to test against."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from integration.providers.adapter import Adapter, AdapterKit
from integration.providers.base import ProviderInfo

INFO = ProviderInfo(
    name="null",
    title="Nothing",
    capabilities=frozenset(),
    fields={},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(0),
    not_found_lifetime=timedelta(0),
    documentation_url="",
)


def build_adapter(_kit: AdapterKit) -> Adapter:
    return Adapter(INFO)
