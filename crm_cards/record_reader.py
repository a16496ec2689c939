"""Reads what a record's card shows: one fetch, few statements, nobody outside is asked. A company's people are its contacts we worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from crm_cards.base import CardParts, Json, OpenedRecord, RecordDoor, Visitor
from crm_cards.deal_state import Around, deal_state
from crm_cards.record_state import Account, State, erased_state, state_of
from crm_cards.record_view import CompanyPart, DealPart, Frame, Gathered, record_view
from integration.access.roles import Role
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.deals.deal_link_store import DealLinkStore
from integration.pipeline.deals.link import DealLink
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.provenance_store import ProvenanceStore
from integration.pipeline.record_card.card_store import CardStore, KnownPerson, StoredScore, WaitingItem
from integration.pipeline.record_card.draft_store import DraftReader
from integration.pipeline.undo.request import KEPT_FOR

_MOST_LOOKED_UP: Final = 200


class RecordReader:
    """Answers about records that the door has opened. One for the process."""

    def __init__(self, parts: CardParts, door: RecordDoor) -> None:
        self._parts = parts
        self._door = door
        self._cards = CardStore()
        self._drafts = DraftReader()
        self._provenance = ProvenanceStore()
        self._deals = DealLinkStore()
        self._labels = {entry.name: entry.label for entry in parts.declarations}

    def view(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> Json:
        """The card's `RecordView`. Six statements about a contact or company; eight about a deal."""
        if opened.is_erased:
            found = Gathered(opened.object_type, opened.object_id, erased_state())
        elif opened.object_type == DEALS:
            found = self._deal(connection, visitor, opened)
        else:
            found = self._record(connection, visitor, opened)
        return record_view(found, self._frame(visitor, opened))

    def state(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> State:
        """The record's state alone. One or two statements, three about a deal."""
        if opened.is_erased:
            return erased_state()
        if opened.object_type == DEALS:
            link = self._link(connection, visitor, opened)
            return self._deal_state(connection, visitor, link, self._contacts(connection, visitor, link.contact_ids))
        portal_id, kind, object_id = visitor.portal_id, opened.object_type, opened.object_id
        standing = self._cards.standing(connection, portal_id=portal_id, object_type=kind, object_id=object_id)
        scores: Sequence[StoredScore] = ()
        if standing.item is None and standing.brief is not None:
            scores = self._cards.scores(connection, portal_id=portal_id, object_type=kind, object_id=object_id)
        return state_of(standing, scores, _account(visitor), self._parts.clock())

    def position(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> int | None:
        """How many records of its lane are due before this one; None when it does not wait for its turn."""
        now = self._parts.clock()
        items = self._cards.waiting(connection, portal_id=visitor.portal_id, records=[(opened.object_type, opened.object_id)])
        waiting = [item for item in items if item.due_at <= now and not _in_hand(item, self._parts)]
        if not waiting:
            return None
        return self._cards.ahead(connection, portal_id=visitor.portal_id, object_type=opened.object_type, item=waiting[0])

    def _record(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> Gathered:
        portal_id, kind, object_id = visitor.portal_id, opened.object_type, opened.object_id
        standing = self._cards.standing(connection, portal_id=portal_id, object_type=kind, object_id=object_id)
        scores = self._cards.scores(connection, portal_id=portal_id, object_type=kind, object_id=object_id)
        is_contact = kind == CONTACTS
        return Gathered(
            object_type=kind,
            object_id=object_id,
            state=state_of(standing, scores, _account(visitor), self._parts.clock()),
            brief=standing.brief,
            scores=scores,
            draft=self._drafts.find(connection, portal_id=portal_id, object_type=kind, object_id=object_id) if is_contact else None,
            fields=self._provenance.fields(connection, portal_id=portal_id, object_type=kind, object_id=object_id),
            facts=self._provenance.facts(connection, portal_id=portal_id, object_type=kind, object_id=object_id),
            people=() if is_contact else self._people_at(connection, visitor, object_id),
        )

    def _people_at(self, connection: Connection, visitor: Visitor, company_id: str) -> Sequence[KnownPerson]:
        people = self._cards.people_of(connection, portal_id=visitor.portal_id, company_id=company_id, limit=_MOST_LOOKED_UP)
        return self._seen(connection, visitor, people)

    def _contacts(self, connection: Connection, visitor: Visitor, contact_ids: Sequence[str]) -> Sequence[KnownPerson]:
        """Those of these contacts that we know and the visitor may see, the hottest first."""
        asked = contact_ids[:_MOST_LOOKED_UP]
        people = self._cards.people(connection, portal_id=visitor.portal_id, object_type=CONTACTS, object_ids=asked)
        return self._seen(connection, visitor, people)

    def _seen(self, connection: Connection, visitor: Visitor, people: Sequence[KnownPerson]) -> Sequence[KnownPerson]:
        """Those the visitor may see."""
        seen = self._door.may_see(connection, visitor, [one.owner_id for one in people])
        return [person for person, may_see in zip(people, seen, strict=True) if may_see]

    def _deal(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> Gathered:
        link = self._link(connection, visitor, opened)
        people = self._contacts(connection, visitor, link.contact_ids)
        company = self._company(connection, visitor, link)
        own = self._cards.scores(connection, portal_id=visitor.portal_id, object_type=DEALS, object_id=opened.object_id)
        return Gathered(
            object_type=DEALS,
            object_id=opened.object_id,
            state=self._deal_state(connection, visitor, link, people, company),
            brief=None if company is None else company.brief,
            scores=own or (() if company is None else company.scores),
            people=people,
            deal=DealPart(link, company),
        )

    def _link(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> DealLink:
        """The deal as the door just saw it."""
        link = self._deals.find(connection, portal_id=visitor.portal_id, deal_id=opened.object_id)
        return link or DealLink(opened.object_id, "", "", None, None, opened.owner_id, None, (), self._parts.clock())

    def _company(self, connection: Connection, visitor: Visitor, link: DealLink) -> CompanyPart | None:
        if link.company_id is None:
            return None
        known = self._cards.brief(connection, portal_id=visitor.portal_id, object_type=COMPANIES, object_id=link.company_id)
        if known is None:
            return CompanyPart(link.company_id, None, ())
        brief, owner_id = known
        if not self._door.may_see(connection, visitor, [owner_id])[0]:
            return None
        scores = self._cards.scores(connection, portal_id=visitor.portal_id, object_type=COMPANIES, object_id=link.company_id)
        return CompanyPart(link.company_id, brief, scores)

    def _deal_state(
        self,
        connection: Connection,
        visitor: Visitor,
        link: DealLink,
        people: Sequence[KnownPerson],
        company: CompanyPart | None = None,
    ) -> State:
        standing = self._cards.standing(connection, portal_id=visitor.portal_id, object_type=DEALS, object_id=link.deal_id)
        items = self._cards.waiting(connection, portal_id=visitor.portal_id, records=parts_of(link))
        moments = [person.checked_at for person in people]
        if company is not None and company.brief is not None:
            moments.append(company.brief.checked_at)
        around = Around(items, min(moments, default=None), standing.silent_s)
        return deal_state(link, around, _account(visitor), self._parts.clock())

    def _frame(self, visitor: Visitor, opened: OpenedRecord) -> Frame:
        is_connected = visitor.portal.is_connected
        public_url = self._parts.settings.web.public_url.rstrip("/")
        return Frame(
            portal=visitor.portal,
            console_url=f"{public_url}/admin/{visitor.portal_id}/records/{opened.object_type}/{opened.object_id}",
            may_act=is_connected and not opened.is_erased,
            is_admin=opened.role is Role.ADMIN,
            labels=self._labels,
            undoable_since=self._parts.clock() - KEPT_FOR if is_connected else None,
        )


def parts_of(link: DealLink) -> list[tuple[str, str]]:
    """The records a deal hangs on, by type and id."""
    company = [] if link.company_id is None else [(COMPANIES, link.company_id)]
    return company + [(CONTACTS, contact_id) for contact_id in link.contact_ids]


def _account(visitor: Visitor) -> Account:
    portal = visitor.portal
    return Account(portal.is_connected, is_dry(portal.preferences), portal.state_since)


def _in_hand(item: WaitingItem, parts: CardParts) -> bool:
    return item.lease_until is not None and item.lease_until > parts.clock()
