"""Which pages of a site are worth reading, told by their path and by the words of the links to them. Pure.

Limit: the words of twelve languages in Latin letters; pages named in other scripts are found only where the path is in English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urldefrag, urlsplit


class PageKind(StrEnum):
    """What a page is for. The order is the order in which pages are read while the budget lasts."""

    HOME = "home"
    CONTACT = "contact"
    IMPRINT = "imprint"
    ABOUT = "about"
    CAREERS = "careers"
    PRICING = "pricing"
    TEAM = "team"


@dataclass(frozen=True)
class Link:
    """A link as found: its absolute address and its words."""

    url: str
    text: str = ""


@dataclass(frozen=True)
class Choice:
    """A page worth reading."""

    url: str
    kind: PageKind


# Words without accents, hyphens for blanks. A path segment or the words of a link equal to one name the kind; beginning or ending with one hint at it.
_WORDS: Final[Mapping[PageKind, tuple[str, ...]]] = {
    PageKind.CONTACT: (
        "contact", "contact-us", "contactus", "contacts", "get-in-touch", "kontakt", "kontakta-oss", "kontakt-os", "contacto", "contactenos",
        "contactanos", "contato", "fale-conosco", "contatto", "contatti", "contattaci", "contactez-nous", "nous-contacter", "contacteer-ons",
        "yhteystiedot", "ota-yhteytta", "iletisim", "locations", "offices", "find-us", "standorte", "anfahrt",
    ),
    PageKind.IMPRINT: (
        "imprint", "impressum", "impressum-datenschutz", "legal-notice", "legal-notices", "mentions-legales", "aviso-legal", "note-legali",
        "colofon", "kolofon", "legal",
    ),
    PageKind.ABOUT: (
        "about", "about-us", "aboutus", "company", "who-we-are", "our-company", "our-story", "ueber-uns", "uber-uns", "unternehmen",
        "wir-ueber-uns", "quienes-somos", "sobre-nosotros", "nosotros", "empresa", "sobre", "sobre-nos", "quem-somos", "a-empresa",
        "a-propos", "qui-sommes-nous", "entreprise", "societe", "chi-siamo", "azienda", "over-ons", "om-oss", "om-os", "tietoa-meista",
        "o-nas", "o-firmie", "hakkimizda",
    ),
    PageKind.CAREERS: (
        "careers", "career", "jobs", "job", "vacancies", "work-with-us", "join-us", "join-our-team", "were-hiring", "we-are-hiring",
        "open-positions", "karriere", "stellenangebote", "stellen", "empleo", "trabaja-con-nosotros", "carreiras", "trabalhe-conosco",
        "vagas", "carrieres", "recrutement", "emplois", "lavora-con-noi", "carriere", "werken-bij", "vacatures", "karriar", "lediga-jobb",
        "kariera", "praca", "kariyer", "tyopaikat", "rekry",
    ),
    PageKind.PRICING: (
        "pricing", "prices", "plans", "plans-and-pricing", "pricing-plans", "preise", "preisliste", "tarife", "precios", "planes", "precos",
        "planos", "tarifs", "prix", "prezzi", "prijzen", "tarieven", "priser", "hinnat", "hinnasto", "cennik", "fiyatlar",
    ),
    PageKind.TEAM: (
        "team", "our-team", "the-team", "meet-the-team", "people", "our-people", "leadership", "management", "leadership-team",
        "unser-team", "das-team", "equipo", "nuestro-equipo", "equipe", "nossa-equipe", "notre-equipe", "il-team", "ons-team", "staff",
        "board", "vart-team", "medarbejdere", "zespol", "ekibimiz", "henkilosto",
    ),
}  # fmt: skip
_KIND_OF: Final = {word: kind for kind, words in _WORDS.items() for word in words}
_NOT_PAGES: Final = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|zip|mp4|mp3|docx?|xlsx?|pptx?|css|js|xml|ics|json)$", re.IGNORECASE
)
_PAGE_ENDING: Final = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm)$", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s_\-+.!&/|:>»→]+")
_APOSTROPHES: Final = re.compile(r"['’]")
_ROOM_FOR_WORDS: Final = 40
_EXACT: Final = 3
_HINTED: Final = 1
_DEEPEST_PATH: Final = 4


def choose_pages(links: Iterable[Link], listed: Iterable[str], *, domain: str) -> tuple[Choice, ...]:
    """The best page of each kind, in the order of `PageKind`; only of the registrable domain `domain`.

    `links` are of the home page, `listed` of the sitemap: a page linked from home beats one that is only listed.
    """
    best: dict[PageKind, tuple[tuple[int, int, int], str]] = {}
    candidates = [*((link.url, link.text, 1) for link in links), *((url, "", 0) for url in listed)]
    for url, text, is_linked in candidates:
        plain = urldefrag(url).url
        if not _is_page_of(plain, domain):
            continue
        for kind, sureness in _kinds(plain, text):
            depth = _depth(plain)
            rank = (sureness, is_linked, -depth)
            if kind not in best or rank > best[kind][0]:
                best[kind] = (rank, plain)
    chosen: dict[str, PageKind] = {}
    for kind in PageKind:
        if kind in best:
            chosen.setdefault(best[kind][1], kind)
    return tuple(Choice(url, kind) for url, kind in chosen.items())


def _is_page_of(url: str, domain: str) -> bool:
    if not url.startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:  # what stands in brackets is no address
        return False
    host = (parts.hostname or "").rstrip(".")
    is_own = host == domain or host.endswith(f".{domain}")
    return is_own and bool(parts.path.strip("/") or parts.query) and not _NOT_PAGES.search(parts.path)


def _kinds(url: str, text: str) -> Sequence[tuple[PageKind, int]]:
    """What the page may be, with how sure that is: by the end of its path and by the words of the link."""
    path = unquote(urlsplit(url).path).rstrip("/")
    names = (_folded(_PAGE_ENDING.sub("", path.rpartition("/")[2])), _folded(text) if len(text) <= _ROOM_FOR_WORDS else "")
    found: dict[PageKind, int] = {}
    for name in names:
        kind = _KIND_OF.get(name)
        if kind is not None:
            found[kind] = found.get(kind, 0) + _EXACT
        elif name and (hinted := _hinted(name)):
            found[hinted] = found.get(hinted, 0) + _HINTED
    return tuple(found.items())


def _hinted(name: str) -> PageKind | None:
    """The kind whose word begins or ends a short name ("about-acme", "acme-careers")."""
    if len(name) > _ROOM_FOR_WORDS or name.count("-") > 3:
        return None
    first, last = name.partition("-")[0], name.rpartition("-")[2]
    return _KIND_OF.get(first) or _KIND_OF.get(last)


def _depth(url: str) -> int:
    return min(_DEEPEST_PATH, urlsplit(url).path.strip("/").count("/"))


def _folded(text: str) -> str:
    spelled = (
        text.casefold().replace("ü", "ue").replace("ö", "oe").replace("ä", "ae") if "ü" in text.casefold() else text.casefold()
    )
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(mark))
    return _SEPARATORS.sub("-", _APOSTROPHES.sub("", bare).replace("ı", "i")).strip("-")
