"""Keeps erased people out: a contact whose person was erased before is let go at the door, whatever id or record it comes under now.

Asked twice for each batch: once with what HubSpot says, before anybody is asked anything or anything is remembered; and once with what
providers found, before anything is kept, since an address may turn up only then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS, CrmRecord
from integration.pipeline.crm_fields import parse_email, parse_text
from integration.pipeline.people_store import Identities, PeopleStore
from integration.pipeline.withdraw_store import WithdrawStore
from integration.providers.base import FactSheet, Field, Subject
from integration.providers.cache_store import CacheStore
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.normalise import to_linkedin_url
from integration.providers.questions import identities, identity_id

ERASED_BEFORE: Final[Literal["erased_before"]] = "erased_before"
"""Outcome of a contact whose person was erased under another id."""


class Doorkeeper:
    """Recognises erased people by keyed digests; one transaction or none of its own, a handful of statements a batch."""

    def __init__(self, database: Database, digest_keys: DigestKeyStore, clock: Clock) -> None:
        self._database = database
        self._digest_keys = digest_keys
        self._clock = clock
        self._withdrawal = WithdrawStore()
        self._people = PeopleStore(digest_keys)

    def barred(self, portal_id: int, object_type: str, records: Mapping[str, CrmRecord]) -> frozenset[str]:
        """Which of the records as read must be let go. The others are remembered, so that erasing them later finds everything."""
        if object_type != CONTACTS or not records:
            return frozenset()
        people = {object_id: identities_of_record(record) for object_id, record in records.items()}
        with self._database.begin() as connection:
            return self._people.meet(connection, portal_id=portal_id, people=people)

    def barred_after_asking(self, connection: Connection, portal_id: int, sheets: Mapping[str, FactSheet]) -> frozenset[str]:
        """Which contacts turned out to be erased people once providers were asked. What this batch stored about them goes."""
        people = {object_id: identities_of_sheet(sheet) for object_id, sheet in sheets.items() if sheet.object_type == CONTACTS}
        barred = self._people.meet(connection, portal_id=portal_id, people=people)
        if barred:
            self._forget(connection, portal_id, {object_id: people[object_id] for object_id in sorted(barred)})
        return barred

    def _forget(self, connection: Connection, portal_id: int, people: Identities) -> None:
        """What reading these contacts and asking about them left behind."""
        digester = self._digest_keys.obtain(connection, portal_id=portal_id)
        cached = [digester.of(identity_id(identity)) for identities_of_one in people.values() for identity in identities_of_one]
        cached += self._people.forget(connection, portal_id=portal_id, object_ids=list(people))
        CacheStore.forget_people(connection, portal_id=portal_id, digests=cached)
        self._withdrawal.withdraw(connection, portal_id=portal_id, object_type=CONTACTS, object_ids=list(people), now=self._clock())


def identities_of_record(contact: CrmRecord) -> frozenset[str]:
    """Every way to name the person that HubSpot itself tells: address, profile, name and employer as typed in."""
    return frozenset(
        identities(
            Subject(
                kind="person",
                company_name=contact.text("company"),
                email=parse_email(contact.text("email") or ""),
                first_name=parse_text(contact.text("firstname") or ""),
                last_name=parse_text(contact.text("lastname") or ""),
                linkedin_url=to_linkedin_url(contact.text("hs_linkedin_url") or ""),
            )
        )
    )


def identities_of_sheet(sheet: FactSheet) -> frozenset[str]:
    """Every way to name the person after providers were asked: each address and profile anybody gave, name and employer."""
    named = Subject(
        kind="person",
        domain=sheet.text(Field.DOMAIN),
        company_name=sheet.text(Field.COMPANY_NAME),
        first_name=sheet.text(Field.FIRST_NAME),
        last_name=sheet.text(Field.LAST_NAME),
    )
    found = set(identities(named))
    for name in (Field.EMAIL, Field.PERSON_LINKEDIN_URL):
        chosen = sheet.findings.get(name)
        for finding in (*((chosen,) if chosen else ()), *sheet.alternatives.get(name, ())):
            said = str(finding.value)
            found |= set(identities(Subject("person", email=said) if name is Field.EMAIL else Subject("person", linkedin_url=said)))
    return frozenset(found)


def identity_of_email(text: str) -> str | None:
    """The identity an address stands for; None when it is no address."""
    address = parse_email(text)
    return None if address is None else identities(Subject("person", email=address))[0]
