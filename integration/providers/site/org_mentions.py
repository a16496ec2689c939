"""Organisations in a page's text: the page's own, by what the head, the copyright line and the logo say; others by their legal form or kind. Pure.

Limit: a name that is a plain word and appears in no copyright line, title or logo is not found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.text_lines import PageText
from integration.providers.site.vocabulary import any_of

_LEGAL: Final = (
    "Inc", "Incorporated", "LLC", "L.L.C", "LLP", "L.L.P", "LP", "L.P", "PLLC", "P.L.L.C", "Ltd", "Limited", "LTD", "PLC", "plc", "Corp", "Corporation", "Co", "Company",
    "GmbH", "AG", "KG", "mbH", "e.V", "UG", "S.A", "SA", "SAS", "S.A.S", "SARL", "S.L", "S.p.A", "SpA", "S.r.l", "Srl", "B.V", "BV", "N.V", "NV", "AB", "A/S", "ApS",
    "AS", "ASA", "Oy", "Oyj", "Pty Ltd", "Pty. Ltd", "Pty Limited", "Pvt Ltd", "Pvt. Ltd", "P.C", "PC", "P.A", "PA", "P.S", "Lda", "LDA", "Ltda", "INC", "CORP",
)  # fmt: skip
_CAP: Final = r"(?:[A-ZÀ-Ý0-9][\wÀ-ÿ'’.&-]*|[a-z]{1,3}[A-Z][\w-]+)"
_LINK: Final = r"(?:(?:of|and|&|for|the|de|du|la|y|e|und|in|at|\+) )"
_NAME: Final = rf"{_CAP}(?: {_LINK}{{0,2}}{_CAP}){{0,6}}"
_YEARS: Final = r"(?:\s*(?:19|20)\d\d\s*(?:[-–,/]\s*(?:(?:19|20)?\d\d|present)\s*)*)"
_COPYRIGHT: Final = re.compile(
    rf"(?:(?:©|\(c\)|&copy;|\ufffd|copyrights?|Copyright)[\s:.,-]*)+(?:{_YEARS})?[\s:.,|–-]*(?:by |to |©\s*)?(?P<name>[^|©\n•·:;]{{2,90}})", re.IGNORECASE
)
_COPYRIGHT_WORDS: Final = re.compile(rf"^(?:(?:copyrights?|©|\(c\)|by|{_YEARS})[\s:.,-]*)+|(?:[\s,.-]*(?:copyrights?|©|\(c\)))+$", re.IGNORECASE)
_COPYRIGHT_LATE: Final = re.compile(rf"(?P<name>{_NAME}(?:,? (?:{any_of(_LEGAL)})\b\.?)?)[ ,.-]{{0,3}}(?:©|\(c\)|Copyright|&copy;)", re.MULTILINE)
_COPYRIGHT_END: Final = re.compile(
    r"(?:[,.|–-]?\s*\b(?:all rights?|all right|designed|design by|powered|web ?site|site by|terms|privacy|disclaimer|legal|sitemap|site map|"
    r"copyright|tel|phone|fax|registered|vat|company no|contact|p\.o|po box|hosted|trademarks?|is a |inc\. is|reserved|tous droits|alle rechte|"
    r"todos os direitos)\b.*|\s[-–]\s.*|\s*\(?(?:19|20)\d\d\b.*|\. .*|\s\d{1,5} .*|[\w.+-]+@.*|,\s*(?!(?:%s)\b).*)$" % any_of(_LEGAL),
    re.IGNORECASE | re.DOTALL,
)
_KINDS: Final = (
    "University", "College", "School", "Schools", "Institute", "Academy", "Association", "Society", "Foundation", "Federation", "Department", "Ministry", "Hospital",
    "Church", "Bank", "Council", "Chamber of Commerce", "Library", "Museum", "Union", "Authority", "Agency", "Commission", "Bureau", "Board", "Trust", "Committee",
    "School District", "Medical Center", "Health Center", "Hotel", "Inn", "Resort", "Casino", "Theatre", "Theater", "Clinic", "Center", "Centre", "Group", "Partners",
    "Associates", "Industries", "Enterprises", "Holdings", "Technologies", "Solutions", "Systems", "Services", "Consulting", "Studios", "Builders", "Construction",
    "Productions", "Law Firm", "Realty", "Properties", "Insurance", "Logistics", "Motors", "Laboratories", "Pharmaceuticals", "Communications", "Networks", "Media",
    "Magazine", "Times", "Journal", "Press", "Publishing", "Publications", "Restaurant", "Cafe", "Grill", "Bakery", "Brewing", "Plumbing", "Roofing", "Electric",
    "Dental", "Orthodontics", "Dentistry", "Dermatology", "Pharmacy", "Alliance", "Coalition", "Initiative", "Network", "Club", "League", "Corps", "Guild",
)  # fmt: skip
_SURE_KINDS: Final = (
    "University", "College", "Institute", "Association", "Society", "Foundation", "Federation", "Hospital", "Medical Center", "School District", "Chamber of Commerce",
    "Elementary School", "High School", "Middle School", "Law School", "Business School", "Graduate School", "Department of", "Ministry of", "Museum", "Church", "Bank",
    "Credit Union", "Law Firm", "Bureau", "Law Offices", "Commission", "City Council", "Academy", "Council", "City Hall", "Community Center", "Alliance", "Trust",
    "Technologies", "Enterprises", "Industries", "Pharmaceuticals", "Productions", "Library", "Hotel", "Theatre", "Builders", "Associates", "Authority", "Group",
)  # fmt: skip
_WHOLE_LINE: Final = re.compile(r"^(?P<name>[A-ZÀ-Ý0-9][^\n]{6,88}?)(?: \(\d{1,5}\))?$", re.MULTILINE)
_NOT_A_NAME: Final = re.compile(
    r"[:?!|©»@]|\d{4,}|\. [A-Z]|\b(?:Contact|About|Our|Your|Home|Services|Programs?|Locations?|Information|Jobs|Careers|News|Events|Directory|Resources|Visit|Find|"
    r"Search|Login|Online|Welcome|View|Degrees?|Courses?|Masters?|Master's|Forms?|Calendar|Policy|Map|Why|How|Attend|Join|Meet|Get|Back|All|Hours|Directions|Staff|"
    r"Members?|Menu|Reviews|Gallery|More|Buy|Shop|Order|Free|Best)\b"
)
_JOINING: Final = frozenset({"school", "college", "university", "from", "with", "und", "für", "der", "degli", "della", "applied", "sciences"})
_TITLE_MARKS: Final = re.compile(r"\s+[|–—•·»«:>~-]+\s+|\s*[|»«]\s*|:\s+|\s[-–—]|\s{2,}|\.\s(?=[A-Z])")
_GENERIC: Final = re.compile(
    r"^(?:home(?: ?page)?|welcome(?: to)?|about(?: us| me)?|contact(?: us| info| information)?|contacts|index|untitled.*|news|blog|services|products|our .*|the team|team|locations?|"
    r"directions|faq|privacy policy|terms.*|site ?map|login|search|support|help|careers|jobs|store|shop|customer (?:service|support)|general|"
    r"overview|company|people|staff|testimonials|gallery|pricing|features|main|start|official site|homepage|get in touch|find us|all rights.*|logo|map|"
    r"facebook|twitter|linkedin|google\+?|youtube|rss|email|print|menu|close|next|previous|back to top|instagram|pinterest|click here|read more|learn more)$",
    re.IGNORECASE,
)
_LEGAL_TAIL: Final = re.compile(rf",? (?:{any_of(_LEGAL)})\.?$")
_SMALL_WORDS: Final = frozenset({"and", "the", "of", "for", "inc", "llc", "ltd", "co", "company"})


def own_names(page: PageText, text: str, domains: Iterable[str], stated: Iterable[str]) -> list[str]:
    """Writings of the page's own organisation, the surest first. `stated`: names from structured data; `domains`: its host labels."""
    copyrighted = [name for line in page.lines for name in _copyright_names(line)]
    titles = [part for part in _TITLE_MARKS.split(page.title) if part]
    labels = [label for label in domains if len(label) > 3]
    names: list[str] = []
    for name in (*stated, page.metas.get("og:site_name", ""), page.metas.get("application-name", ""), *copyrighted):
        _keep(names, name)
    known = {_letters(name) for name in names}
    images = [alt for alt in page.images[:12] if 3 < len(alt) < 50]
    for part in (*titles, *images, *page.headings[:12]):
        letters = _letters(part)
        if any(letters == one or (len(letters) > 4 and len(one) > 4 and one.startswith(letters)) for one in known) or _is_of_domain(letters, labels):
            _keep(names, part)
    if not names:
        counts = Counter({part.strip(): len(re.findall(rf"\b{re.escape(part.strip())}\b", text)) for part in titles if len(part) < 50})
        for part, count in counts.most_common(1):
            if count >= 2 and re.match(_NAME, part):
                _keep(names, part)
    return names


