"""How a property stands just before we write: by what we wrote there last, and by HubSpot's history where that does not settle it. Pure.

The history is worth a call for every planned write to a property that is not ours, and for one of ours only where something else stands than
what we wrote there last. A first write of our own properties costs none.
Limit: who edits one of our own properties in the seconds between our reading the record and our writing it is overwritten there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from integration.hubspot.objects import CrmRecord, PropertyVersion
from integration.pipeline.ledger_store import COMPUTED, LastWrite
from integration.pipeline.policies.origins import origin_of, origin_put_back
from integration.pipeline.policy import OWN_PREFIX, PERSON_CHOSE, Origin, Standing, same_value
from integration.pipeline.undo.chain import UNDONE
from integration.pipeline.write_plan import RecordWishes, Wish

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
Versions = Mapping[str, Mapping[str, Sequence[PropertyVersion]]]
"""By record id and property name, newest first."""


def may_be_written(wish: Wish, record: CrmRecord, ours: frozenset[str], *, as_of: datetime) -> bool:
    """Whether the value would be written if only the property took it, as far as that can be told without HubSpot's history."""
    value = record.properties.get(wish.property_name) or ""
    origin = Origin.OURS if wish.property_name in ours else Origin.OTHER_APP
    standing = Standing(value, origin if value else None, _LONG_AGO)
    return wish.allowed(standing, as_of=as_of).action == "write"


@dataclass(frozen=True)
class Standings:
    """What is known of how things stand: our last writes, and the history of what is at stake, by (record id, property name)."""

    app_id: str
    last: Mapping[tuple[str, str], LastWrite] = field(default_factory=dict)
    versions: Versions = field(default_factory=dict)

    def of(self, wishes: RecordWishes, wish: Wish) -> Standing:
        """How the property stands. The newest version of its history is fresher than what was read with the batch."""
        name, kind = wish.property_name, wish.wanted.kind
        last = self.last.get((wishes.object_id, name))
        undone = last.value_before if last is not None and last.reason == UNDONE else None
        asked = self.versions.get(wishes.object_id, {})
        if name not in asked:
            return self._unasked(wishes.before(name), last, undone, kind)
        return self._from_history(wishes.before(name), asked[name], last, undone, kind)

    def at_stake(self, wishes: RecordWishes) -> list[str]:
        """The properties of the record whose history must be read before anything is written there."""
        planned = [wish for wish in wishes.wishes if _would_write(wish, self.of(wishes, wish), wishes.as_of)]
        if planned:
            planned.append(wishes.stamp)
        return [wish.property_name for wish in planned if self._needs_history(wishes, wish)]

    def _needs_history(self, wishes: RecordWishes, wish: Wish) -> bool:
        if not wish.property_name.startswith(OWN_PREFIX):
            return True
        last = self.last.get((wishes.object_id, wish.property_name))
        written = "" if last is None else last.value_after or ""
        return not same_value(wishes.before(wish.property_name), written, kind=wish.wanted.kind)

    @staticmethod
    def _unasked(value: str, last: LastWrite | None, undone: str | None, kind: str) -> Standing:
        """Without history: ours is what we wrote there last; anything else is somebody's, and nothing is known of its age."""
        if last is not None and value and same_value(value, last.value_after or "", kind=kind):
            if last.reason == PERSON_CHOSE:
                return Standing(value, Origin.PERSON, None, None, undone)
            return Standing(value, Origin.OURS, last.seen_at or _LONG_AGO, last.confidence_ratio, undone)
        return Standing(value, Origin.OTHER_APP if value.strip() else None, _LONG_AGO, None, undone)

    def _from_history(
        self, read: str, versions: Sequence[PropertyVersion], last: LastWrite | None, undone: str | None, kind: str
    ) -> Standing:
        if not versions:
            return Standing(read, Origin.UNKNOWN if read.strip() else None, None, None, undone)
        newest = versions[0]
        value = newest.value or ""
        written = None if last is None else last.value_after or ""
        origin = origin_of(versions, app_id=self.app_id, last_written=written, kind=kind)
        if origin is Origin.OURS and value and last is not None and _put_back_for_others(last):
            return Standing(value, origin_put_back(versions, app_id=self.app_id, kind=kind), newest.at, None, undone)
        if origin is Origin.OURS and last is not None and same_value(value, written or "", kind=kind):
            if last.reason == PERSON_CHOSE:
                return Standing(value, Origin.PERSON, newest.at, None, undone)
            return Standing(value, origin, last.seen_at or newest.at, last.confidence_ratio, undone)
        return Standing(value, origin, newest.at, None, undone)


def _put_back_for_others(last: LastWrite) -> bool:
    """Whether an undo of ours put somebody else's value back; an undo cut off before it said whose counts as that, to be on the safe side."""
    is_unsaid = last.provider == COMPUTED and not last.property_name.startswith(OWN_PREFIX)
    return last.reason == UNDONE and (last.superseded or is_unsaid)


def could_change(wishes: RecordWishes) -> list[str]:
    """The properties that would be written if everything that stands there were an old value of ours: for these we ask the ledger."""
    names = [
        wish.property_name
        for wish in wishes.wishes
        if _would_write(wish, Standing(wishes.before(wish.property_name), Origin.OURS, _LONG_AGO), wishes.as_of)
    ]
    return [*names, wishes.stamp.property_name] if names else []


def names_at_stake(at_stake: Iterable[Sequence[str]]) -> list[str]:
    """Each name once, in the order met."""
    return list(dict.fromkeys(name for names in at_stake for name in names))


def _would_write(wish: Wish, standing: Standing, as_of: datetime) -> bool:
    return wish.held_against(standing, as_of=as_of).action == "write"
