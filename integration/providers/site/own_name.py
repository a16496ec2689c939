"""What a page calls its own organisation: by structured data, head, copyright line, logo and the likeness of a name to the domain. Pure.

Limit: a name that appears in none of these places is not known to be the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.text_lines import PageText
from integration.providers.site.vocabulary import any_of, words_of

_YEARS: Final = r"(?:\s*(?:19|20)\d\d\s*(?:[-–,/]\s*(?:(?:19|20)?\d\d|present)\s*)*)"
_SIGN: Final = r"(?:©|\(c\)|\ufffd|copyrights?)"
_COPYRIGHT: Final = re.compile(
    rf"(?:{_SIGN}[\s:.,-]*)+{_YEARS}?[\s:.,|–-]*(?:by |to |©\s*)?(?P<name>[^|©\n•·:;]{{2,90}})", re.IGNORECASE
)
_COPYRIGHT_SIGN: Final = re.compile(_SIGN, re.IGNORECASE)
_AROUND: Final = re.compile(rf"^(?:(?:{_SIGN}|by|{_YEARS})[\s:.,-]*)+|(?:[\s,.-]*{_SIGN})+$", re.IGNORECASE)
_TITLE_MARKS: Final = re.compile(r"\s+[|–—•·»«:>~-]+\s+|\s*[|»«]\s*|:\s+|\s[-–—]|\s{2,}|\.\s(?=[A-Z])")
_EDGES: Final = " ,-–|\"'“”®™"
_LONGEST: Final = 60
_NEAR_CHARS: Final = 100
_LOOKED_AT: Final = 12


@cache
def legal_tail() -> re.Pattern[str]:
    """A legal form at the end of a name."""
    return re.compile(rf",? (?:{any_of(words_of('legal_form'))})\.?$")


@cache
def _legal_after() -> re.Pattern[str]:
    return re.compile(rf",? (?:{any_of(words_of('legal_form'))})(?![\w-])", re.IGNORECASE)


@cache
def _copyright_end() -> re.Pattern[str]:
    """Where the name in a copyright line ends: at the words about rights, a dash, a number, a sentence, a comma without a legal form."""
    return re.compile(
        rf"(?:[,.|–-]?\s*\b(?:{any_of(words_of('copyright_end'))})\b.*|\s[-–]\s.*|\s*\(?(?:19|20)\d\d\b.*|(?<=\w{{3}})\. .*|\s\d{{1,5}} .*"
        rf"|[\w.+-]+@.*|,\s*(?!(?:{any_of(words_of('legal_form'))})\b).*)$",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _about_rights() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(words_of('copyright_law'))})\b", re.IGNORECASE)


@cache
def _late_copyright() -> re.Pattern[str]:
    """The name before the sign ("Sample Works Inc. ©")."""
    word = r"[A-ZÀ-Ý0-9][\wÀ-ÿ'’.&-]*"
    legal = any_of(words_of("legal_form"))
    return re.compile(
        rf"(?P<name>(?!\d){word}(?: (?:(?:of|and|&|for|the|de) ){{0,2}}{word}){{0,6}}(?:,? (?:{legal})\b\.?)?)[ ,.-]{{0,3}}(?:©|\(c\)|Copyright)"
    )


def own_names(page: PageText, text: str, labels: Sequence[str], stated: Iterable[str]) -> list[str]:
    """Writings of the page's own organisation, the surest first. `stated`: names from structured data; `labels`: first labels of its domains."""
    names: list[str] = []
    for name in (
        *stated,
        page.metas.get("og:site_name", ""),
        page.metas.get("application-name", ""),
        *_copyright_names(page.lines),
    ):
        _keep(names, name)
    known = [_letters(name) for name in names]
    bare_labels = [re.sub(r"\W", "", label) for label in labels if len(label) > 3]
    titles = [part.strip() for part in _TITLE_MARKS.split(page.title) if part.strip()]
    images = [alt for alt in page.images[:_LOOKED_AT] if 3 < len(alt) < 50]
    for part in (*titles, *images, *page.headings[:_LOOKED_AT]):
        letters = _letters(part)
        if _is_start_of(letters, known) or _is_of_domain(letters, bare_labels):
            _keep(names, part)
    if not names:
        _keep_most_repeated(names, [part for part in titles if len(part) < 50 and part[0].isupper()], text)
    return names


