"""Which of our writes an undo by provider takes back."""

from __future__ import annotations

from datetime import timedelta

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.undo.request import UndoScope
from integration.pipeline.undo.undo_store import UndoStore
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL


def _rows() -> list[dict[str, object]]:
    given = [
        ("leadlight_headline", "x", "own_property", "leadlight"),
        ("leadlight_summary", "back again", "undone", "leadlight"),
        ("city", "", "undone", "leadlight"),
        ("state", "of a person", "undone", "leadlight"),
        ("phone", "chosen", "person_chose", "leadlight"),
        ("industry", "x", "was_blank", "apollo"),
        ("country", "back again", "undone", "apollo"),
    ]
    return [
        {
            "object_id": "1", "property_name": name, "value_before": "y", "value_after": value, "policy": "always",
            "decision": "write", "decision_reason": reason, "provider": provider, "trace_id": "t", "outcome": "written",
        }
        for name, value, reason, provider in given
    ]  # fmt: skip


def test_an_undo_of_our_own_values_leaves_earlier_undos_and_what_people_chose_alone(database: Database) -> None:
    store = LedgerStore()
    with database.begin() as connection:
        store.add_rows(connection, portal_id=PORTAL, run_id="r", object_type=COMPANIES, rows=_rows(), now=NOW)
        last = store.last_writes(connection, portal_id=PORTAL, object_type=COMPANIES, object_ids=["1"])
        store.supersede(connection, portal_id=PORTAL, row_ids=[last["1", "state"].row_id], now=NOW)
        found = {}
        for provider in ("leadlight", "apollo"):
            scope = UndoScope("provider", provider=provider, before=NOW + timedelta(minutes=1))
            preview = UndoStore().preview(connection, portal_id=PORTAL, scope=scope)
            found[provider] = {one.property_name for one in preview.by_property}
    assert found == {"leadlight": {"leadlight_headline", "leadlight_summary"}, "apollo": {"industry", "country"}}
