"""A fact sheet and a sender to a drafted sequence, or to a refusal that says what is missing. Deterministic, no model involved."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Final

from integration.outreach.base import Draft, DraftStep, Sender
from integration.outreach.sequence_template import SequenceTemplate, StepTemplate, Variant, default_template
from integration.providers.base import FactSheet, Field

_VALUE_LIMIT: Final = 80
_LISTED: Final = 2
_NEWS_AGE: Final = timedelta(days=365)
_UNUSABLE_EMAIL: Final = frozenset({"invalid", "disposable"})


def build_draft(sheet: FactSheet, sender: Sender | None, template: SequenceTemplate | None = None) -> Draft:
    """Steps whose every fact is known, or why there are none. `sender` None means nobody is known in whose name to write."""
    refusal = _refusal(sheet, sender)
    if refusal is not None or sender is None:
        return _refused(refusal or "no sender is known")
    steps: list[DraftStep] = []
    for step in (template or default_template()).steps:
        written = _written(step, sheet, sender, len(steps) + 1)
        if written is not None:
            steps.append(written)
        elif step.required:
            return _refused(
                "nothing is known about the company that a first mail could honestly refer to: no industry, technology or funding"
            )
    return Draft(tuple(steps), None, _fingerprint([[s.day_offset, s.channel, s.subject, s.body] for s in steps]))


def _refusal(sheet: FactSheet, sender: Sender | None) -> str | None:
    if sender is None:
        return "no sender is known: give the record an owner, or set a sender name"
    missing = [
        word
        for name, word in (
            (Field.EMAIL, "an e-mail address"),
            (Field.FIRST_NAME, "a first name"),
            (Field.COMPANY_NAME, "a company name"),
        )
        if sheet.finding(name) is None
    ]
    if missing:
        return f"the record lacks {' and '.join(missing)}"
    if sheet.text(Field.EMAIL_STATUS) in _UNUSABLE_EMAIL:
        return f"the e-mail address is {sheet.text(Field.EMAIL_STATUS)}"
    return None


def _written(step: StepTemplate, sheet: FactSheet, sender: Sender, position: int) -> DraftStep | None:
    for variant in step.variants:
        values = _values(variant, sheet)
        if values is None:
            continue
        values |= {"sender_name": sender.name, "sender_company": sender.company, "offer": sender.offer}
        subject, body = variant.subject.format_map(values), variant.body.format_map(values).strip()
        return DraftStep(position, step.day_offset, step.channel, subject, _unwrapped(body), variant.needs)
    return None


def _values(variant: Variant, sheet: FactSheet) -> dict[str, str] | None:
    """The facts the variant needs, as words; None when one is missing or unfit for a mail."""
    values: dict[str, str] = {}
    for name in variant.needs:
        spoken = _spoken(sheet, name)
        if not spoken:
            return None
        values[name.value] = spoken
    return values


def _spoken(sheet: FactSheet, name: Field) -> str | None:
    """A fact as it may stand in a mail: short, one line, printable. Long or odd values are refused rather than cut."""
    finding = sheet.finding(name)
    if finding is None:
        return None
    if name is Field.LATEST_FUNDING_ON:
        text = _recent_month(str(finding.value), sheet.as_of.date())
    elif isinstance(finding.value, tuple):
        text = " and ".join(finding.value[:_LISTED])
    elif isinstance(finding.value, float | int) and name is Field.EMPLOYEE_COUNT:
        text = f"{finding.value:,.0f}"
    else:
        text = str(finding.value).strip()
    fit = bool(text) and text.isprintable() and len(text) <= _VALUE_LIMIT and "://" not in text
    return text if fit else None


def _recent_month(text: str, today: date) -> str:
    """The month of a date within the last year, as in "March 2026"; else nothing: old news is no reason to write."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return f"{day:%B %Y}" if timedelta(0) <= today - day <= _NEWS_AGE else ""


def _unwrapped(body: str) -> str:
    """Lines that the template file wrapped become one paragraph again; blank lines and the signature's short lines stay."""
    paragraphs = [paragraph.splitlines() for paragraph in body.split("\n\n")]
    return "\n\n".join(
        " ".join(lines) if max(map(len, lines), default=0) > _VALUE_LIMIT else "\n".join(lines) for lines in paragraphs
    )


def _refused(why: str) -> Draft:
    return Draft((), why, _fingerprint(why))


def _fingerprint(said: object) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
