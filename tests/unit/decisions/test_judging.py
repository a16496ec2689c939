"""What reps made of a draft: an approval stands, a rejection ends with the draft it was about, an edit is shown but never over a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from integration.outreach.base import Draft, DraftState, DraftStep, Judgement, Sender
from integration.outreach.build import build_draft
from integration.outreach.judging import judged, parse_steps
from integration.outreach.properties import PROPERTIES, property_values
from integration.outreach.render import render_note_html, render_steps
from tests.factories import company_sheet, contact_sheet

DRAFT = build_draft(contact_sheet(company=company_sheet()), Sender("Sample Rep", "Sample Vendor", "shorter queues"))
REFUSED = Draft((), "the record lacks a first name", "f-refused")
EDITED = (DraftStep(1, 0, "email", "Sample subject of a rep", "Sample body of a rep", ()),)

STATES: list[DraftState] = ["drafted", "refused", "approved", "rejected"]
judgements = st.one_of(
    st.none(),
    st.builds(
        Judgement,
        st.sampled_from(STATES),
        st.sampled_from([DRAFT.fingerprint, REFUSED.fingerprint, "another"]),
        st.sampled_from(["", "sample.rep@example.com"]),
        st.one_of(st.none(), st.just(date(2026, 12, 1))),
        st.text(max_size=40),
        st.sampled_from([(), EDITED]),
    ),
)


def _judgement(state: DraftState, fingerprint: str = DRAFT.fingerprint, steps: tuple[DraftStep, ...] = ()) -> Judgement:
    return Judgement(state, fingerprint, "sample.rep@example.com", date(2026, 12, 1), "wrong person", steps)


@given(st.sampled_from([DRAFT, REFUSED]), judgements)
def test_every_draft_stands_in_a_state_hubspot_knows_and_is_shown_with_steps_or_a_reason(
    draft: Draft, judgement: Judgement | None
) -> None:
    stands = judged(draft, judgement)
    values = property_values(stands)
    assert values["leadlight_draft_state"] in dict(PROPERTIES[0].options)
    assert values["leadlight_draft_summary"]
    assert bool(stands.steps) or bool(stands.refusal) or bool(stands.verdict)
    approved = judgement is not None and judgement.state == "approved"
    assert (stands.state == "approved") is approved, "an approval stands whatever is found, and nothing else is one"


def test_an_approved_draft_says_who_approved_it_and_keeps_the_approved_steps() -> None:
    values = property_values(judged(REFUSED, _judgement("approved", steps=EDITED)))
    assert values == {
        "leadlight_draft_state": "approved",
        "leadlight_draft_summary": "Approved by sample.rep@example.com on 2026-12-01; each step becomes a task.\n"
        "Day 0, email: Sample subject of a rep",
    }


def test_a_rejection_says_why_and_ends_when_the_draft_says_something_else() -> None:
    rejected = judged(DRAFT, _judgement("rejected"))
    assert (rejected.state, rejected.steps) == ("rejected", ())
    assert rejected.verdict == "Rejected by sample.rep@example.com on 2026-12-01: wrong person."
    assert judged(DRAFT, _judgement("rejected", fingerprint="another")) == judged(DRAFT, None)


def test_an_edit_is_shown_in_place_of_our_steps_until_a_draft_must_be_refused() -> None:
    shown = judged(DRAFT, _judgement("drafted", steps=EDITED))
    assert (shown.state, shown.steps) == ("drafted", EDITED)
    html = render_note_html(shown, "marker")
    assert "Unsent draft by Leadlight" in html
    assert "Sample body of a rep" in html
    assert judged(REFUSED, _judgement("drafted", steps=EDITED)).state == "refused"


def test_a_changed_edit_is_another_note_and_the_same_one_is_not() -> None:
    once, again = (judged(DRAFT, _judgement("drafted", steps=EDITED)) for _ in range(2))
    other = judged(DRAFT, _judgement("drafted", steps=(replace(EDITED[0], body="Another sample body"),)))
    assert once.fingerprint == again.fingerprint
    assert len({once.fingerprint, other.fingerprint, DRAFT.fingerprint}) == 3


def test_steps_survive_being_stored_and_read() -> None:
    assert parse_steps([dict(step) for step in render_steps(DRAFT)]) == DRAFT.steps
    assert parse_steps(None) == ()
