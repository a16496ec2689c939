"""What a page says about its company in markup: title, description, links, contact details, structured data. No I/O.

The text comes from strangers: it is kept as data, cut to size, and never interpreted.
Limit: the first 256 kB of markup are read, less where tags nest thousands deep, because parsing time grows with the square of depth
(measured: 200,000 nested tags take a minute).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin

from selectolax.lexbor import LexborHTMLParser

from integration.providers.normalise import to_domain, to_email, to_text
from integration.providers.site.email_mentions import decode_hidden_email, written_emails
from integration.providers.site.json_ld import JsonThing, find_organization
from integration.providers.site.microdata import find_items
from integration.providers.site.page_choice import Link
from integration.providers.site.register_mentions import find_register_numbers

_META_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}charset=["']?\s*([a-zA-Z0-9_:.-]{2,40})""", re.IGNORECASE)
_HEADER_CHARSET: Final = re.compile(r"""charset=["']?\s*([a-zA-Z0-9_:.-]{2,40})""", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?:(?:tel|phone|call|fon|fone)[^\w+(]{0,6}|(?=\+))([+(]{0,2}\d[\d\s()./-]{6,20}\d)", re.IGNORECASE)
_SOCIAL_DOMAINS: Final = frozenset(
    {"linkedin.com", "x.com", "twitter.com", "facebook.com", "instagram.com", "youtube.com", "github.com", "tiktok.com", "xing.com"}
)
_SHARE_PATHS: Final = ("/share", "/sharer", "/intent", "/hashtag", "/watch", "/embed")
_PARSED_BYTES: Final = 256 * 1024
_CHUNK_BYTES: Final = 8 * 1024
_DEEPEST: Final = 4000
_SEARCHED_CHARS: Final = 60_000
_MOST: Final = 10
_MOST_LINKS: Final = 600


@dataclass(frozen=True)
class PageFacts:
    """What was found; empty texts and tuples where there was nothing. `phones` are as written, `emails` in normal form."""

    title: str
    description: str
    site_name: str
    generator: str
    addresses: tuple[str, ...]
    social_urls: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    organization: JsonThing | None
    links: tuple[Link, ...] = ()
    register_numbers: tuple[str, ...] = ()


def parse_page(body: bytes, *, content_type_header: str, url: str) -> PageFacts:
    """The facts of an HTML page. Cost: about a millisecond for 100 kB."""
    tree = LexborHTMLParser(decode_page(parsable(body), content_type_header))
    metas = _metas(tree)
    linked = _links(tree, url)
    links = [link.url for link in linked]
    blocks = [node.text() for node in tree.css('script[type="application/ld+json"]')]
    title = tree.css_first("title")
    hidden = [decode_hidden_email(code) for code in _attributes(tree, "[data-cfemail]", "data-cfemail")]
    addresses = [*_attributes(tree, "script[src], iframe[src]", "src"), *_attributes(tree, "link[href]", "href")]
    tree.strip_tags(["script", "style", "noscript", "template"])
    text = (tree.body.text(separator=" ") if tree.body else "")[:_SEARCHED_CHARS]
    return PageFacts(
        title=to_text(title.text() if title else None) or metas.get("og:title", ""),
        description=metas.get("description") or metas.get("og:description", ""),
        site_name=metas.get("og:site_name", ""),
        generator=metas.get("generator", ""),
        addresses=tuple(dict.fromkeys(addresses)),
        social_urls=_social(links),
        emails=_emails(links, hidden, text, to_domain(url)),
        phones=_phones(links, text),
        organization=find_organization(blocks, find_items(tree)),
        links=tuple(linked[:_MOST_LINKS]),
        register_numbers=find_register_numbers(text),
    )


def decode_page(body: bytes, content_type_header: str) -> str:
    """The text by the charset of the header, else of the page, else UTF-8, else Windows-1252; unreadable bytes are replaced."""
    in_header = _HEADER_CHARSET.search(content_type_header)
    in_page = _META_CHARSET.search(body[:2048])
    named = [in_header[1]] if in_header else []
    named += [in_page[1].decode("ascii")] if in_page else []
    for name in (*named, "utf-8"):
        try:
            return body.decode(name)
        except (LookupError, UnicodeError):  # a name nobody knows, or bytes that are not in it
            continue
    return body.decode("windows-1252", "replace")


def parsable(body: bytes) -> bytes:
    """The beginning of a page, up to where its size or the number of tags left open becomes unreasonable."""
    end = min(len(body), _PARSED_BYTES)
    still_open = 0
    for start in range(0, end, _CHUNK_BYTES):
        stop = min(start + _CHUNK_BYTES, end)
        still_open += body.count(b"<", start, stop) - 2 * body.count(b"</", start, stop)
        if still_open > _DEEPEST:
            return body[:stop]
    return body[:end]


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """Meta contents by lower-case name or property; the first of each name counts."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = (node.attributes.get("name") or node.attributes.get("property") or "").lower()
        content = to_text(node.attributes.get("content"))
        if name and content:
            found.setdefault(name, content)
    return found


def _links(tree: LexborHTMLParser, url: str) -> list[Link]:
    """Absolute addresses with the words of each link; what no address can be made of is left as it is."""
    base = tree.css_first("base[href]")
    start = _joined(url, (base.attributes.get("href") or "").strip()) if base else url
    return [
        Link(href if href.lower().startswith(("mailto:", "tel:")) else _joined(start, href), node.text(separator=" ")[:200].strip())
        for node in tree.css("a[href]")
        if (href := (node.attributes.get("href") or "").strip())
    ]


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:  # brackets that are no IPv6 address
        return href


def _attributes(tree: LexborHTMLParser, selector: str, name: str) -> list[str]:
    return [value.strip() for node in tree.css(selector) if (value := node.attributes.get(name))]


def _social(links: list[str]) -> tuple[str, ...]:
    found = [link for link in links if to_domain_of_social(link) and not any(path in link for path in _SHARE_PATHS)]
    return tuple(dict.fromkeys(found))[:_MOST]


def to_domain_of_social(link: str) -> str | None:
    """The social network a link leads to, None for any other place."""
    if not link.startswith(("http://", "https://")):
        return None
    domain = to_domain(link)
    return domain if domain in _SOCIAL_DOMAINS else None


def _emails(links: list[str], hidden: list[str], text: str, own_domain: str | None) -> tuple[str, ...]:
    """Addresses of the company's own domain first; addresses elsewhere only when a link offers them."""
    linked = [unquote(link[len("mailto:") :]).partition("?")[0] for link in links if link.lower().startswith("mailto:")]
    written = [address for address, _, _ in written_emails(text)]
    good = list(dict.fromkeys(email for raw in (*linked, *hidden, *written) if (email := to_email(raw))))
    own = [email for email in good if to_domain(email.rpartition("@")[2]) == own_domain]
    offered = {to_email(raw) for raw in linked}
    return tuple(own or [email for email in good if email in offered])[:_MOST]


def _phones(links: list[str], text: str) -> tuple[str, ...]:
    linked = [unquote(link[len("tel:") :]) for link in links if link.lower().startswith("tel:")]
    return tuple(dict.fromkeys([*linked, *_PHONE.findall(text)]))[:_MOST]
