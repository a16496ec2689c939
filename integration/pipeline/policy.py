"""When we may touch a property: one table from policy to rule. Pure.

`always` is for our own `leadlight_*` properties. `if_blank` is for HubSpot's standard ones, and only when the admin asked for them: a value
of anyone else is never overwritten, one that we wrote ourselves and nobody changed may be brought up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, Literal

from integration.pipeline.crm_fields import parse_moment


class WritePolicy(StrEnum):
    ALWAYS = "always"
    IF_BLANK = "if_blank"
    NEVER = "never"


@dataclass(frozen=True)
class Standing:
    """What stands in the property now. `ours`: it is exactly what we wrote there last."""

    value: str
    ours: bool = False


@dataclass(frozen=True)
class Decision:
    """Whether to write, and the machine word for why."""

    action: Literal["write", "keep"]
    reason: str


_WRITE_OURS: Final = Decision("write", "own_property")
_WRITE_BLANK: Final = Decision("write", "was_blank")
_WRITE_RENEWED: Final = Decision("write", "own_value_renewed")
_KEEP_OTHERS: Final = Decision("keep", "filled_by_others")
_KEEP_OFF: Final = Decision("keep", "switched_off")
_KEEP_EMPTY: Final = Decision("keep", "nothing_to_write")
_KEEP_EQUAL: Final = Decision("keep", "unchanged")


def _always(_standing: Standing, _wanted: str) -> Decision:
    return _WRITE_OURS


def _if_blank(standing: Standing, wanted: str) -> Decision:
    if not wanted:
        return _KEEP_EMPTY
    if not standing.value.strip():
        return _WRITE_BLANK
    return _WRITE_RENEWED if standing.ours else _KEEP_OTHERS


def _never(_standing: Standing, _wanted: str) -> Decision:
    return _KEEP_OFF


_RULES: Final[Mapping[WritePolicy, Callable[[Standing, str], Decision]]] = {
    WritePolicy.ALWAYS: _always,
    WritePolicy.IF_BLANK: _if_blank,
    WritePolicy.NEVER: _never,
}


def decide(policy: WritePolicy, standing: Standing, wanted: str, *, kind: str = "string") -> Decision:
    """Write or keep. A value that already stands there, also in another spelling of its `kind`, is kept whatever the policy."""
    if same_value(standing.value, wanted, kind=kind):
        return _KEEP_EQUAL
    return _RULES[policy](standing, wanted)


def same_value(standing: str, wanted: str, *, kind: str = "string") -> bool:
    """Whether HubSpot's text and ours mean the same. `kind` is the property's type in HubSpot's words.

    HubSpot gives back "7" for "7.0", milliseconds or ISO for a time, and trims texts.
    """
    left, right = _normal(standing), _normal(wanted)
    if left == right:
        return True
    if not left or not right:
        return False
    if kind == "number":
        return _number(left) is not None and _number(left) == _number(right)
    if kind in ("datetime", "date"):
        return _moment(left) is not None and _moment(left) == _moment(right)
    return False


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


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
