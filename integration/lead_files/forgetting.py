"""Erased people in files of leads: rows that name one are emptied, when a file is read and whenever somebody is erased later.

A person is known by the keyed digest of an address or a LinkedIn profile that stands in any cell of the row.
Limit: a row that names an erased person by name alone is not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from integration.lead_files.lead_row_store import LeadRowStore
from integration.lead_files.reading.rows import Row
from integration.providers.base import Subject
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.normalise import to_linkedin_url
from integration.providers.questions import identities, identity_id

ERASED: Final = "the person was erased at their own wish, and so was this row"
_EMAIL: Final = re.compile(r"[^\s@<>\"'(),:;\[\]\\]+@[^\s@<>\"'(),:;\[\]\\]+\.[^\s@<>\"'(),:;\[\]\\]+")
_PROFILE: Final = re.compile(r"(?:https?://)?[\w.]*linkedin\.com/in/[^\s\"'<>]+", re.IGNORECASE)


@dataclass(frozen=True)
class Forgetter:
    """Empties rows about erased people. Costs one or two statements for a chunk."""

    digest_keys: DigestKeyStore
    rows: LeadRowStore

    def without_erased(self, connection: Connection, portal_id: int, rows: Sequence[Row]) -> tuple[list[Row], int]:
        """The rows, those about erased people emptied, and how many these are."""
        digester = self.digest_keys.find(connection, portal_id=portal_id)
        if digester is None:  # nobody was ever met here, so nobody can have been erased
            return list(rows), 0
        by_line = {row.line: [digester.of(identity_id(one)) for one in identities_in(row)] for row in rows if row.problem != ERASED}
        every = sorted({digest for digests in by_line.values() for digest in digests})
        erased = self.rows.tombstones_among(connection, portal_id=portal_id, digests=every)
        gone = {line for line, digests in by_line.items() if not erased.isdisjoint(digests)}
        return [Row(row.line, (), ERASED) if row.line in gone else row for row in rows], len(gone)


def identities_in(row: Row) -> list[str]:
    """Every address and profile in the row, as people are remembered by them. Pure."""
    found: list[str] = []
    for cell in row.cells:
        if "@" in cell:
            found += [one for mail in _EMAIL.findall(cell) for one in identities(Subject("person", email=mail.rstrip(".").lower()))]
        if "linkedin" in cell.lower():
            profiles = (to_linkedin_url(text) for text in _PROFILE.findall(cell))
            found += [one for profile in profiles if profile for one in identities(Subject("person", linkedin_url=profile))]
    return found
