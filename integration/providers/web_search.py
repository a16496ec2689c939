"""From the results of a web search to the sites that may be a company's own. Pure; the search itself is each adapter's.

A search is asked only about companies whose domain nobody knows. What it finds are candidates, never facts: a site of the right name can belong
to anybody, so whoever knows more about the record, or a person, decides. Directories, networks, marketplaces and newspapers are no company's
own site (see `not_company_sites.yaml`). The name of a candidate is what the result's title says, never the one that was asked for.
Limit: a directory that is not listed, or a page on a host of many shops, is offered when it bears the name; whoever reviews it sees the domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from rapidfuzz import fuzz

from integration.core.company_names import company_name
from integration.core.folding import words
from integration.providers.adapter import Answer, Value
from integration.providers.base import Field, Subject
from integration.providers.name_match import MAX_CANDIDATES, same_name
from integration.providers.normalise import to_domain, to_text

TRUST: Final[Mapping[Field, float]] = {Field.DOMAIN: 0.6, Field.COMPANY_NAME: 0.6}
FOUND_LIFETIME: Final = timedelta(days=30)
NOT_FOUND_LIFETIME: Final = timedelta(days=7)
RESULTS: Final = 10
_SITES_FILE: Final = Path(__file__).with_name("not_company_sites.yaml")
_TITLE_PARTS: Final = re.compile(r"\s+[-|\u2013\u2014\u00b7\u2022:»]\s+|\s*[|:]\s+")
_TAGS: Final = re.compile(r"</?(?:strong|b|em)>", re.IGNORECASE)
_CLOSE_RATIO: Final = 0.85
_SHORTEST_PART: Final = 4
_LONGEST_QUERY: Final = 200


@dataclass(frozen=True)
class SearchResult:
    """One result as a search gives it, the first has position 1. `snippet` is other people's text: shown, never obeyed."""

    title: str
    address: str
    snippet: str = ""
    position: int = 1


@dataclass(frozen=True)
class _Rated:
    domain: str
    name: str | None
    likeness: float
    position: int


def accepts(subject: Subject) -> bool:
    """Whether a search can help: a company has a name and no domain."""
    return subject.kind == "company" and subject.domain is None and bool(words(subject.company_name or ""))


def query_of(subject: Subject) -> str:
    """The words to search for: the name as one phrase, and where the company is."""
    name = " ".join((subject.company_name or "").replace('"', " ").split())
    place = " ".join(part for part in (subject.city, subject.country) if part)
    return f'"{name}" {place}'.strip()[:_LONGEST_QUERY]


def results_of(items: Iterable[Mapping[str, object]], *, title: str, address: str, snippet: str) -> tuple[SearchResult, ...]:
    """The results among JSON objects that keep title, address and snippet under these names; what lacks one of the first two is left out."""
    found = []
    for position, item in enumerate(items, 1):
        name, url = to_text(item.get(title)), to_text(item.get(address))
        if name and url and url.startswith(("http://", "https://")):
            found.append(SearchResult(_TAGS.sub("", name), url, _TAGS.sub("", to_text(item.get(snippet)) or ""), position))
    return tuple(found)


def answer_of(subject: Subject, results: Sequence[SearchResult], *, credit_count: Decimal = Decimal(0)) -> Answer:
    """The sites that may be the company's, at most five, the likeliest first."""
    rated = [one for result in results if (one := _rated(subject, result)) is not None]
    best: dict[str, _Rated] = {}
    for one in sorted(rated, key=lambda one: (-one.likeness, one.position)):
        best.setdefault(one.domain, one)
    candidates = tuple(_values(one) for one in list(best.values())[:MAX_CANDIDATES])
    return Answer(
        candidates=candidates, credits=credit_count, detail="" if candidates else "no site of that name among the results"
    )


def _rated(subject: Subject, result: SearchResult) -> _Rated | None:
    """None for a site that is nobody's own, or whose name is another one."""
    domain = to_domain(result.address)
    if domain is None or domain in _no_company_sites():
        return None
    asked, country = subject.company_name or "", subject.country or ""
    joined = "".join(company_name(asked, country).words) or "".join(words(asked))
    label = "".join(words(domain.partition(".")[0]))
    told = [part for raw in _TITLE_PARTS.split(result.title) if (part := raw.strip())]
    named = next((part for part in told if same_name(asked, part, country)), None)
    likeness = fuzz.ratio(joined, label) / 100
    if len(joined) >= _SHORTEST_PART and (label.startswith(joined) or label.endswith(joined)):
        likeness = max(likeness, _CLOSE_RATIO)
    if named is None and likeness < _CLOSE_RATIO:
        return None
    return _Rated(domain, named, likeness + (0.5 if named else 0.0), result.position)


def _values(one: _Rated) -> tuple[Value, ...]:
    values = [Value(Field.DOMAIN, one.domain, TRUST[Field.DOMAIN])]
    if one.name is not None:
        values.append(Value(Field.COMPANY_NAME, one.name, TRUST[Field.COMPANY_NAME]))
    return tuple(values)


@cache
def _no_company_sites() -> frozenset[str]:
    listed = yaml.safe_load(_SITES_FILE.read_text(encoding="utf-8"))
    return frozenset(domain for group in listed.values() for domain in group)
