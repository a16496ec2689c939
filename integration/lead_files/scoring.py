"""A checked row as a fact sheet, and its scores as the cells that are added to it. Pure.

Every fact is of provider "csv", seen when the file was uploaded. The employer of a contact is known from the columns about the company, else
from the domain of its address; nobody else is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.lead_files.checking import Checked
from integration.pipeline.domains import email_domain
from integration.providers.base import COMPANY_FIELDS, FactSheet, Field, Finding
from integration.scoring import priority
from integration.scoring.base import ScoreResult, Scores
from integration.scoring.render import score_text

PROVIDER: Final = "csv"
CONFIDENCE_RATIO: Final = 0.9
"""Somebody collected these facts, but nobody confirmed them."""
TOP_REASONS: Final = 3
BIN_WIDTH: Final = 10
_BINS: Final = 10

ScoreSheet = Callable[[FactSheet], Scores]
"""Every registered score of a fact sheet and the priority they make, under one portal's profile."""


def build_sheet(row: Checked, object_type: str, as_of: datetime) -> FactSheet:
    """The fact sheet of one row; its object id is the line, since no record may stand behind it yet."""
    found = {name: Finding(name, value, PROVIDER, as_of, CONFIDENCE_RATIO) for name, value in row.facts.items()}
    if object_type == COMPANIES:
        return FactSheet(COMPANIES, str(row.line), as_of, found)
    of_company = {name: finding for name, finding in found.items() if name in COMPANY_FIELDS}
    of_person = {name: finding for name, finding in found.items() if name not in COMPANY_FIELDS}
    if Field.DOMAIN not in of_company and (domain := email_domain(str(row.facts.get(Field.EMAIL) or ""))) is not None:
        of_company[Field.DOMAIN] = Finding(Field.DOMAIN, domain, PROVIDER, as_of, CONFIDENCE_RATIO)
    company = FactSheet(COMPANIES, "", as_of, of_company) if of_company else None
    return FactSheet(CONTACTS, str(row.line), as_of, of_person, company=company)


def score_columns(scores: Scores) -> tuple[str, ...]:
    """The headings of the cells that `score_cells` gives for scores of these names."""
    names = [f"leadlight_{score.name}{suffix}" for score in _others(scores) for suffix in ("", "_label")]
    return ("leadlight_priority", "leadlight_heat", "leadlight_reasons", *names, "leadlight_notes")


def score_cells(scores: Scores, notes: Sequence[str]) -> tuple[str, ...]:
    """Value and word of each score, the top reasons, and what was left out of the row. A score that abstains has no value."""
    whole = next((score for score in scores if score.name == priority.NAME), None)
    cells = [cell for score in _others(scores) for cell in (score_text(score.value), _words(score.label))]
    first = ("", "") if whole is None else (score_text(whole.value), _words(whole.label))
    return (*first, "; ".join(top_reasons(scores)), *cells, "; ".join(notes))


def top_reasons(scores: Scores, limit: int = TOP_REASONS) -> list[str]:
    """The reasons that weigh most, in the words a rep reads; the priority itself only adds the other scores up."""
    every = [reason for score in _others(scores) for reason in score.reasons if reason.points]
    every.sort(key=lambda reason: -abs(reason.points))
    return [f"{reason.text} ({round(reason.points, 1):+g})" for reason in every[:limit]]


@dataclass
class Tally:
    """Counts over rows: good and bad ones, the priority in steps of ten points, its words, and the reasons of bad rows by kind."""

    good: int = 0
    bad: int = 0
    noted: int = 0
    steps: list[int] = field(default_factory=lambda: [0] * _BINS)
    heats: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def take_scored(self, scores: Scores, notes: Sequence[str]) -> None:
        self.good += 1
        self.noted += bool(notes)
        whole = next((score for score in scores if score.name == priority.NAME), None)
        self.heats[priority.NOT_ENOUGH if whole is None else whole.label] += 1
        if whole is not None and whole.value is not None:
            self.steps[min(_BINS - 1, max(0, int(whole.value // BIN_WIDTH)))] += 1

    def take_bad(self, kind: str) -> None:
        self.bad += 1
        self.problems[kind] += 1

    def absorb(self, other: Tally) -> None:
        self.good += other.good
        self.bad += other.bad
        self.noted += other.noted
        self.steps = [mine + theirs for mine, theirs in zip(self.steps, other.steps, strict=True)]
        self.heats += other.heats
        self.problems += other.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "good": self.good,
            "bad": self.bad,
            "noted": self.noted,
            "steps": self.steps,
            "heats": dict(self.heats),
            "problems": dict(self.problems),
        }


def tally_from_json(document: Mapping[str, Any]) -> Tally:
    return Tally(
        document["good"],
        document["bad"],
        document["noted"],
        list(document["steps"]),
        Counter(document["heats"]),
        Counter(document["problems"]),
    )


def _others(scores: Scores) -> Iterable[ScoreResult]:
    return (score for score in scores if score.name != priority.NAME)


def _words(label: str) -> str:
    return label.replace("_", " ")
