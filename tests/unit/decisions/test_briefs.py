"""Briefs: every sentence rests on findings of the sheet, third-party text cannot become markup, seeing the same again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from integration.briefs.base import Brief
from integration.briefs.build import build_brief
from integration.briefs.render import NOTE_LIMIT, render_card, render_note_html, render_summary, render_text, safe_link
from integration.providers.base import FactSheet, Field, FieldValue
from integration.scoring.profile import default_profile
from integration.scoring.registry import all_scores
from tests.factories import COMPANY_FACTS, CONTACT_FACTS, NOW, company_sheet, contact_sheet, finding

facts = st.dictionaries(st.sampled_from(list(Field)), st.one_of(st.integers(0, 10**9), st.text(max_size=400)), max_size=15)
_MARKER = "Leadlight ref 0a1b2c3d"
_ALLOWED_TAGS = {"p", "strong", "ul", "ol", "li", "a"}


def brief_of(sheet: FactSheet) -> Brief:
    return build_brief(sheet, [definition.compute(sheet) for definition in all_scores(default_profile())])


@given(facts, facts)
def test_every_sentence_rests_on_findings_of_the_sheet(person: dict[Field, FieldValue], company: dict[Field, FieldValue]) -> None:
    sheet = contact_sheet(person, company=company_sheet(company))
    known = {(f.field, f.provider) for f in [*sheet.findings.values(), *company_sheet(company).findings.values()]}
    for section in brief_of(sheet).sections:
        for sentence in section.sentences:
            assert {(item.field, item.provider) for item in sentence.evidence} <= known
            if section.name in ("who_they_are", "why_now", "people"):
                assert sentence.evidence


@given(facts)
def test_third_party_text_never_becomes_markup(known: dict[Field, FieldValue]) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    sheet = contact_sheet({**CONTACT_FACTS, Field.JOB_TITLE: hostile}, company=company_sheet({**known, Field.DESCRIPTION: hostile}))
    body = render_note_html(brief_of(sheet), _MARKER)
    tags: set[str] = set()

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, _attrs: object) -> None:
            tags.add(tag)

    Collector().feed(body)
    assert tags <= _ALLOWED_TAGS
    assert len(body) <= NOTE_LIMIT
    assert body.endswith(f"{_MARKER}</p>")


def test_a_link_that_is_not_http_is_not_a_link() -> None:
    evil = finding(Field.INDUSTRY, "Software")
    sheet = company_sheet({})
    sheet = FactSheet(
        sheet.object_type,
        sheet.object_id,
        NOW,
        {Field.INDUSTRY: type(evil)(evil.field, evil.value, "website", NOW, 0.8, "javascript:alert(1)")},
    )
    assert "javascript" not in render_note_html(brief_of(sheet), _MARKER)
    assert [safe_link(url) for url in ("https://sample.example/a", "ftp://sample.example", "//x", "http://[", None)] == [
        "https://sample.example/a",
        None,
        None,
        None,
        None,
    ]


def test_seeing_the_same_facts_again_later_changes_nothing() -> None:
    assert brief_of(company_sheet()).fingerprint == brief_of(company_sheet(seen_at=NOW - timedelta(days=3))).fingerprint


def test_a_changed_fact_changes_the_fingerprint() -> None:
    other = company_sheet({**COMPANY_FACTS, Field.CITY: "Hamburg"})
    assert brief_of(company_sheet()).fingerprint != brief_of(other).fingerprint


def test_a_very_long_brief_keeps_its_marker_within_the_note_limit() -> None:
    long_url = "https://sample.example/" + "a" * 40_000
    base = company_sheet()
    findings = {
        name: type(item)(item.field, item.value, f"source{position}", NOW, 0.8, f"{long_url}{position}")
        for position, (name, item) in enumerate(base.findings.items())
    }
    body = render_note_html(brief_of(FactSheet("companies", "1", NOW, findings)), _MARKER)
    assert len(body) <= NOTE_LIMIT
    assert _MARKER in body


def test_the_brief_reads_as_a_person_would_write_it() -> None:
    text = render_text(brief_of(contact_sheet({**CONTACT_FACTS, Field.EMAIL_STATUS: "valid"}, company=company_sheet())))
    assert text.splitlines()[0] == "Sample Contact 101, Sample Works: strong fit, 100 of 100"
    assert "Sample Works works in Software, sits in Berlin, Germany and has about 120 people." in text
    assert "The e-mail address is verified." in text
    assert "Read the drafted sequence and approve it for Sample Contact 101." in text


def test_news_is_quoted_with_its_day_its_paper_and_its_link() -> None:
    lines = (
        "2026-10-01 | funding | news.example.org | https://news.example.org/a | Acme raises <b>$5 million</b>",
        "2020-01-01 | funding | news.example.org | - | Acme raises long ago",
        "2026-10-02 | other | news.example.org | - | Acme sponsors a race",
    )
    as_of = datetime(2026, 12, 1, tzinfo=UTC)
    news = finding(Field.BUYING_SIGNALS, lines, provider="gdelt")
    sheet = replace(company_sheet(), as_of=as_of, findings={Field.BUYING_SIGNALS: news})
    section = next(one for one in build_brief(sheet, []).sections if one.name == "why_now")
    [sentence] = section.sentences
    assert sentence.text == "News of 1 October 2026 (funding): \u201cAcme raises <b>$5 million</b>\u201d, news.example.org."
    assert [(one.provider, one.source_url) for one in sentence.evidence] == [("gdelt", "https://news.example.org/a")]
    assert "<b>$5" not in render_note_html(build_brief(sheet, []), "x")


def test_nothing_known_is_said_plainly() -> None:
    brief = brief_of(company_sheet({}))
    assert brief.headline == "This company: not enough known yet to judge the fit"
    assert "Nothing found yet." in render_text(brief)
    assert "Add the company's web address" in render_summary(brief)


def test_the_card_carries_the_source_of_each_sentence() -> None:
    card = render_card(brief_of(company_sheet()))
    profile = card[0]["sentences"][0]
    assert {item["provider"] for item in profile["evidence"]} == {"website"}
    assert all(item["url"] and item["url"].startswith("https://") for item in profile["evidence"])
