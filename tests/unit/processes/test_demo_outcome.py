"""When the demo may say that all went well."""

from __future__ import annotations

from dataclasses import replace

from integration.demo.outcome import AcceptedLook, DryLook, LearnLook, LiveLook, Outcome, Trust, UndoLook

TRUST = Trust(
    DryLook(records=2, filled=9, changed=0, left_alone=1, notes=2, cost_usd=0.1, standing_in_hubspot=0),
    AcceptedLook("run", fields=9, notes=2, fields_written=9, notes_written=2, declined=0),
    LiveLook("Sample Company", "city", ours="Oslo", edited_to="Sample City", stands="Sample City", changed_contacts=1),
    UndoLook("run-2", fields=3, put_back=3, left_alone={"note_only_updated": 1}, brought_back=3),
    open_reviews=1,
    open_duplicates=1,
)
LEARNED = LearnLook(deals=90, won=40, model="logistic regression", auc=0.7, abstained="", labels={"hot": 1})
WELL = Outcome(2, 2, 6, 0, 2, 1, 0, 1.0, (("apollo", 3, 0.06),), (), TRUST, LEARNED)


def test_all_is_well_when_what_was_accepted_is_what_was_written():
    facts = WELL.as_json()
    assert WELL.is_well
    assert facts["records_lost"] == 0
    assert facts["accepted"] == {
        "run_id": "run", "fields": 9, "notes": 2, "fields_written": 9, "notes_written": 2, "declined": 0, "is_exact": True,
    }  # fmt: skip


def test_a_lost_record_an_early_write_or_an_overwritten_edit_is_not_well():
    early = replace(TRUST, dry_run=replace(TRUST.dry_run, standing_in_hubspot=1))
    inexact = replace(TRUST, accepted=replace(TRUST.accepted, fields_written=8))
    overwritten = replace(TRUST, live=replace(TRUST.live, stands="Oslo"))
    undone_by_half = replace(TRUST, undo=replace(TRUST.undo, put_back=2))
    assert not replace(WELL, records_written=1).is_well
    assert not replace(WELL, learned=replace(LEARNED, abstained="No signal")).is_well
    for trust in (early, inexact, overwritten, undone_by_half):
        assert not replace(WELL, trust=trust).is_well
