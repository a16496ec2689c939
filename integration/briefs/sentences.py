"""Facts to sentences. Each function returns a sentence with the findings it rests on, or None when the facts are missing.

No sentence says more than its findings. Text of third parties is quoted, shortened and freed of control characters; it never becomes
markup here.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from integration.briefs.base import Evidence, ScoreView, Sentence
from integration.core.countries import country_name
from integration.providers.base import FactSheet, Field, Finding
from integration.providers.signals.base import KIND_TITLES, read_signals

_QUOTE_LIMIT: Final = 260
_FRESH_DAYS: Final = 540
_NEWS_DAYS: Final = 180
_MOST_NEWS: Final = 3
_HEADLINE_CHARS: Final = 160


def evidence_of(*findings: Finding | None) -> tuple[Evidence, ...]:
    return tuple(Evidence(found.field, found.provider, found.source_url, found.seen_at) for found in findings if found is not None)


def clean(text: str, limit: int = _QUOTE_LIMIT) -> str:
    """One line of printable text, cut at a word with an ellipsis."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def company_called(sheet: FactSheet) -> str:
    """The company's name, else its domain, else a neutral word."""
    return clean(sheet.text(Field.COMPANY_NAME) or sheet.text(Field.DOMAIN) or "This company", 120)


def person_called(sheet: FactSheet) -> str | None:
    names = [sheet.text(Field.FIRST_NAME), sheet.text(Field.LAST_NAME)]
    joined = clean(" ".join(name for name in names if name), 120)
    return joined or None


def role(sheet: FactSheet) -> Sentence | None:
    """Who the person is: name, title, company."""
    name, title = person_called(sheet), sheet.text(Field.JOB_TITLE)
    if name is None or title is None:
        return None
    other = sheet.dispute(Field.JOB_TITLE)
    used = [sheet.finding(Field.FIRST_NAME), sheet.finding(Field.LAST_NAME), sheet.finding(Field.JOB_TITLE), other]
    at_company = ""
    if sheet.finding(Field.COMPANY_NAME) is not None:
        used.append(sheet.finding(Field.COMPANY_NAME))
        at_company = f" at {company_called(sheet)}"
    return Sentence(f"{name} is {clean(title, 120)}{at_company}{_otherwise(other)}.", evidence_of(*used))


def profile(sheet: FactSheet) -> Sentence | None:
    """Industry, place and size in one sentence, as far as they are known."""
    industry, city, country = sheet.text(Field.INDUSTRY), sheet.text(Field.CITY), sheet.text(Field.COUNTRY)
    people = sheet.number(Field.EMPLOYEE_COUNT)
    parts, used = [], [sheet.finding(Field.COMPANY_NAME)]
    if industry:
        parts.append(f"works in {_spoken_industry(industry)}")
        used.append(sheet.finding(Field.INDUSTRY))
    place = ", ".join(part for part in (city and clean(city, 60), country and country_name(country)) if part)
    if place:
        parts.append(f"sits in {place}")
        used += [sheet.finding(Field.CITY) if city else None, sheet.finding(Field.COUNTRY) if country else None]
    if people is not None:
        other = sheet.dispute(Field.EMPLOYEE_COUNT)
        parts.append(f"has about {people:,.0f} people{_otherwise(other)}")
        used += [sheet.finding(Field.EMPLOYEE_COUNT), other]
    if not parts:
        return None
    listed = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return Sentence(f"{company_called(sheet)} {listed}.", evidence_of(*used))


def description(sheet: FactSheet) -> Sentence | None:
    """What the company says of itself, as a quotation."""
    finding, text = sheet.finding(Field.DESCRIPTION), sheet.text(Field.DESCRIPTION)
    return Sentence(f"In its own words: “{clean(text)}”", evidence_of(finding)) if finding is not None and text else None


def technologies(sheet: FactSheet) -> Sentence | None:
    finding, names = sheet.finding(Field.TECHNOLOGIES), sheet.items(Field.TECHNOLOGIES)
    if finding is None or not names:
        return None
    shown = ", ".join(clean(name, 40) for name in names[:6])
    return Sentence(f"It uses {shown}{' and more' if len(names) > 6 else ''}.", evidence_of(*sheet.behind(Field.TECHNOLOGIES)))


def funding(sheet: FactSheet) -> Sentence | None:
    """A funding round not older than 18 months."""
    finding = sheet.finding(Field.LATEST_FUNDING_ON)
    raised_on = _day(sheet.text(Field.LATEST_FUNDING_ON))
    if finding is None or raised_on is None or not 0 <= (sheet.as_of.date() - raised_on).days <= _FRESH_DAYS:
        return None
    stage, stage_finding = sheet.text(Field.LATEST_FUNDING_STAGE), sheet.finding(Field.LATEST_FUNDING_STAGE)
    what = f"a {clean(stage, 40)} round" if stage else "a funding round"
    return Sentence(f"It closed {what} on {raised_on:%-d %B %Y}.", evidence_of(finding, stage_finding))


def news(sheet: FactSheet) -> list[Sentence]:
    """The newest signals of the last months, at most three. The headline is quoted as it was printed; what kind of news it is, is our reading."""
    found = sheet.finding(Field.BUYING_SIGNALS)
    if found is None:
        return []
    today = sheet.as_of.date()
    fresh = [
        one
        for one in read_signals(sheet.items(Field.BUYING_SIGNALS))
        if 0 <= (today - one.on).days <= _NEWS_DAYS and one.kind != "other"
    ]
    return [
        Sentence(
            f"News of {one.on:%-d %B %Y} ({KIND_TITLES[one.kind]}): \u201c{clean(one.title, _HEADLINE_CHARS)}\u201d, {one.source}.",
            (Evidence(Field.BUYING_SIGNALS, _printed_by(sheet, one.title, found), one.address or None, found.seen_at),),
        )
        for one in fresh[:_MOST_NEWS]
    ]


