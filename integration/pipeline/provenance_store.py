"""Reads where the values on one record came from. Asks by portal, so a record of another portal is a record nobody knows."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on

from integration.db.models.enrichment import FindingRow
from integration.db.models.ledger import LedgerRow
from integration.pipeline.ledger_store import COMPUTED, IS_NOTE
from integration.pipeline.policy import OWN_PREFIX, PERSON_CHOSE
from integration.pipeline.provenance import FactProvenance, FieldProvenance
from integration.pipeline.undo.chain import UNDONE


class ProvenanceStore:
    """Each method is one statement about one record. The statements are built once: cards ask them all day."""

    def fields(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> list[FieldProvenance]:
        """The properties that still hold what we wrote, those with a finding first. What an undo put back for somebody
        else is theirs (marked as superseded), and so is what a person chose.
        """
        rows = connection.execute(_FIELDS, {"portal": portal_id, "type": object_type, "record": object_id})
        return [FieldProvenance(one[0], one[1], one[2] or COMPUTED, *one[3:]) for one in rows]

    def facts(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> list[FactProvenance]:
        """Everything providers said about the record, what we go by first."""
        return [
            FactProvenance(
                found.field,
                ", ".join(str(part) for part in found.value) if isinstance(found.value, list) else str(found.value),
                found.provider,
                found.source_url,
                found.seen_at,
                found.confidence_ratio,
                found.cost_usd,
                found.chosen,
                found.run_id,
                found.lost_because,
            )
            for found in connection.execute(_FACTS, {"portal": portal_id, "type": object_type, "record": object_id})
        ]


def _of_record(row: type[LedgerRow] | type[FindingRow]) -> Any:
    return and_(row.portal_id == bindparam("portal"), row.object_type == bindparam("type"), row.object_id == bindparam("record"))


def _fields() -> Select[Any]:
    row = LedgerRow
    newest = (
        select(row.__table__)
        .where(_of_record(row), row.outcome == "written", ~IS_NOTE)
        .order_by(row.property_name, row.id.desc())
        .ext(distinct_on(row.property_name))
        .subquery()
    )
    unsaid = and_(
        newest.c.decision_reason == UNDONE,
        newest.c.provider == COMPUTED,
        ~newest.c.property_name.startswith(OWN_PREFIX, autoescape=True),
    )
    return (
        select(
            newest.c.property_name, newest.c.value_after, newest.c.provider, newest.c.source_url, newest.c.seen_at,
            newest.c.confidence_ratio, newest.c.cost_usd, newest.c.run_id, newest.c.created_at,
        )
        .where(
            newest.c.superseded_at.is_(None),
            newest.c.value_after.is_not(None),
            newest.c.value_after != "",
            newest.c.decision_reason != PERSON_CHOSE,
            ~unsaid,
        )
        .order_by(newest.c.provider == COMPUTED, newest.c.property_name)
    )  # fmt: skip


_FIELDS: Final = _fields()
_FACTS: Final = (
    select(FindingRow.__table__)
    .where(_of_record(FindingRow))
    .order_by(FindingRow.chosen.desc(), FindingRow.field, FindingRow.provider)
)
