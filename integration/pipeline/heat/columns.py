"""What the heat model may look at: HubSpot properties of a record and of its company, and how their text becomes a value. Pure.

A column is data, kept beside the model, so that what was trained on is read the same way when records are scored. Left out on purpose:
whatever follows the outcome (lifecycle stage, lead status, deal counts, owner), and names, addresses and numbers of people.
An account's own properties are looked at too; those that give the outcome away are refused in training, see `scoring/heat_model`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from integration.hubspot.objects import COMPANIES, CONTACTS, SINGULAR, CrmRecord, PropertyDefinition
from integration.pipeline.crm_fields import parse_amount, parse_moment
from integration.scoring.heat_model.base import Column

Value = float | str | None
Reads = Literal["number", "category", "flag", "days_since", "seniority"]
MOST_CUSTOM: Final = 40
_DAY_S: Final = 86_400.0
_KINDS: Final[Mapping[Reads, Literal["number", "category", "flag"]]] = {
    "number": "number",
    "category": "category",
    "flag": "flag",
    "days_since": "number",
    "seniority": "category",
}
_SENIORITY: Final = (
    ("top", re.compile(r"\b(chief|c[efimort]o|founder|owner|president|partner|managing director)\b", re.IGNORECASE)),
    ("head", re.compile(r"\b(vp|vice president|head|director|diretor|direktor|leiter)\b", re.IGNORECASE)),
    ("manager", re.compile(r"\b(manager|lead|principal|gerente|supervisor)\b", re.IGNORECASE)),
)
_CUSTOM_READS: Final[Mapping[str, Reads]] = {"enumeration": "category", "number": "number", "bool": "flag"}


@dataclass(frozen=True)
class CrmColumn:
    """One property of one object type as the model sees it. `changeable`: a person can change it, or find it out."""

    object_type: str
    property_name: str
    reads: Reads
    words: str
    changeable: bool = False

    @property
    def name(self) -> str:
        """As in the model: "contact.jobtitle"."""
        return f"{SINGULAR[self.object_type]}.{self.property_name}"

    def as_column(self) -> Column:
        return Column(self.name, _KINDS[self.reads], self.words, self.changeable)

    def value(self, text: str | None, as_of: datetime) -> Value:
        """The property's text as the model takes it; None where it is empty or cannot be read."""
        written = (text or "").strip()
        return _READERS[self.reads](written, as_of) if written else None


_CONTACT_COLUMNS: Final = (
    CrmColumn(CONTACTS, "jobtitle", "seniority", "Seniority"),
    CrmColumn(CONTACTS, "hs_analytics_source", "category", "Came by"),
    CrmColumn(CONTACTS, "hs_analytics_num_visits", "number", "Visits to your site", changeable=True),
    CrmColumn(CONTACTS, "hs_analytics_num_page_views", "number", "Pages looked at", changeable=True),
    CrmColumn(CONTACTS, "hs_analytics_last_visit_timestamp", "days_since", "Days since the last visit"),
    CrmColumn(CONTACTS, "num_conversion_events", "number", "Forms sent", changeable=True),
    CrmColumn(CONTACTS, "hs_email_open", "number", "Marketing mails opened", changeable=True),
    CrmColumn(CONTACTS, "hs_email_click", "number", "Links in mails clicked", changeable=True),
    CrmColumn(CONTACTS, "country", "category", "Country of the person"),
)
_COMPANY_COLUMNS: Final = (
    CrmColumn(COMPANIES, "industry", "category", "Industry", changeable=False),
    CrmColumn(COMPANIES, "numberofemployees", "number", "Headcount"),
    CrmColumn(COMPANIES, "annualrevenue", "number", "Annual revenue"),
    CrmColumn(COMPANIES, "country", "category", "Country"),
    CrmColumn(COMPANIES, "hs_analytics_source", "category", "The company came by"),
    CrmColumn(COMPANIES, "hs_analytics_num_visits", "number", "Visits of the company", changeable=True),
)


def standard_columns(object_type: str) -> tuple[CrmColumn, ...]:
    """The columns every account has; a contact's include those of its company. Empty for types that are not scored."""
    return {CONTACTS: (*_CONTACT_COLUMNS, *_COMPANY_COLUMNS), COMPANIES: _COMPANY_COLUMNS}.get(object_type, ())


def custom_columns(object_type: str, definitions: Iterable[PropertyDefinition]) -> tuple[CrmColumn, ...]:
    """An account's own choices, numbers and yes-or-no properties, at most `MOST_CUSTOM`, by name. Ours are not among them."""
    own = [
        CrmColumn(object_type, one.name, _CUSTOM_READS[one.type], one.label, changeable=True)
        for one in sorted(definitions, key=lambda one: one.name)
        if not one.is_hubspot_defined and one.type in _CUSTOM_READS and not one.name.startswith("leadlight_")
    ]
    return tuple(own[:MOST_CUSTOM])


def properties_of(columns: Iterable[CrmColumn], object_type: str) -> tuple[str, ...]:
    """The properties to read of records of this type, each once."""
    return tuple(dict.fromkeys(one.property_name for one in columns if one.object_type == object_type))


def row_of(columns: Iterable[CrmColumn], record: CrmRecord, company: CrmRecord | None, as_of: datetime) -> dict[str, Value]:
    """A record as it stands now. Columns of the company are None without one."""
    by_type = {COMPANIES: company} | {record.object_type: record}
    return {
        one.name: None if (holder := by_type.get(one.object_type)) is None else one.value(holder.text(one.property_name), as_of)
        for one in columns
    }


def _read_days(text: str, as_of: datetime) -> float | None:
    """Whole days, so that what is told of them changes once a day."""
    moment = parse_moment(text)
    if moment is None:
        return None
    return float(max(0, int((as_of - datetime.fromisoformat(moment)).total_seconds() // _DAY_S)))


def _read_seniority(text: str, _: datetime) -> str:
    return next((level for level, words in _SENIORITY if words.search(text)), "other")


_READERS: Final[Mapping[Reads, Callable[[str, datetime], Value]]] = {
    "number": lambda text, _: parse_amount(text),
    "category": lambda text, _: text.casefold(),
    "flag": lambda text, _: 1.0 if text.casefold() in ("true", "yes", "1") else 0.0,
    "days_since": _read_days,
    "seniority": _read_seniority,
}
