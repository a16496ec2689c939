"""How well contact entities are read out of real pages: precision, recall and F1 by kind, micro-F1 over all, and what a page costs.

The pages are hand-marked business pages of scrapinghub/webstruct (https://github.com/scrapinghub/webstruct, read 2026-12); they belong to their
owners and are no part of the project. Nothing is learned from them.

The measure: of each page the distinct values of each kind, found against marked. Values are the same when they are equal after folding: case,
blanks and punctuation for names and places ("&" is "and"), letters and digits for postcodes, digits for telephone numbers without the
country code 1 and without an extension, the plain writing for mail addresses. No credit for a part of a value. Mail addresses are marked, and
counted, on the pages of us_contact_pages only. The same by mentions (each repetition counts) stands beside it.
"""

from __future__ import annotations

import html
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from integration.benchmarks import site_data
from integration.providers.site.contact_entities import find_contacts
from integration.providers.site.entities import EntityKind

FILE: Final = "contact_pages_dev"
_EMAIL_PAGES: Final = "us_contact_pages"
Marked = Counter[tuple[str, str]]
"""How often each (kind, folded value) was marked or found on one page."""


@dataclass(frozen=True)
class MarkedPage:
    """A page and what people marked on it: (kind, text) in the order of the page."""

    name: str
    markup: str
    marked: tuple[tuple[str, str], ...]


def is_available() -> bool:
    """The pages are not part of the project: without a folder there is nothing to measure."""
    return site_data.is_named()


def run() -> Mapping[str, float | int | str]:
    """Every figure. Raises BadInput when the folder is not named or has no such file."""
    pages = [
        MarkedPage(row["id"], row["html"], tuple((one["type"], one["text"]) for one in row["gold"])) for row in site_data.rows(FILE)
    ]
    find_contacts(pages[0].markup, "")  # word lists and patterns are built once per process
    started = time.process_time()
    found = [find_contacts(page.markup, "").entities for page in pages]
    spent_ms = (time.process_time() - started) * 1000
    pairs = [
        (counted(page.name, page.marked), counted(page.name, ((one.kind.value, one.text) for one in entities)))
        for page, entities in zip(pages, found, strict=True)
    ]
    figures: dict[str, float | int | str] = {}
    for kind in EntityKind:
        precision, recall, f1 = score(pairs, lambda one, kind=kind.value: one[0] == kind)  # type: ignore[misc]
        name = kind.value.lower()
        figures |= {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": f1}
    return figures | {
        "micro_f1": score(pairs)[2],
        "micro_f1_first_half": score(pairs[::2])[2],
        "micro_f1_second_half": score(pairs[1::2])[2],
        "mentions_micro_f1": score(pairs, by_mention=True)[2],
        "pages": len(pages),
        "kb_per_page": round(sum(len(page.markup) for page in pages) / len(pages) / 1000, 1),
        "ms_per_page": round(spent_ms / len(pages), 2),
    }


def counted(page_name: str, entities: Iterable[tuple[str, str]]) -> Marked:
    """The folded values of a page with how often each occurs; kinds we do not look for left out."""
    kinds = {kind.value for kind in EntityKind} - (set() if page_name.startswith(_EMAIL_PAGES) else {EntityKind.EMAIL.value})
    return Counter((kind, folded) for kind, text in entities if kind in kinds and (folded := fold(kind, text)))


def fold(kind: str, text: str) -> str:
    """The form in which two writings of one value are equal."""
    return _FOLDS.get(kind, _fold_words)(html.unescape(text).casefold())


def score(
    pairs: Iterable[tuple[Marked, Marked]], wanted: Callable[[tuple[str, str]], bool] = lambda _: True, *, by_mention: bool = False
) -> tuple[float, float, float]:
    """(precision, recall, F1) over pages of (marked, found), each rounded to four places; 0.0 where nothing was found or marked."""
    hits = taken = true = 0
    for marked, found in pairs:
        for one in filter(wanted, marked.keys() | found.keys()):
            here, there = (marked[one], found[one]) if by_mention else (min(marked[one], 1), min(found[one], 1))
            hits, taken, true = hits + min(here, there), taken + there, true + here
    return (
        round(hits / taken, 4) if taken else 0.0,
        round(hits / true, 4) if true else 0.0,
        round(2 * hits / (taken + true), 4) if taken + true else 0.0,
    )


def _fold_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", re.sub(r"['’]", "", text.replace("&", " and "))))


def _fold_code(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text)


def _fold_phone(text: str) -> str:
    digits = re.sub(r"(?:ext|x)\d*$", "", _fold_code(text))
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _fold_email(text: str) -> str:
    if "@" in text:
        return text.strip()
    return re.sub(r"\s*[\[(]?\bdot\b[\])]?\s*", ".", re.sub(r"\s*[\[(]?\bat\b[\])]?\s*", "@", text)).strip()


_FOLDS: Final[Mapping[str, Callable[[str], str]]] = {"TEL": _fold_phone, "ZIPCODE": _fold_code, "EMAIL": _fold_email}
