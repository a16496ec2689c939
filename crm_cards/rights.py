"""Who may see a record: the account's rule over owners and teams, and the door that lets visitors in to records.

The rule is the portal's preference `card_access`: "team" (the default), "owner" or "everyone". People with the Leadlight role operator or admin see
every record. HubSpot's own record permissions cannot be read by an app, so this is a rule of our own.
Limit: while HubSpot cannot be asked, a record we know and one we do not know are told apart by how they are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from crm_cards.base import CardParts, NotVisible, OpenedRecord, Visitor
from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.core.errors import BadInput, Conflict, ReauthRequired, Rejected, Unavailable, UpstreamError
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, OBJECT_TYPE_IDS
from integration.hubspot.portal_store import Portal
from integration.pipeline.deals.reading import DealDesk
from integration.pipeline.owners.directory import OwnerDirectory, OwnerEntry
from integration.pipeline.owners.keeping import OwnerKeeper
from integration.pipeline.owners.owner_store import OwnerStore
from integration.pipeline.portal_profile import OWNERS_SCOPE
from integration.pipeline.record_card.known_store import Glance, KnownRecordStore
from integration.pipeline.record_state_store import RecordStateStore, Status

ACCESS_PREFERENCE: Final = "card_access"
OWNER_PROPERTY: Final = "hubspot_owner_id"
_CARD_TYPES: Final = (CONTACTS, COMPANIES, DEALS)
_BY_TYPE_ID: Final[Mapping[str, str]] = {OBJECT_TYPE_IDS[name]: name for name in _CARD_TYPES}
_LONGEST_ID: Final = 19
_LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)
_REFUSAL: Final = (
    "This record is not there, or it is not yours to see. Cards are shown to a record's owner and the owner's team, unless an admin sets "
    "it otherwise."
)


class AccessRule(StrEnum):
    """What an admin can choose."""

    TEAM = "team"
    OWNER = "owner"
    EVERYONE = "everyone"


@dataclass(frozen=True)
class Sight:
    """What a visitor can see by: the account's rule, whether a role opens everything, and who the visitor is among the owners."""

    rule: AccessRule
    sees_all: bool
    owners_readable: bool
    visitor: OwnerEntry | None

    @property
    def asks_owners(self) -> bool:
        """Whether the answer hangs on who owns a record at all."""
        return not self.sees_all and self.rule is not AccessRule.EVERYONE


def access_rule(preferences: Mapping[str, Any]) -> AccessRule:
    """The account's rule; anything that is none counts as the default."""
    stored = preferences.get(ACCESS_PREFERENCE)
    return next((rule for rule in AccessRule if rule == stored), AccessRule.TEAM)


def may_see(sight: Sight, owner_id: str | None, directory: OwnerDirectory) -> bool:
    """Whether the visitor sees a record of this owner. An owner nobody knows is somebody else."""
    if owner_id is None or not sight.asks_owners:
        return True
    if not sight.owners_readable:
        return False
    owner = directory.find(owner_id)
    if owner is None:
        return False
    if sight.visitor is not None and sight.visitor.owner_id == owner_id:
        return True
    if sight.rule is AccessRule.OWNER:
        return False
    return not owner.team_ids or (sight.visitor is not None and bool(owner.team_ids & sight.visitor.team_ids))


def refusal_in_words(sight: Sight, directory: OwnerDirectory) -> str:
    """What a visitor is told who sees no record there: the same for every record of the account."""
    if not sight.asks_owners:
        return _REFUSAL
    if not sight.owners_readable:
        missing = f"Leadlight lacks the permission to read owners ({OWNERS_SCOPE}), so owned records are shown only to its operators and admins."
        return f"{_REFUSAL} {missing}"
    if directory.fetched_at is None:
        return f"{_REFUSAL} The account's owners could not be read from HubSpot yet; try again in a minute."
    return _REFUSAL


