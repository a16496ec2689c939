"""When we may touch a property: one table from policy to rule. Pure.

Three things stand above every policy: a routing field that nobody opened is left alone; a value that a person or an import set stays, and so
does a blank that a person made by clearing, unless the admin lifted that for the property; a value that was undone is not written again.
Who set what stands there is told by HubSpot's history, see `policies/origins.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, Literal

from integration.pipeline.crm_fields import parse_moment

OWN_PREFIX: Final = "leadlight_"
"""How the names of all our own properties begin."""
ROUTING_FIELDS: Final = frozenset({"hubspot_owner_id", "lifecyclestage", "dealstage", "hs_lead_status"})
"""Who works a record and where it stands in the process: closed unless an admin opens each one."""
FOREIGN_CONFIDENCE_RATIO: Final = 0.7
"""How certain a value counts that somebody else than us set; another app does not say."""
PERSON_CHOSE: Final = "person_chose"
"""Why the ledger says a value was written that a person picked: HubSpot says it was us, and it is theirs all the same."""
_ROUNDING: Final = 1e-9
"""0.7 + 0.1 is a little under 0.8 in floating point."""


class WritePolicy(StrEnum):
    """`if_newer`: seen later than the standing value was set. `if_more_certain`: than our older value, or by a margin than a foreign one."""

    NEVER = "never"
    IF_BLANK = "if_blank"
    IF_NEWER = "if_newer"
    IF_MORE_CERTAIN = "if_more_certain"
    ALWAYS = "always"


class Origin(StrEnum):
    """Whose value stands in a property."""

    OURS = "ours"
    PERSON = "person"
    IMPORT = "import"
    OTHER_APP = "other_app"
    HUBSPOT = "hubspot"
    UNKNOWN = "unknown"


PROTECTED: Final = frozenset({Origin.PERSON, Origin.IMPORT, Origin.UNKNOWN})
"""Whose values stay whatever the policy. A source HubSpot has not told us about may be a person: the safe side."""


@dataclass(frozen=True)
class Rule:
    """What is allowed for one property, defaults filled in.

    `margin_ratio` None: no margin is stated, so no foreign value is more uncertain than ours. `people_may_be_overwritten`: the admin lifted the
    protection of what people and imports set. `is_open` matters for routing fields alone.
    """

    policy: WritePolicy
    margin_ratio: float | None = None
    people_may_be_overwritten: bool = False
    is_open: bool = False


@dataclass(frozen=True)
class Standing:
    """What stands in the property now. `origin` None: nobody ever set it.

    `set_at` is when it was set; for a value of ours, when its finding was seen. `confidence_ratio` is known for ours alone. `undone_value` is
    what an undo took out of here last.
    """

    value: str
    origin: Origin | None = None
    set_at: datetime | None = None
    confidence_ratio: float | None = None
    undone_value: str | None = None

    @property
    def is_blank(self) -> bool:
        return not self.value.strip()


@dataclass(frozen=True)
class Wanted:
    """What we would write. `kind` is the property's type in HubSpot's words; `confidence_ratio` None: computed, not found."""

    property_name: str
    value: str
    kind: str = "string"
    seen_at: datetime | None = None
    confidence_ratio: float | None = None


@dataclass(frozen=True)
class Decision:
    """Whether to write, and the machine word for why; `policies/words.py` says it in plain words."""

    action: Literal["write", "keep"]
    reason: str


_WRITE_BLANK: Final = Decision("write", "was_blank")
_WRITE_RENEWED: Final = Decision("write", "own_value_renewed")
_KEEP_OTHERS: Final = Decision("keep", "filled_by_others")
_KEEP_OFF: Final = Decision("keep", "switched_off")
_KEEP_CLOSED: Final = Decision("keep", "routing_closed")
_KEEP_EMPTY: Final = Decision("keep", "nothing_to_write")
_KEEP_EQUAL: Final = Decision("keep", "unchanged")
_KEEP_UNDONE: Final = Decision("keep", "undone_before")


def _always(_rule: Rule, _standing: Standing, wanted: Wanted) -> Decision:
    if wanted.property_name.startswith(OWN_PREFIX):
        return Decision("write", "own_property")
    return Decision("write", "always") if wanted.value else _KEEP_EMPTY


def _if_blank(_rule: Rule, standing: Standing, wanted: Wanted) -> Decision:
    if not wanted.value:
        return _KEEP_EMPTY
    if standing.is_blank:
        return _WRITE_BLANK
    return _WRITE_RENEWED if standing.origin is Origin.OURS else _KEEP_OTHERS


def _if_newer(_rule: Rule, standing: Standing, wanted: Wanted) -> Decision:
    if not wanted.value:
        return _KEEP_EMPTY
    if standing.is_blank:
        return _WRITE_BLANK
    if wanted.seen_at is None or standing.set_at is None:
        return Decision("keep", "age_unknown")
    return Decision("write", "newer") if wanted.seen_at > standing.set_at else Decision("keep", "not_newer")


def _if_more_certain(rule: Rule, standing: Standing, wanted: Wanted) -> Decision:
    if not wanted.value:
        return _KEEP_EMPTY
    if standing.is_blank:
        return _WRITE_BLANK
    if wanted.confidence_ratio is None:
        return Decision("keep", "certainty_unknown")
    if standing.origin is Origin.OURS:
        enough = standing.confidence_ratio is None or wanted.confidence_ratio > standing.confidence_ratio
    elif rule.margin_ratio is None:
        return Decision("keep", "margin_not_stated")
    else:
        enough = wanted.confidence_ratio + _ROUNDING >= FOREIGN_CONFIDENCE_RATIO + rule.margin_ratio
    return Decision("write", "more_certain") if enough else Decision("keep", "not_more_certain")


def _never(_rule: Rule, _standing: Standing, _wanted: Wanted) -> Decision:
    return _KEEP_OFF


_POLICIES: Final[Mapping[WritePolicy, Callable[[Rule, Standing, Wanted], Decision]]] = {
    WritePolicy.NEVER: _never,
    WritePolicy.IF_BLANK: _if_blank,
    WritePolicy.IF_NEWER: _if_newer,
    WritePolicy.IF_MORE_CERTAIN: _if_more_certain,
    WritePolicy.ALWAYS: _always,
}


def decide(rule: Rule, standing: Standing, wanted: Wanted) -> Decision:
    """Write or keep. A value that already stands there, also in another spelling of its kind, is kept whatever the policy."""
    if wanted.property_name in ROUTING_FIELDS and not rule.is_open:
        return _KEEP_CLOSED
    if same_value(standing.value, wanted.value, kind=wanted.kind):
        return _KEEP_EQUAL
    if rule.policy is WritePolicy.NEVER:
        return _KEEP_OFF
    if standing.undone_value is not None and same_value(standing.undone_value, wanted.value, kind=wanted.kind):
        return _KEEP_UNDONE
    if standing.origin in PROTECTED and not rule.people_may_be_overwritten:
        return Decision("keep", f"{'cleared' if standing.is_blank else 'set'}_by_{standing.origin}")
    return _POLICIES[rule.policy](rule, standing, wanted)


def same_value(standing: str, wanted: str, *, kind: str = "string") -> bool:
    """Whether HubSpot's text and ours mean the same. `kind` is the property's type in HubSpot's words.

    HubSpot gives back "7" for "7.0", milliseconds or ISO for a time, several options in an order of its own, and trims texts.
    """
    left, right = _normal(standing), _normal(wanted)
    if left == right:
        return True
    if not left or not right:
        return False
    if kind == "number":
        return _number(left) is not None and _number(left) == _number(right)
    if kind == "enumeration":
        return _options(left) == _options(right)
    if kind in ("datetime", "date"):
        return _moment(left) is not None and _moment(left) == _moment(right)
    return False


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _options(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(text: str) -> datetime | None:
    iso = parse_moment(text)
    if iso is None:
        return None
    moment = datetime.fromisoformat(iso)
    # HubSpot keeps milliseconds.
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
