"""What a bulk run can cost at most, before it begins: from the number of records, the keys, the waterfall and the declared prices. Pure.

A bound, not a forecast: every record is taken to need every paid question it could be asked, none to be answered by the cache. No run
costs more, since a question is charged at most once and its answer is kept.
Limit: answers that expire while the run is under way are bought again; the shortest lifetime is a week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.providers.base import Subject
from integration.providers.budget import ALL_PROVIDERS, Period, Room, RoomKey
from integration.providers.order import Channel

_COMPANIES_ASKED: Final = (
    Subject("company", domain="sample.example", company_name="Sample"),
    Subject("company", company_name="Sample"),
)
_NAMED: Final = Subject("person", first_name="Sample", last_name="Person", domain="sample.example", company_name="Sample")
_PEOPLE_ASKED: Final = (
    _NAMED,
    replace(_NAMED, email="sample.person@sample.example"),
    Subject("person", email="sample.person@sample.example"),
    Subject("person", linkedin_url="https://www.linkedin.com/in/sample"),
)
"""What is known of a record decides whom it can be asked of; these are the cases that differ."""


@dataclass(frozen=True)
class ProviderBound:
    """The most one provider can charge."""

    provider: str
    title: str
    credits: Decimal
    cost_usd: Decimal


@dataclass(frozen=True)
class CostBound:
    """The most a run over `records` can cost. `without_key` are paid providers that will not be asked because the portal has no key."""

    records: int
    providers: tuple[ProviderBound, ...]
    without_key: tuple[str, ...]

    @property
    def credits(self) -> Decimal:
        return sum((one.credits for one in self.providers), Decimal(0))

    @property
    def cost_usd(self) -> Decimal:
        return sum((one.cost_usd for one in self.providers), Decimal(0))


def bound_cost(records: Mapping[str, int], channels: Sequence[Channel], keys: Iterable[str]) -> CostBound:
    """The bound for so many records of each object type. A contact also asks about its company, at most one each."""
    contacts, companies = records.get(CONTACTS, 0), records.get(COMPANIES, 0)
    asked = ((_PEOPLE_ASKED, contacts), (_COMPANIES_ASKED, companies + contacts))
    owned = set(keys)
    paid = [channel for channel in channels if _dearest(channel) > 0]
    bounds: list[ProviderBound] = []
    for provider in sorted(
        {channel.provider.name for channel in paid if not channel.provider.needs_key or channel.provider.name in owned}
    ):
        own = [channel for channel in paid if channel.provider.name == provider]
        credits = sum((_for_one(own, subjects) * count for subjects, count in asked), Decimal(0))
        bounds.append(ProviderBound(provider, own[0].provider.title, credits, credits * own[0].provider.usd_per_credit))
    missing = {channel.provider.title for channel in paid if channel.provider.needs_key and channel.provider.name not in owned}
    return CostBound(contacts + companies, tuple(one for one in bounds if one.credits), tuple(sorted(missing)))


def within_budgets(bound: CostBound, rooms: Mapping[RoomKey, Room], period: Period) -> Decimal | None:
    """The most credits the run can spend before a cap of this kind of period stops it; None when none is in its way."""
    total, is_capped = Decimal(0), False
    for one in bound.providers:
        left = _left(rooms, RoomKey(one.provider, period))
        is_capped |= left is not None and left < one.credits
        total += one.credits if left is None else min(one.credits, left)
    left = _left(rooms, RoomKey(ALL_PROVIDERS, period))
    if left is not None and left < total:
        return left
    return total if is_capped else None


def _left(rooms: Mapping[RoomKey, Room], key: RoomKey) -> Decimal | None:
    room = rooms.get(key)
    return room.left if room is not None else None


def _dearest(channel: Channel) -> Decimal:
    return max(endpoint.offer.credits for endpoint in channel.endpoints)


def _for_one(channels: Sequence[Channel], subjects: Sequence[Subject]) -> Decimal:
    """The most one record can cost: a provider is asked once through each channel that takes it, with what is known or comes to be known."""
    return max(
        sum(
            (_dearest(channel) for channel in channels if channel.accepts(subject) or channel.accepts(_completed(subject))),
            Decimal(0),
        )
        for subject in subjects
    )


def _completed(subject: Subject) -> Subject:
    """The subject with what earlier answers can add. To a company they add nothing that a paid provider needs."""
    if subject.kind == "company":
        return subject
    return replace(
        _PEOPLE_ASKED[1],
        domain=subject.domain,
        company_name=subject.company_name,
        linkedin_url="https://www.linkedin.com/in/sample",
    )
