"""What asking a channel promises for a kind of subject: chances, price, time. Pure; remembered per segment, since batches repeat segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from integration.providers.adapter import Endpoint, Offer
from integration.providers.base import Field, Finding
from integration.providers.cases import Heard
from integration.providers.estimates import WHOLE_CHANNEL, Estimates
from integration.providers.order import Channel

# A second that a record waits is charged with this, so that of two equal sources the quicker is asked.
USD_PER_S: Final = 0.0005
# Standing in line for a vendor's rate ends after this long; see `asking.PACE_WAIT_S`.
LONGEST_QUEUE_S: Final = 3.0
# How many standard deviations better than expected a channel may be when one is picked to be tried.
OPTIMISM: Final = 1.5
# What a portal saw of a source replaces what the source declares from so many comparisons on.
LEAST_COMPARED: Final = 10.0
_LEAST_RATIO: Final = 0.02
_MOST_RATIO: Final = 0.98


@dataclass(frozen=True)
class Outlook:
    """`chances`: that the field is found and right; `hopeful` the same if we are lucky. `found_ratio`: that anything is found."""

    chances: Mapping[Field, float]
    hopeful: Mapping[Field, float]
    found_ratio: float
    price_usd: float
    expected_price_usd: float
    latency_s: float


@dataclass
class Judge:
    """Reads the estimates for one portal; keeps what it read."""

    estimates: Estimates
    _outlooks: dict[tuple[Endpoint, str, str], Outlook] = field(default_factory=dict)
    _trusted: dict[tuple[str, Field, str, float], float] = field(default_factory=dict)

    def outlook(self, channel: Channel, endpoint: Endpoint, segment: str, trail: str) -> Outlook:
        """What the endpoint promises for a subject of the segment, on which others did as the trail says."""
        key = (endpoint, segment, trail)
        kept = self._outlooks.get(key)
        if kept is None:
            kept = self._outlooks[key] = self._looked(channel.name, endpoint.offer, segment, trail)
        return kept

    def trusted(self, channel: Channel, finding: Finding, segment: str) -> float:
        """How often a finding like this is right: what it says of itself, corrected by how the channel did."""
        declared = channel.trust.get(finding.field, finding.confidence_ratio)
        key = (channel.name, finding.field, segment, declared)
        share = self._trusted.get(key)
        if share is None:
            share = self.estimates.right(channel.name, finding.field.value, segment, declared).ratio / max(declared, _LEAST_RATIO)
            self._trusted[key] = share
        return min(max(finding.confidence_ratio * share, _LEAST_RATIO), _MOST_RATIO)

    def learned(self, channels: Iterable[Channel]) -> dict[tuple[str, Field], float]:
        """How often each provider was right about a field on this portal's records, where enough was seen to say.

        Where two channels of a provider fill a field, the one that was held against more speaks for it.
        """
        found: dict[tuple[str, Field], float] = {}
        most: dict[tuple[str, Field], float] = {}
        for channel in channels:
            for name, declared in channel.trust.items():
                key, compared = (channel.provider.name, name), self.estimates.compared(channel.name, name.value)
                if compared >= LEAST_COMPARED and compared > most.get(key, 0.0):
                    most[key] = compared
                    found[key] = self.estimates.right(channel.name, name.value, WHOLE_CHANNEL, declared).ratio
        return found

    def trusts(self, heard: Heard, finding: Finding) -> float:
        """The same for a finding of an answer."""
        return self.trusted(heard.lookup.channel, finding, heard.lookup.segment)

    def _looked(self, channel: str, offer: Offer, segment: str, trail: str) -> Outlook:
        luck = self.estimates.luck(channel, trail)
        chances: dict[Field, float] = {}
        hopeful: dict[Field, float] = {}
        for name, declared in offer.fields.items():
            found = self.estimates.found(channel, name.value, segment)
            right = self.estimates.right(channel, name.value, segment, declared)
            chances[name] = min(1.0, found.ratio * luck) * right.ratio
            hopeful[name] = found.optimistic(OPTIMISM) * right.ratio
        anything = min(1.0, self.estimates.found(channel, WHOLE_CHANNEL, segment).ratio * luck)
        price = float(offer.price_usd)
        return Outlook(
            chances,
            hopeful,
            anything,
            price,
            price if offer.charges_misses else price * anything,
            self.estimates.latency_s(channel),
        )


def queue_s(offer: Offer, subjects: int) -> float:
    """How long a subject of a batch waits on average for the vendor's rate, as long as anybody waits for it."""
    calls = subjects * offer.requests / offer.batch_size
    waits = [max(0.0, calls - rate.calls) * rate.seconds / rate.calls / 2 for rate in offer.rates if rate.calls]
    return min(max(waits, default=0.0), LONGEST_QUEUE_S)
