"""Drafts: only what is known is said, missing evidence is refused in words, hostile facts stay out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.outreach.base import Draft, Sender
from integration.outreach.build import build_draft
from integration.outreach.judging import judged
from integration.outreach.properties import property_values
from integration.outreach.render import render_note_html, render_steps, render_withdrawn_html
from integration.outreach.sequence_template import default_template, parse_template
from integration.providers.base import Field, FieldValue
from tests.factories import COMPANY_FACTS, CONTACT_FACTS, company_sheet, contact_sheet

SENDER = Sender("Sample Rep", "Our Company", "cleaner CRM data")


def draft_of(person: dict[Field, FieldValue] | None = None, company: dict[Field, FieldValue] | None = None) -> Draft:
    return build_draft(contact_sheet(person, company=company_sheet(company)), SENDER)


def test_a_known_contact_of_a_known_company_gets_four_steps() -> None:
    draft = draft_of()
    assert [(step.day_offset, step.channel) for step in draft.steps] == [(0, "email"), (2, "linkedin"), (5, "email"), (12, "email")]
    assert draft.steps[0].subject == "Sample Works and HubSpot and Stripe"
    assert "Sample Rep\nOur Company" in draft.steps[0].body


@pytest.mark.parametrize(
    ("person", "company", "why"),
    [
        ({**CONTACT_FACTS, Field.EMAIL_STATUS: "invalid"}, COMPANY_FACTS, "the e-mail address is invalid"),
        ({Field.FIRST_NAME: "Sample"}, COMPANY_FACTS, "the record lacks an e-mail address"),
        ({Field.EMAIL: "sample@sample-works.example"}, {}, "the record lacks a first name and a company name"),
        (CONTACT_FACTS, {Field.COMPANY_NAME: "Sample Works"}, "nothing is known about the company"),
    ],
)
def test_missing_evidence_refuses_the_draft_and_says_what_is_missing(
    person: dict[Field, FieldValue], company: dict[Field, FieldValue], why: str
) -> None:
    draft = draft_of(person, company)
    assert draft.steps == ()
    assert why in (draft.refusal or "")
    assert property_values(judged(draft, None))["leadlight_draft_summary"].startswith("Not drafted: ")


def test_without_a_sender_nothing_is_drafted() -> None:
    assert "no sender is known" in (build_draft(contact_sheet(company=company_sheet()), None).refusal or "")


@given(st.dictionaries(st.sampled_from(list(Field)), st.text(max_size=120), max_size=12))
def test_a_draft_says_nothing_beyond_the_facts_it_names(known: dict[Field, FieldValue]) -> None:
    sheet = contact_sheet({**CONTACT_FACTS, **known}, company=company_sheet())
    draft = build_draft(sheet, SENDER)
    for step, template in zip(draft.steps, default_template().steps, strict=False):
        assert step.channel in ("email", "linkedin")
        assert all(sheet.finding(name) is not None for name in step.rests_on)
        assert "{" not in step.subject + step.body or any("{" in str(value) for value in known.values())
        assert template.day_offset >= 0


def test_a_link_in_a_fact_never_reaches_a_mail() -> None:
    draft = draft_of(company={**COMPANY_FACTS, Field.TECHNOLOGIES: ("see https://evil.example",), Field.INDUSTRY: "Software"})
    assert "evil" not in "".join(step.body for step in draft.steps)
    assert draft.steps[0].subject == "A question about Sample Works"


def test_the_note_says_that_nothing_was_sent_and_escapes_facts() -> None:
    body = render_note_html(draft_of({**CONTACT_FACTS, Field.FIRST_NAME: "<b>Sample</b>"}), "Leadlight ref 11")
    assert body.startswith("<p><strong>Unsent draft by Leadlight.</strong> Nothing below was sent to anyone.</p>")
    assert "<b>" not in body
    assert body.endswith("<p>Leadlight ref 11</p>")


def test_a_withdrawn_draft_says_why_and_escapes_it() -> None:
    assert render_withdrawn_html("the e-mail address is <odd>", "Leadlight ref 11") == (
        "<p><strong>Unsent draft by Leadlight, withdrawn:</strong> the e-mail address is &lt;odd&gt;.</p><p>Leadlight ref 11</p>"
    )


def test_steps_are_kept_with_the_facts_they_use() -> None:
    assert render_steps(draft_of())[0]["rests_on"] == ["first_name", "company_name", "technologies"]


def test_a_template_that_uses_a_fact_it_does_not_list_is_refused() -> None:
    text = "name: x\nsteps:\n  - {day_offset: 0, channel: email, variants: [{needs: [first_name], subject: '', body: 'Hi {last_name}'}]}"
    with pytest.raises(BadInput, match="uses last_name without listing it under needs"):
        parse_template(text)


def test_a_template_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(BadInput, match="not valid YAML"):
        parse_template("steps: [")


def test_a_draft_has_either_steps_or_a_refusal() -> None:
    with pytest.raises(ValueError, match="either steps or a refusal"):
        Draft((), None, "x")
