"""One row under a mapping: its cells as facts in our normal forms, or why the row cannot be used. Pure.

A row is refused for what would make it about the wrong person or company: cells that do not fit the heading, an e-mail address or (in a file
of companies) a web address that is none, nobody named at all. Any other cell that cannot be read is left out, and a note says so: the rest of
the row is worth its score.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from integration.hubspot.objects import COMPANIES
from integration.lead_files.columns.forms import read_count, read_date, read_money
from integration.lead_files.columns.mapping import Column, ColumnMapping, identifying
from integration.lead_files.columns.targets import BY_KEY, FULL_NAME, Kind, Target
from integration.lead_files.reading.heading import fit_to_heading
from integration.lead_files.reading.rows import Row
from integration.pipeline.domains import company_domain
from integration.providers.base import Field, FieldValue
from integration.providers.normalise import to_country, to_email, to_linkedin_url, to_phone, to_text, to_texts, to_year

_SHOWN_CHARS: Final = 60
_BRACKETED: Final = re.compile(r".*<([^<>]+)>\s*")
_SALUTATION: Final = re.compile(r"^(?:mr|mrs|ms|dr|prof|herr|frau|mme|sr|sra|dott|ing)\.?\s+", re.IGNORECASE)
_LIST_MARK: Final = re.compile(r"[;|]")
_NO_VALUE: Final = frozenset(
    {"-", "--", "n/a", "na", "#n/a", "null", "none", "nan", "?", "unknown", "unbekannt", "k.a.", "(blank)"}
)


@dataclass(frozen=True, slots=True)
class Checked:
    """`problem` "" for a row that can be used; `kind` is the problem without what it quotes, so that equal ones are counted together.

    `notes` say which of its cells were left out and why.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""
    notes: tuple[str, ...] = ()
    facts: Mapping[Field, FieldValue] = field(default_factory=dict)
    kind: str = ""


_Read = Callable[[str, Column], FieldValue | None]


class Checker:
    """Checks the rows of one file. `names` are the headings, as the reasons quote them."""

    def __init__(self, mapping: ColumnMapping, names: Sequence[str]) -> None:
        self._mapping = mapping
        self._width = len(names)
        self._is_about_companies = mapping.object_type == COMPANIES
        self._identifying = identifying(mapping.object_type)
        mapped = [
            (number, BY_KEY[column.target], column, names[number])
            for number, column in enumerate(mapping.columns)
            if column.target in BY_KEY
        ]
        # Telephone numbers last: the country of the row tells how they are read.
        self._mapped = sorted(mapped, key=lambda one: one[1].kind is Kind.PHONE)

    def check(self, row: Row) -> Checked:
        """The row as facts, or refused."""
        if row.problem:
            return Checked(row.line, row.cells, row.problem, kind=_without_numbers(row.problem))
        cells, problem = fit_to_heading(row.cells, self._width)
        if problem:
            return Checked(row.line, cells, problem, kind="the row has more or fewer cells than the heading")
        facts: dict[Field, FieldValue] = {}
        notes: list[str] = []
        full_name = ""
        for number, target, column, name in self._mapped:
            text = cells[number].strip()
            if not text or text.casefold() in _NO_VALUE:
                continue
            fact = target.fact
            if fact is None:
                full_name = text
                continue
            value, why = self._read(target, column, text, facts)
            if fact is Field.EMPLOYEE_COUNT and value == 0:
                continue  # lists write nought for what they do not know
            if value is not None:
                facts[fact] = value
            elif self._is_decisive(fact):
                return Checked(row.line, cells, f"{name}: {_shown(text)} {why}", kind=f"{name}: {why}")
            else:
                notes.append(f"{name}: {_shown(text)} {why}, left out")
        _take_name_apart(full_name, facts)
        if not self._names_somebody(facts):
            return Checked(row.line, cells, self._nobody(), kind=self._nobody())
        return Checked(row.line, cells, "", tuple(notes), facts)

    def _read(self, target: Target, column: Column, text: str, facts: Mapping[Field, FieldValue]) -> tuple[FieldValue | None, str]:
        """The value, or None with why there is none."""
        if target.kind is Kind.PHONE:
            own, other = (Field.COUNTRY, Field.PERSON_COUNTRY) if target.is_about_company else (Field.PERSON_COUNTRY, Field.COUNTRY)
            region = str(facts.get(own) or facts.get(other) or self._mapping.region) or None
            return to_phone(text, region), "is no telephone number" + ("" if region else " with a country code")
        if target.kind is Kind.MONEY:
            return _money(text, column)
        value = _READS[target.kind](text, column)
        if target.fact is Field.LAST_ACTIVITY_AT and value is not None:
            value = f"{value}T00:00:00+00:00"
        return value, _WHY_NOT[target.kind]

    def _is_decisive(self, fact: Field) -> bool:
        return fact is Field.EMAIL or (fact is Field.DOMAIN and self._is_about_companies)

    def _names_somebody(self, facts: Mapping[Field, FieldValue]) -> bool:
        return any(key in facts for key in self._identifying if key != FULL_NAME)

    def _nobody(self) -> str:
        what = "name nor web site of a company" if self._is_about_companies else "e-mail address, name nor LinkedIn profile"
        return f"the row has neither {what}"


