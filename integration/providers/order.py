"""Whom to ask first for which field: the free before the paid, then the most trusted for its price. Derived from what adapters declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from integration.providers.adapter import Adapter, Endpoint
from integration.providers.base import Capability, Field, ProviderInfo, Subject


@dataclass(frozen=True, eq=False)
class Channel:
    """One capability of one provider with its endpoints, the leanest first; a subject is asked about at most once through it."""

    provider: ProviderInfo
    capability: Capability
    endpoints: tuple[Endpoint, ...]

    @cached_property
    def name(self) -> str:
        """As it stands in observations: "apollo.company"."""
        return f"{self.provider.name}.{self.capability.value}"

    @cached_property
    def trust(self) -> Mapping[Field, float]:
        return {name: trust for endpoint in self.endpoints for name, trust in endpoint.offer.fields.items()}

    @property
    def price_usd(self) -> Decimal:
        return min(endpoint.offer.price_usd for endpoint in self.endpoints)

    def accepts(self, subject: Subject) -> bool:
        return self.endpoints[0].offer.accepts(subject)

    def endpoint_for(self, wanted: frozenset[Field]) -> Endpoint:
        """The first endpoint that gives every wanted field this channel can give."""
        possible = wanted & self.trust.keys()
        return next((one for one in self.endpoints if possible <= one.offer.fields.keys()), self.endpoints[-1])


def channels_of(adapters: Sequence[Adapter]) -> tuple[Channel, ...]:
    """The channels of all adapters."""
    found: list[Channel] = []
    for adapter in adapters:
        for capability in sorted({endpoint.offer.capability for endpoint in adapter.endpoints}):
            own = [endpoint for endpoint in adapter.endpoints if endpoint.offer.capability is capability]
            found.append(Channel(adapter.info, capability, tuple(sorted(own, key=lambda one: len(one.offer.fields)))))
    return tuple(found)


def waterfall_order(channels: Sequence[Channel]) -> Mapping[Field, tuple[Channel, ...]]:
    """For each field the channels that can fill it: free ones first, then by price for the trust they give, then by name."""
    fields = sorted({name for channel in channels for name in channel.trust})
    return {
        name: tuple(sorted((channel for channel in channels if name in channel.trust), key=lambda one: _rank(one, name)))
        for name in fields
    }


def _rank(channel: Channel, name: Field) -> tuple[Decimal, float, str]:
    trust = channel.trust[name]
    return channel.price_usd / Decimal(str(trust)), -trust, channel.name