def find_own_mentions(text: str, findings: Findings, names: list[str], title: str) -> None:
    """Adds every mention of the page's own organisation, with or without its legal form."""
    for pattern in _writings(names):
        for found in pattern.finditer(text):
            written = found[0].rstrip(" ,")
            if any(char.isupper() for char in written) or "." in written:
                findings.add(EntityKind.ORG, written, found.start(), found.end())
        for found in pattern.finditer(title):
            findings.add(EntityKind.ORG, found[0].rstrip(" ,"), -1, -1)


def find_whole_line_organisations(text: str, findings: Findings) -> None:
    """Adds lines that are nothing but the name of an organisation: a list of members, schools, customers."""
    for found in _WHOLE_LINE.finditer(text):
        name = found["name"].strip()
        words = name.split()
        if not 2 <= len(words) <= 12 or not _kind_word().search(name) or _NOT_A_NAME.search(name) or _GENERIC.match(name):
            continue
        if all(word[0].isupper() or not word[0].isalpha() or len(word) <= 3 or word in _JOINING for word in words):
            findings.add(EntityKind.ORG, name, found.start("name"), found.start("name") + len(name))


def find_other_organisations(text: str, findings: Findings) -> None:
    """Adds organisations told by a legal form at their end, or by what they are."""
    for found in _with_legal_form().finditer(text):
        start = found.start() + _lead(found[0])
        findings.add(EntityKind.ORG, text[start : found.end()].rstrip(" ,"), start, found.end())
    for found in _by_kind().finditer(text):
        start = found.start() + _lead(found[0])
        written = text[start : found.end()]
        if len(written.split()) > 1:
            findings.add(EntityKind.ORG, written, start, found.end())