def _money(text: str, column: Column) -> tuple[float | None, str]:
    money = read_money(text, column.decimal)
    if money is None:
        return None, "is no amount"
    if money.currency not in ("", "USD"):
        return None, f"is in {money.currency}, and no rate to US dollars is at hand"
    return money.amount, ""


def _email(text: str, _column: Column) -> str | None:
    bracketed = _BRACKETED.fullmatch(text)
    return to_email((bracketed[1] if bracketed else text).removeprefix("mailto:").strip())


def _texts(text: str, _column: Column) -> tuple[str, ...] | None:
    parts = _LIST_MARK.split(text) if _LIST_MARK.search(text) else text.split(",")
    return to_texts(parts)


_READS: Final[Mapping[Kind, _Read]] = {
    Kind.TEXT: lambda text, _: to_text(text),
    Kind.EMAIL: _email,
    Kind.DOMAIN: lambda text, _: company_domain(text),
    Kind.PROFILE: lambda text, _: to_linkedin_url(text),
    Kind.COUNTRY: lambda text, _: to_country(text),
    Kind.COUNT: lambda text, column: read_count(text, column.decimal),
    Kind.YEAR: lambda text, _: to_year(text),
    Kind.DATE: lambda text, column: read_date(text, column.date_order),
    Kind.LIST: _texts,
}
_WHY_NOT: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "holds nothing that can be read",
    Kind.EMAIL: "is no e-mail address",
    Kind.DOMAIN: "is no web address of a company",
    Kind.PROFILE: "is no LinkedIn address",
    Kind.COUNTRY: "is no country",
    Kind.COUNT: "is no whole number",
    Kind.YEAR: "is no year",
    Kind.DATE: "is no date in the form of its column",
    Kind.LIST: "is no list",
}


def _take_name_apart(full_name: str, facts: dict[Field, FieldValue]) -> None:
    """First and last name from one text, as far as the row has none of its own. The last word is the last name, or what stands before a comma."""
    text = _SALUTATION.sub("", to_text(full_name) or "")
    if not text:
        return
    last, comma, first = text.partition(",")
    if not comma:
        first, _, last = text.rpartition(" ")
    for name, part in ((Field.FIRST_NAME, first.strip()), (Field.LAST_NAME, last.strip())):
        if part:
            facts.setdefault(name, part)


def _without_numbers(problem: str) -> str:
    return " ".join("N" if word.replace(",", "").isdigit() else word for word in problem.split())


def _shown(text: str) -> str:
    """The cell as a reason quotes it."""
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= _SHOWN_CHARS else f"{plain[: _SHOWN_CHARS - 1]}…")
