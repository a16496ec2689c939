"""Which of two values should survive a merge, field by field, and what HubSpot does by itself. Pure.

HubSpot keeps the primary record's value and takes the other's only where the primary has none; a few properties have rules of their own there.
What we would rather keep is advice: nothing is changed unless a person says so.
Sources: https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies and
https://knowledge.hubspot.com/records/merge-records (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from integration.core.folding import folded


class Side(StrEnum):
    """Whose value: the primary record's, the other's, or both say the same."""

    PRIMARY = "primary"
    OTHER = "other"
    BOTH = "both"


class Setter(StrEnum):
    """Who set a value, from the one believed most to the one believed least."""

    PERSON = "person"
    IMPORT = "import"
    UNKNOWN = "unknown"
    APP = "app"
    HUBSPOT = "hubspot"
    LEADLIGHT = "leadlight"


@dataclass(frozen=True)
class Held:
    """A value with who set it and when. "" is no value; `set_at` None: not known."""

    value: str
    setter: Setter = Setter.UNKNOWN
    set_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        return not self.value.strip()


@dataclass(frozen=True)
class Verdict:
    """`hubspot` is whose value stands after the merge, `better` whose we advise; `reason` says why in words."""

    hubspot: Side
    better: Side
    reason: str


HUBSPOT_RULES: Final = frozenset(
    {"email", "hs_additional_emails", "lifecyclestage", "createdate", "hs_lead_status", "hubspot_owner_id"}
)
"""Properties that are not for us to correct: HubSpot has a rule of its own for them, or they decide who works the record."""
_LONG_TEXTS: Final = frozenset({"description", "about_us", "notes", "message"})
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_BELIEF: Final = {setter: rank for rank, setter in enumerate(Setter)}
_SAID_BY: Final = {
    Setter.PERSON: "a person set it",
    Setter.IMPORT: "it came from an import",
    Setter.UNKNOWN: "who set the other one is less certain",
    Setter.APP: "another app set it",
    Setter.HUBSPOT: "HubSpot set it",
    Setter.LEADLIGHT: "Leadlight set it",
}


def judge(property_name: str, primary: Held, other: Held) -> Verdict:
    """The verdict on one property. Every pair of values has one."""
    hubspot = after_merge(primary, other)
    if hubspot is Side.BOTH:
        return Verdict(hubspot, Side.BOTH, "both say the same")
    if primary.is_blank or other.is_blank:
        return Verdict(hubspot, hubspot, "only one record has a value")
    if property_name in HUBSPOT_RULES:
        return Verdict(hubspot, hubspot, "HubSpot decides this one by its own rule")
    better, reason = _better(property_name, primary, other)
    return Verdict(hubspot, better, reason)


def after_merge(primary: Held, other: Held) -> Side:
    """Whose value stands after HubSpot's merge."""
    if primary.value.strip() == other.value.strip():
        return Side.BOTH
    return Side.OTHER if primary.is_blank else Side.PRIMARY


def _better(property_name: str, primary: Held, other: Held) -> tuple[Side, str]:
    """The first rule that tells the two apart; the primary's where none does."""
    if folded(primary.value) == folded(other.value) and folded(primary.value):
        return Side.PRIMARY, "the same in another spelling"
    if primary.setter is not other.setter and Setter.PERSON in (primary.setter, other.setter):
        return (Side.PRIMARY if primary.setter is Setter.PERSON else Side.OTHER), _SAID_BY[Setter.PERSON]
    if property_name in _LONG_TEXTS and len(primary.value) != len(other.value):
        return (Side.PRIMARY if len(primary.value) > len(other.value) else Side.OTHER), "the longer text says more"
    if primary.setter is not other.setter:
        winner, side = min((primary.setter, Side.PRIMARY), (other.setter, Side.OTHER), key=lambda one: _BELIEF[one[0]])
        return side, _SAID_BY[winner]
    if (primary.set_at or _LONG_AGO) != (other.set_at or _LONG_AGO):
        newer = (primary.set_at or _LONG_AGO) > (other.set_at or _LONG_AGO)
        return (Side.PRIMARY if newer else Side.OTHER), "it is newer"
    return Side.PRIMARY, "nothing tells them apart, so the primary record's stays"