_LEAD: Final = re.compile(r"^(?:(?:About|Contact|Visit|Welcome to|At|In|From|By|Copyright|Call|Why|Our|We|Read|See|Also|Both|When|While|As|With|For|And|To|If|Home|Meet|Join|Follow|Dear|This|On|A|An|Is|Are|Powered by|Posted by) )+")


def _lead(written: str) -> int:
    found = _LEAD.match(written)
    return found.end() if found else 0


def _copyright_names(line: str) -> Iterator[str]:
    for found in _COPYRIGHT.finditer(line):
        name = _COPYRIGHT_END.sub("", found["name"].strip(" ,.-–|")).strip(" ,-–|\"'“”")
        name = _COPYRIGHT_WORDS.sub("", name).strip(" ,.-–|")
        if name and 1 < len(name) < 60 and not re.match(r"^(?:all|the content|material|and|or|is|law|act|notice|information|policy|infring|terms|reserved|agent|protected|owner|holder|the respective|contents?|this|agreement|its|laws|claims?|complaints?|trademark|registered|for|of|in|to|are|may|have|statement|image|symbol|page|dispute|over|except|date|user|database)\b", name, re.IGNORECASE):
            yield re.sub(r"^(?:by|The copyright of)\s+", "", name)
    for found in _COPYRIGHT_LATE.finditer(line):
        if len(found["name"]) > 3 and not found["name"][0].isdigit() and _LEAD.fullmatch(found["name"] + " ") is None:
            yield found["name"][_lead(found["name"]) :]


