"""Choosing among findings of one field: certainty first, then agreement between sources, then freshness. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from integration.providers.base import CRM_PROVIDER, Field, FieldValue, Finding, chosen_first

HALF_LIFE: Final = timedelta(days=730)
_NUMBERS_AGREE_RATIO: Final = 0.2


def merge_findings(
    findings: Iterable[Finding], *, as_of: datetime
) -> tuple[Mapping[Field, Finding], Mapping[Field, tuple[Finding, ...]]]:
    """The winner of each field, and the losers from the best to the worst.

    What stands in the CRM wins where it is fully trusted, because a person put it there. Otherwise the value with the most weight wins,
    where equal values of different providers add up and old findings count for less.
    """
    by_field: dict[Field, list[Finding]] = {}
    for finding in findings:
        by_field.setdefault(finding.field, []).append(finding)
    ranked = {name: rank(found, as_of=as_of) for name, found in by_field.items()}
    return {name: found[0] for name, found in ranked.items()}, {
        name: tuple(found[1:]) for name, found in ranked.items() if found[1:]
    }


def rank(findings: Iterable[Finding], *, as_of: datetime) -> list[Finding]:
    """Findings of one field from the most to the least convincing; the order is the same for every order of arrival."""
    ordered = chosen_first(sorted(findings, key=lambda one: (type(one.value).__name__, str(one.value), one.source_url or "")))
    if len(ordered) < 2:
        return ordered
    weight_of = {id(one): _support(one, ordered, as_of) for one in ordered}
    return sorted(ordered, key=lambda one: (not _is_owned(one), -weight_of[id(one)]))


def _support(finding: Finding, all_findings: list[Finding], as_of: datetime) -> float:
    """One minus the chance that every source of this value is wrong, each source counted once."""
    doubt = 1.0
    counted: set[str] = set()
    for other in all_findings:
        if other.provider not in counted and agree(finding.value, other.value):
            counted.add(other.provider)
            doubt *= 1.0 - min(_aged(other, as_of), 0.99)
    return 1.0 - doubt


def agree(one: FieldValue, other: FieldValue) -> bool:
    """Whether two values say the same: texts but for case and space, numbers within 20 %."""
    if _is_number(one) and _is_number(other):
        high = max(abs(float(one)), abs(float(other)))  # type: ignore[arg-type]
        return abs(float(one) - float(other)) <= high * _NUMBERS_AGREE_RATIO  # type: ignore[arg-type]
    return _folded(one) == _folded(other)


def _aged(finding: Finding, as_of: datetime) -> float:
    age = max(timedelta(0), as_of - finding.seen_at)
    return finding.confidence_ratio * float(0.5 ** (age / HALF_LIFE))


def _is_owned(finding: Finding) -> bool:
    return finding.provider == CRM_PROVIDER and finding.confidence_ratio >= 1.0


def _is_number(value: FieldValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _folded(value: FieldValue) -> object:
    if isinstance(value, tuple):
        return frozenset(item.casefold() for item in value)
    return " ".join(value.casefold().split()) if isinstance(value, str) else value