def read_record(object_type: str, object_id: str) -> tuple[str, str]:
    """Type by name and id, from the address. Raises BadInput for what cannot be a record with a card."""
    kind = _BY_TYPE_ID.get(object_type, object_type)
    if kind not in _CARD_TYPES:
        raise BadInput(f"There are no cards on records of type {object_type[:20]!r}.", reason="unknown_type")
    if not (object_id.isascii() and object_id.isdecimal()) or len(object_id) > _LONGEST_ID:
        raise BadInput(f"A record id is a number, not {object_id[:20]!r}.", reason="bad_record_id")
    return kind, object_id


class CardDoor:
    """Lets visitors in to records, by the rule of their account. One for the process."""

    def __init__(self, parts: CardParts) -> None:
        self._parts = parts
        self._roles = RoleStore()
        self._states = RecordStateStore()
        self._known = KnownRecordStore()
        self._owners = OwnerStore()
        self._keeper = OwnerKeeper(parts.database, parts.clock)
        self._deals = DealDesk(parts.database, parts.quick_clients, parts.clock)

    def role_of(self, connection: Connection, visitor: Visitor) -> Role | None:
        """The visitor's role on the console of the account; None for most people."""
        return self._roles.role_of(connection, portal_id=visitor.portal_id, email=visitor.email)

    def open(self, connection: Connection, visitor: Visitor, object_type: str, object_id: str) -> OpenedRecord:
        """The record, or the one it was merged into. Raises NotVisible; BadInput for what cannot be a record; Unavailable or Conflict where
        HubSpot would have to be asked and cannot be. A record we know costs no call, another one a quick one.
        """
        kind, object_id = read_record(object_type, object_id)
        glance = self._known.glance(
            connection, portal_id=visitor.portal_id, email=visitor.email, object_type=kind, object_id=object_id
        )
        role = None if glance.role_word is None else Role.from_word(glance.role_word)
        sight = _sight(visitor, role)
        found = self._find(connection, visitor, kind, object_id, glance)
        if found is None or not self._sees(connection, visitor, sight, [found.owner_id])[0]:
            raise self._refusal(connection, visitor, sight)
        if found.is_erased and not sight.sees_all:
            raise self._refusal(connection, visitor, sight)
        return OpenedRecord(kind, found.object_id, found.owner_id, found.is_known, role, found.is_erased)

    def may_see(self, connection: Connection, visitor: Visitor, owner_ids: Sequence[str | None]) -> Sequence[bool]:
        """For each owner whether the visitor sees that owner's records. Two statements, no call."""
        sight = _sight(visitor, self.role_of(connection, visitor))
        if not sight.asks_owners or all(owner_id is None for owner_id in owner_ids):
            return [True] * len(owner_ids)
        directory = self._directory(connection, visitor, owner_ids)
        known = _recognised(sight, visitor, directory)
        return [may_see(known, owner_id, directory) for owner_id in owner_ids]

    def _sees(self, connection: Connection, visitor: Visitor, sight: Sight, owner_ids: Sequence[str | None]) -> list[bool]:
        """As `may_see`; somebody who is not in the directory yet is looked for in HubSpot, at most once a minute."""
        if not sight.asks_owners or not sight.owners_readable or all(owner_id is None for owner_id in owner_ids):
            return [may_see(sight, owner_id, _NOBODY) for owner_id in owner_ids]
        directory = self._directory(connection, visitor, owner_ids)
        if self._lacks_somebody(visitor, directory, owner_ids):
            client = self._parts.quick_clients.for_portal(visitor.portal_id)
            if visitor.portal.is_connected and self._keeper.fetch_quietly(client, visitor.portal_id):
                directory = self._directory(connection, visitor, owner_ids)
        known = _recognised(sight, visitor, directory)
        return [may_see(known, owner_id, directory) for owner_id in owner_ids]

    def _lacks_somebody(self, visitor: Visitor, directory: OwnerDirectory, owner_ids: Sequence[str | None]) -> bool:
        if directory.fetched_at is not None and self._parts.clock() - directory.fetched_at < _LOOK_AGAIN_AFTER:
            return False
        unknown_owner = any(owner_id is not None and directory.find(owner_id) is None for owner_id in owner_ids)
        return unknown_owner or directory.of_user(visitor.user_id, visitor.email) is None

    def _directory(self, connection: Connection, visitor: Visitor, owner_ids: Sequence[str | None]) -> OwnerDirectory:
        wanted = sorted({owner_id for owner_id in owner_ids if owner_id is not None})
        return self._owners.among(
            connection, portal_id=visitor.portal_id, owner_ids=wanted, user_id=visitor.user_id, email=visitor.email
        )

    def _refusal(self, connection: Connection, visitor: Visitor, sight: Sight) -> NotVisible:
        return NotVisible(refusal_in_words(sight, self._directory(connection, visitor, ())))

    def _find(self, connection: Connection, visitor: Visitor, kind: str, object_id: str, glance: Glance) -> _Found | None:
        """The record with its owner, or the record it became; None when it is not there."""
        portal = visitor.portal
        if glance.has_history:
            status = self._states.status_of(connection, portal.portal_id, kind, [object_id])[object_id]
            if status.status is Status.MERGED and status.survivor_id is not None:
                object_id = status.survivor_id
                status = self._states.status_of(connection, portal.portal_id, kind, [object_id])[object_id]
                glance = self._known.glance(
                    connection, portal_id=portal.portal_id, email=visitor.email, object_type=kind, object_id=object_id
                )
            if status.status is Status.ERASED:
                return _Found(object_id, None, is_known=False, is_erased=True)
            if status.status is not Status.LIVE:
                return None
        if kind == DEALS:
            return self._find_deal(portal, object_id)
        if glance.is_known:
            return _Found(object_id, glance.owner_id, is_known=True)
        return self._ask(portal, kind, object_id)

    def _find_deal(self, portal: Portal, object_id: str) -> _Found | None:
        link = self._deals.current(portal, object_id)
        return None if link is None else _Found(object_id, link.owner_id, is_known=True)

    def _ask(self, portal: Portal, kind: str, object_id: str) -> _Found | None:
        if not portal.is_connected:
            raise Conflict(
                "Leadlight is not connected to this account any more. Ask an admin to connect it again.", reason="disconnected"
            )
        try:
            records = self._parts.quick_clients.for_portal(portal.portal_id).batch_read(kind, [object_id], [OWNER_PROPERTY])
        except ReauthRequired as error:
            raise Conflict(
                "Leadlight is not connected to this account any more. Ask an admin to connect it again.", reason="disconnected"
            ) from error
        except Rejected:
            return None
        except UpstreamError as error:
            raise Unavailable(
                "We have not worked on this record yet, and HubSpot cannot be asked about it right now. Try again in a minute.",
                system="hubspot",
                reason="hubspot_silent",
            ) from error
        live = [record for record in records if not record.archived and record.object_id == object_id]
        return _Found(object_id, live[0].text(OWNER_PROPERTY), is_known=False) if live else None


@dataclass(frozen=True)
class _Found:
    """A record that is there, or was until it was erased."""

    object_id: str
    owner_id: str | None
    is_known: bool
    is_erased: bool = False


_NOBODY: Final = OwnerDirectory({}, None)


def _sight(visitor: Visitor, role: Role | None) -> Sight:
    return Sight(
        rule=access_rule(visitor.portal.preferences),
        sees_all=role is not None and role >= Role.OPERATOR,
        owners_readable=OWNERS_SCOPE in visitor.portal.scopes,
        visitor=None,
    )


def _recognised(sight: Sight, visitor: Visitor, directory: OwnerDirectory) -> Sight:
    """The same, with the visitor found among the owners."""
    return Sight(sight.rule, sight.sees_all, sight.owners_readable, directory.of_user(visitor.user_id, visitor.email))
