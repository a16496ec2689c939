"""Whether we worked on a record, and whose it was then: what decides who may look at its card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from integration.db.session import driver_connection

_GLANCE: Final = """
    SELECT (SELECT role FROM console_role WHERE portal_id = %(portal_id)s AND email = %(email)s),
        EXISTS (SELECT FROM record_state
            WHERE portal_id = %(portal_id)s AND object_type = %(object_type)s AND object_id = %(object_id)s),
        brief.object_id IS NOT NULL, brief.owner_id
    FROM (SELECT 1) AS one
    LEFT JOIN brief ON brief.portal_id = %(portal_id)s AND brief.object_type = %(object_type)s AND brief.object_id = %(object_id)s
"""


@dataclass(frozen=True)
class Glance:
    """A visitor before a record. `role_word` None: no role. `has_history`: it was deleted, merged, erased or restored at some time.

    `is_known`: we worked on it, and `owner_id` is whose it was then, None for nobody's.
    """

    role_word: str | None
    has_history: bool
    is_known: bool
    owner_id: str | None


class KnownRecordStore:
    """One statement about one visitor and one record: every card begins with it."""

    def glance(self, connection: Connection, *, portal_id: int, email: str, object_type: str, object_id: str) -> Glance:
        parameters = {"portal_id": portal_id, "email": email, "object_type": object_type, "object_id": object_id}
        row: Any = driver_connection(connection).execute(_GLANCE, parameters).fetchone()
        return Glance(*row)
