"""The text of `leadlight_sources`: each fact that we found outside, with who said it, when that was seen and how certain it is. Pure.

What a person entered in HubSpot has no line: it is theirs. So a field loses its line when a person edits it. Computed values have none either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from integration.providers.base import CRM_PROVIDER, FactSheet, Field, Finding

LONGEST: Final = 1_000
"""Characters: what a rep still reads in a record's side bar."""
_DATE: Final = re.compile(r"\bseen \d{4}-\d{2}-\d{2}\b")
_Group = tuple[str, str, int]


def render_sources(sheet: FactSheet, standing: str = "") -> str:
    """Lines such as "Industry, technologies: Apollo, seen 2026-11-03, 90 %", at most 1,000 characters; "" when nothing was found outside.

    `standing` is the text as it is on the record. While only the dates would move it stays, so that a check that finds nothing new writes
    nothing: a date says since when the facts have been known as they are.
    """
    text = _fitted(_lines(_grouped(sheet)))
    same_facts = _DATE.sub("", standing.strip()) == _DATE.sub("", text)
    return standing.strip() if same_facts else text


def _grouped(sheet: FactSheet) -> Mapping[_Group, list[Field]]:
    """Fields under what they share: provider, day, certainty in per cent."""
    company: Mapping[Field, Finding] = {} if sheet.company is None else sheet.company.findings
    groups: dict[_Group, list[Field]] = {}
    for field, found in {**company, **sheet.findings}.items():
        if found.provider != CRM_PROVIDER:
            group = (found.provider, found.seen_at.date().isoformat(), round(found.confidence_ratio * 100))
            groups.setdefault(group, []).append(field)
    return groups


def _lines(groups: Mapping[_Group, list[Field]]) -> list[tuple[str, int]]:
    """Each line with how many facts it holds: by provider, the most certain first."""
    ranked = sorted(groups.items(), key=lambda entry: (entry[0][0], -entry[0][2], sorted(entry[1])))
    return [
        (f"{_names(fields)}: {provider_title(provider)}, seen {day}, {pct} %", len(fields))
        for (provider, day, pct), fields in ranked
    ]


def _fitted(lines: list[tuple[str, int]]) -> str:
    """The lines that fit, and how many facts the others hold."""
    kept: list[str] = []
    length = 0
    for place, (line, _) in enumerate(lines):
        rest = sum(count for _, count in lines[place:])
        more = f"and {rest} more {'fact' if rest == 1 else 'facts'}"
        room = LONGEST if place == len(lines) - 1 else LONGEST - len(more) - 1
        if length + len(line) > room:
            return "\n".join([*kept, more])
        kept.append(line)
        length += len(line) + 1
    return "\n".join(kept)


def _names(fields: list[Field]) -> str:
    joined = ", ".join(sorted(field.value.replace("_", " ") for field in fields))
    return joined[:1].upper() + joined[1:]


def provider_title(provider: str) -> str:
    """The provider's name as people read it."""
    return "HubSpot" if provider == CRM_PROVIDER else provider.replace("_", " ").capitalize()