def _keep(names: list[str], name: str) -> None:
    name = name.strip(" ,-–|\"'“”®™")
    if 1 < len(name) <= 60 and not _GENERIC.match(name) and re.search(r"[^\W\d_]", name) and name not in names:
        names.append(name)


def _letters(name: str) -> str:
    """Only letters and digits, without legal form and "and": what a domain is made of."""
    bare = _LEGAL_TAIL.sub("", name.strip()).lower().replace("&", "")
    return re.sub(r"\W+", "", re.sub(r"\b(?:and|the)\b", "", bare))


def _is_of_domain(letters: str, labels: Iterable[str]) -> bool:
    return any(
        len(letters) > 3 and (letters == re.sub(r"\W", "", label) or (len(letters) > 5 and (letters in re.sub(r"\W", "", label) or (len(label) > 4 and re.sub(r"\W", "", label) in letters and len(letters) < 2.2 * len(label)))))
        for label in labels
    )


def _writings(names: list[str]) -> Iterator[re.Pattern[str]]:
    """A pattern for each name: any case, "&" or "and", blanks and hyphens alike, legal form or not; the longest first."""
    seen: set[str] = set()
    for name in sorted(names, key=len, reverse=True):
        bare = _LEGAL_TAIL.sub("", name).strip(" ,.")
        words = [word for word in re.split(r"[\s,-]+", bare) if word]
        if not words or bare.lower() in seen or (len(words) == 1 and len(words[0]) < 3):
            continue
        seen.add(bare.lower())
        parts = ["(?:and|&amp;|&)" if word.lower() in ("and", "&") else re.escape(word) for word in words]
        body = r"[\s,-]{1,2}".join(parts)
        yield re.compile(rf"(?<![\w@./-]){body}(?:,? (?:{any_of(_LEGAL)}))?(?![\w@-]|\.\w)", re.IGNORECASE)


@cache
def _kind_word() -> re.Pattern[str]:
    """A word that organisations of a kind have in their name, in a few languages, or a legal form at the end."""
    other = ("School", "Universität", "Université", "Universidad", "Universidade", "Università", "Universiteit", "Hochschule", "Escola", "École", "Ecole", "Instituto", "Institut")
    return re.compile(rf"(?<!\w)(?:{any_of((*_SURE_KINDS, *other))})(?!\w)|(?:,| )(?:{any_of(_LEGAL)})\.?$")


@cache
def _with_legal_form() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@./-]){_NAME},? (?:{any_of(_LEGAL)})(?![\w-])\.?")


@cache
def _by_kind() -> re.Pattern[str]:
    tail = rf"(?: (?:of|for|at) (?:the )?{_CAP}(?: (?:(?:and|&|of|the) )?{_CAP}){{0,4}})"
    inner = rf"{_CAP}(?: {_LINK}{{0,2}}{_CAP}){{0,4}}?"
    return re.compile(
        rf"(?<![\w@./-])(?:{inner} (?:{any_of(_SURE_KINDS)})(?![\w-]){tail}?"
        rf"|(?:University|College|Institute|Department|Ministry|Bank|Church|School|City|County|State|Association|Society|Board|Office|Better Business) of (?:the )?{_CAP}(?: (?:(?:and|&|of|the) )?{_CAP}){{0,4}})"
    )
