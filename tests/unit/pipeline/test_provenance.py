"""What is told about where values came from: the sources property, and the answer the card gets."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, CrmRecord
from integration.pipeline.ledger_store import LastWrite, LedgerStore
from integration.pipeline.provenance import (
    FactProvenance,
    FieldProvenance,
    no_longer_standing,
    provenance_as_json,
)
from integration.pipeline.provenance_store import ProvenanceStore
from integration.pipeline.run_store import RunStore
from integration.pipeline.sources import LONGEST, render_sources
from integration.providers.base import FactSheet, Field, Finding
from tests.factories import NOW, company_sheet, contact_sheet, finding
from tests.unit.pipeline.conftest import PORTAL, Stand

FINDINGS = st.builds(
    Finding,
    field=st.sampled_from(list(Field)),
    value=st.just("x"),
    provider=st.sampled_from(["apollo", "hunter", "website", "hubspot"]),
    seen_at=st.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
    confidence_ratio=st.floats(0, 1),
)


def sheet(*findings: Finding) -> FactSheet:
    return FactSheet(COMPANIES, "9001", NOW, {one.field: one for one in findings})


def test_sources_read_well() -> None:
    text = render_sources(
        sheet(
            finding(Field.INDUSTRY, "Software", provider="apollo", confidence_ratio=0.9),
            finding(Field.EMPLOYEE_COUNT, 120, provider="apollo", confidence_ratio=0.9),
            finding(Field.TECHNOLOGIES, ("Stripe",), confidence_ratio=0.7, seen_at=NOW - timedelta(days=18)),
            finding(Field.CITY, "Berlin", provider="hubspot"),
        )
    )
    assert text == "Employee count, industry: Apollo, seen 2026-11-21, 90 %\nTechnologies: Website, seen 2026-11-03, 70 %"


def test_what_a_person_entered_has_no_line() -> None:
    assert render_sources(contact_sheet()) == ""
    assert render_sources(contact_sheet(company=company_sheet())).startswith("City, company name, country")


def test_the_same_facts_seen_later_change_nothing_and_a_new_fact_renews_the_dates() -> None:
    first = render_sources(company_sheet())
    later = NOW + timedelta(days=40)
    assert render_sources(company_sheet(seen_at=later), first) == first
    assert "2026-12-31" in render_sources(company_sheet({Field.CITY: "Bonn"}, seen_at=later), first)


@given(st.lists(FINDINGS, unique_by=lambda one: one.field), st.permutations(range(60)))
def test_sources_stay_short_and_do_not_depend_on_the_order(findings: list[Finding], order: list[int]) -> None:
    text = render_sources(sheet(*findings))
    shuffled = [one for _, one in sorted(zip(order, findings, strict=False), key=lambda pair: pair[0])]
    assert text == render_sources(sheet(*shuffled))
    assert len(text) <= LONGEST
    assert render_sources(sheet(*findings), text) == text
    told = sum(line.partition(":")[0].count(",") + 1 for line in text.splitlines() if ": " in line)
    left_out = re.search(r"and (\d+) more facts?$", text)
    assert told + (int(left_out.group(1)) if left_out else 0) == sum(one.provider != "hubspot" for one in findings)


def written(name: str, value: str | None, *, superseded: bool = False, row_id: int = 1) -> LastWrite:
    return LastWrite(row_id, "1", name, None, value, None, None, None, "run-1", "was_blank", superseded)


@pytest.mark.parametrize(
    ("standing", "ours", "is_gone"),
    [
        ("Software", "Software", False),
        ("7", "7.0", False),
        ("1795262400000", "2026-11-21T12:00:00Z", False),
        ("Banking", "Software", True),
        ("", "Software", True),
        (None, "Software", True),
        (None, "", False),
    ],
)
def test_a_value_is_gone_when_something_else_stands_there(standing: str | None, ours: str, is_gone: bool) -> None:
    records = {"1": CrmRecord(CONTACTS, "1", {"a": standing})}
    assert no_longer_standing(records, [written("a", ours)]) == ([1] if is_gone else [])


def test_what_was_not_read_or_was_seen_gone_before_tells_nothing_new() -> None:
    records = {"1": CrmRecord(CONTACTS, "1", {"a": "other"})}
    assert no_longer_standing(records, [written("b", "x"), written("a", "x", superseded=True)]) == []
    assert no_longer_standing({}, [written("a", "x")]) == []


def test_the_answer_stays_small_whatever_is_known() -> None:
    text, link = "ü" * 5_000, "https://example.com/" + "a" * 500
    fields = [
        FieldProvenance(f"p{i}", text, "apollo", link, NOW, 0.123456789, Decimal("0.123456"), "r" * 32, NOW) for i in range(900)
    ]
    facts = [FactProvenance("industry", text, "apollo", link, NOW, 0.9, Decimal(1), True, "r" * 32) for _ in range(900)]
    answer = provenance_as_json(fields, facts, labels={}, undoable_since=None)
    assert 80_000 < len(json.dumps(answer, ensure_ascii=False).encode()) < 95_000
    assert answer["more_fields"] + len(answer["fields"]) == answer["more_facts"] + len(answer["facts"]) == 900


def test_only_links_a_browser_may_follow_are_given() -> None:
    made = [
        FieldProvenance("p", "v", "apollo", url, NOW, None, None, "r", NOW)
        for url in ("javascript:alert(1)", "https://example.com/a", None, "https://example.com/" + "a" * 300)
    ]
    answer = provenance_as_json(made, [], labels={"p": "Label"}, undoable_since=None)
    assert [one["source_url"] for one in answer["fields"]] == [None, "https://example.com/a", None, None]
    assert answer["fields"][0]["label"] == "Label"


def test_provenance_is_of_the_newest_write_that_still_stands(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    store = ProvenanceStore()

    def names(portal_id: int = PORTAL) -> set[str]:
        with stand.database.begin() as connection:
            found = store.fields(connection, portal_id=portal_id, object_type=CONTACTS, object_id="101")
        return {one.property_name for one in found}

    before = names()
    assert {"leadlight_headline", "leadlight_sources"} <= before
    assert not any(name.startswith("note:") for name in before)
    assert names(PORTAL + 1) == set()
    with stand.database.begin() as connection:
        last = LedgerStore().last_writes(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=["101"])
        row_ids = [last["101", "leadlight_headline"].row_id]
        LedgerStore().supersede(connection, portal_id=PORTAL + 1, row_ids=row_ids, now=NOW)
    assert names() == before
    with stand.database.begin() as connection:
        LedgerStore().supersede(connection, portal_id=PORTAL, row_ids=row_ids, now=NOW)
    assert names() == before - {"leadlight_headline"}


def test_what_an_undo_put_back_is_not_ours(database: Database) -> None:
    row = {
        "object_id": "1", "property_name": "city", "value_before": "Berlin", "value_after": "Bonn", "policy": "always",
        "decision": "write", "decision_reason": "undone", "provider": "leadlight", "trace_id": "t", "outcome": "written",
    }  # fmt: skip
    with database.begin() as connection:
        RunStore().open(connection, portal_id=PORTAL, run_id="undo-1", kind="undo", object_type=CONTACTS, started_at=NOW)
        LedgerStore().add_rows(connection, portal_id=PORTAL, run_id="undo-1", object_type=CONTACTS, rows=[row], now=NOW)
        found = ProvenanceStore().fields(connection, portal_id=PORTAL, object_type=CONTACTS, object_id="1")
    assert found == []


def test_our_own_value_at_a_company_is_no_evidence_for_its_contacts(stand: Stand) -> None:
    stand.prefer(standard_properties=["numberofemployees"], sender_name="Sample Sender")
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    assert stand.hubspot.records[COMPANIES, "9001"]["numberofemployees"] == "120"
    stand.queue("101")
    stand.run()
    assert "employee count" in (stand.hubspot.records[CONTACTS, "101"]["leadlight_sources"] or "").lower()
    stand.hubspot.records[COMPANIES, "9001"]["numberofemployees"] = "99"
    stand.queue("101")
    stand.run()
    assert "employee count" not in (stand.hubspot.records[CONTACTS, "101"]["leadlight_sources"] or "").lower()


def test_a_value_of_ours_that_an_undo_brought_back_has_its_source_and_what_a_person_chose_has_none(database: Database) -> None:
    row = {
        "object_id": "1", "value_before": "", "policy": "always", "decision": "write", "trace_id": "t", "outcome": "written",
    }  # fmt: skip
    rows = [
        {**row, "property_name": "leadlight_headline", "value_after": "x", "decision_reason": "undone", "provider": "leadlight"},
        {**row, "property_name": "city", "value_after": "Bonn", "decision_reason": "undone", "provider": "apollo"},
        {**row, "property_name": "jobtitle", "value_after": "x", "decision_reason": "person_chose", "provider": "leadlight"},
    ]
    with database.begin() as connection:
        RunStore().open(connection, portal_id=PORTAL, run_id="undo-2", kind="undo", object_type=CONTACTS, started_at=NOW)
        LedgerStore().add_rows(connection, portal_id=PORTAL, run_id="undo-2", object_type=CONTACTS, rows=rows, now=NOW)
        found = ProvenanceStore().fields(connection, portal_id=PORTAL, object_type=CONTACTS, object_id="1")
    assert [(one.property_name, one.provider) for one in found] == [("city", "apollo"), ("leadlight_headline", "leadlight")]