def _printed_by(sheet: FactSheet, title: str, chosen: Finding) -> str:
    """The provider that told of this headline."""
    tellers = (
        one
        for one in sheet.behind(Field.BUYING_SIGNALS)
        if isinstance(one.value, tuple) and any(title in line for line in one.value)
    )
    return next(tellers, chosen).provider


def growth(sheet: FactSheet) -> Sentence | None:
    finding, ratio = sheet.finding(Field.HEADCOUNT_GROWTH_RATIO), sheet.number(Field.HEADCOUNT_GROWTH_RATIO)
    if finding is None or ratio is None or abs(ratio) < 0.05:
        return None
    direction = "grew" if ratio > 0 else "shrank"
    return Sentence(f"Its team {direction} by {abs(ratio):.0%} within a year.", evidence_of(finding))


def forms(sheet: FactSheet) -> Sentence | None:
    finding, count = sheet.finding(Field.FORM_CONVERSION_COUNT), sheet.number(Field.FORM_CONVERSION_COUNT)
    return Sentence(f"They filled in {count:.0f} of your forms.", evidence_of(finding)) if finding is not None and count else None


def page_views(sheet: FactSheet) -> Sentence | None:
    finding, count = sheet.finding(Field.PAGE_VIEW_COUNT), sheet.number(Field.PAGE_VIEW_COUNT)
    return (
        Sentence(f"They looked at {count:.0f} pages of your site.", evidence_of(finding)) if finding is not None and count else None
    )


def email_state(sheet: FactSheet) -> Sentence | None:
    status, email = sheet.finding(Field.EMAIL_STATUS), sheet.finding(Field.EMAIL)
    said = _EMAIL_WORDS.get(sheet.text(Field.EMAIL_STATUS) or "")
    return Sentence(said, evidence_of(email, status)) if status is not None and said else None


def email_missing(sheet: FactSheet) -> Sentence | None:
    """A contact without any address: the absence itself is what was read in HubSpot."""
    first = sheet.finding(Field.FIRST_NAME) or sheet.finding(Field.LAST_NAME)
    if sheet.finding(Field.EMAIL) is not None or first is None:
        return None
    return Sentence("No e-mail address is known.", evidence_of(first))


def person_links(sheet: FactSheet) -> Sentence | None:
    phone, linkedin = sheet.finding(Field.PHONE), sheet.finding(Field.PERSON_LINKEDIN_URL)
    parts = [part for part in (phone and f"phone {clean(str(phone.value), 40)}", linkedin and "a LinkedIn profile") if part]
    return Sentence(f"Also known: {' and '.join(parts)}.", evidence_of(phone, linkedin)) if parts else None


def company_reach(sheet: FactSheet) -> Sentence | None:
    """Where the company itself can be reached: addresses and phone from its own pages."""
    emails, phone = sheet.finding(Field.COMPANY_EMAILS), sheet.finding(Field.COMPANY_PHONE)
    parts = [clean(item, 80) for item in sheet.items(Field.COMPANY_EMAILS)[:3]]
    if phone is not None:
        parts.append(clean(str(phone.value), 40))
    return Sentence(f"The company can be reached at {', '.join(parts)}.", evidence_of(emails, phone)) if parts else None


def score_sentence(score: ScoreView, title: str) -> Sentence:
    """The score with its strongest reason; rests on that reason's findings."""
    if score.value is None:
        return Sentence(f"{title}: not enough is known to say.", ())
    best = max(score.reasons, key=lambda reason: reason.points, default=None)
    because = f", most of all: {best.text}" if best is not None and best.points > 0 else ""
    used = evidence_of(*(finding for reason in score.reasons if reason.points > 0 for finding in reason.findings))
    return Sentence(f"{title} {score.value:.0f} of 100 ({score.label.replace('_', ' ')}){because}.", used)


def score_gap(score: ScoreView) -> Sentence | None:
    """What speaks against: known facts that earned nothing or took points away."""
    against = [reason for reason in score.reasons if reason.points <= 0 and reason.findings]
    if not against:
        return None
    text = "; ".join(reason.text for reason in against[:3])
    return Sentence(f"Against it: {text}.", evidence_of(*(finding for reason in against[:3] for finding in reason.findings)))


def _otherwise(other: Finding | None) -> str:
    """That a source worth naming says something else; "" where none does."""
    if other is None:
        return ""
    said = f"{other.value:,.0f}" if isinstance(other.value, int | float) else f"“{clean(str(other.value), 80)}”"
    return f" (another source says {said})"


def _spoken_industry(text: str) -> str:
    shown = clean(text, 80)
    return shown.replace("_", " ").lower() if re.fullmatch(r"[A-Z_&]+", shown) else shown


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


_EMAIL_WORDS: Final = {
    "valid": "The e-mail address is verified.",
    "accept_all": "The mail server takes any address, so this one cannot be verified.",
    "invalid": "The e-mail address does not work.",
    "disposable": "The e-mail address is a throw-away one.",
    "webmail": "The e-mail address is a private mailbox, not the company's.",
    "unknown": "The e-mail address could not be verified.",
}