def find_own_mentions(text: str, findings: Findings, names: Sequence[str], title: str) -> None:
    """Adds every mention of the page's own organisation, with or without its legal form."""
    for pattern in _writings(names):
        for start, end in _mentions(pattern, text):
            if any(char.isupper() or char == "." for char in text[start:end]):
                findings.add(EntityKind.ORG, text[start:end], start, end)
        for start, end in _mentions(pattern, title):
            findings.add_from_head(EntityKind.ORG, title[start:end])


def is_generic(name: str) -> bool:
    """Whether a title or heading names no organisation."""
    return name.lower() in words_of("generic_title") or name.lower().startswith(("our ", "terms", "all rights", "untitled"))


def _mentions(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for found in pattern.finditer(text):
        tail = _legal_after().match(text, found.end())
        yield found.start(), tail.end() if tail else found.end()


def _copyright_names(lines: Iterable[str]) -> Iterator[str]:
    for whole in lines:
        sign = _COPYRIGHT_SIGN.search(whole)
        if sign is None:
            continue
        line = whole[max(0, sign.start() - _NEAR_CHARS) : sign.start() + 2 * _NEAR_CHARS]
        for found in _COPYRIGHT.finditer(line):
            name = _AROUND.sub("", _copyright_end().sub("", found["name"].strip(_EDGES)).strip(_EDGES)).strip(_EDGES + ".")
            if not _about_rights().match(name):
                yield name
        for found in _late_copyright().finditer(line):
            if len(found["name"]) > 3 and not _COPYRIGHT_SIGN.fullmatch(found["name"]):
                yield found["name"]


def _keep(names: list[str], name: str) -> None:
    name = name.strip(_EDGES)
    if 1 < len(name) <= _LONGEST and not is_generic(name) and any(char.isalpha() for char in name) and name not in names:
        names.append(name)


def _keep_most_repeated(names: list[str], parts: Iterable[str], text: str) -> None:
    """Of the parts of a title the one that the page repeats most, if it does."""
    counts = {part: len(re.findall(rf"\b{re.escape(part)}\b", text)) for part in parts}
    best = max(counts, key=counts.__getitem__, default="")
    if best and counts[best] >= 2:
        _keep(names, best)


def _letters(name: str) -> str:
    """Only letters and digits, without legal form, "and" and "the": what a domain is made of."""
    bare = legal_tail().sub("", name.strip()).lower().replace("&", "")
    return re.sub(r"\W+", "", re.sub(r"\b(?:and|the)\b", "", bare))


def _is_start_of(letters: str, known: Iterable[str]) -> bool:
    return any(letters == one or (len(letters) > 4 and len(one) > 4 and one.startswith(letters)) for one in known)


def _is_of_domain(letters: str, labels: Iterable[str]) -> bool:
    """Whether a name is what a domain label spells, a large part of it, or a little more than it."""
    return any(
        letters == label
        or (len(letters) > 5 and letters in label and len(letters) >= 0.7 * len(label))
        or (len(letters) > 5 and len(label) > 4 and label in letters and len(letters) < 2.2 * len(label))
        for label in labels
        if len(letters) > 3
    )


def _writings(names: Iterable[str]) -> Iterator[re.Pattern[str]]:
    """A pattern for each name: any case, "&" or "and", blanks and hyphens alike; the longest first."""
    seen: set[str] = set()
    for name in sorted(names, key=len, reverse=True):
        bare = legal_tail().sub("", name).strip(" ,.")
        words = [word for word in re.split(r"[\s,-]+", bare) if word]
        if not words or bare.lower() in seen or (len(words) == 1 and len(words[0]) < 3):
            continue
        seen.add(bare.lower())
        body = r"[\s,-]{1,2}".join("(?:and|&)" if word.lower() in ("and", "&") else re.escape(word) for word in words)
        yield re.compile(rf"(?<![\w@./-]){body}(?![\w@-]|\.\w)", re.IGNORECASE)
