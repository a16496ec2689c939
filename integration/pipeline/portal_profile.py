"""A portal's settings as the pipeline uses them, tamed from what is stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from integration.hubspot.manifest import TIMELINE_SCOPE, may_work_on
from integration.hubspot.portal_store import Portal
from integration.outreach.base import Sender

OWNERS_SCOPE: Final = "crm.objects.owners.read"
_OUR_CURRENCY: Final = "USD"
DRY_RUN_PREFERENCE: Final = "dry_run"


@dataclass(frozen=True)
class PortalProfile:
    """`ready`: connected, and our properties are there to write into.

    `standard_properties` None means the admin never listed any; single rules may still let us fill some. `sender_name` is used for records without
    an owner; "" means there is none. `timeline_writable`: events may be put on the timeline. `currency`: the account's own.
    """

    portal_id: int
    ready: bool
    owners_readable: bool
    timeline_writable: bool
    revenue_in_usd: bool
    standard_properties: tuple[str, ...] | None
    sender_name: str
    sender_company: str
    sender_offer: str
    preferences: Mapping[str, Any]
    scopes: frozenset[str] = frozenset()
    currency: str = _OUR_CURRENCY

    def works_on(self, object_type: str) -> bool:
        """Whether the account granted what working on records of this type takes."""
        return may_work_on(object_type, self.scopes)

    @property
    def is_dry(self) -> bool:
        """Whether everything is decided and nothing written: so it is until the admin says go."""
        return is_dry(self.preferences)

    def sender(self, owner_name: str | None) -> Sender | None:
        """In whose name to write: the owner's, else the one the admin set, else nobody's."""
        name = owner_name or self.sender_name
        return Sender(name, self.sender_company, self.sender_offer) if name else None


def build_profile(portal_id: int, stored: Portal | None) -> PortalProfile:
    """The profile of a stored portal; of an unknown one, a profile that is not ready."""
    preferences: Mapping[str, Any] = {} if stored is None else stored.preferences
    currency = _OUR_CURRENCY if stored is None or stored.account is None else stored.account.currency
    chosen = preferences.get("standard_properties")
    return PortalProfile(
        portal_id=portal_id,
        ready=stored is not None and stored.is_ready,
        owners_readable=stored is not None and OWNERS_SCOPE in stored.scopes,
        timeline_writable=stored is not None and TIMELINE_SCOPE in stored.scopes,
        # A currency not known yet counts as ours: most accounts have it, and a wrong guess only weighs in scores.
        revenue_in_usd=(currency or _OUR_CURRENCY) == _OUR_CURRENCY,
        standard_properties=tuple(str(name) for name in chosen) if isinstance(chosen, list | tuple) else None,
        sender_name=_text(preferences, "sender_name"),
        sender_company=_text(preferences, "sender_company"),
        sender_offer=_text(preferences, "sender_offer"),
        preferences=preferences,
        scopes=frozenset() if stored is None else stored.scopes,
        currency=currency or _OUR_CURRENCY,
    )


def is_dry(preferences: Mapping[str, Any]) -> bool:
    """Whether the portal's switch keeps us from writing. Only a stored false lets us; nothing stored does not."""
    return preferences.get(DRY_RUN_PREFERENCE) is not False


def _text(preferences: Mapping[str, Any], name: str) -> str:
    value = preferences.get(name)
    return value.strip() if isinstance(value, str) else ""
